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

  // What is offered stays until it is taken (H2): the user's part of the contract.
  logic             offered_q;
  logic [WIDTH-1:0] offered_data_q;
  always_ff @(posedge clk) begin
    offered_q      <= rst_n && in_valid && !in_ready;
    offered_data_q <= in_data;
  end
  always_comb in_stays : assume (!offered_q || (in_valid && in_data == offered_data_q));

  // ---- what was accepted and has not left -----------------------------------------------------------

  logic             held_q;
  logic [WIDTH-1:0] held_data_q;

  logic accept, leave;
  assign accept = in_valid && in_ready;
  assign leave  = out_valid && out_ready;

  always_ff @(posedge clk) begin
    held_q <= rst_n && (held_q || accept) && !leave;
    if (accept) held_data_q <= in_data;
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
      H1_ready_unless_stalled : assert (in_ready == !stalled_q);
      H2_valid_stays : assert (!stalled_q || out_valid);
      H2_payload_stable : assert (!stalled_q || out_data == stalled_data_q);
      H3_nothing_lost_or_doubled : assert (out_valid == (held_q || in_valid));
      H3_in_order : assert (!out_valid || out_data == (held_q ? held_data_q : in_data));
      H8_empty_after_reset : assert (!after_reset_q || (in_ready && out_valid == in_valid));
    end
  end

  // ---- what induction needs to know of the registers ----------------------------------------------

  always_comb begin
    if (started_q) begin
      inv_waits : assert (dut.waits_q == held_q);
      inv_waiting : assert (!held_q || dut.waiting_q == held_data_q);
      inv_stalled : assert (!held_q || (stalled_q && stalled_data_q == held_data_q));
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
