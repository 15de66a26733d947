// SPDX-License-Identifier: MIT
//
// A registered stream stage that takes one item a cycle and cuts the path from out_ready back to
// in_ready: the item that arrives in the cycle of a stall waits in a second register.
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

  logic             out_valid_q;
  logic [WIDTH-1:0] out_data_q;
  logic             skid_valid_q;
  logic [WIDTH-1:0] skid_data_q;

  always_ff @(posedge clk) begin
    if (out_ready || !out_valid_q) begin
      out_valid_q  <= skid_valid_q || in_valid;
      out_data_q   <= skid_valid_q ? skid_data_q : in_data;
      skid_valid_q <= 1'b0;
    end else if (!skid_valid_q) begin
      skid_valid_q <= in_valid;
      skid_data_q  <= in_data;
    end
    if (!rst_n) begin
      out_valid_q  <= 1'b0;
      skid_valid_q <= 1'b0;
    end
  end

  assign in_ready  = !skid_valid_q;
  assign out_valid = out_valid_q;
  assign out_data  = out_data_q;

endmodule

`default_nettype wire
