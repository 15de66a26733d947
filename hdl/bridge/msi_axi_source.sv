// SPDX-License-Identifier: MIT
//
// Whether the source of an access is valid (B9): whether its requester ID's bus is in the bus range of its target, as R1
// has it for messages. Targets and bus ranges are those of the translator, as its retire records tell.
//
// Contract: two askers, each in two steps. found answers target in the same cycle; some later cycle, valid answers found, and
// the bus of the requester ID, in the same cycle. A target that was never bound has the bus range 0/0, one
// beyond the table is never valid. What a command sets shows from the cycle after its record on. While clearing, from reset on,
// nothing that is answered means anything.

`default_nettype none

module msi_axi_source
  import msi_csr_pkg::*;
  import msi_pkg::*;
#(
    parameter int unsigned RANGES  = 16,  // bus ranges, 1 to 256
    parameter int unsigned TARGETS = 32,  // targets, 1 to 1,024
    localparam int unsigned RANGE_WIDTH = RANGES > 1 ? $clog2(RANGES) : 1
) (
    input  wire logic                        clk,
    input  wire logic                        rst_n,
    output logic                             clearing,

    // Retire records
    input  wire logic                        retire_valid,
    input  wire logic [7:0]                  retire_operation,
    input  wire logic [7:0]                  retire_answer,
    input  wire logic [15:0]                 retire_range,
    input  wire logic [15:0]                 retire_target,
    input  wire logic [7:0]                  retire_secondary,
    input  wire logic [7:0]                  retire_subordinate,

    // Two askers
    input  wire logic [1:0][15:0]            target,
    output logic      [1:0][RANGE_WIDTH+1:0] found,  // {in the table, bound, its bus range}
    input  wire logic [1:0][RANGE_WIDTH+1:0] ask,
    input  wire logic [1:0][7:0]             bus,
    output logic      [1:0]                  valid
);

  localparam int unsigned TARGET_WIDTH = TARGETS > 1 ? $clog2(TARGETS) : 1;
  localparam int unsigned ENTRIES = RANGES > TARGETS ? RANGES : TARGETS;
  localparam int unsigned CLEAR_WIDTH = ENTRIES > 1 ? $clog2(ENTRIES) : 1;

  logic [CLEAR_WIDTH-1:0] clear_index;
  logic                   executed;
  logic                   binds, sets;

  msi_clear #(
      .ENTRIES(ENTRIES)
  ) u_clear (
      .clk,
      .rst_n,
      .clearing,
      .index(clear_index)
  );

  always_comb begin
    executed = retire_valid && retire_answer == 8'(answer__OK);
    binds    = executed && retire_operation == 8'(operation_code__BIND_TARGET);
    sets     = executed && retire_operation == 8'(operation_code__SET_BUS_RANGE);
  end

  logic       [1:0][TARGET_WIDTH-1:0] target_index;
  logic       [1:0][RANGE_WIDTH:0]    entry;
  logic       [1:0][RANGE_WIDTH-1:0]  range_index;
  bus_range_t [1:0]                   bus_range;

  always_comb begin
    for (int unsigned i = 0; i < 2; i++) begin
      target_index[i] = target[i][TARGET_WIDTH-1:0];
      found[i]        = {!outside(target[i], TARGETS), entry[i]};
      range_index[i]  = ask[i][RANGE_WIDTH-1:0];
      valid[i]        = ask[i][RANGE_WIDTH+1] &&
          (ask[i][RANGE_WIDTH] ? in_range(bus[i], bus_range[i]) : bus[i] == 8'd0);
    end
  end

  msi_table #(
      .WIDTH  (RANGE_WIDTH + 1),
      .DEPTH  (TARGETS),
      .READS  (2),
      .CLEARED(1)
  ) u_targets (
      .clk,
      .read_index (target_index),
      .read_data  (entry),
      .write      (binds),
      .write_index(retire_target[TARGET_WIDTH-1:0]),
      .write_data ({1'b1, retire_range[RANGE_WIDTH-1:0]}),
      .clear      (clearing && 32'(clear_index) < TARGETS),
      .clear_index(TARGET_WIDTH'(clear_index))
  );

  msi_table #(
      .WIDTH  ($bits(bus_range_t)),
      .DEPTH  (RANGES),
      .READS  (2),
      .CLEARED($bits(bus_range_t))
  ) u_ranges (
      .clk,
      .read_index (range_index),
      .read_data  (bus_range),
      .write      (sets),
      .write_index(retire_range[RANGE_WIDTH-1:0]),
      .write_data ({retire_secondary, retire_subordinate}),
      .clear      (clearing && 32'(clear_index) < RANGES),
      .clear_index(RANGE_WIDTH'(clear_index))
  );

endmodule

`default_nettype wire
