// SPDX-License-Identifier: MIT
//
// What comes of an operation, of what it is for and of the verdict of msi_rules: its answer, whether a message
// leaves, and whether one was dropped or a route refused.
//
// Contract: combinational. Only a route that was made is enabled, or has something pending. An operation that
// does nothing answers answers.found.

`default_nettype none

module msi_outcome
  import msi_csr_pkg::*;
  import msi_pkg::*;
(
    input  wire does_t    does,
    input  wire answers_t answers,
    input  wire verdict_t verdict,
    output answer_e       answer,
    output logic          sent,     // a message leaves
    output logic          dropped,  // one was dropped, or a route refused (H7, R11)
    output logic          has_bdf   // the answer is the default BDF
);

  logic refused;  // a message, or a default BDF

  always_comb begin
    refused = verdict.rid_refused || verdict.disconnected || verdict.devid_refused;

    answer = verdict.there ? answers.found : answers.otherwise;
    if (verdict.no_route) answer = answer__ERROR_NO_ROUTE;
    if (verdict.devid_refused) answer = answer__DROPPED_DEVID;
    if (verdict.disconnected) answer = answer__DROPPED_DISCONNECTED;
    if (verdict.rid_refused) answer = does.signals ? answer__DROPPED_BUS_RANGE : answer__NO_BDF;

    sent    = (does.signals || does.takes_event || does.enables) && verdict.there && !refused;
    dropped = (does.signals && refused) || (does.refuses && !verdict.no_route);
    has_bdf = does.tells_bdf && !refused;
  end

endmodule

`default_nettype wire
