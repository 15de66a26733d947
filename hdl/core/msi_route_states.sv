// SPDX-License-Identifier: MIT
//
// The states of the routes: in memory with registered read, and yet every operation sees the effect
// of every earlier one (H5).
//
//   accept   the memory reads the entry accept_index
//   lookup   the operation's index is compared with those of the three operations before it, whose
//            writes the read at accept came too early for
//   execute  state is what the operation finds, next_state what it leaves
//   done     the state that it left is written
//
// Contract: the operations move by one stage at each edge with advance high. execute_uses says that
// the operation in execute has a route, with an index below DEPTH; its next_state is written, so it is
// state where nothing changes. While clear is high, the entry clear_index is written with 0, if it
// exists, and execute_uses is low.

`default_nettype none

module msi_route_states #(
    parameter int unsigned WIDTH = 3,   // bits a state, 1 or more
    parameter int unsigned DEPTH = 64,  // routes, 1 to 65,536
    localparam int unsigned INDEX_WIDTH = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input  wire logic                   clk,
    input  wire logic                   advance,
    input  wire logic [INDEX_WIDTH-1:0] accept_index,
    input  wire logic [INDEX_WIDTH-1:0] lookup_index,
    input  wire logic [INDEX_WIDTH-1:0] execute_index,
    input  wire logic                   execute_uses,
    output logic      [WIDTH-1:0]       state,
    input  wire logic [WIDTH-1:0]       next_state,
    input  wire logic                   clear,
    input  wire logic [INDEX_WIDTH-1:0] clear_index
);

  // The two operations that left execute last: what was an operation in execute is in 0, then in 1.
  logic [1:0]                  done_uses_q;
  logic [1:0][INDEX_WIDTH-1:0] done_index_q;
  logic [1:0][WIDTH-1:0]       done_state_q;

  logic [WIDTH-1:0] stored;

  msi_block_ram #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) u_memory (
      .clk,
      .read       (advance),
      .read_index (accept_index),
      .read_data  (stored),
      .write      (clear || done_uses_q[0]),
      .write_index(clear ? clear_index : done_index_q[0]),
      .write_data (clear ? '0 : done_state_q[0])
  );

  logic             forward_q;  // the operation in execute has the route of one of the three before it:
  logic [WIDTH-1:0] forwarded_q;

  always_ff @(posedge clk) begin
    if (advance) begin
      done_uses_q  <= {done_uses_q[0], execute_uses};
      done_index_q <= {done_index_q[0], execute_index};
      done_state_q <= {done_state_q[0], next_state};
      forward_q    <= 1'b1;
      if (execute_uses && execute_index == lookup_index) forwarded_q <= next_state;
      else if (done_uses_q[0] && done_index_q[0] == lookup_index) forwarded_q <= done_state_q[0];
      else begin
        forward_q   <= done_uses_q[1] && done_index_q[1] == lookup_index;
        forwarded_q <= done_state_q[1];
      end
    end
    if (clear) done_uses_q <= '0;  // what an operation before the reset left
  end

  assign state = forward_q ? forwarded_q : stored;

endmodule

`default_nettype wire
