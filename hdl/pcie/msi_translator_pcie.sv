// SPDX-License-Identifier: MIT
//
// The translator for the root ports of a PCIe root complex: each port's upstream packets pass a filter, messages
// go to the translator in turn, and leave as AXI4 writes to the ITS; each port's bus numbers follow the
// configuration writes that set them.
//
//   s_tlp[i] ──► msi_tlp_filter ─┬─► m_tlp[i]
//                                └─► msi_round_robin ─► s_msi   │
//   s_cfg[i] ──► msi_bus_snoop ────► msi_round_robin ─► s_range │ msi_translator ─► msi_axi_its ─► m_its
//                                             s_axil, s_evt ──► │
//
// Contract: port i sends through target i, and its bus range is range i: software binds the one to the other, to a
// connection, and sets none of these ranges itself. What is at each port is as at msi_tlp_filter and
// msi_bus_snoop; registers, route events, records and alert are as at msi_translator, the writes to the ITS and what
// it answered as at msi_axi_its. A message that comes in behind the acknowledgement of a configuration write meets the new
// range. Ports get turns: with all of them waiting, none waits for more than one message, or bus range, of each of the
// others. doorbell_base, msi64 and msi64_base change only while nothing is under way. Everything is
// synchronous to clk, and reset with rst_n at once.

