// SPDX-License-Identifier: MIT
// A small SoC on AXI4: a root complex, the bridge, and behind it a crossbar with memory and an ITS. Its ports are
// the root complex, the processor (s_axil), memory and the ITS.
`default_nettype none

module bridged (
    input  wire logic        clk,
    input  wire logic        rst_n,

    // the processor
    input  wire logic        s_axil_awvalid,
    output logic             s_axil_awready,
    input  wire logic [7:0]  s_axil_awaddr,
    input  wire logic [2:0]  s_axil_awprot,
    input  wire logic        s_axil_wvalid,
    output logic             s_axil_wready,
    input  wire logic [31:0] s_axil_wdata,
    input  wire logic [3:0]  s_axil_wstrb,
    output logic             s_axil_bvalid,
    input  wire logic        s_axil_bready,
    output logic      [1:0]  s_axil_bresp,
    input  wire logic        s_axil_arvalid,
    output logic             s_axil_arready,
    input  wire logic [7:0]  s_axil_araddr,
    input  wire logic [2:0]  s_axil_arprot,
    output logic             s_axil_rvalid,
    input  wire logic        s_axil_rready,
    output logic      [31:0] s_axil_rdata,
    output logic      [1:0]  s_axil_rresp,

    // the root complex; awuser and aruser are {target, requester ID}
    input  wire logic        s_axi_awvalid,
    output logic             s_axi_awready,
    input  wire logic [3:0]  s_axi_awid,
    input  wire logic [63:0] s_axi_awaddr,
    input  wire logic [7:0]  s_axi_awlen,
    input  wire logic [2:0]  s_axi_awsize,
    input  wire logic [1:0]  s_axi_awburst,
    input  wire logic        s_axi_awlock,
    input  wire logic [3:0]  s_axi_awcache,
    input  wire logic [2:0]  s_axi_awprot,
    input  wire logic [3:0]  s_axi_awqos,
    input  wire logic [3:0]  s_axi_awregion,
    input  wire logic [31:0] s_axi_awuser,
    input  wire logic        s_axi_wvalid,
    output logic             s_axi_wready,
    input  wire logic [63:0] s_axi_wdata,
    input  wire logic [7:0]  s_axi_wstrb,
    input  wire logic        s_axi_wlast,
    output logic             s_axi_bvalid,
    input  wire logic        s_axi_bready,
    output logic      [3:0]  s_axi_bid,
    output logic      [1:0]  s_axi_bresp,
    input  wire logic        s_axi_arvalid,
    output logic             s_axi_arready,
    input  wire logic [3:0]  s_axi_arid,
    input  wire logic [63:0] s_axi_araddr,
    input  wire logic [7:0]  s_axi_arlen,
    input  wire logic [2:0]  s_axi_arsize,
    input  wire logic [1:0]  s_axi_arburst,
    input  wire logic        s_axi_arlock,
    input  wire logic [3:0]  s_axi_arcache,
    input  wire logic [2:0]  s_axi_arprot,
    input  wire logic [3:0]  s_axi_arqos,
    input  wire logic [3:0]  s_axi_arregion,
    input  wire logic [31:0] s_axi_aruser,
    output logic             s_axi_rvalid,
    input  wire logic        s_axi_rready,
    output logic      [3:0]  s_axi_rid,
    output logic      [63:0] s_axi_rdata,
    output logic      [1:0]  s_axi_rresp,
    output logic             s_axi_rlast,

    // memory
    output logic             mem_awvalid,
    input  wire logic        mem_awready,
    output logic      [4:0]  mem_awid,
    output logic      [63:0] mem_awaddr,
    output logic      [7:0]  mem_awlen,
    output logic      [2:0]  mem_awsize,
    output logic      [1:0]  mem_awburst,
    output logic             mem_awlock,
    output logic      [3:0]  mem_awcache,
    output logic      [2:0]  mem_awprot,
    output logic      [3:0]  mem_awqos,
    output logic      [3:0]  mem_awregion,
    output logic      [31:0] mem_awuser,
    output logic             mem_wvalid,
    input  wire logic        mem_wready,
    output logic      [63:0] mem_wdata,
    output logic      [7:0]  mem_wstrb,
    output logic             mem_wlast,
    input  wire logic        mem_bvalid,
    output logic             mem_bready,
    input  wire logic [4:0]  mem_bid,
    input  wire logic [1:0]  mem_bresp,
    output logic             mem_arvalid,
    input  wire logic        mem_arready,
    output logic      [4:0]  mem_arid,
    output logic      [63:0] mem_araddr,
    output logic      [7:0]  mem_arlen,
    output logic      [2:0]  mem_arsize,
    output logic      [1:0]  mem_arburst,
    output logic             mem_arlock,
    output logic      [3:0]  mem_arcache,
    output logic      [2:0]  mem_arprot,
    output logic      [3:0]  mem_arqos,
    output logic      [3:0]  mem_arregion,
    output logic      [31:0] mem_aruser,
    input  wire logic        mem_rvalid,
    output logic             mem_rready,
    input  wire logic [4:0]  mem_rid,
    input  wire logic [63:0] mem_rdata,
    input  wire logic [1:0]  mem_rresp,
    input  wire logic        mem_rlast,

    // the ITS; awuser is the DeviceID
    output logic             its_awvalid,
    input  wire logic        its_awready,
    output logic      [4:0]  its_awid,
    output logic      [63:0] its_awaddr,
    output logic      [7:0]  its_awlen,
    output logic      [2:0]  its_awsize,
    output logic      [1:0]  its_awburst,
    output logic             its_awlock,
    output logic      [3:0]  its_awcache,
    output logic      [2:0]  its_awprot,
    output logic      [3:0]  its_awqos,
    output logic      [3:0]  its_awregion,
    output logic      [31:0] its_awuser,
    output logic             its_wvalid,
    input  wire logic        its_wready,
    output logic      [63:0] its_wdata,
    output logic      [7:0]  its_wstrb,
    output logic             its_wlast,
    input  wire logic        its_bvalid,
    output logic             its_bready,
    input  wire logic [4:0]  its_bid,
    input  wire logic [1:0]  its_bresp,

    output logic             alert
);

  logic m_axi_awvalid, m_axi_awready, m_axi_awlock, m_axi_wvalid, m_axi_wready, m_axi_wlast,
      m_axi_bvalid, m_axi_bready, m_axi_arvalid, m_axi_arready, m_axi_arlock, m_axi_rvalid,
      m_axi_rready, m_axi_rlast;
  logic [1:0] m_axi_awburst, m_axi_bresp, m_axi_arburst, m_axi_rresp;
  logic [2:0] m_axi_awsize, m_axi_awprot, m_axi_arsize, m_axi_arprot;
  logic [3:0] m_axi_awcache, m_axi_awqos, m_axi_awregion, m_axi_arcache, m_axi_arqos,
      m_axi_arregion;
  logic [4:0] m_axi_awid, m_axi_bid, m_axi_arid, m_axi_rid;
  logic [7:0] m_axi_awlen, m_axi_wstrb, m_axi_arlen;
  logic [31:0] m_axi_awuser, m_axi_aruser;
  logic [63:0] m_axi_awaddr, m_axi_wdata, m_axi_araddr, m_axi_rdata;

  msi_axi_bridge #(
      .ID_WIDTH   (4),
      .OUTSTANDING(16)
  ) u_bridge (
      .s_evt_valid(1'b0),
      .s_evt_ready(),
      .s_evt_route('0),
      .s_range_valid(1'b0),
      .s_range_ready(),
      .s_range_range('0),
      .s_range_secondary('0),
      .s_range_subordinate('0),
      .m_its_awvalid(),
      .m_its_awready('0),
      .m_its_awid(),
      .m_its_awaddr(),
      .m_its_awlen(),
      .m_its_awsize(),
      .m_its_awburst(),
      .m_its_awlock(),
      .m_its_awcache(),
      .m_its_awprot(),
      .m_its_awqos(),
      .m_its_awregion(),
      .m_its_awuser(),
      .m_its_wvalid(),
      .m_its_wready('0),
      .m_its_wdata(),
      .m_its_wstrb(),
      .m_its_wlast(),
      .m_its_bvalid('0),
      .m_its_bready(),
      .m_its_bid('0),
      .m_its_bresp('0),
      .retire_valid(),
      .retire_source(),
      .retire_operation(),
      .retire_range(),
      .retire_connection(),
      .retire_target(),
      .retire_route(),
      .retire_secondary(),
      .retire_subordinate(),
      .retire_rid_offset(),
      .retire_devid_base(),
      .retire_rid(),
      .retire_address(),
      .retire_data(),
      .retire_answer(),
      .retire_bdf(),
      .retire_sent(),
      .retire_message_devid(),
      .retire_message_address(),
      .retire_message_data(),
      .*
  );

  crossbar u_crossbar (
      .clk,
      .rst_n,
      .s_awvalid(m_axi_awvalid),
      .s_awready(m_axi_awready),
      .s_awaddr(m_axi_awaddr),
      .s_wvalid(m_axi_wvalid),
      .s_wready(m_axi_wready),
      .s_wlast(m_axi_wlast),
      .s_bvalid(m_axi_bvalid),
      .s_bready(m_axi_bready),
      .s_bid(m_axi_bid),
      .s_bresp(m_axi_bresp),
      .m_awvalid({its_awvalid, mem_awvalid}),
      .m_awready({its_awready, mem_awready}),
      .m_wvalid({its_wvalid, mem_wvalid}),
      .m_wready({its_wready, mem_wready}),
      .m_bvalid({its_bvalid, mem_bvalid}),
      .m_bready({its_bready, mem_bready}),
      .m_bid({its_bid, mem_bid}),
      .m_bresp({its_bresp, mem_bresp})
  );

  always_comb begin
    mem_awid = m_axi_awid;
    mem_awaddr = m_axi_awaddr;
    mem_awlen = m_axi_awlen;
    mem_awsize = m_axi_awsize;
    mem_awburst = m_axi_awburst;
    mem_awlock = m_axi_awlock;
    mem_awcache = m_axi_awcache;
    mem_awprot = m_axi_awprot;
    mem_awqos = m_axi_awqos;
    mem_awregion = m_axi_awregion;
    mem_awuser = m_axi_awuser;
    its_awid = m_axi_awid;
    its_awaddr = m_axi_awaddr;
    its_awlen = m_axi_awlen;
    its_awsize = m_axi_awsize;
    its_awburst = m_axi_awburst;
    its_awlock = m_axi_awlock;
    its_awcache = m_axi_awcache;
    its_awprot = m_axi_awprot;
    its_awqos = m_axi_awqos;
    its_awregion = m_axi_awregion;
    its_awuser = m_axi_awuser;
    mem_wdata = m_axi_wdata;
    mem_wstrb = m_axi_wstrb;
    mem_wlast = m_axi_wlast;
    its_wdata = m_axi_wdata;
    its_wstrb = m_axi_wstrb;
    its_wlast = m_axi_wlast;
    mem_arvalid = m_axi_arvalid;
    mem_arid = m_axi_arid;
    mem_araddr = m_axi_araddr;
    mem_arlen = m_axi_arlen;
    mem_arsize = m_axi_arsize;
    mem_arburst = m_axi_arburst;
    mem_arlock = m_axi_arlock;
    mem_arcache = m_axi_arcache;
    mem_arprot = m_axi_arprot;
    mem_arqos = m_axi_arqos;
    mem_arregion = m_axi_arregion;
    mem_aruser = m_axi_aruser;
    m_axi_arready = mem_arready;
    m_axi_rvalid = mem_rvalid;
    m_axi_rid = mem_rid;
    m_axi_rdata = mem_rdata;
    m_axi_rresp = mem_rresp;
    m_axi_rlast = mem_rlast;
    mem_rready = m_axi_rready;
  end

endmodule

`default_nettype wire
