// SPDX-License-Identifier: MIT
//
// What holds at the ports of msi_engine: what its contract asks of its neighbours, and what it promises
// them. What an answer has to be is proven (formal/prove_engine.sv).
//
// Contract: looks on, at each rising edge of clk, and says nothing before the first one with rst_n low.

`default_nettype none
// verilator coverage_off

module msi_engine_sva
  import msi_csr_pkg::*;
  import msi_pkg::*;
#(
    parameter int unsigned RANGES      = 16,  // as the engine has them
    parameter int unsigned CONNECTIONS = 8,
    parameter int unsigned TARGETS     = 32,
    parameter int unsigned ROUTES      = 64,
    parameter int unsigned PATIENCE    = 16   // cycles with message_ready, 1 to 1,024
) (
    input wire logic     clk,
    input wire logic     rst_n,
    input wire logic     clearing,
    input wire command_t command,
    input wire logic     request_valid,
    input wire logic     request_ready,
    input wire request_t request,
    input wire logic     command_taken,
    input wire index_t     set_range,
    input wire bus_range_t set_numbers,
    input wire logic     message_valid,
    input wire logic     message_ready,
    input wire message_t message,
    input wire logic     retire_valid,
    input wire retire_t  retire,
    input wire logic     drop_valid,
    input wire drop_t    drop
);

  if (PATIENCE < 1 || PATIENCE > 1024) begin : gen_patience_illegal
    $error("msi_engine_sva: PATIENCE must be 1 to 1,024");
  end

  // verilator lint_off PROCASSINIT
  logic watching_q = 1'b0;  // there was a reset; only this needs a first value
  // verilator lint_on PROCASSINIT
  logic was_reset_q;

  logic accept;

  always_ff @(posedge clk) begin
    if (!rst_n) watching_q <= 1'b1;
    was_reset_q <= !rst_n;
  end

  assign accept = request_valid && request_ready;

  // ---- the command stands still -------------------------------------------------------------------

  command_t                              command_q;
  logic [$clog2(COMMAND_SETTLE + 1)-1:0] settled_q;  // for how many cycles, up to COMMAND_SETTLE
  logic [$clog2(COMMAND_SETTLE + 1)-1:0] settled;
  logic                                  in_flight_q;  // it was taken and has not retired

  always_comb begin
    settled = '0;
    if (command == command_q) begin
      settled = settled_q;
      if (settled_q != $bits(settled_q)'(COMMAND_SETTLE)) settled = settled_q + 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    command_q <= command;
    settled_q <= settled;
    if (retire_valid && retire.request.source == SOURCE_COMMAND) in_flight_q <= 1'b0;
    if (command_taken) in_flight_q <= 1'b1;
    if (!rst_n) begin
      settled_q   <= '0;
      in_flight_q <= 1'b0;
    end
  end

  always_ff @(posedge clk) begin
    if (watching_q && rst_n) begin
      if (request_valid && request.source == SOURCE_COMMAND) begin
        H6_command_has_settled : assert (settled == $bits(settled)'(COMMAND_SETTLE))
        else $error("it is offered after it stood still for %0d cycles", settled);
        H6_command_is_offered :
        assert (request.operation == command.operation && request.target == command.target &&
                request.route == command.route && request.rid == command.rid &&
                is_operation(8'(command.operation)))
        else $error("the request is not the command, or is no operation");
        H6_one_command_at_a_time : assert (!in_flight_q)
        else $error("it is offered before the one before has retired");
      end
      H6_command_stands_still : assert (!in_flight_q || command == command_q)
      else $error("it changed before it retired");
      H6_command_taken : assert (command_taken == (accept && request.source == SOURCE_COMMAND))
      else $error("command_taken is %0d", command_taken);
      if (request_valid) begin
        H6_others_are_commands :
        assert (request.source == SOURCE_COMMAND ||
                (request.source == SOURCE_MESSAGE &&
                 (request.operation == operation_code__SIGNAL_MSI ||
                  request.operation == operation_code__SIGNAL_MSI_WITH_RID)) ||
                (request.source == SOURCE_EVENT && request.operation == operation_code__SIGNAL_EVENT) ||
                (request.source == SOURCE_RANGE && request.operation == operation_code__SET_BUS_RANGE))
        else $error("operation %0d comes from source %0d", request.operation, request.source);
        N1_sets_what_it_says :
        assert (request.source != SOURCE_RANGE ||
                (set_range == request.route && set_numbers == request.rid))
        else $error("range %0d, buses %x, and set are %0d, %x",
                    request.route, request.rid, set_range, set_numbers);
      end
    end
  end

  // ---- each accepted request retires once, in order -----------------------------------------------

  // What is looked at: what the operation takes. What only commands take does not come this way.
  typedef struct packed {
    source_e         source;
    operation_code_e operation;
    index_t          target;
    index_t          route;
    logic [15:0]     rid;
    logic [63:0]     address;
    logic [31:0]     data;
  } item_t;

  function automatic item_t item_of(request_t all);
    item_t item = '0;
    item.source    = all.source;
    item.operation = all.operation;
    if (takes_target(all.operation)) item.target = all.target;
    if (takes_route(all.operation)) item.route = all.route;
    if (all.operation == operation_code__SIGNAL_MSI_WITH_RID) item.rid = all.rid;
    if (all.source == SOURCE_RANGE) begin
      item.route = all.route;
      item.rid   = all.rid;
    end
    if (all.source == SOURCE_MESSAGE) begin
      item.address = all.address;
      item.data    = all.data;
    end
    return item;
  endfunction

  // While the tables are cleared there is none (H8).
  msi_order_checker #(
      .WIDTH   ($bits(item_t)),
      .DEPTH   (3),  // lookup, execute, retire
      .PATIENCE(PATIENCE)
  ) u_records (
      .clk,
      .rst_n,
      .put       (accept),
      .put_item  (item_of(request)),
      .shown     (retire_valid && !clearing),
      .taken     (1'b1),
      .shown_item(item_of(retire.request)),
      .held      (!message_ready)
  );

  // ---- messages and drops, with their records -----------------------------------------------------

  // A message is offered with its record, and until it is taken: the next one moves in no earlier.
  msi_stream_checker #(
      .WIDTH($bits(message_t)),
      .QUIET(1)
  ) u_message (
      .clk,
      .rst_n,
      .valid  (message_valid),
      .ready  (message_ready),
      .payload(message)
  );

  msi_order_checker #(
      .WIDTH   ($bits(message_t)),
      .DEPTH   (1),
      .PATIENCE(PATIENCE),
      .PASSES  (1)
  ) u_messages (
      .clk,
      .rst_n,
      .put       (retire_valid && retire.sent && !clearing),
      .put_item  ({retire.devid, retire.request.address, retire.request.data}),
      .shown     (message_valid && !clearing),
      .taken     (message_ready),
      .shown_item(message),
      .held      (!message_ready)
  );

  logic is_drop;

  always_comb begin
    is_drop = retire.answer inside {answer__DROPPED_BUS_RANGE, answer__DROPPED_DISCONNECTED,
                                    answer__DROPPED_DEVID, answer__REFUSED_BUS_RANGE,
                                    answer__REFUSED_DEVID};
  end

  always_ff @(posedge clk) begin
    if (watching_q && rst_n && !clearing) begin
      H3_bdf_only_as_answer : assert (!retire_valid || retire.answer == answer__BDF || retire.bdf == '0)
      else $error("answer %0d, and bdf is %x", retire.answer, retire.bdf);
      H7_drop_with_its_record : assert (drop_valid == (retire_valid && is_drop))
      else $error("drop_valid is %0d, answer %0d", drop_valid, retire.answer);
      if (drop_valid) begin
        R3_R4_R8_dropped_sends_nothing : assert (!retire.sent && drop.reason == retire.answer)
        else $error("it was sent, or the reason (%0d) is not the answer (%0d)",
                    drop.reason, retire.answer);
        R2_R3_R8_out_of_range :
        assert (!(drop.reason inside {answer__DROPPED_BUS_RANGE, answer__REFUSED_BUS_RANGE}) ||
                drop.rid[16:8] < {1'b0, drop.secondary} || drop.rid[16:8] > {1'b0, drop.subordinate})
        else $error("requester ID %x is in its range, %x to %x",
                    drop.rid, drop.secondary, drop.subordinate);
      end
    end
  end

  // ---- clearing -----------------------------------------------------------------------------------

  localparam int unsigned LARGEST = larger(larger(RANGES, CONNECTIONS), larger(TARGETS, ROUTES));

  logic [$clog2(LARGEST + 1)-1:0] cleared_q;  // cycles since the reset, up to LARGEST

  always_ff @(posedge clk) begin
    if (cleared_q != $bits(cleared_q)'(LARGEST)) cleared_q <= cleared_q + 1'b1;
    if (!rst_n) cleared_q <= '0;
    if (watching_q && rst_n) begin
      H8_clears_for_as_long : assert (clearing == (cleared_q != $bits(cleared_q)'(LARGEST)))
      else $error("clearing is %0d %0d cycles after reset, the largest table has %0d entries",
                  clearing, cleared_q, LARGEST);
      if (clearing && !was_reset_q) begin
        H8_nothing_while_clearing :
        assert (!request_ready && !message_valid && !retire_valid && !drop_valid)
        else $error("something is ready or valid");
      end
    end
    if (watching_q && was_reset_q) begin
      H8_nothing_left : assert (!request_ready && !message_valid && !retire_valid && !drop_valid)
      else $error("something is ready or valid right after an edge in reset");
    end
  end

endmodule

// verilator coverage_on
`default_nettype wire
