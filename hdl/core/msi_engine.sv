// SPDX-License-Identifier: MIT
//
// The engine: executes operations one at a time, in order, up to one a cycle (see
// docs/specification.md).
//
//   accept ─► lookup ─► execute ─► message (to the skid buffer), retire record, drop record
//
//   accept   an operation is taken; its target is read, or bound (bind_target); the route memories read
//            the entry of its route
//   lookup   the bus range and the backends of its target are read, or set by a command; enable writes
//            the route's message
//   execute  the state and the message of its route arrive; rules R1 to R10 decide; route state is
//            written
//
// Every table is read and written in one and the same stage, so operations see each other's effect
// without further ado; only what is read of a route, before it is written, is forwarded: states by
// msi_route_states, a message to the operation directly behind its enable (H5).
//
// Commands: all that only they take or change stands still while one of them is on its way, as there
// is one at a time. So the engine resolves a command before it is offered: it reads the origin of its
// route and that origin's bus range, and the operations that use these find them ready.
//
// Contract: a request is taken when request_valid and request_ready are high, and may change until
// then; message is a valid/ready stream (H2). While message_ready is low nothing moves. Each accepted
// operation gives one retire record, in order, in the cycle after its execute stage; its message, if
// it has one, is handed over in that execute stage. A request whose source is s_axil is the operation
// on command, which stands still from COMMAND_SETTLE cycles before it is offered until it has retired;
// all operations but signal_msi, signal_msi_with_rid and signal_event come from there, and a request
// from elsewhere carries no other. address and data of a request are those of s_msi, and mean nothing
// in a request from elsewhere. After reset, clearing is high for as many cycles as the largest
// table has entries, while the tables are cleared; nothing is accepted until then (H8).

