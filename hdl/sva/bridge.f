// SPDX-License-Identifier: MIT
// The rules of AXI4 at all ports of a bridge, after ports.f and axi.f.
msi_axi_read_checker.sv
msi_axi_bridge_sva.sv
msi_axi_bridge_bind.sv
