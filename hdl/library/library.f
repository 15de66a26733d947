// SPDX-License-Identifier: MIT
// Storage and its clearing, flow control and choice, after hdl/core/msi_pkg.sv.
msi_clear.sv
msi_table.sv
msi_block_ram.sv
msi_block_table.sv
msi_skid_buffer.sv
msi_arbiter.sv
