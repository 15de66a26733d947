// SPDX-License-Identifier: MIT
//
// Round-robin choice among the three sources of operations (H4): after an operation of one source,
// the two others come first, in cyclic order. With all of them waiting, none waits for more than two
// operations of the others; alone, a source has every cycle.
//
// Contract: valid/ready on both sides; granted is the source whose operation is offered, and may change
// until it is taken. in_ready depends on out_ready and on the other sources' in_valid, never the other
// way round; of the sources that are valid, one at most is ready. No cycle of delay. message_first and
// event_first are for the multiplexers of arguments that only two sources have, command_granted for what only
// commands do: they take less logic than granted.

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
    output logic                    message_first,  // if the command or s_msi is granted: s_msi
    output logic                    event_first     // if the command or s_evt is granted: s_evt
);

  source_e last_q;  // the source whose operation was taken last

  // In the order that starts behind last_q, which others come before a source: after the one in front of
  // it, none; after itself, both; otherwise the one in front of it.
  function automatic logic has_turn(source_e last, logic [SOURCES-1:0] valid, source_e in_front,
                                 source_e behind);
    return last == in_front || (!valid[in_front] && (last == behind || !valid[behind]));
  endfunction

  logic [SOURCES-1:0] turn;  // it is the source's turn, if it is valid

  always_comb begin
    turn[SOURCE_COMMAND] = has_turn(last_q, in_valid, SOURCE_EVENT, SOURCE_MESSAGE);
    turn[SOURCE_MESSAGE] = has_turn(last_q, in_valid, SOURCE_COMMAND, SOURCE_EVENT);
    turn[SOURCE_EVENT]   = has_turn(last_q, in_valid, SOURCE_MESSAGE, SOURCE_COMMAND);

    granted = SOURCE_COMMAND;
    if (in_valid[SOURCE_MESSAGE] && turn[SOURCE_MESSAGE]) granted = SOURCE_MESSAGE;
    if (in_valid[SOURCE_EVENT] && turn[SOURCE_EVENT]) granted = SOURCE_EVENT;

    out_valid = |in_valid;
    in_ready  = out_ready ? turn : '0;

    command_granted = in_valid[SOURCE_COMMAND] && turn[SOURCE_COMMAND];
    message_first = in_valid[SOURCE_MESSAGE] && !(in_valid[SOURCE_COMMAND] && last_q != SOURCE_COMMAND);
    event_first   = in_valid[SOURCE_EVENT] && !(in_valid[SOURCE_COMMAND] && last_q == SOURCE_EVENT);
  end

  always_ff @(posedge clk) begin
    if (out_valid && out_ready) last_q <= granted;
    if (!rst_n) last_q <= SOURCE_EVENT;
  end

endmodule

`default_nettype wire
