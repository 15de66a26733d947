// SPDX-License-Identifier: MIT
//
// Proof of msi_tlp_filter: of all streams of beats, well-formed or not, exactly the packets that are messages by their
// header (prove_tlp_decode), whole and without error, go to its queue of messages (T1; from there prove_tlp_order), with
// their requester ID and data; what passes leaves beat for beat, bit for bit, in order (T2), as framed packets (T4); each
// packet that is removed or cut is reported once, with its reason and header. A beat waits for nothing but for what it
// needs itself: nothing that comes in hangs the stream (T4).

`default_nettype none

module prove_tlp_filter
  import msi_tlp_pkg::*;
#(
    parameter int unsigned DATA_WIDTH = 64,
    localparam int unsigned DWORDS = DATA_WIDTH / 32,
    localparam int unsigned EMPTY_WIDTH = $clog2(DWORDS)
) (
    input wire logic                   clk,
    input wire logic                   rst_n,
    input wire logic [63:16]           doorbell_base,
    input wire logic [15:0]            target,
    input wire logic                   s_tlp_valid,
    input wire logic [127:0]           s_tlp_hdr,
    input wire logic [127:0]           s_tlp_prefix,
    input wire logic [2:0]             s_tlp_prefixes,
    input wire logic [DATA_WIDTH-1:0]  s_tlp_data,
    input wire logic [EMPTY_WIDTH-1:0] s_tlp_empty,
    input wire logic [31:0]            s_tlp_digest,
    input wire logic                   s_tlp_sop,
    input wire logic                   s_tlp_eop,
    input wire logic                   s_tlp_error,
    input wire logic                   m_tlp_ready,
    input wire logic                   committed,
    input wire logic                   m_msi_ready,
    input wire logic                   m_unsupported_ready
);

  logic                   s_tlp_ready, m_tlp_valid;
  logic [127:0]           m_tlp_hdr, m_tlp_prefix;
  logic [2:0]             m_tlp_prefixes;
  logic [DATA_WIDTH-1:0]  m_tlp_data;
  logic [EMPTY_WIDTH-1:0] m_tlp_empty;
  logic [31:0]            m_tlp_digest;
  logic                   m_tlp_sop, m_tlp_eop, m_tlp_error;
  logic                   m_msi_valid, m_msi_explicit_rid;
  logic [15:0]            m_msi_target, m_msi_rid;
  logic [63:0]            m_msi_address;
  logic [31:0]            m_msi_data;
  logic                   m_unsupported_valid;
  logic [127:0]           m_unsupported_hdr;
  logic                   removed_valid;
  logic [3:0]             removed_reason;
  logic [127:0]           removed_hdr;
  logic [COUNTED-1:0][3:0] removed_counts;

  msi_tlp_filter #(
      .DATA_WIDTH   (DATA_WIDTH),
      .MESSAGES     (4),
      .WRITES       (4),
      .COUNTER_WIDTH(4)
  ) dut (.*);

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

  logic started_q = 1'b0;
  logic after_reset_q;
  always_ff @(posedge clk) begin
    started_q     <= 1'b1;
    after_reset_q <= !rst_n;
  end
  always_comb begins_in_reset : assume (started_q || !rst_n);

  // ---- beats that were taken and not looked at, oldest first ----------------------------------------

  typedef struct packed {
    beat_t  beat;
    facts_t facts;  // what its header says
  } entry_t;

  entry_t [1:0] queue_q;
  logic [1:0]   waiting_q;  // how many
  entry_t       entry;
  logic         taken, moves, consumed;

  assign entry.beat = {s_tlp_hdr, s_tlp_prefix, s_tlp_prefixes, s_tlp_data, s_tlp_empty, s_tlp_digest,
                       s_tlp_sop, s_tlp_eop, s_tlp_error};

  msi_tlp_decode u_expected (
      .page  (doorbell_base),
      .header(s_tlp_hdr),
      .facts (entry.facts)
  );

  // ---- the packet that the oldest beat is of ---------------------------------------------------------

  logic        open_q, stray_q;  // it has begun earlier; without a beginning
  facts_t      facts_q;
  header_t     header_q;
  logic [10:0] count_q;          // its beats before this one, up to many

  beat_t       beat;
  facts_t      facts;
  header_t     header;
  logic        cut, stray;
  logic [10:0] earlier, needed;
  logic        whole, passes, leaves, ends, done;
  fate_e       fate;
  beat_t       out;
  logic        message, completes, tells, writes;

  always_comb begin
    beat   = queue_q[0].beat;
    facts  = open_q ? facts_q : queue_q[0].facts;
    header = open_q ? header_q : beat.hdr;
    stray  = open_q ? stray_q : !beat.sop;
    cut    = open_q && beat.sop;
    earlier = open_q ? count_q : '0;
    needed = facts.data ? 11'(facts.last >> EMPTY_WIDTH) + 11'd1 : 11'd1;

    whole  = !cut && beat.eop && earlier + 11'd1 == needed &&
        (!facts.data || 32'(beat.empty) == DWORDS - 1 - 32'(facts.last) % DWORDS);
    passes = !stray && facts.fate == FATE_PASSES;
    leaves = passes && earlier < needed;
    done   = cut || beat.eop;
    ends   = done || earlier + 11'd1 == needed;

    fate = facts.fate;
    if (stray || !whole) fate = FATE_MALFORMED;
    else if (fate != FATE_MALFORMED && beat.error) fate = FATE_ERROR;

    out = cut ? '{eop: 1'b1, error: 1'b1, default: '0} : beat;
    if (ends) begin
      out.eop   = 1'b1;
      out.error = beat.error && !cut || !whole;
    end

    message   = done && !passes && fate == FATE_MESSAGE;
    completes = done && !passes && !stray && facts.completes && fate != FATE_MALFORMED &&
        fate != FATE_ERROR;
    tells     = passes ? leaves && ends && !whole : done && !message;
    writes    = leaves && ends && facts.write && !out.error;

    moves = waiting_q != 0 && (!leaves || dut.out_ready) && (!writes || dut.write_room) &&
        (!message || dut.sends_ready) && (!completes || dut.completes_ready);
    consumed = moves && !cut;
    taken    = s_tlp_valid && s_tlp_ready;
  end

  always_ff @(posedge clk) begin
    waiting_q <= waiting_q + 2'(taken) - 2'(consumed);
    if (consumed) queue_q[0] <= queue_q[1];
    if (taken && waiting_q - 2'(consumed) == 0) queue_q[0] <= entry;
    if (taken && waiting_q - 2'(consumed) == 1) queue_q[1] <= entry;
    if (moves) begin
      open_q   <= !done;
      stray_q  <= stray;
      facts_q  <= facts;
      header_q <= header;
      if (earlier != '1) count_q <= earlier + 11'd1;
    end
    if (!rst_n) begin
      waiting_q <= '0;
      open_q    <= 1'b0;
    end
  end

  // ---- beats that leave, oldest first; what is reported -----------------------------------------------

  beat_t [1:0] out_q;
  logic [1:0]  leaving_q;
  logic        framed_q;    // a packet is open on m_tlp
  logic        told_q;
  fate_e       told_fate_q;
  header_t     told_header_q;
  beat_t       left;
  logic        gone, comes;

  always_comb begin
    left  = {m_tlp_hdr, m_tlp_prefix, m_tlp_prefixes, m_tlp_data, m_tlp_empty, m_tlp_digest, m_tlp_sop,
             m_tlp_eop, m_tlp_error};
    gone  = m_tlp_valid && m_tlp_ready;
    comes = moves && leaves;
  end

  always_ff @(posedge clk) begin
    leaving_q <= leaving_q + 2'(comes) - 2'(gone);
    if (gone) out_q[0] <= out_q[1];
    if (comes && leaving_q - 2'(gone) == 0) out_q[0] <= out;
    if (comes && leaving_q - 2'(gone) == 1) out_q[1] <= out;
    if (gone) framed_q <= !m_tlp_eop;
    told_q        <= moves && tells;
    told_fate_q   <= passes ? FATE_MALFORMED : fate;
    told_header_q <= header;
    if (!rst_n) begin
      leaving_q <= '0;
      framed_q  <= 1'b0;
      told_q    <= 1'b0;
    end
  end

  // ---- properties ---------------------------------------------------------------------------------

  always_comb begin
    if (started_q) begin
      T1_exactly_messages :
      assert ((dut.beat_valid && dut.sends) == (waiting_q != 0 && message));
      T1_bit_for_bit :
      assert (waiting_q == 0 || !message ||
              (dut.message_in.rid == {beat.hdr[95:88], beat.hdr[87:80]} &&
               dut.message_in.data == (beat.hdr[66] ? beat.data[31:0] : {16'd0, beat.data[15:0]})));
      T1_doorbell :
      assert (m_msi_target == target && m_msi_explicit_rid &&
              m_msi_address == {doorbell_base, 16'h0040});
      T2_leaves : assert (m_tlp_valid == (leaving_q != 0));
      T2_bit_for_bit_in_order : assert (!m_tlp_valid || left == out_q[0]);
      T2_unsupported :
      assert ((dut.beat_valid && dut.completes) == (waiting_q != 0 && completes) &&
              (waiting_q == 0 || !completes || dut.packet_hdr == header));
      T3_handed :
      assert (dut.u_order.handed == (waiting_q != 0 && writes && dut.out_ready && dut.write_room));
      T4_reported : assert (removed_valid == (told_q && told_fate_q != FATE_FLUSH));
      T4_reported_what :
      assert (!removed_valid || (removed_reason == told_fate_q && removed_hdr == told_header_q));
      T4_ready_unless_full : assert (s_tlp_ready == (waiting_q < 2));
      T4_waits_for_what_it_needs_alone : assert ((dut.beat_valid && dut.moves) == moves);
      T4_room_unless_full : assert (dut.out_ready == (leaving_q < 2));
      T4_framed : assert (!m_tlp_valid || m_tlp_sop == !framed_q);
      H8_quiet_after_reset : assert (!after_reset_q || (!m_tlp_valid && !removed_valid));
    end
  end

  // ---- what induction needs to know of the registers ----------------------------------------------

  // What a header alone can say.
  function automatic logic of_a_header(facts_t facts, header_t header);
    return facts.fate <= FATE_PASSES && facts.fate != FATE_ERROR &&
           (facts.fate != FATE_MESSAGE ||
            (facts.data && facts.last == '0 && facts.half == !header[66]));
  endfunction

  fate_e  kept;  // of the packet that is open
  logic   last_open;  // the last of those that leave is not the end of its packet
  logic   over;
  logic [10:0] needed_q;

  always_comb begin
    needed_q = facts_q.data ? 11'(facts_q.last >> EMPTY_WIDTH) + 11'd1 : 11'd1;
    over     = count_q >= needed_q;
    kept     = facts_q.fate;
    if (stray_q) kept = FATE_MALFORMED;
    else if (facts_q.fate == FATE_PASSES && over) kept = FATE_TOLD;
    last_open = leaving_q == 0 ? framed_q : leaving_q == 1 ? !out_q[0].eop : !out_q[1].eop;
    if (started_q) begin
      inv_legal :
      assert ((waiting_q < 1 || of_a_header(queue_q[0].facts, queue_q[0].beat.hdr)) &&
              (waiting_q < 2 || of_a_header(queue_q[1].facts, queue_q[1].beat.hdr)) &&
              (!open_q || of_a_header(facts_q, header_q)));
      inv_in :
      assert (waiting_q <= 2 && dut.u_in.valid_q == (waiting_q != 0) && dut.u_in.waits_q == (waiting_q == 2) &&
              (waiting_q == 0 || dut.u_in.data_q == queue_q[0]) &&
              (waiting_q != 2 || dut.u_in.waiting_q == queue_q[1]));
      inv_out :
      assert (leaving_q <= 2 && dut.u_out.valid_q == (leaving_q != 0) &&
              dut.u_out.waits_q == (leaving_q == 2) &&
              (leaving_q == 0 || dut.u_out.data_q == out_q[0]) &&
              (leaving_q != 2 || dut.u_out.waiting_q == out_q[1]));
      inv_open :
      assert (dut.open_q == open_q &&
              (!open_q || (count_q != 0 && dut.packet_hdr_q == header_q &&
                           dut.packet_q == {kept, facts_q[$bits(facts_t)-5:0]})));
      inv_beats :
      assert (!open_q || (dut.beats_q.over == over &&
              (over || 11'(dut.beats_q.left) + 11'd1 == needed_q - count_q)));
      inv_told :
      assert (dut.told_q == told_q &&
              (!told_q || (dut.told_fate_q == told_fate_q && dut.told_hdr_q == told_header_q)));
      inv_framed :
      assert ((leaving_q == 0 || out_q[0].sop == !framed_q) &&
              (leaving_q != 2 || out_q[1].sop == out_q[0].eop) &&
              last_open == (open_q && !stray_q && facts_q.fate == FATE_PASSES && !over));
    end
  end

  // ---- it can happen ------------------------------------------------------------------------------

  always_comb begin
    cover_message : cover (started_q && m_msi_valid && m_msi_rid == 16'h1234);
    cover_cut : cover (started_q && m_tlp_valid && m_tlp_eop && m_tlp_error && !m_tlp_sop);
    cover_unsupported : cover (started_q && m_unsupported_valid);
    cover_too_long : cover (started_q && dut.beats_q.over && open_q && waiting_q != 0 && beat.eop);
    cover_full : cover (started_q && waiting_q == 2 && leaving_q == 2);
  end

endmodule

`default_nettype wire
