// SPDX-License-Identifier: MIT
//
// A queue of up to DEPTH items, between two streams.
//
// Contract: valid/ready on both sides (H2); an item that is taken shows on the output in the next cycle, or as
// soon as those before it have left; nothing is lost, doubled or reordered, and up to one item a cycle passes.
// Every output comes from a register. Reset empties it.

`default_nettype none

module msi_tlp_queue #(
    parameter int unsigned WIDTH = 8,  // bits an item, 1 or more
    parameter int unsigned DEPTH = 16  // items, 2 to 1,024
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

  localparam int unsigned COUNT_WIDTH = $clog2(DEPTH + 1);
  typedef logic [COUNT_WIDTH-1:0] count_t;

  logic   push, pop;
  count_t count_q;
  logic   room_q;

  always_comb begin
    in_ready = room_q;
    push     = in_valid && room_q;
    pop      = out_valid && out_ready;
  end

  msi_axi_fifo #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) u_fifo (
      .clk,
      .rst_n,
      .push,
      .in_data,
      .pop,
      .out_valid,
      .out_data
  );

  always_ff @(posedge clk) begin
    count_q <= count_q + count_t'(push) - count_t'(pop);
    room_q  <= pop || !(count_q == count_t'(DEPTH) || (count_q == count_t'(DEPTH - 1) && push));
    if (!rst_n) begin
      count_q <= '0;
      room_q  <= 1'b1;
    end
  end

endmodule

`default_nettype wire
