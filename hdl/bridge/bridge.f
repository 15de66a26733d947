// SPDX-License-Identifier: MIT
// The AXI4 bridge's data path, after hdl/axi/axi.f and hdl/front/front.f.
msi_axi_tally.sv
msi_axi_threads.sv
msi_axi_order.sv
msi_axi_split.sv
msi_axi_page.sv
msi_axi_source.sv
msi_axi_merge.sv
msi_axi_read.sv
