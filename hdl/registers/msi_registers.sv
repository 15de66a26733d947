// SPDX-License-Identifier: MIT
//
// Control and status: the AXI4-Lite register block (generated from msi_csr.rdl), the commands
// written to it, the counters, and the alert.
//
// Contract: a write to COMMAND captures the operation and the ARG registers and offers them as one
// request until it is taken; STATUS.busy is high from then until that operation's retire record was
// seen, and RESULT holds its answer afterwards. A command written while busy, or naming no operation,
// is refused: STATUS.refused and REFUSED_COMMANDS show it, and nothing else changes (H6). Counters
// saturate, and are read some cycles later, when it is their turn; alert is high from a drop or refusal
// until software acknowledges it (H7). retire and drop are valid-only, and seen in the cycle in which they
// are valid. A command stands still from COMMAND_SETTLE cycles before it is offered until it has retired.
// A register's address modulo 0x20 is its place among the ARG registers, or among the counters in the order
// of COUNT_….

`default_nettype none

module msi_registers
  import msi_axil_pkg::*;
  import msi_csr_pkg::*;
  import msi_pkg::*;
#(
    parameter int unsigned RANGES        = 16,  // the table sizes that TABLES_0 and TABLES_1 report
    parameter int unsigned CONNECTIONS   = 8,
    parameter int unsigned TARGETS       = 32,
    parameter int unsigned ROUTES        = 64,
    parameter int unsigned COUNTER_WIDTH = 32,  // bits of each counter, 4 to 32
    parameter bit          CHECK_DEFAULT_RID = 1'b0,  // these two, CONFIGURATION reports; without the first,
    parameter int unsigned DEVID_BITS    = 32         // offsets are taken as 8 bits
) (
    input  wire logic           clk,
    input  wire logic           rst_n,

    input  wire axil_request_t  axil_request,
    output axil_response_t      axil_response,  // excused toggle: every access is answered with OKAY

    output logic                command_valid,
    input  wire logic           command_ready,
    output command_t            command,

    input  wire logic           clearing,
    input  wire logic           retire_valid,
    input  wire source_e        retire_source,
    input  wire answer_e        retire_answer,
    input  wire logic    [15:0] retire_bdf,
    input  wire logic           retire_sent,
    input  wire logic           drop_valid,
    input  wire drop_t          drop,

    output logic                alert
);

  msi_csr__in_t  hwif_in;
  msi_csr__out_t hwif_out;

  logic        req, req_is_wr;
  logic        req_stall_wr;
  logic        req_stall_rd;
  logic [6:0]  addr;          // excused toggle: the registers are words
  logic [31:0] wr_data, wr_biten, rd_data;
  logic        rd_ack, wr_ack;
  logic        rd_err, wr_err;  // excused toggle: no register answers with an error

  logic        arguments_busy;

  msi_axi_lite u_axi_lite (
      .clk,
      .rst_n,
      .axil_request,
      .axil_response,
      .hold(arguments_busy),
      .req,
      .req_is_wr,
      .addr,
      .wr_data,
      .wr_biten,
      .req_stall_wr,
      .req_stall_rd,
      .rd_ack,
      .rd_err,
      .rd_data,
      .wr_ack,
      .wr_err
  );

  msi_csr u_csr (
      .clk,
      .rst_n,
      .s_cpuif_req         (req),
      .s_cpuif_req_is_wr   (req_is_wr),
      .s_cpuif_addr        (addr),
      .s_cpuif_wr_data     (wr_data),
      .s_cpuif_wr_biten    (wr_biten),
      .s_cpuif_req_stall_wr(req_stall_wr),
      .s_cpuif_req_stall_rd(req_stall_rd),
      .s_cpuif_rd_ack      (rd_ack),
      .s_cpuif_rd_err      (rd_err),
      .s_cpuif_rd_data     (rd_data),
      .s_cpuif_wr_ack      (wr_ack),
      .s_cpuif_wr_err      (wr_err),
      .hwif_in,
      .hwif_out
  );

  // ---- arguments ---------------------------------------------------------------------------------

  // ARG_RANGE to ARG_DEVID_BASE, in the order of their addresses.
  localparam int unsigned ARGUMENTS = 8;

  logic                       is_argument;
  logic [31:0]                argument;  // read back
  logic [ARGUMENTS-1:0][31:0] arguments;

  msi_arguments #(
      .WORDS(ARGUMENTS),
      .BYTES({4'h3, {7{4'hF}}})  // ARG_DEVID_BASE has two
  ) u_arguments (
      .clk,
      .rst_n,
      .busy     (arguments_busy),
      .write    (is_argument && req_is_wr),
      .index    (addr[4:2]),
      .strobes  ({wr_biten[24], wr_biten[16], wr_biten[8], wr_biten[0]}),
      .data     (wr_data),
      .read_data(argument),
      .words    (arguments)
  );

  always_comb begin
    is_argument = hwif_out.ARG_RANGE.req || hwif_out.ARG_TARGET.req || hwif_out.ARG_BUS.req ||
                  hwif_out.ARG_RID.req || hwif_out.ARG_ADDRESS_LOW.req ||
                  hwif_out.ARG_ADDRESS_HIGH.req || hwif_out.ARG_DATA.req ||
                  hwif_out.ARG_DEVID_BASE.req;
  end

  logic reads_argument_q;  // argument is what was asked for

  always_ff @(posedge clk) begin
    reads_argument_q <= is_argument && !req_is_wr;
    if (!rst_n) reads_argument_q <= 1'b0;
  end

  // ---- commands ---------------------------------------------------------------------------------

  // The register block shows the new COMMAND one cycle after the write's strobe.
  logic command_written_q;

  logic                      busy_q;
  logic                      command_valid_q;
  logic [COMMAND_SETTLE-1:0] settling_q;  // bit i: the command stands still for i + 1 cycles
  command_t                  command_q;
  answer_e                   answer_q;
  logic [15:0]               bdf_q;

  logic [7:0] operation;
  logic       start, refuse, finish;

  // The fields of the ARG registers, as registers have them.
  msi_csr__ARG_RANGE__external__fields__out_t  arg_range;
  msi_csr__ARG_TARGET__external__fields__out_t arg_target;
  msi_csr__ARG_BUS__external__fields__out_t    arg_bus;
  msi_csr__ARG_RID__external__fields__out_t    arg_rid;
  assign {arg_rid, arg_bus, arg_target, arg_range} = arguments[3:0];

  always_comb begin
    operation = hwif_out.COMMAND.operation.value;
    start     = command_written_q && !busy_q && is_operation(operation);
    refuse    = command_written_q && !start;
    finish    = retire_valid && retire_source == SOURCE_COMMAND;
  end

  always_ff @(posedge clk) begin
    command_written_q <= hwif_out.COMMAND.operation.swmod;
    settling_q        <= {settling_q[COMMAND_SETTLE-2:0], start};
    if (command_ready) command_valid_q <= 1'b0;
    if (settling_q[COMMAND_SETTLE-1]) command_valid_q <= 1'b1;
    if (finish) begin
      busy_q   <= 1'b0;
      answer_q <= retire_answer;
      bdf_q    <= retire_bdf;
    end
    if (start) busy_q <= 1'b1;
    if (!busy_q) begin  // until one starts, it is what would
      command_q <= '{
          operation: operation_code_e'(operation),
          range: arg_range.range,
          connection: arg_range.connection,
          target: arg_target.target,
          route: arg_target.route,
          secondary: arg_bus.secondary,
          subordinate: arg_bus.subordinate,
          rid_offset: CHECK_DEFAULT_RID ? arg_bus.rid_offset : 16'(arg_bus.rid_offset[7:0]),
          devid_base: {arg_rid.segment, arguments[7][15:0]},
          rid: arg_rid.rid,
          address: {arguments[5], arguments[4]},
          data: arguments[6]
      };
    end
    if (!rst_n) begin
      command_written_q <= 1'b0;
      settling_q        <= '0;
      command_valid_q   <= 1'b0;
      busy_q            <= 1'b0;
      answer_q          <= answer__NONE;
      bdf_q             <= '0;
    end
  end

  assign command_valid = command_valid_q;
  assign command       = command_q;

  // ---- drops and refusals -----------------------------------------------------------------------

  drop_t   last_drop_q;
  answer_e reason_shown_q;  // of the drop that the last read of LAST_DROP showed, as is
  logic    rid_high_shown_q;

  always_ff @(posedge clk) begin
    if (drop_valid) last_drop_q <= drop;
    if (hwif_out.LAST_DROP.rid.swacc) begin
      reason_shown_q   <= last_drop_q.reason;
      rid_high_shown_q <= last_drop_q.rid[16];
    end
    if (!rst_n) begin
      last_drop_q      <= '0;
      reason_shown_q   <= answer__NONE;
      rid_high_shown_q <= 1'b0;
    end
  end

  assign alert = hwif_out.ALERT.alert.value;

  // ---- counters (H7) ----------------------------------------------------------------------------

  localparam int unsigned COUNT_MESSAGES = 0;
  localparam int unsigned COUNT_DROPPED_BUS_RANGE = 1;
  localparam int unsigned COUNT_DROPPED_DISCONNECTED = 2;
  localparam int unsigned COUNT_REFUSED_BUS_RANGE = 3;
  localparam int unsigned COUNT_ERRORS = 4;
  localparam int unsigned COUNT_REFUSED_COMMANDS = 5;
  localparam int unsigned COUNT_DEVID_BEYOND = 6;
  localparam int unsigned COUNTERS = 7;

  logic [COUNTERS-1:0] increment, increment_q;

  always_comb begin
    increment = '0;
    increment[COUNT_REFUSED_COMMANDS] = refuse;
    if (retire_valid) begin
      increment[COUNT_MESSAGES]             = retire_sent;
      increment[COUNT_DROPPED_BUS_RANGE]    = retire_answer == answer__DROPPED_BUS_RANGE;
      increment[COUNT_DROPPED_DISCONNECTED] = retire_answer == answer__DROPPED_DISCONNECTED;
      increment[COUNT_REFUSED_BUS_RANGE]    = retire_answer == answer__REFUSED_BUS_RANGE;
      increment[COUNT_ERRORS]               = retire_answer inside {answer__ERROR_INDEX,
                                                                    answer__ERROR_NO_ROUTE};
      increment[COUNT_DEVID_BEYOND]         = retire_answer inside {answer__DROPPED_DEVID,
                                                                    answer__REFUSED_DEVID};
    end
  end

  logic [2:0]               shown;  // the counter that count is of
  logic [COUNTER_WIDTH-1:0] count;

  msi_counters #(
      .COUNTERS(COUNTERS),
      .WIDTH   (COUNTER_WIDTH)
  ) u_counters (
      .clk,
      .rst_n,
      .increment(increment_q),
      .index    (shown),
      .count
  );

  // A counter is read when it shows; not at once, for what shows then may be from before the request.
  logic is_counter, asks_counter_q, reads_counter_q, counter_shows;

  always_comb begin
    is_counter    = hwif_out.MESSAGES.req || hwif_out.DROPPED_BUS_RANGE.req ||
                    hwif_out.DROPPED_DISCONNECTED.req || hwif_out.REFUSED_BUS_RANGE.req ||
                    hwif_out.ERRORS.req || hwif_out.REFUSED_COMMANDS.req ||
                    hwif_out.DEVID_BEYOND.req;
    counter_shows = reads_counter_q && shown == addr[4:2];
  end

  always_ff @(posedge clk) begin
    increment_q     <= increment;
    asks_counter_q  <= is_counter;
    reads_counter_q <= asks_counter_q || (reads_counter_q && !counter_shows);
    if (!rst_n) begin
      increment_q     <= '0;
      asks_counter_q  <= 1'b0;
      reads_counter_q <= 1'b0;
    end
  end

  // ---- what software reads ----------------------------------------------------------------------

  always_comb begin
    hwif_in.TABLES_0.ranges.next      = 16'(RANGES);
    hwif_in.TABLES_0.connections.next = 16'(CONNECTIONS);
    hwif_in.TABLES_1.targets.next     = 16'(TARGETS);
    hwif_in.TABLES_1.routes.next      = 16'(ROUTES);

    hwif_in.STATUS.busy.next     = busy_q;
    hwif_in.STATUS.clearing.next = clearing;
    hwif_in.STATUS.refused.hwset = refuse;
    hwif_in.RESULT.answer.next   = 8'(answer_q);
    hwif_in.RESULT.bdf.next      = bdf_q;

    hwif_in.ARG_RANGE.rd_ack         = reads_argument_q;
    hwif_in.ARG_RANGE.wr_ack         = is_argument && req_is_wr;
    hwif_in.ARG_RANGE.rd_data        = argument;
    hwif_in.ARG_TARGET.rd_ack        = reads_argument_q;
    hwif_in.ARG_TARGET.wr_ack        = is_argument && req_is_wr;
    hwif_in.ARG_TARGET.rd_data       = argument;
    hwif_in.ARG_BUS.rd_ack           = reads_argument_q;
    hwif_in.ARG_BUS.wr_ack           = is_argument && req_is_wr;
    hwif_in.ARG_BUS.rd_data          = argument;
    hwif_in.ARG_RID.rd_ack           = reads_argument_q;
    hwif_in.ARG_RID.wr_ack           = is_argument && req_is_wr;
    hwif_in.ARG_RID.rd_data          = argument;
    hwif_in.ARG_ADDRESS_LOW.rd_ack   = reads_argument_q;
    hwif_in.ARG_ADDRESS_LOW.wr_ack   = is_argument && req_is_wr;
    hwif_in.ARG_ADDRESS_LOW.rd_data  = argument;
    hwif_in.ARG_ADDRESS_HIGH.rd_ack  = reads_argument_q;
    hwif_in.ARG_ADDRESS_HIGH.wr_ack  = is_argument && req_is_wr;
    hwif_in.ARG_ADDRESS_HIGH.rd_data = argument;
    hwif_in.ARG_DATA.rd_ack          = reads_argument_q;
    hwif_in.ARG_DATA.wr_ack          = is_argument && req_is_wr;
    hwif_in.ARG_DATA.rd_data         = argument;
    hwif_in.ARG_DEVID_BASE.rd_ack    = reads_argument_q;
    hwif_in.ARG_DEVID_BASE.wr_ack    = is_argument && req_is_wr;
    hwif_in.ARG_DEVID_BASE.rd_data   = argument;

    hwif_in.MESSAGES.rd_ack              = counter_shows;
    hwif_in.MESSAGES.rd_data             = 32'(count);
    hwif_in.DROPPED_BUS_RANGE.rd_ack     = counter_shows;
    hwif_in.DROPPED_BUS_RANGE.rd_data    = 32'(count);
    hwif_in.DROPPED_DISCONNECTED.rd_ack  = counter_shows;
    hwif_in.DROPPED_DISCONNECTED.rd_data = 32'(count);
    hwif_in.REFUSED_BUS_RANGE.rd_ack     = counter_shows;
    hwif_in.REFUSED_BUS_RANGE.rd_data    = 32'(count);
    hwif_in.ERRORS.rd_ack                = counter_shows;
    hwif_in.ERRORS.rd_data               = 32'(count);
    hwif_in.REFUSED_COMMANDS.rd_ack      = counter_shows;
    hwif_in.REFUSED_COMMANDS.rd_data     = 32'(count);
    hwif_in.DEVID_BEYOND.rd_ack          = counter_shows;
    hwif_in.DEVID_BEYOND.rd_data         = 32'(count);

    hwif_in.ALERT.alert.hwset            = drop_valid;
    hwif_in.LAST_DROP.rid.next           = last_drop_q.rid[15:0];
    hwif_in.LAST_DROP.secondary.next     = last_drop_q.secondary;
    hwif_in.LAST_DROP.subordinate.next   = last_drop_q.subordinate;
    hwif_in.LAST_DROP_REASON.reason.next = 8'(reason_shown_q);
    hwif_in.LAST_DROP_REASON.rid_high.next = rid_high_shown_q;

    hwif_in.CONFIGURATION.check_default_rid.next = CHECK_DEFAULT_RID;
    hwif_in.CONFIGURATION.devid_bits.next        = 6'(DEVID_BITS);
  end

endmodule

`default_nettype wire
