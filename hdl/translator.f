// SPDX-License-Identifier: MIT
// The translator, for `-F`: the paths are relative to this file, so it works from any folder.
generated/msi_csr_pkg.sv
msi_pkg.sv
generated/msi_csr.sv
msi_table.sv
msi_block_ram.sv
msi_route_states.sv
msi_skid_buffer.sv
msi_counter.sv
msi_axi_lite.sv
msi_arbiter.sv
msi_engine.sv
msi_registers.sv
msi_translator.sv
