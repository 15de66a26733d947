// SPDX-License-Identifier: MIT
//
// Proof of msi_axi_slice against a queue of two: H1, H2, H3, H8.

`default_nettype none

module prove_axi_slice #(
    parameter int unsigned WIDTH = 8
) (
    input wire logic             clk,
    input wire logic             rst_n,
    input wire logic             in_valid,
    input wire logic [WIDTH-1:0] in_data,
    input wire logic             out_ready
);

  logic             in_ready;
  logic             out_valid;
  logic [WIDTH-1:0] out_data;

  msi_axi_slice #(.WIDTH(WIDTH)) dut (.*);

  logic started_q = 1'b0;
  logic after_reset_q;  // the last edge was one of reset
  always_ff @(posedge clk) begin
    started_q     <= 1'b1;
    after_reset_q <= !rst_n;
  end
  always_comb begins_in_reset : assume (started_q || !rst_n);

  // ---- what was taken and has not left, oldest first ------------------------------------------------

  logic [1:0]            count_q;
  logic [1:0][WIDTH-1:0] held_q;

  logic take, leave;
  assign take  = in_valid && in_ready;
  assign leave = out_valid && out_ready;

  always_ff @(posedge clk) begin
    count_q <= count_q + 2'(take) - 2'(leave);
    if (leave) held_q[0] <= held_q[1];
    if (take) begin
      if (count_q == 2'(leave)) held_q[0] <= in_data;
      else held_q[1] <= in_data;
    end
    if (!rst_n) count_q <= '0;
  end

  // ---- properties ---------------------------------------------------------------------------------

  logic             stalled_q;
  logic [WIDTH-1:0] stalled_data_q;
  always_ff @(posedge clk) begin
    stalled_q      <= rst_n && out_valid && !out_ready;
    stalled_data_q <= out_data;
  end

  always_comb begin
    if (started_q) begin
      H1_ready_unless_full : assert (in_ready == (count_q != 2));
      H2_stays : assert (!stalled_q || (out_valid && out_data == stalled_data_q));
      H3_nothing_lost_or_doubled : assert (out_valid == (count_q != 0));
      H3_in_order : assert (!out_valid || out_data == held_q[0]);
      H8_empty_after_reset : assert (!after_reset_q || (in_ready && !out_valid));
    end
  end

  // ---- what induction needs to know of the registers ----------------------------------------------

  always_comb begin
    if (started_q) begin
      inv_count : assert (count_q == 2'(dut.valid_q) + 2'(dut.waits_q));
      inv_waits : assert (!dut.waits_q || (dut.valid_q && dut.waiting_q == held_q[1]));
      inv_stalled : assert (!stalled_q || (count_q != 0 && stalled_data_q == held_q[0]));
    end
  end

  // ---- it can happen ------------------------------------------------------------------------------

  logic was_full_q;
  always_ff @(posedge clk) was_full_q <= rst_n && (was_full_q || !in_ready);
  always_comb begin
    cover_full_then_empty : cover (started_q && was_full_q && rst_n && !out_valid);
    cover_one_a_cycle : cover (started_q && was_full_q && take && leave);
  end

endmodule

`default_nettype wire
