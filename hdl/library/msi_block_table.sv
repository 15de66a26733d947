// SPDX-License-Identifier: MIT
//
// A table in block RAM, for what can wait for its reads: msi_table where those must answer at once.
//
// Contract: reads are those of msi_block_ram: two edges with read high, the first one with the index, and a
// write at that edge or later is not seen. While clear is high the entry clear_index is written, if it
// exists, and write is ignored: with 0 in its CLEARED highest bits, the others are undefined.

`default_nettype none

module msi_block_table #(
    parameter int unsigned WIDTH   = 16,  // bits an entry, 1 or more
    parameter int unsigned DEPTH   = 16,  // entries, 1 to 65,536
    parameter int unsigned CLEARED = 16,  // bits of an entry, from the highest, 1 to WIDTH
    localparam int unsigned INDEX_WIDTH = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input  wire logic                   clk,
    input  wire logic                   read,
    input  wire logic [INDEX_WIDTH-1:0] read_index,
    output logic      [WIDTH-1:0]       read_data,
    input  wire logic                   write,
    input  wire logic [INDEX_WIDTH-1:0] write_index,
    input  wire logic [WIDTH-1:0]       write_data,
    input  wire logic                   clear,
    input  wire logic [INDEX_WIDTH-1:0] clear_index
);

  if (CLEARED < 1 || CLEARED > WIDTH) begin : gen_cleared_illegal
    $error("msi_block_table: CLEARED must be 1 to WIDTH");
  end

  logic [INDEX_WIDTH-1:0] index;
  logic [WIDTH-1:0]       entry;

  always_comb begin
    index = clear ? clear_index : write_index;
    entry = write_data;
    if (clear) entry[WIDTH-1-:CLEARED] = '0;
  end

  msi_block_ram #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) u_memory (
      .clk,
      .read,
      .read_index,
      .read_data,
      .write      (clear || write),
      .write_index(index),
      .write_data (entry)
  );

endmodule

`default_nettype wire
