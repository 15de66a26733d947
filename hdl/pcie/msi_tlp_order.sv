// SPDX-License-Identifier: MIT
//
// Data before interrupt (T3): a message leaves when every memory write that was handed on before it is committed.
// Later writes neither wait for a message nor delay it.
//
// A message waits with a mark: how many writes had been handed on. Marks are looked at in order, one a cycle,
// whether or not messages are taken, so a mark never waits for longer than the marks before it need, and counts
// may wrap.
//
// Contract: in and out are valid/ready streams (H2); up to MESSAGES messages wait here, without standing in
// anybody's way. handed is high for one cycle for each write, only while write_room is high; committed is high for
// one cycle for each, in order, not before it was handed on; while no write is uncommitted it is ignored. Up to WRITES are
// uncommitted. A message that is taken shows two cycles later at the earliest, after as many cycles at most if nothing is
// uncommitted and no message waits, and one a cycle passes. With COMMITTED 0 nothing is waited for, and a message
// shows in the next cycle. Reset empties it, and no write is uncommitted then.

`default_nettype none

module msi_tlp_order #(
    parameter int unsigned WIDTH     = 48,  // bits of a message, 1 or more
    parameter int unsigned MESSAGES  = 16,  // that wait, 4 to 256
    parameter int unsigned WRITES    = 64,  // uncommitted, 4 to 256
    parameter int unsigned COMMITTED = 1    // 0: messages do not wait for writes
) (
    input  wire logic             clk,
    input  wire logic             rst_n,
    input  wire logic             handed,
    input  wire logic             committed,
    output logic                  write_room,
    input  wire logic             in_valid,
    output logic                  in_ready,
    input  wire logic [WIDTH-1:0] in_data,
    output logic                  out_valid,
    input  wire logic             out_ready,
    output logic      [WIDTH-1:0] out_data
);

  logic message_valid, message_ready;

  msi_tlp_queue #(
      .WIDTH(WIDTH),
      .DEPTH(MESSAGES)
  ) u_messages (
      .clk,
      .rst_n,
      .in_valid,
      .in_ready,
      .in_data,
      .out_valid(message_valid),
      .out_ready(message_ready),
      .out_data
  );

  if (COMMITTED != 0) begin : gen_order

    // A mark is at most WRITES ahead of what is committed, and at most as many behind as marks stand before it.
    localparam int unsigned MARK_WIDTH = $clog2(WRITES + MESSAGES + 4) + 1;
    typedef logic [MARK_WIDTH-1:0] mark_t;
    localparam int unsigned COUNT_WIDTH = $clog2(MESSAGES + 1);
    typedef logic [COUNT_WIDTH-1:0] count_t;

    mark_t  handed_q, committed_q, uncommitted_q;
    logic   room_q;
    logic   commits;
    logic   mark_valid, mark_reached;
    mark_t  mark, past;
    count_t released_q;  // messages that may leave
    logic   leaves;

    msi_axi_fifo #(
        .WIDTH(MARK_WIDTH),
        .DEPTH(MESSAGES)
    ) u_marks (
        .clk,
        .rst_n,
        .push     (in_valid && in_ready),
        .in_data  (handed_q),
        .pop      (mark_reached),
        .out_valid(mark_valid),
        .out_data (mark)
    );

    always_comb begin
      commits       = committed && uncommitted_q != '0;
      past          = committed_q - mark;
      mark_reached  = mark_valid && !past[MARK_WIDTH-1];
      write_room    = room_q;
      out_valid     = released_q != '0;
      message_ready = out_ready && out_valid;
      leaves        = message_ready;
    end

    always_ff @(posedge clk) begin
      handed_q      <= handed_q + mark_t'(handed);
      committed_q   <= committed_q + mark_t'(commits);
      uncommitted_q <= uncommitted_q + mark_t'(handed) - mark_t'(commits);
      room_q <= commits || !(uncommitted_q == mark_t'(WRITES) ||
                             (uncommitted_q == mark_t'(WRITES - 1) && handed));
      released_q    <= released_q + count_t'(mark_reached) - count_t'(leaves);
      if (!rst_n) begin
        handed_q      <= '0;
        committed_q   <= '0;
        uncommitted_q <= '0;
        room_q        <= 1'b1;
        released_q    <= '0;
      end
    end

    wire unused = &{1'b0, message_valid};  // it is, whenever one is released

  end else begin : gen_no_order

    always_comb begin
      write_room    = 1'b1;
      out_valid     = message_valid;
      message_ready = out_ready;
    end

    wire unused = &{1'b0, handed, committed};

  end

endmodule

`default_nettype wire
