// SPDX-License-Identifier: MIT
// The translator between both ends, for simulation.
-F ../../hdl/translator.f
-F ../../hdl/axi/axi.f
-F ../../hdl/front/front.f
-F ../../hdl/back/back.f
msi_axi_harness.sv
