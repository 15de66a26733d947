// SPDX-License-Identifier: MIT
//
// Round-robin choice among the four sources of operations (H4): after an operation of one source,
// the three others come first, in cyclic order: the command, s_range, s_msi, s_evt. With all of them waiting, none
// waits for more than three operations of the others; alone, a source has every cycle.
//
// Contract: valid/ready on both sides; granted is the source whose operation is offered, and may change
// until it is taken. The command and s_range are never both valid. in_ready depends on out_ready and on the other
// sources' in_valid, never the other way round; of the sources that are valid, one at most is ready. No cycle of delay.
// message_first and event_first are for the multiplexers of arguments that only two sources have, command_granted and
// range_granted for what only these do: they take less logic than granted.

`default_nettype none

module msi_arbiter
  import msi_pkg::*;
(
    input  wire logic               clk,
    input  wire logic               rst_n,
    input  wire logic [SOURCES-1:0] in_valid,   // indexed by source_e
    output logic      [SOURCES-1:0] in_ready,
    output logic                    out_valid,
    input  wire logic               out_ready,
    output source_e                 granted,        // means nothing unless out_valid
    output logic                    command_granted,  // the command is offered
    output logic                    range_granted,    // s_range's is
    output logic                    message_first,  // if the command or s_msi is granted: s_msi
    output logic                    event_first     // if the command or s_evt is granted: s_evt
);

  source_e last_q;       // the source whose operation was taken last
  logic    behind_io_q;  // it is s_msi or s_evt: the command comes before s_msi

  logic               command, range, message, event_;  // is valid
  logic               either;  // the command or s_range is
  logic [SOURCES-1:0] turn;    // it is the source's turn, if it is valid

  // What comes before a source, in the order that starts behind last_q.
  always_comb begin
    command = in_valid[SOURCE_COMMAND];
    range   = in_valid[SOURCE_RANGE];
    message = in_valid[SOURCE_MESSAGE];
    event_  = in_valid[SOURCE_EVENT];
    either  = command || range;

    turn = '0;
    unique case (last_q)
      SOURCE_COMMAND: begin
        turn[SOURCE_RANGE]   = 1'b1;
        turn[SOURCE_MESSAGE] = !range;
        turn[SOURCE_EVENT]   = !range && !message;
        turn[SOURCE_COMMAND] = !message && !event_;
      end
      SOURCE_RANGE: begin
        turn[SOURCE_MESSAGE] = 1'b1;
        turn[SOURCE_EVENT]   = !message;
        turn[SOURCE_COMMAND] = !message && !event_;
        turn[SOURCE_RANGE]   = !message && !event_;
      end
      SOURCE_MESSAGE: begin
        turn[SOURCE_EVENT]   = 1'b1;
        turn[SOURCE_COMMAND] = !event_;
        turn[SOURCE_RANGE]   = !event_;
        turn[SOURCE_MESSAGE] = !event_ && !either;
      end
      default: begin
        turn[SOURCE_COMMAND] = 1'b1;
        turn[SOURCE_RANGE]   = 1'b1;
        turn[SOURCE_MESSAGE] = !either;
        turn[SOURCE_EVENT]   = !either && !message;
      end
    endcase

    granted = SOURCE_COMMAND;
    if (range && turn[SOURCE_RANGE]) granted = SOURCE_RANGE;
    if (message && turn[SOURCE_MESSAGE]) granted = SOURCE_MESSAGE;
    if (event_ && turn[SOURCE_EVENT]) granted = SOURCE_EVENT;

    out_valid = |in_valid;
    in_ready  = out_ready ? turn : '0;

    command_granted = command && turn[SOURCE_COMMAND];
    range_granted   = range && turn[SOURCE_RANGE];
    message_first   = message && !(command && behind_io_q);
    event_first     = event_ && !(command && last_q == SOURCE_EVENT);
  end

  always_ff @(posedge clk) begin
    if (out_valid && out_ready) begin
      last_q      <= granted;
      behind_io_q <= granted == SOURCE_MESSAGE || granted == SOURCE_EVENT;
    end
    if (!rst_n) begin
      last_q      <= SOURCE_EVENT;
      behind_io_q <= 1'b1;
    end
  end

endmodule

`default_nettype wire
