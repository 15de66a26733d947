// SPDX-License-Identifier: MIT
//
// A table with combinational reads and one synchronous write port: distributed RAM on an FPGA, where
// it is small.
//
// Contract: a write is seen by reads from the next cycle on. While clear is high the entry
// clear_index is written, if it exists, and write is ignored: with 0 in its CLEARED highest bits, the
// others are undefined. Reading an index >= DEPTH gives an undefined value; the user never writes one.

`default_nettype none

module msi_table #(
    parameter int unsigned WIDTH   = 16,  // bits an entry, 1 or more
    parameter int unsigned DEPTH   = 16,  // entries, 1 to 65,536
    parameter int unsigned READS   = 1,   // read ports, 1 or more
    parameter int unsigned CLEARED = 16,  // bits of an entry, from the highest, 1 to WIDTH
    localparam int unsigned INDEX_WIDTH = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input  wire logic                              clk,
    input  wire logic [READS-1:0][INDEX_WIDTH-1:0] read_index,
    output logic      [READS-1:0][WIDTH-1:0]       read_data,
    input  wire logic                              write,
    input  wire logic [INDEX_WIDTH-1:0]            write_index,
    input  wire logic [WIDTH-1:0]                  write_data,  // excused toggle: a bit of what is written may be 1 always
    input  wire logic                              clear,
    input  wire logic [INDEX_WIDTH-1:0]            clear_index
);

  if (WIDTH < 1) begin : gen_width_illegal
    $error("msi_table: WIDTH must be 1 or more");
  end
  if (DEPTH < 1 || DEPTH > 65536) begin : gen_depth_illegal
    $error("msi_table: DEPTH must be 1 to 65,536");
  end
  if (READS < 1) begin : gen_reads_illegal
    $error("msi_table: READS must be 1 or more");
  end
  if (CLEARED < 1 || CLEARED > WIDTH) begin : gen_cleared_illegal
    $error("msi_table: CLEARED must be 1 to WIDTH");
  end

  logic [WIDTH-1:0] entries[DEPTH];

  logic                   write_entry;
  logic [INDEX_WIDTH-1:0] index;
  logic [WIDTH-1:0]       entry;

  always_comb begin
    write_entry = clear || write;
    index       = clear ? clear_index : write_index;
    entry       = write_data;
    if (clear) entry[WIDTH-1-:CLEARED] = '0;
  end

  always_ff @(posedge clk) begin
    if (write_entry) entries[index] <= entry;
  end

  for (genvar i = 0; i < READS; i++) begin : gen_read
    assign read_data[i] = entries[read_index[i]];
  end

endmodule

`default_nettype wire
