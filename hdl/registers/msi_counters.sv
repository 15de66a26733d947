// SPDX-License-Identifier: MIT
//
// Saturating event counters (H7) in a small memory, with one adder: each counter has its turn once in
// ROUND cycles, and what it counted since the last one is added then.
//
//   visit    the count is read, and what came since the last visit; that starts anew
//   add      the sum, at its largest value if it is beyond
//   show     count is that of counter index, with all that came before its visit, and is written back
//
// Contract: each counter counts the cycles in which its increment is high, and stops at its largest value
// instead of starting over. index goes through 0 to ROUND - 1, and never stops; where it is none of the counters, count means
// nothing.
// Reset clears all of them: counts of visits before it mean nothing in the two cycles after it.

`default_nettype none

module msi_counters #(
    parameter int unsigned COUNTERS = 6,  // 1 to 7
    parameter int unsigned WIDTH    = 32, // bits of each, 4 to 32
    localparam int unsigned ROUND = 7,    // what comes in this time fits the three bits of a visit
    localparam int unsigned INDEX_WIDTH = 3
) (
    input  wire logic                   clk,
    input  wire logic                   rst_n,
    input  wire logic [COUNTERS-1:0]    increment,
    output logic      [INDEX_WIDTH-1:0] index,
    output logic      [WIDTH-1:0]       count
);

  if (COUNTERS < 1 || COUNTERS > ROUND) begin : gen_counters_illegal
    $error("msi_counters: COUNTERS must be 1 to 7");
  end
  if (WIDTH < 4 || WIDTH > 32) begin : gen_width_illegal
    $error("msi_counters: WIDTH must be 4 to 32");
  end

  typedef logic [INDEX_WIDTH-1:0] turn_t;

  // ---- visit ------------------------------------------------------------------------------------

  turn_t                    visit_q;
  logic                     first_q;  // the first round after reset: the counts are 0, whatever the memory holds
  logic [2:0]               recent_q[COUNTERS];  // came since the last visit

  always_ff @(posedge clk) begin
    visit_q <= visit_q + 1'b1;
    if (visit_q == turn_t'(ROUND - 1)) begin
      visit_q <= '0;
      first_q <= 1'b0;
    end
    if (!rst_n) begin
      visit_q <= '0;
      first_q <= 1'b1;
    end
  end

  for (genvar i = 0; i < COUNTERS; i++) begin : gen_recent
    always_ff @(posedge clk) begin
      recent_q[i] <= (visit_q == turn_t'(i) ? 3'd0 : recent_q[i]) + 3'(increment[i]);
      if (!rst_n) recent_q[i] <= '0;
    end
  end

  // ---- add --------------------------------------------------------------------------------------

  logic [WIDTH-1:0] counts[2**INDEX_WIDTH];  // excused toggle: no simulation counts up to the upper bits

  turn_t           add_index_q;
  logic [WIDTH-1:0] before_q;
  logic [2:0]       added_q;

  logic [2:0] recent;
  always_comb begin
    recent = '0;
    for (int unsigned i = 0; i < COUNTERS; i++) begin
      if (visit_q == turn_t'(i)) recent = recent_q[i];
    end
  end

  always_ff @(posedge clk) begin
    add_index_q <= visit_q;
    added_q     <= recent;
    before_q    <= counts[visit_q];
    if (first_q) before_q <= '0;
  end

  logic             overflow;
  logic [WIDTH-1:0] sum;
  assign {overflow, sum} = {1'b0, before_q} + (WIDTH + 1)'(added_q);

  // ---- show -------------------------------------------------------------------------------------

  turn_t           index_q;
  logic [WIDTH-1:0] count_q;

  always_ff @(posedge clk) begin
    index_q <= add_index_q;
    count_q <= sum;
    if (overflow) count_q <= '1;
    counts[index_q] <= count_q;
  end

  assign index = index_q;
  assign count = count_q;

endmodule

`default_nettype wire
