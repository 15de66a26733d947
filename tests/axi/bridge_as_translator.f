// SPDX-License-Identifier: MIT
// A bridge with the ports of a translator, for simulation, with the assertions of AXI4 at its ports.
-F ../../hdl/bridge.f
+define+MSI_TRANSLATOR=msi_translator
-F ../../hdl/sva/ports.f
-F ../../hdl/sva/axi.f
-F ../../hdl/sva/bridge.f
msi_bridge_as_translator.sv
