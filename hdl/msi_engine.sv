// SPDX-License-Identifier: MIT
//
// The engine: executes operations one at a time, in order, up to one a cycle (see
// docs/specification.md).
//
//   accept ─► lookup ─► execute ─► message (to the skid buffer), retire record, drop record
//
//   accept   an operation is taken; the route memories read the entry of its route
//   lookup   its target is read, or bound (bind_target); the route's state arrives
//   execute  its bus range and backends are read; rules R1 to R10 decide; state is written
//
// The small tables are read and written in one and the same stage, so operations see each other's
// effect without further ado; the route memories, read early because their read is registered,
// forward what the execute stage writes (msi_route_memory, H5).
//
// Contract: a request is taken when request_valid and request_ready are high, and may change until
// then; message is a valid/ready stream (H2). While message_ready is low nothing moves. Each accepted
// operation gives one retire record, in order, in the cycle after its execute stage; its message, if
// it has one, is handed over in that execute stage. After reset, clearing is high for as many cycles
// as the largest table has entries, while the tables are cleared; nothing is accepted until then (H8).

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
    input  wire logic     request_valid,
    output logic          request_ready,
    input  wire request_t request,
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

  // What an enabled route sends (R8); the DeviceID is the origin's segment and this BDF.
  typedef struct packed {
    logic [15:0] bdf;
    logic [63:0] address;
    logic [31:0] data;
  } route_message_t;

  // ---- clearing after reset ---------------------------------------------------------------------

  function automatic int unsigned larger(int unsigned a, int unsigned b);
    return a > b ? a : b;
  endfunction

  localparam int unsigned LARGEST = larger(larger(RANGES, CONNECTIONS), larger(TARGETS, ROUTES));

  logic   clearing_q;
  index_t clear_index_q;

  always_ff @(posedge clk) begin
    if (clearing_q) begin
      clear_index_q <= clear_index_q + 1'b1;
      if (clear_index_q == index_t'(LARGEST - 1)) clearing_q <= 1'b0;
    end
    if (!rst_n) begin
      clearing_q    <= 1'b1;
      clear_index_q <= '0;
    end
  end

  assign clearing = clearing_q;

  // ---- accept -----------------------------------------------------------------------------------

  logic advance;  // everything in the pipeline moves by one stage
  logic accept;

  assign advance       = message_ready;
  assign request_ready = advance && !clearing_q;
  assign accept        = request_valid && request_ready;

  logic     lookup_valid_q;
  request_t lookup_q;

  always_ff @(posedge clk) begin
    if (advance) lookup_valid_q <= accept;
    if (accept) lookup_q <= request;
    if (!rst_n) lookup_valid_q <= 1'b0;
  end

  // ---- lookup -----------------------------------------------------------------------------------

  logic    lookup_bad_index;
  logic    bind_target;
  target_t target;

  always_comb begin
    lookup_bad_index =
        (takes_range(lookup_q.operation) && 32'(lookup_q.range) >= RANGES) ||
        (takes_connection(lookup_q.operation) && 32'(lookup_q.connection) >= CONNECTIONS) ||
        (takes_target(lookup_q.operation) && 32'(lookup_q.target) >= TARGETS) ||
        (takes_route(lookup_q.operation) && 32'(lookup_q.route) >= ROUTES);
    bind_target = advance && lookup_valid_q && !lookup_bad_index &&
                  lookup_q.operation == operation_code__BIND_TARGET;
  end

  msi_table #(
      .WIDTH($bits(target_t)),
      .DEPTH(TARGETS)
  ) u_targets (
      .clk,
      .read_index (lookup_q.target[TARGET_WIDTH-1:0]),
      .read_data  (target),
      .write      (bind_target),
      .write_index(lookup_q.target[TARGET_WIDTH-1:0]),
      .write_data ({
        1'b1,
        lookup_q.connection[CONNECTION_WIDTH-1:0],
        lookup_q.range[RANGE_WIDTH-1:0],
        lookup_q.devfn
      }),
      .clear      (clearing_q),
      .clear_index(clear_index_q)
  );

  route_state_t   lookup_route_state;
  route_origin_t  lookup_route_origin;
  route_message_t lookup_route_message;

  logic           write_route_state;
  logic           write_route_origin;
  logic           write_route_message;
  route_state_t   next_route_state;
  route_origin_t  next_route_origin;
  route_message_t next_route_message;

  logic     execute_valid_q;
  request_t execute_q;

  msi_route_memory #(
      .WIDTH($bits(route_state_t)),
      .DEPTH(ROUTES)
  ) u_route_states (
      .clk,
      .read       (advance),
      .read_index (request.route[ROUTE_WIDTH-1:0]),
      .read_data  (lookup_route_state),
      .write      (write_route_state),
      .write_index(execute_q.route[ROUTE_WIDTH-1:0]),
      .write_data (next_route_state),
      .clear      (clearing_q),
      .clear_index(clear_index_q)
  );

  // These two are only looked at once their route was made or enabled, so they need no clearing.
  msi_route_memory #(
      .WIDTH($bits(route_origin_t)),
      .DEPTH(ROUTES)
  ) u_route_origins (
      .clk,
      .read       (advance),
      .read_index (request.route[ROUTE_WIDTH-1:0]),
      .read_data  (lookup_route_origin),
      .write      (write_route_origin),
      .write_index(execute_q.route[ROUTE_WIDTH-1:0]),
      .write_data (next_route_origin),
      .clear      (1'b0),
      .clear_index('0)
  );

  msi_route_memory #(
      .WIDTH($bits(route_message_t)),
      .DEPTH(ROUTES)
  ) u_route_messages (
      .clk,
      .read       (advance),
      .read_index (request.route[ROUTE_WIDTH-1:0]),
      .read_data  (lookup_route_message),
      .write      (write_route_message),
      .write_index(execute_q.route[ROUTE_WIDTH-1:0]),
      .write_data (next_route_message),
      .clear      (1'b0),
      .clear_index('0)
  );

  logic           bad_index_q;
  logic           from_target_q;  // the operation's bus range and devfn are its target's
  target_t        target_q;
  route_state_t   route_state_q;
  logic [15:0]    route_segment_q;
  route_message_t route_message_q;
  logic [RANGE_WIDTH-1:0] range_index_q;
  logic [7:0]     devfn_q;

  always_ff @(posedge clk) begin
    if (advance) begin
      execute_valid_q <= lookup_valid_q;
      execute_q       <= lookup_q;
      bad_index_q     <= lookup_bad_index;
      from_target_q   <= takes_target(lookup_q.operation);
      target_q        <= target;
      route_state_q   <= lookup_route_state;
      route_segment_q <= lookup_route_origin.segment;
      route_message_q <= lookup_route_message;
      if (takes_target(lookup_q.operation)) begin
        range_index_q <= target.range;
        devfn_q       <= target.devfn;
      end else begin
        range_index_q <= lookup_route_origin.range;
        devfn_q       <= lookup_route_origin.devfn;
      end
    end
    if (!rst_n) execute_valid_q <= 1'b0;
  end

  // ---- execute: the tables ----------------------------------------------------------------------

  bus_range_t range_entry;
  backend_t   message_backend_entry;
  backend_t   irqfd_backend_entry;

  logic write_range;
  logic write_message_backend;
  logic write_irqfd_backend;

  msi_table #(
      .WIDTH($bits(bus_range_t)),
      .DEPTH(RANGES)
  ) u_ranges (
      .clk,
      .read_index (range_index_q),
      .read_data  (range_entry),
      .write      (write_range),
      .write_index(execute_q.range[RANGE_WIDTH-1:0]),
      .write_data ({execute_q.secondary, execute_q.subordinate}),
      .clear      (clearing_q),
      .clear_index(clear_index_q)
  );

  msi_table #(
      .WIDTH($bits(backend_t)),
      .DEPTH(CONNECTIONS)
  ) u_message_backends (
      .clk,
      .read_index (target_q.connection),
      .read_data  (message_backend_entry),
      .write      (write_message_backend),
      .write_index(execute_q.connection[CONNECTION_WIDTH-1:0]),
      .write_data ({execute_q.operation == operation_code__CONNECT, execute_q.segment}),
      .clear      (clearing_q),
      .clear_index(clear_index_q)
  );

  msi_table #(
      .WIDTH($bits(backend_t)),
      .DEPTH(CONNECTIONS)
  ) u_irqfd_backends (
      .clk,
      .read_index (target_q.connection),
      .read_data  (irqfd_backend_entry),
      .write      (write_irqfd_backend),
      .write_index(execute_q.connection[CONNECTION_WIDTH-1:0]),
      .write_data ({1'b1, execute_q.segment}),
      .clear      (clearing_q),
      .clear_index(clear_index_q)
  );

  // ---- execute: the rules -----------------------------------------------------------------------

  bus_range_t  bus_range;
  logic        connected;     // R4
  logic        irqfd;         // R7
  logic        rid_in_range;  // R1, of the explicit requester ID
  logic [15:0] default_bdf;   // R2

  always_comb begin
    bus_range    = from_target_q && !target_q.bound ? '0 : range_entry;
    connected    = target_q.bound && message_backend_entry.connected;
    irqfd        = target_q.bound && irqfd_backend_entry.connected;
    rid_in_range = bus_range.secondary <= execute_q.rid[15:8] &&
                   execute_q.rid[15:8] <= bus_range.subordinate;
    default_bdf  = {bus_range.secondary, devfn_q};
  end

  answer_e     answer;
  logic        send;
  message_t    sent_message;
  logic        is_drop;
  logic [15:0] bdf;           // of the message that goes out, or that an enabled route will send

  logic set_range, set_message_backend, set_irqfd_backend;
  logic set_route_state, set_route_origin, set_route_message;

  always_comb begin
    answer  = answer__OK;
    send    = 1'b0;
    is_drop = 1'b0;

    set_range           = 1'b0;
    set_message_backend = 1'b0;
    set_irqfd_backend   = 1'b0;
    set_route_state     = 1'b0;
    set_route_origin    = 1'b0;
    set_route_message   = 1'b0;

    bdf = execute_q.operation inside {operation_code__SIGNAL_MSI_WITH_RID,
                                      operation_code__ENABLE_WITH_RID} ? execute_q.rid
                                                                       : default_bdf;
    next_route_state   = route_state_q;
    next_route_origin  = '{segment: irqfd_backend_entry.segment, range: target_q.range,
                           devfn: target_q.devfn};
    next_route_message = '{bdf: bdf, address: execute_q.address, data: execute_q.data};
    sent_message       = '{devid: {message_backend_entry.segment, bdf},
                           address: execute_q.address, data: execute_q.data};

    if (bad_index_q) begin
      answer = answer__ERROR_INDEX;
    end else if (!from_target_q && takes_route(execute_q.operation) && !route_state_q.made) begin
      answer = answer__ERROR_NO_ROUTE;
    end else begin
      unique case (execute_q.operation)
        operation_code__SET_BUS_RANGE: set_range = 1'b1;

        operation_code__CONNECT, operation_code__DISCONNECT: set_message_backend = 1'b1;

        operation_code__CONNECT_IRQFD: set_irqfd_backend = 1'b1;

        operation_code__BIND_TARGET: ;  // done in the lookup stage

        operation_code__SIGNAL_MSI, operation_code__SIGNAL_MSI_WITH_RID: begin
          if (execute_q.operation == operation_code__SIGNAL_MSI_WITH_RID && !rid_in_range) begin
            answer  = answer__DROPPED_BUS_RANGE;  // R3: comes before the question of R4
            is_drop = 1'b1;
          end else if (!connected) begin
            answer  = answer__DROPPED_DISCONNECTED;
            is_drop = 1'b1;
          end else begin
            answer = answer__SENT;
            send   = 1'b1;
          end
        end

        operation_code__NEW_ROUTE: begin
          if (irqfd) begin
            set_route_state  = 1'b1;
            set_route_origin = 1'b1;
            next_route_state = '{made: 1'b1, enabled: 1'b0, pending: 1'b0};
          end else begin
            answer = answer__NO_IRQFD;
          end
        end

        operation_code__ENABLE, operation_code__ENABLE_WITH_RID: begin
          set_route_state   = 1'b1;
          set_route_message = 1'b1;  // of no use to a route that is refused, and of no harm
          if (execute_q.operation == operation_code__ENABLE_WITH_RID && !rid_in_range) begin
            answer                   = answer__REFUSED_BUS_RANGE;
            is_drop                  = 1'b1;
            next_route_state.enabled = 1'b0;  // R8: what is pending stays pending
          end else begin
            next_route_state.enabled = 1'b1;
            next_route_state.pending = 1'b0;
            if (route_state_q.pending) begin
              answer             = answer__DELIVERED;
              send               = 1'b1;
              sent_message.devid = {route_segment_q, bdf};
            end
          end
        end

        operation_code__DISABLE: begin
          set_route_state          = 1'b1;
          next_route_state.enabled = 1'b0;
        end

        operation_code__SIGNAL_EVENT: begin
          if (route_state_q.enabled) begin
            answer       = answer__SENT;
            send         = 1'b1;
            sent_message = '{devid: {route_segment_q, route_message_q.bdf},
                             address: route_message_q.address, data: route_message_q.data};
          end else begin
            answer                   = answer__HELD_PENDING;
            set_route_state          = 1'b1;
            next_route_state.pending = 1'b1;
          end
        end

        operation_code__CONSUME_PENDING: begin
          answer                   = route_state_q.pending ? answer__WAS_PENDING
                                                           : answer__WAS_NOT_PENDING;
          set_route_state          = 1'b1;
          next_route_state.pending = 1'b0;
        end

        operation_code__DEFAULT_BDF: answer = answer__BDF;

        operation_code__SUPPORTS_DIRECT_MSI: begin
          answer = irqfd ? answer__DIRECT_MSI : answer__NO_DIRECT_MSI;
        end

        default: answer = answer__NONE;  // operation_code__NONE is never issued: see msi_registers
      endcase
    end
  end

  logic execute;
  always_comb begin
    execute               = advance && execute_valid_q;
    write_range           = execute && set_range;
    write_message_backend = execute && set_message_backend;
    write_irqfd_backend   = execute && set_irqfd_backend;
    write_route_state     = execute && set_route_state;
    write_route_origin    = execute && set_route_origin;
    write_route_message   = execute && set_route_message;
  end

  // ---- results ----------------------------------------------------------------------------------

  assign message_valid = execute_valid_q && send;
  assign message       = sent_message;

  logic    retire_valid_q;
  retire_t retire_q;
  logic    drop_valid_q;
  drop_t   drop_q;

  always_ff @(posedge clk) begin
    retire_valid_q <= execute;
    drop_valid_q   <= execute && is_drop;
    if (execute) begin
      retire_q <= '{
          request: execute_q,
          answer: answer,
          bdf: answer == answer__BDF ? default_bdf : '0,
          sent: send,
          message: sent_message
      };
      drop_q <= '{
          reason: answer,
          rid: bdf,
          secondary: bus_range.secondary,
          subordinate: bus_range.subordinate
      };
    end
    if (!rst_n) begin
      retire_valid_q <= 1'b0;
      drop_valid_q   <= 1'b0;
    end
  end

  assign retire_valid = retire_valid_q;
  assign drop_valid   = drop_valid_q;
  assign drop         = drop_q;

  always_comb begin
    retire = retire_q;
    if (!retire_q.sent) retire.message = '0;
  end

endmodule

`default_nettype wire
