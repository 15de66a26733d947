// SPDX-License-Identifier: MIT
//
// What an operation finds: the state of section 2 of docs/specification.md, looked up with the
// operation's arguments.

`default_nettype none

package model_pkg;

  typedef struct packed {
    logic              bad_index;      // an index outside its table
    logic              no_route;       // takes a route that was never made
    logic              connected;      // R4: the target's connection has a message backend, with
    logic [15:0]       segment;        //     this segment
    logic              irqfd;          // R7: the target's connection has an irqfd backend, with
    logic [15:0]       irqfd_segment;  //     this segment
    msi_pkg::index_t   range;          // the target's bus range, or the route's
    logic [7:0]        secondary;
    logic [7:0]        subordinate;
    logic              in_range;       // R1: it has the explicit requester ID's bus
    logic [15:0]       default_bdf;    // R2
    logic              made;           // the route,
    logic              enabled;
    logic              pending;
    logic [15:0]       route_segment;  // R7, R10
    msi_pkg::message_t route_message;  // R8: what it sends while it is enabled
  } view_t;

endpackage

`default_nettype wire
