// SPDX-License-Identifier: MIT
//
// A command, resolved while it waits: all that only commands take or change stands still while one of them
// is on its way, so what it does, the irqfd backend of its target, the origin of its route (R7) and the
// bus range of that origin are found before it is offered, and the operations that use these find them ready.
//
// Contract: the command stands still for COMMAND_SETTLE cycles before it is offered; from the cycle after
// these on, when it is in lookup at the earliest, the outputs are those of this command, until it changes;
// binds and sets are a cycle earlier. target is that of the command's target, two cycles after the command;
// origin_range answers origin_range_index in the same cycle, and may change; while hold is high, bus_range and rid
// do not. With taken, the command is accepted, and what
// it sets of irqfd backends is set. With makes_route, the origin of the command's route becomes
// its target (not before its old one is used).

`default_nettype none

module msi_command_resolve
  import msi_csr_pkg::*;
  import msi_pkg::*;
#(
    parameter int unsigned RANGES            = 16,
    parameter int unsigned CONNECTIONS       = 8,
    parameter int unsigned TARGETS           = 32,
    parameter int unsigned ROUTES            = 64,
    parameter bit          CHECK_DEFAULT_RID = 1'b0,
    parameter int unsigned DEVID_BITS        = 32,
    parameter int unsigned OFFSET_WIDTH      = 8,   // bits of a requester ID offset
    parameter int unsigned CLEAR_WIDTH       = 6,   // bits of clear_index, enough for the irqfd backends
    localparam int unsigned RANGE_WIDTH = RANGES > 1 ? $clog2(RANGES) : 1
) (
    input  wire logic                        clk,
    input  wire command_t                    command,
    input  wire logic                        taken,
    input  wire logic                        hold,

    // Its target
    input  wire target_t                     target,  // excused toggle: no table has more than 256 entries
    output logic                             irqfd,         // R7: its connection has an irqfd backend

    // The origin of its route: DeviceID base, bus range and offset of the target that the route was made from
    output logic      [RANGE_WIDTH-1:0]      origin_range_index,
    input  wire bus_range_t                  origin_range,
    input  wire logic                        makes_route,

    // What the command does
    output logic                             binds,
    output sets_t                            sets,
    output does_t                            does,
    output answers_t                         answers,

    // What its route sends, if it enables it
    output bus_range_t                       bus_range,     // that the requester ID was held against (R8)
    output rid_t                             rid,
    output logic      [31:0]                 devid,

    input  wire logic                        clear,
    input  wire logic [CLEAR_WIDTH-1:0]      clear_index
);

  localparam int unsigned CONNECTION_WIDTH = CONNECTIONS > 1 ? $clog2(CONNECTIONS) : 1;
  localparam int unsigned ROUTE_WIDTH = ROUTES > 1 ? $clog2(ROUTES) : 1;

  // ---- what it does -----------------------------------------------------------------------------

  logic     outside_range_q, outside_connection_q, outside_target_q, outside_route_q;
  logic     decoded_binds, binds_q;
  sets_t    decoded_sets, sets_q;
  does_t    decoded_does, does_q;  // excused toggle: in range or not is not known yet
  answers_t decoded_answers, answers_q;  // excused toggle: no code is that large yet

  msi_command_decode u_decode (
      .operation         (command.operation),
      .outside_range     (outside_range_q),
      .outside_connection(outside_connection_q),
      .outside_target    (outside_target_q),
      .outside_route     (outside_route_q),
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
    binds_q              <= decoded_binds;
    sets_q               <= decoded_sets;
    does_q               <= decoded_does;
    answers_q            <= decoded_answers;
  end

  // ---- the irqfd backend of its target ----------------------------------------------------------

  backend_t irqfd_backend;
  logic     irqfd_q;
  logic     sets_irqfd_q;  // a cycle after the command was accepted: the next one comes later

  msi_block_table #(
      .WIDTH  ($bits(backend_t)),
      .DEPTH  (CONNECTIONS),
      .CLEARED(1)
  ) u_irqfd_backends (
      .clk,
      .read       (1'b1),
      .read_index (target.connection[CONNECTION_WIDTH-1:0]),
      .read_data  (irqfd_backend),
      .write      (sets_irqfd_q),
      .write_index(command.connection[CONNECTION_WIDTH-1:0]),
      .write_data (new_backend(1'b1, command.devid_base, DEVID_BITS)),
      .clear,
      .clear_index(clear_index[CONNECTION_WIDTH-1:0])
  );

  always_ff @(posedge clk) begin
    irqfd_q      <= target.bound && irqfd_backend.connected;
    sets_irqfd_q <= taken && sets_q.irqfd;
  end

  assign irqfd = irqfd_q;

  // ---- the origin of its route ------------------------------------------------------------------

  typedef struct packed {
    backend_t                backend;
    logic [RANGE_WIDTH-1:0]  range;
    logic [OFFSET_WIDTH-1:0] rid_offset;
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
      .write      (makes_route),
      .write_index(command.route[ROUTE_WIDTH-1:0]),
      .write_data ({
        irqfd_backend, target.range[RANGE_WIDTH-1:0], target.rid_offset[OFFSET_WIDTH-1:0]
      })
  );

  assign origin_range_index = origin.range;

  // ---- the requester ID of its route ------------------------------------------------------------

  bus_range_t  bus_range_q;  // three cycles after the command, the others one later, and another
  rid_t        rid_q;
  logic        in_range_q, devid_beyond_q;
  logic [31:0] devid_q;

  logic        explicit_rid, enables;
  logic [31:0] devid_d;

  always_comb begin
    explicit_rid = command.operation == operation_code__ENABLE_WITH_RID;
    devid_d      = origin.backend.devid_base + 32'(rid_q[15:0]);  // R10
  end

  always_ff @(posedge clk) begin
    if (!hold) begin
      bus_range_q <= origin_range;
      rid_q       <= default_rid(bus_range_q.secondary, 16'(origin.rid_offset));  // R2
      if (explicit_rid) rid_q <= {1'b0, command.rid};
    end
    in_range_q     <= in_range(rid_q[15:8], bus_range_q);  // R8
    if (!explicit_rid && !CHECK_DEFAULT_RID) in_range_q <= 1'b1;
    devid_q        <= devid_d;
    devid_beyond_q <= devid_beyond(origin.backend, devid_d);
  end

  always_comb begin
    binds        = binds_q;
    sets         = sets_q;
    enables      = in_range_q && !devid_beyond_q;
    does         = does_q;
    does.enables = does_q.enables && enables;
    does.refuses = does_q.enables && !enables;
    answers      = answers_q;
    if (does.refuses) answers.found = in_range_q ? answer__REFUSED_DEVID : answer__REFUSED_BUS_RANGE;
    bus_range    = bus_range_q;
    rid          = rid_q;
    devid        = devid_q;
  end

endmodule

`default_nettype wire
