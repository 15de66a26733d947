// SPDX-License-Identifier: MIT
// The translator, for `-F`: the paths are relative to the list they stand in, so it works from any folder.
registers/generated/msi_csr_pkg.sv
registers/generated/msi_operation_pkg.sv
registers/msi_axil_pkg.sv
core/msi_pkg.sv
-F library/library.f
-F registers/registers.f
-F core/core.f
msi_translator.sv
