// SPDX-License-Identifier: MIT
//
// Proof of msi_arguments: what was written to any of the registers is what is read back, and what the command
// would take, byte by byte; after a reset both are 0 (H6, H8).

`default_nettype none

module prove_arguments #(
    localparam int unsigned               WORDS = 8,
    localparam logic [WORDS-1:0][3:0] BYTES = {4'h3, {7{4'hF}}}
) (
    input wire logic        clk,
    input wire logic        rst_n,
    input wire logic        write,
    input wire logic [2:0]  index,
    input wire logic [3:0]  strobes,
    input wire logic [31:0] data,
    input wire logic [2:0]  watched   // a register: any, and always the same
);

  logic                   busy;
  logic [31:0]            read_data;
  logic [WORDS-1:0][31:0] words;

  msi_arguments #(
      .WORDS(WORDS),
      .BYTES(BYTES)
  ) dut (.*);

  logic       started_q = 1'b0;
  logic [2:0] watched_q;
  logic       busy_q, after_reset_q;
  always_ff @(posedge clk) begin
    after_reset_q <= !rst_n;
    started_q <= 1'b1;
    watched_q <= watched;
    busy_q    <= busy || !rst_n;
  end

  // What was written, and what was written before the last cycle.
  logic [31:0] value_q, shown_q, read_q;
  logic        reads_q;  // the last cycle was one to read the register in
  logic [3:0]  bytes;
  logic [31:0] word, read_word;

  always_comb begin
    begins_in_reset : assume (started_q || !rst_n);
    one_is_watched : assume (!started_q || watched == watched_q);
    not_while_busy : assume (!write || (!busy && !busy_q));
    bytes = '0;
    word  = '0;
    for (int unsigned i = 0; i < WORDS; i++) begin
      if (watched == i) begin
        bytes = BYTES[i];
        word  = words[i];
      end
    end
  end

  always_ff @(posedge clk) begin
    for (int unsigned i = 0; i < 4; i++) begin
      if (write && index == watched && strobes[i] && bytes[i]) value_q[8*i+:8] <= data[8*i+:8];
    end
    shown_q <= value_q;
    read_q  <= shown_q;
    reads_q <= rst_n && !busy && !busy_q && index == watched;
    if (!rst_n || busy) value_q <= '0;
  end

  // ---- what induction needs to know of the registers ----------------------------------------------

  logic [31:0] entry, next_entry, next_word;  // after what is under way
  always_comb begin
    entry      = dut.entries[watched];
    next_entry = entry;
    next_word  = word;
    if (dut.index_q == watched) begin
      for (int unsigned i = 0; i < 4; i++) begin
        if (dut.strobes_q[i]) begin
          next_entry[8*i+:8] = dut.data_q[8*i+:8];
          next_word[8*i+:8]  = dut.data_q[8*i+:8];
        end
      end
    end
  end

  always_comb begin
    if (started_q) begin
      H6_read_back : assert (!reads_q || read_data == read_q);
      H6_taken_by_the_command : assert (busy || busy_q || word == shown_q);
      H8_busy_after_reset : assert (!after_reset_q || busy);

      inv_next :
      assert ((busy && watched >= dut.u_clear.index_q) ||
              (next_entry == value_q && next_word == value_q));
      inv_shown : assert (busy || busy_q || (entry == shown_q && word == shown_q));
      inv_value_while_busy : assert (!busy || value_q == 0);
      inv_value : assert (!(busy || busy_q) || value_q == 0);
    end
  end

  // ---- it can happen ------------------------------------------------------------------------------

  always_comb begin
    cover_written : cover (started_q && reads_q && read_data == 32'hA5);
  end

endmodule

`default_nettype wire
