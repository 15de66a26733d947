// SPDX-License-Identifier: MIT
//
// What is a message (T1), what passes (T2)? Decides of one packet, from its header.
//
// Contract: combinational. facts are those of a packet with this header, for the doorbell's page of 64 KiB,
// if the packet has no error and as many data as the header announces. A memory request that crosses 4 KiB is
// malformed, so that none that begins outside of the page reaches into it.

`default_nettype none

module msi_tlp_decode
  import msi_tlp_pkg::*;
(
    input  wire logic [63:16] page,
    input  wire header_t      header,
    output facts_t            facts
);

  localparam logic [15:2] DOORBELL = msi_axi_pkg::DOORBELL_OFFSET[15:2];

  logic        read, write, atomic, memory, other;
  logic [63:2] address;

  always_comb begin
    unique case ({header.fmt, header.kind}) inside
      {3'b00?, 5'b0000?}: {read, write, atomic, other} = 4'b1000;  // MRd, MRdLk
      {3'b01?, 5'b00000}: {read, write, atomic, other} = 4'b0100;  // MWr
      {3'b01?, 5'b01100}, {3'b01?, 5'b01101}, {3'b01?, 5'b01110},  // FetchAdd, Swap, CAS
      {3'b01?, 5'b11011}: {read, write, atomic, other} = 4'b0010;  // DMWr
      {3'b0?0, 5'b00010}, {3'b0?0, 5'b0010?},                      // I/O, configuration
      {3'b0?0, 5'b0101?}, {3'b0?1, 5'b10???}: {read, write, atomic, other} = 4'b0001;  // Cpl, Msg
      default:            {read, write, atomic, other} = 4'b0000;
    endcase
    memory  = read || write || atomic;
    address = header.fmt[0] ? {header.dword_2, header.dword_3[31:2]} : {32'd0, header.dword_2[31:2]};

    facts.data      = header.fmt[1];
    facts.last      = header.length - 10'd1;  // a length of 0 is 1,024
    facts.completes = read || atomic;
    facts.write     = write;
    facts.half      = !header.first_enables[3];

    facts.fate = FATE_PASSES;
    if (!memory && !other) begin
      facts.fate = FATE_MALFORMED;
    end else if (memory && 11'(address[11:2]) + 11'(facts.last) > 11'd1023) begin
      facts.fate = FATE_MALFORMED;
    end else if (memory && address[63:16] == page) begin
      if (header.poisoned) facts.fate = FATE_POISONED;
      else if (header.address_type != 2'b00) facts.fate = FATE_TRANSLATED;
      else if (read) facts.fate = FATE_READ;
      else if (atomic) facts.fate = FATE_ATOMIC;
      else if (facts.last != '0) facts.fate = FATE_LENGTH;
      else if ({header.first_enables, header.last_enables} == '0) facts.fate = FATE_FLUSH;
      else if (address[15:2] != DOORBELL) facts.fate = FATE_OFFSET;
      else if (!(header.first_enables inside {4'b1111, 4'b0011}) || header.last_enables != '0)
        facts.fate = FATE_ENABLES;
      else facts.fate = FATE_MESSAGE;
    end
  end

  // None of these matters.
  wire unused = &{1'b0, header.t9, header.traffic_class, header.t8, header.attribute, header.ln, header.th,
                  header.digest, header.attributes, header.rid, header.tag, header.dword_3[1:0]};

endmodule

`default_nettype wire
