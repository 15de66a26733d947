// SPDX-License-Identifier: MIT
//
// Two register blocks on one AXI4-Lite bus: the uppermost bit of an address says which of them.
//
//   axil ─► one write, one read at a time ─┬─► block 0
//                                          └─► block 1
//
// Contract: each channel is valid/ready (H2). aw_upper and ar_upper come with awaddr and araddr, as the bit
// above them. Each write and each read is handed to the block that this bit names, once and as it came,
// and the block's response is handed back; so responses come in the order of their addresses. Addresses
// and data of writes are taken in whichever order they come, data up to one write ahead. The next address is
// taken when the response before it was; reads and writes do not wait for one another. Nothing is offered to
// a block before the cycle after it was taken; the block's response shows at once. No ready depends on an
// input, but the blocks' bready and rready, which are those of the bus. A block responds to what it has taken,
// and to nothing else.

`default_nettype none

module msi_axil_split
  import msi_axil_pkg::*;
(
    input  wire logic                 clk,
    input  wire logic                 rst_n,
    input  wire axil_request_t        axil_request,
    input  wire logic                 aw_upper,
    input  wire logic                 ar_upper,
    output axil_response_t            axil_response,  // excused toggle: no register answers with an error
    output axil_request_t       [1:0] block_request,
    input  wire axil_response_t [1:0] block_response  // excused toggle: no register answers with an error
);

  typedef struct packed {
    logic                     upper;
    logic [ADDRESS_WIDTH-1:0] address;  // excused toggle: the registers are words
    logic [2:0]               prot;
  } address_t;

  // An access is open from its address to its response; waits: the block has not taken it yet.
  logic        write_open_q, read_open_q;
  logic        aw_waits_q, w_waits_q, ar_waits_q;
  address_t    aw_q, ar_q;  // excused toggle: the registers are words
  logic        w_valid_q;  // data is there, for the open write or the next one
  logic [31:0] wdata_q;
  logic [3:0]  wstrb_q;

  axil_response_t writes, reads;  // excused toggle: no register answers with an error
  logic           aw_taken, w_taken, ar_taken;

  always_comb begin  // what the block of the open access says
    writes   = block_response[aw_q.upper];
    reads    = block_response[ar_q.upper];
    aw_taken = aw_waits_q && writes.awready;
    w_taken  = w_waits_q && w_valid_q && writes.wready;
    ar_taken = ar_waits_q && reads.arready;
  end

  always_ff @(posedge clk) begin
    write_open_q <= write_open_q ? !(axil_response.bvalid && axil_request.bready) : axil_request.awvalid;
    read_open_q  <= read_open_q ? !(axil_response.rvalid && axil_request.rready) : axil_request.arvalid;
    aw_waits_q   <= write_open_q ? aw_waits_q && !aw_taken : axil_request.awvalid;
    w_waits_q    <= write_open_q ? w_waits_q && !w_taken : axil_request.awvalid;
    ar_waits_q   <= read_open_q ? ar_waits_q && !ar_taken : axil_request.arvalid;
    w_valid_q    <= w_valid_q ? !w_taken : axil_request.wvalid;
    if (!write_open_q) aw_q <= {aw_upper, axil_request.awaddr, axil_request.awprot};
    if (!read_open_q) ar_q <= {ar_upper, axil_request.araddr, axil_request.arprot};
    if (!w_valid_q) begin
      wdata_q <= axil_request.wdata;
      wstrb_q <= axil_request.wstrb;
    end
    if (!rst_n) begin
      write_open_q <= 1'b0;
      read_open_q  <= 1'b0;
      aw_waits_q   <= 1'b0;
      w_waits_q    <= 1'b0;
      ar_waits_q   <= 1'b0;
      w_valid_q    <= 1'b0;
    end
  end

  for (genvar i = 0; i < 2; i++) begin : gen_block
    assign block_request[i] = '{
        awvalid: aw_waits_q && aw_q.upper == i[0],
        awaddr: aw_q.address,
        awprot: aw_q.prot,
        wvalid: w_waits_q && w_valid_q && aw_q.upper == i[0],
        wdata: wdata_q,
        wstrb: wstrb_q,
        bready: axil_request.bready && write_open_q && aw_q.upper == i[0],
        arvalid: ar_waits_q && ar_q.upper == i[0],
        araddr: ar_q.address,
        arprot: ar_q.prot,
        rready: axil_request.rready && read_open_q && ar_q.upper == i[0]
    };
  end

  assign axil_response = '{
      awready: !write_open_q,
      wready: !w_valid_q,
      bvalid: write_open_q && writes.bvalid,
      bresp: writes.bresp,
      arready: !read_open_q,
      rvalid: read_open_q && reads.rvalid,
      rdata: reads.rdata,
      rresp: reads.rresp
  };

endmodule

`default_nettype wire
