// SPDX-License-Identifier: MIT
// Bus numbers of two ports, and the translator behind them, for simulation.
-F ../../hdl/pcie.f
msi_bus_harness.sv
