// SPDX-License-Identifier: MIT
//
// The rules R1 to R10 of docs/specification.md as a state machine that follows the retire records.
//
// Contract: with valid, the state changes as the rules say that operation changes it, whatever its
// answer was. view is what operation finds; later_view and command_view are what later and
// command would find behind it.

`default_nettype none

module reference_model
  import msi_csr_pkg::*;
  import msi_pkg::*;
  import model_pkg::*;
#(
    parameter int unsigned RANGES      = 2,
    parameter int unsigned CONNECTIONS = 2,
    parameter int unsigned TARGETS     = 2,
    parameter int unsigned ROUTES      = 2
) (
    input  wire logic     clk,
    input  wire logic     rst_n,
    input  wire logic     valid,
    input  wire command_t operation,
    input  wire command_t later,
    output view_t         view,
    input  wire command_t command,
    output view_t         later_view,
    output view_t         command_view
);

  // ---- the objects of section 2 -------------------------------------------------------------------

  typedef struct packed {
    logic [7:0] secondary;
    logic [7:0] subordinate;
  } bus_range_t;

  typedef struct packed {
    logic        connected;
    logic [15:0] segment;
  } backend_t;

  typedef struct packed {
    logic       bound;
    index_t     connection;
    index_t     range;
    logic [7:0] devfn;
  } target_t;

  typedef struct packed {
    logic        made;
    logic        enabled;
    logic        pending;
    logic [15:0] segment;
    index_t      range;
    logic [7:0]  devfn;
    message_t    message;
  } route_t;

  typedef struct packed {
    bus_range_t [RANGES-1:0]      ranges;
    backend_t   [CONNECTIONS-1:0] message_backends;
    backend_t   [CONNECTIONS-1:0] irqfd_backends;
    target_t    [TARGETS-1:0]     targets;
    route_t     [ROUTES-1:0]      routes;
  } state_t;

  state_t state_q, state_d;

  // ---- what an operation finds --------------------------------------------------------------------

  // Everything is found by comparison: no index is ever out of bounds.
  function automatic view_t look(state_t state, command_t operation);
    view_t      found       = '0;
    target_t    target      = '0;
    route_t     route       = '0;
    bus_range_t range       = '0;
    logic       by_route    = takes_route(operation.operation) &&
                              !takes_target(operation.operation);
    for (int unsigned i = 0; i < TARGETS; i++) begin
      if (operation.target == i) target = state.targets[i];
    end
    for (int unsigned i = 0; i < ROUTES; i++) begin
      if (operation.route == i) route = state.routes[i];
    end

    found.bad_index =
        (takes_range(operation.operation) && operation.range >= RANGES) ||
        (takes_connection(operation.operation) && operation.connection >= CONNECTIONS) ||
        (takes_target(operation.operation) && operation.target >= TARGETS) ||
        (takes_route(operation.operation) && operation.route >= ROUTES);
    found.no_route = !found.bad_index && by_route && !route.made;

    if (target.bound) begin
      for (int unsigned i = 0; i < CONNECTIONS; i++) begin
        if (target.connection == i) begin
          found.connected     = state.message_backends[i].connected;
          found.segment       = state.message_backends[i].segment;
          found.irqfd         = state.irqfd_backends[i].connected;
          found.irqfd_segment = state.irqfd_backends[i].segment;
        end
      end
    end

    found.range = by_route ? route.range : target.range;
    if (by_route || target.bound) begin
      for (int unsigned i = 0; i < RANGES; i++) begin
        if (found.range == i) range = state.ranges[i];
      end
    end
    found.secondary     = range.secondary;
    found.subordinate   = range.subordinate;
    found.in_range      = range.secondary <= operation.rid[15:8] &&
                          operation.rid[15:8] <= range.subordinate;
    found.default_bdf   = {range.secondary, by_route ? route.devfn : target.devfn};
    found.made          = route.made;
    found.enabled       = route.enabled;
    found.pending       = route.pending;
    found.route_segment = route.segment;
    found.route_message = route.message;
    return found;
  endfunction

  always_comb begin
    view         = look(state_q, operation);
    later_view   = look(state_d, later);
    command_view = look(state_d, command);
  end

  // ---- what it changes ----------------------------------------------------------------------------

  function automatic route_t route_after(route_t route, view_t found, command_t operation);
    route_t after = route;
    unique case (operation.operation)
      operation_code__NEW_ROUTE: begin  // R7
        if (found.irqfd) begin
          after = '{
              made: 1'b1,
              enabled: 1'b0,
              pending: 1'b0,
              segment: found.irqfd_segment,
              range: found.range,
              devfn: found.default_bdf[7:0],
              message: '0
          };
        end
      end
      operation_code__ENABLE, operation_code__ENABLE_WITH_RID: begin  // R8, R9
        if (operation.operation == operation_code__ENABLE_WITH_RID && !found.in_range) begin
          after.enabled = 1'b0;
        end else begin
          after.enabled = 1'b1;
          after.pending = 1'b0;
          after.message.devid = {
            route.segment,
            operation.operation == operation_code__ENABLE ? found.default_bdf : operation.rid
          };
          after.message.address = operation.address;
          after.message.data    = operation.data;
        end
      end
      operation_code__DISABLE: after.enabled = 1'b0;
      operation_code__SIGNAL_EVENT: if (!route.enabled) after.pending = 1'b1;  // R9
      operation_code__CONSUME_PENDING: after.pending = 1'b0;
      default: ;
    endcase
    return after;
  endfunction

  always_comb begin
    state_d = state_q;
    if (valid && !view.bad_index && !view.no_route) begin
      for (int unsigned i = 0; i < RANGES; i++) begin
        if (operation.operation == operation_code__SET_BUS_RANGE && operation.range == i) begin
          state_d.ranges[i] = {operation.secondary, operation.subordinate};
        end
      end
      for (int unsigned i = 0; i < CONNECTIONS; i++) begin
        if (operation.connection == i) begin
          unique case (operation.operation)
            operation_code__CONNECT: state_d.message_backends[i] = {1'b1, operation.segment};
            operation_code__DISCONNECT: state_d.message_backends[i].connected = 1'b0;
            operation_code__CONNECT_IRQFD: state_d.irqfd_backends[i] = {1'b1, operation.segment};
            default: ;
          endcase
        end
      end
      for (int unsigned i = 0; i < TARGETS; i++) begin
        if (operation.operation == operation_code__BIND_TARGET && operation.target == i) begin
          state_d.targets[i] = {1'b1, operation.connection, operation.range, operation.devfn};
        end
      end
      for (int unsigned i = 0; i < ROUTES; i++) begin
        if (takes_route(operation.operation) && operation.route == i) begin
          state_d.routes[i] = route_after(state_q.routes[i], view, operation);
        end
      end
    end
  end

  always_ff @(posedge clk) state_q <= rst_n ? state_d : '0;  // H8

endmodule

`default_nettype wire
