// SPDX-License-Identifier: MIT
//
// A registered stream stage that takes one item a cycle and cuts the path from out_ready back to
// in_ready: the item that arrives in the cycle of a stall waits behind the first one.
//
// Contract: valid/ready on both sides (H2); an item shows on the output one cycle after it was
// accepted, or as soon as those before it have left; nothing is lost, doubled or reordered. Reset
// empties it.

`default_nettype none

module msi_skid_buffer #(
    parameter int unsigned WIDTH = 128  // bits an item, 1 or more
) (
    input  wire logic             clk,
    input  wire logic             rst_n,
    input  wire logic             in_valid,
    output logic                  in_ready,
    input  wire logic [WIDTH-1:0] in_data,
    output logic                  out_valid,
    input  wire logic             out_ready,
    output logic      [WIDTH-1:0] out_data
);

  if (WIDTH < 1) begin : gen_width_illegal
    $error("msi_skid_buffer: WIDTH must be 1 or more");
  end

  // Two items, used in turn; distributed RAM on an FPGA.
  (* ram_style = "distributed" *)
  logic [WIDTH-1:0] items[2];

  logic valid_q;  // one item or two
  logic full_q;   // two
  logic write_index_q, read_index_q;
  logic push, pop;

  always_comb begin
    push = in_valid && !full_q;
    pop  = valid_q && out_ready;
  end

  always_ff @(posedge clk) begin
    // Without an item to take, what is written to the free place is overwritten later.
    if (!full_q) items[write_index_q] <= in_data;
    if (push) write_index_q <= !write_index_q;
    if (pop) read_index_q <= !read_index_q;
    valid_q <= push || full_q || (valid_q && !pop);
    full_q  <= (full_q || (valid_q && push)) && !pop;
    if (!rst_n) begin
      valid_q       <= 1'b0;
      full_q        <= 1'b0;
      write_index_q <= 1'b0;
      read_index_q  <= 1'b0;
    end
  end

  assign in_ready  = !full_q;
  assign out_valid = valid_q;
  assign out_data  = items[read_index_q];

endmodule

`default_nettype wire
