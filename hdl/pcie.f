// SPDX-License-Identifier: MIT
// The translator for PCIe, and all it is made of: the translator, the ends for AXI4, the blocks for PCIe.
-F translator.f
-F ends.f
-F pcie/pcie.f
-F pcie/translator.f
