// SPDX-License-Identifier: MIT
//
// Proof of msi_rules and msi_command_decode: for every operation, whatever it finds, the answer, the message
// and the route's next state are what R1 to R10 say. Both are combinational, so there is no induction: one
// look at all inputs. That the engine asks them the right things in time is proven in prove_engine.

`default_nettype none

module prove_rules
  import msi_csr_pkg::*;
  import msi_pkg::*;
(
    input wire operation_code_e operation,
    input wire logic [15:0]     rid,
    input wire logic            outside_range,       // its indexes are outside their tables
    input wire logic            outside_connection,
    input wire logic            outside_target,
    input wire logic            outside_route,
    input wire bus_range_t      target_range,        // what its target has
    input wire logic [7:0]      devfn,
    input wire logic            connected,
    input wire logic [15:0]     segment,
    input wire logic            irqfd,
    input wire bus_range_t      route_range,         // what its route has
    input wire route_state_t    route
);

  // ---- the rules, asked as the engine asks them ---------------------------------------------------

  logic         bad_index, binds;
  sets_t        sets;
  does_t        decoded, does;
  answers_t     decoded_answers, answers;
  answer_e      answer;
  logic         send, is_drop, makes_route;
  route_state_t after;
  logic [15:0]  bdf;
  logic [31:0]  devid;

  msi_command_decode decode (
      .operation,
      .outside_range,
      .outside_connection,
      .outside_target,
      .outside_route,
      .bad_index,
      .binds,
      .sets,
      .does   (decoded),
      .answers(decoded_answers)
  );

  always_comb begin
    does    = decoded;
    answers = decoded_answers;
    if (decoded.enables && operation == operation_code__ENABLE_WITH_RID &&
        !in_range(rid[15:8], route_range)) begin
      does.enables  = 1'b0;
      does.refuses  = 1'b1;
      answers.found = answer__REFUSED_BUS_RANGE;
    end
  end

  msi_rules rules (
      .does,
      .answers,
      .bad_index,
      .explicit_rid    (operation == operation_code__SIGNAL_MSI_WITH_RID),
      .rid,
      .secondary       (target_range.secondary),
      .rid_in_range    (in_range(rid[15:8], target_range)),
      .devfn,
      .connected,
      .segment,
      .irqfd,
      .route_state     (route),
      .answer,
      .send,
      .is_drop,
      .makes_route,
      .next_route_state(after),
      .bdf,
      .devid
  );

  // ---- what they have to say ----------------------------------------------------------------------

  function automatic logic has(bus_range_t range, logic [7:0] bus);  // R1
    return range.secondary <= bus && bus <= range.subordinate;
  endfunction

  function automatic logic answered(answer_e expected, logic sent, logic dropped);
    return answer == expected && send == sent && is_drop == dropped;
  endfunction

  logic by_route;  // takes a route that has to be made already
  logic asked;     // no error
  logic outside;
  logic in_target, in_route;  // R1: the requester ID's bus is in the range

  always_comb begin
    by_route  = operation inside {operation_code__ENABLE, operation_code__ENABLE_WITH_RID,
                                  operation_code__DISABLE, operation_code__SIGNAL_EVENT,
                                  operation_code__CONSUME_PENDING};
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
    in_target = has(target_range, rid[15:8]);
    in_route  = has(route_range, rid[15:8]);

    operation_is_one : assume (is_operation(8'(operation)));
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
    assert (bdf == (!outside && operation == operation_code__DEFAULT_BDF ?
                    {target_range.secondary, devfn} : '0));

    if (asked) begin
      unique case (operation)
        operation_code__SIGNAL_MSI: begin
          R2_R4_leaves_unless_disconnected :
          assert (connected ? answered(answer__SENT, 1'b1, 1'b0) :
                              answered(answer__DROPPED_DISCONNECTED, 1'b0, 1'b1));
          R2_R10_devid : assert (devid == {segment, target_range.secondary, devfn});
        end

        operation_code__SIGNAL_MSI_WITH_RID: begin
          R1_R3_R4_leaves_in_range_if_connected :
          assert (!in_target ? answered(answer__DROPPED_BUS_RANGE, 1'b0, 1'b1) :
                  !connected ? answered(answer__DROPPED_DISCONNECTED, 1'b0, 1'b1) :
                               answered(answer__SENT, 1'b1, 1'b0));
          R3_R10_devid : assert (devid == {segment, rid});
        end

        operation_code__NEW_ROUTE:
        R7_new_route :
        assert (makes_route == irqfd &&
                (irqfd ? answered(answer__OK, 1'b0, 1'b0) && after == 3'b100 :
                         answered(answer__NO_IRQFD, 1'b0, 1'b0) && after == route));

        operation_code__ENABLE, operation_code__ENABLE_WITH_RID: begin
          R1_R8_refused_is_disabled_and_keeps_pending :
          assert (operation == operation_code__ENABLE || in_route ||
                  (answered(answer__REFUSED_BUS_RANGE, 1'b0, 1'b1) &&
                   after == {1'b1, 1'b0, route.pending}));
          R8_R9_enables_and_delivers :
          assert ((operation == operation_code__ENABLE_WITH_RID && !in_route) ||
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

        operation_code__DEFAULT_BDF: R2_default_bdf : assert (answered(answer__BDF, 1'b0, 1'b0));

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
    cover_inverted_range : cover (target_range.subordinate < target_range.secondary && is_drop);
  end

endmodule

`default_nettype wire
