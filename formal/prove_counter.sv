// SPDX-License-Identifier: MIT
//
// Proof of msi_counter at its largest width: it counts, and stops at its largest value (H7, H8).

`default_nettype none

module prove_counter #(
    parameter int unsigned WIDTH = 32
) (
    input wire logic clk,
    input wire logic rst_n,
    input wire logic increment
);

  logic [31:0] count;

  msi_counter #(.WIDTH(WIDTH)) dut (.*);

  logic started_q = 1'b0;
  always_ff @(posedge clk) started_q <= 1'b1;
  always_comb begins_in_reset : assume (started_q || !rst_n);

  localparam logic [31:0] LARGEST = 32'((64'd1 << WIDTH) - 1);

  logic        after_reset_q, counts_q;
  logic [31:0] count_q;
  always_ff @(posedge clk) begin
    after_reset_q <= !rst_n;
    counts_q      <= increment && count != LARGEST;
    count_q       <= count;
  end

  always_comb begin
    if (started_q) begin
      H7_counts : assert (after_reset_q || count == count_q + 32'(counts_q));
      H7_stops_at_the_largest : assert (after_reset_q || count >= count_q);
      H8_zero_after_reset : assert (!after_reset_q || count == 0);
    end
    cover_counts : cover (started_q && rst_n && count == 3);
  end

endmodule

`default_nettype wire
