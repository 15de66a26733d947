// SPDX-License-Identifier: MIT
//
// Takes raw packets in wire order, with prefixes and digest, as an AXI4-Stream, and hands them on with the header
// beside the data, as msi_tlp_filter has them.
//
//   s_axis ─► msi_axi_slice ─► beat, and the next one ─► msi_axi_slice ─► m_tlp
//
// Contract: s_axis has the byte that comes first in bits 7:0 of tdata; a packet begins with a beat and ends with
// tlast, tkeep is all ones but with tlast, where it selects whole dwords from the lowest one on; tuser says, with tlast,
// that the packet is erroneous. m_tlp is as at msi_tlp_filter. What comes, leaves, one packet for one, in order; a beat
// a cycle is taken, and shows three cycles later, once the beat after it is there, if it is not the last one. A
// packet that ends in its header, has more than 4 prefixes, or has no data or no digest where its header
// announces it, or data where it does not, leaves with a header of all ones, which is none that PCIe has. One whose
// tkeep is otherwise leaves with m_tlp_error. No combinational path leads through. Reset empties it.

`default_nettype none

module msi_tlp_axis #(
    parameter int unsigned DATA_WIDTH = 128,  // bits of data a beat, 64, 128, 256 or 512
    localparam int unsigned DWORDS = DATA_WIDTH / 32,
    localparam int unsigned EMPTY_WIDTH = $clog2(DWORDS)
) (
    input  wire logic                    clk,
    input  wire logic                    rst_n,

    // Raw packets
    input  wire logic                    s_axis_tvalid,
    output logic                         s_axis_tready,
    input  wire logic [DATA_WIDTH-1:0]   s_axis_tdata,
    input  wire logic [DATA_WIDTH/8-1:0] s_axis_tkeep,
    input  wire logic                    s_axis_tlast,
    input  wire logic                    s_axis_tuser,

    // The same, in parts
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
    output logic                         m_tlp_error
);

  if (DATA_WIDTH != 64 && DATA_WIDTH != 128 && DATA_WIDTH != 256 && DATA_WIDTH != 512)
  begin : gen_data_width_illegal
    $error("msi_tlp_axis: DATA_WIDTH must be 64, 128, 256 or 512");
  end

  // Dwords before the data: up to 4 prefixes, and a header of 4.
  localparam int unsigned HEAD = 8;
  // Beats that have some of them.
  localparam int unsigned HEAD_BEATS = DWORDS < HEAD ? HEAD / DWORDS : 1;
  localparam int unsigned INDEX_WIDTH = $clog2(HEAD_BEATS + 1);

  typedef logic [31:0] dword_t;
  typedef logic [EMPTY_WIDTH:0] count_t;

  typedef struct packed {
    dword_t [DWORDS-1:0] dwords;
    count_t              count;  // of dwords that there are, 1 to DWORDS
    logic                last;
    logic                error;
  } beat_t;

  function automatic dword_t swapped(dword_t dword);
    return {dword[7:0], dword[15:8], dword[23:16], dword[31:24]};
  endfunction

  // ---- a beat, and the next one ---------------------------------------------------------------------

  beat_t beat_in, next, beat_q;
  logic  next_valid, next_ready, beat_valid_q;
  logic  kept;  // tkeep is as it has to be

  always_comb begin
    beat_in.dwords = s_axis_tdata;
    beat_in.last   = s_axis_tlast;
    beat_in.count  = count_t'(DWORDS);
    kept           = s_axis_tkeep == '1;
    if (s_axis_tlast) begin
      for (int unsigned i = 1; i < DWORDS; i++) begin
        if (s_axis_tkeep == (DATA_WIDTH / 8)'((64'd1 << 4 * i) - 1)) begin
          beat_in.count = count_t'(i);
          kept          = 1'b1;
        end
      end
    end
    beat_in.error = !kept || (s_axis_tlast && s_axis_tuser);
  end

  msi_axi_slice #(
      .WIDTH($bits(beat_t))
  ) u_in (
      .clk,
      .rst_n,
      .in_valid (s_axis_tvalid),
      .in_ready (s_axis_tready),
      .in_data  (beat_in),
      .out_valid(next_valid),
      .out_ready(next_ready),
      .out_data (next)
  );

  // ---- prefixes and header --------------------------------------------------------------------------

  logic   [INDEX_WIDTH-1:0] index_q;  // which beat of the packet this is; all that have data alone count as one
  dword_t [HEAD-1:0]        head_q;   // the first dwords, of the beats before this one
  dword_t [HEAD-1:0]        head;     // ... and of this one
  logic   [HEAD-1:0]        there;    // which of them there are

  logic   [2:0]  prefixes;
  logic          many;      // more than 4
  logic   [2:0]  fmt;       // of the header
  logic          four;      // dwords of it
  logic          has_data, has_digest;
  logic   [3:0]  length;    // of prefixes and header
  logic          complete;  // they are there

  always_comb begin
    for (int unsigned i = 0; i < HEAD; i++) begin
      head[i]  = head_q[i];
      there[i] = 32'(index_q) > i / DWORDS;
      if (32'(index_q) == i / DWORDS) begin
        head[i]  = beat_q.dwords[i%DWORDS];
        there[i] = i % DWORDS < 32'(beat_q.count);
      end
    end
    prefixes = '0;
    for (int unsigned i = 0; i < 4; i++) begin
      if (32'(prefixes) == i && there[i] && head[i][7:5] == 3'b100) prefixes = 3'(i + 1);
    end
    fmt        = head[prefixes][7:5];
    many       = fmt == 3'b100;
    four       = fmt[0];
    has_data   = fmt[1];
    has_digest = head[prefixes][23];
    length     = 4'(prefixes) + (four ? 4'd4 : 4'd3);
    complete   = there[prefixes] && there[3'(length - 4'd1)];
  end

  // ---- data -----------------------------------------------------------------------------------------

  localparam int unsigned SIGNED_WIDTH = EMPTY_WIDTH + 3;
  typedef logic signed [SIGNED_WIDTH-1:0] signed_t;

  logic                   sent_q;    // a part of the packet has left
  logic                   error_q;   // in a beat of it before
  logic [EMPTY_WIDTH-1:0] shift;     // in which dword of a beat its data begin
  logic                   reached;   // this beat has data, or what comes after them
  signed_t                here;      // with the last beat: how many dwords of data it has, beside the shift
  signed_t                ahead;     // with the last beat being the next one: how many that one has
  logic                   ends_here, ends_ahead;
  signed_t                count;     // of dwords of data that leave
  logic                   leaves;
  logic                   malformed;
  logic                   moves;

  typedef struct packed {
    logic [127:0]           hdr;
    logic [127:0]           prefix;
    logic [2:0]             prefixes;
    logic [DATA_WIDTH-1:0]  data;
    logic [EMPTY_WIDTH-1:0] empty;
    logic [31:0]            digest;
    logic                   sop;
    logic                   eop;
    logic                   error;
  } tlp_t;

  tlp_t out, m_tlp;
  logic out_ready;

  always_comb begin
    shift   = length[EMPTY_WIDTH-1:0];
    reached = complete && 32'(index_q) >= 32'(length) / DWORDS;
    here    = signed_t'({1'b0, beat_q.count}) - signed_t'({1'b0, shift}) - signed_t'({1'b0, has_digest});
    if (!reached) here = complete && shift == '0 && !has_digest ? '0 : -signed_t'(1);
    ahead   = signed_t'({1'b0, next.count}) - signed_t'({1'b0, has_digest});

    ends_here  = beat_q.last;
    ends_ahead = !beat_q.last && next.last && ahead <= signed_t'({1'b0, shift});
    count      = ends_here ? here : signed_t'(DWORDS) - signed_t'({1'b0, shift}) + ahead;
    leaves     = ends_here ? !sent_q || here > 0 : reached;
    malformed  = !complete || many || (ends_here && here < 0) ||
        has_data != !(ends_here && here == 0);

    out.hdr = '0;
    for (int unsigned i = 0; i < 3; i++) out.hdr[127-32*i-:32] = swapped(head[3'(4'(prefixes) + 4'(i))]);
    if (four) out.hdr[31:0] = swapped(head[3'(length - 4'd1)]);
    if (malformed && !sent_q) out.hdr = '1;
    out.prefix = '0;
    for (int unsigned i = 0; i < 4; i++) begin
      if (i < 32'(prefixes)) out.prefix[127-32*i-:32] = swapped(head[i]);
    end
    out.prefixes = prefixes;
    out.data     = DATA_WIDTH'({next.dwords, beat_q.dwords} >> 32 * shift);
    out.empty    = EMPTY_WIDTH'(signed_t'(DWORDS) - count);
    out.digest   = '0;
    if (has_digest) begin
      out.digest = swapped(ends_here ? beat_q.dwords[EMPTY_WIDTH'(beat_q.count - 1'b1)] :
                           next.dwords[EMPTY_WIDTH'(next.count - 1'b1)]);
    end
    out.sop   = !sent_q;
    out.eop   = ends_here || ends_ahead;
    out.error = error_q || beat_q.error || (ends_ahead && next.error);

    moves      = (beat_q.last || next_valid) && (!leaves || out_ready);
    next_ready = !beat_valid_q || moves;
  end

  always_ff @(posedge clk) begin
    if (next_ready) begin
      beat_valid_q <= next_valid;
      beat_q       <= next;
    end
    if (beat_valid_q && moves) begin
      head_q <= head;
      if (32'(index_q) != HEAD_BEATS) index_q <= index_q + 1'b1;
      sent_q  <= sent_q || leaves;
      error_q <= error_q || beat_q.error;
      if (beat_q.last) begin
        index_q <= '0;
        sent_q  <= 1'b0;
        error_q <= 1'b0;
      end
    end
    if (!rst_n) begin
      beat_valid_q <= 1'b0;
      index_q      <= '0;
      sent_q       <= 1'b0;
      error_q      <= 1'b0;
    end
  end

  msi_axi_slice #(
      .WIDTH($bits(tlp_t))
  ) u_out (
      .clk,
      .rst_n,
      .in_valid (beat_valid_q && leaves && (beat_q.last || next_valid)),
      .in_ready (out_ready),
      .in_data  (out),
      .out_valid(m_tlp_valid),
      .out_ready(m_tlp_ready),
      .out_data (m_tlp)
  );

  always_comb begin
    m_tlp_hdr      = m_tlp.hdr;
    m_tlp_prefix   = m_tlp.prefix;
    m_tlp_prefixes = m_tlp.prefixes;
    m_tlp_data     = m_tlp.data;
    m_tlp_empty    = m_tlp.empty;
    m_tlp_digest   = m_tlp.digest;
    m_tlp_sop      = m_tlp.sop;
    m_tlp_eop      = m_tlp.eop;
    m_tlp_error    = m_tlp.error;
  end

endmodule

`default_nettype wire
