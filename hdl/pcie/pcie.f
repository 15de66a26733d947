// SPDX-License-Identifier: MIT
// The blocks for PCIe, after hdl/axi/axi.f.
msi_tlp_pkg.sv
msi_tlp_decode.sv
msi_tlp_queue.sv
msi_tlp_order.sv
msi_tlp_filter.sv
msi_tlp_axis.sv
msi_bus_snoop.sv
msi_round_robin.sv
