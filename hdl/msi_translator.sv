// SPDX-License-Identifier: MIT
//
// PCIe MSI → GICv3-ITS interrupt translator.
//
//   s_axil  ──► msi_registers ──┐
//   s_range ──► bus ranges ─────┤
//   s_msi   ──► direct messages ┼─► msi_arbiter ─► msi_engine ─► msi_skid_buffer ─► m_msi
//   s_evt   ──► route events ───┘                      └───────► retire, alert
//
// Attaches the ITS DeviceID (base + requester ID) to every interrupt message, and drops messages whose
// requester ID claims a bus outside the range that its port was given.
//
// Contract: everything is synchronous to clk; rst_n is synchronous, active low. All streams are
// valid/ready (H2). One operation a cycle is executed in order, from whichever source is waiting,
// fairly (H1, H4); an accepted s_msi shows on m_msi three cycles later, if m_msi is not stalled. What is accepted
// on s_range is in force for all that is accepted after it. s_range and a command stand back for each other: while
// one waits s_range is not ready, and it is offered RANGE_SETTLE cycles after a bus range was accepted.
// retire has no ready: one record an executed operation, one cycle each. A message appears on m_msi
// no earlier than its retire record, and in the same order (H3). Indexes are 16 bits wide for every
// table size; one outside its table is answered with an error.
//
// Combinational paths from input to output: from each source's valid to the others' ready, through
// the arbiter; so no source may make its valid wait for another's ready. All neighbours are reset
// together: a request offered in a cycle of reset is lost, ready or not.

