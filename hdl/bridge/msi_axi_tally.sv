// SPDX-License-Identifier: MIT
//
// Counters in a memory, each of which counts on its own, modulo 2^WIDTH.
//
// Contract: the counter index is counted up by one in each cycle with count; it shows from the next cycle on, on every read
// port. After reset all are 0, at once. Reads are combinational: distributed RAM on an FPGA. No index is DEPTH
// or more.

`default_nettype none

module msi_axi_tally #(
    parameter int unsigned WIDTH = 7,   // bits of a counter, 1 or more
    parameter int unsigned DEPTH = 64,  // counters, 2 to 1,024
    parameter int unsigned READS = 1,   // read ports, 1 or more
    localparam int unsigned INDEX_WIDTH = $clog2(DEPTH)
) (
    input  wire logic                              clk,
    input  wire logic                              rst_n,
    input  wire logic                              count,
    input  wire logic [INDEX_WIDTH-1:0]            index,
    input  wire logic [READS-1:0][INDEX_WIDTH-1:0] read_index,
    output logic      [READS-1:0][WIDTH-1:0]       read_value
);

  if (WIDTH < 1) begin : gen_width_illegal
    $error("msi_axi_tally: WIDTH must be 1 or more");
  end
  if (DEPTH < 2 || DEPTH > 1024) begin : gen_depth_illegal
    $error("msi_axi_tally: DEPTH must be 2 to 1,024");
  end
  if (READS < 1) begin : gen_reads_illegal
    $error("msi_axi_tally: READS must be 1 or more");
  end

  logic [WIDTH-1:0] counters[DEPTH];
  logic [DEPTH-1:0] counted_q;  // since reset: the others are 0, whatever the memory holds

  logic [WIDTH-1:0] value;

  assign value = counted_q[index] ? counters[index] : '0;

  for (genvar i = 0; i < READS; i++) begin : gen_read
    assign read_value[i] = counted_q[read_index[i]] ? counters[read_index[i]] : '0;
  end

  always_ff @(posedge clk) begin
    if (count) begin
      counters[index]  <= value + 1'b1;
      counted_q[index] <= 1'b1;
    end
    if (!rst_n) counted_q <= '0;
  end

endmodule

`default_nettype wire