`default_nettype none

module msi_translator_pcie
  import msi_tlp_pkg::COUNTED;
#(
    parameter int unsigned PORTS          = 2,    // root ports, 1 to 8
    parameter int unsigned DATA_WIDTH     = 128,  // of a filter: bits of data a beat, 64, 128, 256 or 512
    parameter int unsigned MESSAGES       = 16,   // messages that wait beside the stream, 4 to 256
    parameter int unsigned WRITES         = 64,   // memory writes that are not committed, 4 to 256
    parameter int unsigned COMMITTED      = 1,    // 0: messages do not wait for memory writes
    parameter int unsigned PCIE_COUNTER_WIDTH = 32,  // bits of each counter of a port, 4 to 32
    parameter int unsigned RANGES         = 16,   // of the translator: at least PORTS, to 256
    parameter int unsigned CONNECTIONS    = 8,    // 1 to 256
    parameter int unsigned TARGETS        = 32,   // at least PORTS, to 1,024
    parameter int unsigned ROUTES         = 64,   // 1 to 2,048
    parameter int unsigned COUNTER_WIDTH  = 32,   // bits of each of its counters, 4 to 32
    parameter int unsigned CHECK_DEFAULT_RID = 0,
    parameter int unsigned DEVID_BITS     = 32,   // 16 to 32
    parameter int unsigned ADDR_WIDTH     = 64,   // of the back end: bits of an address, 32 to 64
    parameter int unsigned ITS_DATA_WIDTH = 64,   // 32, 64, 128, 256 or 512
    parameter int unsigned ID_WIDTH       = 8,    // 1 to 16
    parameter int unsigned ID             = 0,    // less than 2^ID_WIDTH
    parameter int unsigned OUTSTANDING    = 64,   // messages without a response, 4 to 256
    parameter int unsigned USER_SHIFT     = 0,    // 0 to 32 - DEVID_BITS
    localparam int unsigned EMPTY_WIDTH = $clog2(DATA_WIDTH / 32)
) (
    input  wire logic                                  clk,
    input  wire logic                                  rst_n,

    // Configuration
    input  wire logic [63:16]                          doorbell_base,  // the page of the doorbell
    input  wire logic                                  msi64,          // MSI-64: the DeviceID is written with the data
    input  wire logic [ADDR_WIDTH-1:16]                msi64_base,     // to this page

    // Upstream packets of each port
    input  wire logic [PORTS-1:0]                      s_tlp_valid,
    output logic      [PORTS-1:0]                      s_tlp_ready,
    input  wire logic [PORTS-1:0][127:0]               s_tlp_hdr,
    input  wire logic [PORTS-1:0][127:0]               s_tlp_prefix,
    input  wire logic [PORTS-1:0][2:0]                 s_tlp_prefixes,
    input  wire logic [PORTS-1:0][DATA_WIDTH-1:0]      s_tlp_data,
    input  wire logic [PORTS-1:0][EMPTY_WIDTH-1:0]     s_tlp_empty,
    input  wire logic [PORTS-1:0][31:0]                s_tlp_digest,
    input  wire logic [PORTS-1:0]                      s_tlp_sop,
    input  wire logic [PORTS-1:0]                      s_tlp_eop,
    input  wire logic [PORTS-1:0]                      s_tlp_error,

    // Those of them that pass
    output logic      [PORTS-1:0]                      m_tlp_valid,
    input  wire logic [PORTS-1:0]                      m_tlp_ready,
    output logic      [PORTS-1:0][127:0]               m_tlp_hdr,
    output logic      [PORTS-1:0][127:0]               m_tlp_prefix,
    output logic      [PORTS-1:0][2:0]                 m_tlp_prefixes,
    output logic      [PORTS-1:0][DATA_WIDTH-1:0]      m_tlp_data,
    output logic      [PORTS-1:0][EMPTY_WIDTH-1:0]     m_tlp_empty,
    output logic      [PORTS-1:0][31:0]                m_tlp_digest,
    output logic      [PORTS-1:0]                      m_tlp_sop,
    output logic      [PORTS-1:0]                      m_tlp_eop,
    output logic      [PORTS-1:0]                      m_tlp_error,

    // A memory write of them is where everybody sees it
    input  wire logic [PORTS-1:0]                      committed,

    // Removed requests that want a completion
    output logic      [PORTS-1:0]                      m_unsupported_valid,
    input  wire logic [PORTS-1:0]                      m_unsupported_ready,
    output logic      [PORTS-1:0][127:0]               m_unsupported_hdr,

    // What was removed
    output logic      [PORTS-1:0]                      removed_valid,
    output logic      [PORTS-1:0][3:0]                 removed_reason,  // fate_e of msi_tlp_pkg
    output logic      [PORTS-1:0][127:0]               removed_hdr,
    output logic      [PORTS-1:0][COUNTED-1:0][PCIE_COUNTER_WIDTH-1:0] removed_counts,  // by reason

    // Configuration writes to each port's register 0x18, and its reset
    input  wire logic [PORTS-1:0]                      s_cfg_valid,
    output logic      [PORTS-1:0]                      s_cfg_ready,
    input  wire logic [PORTS-1:0][31:0]                s_cfg_data,
    input  wire logic [PORTS-1:0][3:0]                 s_cfg_strb,
    input  wire logic [PORTS-1:0]                      port_reset,
    output logic      [PORTS-1:0][7:0]                 secondary,
    output logic      [PORTS-1:0][7:0]                 subordinate,
    output logic      [PORTS-1:0]                      in_force,

    // Control and status registers: AXI4-Lite, 32 bits (see docs/registers.md)
    input  wire logic                                  s_axil_awvalid,
    output logic                                       s_axil_awready,
    input  wire logic [6:0]                            s_axil_awaddr,
    input  wire logic [2:0]                            s_axil_awprot,
    input  wire logic                                  s_axil_wvalid,
    output logic                                       s_axil_wready,
    input  wire logic [31:0]                           s_axil_wdata,
    input  wire logic [3:0]                            s_axil_wstrb,
    output logic                                       s_axil_bvalid,
    input  wire logic                                  s_axil_bready,
    output logic      [1:0]                            s_axil_bresp,  // excused toggle: every access is answered with OKAY
    input  wire logic                                  s_axil_arvalid,
    output logic                                       s_axil_arready,
    input  wire logic [6:0]                            s_axil_araddr,
    input  wire logic [2:0]                            s_axil_arprot,
    output logic                                       s_axil_rvalid,
    input  wire logic                                  s_axil_rready,
    output logic      [31:0]                           s_axil_rdata,
    output logic      [1:0]                            s_axil_rresp,  // excused toggle: every access is answered with OKAY

    // Route events: signal_event
    input  wire logic                                  s_evt_valid,
    output logic                                       s_evt_ready,
    input  wire logic [15:0]                           s_evt_route,

    // Writes to the ITS: AXI4
    output logic                                       m_its_awvalid,
    input  wire logic                                  m_its_awready,
    output logic      [ID_WIDTH-1:0]                   m_its_awid,
    output logic      [ADDR_WIDTH-1:0]                 m_its_awaddr,
    output logic      [7:0]                            m_its_awlen,
    output logic      [2:0]                            m_its_awsize,
    output logic      [1:0]                            m_its_awburst,
    output logic                                       m_its_awlock,
    output logic      [3:0]                            m_its_awcache,
    output logic      [2:0]                            m_its_awprot,
    output logic      [3:0]                            m_its_awqos,
    output logic      [3:0]                            m_its_awregion,
    output logic      [31:0]                           m_its_awuser,
    output logic                                       m_its_wvalid,
    input  wire logic                                  m_its_wready,
    output logic      [ITS_DATA_WIDTH-1:0]             m_its_wdata,
    output logic      [ITS_DATA_WIDTH/8-1:0]           m_its_wstrb,
    output logic                                       m_its_wlast,
    input  wire logic                                  m_its_bvalid,
    output logic                                       m_its_bready,
    input  wire logic [ID_WIDTH-1:0]                   m_its_bid,
    input  wire logic [1:0]                            m_its_bresp,

    // What the ITS has answered
    output logic                                       done_valid,
    output logic      [1:0]                            done_resp,

    // One record an executed operation. Arguments that the operation does not take mean nothing.
    output logic                                       retire_valid,
    output logic      [1:0]                            retire_source,  // 0 s_axil, 1 s_msi, 2 s_evt
    output logic      [7:0]                            retire_operation,  // excused toggle: no code is that large yet
    output logic      [15:0]                           retire_range,
    output logic      [15:0]                           retire_connection,
    output logic      [15:0]                           retire_target,
    output logic      [15:0]                           retire_route,
    output logic      [7:0]                            retire_secondary,
    output logic      [7:0]                            retire_subordinate,
    output logic      [15:0]                           retire_rid_offset,
    output logic      [31:0]                           retire_devid_base,
    output logic      [15:0]                           retire_rid,
    output logic      [63:0]                           retire_address,
    output logic      [31:0]                           retire_data,
    output logic      [7:0]                            retire_answer,  // excused toggle: no code is that large yet
    output logic      [15:0]                           retire_bdf,
    output logic                                       retire_sent,
    output logic      [31:0]                           retire_message_devid,
    output logic      [63:0]                           retire_message_address,
    output logic      [31:0]                           retire_message_data,

    // A drop or refusal was recorded and is not yet acknowledged
    output logic                                       alert
);

  if (PORTS < 1 || PORTS > 8) begin : gen_ports_illegal
    $error("msi_translator_pcie: PORTS must be 1 to 8");
  end
  if (RANGES < PORTS || TARGETS < PORTS) begin : gen_tables_illegal
    $error("msi_translator_pcie: RANGES and TARGETS must be at least PORTS");
  end

  // ---- each port ----------------------------------------------------------------------------------

  typedef struct packed {
    logic [15:0] target;
    logic        explicit_rid;
    logic [15:0] rid;
    logic [63:0] address;
    logic [31:0] data;
  } message_t;

  typedef struct packed {
    logic [15:0] range;
    logic [7:0]  secondary;
    logic [7:0]  subordinate;
  } range_t;

  logic     [PORTS-1:0] message_valid, message_ready;
  message_t [PORTS-1:0] message;
  logic     [PORTS-1:0] range_valid, range_ready;
  range_t   [PORTS-1:0] range;

  for (genvar i = 0; i < PORTS; i++) begin : gen_port
    msi_tlp_filter #(
        .DATA_WIDTH   (DATA_WIDTH),
        .MESSAGES     (MESSAGES),
        .WRITES       (WRITES),
        .COMMITTED    (COMMITTED),
        .COUNTER_WIDTH(PCIE_COUNTER_WIDTH)
    ) u_filter (
        .clk,
        .rst_n,
        .doorbell_base,
        .target              (16'(i)),
        .s_tlp_valid         (s_tlp_valid[i]),
        .s_tlp_ready         (s_tlp_ready[i]),
        .s_tlp_hdr           (s_tlp_hdr[i]),
        .s_tlp_prefix        (s_tlp_prefix[i]),
        .s_tlp_prefixes      (s_tlp_prefixes[i]),
        .s_tlp_data          (s_tlp_data[i]),
        .s_tlp_empty         (s_tlp_empty[i]),
        .s_tlp_digest        (s_tlp_digest[i]),
        .s_tlp_sop           (s_tlp_sop[i]),
        .s_tlp_eop           (s_tlp_eop[i]),
        .s_tlp_error         (s_tlp_error[i]),
        .m_tlp_valid         (m_tlp_valid[i]),
        .m_tlp_ready         (m_tlp_ready[i]),
        .m_tlp_hdr           (m_tlp_hdr[i]),
        .m_tlp_prefix        (m_tlp_prefix[i]),
        .m_tlp_prefixes      (m_tlp_prefixes[i]),
        .m_tlp_data          (m_tlp_data[i]),
        .m_tlp_empty         (m_tlp_empty[i]),
        .m_tlp_digest        (m_tlp_digest[i]),
        .m_tlp_sop           (m_tlp_sop[i]),
        .m_tlp_eop           (m_tlp_eop[i]),
        .m_tlp_error         (m_tlp_error[i]),
        .committed           (committed[i]),
        .m_msi_valid         (message_valid[i]),
        .m_msi_ready         (message_ready[i]),
        .m_msi_target        (message[i].target),
        .m_msi_explicit_rid  (message[i].explicit_rid),
        .m_msi_rid           (message[i].rid),
        .m_msi_address       (message[i].address),
        .m_msi_data          (message[i].data),
        .m_unsupported_valid (m_unsupported_valid[i]),
        .m_unsupported_ready (m_unsupported_ready[i]),
        .m_unsupported_hdr   (m_unsupported_hdr[i]),
        .removed_valid       (removed_valid[i]),
        .removed_reason      (removed_reason[i]),
        .removed_hdr         (removed_hdr[i]),
        .removed_counts      (removed_counts[i])
    );

    msi_bus_snoop u_snoop (
        .clk,
        .rst_n,
        .bus_range          (16'(i)),
        .port_reset         (port_reset[i]),
        .s_cfg_valid        (s_cfg_valid[i]),
        .s_cfg_ready        (s_cfg_ready[i]),
        .s_cfg_data         (s_cfg_data[i]),
        .s_cfg_strb         (s_cfg_strb[i]),
        .secondary          (secondary[i]),
        .subordinate        (subordinate[i]),
        .in_force           (in_force[i]),
        .m_range_valid      (range_valid[i]),
        .m_range_ready      (range_ready[i]),
        .m_range_range      (range[i].range),
        .m_range_secondary  (range[i].secondary),
        .m_range_subordinate(range[i].subordinate)
    );
  end

  // ---- into one -----------------------------------------------------------------------------------

  logic     chosen_valid, chosen_ready, s_msi_valid, s_msi_ready;
  message_t chosen, s_msi;
  logic     s_range_valid, s_range_ready;
  range_t   s_range;

  msi_round_robin #(
      .SOURCES(PORTS),
      .WIDTH  ($bits(message_t))
  ) u_messages (
      .clk,
      .rst_n,
      .in_valid (message_valid),
      .in_ready (message_ready),
      .in_data  (message),
      .out_valid(chosen_valid),
      .out_ready(chosen_ready),
      .out_data (chosen)
  );

  msi_axi_slice #(
      .WIDTH($bits(message_t))
  ) u_chosen (
      .clk,
      .rst_n,
      .in_valid (chosen_valid),
      .in_ready (chosen_ready),
      .in_data  (chosen),
      .out_valid(s_msi_valid),
      .out_ready(s_msi_ready),
      .out_data (s_msi)
  );

  // Nothing may stand between this and s_range: what is taken here is in force.
  msi_round_robin #(
      .SOURCES(PORTS),
      .WIDTH  ($bits(range_t))
  ) u_ranges (
      .clk,
      .rst_n,
      .in_valid (range_valid),
      .in_ready (range_ready),
      .in_data  (range),
      .out_valid(s_range_valid),
      .out_ready(s_range_ready),
      .out_data (s_range)
  );

  // ---- the translator, and the way to the ITS -----------------------------------------------------

  logic        m_msi_valid, m_msi_ready;
  logic [31:0] m_msi_devid;
  logic [63:0] m_msi_address;
  logic [31:0] m_msi_data;

  msi_translator #(
      .RANGES       (RANGES),
      .CONNECTIONS  (CONNECTIONS),
      .TARGETS      (TARGETS),
      .ROUTES       (ROUTES),
      .COUNTER_WIDTH(COUNTER_WIDTH),
      .CHECK_DEFAULT_RID(CHECK_DEFAULT_RID),
      .DEVID_BITS   (DEVID_BITS)
  ) u_translator (
      .clk,
      .rst_n,
      .s_msi_valid,
      .s_msi_ready,
      .s_msi_target       (s_msi.target),
      .s_msi_explicit_rid (s_msi.explicit_rid),
      .s_msi_rid          (s_msi.rid),
      .s_msi_address      (s_msi.address),
      .s_msi_data         (s_msi.data),
      .s_range_valid,
      .s_range_ready,
      .s_range_range      (s_range.range),
      .s_range_secondary  (s_range.secondary),
      .s_range_subordinate(s_range.subordinate),
      .m_msi_valid,
      .m_msi_ready,
      .m_msi_devid,
      .m_msi_address,
      .m_msi_data,
      .s_axil_awvalid,
      .s_axil_awready,
      .s_axil_awaddr,
      .s_axil_awprot,
      .s_axil_wvalid,
      .s_axil_wready,
      .s_axil_wdata,
      .s_axil_wstrb,
      .s_axil_bvalid,
      .s_axil_bready,
      .s_axil_bresp,
      .s_axil_arvalid,
      .s_axil_arready,
      .s_axil_araddr,
      .s_axil_arprot,
      .s_axil_rvalid,
      .s_axil_rready,
      .s_axil_rdata,
      .s_axil_rresp,
      .s_evt_valid,
      .s_evt_ready,
      .s_evt_route,
      .retire_valid,
      .retire_source,
      .retire_operation,
      .retire_range,
      .retire_connection,
      .retire_target,
      .retire_route,
      .retire_secondary,
      .retire_subordinate,
      .retire_rid_offset,
      .retire_devid_base,
      .retire_rid,
      .retire_address,
      .retire_data,
      .retire_answer,
      .retire_bdf,
      .retire_sent,
      .retire_message_devid,
      .retire_message_address,
      .retire_message_data,
      .alert
  );

  msi_axi_its #(
      .ADDR_WIDTH (ADDR_WIDTH),
      .DATA_WIDTH (ITS_DATA_WIDTH),
      .ID_WIDTH   (ID_WIDTH),
      .ID         (ID),
      .OUTSTANDING(OUTSTANDING),
      .DEVID_BITS (DEVID_BITS),
      .USER_SHIFT (USER_SHIFT)
  ) u_its (
      .clk,
      .rst_n,
      .msi64,
      .msi64_base,
      .s_msi_valid  (m_msi_valid),
      .s_msi_ready  (m_msi_ready),
      .s_msi_devid  (m_msi_devid),
      .s_msi_address(m_msi_address),
      .s_msi_data   (m_msi_data),
      .m_its_awvalid,
      .m_its_awready,
      .m_its_awid,
      .m_its_awaddr,
      .m_its_awlen,
      .m_its_awsize,
      .m_its_awburst,
      .m_its_awlock,
      .m_its_awcache,
      .m_its_awprot,
      .m_its_awqos,
      .m_its_awregion,
      .m_its_awuser,
      .m_its_wvalid,
      .m_its_wready,
      .m_its_wdata,
      .m_its_wstrb,
      .m_its_wlast,
      .m_its_bvalid,
      .m_its_bready,
      .m_its_bid,
      .m_its_bresp,
      .done_valid,
      .done_resp
  );

endmodule

`default_nettype wire
