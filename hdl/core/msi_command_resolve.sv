// SPDX-License-Identifier: MIT
//
// A command, resolved while it waits: all that only commands take or change stands still while one of them
// is on its way, so what it does, the origin of its route (R7) and the bus range of that origin are
// found before it is offered, and the operations that use these find them ready.
//
// Contract: the command stands still for COMMAND_SETTLE cycles before it is offered; then bad_index, binds and
// sets are those of this command, and from the next cycle on, when it is in lookup at the earliest, the other
// outputs, until it changes. origin_range answers origin_range_index in the same cycle. With write_origin, the origin of the command's route becomes the new one (not before its old one is used).

`default_nettype none

module msi_command_resolve
  import msi_csr_pkg::*;
  import msi_pkg::*;
#(
    parameter int unsigned RANGES      = 16,
    parameter int unsigned CONNECTIONS = 8,
    parameter int unsigned TARGETS     = 32,
    parameter int unsigned ROUTES      = 64,
    localparam int unsigned RANGE_WIDTH = RANGES > 1 ? $clog2(RANGES) : 1
) (
    input  wire logic                   clk,
    input  wire command_t               command,

    // The origin of its route: segment, bus range and devfn of the target that the route was made from
    output logic      [RANGE_WIDTH-1:0] origin_range_index,
    input  wire bus_range_t             origin_range,
    input  wire logic                   write_origin,
    input  wire logic [15:0]            new_segment,
    input  wire logic [RANGE_WIDTH-1:0] new_range_index,
    input  wire logic [7:0]             new_devfn,

    // What the command does
    output logic                        bad_index,
    output logic                        binds,
    output sets_t                       sets,
    output does_t                       does,
    output answers_t                    answers,

    // What its route sends, if it enables it
    output bus_range_t                  bus_range,  // that the requester ID was held against (R8)
    output logic      [31:0]            devid
);

  localparam int unsigned ROUTE_WIDTH = ROUTES > 1 ? $clog2(ROUTES) : 1;

  typedef struct packed {
    logic [15:0]            segment;
    logic [RANGE_WIDTH-1:0] range;
    logic [7:0]             devfn;
  } origin_t;

  origin_t origin;  // valid two cycles after the command

  msi_block_ram #(
      .WIDTH($bits(origin_t)),
      .DEPTH(ROUTES)
  ) u_origins (
      .clk,
      .read       (1'b1),
      .read_index (command.route[ROUTE_WIDTH-1:0]),
      .read_data  (origin),
      .write      (write_origin),
      .write_index(command.route[ROUTE_WIDTH-1:0]),
      .write_data ({new_segment, new_range_index, new_devfn})
  );

  assign origin_range_index = origin.range;

  // ---- what it does -----------------------------------------------------------------------------

  logic     outside_range_q, outside_connection_q, outside_target_q, outside_route_q;
  logic     decoded_bad_index, bad_index_q;
  logic     decoded_binds, binds_q;
  sets_t    decoded_sets, sets_q;
  does_t    decoded_does, does_q;  // excused toggle: in range or not is not known yet
  answers_t decoded_answers, answers_q;

  msi_command_decode u_decode (
      .operation         (command.operation),
      .outside_range     (outside_range_q),
      .outside_connection(outside_connection_q),
      .outside_target    (outside_target_q),
      .outside_route     (outside_route_q),
      .bad_index         (decoded_bad_index),
      .binds             (decoded_binds),
      .sets              (decoded_sets),
      .does              (decoded_does),
      .answers           (decoded_answers)
  );

  always_ff @(posedge clk) begin
    outside_range_q      <= outside(command.range, RANGES);
    outside_connection_q <= outside(command.connection, CONNECTIONS);
    outside_target_q     <= outside(command.target, TARGETS);
    outside_route_q      <= outside(command.route, ROUTES);
    bad_index_q          <= decoded_bad_index;
    binds_q              <= decoded_binds;
    sets_q               <= decoded_sets;
    does_q               <= decoded_does;
    answers_q            <= decoded_answers;
  end

  // ---- the requester ID of its route ------------------------------------------------------------

  bus_range_t  bus_range_q;
  logic        in_range_q;  // R8: the bus range has the explicit requester ID's bus, if there is one
  logic [15:0] rid_q;
  logic        default_rid;

  assign default_rid = command.operation == operation_code__ENABLE;

  always_ff @(posedge clk) begin
    bus_range_q <= origin_range;
    in_range_q  <= default_rid || in_range(command.rid[15:8], bus_range_q);
    rid_q       <= default_rid ? {bus_range_q.secondary, origin.devfn} : command.rid;  // R2
  end

  always_comb begin
    bad_index    = bad_index_q;
    binds        = binds_q;
    sets         = sets_q;
    does         = does_q;
    does.enables = does_q.enables && in_range_q;
    does.refuses = does_q.enables && !in_range_q;
    answers      = answers_q;
    if (does.refuses) answers.found = answer__REFUSED_BUS_RANGE;
    bus_range    = bus_range_q;
    devid        = {origin.segment, rid_q};  // R10
  end

endmodule

`default_nettype wire
