// SPDX-License-Identifier: MIT
//
// Proof of msi_tlp_decode: exactly which headers make a message (T1), which packets are removed and why (T2), which
// headers PCIe does not have (T4). Stated once more, from the bytes of a header as they are on the wire.

`default_nettype none

module prove_tlp_decode
  import msi_tlp_pkg::*;
(
    input wire logic         clk,
    input wire logic [63:16] page,
    input wire header_t      header
);

  facts_t facts;

  msi_tlp_decode dut (.*);

  // ---- a header, byte by byte (2.2 of the specification of PCI Express) ---------------------------

  logic [15:0][7:0] bytes;  // in the order of the wire
  logic             four, data;
  logic [63:0]      address;
  logic [10:0]      length;
  logic             request, reads, writes, atomic, known;
  logic             in_page, untranslated, poisoned;
  logic [63:0]      last_byte;  // that it reads or writes
  logic             crosses;

  always_comb begin
    for (int unsigned i = 0; i < 16; i++) bytes[i] = header[127-8*i-:8];
    four    = bytes[0][5];
    data    = bytes[0][6];
    address = four ? {bytes[8], bytes[9], bytes[10], bytes[11],
                      bytes[12], bytes[13], bytes[14], bytes[15]} :
        {32'd0, bytes[8], bytes[9], bytes[10], bytes[11]};
    address[1:0] = 2'b00;
    length       = {1'b0, bytes[2][1:0], bytes[3]};
    if (length == 0) length = 11'd1024;
    poisoned     = bytes[2][6];
    untranslated = bytes[2][3:2] == 2'b00;

    reads   = bytes[0] inside {8'h00, 8'h20, 8'h01, 8'h21};
    writes  = bytes[0] inside {8'h40, 8'h60};
    atomic  = bytes[0] inside {8'h4C, 8'h6C, 8'h4D, 8'h6D, 8'h4E, 8'h6E, 8'h5B, 8'h7B};
    request = reads || writes || atomic;
    known   = request ||
        bytes[0] inside {8'h02, 8'h42, 8'h04, 8'h44, 8'h05, 8'h45, 8'h0A, 8'h4A, 8'h0B, 8'h4B} ||
        bytes[0] inside {[8'h30 : 8'h37], [8'h70 : 8'h77]};

    in_page   = address[63:16] == page;
    last_byte = address + {51'd0, length, 2'b00} - 64'd1;
    crosses   = last_byte[63:12] != address[63:12];
  end

  // ---- properties ---------------------------------------------------------------------------------

  always_comb begin
    T1_exactly_these_are_messages :
    assert ((facts.fate == FATE_MESSAGE) ==
            (writes && length == 1 && address == {page, 16'h0040} && !poisoned && untranslated &&
             (bytes[7] == 8'h0F || bytes[7] == 8'h03)));
    T1_half : assert (facts.fate != FATE_MESSAGE || facts.half == (bytes[7] == 8'h03));
    T2_passes :
    assert ((facts.fate == FATE_PASSES) == (known && !(request && (in_page || crosses))));
    T2_flush :
    assert ((facts.fate == FATE_FLUSH) ==
            (writes && in_page && length == 1 && !poisoned && untranslated && bytes[7] == 8'h00));
    T4_malformed : assert ((facts.fate == FATE_MALFORMED) == (!known || (request && crosses)));
    if (request && in_page && !crosses) begin
      T2_poisoned : assert ((facts.fate == FATE_POISONED) == poisoned);
      T2_translated : assert ((facts.fate == FATE_TRANSLATED) == (!poisoned && !untranslated));
      T2_read : assert ((facts.fate == FATE_READ) == (reads && !poisoned && untranslated));
      T2_atomic : assert ((facts.fate == FATE_ATOMIC) == (atomic && !poisoned && untranslated));
      T2_length :
      assert ((facts.fate == FATE_LENGTH) == (writes && length > 1 && !poisoned && untranslated));
      T2_offset :
      assert ((facts.fate == FATE_OFFSET) ==
              (writes && length == 1 && !poisoned && untranslated && bytes[7] != 8'h00 &&
               address[15:0] != 16'h0040));
      // None that begins outside of the page touches it, and none that begins in it leaves it.
      inv_stays_in_the_page : assert (last_byte[63:16] == page);
    end
    T2_outside_of_the_page :
    assert (!(facts.fate == FATE_PASSES && request) || (!in_page && last_byte[63:16] != page));
    T2_completes : assert (!known || facts.completes == (reads || atomic));
    T3_write : assert (!known || facts.write == writes);
    T4_length : assert (facts.data == data && 11'(facts.last) + 11'd1 == length);
    cover_message_of_three : cover (facts.fate == FATE_MESSAGE && !four);
    cover_message_of_four : cover (facts.fate == FATE_MESSAGE && four);
    cover_enables : cover (facts.fate == FATE_ENABLES);
    cover_passes : cover (facts.fate == FATE_PASSES && request);
  end

  wire unused = clk;

endmodule

`default_nettype wire
