// SPDX-License-Identifier: MIT
// The rules of AXI4 at both ends of hdl/ends.f, after ports.f (msi_stream_checker is there).
msi_axi_burst_checker.sv
msi_axi_write_checker.sv
msi_axi_bind.sv
