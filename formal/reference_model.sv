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
    parameter int unsigned ROUTES      = 2,
    parameter bit          CHECK_DEFAULT_RID = 1'b0,
    parameter int unsigned DEVID_BITS  = 32
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
    logic [31:0] devid_base;
  } backend_t;

  typedef struct packed {
    logic        bound;
    index_t      connection;
    index_t      range;
    logic [15:0] rid_offset;
  } target_t;

  typedef struct packed {
    logic        made;
    logic        enabled;
    logic        pending;
    logic [31:0] devid_base;
    index_t      range;
    logic [15:0] rid_offset;
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
    logic [32:0] devid      = '0;
    logic       by_route    = takes_route(operation.operation) &&
                              !takes_target(operation.operation);
    logic       explicit_rid = operation.operation inside {operation_code__SIGNAL_MSI_WITH_RID,
                                                          operation_code__ENABLE_WITH_RID};
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
          found.connected  = state.message_backends[i].connected;
          found.devid_base = state.message_backends[i].devid_base;
          found.irqfd      = state.irqfd_backends[i].connected;
          found.irqfd_base = state.irqfd_backends[i].devid_base;
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
    found.rid_offset    = by_route ? route.rid_offset : target.rid_offset;
    found.rid           = explicit_rid ? {1'b0, operation.rid} :
                          {1'b0, range.secondary, 8'h00} + {1'b0, found.rid_offset};
    found.refused       = (explicit_rid || CHECK_DEFAULT_RID) &&
                          !has(range.secondary, range.subordinate, found.rid[16:8]);
    devid               = devid_of(by_route ? route.devid_base : found.devid_base, found.rid[15:0]);
    found.beyond        = devid >= 33'd1 << DEVID_BITS;
    found.devid         = devid[31:0];
    found.made          = route.made;
    found.enabled       = route.enabled;
    found.pending       = route.pending;
    found.route_base    = route.devid_base;
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
              devid_base: found.irqfd_base,
              range: found.range,
              rid_offset: found.rid_offset,
              message: '0
          };
        end
      end
      operation_code__ENABLE, operation_code__ENABLE_WITH_RID: begin  // R8, R9
        if (found.refused || found.beyond) begin
          after.enabled = 1'b0;
        end else begin
          after.enabled = 1'b1;
          after.pending = 1'b0;
          after.message = '{
              devid: found.devid,
              address: operation.address,
              data: operation.data
          };
        end
      end
      operation_code__DISABLE: after.enabled = 1'b0;
      operation_code__SIGNAL_EVENT: if (!route.enabled) after.pending = 1'b1;  // R9
      operation_code__CONSUME_PENDING: after.pending = 1'b0;
      operation_code__FREE_ROUTE: after = '0;
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
            operation_code__CONNECT: state_d.message_backends[i] = {1'b1, operation.devid_base};
            operation_code__DISCONNECT: state_d.message_backends[i].connected = 1'b0;
            operation_code__CONNECT_IRQFD: state_d.irqfd_backends[i] = {1'b1, operation.devid_base};
            default: ;
          endcase
        end
      end
      for (int unsigned i = 0; i < TARGETS; i++) begin
        if (operation.operation == operation_code__BIND_TARGET && operation.target == i) begin
          state_d.targets[i] = '{
              bound: 1'b1,
              connection: operation.connection,
              range: operation.range,
              // Where it is not held against the range, it is a devfn (R2).
              rid_offset: CHECK_DEFAULT_RID ? operation.rid_offset : 16'(operation.rid_offset[7:0])
          };
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
