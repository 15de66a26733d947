// SPDX-License-Identifier: MIT
//
// What the assertions know of the registers (docs/registers.md): codes, offsets, and which arguments an
// operation takes. A package of their own, because they are attached to RTL that may have others.

`default_nettype none
// verilator coverage_off

package msi_sva_pkg;

  localparam logic [1:0] COMMAND = 2'd0;
  localparam logic [1:0] MESSAGE = 2'd1;
  localparam logic [1:0] EVENT = 2'd2;

  typedef enum logic [7:0] {
    SET_BUS_RANGE = 8'd1,
    CONNECT = 8'd2,
    DISCONNECT = 8'd3,
    CONNECT_IRQFD = 8'd4,
    BIND_TARGET = 8'd5,
    SIGNAL_MSI = 8'd6,
    SIGNAL_MSI_WITH_RID = 8'd7,
    NEW_ROUTE = 8'd8,
    ENABLE = 8'd9,
    ENABLE_WITH_RID = 8'd10,
    DISABLE = 8'd11,
    SIGNAL_EVENT = 8'd12,
    CONSUME_PENDING = 8'd13,
    DEFAULT_BDF = 8'd14,
    SUPPORTS_DIRECT_MSI = 8'd15,
    FREE_ROUTE = 8'd16
  } operation_e;

  typedef enum logic [7:0] {
    OK = 8'd1,
    DELIVERED = 8'd2,
    SENT = 8'd3,
    DROPPED_BUS_RANGE = 8'd5,
    DROPPED_DISCONNECTED = 8'd6,
    REFUSED_BUS_RANGE = 8'd7,
    BDF = 8'd11,
    ERROR_INDEX = 8'd14,
    ERROR_NO_ROUTE = 8'd15,
    NO_BDF = 8'd16,
    DROPPED_DEVID = 8'd17,
    REFUSED_DEVID = 8'd18
  } answer_e;

  typedef enum logic [6:0] {
    ADDRESS_STATUS = 7'h10,
    ADDRESS_COMMAND = 7'h14,
    ADDRESS_ARG_RANGE = 7'h20,
    ADDRESS_ARG_TARGET = 7'h24,
    ADDRESS_ARG_BUS = 7'h28,
    ADDRESS_ARG_RID = 7'h2c,
    ADDRESS_ARG_ADDRESS_LOW = 7'h30,
    ADDRESS_ARG_ADDRESS_HIGH = 7'h34,
    ADDRESS_ARG_DATA = 7'h38,
    ADDRESS_ARG_DEVID_BASE = 7'h3c
  } address_e;

  // The ARG registers, from the first to the last.
  typedef struct packed {
    logic [15:0] connection, range;
    logic [15:0] route, target;
    logic [15:0] rid_offset;
    logic [7:0]  subordinate, secondary;
    logic [15:0] segment, rid;  // the segment is the DeviceID base's upper half
    logic [31:0] address_low, address_high;
    logic [31:0] data;
    logic [15:0] unused, devid_base_low;
  } arguments_t;

  function automatic logic is_drop(logic [7:0] answer);
    return answer == DROPPED_BUS_RANGE || answer == DROPPED_DISCONNECTED ||
           answer == DROPPED_DEVID || answer == REFUSED_BUS_RANGE || answer == REFUSED_DEVID;
  endfunction

  // The arguments that an operation takes; the others are 0.
  function automatic arguments_t taken_of(logic [7:0] operation, arguments_t all);
    arguments_t mask = '0;
    if (operation == SET_BUS_RANGE || operation == BIND_TARGET) mask.range = '1;
    if (operation == CONNECT || operation == DISCONNECT || operation == CONNECT_IRQFD ||
        operation == BIND_TARGET) begin
      mask.connection = '1;
    end
    if (operation == BIND_TARGET || operation == SIGNAL_MSI || operation == SIGNAL_MSI_WITH_RID ||
        operation == NEW_ROUTE || operation == DEFAULT_BDF || operation == SUPPORTS_DIRECT_MSI) begin
      mask.target = '1;
    end
    if (operation == NEW_ROUTE || operation == ENABLE || operation == ENABLE_WITH_RID ||
        operation == DISABLE || operation == SIGNAL_EVENT || operation == CONSUME_PENDING ||
        operation == FREE_ROUTE) begin
      mask.route = '1;
    end
    if (operation == SET_BUS_RANGE) begin
      mask.secondary   = '1;
      mask.subordinate = '1;
    end
    if (operation == BIND_TARGET) mask.rid_offset = '1;
    if (operation == CONNECT || operation == CONNECT_IRQFD) begin
      mask.segment        = '1;
      mask.devid_base_low = '1;
    end
    if (operation == SIGNAL_MSI_WITH_RID || operation == ENABLE_WITH_RID) mask.rid = '1;
    if (operation == SIGNAL_MSI || operation == SIGNAL_MSI_WITH_RID || operation == ENABLE ||
        operation == ENABLE_WITH_RID) begin
      mask.address_low  = '1;
      mask.address_high = '1;
      mask.data         = '1;
    end
    return all & mask;
  endfunction

endpackage

// verilator coverage_on
`default_nettype wire
