// SPDX-License-Identifier: MIT
//
// The backends of one kind, by connection, in memory with registered reads: what reads them, waits anyway.
//
// Contract: reads are those of msi_block_ram: two edges with read high, the first one with the index, and a
// write at that edge or later is not seen. While clear is high the entry clear_index is written with a
// backend that is not connected, if it exists, and write is low.

`default_nettype none

module msi_backends
  import msi_pkg::*;
#(
    parameter int unsigned CONNECTIONS = 8,
    parameter int unsigned CLEAR_WIDTH = 6,  // bits of clear_index, enough for this table
    localparam int unsigned CONNECTION_WIDTH = CONNECTIONS > 1 ? $clog2(CONNECTIONS) : 1
) (
    input  wire logic                   clk,
    input  wire logic                   read,
    input  wire logic [CONNECTION_WIDTH-1:0] read_index,
    output backend_t                    read_data,
    input  wire logic                   write,
    input  wire logic [CONNECTION_WIDTH-1:0] write_index,
    input  wire backend_t               write_data,
    input  wire logic                   clear,
    input  wire logic [CLEAR_WIDTH-1:0] clear_index
);

  logic [CONNECTION_WIDTH-1:0] index;
  backend_t               entry;

  always_comb begin
    index = clear ? clear_index[CONNECTION_WIDTH-1:0] : write_index;
    entry = write_data;
    if (clear) entry.connected = 1'b0;
  end

  msi_block_ram #(
      .WIDTH($bits(backend_t)),
      .DEPTH(CONNECTIONS)
  ) u_memory (
      .clk,
      .read,
      .read_index,
      .read_data,
      .write      (clear || write),
      .write_index(index),
      .write_data (entry)
  );

endmodule

`default_nettype wire
