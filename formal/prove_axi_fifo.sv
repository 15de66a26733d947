// SPDX-License-Identifier: MIT
//
// Proof of msi_axi_fifo against a queue: H3, H8.

`default_nettype none

module prove_axi_fifo #(
    parameter int unsigned WIDTH = 4,
    parameter int unsigned DEPTH = 5
) (
    input wire logic             clk,
    input wire logic             rst_n,
    input wire logic             push,
    input wire logic [WIDTH-1:0] in_data,
    input wire logic             pop
);

  logic             out_valid;
  logic [WIDTH-1:0] out_data;

  msi_axi_fifo #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) dut (.*);

  logic started_q = 1'b0;
  logic after_reset_q;
  always_ff @(posedge clk) begin
    started_q     <= 1'b1;
    after_reset_q <= !rst_n;
  end

  // ---- what was pushed and not popped, oldest first -------------------------------------------------

  logic [3:0]                  count_q;
  logic [DEPTH-1:0][WIDTH-1:0] held_q;

  always_ff @(posedge clk) begin
    count_q <= count_q + 4'(push) - 4'(pop);
    for (int unsigned i = 0; i < DEPTH; i++) begin
      if (pop && i + 1 < DEPTH) held_q[i] <= held_q[i+1];
      if (push && count_q - 4'(pop) == 4'(i)) held_q[i] <= in_data;
    end
    if (!rst_n) count_q <= '0;
  end

  always_comb begin
    begins_in_reset : assume (started_q || !rst_n);
    no_pop_of_nothing : assume (!pop || out_valid);
    no_push_without_room : assume (!push || count_q < 4'(DEPTH) || pop);
  end

  // ---- properties ---------------------------------------------------------------------------------

  always_comb begin
    if (started_q) begin
      H3_nothing_lost_or_doubled : assert (out_valid == (count_q != 0));
      H3_in_order : assert (!out_valid || out_data == held_q[0]);
      H8_empty_after_reset : assert (!after_reset_q || !out_valid);
    end
  end

  // ---- what induction needs to know of the registers ----------------------------------------------

  // Where the item i of the queue is.
  function automatic logic [2:0] index(logic [2:0] first, int unsigned i);
    return 3'((32'(first) + i) % DEPTH);
  endfunction

  logic entries_there;
  always_comb begin
    entries_there = 1'b1;
    for (int unsigned i = 0; i < DEPTH; i++) begin
      if (i < 32'(count_q) &&
          (i == 0 ? dut.data_q : dut.entries[index(dut.first_q, i - 1)]) != held_q[i]) begin
        entries_there = 1'b0;
      end
    end
  end

  always_comb begin
    if (started_q) begin
      inv_count : assert (count_q <= 4'(DEPTH));
      inv_first : assert (dut.first_q < 3'(DEPTH));
      inv_valid : assert (dut.valid_q == (count_q != 0) && dut.more_q == (count_q > 1));
      inv_free :
      assert (dut.free_q == index(dut.first_q, count_q > 1 ? 32'(count_q) - 1 : 0));
      inv_there : assert (entries_there);
    end
  end

  // ---- it can happen ------------------------------------------------------------------------------

  logic was_full_q;
  always_ff @(posedge clk) was_full_q <= rst_n && (was_full_q || count_q == 4'(DEPTH));
  always_comb begin
    cover_full_then_empty : cover (started_q && was_full_q && rst_n && !out_valid);
    cover_pushed_while_full : cover (started_q && rst_n && push && pop && count_q == 4'(DEPTH));
  end

endmodule

`default_nettype wire
