// SPDX-License-Identifier: MIT
// The registers of msi_axi_bridge beside the translator's, after the list of the translator.
generated/msi_bridge_csr_pkg.sv
generated/msi_bridge_csr.sv
msi_axil_split.sv
msi_bridge_registers.sv
