// SPDX-License-Identifier: MIT
//
// Two managers' writes on one bus: addresses take turns, and beats leave in the order of addresses, as AXI4
// has it.
//
// Contract: a valid/ready stream of addresses and one of beats from each of two managers (H2), all from registers; the
// beats of each come in the order of its addresses. m_aw and m_w have all of them, valid/ready (H2) and unchanged. A beat
// is offered from the cycle on in which its address is, taken or not, and up to AHEAD writes' addresses may have left
// before their beats. With both waiting, addresses of both leave alternately. No cycle of delay. Reset empties it.

`default_nettype none

module msi_axi_merge #(
    parameter int unsigned ADDRESS_WIDTH = 8,  // bits of an address and what goes with it, 1 or more
    parameter int unsigned BEAT_WIDTH    = 8,  // bits of a beat and what goes with it, 1 or more
    parameter int unsigned AHEAD         = 8   // 2 to 1,024
) (
    input  wire logic                          clk,
    input  wire logic                          rst_n,
    input  wire logic [1:0]                    s_awvalid,
    output logic      [1:0]                    s_awready,
    input  wire logic [1:0][ADDRESS_WIDTH-1:0] s_aw,
    input  wire logic [1:0]                    s_wvalid,
    output logic      [1:0]                    s_wready,
    input  wire logic [1:0][BEAT_WIDTH-1:0]    s_w,
    input  wire logic [1:0]                    s_wlast,
    output logic                               m_awvalid,
    input  wire logic                          m_awready,
    output logic      [ADDRESS_WIDTH-1:0]      m_aw,
    output logic                               m_wvalid,
    input  wire logic                          m_wready,
    output logic      [BEAT_WIDTH-1:0]         m_w
);

  localparam int unsigned COUNT_WIDTH = $clog2(AHEAD + 1);
  typedef logic [COUNT_WIDTH-1:0] count_t;

  logic   last_q;                 // whose address left last, or is offered
  logic   offered_q;              // it is still
  logic   second;                 // the address of the second one is offered
  logic   begins;                 // it was not before
  logic   write_ends;
  logic   waits, waiting_second;  // a write whose address was offered waits for its beats
  logic   beat_valid, beat_second;
  count_t waiting_q;
  logic   room_q;

  always_comb begin
    second            = offered_q ? last_q : s_awvalid[1] && !(s_awvalid[0] && last_q);
    begins            = !offered_q && |s_awvalid && room_q;
    m_awvalid         = offered_q || begins;
    m_aw              = s_aw[second];
    s_awready         = '0;
    s_awready[second] = m_awready && m_awvalid;
  end

  always_comb begin
    beat_valid            = waits || begins;
    beat_second           = waits ? waiting_second : second;
    m_wvalid              = beat_valid && s_wvalid[beat_second];
    m_w                   = s_w[beat_second];
    s_wready              = '0;
    s_wready[beat_second] = beat_valid && m_wready;
    write_ends            = m_wvalid && m_wready && s_wlast[beat_second];
  end

  msi_axi_fifo #(
      .WIDTH(1),
      .DEPTH(AHEAD)
  ) u_waiting (
      .clk,
      .rst_n,
      .push     (begins && !(write_ends && !waits)),
      .in_data  (second),
      .pop      (write_ends && waits),
      .out_valid(waits),
      .out_data (waiting_second)
  );

  always_ff @(posedge clk) begin
    if (begins) last_q <= second;
    offered_q <= m_awvalid && !m_awready;
    waiting_q <= waiting_q + count_t'(begins) - count_t'(write_ends);
    room_q    <= write_ends ||
        !(waiting_q == count_t'(AHEAD) || (waiting_q == count_t'(AHEAD - 1) && begins));
    if (!rst_n) begin
      last_q    <= 1'b0;
      offered_q <= 1'b0;
      waiting_q <= '0;
      room_q    <= 1'b1;
    end
  end

endmodule

`default_nettype wire
