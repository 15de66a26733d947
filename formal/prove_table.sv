// SPDX-License-Identifier: MIT
//
// Proof of msi_table: each read shows what was written last (H5), and clearing clears (H8). One entry,
// any, is followed.

`default_nettype none

module prove_table #(
    parameter int unsigned WIDTH   = 8,
    parameter int unsigned DEPTH   = 5,
    parameter int unsigned READS   = 2,
    parameter int unsigned CLEARED = 3,
    localparam int unsigned INDEX_WIDTH = $clog2(DEPTH)
) (
    input wire logic                              clk,
    input wire logic [READS-1:0][INDEX_WIDTH-1:0] read_index,
    input wire logic                              write,
    input wire logic [INDEX_WIDTH-1:0]            write_index,
    input wire logic [WIDTH-1:0]                  write_data,
    input wire logic                              clear,
    input wire logic [INDEX_WIDTH-1:0]            clear_index,
    input wire logic [INDEX_WIDTH-1:0]            watched      // an entry: any, and always the same
);

  logic [READS-1:0][WIDTH-1:0] read_data;

  msi_table #(
      .WIDTH  (WIDTH),
      .DEPTH  (DEPTH),
      .READS  (READS),
      .CLEARED(CLEARED)
  ) dut (.*);

  logic started_q = 1'b0;
  always_ff @(posedge clk) started_q <= 1'b1;

  logic [INDEX_WIDTH-1:0] watched_q;
  always_ff @(posedge clk) watched_q <= watched;

  always_comb begin
    one_entry_is_watched : assume (watched < DEPTH && (!started_q || watched == watched_q));
    no_write_outside : assume (!write || write_index < DEPTH);
  end

  // What the entry holds, and which of its bits have a value.
  logic [WIDTH-1:0] data_q;
  logic [WIDTH-1:0] known_q = '0;

  always_ff @(posedge clk) begin
    if (clear) begin
      if (clear_index == watched) begin
        data_q  <= '0;
        known_q <= '0;
        known_q[WIDTH-1-:CLEARED] <= '1;
      end
    end else if (write && write_index == watched) begin
      data_q  <= write_data;
      known_q <= '1;
    end
  end

  for (genvar i = 0; i < READS; i++) begin : gen_read
    always_comb begin
      H5_reads_what_was_written :
      assert (read_index[i] != watched || clear || known_q != '1 || read_data[i] == data_q);
      H8_reads_what_was_cleared :
      assert (read_index[i] != watched || ((read_data[i] ^ data_q) & known_q) == 0);
      cover_read_after_write : cover (read_index[i] == watched && known_q == '1);
      cover_read_after_clear : cover (read_index[i] == watched && known_q != '1 && known_q != 0);
    end
  end

  always_comb inv_entry : assert (((dut.entries[watched] ^ data_q) & known_q) == 0);

endmodule

`default_nettype wire
