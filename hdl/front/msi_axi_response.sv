// SPDX-License-Identifier: MIT
//
// The responses of the front end: one B a write, with its ID, in the order in which writes were taken
// (B5), which is within each ID's order, too.
//
// Contract: write_valid is high for one cycle for each write that was decided, in order: its ID, whether it is
// a message, and what it is answered with if it is none. outcome_valid is high for one cycle for
// each message that was executed, in order; done_valid for each that was sent, in order, with the
// response of the ITS; neither comes for a message that was not written. b is a valid/ready stream (H2)
// from registers: a message's response comes after its outcome, and after its done if it was sent. At most OUTSTANDING
// writes are here: the user lets no more in. dropped_slverr says how a message that was dropped is
// answered, at the moment in which its response is made.

`default_nettype none

module msi_axi_response
  import msi_axi_pkg::*;
#(
    parameter int unsigned ID_WIDTH    = 8,  // bits of an ID, 1 to 16
    parameter int unsigned OUTSTANDING = 64  // writes, 4 to 256
) (
    input  wire logic                clk,
    input  wire logic                rst_n,
    input  wire logic                dropped_slverr,
    input  wire logic                write_valid,
    input  wire logic [ID_WIDTH-1:0] write_id,
    input  wire logic                write_message,
    input  wire resp_e               write_resp,
    input  wire logic                outcome_valid,
    input  wire logic                outcome_sent,
    input  wire logic                done_valid,
    input  wire logic [1:0]          done_resp,
    output logic                     b_valid,
    input  wire logic                b_ready,
    output logic      [ID_WIDTH-1:0] b_id,
    output logic      [1:0]          b_resp
);

  typedef struct packed {
    logic [ID_WIDTH-1:0] id;
    logic                message;
    resp_e               resp;
  } write_t;

  logic       first_valid, outcome_there, done_there;
  write_t     first;  // the oldest write without a response
  logic       sent;   // the oldest outcome
  logic [1:0] its;    // the oldest response of the ITS
  logic       answer, answerable;
  logic [1:0] resp;

  msi_axi_fifo #(
      .WIDTH($bits(write_t)),
      .DEPTH(OUTSTANDING)
  ) u_writes (
      .clk,
      .rst_n,
      .push     (write_valid),
      .in_data  ({write_id, write_message, write_resp}),
      .pop      (answer),
      .out_valid(first_valid),
      .out_data (first)
  );

  msi_axi_fifo #(
      .WIDTH(1),
      .DEPTH(OUTSTANDING)
  ) u_outcomes (
      .clk,
      .rst_n,
      .push     (outcome_valid),
      .in_data  (outcome_sent),
      .pop      (answer && first.message),
      .out_valid(outcome_there),
      .out_data (sent)
  );

  msi_axi_fifo #(
      .WIDTH(2),
      .DEPTH(OUTSTANDING)
  ) u_done (
      .clk,
      .rst_n,
      .push     (done_valid),
      .in_data  (done_resp),
      .pop      (answer && first.message && sent),
      .out_valid(done_there),
      .out_data (its)
  );

  logic                b_valid_q;
  logic [ID_WIDTH-1:0] b_id_q;
  logic [1:0]          b_resp_q;

  always_comb begin
    answerable = first_valid && (!first.message || (outcome_there && (!sent || done_there)));
    answer     = answerable && (!b_valid_q || b_ready);
    resp       = first.resp;
    if (first.message) resp = sent ? its : dropped_slverr ? RESP_SLVERR : RESP_OKAY;
    b_valid = b_valid_q;
    b_id    = b_id_q;
    b_resp  = b_resp_q;
  end

  always_ff @(posedge clk) begin
    if (!b_valid_q || b_ready) begin
      b_valid_q <= answerable;
      b_id_q    <= first.id;
      b_resp_q  <= resp;
    end
    if (!rst_n) b_valid_q <= 1'b0;
  end

endmodule

`default_nettype wire
