// SPDX-License-Identifier: MIT
//
// The engine: executes operations one at a time, in order, up to one a cycle (see
// docs/specification.md). It holds the pipeline and the tables; what is decided is in msi_rules.
//
//   accept ─► lookup ─► execute ─► retire: the record, the drop, the message
//
//   accept   an operation is taken; its target is read, or bound (bind_target); a backend or a bus range is set; the
//            state of an event's route is read
//   lookup   the bus range of its target is read, and the requester ID made of it; the message of its route is
//            read, or set (enable)
//   execute  the state of its route and the message backend of its target arrive; msi_rules decides
//   retire   what was done shows, with the message: s_msi's, the command's, or its route's
//
// Every table that an operation reads is written in the stage in which it is read, or its reading begins, or
// before, so operations see each other's effect without further ado; only route states, read before they are
// written, are forwarded, by msi_route_states (H5). What a command does is found before it is offered, by
// msi_command_resolve, and so is its target: only commands change these, and there is one at a time. So is
// the state of its route, which is kept up to date with what events do meanwhile. The bus range of its route may
// be set by a request from SOURCE_RANGE: a command is offered once that is found, too.
//
// Contract: a request is taken when request_valid and request_ready are high, and may change until
// then; message is a valid/ready stream (H2). While message_ready is low nothing moves. Each accepted
// operation gives one retire record, in order, one cycle long; its message, if it has one, is offered
// with the record, and until it is taken. A request whose source is SOURCE_COMMAND is the operation
// on command, which stands still from COMMAND_SETTLE cycles before it is offered until it has retired, and is
// not offered in the RANGE_SETTLE cycles after a request from SOURCE_RANGE was taken;
// all operations but signal_msi, signal_msi_with_rid, signal_event and set_bus_range come from there, and a request
// from elsewhere carries no other. One from SOURCE_RANGE has its bus range's index in route, and its buses in rid.
// set_range and set_numbers are those of the request from SOURCE_RANGE, or of the command, if it is one of these.
// address and data of a request are those of s_msi, and mean nothing
// in a request from elsewhere. message_target is the target of a request from SOURCE_MESSAGE, and
// message_first is high with one, low with the command; event_route is the route of a request from
// SOURCE_EVENT. After reset, clearing is high for as many cycles as the largest table has entries, while
// the tables are cleared; nothing is accepted until then (H8).

