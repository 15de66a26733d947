// SPDX-License-Identifier: MIT
//
// Checks that what goes in comes out: each item once, in order, as it was, and before long (H3).
//
// Contract: an item goes in at an edge with put, and the oldest is out at an edge with shown and taken.
// With PASSES it may be shown at the edge at which it goes in, otherwise later. At most DEPTH are on
// their way. While held is low, an item is out at most PATIENCE edges after the one before, or after it
// went in. Nothing is said before the first edge with rst_n low; a reset forgets everything.

`default_nettype none
// verilator coverage_off

module msi_order_checker #(
    parameter int unsigned WIDTH    = 1,   // bits of an item, 1 or more
    parameter int unsigned DEPTH    = 16,  // how many items may be on their way, 1 to 1,024
    parameter int unsigned PATIENCE = 64,  // edges, 1 to 1,024
    parameter int unsigned PASSES   = 0    // 1: an item may be shown when it goes in; 0 or 1
) (
    input wire logic             clk,
    input wire logic             rst_n,
    input wire logic             put,
    input wire logic [WIDTH-1:0] put_item,
    input wire logic             shown,
    input wire logic             taken,
    input wire logic [WIDTH-1:0] shown_item,
    input wire logic             held       // the time does not count
);

  if (WIDTH < 1) begin : gen_width_illegal
    $error("msi_order_checker: WIDTH must be 1 or more");
  end
  if (DEPTH < 1 || DEPTH > 1024) begin : gen_depth_illegal
    $error("msi_order_checker: DEPTH must be 1 to 1,024");
  end
  if (PATIENCE < 1 || PATIENCE > 1024) begin : gen_patience_illegal
    $error("msi_order_checker: PATIENCE must be 1 to 1,024");
  end
  if (PASSES > 1) begin : gen_passes_illegal
    $error("msi_order_checker: PASSES must be 0 or 1");
  end

  localparam int unsigned INDEX_WIDTH = DEPTH > 1 ? $clog2(DEPTH) : 1;
  localparam int unsigned COUNT_WIDTH = $clog2(DEPTH + 1);
  localparam int unsigned WAIT_WIDTH = $clog2(PATIENCE + 1);
  typedef logic [INDEX_WIDTH-1:0] index_t;

  // verilator lint_off PROCASSINIT
  logic                   watching_q = 1'b0;  // there was a reset; only this needs a first value
  // verilator lint_on PROCASSINIT
  logic [WIDTH-1:0]       items[DEPTH];
  index_t                 oldest_q, next_q;   // where the oldest is, and the next will be
  logic [COUNT_WIDTH-1:0] count_q;            // how many are on their way
  logic [WAIT_WIDTH-1:0]  waited_q;

  function automatic index_t behind(index_t index);
    return index == index_t'(DEPTH - 1) ? '0 : index + 1'b1;
  endfunction

  logic passes, leaves, stays;  // passes: in and out at the same edge; stays: goes in

  always_comb begin
    passes = PASSES == 1 && put && count_q == '0;
    leaves = shown && taken && count_q != '0;
    stays  = put && !(passes && shown && taken);
  end

  always_ff @(posedge clk) begin
    if (stays) begin
      items[next_q] <= put_item;
      next_q        <= behind(next_q);
    end
    if (leaves) oldest_q <= behind(oldest_q);
    count_q  <= count_q + COUNT_WIDTH'(stays) - COUNT_WIDTH'(leaves);
    if (count_q == '0 || leaves) waited_q <= '0;
    else if (!held) waited_q <= waited_q + 1'b1;
    if (!rst_n) begin
      watching_q <= 1'b1;
      oldest_q   <= '0;
      next_q     <= '0;
      count_q    <= '0;
      waited_q   <= '0;
    end
  end

  always_ff @(posedge clk) begin
    if (watching_q && rst_n) begin
      if (shown) begin
        H3_comes_once : assert (passes || count_q != '0)
        else $error("it came although nothing is on its way");
      end
      if (shown && taken) begin
        if (count_q != '0) begin
          H3_in_order : assert (shown_item == items[oldest_q])
          else $error("not the oldest on its way, or not as it was: %x, not %x",
                      shown_item, items[oldest_q]);
        end else if (passes) begin
          H3_as_it_was : assert (shown_item == put_item)
          else $error("not as it was: %x, not %x", shown_item, put_item);
        end
      end
      if (stays) begin
        H3_not_too_many : assert (leaves || count_q != COUNT_WIDTH'(DEPTH))
        else $error("more than %0d are on their way", DEPTH);
      end
      H3_comes : assert (waited_q != WAIT_WIDTH'(PATIENCE))
      else $error("the oldest did not come within %0d cycles", PATIENCE);
    end
  end

endmodule

// verilator coverage_on
`default_nettype wire
