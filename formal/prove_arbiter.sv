// SPDX-License-Identifier: MIT
//
// Proof of msi_arbiter: fair (H4), one operation a cycle (H1), valid never waits for ready (H2), and
// what is taken is what was granted (H3).

`default_nettype none

module prove_arbiter
  import msi_pkg::*;
(
    input wire logic               clk,
    input wire logic               rst_n,
    input wire logic [SOURCES-1:0] in_valid,
    input wire logic               out_ready
);

  logic [SOURCES-1:0] in_ready;
  logic               out_valid;
  source_e            granted;
  logic               command_granted, range_granted, message_first, event_first;

  msi_arbiter dut (.*);

  logic started_q = 1'b0;
  always_ff @(posedge clk) started_q <= 1'b1;
  always_comb begin
    begins_in_reset : assume (started_q || !rst_n);
    one_of_these : assume (!in_valid[SOURCE_COMMAND] || !in_valid[SOURCE_RANGE]);
  end

  logic [SOURCES-1:0] taken;
  assign taken = in_valid & in_ready;

  // ---- properties ---------------------------------------------------------------------------------

  always_comb begin
    if (started_q) begin
      H1_always_one : assert (out_ready && in_valid != 0 ? $onehot(taken) : taken == 0);
      H2_valid_does_not_wait : assert (out_valid == (in_valid != 0));
      H3_granted_is_taken : assert (taken == 0 || taken == 1 << granted);
      H3_command_granted : assert (command_granted == (out_valid && granted == SOURCE_COMMAND));
      N1_range_granted : assert (range_granted == (out_valid && granted == SOURCE_RANGE));
      H3_granted_over_command :
      assert (!out_valid ||
              ((granted == SOURCE_EVENT || granted == SOURCE_RANGE ||
                message_first == (granted == SOURCE_MESSAGE)) &&
               (granted == SOURCE_MESSAGE || granted == SOURCE_RANGE ||
                event_first == (granted == SOURCE_EVENT))));
    end
  end

  // The cyclic order, and how far behind a source the one is that was taken last.
  function automatic logic [1:0] place(source_e source);
    unique case (source)
      SOURCE_COMMAND: return 2'd0;
      SOURCE_RANGE:   return 2'd1;
      SOURCE_MESSAGE: return 2'd2;
      default:        return 2'd3;
    endcase
  endfunction

  // How many operations of others each source has seen while it waits.
  for (genvar i = 0; i < SOURCES; i++) begin : gen_source
    logic [2:0] others_q;
    logic [1:0] behind;
    assign behind = place(dut.last_q) - place(source_e'(i));
    always_ff @(posedge clk) begin
      if (!in_valid[i] || taken[i]) others_q <= '0;
      else if (taken != 0 && others_q != '1) others_q <= others_q + 1'b1;
      if (!rst_n) others_q <= '0;
    end
    always_comb begin
      if (started_q) begin
        H4_waits_for_three_at_most : assert (others_q <= 3);
        inv_behind : assert (3'(behind) >= others_q);
        inv_behind_io : assert (dut.behind_io_q == (dut.last_q inside {SOURCE_MESSAGE, SOURCE_EVENT}));
      end
      // The command and s_range, which are never both valid, wait for two.
      cover_waits_for_as_many :
      cover (started_q && rst_n && in_valid[i] &&
             others_q == (i == SOURCE_MESSAGE || i == SOURCE_EVENT ? 3 : 2));
      cover_alone : cover (started_q && rst_n && in_valid == 1 << i && taken[i]);
    end
  end

endmodule

`default_nettype wire
