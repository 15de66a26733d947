// SPDX-License-Identifier: MIT
// Writes of one manager go to one of two subordinates by their address: 1 is the ITS, 0 memory. Here are the
// handshakes, and what comes back; the rest is wired to both. The beats of one write at a time are under way.
`default_nettype none

module crossbar #(
    parameter int unsigned ID_WIDTH = 5,
    parameter logic [63:0] ITS_BASE = 64'h0808_0000  // the doorbell's page, and that of MSI-64 behind it
) (
    input  wire logic                     clk,
    input  wire logic                     rst_n,

    input  wire logic                     s_awvalid,
    output logic                          s_awready,
    input  wire logic [63:0]              s_awaddr,
    input  wire logic                     s_wvalid,
    output logic                          s_wready,
    input  wire logic                     s_wlast,
    output logic                          s_bvalid,
    input  wire logic                     s_bready,
    output logic [ID_WIDTH-1:0]           s_bid,
    output logic [1:0]                    s_bresp,

    output logic [1:0]                    m_awvalid,
    input  wire logic [1:0]               m_awready,
    output logic [1:0]                    m_wvalid,
    input  wire logic [1:0]               m_wready,
    input  wire logic [1:0]               m_bvalid,
    output logic [1:0]                    m_bready,
    input  wire logic [1:0][ID_WIDTH-1:0] m_bid,
    input  wire logic [1:0][1:0]          m_bresp
);

  logic to_its, beats_q, beats_to_q;  // beats are due, and where to
  logic from_its, held_q, held_from_q;  // a response is offered, and stays

  assign to_its   = s_awaddr[63:17] == ITS_BASE[63:17];
  assign from_its = held_q ? held_from_q : m_bvalid[1];

  always_ff @(posedge clk) begin
    if (s_awvalid && s_awready) begin
      beats_q    <= 1'b1;
      beats_to_q <= to_its;
    end else if (s_wvalid && s_wready && s_wlast) begin
      beats_q <= 1'b0;
    end
    held_q      <= s_bvalid && !s_bready;
    held_from_q <= from_its;
    if (!rst_n) begin
      beats_q <= 1'b0;
      held_q  <= 1'b0;
    end
  end

  always_comb begin
    m_awvalid = '0;
    m_wvalid  = '0;
    m_bready  = '0;
    m_awvalid[to_its]    = s_awvalid && !beats_q;
    m_wvalid[beats_to_q] = s_wvalid && beats_q;
    m_bready[from_its]   = s_bready;
    s_awready = m_awready[to_its] && !beats_q;
    s_wready  = m_wready[beats_to_q] && beats_q;
    s_bvalid  = m_bvalid[from_its];
    s_bid     = m_bid[from_its];
    s_bresp   = m_bresp[from_its];
  end

endmodule

`default_nettype wire
