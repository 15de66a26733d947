// SPDX-License-Identifier: MIT
//
// Proof of msi_counter at its smallest and largest width: it counts, and stops at its largest value
// (H7, H8).

`default_nettype none

module prove_counter (
    input wire logic clk,
    input wire logic rst_n,
    input wire logic increment
);

  logic started_q = 1'b0;
  logic after_reset_q;
  always_ff @(posedge clk) begin
    started_q     <= 1'b1;
    after_reset_q <= !rst_n;
  end
  always_comb begins_in_reset : assume (started_q || !rst_n);

  for (genvar i = 0; i < 2; i++) begin : gen_width
    localparam int unsigned WIDTH = i == 0 ? 4 : 32;
    localparam logic [31:0] LARGEST = 32'((64'd1 << WIDTH) - 1);

    logic [31:0] count;

    msi_counter #(.WIDTH(WIDTH)) dut (.*);

    logic        counts_q;
    logic [31:0] count_q;
    always_ff @(posedge clk) begin
      counts_q <= increment && count != LARGEST;
      count_q  <= count;
    end

    always_comb begin
      if (started_q) begin
        H7_counts : assert (after_reset_q || count == count_q + 32'(counts_q));
        H7_stops_at_the_largest : assert (after_reset_q || count >= count_q);
        H8_zero_after_reset : assert (!after_reset_q || count == 0);
      end
      cover_counts : cover (started_q && rst_n && count == 3);
    end
  end

endmodule

`default_nettype wire
