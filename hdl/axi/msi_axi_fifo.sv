// SPDX-License-Identifier: MIT
//
// A queue of up to DEPTH items, for what comes without a ready: its user knows that there is room.
//
// Contract: an item that is pushed shows in the next cycle, or as soon as those before it were popped. The
// user pops only while out_valid is high, and pushes only while fewer than DEPTH items wait, or in
// the cycle of a pop. out_valid comes from a register, out_data from a memory with a combinational read:
// distributed RAM on an FPGA. Reset empties it.

`default_nettype none

module msi_axi_fifo #(
    parameter int unsigned WIDTH = 8,  // bits an item, 1 or more
    parameter int unsigned DEPTH = 64  // items, 2 to 1,024
) (
    input  wire logic             clk,
    input  wire logic             rst_n,
    input  wire logic             push,
    input  wire logic [WIDTH-1:0] in_data,
    input  wire logic             pop,
    output logic                  out_valid,
    output logic      [WIDTH-1:0] out_data
);

  if (WIDTH < 1) begin : gen_width_illegal
    $error("msi_axi_fifo: WIDTH must be 1 or more");
  end
  if (DEPTH < 2 || DEPTH > 1024) begin : gen_depth_illegal
    $error("msi_axi_fifo: DEPTH must be 2 to 1,024");
  end

  localparam int unsigned INDEX_WIDTH = $clog2(DEPTH);
  typedef logic [INDEX_WIDTH-1:0] index_t;

  logic [WIDTH-1:0] entries[DEPTH];

  index_t first_q, free_q;  // the oldest item; where the next one goes
  index_t first_d, free_d;
  logic   valid_q;

  function automatic index_t after(index_t index);
    return index == index_t'(DEPTH - 1) ? '0 : index + 1'b1;
  endfunction

  always_comb begin
    first_d = pop ? after(first_q) : first_q;
    free_d  = push ? after(free_q) : free_q;
    out_valid = valid_q;
    out_data  = entries[first_q];
  end

  always_ff @(posedge clk) begin
    if (push) entries[free_q] <= in_data;
    first_q <= first_d;
    free_q  <= free_d;
    // Where both meet it is full after a push, and empty after a pop alone.
    valid_q <= push || (valid_q && !(pop && first_d == free_q));
    if (!rst_n) begin
      first_q <= '0;
      free_q  <= '0;
      valid_q <= 1'b0;
    end
  end

endmodule

`default_nettype wire
