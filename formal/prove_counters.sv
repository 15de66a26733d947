// SPDX-License-Identifier: MIT
//
// Proof of msi_counters at its smallest and largest width: each counter shows, when it is its turn, exactly
// how often it was to count until its visit, or its largest value (H7, H8).

`default_nettype none

module prove_counters #(
    localparam int unsigned COUNTERS = 7,
    localparam int unsigned ROUND    = 7
) (
    input wire logic                clk,
    input wire logic                rst_n,
    input wire logic [COUNTERS-1:0] increment,
    input wire logic [2:0]          watched     // a counter: any, and always the same
);

  logic       started_q = 1'b0;
  logic [2:0] watched_q;
  logic [1:0] since_q;  // cycles since the reset, 3 at most
  always_ff @(posedge clk) begin
    started_q <= 1'b1;
    watched_q <= watched;
    if (since_q != '1) since_q <= since_q + 1'b1;
    if (!rst_n) since_q <= '0;
  end

  logic watched_increment;
  always_comb begin
    begins_in_reset : assume (started_q || !rst_n);
    one_is_watched : assume (watched < COUNTERS && (!started_q || watched == watched_q));
    watched_increment = 1'b0;
    for (int unsigned i = 0; i < COUNTERS; i++) if (watched == i) watched_increment = increment[i];
  end

  for (genvar i = 0; i < 2; i++) begin : gen_width
    localparam int unsigned WIDTH = i == 0 ? 4 : 32;

    logic [2:0]       index;
    logic [WIDTH-1:0] count;

    msi_counters #(
        .COUNTERS(COUNTERS),
        .WIDTH   (WIDTH)
    ) dut (.*);

    // How often it was to count: until now, until the last cycle, until the one before.
    logic [WIDTH-1:0] total_q, total_1_q, total_2_q;
    logic [2:0]       index_q;

    always_ff @(posedge clk) begin
      if (watched_increment && total_q != '1) total_q <= total_q + 1'b1;
      total_1_q <= total_q;
      total_2_q <= total_1_q;
      index_q   <= index;
      if (!rst_n) total_q <= '0;
    end

    // ---- what induction needs to know of the registers --------------------------------------------

    function automatic logic [WIDTH-1:0] saturated(logic [WIDTH-1:0] start, logic [2:0] added);
      logic [WIDTH:0] sum = {1'b0, start} + (WIDTH + 1)'(added);
      return sum[WIDTH] ? '1 : sum[WIDTH-1:0];
    endfunction

    function automatic logic [2:0] behind(logic [2:0] turn);
      return turn == 0 ? 3'(ROUND - 1) : turn - 1'b1;
    endfunction

    logic [WIDTH-1:0] base;      // what is or will be in the memory, without what came since
    logic [2:0]       recent;
    logic [2:0]       distance;  // cycles since its visit, 7 if that is due
    always_comb begin
      recent = '0;
      for (int unsigned j = 0; j < COUNTERS; j++) if (watched == j) recent = dut.recent_q[j];
      distance = dut.visit_q > watched ? dut.visit_q - watched : 3'(ROUND) + dut.visit_q - watched;
      if (since_q >= 1 && dut.add_index_q == watched) base = saturated(dut.before_q, dut.added_q);
      else if (since_q >= 2 && dut.index_q == watched) base = dut.count_q;
      else if (dut.first_q && dut.visit_q <= watched) base = '0;
      else base = dut.counts[watched];
    end

    always_comb begin
      if (started_q) begin
        H7_counts : assert (since_q < 2 || index != watched || count == total_2_q);
        H7_goes_round : assert (since_q < 3 || behind(index) == index_q);

        inv_visit : assert (dut.visit_q < ROUND);
        inv_first : assert (!dut.first_q || since_q == 3 || since_q == dut.visit_q);
        inv_not_first : assert (dut.first_q || since_q == 3);
        inv_first_later : assert (!dut.first_q || since_q != 3 || dut.visit_q >= 3);
        inv_add_index : assert (since_q < 1 || dut.add_index_q == behind(dut.visit_q));
        inv_index : assert (since_q < 2 || dut.index_q == behind(behind(dut.visit_q)));
        inv_total : assert (total_q == saturated(base, recent));
        inv_recent :
        assert (recent <= (dut.first_q && dut.visit_q <= watched ? dut.visit_q : distance));
        inv_added :
        assert (since_q < 1 || dut.add_index_q != watched ||
                saturated(dut.before_q, dut.added_q) == total_1_q);
      end
      cover_counts : cover (started_q && rst_n && since_q == 3 && index == watched && count == 3);
    end
  end

endmodule

`default_nettype wire
