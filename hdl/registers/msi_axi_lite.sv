// SPDX-License-Identifier: MIT
//
// AXI4-Lite to the plain interface of the generated register block (PeakRDL's "passthrough"): one
// access at a time, at most one in two cycles.
//
// Contract: each channel is valid/ready (H2) and independent of the others: a write is carried out
// when its address and its data are both there, in whichever order they came. An access is offered
// while req is high, until its stall is low, and is over with its ack, in that cycle or later; its address
// stays until then. A
// response that is not taken holds up accesses of its own kind only. While hold is high, none starts. No
// ready depends on an input.

`default_nettype none

module msi_axi_lite
  import msi_axil_pkg::*;
(
    input  wire logic                     clk,
    input  wire logic                     rst_n,
    input  wire axil_request_t            axil_request,
    output axil_response_t                axil_response,  // excused toggle: no register answers with an error

    input  wire logic                     hold,  // no access starts
    output logic                          req,
    output logic                          req_is_wr,
    output logic      [ADDRESS_WIDTH-1:0] addr,  // excused toggle: the registers are words
    output logic      [31:0]              wr_data,
    output logic      [31:0]              wr_biten,
    input  wire logic                     req_stall_wr,
    input  wire logic                     req_stall_rd,
    input  wire logic                     rd_ack,
    input  wire logic                     rd_err,  // excused toggle: no register answers with an error
    input  wire logic [31:0]              rd_data,
    input  wire logic                     wr_ack,
    input  wire logic                     wr_err  // excused toggle: no register answers with an error
);

  typedef logic [ADDRESS_WIDTH-1:2] word_address_t;

  // What was taken from each channel and not carried out yet.
  logic          aw_valid_q, w_valid_q, ar_valid_q;
  word_address_t aw_address_q, ar_address_q;
  logic [31:0]   wdata_q;
  logic [3:0]    wstrb_q;

  // The access, and the responses.
  logic          req_q, busy_q, is_wr_q;
  word_address_t address_q;
  logic          bvalid_q, rvalid_q;
  logic          berror_q, rerror_q;
  logic [31:0]   rdata_q;

  logic start_write, start_read;

  always_comb begin
    start_write = aw_valid_q && w_valid_q && !bvalid_q && !busy_q && !hold;
    start_read  = ar_valid_q && !rvalid_q && !busy_q && !hold && !start_write;
  end

  always_ff @(posedge clk) begin
    aw_valid_q <= aw_valid_q ? !start_write : axil_request.awvalid;
    w_valid_q  <= w_valid_q ? !(wr_ack && busy_q) : axil_request.wvalid;
    ar_valid_q <= ar_valid_q ? !start_read : axil_request.arvalid;
    if (!aw_valid_q) aw_address_q <= axil_request.awaddr[ADDRESS_WIDTH-1:2];
    if (!ar_valid_q) ar_address_q <= axil_request.araddr[ADDRESS_WIDTH-1:2];
    if (!w_valid_q) begin
      wdata_q <= axil_request.wdata;
      wstrb_q <= axil_request.wstrb;
    end

    req_q  <= start_write || start_read || (req_q && (is_wr_q ? req_stall_wr : req_stall_rd));
    busy_q <= start_write || start_read || (busy_q && !wr_ack && !rd_ack);
    if (!busy_q) begin
      is_wr_q   <= start_write;
      address_q <= start_write ? aw_address_q : ar_address_q;
    end

    bvalid_q <= bvalid_q ? !axil_request.bready : wr_ack;
    rvalid_q <= rvalid_q ? !axil_request.rready : rd_ack;
    if (wr_ack) berror_q <= wr_err;
    if (rd_ack) begin
      rerror_q <= rd_err;
      rdata_q  <= rd_data;
    end

    if (!rst_n) begin
      aw_valid_q <= 1'b0;
      w_valid_q  <= 1'b0;
      ar_valid_q <= 1'b0;
      req_q      <= 1'b0;
      busy_q     <= 1'b0;
      bvalid_q   <= 1'b0;
      rvalid_q   <= 1'b0;
    end
  end

  assign axil_response = '{
      awready: !aw_valid_q,
      wready: !w_valid_q,
      bvalid: bvalid_q,
      bresp: {berror_q, 1'b0},
      arready: !ar_valid_q,
      rvalid: rvalid_q,
      rdata: rdata_q,
      rresp: {rerror_q, 1'b0}
  };

  assign req       = req_q;
  assign req_is_wr = is_wr_q;
  assign addr      = {address_q, 2'b00};
  assign wr_data   = wdata_q;
  for (genvar i = 0; i < 32; i++) begin : gen_wr_biten
    assign wr_biten[i] = wstrb_q[i/8];
  end

  logic unused;
  assign unused = ^{axil_request.awprot, axil_request.arprot, axil_request.awaddr[1:0], axil_request.araddr[1:0]};

endmodule

`default_nettype wire
