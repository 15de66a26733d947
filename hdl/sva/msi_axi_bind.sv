// SPDX-License-Identifier: MIT
//
// Attaches msi_axi_write_checker to the AXI4 side of every front end and every back end.

bind msi_axi_write msi_axi_write_checker #(
    .ADDR_WIDTH (ADDR_WIDTH),
    .DATA_WIDTH (DATA_WIDTH),
    .ID_WIDTH   (ID_WIDTH),
    .OUTSTANDING(OUTSTANDING)
) u_msi_axi_write_checker (
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

bind msi_axi_its msi_axi_write_checker #(
    .ADDR_WIDTH (ADDR_WIDTH),
    .DATA_WIDTH (DATA_WIDTH),
    .ID_WIDTH   (ID_WIDTH),
    .OUTSTANDING(OUTSTANDING)
) u_msi_axi_write_checker (
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
