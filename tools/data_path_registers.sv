// SPDX-License-Identifier: MIT
//
// Stands for msi_registers where `make synth` measures the data path alone: a command from nowhere,
// and flip-flops for what the registers would take. All of them belong to the measurement: their
// names start with stub_, and tools/synth.py does not count them.

`default_nettype none

module msi_registers
  import msi_axil_pkg::*;
  import msi_csr_pkg::*;
  import msi_pkg::*;
#(
    parameter int unsigned RANGES        = 16,
    parameter int unsigned CONNECTIONS   = 8,
    parameter int unsigned TARGETS       = 32,
    parameter int unsigned ROUTES        = 64,
    parameter int unsigned COUNTER_WIDTH = 32,
    parameter bit          CHECK_DEFAULT_RID = 1'b0,
    parameter int unsigned DEVID_BITS    = 32
) (
    input  wire logic        clk,
    input  wire logic        rst_n,

    input  wire axil_request_t  axil_request,
    output axil_response_t      axil_response,

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
    stub_valid_q      <= axil_request.awvalid;
    stub_command_q    <= {stub_command_q[$bits(command_t)-2:0], axil_request.wdata[0]};
    stub_ready_q      <= command_ready;
    stub_clearing_q   <= clearing;
    stub_drop_valid_q <= drop_valid;
    stub_drop_q       <= drop;
  end

  assign command_valid = stub_valid_q;
  assign command       = stub_command_q;

  assign axil_response = '0;
  assign alert          = 1'b0;

endmodule

`default_nettype wire
