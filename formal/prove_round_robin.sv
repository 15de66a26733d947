// SPDX-License-Identifier: MIT
//
// Proof of msi_round_robin: with items waiting, one is offered, bit for bit, and stays until it is taken (H2); the
// source that is ready is the one whose item is taken (H3); none waits for more than one item of each of the others,
// and of the one that is offered (H4).

`default_nettype none

module prove_round_robin #(
    parameter int unsigned SOURCES = 5,
    parameter int unsigned WIDTH   = 6
) (
    input wire logic                          clk,
    input wire logic                          rst_n,
    input wire logic [SOURCES-1:0]            in_valid,
    input wire logic [SOURCES-1:0][WIDTH-1:0] in_data,
    input wire logic                          out_ready
);

  logic [SOURCES-1:0] in_ready;
  logic               out_valid;
  logic [WIDTH-1:0]   out_data;

  msi_round_robin #(
      .SOURCES(SOURCES),
      .WIDTH  (WIDTH)
  ) dut (.*);

  logic                          started_q = 1'b0;
  logic [SOURCES-1:0]            waiting_q;
  logic [SOURCES-1:0][WIDTH-1:0] data_q;
  logic                          stalled_q;
  logic [WIDTH-1:0]              offered_q;
  logic [SOURCES-1:0]            taken;

  logic [SOURCES-1:0]            same;  // the item is that of the cycle before
  logic                          stays; // the one that waits is that which was offered

  always_comb begin
    taken = in_valid & in_ready;
    stays = 1'b1;
    for (int unsigned i = 0; i < SOURCES; i++) begin
      same[i] = in_data[i] == data_q[i];
      if (dut.waits_q[i] && data_q[i] != offered_q) stays = 1'b0;
    end
  end

  always_ff @(posedge clk) begin
    started_q <= 1'b1;
    waiting_q <= rst_n ? in_valid & ~in_ready : '0;
    data_q    <= in_data;
    stalled_q <= rst_n && out_valid && !out_ready;
    offered_q <= out_data;
  end

  always_comb begin
    begins_in_reset : assume (started_q || !rst_n);
    sources_wait : assume ((waiting_q & ~(in_valid & same)) == '0);
  end

  logic [WIDTH-1:0] taken_data;
  always_comb begin
    taken_data = '0;
    for (int unsigned i = 0; i < SOURCES; i++) begin
      if (taken[i]) taken_data = in_data[i];
    end
  end

  always_comb begin
    if (started_q) begin
      H1_one_if_any : assert (out_valid == (in_valid != '0));
      H3_taken_is_taken : assert (out_valid && out_ready ? $onehot(taken) : taken == '0);
      H3_bit_for_bit : assert (taken == '0 || out_data == taken_data);
      H2_stays : assert (!stalled_q || (out_valid && out_data == offered_q));
    end
  end

  for (genvar i = 0; i < SOURCES; i++) begin : gen_source
    logic [3:0] others_q;
    logic [3:0] left;  // sources whose turn is before this one's
    logic       out_of_turn;  // the one that is offered is none of these: this one came later
    always_ff @(posedge clk) begin
      if (!in_valid[i] || taken[i]) others_q <= '0;
      else if (taken != '0 && others_q != '1) others_q <= others_q + 1'b1;
      if (!rst_n) others_q <= '0;
    end
    always_comb begin
      left = '0;
      out_of_turn = dut.waits_q != '0;
      for (int unsigned j = 0; j < SOURCES; j++) begin
        if (dut.behind_q[i] ? dut.behind_q[j] && j < i : dut.behind_q[j] || j < i) begin
          left += 1'b1;
          if (dut.waits_q[j]) out_of_turn = 1'b0;
        end
      end
      if (started_q) begin
        H4_waits_for_one_of_each : assert (others_q <= SOURCES);
        inv_left : assert (others_q + left <= SOURCES);
        inv_out_of_turn : assert (!out_of_turn || others_q == 0 || dut.waits_q[i]);
      end
    end
  end

  always_comb begin
    if (started_q) begin
      inv_behind : assert ((~dut.behind_q & (~dut.behind_q + 1'b1)) == '0);
      inv_waits :
      assert (dut.waits_q == '0 ? !stalled_q :
              $onehot(dut.waits_q) && (dut.waits_q & waiting_q) != '0 && stalled_q);
      inv_offered : assert (stays);
    end
    cover_all : cover (started_q && in_valid == '1 && taken[SOURCES-1]);
  end

endmodule

`default_nettype wire
