// SPDX-License-Identifier: MIT
// The translator between both ends, for simulation.
-F ../../hdl/translator.f
-F ../../hdl/ends.f
msi_axi_harness.sv
