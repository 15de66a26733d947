// SPDX-License-Identifier: MIT
//
// What the ends for AXI4 say: where the doorbell is, responses, and the reasons for which a write is refused.

`default_nettype none

package msi_axi_pkg;

  typedef enum logic [1:0] {
    RESP_OKAY   = 2'b00,
    RESP_EXOKAY = 2'b01,
    RESP_SLVERR = 2'b10,
    RESP_DECERR = 2'b11
  } resp_e;

  // The doorbell: the offset of GITS_TRANSLATER in its page of 64 KiB, and of MSI-64 in its own.
  localparam logic [15:0] DOORBELL_OFFSET = 16'h0040;

  // Why a write is refused: the first of these that is so.
  typedef enum logic [3:0] {
    REFUSED_NOT     = 4'd0,  // it is not
    REFUSED_OUTSIDE = 4'd1,  // its address is outside of the doorbell's page
    REFUSED_BURST   = 4'd2,  // it has more than one beat
    REFUSED_OFFSET  = 4'd3,  // its address is not in the dword at the doorbell's offset
    REFUSED_STROBES = 4'd4,  // its strobes select something else than this dword or its lower half
    REFUSED_READ    = 4'd5,  // it is a read of the page
    REFUSED_SOURCE  = 4'd6   // its requester ID is not in the bus range of its target
  } refused_e;

  // Which bytes of a beat at the doorbell the strobes select.
  typedef enum logic [1:0] {
    STROBES_NONE  = 2'd0,
    STROBES_HALF  = 2'd1,  // bytes 0 and 1
    STROBES_DWORD = 2'd2,  // bytes 0 to 3
    STROBES_OTHER = 2'd3
  } strobes_e;

  // What is known of a write once its last beat is there. With message nothing else is so.
  typedef struct packed {
    logic message;
    logic outside;  // of the doorbell's page
    logic burst;    // more than one beat
    logic empty;    // no strobe in its last beat
    logic offset;   // another dword than the doorbell's
  } facts_t;

  // Why a write is refused that these facts are known of: REFUSED_NOT if it is a message or a flush.
  function automatic refused_e why_refused(facts_t facts);
    if (facts.message) return REFUSED_NOT;
    if (facts.outside) return REFUSED_OUTSIDE;
    if (facts.burst) return REFUSED_BURST;
    if (facts.empty) return REFUSED_NOT;
    if (facts.offset) return REFUSED_OFFSET;
    return REFUSED_STROBES;
  endfunction

endpackage

`default_nettype wire
