// SPDX-License-Identifier: MIT
//
// Types that the translator's modules share. The codes of operations and answers come from the
// register description (operation_code_e and answer_e in msi_csr_pkg).

`default_nettype none

package msi_pkg;

  import msi_csr_pkg::answer_e;
  import msi_csr_pkg::operation_code_e;

  localparam int unsigned INDEX_WIDTH = 16;
  typedef logic [INDEX_WIDTH-1:0] index_t;

  // Where an operation came from, in the arbiter's cyclic order.
  localparam int unsigned SOURCES = 3;
  typedef enum logic [1:0] {
    SOURCE_COMMAND = 2'd0,
    SOURCE_MESSAGE  = 2'd1,
    SOURCE_EVENT  = 2'd2
  } source_e;

  // An operation on its way through the engine, with the arguments that change from one operation to
  // the next. Arguments that the operation does not take mean nothing.
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
    logic [7:0]      devfn;
    logic [15:0]     segment;
    logic [15:0]     rid;
    logic [63:0]     address;
    logic [31:0]     data;
  } command_t;

  // For how many cycles a command stands still before it is offered (see msi_engine).
  localparam int unsigned COMMAND_SETTLE = 3;

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

  // What LAST_DROP keeps of a dropped message or a refused route (H7).
  typedef struct packed {
    answer_e     reason;
    logic [15:0] rid;
    logic [7:0]  secondary;
    logic [7:0]  subordinate;
  } drop_t;

  // ---- what the tables hold ---------------------------------------------------------------------

  typedef struct packed {
    logic [7:0] secondary;
    logic [7:0] subordinate;
  } bus_range_t;

  typedef struct packed {
    logic        connected;
    logic [15:0] segment;
  } backend_t;

  typedef struct packed {
    logic made;     // by new_route
    logic enabled;
    logic pending;
  } route_state_t;

  // R1: whether a bus range has a bus. None is in an inverted one.
  function automatic logic in_range(logic [7:0] bus, bus_range_t bus_range);
    return !(bus < bus_range.secondary || bus_range.subordinate < bus);
  endfunction

  // What an operation finds of its target, and of the target's connection and bus range.
  typedef struct packed {
    bus_range_t  bus_range;
    logic        rid_in_range;   // R1: it has the requester ID's bus
    logic [7:0]  devfn;
    logic        connected;      // R4: the connection has a message backend, with
    logic [15:0] segment;        //     this segment
    logic        irqfd;          // R7: it has an irqfd backend, with
    logic [15:0] irqfd_segment;  //     this segment
  } found_t;

  // ---- what an operation is for -----------------------------------------------------------------

  // Which tables a command sets in lookup.
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
    logic consumes;
    logic takes_event;
    logic takes_route;  // all that take a route
    logic signals;      // signal_msi, signal_msi_with_rid
    logic asks_irqfd;   // new_route, supports_direct_msi
    logic tells_bdf;
  } does_t;

  // What it answers, and what it answers where it does not find what it asks for: an irqfd backend, an
  // enabled route, a pending event.
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

  // Whether a code, as software writes it, names an operation.
  function automatic logic is_operation(logic [7:0] code);
    return code != 0 && code <= 8'(msi_csr_pkg::operation_code__SUPPORTS_DIRECT_MSI);
  endfunction

  // Which index an operation takes.
  function automatic logic takes_range(operation_code_e operation);
    return operation inside {msi_csr_pkg::operation_code__SET_BUS_RANGE,
                             msi_csr_pkg::operation_code__BIND_TARGET};
  endfunction

  function automatic logic takes_connection(operation_code_e operation);
    return operation inside {msi_csr_pkg::operation_code__CONNECT,
                             msi_csr_pkg::operation_code__DISCONNECT,
                             msi_csr_pkg::operation_code__CONNECT_IRQFD,
                             msi_csr_pkg::operation_code__BIND_TARGET};
  endfunction

  function automatic logic takes_target(operation_code_e operation);
    return operation inside {msi_csr_pkg::operation_code__BIND_TARGET,
                             msi_csr_pkg::operation_code__SIGNAL_MSI,
                             msi_csr_pkg::operation_code__SIGNAL_MSI_WITH_RID,
                             msi_csr_pkg::operation_code__NEW_ROUTE,
                             msi_csr_pkg::operation_code__DEFAULT_BDF,
                             msi_csr_pkg::operation_code__SUPPORTS_DIRECT_MSI};
  endfunction

  function automatic logic takes_route(operation_code_e operation);
    return operation inside {msi_csr_pkg::operation_code__NEW_ROUTE,
                             msi_csr_pkg::operation_code__ENABLE,
                             msi_csr_pkg::operation_code__ENABLE_WITH_RID,
                             msi_csr_pkg::operation_code__DISABLE,
                             msi_csr_pkg::operation_code__SIGNAL_EVENT,
                             msi_csr_pkg::operation_code__CONSUME_PENDING};
  endfunction

endpackage

`default_nettype wire
