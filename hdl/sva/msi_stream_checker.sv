// SPDX-License-Identifier: MIT
//
// Checks one valid/ready stream (H2): valid and payload stay until ready, both are known; and, where QUIET says so, nothing is valid from the second clock edge in reset to the first
// after it (H8).
//
// Contract: looks on at each rising edge of clk, and says nothing before the first one with rst_n low: so
// registers may start with anything. In a cycle of reset a stream may do what it likes, unless it is
// QUIET. With ASSUME the same is assumed instead of asserted, for a formal tool that is to drive the
// stream; a simulator checks an assumption as it does an assertion.
//
// Whether a signal is known is asked of simulators alone, and matters in those with four states:
// with Verilator every signal is 0 or 1, and these two never fail.

`default_nettype none
// verilator coverage_off

module msi_stream_checker #(
    parameter int unsigned WIDTH  = 1,  // bits of the payload, 1 or more
    parameter int unsigned QUIET  = 0,  // 1: nothing is valid after an edge in reset; 0 or 1
    parameter int unsigned ASSUME = 0   // 1: assume, 0: assert
) (
    input wire logic             clk,
    input wire logic             rst_n,
    input wire logic             valid,
    input wire logic             ready,
    input wire logic [WIDTH-1:0] payload
);

  if (WIDTH < 1) begin : gen_width_illegal
    $error("msi_stream_checker: WIDTH must be 1 or more");
  end
  if (QUIET > 1) begin : gen_quiet_illegal
    $error("msi_stream_checker: QUIET must be 0 or 1");
  end
  if (ASSUME > 1) begin : gen_assume_illegal
    $error("msi_stream_checker: ASSUME must be 0 or 1");
  end

  // verilator lint_off PROCASSINIT
  logic             watching_q = 1'b0;  // there was a reset; the only register that needs a first value
  // verilator lint_on PROCASSINIT
  logic             was_reset_q;  // the last edge was one of reset
  logic             stalled_q;    // the last edge was one with valid and without ready
  logic [WIDTH-1:0] payload_q;    // what stood there when the stall began

  always_ff @(posedge clk) begin
    if (!rst_n) watching_q <= 1'b1;
    was_reset_q <= !rst_n;
    stalled_q   <= rst_n && valid && !ready;
    if (valid && !ready && !(watching_q && stalled_q)) payload_q <= payload;
  end

  if (ASSUME == 1) begin : gen_assume
    always_ff @(posedge clk) begin
      if (watching_q && rst_n && stalled_q) begin
        H2_valid_stays : assume (valid);
        H2_payload_stable : assume (payload == payload_q);
      end
      if (QUIET == 1 && watching_q && was_reset_q) begin
        H8_quiet_after_reset : assume (!valid);
      end
`ifndef SYNTHESIS
      if (watching_q && rst_n) begin
        H2_valid_known : assume (!$isunknown(valid));
        H2_payload_known : assume (!valid || !$isunknown(payload));
      end
`endif
    end
  end else begin : gen_assert
    always_ff @(posedge clk) begin
      if (watching_q && rst_n && stalled_q) begin
        H2_valid_stays : assert (valid)
        else $error("valid went low before ready was high");
        H2_payload_stable : assert (payload == payload_q)
        else $error("the payload changed while valid waited for ready");
      end
      if (QUIET == 1 && watching_q && was_reset_q) begin
        H8_quiet_after_reset : assert (!valid)
        else $error("valid is high right after an edge in reset");
      end
`ifndef SYNTHESIS
      if (watching_q && rst_n) begin
        H2_valid_known : assert (!$isunknown(valid))
        else $error("valid is unknown");
        H2_payload_known : assert (!valid || !$isunknown(payload))
        else $error("valid is high and the payload is unknown");
      end
`endif
    end
  end

endmodule

// verilator coverage_on
`default_nettype wire
