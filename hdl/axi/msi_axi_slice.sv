// SPDX-License-Identifier: MIT
//
// A stage of a stream with registers in both directions: what a bus calls a register slice.
//
// Contract: valid/ready on both sides (H2); an item that is taken shows on the output in the next cycle, or
// as soon as the one before it has left; nothing is lost, doubled or reordered, and up to one item a cycle
// passes. It holds two. Every output comes from a register, so no path leads through. Reset empties it.

`default_nettype none

module msi_axi_slice #(
    parameter int unsigned WIDTH = 8  // bits an item, 1 or more
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
    $error("msi_axi_slice: WIDTH must be 1 or more");
  end

  logic             valid_q, waits_q;  // an item is on the output; another one waits behind it
  logic [WIDTH-1:0] data_q, waiting_q;

  always_comb begin
    in_ready  = !waits_q;
    out_valid = valid_q;
    out_data  = data_q;
  end

  always_ff @(posedge clk) begin
    if (!waits_q) waiting_q <= in_data;
    if (!valid_q || out_ready) begin
      data_q  <= waits_q ? waiting_q : in_data;
      valid_q <= waits_q || in_valid;
      waits_q <= 1'b0;
    end else if (in_valid) begin
      waits_q <= 1'b1;
    end
    if (!rst_n) begin
      valid_q <= 1'b0;
      waits_q <= 1'b0;
    end
  end

endmodule

`default_nettype wire
