// SPDX-License-Identifier: MIT
//
// Memory for route state: registered read (block RAM on an FPGA), and yet every read sees every
// earlier write (H5).
//
// Contract: with read high in one cycle, read_data holds the entry read_index from the next cycle
// until the next read; it includes the write at the edge of the read and, combinationally, the write
// of the very cycle in which it is looked at. So an operation that writes one stage after its
// look at read_data is seen by the operation directly behind it. The user reads whenever it writes
// (a pipeline that stalls, stalls both), neither reads nor writes while clear is high, and keeps
// indexes below DEPTH. While clear is high the entry clear_index is written with 0, if it exists.

`default_nettype none

module msi_route_memory #(
    parameter int unsigned WIDTH = 3,   // bits an entry, 1 or more
    parameter int unsigned DEPTH = 64,  // entries, 1 to 65,536
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
    input  wire msi_pkg::index_t        clear_index
);

  if (WIDTH < 1) begin : gen_width_illegal
    $error("msi_route_memory: WIDTH must be 1 or more");
  end
  if (DEPTH < 1 || DEPTH > 65536) begin : gen_depth_illegal
    $error("msi_route_memory: DEPTH must be 1 to 65,536");
  end

  // What a read returns of an entry written at the same edge does not matter: forwarded_q covers it.
  // (no_rw_check tells yosys so, rw_addr_collision Vivado, ramstyle Quartus.)
  (* no_rw_check, rw_addr_collision = "no", ramstyle = "no_rw_check" *)
  logic [WIDTH-1:0] entries[DEPTH];

  always_ff @(posedge clk) begin
    if (clear) begin
      if (32'(clear_index) < DEPTH) entries[clear_index[INDEX_WIDTH-1:0]] <= '0;
    end else if (write) begin
      entries[write_index] <= write_data;
    end
  end

  logic [WIDTH-1:0]       entry_q;       // as it was before the edge of the read
  logic [INDEX_WIDTH-1:0] read_index_q;
  logic                   forward_q;     // the entry was written at the edge of the read, with:
  logic [WIDTH-1:0]       forwarded_q;

  always_ff @(posedge clk) begin
    if (read) begin
      entry_q      <= entries[read_index];
      read_index_q <= read_index;
      forward_q    <= write && write_index == read_index;
      forwarded_q  <= write_data;
    end
  end

  always_comb begin
    read_data = forward_q ? forwarded_q : entry_q;
    if (write && write_index == read_index_q) read_data = write_data;
  end

endmodule

`default_nettype wire
