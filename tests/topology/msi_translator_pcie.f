// SPDX-License-Identifier: MIT
// The translator for PCIe, for simulation.
-F ../../hdl/pcie.f
