// SPDX-License-Identifier: MIT
//
// Counts through the entries of tables after reset, for their owner to clear them (H8).
//
// Contract: clearing is high from reset on for ENTRIES cycles after it; index then takes each value below
// ENTRIES once, from 0 on.

`default_nettype none

module msi_clear #(
    parameter int unsigned ENTRIES = 64,  // of the largest table that is cleared, 1 to 65,536
    localparam int unsigned INDEX_WIDTH = ENTRIES > 1 ? $clog2(ENTRIES) : 1
) (
    input  wire logic                   clk,
    input  wire logic                   rst_n,
    output logic                        clearing,
    output logic      [INDEX_WIDTH-1:0] index
);

  logic                   clearing_q;
  logic [INDEX_WIDTH-1:0] index_q;

  always_ff @(posedge clk) begin
    if (clearing_q) begin
      index_q <= index_q + 1'b1;
      if (index_q == INDEX_WIDTH'(ENTRIES - 1)) clearing_q <= 1'b0;
    end
    if (!rst_n) begin
      clearing_q <= 1'b1;
      index_q    <= '0;
    end
  end

  assign clearing = clearing_q;
  assign index    = index_q;

endmodule

`default_nettype wire
