// SPDX-License-Identifier: MIT
//
// For simulation: msi_bus_snoop of two ports in front of the translator, whose direct messages come from outside.
//
// Contract: what is accepted on s_range shows there; all else is as at msi_bus_snoop, and as at msi_translator.

`default_nettype none

module msi_bus_harness (
    input  wire logic              clk,
    input  wire logic              rst_n,

    // Configuration writes to each port's register 0x18, and its reset
    input  wire logic              s_cfg0_valid,
    output logic                   s_cfg0_ready,
    input  wire logic [31:0]       s_cfg0_data,
    input  wire logic [3:0]        s_cfg0_strb,
    input  wire logic              s_cfg1_valid,
    output logic                   s_cfg1_ready,
    input  wire logic [31:0]       s_cfg1_data,
    input  wire logic [3:0]        s_cfg1_strb,
    input  wire logic [1:0]        port_reset,
    output logic      [1:0][7:0]   secondary,
    output logic      [1:0][7:0]   subordinate,
    output logic      [1:0]        in_force,

    // What goes into the translator
    output logic                   s_range_valid,
    output logic                   s_range_ready,
    output logic      [15:0]       s_range_range,
    output logic      [7:0]        s_range_secondary,
    output logic      [7:0]        s_range_subordinate,

    // Control and status registers: AXI4-Lite, 32 bits (see docs/registers.md)
    input  wire logic              s_axil_awvalid,
    output logic                   s_axil_awready,
    input  wire logic [6:0]        s_axil_awaddr,
    input  wire logic [2:0]        s_axil_awprot,
    input  wire logic              s_axil_wvalid,
    output logic                   s_axil_wready,
    input  wire logic [31:0]       s_axil_wdata,
    input  wire logic [3:0]        s_axil_wstrb,
    output logic                   s_axil_bvalid,
    input  wire logic              s_axil_bready,
    output logic      [1:0]        s_axil_bresp,
    input  wire logic              s_axil_arvalid,
    output logic                   s_axil_arready,
    input  wire logic [6:0]        s_axil_araddr,
    input  wire logic [2:0]        s_axil_arprot,
    output logic                   s_axil_rvalid,
    input  wire logic              s_axil_rready,
    output logic      [31:0]       s_axil_rdata,
    output logic      [1:0]        s_axil_rresp,

    // Route events: signal_event
    input  wire logic              s_evt_valid,
    output logic                   s_evt_ready,
    input  wire logic [15:0]       s_evt_route,

    // Direct messages: signal_msi, or signal_msi_with_rid when explicit_rid is 1
    input  wire logic              s_msi_valid,
    output logic                   s_msi_ready,
    input  wire logic [15:0]       s_msi_target,
    input  wire logic              s_msi_explicit_rid,
    input  wire logic [15:0]       s_msi_rid,
    input  wire logic [63:0]       s_msi_address,
    input  wire logic [31:0]       s_msi_data,

    // Messages to the ITS
    output logic                   m_msi_valid,
    input  wire logic              m_msi_ready,
    output logic      [31:0]       m_msi_devid,
    output logic      [63:0]       m_msi_address,
    output logic      [31:0]       m_msi_data,

    // One record an executed operation. Arguments that the operation does not take mean nothing.
    output logic                   retire_valid,
    output logic      [1:0]        retire_source,  // 0 s_axil, 1 s_msi, 2 s_evt
    output logic      [7:0]        retire_operation,
    output logic      [15:0]       retire_range,
    output logic      [15:0]       retire_connection,
    output logic      [15:0]       retire_target,
    output logic      [15:0]       retire_route,
    output logic      [7:0]        retire_secondary,
    output logic      [7:0]        retire_subordinate,
    output logic      [15:0]       retire_rid_offset,
    output logic      [31:0]       retire_devid_base,
    output logic      [15:0]       retire_rid,
    output logic      [63:0]       retire_address,
    output logic      [31:0]       retire_data,
    output logic      [7:0]        retire_answer,
    output logic      [15:0]       retire_bdf,
    output logic                   retire_sent,
    output logic      [31:0]       retire_message_devid,
    output logic      [63:0]       retire_message_address,
    output logic      [31:0]       retire_message_data,

    // A drop or refusal was recorded and is not yet acknowledged
    output logic                   alert
);

  typedef struct packed {
    logic [15:0] range;
    logic [7:0]  secondary;
    logic [7:0]  subordinate;
  } range_t;

  logic   [1:0]       cfg_valid, cfg_ready;
  logic   [1:0][31:0] cfg_data;
  logic   [1:0][3:0]  cfg_strb;
  logic   [1:0]       range_valid, range_ready;
  range_t [1:0]       range;

  always_comb begin
    cfg_valid = {s_cfg1_valid, s_cfg0_valid};
    cfg_data  = {s_cfg1_data, s_cfg0_data};
    cfg_strb  = {s_cfg1_strb, s_cfg0_strb};
    {s_cfg1_ready, s_cfg0_ready} = cfg_ready;
  end

  for (genvar i = 0; i < 2; i++) begin : gen_port
    msi_bus_snoop u_snoop (
        .clk,
        .rst_n,
        .bus_range          (16'(i + 1)),
        .port_reset         (port_reset[i]),
        .s_cfg_valid        (cfg_valid[i]),
        .s_cfg_ready        (cfg_ready[i]),
        .s_cfg_data         (cfg_data[i]),
        .s_cfg_strb         (cfg_strb[i]),
        .secondary          (secondary[i]),
        .subordinate        (subordinate[i]),
        .in_force           (in_force[i]),
        .m_range_valid      (range_valid[i]),
        .m_range_ready      (range_ready[i]),
        .m_range_range      (range[i].range),
        .m_range_secondary  (range[i].secondary),
        .m_range_subordinate(range[i].subordinate)
    );
  end

  msi_round_robin #(
      .SOURCES(2),
      .WIDTH  ($bits(range_t))
  ) u_ranges (
      .clk,
      .rst_n,
      .in_valid (range_valid),
      .in_ready (range_ready),
      .in_data  (range),
      .out_valid(s_range_valid),
      .out_ready(s_range_ready),
      .out_data ({s_range_range, s_range_secondary, s_range_subordinate})
  );

  msi_translator u_translator (.*);

endmodule

`default_nettype wire
