// SPDX-License-Identifier: MIT
//
// The rules R1 to R10 of docs/specification.md, decided: what an operation answers, which requester ID it
// has, whether a message leaves, and what becomes of its route.
//
// Contract: combinational. does and answers say what the operation is for, the other inputs what it found:
// its requester ID, its target's backends, and its route's state; of a target that was never bound they are
// those of R4. What it has no use for may be anything: a route's state without a route, the DeviceID base
// of no backend. Which requester ID it is (R2, R3) and whether the bus range has its bus (R1) is
// default_rid and in_range of msi_pkg, asked a stage earlier, by msi_lookup for messages, by
// msi_command_resolve for what enables a route (R8: refuses). What binds and connects (R5, R6) is in
// msi_command_decode and the tables.

`default_nettype none

module msi_rules
  import msi_csr_pkg::*;
  import msi_pkg::*;
(
    // What it is for
    input  wire does_t        does,
    input  wire answers_t     answers,
    input  wire logic         bad_index,     // an index outside its table: it does nothing

    // What it found
    input  wire logic [15:0]  rid,           // R2, R3: its requester ID
    input  wire logic         rid_in_range,  // R1: the target's bus range has its bus, or need not have it
    input  wire backend_t     backend,       // R4: the message backend
    input  wire logic         irqfd,         // R7: an irqfd backend
    input  wire route_state_t route_state,

    // What it does
    output answer_e           answer,
    output logic              send,          // a message leaves
    output logic              is_drop,       // one was dropped, or a route refused (H7, R11)
    output logic              makes_route,   // R7
    output route_state_t      next_route_state,
    output logic      [15:0]  bdf,           // the default BDF, where it is asked for and in range; otherwise 0
    output logic      [31:0]  devid          // of its message, unless that is its route's
);

  logic beyond;  // R10: the ITS does not take its DeviceID
  logic found;   // what the operation asks for

  always_comb begin
    devid  = backend.devid_base + 32'(rid);  // R10
    beyond = devid_beyond(backend, devid);

    found = 1'b1;
    if (does.tells_bdf) found = rid_in_range;
    if (does.asks_irqfd) found = irqfd;
    if (does.takes_event) found = route_state.enabled;
    if (does.enables || does.consumes) found = route_state.pending;

    answer = found ? answers.found : answers.otherwise;
    if (bad_index) answer = answer__ERROR_INDEX;
    else if (does.signals && !rid_in_range) answer = answer__DROPPED_BUS_RANGE;  // R2, R3: before R4
    else if (does.signals && !backend.connected) answer = answer__DROPPED_DISCONNECTED;
    else if (does.signals && beyond) answer = answer__DROPPED_DEVID;
    else if (does.takes_route && !does.makes_route && !route_state.made) begin
      answer = answer__ERROR_NO_ROUTE;
    end

    // Only a route that was made is enabled, or has something pending.
    send    = (does.signals && rid_in_range && backend.connected && !beyond) ||
              (does.takes_event && route_state.enabled) ||
              (does.enables && route_state.pending);
    is_drop = (does.signals && !(rid_in_range && backend.connected && !beyond)) ||
              (does.refuses && route_state.made);
  end

  always_comb begin
    makes_route      = does.makes_route && irqfd;
    next_route_state = route_state;
    if (makes_route) next_route_state = '{made: 1'b1, enabled: 1'b0, pending: 1'b0};
    else if (route_state.made) begin
      if (does.enables) next_route_state.enabled = 1'b1;
      if (does.disables || does.refuses) next_route_state.enabled = 1'b0;  // R8: pending stays
      if (does.enables || does.consumes) next_route_state.pending = 1'b0;
      if (does.takes_event && !route_state.enabled) next_route_state.pending = 1'b1;
      if (does.frees) next_route_state = '0;
    end
  end

  assign bdf = does.tells_bdf && rid_in_range ? rid : '0;

endmodule

`default_nettype wire
