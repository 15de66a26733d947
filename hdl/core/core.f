// SPDX-License-Identifier: MIT
// The engine, after hdl/core/msi_pkg.sv and hdl/library/library.f.
msi_accept.sv
msi_command_decode.sv
msi_command_resolve.sv
msi_lookup.sv
msi_rules.sv
msi_retire.sv
msi_route_states.sv
msi_engine.sv
