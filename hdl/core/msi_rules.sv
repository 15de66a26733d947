// SPDX-License-Identifier: MIT
//
// The rules R1 to R10 of docs/specification.md, decided: what an operation answers, which requester ID it
// has, whether a message leaves, and what becomes of its route.
//
// Contract: combinational. does and answers say what the operation is for, the other inputs what it found:
// its requester ID and bus range, its target's backends, and its route's state; of a target that was never
// bound they are those of R4. What it has no use for may be anything: a route's state without a route, the
// DeviceID base of no backend. rid_refused, disconnected and devid_refused, in this order, overrule answer,
// send and is_drop: they are known later than these, and msi_retire, a stage on, puts them together. The
// requester ID (R2, R3) is made a stage earlier, by msi_lookup; all of this for what enables a route (R8: refuses) is in
// msi_command_resolve. What binds and connects (R5, R6) is in msi_command_decode and the tables.

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
    input  wire found_t       found,
    input  wire backend_t     backend,       // R4: the message backend
    input  wire logic         irqfd,         // R7: an irqfd backend
    input  wire route_state_t route_state,

    // What it does
    output answer_e           answer,
    output logic              send,          // a message leaves
    output logic              is_drop,       // a route was refused (H7, R11)
    output logic              rid_refused,   // R2, R3: the bus range has not the requester ID's bus, and has to
    output logic              disconnected,  // R4: a message has no backend to go to
    output logic              devid_refused, // R10: the ITS does not take the DeviceID
    output logic              makes_route,   // R7
    output route_state_t      next_route_state,
    output logic      [15:0]  bdf,           // the default BDF, where it is asked for and in range; otherwise 0
    output logic      [31:0]  devid          // of its message, unless that is its route's
);

  always_comb begin
    rid_refused   = (does.signals || does.tells_bdf) && found.checks_rid &&
                    !in_range(found.rid[15:8], found.bus_range);  // R1
    disconnected  = does.signals && !backend.connected;
    devid         = backend.devid_base + 32'(found.rid[15:0]);
    devid_refused = does.signals && devid_beyond(backend, devid);
    bdf           = does.tells_bdf && !rid_refused ? found.rid[15:0] : '0;
  end

  logic there;  // what the operation asks for

  always_comb begin
    there = 1'b1;
    if (does.asks_irqfd) there = irqfd;
    if (does.takes_event) there = route_state.enabled;
    if (does.enables || does.consumes) there = route_state.pending;

    answer = there ? answers.found : answers.otherwise;
    if (bad_index) answer = answer__ERROR_INDEX;
    else if (does.takes_route && !does.makes_route && !route_state.made) begin
      answer = answer__ERROR_NO_ROUTE;
    end

    // Only a route that was made is enabled, or has something pending.
    send    = does.signals ||
              (does.takes_event && route_state.enabled) ||
              (does.enables && route_state.pending);
    is_drop = does.refuses && route_state.made;
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

endmodule

`default_nettype wire
