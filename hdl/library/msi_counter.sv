// SPDX-License-Identifier: MIT
//
// A saturating event counter (H7): stops at its largest value instead of starting over.

`default_nettype none

module msi_counter #(
    parameter int unsigned WIDTH = 32  // bits, 4 to 32
) (
    input  wire logic         clk,
    input  wire logic         rst_n,
    input  wire logic         increment,
    output logic       [31:0] count
);

  if (WIDTH < 4 || WIDTH > 32) begin : gen_width_illegal
    $error("msi_counter: WIDTH must be 4 to 32");
  end

  logic [WIDTH-1:0] count_q;
  logic [WIDTH-1:0] next;
  logic             overflow;

  assign {overflow, next} = {1'b0, count_q} + 1'b1;

  always_ff @(posedge clk) begin
    // At its largest value it stays.
    if (increment && !overflow) count_q <= next;
    if (!rst_n) count_q <= '0;
  end

  assign count = 32'(count_q);

endmodule

`default_nettype wire
