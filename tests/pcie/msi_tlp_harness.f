// SPDX-License-Identifier: MIT
// The filter with the shim for raw packets in front of it, for simulation.
-F ../../hdl/axi/axi.f
-F ../../hdl/pcie/pcie.f
msi_tlp_harness.sv
