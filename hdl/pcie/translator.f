// SPDX-License-Identifier: MIT
// The blocks for PCIe joined with the translator and the ends for AXI4: after all of them.
msi_translator_pcie.sv