`default_nettype none

module msi_translator
  import msi_csr_pkg::*;
  import msi_pkg::*;
#(
    parameter int unsigned RANGES        = 16,  // bus ranges, 1 to 256
    parameter int unsigned CONNECTIONS   = 8,   // connections, 1 to 256
    parameter int unsigned TARGETS       = 32,  // targets, 1 to 1,024
    parameter int unsigned ROUTES        = 64,  // routes, 1 to 2,048
    parameter int unsigned COUNTER_WIDTH = 32,  // bits of each counter, 4 to 32
    // 1: a target's own requester ID is held against its bus range, too (R2 of profile 08ec11066)
    parameter int unsigned CHECK_DEFAULT_RID = 0,
    parameter int unsigned DEVID_BITS    = 32   // bits of a DeviceID that the ITS takes, 16 to 32
) (
    input  wire logic        clk,
    input  wire logic        rst_n,

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
    output logic      [1:0]  s_axil_bresp,  // excused toggle: every access is answered with OKAY
    input  wire logic        s_axil_arvalid,
    output logic             s_axil_arready,
    input  wire logic [6:0]  s_axil_araddr,
    input  wire logic [2:0]  s_axil_arprot,
    output logic             s_axil_rvalid,
    input  wire logic        s_axil_rready,
    output logic      [31:0] s_axil_rdata,
    output logic      [1:0]  s_axil_rresp,  // excused toggle: every access is answered with OKAY

    // Direct messages: signal_msi, or signal_msi_with_rid when explicit_rid is 1
    input  wire logic        s_msi_valid,
    output logic             s_msi_ready,
    input  wire logic [15:0] s_msi_target,
    input  wire logic        s_msi_explicit_rid,
    input  wire logic [15:0] s_msi_rid,
    input  wire logic [63:0] s_msi_address,
    input  wire logic [31:0] s_msi_data,

    // Route events: signal_event
    input  wire logic        s_evt_valid,
    output logic             s_evt_ready,
    input  wire logic [15:0] s_evt_route,

    // Bus ranges from hardware: set_bus_range
    input  wire logic        s_range_valid,
    output logic             s_range_ready,
    input  wire logic [15:0] s_range_range,
    input  wire logic [7:0]  s_range_secondary,
    input  wire logic [7:0]  s_range_subordinate,

    // Messages to the ITS
    output logic             m_msi_valid,
    input  wire logic        m_msi_ready,
    output logic      [31:0] m_msi_devid,
    output logic      [63:0] m_msi_address,
    output logic      [31:0] m_msi_data,

    // One record an executed operation. Arguments that the operation does not take mean nothing.
    output logic             retire_valid,
    output logic      [1:0]  retire_source,  // 0 s_axil, 1 s_msi, 2 s_evt, 3 s_range
    output logic      [7:0]  retire_operation,  // excused toggle: no code is that large yet
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
    output logic      [7:0]  retire_answer,  // excused toggle: no code is that large yet
    output logic      [15:0] retire_bdf,
    output logic             retire_sent,
    output logic      [31:0] retire_message_devid,
    output logic      [63:0] retire_message_address,
    output logic      [31:0] retire_message_data,

    // A drop or refusal was recorded and is not yet acknowledged
    output logic             alert
);

  if (RANGES < 1 || RANGES > 256) begin : gen_ranges_illegal
    $error("RANGES must be 1 to 256");
  end
  if (CONNECTIONS < 1 || CONNECTIONS > 256) begin : gen_connections_illegal
    $error("CONNECTIONS must be 1 to 256");
  end
  if (TARGETS < 1 || TARGETS > 1024) begin : gen_targets_illegal
    $error("TARGETS must be 1 to 1,024");
  end
  if (ROUTES < 1 || ROUTES > 2048) begin : gen_routes_illegal
    $error("ROUTES must be 1 to 2,048");
  end
  if (COUNTER_WIDTH < 4 || COUNTER_WIDTH > 32) begin : gen_counter_width_illegal
    $error("COUNTER_WIDTH must be 4 to 32");
  end
  if (CHECK_DEFAULT_RID > 1) begin : gen_check_default_rid_illegal
    $error("CHECK_DEFAULT_RID must be 0 or 1");
  end
  if (DEVID_BITS < 16 || DEVID_BITS > 32) begin : gen_devid_bits_illegal
    $error("DEVID_BITS must be 16 to 32");
  end

  // ---- the four sources ------------------------------------------------------------------------

  logic     command_valid, command_ready;
  command_t command;
  source_e  granted;
  request_t request;

  logic     command_granted, range_granted, message_first, event_first;

  // A command is offered once what it finds of its route's bus range is what was set last, while s_range waits.
  logic [RANGE_SETTLE-2:0] settling_q;  // a bus range was accepted so many cycles ago, and one; but the last of
  logic                    settled_q;   //     these, and whether none was
  logic                    command_offered, range_offered, range_ready;

  always_comb begin
    command_offered = command_valid && settled_q;
    range_offered   = s_range_valid && !command_valid;
    s_range_ready   = range_ready && !command_valid;
  end

  always_ff @(posedge clk) begin
    settling_q <= (RANGE_SETTLE - 1)'({settling_q, s_range_valid && s_range_ready});
    settled_q  <= settling_q == '0 && !(s_range_valid && s_range_ready);
    if (!rst_n) begin
      settling_q <= '0;
      settled_q  <= 1'b1;
    end
  end

  // What s_range sets, or the command, if it sets a bus range.
  index_t     set_range;
  bus_range_t set_numbers;

  always_comb begin
    set_range   = command_valid ? command.range : s_range_range;
    set_numbers = command_valid ? {command.secondary, command.subordinate} :
        {s_range_secondary, s_range_subordinate};
  end

  // Arguments that an operation does not take may be anything; those of a command that the engine does
  // not need at once it takes from the command itself.
  always_comb begin
    request.source = granted;
    unique case (granted)
      SOURCE_MESSAGE: request.operation = s_msi_explicit_rid ? operation_code__SIGNAL_MSI_WITH_RID
                                                         : operation_code__SIGNAL_MSI;
      SOURCE_EVENT: request.operation = operation_code__SIGNAL_EVENT;
      SOURCE_RANGE: request.operation = operation_code__SET_BUS_RANGE;
      default:    request.operation = command.operation;
    endcase
    request.target  = message_first ? s_msi_target : command.target;
    request.route   = range_granted ? s_range_range : event_first ? s_evt_route : command.route;
    request.rid     = range_granted ? {s_range_secondary, s_range_subordinate} :
        message_first ? s_msi_rid : command.rid;
    request.address = s_msi_address;
    request.data    = s_msi_data;
  end

  logic    clearing;
  retire_t retire;
  logic    drop_valid;
  drop_t   drop;

  msi_axil_pkg::axil_request_t  axil_request;
  msi_axil_pkg::axil_response_t axil_response;  // excused toggle: every access is answered with OKAY

  always_comb begin
    axil_request = '{
        awvalid: s_axil_awvalid,
        awaddr: s_axil_awaddr,
        awprot: s_axil_awprot,
        wvalid: s_axil_wvalid,
        wdata: s_axil_wdata,
        wstrb: s_axil_wstrb,
        bready: s_axil_bready,
        arvalid: s_axil_arvalid,
        araddr: s_axil_araddr,
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

  msi_registers #(
      .RANGES       (RANGES),
      .CONNECTIONS  (CONNECTIONS),
      .TARGETS      (TARGETS),
      .ROUTES       (ROUTES),
      .COUNTER_WIDTH(COUNTER_WIDTH),
      .CHECK_DEFAULT_RID(CHECK_DEFAULT_RID != 0),
      .DEVID_BITS   (DEVID_BITS)
  ) u_registers (
      .clk,
      .rst_n,
      .axil_request,
      .axil_response,
      .command_valid,
      .command_ready,
      .command,
      .clearing,
      .retire_valid,
      .retire_source(retire.request.source),
      .retire_answer(retire.answer),
      .retire_bdf   (retire.bdf),
      .retire_sent  (retire.sent),
      .drop_valid,
      .drop,
      .alert
  );

  // ---- choice, execution, output ----------------------------------------------------------------

  logic     request_valid, request_ready;
  logic     message_valid, message_ready;
  message_t message;

  logic command_turn;  // and the engine is ready

  msi_arbiter u_arbiter (
      .clk,
      .rst_n,
      .in_valid ({range_offered, s_evt_valid, s_msi_valid, command_offered}),
      .in_ready ({range_ready, s_evt_ready, s_msi_ready, command_turn}),
      .out_valid(request_valid),
      .out_ready(request_ready),
      .granted,
      .command_granted,
      .range_granted,
      .message_first,
      .event_first
  );

  assign command_ready = command_turn && command_offered;

  localparam int unsigned TARGET_WIDTH = TARGETS > 1 ? $clog2(TARGETS) : 1;
  localparam int unsigned ROUTE_WIDTH = ROUTES > 1 ? $clog2(ROUTES) : 1;

  msi_engine #(
      .RANGES     (RANGES),
      .CONNECTIONS(CONNECTIONS),
      .TARGETS    (TARGETS),
      .ROUTES     (ROUTES),
      .CHECK_DEFAULT_RID(CHECK_DEFAULT_RID != 0),
      .DEVID_BITS (DEVID_BITS)
  ) u_engine (
      .clk,
      .rst_n,
      .clearing,
      .command,
      .request_valid,
      .request_ready,
      .request,
      .command_granted,
      .range_granted,
      .message_target(s_msi_target[TARGET_WIDTH-1:0]),
      .message_first (message_first),
      .event_route   (s_evt_route[ROUTE_WIDTH-1:0]),
      .set_range,
      .set_numbers,
      .message_valid,
      .message_ready,
      .message,
      .retire_valid,
      .retire,
      .drop_valid,
      .drop
  );

  msi_skid_buffer #(
      .WIDTH($bits(message_t))
  ) u_output (
      .clk,
      .rst_n,
      .in_valid (message_valid),
      .in_ready (message_ready),
      .in_data  (message),
      .out_valid(m_msi_valid),
      .out_ready(m_msi_ready),
      .out_data ({m_msi_devid, m_msi_address, m_msi_data})
  );

  logic retire_of_range;  // from s_range

  always_comb begin
    retire_of_range        = retire.request.source == SOURCE_RANGE;
    retire_source          = retire.request.source;
    retire_operation       = 8'(retire.request.operation);
    retire_range           = retire_of_range ? retire.request.route : command.range;
    retire_connection      = command.connection;
    retire_target          = retire.request.target;
    retire_route           = retire.request.route;
    retire_secondary       = retire_of_range ? retire.request.rid[15:8] : command.secondary;
    retire_subordinate     = retire_of_range ? retire.request.rid[7:0] : command.subordinate;
    retire_rid_offset      = command.rid_offset;
    retire_devid_base      = command.devid_base;
    retire_rid             = retire.request.rid;
    retire_address         = retire.request.address;
    retire_data            = retire.request.data;
    retire_answer          = 8'(retire.answer);
    retire_bdf             = retire.bdf;
    retire_sent            = retire.sent;
    retire_message_devid   = retire.sent ? retire.devid : '0;
    retire_message_address = retire.sent ? retire.request.address : '0;
    retire_message_data    = retire.sent ? retire.request.data : '0;
  end

endmodule

`default_nettype wire
