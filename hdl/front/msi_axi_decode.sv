// SPDX-License-Identifier: MIT
//
// What is a message (B1)? Decides of one write, from its address and what is known of its beats.
//
// Contract: combinational. The doorbell's page is that of page; burst says that the write has more than one beat,
// strobes which bytes of its last beat are selected. Strobes decide, the size of a beat does not matter.
// A message's address is that of the dword itself: AXI4 has no lower address for a beat that selects the
// first byte of this dword, since it is the first of a beat at every legal width. What is no message is told
// apart by why_refused of msi_axi_pkg.

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
    output facts_t                      facts
);

  always_comb begin
    facts.message = address == {page, DOORBELL_OFFSET} && !burst &&
        (strobes == STROBES_DWORD || strobes == STROBES_HALF);
    facts.outside = address[ADDR_WIDTH-1:16] != page;
    facts.burst   = burst;
    facts.empty   = strobes == STROBES_NONE;
    facts.offset  = address[15:2] != DOORBELL_OFFSET[15:2];
  end

endmodule

`default_nettype wire
