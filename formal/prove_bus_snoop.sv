// SPDX-License-Identifier: MIT
//
// Proof of msi_bus_snoop (N2): bytes of configuration writes merge into the numbers held; each change, and no other
// write, gives one bus range, with the numbers held; a write is acknowledged once, not before what it changed
// is in force, and in the cycle after.

`default_nettype none

module prove_bus_snoop (
    input wire logic        clk,
    input wire logic        rst_n,
    input wire logic [15:0] bus_range,
    input wire logic        port_reset,
    input wire logic        s_cfg_valid,
    input wire logic [31:0] s_cfg_data,
    input wire logic [3:0]  s_cfg_strb,
    input wire logic        m_range_ready
);

  logic        s_cfg_ready;
  logic [7:0]  secondary, subordinate;
  logic        in_force;
  logic        m_range_valid;
  logic [15:0] m_range_range;
  logic [7:0]  m_range_secondary, m_range_subordinate;

  msi_bus_snoop dut (.*);

  logic        started_q = 1'b0;
  logic        after_reset_q;
  logic [15:0] bus_range_q;
  always_ff @(posedge clk) begin
    started_q     <= 1'b1;
    after_reset_q <= !rst_n;
    bus_range_q   <= bus_range;
  end

  // ---- the user's part of the contract ------------------------------------------------------------

  logic        waits_q;  // a write that was not acknowledged
  logic [35:0] write_q;

  always_ff @(posedge clk) begin
    waits_q <= rst_n && s_cfg_valid && !s_cfg_ready;
    write_q <= {s_cfg_data, s_cfg_strb};
  end

  always_comb begin
    begins_in_reset : assume (started_q || !rst_n);
    one_range : assume (!started_q || bus_range == bus_range_q);
    write_stays : assume (!waits_q || (s_cfg_valid && {s_cfg_data, s_cfg_strb} == write_q));
  end

  // ---- what the port holds, and what the translator has -------------------------------------------

  logic [15:0] held_q, has_q;  // secondary, subordinate
  logic        merged_q;       // the write that waits is in what is held
  logic        took_q;         // the translator took a range in the cycle before

  always_ff @(posedge clk) begin
    if (s_cfg_valid && !merged_q && !s_cfg_ready) begin
      if (s_cfg_strb[1]) held_q[15:8] <= s_cfg_data[15:8];
      if (s_cfg_strb[2]) held_q[7:0] <= s_cfg_data[23:16];
      merged_q <= 1'b1;
    end
    if (s_cfg_ready) merged_q <= 1'b0;
    if (port_reset) held_q <= '0;
    if (m_range_valid && m_range_ready) has_q <= {m_range_secondary, m_range_subordinate};
    took_q <= m_range_valid && m_range_ready;
    if (!rst_n) begin
      held_q   <= '0;
      has_q    <= '0;
      merged_q <= 1'b0;
      took_q   <= 1'b0;
    end
  end

  logic        offers_q;
  logic [31:0] offer_q;
  always_ff @(posedge clk) begin
    offers_q <= rst_n && m_range_valid && !m_range_ready;
    offer_q  <= {m_range_range, m_range_secondary, m_range_subordinate};
  end

  // ---- properties ---------------------------------------------------------------------------------

  logic [15:0] held_before_q;
  logic        acknowledges_q;
  always_ff @(posedge clk) begin
    held_before_q  <= held_q;
    acknowledges_q <= rst_n && merged_q && !s_cfg_ready && has_q == held_q && !m_range_valid;
  end

  always_comb begin
    if (started_q && !after_reset_q) begin
      N2_holds_what_was_written : assert ({secondary, subordinate} == held_q);
      N2_in_force_before_the_acknowledgement :
      assert (!s_cfg_ready || (waits_q && merged_q && has_q == held_before_q));
      N2_in_force : assert (in_force == (has_q == held_q && !m_range_valid));
      N2_only_what_changes : assert (!m_range_valid || {m_range_secondary, m_range_subordinate} != has_q);
      N2_its_range : assert (!m_range_valid || m_range_range == bus_range);
      H2_offer_stays :
      assert (!offers_q || (m_range_valid && offer_q ==
              {m_range_range, m_range_secondary, m_range_subordinate}));
      // What is held is offered in the next cycle, unless something else waits there.
      N2_offered_at_once :
      assert (offers_q || m_range_valid == (held_before_q != has_q));
      // A write whose numbers are in force is acknowledged in the next cycle.
      N2_acknowledged_at_once : assert (s_cfg_ready == acknowledges_q);
    end
    H8_quiet_after_reset :
    assert (!started_q || !after_reset_q || (!s_cfg_ready && !m_range_valid && in_force));
  end

  // ---- what induction needs to know of the registers ----------------------------------------------

  always_comb begin
    if (started_q) begin
      inv_held : assert ({dut.held_q.secondary, dut.held_q.subordinate} == held_q);
      inv_offered : assert (dut.offers_q || {dut.offered_q.secondary, dut.offered_q.subordinate} == has_q);
      inv_merged : assert (dut.ready_q ? !dut.merged_q && merged_q : dut.merged_q == merged_q);
      inv_waits : assert (!merged_q || waits_q);
    end
    cover_changed : cover (started_q && s_cfg_ready && has_q == 16'h1122);
    cover_same : cover (started_q && s_cfg_ready && !took_q && has_q == '0);
    cover_reset : cover (started_q && m_range_valid && {m_range_secondary, m_range_subordinate} == '0);
  end

endmodule

`default_nettype wire
