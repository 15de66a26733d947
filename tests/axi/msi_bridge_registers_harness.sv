// SPDX-License-Identifier: MIT
//
// For simulation: the registers of msi_axi_bridge, behind the split of its bus. The translator's are somebody
// else's: m_axil.
//
//   s_axil ─► msi_axil_split ─┬─► m_axil
//                             └─► msi_bridge_registers

`default_nettype none

module msi_bridge_registers_harness #(
    parameter int unsigned ADDR_WIDTH    = 64,
    parameter int unsigned DATA_WIDTH    = 64,
    parameter int unsigned ID_WIDTH      = 8,
    parameter int unsigned OUTSTANDING   = 64,
    parameter int unsigned USER_SHIFT    = 0,
    parameter int unsigned ITS_PORT      = 0,
    parameter int unsigned COUNTER_WIDTH = 32,
    parameter logic [63:0] DOORBELL_RESET = 64'h0000_0000_0808_0000,
    parameter logic [63:0] MSI64_RESET    = 64'h0000_0000_0809_0000
) (
    input  wire logic        clk,
    input  wire logic        rst_n,

    // Registers of both blocks: AXI4-Lite
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

    // The block below address 0x80: AXI4-Lite
    output logic             m_axil_awvalid,
    input  wire logic        m_axil_awready,
    output logic      [6:0]  m_axil_awaddr,
    output logic      [2:0]  m_axil_awprot,
    output logic             m_axil_wvalid,
    input  wire logic        m_axil_wready,
    output logic      [31:0] m_axil_wdata,
    output logic      [3:0]  m_axil_wstrb,
    input  wire logic        m_axil_bvalid,
    output logic             m_axil_bready,
    input  wire logic [1:0]  m_axil_bresp,
    output logic             m_axil_arvalid,
    input  wire logic        m_axil_arready,
    output logic      [6:0]  m_axil_araddr,
    output logic      [2:0]  m_axil_arprot,
    input  wire logic        m_axil_rvalid,
    output logic             m_axil_rready,
    input  wire logic [31:0] m_axil_rdata,
    input  wire logic [1:0]  m_axil_rresp,

    // Levels
    output logic [ADDR_WIDTH-1:16] doorbell_base,
    output logic [ADDR_WIDTH-1:16] msi64_base,
    output logic                   refused_okay,
    output logic                   dropped_slverr,
    output logic                   msi64,
    output logic                   check_all,

    // What happens
    input  wire logic                write_refused_valid,
    input  wire logic [3:0]          write_refused_reason,
    input  wire logic [15:0]         write_refused_target,
    input  wire logic [15:0]         write_refused_rid,
    input  wire logic [63:0]         write_refused_address,
    input  wire logic [ID_WIDTH-1:0] write_refused_id,
    input  wire logic                read_refused_valid,
    input  wire logic [3:0]          read_refused_reason,
    input  wire logic [15:0]         read_refused_target,
    input  wire logic [15:0]         read_refused_rid,
    input  wire logic [63:0]         read_refused_address,
    input  wire logic [ID_WIDTH-1:0] read_refused_id,
    input  wire logic                its_error_valid,
    input  wire logic [1:0]          its_error_resp,

    output logic                     alert
);

  msi_axil_pkg::axil_request_t        axil_request;
  msi_axil_pkg::axil_response_t       axil_response;
  msi_axil_pkg::axil_request_t  [1:0] block_request;
  msi_axil_pkg::axil_response_t [1:0] block_response;

  always_comb begin
    axil_request = '{
        awvalid: s_axil_awvalid,
        awaddr: s_axil_awaddr[6:0],
        awprot: s_axil_awprot,
        wvalid: s_axil_wvalid,
        wdata: s_axil_wdata,
        wstrb: s_axil_wstrb,
        bready: s_axil_bready,
        arvalid: s_axil_arvalid,
        araddr: s_axil_araddr[6:0],
        arprot: s_axil_arprot,
        rready: s_axil_rready
    };
    s_axil_awready = axil_response.awready;
    s_axil_wready  = axil_response.wready;
    s_axil_bvalid  = axil_response.bvalid;
    s_axil_bresp   = axil_response.bresp;
    s_axil_arready = axil_response.arready;
    s_axil_rvalid  = axil_response.rvalid;
    s_axil_rdata   = axil_response.rdata;
    s_axil_rresp   = axil_response.rresp;

    m_axil_awvalid = block_request[0].awvalid;
    m_axil_awaddr  = block_request[0].awaddr;
    m_axil_awprot  = block_request[0].awprot;
    m_axil_wvalid  = block_request[0].wvalid;
    m_axil_wdata   = block_request[0].wdata;
    m_axil_wstrb   = block_request[0].wstrb;
    m_axil_bready  = block_request[0].bready;
    m_axil_arvalid = block_request[0].arvalid;
    m_axil_araddr  = block_request[0].araddr;
    m_axil_arprot  = block_request[0].arprot;
    m_axil_rready  = block_request[0].rready;
  end

  assign block_response[0] = '{
      awready: m_axil_awready,
      wready: m_axil_wready,
      bvalid: m_axil_bvalid,
      bresp: m_axil_bresp,
      arready: m_axil_arready,
      rvalid: m_axil_rvalid,
      rdata: m_axil_rdata,
      rresp: m_axil_rresp
  };

  msi_axil_split u_split (
      .clk,
      .rst_n,
      .axil_request,
      .aw_upper(s_axil_awaddr[7]),
      .ar_upper(s_axil_araddr[7]),
      .axil_response,
      .block_request,
      .block_response
  );

  msi_bridge_registers #(
      .ADDR_WIDTH    (ADDR_WIDTH),
      .DATA_WIDTH    (DATA_WIDTH),
      .ID_WIDTH      (ID_WIDTH),
      .OUTSTANDING   (OUTSTANDING),
      .USER_SHIFT    (USER_SHIFT),
      .ITS_PORT      (ITS_PORT),
      .COUNTER_WIDTH (COUNTER_WIDTH),
      .DOORBELL_RESET(DOORBELL_RESET),
      .MSI64_RESET   (MSI64_RESET)
  ) u_registers (
      .clk,
      .rst_n,
      .axil_request (block_request[1]),
      .axil_response(block_response[1]),
      .doorbell_base,
      .msi64_base,
      .refused_okay,
      .dropped_slverr,
      .msi64,
      .check_all,
      .write_refused_valid,
      .write_refused_reason,
      .write_refused_target,
      .write_refused_rid,
      .write_refused_address,
      .write_refused_id,
      .read_refused_valid,
      .read_refused_reason,
      .read_refused_target,
      .read_refused_rid,
      .read_refused_address,
      .read_refused_id,
      .its_error_valid,
      .its_error_resp,
      .alert
  );

endmodule

`default_nettype wire
