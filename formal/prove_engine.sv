// SPDX-License-Identifier: MIT
//
// Proof of msi_engine: what leaves it is what the rules R1 to R10 say, for every operation, in every
// state and with any stalls (H1 to H3, H5, H7, H8). That a command stands still, as the engine asks for,
// is assumed here and proven in prove_registers.

`default_nettype none

module prove_engine
  import msi_csr_pkg::*;
  import msi_pkg::*;
  import model_pkg::*;
#(
    parameter int unsigned RANGES      = 3,
    parameter int unsigned CONNECTIONS = 3,
    parameter int unsigned TARGETS     = 4,
    parameter int unsigned ROUTES      = 3,
    parameter bit          CHECK_DEFAULT_RID = 1'b0,
    parameter int unsigned DEVID_BITS  = 32,
    // A short cut to what takes many commands: these operations, the lowest first, as commands at eight
    // cycles each, without a stall. 0: everything is free, as it is in the proof.
    parameter logic [15:0][7:0] SCENARIO = '0
) (
    input wire logic     clk,
    input wire logic     rst_n,
    input wire command_t command,
    input wire logic     request_valid,
    input wire request_t request,
    input wire logic     message_ready,
    input wire index_t   any_target,      // of s_msi, where request is not s_msi's
    input wire logic     any_first,
    input wire index_t   any_route,       // of s_evt, where request is not s_evt's
    input wire index_t   any_range,       // of s_range, where request is neither its nor the command
    input wire bus_range_t any_numbers,
    input wire index_t   watched         // a route: any, and always the same
);

  localparam int unsigned TARGET_WIDTH = TARGETS > 1 ? $clog2(TARGETS) : 1;
  localparam int unsigned ROUTE_WIDTH = ROUTES > 1 ? $clog2(ROUTES) : 1;

  logic     clearing;
  logic     request_ready;
  logic     command_granted, command_taken, range_granted;
  index_t     set_range;
  bus_range_t set_numbers;
  logic     message_valid;
  message_t message;
  logic     retire_valid;
  retire_t  retire;
  logic     drop_valid;
  drop_t    drop;

  msi_engine #(
      .RANGES     (RANGES),
      .CONNECTIONS(CONNECTIONS),
      .TARGETS    (TARGETS),
      .ROUTES     (ROUTES),
      .CHECK_DEFAULT_RID(CHECK_DEFAULT_RID),
      .DEVID_BITS (DEVID_BITS)
  ) dut (
      .message_target(TARGET_WIDTH'(request.source == SOURCE_MESSAGE ? request.target : any_target)),
      .message_first (request.source == SOURCE_MESSAGE ||
                      (request.source != SOURCE_COMMAND && any_first)),
      .event_route   (ROUTE_WIDTH'(request.source == SOURCE_EVENT ? request.route : any_route)),
      .*
  );

  // ---- assumptions --------------------------------------------------------------------------------

  logic started_q = 1'b0;
  logic after_reset_q;  // the last edge was one of reset
  always_ff @(posedge clk) begin
    started_q     <= 1'b1;
    after_reset_q <= !rst_n;
  end

  logic accept;
  assign accept        = request_valid && request_ready;
  assign command_granted = request_valid && request.source == SOURCE_COMMAND;
  assign command_taken = command_granted && request_ready;
  assign range_granted = request_valid && request.source == SOURCE_RANGE;

  always_comb begin
    set_range   = any_range;
    set_numbers = any_numbers;
    if (request.source == SOURCE_COMMAND) begin
      set_range   = command.range;
      set_numbers = {command.secondary, command.subordinate};
    end
    if (request.source == SOURCE_RANGE) begin
      set_range   = request.route;
      set_numbers = request.rid;
    end
  end

  logic [RANGE_SETTLE-1:0] set_q;    // s_range set a bus range so many cycles ago, and one
  logic [2:0]              since_q;  // for how many cycles the table has had it, without those of hold, up to 4
  always_ff @(posedge clk) begin
    set_q <= RANGE_SETTLE'({set_q, accept && range_granted});
    if (!dut.command_stays && since_q != 4) since_q <= since_q + 1'b1;
    if (accept && range_granted) since_q <= 3'd1;
    if (!rst_n) begin
      set_q   <= '0;
      since_q <= 3'd4;
    end
  end

  command_t   last_command_q;
  logic       in_flight_q;  // a command was accepted and has not retired
  logic [2:0] settled_q;    // for how many cycles the command stands still, up to SETTLED
  logic [2:0] settled;
  localparam int unsigned SETTLED = COMMAND_SETTLE + 1;  // in the lookup stage, or later

  always_comb begin
    settled = '0;
    if (command == last_command_q) begin
      settled = settled_q;
      if (settled_q != SETTLED) settled = settled_q + 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    last_command_q <= command;
    settled_q      <= settled;
    if (retire_valid && retire.request.source == SOURCE_COMMAND) in_flight_q <= 1'b0;
    if (command_taken) in_flight_q <= 1'b1;
    if (!rst_n) begin
      in_flight_q <= 1'b0;
      settled_q   <= '0;
    end
  end

  always_comb begin
    begins_in_reset : assume (started_q || !rst_n);
    if (request_valid) begin
      unique case (request.source)
        SOURCE_COMMAND: begin
          one_command_in_flight : assume (!in_flight_q);
          command_has_settled : assume (settled >= COMMAND_SETTLE);
          command_meets_the_range : assume (set_q == '0);
          command_is_offered :
          assume (request.operation == command.operation && request.target == command.target &&
                  request.route == command.route && request.rid == command.rid);
          command_is_an_operation : assume (is_operation(8'(command.operation)));
        end
        SOURCE_MESSAGE:
        messages_from_s_msi :
        assume (request.operation inside {operation_code__SIGNAL_MSI,
                                          operation_code__SIGNAL_MSI_WITH_RID});
        SOURCE_EVENT: events_from_s_evt : assume (request.operation == operation_code__SIGNAL_EVENT);
        SOURCE_RANGE: ranges_from_s_range : assume (request.operation == operation_code__SET_BUS_RANGE);
        default: no_other_source : assume (0);
      endcase
    end
    command_stands_still : assume (!in_flight_q || settled != 0);
  end

  if (SCENARIO != 0) begin : gen_scenario
    logic [7:0] cycle_q;  // since the tables are cleared
    logic [7:0] operation;
    always_ff @(posedge clk) cycle_q <= !rst_n || clearing ? '0 : cycle_q + 1'b1;
    always_comb begin
      operation = SCENARIO[cycle_q[6:3]];
      no_reset : assume (!started_q || rst_n);
      no_stall : assume (message_ready || (!clearing && operation == 0));
      if (started_q && !clearing && operation != 0) begin
        next_operation : assume (8'(command.operation) == operation);
        is_held : assume (cycle_q[2:0] == 0 || settled != 0);
        is_offered :
        assume ((cycle_q[2:0] == 4) == (request_valid && request.source == SOURCE_COMMAND));
      end
    end
  end

  // ---- the requests accepted and not yet retired, oldest first (H3) -------------------------------

  localparam int unsigned DEPTH = 4;

  request_t   [DEPTH-1:0] queue_q;
  logic [$clog2(DEPTH):0] queued_q;

  always_ff @(posedge clk) begin
    queued_q <= queued_q + 3'(accept) - 3'(retire_valid);
    for (int unsigned i = 0; i < DEPTH; i++) begin
      if (retire_valid && i + 1 < DEPTH) queue_q[i] <= queue_q[i+1];
      if (accept && queued_q == i + 32'(retire_valid)) queue_q[i] <= request;
    end
    if (!rst_n) queued_q <= '0;
  end

  // ---- the state that the rules look at -----------------------------------------------------------

  // An operation with all its arguments: those that only commands take are the command's, and so are
  // address and data unless they are s_msi's.
  function automatic command_t whole(request_t request);
    command_t operation = command;
    operation.operation = request.operation;
    operation.target    = request.target;
    operation.route     = request.route;
    operation.rid       = request.rid;
    if (request.source == SOURCE_MESSAGE) begin
      operation.address = request.address;
      operation.data    = request.data;
    end
    if (request.source == SOURCE_RANGE) begin
      operation.range                              = request.route;
      {operation.secondary, operation.subordinate} = request.rid;
    end
    return operation;
  endfunction

  command_t retired;   // the operation whose record is valid
  view_t    view;      // what it found
  message_t sent;      // its message, if one was sent
  command_t executed;  // the operation behind it
  view_t    later_view;
  view_t    command_view;  // what the command would find if it were next

  always_comb begin
    retired  = whole(queue_q[0]);
    executed = whole(queue_q[2'(retire_valid)]);
    sent     = {retire.devid, retire.request.address, retire.request.data};
  end

  reference_model #(
      .RANGES     (RANGES),
      .CONNECTIONS(CONNECTIONS),
      .TARGETS    (TARGETS),
      .ROUTES     (ROUTES),
      .CHECK_DEFAULT_RID(CHECK_DEFAULT_RID),
      .DEVID_BITS (DEVID_BITS)
  ) model (
      .valid    (retire_valid),
      .operation(retired),
      .later    (executed),
      .*
  );

  // ---- one route, any, seen from outside only: what its records said (R8, R9) ---------------------

  index_t watched_q;
  always_ff @(posedge clk) watched_q <= watched;
  always_comb one_route_is_watched : assume (!started_q || watched == watched_q);

  logic       refused_q;  // the last enable was refused, none succeeded since
  logic       owed_q;     // an event was held, and neither delivered nor consumed since
  logic       gone_q;     // it was freed, and not made again since
  logic       fixed_q;    // an enable succeeded, with:
  message_t   fixed_message_q;
  logic [31:0] fixed_base_q;   // of the route's irqfd backend
  bus_range_t  fixed_range_q;  // as it was then

  logic on_watched;

  assign on_watched = retire_valid && takes_route(retired.operation) && retired.route == watched;

  always_ff @(posedge clk) begin
    if (on_watched) begin
      unique case (retired.operation)
        operation_code__NEW_ROUTE, operation_code__FREE_ROUTE:
        if (retire.answer == answer__OK) begin
          refused_q <= 1'b0;
          owed_q    <= 1'b0;
          fixed_q   <= 1'b0;
          gone_q    <= retired.operation == operation_code__FREE_ROUTE;
        end
        operation_code__ENABLE, operation_code__ENABLE_WITH_RID: begin
          if (retire.answer inside {answer__REFUSED_BUS_RANGE, answer__REFUSED_DEVID}) begin
            refused_q <= 1'b1;
          end
          if (retire.answer inside {answer__OK, answer__DELIVERED}) begin
            refused_q       <= 1'b0;
            owed_q          <= 1'b0;
            fixed_q         <= 1'b1;
            fixed_message_q <= '{
                devid: view.devid,
                address: retired.address,
                data: retired.data
            };
            fixed_base_q    <= view.route_base;
            fixed_range_q   <= '{secondary: view.secondary, subordinate: view.subordinate};
          end
        end
        operation_code__SIGNAL_EVENT: if (retire.answer == answer__HELD_PENDING) owed_q <= 1'b1;
        operation_code__CONSUME_PENDING: owed_q <= 1'b0;
        default: ;
      endcase
    end
    if (!rst_n) begin
      refused_q <= 1'b0;
      owed_q    <= 1'b0;
      fixed_q   <= 1'b0;
      gone_q    <= 1'b0;
    end
  end

  // ---- properties: the rules ----------------------------------------------------------------------

  function automatic logic answered(answer_e answer, logic sent);
    return retire.answer == answer && retire.sent == sent;
  endfunction

  // R10: the DeviceID is the base and the requester ID, without a carry lost.
  function automatic logic carries(logic [31:0] base, logic [16:0] rid);
    return {1'b0, sent.devid} == devid_of(base, rid[15:0]) && !rid[16] &&
           sent.address == retired.address &&
           sent.data == retired.data;
  endfunction

  // Whether a DeviceID speaks for a bus of a range: what is left of it without its base (R1).
  function automatic logic speaks_for(logic [31:0] devid, logic [31:0] base, bus_range_t range);
    logic [31:0] rid = devid - base;
    return rid[31:16] == 0 && has(range.secondary, range.subordinate, {1'b0, rid[15:8]});
  endfunction

  logic no_error, is_drop;
  bus_range_t range;  // of the operation
  logic isolated;  // what is sent speaks for a bus of its range, as it was when signalled or enabled

  always_comb begin
    no_error = retire_valid && !view.bad_index && !view.no_route;
    is_drop  = retire.answer inside {answer__DROPPED_BUS_RANGE, answer__DROPPED_DISCONNECTED,
                                     answer__DROPPED_DEVID, answer__REFUSED_BUS_RANGE,
                                     answer__REFUSED_DEVID};
    range    = '{secondary: view.secondary, subordinate: view.subordinate};
    isolated = 1'b1;
    if (retire_valid && retire.sent) begin
      unique case (retired.operation)
        operation_code__SIGNAL_MSI, operation_code__SIGNAL_MSI_WITH_RID:
        isolated = speaks_for(sent.devid, view.devid_base, range);
        operation_code__ENABLE, operation_code__ENABLE_WITH_RID:
        isolated = speaks_for(sent.devid, view.route_base, range);
        operation_code__SIGNAL_EVENT:
        isolated = !on_watched || speaks_for(sent.devid, fixed_base_q, fixed_range_q);
        default: isolated = 1'b0;
      endcase
    end
  end

  // With the check, no message of any kind leaves for a bus outside its range. Without, one does.
  if (CHECK_DEFAULT_RID) begin : gen_isolation
    always_comb begin
      if (started_q) begin
        R1_isolation : assert (isolated);
        inv_watched_isolated :
        assert (!fixed_q || speaks_for(fixed_message_q.devid, fixed_base_q, fixed_range_q));
      end
    end
  end else begin : gen_no_isolation
    always_comb begin
      cover_not_isolated :
      cover (started_q && retired.operation == operation_code__SIGNAL_MSI && !isolated);
    end
  end

  if (DEVID_BITS < 32) begin : gen_devid_fits  // others have no more bits
    always_comb begin
      if (started_q && retire_valid) begin
        R10_devid_fits : assert (!retire.sent || sent.devid >> DEVID_BITS == 0);
      end
    end
    for (genvar i = 0; i < ROUTES; i++) begin : gen_route
      always_comb begin
        if (started_q) begin
          inv_route_devid : assert (model.state_q.routes[i].message.devid >> DEVID_BITS == 0);
        end
      end
    end
  end

  always_comb begin
    if (started_q && retire_valid) begin
      S3_bad_index : assert (!view.bad_index || answered(answer__ERROR_INDEX, 1'b0));
      S3_no_route : assert (!view.no_route || answered(answer__ERROR_NO_ROUTE, 1'b0));
    end
    if (started_q && no_error) begin
      unique case (retired.operation)
        operation_code__SIGNAL_MSI: begin
          R2_dropped_if_out_of_range :
          assert (!view.refused || answered(answer__DROPPED_BUS_RANGE, 1'b0));
          R2_leaves_unless_out_of_range :
          assert (view.refused || !view.connected || view.beyond || answered(answer__SENT, 1'b1));
          R2_R10_message : assert (!retire.sent || carries(view.devid_base, view.rid));
          R4_disconnected :
          assert (view.refused || view.connected || answered(answer__DROPPED_DISCONNECTED, 1'b0));
          R2_R10_devid_beyond :
          assert (view.refused || !view.connected || !view.beyond ||
                  answered(answer__DROPPED_DEVID, 1'b0));
        end

        operation_code__SIGNAL_MSI_WITH_RID: begin
          R1_R3_out_of_range_never_leaves :
          assert (!view.refused || answered(answer__DROPPED_BUS_RANGE, 1'b0));
          R1_R3_in_range_leaves :
          assert (view.refused || !view.connected || view.beyond || answered(answer__SENT, 1'b1));
          R3_R10_message : assert (!retire.sent || carries(view.devid_base, {1'b0, retired.rid}));
          R4_in_range_disconnected :
          assert (view.refused || view.connected || answered(answer__DROPPED_DISCONNECTED, 1'b0));
          R3_R10_devid_beyond :
          assert (view.refused || !view.connected || !view.beyond ||
                  answered(answer__DROPPED_DEVID, 1'b0));
        end

        operation_code__NEW_ROUTE:
        R7_new_route : assert (answered(view.irqfd ? answer__OK : answer__NO_IRQFD, 1'b0));

        operation_code__ENABLE, operation_code__ENABLE_WITH_RID: begin
          R8_refused : assert (!view.refused || answered(answer__REFUSED_BUS_RANGE, 1'b0));
          R8_R10_devid_beyond :
          assert (view.refused || !view.beyond || answered(answer__REFUSED_DEVID, 1'b0));
          R8_otherwise_not_refused :
          assert (view.refused || view.beyond ||
                  answered(view.pending ? answer__DELIVERED : answer__OK, view.pending));
          R9_R10_delivers_the_new_message :
          assert (!retire.sent || carries(view.route_base, view.rid));
        end

        operation_code__SIGNAL_EVENT: begin
          R9_event :
          assert (answered(view.enabled ? answer__SENT : answer__HELD_PENDING, view.enabled));
          R8_R10_event_message : assert (!retire.sent || sent == view.route_message);
        end

        operation_code__CONSUME_PENDING:
        R9_consume : assert (answered(view.pending ? answer__WAS_PENDING : answer__WAS_NOT_PENDING, 1'b0));

        operation_code__DEFAULT_BDF:
        R2_default_bdf :
        assert (view.refused ? answered(answer__NO_BDF, 1'b0) && retire.bdf == 0 :
                               answered(answer__BDF, 1'b0) && {1'b0, retire.bdf} == view.rid);

        operation_code__SUPPORTS_DIRECT_MSI:
        R7_direct_msi :
        assert (answered(view.irqfd ? answer__DIRECT_MSI : answer__NO_DIRECT_MSI, 1'b0));

        default: begin
          S3_ok : assert (answered(answer__OK, 1'b0));
        end
      endcase
    end

    // The watched route, from its own records alone.
    if (started_q && on_watched) begin
      R8_refused_means_disabled :
      assert (!refused_q || retired.operation != operation_code__SIGNAL_EVENT ||
              answered(answer__HELD_PENDING, 1'b0));
      R8_devid_fixed_at_enable :
      assert (!retire.sent || retired.operation != operation_code__SIGNAL_EVENT ||
              (fixed_q && sent == fixed_message_q));
      R9_pending_is_never_lost :
      assert (!owed_q ||
              !(retired.operation inside {operation_code__ENABLE,
                                                 operation_code__ENABLE_WITH_RID,
                                                 operation_code__CONSUME_PENDING}) ||
              answered(answer__DELIVERED, 1'b1) || answered(answer__WAS_PENDING, 1'b0) ||
              answered(answer__REFUSED_BUS_RANGE, 1'b0) || answered(answer__REFUSED_DEVID, 1'b0));
      R9_pending_is_never_delivered_twice :
      assert (owed_q || !(retire.answer inside {answer__DELIVERED, answer__WAS_PENDING}));
      R9_freed_is_gone :
      assert (!gone_q || retired.operation == operation_code__NEW_ROUTE ||
              answered(answer__ERROR_NO_ROUTE, 1'b0));
    end
  end

  // ---- properties: the hardware -------------------------------------------------------------------

  logic     stalled_q;
  message_t stalled_message_q;
  index_t   clear_count_q;
  logic     accepted_1_q, accepted_2_q;  // moves with message_ready: the stages
  logic     retires_q;

  always_ff @(posedge clk) begin
    stalled_q         <= rst_n && message_valid && !message_ready;
    stalled_message_q <= message;
    clear_count_q     <= clear_count_q + index_t'(clearing);
    if (message_ready) begin
      accepted_1_q <= accept;
      accepted_2_q <= accepted_1_q;
    end
    retires_q <= message_ready && accepted_2_q;
    if (!rst_n) begin
      clear_count_q <= '0;
      accepted_1_q  <= 1'b0;
      accepted_2_q  <= 1'b0;
      retires_q     <= 1'b0;
    end
  end

  // The record shows the request, as far as its operation takes arguments.
  function automatic logic same(request_t shown, request_t request);
    command_t operation = whole(request);
    logic     rid, message;
    rid = request.operation inside {operation_code__SIGNAL_MSI_WITH_RID,
                                    operation_code__ENABLE_WITH_RID};
    message = request.operation inside {operation_code__SIGNAL_MSI,
                                        operation_code__SIGNAL_MSI_WITH_RID,
                                        operation_code__ENABLE, operation_code__ENABLE_WITH_RID};
    return shown.source == request.source && shown.operation == request.operation &&
           (!takes_target(request.operation) || shown.target == request.target) &&
           (!takes_route(request.operation) || shown.route == request.route) &&
           (!rid || shown.rid == request.rid) &&
           (request.source != SOURCE_RANGE ||
            (shown.route == request.route && shown.rid == request.rid)) &&
           (!message || (shown.address == operation.address && shown.data == operation.data));
  endfunction

  localparam int unsigned LARGEST = larger(larger(RANGES, CONNECTIONS), larger(TARGETS, ROUTES));

  always_comb begin
    if (started_q) begin
      H1_ready : assert (request_ready == (message_ready && !clearing));
      H2_valid_stays : assert (!stalled_q || message_valid);
      H2_payload_stable : assert (!stalled_q || message == stalled_message_q);
      H3_retires_exactly_once : assert (retire_valid == retires_q);
      H3_in_order : assert (!retire_valid || same(retire.request, queue_q[0]));
      H3_message_exactly_once :
      assert (message_valid == (retire_valid ? retire.sent : stalled_q));
      H3_message_of_its_record : assert (!retire_valid || !message_valid || message == sent);
      H7_drop : assert (drop_valid == (retire_valid && is_drop));
      H7_drop_reason :
      assert (!drop_valid || drop.reason == retire.answer);
      H8_clearing : assert (clearing == (clear_count_q < LARGEST));
      H8_nothing_while_clearing :
      assert (!clearing || (!message_valid && !retire_valid && !drop_valid));
      H8_reset : assert (!after_reset_q || clearing);
    end
    if (started_q && drop_valid && no_error) begin
      H7_drop_range : assert (drop.secondary == view.secondary && drop.subordinate == view.subordinate);
      H7_drop_rid : assert (drop.rid == view.rid);
    end
  end

  // What a block RAM reads of an entry that is written at the same edge is undefined on an FPGA, though
  // not here: whether the words on their way through its two registers are of this kind.
  logic states_undefined_1_q, states_undefined_2_q;
  logic command_states_undefined_1_q, command_states_undefined_2_q;
  logic messages_undefined_1_q, messages_undefined_2_q;
  logic origins_undefined_1_q, origins_undefined_2_q;
  logic backends_undefined_1_q, backends_undefined_2_q;
  logic irqfds_undefined_1_q, irqfds_undefined_2_q;
  logic targets_undefined_1_q, targets_undefined_2_q;

  always_ff @(posedge clk) begin
    if (dut.u_route_states.u_memory.read) begin
      states_undefined_1_q <= dut.u_route_states.u_memory.write &&
          dut.u_route_states.u_memory.write_index == dut.u_route_states.u_memory.read_index;
      states_undefined_2_q <= states_undefined_1_q;
    end
    command_states_undefined_1_q <= dut.u_route_states.u_command_memory.write &&
        dut.u_route_states.u_command_memory.write_index ==
        dut.u_route_states.u_command_memory.read_index;
    command_states_undefined_2_q <= command_states_undefined_1_q;
    if (dut.u_route_messages.read) begin
      messages_undefined_1_q <= dut.u_route_messages.write &&
          dut.u_route_messages.write_index == dut.u_route_messages.read_index;
      messages_undefined_2_q <= messages_undefined_1_q;
    end
    if (dut.u_command.u_origins.read) begin
      origins_undefined_1_q <= dut.u_command.u_origins.write &&
          dut.u_command.u_origins.write_index == dut.u_command.u_origins.read_index;
      origins_undefined_2_q <= origins_undefined_1_q;
    end
    if (dut.u_accept.u_message_backends.u_memory.read) begin
      backends_undefined_1_q <= dut.u_accept.u_message_backends.u_memory.write &&
          dut.u_accept.u_message_backends.u_memory.write_index == dut.u_accept.u_message_backends.u_memory.read_index;
      backends_undefined_2_q <= backends_undefined_1_q;
    end
    if (dut.u_command.u_irqfd_backends.u_memory.read) begin
      irqfds_undefined_1_q <= dut.u_command.u_irqfd_backends.u_memory.write &&
          dut.u_command.u_irqfd_backends.u_memory.write_index ==
          dut.u_command.u_irqfd_backends.u_memory.read_index;
      irqfds_undefined_2_q <= irqfds_undefined_1_q;
    end
    targets_undefined_1_q <= dut.u_accept.u_command_targets.u_memory.write &&
        dut.u_accept.u_command_targets.u_memory.write_index == dut.u_accept.u_command_targets.u_memory.read_index;
    targets_undefined_2_q <= targets_undefined_1_q;
    if (!rst_n) begin  // there are no routes then
      states_undefined_1_q   <= 1'b0;
      states_undefined_2_q   <= 1'b0;
      command_states_undefined_1_q <= 1'b0;
      command_states_undefined_2_q <= 1'b0;
      messages_undefined_1_q <= 1'b0;
      messages_undefined_2_q <= 1'b0;
      origins_undefined_1_q  <= 1'b0;
      origins_undefined_2_q  <= 1'b0;
    end
  end

  logic uses_irqfd;  // the command, of a target that is bound
  logic binds;       // a command that does not look at its target
  logic cleared;     // what is read of the command's target is not from before clearing

  always_comb begin
    cleared    = !clearing && dut.u_accept.cleared_q == 2'b11;
    binds      = command.operation == operation_code__BIND_TARGET;
    uses_irqfd = cleared && dut.command_target.bound && command.target < TARGETS &&
        command.operation inside {operation_code__NEW_ROUTE, operation_code__SUPPORTS_DIRECT_MSI};
  end

  always_comb begin
    if (started_q) begin
      H5_no_undefined_state :
      assert (!dut.does_q.takes_event || dut.execute_q.source == SOURCE_COMMAND || !states_undefined_2_q ||
              dut.u_route_states.forward_q);
      H5_no_undefined_command_state :
      assert (!command_states_undefined_2_q || dut.u_route_states.written_q[1]);
      H5_no_undefined_message :
      assert (!retire_valid || retired.operation != operation_code__SIGNAL_EVENT || !retire.sent ||
              !messages_undefined_2_q);
      H5_no_undefined_origin :
      assert (!(command.operation inside {operation_code__ENABLE, operation_code__ENABLE_WITH_RID}) ||
              settled < 2 || !origins_undefined_2_q);
      H5_no_undefined_backend :
      assert (!dut.does_q.signals || !dut.bound_q || !backends_undefined_2_q);
      H5_no_undefined_irqfd : assert (!uses_irqfd || settled < 4 || !irqfds_undefined_2_q);
      H5_no_undefined_target :
      assert (binds || settled < 2 || !cleared || !targets_undefined_2_q);
      inv_undefined_state :
      assert (!dut.does.takes_event || dut.lookup_q.source == SOURCE_COMMAND || !states_undefined_1_q ||
              (dut.u_route_states.done_uses_q[1] &&
               dut.u_route_states.done_index_q[1] == dut.u_route_states.lookup_index));
      inv_undefined_command_state :
      assert (!command_states_undefined_1_q || dut.u_route_states.written_q[0]);
      inv_undefined_message :
      assert (!dut.does_q.takes_event || !messages_undefined_1_q);
      inv_undefined_origin :
      assert (!(command.operation inside {operation_code__ENABLE, operation_code__ENABLE_WITH_RID}) ||
              settled < 1 || !origins_undefined_1_q);
      inv_undefined_backend :
      assert (!dut.does.signals || !dut.target_q.bound || !backends_undefined_1_q);
      inv_undefined_irqfd : assert (!uses_irqfd || settled < 3 || !irqfds_undefined_1_q);
      inv_undefined_target :
      assert (binds || clearing || settled < 1 || !dut.u_accept.cleared_q[0] || !targets_undefined_1_q);
    end
  end

  // ---- what induction needs to know of the registers ----------------------------------------------

  // The stages hold the requests of the queue; a command there is the one on command.
  request_t in_lookup, in_execute;
  logic     command_in_lookup, command_in_execute;
  logic     enabling;  // what the engine resolves of a command, it does for these

  always_comb begin
    in_execute         = queue_q[2'(retire_valid)];
    in_lookup          = queue_q[2'(retire_valid)+2'(dut.execute_valid_q)];
    command_in_lookup  = dut.lookup_valid_q && in_lookup.source == SOURCE_COMMAND;
    command_in_execute = dut.execute_valid_q && in_execute.source == SOURCE_COMMAND;
    enabling           = command.operation inside {operation_code__ENABLE,
                                                   operation_code__ENABLE_WITH_RID};
  end

  // A request that the assumptions above allow.
  function automatic logic legal(request_t request);
    unique case (request.source)
      SOURCE_COMMAND:
      return is_operation(8'(command.operation)) && request.operation == command.operation &&
             request.target == command.target && request.route == command.route &&
             request.rid == command.rid;
      SOURCE_MESSAGE:
      return request.operation inside {operation_code__SIGNAL_MSI,
                                       operation_code__SIGNAL_MSI_WITH_RID};
      SOURCE_EVENT: return request.operation == operation_code__SIGNAL_EVENT;
      SOURCE_RANGE: return request.operation == operation_code__SET_BUS_RANGE;
      default: return 1'b0;
    endcase
  endfunction

  always_comb begin
    if (started_q) begin
      inv_since : assert (since_q >= 1 && since_q <= 4);
      inv_since_first : assert (since_q != 1 || set_q[0] || command_in_execute);
      inv_since_second :
      assert (since_q != 2 || set_q[1] ||
              (retire_valid && queue_q[0].source == SOURCE_COMMAND));
      inv_since_one : assert (!set_q[0] || since_q == 1);
      inv_since_in_lookup : assert (!command_in_lookup || since_q == 4);
      inv_since_in_execute : assert (!command_in_execute || since_q == 4 || since_q == 1);
      inv_stages :
      assert (dut.lookup_valid_q == accepted_1_q && dut.execute_valid_q == accepted_2_q &&
              queued_q == 3'(accepted_1_q) + 3'(accepted_2_q) + 3'(retire_valid));
      inv_does_nothing : assert (dut.execute_valid_q || dut.does_q == 0);
      inv_sets : assert (dut.sets_q == (command_in_lookup ? dut.command_sets : '0));
      inv_lookup : assert (!dut.lookup_valid_q || dut.lookup_q == in_lookup);
      inv_execute : assert (!dut.execute_valid_q || dut.execute_q == in_execute);
      inv_legal :
      assert ((!dut.lookup_valid_q || legal(in_lookup)) &&
              (!dut.execute_valid_q || legal(in_execute)) && (!retire_valid || legal(queue_q[0])));
      inv_one_command :
      assert (2'(command_in_lookup) + 2'(command_in_execute) +
              2'(retire_valid && queue_q[0].source == SOURCE_COMMAND) == 2'(in_flight_q));
      inv_settled : assert (settled_q <= SETTLED);
      inv_in_flight_settled : assert (!in_flight_q || settled == SETTLED);
      inv_clearing : assert ((!clearing || dut.clear_index == clear_count_q) && clear_count_q <= LARGEST);
      inv_clearing_is_empty :
      assert (!clearing || (!dut.lookup_valid_q && !dut.execute_valid_q && queued_q == 0 &&
                            !retire_valid && model.state_q == 0 &&
                            !refused_q && !owed_q && !fixed_q && !gone_q));
      // Nothing is bound yet in the two cycles after clearing: nothing was executed.
      inv_cleared_is_empty :
      assert ((dut.u_accept.cleared_q[0] || !dut.lookup_valid_q) &&
              (cleared || (!dut.execute_valid_q && !retire_valid && model.state_q == 0)));
      inv_since_reset :
      assert ((!clearing && dut.u_accept.cleared_q[0]) || settled_q <= clear_count_q);
      inv_while_clearing : assert (!clearing || clear_count_q < 1 || !dut.u_accept.cleared_q[0]);
      inv_after_clearing :
      assert (clearing || dut.u_accept.cleared_q[0] || !dut.u_accept.cleared_q[1] || LARGEST == 1);
      inv_done_while_clearing :
      assert (!clearing || clear_count_q < 1 || dut.u_route_states.done_uses_q == 0);
      inv_done_is_a_route :
      assert (clearing || !dut.u_route_states.done_uses_q[0] ||
              dut.u_route_states.done_index_q[0] < ROUTES);
      inv_not_a_route : assert (watched < ROUTES || (!refused_q && !owed_q && !fixed_q && !gone_q));
    end
  end

  // The tables hold what the model holds after the record that is valid, or what the operations under way
  // make of it, and after a reset 0 in the entries that are cleared already. A target is bound when its
  // command is accepted, and so is a backend or a bus range set; what lookup writes is written as soon as the
  // command is there, though this stage may stall.
  logic configures;  // a command of these is in execute (has written) or in lookup (may have)

  always_comb begin
    configures  = (command_in_lookup || command_in_execute) &&
                  !(takes_range(command.operation) && command.range >= RANGES) &&
                  !(takes_connection(command.operation) && command.connection >= CONNECTIONS) &&
                  !(takes_target(command.operation) && command.target >= TARGETS);
    if (started_q) begin
      // Right after reset it means nothing: the entry is cleared.
      inv_sets_irqfd :
      assert (!dut.u_command.sets_irqfd_q || (clearing && clear_count_q == 0) ||
              (command_in_lookup && configures &&
               command.operation == operation_code__CONNECT_IRQFD));
    end
  end

  for (genvar i = 0; i < RANGES; i++) begin : gen_range
    logic [15:0] entry, expected;
    command_t    first, second;  // in execute, in lookup
    always_comb begin
      entry    = dut.u_lookup.u_ranges.entries[i];
      expected = model.state_d.ranges[i];
      first    = whole(in_execute);
      second   = whole(in_lookup);
      if (dut.execute_valid_q && first.operation == operation_code__SET_BUS_RANGE && first.range == i) begin
        expected = {first.secondary, first.subordinate};
      end
      if (dut.lookup_valid_q && second.operation == operation_code__SET_BUS_RANGE && second.range == i) begin
        expected = {second.secondary, second.subordinate};
      end
      if (started_q) begin
        inv_range : assert ((clearing && clear_count_q <= i) || entry == expected);
      end
    end
  end

  localparam int unsigned CONNECTION_WIDTH = CONNECTIONS > 1 ? $clog2(CONNECTIONS) : 1;
  localparam int unsigned RANGE_WIDTH = RANGES > 1 ? $clog2(RANGES) : 1;
  localparam int unsigned OFFSET_WIDTH = CHECK_DEFAULT_RID ? 16 : 8;
  localparam int unsigned TARGET_BITS = 1 + CONNECTION_WIDTH + RANGE_WIDTH + OFFSET_WIDTH;
  localparam int unsigned ORIGIN_BITS = $bits(backend_t) + RANGE_WIDTH + OFFSET_WIDTH;

  // As the tables hold a backend. The rest of one that is not connected means nothing.
  function automatic backend_t backend(logic connected, logic [31:0] devid_base);
    return new_backend(connected, devid_base, DEVID_BITS);
  endfunction

  function automatic logic agree(backend_t entry, backend_t expected);
    return entry.connected == expected.connected && (!entry.connected || entry == expected);
  endfunction

  for (genvar i = 0; i < CONNECTIONS; i++) begin : gen_connection
    backend_t message_entry, irqfd_entry;  // in the tables
    backend_t irqfd_next;  // after what is being written
    backend_t message_backend, irqfd_backend;  // that have to be there
    logic     message_written, irqfd_written;
    always_comb begin
      message_entry   = dut.u_accept.u_message_backends.u_memory.entries[i];
      irqfd_entry     = dut.u_command.u_irqfd_backends.u_memory.entries[i];
      irqfd_next      = dut.u_command.sets_irqfd_q && command.connection == i ?
                        backend(1'b1, command.devid_base) : irqfd_entry;
      message_written = configures && command.connection == i &&
                        command.operation inside {operation_code__CONNECT,
                                                  operation_code__DISCONNECT};
      irqfd_written   = configures && command.connection == i &&
                        command.operation == operation_code__CONNECT_IRQFD;
      message_backend = backend(model.state_d.message_backends[i].connected,
                                model.state_d.message_backends[i].devid_base);
      irqfd_backend   = backend(model.state_d.irqfd_backends[i].connected,
                                model.state_d.irqfd_backends[i].devid_base);
      if (message_written) begin
        message_backend = backend(command.operation == operation_code__CONNECT, command.devid_base);
      end
      if (irqfd_written) irqfd_backend = backend(1'b1, command.devid_base);
      if (started_q) begin
        inv_message_backend :
        assert ((clearing && clear_count_q <= i) || agree(message_entry, message_backend));
        inv_irqfd_backend :
        assert ((clearing && clear_count_q <= i) || agree(irqfd_next, irqfd_backend));
        // What was read of it when a request was accepted, and before a command was offered.
        inv_backend_in_lookup :
        assert (!(dut.does.signals && dut.target_q.bound &&
                  CONNECTION_WIDTH'(dut.target_q.connection) == i) ||
                agree(dut.u_accept.u_message_backends.u_memory.entry_q, message_entry));
        inv_irqfd_of_command_read :
        assert (clearing || settled < 3 || !uses_irqfd ||
                dut.command_target.connection != i ||
                agree(dut.u_command.u_irqfd_backends.u_memory.entry_q, irqfd_entry));
        inv_irqfd_of_command :
        assert (clearing || settled < 4 || !uses_irqfd ||
                dut.command_target.connection != i ||
                agree(dut.u_command.irqfd_backend, irqfd_entry));
      end
    end
  end

  // As the tables hold a target.
  function automatic logic [TARGET_BITS-1:0] kept(target_t target);
    return {target.bound, CONNECTION_WIDTH'(target.connection), RANGE_WIDTH'(target.range),
            OFFSET_WIDTH'(target.rid_offset)};
  endfunction

  for (genvar i = 0; i < TARGETS; i++) begin : gen_target
    logic [TARGET_BITS-1:0] entry, modelled, configured;
    logic                   written;
    // All but the highest bit means nothing in a target that is not bound.
    function automatic logic agrees(logic [TARGET_BITS-1:0] entry,
                                     logic [TARGET_BITS-1:0] expected);
      return entry[TARGET_BITS-1] == expected[TARGET_BITS-1] &&
             (!entry[TARGET_BITS-1] || entry == expected);
    endfunction
    always_comb begin
      entry      = dut.u_accept.u_message_targets.entries[i];
      modelled   = {model.state_d.targets[i].bound,
                 CONNECTION_WIDTH'(model.state_d.targets[i].connection),
                 RANGE_WIDTH'(model.state_d.targets[i].range),
                 OFFSET_WIDTH'(model.state_d.targets[i].rid_offset)};
      configured = {1'b1, CONNECTION_WIDTH'(command.connection), RANGE_WIDTH'(command.range),
                 OFFSET_WIDTH'(command.rid_offset)};
      written    = configures && command.operation == operation_code__BIND_TARGET &&
                command.target == i;
      if (started_q) begin
        inv_target :
        assert ((clearing && clear_count_q <= i) || agrees(entry, written ? configured : modelled));
        inv_target_legal :
        assert (model.state_q.targets[i].bound ?
                model.state_q.targets[i].connection < CONNECTIONS &&
                model.state_q.targets[i].range < RANGES &&
                model.state_q.targets[i].rid_offset >> OFFSET_WIDTH == 0 :
                model.state_q.targets[i] == 0);
        // What was read of it before a command was offered, and when a request was accepted.
        inv_one_target :
        assert ((clearing && clear_count_q <= i) ||
                agrees(dut.u_accept.u_command_targets.u_memory.entries[i], entry));
        inv_target_of_command_read :
        assert (binds || clearing || settled < 1 || !dut.u_accept.cleared_q[0] || command.target != i ||
                agrees(dut.u_accept.u_command_targets.u_memory.entry_q, entry));
        inv_target_of_command :
        assert (binds || settled < 2 || !cleared || command.target != i ||
                agrees(dut.u_accept.command_entry, entry));
        inv_target_in_lookup :
        assert (!(dut.lookup_valid_q && takes_target(in_lookup.operation) && in_lookup.target == i) ||
                in_lookup.operation == operation_code__BIND_TARGET ||
                (agrees(kept(dut.target_q), entry) &&
                 (!dut.target_q.bound || dut.target_q.rid_offset >> OFFSET_WIDTH == 0)));
      end
    end
  end

  for (genvar i = 0; i < ROUTES; i++) begin : gen_route
    logic [2:0]             state_entry, state_modelled;
    logic [ORIGIN_BITS-1:0] origin_entry, origin_modelled;
    message_t               message_entry;
    logic                   made_new, set_new;
    message_t               message_new;
    logic [1:0]             in_done;  // has left execute as the last one, or the one before
    always_comb begin
      state_entry   = dut.u_route_states.u_memory.entries[i];
      state_modelled  = {model.state_d.routes[i].made, model.state_d.routes[i].enabled,
                       model.state_d.routes[i].pending};
      origin_entry  = dut.u_command.u_origins.entries[i];
      origin_modelled = {backend(1'b1, model.state_d.routes[i].devid_base),
                       RANGE_WIDTH'(model.state_d.routes[i].range),
                       OFFSET_WIDTH'(model.state_d.routes[i].rid_offset)};
      message_entry = dut.u_route_messages.entries[i];
      made_new      = command_in_execute && configures && command.route == i &&
                      command.operation == operation_code__NEW_ROUTE && later_view.irqfd;
      set_new       = enabling && command.route == i;
      message_new   = {dut.command_devid, command.address, command.data};
      for (int unsigned j = 0; j < 2; j++) begin
        in_done[j] = dut.u_route_states.done_uses_q[j] && dut.u_route_states.done_index_q[j] == i;
      end
      if (started_q) begin
        inv_route_state :
        assert ((clearing && clear_count_q <= i) ||
                (in_done[0] ? dut.u_route_states.done_state_q[0] : state_entry) == state_modelled);
        inv_one_state :
        assert ((clearing && clear_count_q <= i) ||
                dut.u_route_states.u_command_memory.entries[i] == state_entry);
        // What was read of it for a command, and what was written since.
        inv_command_state_entry :
        assert (clearing || settled < 1 || command.route != i ||
                (dut.u_route_states.written_q[0] ? dut.u_route_states.written_state_q[0] :
                 dut.u_route_states.u_command_memory.entry_q) == state_entry);
        inv_command_state_read :
        assert (clearing || settled < 2 || command.route != i ||
                (dut.u_route_states.written_q[0] ? dut.u_route_states.written_state_q[0] :
                 dut.u_route_states.written_q[1] ? dut.u_route_states.written_state_q[1] :
                 dut.u_route_states.read_state) == state_entry);
        inv_command_state :
        assert (clearing || settled < 3 || command.route != i ||
                dut.u_route_states.command_state_q == state_entry);
        inv_route_origin :
        assert (!model.state_d.routes[i].made || origin_entry == origin_modelled ||
                (made_new && origin_entry == dut.u_command.u_origins.write_data));
        inv_route_message :
        assert (!model.state_d.routes[i].made ||
                ((command_in_lookup || command_in_execute) && set_new &&
                 message_entry == message_new) ||
                (!(command_in_execute && set_new) &&
                 (!model.state_d.routes[i].enabled ||
                  message_entry == model.state_d.routes[i].message)));
        inv_route_legal :
        assert (model.state_q.routes[i].made ?
                model.state_q.routes[i].range < RANGES &&
                model.state_q.routes[i].rid_offset >> OFFSET_WIDTH == 0 :
                model.state_q.routes[i] == 0);
        inv_route_watched :
        assert (watched != i ||
                ((!refused_q || !model.state_q.routes[i].enabled) &&
                 owed_q == model.state_q.routes[i].pending &&
                 (model.state_q.routes[i].made ? !gone_q : !refused_q && !fixed_q) &&
                 (!model.state_q.routes[i].enabled ||
                  (fixed_q && fixed_message_q == model.state_q.routes[i].message))));

        // Its state, read when it was accepted, and what came too late for that.
        if (dut.lookup_valid_q && takes_route(in_lookup.operation) && in_lookup.route == i) begin
          inv_state_in_lookup :
          assert ((in_done[0] ? dut.u_route_states.done_state_q[0] :
                   in_lookup.source == SOURCE_COMMAND ? dut.u_route_states.command_state_q :
                   in_done[1] ? dut.u_route_states.done_state_q[1] :
                   dut.u_route_states.u_memory.entry_q) == state_modelled);
        end
      end
    end
  end

  // What an operation does, where its indexes are good.
  function automatic does_t does(operation_code_e operation, logic good, logic enables,
                                 logic refuses);
    if (!good) return '0;
    return '{
        enables: enables,
        refuses: refuses,
        disables: operation == operation_code__DISABLE,
        makes_route: operation == operation_code__NEW_ROUTE,
        frees: operation == operation_code__FREE_ROUTE,
        consumes: operation == operation_code__CONSUME_PENDING,
        takes_event: operation == operation_code__SIGNAL_EVENT,
        takes_route: takes_route(operation),
        signals: operation inside {operation_code__SIGNAL_MSI, operation_code__SIGNAL_MSI_WITH_RID},
        asks_irqfd: operation inside {operation_code__NEW_ROUTE,
                                      operation_code__SUPPORTS_DIRECT_MSI},
        tells_bdf: operation == operation_code__DEFAULT_BDF
    };
  endfunction

  // What an operation answers, if it finds what it asks for and if not.
  function automatic answers_t answers(operation_code_e operation, logic bad_index);
    answers = named(operation);
    if (bad_index) answers.found = answer__ERROR_INDEX;
  endfunction

  function automatic answers_t named(operation_code_e operation);
    unique case (operation)
      operation_code__SIGNAL_MSI, operation_code__SIGNAL_MSI_WITH_RID:
      return '{answer__SENT, answer__OK};
      operation_code__NEW_ROUTE: return '{answer__OK, answer__NO_IRQFD};
      operation_code__ENABLE, operation_code__ENABLE_WITH_RID:
      return '{answer__DELIVERED, answer__OK};
      operation_code__SIGNAL_EVENT: return '{answer__SENT, answer__HELD_PENDING};
      operation_code__CONSUME_PENDING: return '{answer__WAS_PENDING, answer__WAS_NOT_PENDING};
      operation_code__DEFAULT_BDF: return '{answer__BDF, answer__OK};
      operation_code__SUPPORTS_DIRECT_MSI: return '{answer__DIRECT_MSI, answer__NO_DIRECT_MSI};
      default: return '{answer__OK, answer__OK};
    endcase
  endfunction

  logic [ORIGIN_BITS-1:0] origin;  // of the command's route
  assign origin = {backend(1'b1, command_view.route_base), RANGE_WIDTH'(command_view.range),
                   OFFSET_WIDTH'(command_view.rid_offset)};

  // What its route's bus range is after all that was accepted, and what follows from that.
  bus_range_t  range_now;
  logic        explicit_rid, refused_now;
  rid_t        rid_now;
  logic [32:0] devid_now;

  always_comb begin
    range_now = '0;
    for (int unsigned i = 0; i < RANGES; i++) begin
      if (command_view.range == i) range_now = dut.u_lookup.u_ranges.entries[i];
    end
    explicit_rid = command.operation == operation_code__ENABLE_WITH_RID;
    rid_now      = explicit_rid ? {1'b0, command.rid} :
        {1'b0, range_now.secondary, 8'h00} + {1'b0, command_view.rid_offset};
    refused_now  = (explicit_rid || CHECK_DEFAULT_RID) &&
        !has(range_now.secondary, range_now.subordinate, rid_now[16:8]);
    devid_now    = devid_of(command_view.route_base, rid_now[15:0]);
  end

  // What the engine decodes and resolves of a command, one thing a cycle.
  always_comb begin
    if (started_q && settled >= 1) begin
      inv_command_outside :
      assert ({dut.u_command.outside_range_q, dut.u_command.outside_connection_q, dut.u_command.outside_target_q,
               dut.u_command.outside_route_q} ==
              {command.range >= RANGES, command.connection >= CONNECTIONS,
               command.target >= TARGETS, command.route >= ROUTES});
    end
    if (started_q && settled >= 2) begin
      inv_command_decoded :
      assert (dut.u_command.does_q ==
              does(command.operation, !command_view.bad_index, enabling, 1'b0));
      inv_command_sets :
      assert ({dut.u_command.binds_q, dut.u_command.sets_q} ==
              (command_view.bad_index ? 5'b0 :
               {command.operation == operation_code__BIND_TARGET,
                command.operation == operation_code__SET_BUS_RANGE,
                command.operation inside {operation_code__CONNECT, operation_code__DISCONNECT},
                command.operation == operation_code__CONNECT_IRQFD, enabling}));
      inv_command_answers :
      assert (dut.u_command.answers_q == answers(command.operation, command_view.bad_index));
    end
    if (started_q && settled >= 5 && cleared && command.target < TARGETS &&
        command.operation inside {operation_code__NEW_ROUTE, operation_code__SUPPORTS_DIRECT_MSI}) begin
      inv_irqfd : assert (dut.irqfd == command_view.irqfd);
    end
    if (started_q && enabling && command_view.made) begin
      inv_origin_read : assert (settled < 1 || dut.u_command.u_origins.entry_q == origin);
      inv_origin : assert (settled < 2 || dut.u_command.origin == origin);
      inv_origin_range :
      assert (settled < 3 || since_q < 2 || dut.u_command.bus_range_q == range_now);
      inv_origin_rid : assert (settled < 4 || since_q < 3 || dut.command_rid == rid_now);
      inv_in_range : assert (settled < 5 || since_q < 4 || dut.u_command.in_range_q == !refused_now);
      inv_devid : assert (settled < 5 || since_q < 4 || dut.command_devid == devid_now[31:0]);
      inv_beyond :
      assert (settled < 5 || since_q < 4 ||
              dut.u_command.devid_beyond_q == (devid_now >= 33'd1 << DEVID_BITS));
    end
    if (started_q && enabling && command_in_execute && later_view.made && !later_view.bad_index) begin
      inv_executes_range :
      assert (dut.u_command.bus_range_q == {later_view.secondary, later_view.subordinate});
      inv_executes_rid : assert (dut.command_rid == later_view.rid);
      inv_executes_devid : assert (dut.command_devid == later_view.devid);
    end
  end

  // What the execute stage found.
  answers_t expected_answers;
  logic     sets_message;
  always_comb begin
    sets_message = !later_view.bad_index && in_execute.operation inside {
        operation_code__ENABLE, operation_code__ENABLE_WITH_RID};
    expected_answers = answers(in_execute.operation, later_view.bad_index);
    if (dut.does_q.refuses) begin
      expected_answers.found = later_view.refused ? answer__REFUSED_BUS_RANGE : answer__REFUSED_DEVID;
    end
    if (started_q && dut.execute_valid_q) begin
      inv_decoded :
      assert (dut.does_q == does(in_execute.operation, !later_view.bad_index, dut.does_q.enables,
                                 dut.does_q.refuses));
      inv_enables :
      assert (2'(dut.does_q.enables) + 2'(dut.does_q.refuses) == 2'(sets_message));
      inv_answers :
      assert (((dut.does_q.refuses && !later_view.made) ||
               dut.answers_q.found == expected_answers.found) &&
              (later_view.bad_index || dut.does_q.signals || in_execute.source == SOURCE_RANGE ||
               dut.answers_q.otherwise == expected_answers.otherwise));
      if (takes_target(in_execute.operation) && !later_view.bad_index &&
          in_execute.operation != operation_code__BIND_TARGET) begin
        inv_found_range :
        assert (dut.found_q.bus_range == {later_view.secondary, later_view.subordinate});
        inv_found_rid : assert (dut.found_q.rid == later_view.rid);
        inv_found_checks_rid :
        assert (dut.found_q.checks_rid ==
                (CHECK_DEFAULT_RID || in_execute.operation == operation_code__SIGNAL_MSI_WITH_RID));
        inv_found_message_backend :
        assert (!dut.does_q.signals ||
                agree(dut.message_backend_found, backend(later_view.connected, later_view.devid_base)));
        inv_found_irqfd_backend :
        assert (!dut.does_q.asks_irqfd || dut.irqfd == later_view.irqfd);
        inv_found_origin :
        assert (!dut.does_q.makes_route || !later_view.irqfd || dut.u_command.u_origins.write_data ==
                {backend(1'b1, later_view.irqfd_base), RANGE_WIDTH'(later_view.range),
                 OFFSET_WIDTH'(later_view.rid_offset)});
      end
      if (dut.does_q.takes_route) begin
        inv_found_state :
        assert (dut.route_state == {later_view.made, later_view.enabled, later_view.pending});
        inv_found_message :
        assert (in_execute.operation != operation_code__SIGNAL_EVENT || !later_view.enabled ||
                dut.u_route_messages.entry_q == later_view.route_message);
      end
      if (sets_message && later_view.made) begin
        inv_found_enables :
        assert (dut.does_q.enables == !(later_view.refused || later_view.beyond));
      end
    end
  end

  // ---- it can happen ------------------------------------------------------------------------------

  // What the records have shown since the reset: each once, or in this order on the watched route.
  logic       left_in_range_q, dropped_out_of_range_q, left_by_default_q, dropped_disconnected_q;
  logic       stalled_once_q;
  logic [1:0] consumed_q;  // held, was pending
  logic [2:0] delivered_q;  // enabled, refused, held, delivered

  always_ff @(posedge clk) begin
    if (stalled_q) stalled_once_q <= 1'b1;
    if (retire_valid) begin
      if (retired.operation == operation_code__SIGNAL_MSI_WITH_RID) begin
        if (retire.answer == answer__SENT && view.secondary != 0) left_in_range_q <= 1'b1;
        if (retire.answer == answer__DROPPED_BUS_RANGE) dropped_out_of_range_q <= 1'b1;
        if (retire.answer == answer__DROPPED_DISCONNECTED) dropped_disconnected_q <= 1'b1;
      end
      if (retired.operation == operation_code__SIGNAL_MSI && retire.answer == answer__SENT) begin
        left_by_default_q <= 1'b1;
      end
    end
    if (on_watched) begin
      unique case (delivered_q)
        0: if (retire.answer == answer__OK && retired.operation == operation_code__ENABLE) delivered_q <= 1;
        1: if (retire.answer == answer__REFUSED_BUS_RANGE) delivered_q <= 2;
        2: if (retire.answer == answer__DELIVERED) delivered_q <= 3;
        default: ;
      endcase
      if (consumed_q == 0 && retire.answer == answer__HELD_PENDING) consumed_q <= 1;
      if (consumed_q == 1 && retire.answer == answer__WAS_PENDING) consumed_q <= 2;
    end
    if (!rst_n) begin
      left_in_range_q        <= 1'b0;
      dropped_out_of_range_q <= 1'b0;
      left_by_default_q      <= 1'b0;
      dropped_disconnected_q <= 1'b0;
      stalled_once_q         <= 1'b0;
      consumed_q             <= '0;
      delivered_q            <= '0;
    end
  end

  always_comb begin
    cover_bad_index : cover (started_q && retire_valid && retire.answer == answer__ERROR_INDEX);
    cover_no_route : cover (started_q && retire_valid && retire.answer == answer__ERROR_NO_ROUTE);
    cover_direct_messages :
    cover (started_q && left_in_range_q && dropped_out_of_range_q && left_by_default_q &&
           dropped_disconnected_q && stalled_once_q);
    cover_refused_held_delivered_sent :
    cover (started_q && on_watched && delivered_q == 3 && retire.answer == answer__SENT);
    cover_held_and_consumed : cover (started_q && consumed_q == 2);
  end

endmodule

`default_nettype wire
