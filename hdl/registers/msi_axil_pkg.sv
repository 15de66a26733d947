// SPDX-License-Identifier: MIT
//
// The signals of an AXI4-Lite interface of 32 bits, for the modules inside; the ports of msi_translator are
// flat.

`default_nettype none

package msi_axil_pkg;

  localparam int unsigned ADDRESS_WIDTH = msi_csr_pkg::MSI_CSR_MIN_ADDR_WIDTH;  // of a byte address

  // From the one that asks to the one that answers.
  typedef struct packed {
    logic                     awvalid;
    logic [ADDRESS_WIDTH-1:0] awaddr;
    logic [2:0]               awprot;
    logic                     wvalid;
    logic [31:0]              wdata;
    logic [3:0]               wstrb;
    logic                     bready;
    logic                     arvalid;
    logic [ADDRESS_WIDTH-1:0] araddr;
    logic [2:0]               arprot;
    logic                     rready;
  } axil_request_t;

  // And back.
  typedef struct packed {
    logic        awready;
    logic        wready;
    logic        bvalid;
    logic [1:0]  bresp;
    logic        arready;
    logic        rvalid;
    logic [31:0] rdata;
    logic [1:0]  rresp;
  } axil_response_t;

endpackage

`default_nettype wire
