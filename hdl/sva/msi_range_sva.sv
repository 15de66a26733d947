// SPDX-License-Identifier: MIT
//
// What holds at s_range of a translator that has this port: it is a valid/ready stream (H2); each request retires
// once, in order, as it came (H3); none waits for more than three of another source (H4); nothing is accepted
// while the tables are cleared (H8).
//
// Contract: looks on, at each rising edge of clk, and says nothing before the first one with rst_n low. It is
// attached beside msi_translator_sva, which knows of s_range nothing but its records.

`default_nettype none
// verilator coverage_off

module msi_range_sva
  import msi_sva_pkg::*;
#(
    parameter int unsigned RANGES      = 16,  // as the translator has them
    parameter int unsigned CONNECTIONS = 8,
    parameter int unsigned TARGETS     = 32,
    parameter int unsigned ROUTES      = 64,
    parameter int unsigned IN_FLIGHT   = 16,  // so many on their way, 1 to 1,024
    parameter int unsigned PATIENCE    = 64   // for so many cycles with m_msi_ready, 1 to 1,024
) (
    input wire logic        clk,
    input wire logic        rst_n,
    input wire logic        s_range_valid,
    input wire logic        s_range_ready,
    input wire logic [15:0] s_range_range,
    input wire logic [7:0]  s_range_secondary,
    input wire logic [7:0]  s_range_subordinate,
    input wire logic        s_msi_valid,
    input wire logic        s_msi_ready,
    input wire logic        s_evt_valid,
    input wire logic        s_evt_ready,
    input wire logic        m_msi_ready,
    input wire logic        retire_valid,
    input wire logic [1:0]  retire_source,
    input wire logic [7:0]  retire_operation,
    input wire logic [15:0] retire_range,
    input wire logic [7:0]  retire_secondary,
    input wire logic [7:0]  retire_subordinate
);

  localparam logic [1:0] RANGE = 2'd3;  // the source
  localparam int unsigned SIZES[4] = '{RANGES, CONNECTIONS, TARGETS, ROUTES};

  function automatic int unsigned largest();
    int unsigned found = 0;
    for (int unsigned i = 0; i < 4; i++) if (SIZES[i] > found) found = SIZES[i];
    return found;
  endfunction

  localparam int unsigned CLEARING = largest();
  localparam int unsigned CLEARED_WIDTH = $clog2(CLEARING + 1);

  // verilator lint_off PROCASSINIT
  logic watching_q = 1'b0;  // there was a reset; only this needs a first value
  // verilator lint_on PROCASSINIT
  logic [CLEARED_WIDTH-1:0] cleared_q;  // cycles since the reset, up to CLEARING
  logic                     clearing;

  always_ff @(posedge clk) begin
    if (clearing) cleared_q <= cleared_q + 1'b1;
    if (!rst_n) begin
      watching_q <= 1'b1;
      cleared_q  <= '0;
    end
  end

  assign clearing = cleared_q != CLEARED_WIDTH'(CLEARING);

  msi_stream_checker #(
      .WIDTH(16 + 8 + 8)
  ) u_s_range (
      .clk,
      .rst_n,
      .valid  (s_range_valid),
      .ready  (s_range_ready),
      .payload({s_range_range, s_range_secondary, s_range_subordinate})
  );

  msi_order_checker #(
      .WIDTH   (8 + 16 + 8 + 8),
      .DEPTH   (IN_FLIGHT),
      .PATIENCE(PATIENCE)
  ) u_records_of_s_range (
      .clk,
      .rst_n,
      .put       (s_range_valid && s_range_ready),
      .put_item  ({SET_BUS_RANGE, s_range_range, s_range_secondary, s_range_subordinate}),
      .shown     (retire_valid && !clearing && retire_source == RANGE),
      .taken     (1'b1),
      .shown_item({retire_operation, retire_range, retire_secondary, retire_subordinate}),
      .held      (!m_msi_ready)
  );

  // For how many of another source a request has waited, up to 4. (Of s_range, only while no command stands
  // before it: what is written to COMMAND is not looked at here.)
  logic [2:0] s_msi_waits_q, s_evt_waits_q;

  function automatic logic [2:0] waits(logic [2:0] others, logic waiting, logic other);
    if (!waiting) return '0;
    return other && others != 3'd4 ? others + 1'b1 : others;
  endfunction

  logic s_msi, s_evt, s_range;  // is accepted

  always_comb begin
    s_msi   = s_msi_valid && s_msi_ready;
    s_evt   = s_evt_valid && s_evt_ready;
    s_range = s_range_valid && s_range_ready;
  end

  always_ff @(posedge clk) begin
    s_msi_waits_q <= waits(s_msi_waits_q, rst_n && s_msi_valid && !s_msi_ready, s_evt || s_range);
    s_evt_waits_q <= waits(s_evt_waits_q, rst_n && s_evt_valid && !s_evt_ready, s_msi || s_range);
    if (watching_q && rst_n) begin
      H4_waits_for_three_at_most : assert (s_msi_waits_q <= 3 && s_evt_waits_q <= 3)
      else $error("more than three of other sources were accepted first");
      if (clearing) begin
        H8_nothing_accepted_while_clearing : assert (!s_range_ready)
        else $error("s_range_ready is high %0d cycles after reset, not %0d", cleared_q, CLEARING);
      end
    end
  end

endmodule

// verilator coverage_on
`default_nettype wire
