// SPDX-License-Identifier: MIT
//
// A stage of a stream that cuts the path from out_ready back to in_ready: the item that arrives in the
// cycle of a stall waits in a register.
//
// Contract: valid/ready on both sides (H2); an item shows on the output in the cycle in which it is
// offered, or as soon as the one before it has left; nothing is lost, doubled or reordered. Reset
// empties it. in_ready comes from a register; out_valid and out_data pass one multiplexer.

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

  logic             waits_q;  // an item
  logic [WIDTH-1:0] waiting_q;

  always_comb begin
    in_ready  = !waits_q;
    out_valid = waits_q || in_valid;
    out_data  = waits_q ? waiting_q : in_data;
  end

  always_ff @(posedge clk) begin
    waits_q   <= out_valid && !out_ready;
    waiting_q <= out_data;
    if (!rst_n) waits_q <= 1'b0;
  end

endmodule

`default_nettype wire
