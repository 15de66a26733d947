// SPDX-License-Identifier: MIT
//
// A table with combinational read and one synchronous write port: distributed RAM on an FPGA, where
// it is small.
//
// Contract: a write is seen by reads from the next cycle on. While clear is high the entry
// clear_index is written with 0, if it exists, and write is ignored. Reading an index >= DEPTH gives
// an undefined value; the user never writes one.

`default_nettype none

module msi_table #(
    parameter int unsigned WIDTH = 16,  // bits an entry, 1 or more
    parameter int unsigned DEPTH = 16,  // entries, 1 to 65,536
    localparam int unsigned INDEX_WIDTH = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input  wire logic                   clk,
    input  wire logic [INDEX_WIDTH-1:0] read_index,
    output logic      [WIDTH-1:0]       read_data,
    input  wire logic                   write,
    input  wire logic [INDEX_WIDTH-1:0] write_index,
    input  wire logic [WIDTH-1:0]       write_data,
    input  wire logic                   clear,
    input  wire msi_pkg::index_t        clear_index
);

  if (WIDTH < 1) begin : gen_width_illegal
    $error("msi_table: WIDTH must be 1 or more");
  end
  if (DEPTH < 1 || DEPTH > 65536) begin : gen_depth_illegal
    $error("msi_table: DEPTH must be 1 to 65,536");
  end

  logic [WIDTH-1:0] entries[DEPTH];

  always_ff @(posedge clk) begin
    if (clear) begin
      if (32'(clear_index) < DEPTH) entries[clear_index[INDEX_WIDTH-1:0]] <= '0;
    end else if (write) begin
      entries[write_index] <= write_data;
    end
  end

  assign read_data = entries[read_index];

endmodule

`default_nettype wire
