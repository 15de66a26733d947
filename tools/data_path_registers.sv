// SPDX-License-Identifier: MIT
//
// Stands for msi_registers where `make synth` measures the data path alone: a command from nowhere,
// and flip-flops for what the registers would take. All of them belong to the measurement: their
// names start with stub_, and tools/synth.py does not count them.

`default_nettype none

module msi_registers
  import msi_csr_pkg::*;
  import msi_pkg::*;
#(
    parameter int unsigned RANGES        = 16,
    parameter int unsigned CONNECTIONS   = 8,
    parameter int unsigned TARGETS       = 32,
    parameter int unsigned ROUTES        = 64,
    parameter int unsigned COUNTER_WIDTH = 32
) (
    input  wire logic        clk,
    input  wire logic        rst_n,

    input  wire logic        s_axil_awvalid,
    output logic             s_axil_awready,
    input  wire logic [6:0]  s_axil_awaddr,
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
    input  wire logic [6:0]  s_axil_araddr,
    input  wire logic [2:0]  s_axil_arprot,
    output logic             s_axil_rvalid,
    input  wire logic        s_axil_rready,
    output logic      [31:0] s_axil_rdata,
    output logic      [1:0]  s_axil_rresp,

    output logic             command_valid,
    input  wire logic        command_ready,
    output command_t         command,

    input  wire logic        clearing,
    input  wire logic        retire_valid,
    input  wire source_e     retire_source,
    input  wire answer_e     retire_answer,
    input  wire logic [15:0] retire_bdf,
    input  wire logic        retire_sent,
    input  wire logic        drop_valid,
    input  wire drop_t       drop,

    output logic             alert
);

  (* keep *) logic     stub_valid_q;
  (* keep *) command_t stub_command_q;
  (* keep *) logic     stub_ready_q, stub_clearing_q, stub_drop_valid_q;
  (* keep *) drop_t    stub_drop_q;

  always_ff @(posedge clk) begin
    stub_valid_q      <= s_axil_awvalid;
    stub_command_q    <= {stub_command_q[$bits(command_t)-2:0], s_axil_wdata[0]};
    stub_ready_q      <= command_ready;
    stub_clearing_q   <= clearing;
    stub_drop_valid_q <= drop_valid;
    stub_drop_q       <= drop;
  end

  assign command_valid = stub_valid_q;
  assign command       = stub_command_q;

  assign s_axil_awready = 1'b0;
  assign s_axil_wready  = 1'b0;
  assign s_axil_bvalid  = 1'b0;
  assign s_axil_bresp   = '0;
  assign s_axil_arready = 1'b0;
  assign s_axil_rvalid  = 1'b0;
  assign s_axil_rdata   = '0;
  assign s_axil_rresp   = '0;
  assign alert          = 1'b0;

endmodule

`default_nettype wire
