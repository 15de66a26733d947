// SPDX-License-Identifier: MIT
//
// The ARG registers: kept twice, in flip-flops for the command that takes them all at once, and in a small
// memory to read them back from, which costs less than to choose among them.
//
// Contract: a write changes the bytes of register index whose strobes are set; registers have the bytes that
// BYTES names. It shows on words from the second cycle after it on. read_data is register index of the
// cycle before, with what was written two cycles before that. After reset, busy is high while all
// registers are cleared; the user neither writes nor reads then, nor in the cycle after it, and keeps index
// below WORDS.

`default_nettype none

module msi_arguments #(
    parameter int unsigned          WORDS = 7,     // registers, 2 to 8
    parameter logic [WORDS-1:0][3:0] BYTES = '1,   // which bytes each of them has
    localparam int unsigned         INDEX_WIDTH = 3
) (
    input  wire logic                   clk,
    input  wire logic                   rst_n,
    output logic                        busy,
    input  wire logic                   write,
    input  wire logic [INDEX_WIDTH-1:0] index,
    input  wire logic [3:0]             strobes,
    input  wire logic [31:0]            data,
    output logic      [31:0]            read_data,
    output logic      [WORDS-1:0][31:0] words
);

  if (WORDS < 2 || WORDS > 8) begin : gen_words_illegal
    $error("msi_arguments: WORDS must be 2 to 8");
  end

  logic [$clog2(WORDS)-1:0] clear_index;

  msi_clear #(
      .ENTRIES(WORDS)
  ) u_clear (
      .clk,
      .rst_n,
      .clearing(busy),
      .index   (clear_index)
  );

  // A write, or the clearing of one register; carried out one cycle later.
  logic [3:0]             strobes_q;
  logic [INDEX_WIDTH-1:0] index_q;
  logic [31:0]            data_q;

  always_ff @(posedge clk) begin
    strobes_q <= '0;
    for (int unsigned i = 0; i < WORDS; i++) begin
      if (write && index == INDEX_WIDTH'(i)) strobes_q <= strobes & BYTES[i];
    end
    index_q   <= index;
    data_q    <= data;
    if (busy) begin
      strobes_q <= '1;
      index_q   <= INDEX_WIDTH'(clear_index);
      data_q    <= '0;
    end
  end

  logic [3:0][7:0]        entries[2**INDEX_WIDTH];
  logic [WORDS-1:0][31:0] words_q;

  always_ff @(posedge clk) begin
    for (int unsigned i = 0; i < 4; i++) begin
      if (strobes_q[i]) begin
        entries[index_q][i] <= data_q[8*i+:8];
        for (int unsigned j = 0; j < WORDS; j++) begin
          if (index_q == INDEX_WIDTH'(j)) words_q[j][8*i+:8] <= data_q[8*i+:8];
        end
      end
    end
  end

  logic [31:0] read_data_q;
  always_ff @(posedge clk) read_data_q <= entries[index];

  assign read_data = read_data_q;
  assign words     = words_q;

endmodule

`default_nettype wire
