// SPDX-License-Identifier: MIT
//
// Generated from hdl/registers/msi_csr.rdl by `make regs`: do not edit.
//
// What operations are: where they enter, which codes name one, and which of them take an index into
// a table. msi_pkg passes it on.

`default_nettype none

package msi_operation_pkg;

  import msi_csr_pkg::*;

  // Where an operation came from, in the arbiter's cyclic order.
  localparam int unsigned SOURCES = 4;
  typedef enum logic [1:0] {
    SOURCE_COMMAND = 2'd0,  // s_axil: A command, through the registers.
    SOURCE_MESSAGE = 2'd1,  // s_msi: A direct message.
    SOURCE_EVENT   = 2'd2,  // s_evt: A route event.
    SOURCE_RANGE   = 2'd3   // s_range: A bus range, from hardware.
  } source_e;

  // Whether a code, as software writes it, names an operation.
  function automatic logic is_operation(logic [7:0] code);
    return code inside {8'(operation_code__SET_BUS_RANGE),
                        8'(operation_code__CONNECT),
                        8'(operation_code__DISCONNECT),
                        8'(operation_code__CONNECT_IRQFD),
                        8'(operation_code__BIND_TARGET),
                        8'(operation_code__SIGNAL_MSI),
                        8'(operation_code__SIGNAL_MSI_WITH_RID),
                        8'(operation_code__NEW_ROUTE),
                        8'(operation_code__ENABLE),
                        8'(operation_code__ENABLE_WITH_RID),
                        8'(operation_code__DISABLE),
                        8'(operation_code__SIGNAL_EVENT),
                        8'(operation_code__CONSUME_PENDING),
                        8'(operation_code__DEFAULT_BDF),
                        8'(operation_code__SUPPORTS_DIRECT_MSI),
                        8'(operation_code__FREE_ROUTE)};
  endfunction

  function automatic logic takes_range(operation_code_e operation);
    return operation inside {operation_code__SET_BUS_RANGE,
                             operation_code__BIND_TARGET};
  endfunction

  function automatic logic takes_connection(operation_code_e operation);
    return operation inside {operation_code__CONNECT,
                             operation_code__DISCONNECT,
                             operation_code__CONNECT_IRQFD,
                             operation_code__BIND_TARGET};
  endfunction

  function automatic logic takes_target(operation_code_e operation);
    return operation inside {operation_code__BIND_TARGET,
                             operation_code__SIGNAL_MSI,
                             operation_code__SIGNAL_MSI_WITH_RID,
                             operation_code__NEW_ROUTE,
                             operation_code__DEFAULT_BDF,
                             operation_code__SUPPORTS_DIRECT_MSI};
  endfunction

  function automatic logic takes_route(operation_code_e operation);
    return operation inside {operation_code__NEW_ROUTE,
                             operation_code__ENABLE,
                             operation_code__ENABLE_WITH_RID,
                             operation_code__DISABLE,
                             operation_code__SIGNAL_EVENT,
                             operation_code__CONSUME_PENDING,
                             operation_code__FREE_ROUTE};
  endfunction

endpackage

`default_nettype wire
