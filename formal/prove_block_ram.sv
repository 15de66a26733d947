// SPDX-License-Identifier: MIT
//
// Proof of msi_block_ram: a read shows, two reads later, what was written before it (H5). One entry,
// any, is followed.

`default_nettype none

module prove_block_ram #(
    parameter int unsigned WIDTH = 8,
    parameter int unsigned DEPTH = 5,
    localparam int unsigned INDEX_WIDTH = $clog2(DEPTH)
) (
    input wire logic                   clk,
    input wire logic                   read,
    input wire logic [INDEX_WIDTH-1:0] read_index,
    input wire logic                   write,
    input wire logic [INDEX_WIDTH-1:0] write_index,
    input wire logic [WIDTH-1:0]       write_data,
    input wire logic [INDEX_WIDTH-1:0] watched      // an entry: any, and always the same
);

  logic [WIDTH-1:0] read_data;

  msi_block_ram #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) dut (.*);

  logic started_q = 1'b0;
  always_ff @(posedge clk) started_q <= 1'b1;

  logic [INDEX_WIDTH-1:0] watched_q;
  always_ff @(posedge clk) watched_q <= watched;

  always_comb begin
    one_entry_is_watched : assume (watched < DEPTH && (!started_q || watched == watched_q));
    no_index_outside : assume (read_index < DEPTH && write_index < DEPTH);
  end

  // What the entry holds, and what a read of it has found on its two edges.
  logic known_q = 1'b0, found_q = 1'b0, shown_q = 1'b0;
  logic [WIDTH-1:0] data_q, found_data_q, shown_data_q;

  always_ff @(posedge clk) begin
    if (write && write_index == watched) begin
      known_q <= 1'b1;
      data_q  <= write_data;
    end
    if (read) begin
      found_q      <= known_q && read_index == watched && !(write && write_index == watched);
      found_data_q <= data_q;
      shown_q      <= found_q;
      shown_data_q <= found_data_q;
    end
  end

  always_comb begin
    H5_shows_what_was_written : assert (!shown_q || read_data == shown_data_q);
    inv_entry : assert (!known_q || dut.entries[watched] == data_q);
    inv_found : assert (!found_q || dut.entry_q == found_data_q);
    cover_shown_after_overwriting : cover (shown_q && known_q && shown_data_q != data_q);
  end

endmodule

`default_nettype wire
