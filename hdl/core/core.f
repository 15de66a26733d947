// SPDX-License-Identifier: MIT
// The engine, after hdl/core/msi_pkg.sv and hdl/library/library.f.
msi_route_states.sv
msi_engine.sv
