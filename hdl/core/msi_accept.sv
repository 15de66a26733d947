// SPDX-License-Identifier: MIT
//
// The accept stage: the target of the operation that is taken, and the message backend that it leads to; or
// what a command sets of them. Targets are kept twice: s_msi's is read while the choice among the sources is
// made, the command's before it is offered.
//
// Contract: target is that of the operation that is offered, if it takes one; message_backend is that of its
// connection at the second edge with advance after it, when it is in execute, and means nothing if the target
// is not bound. command_target is that of the command from the second cycle on in which it stands still, and
// in the two cycles after clear not bound, as nothing is then. binds and connects say that the command is
// taken and binds its target, or sets the message backend of its connection: it shows to all operations after
// it. While clear is high the entries clear_index are written with 0, if they exist, and these two are ignored.

`default_nettype none

module msi_accept
  import msi_csr_pkg::*;
  import msi_pkg::*;
#(
    parameter int unsigned RANGES       = 16,
    parameter int unsigned CONNECTIONS  = 8,
    parameter int unsigned TARGETS      = 32,
    parameter int unsigned DEVID_BITS   = 32,
    parameter int unsigned OFFSET_WIDTH = 8,  // bits of a requester ID offset that are kept
    parameter int unsigned CLEAR_WIDTH  = 6,  // bits of clear_index, enough for each of these tables
    localparam int unsigned TARGET_WIDTH = TARGETS > 1 ? $clog2(TARGETS) : 1
) (
    input  wire logic                    clk,
    input  wire logic                    advance,
    input  wire command_t                command,
    input  wire logic                    binds,
    input  wire logic                    connects,
    input  wire logic [TARGET_WIDTH-1:0] message_target,  // s_msi's, whatever is offered
    input  wire logic                    message_first,   // s_msi's is offered, if it is that or the command
    output target_t                      command_target,  // excused toggle: no table has more than 256 entries
    output target_t                      target,  // excused toggle: no table has more than 256 entries
    output backend_t                     message_backend,
    input  wire logic                    clear,
    input  wire logic [CLEAR_WIDTH-1:0]  clear_index
);

  localparam int unsigned RANGE_WIDTH = RANGES > 1 ? $clog2(RANGES) : 1;
  localparam int unsigned CONNECTION_WIDTH = CONNECTIONS > 1 ? $clog2(CONNECTIONS) : 1;

  // What is kept of a target.
  typedef struct packed {
    logic                        bound;
    logic [CONNECTION_WIDTH-1:0] connection;
    logic [RANGE_WIDTH-1:0]      range;
    logic [OFFSET_WIDTH-1:0]     rid_offset;
  } entry_t;

  function automatic target_t target_of(entry_t entry);
    return '{
        bound: entry.bound,
        connection: index_t'(entry.connection),
        range: index_t'(entry.range),
        rid_offset: 16'(entry.rid_offset)
    };
  endfunction

  entry_t bound_entry, message_entry, command_entry;  // excused toggle: what is bound says so, always

  assign bound_entry = '{
      bound: 1'b1,
      connection: command.connection[CONNECTION_WIDTH-1:0],
      range: command.range[RANGE_WIDTH-1:0],
      rid_offset: command.rid_offset[OFFSET_WIDTH-1:0]
  };

  msi_table #(
      .WIDTH  ($bits(entry_t)),
      .DEPTH  (TARGETS),
      .CLEARED(1)
  ) u_message_targets (
      .clk,
      .read_index (message_target),
      .read_data  (message_entry),
      .write      (binds),
      .write_index(command.target[TARGET_WIDTH-1:0]),
      .write_data (bound_entry),
      .clear,
      .clear_index(clear_index[TARGET_WIDTH-1:0])
  );

  msi_block_table #(
      .WIDTH  ($bits(entry_t)),
      .DEPTH  (TARGETS),
      .CLEARED(1)
  ) u_command_targets (
      .clk,
      .read       (1'b1),
      .read_index (command.target[TARGET_WIDTH-1:0]),
      .read_data  (command_entry),
      .write      (binds),
      .write_index(command.target[TARGET_WIDTH-1:0]),
      .write_data (bound_entry),
      .clear,
      .clear_index(clear_index[TARGET_WIDTH-1:0])
  );

  logic [1:0] cleared_q;  // before that, what is read may be from before clearing

  always_ff @(posedge clk) cleared_q <= {cleared_q[0], !clear};

  always_comb begin
    command_target       = target_of(command_entry);
    command_target.bound = command_entry.bound && cleared_q[1];
    target               = message_first ? target_of(message_entry) : command_target;
  end

  msi_block_table #(
      .WIDTH  ($bits(backend_t)),
      .DEPTH  (CONNECTIONS),
      .CLEARED(1)
  ) u_message_backends (
      .clk,
      .read       (advance),
      .read_index (target.connection[CONNECTION_WIDTH-1:0]),
      .read_data  (message_backend),
      .write      (connects),
      .write_index(command.connection[CONNECTION_WIDTH-1:0]),
      .write_data (new_backend(command.operation == operation_code__CONNECT, command.devid_base,
                               DEVID_BITS)),
      .clear,
      .clear_index(clear_index[CONNECTION_WIDTH-1:0])
  );

endmodule

`default_nettype wire
