// SPDX-License-Identifier: MIT
//
// What the blocks for PCIe say of a transaction layer packet (TLP): where its header has what, which kinds there
// are, and what becomes of it. Names and numbers are those of the PCI Express Base Specification, chapter 2.

`default_nettype none

package msi_tlp_pkg;

  // A header of 3 or 4 dwords, as the specification draws it; what it is called here is what a memory request has.
  typedef struct packed {
    logic [2:0]  fmt;
    logic [4:0]  kind;  // Type
    logic        t9;
    logic [2:0]  traffic_class;
    logic        t8;
    logic        attribute;
    logic        ln;
    logic        th;
    logic        digest;    // TD
    logic        poisoned;  // EP
    logic [1:0]  attributes;
    logic [1:0]  address_type;
    logic [9:0]  length;
    logic [15:0] rid;
    logic [7:0]  tag;
    logic [3:0]  last_enables;
    logic [3:0]  first_enables;
    logic [31:0] dword_2;   // an address of 32 bits, or the upper half of one of 64
    logic [31:0] dword_3;   // its lower half
  } header_t;

  // What becomes of a packet. The first ten are the codes of removed_reason and the indexes of removed_counts.
  typedef enum logic [3:0] {
    FATE_FLUSH      = 4'd0,   // a write of no byte to the doorbell's page: consumed, and that is all
    FATE_MALFORMED  = 4'd1,   // no packet that PCIe has
    FATE_ERROR      = 4'd2,   // to the page, but erroneous: the link or the core says so
    FATE_POISONED   = 4'd3,   // to the page, but its data are: EP
    FATE_TRANSLATED = 4'd4,   // to the page, but not by an untranslated address: AT
    FATE_READ       = 4'd5,   // to the page, but a read
    FATE_ATOMIC     = 4'd6,   // to the page, but an atomic operation or a deferrable write
    FATE_LENGTH     = 4'd7,   // to the page, but of more than a dword
    FATE_OFFSET     = 4'd8,   // to the page, but to another dword than the doorbell
    FATE_ENABLES    = 4'd9,   // to the doorbell, but not to the dword or exactly its lower half
    FATE_MESSAGE    = 4'd10,  // becomes a message
    FATE_PASSES     = 4'd11,  // passes
    FATE_TOLD       = 4'd12   // the rest of one that was cut, and reported: it disappears
  } fate_e;

  localparam int unsigned COUNTED = 10;  // fates with a counter

  // What a header says.
  typedef struct packed {
    fate_e      fate;       // if the packet has what the header announces, and no error
    logic       completes;  // a request that wants a completion
    logic       write;      // a memory write
    logic       half;       // the message has 16 bits
    logic       data;       // the packet has some, ...
    logic [9:0] last;       // ... so many dwords and one
  } facts_t;

endpackage

`default_nettype wire
