// SPDX-License-Identifier: MIT
//
// For simulation: AXI4 writes become messages, which become AXI4 writes to the ITS. The translator between
// both ends is as it is.
//
//   s_axi ─► msi_axi_write ─► msi_translator ─► msi_axi_its ─► m_its
//
// What joins them is an integrator's part: a retire record of a direct message is the outcome of a write,
// and of the ITS's responses those of direct messages go to the front end, told apart from
// those of routes by a queue of the records that sent.

`default_nettype none

module msi_axi_harness #(
    parameter int unsigned RANGES            = 16,
    parameter int unsigned CONNECTIONS       = 8,
    parameter int unsigned TARGETS           = 32,
    parameter int unsigned ROUTES            = 64,
    parameter int unsigned COUNTER_WIDTH     = 32,
    parameter int unsigned CHECK_DEFAULT_RID = 0,
    parameter int unsigned DEVID_BITS        = 32,
    parameter int unsigned ADDR_WIDTH        = 64,
    parameter int unsigned DATA_WIDTH        = 64,
    parameter int unsigned ID_WIDTH          = 8,
    parameter int unsigned OUTSTANDING       = 64,
    parameter int unsigned ITS_ID            = 0,  // of all writes to the ITS
    parameter int unsigned USER_SHIFT        = 0   // where in m_its_awuser the DeviceID begins
) (
    input  wire logic        clk,
    input  wire logic        rst_n,

    // Configuration of both ends
    input  wire logic [ADDR_WIDTH-1:16] doorbell_base,
    input  wire logic                   refused_okay,
    input  wire logic                   dropped_slverr,
    input  wire logic                   msi64,
    input  wire logic [ADDR_WIDTH-1:16] msi64_base,

    // Control and status registers: AXI4-Lite, 32 bits (see docs/registers.md)
    input  wire logic        s_axil_awvalid,
    output logic             s_axil_awready,
    input  wire logic [6:0]  s_axil_awaddr,
    input  wire logic [2:0]  s_axil_awprot,
    input  wire logic        s_axil_wvalid,
    output logic             s_axil_wready,
    input  wire logic [31:0] s_axil_wdata,
    input  wire logic [3:0]  s_axil_wstrb,
    output logic             s_axil_bvalid,
    input  wire logic        s_axil_bready,
    output logic      [1:0]  s_axil_bresp,
    input  wire logic        s_axil_arvalid,
    output logic             s_axil_arready,
    input  wire logic [6:0]  s_axil_araddr,
    input  wire logic [2:0]  s_axil_arprot,
    output logic             s_axil_rvalid,
    input  wire logic        s_axil_rready,
    output logic      [31:0] s_axil_rdata,
    output logic      [1:0]  s_axil_rresp,

    // Writes: AXI4
    input  wire logic                    s_axi_awvalid,
    output logic                         s_axi_awready,
    input  wire logic [ID_WIDTH-1:0]     s_axi_awid,
    input  wire logic [ADDR_WIDTH-1:0]   s_axi_awaddr,
    input  wire logic [7:0]              s_axi_awlen,
    input  wire logic [2:0]              s_axi_awsize,
    input  wire logic [1:0]              s_axi_awburst,
    input  wire logic                    s_axi_awlock,
    input  wire logic [3:0]              s_axi_awcache,
    input  wire logic [2:0]              s_axi_awprot,
    input  wire logic [3:0]              s_axi_awqos,
    input  wire logic [3:0]              s_axi_awregion,
    input  wire logic [31:0]             s_axi_awuser,
    input  wire logic                    s_axi_wvalid,
    output logic                         s_axi_wready,
    input  wire logic [DATA_WIDTH-1:0]   s_axi_wdata,
    input  wire logic [DATA_WIDTH/8-1:0] s_axi_wstrb,
    input  wire logic                    s_axi_wlast,
    output logic                         s_axi_bvalid,
    input  wire logic                    s_axi_bready,
    output logic      [ID_WIDTH-1:0]     s_axi_bid,
    output logic      [1:0]              s_axi_bresp,

    // Route events: signal_event
    input  wire logic        s_evt_valid,
    output logic             s_evt_ready,
    input  wire logic [15:0] s_evt_route,

    // Writes to the ITS: AXI4
    output logic                         m_its_awvalid,
    input  wire logic                    m_its_awready,
    output logic      [ID_WIDTH-1:0]     m_its_awid,
    output logic      [ADDR_WIDTH-1:0]   m_its_awaddr,
    output logic      [7:0]              m_its_awlen,
    output logic      [2:0]              m_its_awsize,
    output logic      [1:0]              m_its_awburst,
    output logic                         m_its_awlock,
    output logic      [3:0]              m_its_awcache,
    output logic      [2:0]              m_its_awprot,
    output logic      [3:0]              m_its_awqos,
    output logic      [3:0]              m_its_awregion,
    output logic      [31:0]             m_its_awuser,
    output logic                         m_its_wvalid,
    input  wire logic                    m_its_wready,
    output logic      [DATA_WIDTH-1:0]   m_its_wdata,
    output logic      [DATA_WIDTH/8-1:0] m_its_wstrb,
    output logic                         m_its_wlast,
    input  wire logic                    m_its_bvalid,
    output logic                         m_its_bready,
    input  wire logic [ID_WIDTH-1:0]     m_its_bid,
    input  wire logic [1:0]              m_its_bresp,

    // A write was refused
    output logic                         refused_valid,
    output logic      [3:0]              refused_reason,  // refused_e of msi_axi_pkg
    output logic      [15:0]             refused_target,
    output logic      [15:0]             refused_rid,
    output logic      [63:0]             refused_address,
    output logic      [ID_WIDTH-1:0]     refused_id,

    // What is between the blocks, to look at
    output logic             msi_in_valid,
    output logic             msi_in_ready,
    output logic             msi_out_valid,
    output logic             msi_out_ready,
    output logic             outcome_valid,
    output logic             outcome_sent,
    output logic             done_valid,   // of a direct message
    output logic      [1:0]  done_resp,

    // One record an executed operation. Arguments that the operation does not take mean nothing.
    output logic             retire_valid,
    output logic      [1:0]  retire_source,  // 0 s_axil, 1 s_msi, 2 s_evt
    output logic      [7:0]  retire_operation,
    output logic      [15:0] retire_range,
    output logic      [15:0] retire_connection,
    output logic      [15:0] retire_target,
    output logic      [15:0] retire_route,
    output logic      [7:0]  retire_secondary,
    output logic      [7:0]  retire_subordinate,
    output logic      [15:0] retire_rid_offset,
    output logic      [31:0] retire_devid_base,
    output logic      [15:0] retire_rid,
    output logic      [63:0] retire_address,
    output logic      [31:0] retire_data,
    output logic      [7:0]  retire_answer,
    output logic      [15:0] retire_bdf,
    output logic             retire_sent,
    output logic      [31:0] retire_message_devid,
    output logic      [63:0] retire_message_address,
    output logic      [31:0] retire_message_data,

    // A drop or refusal was recorded and is not yet acknowledged
    output logic             alert
);

  logic        s_msi_valid, s_msi_ready, s_msi_explicit_rid;
  logic [15:0] s_msi_target, s_msi_rid;
  logic [63:0] s_msi_address;
  logic [31:0] s_msi_data;
  logic        m_msi_valid, m_msi_ready;
  logic [31:0] m_msi_devid, m_msi_data;
  logic [63:0] m_msi_address;

  logic        its_done_valid;
  logic        direct_valid, direct;

  always_comb begin
    msi_in_valid  = s_msi_valid;
    msi_in_ready  = s_msi_ready;
    msi_out_valid = m_msi_valid;
    msi_out_ready = m_msi_ready;
    outcome_valid = retire_valid && retire_source == 2'd1;
    outcome_sent  = retire_sent;
    done_valid    = its_done_valid && direct_valid && direct;
  end

  msi_axi_write #(
      .ADDR_WIDTH (ADDR_WIDTH),
      .DATA_WIDTH (DATA_WIDTH),
      .ID_WIDTH   (ID_WIDTH),
      .OUTSTANDING(OUTSTANDING)
  ) u_write (
      .m_msi_valid       (s_msi_valid),
      .m_msi_ready       (s_msi_ready),
      .m_msi_target      (s_msi_target),
      .m_msi_explicit_rid(s_msi_explicit_rid),
      .m_msi_rid         (s_msi_rid),
      .m_msi_address     (s_msi_address),
      .m_msi_data        (s_msi_data),
      .*
  );

  msi_translator #(
      .RANGES           (RANGES),
      .CONNECTIONS      (CONNECTIONS),
      .TARGETS          (TARGETS),
      .ROUTES           (ROUTES),
      .COUNTER_WIDTH    (COUNTER_WIDTH),
      .CHECK_DEFAULT_RID(CHECK_DEFAULT_RID),
      .DEVID_BITS       (DEVID_BITS)
  ) u_translator (
      // verilator lint_off PINCONNECTEMPTY
      .s_range_valid(1'b0),
      .s_range_ready(),
      .s_range_range('0),
      .s_range_secondary('0),
      .s_range_subordinate('0),
      // verilator lint_on PINCONNECTEMPTY
      .*
  );

  msi_axi_its #(
      .ADDR_WIDTH (ADDR_WIDTH),
      .DATA_WIDTH (DATA_WIDTH),
      .ID_WIDTH   (ID_WIDTH),
      .ID         (ITS_ID),
      .OUTSTANDING(OUTSTANDING),
      .DEVID_BITS (DEVID_BITS),
      .USER_SHIFT (USER_SHIFT)
  ) u_its (
      .s_msi_valid  (m_msi_valid),
      .s_msi_ready  (m_msi_ready),
      .s_msi_devid  (m_msi_devid),
      .s_msi_address(m_msi_address),
      .s_msi_data   (m_msi_data),
      .done_valid   (its_done_valid),
      .done_resp    (done_resp),
      .*
  );

  // Those that are unanswered in the back end, and what the translator's output holds.
  msi_axi_fifo #(
      .WIDTH(1),
      .DEPTH(OUTSTANDING + 4)
  ) u_sources (
      .clk,
      .rst_n,
      .push     (retire_valid && retire_sent),
      .in_data  (retire_source == 2'd1),
      .pop      (its_done_valid),
      .out_valid(direct_valid),
      .out_data (direct)
  );

endmodule

`default_nettype wire
