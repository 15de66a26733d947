// SPDX-License-Identifier: MIT
// The registers, after hdl/core/msi_pkg.sv.
generated/msi_csr.sv
msi_axil_pkg.sv
msi_axi_lite.sv
msi_arguments.sv
msi_counters.sv
msi_registers.sv
