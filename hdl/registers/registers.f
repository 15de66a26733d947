// SPDX-License-Identifier: MIT
// The registers, after hdl/core/msi_pkg.sv and hdl/library/library.f.
generated/msi_csr.sv
msi_axi_lite.sv
msi_registers.sv
