// SPDX-License-Identifier: MIT
// What front ends and back ends for AXI share: before their lists.
msi_axi_pkg.sv
msi_axi_slice.sv
msi_axi_fifo.sv
