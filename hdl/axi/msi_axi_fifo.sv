// SPDX-License-Identifier: MIT
//
// A queue of up to DEPTH items, for what comes without a ready: its user knows that there is room.
//
// Contract: an item that is pushed shows in the next cycle, or as soon as those before it were popped. The
// user pops only while out_valid is high, and pushes only while fewer than DEPTH items wait, or in
// the cycle of a pop. The oldest item stands in a register, which both outputs come from; those behind it
// are in a memory with a combinational read: distributed RAM on an FPGA. Reset empties it.

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

  logic             valid_q;  // there is an oldest item
  logic [WIDTH-1:0] data_q;
  index_t           first_q, free_q;  // the second oldest; where the next one goes
  logic             more_q;           // there is a second oldest
  index_t           second;           // what is first then
  logic             store, load;

  function automatic index_t after(index_t index);
    return 2 ** INDEX_WIDTH != DEPTH && index == index_t'(DEPTH - 1) ? '0 : index + 1'b1;
  endfunction

  always_comb begin
    second    = after(first_q);
    load      = more_q && pop;
    store     = push && (more_q || (valid_q && !pop));
    out_valid = valid_q;
    out_data  = data_q;
  end

  always_ff @(posedge clk) begin
    if (!valid_q || pop) begin
      data_q  <= more_q ? entries[first_q] : in_data;
      valid_q <= more_q || push;
    end
    if (store) begin
      entries[free_q] <= in_data;
      free_q          <= after(free_q);
    end
    if (load) first_q <= second;
    more_q <= store || (more_q && !(pop && second == free_q));
    if (!rst_n) begin
      valid_q <= 1'b0;
      more_q  <= 1'b0;
      first_q <= '0;
      free_q  <= '0;
    end
  end

endmodule

`default_nettype wire
