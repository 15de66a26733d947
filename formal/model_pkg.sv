// SPDX-License-Identifier: MIT
//
// What an operation finds: the state of section 2 of docs/specification.md, looked up with the
// operation's arguments.

`default_nettype none

package model_pkg;

  // R1. A bus has 9 bits where a sum is beyond bus 255.
  function automatic logic has(logic [7:0] secondary, logic [7:0] subordinate, logic [8:0] bus);
    return {1'b0, secondary} <= bus && bus <= {1'b0, subordinate};
  endfunction

  // R10: a DeviceID, in as many bits as the sum takes.
  function automatic logic [32:0] devid_of(logic [31:0] base, logic [15:0] rid);
    return {1'b0, base} + {17'h0, rid};
  endfunction

  typedef struct packed {
    logic              bad_index;      // an index outside its table
    logic              no_route;       // takes a route that was never made, or is freed
    logic              connected;      // R4: the target's connection has a message backend, with
    logic [31:0]       devid_base;     //     this DeviceID base
    logic              irqfd;          // R7: the target's connection has an irqfd backend, with
    logic [31:0]       irqfd_base;     //     this DeviceID base
    msi_pkg::index_t   range;          // the target's bus range, or the route's
    logic [7:0]        secondary;
    logic [7:0]        subordinate;
    logic [15:0]       rid_offset;     // the target's, or the route's
    logic [16:0]       rid;            // R3: the explicit requester ID, or R2: the sum
    logic              refused;        // R1: the range does not have its bus, and is asked
    logic              beyond;         // R10: the ITS does not take its DeviceID, which is
    logic [31:0]       devid;          //     this one if it does
    logic              made;           // the route,
    logic              enabled;
    logic              pending;
    logic [31:0]       route_base;     // R7, R10
    msi_pkg::message_t route_message;  // R8: what it sends while it is enabled
  } view_t;

endpackage

`default_nettype wire
