// SPDX-License-Identifier: MIT
//
// Round-robin choice among the four sources of operations (H4): after an operation of one source,
// the three others come first, in cyclic order: the command, s_range, s_msi, s_evt. With all of them waiting, none
// waits for more than three operations of the others; alone, a source has every cycle.
//
// Contract: valid/ready on both sides; granted is the source whose operation is offered, and may change
// until it is taken. in_ready depends on out_ready and on the other sources' in_valid, never the other
// way round; of the sources that are valid, one at most is ready. No cycle of delay. message_first and
// event_first are for the multiplexers of arguments that not all sources have, command_granted and range_granted
// for what only these do: they take less logic than granted.

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
    output logic                    message_first,  // if the command, s_range or s_msi is granted: s_msi
    output logic                    event_first     // if the command, s_range or s_evt is granted: s_evt
);

  source_e last_q;  // the source whose operation was taken last

  logic               command, range, message, event_;  // is valid
  logic [SOURCES-1:0] turn;  // it is the source's turn, if it is valid

  // What comes before a source, in the order that starts behind last_q.
  always_comb begin
    command = in_valid[SOURCE_COMMAND];
    range   = in_valid[SOURCE_RANGE];
    message = in_valid[SOURCE_MESSAGE];
    event_  = in_valid[SOURCE_EVENT];

    turn = '0;
    unique case (last_q)
      SOURCE_COMMAND: begin
        turn[SOURCE_RANGE]   = 1'b1;
        turn[SOURCE_MESSAGE] = !range;
        turn[SOURCE_EVENT]   = !range && !message;
        turn[SOURCE_COMMAND] = !range && !message && !event_;
      end
      SOURCE_RANGE: begin
        turn[SOURCE_MESSAGE] = 1'b1;
        turn[SOURCE_EVENT]   = !message;
        turn[SOURCE_COMMAND] = !message && !event_;
        turn[SOURCE_RANGE]   = !message && !event_ && !command;
      end
      SOURCE_MESSAGE: begin
        turn[SOURCE_EVENT]   = 1'b1;
        turn[SOURCE_COMMAND] = !event_;
        turn[SOURCE_RANGE]   = !event_ && !command;
        turn[SOURCE_MESSAGE] = !event_ && !command && !range;
      end
      default: begin
        turn[SOURCE_COMMAND] = 1'b1;
        turn[SOURCE_RANGE]   = !command;
        turn[SOURCE_MESSAGE] = !command && !range;
        turn[SOURCE_EVENT]   = !command && !range && !message;
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
    message_first   = message && !(last_q == SOURCE_COMMAND && range) &&
        !((command || range) && (last_q == SOURCE_MESSAGE || last_q == SOURCE_EVENT));
    event_first     = event_ && !(last_q == SOURCE_COMMAND && range) &&
        !((command || range) && last_q == SOURCE_EVENT);
  end

  always_ff @(posedge clk) begin
    if (out_valid && out_ready) last_q <= granted;
    if (!rst_n) last_q <= SOURCE_EVENT;
  end

endmodule

`default_nettype wire