`default_nettype none

module msi_engine
  import msi_csr_pkg::*;
  import msi_pkg::*;
#(
    parameter int unsigned RANGES      = 16,  // bus ranges, 1 to 256
    parameter int unsigned CONNECTIONS = 8,   // connections, 1 to 256
    parameter int unsigned TARGETS     = 32,  // targets, 1 to 1,024
    parameter int unsigned ROUTES      = 64,  // routes, 1 to 2,048
    parameter bit          CHECK_DEFAULT_RID = 1'b0,  // a target's own requester ID is held against its range
    parameter int unsigned DEVID_BITS  = 32,  // of a DeviceID that the ITS takes, 16 to 32
    localparam int unsigned TARGET_WIDTH = TARGETS > 1 ? $clog2(TARGETS) : 1,
    localparam int unsigned ROUTE_WIDTH = ROUTES > 1 ? $clog2(ROUTES) : 1
) (
    input  wire logic     clk,
    input  wire logic     rst_n,
    output logic          clearing,
    input  wire command_t command,
    input  wire logic     request_valid,
    output logic          request_ready,
    input  wire request_t request,
    input  wire logic     command_granted,  // request_valid, and request is the command
    input  wire logic     range_granted,    // request_valid, and request is from SOURCE_RANGE
    input  wire logic [TARGET_WIDTH-1:0] message_target,  // s_msi's, whatever request is
    input  wire logic     message_first,  // request is s_msi's, if it is that or the command
    input  wire logic [ROUTE_WIDTH-1:0] event_route,  // s_evt's, whatever request is
    input  wire index_t     set_range,
    input  wire bus_range_t set_numbers,
    output logic          message_valid,
    input  wire logic     message_ready,
    output message_t      message,
    output logic          retire_valid,
    output retire_t       retire,
    output logic          drop_valid,   // with retire_valid: a message was dropped or a route refused
    output drop_t         drop
);

  localparam int unsigned RANGE_WIDTH = RANGES > 1 ? $clog2(RANGES) : 1;

  // Of a requester ID offset: without the check, it is a devfn.
  localparam int unsigned OFFSET_WIDTH = CHECK_DEFAULT_RID ? 16 : 8;

  // ---- clearing after reset ---------------------------------------------------------------------

  localparam int unsigned LARGEST = larger(larger(RANGES, CONNECTIONS), larger(TARGETS, ROUTES));
  localparam int unsigned CLEAR_WIDTH = LARGEST > 1 ? $clog2(LARGEST) : 1;

  logic [CLEAR_WIDTH-1:0] clear_index;

  msi_clear #(
      .ENTRIES(LARGEST)
  ) u_clear (
      .clk,
      .rst_n,
      .clearing,
      .index(clear_index)
  );

  // ---- the command, resolved --------------------------------------------------------------------

  logic advance;        // everything in the pipeline moves by one stage
  logic command_taken;
  logic command_stays;  // in execute

  // Each on its own: in one process they would look like a loop through the arbiter, whose in_ready
  // depends on request_ready, and whose command_granted does not.
  assign advance       = message_ready;
  assign request_ready = advance && !clearing;
  assign command_taken = command_granted && request_ready;

  logic                   command_binds;
  sets_t                  command_sets;
  does_t                  command_does;
  answers_t               command_answers;
  bus_range_t             command_range;
  rid_t                   command_rid;
  logic [31:0]            command_devid;

  logic [RANGE_WIDTH-1:0] origin_range_index;
  bus_range_t             origin_range;

  target_t                command_target;  // excused toggle: no table has more than 256 entries
  logic                   irqfd;        // of that target
  logic                   makes_route;  // in execute

  msi_command_resolve #(
      .RANGES     (RANGES),
      .CONNECTIONS(CONNECTIONS),
      .TARGETS    (TARGETS),
      .ROUTES     (ROUTES),
      .CHECK_DEFAULT_RID(CHECK_DEFAULT_RID),
      .DEVID_BITS (DEVID_BITS),
      .OFFSET_WIDTH(OFFSET_WIDTH),
      .CLEAR_WIDTH(CLEAR_WIDTH)
  ) u_command (
      .clk,
      .command,
      .taken            (command_taken),
      .hold             (command_stays),
      .target           (command_target),
      .irqfd,
      .origin_range_index,
      .origin_range,
      .makes_route,
      .binds            (command_binds),
      .sets             (command_sets),
      .does             (command_does),
      .answers          (command_answers),
      .bus_range        (command_range),
      .rid              (command_rid),
      .devid            (command_devid),
      .clear            (clearing),
      .clear_index
  );

  // ---- accept -----------------------------------------------------------------------------------

  target_t  target;  // excused toggle: no table has more than 256 entries
  backend_t message_backend;  // in execute

  msi_accept #(
      .RANGES      (RANGES),
      .CONNECTIONS (CONNECTIONS),
      .TARGETS     (TARGETS),
      .DEVID_BITS  (DEVID_BITS),
      .OFFSET_WIDTH(OFFSET_WIDTH),
      .CLEAR_WIDTH (CLEAR_WIDTH)
  ) u_accept (
      .clk,
      .advance,
      .command,
      .binds   (command_granted && advance && command_binds),  // while clearing, it does not count
      .connects(command_granted && advance && command_sets.connection),
      .message_target,
      .message_first,
      .command_target,
      .target,
      .message_backend,
      .clear   (clearing),
      .clear_index
  );

  logic     lookup_valid_q;
  sets_t    sets_q;    // what a command in lookup sets
  request_t lookup_q;
  target_t  target_q;

  always_ff @(posedge clk) begin
    if (advance) begin
      lookup_valid_q <= request_valid && request_ready;
      sets_q         <= command_taken ? command_sets : '0;
      lookup_q       <= request;
      target_q       <= target;
    end
    if (!rst_n) begin
      lookup_valid_q <= 1'b0;
      sets_q         <= '0;
    end
  end

  // ---- lookup -----------------------------------------------------------------------------------

  does_t    does;
  answers_t answers;
  found_t   found;
  logic     sets_range;  // what is accepted does; while clearing, it does not count

  assign sets_range = advance &&
      ((command_granted && command_sets.range) || (range_granted && !outside(set_range, RANGES)));

  msi_lookup #(
      .RANGES     (RANGES),
      .TARGETS    (TARGETS),
      .ROUTES     (ROUTES),
      .CHECK_DEFAULT_RID(CHECK_DEFAULT_RID),
      .CLEAR_WIDTH(CLEAR_WIDTH)
  ) u_lookup (
      .clk,
      .valid      (lookup_valid_q),
      .request    (lookup_q),
      .target     (target_q),
      .command_does,
      .command_answers,
      .origin_range_index,
      .origin_range,
      .sets_range,
      .set_range  (set_range[RANGE_WIDTH-1:0]),
      .set_numbers,
      .does,
      .answers,
      .found,
      .clear      (clearing),
      .clear_index
  );

  logic     execute_valid_q;
  request_t execute_q;
  does_t    does_q;
  answers_t answers_q;
  logic     bound_q;
  found_t   found_q;

  assign command_stays = !advance && execute_valid_q && execute_q.source == SOURCE_COMMAND;

  // What a route sends (R8), in retire. A route that is refused, or was never made, does not use it.
  message_t route_message;

  msi_block_ram #(
      .WIDTH($bits(message_t)),
      .DEPTH(ROUTES)
  ) u_route_messages (
      .clk,
      .read       (advance),
      .read_index (lookup_q.route[ROUTE_WIDTH-1:0]),
      .read_data  (route_message),
      .write      (sets_q.message),
      .write_index(command.route[ROUTE_WIDTH-1:0]),
      .write_data ({command_devid, command.address, command.data})
  );

  always_ff @(posedge clk) begin
    if (advance) begin
      execute_valid_q <= lookup_valid_q;
      execute_q       <= lookup_q;
      does_q          <= does;
      answers_q       <= answers;
      bound_q         <= target_q.bound;
      found_q         <= found;
    end
    if (!rst_n) begin
      execute_valid_q <= 1'b0;
      does_q          <= '0;
    end
  end

  // ---- execute ----------------------------------------------------------------------------------

  route_state_t route_state, next_route_state;

  msi_route_states #(
      .WIDTH($bits(route_state_t)),
      .DEPTH(ROUTES)
  ) u_route_states (
      .clk,
      .advance,
      .event_index      (event_route),
      .command_index    (command.route[ROUTE_WIDTH-1:0]),
      .lookup_index     (lookup_q.route[ROUTE_WIDTH-1:0]),
      .lookup_is_command(lookup_q.source == SOURCE_COMMAND),
      .execute_index    (execute_q.route[ROUTE_WIDTH-1:0]),
      .execute_uses     (does_q.takes_route),
      .state            (route_state),
      .next_state       (next_route_state),
      .clear            (clearing),
      .clear_index      (clear_index[ROUTE_WIDTH-1:0])
  );

  backend_t    message_backend_found;
  verdict_t    verdict;
  logic [31:0] devid;

  always_comb begin
    message_backend_found           = message_backend;
    message_backend_found.connected = bound_q && message_backend.connected;
  end

  msi_rules u_rules (
      .does        (does_q),
      .found       (found_q),
      .backend     (message_backend_found),
      .irqfd,
      .route_state,
      .verdict,
      .makes_route,
      .next_route_state,
      .devid
  );

  // ---- retire -----------------------------------------------------------------------------------

  msi_retire u_retire (
      .clk,
      .rst_n,
      .advance,
      .valid        (execute_valid_q),
      .request      (execute_q),
      .does         (does_q),
      .answers      (answers_q),
      .verdict,
      .rid          (found_q.rid),
      .bus_range    (found_q.bus_range),
      .devid,
      .command,
      .command_range,
      .command_rid,
      .command_devid,
      .route_message,
      .message_valid,
      .message,
      .retire_valid,
      .retire,
      .drop_valid,
      .drop
  );

endmodule

`default_nettype wire
