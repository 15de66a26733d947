// SPDX-License-Identifier: MIT
//
// The order of writes: which message may go (B4), and which response comes next (B5).
//
//   admit ─► threads ─► booked ─► in order of acceptance ─► release: all earlier data has its response
//
//   m_b, of data ────────────┬────────────────────► s_b
//                            └─► waits for a local ─┘
//   l_b, of locals, in order ──────────────────────┘
//
// A write is data, which was passed on and is answered through m_b, or a local, which the bridge answers itself, through
// l_b. Responses leave at s_b: of the same ID in the order in which their writes were admitted, whatever the order of
// m_b among IDs is. What needs no waiting does not wait: data is answered in the cycle after m_b, unless an
// earlier local of its ID is unanswered. Then its response is kept, and m_b goes on.
//
// Contract: admit says with one pulse that a write was accepted, with its ID, and whether it is a local; it comes only with
// room, which is there unless OUTSTANDING writes wait for the walk, or admit_id is another ID than the THREADS ones that
// are under way. release has one pulse for each local, in order, once all data before it is answered: on s_b, or on m_b
// if a local is what its response waits for. In the cycle of the pulse at the earliest a local is
// executed, and after it answered: l_b, a valid/ready stream in the order of locals, whose IDs are those admitted.
// m_b is a valid/ready stream, s_b too (H2). A response on m_b that no data waits for is ignored. From m_b to s_b it
// takes one cycle, and one a cycle passes; what waited for a local goes before data that did not. Up to OUTSTANDING writes are
// admitted without a response on s_b: the user sees to that; room sees to what else is limited. Every ready and
// room come from registers, and no path leads from m_b or l_b to s_b without one. Reset empties it.
//
// Inside, an ID is a thread, and data of a thread is counted: admitted, received (on m_b) and committed (found received
// by the walk in order of acceptance). A local remembers how many had been admitted; of these, all pass before it.

