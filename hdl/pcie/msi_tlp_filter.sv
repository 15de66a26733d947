// SPDX-License-Identifier: MIT
//
// A front end: of the upstream packets of one PCIe port, memory writes to the doorbell become direct messages of the
// translator (T1), what else touches the doorbell's page is removed, and everything else passes (T2).
//
//   s_tlp ─► msi_axi_slice ─┬─► msi_axi_slice ──────────────────────► m_tlp
//                           ├─► msi_tlp_order ──── committed ───────► m_msi
//                           ├─► msi_tlp_queue ──────────────────────► m_unsupported
//                           └─► removed, counters
//
// A packet is one of these (fate_e of msi_tlp_pkg):
//
//   a message  a memory write of one dword to offset 0x40 of the page, of all its bytes or exactly of its lower half,
//              whose data then has 0 above; not poisoned, not erroneous, with an untranslated address. Traffic
//              class, attributes, tag, hints, prefixes and digest do not matter.
//   a flush    a memory write of no byte in the page: it is consumed, and counted
//   removed    all else in the page, and headers that PCIe does not have. A request that wants a completion
//              goes to m_unsupported, so that a neighbour can complete it as unsupported; unless it is malformed or
//              erroneous, as its header may be anything then.
//   passing    all else. One whose data are not as long as its header says, or which another one cuts off, is
//              malformed: it ends with m_tlp_error where its length ends, or earlier, and is counted.
//
// Contract: s_tlp, m_tlp, m_msi and m_unsupported are valid/ready streams (H2). Of a packet, hdr, prefix and prefixes
// count with sop, digest, empty and error with eop; a packet without data has one beat, and empty means
// nothing in it. What passes is the same bit for bit, in all signals, in order, two cycles later if m_tlp is not
// stalled, and a beat a cycle; so do messages, three cycles later on m_msi. A packet that is not
// well-formed never hangs the stream, and m_tlp's packets are always framed: what follows is as
// without it. removed_valid is high for one cycle for each packet that was removed or cut, with its reason and its
// header; removed_counts has how many there were of each reason, and flushes, and stays at its maximum.
//
// committed is high for one cycle for each memory write that left on m_tlp, without error, in order and not before; a message
// leaves when each that left before it is committed (T3), with COMMITTED 0 at once. Up to MESSAGES messages wait
// beside the stream for that and for m_msi; the next one stops the stream, as PCIe orders posted requests.
// So do the fifth request at m_unsupported, and a memory write while WRITES are uncommitted: who takes
// m_unsupported or commits waits for nothing behind it. doorbell_base and target change only while nothing is under
// way. No combinational path leads from one stream to another. Reset empties it.

