// SPDX-License-Identifier: MIT
//
// What is a message (B1)? Decides of one write, from its address and what is known of its beats.
//
// Contract: combinational. The doorbell's page is that of page; burst says that it has more than one beat,
// strobes which bytes of its (last) beat are selected. Strobes decide, the size of a beat does not matter.
// A message's address is that of the dword itself: AXI4 has no lower address for a beat that selects the
// first byte of this dword, since it is the first of a beat at every legal width.

`default_nettype none

module msi_axi_decode
  import msi_axi_pkg::*;
#(
    parameter int unsigned ADDR_WIDTH = 64  // bits of an address, 32 to 64
) (
    input  wire logic [ADDR_WIDTH-1:16] page,
    input  wire logic [ADDR_WIDTH-1:0]  address,
    input  wire logic                   burst,
    input  wire strobes_e               strobes,
    output write_e                      write,
    output refused_e                    reason  // with WRITE_REFUSED; otherwise REFUSED_NOT
);

  always_comb begin
    write  = WRITE_REFUSED;
    reason = REFUSED_NOT;
    if (address[ADDR_WIDTH-1:16] != page) reason = REFUSED_OUTSIDE;
    else if (burst) reason = REFUSED_BURST;
    else if (strobes == STROBES_NONE) write = WRITE_FLUSH;
    else if (address[15:2] != DOORBELL_OFFSET[15:2]) reason = REFUSED_OFFSET;
    else if (strobes == STROBES_OTHER || address[1:0] != DOORBELL_OFFSET[1:0]) begin
      reason = REFUSED_STROBES;
    end else begin
      write = WRITE_MESSAGE;
    end
  end

endmodule

`default_nettype wire
