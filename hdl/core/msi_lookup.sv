// SPDX-License-Identifier: MIT
//
// The lookup stage: what an operation does, by its source, which requester ID it has, and what it finds in the
// table of bus ranges.
//
// Contract: the outputs are those of the operation in the stage; without one, or with an index outside its
// table, it does nothing, and in the latter case answers that. A command's come from msi_command_resolve. With
// sets_range, an operation is accepted that sets a bus range: it shows from the next cycle on, to all operations after
// it. origin_range answers origin_range_index, whatever is in the stage.

`default_nettype none

module msi_lookup
  import msi_csr_pkg::*;
  import msi_pkg::*;
#(
    parameter int unsigned RANGES            = 16,
    parameter int unsigned TARGETS           = 32,
    parameter int unsigned ROUTES            = 64,
    parameter bit          CHECK_DEFAULT_RID = 1'b0,
    parameter int unsigned CLEAR_WIDTH       = 6,   // bits of clear_index, enough for this table
    localparam int unsigned RANGE_WIDTH = RANGES > 1 ? $clog2(RANGES) : 1
) (
    input  wire logic                    clk,

    // The operation, and its target
    input  wire logic                    valid,
    input  wire request_t                request,
    input  wire target_t                 target,

    // The command, resolved
    input  wire does_t                   command_does,
    input  wire answers_t                command_answers,
    input  wire logic [RANGE_WIDTH-1:0]  origin_range_index,
    output bus_range_t                   origin_range,

    // What is set
    input  wire logic                    sets_range,
    input  wire logic [RANGE_WIDTH-1:0]  set_range,
    input  wire bus_range_t              set_numbers,

    // What the operation does and finds
    output does_t                        does,
    output answers_t                     answers,
    output found_t                       found,

    input  wire logic                    clear,
    input  wire logic [CLEAR_WIDTH-1:0]  clear_index
);

  // ---- what it does -----------------------------------------------------------------------------

  logic outside_target, outside_route, outside_range;

  always_comb begin
    outside_target = outside(request.target, TARGETS);
    outside_route  = outside(request.route, ROUTES);
    outside_range  = outside(request.route, RANGES);  // where a request from SOURCE_RANGE has it

    does    = '0;
    answers = command_answers;
    unique case (request.source)
      SOURCE_MESSAGE: begin
        does.signals  = !outside_target;
        answers.found = outside_target ? answer__ERROR_INDEX : answer__SENT;
      end
      SOURCE_EVENT: begin
        does.takes_event  = !outside_route;
        does.takes_route  = !outside_route;
        answers.found     = outside_route ? answer__ERROR_INDEX : answer__SENT;
        answers.otherwise = answer__HELD_PENDING;
      end
      SOURCE_RANGE: answers.found = outside_range ? answer__ERROR_INDEX : answer__OK;
      default: does = command_does;
    endcase
    if (!valid) does = '0;
  end

  // ---- what it finds ----------------------------------------------------------------------------

  bus_range_t target_range;

  msi_table #(
      .WIDTH  ($bits(bus_range_t)),
      .DEPTH  (RANGES),
      .READS  (2),
      .CLEARED($bits(bus_range_t))
  ) u_ranges (
      .clk,
      .read_index ({origin_range_index, target.range[RANGE_WIDTH-1:0]}),
      .read_data  ({origin_range, target_range}),
      .write      (sets_range),
      .write_index(set_range),
      .write_data (set_numbers),
      .clear      (clear),
      .clear_index(clear_index[RANGE_WIDTH-1:0])
  );

  logic explicit_rid;

  assign explicit_rid = request.operation == operation_code__SIGNAL_MSI_WITH_RID;

  always_comb begin
    found = '{
        bus_range: target_range,
        rid: explicit_rid ? {1'b0, request.rid} : default_rid(target_range.secondary, target.rid_offset),
        checks_rid: explicit_rid || CHECK_DEFAULT_RID
    };
    if (!target.bound) begin
      found.bus_range    = '0;
      found.rid          = explicit_rid ? {1'b0, request.rid} : '0;
    end
  end

endmodule

`default_nettype wire
