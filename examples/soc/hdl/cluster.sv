// SPDX-License-Identifier: MIT
// One translator of the SoC, with names of its own: devices write in, the ITS takes what comes out.
`default_nettype none

module cluster #(
    parameter int unsigned TARGETS = 32  // as many as there are devices behind it, 1 to 1,024
) (
    input  wire logic        clk,
    input  wire logic        rst_n,

    // software
    input  wire logic        cfg_awvalid,
    output logic             cfg_awready,
    input  wire logic [6:0]  cfg_awaddr,
    input  wire logic [2:0]  cfg_awprot,
    input  wire logic        cfg_wvalid,
    output logic             cfg_wready,
    input  wire logic [31:0] cfg_wdata,
    input  wire logic [3:0]  cfg_wstrb,
    output logic             cfg_bvalid,
    input  wire logic        cfg_bready,
    output logic      [1:0]  cfg_bresp,
    input  wire logic        cfg_arvalid,
    output logic             cfg_arready,
    input  wire logic [6:0]  cfg_araddr,
    input  wire logic [2:0]  cfg_arprot,
    output logic             cfg_rvalid,
    input  wire logic        cfg_rready,
    output logic      [31:0] cfg_rdata,
    output logic      [1:0]  cfg_rresp,

    // devices
    input  wire logic        dev_valid,
    output logic             dev_ready,
    input  wire logic [15:0] dev_target,
    input  wire logic [15:0] dev_rid,
    input  wire logic [31:0] dev_data,

    // the ITS
    output logic             its_valid,
    input  wire logic        its_ready,
    output logic      [31:0] its_devid,
    output logic      [63:0] its_address,
    output logic      [31:0] its_data,

    output logic             alert
);

  localparam logic [63:0] DOORBELL = 64'h0000_0000_0809_0040;

  msi_translator #(
      .TARGETS(TARGETS)
  ) u_translator (
      .clk,
      .rst_n,
      .s_axil_awvalid(cfg_awvalid),
      .s_axil_awready(cfg_awready),
      .s_axil_awaddr(cfg_awaddr),
      .s_axil_awprot(cfg_awprot),
      .s_axil_wvalid(cfg_wvalid),
      .s_axil_wready(cfg_wready),
      .s_axil_wdata(cfg_wdata),
      .s_axil_wstrb(cfg_wstrb),
      .s_axil_bvalid(cfg_bvalid),
      .s_axil_bready(cfg_bready),
      .s_axil_bresp(cfg_bresp),
      .s_axil_arvalid(cfg_arvalid),
      .s_axil_arready(cfg_arready),
      .s_axil_araddr(cfg_araddr),
      .s_axil_arprot(cfg_arprot),
      .s_axil_rvalid(cfg_rvalid),
      .s_axil_rready(cfg_rready),
      .s_axil_rdata(cfg_rdata),
      .s_axil_rresp(cfg_rresp),
      .s_msi_valid(dev_valid),
      .s_msi_ready(dev_ready),
      .s_msi_target(dev_target),
      .s_msi_explicit_rid(1'b1),
      .s_msi_rid(dev_rid),
      .s_msi_address(DOORBELL),
      .s_msi_data(dev_data),
      .s_evt_valid(1'b0),
      .s_evt_ready(),
      .s_evt_route('0),
      .s_range_valid(1'b0),
      .s_range_ready(),
      .s_range_range('0),
      .s_range_secondary('0),
      .s_range_subordinate('0),
      .m_msi_valid(its_valid),
      .m_msi_ready(its_ready),
      .m_msi_devid(its_devid),
      .m_msi_address(its_address),
      .m_msi_data(its_data),
      .retire_valid(),
      .retire_source(),
      .retire_operation(),
      .retire_range(),
      .retire_connection(),
      .retire_target(),
      .retire_route(),
      .retire_secondary(),
      .retire_subordinate(),
      .retire_rid_offset(),
      .retire_devid_base(),
      .retire_rid(),
      .retire_address(),
      .retire_data(),
      .retire_answer(),
      .retire_bdf(),
      .retire_sent(),
      .retire_message_devid(),
      .retire_message_address(),
      .retire_message_data(),
      .alert
  );

endmodule

`default_nettype wire
