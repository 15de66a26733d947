// SPDX-License-Identifier: MIT
//
// Checks the rules of AXI4 at all ports of a bridge (msi_axi_write_checker, msi_axi_read_checker): at s_axi of whoever is
// connected there and of the bridge, at m_axi and m_its of the bridge and of memory and ITS; where there is no
// m_its, that it is idle.
//
// Contract: looks on, as the checkers do. Its ports and parameters are those of msi_axi_bridge that it needs.

`default_nettype none
// verilator coverage_off

module msi_axi_bridge_sva #(
    parameter int unsigned ADDR_WIDTH  = 64,  // 32 to 64
    parameter int unsigned DATA_WIDTH  = 64,  // 32 to 512, a power of two
    parameter int unsigned ID_WIDTH    = 8,   // 1 to 16
    parameter int unsigned OUTSTANDING = 64,  // 4 to 256
    parameter int unsigned ITS_PORT    = 0    // 0 or 1
) (
    input wire logic                    clk,
    input wire logic                    rst_n,

    input wire logic                          s_axi_awvalid,
    input wire logic                          s_axi_awready,
    input wire logic [ID_WIDTH-1:0]           s_axi_awid,
    input wire logic [ADDR_WIDTH-1:0]         s_axi_awaddr,
    input wire logic [7:0]                    s_axi_awlen,
    input wire logic [2:0]                    s_axi_awsize,
    input wire logic [1:0]                    s_axi_awburst,
    input wire logic                          s_axi_awlock,
    input wire logic [3:0]                    s_axi_awcache,
    input wire logic [2:0]                    s_axi_awprot,
    input wire logic [3:0]                    s_axi_awqos,
    input wire logic [3:0]                    s_axi_awregion,
    input wire logic [31:0]                   s_axi_awuser,
    input wire logic                          s_axi_wvalid,
    input wire logic                          s_axi_wready,
    input wire logic [DATA_WIDTH-1:0]         s_axi_wdata,
    input wire logic [DATA_WIDTH/8-1:0]       s_axi_wstrb,
    input wire logic                          s_axi_wlast,
    input wire logic                          s_axi_bvalid,
    input wire logic                          s_axi_bready,
    input wire logic [ID_WIDTH-1:0]           s_axi_bid,
    input wire logic [1:0]                    s_axi_bresp,
    input wire logic                          s_axi_arvalid,
    input wire logic                          s_axi_arready,
    input wire logic [ID_WIDTH-1:0]           s_axi_arid,
    input wire logic [ADDR_WIDTH-1:0]         s_axi_araddr,
    input wire logic [7:0]                    s_axi_arlen,
    input wire logic [2:0]                    s_axi_arsize,
    input wire logic [1:0]                    s_axi_arburst,
    input wire logic                          s_axi_arlock,
    input wire logic [3:0]                    s_axi_arcache,
    input wire logic [2:0]                    s_axi_arprot,
    input wire logic [3:0]                    s_axi_arqos,
    input wire logic [3:0]                    s_axi_arregion,
    input wire logic [31:0]                   s_axi_aruser,
    input wire logic                          s_axi_rvalid,
    input wire logic                          s_axi_rready,
    input wire logic [ID_WIDTH-1:0]           s_axi_rid,
    input wire logic [DATA_WIDTH-1:0]         s_axi_rdata,
    input wire logic [1:0]                    s_axi_rresp,
    input wire logic                          s_axi_rlast,
    input wire logic                          m_axi_awvalid,
    input wire logic                          m_axi_awready,
    input wire logic [ID_WIDTH:0]             m_axi_awid,
    input wire logic [ADDR_WIDTH-1:0]         m_axi_awaddr,
    input wire logic [7:0]                    m_axi_awlen,
    input wire logic [2:0]                    m_axi_awsize,
    input wire logic [1:0]                    m_axi_awburst,
    input wire logic                          m_axi_awlock,
    input wire logic [3:0]                    m_axi_awcache,
    input wire logic [2:0]                    m_axi_awprot,
    input wire logic [3:0]                    m_axi_awqos,
    input wire logic [3:0]                    m_axi_awregion,
    input wire logic [31:0]                   m_axi_awuser,
    input wire logic                          m_axi_wvalid,
    input wire logic                          m_axi_wready,
    input wire logic [DATA_WIDTH-1:0]         m_axi_wdata,
    input wire logic [DATA_WIDTH/8-1:0]       m_axi_wstrb,
    input wire logic                          m_axi_wlast,
    input wire logic                          m_axi_bvalid,
    input wire logic                          m_axi_bready,
    input wire logic [ID_WIDTH:0]             m_axi_bid,
    input wire logic [1:0]                    m_axi_bresp,
    input wire logic                          m_axi_arvalid,
    input wire logic                          m_axi_arready,
    input wire logic [ID_WIDTH:0]             m_axi_arid,
    input wire logic [ADDR_WIDTH-1:0]         m_axi_araddr,
    input wire logic [7:0]                    m_axi_arlen,
    input wire logic [2:0]                    m_axi_arsize,
    input wire logic [1:0]                    m_axi_arburst,
    input wire logic                          m_axi_arlock,
    input wire logic [3:0]                    m_axi_arcache,
    input wire logic [2:0]                    m_axi_arprot,
    input wire logic [3:0]                    m_axi_arqos,
    input wire logic [3:0]                    m_axi_arregion,
    input wire logic [31:0]                   m_axi_aruser,
    input wire logic                          m_axi_rvalid,
    input wire logic                          m_axi_rready,
    input wire logic [ID_WIDTH:0]             m_axi_rid,
    input wire logic [DATA_WIDTH-1:0]         m_axi_rdata,
    input wire logic [1:0]                    m_axi_rresp,
    input wire logic                          m_axi_rlast,
    input wire logic                          m_its_awvalid,
    input wire logic                          m_its_awready,
    input wire logic [ID_WIDTH:0]             m_its_awid,
    input wire logic [ADDR_WIDTH-1:0]         m_its_awaddr,
    input wire logic [7:0]                    m_its_awlen,
    input wire logic [2:0]                    m_its_awsize,
    input wire logic [1:0]                    m_its_awburst,
    input wire logic                          m_its_awlock,
    input wire logic [3:0]                    m_its_awcache,
    input wire logic [2:0]                    m_its_awprot,
    input wire logic [3:0]                    m_its_awqos,
    input wire logic [3:0]                    m_its_awregion,
    input wire logic [31:0]                   m_its_awuser,
    input wire logic                          m_its_wvalid,
    input wire logic                          m_its_wready,
    input wire logic [DATA_WIDTH-1:0]         m_its_wdata,
    input wire logic [DATA_WIDTH/8-1:0]       m_its_wstrb,
    input wire logic                          m_its_wlast,
    input wire logic                          m_its_bvalid,
    input wire logic                          m_its_bready,
    input wire logic [ID_WIDTH:0]             m_its_bid,
    input wire logic [1:0]                    m_its_bresp
);

  msi_axi_write_checker #(
      .ADDR_WIDTH (ADDR_WIDTH),
      .DATA_WIDTH (DATA_WIDTH),
      .ID_WIDTH   (ID_WIDTH),
      .OUTSTANDING(OUTSTANDING)
  ) u_s_axi_write (
      .clk,
      .rst_n,
      .awvalid (s_axi_awvalid),
      .awready (s_axi_awready),
      .awid    (s_axi_awid),
      .awaddr  (s_axi_awaddr),
      .awlen   (s_axi_awlen),
      .awsize  (s_axi_awsize),
      .awburst (s_axi_awburst),
      .awlock  (s_axi_awlock),
      .awcache (s_axi_awcache),
      .awprot  (s_axi_awprot),
      .awqos   (s_axi_awqos),
      .awregion(s_axi_awregion),
      .awuser  (s_axi_awuser),
      .wvalid  (s_axi_wvalid),
      .wready  (s_axi_wready),
      .wdata   (s_axi_wdata),
      .wstrb   (s_axi_wstrb),
      .wlast   (s_axi_wlast),
      .bvalid  (s_axi_bvalid),
      .bready  (s_axi_bready),
      .bid     (s_axi_bid),
      .bresp   (s_axi_bresp)
  );

  msi_axi_read_checker #(
      .ADDR_WIDTH (ADDR_WIDTH),
      .DATA_WIDTH (DATA_WIDTH),
      .ID_WIDTH   (ID_WIDTH),
      .OUTSTANDING(OUTSTANDING)
  ) u_s_axi_read (
      .clk,
      .rst_n,
      .arvalid (s_axi_arvalid),
      .arready (s_axi_arready),
      .arid    (s_axi_arid),
      .araddr  (s_axi_araddr),
      .arlen   (s_axi_arlen),
      .arsize  (s_axi_arsize),
      .arburst (s_axi_arburst),
      .arlock  (s_axi_arlock),
      .arcache (s_axi_arcache),
      .arprot  (s_axi_arprot),
      .arqos   (s_axi_arqos),
      .arregion(s_axi_arregion),
      .aruser  (s_axi_aruser),
      .rvalid  (s_axi_rvalid),
      .rready  (s_axi_rready),
      .rid     (s_axi_rid),
      .rdata   (s_axi_rdata),
      .rresp   (s_axi_rresp),
      .rlast   (s_axi_rlast)
  );

  // On m_axi there may be as many writes of messages, too, and two writes' beats before their addresses.
  msi_axi_write_checker #(
      .ADDR_WIDTH (ADDR_WIDTH),
      .DATA_WIDTH (DATA_WIDTH),
      .ID_WIDTH   (ID_WIDTH + 1),
      .OUTSTANDING(2 * OUTSTANDING),
      .AHEAD      (512)
  ) u_m_axi_write (
      .clk,
      .rst_n,
      .awvalid (m_axi_awvalid),
      .awready (m_axi_awready),
      .awid    (m_axi_awid),
      .awaddr  (m_axi_awaddr),
      .awlen   (m_axi_awlen),
      .awsize  (m_axi_awsize),
      .awburst (m_axi_awburst),
      .awlock  (m_axi_awlock),
      .awcache (m_axi_awcache),
      .awprot  (m_axi_awprot),
      .awqos   (m_axi_awqos),
      .awregion(m_axi_awregion),
      .awuser  (m_axi_awuser),
      .wvalid  (m_axi_wvalid),
      .wready  (m_axi_wready),
      .wdata   (m_axi_wdata),
      .wstrb   (m_axi_wstrb),
      .wlast   (m_axi_wlast),
      .bvalid  (m_axi_bvalid),
      .bready  (m_axi_bready),
      .bid     (m_axi_bid),
      .bresp   (m_axi_bresp)
  );

  msi_axi_read_checker #(
      .ADDR_WIDTH (ADDR_WIDTH),
      .DATA_WIDTH (DATA_WIDTH),
      .ID_WIDTH   (ID_WIDTH + 1),
      .OUTSTANDING(OUTSTANDING)
  ) u_m_axi_read (
      .clk,
      .rst_n,
      .arvalid (m_axi_arvalid),
      .arready (m_axi_arready),
      .arid    (m_axi_arid),
      .araddr  (m_axi_araddr),
      .arlen   (m_axi_arlen),
      .arsize  (m_axi_arsize),
      .arburst (m_axi_arburst),
      .arlock  (m_axi_arlock),
      .arcache (m_axi_arcache),
      .arprot  (m_axi_arprot),
      .arqos   (m_axi_arqos),
      .arregion(m_axi_arregion),
      .aruser  (m_axi_aruser),
      .rvalid  (m_axi_rvalid),
      .rready  (m_axi_rready),
      .rid     (m_axi_rid),
      .rdata   (m_axi_rdata),
      .rresp   (m_axi_rresp),
      .rlast   (m_axi_rlast)
  );

  if (ITS_PORT == 1) begin : gen_its_port
    msi_axi_write_checker #(
        .ADDR_WIDTH (ADDR_WIDTH),
        .DATA_WIDTH (DATA_WIDTH),
        .ID_WIDTH   (ID_WIDTH + 1),
        .OUTSTANDING(OUTSTANDING)
    ) u_m_its_write (
        .clk,
        .rst_n,
        .awvalid (m_its_awvalid),
        .awready (m_its_awready),
        .awid    (m_its_awid),
        .awaddr  (m_its_awaddr),
        .awlen   (m_its_awlen),
        .awsize  (m_its_awsize),
        .awburst (m_its_awburst),
        .awlock  (m_its_awlock),
        .awcache (m_its_awcache),
        .awprot  (m_its_awprot),
        .awqos   (m_its_awqos),
        .awregion(m_its_awregion),
        .awuser  (m_its_awuser),
        .wvalid  (m_its_wvalid),
        .wready  (m_its_wready),
        .wdata   (m_its_wdata),
        .wstrb   (m_its_wstrb),
        .wlast   (m_its_wlast),
        .bvalid  (m_its_bvalid),
        .bready  (m_its_bready),
        .bid     (m_its_bid),
        .bresp   (m_its_bresp)
    );
  end else begin : gen_one_port
    // verilator lint_off PROCASSINIT
    logic watching_q = 1'b0;  // there was a reset
    // verilator lint_on PROCASSINIT
    always_ff @(posedge clk) begin
      if (!rst_n) watching_q <= 1'b1;
      if (watching_q && rst_n) begin
        B3_m_its_is_idle : assert (!m_its_awvalid && !m_its_wvalid)
        else $error("something leaves on m_its, which is not in use");
      end
    end
  end

endmodule

// verilator coverage_on
`default_nettype wire
