// SPDX-License-Identifier: MIT
// The AXI4 bridge, with the translator in it.
-F translator.f
-F registers/bridge_registers.f
-F ends.f
-F bridge/bridge.f
msi_axi_bridge.sv
