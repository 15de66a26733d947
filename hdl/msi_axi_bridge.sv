// SPDX-License-Identifier: MIT
//
// The AXI4 bridge: all of a root complex's traffic passes, and interrupt messages in it are translated.
//
//   s_axi write ─► msi_axi_split ─┬─ data ───────────────────────────────────► m_axi
//                                 └─ locals ─► msi_axi_page ─► msi_translator ─► msi_axi_its ─► m_axi, or m_its
//   s_axi read ──► msi_axi_read ─────────────────────────────────────────────► m_axi
//   s_axi b ◄───── msi_axi_order ◄── of data: m_axi b; of locals: msi_axi_page
//
// A write to the doorbell's page is a message, which the translator checks and the ITS gets with its DeviceID; a
// flush; or refused. Reads of the page are refused. Everything else passes unchanged, and with check_all only if
// the bus of its requester ID is in the bus range of its target. awuser and aruser say who asks: {target[15:0],
// requester ID[15:0]}. Rules B1 to B9 of the specification say what becomes of each.
//
// Contract: s_axi is an AXI4 subordinate, m_axi a manager, m_its one that only writes (H2). What passes keeps its ID, with a
// 0 in front; the writes of messages, of routes as well, have the ID with only the first bit. With ITS_PORT they leave
// on m_its, and a stalled or silent ITS holds up no data; otherwise on m_axi, and m_its is idle. A message's
// address is not offered before each write accepted earlier on s_axi has its response (B4). Up to OUTSTANDING writes and
// as many reads are under way at s_axi. All inputs and outputs of the two sides are apart by a register; no path
// leads from s_axi to m_axi or m_its, or back. s_axil has the translator's registers below 0x80, the bridge's
// above. All neighbours are reset together (B8). What else holds is said by the modules.

