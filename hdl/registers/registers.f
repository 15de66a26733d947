// SPDX-License-Identifier: MIT
// The registers, after the packages of hdl/translator.f.
generated/msi_csr.sv
msi_axi_lite.sv
msi_arguments.sv
msi_counters.sv
msi_registers.sv
