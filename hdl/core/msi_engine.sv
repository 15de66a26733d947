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

  // ---- what the tables hold ---------------------------------------------------------------------

  localparam int unsigned RANGE_WIDTH = RANGES > 1 ? $clog2(RANGES) : 1;
  localparam int unsigned CONNECTION_WIDTH = CONNECTIONS > 1 ? $clog2(CONNECTIONS) : 1;
  localparam int unsigned TARGET_WIDTH = TARGETS > 1 ? $clog2(TARGETS) : 1;
  localparam int unsigned ROUTE_WIDTH = ROUTES > 1 ? $clog2(ROUTES) : 1;

  typedef struct packed {
    logic [7:0] secondary;
    logic [7:0] subordinate;
  } bus_range_t;

  typedef struct packed {
    logic        connected;
    logic [15:0] segment;
  } backend_t;

  // A target that was never bound is the disconnected target of R4: range 0/0, devfn 0.
  typedef struct packed {
    logic                        bound;
    logic [CONNECTION_WIDTH-1:0] connection;
    logic [RANGE_WIDTH-1:0]      range;
    logic [7:0]                  devfn;
  } target_t;

  typedef struct packed {
    logic made;     // by new_route
    logic enabled;
    logic pending;
  } route_state_t;

  // What a route keeps of the target it was made from (R7).
  typedef struct packed {
    logic [15:0]            segment;
    logic [RANGE_WIDTH-1:0] range;
    logic [7:0]             devfn;
  } route_origin_t;

  // ---- clearing after reset ---------------------------------------------------------------------

  // excused line: called at elaboration only
  function automatic int unsigned larger(int unsigned a, int unsigned b);
    return a > b ? a : b;  // excused branch, expr: called at elaboration only
  endfunction

  localparam int unsigned LARGEST = larger(larger(RANGES, CONNECTIONS), larger(TARGETS, ROUTES));
  localparam int unsigned CLEAR_WIDTH = LARGEST > 1 ? $clog2(LARGEST) : 1;

  logic                   clearing_q;
  logic [CLEAR_WIDTH-1:0] clear_index_q;

  always_ff @(posedge clk) begin
    if (clearing_q) begin
      clear_index_q <= clear_index_q + 1'b1;
      if (clear_index_q == CLEAR_WIDTH'(LARGEST - 1)) clearing_q <= 1'b0;
    end
    if (!rst_n) begin
      clearing_q    <= 1'b1;
      clear_index_q <= '0;
    end
  end

  assign clearing = clearing_q;

  // ---- the command, resolved --------------------------------------------------------------------

  route_origin_t origin;       // of the command's route; valid two cycles after the command
  bus_range_t    origin_range;

  logic          write_origin;
  route_origin_t new_origin;

  msi_block_ram #(
      .WIDTH($bits(route_origin_t)),
      .DEPTH(ROUTES)
  ) u_route_origins (
      .clk,
      .read       (1'b1),
      .read_index (command.route[ROUTE_WIDTH-1:0]),
      .read_data  (origin),
      .write      (write_origin),
      .write_index(command.route[ROUTE_WIDTH-1:0]),
      .write_data (new_origin)
  );

  // Which tables a command sets in lookup; none if its indexes are bad.
  typedef struct packed {
    logic range;
    logic connection;  // connect, disconnect
    logic irqfd;
  } sets_t;

  // What an operation does; nothing if there is none, or if its indexes are bad.
  typedef struct packed {
    logic sets_message;  // enable, enable_with_rid: in range or not
    logic enables;       // in range
    logic refuses;       // out of range
    logic disables;
    logic makes_route;
    logic consumes;
    logic takes_event;
    logic takes_route;   // all that take a route
    logic signals;       // signal_msi, signal_msi_with_rid
    logic asks_irqfd;    // new_route, supports_direct_msi
    logic tells_bdf;
  } does_t;

  // What it answers, and what it answers where the execute stage does not find what it asks for: an
  // irqfd backend, an enabled route, a pending event.
  typedef struct packed {
    answer_e found;
    answer_e otherwise;
  } answers_t;

  logic     outside_range_q, outside_connection_q, outside_target_q, outside_route_q;
  logic     command_bad_index, command_bad_index_q;
  logic     command_binds, command_binds_q;
  sets_t    command_sets, command_sets_q;
  does_t    command_does, command_does_q;  // excused toggle: in range or not is not known yet
  answers_t command_answers, command_answers_q;

  always_comb begin
    command_bad_index = (takes_range(command.operation) && outside_range_q) ||
                        (takes_connection(command.operation) && outside_connection_q) ||
                        // excused expr: there is no operation that takes no index
                        (takes_target(command.operation) && outside_target_q) ||
                        (takes_route(command.operation) && outside_route_q);

    command_binds            = 1'b0;
    command_sets             = '0;
    command_does             = '0;
    command_does.takes_route = takes_route(command.operation);
    command_answers          = '{default: answer__OK};
    unique case (command.operation)
      operation_code__SET_BUS_RANGE: command_sets.range = 1'b1;
      operation_code__CONNECT, operation_code__DISCONNECT: command_sets.connection = 1'b1;
      operation_code__CONNECT_IRQFD: command_sets.irqfd = 1'b1;
      operation_code__BIND_TARGET: command_binds = 1'b1;
      operation_code__SIGNAL_MSI, operation_code__SIGNAL_MSI_WITH_RID: begin
        command_does.signals  = 1'b1;
        command_answers.found = answer__SENT;
      end
      operation_code__NEW_ROUTE: begin
        command_does.makes_route  = 1'b1;
        command_does.asks_irqfd   = 1'b1;
        command_answers.otherwise = answer__NO_IRQFD;
      end
      operation_code__ENABLE, operation_code__ENABLE_WITH_RID: begin
        command_does.sets_message = 1'b1;
        command_answers.found     = answer__DELIVERED;
      end
      operation_code__DISABLE: command_does.disables = 1'b1;
      operation_code__SIGNAL_EVENT: begin
        command_does.takes_event = 1'b1;
        command_answers          = '{found: answer__SENT, otherwise: answer__HELD_PENDING};
      end
      operation_code__CONSUME_PENDING: begin
        command_does.consumes = 1'b1;
        command_answers       = '{found: answer__WAS_PENDING, otherwise: answer__WAS_NOT_PENDING};
      end
      operation_code__DEFAULT_BDF: begin
        command_does.tells_bdf = 1'b1;
        command_answers.found  = answer__BDF;
      end
      operation_code__SUPPORTS_DIRECT_MSI: begin
        command_does.asks_irqfd = 1'b1;
        command_answers         = '{found: answer__DIRECT_MSI, otherwise: answer__NO_DIRECT_MSI};
      end
      default: ;  // excused line: what names no operation is not offered
    endcase
    if (command_bad_index) begin
      command_binds = 1'b0;
      command_sets  = '0;
      command_does  = '0;
    end
  end

  always_ff @(posedge clk) begin
    outside_range_q      <= outside(command.range, RANGES);
    outside_connection_q <= outside(command.connection, CONNECTIONS);
    outside_target_q     <= outside(command.target, TARGETS);
    outside_route_q      <= outside(command.route, ROUTES);
    command_bad_index_q  <= command_bad_index;
    command_binds_q      <= command_binds;
    command_sets_q       <= command_sets;
    command_does_q       <= command_does;
    command_answers_q    <= command_answers;
  end

  bus_range_t  command_range_q;     // the bus range of the route's origin
  logic        command_in_range_q;  // R8: it includes the explicit requester ID, if there is one
  logic        command_default_rid;
  logic [15:0] command_rid;         // the requester ID of the command's message

  always_comb begin
    command_default_rid = command.operation == operation_code__ENABLE;
    command_rid         = command_default_rid ? {command_range_q.secondary, origin.devfn}
                                              : command.rid;
  end

  always_ff @(posedge clk) begin
    command_range_q    <= origin_range;
    command_in_range_q <= command_default_rid || in_range(command.rid[15:8], command_range_q);
  end

  // R1
  function automatic logic in_range(logic [7:0] bus, bus_range_t bus_range);
    return !(bus < bus_range.secondary || bus_range.subordinate < bus);
  endfunction

  // ---- accept -----------------------------------------------------------------------------------

  logic advance;  // everything in the pipeline moves by one stage

  assign advance       = message_ready;
  assign request_ready = advance && !clearing_q;

  target_t target;

  msi_table #(
      .WIDTH  ($bits(target_t)),
      .DEPTH  (TARGETS),
      .CLEARED(1)
  ) u_targets (
      .clk,
      .read_index (request.target[TARGET_WIDTH-1:0]),
      .read_data  (target),
      .write      (command_taken && command_binds_q),
      .write_index(command.target[TARGET_WIDTH-1:0]),
      .write_data ({
        1'b1,
        command.connection[CONNECTION_WIDTH-1:0],
        command.range[RANGE_WIDTH-1:0],
        command.devfn
      }),
      .clear      (clearing_q),
      .clear_index(clear_index_q[TARGET_WIDTH-1:0])
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
      .write_data ({origin.segment, command_rid, command.address, command.data})
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
    answers = command_answers_q;
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
        bad_index    = command_bad_index_q;
        sets         = command_sets_q;
        does         = command_does_q;
        does.enables = command_does_q.sets_message && command_in_range_q;
        does.refuses = command_does_q.sets_message && !command_in_range_q;
        if (does.refuses) answers.found = answer__REFUSED_BUS_RANGE;
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
      .read_index ({origin.range, target_q.range}),
      .read_data  ({origin_range, target_range}),
      .write      (sets.range),
      .write_index(command.range[RANGE_WIDTH-1:0]),
      .write_data ({command.secondary, command.subordinate}),
      .clear      (clearing_q),
      .clear_index(clear_index_q[RANGE_WIDTH-1:0])
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
      .clear      (clearing_q),
      .clear_index(clear_index_q[CONNECTION_WIDTH-1:0])
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
      .clear      (clearing_q),
      .clear_index(clear_index_q[CONNECTION_WIDTH-1:0])
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
      command_devid_q   <= {origin.segment, command_rid};
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
      .clear        (clearing_q),
      .clear_index  (clear_index_q[ROUTE_WIDTH-1:0])
  );

  logic    bus_refused;  // R3: of an explicit requester ID; comes before the question of R4
  logic    found;        // what the operation asks for
  answer_e answer;
  logic    send;
  logic    is_drop;

  always_comb begin
    bus_refused = explicit_rid_q && !rid_in_range_q;

    found = 1'b1;
    if (does_q.asks_irqfd) found = irqfd_q;
    if (does_q.takes_event) found = route_state.enabled;
    if (does_q.enables || does_q.consumes) found = route_state.pending;

    answer = found ? answers_q.found : answers_q.otherwise;
    if (bad_index_q) answer = answer__ERROR_INDEX;
    else if (bus_refused) answer = answer__DROPPED_BUS_RANGE;
    else if (does_q.signals && !connected_q) answer = answer__DROPPED_DISCONNECTED;
    else if (does_q.takes_route && !does_q.makes_route && !route_state.made) begin
      answer = answer__ERROR_NO_ROUTE;
    end

    // Only a route that was made is enabled, or has something pending.
    send    = (does_q.signals && connected_q && !bus_refused) ||
              (does_q.takes_event && route_state.enabled) ||
              (does_q.enables && route_state.pending);
    is_drop = (does_q.signals && (!connected_q || bus_refused)) ||
              (does_q.refuses && route_state.made);
  end

  always_comb begin
    next_route_state = route_state;
    if (does_q.makes_route) begin
      if (irqfd_q) next_route_state = '{made: 1'b1, enabled: 1'b0, pending: 1'b0};
    end else if (route_state.made) begin
      if (does_q.enables) next_route_state.enabled = 1'b1;
      if (does_q.disables || does_q.refuses) next_route_state.enabled = 1'b0;  // R8: pending stays
      if (does_q.enables || does_q.consumes) next_route_state.pending = 1'b0;
      if (does_q.takes_event && !route_state.enabled) next_route_state.pending = 1'b1;
    end
  end

  assign write_origin = does_q.makes_route && irqfd_q;
  assign new_origin   = '{segment: irqfd_segment_q, range: range_index_q, devfn: devfn_q};

  // The message, if one is sent.
  logic [15:0] default_bdf;  // R2
  logic [31:0] devid;
  message_t    sent_message;

  always_comb begin
    default_bdf  = {range_q.secondary, devfn_q};
    devid        = {segment_q, explicit_rid_q ? execute_q.rid : default_bdf};
    if (from_command_q) devid = command_devid_q;
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
          secondary: does_q.refuses ? command_range_q.secondary : range_q.secondary,
          subordinate: does_q.refuses ? command_range_q.subordinate : range_q.subordinate
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
