// SPDX-License-Identifier: MIT
//
// Proof of msi_skid_buffer, as wide as m_msi, against a queue: H2, H3, H8.

`default_nettype none

module prove_skid_buffer #(
    localparam int unsigned WIDTH = $bits(msi_pkg::message_t)
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

  msi_skid_buffer #(.WIDTH(WIDTH)) dut (.*);

  logic started_q = 1'b0;
  logic after_reset_q;  // the last edge was one of reset
  always_ff @(posedge clk) begin
    started_q     <= 1'b1;
    after_reset_q <= !rst_n;
  end
  always_comb begins_in_reset : assume (started_q || !rst_n);

  // ---- what was accepted and has not left, oldest first -------------------------------------------

  logic [1:0]       count_q;
  logic [WIDTH-1:0] first_q, second_q;

  logic accept, leave;
  assign accept = in_valid && in_ready;
  assign leave  = out_valid && out_ready;

  always_ff @(posedge clk) begin
    count_q <= count_q + 2'(accept) - 2'(leave);
    if (leave) first_q <= second_q;
    if (accept) begin
      if (count_q == 2'(leave)) first_q <= in_data;
      else second_q <= in_data;
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
      H1_ready_unless_full : assert (in_ready == (count_q < 2));
      H2_valid_stays : assert (!stalled_q || out_valid);
      H2_payload_stable : assert (!stalled_q || out_data == stalled_data_q);
      H3_nothing_lost : assert (count_q == 0 || out_valid);
      H3_nothing_doubled : assert (!out_valid || count_q != 0);
      H3_in_order : assert (!out_valid || out_data == first_q);
      H8_empty_after_reset : assert (!after_reset_q || (in_ready && !out_valid));
    end
  end

  // ---- what induction needs to know of the registers ----------------------------------------------

  always_comb begin
    if (started_q) begin
      inv_count :
      assert (count_q == 2'(out_valid) + 2'(dut.skid_valid_q) &&
              (out_valid || !dut.skid_valid_q));
      inv_second : assert (!dut.skid_valid_q || dut.skid_data_q == second_q);
    end
  end

  // ---- it can happen ------------------------------------------------------------------------------

  logic was_full_q;
  always_ff @(posedge clk) was_full_q <= rst_n && (was_full_q || !in_ready);
  always_comb begin
    cover_full_then_empty : cover (started_q && was_full_q && rst_n && !out_valid);
    cover_stalled : cover (started_q && stalled_q && rst_n);
  end

endmodule

`default_nettype wire
