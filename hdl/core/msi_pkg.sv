// SPDX-License-Identifier: MIT
//
// Types that the translator's modules share. The codes of operations and answers, and what each
// operation takes, come from the register description (msi_csr_pkg, msi_operation_pkg).

`default_nettype none

package msi_pkg;

  import msi_csr_pkg::answer_e;
  import msi_csr_pkg::operation_code_e;
  import msi_operation_pkg::SOURCES, msi_operation_pkg::source_e;
  import msi_operation_pkg::SOURCE_COMMAND, msi_operation_pkg::SOURCE_MESSAGE;
  import msi_operation_pkg::SOURCE_EVENT, msi_operation_pkg::SOURCE_RANGE;
  import msi_operation_pkg::is_operation;
  import msi_operation_pkg::takes_range, msi_operation_pkg::takes_connection;
  import msi_operation_pkg::takes_target, msi_operation_pkg::takes_route;
  export msi_operation_pkg::*;

  localparam int unsigned INDEX_WIDTH = 16;
  typedef logic [INDEX_WIDTH-1:0] index_t;

  // An operation on its way through the engine, with the arguments that change from one operation to
  // the next. Arguments that the operation does not take mean nothing. Of set_bus_range from SOURCE_RANGE, route
  // is the bus range, and rid its secondary and subordinate bus.
  typedef struct packed {
    source_e         source;
    operation_code_e operation;
    index_t          target;
    index_t          route;
    logic [15:0]     rid;
    logic [63:0]     address;
    logic [31:0]     data;
  } request_t;

  // A command: an operation with all arguments that any operation takes.
  typedef struct packed {
    operation_code_e operation;
    index_t          range;
    index_t          connection;
    index_t          target;
    index_t          route;
    logic [7:0]      secondary;
    logic [7:0]      subordinate;
    logic [15:0]     rid_offset;
    logic [31:0]     devid_base;
    logic [15:0]     rid;
    logic [63:0]     address;
    logic [31:0]     data;
  } command_t;

  // For how many cycles a command stands still before it is offered, and is not offered after a bus range was set
  // by hardware (see msi_engine).
  localparam int unsigned COMMAND_SETTLE = 4;
  localparam int unsigned RANGE_SETTLE = 2;

  // What an interrupt message carries to the ITS.
  typedef struct packed {
    logic [31:0] devid;
    logic [63:0] address;
    logic [31:0] data;
  } message_t;

  // One executed operation: the request, its answer, and the message if one was sent.
  typedef struct packed {
    request_t    request;  // address and data are those of the message where one was sent
    answer_e     answer;
    logic [15:0] bdf;      // the default BDF where the answer is BDF, otherwise 0
    logic        sent;
    logic [31:0] devid;    // of the message; means nothing unless sent
  } retire_t;

  // A requester ID; bit 16 where the sum of R2 is beyond bus 255, which no bus range has.
  typedef logic [16:0] rid_t;

  // What LAST_DROP keeps of a dropped message or a refused route (H7).
  typedef struct packed {
    answer_e     reason;
    rid_t        rid;
    logic [7:0]  secondary;
    logic [7:0]  subordinate;
  } drop_t;

  // ---- what the tables hold ---------------------------------------------------------------------

  typedef struct packed {
    logic [7:0] secondary;
    logic [7:0] subordinate;
  } bus_range_t;

  // A backend, with its DeviceID base: DeviceIDs are the base and the requester ID, added (R10).
  typedef struct packed {
    logic        connected;
    logic        beyond;      // no DeviceID fits into DEVID_BITS, or
    logic        at_end;      //     only those do where nothing is carried into bit 16
    logic [31:0] devid_base;
  } backend_t;

  // One that was never bound is the disconnected target of R4: range 0/0, offset 0.
  typedef struct packed {
    logic        bound;
    index_t      connection;
    index_t      range;
    logic [15:0] rid_offset;
  } target_t;

  typedef struct packed {
    logic made;     // by new_route
    logic enabled;
    logic pending;
  } route_state_t;

  // R1: whether a bus range has a bus. None is in an inverted one. (Of a requester ID that is a sum, the lower
  // eight bits of the bus are enough: where it wraps, they are below secondary.)
  function automatic logic in_range(logic [7:0] bus, bus_range_t bus_range);
    return !(bus < bus_range.secondary || bus_range.subordinate < bus);
  endfunction

  // R2: a target's own requester ID, as a sum that never wraps.
  function automatic rid_t default_rid(logic [7:0] secondary, logic [15:0] rid_offset);
    return {1'b0, secondary, 8'h00} + {1'b0, rid_offset};
  endfunction

  // A backend, for an ITS that takes DeviceIDs of so many bits.
  function automatic backend_t new_backend(logic connected, logic [31:0] devid_base,
                                           int unsigned devid_bits);
    logic [15:0] last = 16'((1 << (devid_bits - 16)) - 1);
    return '{
        connected: connected,
        beyond: devid_base[31:16] > last,
        at_end: devid_base[31:16] == last,
        devid_base: devid_base
    };
  endfunction

  // R10: whether a DeviceID, made with a backend's base, is beyond what the ITS takes. (Of a requester ID,
  // bit 16 of the sum is the base's, unless something was carried there.)
  function automatic logic devid_beyond(backend_t backend, logic [31:0] devid);
    return backend.beyond || (backend.at_end && devid[16] != backend.devid_base[16]);
  endfunction

  // What an operation finds of its target, and of the target's bus range.
  typedef struct packed {
    bus_range_t bus_range;
    rid_t       rid;        // R2, R3: its requester ID
    logic       checks_rid; // R1: the bus range has to have that one's bus
  } found_t;

  // ---- what an operation is for -----------------------------------------------------------------

  // Which tables a command sets: range, connection and irqfd when it is taken, message in lookup.
  typedef struct packed {
    logic range;
    logic connection;  // connect, disconnect
    logic irqfd;
    logic message;     // of a route: enable, enable_with_rid, in range or not
  } sets_t;

  // What an operation does in execute.
  typedef struct packed {
    logic enables;      // in range
    logic refuses;      // out of range
    logic disables;
    logic makes_route;
    logic frees;
    logic consumes;
    logic takes_event;
    logic takes_route;  // all that take a route
    logic signals;      // signal_msi, signal_msi_with_rid
    logic asks_irqfd;   // new_route, supports_direct_msi
    logic tells_bdf;
  } does_t;

  // What msi_rules finds of it.
  typedef struct packed {
    logic there;          // what it asks for: see answers_t
    logic no_route;       // its route was never made, or is freed
    logic rid_refused;    // R2, R3: the bus range has not the requester ID's bus, and has to
    logic disconnected;   // R4: a message has no backend to go to
    logic devid_refused;  // R10: the ITS does not take the DeviceID
  } verdict_t;

  // What it answers, and what it answers where it does not find what it asks for: an irqfd backend, an
  // enabled route, a pending event, a requester ID in range.
  typedef struct packed {
    answer_e found;
    answer_e otherwise;
  } answers_t;

  // ---- indexes ----------------------------------------------------------------------------------

  // excused line: called at elaboration only
  function automatic int unsigned larger(int unsigned a, int unsigned b);
    return a > b ? a : b;  // excused branch, expr: called at elaboration only
  endfunction

  // Whether an index lies outside a table of so many entries. (In two parts, because a power of two
  // then costs a few gates, and no subtraction.)
  function automatic logic outside(index_t index, int unsigned entries);
    int unsigned width = $clog2(entries);
    return (index >> width) != 0 || 32'(index & index_t'((1 << width) - 1)) >= entries;
  endfunction

endpackage

`default_nettype wire