`default_nettype none

module msi_axi_bridge
  import msi_axi_pkg::*;
#(
    parameter int unsigned RANGES            = 16,  // bus ranges, 1 to 256
    parameter int unsigned CONNECTIONS       = 8,   // connections, 1 to 256
    parameter int unsigned TARGETS           = 32,  // targets, 1 to 1,024
    parameter int unsigned ROUTES            = 64,  // routes, 1 to 2,048
    parameter int unsigned COUNTER_WIDTH     = 32,  // bits of each counter, 4 to 32
    parameter int unsigned CHECK_DEFAULT_RID = 0,   // as the translator's
    parameter int unsigned DEVID_BITS        = 32,  // bits of a DeviceID that the ITS takes, 16 to 32
    parameter int unsigned ADDR_WIDTH        = 64,  // bits of an address, 32 to 64
    parameter int unsigned DATA_WIDTH        = 64,  // bits of a beat, 32, 64, 128, 256 or 512
    parameter int unsigned ID_WIDTH          = 8,   // bits of an ID at s_axi, 1 to 16
    parameter int unsigned OUTSTANDING       = 64,  // writes, and reads, that are under way, 4 to 256
    parameter int unsigned THREADS           = OUTSTANDING,  // IDs of writes that are under way, 2 to 256
    parameter int unsigned USER_SHIFT        = 0,   // where in awuser a DeviceID begins, 0 to 32 - DEVID_BITS
    parameter int unsigned ITS_PORT          = 0,   // 1: messages leave on m_its
    parameter logic [63:0] DOORBELL_RESET    = 64'h0808_0000,  // where the doorbell's page is after reset
    parameter logic [63:0] MSI64_RESET       = 64'h0809_0000   // and the page of MSI-64
) (
    input  wire logic                      clk,
    input  wire logic                      rst_n,

    // Control and status registers: AXI4-Lite, 32 bits (see docs/registers.md)
    input  wire logic                      s_axil_awvalid,
    output logic                           s_axil_awready,
    input  wire logic [7:0]                s_axil_awaddr,
    input  wire logic [2:0]                s_axil_awprot,
    input  wire logic                      s_axil_wvalid,
    output logic                           s_axil_wready,
    input  wire logic [31:0]               s_axil_wdata,
    input  wire logic [3:0]                s_axil_wstrb,
    output logic                           s_axil_bvalid,
    input  wire logic                      s_axil_bready,
    output logic      [1:0]                s_axil_bresp,
    input  wire logic                      s_axil_arvalid,
    output logic                           s_axil_arready,
    input  wire logic [7:0]                s_axil_araddr,
    input  wire logic [2:0]                s_axil_arprot,
    output logic                           s_axil_rvalid,
    input  wire logic                      s_axil_rready,
    output logic      [31:0]               s_axil_rdata,
    output logic      [1:0]                s_axil_rresp,

    // The root complex: AXI4
    input  wire logic                      s_axi_awvalid,
    output logic                           s_axi_awready,
    input  wire logic [ID_WIDTH-1:0]       s_axi_awid,
    input  wire logic [ADDR_WIDTH-1:0]     s_axi_awaddr,
    input  wire logic [7:0]                s_axi_awlen,
    input  wire logic [2:0]                s_axi_awsize,
    input  wire logic [1:0]                s_axi_awburst,
    input  wire logic                      s_axi_awlock,
    input  wire logic [3:0]                s_axi_awcache,
    input  wire logic [2:0]                s_axi_awprot,
    input  wire logic [3:0]                s_axi_awqos,
    input  wire logic [3:0]                s_axi_awregion,
    input  wire logic [31:0]               s_axi_awuser,
    input  wire logic                      s_axi_wvalid,
    output logic                           s_axi_wready,
    input  wire logic [DATA_WIDTH-1:0]     s_axi_wdata,
    input  wire logic [DATA_WIDTH/8-1:0]   s_axi_wstrb,
    input  wire logic                      s_axi_wlast,
    output logic                           s_axi_bvalid,
    input  wire logic                      s_axi_bready,
    output logic      [ID_WIDTH-1:0]       s_axi_bid,
    output logic      [1:0]                s_axi_bresp,
    input  wire logic                      s_axi_arvalid,
    output logic                           s_axi_arready,
    input  wire logic [ID_WIDTH-1:0]       s_axi_arid,
    input  wire logic [ADDR_WIDTH-1:0]     s_axi_araddr,
    input  wire logic [7:0]                s_axi_arlen,
    input  wire logic [2:0]                s_axi_arsize,
    input  wire logic [1:0]                s_axi_arburst,
    input  wire logic                      s_axi_arlock,
    input  wire logic [3:0]                s_axi_arcache,
    input  wire logic [2:0]                s_axi_arprot,
    input  wire logic [3:0]                s_axi_arqos,
    input  wire logic [3:0]                s_axi_arregion,
    input  wire logic [31:0]               s_axi_aruser,
    output logic                           s_axi_rvalid,
    input  wire logic                      s_axi_rready,
    output logic      [ID_WIDTH-1:0]       s_axi_rid,
    output logic      [DATA_WIDTH-1:0]     s_axi_rdata,
    output logic      [1:0]                s_axi_rresp,
    output logic                           s_axi_rlast,

    // Route events: signal_event
    input  wire logic                      s_evt_valid,
    output logic                           s_evt_ready,
    input  wire logic [15:0]               s_evt_route,

    // Bus ranges from hardware: set_bus_range
    input  wire logic                      s_range_valid,
    output logic                           s_range_ready,
    input  wire logic [15:0]               s_range_range,
    input  wire logic [7:0]                s_range_secondary,
    input  wire logic [7:0]                s_range_subordinate,

    // The interconnect: AXI4
    output logic                           m_axi_awvalid,
    input  wire logic                      m_axi_awready,
    output logic      [ID_WIDTH:0]         m_axi_awid,
    output logic      [ADDR_WIDTH-1:0]     m_axi_awaddr,
    output logic      [7:0]                m_axi_awlen,
    output logic      [2:0]                m_axi_awsize,
    output logic      [1:0]                m_axi_awburst,
    output logic                           m_axi_awlock,
    output logic      [3:0]                m_axi_awcache,
    output logic      [2:0]                m_axi_awprot,
    output logic      [3:0]                m_axi_awqos,
    output logic      [3:0]                m_axi_awregion,
    output logic      [31:0]               m_axi_awuser,
    output logic                           m_axi_wvalid,
    input  wire logic                      m_axi_wready,
    output logic      [DATA_WIDTH-1:0]     m_axi_wdata,
    output logic      [DATA_WIDTH/8-1:0]   m_axi_wstrb,
    output logic                           m_axi_wlast,
    input  wire logic                      m_axi_bvalid,
    output logic                           m_axi_bready,
    input  wire logic [ID_WIDTH:0]         m_axi_bid,
    input  wire logic [1:0]                m_axi_bresp,
    output logic                           m_axi_arvalid,
    input  wire logic                      m_axi_arready,
    output logic      [ID_WIDTH:0]         m_axi_arid,
    output logic      [ADDR_WIDTH-1:0]     m_axi_araddr,
    output logic      [7:0]                m_axi_arlen,
    output logic      [2:0]                m_axi_arsize,
    output logic      [1:0]                m_axi_arburst,
    output logic                           m_axi_arlock,
    output logic      [3:0]                m_axi_arcache,
    output logic      [2:0]                m_axi_arprot,
    output logic      [3:0]                m_axi_arqos,
    output logic      [3:0]                m_axi_arregion,
    output logic      [31:0]               m_axi_aruser,
    input  wire logic                      m_axi_rvalid,
    output logic                           m_axi_rready,
    input  wire logic [ID_WIDTH:0]         m_axi_rid,
    input  wire logic [DATA_WIDTH-1:0]     m_axi_rdata,
    input  wire logic [1:0]                m_axi_rresp,
    input  wire logic                      m_axi_rlast,

    // The ITS, with ITS_PORT: AXI4
    output logic                           m_its_awvalid,
    input  wire logic                      m_its_awready,
    output logic      [ID_WIDTH:0]         m_its_awid,
    output logic      [ADDR_WIDTH-1:0]     m_its_awaddr,
    output logic      [7:0]                m_its_awlen,
    output logic      [2:0]                m_its_awsize,
    output logic      [1:0]                m_its_awburst,
    output logic                           m_its_awlock,
    output logic      [3:0]                m_its_awcache,
    output logic      [2:0]                m_its_awprot,
    output logic      [3:0]                m_its_awqos,
    output logic      [3:0]                m_its_awregion,
    output logic      [31:0]               m_its_awuser,
    output logic                           m_its_wvalid,
    input  wire logic                      m_its_wready,
    output logic      [DATA_WIDTH-1:0]     m_its_wdata,
    output logic      [DATA_WIDTH/8-1:0]   m_its_wstrb,
    output logic                           m_its_wlast,
    input  wire logic                      m_its_bvalid,
    output logic                           m_its_bready,
    input  wire logic [ID_WIDTH:0]         m_its_bid,
    input  wire logic [1:0]                m_its_bresp,

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

    // A drop, a refusal or an error of the ITS was recorded and is not yet acknowledged
    output logic                           alert
);

  if (ITS_PORT > 1) begin : gen_its_port_illegal
    $error("msi_axi_bridge: ITS_PORT must be 0 or 1");
  end

  localparam logic [ID_WIDTH:0] ITS_ID = {1'b1, ID_WIDTH'(0)};  // of the writes to the ITS
  localparam int unsigned AHEAD = 8;  // writes whose address has left before their beats

  // ---- registers ----------------------------------------------------------------------------------

  msi_axil_pkg::axil_request_t        axil_request;    // without the uppermost address bit
  msi_axil_pkg::axil_response_t       axil_response;
  msi_axil_pkg::axil_request_t  [1:0] block_request;   // 0 the translator's, 1 the bridge's own
  msi_axil_pkg::axil_response_t [1:0] block_response;

  always_comb begin
    axil_request = '{
        awvalid: s_axil_awvalid,
        awaddr: s_axil_awaddr[6:0],
        awprot: s_axil_awprot,
        wvalid: s_axil_wvalid,
        wdata: s_axil_wdata,
        wstrb: s_axil_wstrb,
        bready: s_axil_bready,
        arvalid: s_axil_arvalid,
        araddr: s_axil_araddr[6:0],
        arprot: s_axil_arprot,
        rready: s_axil_rready
    };
    s_axil_awready = axil_response.awready;
    s_axil_wready  = axil_response.wready;
    s_axil_bvalid  = axil_response.bvalid;
    s_axil_bresp   = axil_response.bresp;
    s_axil_arready = axil_response.arready;
    s_axil_rvalid  = axil_response.rvalid;
    s_axil_rdata   = axil_response.rdata;
    s_axil_rresp   = axil_response.rresp;
  end

  msi_axil_split u_axil_split (
      .clk,
      .rst_n,
      .axil_request,
      .aw_upper(s_axil_awaddr[7]),
      .ar_upper(s_axil_araddr[7]),
      .axil_response,
      .block_request,
      .block_response
  );

  logic [ADDR_WIDTH-1:16] doorbell_base, msi64_base;
  logic                   refused_okay, dropped_slverr, msi64, check_all;
  logic                   write_refused_valid, read_refused_valid;
  logic [3:0]             write_refused_reason, read_refused_reason;
  logic [15:0]            write_refused_target, read_refused_target;
  logic [15:0]            write_refused_rid, read_refused_rid;
  logic [63:0]            write_refused_address, read_refused_address;
  logic [ID_WIDTH-1:0]    write_refused_id, read_refused_id;
  logic                   its_error_valid;
  logic [1:0]             its_error_resp;
  logic                   translator_alert, bridge_alert;

  msi_bridge_registers #(
      .ADDR_WIDTH    (ADDR_WIDTH),
      .DATA_WIDTH    (DATA_WIDTH),
      .ID_WIDTH      (ID_WIDTH),
      .OUTSTANDING   (OUTSTANDING),
      .USER_SHIFT    (USER_SHIFT),
      .ITS_PORT      (ITS_PORT),
      .COUNTER_WIDTH (COUNTER_WIDTH),
      .DOORBELL_RESET(DOORBELL_RESET),
      .MSI64_RESET   (MSI64_RESET)
  ) u_registers (
      .axil_request (block_request[1]),
      .axil_response(block_response[1]),
      .alert        (bridge_alert),
      .*
  );

  assign alert = translator_alert || bridge_alert;

  // ---- the source of an access --------------------------------------------------------------------

  localparam int unsigned SOURCE_WIDTH = (RANGES > 1 ? $clog2(RANGES) : 1) + 2;

  logic                         source_clearing;
  logic [1:0][SOURCE_WIDTH-1:0] source_found, source_ask;  // 0 of writes, 1 of reads
  logic [1:0][7:0]              source_bus;
  logic [1:0]                   source_valid;

  msi_axi_source #(
      .RANGES (RANGES),
      .TARGETS(TARGETS)
  ) u_source (
      .clk,
      .rst_n,
      .clearing(source_clearing),
      .retire_valid,
      .retire_operation,
      .retire_answer,
      .retire_range,
      .retire_target,
      .retire_secondary,
      .retire_subordinate,
      .target  ({s_axi_aruser[31:16], s_axi_awuser[31:16]}),
      .found   (source_found),
      .ask     (source_ask),
      .bus     (source_bus),
      .valid   (source_valid)
  );

  // ---- writes -------------------------------------------------------------------------------------

  logic                    room, admit, admit_local, release_local;
  logic                    data_awvalid, data_awready;
  logic [ID_WIDTH-1:0]     data_awid;
  logic [ADDR_WIDTH-1:0]   data_awaddr;
  logic [7:0]              data_awlen;
  logic [2:0]              data_awsize;
  logic [1:0]              data_awburst;
  logic                    data_awlock;
  logic [3:0]              data_awcache, data_awqos, data_awregion;
  logic [2:0]              data_awprot;
  logic [31:0]             data_awuser;
  logic                    data_wvalid, data_wready;
  logic [DATA_WIDTH-1:0]   data_wdata;
  logic [DATA_WIDTH/8-1:0] data_wstrb;
  logic                    data_wlast;
  logic                    local_wvalid;
  logic [ID_WIDTH-1:0]     local_awid;
  logic [ADDR_WIDTH-1:0]   local_awaddr;
  logic                    local_awburst, local_awsource;
  logic [31:0]             local_awuser;

  msi_axi_split #(
      .ADDR_WIDTH  (ADDR_WIDTH),
      .DATA_WIDTH  (DATA_WIDTH),
      .ID_WIDTH    (ID_WIDTH),
      .OUTSTANDING (OUTSTANDING),
      .AHEAD       (AHEAD),
      .SOURCE_WIDTH(SOURCE_WIDTH)
  ) u_split (
      .response_taken(s_axi_bvalid && s_axi_bready),
      .source_found  (source_found[0]),
      .source_ask    (source_ask[0]),
      .source_bus    (source_bus[0]),
      .source_valid  (source_valid[0]),
      .m_awvalid     (data_awvalid),
      .m_awready     (data_awready),
      .m_awid        (data_awid),
      .m_awaddr      (data_awaddr),
      .m_awlen       (data_awlen),
      .m_awsize      (data_awsize),
      .m_awburst     (data_awburst),
      .m_awlock      (data_awlock),
      .m_awcache     (data_awcache),
      .m_awprot      (data_awprot),
      .m_awqos       (data_awqos),
      .m_awregion    (data_awregion),
      .m_awuser      (data_awuser),
      .m_wvalid      (data_wvalid),
      .m_wready      (data_wready),
      .m_wdata       (data_wdata),
      .m_wstrb       (data_wstrb),
      .m_wlast       (data_wlast),
      .*
  );

  // ---- their responses ----------------------------------------------------------------------------

  logic                local_bvalid, local_bready;
  logic [ID_WIDTH-1:0] local_bid;
  logic [1:0]          local_bresp;

  msi_axi_order #(
      .ID_WIDTH   (ID_WIDTH),
      .OUTSTANDING(OUTSTANDING),
      .THREADS    (THREADS)
  ) u_order (
      .clk,
      .rst_n,
      .room,
      .admit,
      .admit_local,
      .admit_id(data_awid),
      .release_local,
      .l_bvalid(local_bvalid),
      .l_bready(local_bready),
      .l_bid   (local_bid),
      .l_bresp (local_bresp),
      .m_bvalid(m_axi_bvalid && !m_axi_bid[ID_WIDTH]),
      .m_bready(m_axi_bready),
      .m_bid   (m_axi_bid[ID_WIDTH-1:0]),
      .m_bresp (m_axi_bresp),
      .s_bvalid(s_axi_bvalid),
      .s_bready(s_axi_bready),
      .s_bid   (s_axi_bid),
      .s_bresp (s_axi_bresp)
  );

  // ---- messages -----------------------------------------------------------------------------------

  localparam int unsigned STROBES = DATA_WIDTH / 8;

  strobes_e    local_wstrobes;
  logic        s_msi_valid, s_msi_ready;
  logic [15:0] s_msi_target, s_msi_rid;
  logic [63:0] s_msi_address;
  logic [31:0] s_msi_data;
  logic        m_msi_valid, m_msi_ready;
  logic [31:0] m_msi_devid, m_msi_data;
  logic [63:0] m_msi_address;
  logic        its_done_valid, done_valid, done_direct_valid, done_direct;
  logic [1:0]  done_resp;

  always_comb begin
    unique case (data_wstrb)
      '0:                local_wstrobes = STROBES_NONE;
      STROBES'(4'b0011): local_wstrobes = STROBES_HALF;
      STROBES'(4'b1111): local_wstrobes = STROBES_DWORD;
      default:           local_wstrobes = STROBES_OTHER;
    endcase
  end

  msi_axi_page #(
      .ADDR_WIDTH (ADDR_WIDTH),
      .ID_WIDTH   (ID_WIDTH),
      .OUTSTANDING(OUTSTANDING)
  ) u_page (
      .clk,
      .rst_n,
      .doorbell_base,
      .refused_okay,
      .dropped_slverr,
      .s_awid         (local_awid),
      .s_awaddr       (local_awaddr),
      .s_awburst      (local_awburst),
      .s_awsource     (local_awsource),
      .s_awuser       (local_awuser),
      .s_wvalid       (local_wvalid),
      .s_wdata        (data_wdata[31:0]),
      .s_wstrobes     (local_wstrobes),
      .s_wlast        (data_wlast),
      .release_local,
      .m_msi_valid    (s_msi_valid),
      .m_msi_ready    (s_msi_ready),
      .m_msi_target   (s_msi_target),
      .m_msi_rid      (s_msi_rid),
      .m_msi_address  (s_msi_address),
      .m_msi_data     (s_msi_data),
      .outcome_valid  (retire_valid && retire_source == 2'd1),
      .outcome_sent   (retire_sent),
      .done_valid,
      .done_resp,
      .b_valid        (local_bvalid),
      .b_ready        (local_bready),
      .b_id           (local_bid),
      .b_resp         (local_bresp),
      .refused_valid  (write_refused_valid),
      .refused_reason (write_refused_reason),
      .refused_target (write_refused_target),
      .refused_rid    (write_refused_rid),
      .refused_address(write_refused_address),
      .refused_id     (write_refused_id)
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
      .s_axil_awvalid    (block_request[0].awvalid),
      .s_axil_awready    (block_response[0].awready),
      .s_axil_awaddr     (block_request[0].awaddr),
      .s_axil_awprot     (block_request[0].awprot),
      .s_axil_wvalid     (block_request[0].wvalid),
      .s_axil_wready     (block_response[0].wready),
      .s_axil_wdata      (block_request[0].wdata),
      .s_axil_wstrb      (block_request[0].wstrb),
      .s_axil_bvalid     (block_response[0].bvalid),
      .s_axil_bready     (block_request[0].bready),
      .s_axil_bresp      (block_response[0].bresp),
      .s_axil_arvalid    (block_request[0].arvalid),
      .s_axil_arready    (block_response[0].arready),
      .s_axil_araddr     (block_request[0].araddr),
      .s_axil_arprot     (block_request[0].arprot),
      .s_axil_rvalid     (block_response[0].rvalid),
      .s_axil_rready     (block_request[0].rready),
      .s_axil_rdata      (block_response[0].rdata),
      .s_axil_rresp      (block_response[0].rresp),
      .s_msi_explicit_rid(1'b1),
      .alert             (translator_alert),
      .*
  );

  // The source of each message that is unanswered in the back end, or that the translator's output holds.
  msi_axi_fifo #(
      .WIDTH(1),
      .DEPTH(OUTSTANDING + 4)
  ) u_sources (
      .clk,
      .rst_n,
      .push     (retire_valid && retire_sent),
      .in_data  (retire_source == 2'd1),
      .pop      (its_done_valid),
      .out_valid(done_direct_valid),
      .out_data (done_direct)
  );

  always_comb begin
    done_valid      = its_done_valid && done_direct_valid && done_direct;
    its_error_valid = its_done_valid && done_resp[1];
    its_error_resp  = done_resp;
  end

  // ---- the writes of messages ---------------------------------------------------------------------

  logic                    its_awvalid, its_awready;
  logic                    its_awid;
  logic [ADDR_WIDTH-1:0]   its_awaddr;
  logic [7:0]              its_awlen;
  logic [2:0]              its_awsize;
  logic [1:0]              its_awburst;
  logic                    its_awlock;
  logic [3:0]              its_awcache, its_awqos, its_awregion;
  logic [2:0]              its_awprot;
  logic [31:0]             its_awuser;
  logic                    its_wvalid, its_wready;
  logic [DATA_WIDTH-1:0]   its_wdata;
  logic [DATA_WIDTH/8-1:0] its_wstrb;
  logic                    its_wlast;
  logic                    its_bvalid, its_bready;
  logic [1:0]              its_bresp;

  msi_axi_its #(
      .ADDR_WIDTH (ADDR_WIDTH),
      .DATA_WIDTH (DATA_WIDTH),
      .ID_WIDTH   (1),
      .ID         (1),
      .OUTSTANDING(OUTSTANDING),
      .DEVID_BITS (DEVID_BITS),
      .USER_SHIFT (USER_SHIFT)
  ) u_its (
      .clk,
      .rst_n,
      .msi64,
      .msi64_base,
      .s_msi_valid   (m_msi_valid),
      .s_msi_ready   (m_msi_ready),
      .s_msi_devid   (m_msi_devid),
      .s_msi_address (m_msi_address),
      .s_msi_data    (m_msi_data),
      .m_its_awvalid (its_awvalid),
      .m_its_awready (its_awready),
      .m_its_awid    (its_awid),
      .m_its_awaddr  (its_awaddr),
      .m_its_awlen   (its_awlen),
      .m_its_awsize  (its_awsize),
      .m_its_awburst (its_awburst),
      .m_its_awlock  (its_awlock),
      .m_its_awcache (its_awcache),
      .m_its_awprot  (its_awprot),
      .m_its_awqos   (its_awqos),
      .m_its_awregion(its_awregion),
      .m_its_awuser  (its_awuser),
      .m_its_wvalid  (its_wvalid),
      .m_its_wready  (its_wready),
      .m_its_wdata   (its_wdata),
      .m_its_wstrb   (its_wstrb),
      .m_its_wlast   (its_wlast),
      .m_its_bvalid  (its_bvalid),
      .m_its_bready  (its_bready),
      .m_its_bid     (1'b1),
      .m_its_bresp   (its_bresp),
      .done_valid    (its_done_valid),
      .done_resp
  );

  // ---- what leaves --------------------------------------------------------------------------------

  typedef struct packed {
    logic [ID_WIDTH:0]     id;
    logic [ADDR_WIDTH-1:0] addr;
    logic [7:0]            len;
    logic [2:0]            size;
    logic [1:0]            burst;
    logic                  lock;
    logic [3:0]            cache;
    logic [2:0]            prot;
    logic [3:0]            qos;
    logic [3:0]            region;
    logic [31:0]           user;
  } address_t;

  typedef struct packed {
    logic [DATA_WIDTH-1:0]   data;
    logic [DATA_WIDTH/8-1:0] strb;
    logic                    last;
  } beat_t;

  address_t data_aw, passing_aw, its_aw, out_aw;
  beat_t    data_w, passing_w, its_w, out_w;
  logic     passing_awvalid, passing_awready, passing_wvalid, passing_wready;

  always_comb begin
    data_aw = '{
        id: {1'b0, data_awid},
        addr: data_awaddr,
        len: data_awlen,
        size: data_awsize,
        burst: data_awburst,
        lock: data_awlock,
        cache: data_awcache,
        prot: data_awprot,
        qos: data_awqos,
        region: data_awregion,
        user: data_awuser
    };
    its_aw  = '{
        id: {its_awid, ID_WIDTH'(0)},
        addr: its_awaddr,
        len: its_awlen,
        size: its_awsize,
        burst: its_awburst,
        lock: its_awlock,
        cache: its_awcache,
        prot: its_awprot,
        qos: its_awqos,
        region: its_awregion,
        user: its_awuser
    };
    data_w  = '{data: data_wdata, strb: data_wstrb, last: data_wlast};
    its_w   = '{data: its_wdata, strb: its_wstrb, last: its_wlast};
  end

  msi_axi_slice #(
      .WIDTH($bits(address_t))
  ) u_addresses (
      .clk,
      .rst_n,
      .in_valid (data_awvalid),
      .in_ready (data_awready),
      .in_data  (data_aw),
      .out_valid(passing_awvalid),
      .out_ready(passing_awready),
      .out_data (passing_aw)
  );

  msi_axi_slice #(
      .WIDTH($bits(beat_t))
  ) u_beats (
      .clk,
      .rst_n,
      .in_valid (data_wvalid),
      .in_ready (data_wready),
      .in_data  (data_w),
      .out_valid(passing_wvalid),
      .out_ready(passing_wready),
      .out_data (passing_w)
  );

  if (ITS_PORT == 0) begin : gen_one_port
    msi_axi_merge #(
        .ADDRESS_WIDTH($bits(address_t)),
        .BEAT_WIDTH   ($bits(beat_t)),
        .AHEAD        (AHEAD)
    ) u_merge (
        .clk,
        .rst_n,
        .s_awvalid({its_awvalid, passing_awvalid}),
        .s_awready({its_awready, passing_awready}),
        .s_aw     ({its_aw, passing_aw}),
        .s_wvalid ({its_wvalid, passing_wvalid}),
        .s_wready ({its_wready, passing_wready}),
        .s_w      ({its_w, passing_w}),
        .s_wlast  ({its_w.last, passing_w.last}),
        .m_awvalid(m_axi_awvalid),
        .m_awready(m_axi_awready),
        .m_aw     (out_aw),
        .m_wvalid (m_axi_wvalid),
        .m_wready (m_axi_wready),
        .m_w      (out_w)
    );

    always_comb begin
      its_bvalid    = m_axi_bvalid && m_axi_bready && m_axi_bid == ITS_ID;
      its_bresp     = m_axi_bresp;
      m_its_awvalid = 1'b0;
      m_its_wvalid  = 1'b0;
      m_its_bready  = 1'b1;
    end
  end else begin : gen_its_port
    always_comb begin
      m_axi_awvalid   = passing_awvalid;
      passing_awready = m_axi_awready;
      out_aw          = passing_aw;
      m_axi_wvalid    = passing_wvalid;
      passing_wready  = m_axi_wready;
      out_w           = passing_w;
      m_its_awvalid   = its_awvalid;
      its_awready     = m_its_awready;
      m_its_wvalid    = its_wvalid;
      its_wready      = m_its_wready;
      its_bvalid      = m_its_bvalid && m_its_bid == ITS_ID;
      its_bresp       = m_its_bresp;
      m_its_bready    = its_bready;
    end
  end

  always_comb begin
    m_axi_awid     = out_aw.id;
    m_axi_awaddr   = out_aw.addr;
    m_axi_awlen    = out_aw.len;
    m_axi_awsize   = out_aw.size;
    m_axi_awburst  = out_aw.burst;
    m_axi_awlock   = out_aw.lock;
    m_axi_awcache  = out_aw.cache;
    m_axi_awprot   = out_aw.prot;
    m_axi_awqos    = out_aw.qos;
    m_axi_awregion = out_aw.region;
    m_axi_awuser   = out_aw.user;
    m_axi_wdata    = out_w.data;
    m_axi_wstrb    = out_w.strb;
    m_axi_wlast    = out_w.last;
    m_its_awid     = its_aw.id;
    m_its_awaddr   = its_aw.addr;
    m_its_awlen    = its_aw.len;
    m_its_awsize   = its_aw.size;
    m_its_awburst  = its_aw.burst;
    m_its_awlock   = its_aw.lock;
    m_its_awcache  = its_aw.cache;
    m_its_awprot   = its_aw.prot;
    m_its_awqos    = its_aw.qos;
    m_its_awregion = its_aw.region;
    m_its_awuser   = its_aw.user;
    m_its_wdata    = its_w.data;
    m_its_wstrb    = its_w.strb;
    m_its_wlast    = its_w.last;
  end

  // ---- reads --------------------------------------------------------------------------------------

  logic [ID_WIDTH-1:0] read_arid;

  msi_axi_read #(
      .ADDR_WIDTH  (ADDR_WIDTH),
      .DATA_WIDTH  (DATA_WIDTH),
      .ID_WIDTH    (ID_WIDTH),
      .OUTSTANDING (OUTSTANDING),
      .SOURCE_WIDTH(SOURCE_WIDTH)
  ) u_read (
      .source_found   (source_found[1]),
      .source_ask     (source_ask[1]),
      .source_bus     (source_bus[1]),
      .source_valid   (source_valid[1]),
      .m_axi_arid     (read_arid),
      .m_axi_rvalid   (m_axi_rvalid && !m_axi_rid[ID_WIDTH]),
      .m_axi_rid      (m_axi_rid[ID_WIDTH-1:0]),
      .refused_valid  (read_refused_valid),
      .refused_reason (read_refused_reason),
      .refused_target (read_refused_target),
      .refused_rid    (read_refused_rid),
      .refused_address(read_refused_address),
      .refused_id     (read_refused_id),
      .*
  );

  assign m_axi_arid = {1'b0, read_arid};

endmodule

`default_nettype wire