`default_nettype none

module msi_axi_order #(
    parameter int unsigned ID_WIDTH    = 8,   // bits of an ID, 1 to 16
    parameter int unsigned OUTSTANDING = 64,  // writes, 4 to 256
    parameter int unsigned THREADS     = 16   // IDs at a time, 2 to 256
) (
    input  wire logic                clk,
    input  wire logic                rst_n,

    // A write was accepted
    output logic                     room,
    input  wire logic                admit,
    input  wire logic                admit_local,
    input  wire logic [ID_WIDTH-1:0] admit_id,

    // All data before a local is answered
    output logic                     release_local,

    // Responses of locals, in order
    input  wire logic                l_bvalid,
    output logic                     l_bready,
    input  wire logic [ID_WIDTH-1:0] l_bid,
    input  wire logic [1:0]          l_bresp,

    // Responses of data
    input  wire logic                m_bvalid,
    output logic                     m_bready,
    input  wire logic [ID_WIDTH-1:0] m_bid,
    input  wire logic [1:0]          m_bresp,

    // Responses of all
    output logic                     s_bvalid,
    input  wire logic                s_bready,
    output logic      [ID_WIDTH-1:0] s_bid,
    output logic      [1:0]          s_bresp
);

  if (OUTSTANDING < 4 || OUTSTANDING > 256) begin : gen_outstanding_illegal
    $error("msi_axi_order: OUTSTANDING must be 4 to 256");
  end
  if (THREADS < 2 || THREADS > 256) begin : gen_threads_illegal
    $error("msi_axi_order: THREADS must be 2 to 256");
  end

  localparam int unsigned THREAD_WIDTH = $clog2(THREADS);
  localparam int unsigned LOCAL_WIDTH = $clog2(OUTSTANDING);
  localparam int unsigned COUNT_WIDTH = $clog2(OUTSTANDING + 1);    // data of a thread
  localparam int unsigned ALL_WIDTH = $clog2(2 * OUTSTANDING + 1);  // and locals
  typedef logic [THREAD_WIDTH-1:0] thread_t;
  typedef logic [LOCAL_WIDTH-1:0]  local_t;  // a local, as one of a ring
  typedef logic [COUNT_WIDTH-1:0]  count_t;
  typedef logic [ALL_WIDTH-1:0]    all_t;

  // ---- how much is in the order of acceptance -----------------------------------------------------

  count_t pending_q;
  logic   pending_room_q;
  logic   walked;  // the oldest one leaves it

  always_ff @(posedge clk) begin
    pending_q      <= pending_q + count_t'(admit) - count_t'(walked);
    pending_room_q <= walked ||
        !(pending_q == count_t'(OUTSTANDING) || (pending_q == count_t'(OUTSTANDING - 1) && admit));
    if (!rst_n) begin
      pending_q      <= '0;
      pending_room_q <= 1'b1;
    end
  end

  // ---- threads ------------------------------------------------------------------------------------

  logic    thread_room;
  thread_t admit_thread;
  logic    m_hit;
  thread_t m_thread;
  logic    idle;  // idle_thread_q is
  thread_t idle_thread_q;

  msi_axi_threads #(
      .ID_WIDTH(ID_WIDTH),
      .THREADS (THREADS)
  ) u_threads (
      .clk,
      .rst_n,
      .room        (thread_room),
      .take        (admit),
      .id          (admit_id),
      .thread      (admit_thread),
      .found_id    (m_bid),
      .found_hit   (m_hit),
      .found_thread(m_thread),
      .free        (idle),
      .free_thread (idle_thread_q)
  );

  assign room = thread_room && pending_room_q;

  // ---- a write is booked: in the cycle after it was admitted --------------------------------------

  logic    book_q;
  logic    book_local_q;
  thread_t book_thread_q;
  local_t  book_index_q;  // the local's, if it is one

  function automatic local_t after(local_t index);
    return 2 ** LOCAL_WIDTH != OUTSTANDING && index == local_t'(OUTSTANDING - 1) ? '0 : index + 1'b1;
  endfunction

  always_ff @(posedge clk) begin
    book_q        <= admit;
    book_local_q  <= admit_local;
    book_thread_q <= admit_thread;
    if (book_q && book_local_q) book_index_q <= after(book_index_q);
    if (!rst_n) begin
      book_q       <= 1'b0;
      book_index_q <= '0;
    end
  end

  // ---- data of each thread: admitted, received, committed -----------------------------------------

  count_t  book_admitted, b_admitted;
  count_t  b_received, walk_received, first_received, local_received;
  count_t  walk_committed, first_committed;
  thread_t b_thread, walk_thread, local_thread;
  thread_t first_thread_q;  // of the oldest data
  logic    receive;  // b_thread's oldest
  logic    commit;   // the oldest data

  msi_axi_tally #(
      .WIDTH(COUNT_WIDTH),
      .DEPTH(THREADS),
      .READS(2)
  ) u_admitted (
      .clk,
      .rst_n,
      .count     (book_q && !book_local_q),
      .index     (book_thread_q),
      .read_index({b_thread, book_thread_q}),
      .read_value({b_admitted, book_admitted})
  );

  msi_axi_tally #(
      .WIDTH(COUNT_WIDTH),
      .DEPTH(THREADS),
      .READS(4)
  ) u_received (
      .clk,
      .rst_n,
      .count     (receive),
      .index     (b_thread),
      .read_index({b_thread, walk_thread, first_thread_q, local_thread}),
      .read_value({b_received, walk_received, first_received, local_received})
  );

  msi_axi_tally #(
      .WIDTH(COUNT_WIDTH),
      .DEPTH(THREADS),
      .READS(2)
  ) u_committed (
      .clk,
      .rst_n,
      .count     (commit),
      .index     (first_thread_q),
      .read_index({walk_thread, first_thread_q}),
      .read_value({walk_committed, first_committed})
  );

  // ---- the walk in the order of acceptance --------------------------------------------------------

  logic walk_valid, walk_local, walk_data_valid;
  logic first_valid_q, first_received_q;  // the oldest data; its response is there
  logic first_waits;
  logic closes;  // the oldest local, and with stops some remains that was kept behind it
  logic stops;

  msi_axi_fifo #(
      .WIDTH(1),
      .DEPTH(OUTSTANDING)
  ) u_walk (
      .clk,
      .rst_n,
      .push     (admit),
      .in_data  (admit_local),
      .pop      (walked),
      .out_valid(walk_valid),
      .out_data (walk_local)
  );

  msi_axi_fifo #(
      .WIDTH(THREAD_WIDTH),
      .DEPTH(OUTSTANDING)
  ) u_walk_data (
      .clk,
      .rst_n,
      .push     (book_q && !book_local_q),
      .in_data  (book_thread_q),
      .pop      (walk_data_valid && !first_waits),
      .out_valid(walk_data_valid),
      .out_data (walk_thread)
  );

  always_comb begin
    release_local = walk_valid && walk_local;
    commit        = walk_valid && !walk_local && first_valid_q && first_received_q;
    walked        = release_local || commit;
    first_waits   = first_valid_q && !commit;
  end

  always_ff @(posedge clk) begin
    if (first_waits) begin
      first_received_q <= first_received != first_committed;
    end else begin
      first_valid_q    <= walk_data_valid;
      first_thread_q   <= walk_thread;
      first_received_q <= walk_received !=
          walk_committed + count_t'(commit && first_thread_q == walk_thread);
    end
    if (!rst_n) first_valid_q <= 1'b0;
  end

  // ---- locals that are not closed -----------------------------------------------------------------
  // Of each thread that has one, how much data came before the oldest, and of each local the same of the next
  // one of its thread.

  logic   [THREADS-1:0] has_local_q;     // by thread
  logic   [THREADS-1:0] from_close_q;    // the count of its oldest stands in the table that closes writes
  local_t               local_index_q;   // the oldest of all
  logic                 local_booked;    // there is one, and it is booked
  count_t               local_admitted;  // how much data of its thread came before it
  count_t               next_admitted;   // and before the next one of its thread, if there is one
  local_t               local_last;      // the youngest of its thread
  logic                 local_next;      // there is a next one
  local_t               last_index;      // the youngest of the thread that is booked
  logic                 book_first;      // what is booked is the oldest of its thread
  count_t               b_book, b_close, b_before;

  logic                 close_q;         // a local has been answered, and what waited for it: it
  thread_t              close_thread_q;
  local_t               close_index_q;
  local_t               close_last;      // the youngest of its thread
  count_t               close_admitted;  // how much data came before the next one
  logic                 close_next;      // there is a next one

  always_comb begin
    local_next = local_last != local_index_q;
    close_next = close_last != close_index_q;
    book_first = !has_local_q[book_thread_q] ||
        (close_q && !close_next && close_thread_q == book_thread_q);
    b_before   = from_close_q[b_thread] ? b_close : b_book;
  end

  msi_axi_fifo #(
      .WIDTH(THREAD_WIDTH + COUNT_WIDTH),
      .DEPTH(OUTSTANDING)
  ) u_locals (
      .clk,
      .rst_n,
      .push     (book_q && book_local_q),
      .in_data  ({book_thread_q, book_admitted}),
      .pop      (closes),
      .out_valid(local_booked),
      .out_data ({local_thread, local_admitted})
  );

  msi_table #(
      .WIDTH  (LOCAL_WIDTH),
      .DEPTH  (THREADS),
      .READS  (3),
      .CLEARED(1)
  ) u_last (
      .clk,
      .read_index ({local_thread, close_thread_q, book_thread_q}),
      .read_data  ({local_last, close_last, last_index}),
      .write      (book_q && book_local_q),
      .write_index(book_thread_q),
      .write_data (book_index_q),
      .clear      (1'b0),
      .clear_index('0)
  );

  msi_table #(
      .WIDTH  (COUNT_WIDTH),
      .DEPTH  (OUTSTANDING),
      .READS  (2),
      .CLEARED(1)
  ) u_next (
      .clk,
      .read_index ({close_index_q, local_index_q}),
      .read_data  ({close_admitted, next_admitted}),
      .write      (book_q && book_local_q && !book_first),
      .write_index(last_index),
      .write_data (book_admitted),
      .clear      (1'b0),
      .clear_index('0)
  );

  msi_table #(
      .WIDTH  (COUNT_WIDTH),
      .DEPTH  (THREADS),
      .CLEARED(1)
  ) u_oldest_booked (
      .clk,
      .read_index (b_thread),
      .read_data  (b_book),
      .write      (book_q && book_local_q && book_first),
      .write_index(book_thread_q),
      .write_data (book_admitted),
      .clear      (1'b0),
      .clear_index('0)
  );

  msi_table #(
      .WIDTH  (COUNT_WIDTH),
      .DEPTH  (THREADS),
      .CLEARED(1)
  ) u_oldest_closed (
      .clk,
      .read_index (b_thread),
      .read_data  (b_close),
      .write      (close_q),
      .write_index(close_thread_q),
      .write_data (close_admitted),
      .clear      (1'b0),
      .clear_index('0)
  );

  always_ff @(posedge clk) begin
    close_q        <= closes;
    close_thread_q <= local_thread;
    close_index_q  <= local_index_q;
    if (closes) local_index_q <= after(local_index_q);
    if (close_q) begin
      from_close_q[close_thread_q] <= 1'b1;
      has_local_q[close_thread_q]  <= close_next;
    end
    if (book_q && book_local_q && book_first) begin
      has_local_q[book_thread_q]  <= 1'b1;
      from_close_q[book_thread_q] <= 1'b0;
    end
    if (!rst_n) begin
      close_q       <= 1'b0;
      local_index_q <= '0;
      has_local_q   <= '0;
    end
  end

  // ---- a thread ends with its last write: data leaves when it is committed, a local when it closes ----

  logic    closed_valid;  // a local closed, of closed_thread
  thread_t closed_thread;
  logic    leave_q;       // a write of leave_thread_q
  thread_t leave_thread_q;
  logic    left_q;        // one of idle_thread_q did
  all_t    entered, left;

  msi_axi_fifo #(
      .WIDTH(THREAD_WIDTH),
      .DEPTH(2 * OUTSTANDING)
  ) u_closed (
      .clk,
      .rst_n,
      .push     (close_q),
      .in_data  (close_thread_q),
      .pop      (closed_valid && !commit),
      .out_valid(closed_valid),
      .out_data (closed_thread)
  );

  always_ff @(posedge clk) begin
    leave_q        <= commit || closed_valid;
    leave_thread_q <= commit ? first_thread_q : closed_thread;
    left_q         <= leave_q;
    idle_thread_q  <= leave_thread_q;
    if (!rst_n) begin
      leave_q <= 1'b0;
      left_q  <= 1'b0;
    end
  end

  msi_axi_tally #(
      .WIDTH(ALL_WIDTH),
      .DEPTH(THREADS)
  ) u_entered (
      .clk,
      .rst_n,
      .count     (book_q),
      .index     (book_thread_q),
      .read_index(idle_thread_q),
      .read_value(entered)
  );

  msi_axi_tally #(
      .WIDTH(ALL_WIDTH),
      .DEPTH(THREADS)
  ) u_left (
      .clk,
      .rst_n,
      .count     (leave_q),
      .index     (leave_thread_q),
      .read_index(idle_thread_q),
      .read_value(left)
  );

  assign idle = left_q && entered == left && !(book_q && book_thread_q == idle_thread_q);

  // ---- a response of data: it passes, is kept, or belongs to nothing ------------------------------

  typedef struct packed {
    logic                hit;
    thread_t             thread;
    logic [ID_WIDTH-1:0] id;
    logic [1:0]          resp;
  } response_t;

  logic                   b_valid, b_taken;
  response_t              b;
  logic [THREADS-1:0]     keeps_q;  // a thread keeps responses: those behind them are kept, too
  logic                   owed, younger, passes, keep;
  logic                   closing, holds;      // b waits for a local of its thread that is being answered
  logic                   b_first, b_waits_q;  // b is offered on s_b

  // What is done with the oldest local: it is answered, and closes at once if nothing was kept behind it.
  // Otherwise what was kept is counted, and leaves.
  typedef enum logic [2:0] {
    ANSWER  = 3'd0,
    COUNT   = 3'd1,
    COMPARE = 3'd2,
    DRAIN   = 3'd3,
    CLOSE   = 3'd4
  } step_e;

  step_e step_q;

  msi_axi_slice #(
      .WIDTH($bits(response_t))
  ) u_responses (
      .clk,
      .rst_n,
      .in_valid (m_bvalid),
      .in_ready (m_bready),
      .in_data  ({m_hit, m_thread, m_bid, m_bresp}),
      .out_valid(b_valid),
      .out_ready(b_taken),
      .out_data (b)
  );

  always_comb begin
    b_thread    = b.thread;
    owed        = b.hit && b_received != b_admitted;
    younger     = has_local_q[b_thread] && (keeps_q[b_thread] || b_received == b_before);
    closing     = close_q && close_thread_q == b_thread;
    holds       = (local_booked && (l_bvalid || step_q != ANSWER) && local_thread == b_thread) || closing;
    passes      = b_valid && owed && !younger && !closing;
    keep        = b_valid && owed && younger && !holds;
    b_taken     = !owed || keep || (b_first && s_bready);
    receive     = keep || (b_first && s_bready);
  end

  // ---- a local is answered, then what was kept behind it: a ring a thread ---------------------------

  localparam int unsigned KEPT_DEPTH = THREADS << LOCAL_WIDTH;

  logic                kept_read;
  count_t              ahead_q;     // what is read next
  logic [1:0]          filled_q;    // of the two stages of the memory, the second is what shows
  logic [1:0]          kept_resp;
  logic [ID_WIDTH-1:0] drain_id_q;
  count_t              kept_q;      // how much of its thread is kept
  count_t              before_q;    // and how much data there is before its next local,
  logic                next_q;      // if it has one
  count_t              going_q;     // how much of what is kept leaves now
  logic                stops_q;     // not all
  logic                answer_valid, answer_ready, answer_taken;
  logic                out_valid;
  logic [ID_WIDTH-1:0] out_id;
  logic [1:0]          out_resp;

  msi_block_ram #(
      .WIDTH(2),
      .DEPTH(KEPT_DEPTH)
  ) u_kept (
      .clk,
      .read       (kept_read),
      .read_index ({local_thread, ahead_q[LOCAL_WIDTH-1:0]}),
      .read_data  (kept_resp),
      .write      (keep),
      .write_index({b_thread, b_received[LOCAL_WIDTH-1:0]}),
      .write_data (b.resp)
  );

  always_comb begin
    answer_valid = step_q == DRAIN ? filled_q[1] : step_q == ANSWER && l_bvalid && local_booked;
    answer_taken = answer_valid && answer_ready;
    l_bready     = answer_taken && step_q == ANSWER;
    closes       = step_q == CLOSE || (l_bready && !keeps_q[local_thread]);
    stops        = step_q == CLOSE && stops_q;
    kept_read    = step_q == DRAIN && (!filled_q[1] || answer_taken);
  end

  always_ff @(posedge clk) begin
    unique case (step_q)
      ANSWER: begin
        if (l_bready && keeps_q[local_thread]) step_q <= COUNT;
        drain_id_q <= l_bid;
      end
      COUNT: begin
        step_q   <= COMPARE;
        kept_q   <= local_received - local_admitted;
        before_q <= next_admitted - local_admitted;
        next_q   <= local_next;
        ahead_q  <= local_admitted;
        filled_q <= 2'b00;
      end
      COMPARE: begin
        step_q  <= kept_q == 0 || (next_q && before_q == 0) ? CLOSE : DRAIN;
        going_q  <= next_q && before_q < kept_q ? before_q : kept_q;
        stops_q <= next_q && before_q < kept_q;
      end
      DRAIN: begin
        if (kept_read) begin
          ahead_q  <= ahead_q + 1'b1;
          filled_q <= {filled_q[0], 1'b1};
        end
        if (answer_taken) begin
          going_q <= going_q - 1'b1;
          if (going_q == 1) step_q <= CLOSE;
        end
      end
      default: step_q <= ANSWER;
    endcase

    if (closes) keeps_q[local_thread] <= stops;
    if (keep) keeps_q[b_thread] <= 1'b1;

    if (!rst_n) begin
      step_q  <= ANSWER;
      keeps_q <= '0;
    end
  end

  msi_axi_slice #(
      .WIDTH(ID_WIDTH + 2)
  ) u_answers (
      .clk,
      .rst_n,
      .in_valid (answer_valid),
      .in_ready (answer_ready),
      .in_data  (step_q == DRAIN ? {drain_id_q, kept_resp} : {l_bid, l_bresp}),
      .out_valid(out_valid),
      .out_ready(s_bready && !b_first),
      .out_data ({out_id, out_resp})
  );

  // ---- what was answered so leaves before data that did not wait ------------------------------------

  always_comb begin
    b_first  = passes && (!out_valid || b_waits_q);
    s_bvalid = passes || out_valid;
    s_bid    = b_first ? b.id : out_id;
    s_bresp  = b_first ? b.resp : out_resp;
  end

  always_ff @(posedge clk) begin
    b_waits_q <= b_first && !s_bready;
    if (!rst_n) b_waits_q <= 1'b0;
  end

endmodule

`default_nettype wire
