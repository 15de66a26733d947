// SPDX-License-Identifier: MIT
//
// Writes that do not pass: to the doorbell's page, and those whose source is refused (B1, B3, B5).
//
//   s_aw, s_w ─► msi_axi_decode ─► queue ─┬─► m_msi
//                        └─► refused      └─► msi_axi_response ─► b
//
// What is a message, a flush or refused is decided as in msi_axi_write, which has the contract of it. Here a message waits
// for its release in a queue, so that it stops no write behind it.
//
// Contract: s_w has the beats of these writes in order, s_aw the address of the write that s_w is a beat of: it is
// valid with each of its beats, and taken with the last one. Both are taken whenever they are valid. source says that the
// write is refused for its source. Its refusal is reported in the next cycle, for one cycle. release_local has
// one pulse for each of these writes, in order: from the cycle of the pulse on it may go, to m_msi if it is a message (a
// valid/ready stream, H2). outcome, done, b and the levels are those of msi_axi_write and msi_axi_response. At most
// OUTSTANDING writes are here. A message shows on m_msi in the cycle after its beat at the earliest. Reset
// empties it.

`default_nettype none

module msi_axi_page
  import msi_axi_pkg::*;
#(
    parameter int unsigned ADDR_WIDTH  = 64,  // bits of an address, 32 to 64
    parameter int unsigned ID_WIDTH    = 8,   // bits of an ID, 1 to 16
    parameter int unsigned OUTSTANDING = 64   // writes, 4 to 256
) (
    input  wire logic                   clk,
    input  wire logic                   rst_n,
    input  wire logic [ADDR_WIDTH-1:16] doorbell_base,
    input  wire logic                   refused_okay,
    input  wire logic                   dropped_slverr,

    // Writes
    input  wire logic [ID_WIDTH-1:0]    s_awid,
    input  wire logic [ADDR_WIDTH-1:0]  s_awaddr,
    input  wire logic                   s_awburst,   // more than one beat
    input  wire logic                   s_awsource,  // its source is refused
    input  wire logic [31:0]            s_awuser,
    input  wire logic                   s_wvalid,
    input  wire logic [31:0]            s_wdata,
    input  wire strobes_e               s_wstrobes,
    input  wire logic                   s_wlast,

    // Everything before one of them is answered
    input  wire logic                   release_local,

    // Messages
    output logic                        m_msi_valid,
    input  wire logic                   m_msi_ready,
    output logic      [15:0]            m_msi_target,
    output logic      [15:0]            m_msi_rid,
    output logic      [63:0]            m_msi_address,
    output logic      [31:0]            m_msi_data,

    // What became of them
    input  wire logic                   outcome_valid,
    input  wire logic                   outcome_sent,
    input  wire logic                   done_valid,
    input  wire logic [1:0]             done_resp,

    // Responses
    output logic                        b_valid,
    input  wire logic                   b_ready,
    output logic      [ID_WIDTH-1:0]    b_id,
    output logic      [1:0]             b_resp,

    // A write was refused
    output logic                        refused_valid,
    output logic      [3:0]             refused_reason,  // refused_e of msi_axi_pkg
    output logic      [15:0]            refused_target,
    output logic      [15:0]            refused_rid,
    output logic      [63:0]            refused_address,
    output logic      [ID_WIDTH-1:0]    refused_id
);

  // ---- a write is decided with its last beat ------------------------------------------------------

  facts_t   facts;
  refused_e reason;
  resp_e    resp;
  logic     first_beat_q;  // the next beat is the first one of its write
  logic     decided;

  msi_axi_decode #(
      .ADDR_WIDTH(ADDR_WIDTH)
  ) u_decode (
      .page   (doorbell_base),
      .address(s_awaddr),
      .burst  (s_awburst || !first_beat_q),
      .strobes(s_wstrobes),
      .facts
  );

  always_comb begin
    decided = s_wvalid && s_wlast;
    reason  = s_awsource ? REFUSED_SOURCE : why_refused(facts);
    resp    = RESP_OKAY;
    if (reason == REFUSED_SOURCE || (reason != REFUSED_NOT && !refused_okay)) resp = RESP_SLVERR;
  end

  logic                  refused_q;
  refused_e              reason_q;
  logic [31:0]           user_q;
  logic [ADDR_WIDTH-1:0] address_q;
  logic [ID_WIDTH-1:0]   id_q;

  always_ff @(posedge clk) begin
    refused_q <= decided && reason != REFUSED_NOT;
    reason_q  <= reason;
    user_q    <= s_awuser;
    address_q <= s_awaddr;
    id_q      <= s_awid;
    if (s_wvalid) first_beat_q <= s_wlast;
    if (!rst_n) begin
      refused_q    <= 1'b0;
      first_beat_q <= 1'b1;
    end
  end

  always_comb begin
    refused_valid   = refused_q;
    refused_reason  = reason_q;
    refused_target  = user_q[31:16];
    refused_rid     = user_q[15:0];
    refused_address = 64'(address_q);
    refused_id      = id_q;
  end

  // ---- it waits for its release -------------------------------------------------------------------

  typedef struct packed {
    logic [ID_WIDTH-1:0] id;
    logic                message;
    resp_e               resp;  // if it is none
    logic [31:0]         user;
    logic [31:0]         data;
  } write_t;

  localparam int unsigned COUNT_WIDTH = $clog2(OUTSTANDING + 1);
  typedef logic [COUNT_WIDTH-1:0] count_t;

  write_t decided_write, write;
  logic   waits, may_go, goes;
  count_t released_q;      // and not gone
  logic   any_released_q;  // there are some

  always_comb begin
    decided_write = '{
        id: s_awid,
        message: facts.message && !s_awsource,
        resp: resp,
        user: s_awuser,
        data: {s_wstrobes == STROBES_HALF ? 16'h0 : s_wdata[31:16], s_wdata[15:0]}
    };
  end

  msi_axi_fifo #(
      .WIDTH($bits(write_t)),
      .DEPTH(OUTSTANDING)
  ) u_writes (
      .clk,
      .rst_n,
      .push     (decided),
      .in_data  (decided_write),
      .pop      (goes),
      .out_valid(waits),
      .out_data (write)
  );

  always_comb begin
    may_go        = waits && (any_released_q || release_local);
    goes          = may_go && (!write.message || m_msi_ready);
    m_msi_valid   = may_go && write.message;
    m_msi_target  = write.user[31:16];
    m_msi_rid     = write.user[15:0];
    m_msi_address = 64'({doorbell_base, DOORBELL_OFFSET});
    m_msi_data    = write.data;
  end

  always_ff @(posedge clk) begin
    released_q     <= released_q + count_t'(release_local) - count_t'(goes);
    any_released_q <= release_local ? !(goes && released_q == 0) : any_released_q && !(goes && released_q == 1);
    if (!rst_n) begin
      released_q     <= '0;
      any_released_q <= 1'b0;
    end
  end

  msi_axi_response #(
      .ID_WIDTH   (ID_WIDTH),
      .OUTSTANDING(OUTSTANDING)
  ) u_response (
      .clk,
      .rst_n,
      .dropped_slverr,
      .write_valid  (goes),
      .write_id     (write.id),
      .write_message(write.message),
      .write_resp   (write.resp),
      .outcome_valid,
      .outcome_sent,
      .done_valid,
      .done_resp,
      .b_valid,
      .b_ready,
      .b_id,
      .b_resp
  );

endmodule

`default_nettype wire
