// SPDX-License-Identifier: MIT
// Parts that know nothing of interrupts.
msi_table.sv
msi_block_ram.sv
msi_skid_buffer.sv
msi_arbiter.sv
