// SPDX-License-Identifier: MIT
//
// Proof of msi_translator, from port to port: every request of s_msi and s_evt retires once, in order,
// and as it came; every record's message appears on m_msi once, in order, and not before its record
// (H3), and in its cycle if nothing waits (H1), stable while it waits (H2); no source waits for long (H4); nothing is
// left after a reset (H8). What an answer has to be is proven in prove_engine.

`default_nettype none

module prove_translator
  import msi_csr_pkg::*;
  import msi_pkg::*;
#(
    parameter int unsigned RANGES      = 2,
    parameter int unsigned CONNECTIONS = 2,
    parameter int unsigned TARGETS     = 2,
    parameter int unsigned ROUTES      = 3
) (
    input wire logic        clk,
    input wire logic        rst_n,
    input wire logic        s_axil_awvalid,
    input wire logic [6:0]  s_axil_awaddr,
    input wire logic [2:0]  s_axil_awprot,
    input wire logic        s_axil_wvalid,
    input wire logic [31:0] s_axil_wdata,
    input wire logic [3:0]  s_axil_wstrb,
    input wire logic        s_axil_bready,
    input wire logic        s_axil_arvalid,
    input wire logic [6:0]  s_axil_araddr,
    input wire logic [2:0]  s_axil_arprot,
    input wire logic        s_axil_rready,
    input wire logic        s_msi_valid,
    input wire logic [15:0] s_msi_target,
    input wire logic        s_msi_explicit_rid,
    input wire logic [15:0] s_msi_rid,
    input wire logic [63:0] s_msi_address,
    input wire logic [31:0] s_msi_data,
    input wire logic        s_evt_valid,
    input wire logic [15:0] s_evt_route,
    input wire logic        s_range_valid,
    input wire logic [15:0] s_range_range,
    input wire logic [7:0]  s_range_secondary,
    input wire logic [7:0]  s_range_subordinate,
    input wire logic        m_msi_ready
);

  logic        s_axil_awready, s_axil_wready, s_axil_bvalid, s_axil_arready, s_axil_rvalid;
  logic [1:0]  s_axil_bresp, s_axil_rresp;
  logic [31:0] s_axil_rdata;
  logic        s_msi_ready, s_evt_ready, s_range_ready;
  logic        m_msi_valid;
  logic [31:0] m_msi_devid;
  logic [63:0] m_msi_address;
  logic [31:0] m_msi_data;
  logic        retire_valid;
  logic [1:0]  retire_source;
  logic [7:0]  retire_operation;
  logic [15:0] retire_range, retire_connection, retire_target, retire_route;
  logic [7:0]  retire_secondary, retire_subordinate;
  logic [15:0] retire_rid_offset;
  logic [31:0] retire_devid_base;
  logic [15:0] retire_rid;
  logic [63:0] retire_address;
  logic [31:0] retire_data;
  logic [7:0]  retire_answer;
  logic [15:0] retire_bdf;
  logic        retire_sent;
  logic [31:0] retire_message_devid;
  logic [63:0] retire_message_address;
  logic [31:0] retire_message_data;
  logic        alert;

  msi_translator #(
      .RANGES       (RANGES),
      .CONNECTIONS  (CONNECTIONS),
      .TARGETS      (TARGETS),
      .ROUTES       (ROUTES),
      .COUNTER_WIDTH(4)
  ) dut (.*);

  localparam int unsigned TARGET_WIDTH = TARGETS > 1 ? $clog2(TARGETS) : 1;
  localparam int unsigned ROUTE_WIDTH = ROUTES > 1 ? $clog2(ROUTES) : 1;

  logic started_q = 1'b0;
  logic after_reset_q;
  always_ff @(posedge clk) begin
    started_q     <= 1'b1;
    after_reset_q <= !rst_n;
  end
  always_comb begins_in_reset : assume (started_q || !rst_n);

  // ---- the requests accepted and not yet retired, oldest first ------------------------------------

  typedef struct packed {
    logic [1:0]  source;
    logic [7:0]  operation;
    logic [15:0] target;
    logic [15:0] route;  // or range
    logic [15:0] rid;    // or secondary and subordinate bus
    logic [63:0] address;
    logic [31:0] data;
  } record_t;

  logic [SOURCES-1:0] waiting, taken;  // the ports, and the command
  logic [SOURCES-1:0] offered;         // the same, without what stands back for another
  record_t            request, record;
  record_t      [3:0] queue_q;
  logic         [2:0] queued_q;

  always_comb begin
    waiting = {s_range_valid, s_evt_valid, s_msi_valid, dut.command_valid};
    taken   = waiting & {s_range_ready, s_evt_ready, s_msi_ready, dut.command_ready};
    offered = {dut.range_offered, s_evt_valid, s_msi_valid, dut.command_offered};
    request = '0;
    if (taken[SOURCE_MESSAGE]) begin
      request.source    = SOURCE_MESSAGE;
      request.operation = s_msi_explicit_rid ? operation_code__SIGNAL_MSI_WITH_RID
                                             : operation_code__SIGNAL_MSI;
      request.target    = s_msi_target;
      if (s_msi_explicit_rid) request.rid = s_msi_rid;
      request.address = s_msi_address;
      request.data    = s_msi_data;
    end
    if (taken[SOURCE_EVENT]) begin
      request.source    = SOURCE_EVENT;
      request.operation = operation_code__SIGNAL_EVENT;
      request.route     = s_evt_route;
    end
    if (taken[SOURCE_RANGE]) begin
      request.source    = SOURCE_RANGE;
      request.operation = operation_code__SET_BUS_RANGE;
      request.route     = s_range_range;
      request.rid       = {s_range_secondary, s_range_subordinate};
    end
    // The record, without what its operation does not take. A command's arguments are not followed.
    record = '{
        source: retire_source,
        operation: retire_operation,
        target: retire_target,
        route: retire_route,
        rid: retire_rid,
        address: retire_address,
        data: retire_data
    };
    unique case (retire_source)
      SOURCE_MESSAGE: begin
        record.route = '0;
        if (retire_operation == operation_code__SIGNAL_MSI) record.rid = '0;
      end
      SOURCE_EVENT: begin
        record.target  = '0;
        record.rid     = '0;
        record.address = '0;
        record.data    = '0;
      end
      SOURCE_RANGE: begin
        record           = '0;
        record.source    = retire_source;
        record.operation = retire_operation;
        record.route     = retire_range;
        record.rid       = {retire_secondary, retire_subordinate};
      end
      default: begin
        record        = '0;
        record.source = retire_source;
      end
    endcase
  end

  always_ff @(posedge clk) begin
    queued_q <= queued_q + 3'(taken != 0) - 3'(retire_valid);
    for (int unsigned i = 0; i < 4; i++) begin
      if (retire_valid && i < 3) queue_q[i] <= queue_q[i+1];
      if (taken != 0 && queued_q == i + 32'(retire_valid)) queue_q[i] <= request;
    end
    if (!rst_n) queued_q <= '0;
  end

  // ---- the messages of records that have not left, oldest first -----------------------------------

  message_t       message;        // of the record that is valid
  message_t [2:0] messages_q;     // of earlier ones
  logic     [1:0] owed_q;
  message_t       out;            // on m_msi
  logic           leaves;

  always_comb begin
    message = {retire_message_devid, retire_message_address, retire_message_data};
    out     = {m_msi_devid, m_msi_address, m_msi_data};
    leaves  = m_msi_valid && m_msi_ready;
  end

  logic     [2:0] owed;           // with that of the record
  message_t [3:0] messages;
  always_comb begin
    owed     = 3'(owed_q) + 3'(retire_valid && retire_sent);
    messages = {message_t'('0), messages_q};
    if (retire_valid && retire_sent) messages[owed_q] = message;
  end

  always_ff @(posedge clk) begin
    owed_q     <= 2'(owed - 3'(leaves));
    messages_q <= leaves ? messages[3:1] : messages[2:0];
    if (!rst_n) owed_q <= '0;
  end

  // ---- properties ---------------------------------------------------------------------------------

  logic        stalled_q;
  message_t    stalled_message_q;
  logic [15:0] clear_count_q;  // cycles since the reset, at most as many as the largest table has entries

  localparam int unsigned LARGEST = ROUTES;  // as instantiated above
  if (RANGES > LARGEST || CONNECTIONS > LARGEST || TARGETS > LARGEST) begin : gen_routes_not_largest
    $error("ROUTES must be the largest");
  end

  always_ff @(posedge clk) begin
    stalled_q         <= rst_n && m_msi_valid && !m_msi_ready;
    stalled_message_q <= out;
    if (clear_count_q != LARGEST) clear_count_q <= clear_count_q + 1'b1;
    if (!rst_n) clear_count_q <= '0;
  end

  logic [RANGE_SETTLE-1:0] set_q;  // s_range set a bus range so many cycles ago, and one
  always_ff @(posedge clk) set_q <= rst_n ? RANGE_SETTLE'({set_q, taken[SOURCE_RANGE]}) : '0;

  always_comb begin
    if (started_q) begin
      H1_one_operation_a_cycle :
      assert (clear_count_q != LARGEST || offered == 0 || stalled_q || $onehot(taken));
      H1_message_with_its_record : assert (owed == 0 || m_msi_valid);
      H2_valid_stays : assert (!stalled_q || m_msi_valid);
      H2_payload_stable : assert (!stalled_q || out == stalled_message_q);
      // What prove_engine assumes.
      H3_command_is_offered :
      assert (dut.u_engine.command_granted ==
              (dut.request_valid && dut.request.source == SOURCE_COMMAND) &&
              (!dut.request_valid || dut.request.source != SOURCE_COMMAND ||
               (dut.request.operation == dut.command.operation &&
                dut.request.target == dut.command.target && dut.request.route == dut.command.route &&
                dut.request.rid == dut.command.rid)));

      H3_message_is_offered :
      assert (!dut.request_valid ||
              (dut.request.source == SOURCE_MESSAGE ?
               dut.u_engine.message_first &&
               dut.u_engine.message_target == TARGET_WIDTH'(dut.request.target) :
               dut.request.source == SOURCE_EVENT || dut.request.source == SOURCE_RANGE ||
               !dut.u_engine.message_first));
      N1_range_is_offered :
      assert (dut.u_engine.range_granted ==
              (dut.request_valid && dut.request.source == SOURCE_RANGE) &&
              (!dut.u_engine.range_granted ||
               (dut.set_range == dut.request.route && dut.set_numbers == dut.request.rid &&
                dut.request.operation == operation_code__SET_BUS_RANGE)));
      N1_command_sets_what_it_says :
      assert (!dut.u_engine.command_granted ||
              (dut.set_range == dut.command.range &&
               dut.set_numbers == {dut.command.secondary, dut.command.subordinate}));
      N1_command_meets_the_range : assert (!dut.u_engine.command_granted || set_q == '0);
      H3_event_is_offered :
      assert (!dut.request_valid || dut.request.source != SOURCE_EVENT ||
              dut.u_engine.event_route == ROUTE_WIDTH'(dut.request.route));
      H3_retires_once_in_order : assert (!retire_valid || (queued_q != 0 && record == queue_q[0]));
      H3_message_after_its_record : assert (!m_msi_valid || owed != 0);
      H3_message_once_in_order : assert (!m_msi_valid || out == messages[0]);
      H3_message_only_if_sent : assert (retire_sent || message == 0);
      H8_ready_after_clearing :
      assert (clear_count_q == LARGEST || (taken == 0 && !s_msi_ready && !s_evt_ready && !s_range_ready));
      H8_nothing_left : assert (!after_reset_q || (!m_msi_valid && !retire_valid && !alert));
      H8_nothing_while_clearing :
      assert (clear_count_q == LARGEST || (!m_msi_valid && !retire_valid));
    end
  end

  // How far behind a source the one is that was taken last, in the cyclic order.
  function automatic logic [1:0] place(source_e source);
    unique case (source)
      SOURCE_COMMAND: return 2'd0;
      SOURCE_RANGE:   return 2'd1;
      SOURCE_MESSAGE: return 2'd2;
      default:        return 2'd3;
    endcase
  endfunction

  // How many operations of others each source has seen while it waits; s_range, which stands back for a
  // command, while all of them wait.
  for (genvar i = 0; i < SOURCES; i++) begin : gen_source
    logic [2:0] others_q;
    logic [1:0] behind;
    logic       counts;
    assign behind = place(dut.u_arbiter.last_q) - place(source_e'(i));
    assign counts = i == SOURCE_RANGE ? &waiting : waiting[i];
    always_ff @(posedge clk) begin
      if (!counts || taken[i]) others_q <= '0;
      else if (taken != 0 && others_q != '1) others_q <= others_q + 1'b1;
      if (!rst_n) others_q <= '0;
    end
    always_comb begin
      if (started_q) begin
        H4_waits_for_three_at_most : assert (others_q <= 3);
        if (i == SOURCE_MESSAGE || i == SOURCE_EVENT) begin
          inv_behind : assert (3'(behind) >= others_q);
        end
        // The command stands back while a bus range settles: then for one of the others more.
        if (i == SOURCE_COMMAND) begin
          inv_command_first : assert (!set_q[0] || others_q == 0);
          inv_command_second : assert (set_q != 2'b10 || others_q <= 1);
          inv_command_others :
          assert (others_q == 0 ||
                  dut.u_arbiter.last_q inside {SOURCE_MESSAGE, SOURCE_EVENT});
          inv_command_third : assert (others_q != 3 || dut.u_arbiter.last_q == SOURCE_EVENT);
          inv_command_settled : assert (others_q < 2 || set_q == '0);
        end
        if (i == SOURCE_RANGE) begin
          inv_range_behind : assert (3'(behind) >= others_q);
          inv_range_first :
          assert (!set_q[0] || (others_q == 0 && dut.u_arbiter.last_q == SOURCE_RANGE));
          inv_range_second :
          assert (set_q != 2'b10 || others_q == 0 ||
                  (others_q == 1 && dut.u_arbiter.last_q == SOURCE_MESSAGE));
          inv_range_last :
          assert (others_q == 0 || dut.u_arbiter.last_q != SOURCE_COMMAND || !dut.command_valid);
        end
      end
    end
  end

  // ---- what induction needs to know of the registers ----------------------------------------------

  function automatic record_t as_record(request_t request);
    record_t shown = '0;
    shown.source = request.source;
    if (request.source == SOURCE_MESSAGE) begin
      shown.operation = request.operation;
      shown.target    = request.target;
      if (request.operation == operation_code__SIGNAL_MSI_WITH_RID) shown.rid = request.rid;
      shown.address = request.address;
      shown.data    = request.data;
    end
    if (request.source == SOURCE_EVENT) begin
      shown.operation = request.operation;
      shown.route     = request.route;
    end
    if (request.source == SOURCE_RANGE) begin
      shown.operation = request.operation;
      shown.route     = request.route;
      shown.rid       = request.rid;
    end
    return shown;
  endfunction

  // Commands that settle, wait or are executed.
  logic [3:0] commands;
  always_comb begin
    commands = 4'(dut.u_registers.command_valid_q);
    for (int unsigned i = 0; i < COMMAND_SETTLE; i++) begin
      commands += 4'(dut.u_registers.settling_q[i]);
    end
    for (int unsigned i = 0; i < 4; i++) begin
      commands += 4'(i < 32'(queued_q) && queue_q[i].source == SOURCE_COMMAND);
    end
  end

  record_t in_lookup, in_execute;
  always_comb begin
    in_execute = queue_q[2'(retire_valid)];
    in_lookup  = queue_q[2'(retire_valid)+2'(dut.u_engine.execute_valid_q)];
    if (started_q) begin
      inv_one_command : assert (commands <= 1 && (commands == 0 || dut.u_registers.busy_q));
      inv_behind_io :
      assert (dut.u_arbiter.behind_io_q ==
              (dut.u_arbiter.last_q inside {SOURCE_MESSAGE, SOURCE_EVENT}));
      inv_settling : assert (dut.settling_q == set_q[0] && dut.settled_q == (set_q == '0));
      inv_queued :
      assert (queued_q == 3'(dut.u_engine.lookup_valid_q) + 3'(dut.u_engine.execute_valid_q) +
              3'(retire_valid));
      inv_lookup :
      assert (!dut.u_engine.lookup_valid_q || as_record(dut.u_engine.lookup_q) == in_lookup);
      inv_does_nothing : assert (dut.u_engine.execute_valid_q || dut.u_engine.does_q == 0);
      inv_execute :
      assert (!dut.u_engine.execute_valid_q || as_record(dut.u_engine.execute_q) == in_execute);
      inv_message_of_s_msi :
      assert (!dut.u_engine.execute_valid_q || dut.u_engine.execute_q.source != SOURCE_MESSAGE ||
              !dut.u_engine.does_q.takes_event);
      inv_operations :
      assert (!dut.u_engine.execute_valid_q || legal(dut.u_engine.execute_q));
      inv_operations_in_lookup :
      assert (!dut.u_engine.lookup_valid_q || legal(dut.u_engine.lookup_q));
      inv_operations_in_retire : assert (!retire_valid || legal(dut.u_engine.u_retire.retire_q));
      inv_clearing :
      assert (dut.clearing == (clear_count_q < LARGEST) &&
              clear_count_q <= LARGEST &&
              (!dut.clearing ||
               (clear_count_q == dut.u_engine.clear_index && queued_q == 0 && owed == 0)));
      inv_owed : assert (owed == 3'(dut.u_output.waits_q) + 3'(dut.message_valid));
      inv_stalled : assert (dut.u_output.waits_q == stalled_q);
      inv_sent : assert (!retire_valid || dut.message_valid == retire_sent);
      inv_waiting : assert (!dut.u_output.waits_q || dut.u_output.waiting_q == messages[0]);
      inv_offered :
      assert (!dut.message_valid || dut.message == messages[2'(dut.u_output.waits_q)]);
    end
  end

  function automatic logic legal(request_t request);
    unique case (request.source)
      SOURCE_COMMAND: return 1'b1;
      SOURCE_MESSAGE:
      return request.operation inside {operation_code__SIGNAL_MSI,
                                       operation_code__SIGNAL_MSI_WITH_RID};
      SOURCE_EVENT: return request.operation == operation_code__SIGNAL_EVENT;
      SOURCE_RANGE: return request.operation == operation_code__SET_BUS_RANGE;
      default: return 1'b0;
    endcase
  endfunction

  // ---- it can happen ------------------------------------------------------------------------------

  always_comb begin
    cover_record_of_s_msi : cover (started_q && retire_valid && retire_source == SOURCE_MESSAGE);
    cover_message_stalled : cover (started_q && stalled_q && owed == 2);
    cover_record_of_s_range : cover (started_q && retire_valid && retire_source == SOURCE_RANGE);
    cover_record_of_s_evt : cover (started_q && retire_valid && retire_source == SOURCE_EVENT);
  end

endmodule

`default_nettype wire
