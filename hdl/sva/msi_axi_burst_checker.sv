// SPDX-License-Identifier: MIT
//
// Checks that the addresses of one AXI4 channel are those of legal bursts: what the manager owes.
//
//   its size fits the bus; its kind exists; WRAP has 2, 4, 8 or 16 beats and begins aligned, FIXED has 16 at most,
//   INCR stays within 4 KiB; an exclusive access has a legal size, length and alignment
//
// All are rules of Arm IHI 0022 (AXI4).
//
// Contract: looks on at each rising edge of clk, and says nothing before the first one with rst_n low. With ASSUME, what
// is said is assumed instead of asserted, for a formal tool that is to drive the channel; a simulator checks an
// assumption as it does an assertion.

`default_nettype none
// verilator coverage_off

module msi_axi_burst_checker #(
    parameter int unsigned DATA_WIDTH = 64,  // 32 to 512, a power of two
    parameter int unsigned ASSUME     = 0    // 1: assume, 0: assert
) (
    input wire logic        clk,
    input wire logic        rst_n,
    input wire logic        valid,
    input wire logic [11:0] address,  // in its 4 KiB
    input wire logic [7:0]  len,
    input wire logic [2:0]  size,
    input wire logic [1:0]  burst,
    input wire logic        lock
);

  if (ASSUME > 1) begin : gen_assume_illegal
    $error("msi_axi_burst_checker: ASSUME must be 0 or 1");
  end

  // verilator lint_off PROCASSINIT
  logic watching_q = 1'b0;  // there was a reset
  // verilator lint_on PROCASSINIT
  always_ff @(posedge clk) if (!rst_n) watching_q <= 1'b1;

  logic watching;
  assign watching = watching_q && rst_n && valid;

  localparam logic [1:0] FIXED = 2'b00, INCR = 2'b01, WRAP = 2'b10;

  logic [6:0]  below;   // which bits of an address do not count in a beat of this size
  logic [15:0] bytes;    // of a burst, all its beats
  logic [11:0] aligned;  // its first beat's address
  logic wraps, size_fits, burst_legal, within_4k, exclusive_legal;

  always_comb begin
    below      = (7'd1 << size) - 7'd1;
    bytes       = (16'(len) + 16'd1) << size;
    aligned     = address & ~12'(below);
    wraps       = len == 8'd1 || len == 8'd3 || len == 8'd7 || len == 8'd15;
    size_fits   = (32'd1 << size) <= DATA_WIDTH / 8;
    burst_legal = burst == INCR || (burst == FIXED && len <= 8'd15) ||
        (burst == WRAP && wraps && (address[6:0] & below) == 0);
    within_4k   = burst != INCR || 16'(aligned) + bytes <= 16'd4096;
    exclusive_legal = !lock || (bytes <= 16'd128 && len <= 8'd15 &&
        (bytes & (bytes - 16'd1)) == 0 && (16'(address[6:0]) & (bytes - 16'd1)) == 0);
  end

  if (ASSUME == 1) begin : gen_assume
    always_ff @(posedge clk) begin
      if (watching) begin
        AXI_size_fits_the_bus : assume (size_fits);
        AXI_burst_is_legal : assume (burst_legal);
        AXI_burst_within_4_KiB : assume (within_4k);
        AXI_exclusive_is_legal : assume (exclusive_legal);
      end
    end
  end else begin : gen_assert
    always_ff @(posedge clk) begin
      if (watching) begin
        AXI_size_fits_the_bus : assert (size_fits)
        else $error("AxSIZE says more bytes than the bus has");
        AXI_burst_is_legal : assert (burst_legal)
        else $error("AxBURST, AxLEN and AxADDR are no legal burst");
        AXI_burst_within_4_KiB : assert (within_4k)
        else $error("a burst crosses 4 KiB");
        AXI_exclusive_is_legal : assert (exclusive_legal)
        else $error("an exclusive access has an illegal size, length or alignment");
      end
    end
  end

endmodule

// verilator coverage_on
`default_nettype wire
