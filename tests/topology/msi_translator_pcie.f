// SPDX-License-Identifier: MIT
// The translator for PCIe, for simulation.
-F ../../hdl/translator.f
-F ../../hdl/ends.f
-F ../../hdl/pcie/pcie.f
