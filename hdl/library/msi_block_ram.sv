// SPDX-License-Identifier: MIT
//
// Memory with one write port and one read port, and a register behind the read: a block RAM of an
// FPGA, output register included.
//
// Contract: reads take two edges with read high. The entry read_index of the first one shows on
// read_data from the second one on, as it was before the first: a write at that edge or later is not
// seen. What is read of an entry that is written at the same edge, or at an index >= DEPTH, is undefined:
// the user does not look at it, and never writes at such an index.

`default_nettype none

module msi_block_ram #(
    parameter int unsigned WIDTH = 8,   // bits an entry, 1 or more
    parameter int unsigned DEPTH = 64,  // entries, 1 to 65,536
    localparam int unsigned INDEX_WIDTH = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input  wire logic                   clk,
    input  wire logic                   read,
    input  wire logic [INDEX_WIDTH-1:0] read_index,
    output logic      [WIDTH-1:0]       read_data,
    input  wire logic                   write,
    input  wire logic [INDEX_WIDTH-1:0] write_index,
    input  wire logic [WIDTH-1:0]       write_data
);

  if (WIDTH < 1) begin : gen_width_illegal
    $error("msi_block_ram: WIDTH must be 1 or more");
  end
  if (DEPTH < 1 || DEPTH > 65536) begin : gen_depth_illegal
    $error("msi_block_ram: DEPTH must be 1 to 65,536");
  end

  // A block RAM, however small: what would rather have logic takes msi_table. What a read at the edge of a
  // write returns does not matter (no_rw_check tells yosys so, rw_addr_collision Vivado, ramstyle Quartus).
  (* ram_style = "block", no_rw_check, rw_addr_collision = "no", ramstyle = "no_rw_check" *)
  logic [WIDTH-1:0] entries[DEPTH];

  logic [WIDTH-1:0] entry_q;
  logic [WIDTH-1:0] read_data_q;

  always_ff @(posedge clk) begin
    if (write) entries[write_index] <= write_data;
    if (read) begin
      entry_q     <= entries[read_index];
      read_data_q <= entry_q;
    end
  end

  assign read_data = read_data_q;

endmodule

`default_nettype wire
