// SPDX-License-Identifier: MIT
//
// To copy from: the translator with all its parameters and ports, and what to connect where one is not
// used. As it stands: a root port on s_msi, no events, nobody at retire, `alert` as an interrupt.
// docs/integration.md says what the neighbours have to do; `make test` elaborates this file.

`default_nettype none

module instantiation (
    input  wire logic        clk,
    input  wire logic        rst_n,  // synchronous to clk, active low, the neighbours' as well

    // from the processor
    input  wire logic        axil_awvalid,
    output logic             axil_awready,
    input  wire logic [6:0]  axil_awaddr,
    input  wire logic        axil_wvalid,
    output logic             axil_wready,
    input  wire logic [31:0] axil_wdata,
    input  wire logic [3:0]  axil_wstrb,
    output logic             axil_bvalid,
    input  wire logic        axil_bready,
    output logic      [1:0]  axil_bresp,
    input  wire logic        axil_arvalid,
    output logic             axil_arready,
    input  wire logic [6:0]  axil_araddr,
    output logic             axil_rvalid,
    input  wire logic        axil_rready,
    output logic      [31:0] axil_rdata,
    output logic      [1:0]  axil_rresp,

    // from the root port: memory writes to the ITS's translation register, and those alone
    input  wire logic        port_valid,
    output logic             port_ready,
    input  wire logic [15:0] port_requester_id,
    input  wire logic [63:0] port_address,
    input  wire logic [31:0] port_data,

    // to the ITS
    output logic             its_valid,
    input  wire logic        its_ready,
    output logic      [31:0] its_devid,
    output logic      [63:0] its_address,
    output logic      [31:0] its_data,

    // to the interrupt controller
    output logic             drop_interrupt
);

  // Which target the root port is: a constant, never anything that a device has a say in.
  localparam logic [15:0] PORT_TARGET = 16'd0;

  // What is left open is so on purpose.
  // verilator lint_off PINCONNECTEMPTY
  msi_translator #(
      .RANGES       (16),  // as many as there are root ports
      .CONNECTIONS  (8),   // as many as there are segments
      .TARGETS      (32),  // as many as there are sources on s_msi, or as routes are made from
      .ROUTES       (64),  // as many as there are events on s_evt; 1 without any
      .COUNTER_WIDTH(32),  // bits of each counter; they stop at their largest value
      .CHECK_DEFAULT_RID(1),  // 1: a port's own requester ID is held against its bus range, too
      .DEVID_BITS   (32)   // what GITS_TYPER.Devbits says, plus 1: 16 is segment 0 alone
  ) u_msi_translator (
      .clk,
      .rst_n,

      // Registers: always needed, after reset the tables are empty and all messages are dropped.
      .s_axil_awvalid(axil_awvalid),
      .s_axil_awready(axil_awready),
      .s_axil_awaddr (axil_awaddr),
      .s_axil_awprot ('0),           // not looked at
      .s_axil_wvalid (axil_wvalid),
      .s_axil_wready (axil_wready),
      .s_axil_wdata  (axil_wdata),
      .s_axil_wstrb  (axil_wstrb),
      .s_axil_bvalid (axil_bvalid),
      .s_axil_bready (axil_bready),
      .s_axil_bresp  (axil_bresp),   // always OKAY
      .s_axil_arvalid(axil_arvalid),
      .s_axil_arready(axil_arready),
      .s_axil_araddr (axil_araddr),
      .s_axil_arprot ('0),           // not looked at
      .s_axil_rvalid (axil_rvalid),
      .s_axil_rready (axil_rready),
      .s_axil_rdata  (axil_rdata),
      .s_axil_rresp  (axil_rresp),   // always OKAY

      // Messages of devices. Not used: valid and all payload 0, ready open.
      .s_msi_valid       (port_valid),
      .s_msi_ready       (port_ready),
      .s_msi_target      (PORT_TARGET),
      .s_msi_explicit_rid(1'b1),     // 0: the target's own requester ID (R2)
      .s_msi_rid         (port_requester_id),
      .s_msi_address     (port_address),
      .s_msi_data        (port_data),

      // Events of routes. Not used, as here: valid and payload 0, ready open.
      .s_evt_valid(1'b0),
      .s_evt_ready(),
      .s_evt_route('0),

      // Bus ranges from hardware: msi_bus_snoop drives it. Not used, as here: valid and payload 0, ready open.
      .s_range_valid(1'b0),
      .s_range_ready(),
      .s_range_range('0),
      .s_range_secondary('0),
      .s_range_subordinate('0),

      // Messages to the ITS: always needed. While ready is low, everything waits, commands as well.
      .m_msi_valid  (its_valid),
      .m_msi_ready  (its_ready),
      .m_msi_devid  (its_devid),
      .m_msi_address(its_address),
      .m_msi_data   (its_data),

      // Records of what was done, for trace units and checkers. Not used, as here: all open.
      .retire_valid          (),
      .retire_source         (),
      .retire_operation      (),
      .retire_range          (),
      .retire_connection     (),
      .retire_target         (),
      .retire_route          (),
      .retire_secondary      (),
      .retire_subordinate    (),
      .retire_rid_offset     (),
      .retire_devid_base     (),
      .retire_rid            (),
      .retire_address        (),
      .retire_data           (),
      .retire_answer         (),
      .retire_bdf            (),
      .retire_sent           (),
      .retire_message_devid  (),
      .retire_message_address(),
      .retire_message_data   (),

      // Level: something was dropped. Not used: open, and software polls the register ALERT.
      .alert(drop_interrupt)
  );
  // verilator lint_on PINCONNECTEMPTY

endmodule

`default_nettype wire