`default_nettype none

module msi_tlp_filter
  import msi_tlp_pkg::*;
#(
    parameter int unsigned DATA_WIDTH    = 128,  // bits of data a beat, 64, 128, 256 or 512
    parameter int unsigned MESSAGES      = 16,   // messages that wait beside the stream, 4 to 256
    parameter int unsigned WRITES        = 64,   // memory writes that are not committed, 4 to 256
    parameter int unsigned COMMITTED     = 1,    // 0: messages do not wait for memory writes
    parameter int unsigned COUNTER_WIDTH = 32,   // bits of each counter, 4 to 32
    localparam int unsigned DWORDS = DATA_WIDTH / 32,
    localparam int unsigned EMPTY_WIDTH = $clog2(DWORDS)
) (
    input  wire logic                   clk,
    input  wire logic                   rst_n,

    // Configuration
    input  wire logic [63:16]           doorbell_base,  // the page of the doorbell
    input  wire logic [15:0]            target,         // the port's target at the translator

    // Upstream packets of the port
    input  wire logic                   s_tlp_valid,
    output logic                        s_tlp_ready,
    input  wire logic [127:0]           s_tlp_hdr,
    input  wire logic [127:0]           s_tlp_prefix,
    input  wire logic [2:0]             s_tlp_prefixes,
    input  wire logic [DATA_WIDTH-1:0]  s_tlp_data,
    input  wire logic [EMPTY_WIDTH-1:0] s_tlp_empty,
    input  wire logic [31:0]            s_tlp_digest,
    input  wire logic                   s_tlp_sop,
    input  wire logic                   s_tlp_eop,
    input  wire logic                   s_tlp_error,

    // Those of them that pass
    output logic                        m_tlp_valid,
    input  wire logic                   m_tlp_ready,
    output logic      [127:0]           m_tlp_hdr,
    output logic      [127:0]           m_tlp_prefix,
    output logic      [2:0]             m_tlp_prefixes,
    output logic      [DATA_WIDTH-1:0]  m_tlp_data,
    output logic      [EMPTY_WIDTH-1:0] m_tlp_empty,
    output logic      [31:0]            m_tlp_digest,
    output logic                        m_tlp_sop,
    output logic                        m_tlp_eop,
    output logic                        m_tlp_error,

    // A memory write of them is where everybody sees it
    input  wire logic                   committed,

    // Messages: s_msi of the translator
    output logic                        m_msi_valid,
    input  wire logic                   m_msi_ready,
    output logic      [15:0]            m_msi_target,
    output logic                        m_msi_explicit_rid,
    output logic      [15:0]            m_msi_rid,
    output logic      [63:0]            m_msi_address,
    output logic      [31:0]            m_msi_data,

    // Removed requests that want a completion
    output logic                        m_unsupported_valid,
    input  wire logic                   m_unsupported_ready,
    output logic      [127:0]           m_unsupported_hdr,

    // What was removed
    output logic                        removed_valid,
    output logic      [3:0]             removed_reason,  // fate_e of msi_tlp_pkg
    output logic      [127:0]           removed_hdr,
    output logic      [COUNTED-1:0][COUNTER_WIDTH-1:0] removed_counts  // by reason
);

  if (DATA_WIDTH != 64 && DATA_WIDTH != 128 && DATA_WIDTH != 256 && DATA_WIDTH != 512)
  begin : gen_data_width_illegal
    $error("msi_tlp_filter: DATA_WIDTH must be 64, 128, 256 or 512");
  end
  if (MESSAGES < 4 || MESSAGES > 256) begin : gen_messages_illegal
    $error("msi_tlp_filter: MESSAGES must be 4 to 256");
  end
  if (WRITES < 4 || WRITES > 256) begin : gen_writes_illegal
    $error("msi_tlp_filter: WRITES must be 4 to 256");
  end
  if (COMMITTED > 1) begin : gen_committed_illegal
    $error("msi_tlp_filter: COMMITTED must be 0 or 1");
  end
  if (COUNTER_WIDTH < 4 || COUNTER_WIDTH > 32) begin : gen_counter_width_illegal
    $error("msi_tlp_filter: COUNTER_WIDTH must be 4 to 32");
  end

  // ---- beats come in, with what their header says ---------------------------------------------------

  typedef struct packed {
    header_t                hdr;
    logic [127:0]           prefix;
    logic [2:0]             prefixes;
    logic [DATA_WIDTH-1:0]  data;
    logic [EMPTY_WIDTH-1:0] empty;
    logic [31:0]            digest;
    logic                   sop;
    logic                   eop;
    logic                   error;
  } beat_t;

  beat_t  beat_in, beat;
  facts_t facts_in, facts;
  logic   beat_valid, beat_ready;

  always_comb begin
    beat_in = '{
        hdr: s_tlp_hdr,
        prefix: s_tlp_prefix,
        prefixes: s_tlp_prefixes,
        data: s_tlp_data,
        empty: s_tlp_empty,
        digest: s_tlp_digest,
        sop: s_tlp_sop,
        eop: s_tlp_eop,
        error: s_tlp_error
    };
  end

  msi_tlp_decode u_decode (
      .page  (doorbell_base),
      .header(s_tlp_hdr),
      .facts (facts_in)
  );

  msi_axi_slice #(
      .WIDTH($bits(beat_t) + $bits(facts_t))
  ) u_in (
      .clk,
      .rst_n,
      .in_valid (s_tlp_valid),
      .in_ready (s_tlp_ready),
      .in_data  ({beat_in, facts_in}),
      .out_valid(beat_valid),
      .out_ready(beat_ready),
      .out_data ({beat, facts})
  );

  // ---- which packet a beat is of --------------------------------------------------------------------

  localparam int unsigned BEATS_WIDTH = 10 - EMPTY_WIDTH;
  typedef struct packed {
    logic                   over;  // there were too many
    logic [BEATS_WIDTH-1:0] left;  // that come after this one, by its header
  } beats_t;

  logic    open_q;        // a packet has begun, and not ended
  facts_t  packet_q;      // what its header said
  header_t packet_hdr_q;
  beats_t  beats_q;

  facts_t  packet;
  header_t packet_hdr;
  beats_t  beats;
  logic    cut;           // another packet begins in it: it ends here, and this beat waits
  logic    ends;          // the packet does, here or by its header
  logic    as_announced;  // its data end where they do by its header

  always_comb begin
    cut        = open_q && beat.sop;
    packet     = open_q ? packet_q : facts;
    packet_hdr = open_q ? packet_hdr_q : beat.hdr;
    beats      = '{over: 1'b0, left: facts.data ? facts.last[9:EMPTY_WIDTH] : '0};
    if (open_q) beats = beats_q;
    if (!open_q && !beat.sop) packet.fate = FATE_MALFORMED;
    as_announced = !cut && beat.eop && beats == '0 &&
        (!packet.data || beat.empty == ~packet.last[EMPTY_WIDTH-1:0]);
    ends         = cut || beat.eop || beats == '0;
  end

  // ---- what becomes of it ---------------------------------------------------------------------------

  fate_e fate;             // of the packet that ends here
  logic  passes;           // this beat, or what ends a packet that was cut
  logic  tells;            // the packet is counted, and unless it is a flush reported
  beat_t out;
  logic  out_ready;
  logic  sends, sends_ready;
  logic  completes, completes_ready;
  logic  write_ends, write_room;
  logic  moves;            // nothing that this beat needs is full

  always_comb begin
    out       = beat;
    out.eop   = ends;
    out.error = beat.error || (ends && !as_announced);
    if (cut) out = '{eop: 1'b1, error: 1'b1, default: '0};

    fate = packet.fate;
    unique case (packet.fate)
      FATE_TOLD: ;
      FATE_PASSES: if (!as_announced) fate = FATE_MALFORMED;
      default: begin
        if (!as_announced) fate = FATE_MALFORMED;
        else if (beat.error && fate != FATE_MALFORMED) fate = FATE_ERROR;
      end
    endcase

    passes     = packet.fate == FATE_PASSES;
    write_ends = passes && packet.write && ends && !out.error;
    sends      = (cut || beat.eop) && fate == FATE_MESSAGE;
    completes  = (cut || beat.eop) && packet.completes && !passes &&
        !(fate inside {FATE_MALFORMED, FATE_ERROR, FATE_TOLD});
    tells      = passes ? ends && fate == FATE_MALFORMED :
        (cut || beat.eop) && !(fate inside {FATE_MESSAGE, FATE_TOLD});
    moves      = (!passes || out_ready) && (!write_ends || write_room) &&
        (!sends || sends_ready) && (!completes || completes_ready);
    beat_ready = moves && !cut;
  end

  logic    told_q;
  fate_e   told_fate_q;
  header_t told_hdr_q;

  always_ff @(posedge clk) begin
    if (beat_valid && moves) begin
      open_q       <= !cut && !beat.eop;
      packet_q     <= packet;
      packet_hdr_q <= packet_hdr;
      if (!beats.over) beats_q <= beats - beats_t'(1);
      if (passes && ends) packet_q.fate <= FATE_TOLD;
    end
    told_q      <= beat_valid && moves && tells;
    told_fate_q <= fate;
    told_hdr_q  <= packet_hdr;
    if (!rst_n) begin
      open_q <= 1'b0;
      told_q <= 1'b0;
    end
  end

  // ---- what passes ----------------------------------------------------------------------------------

  beat_t m_tlp;

  msi_axi_slice #(
      .WIDTH($bits(beat_t))
  ) u_out (
      .clk,
      .rst_n,
      .in_valid (beat_valid && passes && (!write_ends || write_room)),
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

  // ---- messages -------------------------------------------------------------------------------------

  typedef struct packed {
    logic [15:0] rid;
    logic [31:0] data;
  } message_t;

  message_t message_in, message;

  always_comb begin
    message_in.rid  = beat.hdr.rid;
    message_in.data = packet.half ? 32'(beat.data[15:0]) : beat.data[31:0];
  end

  msi_tlp_order #(
      .WIDTH    ($bits(message_t)),
      .MESSAGES (MESSAGES),
      .WRITES   (WRITES),
      .COMMITTED(COMMITTED)
  ) u_order (
      .clk,
      .rst_n,
      .handed    (beat_valid && write_ends && out_ready && write_room),
      .committed,
      .write_room,
      .in_valid  (beat_valid && sends),
      .in_ready  (sends_ready),
      .in_data   (message_in),
      .out_valid (m_msi_valid),
      .out_ready (m_msi_ready),
      .out_data  (message)
  );

  always_comb begin
    m_msi_target       = target;
    m_msi_explicit_rid = 1'b1;
    m_msi_rid          = message.rid;
    m_msi_address      = {doorbell_base, msi_axi_pkg::DOORBELL_OFFSET};
    m_msi_data         = message.data;
  end

  // ---- what was removed -----------------------------------------------------------------------------

  msi_tlp_queue #(
      .WIDTH($bits(header_t)),
      .DEPTH(4)
  ) u_unsupported (
      .clk,
      .rst_n,
      .in_valid (beat_valid && completes),
      .in_ready (completes_ready),
      .in_data  (packet_hdr),
      .out_valid(m_unsupported_valid),
      .out_ready(m_unsupported_ready),
      .out_data (m_unsupported_hdr)
  );

  logic [COUNTED-1:0][COUNTER_WIDTH-1:0] counts_q;

  always_comb begin
    removed_valid  = told_q && told_fate_q != FATE_FLUSH;
    removed_reason = told_fate_q;
    removed_hdr    = told_hdr_q;
    removed_counts = counts_q;
  end

  always_ff @(posedge clk) begin
    for (int unsigned i = 0; i < COUNTED; i++) begin
      if (told_q && told_fate_q == 4'(i) && counts_q[i] != '1) begin
        counts_q[i] <= counts_q[i] + 1'b1;
      end
    end
    if (!rst_n) counts_q <= '0;
  end

endmodule

`default_nettype wire
