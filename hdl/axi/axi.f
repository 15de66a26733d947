// SPDX-License-Identifier: MIT
// What front ends and back ends for AXI share. A list that names both names this first.
msi_axi_slice.sv
msi_axi_fifo.sv
