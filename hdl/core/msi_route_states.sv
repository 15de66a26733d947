// SPDX-License-Identifier: MIT
//
// The states of the routes: in memory with registered read, and yet every operation sees the effect
// of every earlier one (H5).
//
//   accept   the memory reads the entry event_index; a command's was read before
//   lookup   the operation's index is compared with those of the three operations before it, whose
//            writes came too late for that
//   execute  state is what the operation finds, next_state what it leaves
//   done     the state that it left is written
//
// Only events are read when they are accepted, so that the choice among the sources is not in front of
// the memory. The command's route is read in every cycle, and corrected by what is written to it while
// the read is on its way: that is up to date from the third edge on at which command_index stands still.
//
// Contract: the operations move by one stage at each edge with advance high. An event has the index
// event_index when it is accepted. lookup_is_command says that the operation in lookup is the command, whose
// index command_index has been for three edges or more. execute_uses says that the operation in execute has
// a route, with an index below DEPTH; its next_state is written, so it is state where nothing changes.
// While clear is high, the entry clear_index is written with 0, if it exists, and execute_uses is low;
// clear stays until all entries were.

`default_nettype none

module msi_route_states #(
    parameter int unsigned WIDTH = 3,   // bits a state, 1 or more
    parameter int unsigned DEPTH = 64,  // routes, 1 to 65,536
    localparam int unsigned INDEX_WIDTH = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input  wire logic                   clk,
    input  wire logic                   advance,
    input  wire logic [INDEX_WIDTH-1:0] event_index,
    input  wire logic [INDEX_WIDTH-1:0] command_index,
    input  wire logic [INDEX_WIDTH-1:0] lookup_index,
    input  wire logic                   lookup_is_command,
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

  logic                   write;
  logic [INDEX_WIDTH-1:0] write_index;
  logic [WIDTH-1:0]       write_data;

  always_comb begin
    write       = clear || done_uses_q[0];
    write_index = clear ? clear_index : done_index_q[0];
    write_data  = clear ? '0 : done_state_q[0];
  end

  // ---- the state of an event's route --------------------------------------------------------------

  logic [WIDTH-1:0] event_state;

  msi_block_ram #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) u_memory (
      .clk,
      .read      (advance),
      .read_index(event_index),
      .read_data (event_state),
      .write,
      .write_index,
      .write_data
  );

  // ---- the state of the command's route -----------------------------------------------------------

  logic [WIDTH-1:0] read_state;

  msi_block_ram #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) u_command_memory (
      .clk,
      .read      (1'b1),
      .read_index(command_index),
      .read_data (read_state),
      .write,
      .write_index,
      .write_data
  );

  // What was written to its route at this edge, the last one and the one before: what is read is from before.
  logic                  written;
  logic [1:0]            written_q;
  logic [1:0][WIDTH-1:0] written_state_q;
  logic [WIDTH-1:0]      command_state_q;

  assign written = done_uses_q[0] && done_index_q[0] == command_index;

  always_ff @(posedge clk) begin
    written_q       <= {written_q[0], written};
    written_state_q <= {written_state_q[0], done_state_q[0]};
    command_state_q <= read_state;
    if (written_q[1]) command_state_q <= written_state_q[1];
    if (written_q[0]) command_state_q <= written_state_q[0];
    if (written) command_state_q <= done_state_q[0];
    if (clear) begin
      written_q       <= '1;
      written_state_q <= '0;
      command_state_q <= '0;
    end
  end

  // ---- what the operation in execute finds --------------------------------------------------------

  logic             behind_q;   // it has the route of the operation directly before it, or
  logic             forward_q;  // forwarded_q has its state: the command's, or left by one of the two before that
  logic [WIDTH-1:0] forwarded_q;

  always_ff @(posedge clk) begin
    if (advance) begin
      done_uses_q  <= {done_uses_q[0], execute_uses};
      done_index_q <= {done_index_q[0], execute_index};
      done_state_q <= {done_state_q[0], next_state};
      behind_q     <= execute_uses && execute_index == lookup_index;
      forward_q    <= 1'b1;
      if (done_uses_q[0] && done_index_q[0] == lookup_index) forwarded_q <= done_state_q[0];
      else if (lookup_is_command) forwarded_q <= command_state_q;
      else begin
        forward_q   <= done_uses_q[1] && done_index_q[1] == lookup_index;
        forwarded_q <= done_state_q[1];
      end
    end
    if (clear) done_uses_q <= '0;  // what an operation before the reset left
  end

  always_comb begin
    state = event_state;
    if (forward_q) state = forwarded_q;
    if (behind_q) state = done_state_q[0];
  end

endmodule

`default_nettype wire
