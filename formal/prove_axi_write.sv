// SPDX-License-Identifier: MIT
//
// Proof of msi_axi_write: of all writes, legal or not, exactly the messages leave, bit for bit (B1, B3); each
// write gets one response, with its ID, in order, after its last beat and, if it was sent, after the ITS's,
// with that one (B5). Nothing waits but for what it needs: a write for its address, its last beat and for the
// message before it to leave, a response for those before it and for what the translator and the ITS say of
// its message (B6, B7). So while these come, and responses are taken, every write is answered: no deadlock,
// without a depth. B1 is stated once more, by the bytes that a write selects.

`default_nettype none

module prove_axi_write
  import msi_axi_pkg::*;
#(
    parameter int unsigned ADDR_WIDTH  = 32,
    parameter int unsigned DATA_WIDTH  = 32,
    parameter int unsigned ID_WIDTH    = 2,
    parameter int unsigned OUTSTANDING = 4
) (
    input wire logic                    clk,
    input wire logic                    rst_n,
    input wire logic [ADDR_WIDTH-1:16]  doorbell_base,
    input wire logic                    refused_okay,
    input wire logic                    dropped_slverr,
    input wire logic                    s_axi_awvalid,
    input wire logic [ID_WIDTH-1:0]     s_axi_awid,
    input wire logic [ADDR_WIDTH-1:0]   s_axi_awaddr,
    input wire logic [7:0]              s_axi_awlen,
    input wire logic [2:0]              s_axi_awsize,
    input wire logic [1:0]              s_axi_awburst,
    input wire logic                    s_axi_awlock,
    input wire logic [3:0]              s_axi_awcache,
    input wire logic [2:0]              s_axi_awprot,
    input wire logic [3:0]              s_axi_awqos,
    input wire logic [3:0]              s_axi_awregion,
    input wire logic [31:0]             s_axi_awuser,
    input wire logic                    s_axi_wvalid,
    input wire logic [DATA_WIDTH-1:0]   s_axi_wdata,
    input wire logic [DATA_WIDTH/8-1:0] s_axi_wstrb,
    input wire logic                    s_axi_wlast,
    input wire logic                    s_axi_bready,
    input wire logic                    m_msi_ready,
    input wire logic                    outcome_valid,
    input wire logic                    outcome_sent,
    input wire logic                    done_valid,
    input wire logic [1:0]              done_resp
);

  localparam int unsigned BYTES = DATA_WIDTH / 8;

  logic                s_axi_awready, s_axi_wready, s_axi_bvalid;
  logic [ID_WIDTH-1:0] s_axi_bid;
  logic [1:0]          s_axi_bresp;
  logic                m_msi_valid, m_msi_explicit_rid;
  logic [15:0]         m_msi_target, m_msi_rid;
  logic [63:0]         m_msi_address;
  logic [31:0]         m_msi_data;
  logic                refused_valid;
  logic [3:0]          refused_reason;
  logic [15:0]         refused_target, refused_rid;
  logic [63:0]         refused_address;
  logic [ID_WIDTH-1:0] refused_id;

  msi_axi_write #(
      .ADDR_WIDTH (ADDR_WIDTH),
      .DATA_WIDTH (DATA_WIDTH),
      .ID_WIDTH   (ID_WIDTH),
      .OUTSTANDING(OUTSTANDING)
  ) dut (.*);

  logic started_q = 1'b0;
  logic after_reset_q;
  always_ff @(posedge clk) begin
    started_q     <= 1'b1;
    after_reset_q <= !rst_n;
  end

  // ---- addresses and beats that were taken and not decided, oldest first ------------------------------

  typedef struct packed {
    logic [ID_WIDTH-1:0]   id;
    logic [ADDR_WIDTH-1:0] address;
    logic [7:0]            len;
    logic [31:0]           user;
  } address_t;

  typedef struct packed {
    logic [31:0]      data;
    logic [BYTES-1:0] strobes;
    logic             last;
  } beat_t;

  address_t [1:0] aw_queue_q;
  beat_t [1:0]    w_queue_q;
  logic [1:0]     addresses_q, beats_q;  // how many
  logic           more_q;                // the oldest address has had a beat

  logic aw, w, b;       // is taken
  logic moves;          // the message before, if there is one, leaves
  logic beat, decided;  // the oldest beat meets its address; it is the last one

  always_comb begin
    aw      = s_axi_awvalid && s_axi_awready;
    w       = s_axi_wvalid && s_axi_wready;
    b       = s_axi_bvalid && s_axi_bready;
    beat    = addresses_q != 0 && beats_q != 0 && moves;
    decided = beat && w_queue_q[0].last;
  end

  always_ff @(posedge clk) begin
    addresses_q <= addresses_q + 2'(aw) - 2'(decided);
    beats_q     <= beats_q + 2'(w) - 2'(beat);
    if (decided) aw_queue_q[0] <= aw_queue_q[1];
    if (beat) w_queue_q[0] <= w_queue_q[1];
    if (beat) more_q <= !w_queue_q[0].last;
    for (int unsigned i = 0; i < 2; i++) begin
      if (aw && 32'(addresses_q) == i + 32'(decided)) begin
        aw_queue_q[i] <= {s_axi_awid, s_axi_awaddr, s_axi_awlen, s_axi_awuser};
      end
      if (w && 32'(beats_q) == i + 32'(beat)) begin
        w_queue_q[i] <= {s_axi_wdata[31:0], s_axi_wstrb, s_axi_wlast};
      end
    end
    if (!rst_n) begin
      addresses_q <= '0;
      beats_q     <= '0;
      more_q      <= 1'b0;
    end
  end

  // ---- B1: what the oldest write is -----------------------------------------------------------------

  logic       in_page, one_beat, dword, half, message, flush;
  logic [3:0] reason;
  logic       legal;  // no byte below the address is selected, as AXI4 has it
  logic       selects_dword, selects_half;  // by their addresses, these bytes and no other

  always_comb begin
    in_page   = aw_queue_q[0].address[ADDR_WIDTH-1:16] == doorbell_base;
    one_beat = aw_queue_q[0].len == 0 && !more_q;
    dword    = w_queue_q[0].strobes == BYTES'(4'b1111);
    half     = w_queue_q[0].strobes == BYTES'(4'b0011);
    flush    = in_page && one_beat && w_queue_q[0].strobes == 0;
    message  = one_beat && aw_queue_q[0].address == {doorbell_base, 16'h0040} && (dword || half);
    reason   = 4'd0;
    if (!in_page) reason = 4'd1;
    else if (!one_beat) reason = 4'd2;
    else if (!flush && aw_queue_q[0].address[15:2] != 14'h0010) reason = 4'd3;
    else if (!flush && !message) reason = 4'd4;
    legal         = 1'b1;
    selects_dword = one_beat && in_page;
    selects_half  = one_beat && in_page;
    for (int unsigned i = 0; i < BYTES; i++) begin
      logic [15:0] at;
      at = aw_queue_q[0].address[15:0] & ~16'(BYTES - 1) | 16'(i);
      if (w_queue_q[0].strobes[i] && at < aw_queue_q[0].address[15:0]) legal = 1'b0;
      if (w_queue_q[0].strobes[i] != (at[15:2] == 14'h0010)) selects_dword = 1'b0;
      if (w_queue_q[0].strobes[i] != (at[15:1] == 15'h0020)) selects_half = 1'b0;
    end
    // Bytes that lie in no beat at this address are not selected.
    if ((aw_queue_q[0].address[15:0] & ~16'(BYTES - 1)) != (16'h0040 & ~16'(BYTES - 1))) begin
      selects_dword = 1'b0;
      selects_half  = 1'b0;
    end
  end

  // ---- the write that was decided last, until it has left ---------------------------------------------

  logic                valid_q, message_q, refused_q, legal_q, half_q, selected_q;
  logic [3:0]          reason_q;
  logic [1:0]          resp_q;
  address_t            address_q;
  logic [ADDR_WIDTH-1:16] page_q;
  logic [31:0]         data_q;

  assign moves = !(valid_q && message_q) || m_msi_ready;

  always_ff @(posedge clk) begin
    if (moves) begin
      valid_q    <= decided;
      message_q  <= message;
      refused_q  <= !message && !flush;
      reason_q   <= reason;
      resp_q     <= message || flush || (in_page && refused_okay) ? 2'b00 : in_page ? 2'b10 : 2'b11;
      address_q  <= aw_queue_q[0];
      page_q     <= doorbell_base;
      data_q     <= half ? 32'(w_queue_q[0].data[15:0]) : w_queue_q[0].data;
      legal_q    <= legal;
      half_q     <= half;
      selected_q <= selects_dword || selects_half;
    end
    if (!rst_n) valid_q <= 1'b0;
  end

  // ---- writes that were decided and have no response, oldest first; what is known of messages -----------

  typedef struct packed {
    logic [ID_WIDTH-1:0] id;
    logic                message;
    logic [1:0]          resp;  // of what is no message
  } write_t;

  write_t [OUTSTANDING-1:0]     write_queue_q;
  logic [OUTSTANDING-1:0]       outcome_queue_q;
  logic [OUTSTANDING-1:0][1:0]  done_queue_q;
  logic [3:0]                   writes_q, outcomes_q, dones_q;  // how many
  logic [3:0]                   unknown_q;   // messages that m_msi took, without an outcome
  logic [3:0]                   unanswered_q;  // messages that were sent, without a done
  logic                         answerable, answer;
  logic                         pushes, of_message, of_sent;

  // The response that is offered.
  logic                b_valid_q, b_message_q, b_sent_q;
  logic [ID_WIDTH-1:0] b_id_q;
  logic [1:0]          b_resp_q, b_its_q;
  logic                b_slverr_q;  // dropped_slverr, when it was made

  always_comb begin
    pushes     = valid_q && moves;
    of_message = write_queue_q[0].message;
    of_sent    = of_message && outcome_queue_q[0];
    answerable = writes_q != 0 && (!of_message || outcomes_q != 0) && (!of_sent || dones_q != 0);
    answer     = answerable && (!b_valid_q || s_axi_bready);
  end

  always_ff @(posedge clk) begin
    writes_q     <= writes_q + 4'(pushes) - 4'(answer);
    outcomes_q   <= outcomes_q + 4'(outcome_valid) - 4'(answer && of_message);
    dones_q      <= dones_q + 4'(done_valid) - 4'(answer && of_sent);
    unknown_q    <= unknown_q + 4'(m_msi_valid && m_msi_ready) - 4'(outcome_valid);
    unanswered_q <= unanswered_q + 4'(outcome_valid && outcome_sent) - 4'(done_valid);
    for (int unsigned i = 0; i < OUTSTANDING; i++) begin
      if (answer && i + 1 < OUTSTANDING) write_queue_q[i] <= write_queue_q[i+1];
      if (answer && of_message && i + 1 < OUTSTANDING) outcome_queue_q[i] <= outcome_queue_q[i+1];
      if (answer && of_sent && i + 1 < OUTSTANDING) done_queue_q[i] <= done_queue_q[i+1];
      if (pushes && 32'(writes_q) == i + 32'(answer)) begin
        write_queue_q[i] <= '{id: address_q.id, message: message_q, resp: resp_q};
      end
      if (outcome_valid && 32'(outcomes_q) == i + 32'(answer && of_message)) begin
        outcome_queue_q[i] <= outcome_sent;
      end
      if (done_valid && 32'(dones_q) == i + 32'(answer && of_sent)) done_queue_q[i] <= done_resp;
    end
    if (!b_valid_q || s_axi_bready) begin
      b_valid_q   <= answerable;
      b_message_q <= of_message;
      b_sent_q    <= of_sent;
      b_id_q      <= write_queue_q[0].id;
      b_resp_q    <= write_queue_q[0].resp;
      b_its_q     <= done_queue_q[0];
      b_slverr_q  <= dropped_slverr;
    end
    if (!rst_n) begin
      writes_q     <= '0;
      outcomes_q   <= '0;
      dones_q      <= '0;
      unknown_q    <= '0;
      unanswered_q <= '0;
      b_valid_q    <= 1'b0;
    end
  end

  // ---- the same from the ports alone: IDs without a response, oldest first; last beats ------------------

  logic [OUTSTANDING-1:0][ID_WIDTH-1:0] id_queue_q;
  logic [3:0] open_q, lasts_q;  // addresses without a response; last beats without one

  always_ff @(posedge clk) begin
    open_q  <= open_q + 4'(aw) - 4'(b);
    lasts_q <= lasts_q + 4'(w && s_axi_wlast) - 4'(b);
    for (int unsigned i = 0; i < OUTSTANDING; i++) begin
      if (b && i + 1 < OUTSTANDING) id_queue_q[i] <= id_queue_q[i+1];
      if (aw && 32'(open_q) == i + 32'(b)) id_queue_q[i] <= s_axi_awid;
    end
    if (!rst_n) begin
      open_q  <= '0;
      lasts_q <= '0;
    end
  end

  // ---- the user's part of the contract ------------------------------------------------------------

  always_comb begin
    begins_in_reset : assume (started_q || !rst_n);
    outcome_of_a_message : assume (!outcome_valid || unknown_q != 0);
    done_of_what_was_sent :
    assume (!done_valid || unanswered_q != 0 || (outcome_valid && outcome_sent));
  end

  // ---- properties ---------------------------------------------------------------------------------

  logic         message_stalled_q, response_stalled_q;
  logic [127:0] stalled_message_q;
  logic [ID_WIDTH+1:0] stalled_response_q;

  always_ff @(posedge clk) begin
    message_stalled_q  <= rst_n && m_msi_valid && !m_msi_ready;
    stalled_message_q  <= {m_msi_target, m_msi_rid, m_msi_address, m_msi_data};
    response_stalled_q <= rst_n && s_axi_bvalid && !s_axi_bready;
    stalled_response_q <= {s_axi_bid, s_axi_bresp};
  end

  always_comb begin
    if (started_q) begin
      B1_B7_exactly_messages_leave_at_once : assert (m_msi_valid == (valid_q && message_q));
      B1_strobes_decide : assert (!valid_q || !legal_q || m_msi_valid == selected_q);
      B1_B3_message_bit_for_bit :
      assert (!m_msi_valid ||
              (m_msi_target == address_q.user[31:16] && m_msi_rid == address_q.user[15:0] &&
               m_msi_explicit_rid && m_msi_address == 64'({page_q, 16'h0040}) &&
               m_msi_data == data_q));
      B1_refused_once : assert (refused_valid == (valid_q && refused_q));
      B1_refused_why : assert (!refused_valid || refused_reason == reason_q);
      B1_refused_which :
      assert (!refused_valid ||
              (refused_target == address_q.user[31:16] && refused_rid == address_q.user[15:0] &&
               refused_address == 64'(address_q.address) && refused_id == address_q.id));
      B5_the_oldest_write_with_its_id : assert (!s_axi_bvalid || s_axi_bid == id_queue_q[0]);
      B5_not_before_the_last_beat : assert (!s_axi_bvalid || (open_q != 0 && lasts_q != 0));
      B5_B6_answered_once_and_at_once : assert (s_axi_bvalid == b_valid_q);
      B5_sent_with_the_response_of_the_its :
      assert (!s_axi_bvalid || !b_sent_q || s_axi_bresp == b_its_q);
      B5_dropped :
      assert (!s_axi_bvalid || !b_message_q || b_sent_q || s_axi_bresp == {b_slverr_q, 1'b0});
      B1_B5_no_message : assert (!s_axi_bvalid || b_message_q || s_axi_bresp == b_resp_q);
      B6_address_ready_unless_full :
      assert (s_axi_awready == (addresses_q < 2 && open_q < 4'(OUTSTANDING)));
      B6_beat_ready_unless_full : assert (s_axi_wready == (beats_q < 2));
      B6_outstanding : assert (open_q <= 4'(OUTSTANDING));
      H2_message_stays :
      assert (!message_stalled_q || (m_msi_valid && stalled_message_q ==
              {m_msi_target, m_msi_rid, m_msi_address, m_msi_data}));
      H2_response_stays :
      assert (!response_stalled_q ||
              (s_axi_bvalid && stalled_response_q == {s_axi_bid, s_axi_bresp}));
      B8_H8_quiet_after_reset :
      assert (!after_reset_q || (!m_msi_valid && !refused_valid && !s_axi_bvalid));
    end
  end

  // ---- what induction needs to know of the registers ----------------------------------------------

  function automatic logic [ID_WIDTH+ADDR_WIDTH+32:0] address_entry(address_t address);
    return {address.id, address.address, address.len != 0, address.user};
  endfunction

  function automatic logic [34:0] beat_entry(beat_t of);
    strobes_e strobes;
    strobes = STROBES_OTHER;
    if (of.strobes == 0) strobes = STROBES_NONE;
    if (of.strobes == BYTES'(4'b0011)) strobes = STROBES_HALF;
    if (of.strobes == BYTES'(4'b1111)) strobes = STROBES_DWORD;
    return {of.data, strobes, of.last};
  endfunction

  localparam int unsigned INDEX_WIDTH = $clog2(OUTSTANDING);
  typedef logic [INDEX_WIDTH-1:0] index_t;

  // Where the item i of a queue is.
  function automatic index_t index(index_t first, int unsigned i);
    return index_t'((32'(first) + i) % OUTSTANDING);
  endfunction

  // Whether the registers of a queue say that it has so many items.
  function automatic logic holds(logic [3:0] count, logic valid, logic more, index_t first, index_t free);
    return valid == (count != 0) && more == (count > 1) && 32'(first) < OUTSTANDING &&
        free == index(first, count > 1 ? 32'(count) - 1 : 0);
  endfunction

  logic writes_there, outcomes_there, dones_there, ids_there;
  logic [3:0] messages, sent;  // of the queue of writes; of that of outcomes
  logic [3:0] whole;           // writes whose last beat waits

  always_comb begin
    writes_there   = 1'b1;
    outcomes_there = 1'b1;
    dones_there    = 1'b1;
    ids_there      = 1'b1;
    messages       = '0;
    sent           = '0;
    for (int unsigned i = 0; i < OUTSTANDING; i++) begin
      if (i < 32'(writes_q)) begin
        messages += 4'(write_queue_q[i].message);
        if ((i == 0 ? dut.u_response.u_writes.data_q :
             dut.u_response.u_writes.entries[index(dut.u_response.u_writes.first_q, i - 1)]) !=
            write_queue_q[i]) writes_there = 1'b0;
        if (id_queue_q[index_t'(i+32'(b_valid_q))] != write_queue_q[i].id) ids_there = 1'b0;
      end
      if (i < 32'(outcomes_q)) begin
        sent += 4'(outcome_queue_q[i]);
        if ((i == 0 ? dut.u_response.u_outcomes.data_q :
             dut.u_response.u_outcomes.entries[index(dut.u_response.u_outcomes.first_q, i - 1)]) !=
            outcome_queue_q[i]) outcomes_there = 1'b0;
      end
      if (i < 32'(dones_q)) begin
        if ((i == 0 ? dut.u_response.u_done.data_q :
             dut.u_response.u_done.entries[index(dut.u_response.u_done.first_q, i - 1)]) !=
            done_queue_q[i]) dones_there = 1'b0;
      end
    end
    if (b_valid_q && id_queue_q[0] != b_id_q) ids_there = 1'b0;
    if (valid_q && id_queue_q[index_t'(32'(b_valid_q)+32'(writes_q))] != address_q.id) begin
      ids_there = 1'b0;
    end
    for (int unsigned i = 0; i < 2; i++) begin
      if (i < 32'(addresses_q) &&
          id_queue_q[index_t'(i+32'(b_valid_q)+32'(writes_q)+32'(valid_q))] !=
          aw_queue_q[i].id) ids_there = 1'b0;
    end
    whole = 4'(beats_q != 0 && w_queue_q[0].last) + 4'(beats_q == 2 && w_queue_q[1].last);
  end

  always_comb begin
    if (started_q) begin
      inv_addresses :
      assert (addresses_q == 2'(dut.u_addresses.valid_q) + 2'(dut.u_addresses.waits_q));
      inv_address :
      assert (addresses_q == 0 || dut.u_addresses.data_q == address_entry(aw_queue_q[0]));
      inv_second_address :
      assert (!dut.u_addresses.waits_q || (dut.u_addresses.valid_q &&
              dut.u_addresses.waiting_q == address_entry(aw_queue_q[1])));
      inv_beats : assert (beats_q == 2'(dut.u_beats.valid_q) + 2'(dut.u_beats.waits_q));
      inv_beat : assert (beats_q == 0 || dut.u_beats.data_q == beat_entry(w_queue_q[0]));
      inv_second_beat :
      assert (!dut.u_beats.waits_q ||
              (dut.u_beats.valid_q && dut.u_beats.waiting_q == beat_entry(w_queue_q[1])));
      inv_more : assert (dut.first_beat_q == !more_q && (!more_q || addresses_q != 0));
      inv_decided : assert (dut.decided_q == valid_q);
      inv_decided_as :
      assert (!valid_q ||
              (dut.facts_q.message == message_q && (dut.reason != REFUSED_NOT) == refused_q &&
               (!refused_q || dut.reason == reason_q) && dut.id_q == address_q.id &&
               dut.address_q == address_q.address && dut.user_q == address_q.user));
      inv_kinds : assert (!valid_q || !message_q || !refused_q);
      inv_data : assert (!valid_q || !message_q || dut.data_q == data_q);
      inv_page : assert (!valid_q || !message_q || address_q.address == {page_q, 16'h0040});
      inv_resp : assert (!valid_q || dut.resp == resp_q);
      inv_selected : assert (!valid_q || !legal_q || message_q == selected_q);
      inv_open :
      assert (open_q == 4'(addresses_q) + 4'(valid_q) + writes_q + 4'(b_valid_q) &&
              4'(dut.open_q) == open_q && dut.room_q == (open_q != 4'(OUTSTANDING)));
      inv_bounds :
      assert (writes_q <= open_q && outcomes_q <= writes_q && unknown_q <= writes_q &&
              dones_q <= writes_q && unanswered_q <= writes_q);
      inv_lasts : assert (lasts_q == whole + 4'(valid_q) + writes_q + 4'(b_valid_q));
      inv_writes :
      assert (holds(writes_q, dut.u_response.u_writes.valid_q, dut.u_response.u_writes.more_q,
                    dut.u_response.u_writes.first_q, dut.u_response.u_writes.free_q));
      inv_outcomes :
      assert (holds(outcomes_q, dut.u_response.u_outcomes.valid_q, dut.u_response.u_outcomes.more_q,
                    dut.u_response.u_outcomes.first_q, dut.u_response.u_outcomes.free_q));
      inv_dones :
      assert (holds(dones_q, dut.u_response.u_done.valid_q, dut.u_response.u_done.more_q,
                    dut.u_response.u_done.first_q, dut.u_response.u_done.free_q));
      inv_writes_there : assert (writes_there);
      inv_outcomes_there : assert (outcomes_there);
      inv_dones_there : assert (dones_there);
      inv_ids_there : assert (ids_there);
      inv_messages : assert (messages == outcomes_q + unknown_q && outcomes_q <= messages);
      inv_sent : assert (sent == dones_q + unanswered_q && dones_q <= sent);
      inv_b :
      assert (dut.u_response.b_valid_q == b_valid_q && (!b_valid_q ||
              (dut.u_response.b_id_q == b_id_q && dut.u_response.b_resp_q == (b_sent_q ? b_its_q :
               b_message_q ? {b_slverr_q, 1'b0} : b_resp_q) && (b_message_q || !b_sent_q))));
      inv_stalled_message :
      assert (!message_stalled_q || (valid_q && message_q && stalled_message_q ==
              {m_msi_target, m_msi_rid, m_msi_address, m_msi_data}));
      inv_stalled_response :
      assert (!response_stalled_q ||
              (b_valid_q && stalled_response_q == {s_axi_bid, s_axi_bresp}));
    end
  end

  // ---- it can happen ------------------------------------------------------------------------------

  always_comb begin
    cover_sent : cover (started_q && rst_n && b && b_sent_q && s_axi_bresp == 2'b10);
    cover_dropped_of_two :
    cover (started_q && rst_n && b && b_message_q && !b_sent_q && writes_q != 0);
    cover_half : cover (started_q && rst_n && m_msi_valid && half_q && legal_q);
    cover_refused_burst : cover (started_q && rst_n && refused_valid && reason_q == 4'd2);
    cover_flush_answered : cover (started_q && rst_n && valid_q && !message_q && !refused_q);
    cover_full : cover (started_q && rst_n && open_q == 4'(OUTSTANDING) && writes_q == 4'(OUTSTANDING));
    cover_data_first : cover (started_q && rst_n && beats_q == 2 && open_q == 0);
  end

endmodule

`default_nettype wire
