// SPDX-License-Identifier: MIT
//
// Proof of msi_rules, msi_outcome and msi_command_decode: for every operation, whatever it finds, the answer, the message
// and the route's next state are what R1 to R10 say. All are combinational, so there is no induction: one
// look at all inputs, with and without CHECK_DEFAULT_RID, for all DEVID_BITS. That the engine asks them the
// right things in time is proven in prove_engine.

`default_nettype none

module prove_rules
  import msi_csr_pkg::*;
  import msi_pkg::*;
  import model_pkg::*;
(
    input wire operation_code_e operation,
    input wire logic [15:0]     rid,
    input wire logic            outside_range,       // its indexes are outside their tables
    input wire logic            outside_connection,
    input wire logic            outside_target,
    input wire logic            outside_route,
    input wire bus_range_t      target_range,        // what its target has
    input wire logic [15:0]     target_offset,
    input wire logic            connected,
    input wire logic [31:0]     devid_base,
    input wire logic            irqfd,
    input wire bus_range_t      route_range,         // what its route has
    input wire logic [15:0]     route_offset,
    input wire logic [31:0]     route_base,
    input wire route_state_t    route,
    input wire logic            check,               // CHECK_DEFAULT_RID
    input wire logic [5:0]      devid_bits           // DEVID_BITS
);

  // ---- the rules, asked as the engine asks them ---------------------------------------------------

  logic         binds;
  sets_t        sets;
  does_t        decoded, does;
  answers_t     decoded_answers, answers;
  verdict_t     verdict;
  answer_e      answer;
  logic         send, is_drop, has_bdf, makes_route;
  route_state_t after;
  logic [31:0]  devid;

  logic         explicit_message, explicit_enable;
  rid_t         message_rid, enable_rid;
  logic         enable_in_range;
  backend_t     message_backend, route_backend;
  logic [31:0]  enable_devid;

  msi_command_decode decode (
      .operation,
      .outside_range,
      .outside_connection,
      .outside_target,
      .outside_route,
      .binds,
      .sets,
      .does   (decoded),
      .answers(decoded_answers)
  );

  always_comb begin
    explicit_message = operation == operation_code__SIGNAL_MSI_WITH_RID;
    explicit_enable  = operation == operation_code__ENABLE_WITH_RID;
    message_rid      = explicit_message ? {1'b0, rid} :
                                          default_rid(target_range.secondary, target_offset);
    enable_rid       = explicit_enable ? {1'b0, rid} :
                                         default_rid(route_range.secondary, route_offset);
    enable_in_range  = (!explicit_enable && !check) || in_range(enable_rid[15:8], route_range);
    message_backend  = new_backend(connected, devid_base, 32'(devid_bits));
    route_backend    = new_backend(1'b1, route_base, 32'(devid_bits));
    enable_devid     = route_backend.devid_base + 32'(enable_rid[15:0]);

    does    = decoded;
    answers = decoded_answers;
    if (decoded.enables && (!enable_in_range || devid_beyond(route_backend, enable_devid))) begin
      does.enables  = 1'b0;
      does.refuses  = 1'b1;
      answers.found = enable_in_range ? answer__REFUSED_DEVID : answer__REFUSED_BUS_RANGE;
    end
  end

  msi_rules rules (
      .does,
      .found           ('{
          bus_range: target_range,
          rid: message_rid,
          checks_rid: explicit_message || check
      }),
      .backend         (message_backend),
      .irqfd,
      .route_state     (route),
      .verdict,
      .makes_route,
      .next_route_state(after),
      .devid
  );

  msi_outcome outcome (
      .does,
      .answers,
      .verdict,
      .answer,
      .sent   (send),
      .dropped(is_drop),
      .has_bdf
  );

  // ---- what they have to say ----------------------------------------------------------------------

  function automatic logic answered(answer_e expected, logic sent, logic dropped);
    return answer == expected && send == sent && is_drop == dropped;
  endfunction

  logic by_route;  // takes a route that has to be made already
  logic asked;     // no error
  logic outside;
  logic [16:0] sum;                // R2: the target's own requester ID, or the route's
  logic [32:0] sent_devid;         // R10: of its message,
  logic        beyond;             //     more than the ITS takes
  logic        in_target, in_route;  // R1: the requester ID's bus is in the range
  logic        own_in_range;         // R2: the target's own is, or is not asked

  always_comb begin
    by_route  = operation inside {operation_code__ENABLE, operation_code__ENABLE_WITH_RID,
                                  operation_code__DISABLE, operation_code__SIGNAL_EVENT,
                                  operation_code__CONSUME_PENDING,
                                  operation_code__FREE_ROUTE};
    outside   = (outside_range && operation inside {operation_code__SET_BUS_RANGE,
                                                    operation_code__BIND_TARGET}) ||
                (outside_connection && operation inside {operation_code__CONNECT,
                                                         operation_code__DISCONNECT,
                                                         operation_code__CONNECT_IRQFD,
                                                         operation_code__BIND_TARGET}) ||
                (outside_target && operation inside {operation_code__BIND_TARGET,
                                                     operation_code__SIGNAL_MSI,
                                                     operation_code__SIGNAL_MSI_WITH_RID,
                                                     operation_code__NEW_ROUTE,
                                                     operation_code__DEFAULT_BDF,
                                                     operation_code__SUPPORTS_DIRECT_MSI}) ||
                (outside_route && (by_route || operation == operation_code__NEW_ROUTE));
    asked     = !outside && !(by_route && !route.made);
    sum       = by_route ? {1'b0, route_range.secondary, 8'h00} + {1'b0, route_offset} :
                           {1'b0, target_range.secondary, 8'h00} + {1'b0, target_offset};
    if (explicit_message || explicit_enable) sum = {1'b0, rid};
    sent_devid = devid_of(by_route ? route_base : devid_base, sum[15:0]);
    beyond    = sent_devid >= 33'd1 << devid_bits;
    in_target = has(target_range.secondary, target_range.subordinate, sum[16:8]);
    in_route  = has(route_range.secondary, route_range.subordinate, sum[16:8]);
    own_in_range = in_target || !check;

    operation_is_one : assume (is_operation(8'(operation)));
    bits_are_legal : assume (devid_bits inside {[16:32]});
    // Without the check an offset is a devfn.
    offsets_are_legal :
    assume (check || (target_offset[15:8] == 0 && route_offset[15:8] == 0));
    // prove_engine: only a route that was made is enabled, or has something pending.
    route_is_legal : assume (route.made || !(route.enabled || route.pending));

    S3_bad_index :
    assert (!outside || (answered(answer__ERROR_INDEX, 1'b0, 1'b0) && after == route));
    S3_no_route :
    assert (outside || asked || (answered(answer__ERROR_NO_ROUTE, 1'b0, 1'b0) && after == route));
    S3_changes_its_own_only :
    assert (binds == (!outside && operation == operation_code__BIND_TARGET) &&
            sets.range == (!outside && operation == operation_code__SET_BUS_RANGE) &&
            sets.connection == (!outside && operation inside {operation_code__CONNECT,
                                                              operation_code__DISCONNECT}) &&
            sets.irqfd == (!outside && operation == operation_code__CONNECT_IRQFD) &&
            (after == route || by_route || operation == operation_code__NEW_ROUTE));
    R2_bdf_only_where_asked :
    assert (has_bdf == (!outside && operation == operation_code__DEFAULT_BDF && own_in_range) &&
            (!has_bdf || message_rid == sum));
    R1_isolation :
    assert (!send || operation == operation_code__SIGNAL_EVENT || (!check && !explicit_message && !explicit_enable) ||
            (by_route ? in_route : in_target));

    if (asked) begin
      unique case (operation)
        operation_code__SIGNAL_MSI: begin
          R2_R4_R10_leaves_in_range_if_connected :
          assert (!own_in_range ? answered(answer__DROPPED_BUS_RANGE, 1'b0, 1'b1) :
                  !connected ? answered(answer__DROPPED_DISCONNECTED, 1'b0, 1'b1) :
                  beyond ? answered(answer__DROPPED_DEVID, 1'b0, 1'b1) :
                           answered(answer__SENT, 1'b1, 1'b0));
          R2_R10_devid : assert (!send || {1'b0, devid} == sent_devid);
        end

        operation_code__SIGNAL_MSI_WITH_RID: begin
          R1_R3_R4_R10_leaves_in_range_if_connected :
          assert (!in_target ? answered(answer__DROPPED_BUS_RANGE, 1'b0, 1'b1) :
                  !connected ? answered(answer__DROPPED_DISCONNECTED, 1'b0, 1'b1) :
                  beyond ? answered(answer__DROPPED_DEVID, 1'b0, 1'b1) :
                           answered(answer__SENT, 1'b1, 1'b0));
          R3_R10_devid : assert (!send || {1'b0, devid} == sent_devid);
        end

        operation_code__NEW_ROUTE:
        R7_new_route :
        assert (makes_route == irqfd &&
                (irqfd ? answered(answer__OK, 1'b0, 1'b0) && after == 3'b100 :
                         answered(answer__NO_IRQFD, 1'b0, 1'b0) && after == route));

        operation_code__ENABLE, operation_code__ENABLE_WITH_RID: begin
          R1_R8_refused_is_disabled_and_keeps_pending :
          assert (in_route || (operation == operation_code__ENABLE && !check) ||
                  (answered(answer__REFUSED_BUS_RANGE, 1'b0, 1'b1) &&
                   after == {1'b1, 1'b0, route.pending}));
          R8_R10_devid_beyond_is_disabled_and_keeps_pending :
          assert (!beyond || !(in_route || (operation == operation_code__ENABLE && !check)) ||
                  (answered(answer__REFUSED_DEVID, 1'b0, 1'b1) &&
                   after == {1'b1, 1'b0, route.pending}));
          R8_R9_enables_and_delivers :
          assert (beyond || !(in_route || (operation == operation_code__ENABLE && !check)) ||
                  (answered(route.pending ? answer__DELIVERED : answer__OK, route.pending, 1'b0) &&
                   after == 3'b110 && sets.message));
        end

        operation_code__DISABLE:
        R9_disable : assert (answered(answer__OK, 1'b0, 1'b0) && after == {1'b1, 1'b0, route.pending});

        operation_code__SIGNAL_EVENT:
        R9_event :
        assert (route.enabled ? answered(answer__SENT, 1'b1, 1'b0) && after == route :
                                answered(answer__HELD_PENDING, 1'b0, 1'b0) && after == 3'b101);

        operation_code__CONSUME_PENDING:
        R9_consume :
        assert (answered(route.pending ? answer__WAS_PENDING : answer__WAS_NOT_PENDING, 1'b0, 1'b0) &&
                after == {1'b1, route.enabled, 1'b0});

        operation_code__FREE_ROUTE:
        R9_free_route : assert (answered(answer__OK, 1'b0, 1'b0) && after == 3'b000);

        operation_code__DEFAULT_BDF:
        R2_default_bdf :
        assert (answered(own_in_range ? answer__BDF : answer__NO_BDF, 1'b0, 1'b0));

        operation_code__SUPPORTS_DIRECT_MSI:
        R7_direct_msi :
        assert (answered(irqfd ? answer__DIRECT_MSI : answer__NO_DIRECT_MSI, 1'b0, 1'b0));

        default: S3_ok : assert (answered(answer__OK, 1'b0, 1'b0));
      endcase
    end
  end

  // ---- it can happen ------------------------------------------------------------------------------

  always_comb begin
    cover_refused : cover (answer == answer__REFUSED_BUS_RANGE && route.pending);
    cover_devid_beyond : cover (answer == answer__REFUSED_DEVID && route.pending && devid_bits != 16);
    // Without the check, a message leaves for a bus that its range does not have.
    cover_not_isolated :
    cover (!check && send && operation == operation_code__SIGNAL_MSI && !in_target);
    cover_inverted_range : cover (target_range.subordinate < target_range.secondary && is_drop);
  end

endmodule

`default_nettype wire
