// SPDX-License-Identifier: MIT
//
// Round-robin choice among the three sources of operations (H4): after an operation of one source,
// the two others come first, in cyclic order. With all of them waiting, none waits for more than two
// operations of the others; alone, a source has every cycle.
//
// Contract: valid/ready on both sides; granted is the source whose operation is offered, and may change
// until it is taken. At most one in_ready is high; it depends on out_ready and on the other sources'
// in_valid, never the other way round. No cycle of delay.

`default_nettype none

module msi_arbiter
  import msi_pkg::*;
(
    input  wire logic               clk,
    input  wire logic               rst_n,
    input  wire logic [SOURCES-1:0] in_valid,   // indexed by source_e
    output logic      [SOURCES-1:0] in_ready,
    output logic                    out_valid,
    input  wire logic               out_ready,
    output source_e                 granted     // means nothing unless out_valid
);

  source_e last_q;  // the source whose operation was taken last
  source_e first, second;

  always_comb begin
    unique case (last_q)
      SOURCE_AXIL: begin
        first  = SOURCE_MSI;
        second = SOURCE_EVT;
      end
      SOURCE_MSI: begin
        first  = SOURCE_EVT;
        second = SOURCE_AXIL;
      end
      default: begin
        first  = SOURCE_AXIL;
        second = SOURCE_MSI;
      end
    endcase
    granted = last_q;
    if (in_valid[first]) granted = first;
    else if (in_valid[second]) granted = second;
  end

  always_comb begin
    out_valid         = |in_valid;
    in_ready          = '0;
    in_ready[granted] = out_ready;
  end

  always_ff @(posedge clk) begin
    if (out_valid && out_ready) last_q <= granted;
    if (!rst_n) last_q <= SOURCE_EVT;
  end

endmodule

`default_nettype wire
