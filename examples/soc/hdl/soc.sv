// SPDX-License-Identifier: MIT
// A small SoC: two translators two levels down, one AXI4-Lite bus from the processor to both, the
// left one at 0x00, the right one at 0x80. Reset is synchronized before it reaches them.
`default_nettype none

module soc (
    input  wire logic        clk,
    input  wire logic        reset_n,

    // the processor
    input  wire logic        cpu_awvalid,
    output logic             cpu_awready,
    input  wire logic [7:0]  cpu_awaddr,
    input  wire logic [2:0]  cpu_awprot,
    input  wire logic        cpu_wvalid,
    output logic             cpu_wready,
    input  wire logic [31:0] cpu_wdata,
    input  wire logic [3:0]  cpu_wstrb,
    output logic             cpu_bvalid,
    input  wire logic        cpu_bready,
    output logic      [1:0]  cpu_bresp,
    input  wire logic        cpu_arvalid,
    output logic             cpu_arready,
    input  wire logic [7:0]  cpu_araddr,
    input  wire logic [2:0]  cpu_arprot,
    output logic             cpu_rvalid,
    input  wire logic        cpu_rready,
    output logic      [31:0] cpu_rdata,
    output logic      [1:0]  cpu_rresp,

    // devices behind the two root ports
    input  wire logic        left_dev_valid,
    output logic             left_dev_ready,
    input  wire logic [15:0] left_dev_target,
    input  wire logic [15:0] left_dev_rid,
    input  wire logic [31:0] left_dev_data,
    input  wire logic        right_dev_valid,
    output logic             right_dev_ready,
    input  wire logic [15:0] right_dev_target,
    input  wire logic [15:0] right_dev_rid,
    input  wire logic [31:0] right_dev_data,

    // where their messages go
    output logic             left_its_valid,
    input  wire logic        left_its_ready,
    output logic      [31:0] left_its_devid,
    output logic      [63:0] left_its_address,
    output logic      [31:0] left_its_data,
    output logic             right_its_valid,
    input  wire logic        right_its_ready,
    output logic      [31:0] right_its_devid,
    output logic      [63:0] right_its_address,
    output logic      [31:0] right_its_data,

    output logic             alert
);

  logic reset_n_q;
  always_ff @(posedge clk) reset_n_q <= reset_n;

  logic [1:0] awvalid, awready, wvalid, wready, bvalid, bready, arvalid, arready, rvalid, rready;
  logic [1:0][1:0] bresp, rresp;
  logic [1:0][31:0] rdata;
  logic [1:0] alerts;

  split u_split (
      .clk,
      .rst_n(reset_n_q),
      .s_awvalid(cpu_awvalid),
      .s_awready(cpu_awready),
      .s_awaddr(cpu_awaddr),
      .s_wvalid(cpu_wvalid),
      .s_wready(cpu_wready),
      .s_bvalid(cpu_bvalid),
      .s_bready(cpu_bready),
      .s_bresp(cpu_bresp),
      .s_arvalid(cpu_arvalid),
      .s_arready(cpu_arready),
      .s_araddr(cpu_araddr),
      .s_rvalid(cpu_rvalid),
      .s_rready(cpu_rready),
      .s_rdata(cpu_rdata),
      .s_rresp(cpu_rresp),
      .m_awvalid(awvalid),
      .m_awready(awready),
      .m_wvalid(wvalid),
      .m_wready(wready),
      .m_bvalid(bvalid),
      .m_bready(bready),
      .m_bresp(bresp),
      .m_arvalid(arvalid),
      .m_arready(arready),
      .m_rvalid(rvalid),
      .m_rready(rready),
      .m_rdata(rdata),
      .m_rresp(rresp)
  );

  cluster #(
      .TARGETS(32)
  ) u_left (
      .clk,
      .rst_n(reset_n_q),
      .cfg_awvalid(awvalid[0]),
      .cfg_awready(awready[0]),
      .cfg_awaddr(cpu_awaddr[6:0]),
      .cfg_awprot(cpu_awprot),
      .cfg_wvalid(wvalid[0]),
      .cfg_wready(wready[0]),
      .cfg_wdata(cpu_wdata),
      .cfg_wstrb(cpu_wstrb),
      .cfg_bvalid(bvalid[0]),
      .cfg_bready(bready[0]),
      .cfg_bresp(bresp[0]),
      .cfg_arvalid(arvalid[0]),
      .cfg_arready(arready[0]),
      .cfg_araddr(cpu_araddr[6:0]),
      .cfg_arprot(cpu_arprot),
      .cfg_rvalid(rvalid[0]),
      .cfg_rready(rready[0]),
      .cfg_rdata(rdata[0]),
      .cfg_rresp(rresp[0]),
      .dev_valid(left_dev_valid),
      .dev_ready(left_dev_ready),
      .dev_target(left_dev_target),
      .dev_rid(left_dev_rid),
      .dev_data(left_dev_data),
      .its_valid(left_its_valid),
      .its_ready(left_its_ready),
      .its_devid(left_its_devid),
      .its_address(left_its_address),
      .its_data(left_its_data),
      .alert(alerts[0])
  );

  cluster #(
      .TARGETS(8)
  ) u_right (
      .clk,
      .rst_n(reset_n_q),
      .cfg_awvalid(awvalid[1]),
      .cfg_awready(awready[1]),
      .cfg_awaddr(cpu_awaddr[6:0]),
      .cfg_awprot(cpu_awprot),
      .cfg_wvalid(wvalid[1]),
      .cfg_wready(wready[1]),
      .cfg_wdata(cpu_wdata),
      .cfg_wstrb(cpu_wstrb),
      .cfg_bvalid(bvalid[1]),
      .cfg_bready(bready[1]),
      .cfg_bresp(bresp[1]),
      .cfg_arvalid(arvalid[1]),
      .cfg_arready(arready[1]),
      .cfg_araddr(cpu_araddr[6:0]),
      .cfg_arprot(cpu_arprot),
      .cfg_rvalid(rvalid[1]),
      .cfg_rready(rready[1]),
      .cfg_rdata(rdata[1]),
      .cfg_rresp(rresp[1]),
      .dev_valid(right_dev_valid),
      .dev_ready(right_dev_ready),
      .dev_target(right_dev_target),
      .dev_rid(right_dev_rid),
      .dev_data(right_dev_data),
      .its_valid(right_its_valid),
      .its_ready(right_its_ready),
      .its_devid(right_its_devid),
      .its_address(right_its_address),
      .its_data(right_its_data),
      .alert(alerts[1])
  );

  assign alert = |alerts;

endmodule

`default_nettype wire
