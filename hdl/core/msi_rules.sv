// SPDX-License-Identifier: MIT
//
// The rules R1 to R10 of docs/specification.md, decided: what speaks against an operation, which DeviceID it
// has, and what becomes of its route. What it therefore answers, and whether a message leaves, is in msi_outcome.
//
// Contract: combinational. does says what the operation is for, the other inputs what it found: its requester
// ID and bus range, its target's backends, and its route's state; of a target that was never bound they are
// those of R4. What it has no use for may be anything: a route's state without a route, the DeviceID base of
// no backend. The requester ID (R2, R3) is made a stage earlier, by msi_lookup; all of this for what enables
// a route (R8: refuses) is in msi_command_resolve. What binds and connects (R5, R6) is in msi_command_decode
// and the tables.

`default_nettype none

module msi_rules
  import msi_pkg::*;
(
    // What it is for
    input  wire does_t        does,

    // What it found
    input  wire found_t       found,
    input  wire backend_t     backend,  // R4: the message backend
    input  wire logic         irqfd,    // R7: an irqfd backend
    input  wire route_state_t route_state,

    // What it does
    output verdict_t          verdict,
    output logic              makes_route,  // R7
    output route_state_t      next_route_state,
    output logic      [31:0]  devid         // of its message, unless that is its route's
);

  always_comb begin
    devid = backend.devid_base + 32'(found.rid[15:0]);  // R10

    verdict.rid_refused   = (does.signals || does.tells_bdf) && found.checks_rid &&
                            !in_range(found.rid[15:8], found.bus_range);  // R1
    verdict.disconnected  = does.signals && !backend.connected;
    verdict.devid_refused = does.signals && devid_beyond(backend, devid);
    verdict.no_route      = does.takes_route && !does.makes_route && !route_state.made;

    verdict.there = 1'b1;
    if (does.asks_irqfd) verdict.there = irqfd;
    if (does.takes_event) verdict.there = route_state.enabled;
    if (does.enables || does.consumes) verdict.there = route_state.pending;
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
