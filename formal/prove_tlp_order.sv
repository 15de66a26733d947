// SPDX-License-Identifier: MIT
//
// Proof of msi_tlp_order (T3): messages leave in order, bit for bit, none before each write that was handed on before it
// is committed; and a cycle after that is so, whatever later writes do and however long messages before it have waited for
// their taker: nothing else is waited for (T4).

`default_nettype none

module prove_tlp_order #(
    parameter int unsigned WIDTH    = 4,
    parameter int unsigned MESSAGES = 4,
    parameter int unsigned WRITES   = 4
) (
    input wire logic             clk,
    input wire logic             rst_n,
    input wire logic             handed,
    input wire logic             committed,
    input wire logic             in_valid,
    input wire logic [WIDTH-1:0] in_data,
    input wire logic             out_ready
);

  logic             write_room, in_ready, out_valid;
  logic [WIDTH-1:0] out_data;

  msi_tlp_order #(
      .WIDTH   (WIDTH),
      .MESSAGES(MESSAGES),
      .WRITES  (WRITES)
  ) dut (.*);

  logic started_q = 1'b0;
  logic after_reset_q;
  always_ff @(posedge clk) begin
    started_q     <= 1'b1;
    after_reset_q <= !rst_n;
  end

  // ---- messages that wait, oldest first: what each is, and how many writes before it are uncommitted ---

  typedef struct packed {
    logic [WIDTH-1:0] data;
    logic [2:0]       writes;
  } message_t;

  message_t [MESSAGES-1:0] queue_q;
  logic [2:0]              count_q, uncommitted_q;
  logic                    push, pop, commits;

  always_comb begin
    push    = in_valid && in_ready;
    pop     = out_valid && out_ready;
    commits = committed && uncommitted_q != 0;
  end

  always_ff @(posedge clk) begin
    count_q       <= count_q + 3'(push) - 3'(pop);
    uncommitted_q <= uncommitted_q + 3'(handed) - 3'(commits);
    for (int unsigned i = 0; i < MESSAGES; i++) begin
      message_t next;
      next = queue_q[i];
      if (pop && i + 1 < MESSAGES) next = queue_q[i+1];
      if (push && 32'(count_q) == i + 32'(pop)) next = '{data: in_data, writes: uncommitted_q};
      if (commits && next.writes != 0) next.writes = next.writes - 1'b1;
      queue_q[i] <= next;
    end
    if (!rst_n) begin
      count_q       <= '0;
      uncommitted_q <= '0;
    end
  end

  always_comb begin
    begins_in_reset : assume (started_q || !rst_n);
    handed_only_with_room : assume (!handed || write_room);
  end

  logic free_q;  // the oldest one has waited for no write in the cycle before
  always_ff @(posedge clk) free_q <= rst_n && count_q != 0 && !pop && queue_q[0].writes == 0;

  logic             stalled_q;
  logic [WIDTH-1:0] offered_q;
  always_ff @(posedge clk) begin
    stalled_q <= rst_n && out_valid && !out_ready;
    offered_q <= out_data;
  end

  // ---- properties ---------------------------------------------------------------------------------

  always_comb begin
    if (started_q) begin
      T3_none_before_its_writes : assert (!out_valid || (count_q != 0 && queue_q[0].writes == 0));
      T2_in_order_bit_for_bit : assert (!out_valid || out_data == queue_q[0].data);
      T4_at_once_then : assert (!free_q || out_valid);
      T4_room_unless_full : assert (in_ready == (count_q < 3'(MESSAGES)));
      T4_write_room_unless_full : assert (write_room == (uncommitted_q < 3'(WRITES)));
      H2_stays : assert (!stalled_q || (out_valid && out_data == offered_q));
      H8_quiet_after_reset : assert (!after_reset_q || !out_valid);
    end
  end

  // ---- what induction needs to know of the registers ----------------------------------------------

  localparam int unsigned MARK_WIDTH = $clog2(WRITES + MESSAGES + 4) + 1;
  typedef logic [MARK_WIDTH-1:0] mark_t;

  // How many marks are there, the oldest one first, and what each says of its message.
  logic [3:0] marks;
  mark_t      handed_before;
  logic [2:0] stored;   // in the memory of the marks, of the messages
  logic [2:0] messages_stored;
  logic       good, good_data;

  function automatic logic [1:0] at(logic [1:0] first, int unsigned index);
    return first + 2'(index);
  endfunction

  always_comb begin
    marks   = 4'(dut.gen_order.u_marks.valid_q);
    stored  = '0;
    if (dut.gen_order.u_marks.more_q) begin
      stored = {1'b0, 2'(dut.gen_order.u_marks.free_q - dut.gen_order.u_marks.first_q)};
      if (stored == 0) stored = 3'd4;
    end
    marks += 4'(stored);
    messages_stored = '0;
    if (dut.u_messages.u_fifo.more_q) begin
      messages_stored = {1'b0, 2'(dut.u_messages.u_fifo.free_q - dut.u_messages.u_fifo.first_q)};
      if (messages_stored == 0) messages_stored = 3'd4;
    end
    good      = 1'b1;
    good_data = 1'b1;
    for (int unsigned i = 0; i < MESSAGES; i++) begin
      mark_t      mark, past;
      logic [2:0] of;  // the message that the mark is of
      mark = i == 0 ? dut.gen_order.u_marks.data_q :
          dut.gen_order.u_marks.entries[at(dut.gen_order.u_marks.first_q, i - 1)];
      past = dut.gen_order.committed_q - mark;
      of   = 3'(dut.gen_order.released_q) + 3'(i);
      if (4'(i) < marks && of < 3'(MESSAGES)) begin
        if (queue_q[of[1:0]].writes != 0) begin
          if (past != -mark_t'(queue_q[of[1:0]].writes)) good = 1'b0;
        end else if (past > mark_t'(MESSAGES - 1 - i)) begin  // it is looked at in time
          good = 1'b0;
        end
      end
      if (3'(i) < count_q && queue_q[i].writes > uncommitted_q) good = 1'b0;
      if (i > 0 && 3'(i) < count_q && queue_q[i].writes < queue_q[i-1].writes) good = 1'b0;
      if (3'(i) < 3'(dut.gen_order.released_q) && queue_q[i].writes != 0) good = 1'b0;
      if (3'(i) < count_q &&
          queue_q[i].data != (i == 0 ? dut.u_messages.u_fifo.data_q :
                              dut.u_messages.u_fifo.entries[at(dut.u_messages.u_fifo.first_q, i - 1)]))
        good_data = 1'b0;
    end
  end

  always_comb begin
    if (started_q) begin
      inv_counts :
      assert (count_q <= 3'(MESSAGES) && uncommitted_q <= 3'(WRITES) &&
              4'(dut.gen_order.released_q) + 4'(marks) == 4'(count_q));
      inv_messages :
      assert (4'(dut.u_messages.u_fifo.valid_q) + 4'(messages_stored) == 4'(count_q) &&
              dut.u_messages.count_q == count_q &&
              (!dut.u_messages.u_fifo.more_q || dut.u_messages.u_fifo.valid_q));
      inv_marks : assert (!dut.gen_order.u_marks.more_q || dut.gen_order.u_marks.valid_q);
      inv_empty :
      assert ((dut.gen_order.u_marks.more_q ||
               dut.gen_order.u_marks.first_q == dut.gen_order.u_marks.free_q) &&
              (dut.u_messages.u_fifo.more_q ||
               dut.u_messages.u_fifo.first_q == dut.u_messages.u_fifo.free_q));
      inv_uncommitted :
      assert (dut.gen_order.uncommitted_q == mark_t'(uncommitted_q) &&
              dut.gen_order.handed_q - dut.gen_order.committed_q == mark_t'(uncommitted_q));
      inv_stalled :
      assert (!stalled_q || (dut.gen_order.released_q != 0 && offered_q == queue_q[0].data));
      inv_good : assert (good);
      inv_good_data : assert (good_data);
    end
    cover_waits : cover (started_q && out_valid && uncommitted_q == 3);
    cover_full : cover (started_q && count_q == 3'(MESSAGES) && dut.gen_order.released_q == 3'(MESSAGES));
  end

endmodule

`default_nettype wire
