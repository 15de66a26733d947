// SPDX-License-Identifier: MIT
// The registers of msi_axi_bridge, for simulation: of the translator's files, those that they use.
../../hdl/registers/generated/msi_csr_pkg.sv
../../hdl/registers/msi_axil_pkg.sv
../../hdl/registers/msi_axi_lite.sv
../../hdl/registers/msi_counters.sv
-F ../../hdl/registers/bridge_registers.f
msi_bridge_registers_harness.sv
