// SPDX-License-Identifier: MIT
// Splits AXI4-Lite in two by one address bit; one write and one read are under way at a time.
`default_nettype none

module split #(
    parameter int unsigned BIT = 7  // the address bit that decides
) (
    input  wire logic              clk,
    input  wire logic              rst_n,

    input  wire logic              s_awvalid,
    output logic                   s_awready,
    input  wire logic [BIT:0]      s_awaddr,
    input  wire logic              s_wvalid,
    output logic                   s_wready,
    output logic                   s_bvalid,
    input  wire logic              s_bready,
    output logic [1:0]             s_bresp,
    input  wire logic              s_arvalid,
    output logic                   s_arready,
    input  wire logic [BIT:0]      s_araddr,
    output logic                   s_rvalid,
    input  wire logic              s_rready,
    output logic [31:0]            s_rdata,
    output logic [1:0]             s_rresp,

    // what is not handed on as it is: the handshakes, and what comes back
    output logic [1:0]             m_awvalid,
    input  wire logic [1:0]        m_awready,
    output logic [1:0]             m_wvalid,
    input  wire logic [1:0]        m_wready,
    input  wire logic [1:0]        m_bvalid,
    output logic [1:0]             m_bready,
    input  wire logic [1:0][1:0]   m_bresp,
    output logic [1:0]             m_arvalid,
    input  wire logic [1:0]        m_arready,
    input  wire logic [1:0]        m_rvalid,
    output logic [1:0]             m_rready,
    input  wire logic [1:0][31:0]  m_rdata,
    input  wire logic [1:0][1:0]   m_rresp
);

  logic write_q, write_to_q, read_q, read_to_q;

  always_ff @(posedge clk) begin
    if (s_awvalid && s_awready) begin
      write_q    <= 1'b1;
      write_to_q <= s_awaddr[BIT];
    end else if (s_bvalid && s_bready) begin
      write_q <= 1'b0;
    end
    if (s_arvalid && s_arready) begin
      read_q    <= 1'b1;
      read_to_q <= s_araddr[BIT];
    end else if (s_rvalid && s_rready) begin
      read_q <= 1'b0;
    end
    if (!rst_n) begin
      write_q <= 1'b0;
      read_q  <= 1'b0;
    end
  end

  always_comb begin
    m_awvalid = '0;
    m_wvalid  = '0;
    m_bready  = '0;
    m_arvalid = '0;
    m_rready  = '0;
    m_awvalid[s_awaddr[BIT]] = s_awvalid && !write_q;
    m_wvalid[write_to_q]     = s_wvalid && write_q;
    m_bready[write_to_q]     = s_bready && write_q;
    m_arvalid[s_araddr[BIT]] = s_arvalid && !read_q;
    m_rready[read_to_q]      = s_rready && read_q;
  end

  assign s_awready = m_awready[s_awaddr[BIT]] && !write_q;
  assign s_wready  = m_wready[write_to_q] && write_q;
  assign s_bvalid  = m_bvalid[write_to_q] && write_q;
  assign s_bresp   = m_bresp[write_to_q];
  assign s_arready = m_arready[s_araddr[BIT]] && !read_q;
  assign s_rvalid  = m_rvalid[read_to_q] && read_q;
  assign s_rdata   = m_rdata[read_to_q];
  assign s_rresp   = m_rresp[read_to_q];

endmodule

`default_nettype wire
