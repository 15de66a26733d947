// SPDX-License-Identifier: MIT
//
// The bus numbers of one PCIe port, from the configuration writes that set them (N2): it keeps the secondary and
// subordinate bus of the port's own register 0x18, and has each change set its bus range at the translator.
//
// Contract: s_cfg and m_range are valid/ready streams (H2). s_cfg_ready is the acknowledgement of a write:
// it is high for one cycle, not before all that the write changes is in force, so whoever completes
// the write then lets no message past it that meets the old numbers. Bytes merge into what is held: byte 1 is the
// secondary bus, byte 2 the subordinate one. A write that changes something gives one set_bus_range; other writes
// give none, and are acknowledged two cycles after they came. While port_reset is high, what is held is 0/0, which is set as well; a
// write that comes meanwhile is acknowledged and changes nothing. in_force says that what is held is what the
// translator has: who resets the port waits for it. Nobody else sets this bus range. With rst_n, the
// translator is reset too, which sets all ranges to 0/0.

`default_nettype none

module msi_bus_snoop (
    input  wire logic        clk,
    input  wire logic        rst_n,

    input  wire logic [15:0] bus_range,   // the index of the port's bus range; does not change
    input  wire logic        port_reset,

    // Configuration writes to the port's register 0x18
    input  wire logic        s_cfg_valid,
    output logic             s_cfg_ready,
    input  wire logic [31:0] s_cfg_data,
    input  wire logic [3:0]  s_cfg_strb,

    // What the port has now
    output logic      [7:0]  secondary,
    output logic      [7:0]  subordinate,
    output logic             in_force,

    // s_range of the translator
    output logic             m_range_valid,
    input  wire logic        m_range_ready,
    output logic      [15:0] m_range_range,
    output logic      [7:0]  m_range_secondary,
    output logic      [7:0]  m_range_subordinate
);

  typedef struct packed {
    logic [7:0] secondary;
    logic [7:0] subordinate;
  } numbers_t;

  numbers_t held_q;     // by the register
  numbers_t offered_q;  // to the translator, which has them unless they wait there
  logic     offers_q;
  logic     merged_q;   // the write that waits is in what is held
  logic     ready_q;    // it is acknowledged
  logic     same;

  always_comb begin
    same                = held_q == offered_q;
    in_force            = same && !offers_q;
    secondary           = held_q.secondary;
    subordinate         = held_q.subordinate;
    s_cfg_ready         = ready_q;
    m_range_valid       = offers_q;
    m_range_range       = bus_range;
    m_range_secondary   = offered_q.secondary;
    m_range_subordinate = offered_q.subordinate;
  end

  always_ff @(posedge clk) begin
    if (s_cfg_valid && !merged_q && !ready_q) begin
      if (s_cfg_strb[1]) held_q.secondary <= s_cfg_data[15:8];
      if (s_cfg_strb[2]) held_q.subordinate <= s_cfg_data[23:16];
      merged_q <= 1'b1;
    end
    if (port_reset) held_q <= '0;

    ready_q <= merged_q && in_force;
    if (merged_q && in_force) merged_q <= 1'b0;

    if (!offers_q || m_range_ready) begin
      offers_q  <= !same;
      offered_q <= held_q;
    end

    if (!rst_n) begin
      held_q    <= '0;
      offered_q <= '0;
      offers_q  <= 1'b0;
      merged_q  <= 1'b0;
      ready_q   <= 1'b0;
    end
  end

  // Primary bus and latency timer are no matter of the translator.
  wire unused = &{1'b0, s_cfg_data[31:24], s_cfg_data[7:0], s_cfg_strb[3], s_cfg_strb[0]};

endmodule

`default_nettype wire
