// SPDX-License-Identifier: MIT
//
// For simulation: msi_tlp_filter, which takes packets from s_tlp, or while raw is high from s_axis through
// msi_tlp_axis. What goes into it shows as in_tlp.
//
// Contract: raw changes only while nothing is under way; all else is as at these two.

`default_nettype none

module msi_tlp_harness
  import msi_tlp_pkg::*;
#(
    parameter int unsigned DATA_WIDTH    = 128,
    parameter int unsigned MESSAGES      = 16,
    parameter int unsigned WRITES        = 64,
    parameter int unsigned COMMITTED     = 1,
    parameter int unsigned COUNTER_WIDTH = 32,
    localparam int unsigned EMPTY_WIDTH = $clog2(DATA_WIDTH / 32)
) (
    input  wire logic                    clk,
    input  wire logic                    rst_n,
    input  wire logic                    raw,
    input  wire logic [63:16]            doorbell_base,
    input  wire logic [15:0]             target,

    input  wire logic                    s_axis_tvalid,
    output logic                         s_axis_tready,
    input  wire logic [DATA_WIDTH-1:0]   s_axis_tdata,
    input  wire logic [DATA_WIDTH/8-1:0] s_axis_tkeep,
    input  wire logic                    s_axis_tlast,
    input  wire logic                    s_axis_tuser,

    input  wire logic                    s_tlp_valid,
    output logic                         s_tlp_ready,
    input  wire logic [127:0]            s_tlp_hdr,
    input  wire logic [127:0]            s_tlp_prefix,
    input  wire logic [2:0]              s_tlp_prefixes,
    input  wire logic [DATA_WIDTH-1:0]   s_tlp_data,
    input  wire logic [EMPTY_WIDTH-1:0]  s_tlp_empty,
    input  wire logic [31:0]             s_tlp_digest,
    input  wire logic                    s_tlp_sop,
    input  wire logic                    s_tlp_eop,
    input  wire logic                    s_tlp_error,

    output logic                         in_tlp_valid,
    output logic                         in_tlp_ready,
    output logic      [127:0]            in_tlp_hdr,
    output logic      [127:0]            in_tlp_prefix,
    output logic      [2:0]              in_tlp_prefixes,
    output logic      [DATA_WIDTH-1:0]   in_tlp_data,
    output logic      [EMPTY_WIDTH-1:0]  in_tlp_empty,
    output logic      [31:0]             in_tlp_digest,
    output logic                         in_tlp_sop,
    output logic                         in_tlp_eop,
    output logic                         in_tlp_error,

    output logic                         m_tlp_valid,
    input  wire logic                    m_tlp_ready,
    output logic      [127:0]            m_tlp_hdr,
    output logic      [127:0]            m_tlp_prefix,
    output logic      [2:0]              m_tlp_prefixes,
    output logic      [DATA_WIDTH-1:0]   m_tlp_data,
    output logic      [EMPTY_WIDTH-1:0]  m_tlp_empty,
    output logic      [31:0]             m_tlp_digest,
    output logic                         m_tlp_sop,
    output logic                         m_tlp_eop,
    output logic                         m_tlp_error,

    input  wire logic                    committed,

    output logic                         m_msi_valid,
    input  wire logic                    m_msi_ready,
    output logic      [15:0]             m_msi_target,
    output logic                         m_msi_explicit_rid,
    output logic      [15:0]             m_msi_rid,
    output logic      [63:0]             m_msi_address,
    output logic      [31:0]             m_msi_data,

    output logic                         m_unsupported_valid,
    input  wire logic                    m_unsupported_ready,
    output logic      [127:0]            m_unsupported_hdr,

    output logic                         removed_valid,
    output logic      [3:0]              removed_reason,
    output logic      [127:0]            removed_hdr,
    output logic      [COUNTED-1:0][COUNTER_WIDTH-1:0] removed_counts
);

  localparam int unsigned BEAT_WIDTH = 128 + 128 + 3 + DATA_WIDTH + EMPTY_WIDTH + 32 + 3;
  typedef logic [BEAT_WIDTH-1:0] beat_t;

  logic  raw_valid;
  beat_t raw_beat;

  msi_tlp_axis #(
      .DATA_WIDTH(DATA_WIDTH)
  ) u_axis (
      .clk,
      .rst_n,
      .s_axis_tvalid,
      .s_axis_tready,
      .s_axis_tdata,
      .s_axis_tkeep,
      .s_axis_tlast,
      .s_axis_tuser,
      .m_tlp_valid   (raw_valid),
      .m_tlp_ready   (raw && in_tlp_ready),
      .m_tlp_hdr     (raw_beat[BEAT_WIDTH-1-:128]),
      .m_tlp_prefix  (raw_beat[BEAT_WIDTH-129-:128]),
      .m_tlp_prefixes(raw_beat[BEAT_WIDTH-257-:3]),
      .m_tlp_data    (raw_beat[35+EMPTY_WIDTH+:DATA_WIDTH]),
      .m_tlp_empty   (raw_beat[35+:EMPTY_WIDTH]),
      .m_tlp_digest  (raw_beat[34:3]),
      .m_tlp_sop     (raw_beat[2]),
      .m_tlp_eop     (raw_beat[1]),
      .m_tlp_error   (raw_beat[0])
  );

  always_comb begin
    in_tlp_valid = raw ? raw_valid : s_tlp_valid;
    s_tlp_ready  = in_tlp_ready && !raw;
    {in_tlp_hdr, in_tlp_prefix, in_tlp_prefixes, in_tlp_data, in_tlp_empty, in_tlp_digest, in_tlp_sop,
     in_tlp_eop, in_tlp_error} = raw ? raw_beat :
        {s_tlp_hdr, s_tlp_prefix, s_tlp_prefixes, s_tlp_data, s_tlp_empty, s_tlp_digest, s_tlp_sop,
         s_tlp_eop, s_tlp_error};
  end

  msi_tlp_filter #(
      .DATA_WIDTH   (DATA_WIDTH),
      .MESSAGES     (MESSAGES),
      .WRITES       (WRITES),
      .COMMITTED    (COMMITTED),
      .COUNTER_WIDTH(COUNTER_WIDTH)
  ) u_filter (
      .clk,
      .rst_n,
      .doorbell_base,
      .target,
      .s_tlp_valid   (in_tlp_valid),
      .s_tlp_ready   (in_tlp_ready),
      .s_tlp_hdr     (in_tlp_hdr),
      .s_tlp_prefix  (in_tlp_prefix),
      .s_tlp_prefixes(in_tlp_prefixes),
      .s_tlp_data    (in_tlp_data),
      .s_tlp_empty   (in_tlp_empty),
      .s_tlp_digest  (in_tlp_digest),
      .s_tlp_sop     (in_tlp_sop),
      .s_tlp_eop     (in_tlp_eop),
      .s_tlp_error   (in_tlp_error),
      .m_tlp_valid,
      .m_tlp_ready,
      .m_tlp_hdr,
      .m_tlp_prefix,
      .m_tlp_prefixes,
      .m_tlp_data,
      .m_tlp_empty,
      .m_tlp_digest,
      .m_tlp_sop,
      .m_tlp_eop,
      .m_tlp_error,
      .committed,
      .m_msi_valid,
      .m_msi_ready,
      .m_msi_target,
      .m_msi_explicit_rid,
      .m_msi_rid,
      .m_msi_address,
      .m_msi_data,
      .m_unsupported_valid,
      .m_unsupported_ready,
      .m_unsupported_hdr,
      .removed_valid,
      .removed_reason,
      .removed_hdr,
      .removed_counts
  );

endmodule

`default_nettype wire