`default_nettype none

module msi_engine
  import msi_csr_pkg::*;
  import msi_pkg::*;
#(
    parameter int unsigned RANGES      = 16,  // bus ranges, 1 to 256
    parameter int unsigned CONNECTIONS = 8,   // connections, 1 to 256
    parameter int unsigned TARGETS     = 32,  // targets, 1 to 1,024
    parameter int unsigned ROUTES      = 64   // routes, 1 to 2,048
) (
    input  wire logic     clk,
    input  wire logic     rst_n,
    output logic          clearing,
    input  wire command_t command,
    input  wire logic     request_valid,
    output logic          request_ready,
    input  wire request_t request,
    input  wire logic     command_taken,  // request is taken, and it is the command
    output logic          message_valid,
    input  wire logic     message_ready,
    output message_t      message,
    output logic          retire_valid,
    output retire_t       retire,
    output logic          drop_valid,   // with retire_valid: a message was dropped or a route refused
    output drop_t         drop
);

  // ---- what the tables hold ---------------------------------------------------------------------

  localparam int unsigned RANGE_WIDTH = RANGES > 1 ? $clog2(RANGES) : 1;
  localparam int unsigned CONNECTION_WIDTH = CONNECTIONS > 1 ? $clog2(CONNECTIONS) : 1;
  localparam int unsigned TARGET_WIDTH = TARGETS > 1 ? $clog2(TARGETS) : 1;
  localparam int unsigned ROUTE_WIDTH = ROUTES > 1 ? $clog2(ROUTES) : 1;

  // A target that was never bound is the disconnected target of R4: range 0/0, devfn 0.
  typedef struct packed {
    logic                        bound;
    logic [CONNECTION_WIDTH-1:0] connection;
    logic [RANGE_WIDTH-1:0]      range;
    logic [7:0]                  devfn;
  } target_t;

  // ---- clearing after reset ---------------------------------------------------------------------

  // excused line: called at elaboration only
  function automatic int unsigned larger(int unsigned a, int unsigned b);
    return a > b ? a : b;  // excused branch, expr: called at elaboration only
  endfunction

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

  logic                   makes_route;
  logic [RANGE_WIDTH-1:0] origin_range_index;
  bus_range_t             origin_range;

  logic                   command_bad_index, command_binds;
  sets_t                  command_sets;
  does_t                  command_does;
  answers_t               command_answers;
  bus_range_t             command_range;
  logic [31:0]            command_devid;

  // ---- accept -----------------------------------------------------------------------------------

  logic advance;  // everything in the pipeline moves by one stage

  assign advance       = message_ready;
  assign request_ready = advance && !clearing;

  target_t target;

  msi_table #(
      .WIDTH  ($bits(target_t)),
      .DEPTH  (TARGETS),
      .CLEARED(1)
  ) u_targets (
      .clk,
      .read_index (request.target[TARGET_WIDTH-1:0]),
      .read_data  (target),
      .write      (command_taken && command_binds),
      .write_index(command.target[TARGET_WIDTH-1:0]),
      .write_data ({
        1'b1,
        command.connection[CONNECTION_WIDTH-1:0],
        command.range[RANGE_WIDTH-1:0],
        command.devfn
      }),
      .clear      (clearing),
      .clear_index(clear_index[TARGET_WIDTH-1:0])
  );

  logic     lookup_valid_q;
  request_t lookup_q;
  target_t  target_q;
  does_t    does;  // the operation in lookup

  // What a route sends (R8). A route that is refused, or was never made, does not use it.
  message_t route_message;

  msi_block_ram #(
      .WIDTH($bits(message_t)),
      .DEPTH(ROUTES)
  ) u_route_messages (
      .clk,
      .read       (advance),
      .read_index (request.route[ROUTE_WIDTH-1:0]),
      .read_data  (route_message),
      .write      (does.sets_message),
      .write_index(command.route[ROUTE_WIDTH-1:0]),
      .write_data ({command_devid, command.address, command.data})
  );

  always_ff @(posedge clk) begin
    if (advance) begin
      lookup_valid_q <= request_valid && request_ready;
      lookup_q       <= request;
      target_q       <= target;
    end
    if (!rst_n) lookup_valid_q <= 1'b0;
  end

  // ---- lookup -----------------------------------------------------------------------------------

  logic     bad_index;
  sets_t    sets;
  answers_t answers;

  always_comb begin
    sets    = '0;
    does    = '0;
    answers = command_answers;
    unique case (lookup_q.source)
      SOURCE_MESSAGE: begin
        bad_index     = outside(lookup_q.target, TARGETS);
        does.signals  = !bad_index;
        answers.found = answer__SENT;
      end
      SOURCE_EVENT: begin
        bad_index        = outside(lookup_q.route, ROUTES);
        does.takes_event = !bad_index;
        does.takes_route = !bad_index;
        answers          = '{found: answer__SENT, otherwise: answer__HELD_PENDING};
      end
      default: begin
        bad_index = command_bad_index;
        sets      = command_sets;
        does      = command_does;
      end
    endcase
    if (!lookup_valid_q) begin
      sets = '0;
      does = '0;
    end
  end

  bus_range_t target_range;
  backend_t   message_backend;
  backend_t   irqfd_backend;

  msi_table #(
      .WIDTH  ($bits(bus_range_t)),
      .DEPTH  (RANGES),
      .READS  (2),
      .CLEARED($bits(bus_range_t))
  ) u_ranges (
      .clk,
      .read_index ({origin_range_index, target_q.range}),
      .read_data  ({origin_range, target_range}),
      .write      (sets.range),
      .write_index(command.range[RANGE_WIDTH-1:0]),
      .write_data ({command.secondary, command.subordinate}),
      .clear      (clearing),
      .clear_index(clear_index[RANGE_WIDTH-1:0])
  );

  msi_table #(
      .WIDTH  ($bits(backend_t)),
      .DEPTH  (CONNECTIONS),
      .CLEARED(1)
  ) u_message_backends (
      .clk,
      .read_index (target_q.connection),
      .read_data  (message_backend),
      .write      (sets.connection),
      .write_index(command.connection[CONNECTION_WIDTH-1:0]),
      .write_data ({command.operation == operation_code__CONNECT, command.segment}),
      .clear      (clearing),
      .clear_index(clear_index[CONNECTION_WIDTH-1:0])
  );

  msi_table #(
      .WIDTH  ($bits(backend_t)),
      .DEPTH  (CONNECTIONS),
      .CLEARED(1)
  ) u_irqfd_backends (
      .clk,
      .read_index (target_q.connection),
      .read_data  (irqfd_backend),
      .write      (sets.irqfd),
      .write_index(command.connection[CONNECTION_WIDTH-1:0]),
      .write_data ({1'b1, command.segment}),
      .clear      (clearing),
      .clear_index(clear_index[CONNECTION_WIDTH-1:0])
  );

  logic     execute_valid_q;
  request_t execute_q;
  does_t    does_q;

  // The message of its route was set by the operation directly before this event: too late for the
  // read at accept.
  logic fresh_message;

  // What a message takes from its operation: s_msi's, or the command's. A fresh message is the
  // command's, too.
  logic [63:0] lookup_address;
  logic [31:0] lookup_data;

  always_comb begin
    fresh_message = lookup_q.source == SOURCE_EVENT && does_q.sets_message &&
                    lookup_q.route[ROUTE_WIDTH-1:0] == execute_q.route[ROUTE_WIDTH-1:0];

    lookup_address = command.address;
    lookup_data    = command.data;
    if (lookup_q.source == SOURCE_MESSAGE) begin
      lookup_address = lookup_q.address;
      lookup_data    = lookup_q.data;
    end
  end

  answers_t    answers_q;
  bus_range_t  range_q;               // the target's
  logic        rid_in_range_q;        // R1, of an explicit requester ID; 0/0 where not bound
  logic [7:0]  devfn_q;
  logic        connected_q, irqfd_q;  // R4, R7
  logic [15:0] segment_q, irqfd_segment_q;
  logic [RANGE_WIDTH-1:0] range_index_q;

  logic        bad_index_q;
  logic        explicit_rid_q;        // signal_msi_with_rid
  logic        from_command_q;        // the message is that of the command's route
  logic [31:0] command_devid_q;
  logic        route_message_q;       // the message is what the route memory holds

  always_ff @(posedge clk) begin
    if (advance) begin
      execute_valid_q   <= lookup_valid_q;
      execute_q         <= lookup_q;
      execute_q.address <= lookup_address;
      execute_q.data    <= lookup_data;
      does_q            <= does;
      answers_q         <= answers;
      bad_index_q       <= bad_index;

      range_index_q     <= target_q.range;
      range_q           <= target_range;
      rid_in_range_q    <= target_q.bound ? in_range(lookup_q.rid[15:8], target_range)
                                          : lookup_q.rid[15:8] == 8'h00;
      devfn_q           <= target_q.devfn;
      if (!target_q.bound) begin
        range_q <= '0;
        devfn_q <= '0;
      end
      connected_q       <= target_q.bound && message_backend.connected;
      segment_q         <= message_backend.segment;
      irqfd_q           <= target_q.bound && irqfd_backend.connected;
      irqfd_segment_q   <= irqfd_backend.segment;

      explicit_rid_q    <= lookup_q.operation == operation_code__SIGNAL_MSI_WITH_RID;
      from_command_q    <= does.sets_message || fresh_message;
      command_devid_q   <= command_devid;
      route_message_q   <= does.takes_event && !fresh_message;
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
      .accept_index (request.route[ROUTE_WIDTH-1:0]),
      .lookup_index (lookup_q.route[ROUTE_WIDTH-1:0]),
      .execute_index(execute_q.route[ROUTE_WIDTH-1:0]),
      .execute_uses (does_q.takes_route),
      .state        (route_state),
      .next_state   (next_route_state),
      .clear        (clearing),
      .clear_index  (clear_index[ROUTE_WIDTH-1:0])
  );

  answer_e     answer;
  logic        send;
  logic        is_drop;
  logic [15:0] default_bdf;
  logic [31:0] signalled_devid, devid;
  message_t    sent_message;

  msi_rules u_rules (
      .does            (does_q),
      .answers         (answers_q),
      .bad_index       (bad_index_q),
      .explicit_rid    (explicit_rid_q),
      .rid             (execute_q.rid),
      .secondary       (range_q.secondary),
      .rid_in_range    (rid_in_range_q),
      .devfn           (devfn_q),
      .connected       (connected_q),
      .segment         (segment_q),
      .irqfd           (irqfd_q),
      .route_state,
      .answer,
      .send,
      .is_drop,
      .makes_route,
      .next_route_state,
      .default_bdf,
      .devid           (signalled_devid)
  );

  msi_command_resolve #(
      .RANGES     (RANGES),
      .CONNECTIONS(CONNECTIONS),
      .TARGETS    (TARGETS),
      .ROUTES     (ROUTES)
  ) u_command (
      .clk,
      .command,
      .origin_range_index,
      .origin_range,
      .write_origin   (makes_route),
      .new_segment    (irqfd_segment_q),
      .new_range_index(range_index_q),
      .new_devfn      (devfn_q),
      .bad_index      (command_bad_index),
      .binds          (command_binds),
      .sets           (command_sets),
      .does           (command_does),
      .answers        (command_answers),
      .bus_range      (command_range),
      .devid          (command_devid)
  );

  // The message, if one is sent.
  always_comb begin
    devid        = from_command_q ? command_devid_q : signalled_devid;
    sent_message = '{devid: devid, address: execute_q.address, data: execute_q.data};
    if (route_message_q) sent_message = route_message;
  end

  // ---- results ----------------------------------------------------------------------------------

  assign message_valid = send;
  assign message       = sent_message;

  logic    retire_valid_q;
  retire_t retire_q;
  logic    drop_valid_q;
  drop_t   drop_q;

  always_ff @(posedge clk) begin
    retire_valid_q <= advance && execute_valid_q;
    drop_valid_q   <= advance && is_drop;
    if (advance) begin
      retire_q.request         <= execute_q;
      retire_q.request.address <= sent_message.address;
      retire_q.request.data    <= sent_message.data;
      retire_q.answer          <= answer;
      retire_q.bdf             <= default_bdf;
      if (!does_q.tells_bdf) retire_q.bdf <= '0;
      retire_q.sent            <= send;
      retire_q.devid           <= sent_message.devid;
      drop_q <= '{
          reason: answer,
          rid: devid[15:0],
          secondary: does_q.refuses ? command_range.secondary : range_q.secondary,
          subordinate: does_q.refuses ? command_range.subordinate : range_q.subordinate
      };
    end
    if (!rst_n) begin
      retire_valid_q <= 1'b0;
      drop_valid_q   <= 1'b0;
    end
  end

  assign retire_valid = retire_valid_q;
  assign retire       = retire_q;
  assign drop_valid   = drop_valid_q;
  assign drop         = drop_q;

endmodule

`default_nettype wire
