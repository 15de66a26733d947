# SPDX-License-Identifier: MIT
"""Edits of the RTL that the proofs of `make formal` have to refuse, by the property named."""

from __future__ import annotations

from dataclasses import dataclass

from cocotbext.msi_its.vocabulary.csr import OperationCode as Op
from qualify.faults import Fault


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a long trace looks like: its length in cycles from reset on, and what guides the search.

    Of the trace only the last cycle is looked at. `operations` are commands, in this order; see
    formal/prove_engine.sv.
    """

    depth: int
    operations: tuple[Op, ...] = ()

    def parameter(self) -> str:
        """Return the value of the harness's parameter SCENARIO: four bits an operation."""
        code = sum(operation << 4 * i for i, operation in enumerate(self.operations))
        return f"64'h{code:x}"


def commands(*operations: Op, later: int = 0) -> Scenario:
    """Return a scenario that ends `later` cycles after the record of the last command.

    One cycle is for the reset, four are for clearing, eight for each command.
    """
    return Scenario(5 + 8 * len(operations) + later, operations)


@dataclass(frozen=True, slots=True)
class Mutant:
    """An edit, the proof it is tried on, and the properties that each have to fail on it.

    The fault's tag is not used: the properties name their rules.
    """

    proof: str
    properties: tuple[str, ...]
    fault: Fault
    scenario: Scenario | None = None


def mutant(
    proof: str,
    properties: str,
    file: str,
    old: str,
    new: str,
    scenario: Scenario | None = None,
) -> Mutant:
    """Return a mutant; the properties are separated by blanks."""
    names = tuple(properties.split())
    return Mutant(proof, names, Fault(f"{proof}: {old.strip()}", "", file, old, new), scenario)


_ROUTE = (Op.CONNECT_IRQFD, Op.BIND_TARGET, Op.NEW_ROUTE)
_BEHIND = 6  # cycles from a command's record to one of an event or a message accepted behind it
_MESSAGE = commands(Op.SET_BUS_RANGE, Op.CONNECT, Op.BIND_TARGET, later=_BEHIND)
_MESSAGE_OUT = Scenario(40)  # enough for commands through s_axil, and a message

AXI_LITE = "msi_axi_lite.sv"
ENGINE = "msi_engine.sv"
SKID = "msi_skid_buffer.sv"
ARBITER = "msi_arbiter.sv"
REGISTERS = "msi_registers.sv"
CSR = "msi_csr.sv"
TOP = "msi_translator.sv"
STATES = "msi_route_states.sv"

MUTANTS = (
    # ---- the parts ------------------------------------------------------------------------------
    mutant(
        "skid_buffer",
        "H1_ready_unless_full",
        SKID,
        "in_ready  = !skid_valid_q",
        "in_ready  = !out_valid_q",
    ),
    mutant(
        "skid_buffer",
        "H2_valid_stays",
        SKID,
        "out_valid = out_valid_q;",
        "out_valid = out_valid_q && !in_valid;",
    ),
    mutant(
        "skid_buffer",
        "H2_payload_stable H3_in_order",
        SKID,
        "if (out_ready || !out_valid_q) begin",
        "if (out_ready || !out_valid_q || skid_valid_q) begin",
    ),
    mutant(
        "skid_buffer",
        "H3_nothing_lost",
        SKID,
        "<= skid_valid_q || in_valid;",
        "<= in_valid;",
    ),
    mutant(
        "skid_buffer",
        "H3_nothing_doubled",
        SKID,
        "      skid_valid_q <= 1'b0;\n    end else",
        "    end else",
    ),
    mutant("skid_buffer", "H8_empty_after_reset", SKID, "      out_valid_q  <= 1'b0;\n", ""),
    mutant(
        "arbiter",
        "H1_always_one",
        ARBITER,
        "first(last_q, in_valid, SOURCE_EVT, SOURCE_MSI);",
        "first(last_q, in_valid, SOURCE_MSI, SOURCE_EVT);",
    ),
    mutant(
        "arbiter",
        "H3_granted_is_taken",
        ARBITER,
        "if (in_valid[SOURCE_EVT] && turn[SOURCE_EVT]) granted",
        "if (in_valid[SOURCE_EVT] && turn[SOURCE_EVT] && !in_valid[SOURCE_AXIL]) granted",
    ),
    mutant(
        "arbiter",
        "H3_granted_over_axil",
        ARBITER,
        " && !(in_valid[SOURCE_AXIL] && last_q != SOURCE_AXIL);",
        ";",
    ),
    mutant(
        "arbiter",
        "H2_valid_does_not_wait",
        ARBITER,
        "out_valid = |in_valid;",
        "out_valid = |in_valid && out_ready;",
    ),
    mutant(
        "arbiter",
        "H4_waits_for_two_at_most",
        ARBITER,
        "if (out_valid && out_ready) last_q",
        "if (out_valid && out_ready && granted != SOURCE_EVT) last_q",
    ),
    mutant("counter", "H7_counts", "msi_counter.sv", "count_q} + 1'b1", "count_q} + 2'd2"),
    mutant(
        "counter",
        "H7_stops_at_the_largest",
        "msi_counter.sv",
        "increment && !overflow",
        "increment",
        Scenario(20),
    ),
    mutant(
        "counter", "H8_zero_after_reset", "msi_counter.sv", "    if (!rst_n) count_q <= '0;\n", ""
    ),
    mutant(
        "table",
        "H5_reads_what_was_written",
        "msi_table.sv",
        "entries[read_index[i]]",
        "entries[read_index[0]]",
    ),
    mutant(
        "table",
        "H8_reads_what_was_cleared",
        "msi_table.sv",
        "    if (clear) entry[WIDTH-1-:CLEARED] = '0;\n",
        "",
    ),
    mutant(
        "block_ram",
        "H5_shows_what_was_written",
        "msi_block_ram.sv",
        "read_data_q <= entry_q;",
        "read_data_q <= entries[read_index];",
    ),
    mutant(
        "route_states",
        "H5_finds_what_was_left",
        STATES,
        "<= done_uses_q[1] && done_index_q[1] == lookup_index;",
        "<= 1'b0;",
    ),
    mutant(
        "route_states",
        "H8_finds_zero_at_first",
        STATES,
        "(clear || done_uses_q[0]),",
        "(done_uses_q[0]),",
    ),
    # ---- s_axil ---------------------------------------------------------------------------------
    mutant(
        "axi_lite",
        "H2_bvalid_stays H3_b_answers_a_write",
        AXI_LITE,
        "bvalid_q <= bvalid_q ? !s_axil_bready : wr_ack;",
        "bvalid_q <= wr_ack;",
    ),
    mutant(
        "axi_lite",
        "H2_rvalid_stays H3_r_answers_a_read",
        AXI_LITE,
        "rvalid_q <= rvalid_q ? !s_axil_rready : rd_ack;",
        "rvalid_q <= rd_ack;",
    ),
    mutant(
        "axi_lite",
        "H2_req_stays",
        AXI_LITE,
        "(req_q && (is_wr_q ? req_stall_wr : req_stall_rd));",
        "(req_q && is_wr_q && req_stall_wr);",
    ),
    mutant(
        "axi_lite",
        "H2_ready_unless_full",
        AXI_LITE,
        "s_axil_wready  = !w_valid_q;",
        "s_axil_wready  = !w_valid_q && aw_valid_q;",
    ),
    mutant(
        "axi_lite",
        "H3_write_as_it_came",
        AXI_LITE,
        "if (!w_valid_q) begin",
        "if (s_axil_wvalid) begin",
    ),
    mutant(
        "axi_lite",
        "H3_read_as_it_came",
        AXI_LITE,
        "if (!ar_valid_q) ar_address_q",
        "ar_address_q",
    ),
    mutant(
        "axi_lite",
        "H3_one_access_at_a_time",
        AXI_LITE,
        "(busy_q && !wr_ack && !rd_ack);",
        "(busy_q && req_q && !wr_ack && !rd_ack);",
    ),
    mutant(
        "axi_lite",
        "H3_write_is_not_held_up",
        AXI_LITE,
        "w_valid_q && !bvalid_q && !busy_q;",
        "w_valid_q && !bvalid_q && !rvalid_q && !busy_q;",
    ),
    mutant(
        "axi_lite",
        "H3_read_is_not_held_up",
        AXI_LITE,
        "ar_valid_q && !rvalid_q && !busy_q",
        "ar_valid_q && !rvalid_q && !bvalid_q && !busy_q",
    ),
    mutant(
        "axi_lite",
        "H3_one_response_each",
        AXI_LITE,
        "w_valid_q && !bvalid_q && !busy_q;",
        "w_valid_q && !busy_q;",
    ),
    mutant("axi_lite", "H8_nothing_left", AXI_LITE, "      bvalid_q   <= 1'b0;\n", ""),
    # ---- the registers --------------------------------------------------------------------------
    mutant(
        "registers",
        "H3_answers_a_write",
        CSR,
        "assign cpuif_wr_ack = decoded_req & decoded_req_is_wr;",
        "assign cpuif_wr_ack = decoded_req_is_wr;",
    ),
    mutant(
        "registers",
        "H3_answers_a_read",
        CSR,
        "readback_done_rt <= decoded_req & ~decoded_req_is_wr;",
        "readback_done_rt <= decoded_req;",
    ),
    mutant(
        "registers",
        "H3_answers_at_once",
        CSR,
        "readback_done_rt <= decoded_req & ~decoded_req_is_wr;",
        "readback_done_rt <= decoded_req & ~decoded_req_is_wr & ~decoded_reg_strb.ALERT;",
    ),
    mutant(
        "registers",
        "H2_command_stays",
        REGISTERS,
        "if (command_ready) command_valid_q <= 1'b0;",
        "command_valid_q <= 1'b0;",
    ),
    mutant(
        "registers",
        "H6_command_stands_still H6_one_in_flight H6_busy_while_in_flight",
        REGISTERS,
        "start     = command_written_q && !busy_q &&",
        "start     = command_written_q &&",
    ),
    mutant(
        "registers",
        "H6_names_an_operation",
        REGISTERS,
        "!busy_q && operation != operation_code__NONE;",
        "!busy_q;",
    ),
    mutant(
        "registers",
        "H6_captured_whole",
        REGISTERS,
        "devfn: hwif_out.ARG_BUS.devfn.value",
        "devfn: hwif_out.ARG_BUS.secondary.value",
    ),
    mutant(
        "registers",
        "H7_alert_after_a_drop",
        REGISTERS,
        "hwset            = drop_valid;",
        "hwset            = drop_valid && drop.reason != answer__REFUSED_BUS_RANGE;",
    ),
    mutant(
        "registers",
        "H7_alert_stays",
        REGISTERS,
        "assign alert = hwif_out.ALERT.alert.value;",
        "assign alert = hwif_out.ALERT.alert.value && !retire_sent;",
    ),
    mutant(
        "registers",
        "H7_no_alert_without_a_drop H8_reset",
        REGISTERS,
        "assign alert = hwif_out.ALERT.alert.value;",
        "assign alert = hwif_out.ALERT.alert.value || retire_sent;",
    ),
    # ---- the engine: the rules ------------------------------------------------------------------
    mutant(
        "engine",
        "S3_bad_index",
        ENGINE,
        "outside(lookup_q.route, ROUTES);",
        "lookup_q.route > ROUTES;",
    ),
    mutant(
        "engine",
        "S3_no_route",
        ENGINE,
        "else if (does_q.takes_route && !does_q.makes_route && !route_state.made) begin",
        "else if (0) begin",
    ),
    mutant(
        "engine",
        "S3_no_route",
        STATES,
        "    if (clear) done_uses_q <= '0;  // what an operation before the reset left\n",
        "",
    ),
    mutant(
        "engine",
        "R1_R3_out_of_range_never_leaves",
        ENGINE,
        "return !(bus < bus_range.secondary || ",
        "return !(",
        _MESSAGE,
    ),
    mutant(
        "engine",
        "R1_R3_in_range_leaves R4_in_range_disconnected",
        ENGINE,
        "bus_range.subordinate < bus)",
        "bus_range.subordinate <= bus)",
        _MESSAGE,
    ),
    mutant(
        "engine",
        "R2_leaves_without_range_check",
        ENGINE,
        "bus_refused = explicit_rid_q && !rid_in_range_q;",
        "bus_refused = !rid_in_range_q;",
        _MESSAGE,
    ),
    mutant(
        "engine",
        "R2_R10_message R3_R10_message",
        ENGINE,
        "devid        = {segment_q, ",
        "devid        = {16'h0, ",
        _MESSAGE,
    ),
    mutant(
        "engine",
        "R4_disconnected R4_in_range_disconnected",
        ENGINE,
        "else if (does_q.signals && !connected_q) answer",
        "else if (0) answer",
    ),
    mutant(
        "engine",
        "R7_new_route",
        ENGINE,
        "irqfd_q           <= target_q.bound && irqfd_backend.connected;",
        "irqfd_q           <= target_q.bound && message_backend.connected;",
        commands(Op.CONNECT, Op.BIND_TARGET, Op.NEW_ROUTE),
    ),
    mutant(
        "engine",
        "R7_direct_msi",
        ENGINE,
        "if (does_q.asks_irqfd) found = irqfd_q;",
        "if (does_q.asks_irqfd) found = connected_q;",
        commands(Op.CONNECT, Op.BIND_TARGET, Op.SUPPORTS_DIRECT_MSI),
    ),
    mutant(
        "engine",
        "R8_enable_without_range_check",
        ENGINE,
        "command_in_range_q <= command_default_rid || in_range",
        "command_in_range_q <= in_range",
        commands(*_ROUTE, Op.ENABLE),
    ),
    mutant(
        "engine",
        "R8_refused",
        ENGINE,
        "does.enables = command_does_q.sets_message && command_in_range_q;",
        "does.enables = command_does_q.sets_message;",
        commands(*_ROUTE, Op.ENABLE_WITH_RID),
    ),
    mutant(
        "engine",
        "R8_in_range_not_refused",
        ENGINE,
        "bus_range.subordinate < bus)",
        "bus_range.subordinate <= bus)",
        commands(*_ROUTE, Op.ENABLE_WITH_RID),
    ),
    mutant(
        "engine",
        "R8_refused_means_disabled R9_event",
        ENGINE,
        "if (does_q.disables || does_q.refuses) next",
        "if (does_q.disables) next",
        commands(*_ROUTE, Op.ENABLE, Op.ENABLE_WITH_RID, later=_BEHIND),
    ),
    mutant(
        "engine",
        "R8_devid_fixed_at_enable R8_R10_event_message",
        ENGINE,
        "{command_range_q.secondary, origin.devfn}",
        "{8'h0, origin.devfn}",
        commands(Op.SET_BUS_RANGE, *_ROUTE, Op.ENABLE, later=_BEHIND),
    ),
    mutant(
        "engine",
        "R8_devid_fixed_at_enable R8_R10_event_message",
        ENGINE,
        "route_message_q   <= does.takes_event && !fresh_message;",
        "route_message_q   <= does.takes_event;",
        commands(*_ROUTE, Op.ENABLE, later=1),
    ),
    mutant(
        "engine",
        "R9_pending_is_never_lost",
        ENGINE,
        "if (does_q.enables || does_q.consumes) next",
        "if (does_q.enables || does_q.consumes || does_q.disables) next",
        commands(*_ROUTE, Op.DISABLE, Op.ENABLE),
    ),
    mutant(
        "engine",
        "R9_pending_is_never_delivered_twice R9_consume",
        ENGINE,
        "if (does_q.enables || does_q.consumes) next",
        "if (does_q.enables) next",
        commands(*_ROUTE, Op.CONSUME_PENDING, Op.CONSUME_PENDING),
    ),
    mutant(
        "engine",
        "R9_R10_delivers_the_new_message",
        ENGINE,
        "<= does.sets_message || fresh_message;",
        "<= fresh_message;",
        commands(*_ROUTE, Op.ENABLE),
    ),
    mutant(
        "engine",
        "R9_R10_delivers_the_new_message_rid",
        ENGINE,
        "<= does.sets_message || fresh_message;",
        "<= fresh_message;",
        commands(*_ROUTE, Op.ENABLE_WITH_RID),
    ),
    mutant(
        "engine",
        "R2_default_bdf",
        ENGINE,
        "      devfn_q           <= target_q.devfn;",
        "      devfn_q           <= '0;",
        commands(Op.BIND_TARGET, Op.DEFAULT_BDF),
    ),
    mutant(
        "engine",
        "S3_ok",
        ENGINE,
        "'{default: answer__OK};",
        "'{default: answer__NONE};",
        commands(Op.SET_BUS_RANGE),
    ),
    # ---- the engine: the hardware ---------------------------------------------------------------
    mutant(
        "engine",
        "H1_ready",
        ENGINE,
        "request_ready = advance &&",
        "request_ready = request_valid && advance &&",
    ),
    mutant(
        "engine",
        "H2_valid_stays H2_payload_stable",
        ENGINE,
        "      execute_q         <= lookup_q;",
        "    end\n    begin\n      execute_q         <= lookup_q;",
        _MESSAGE,
    ),
    mutant(
        "engine",
        "H3_retires_exactly_once",
        ENGINE,
        "retire_valid_q <= advance && execute_valid_q;",
        "retire_valid_q <= execute_valid_q;",
    ),
    mutant(
        "engine",
        "H3_in_order",
        ENGINE,
        "      execute_q.address <= lookup_address;\n",
        "      execute_q.address <= command.address;\n",
    ),
    mutant(
        "engine",
        "H3_message_exactly_once",
        ENGINE,
        "retire_q.sent            <= send;",
        "retire_q.sent            <= send && lookup_valid_q;",
        _MESSAGE,
    ),
    mutant(
        "engine",
        "H3_message_of_its_record",
        ENGINE,
        "      retire_q.request.data    <= sent_message.data;",
        "      retire_q.request.data    <= lookup_q.data;",
        _MESSAGE,
    ),
    mutant(
        "engine",
        "H5_no_undefined_state",
        STATES,
        "<= done_uses_q[1] && done_index_q[1] == lookup_index;",
        "<= 1'b0;",
    ),
    mutant(
        "engine",
        "H5_no_undefined_message",
        ENGINE,
        "route_message_q   <= does.takes_event && !fresh_message;",
        "route_message_q   <= does.takes_event;",
        commands(Op.ENABLE),
    ),
    mutant(
        "engine",
        "H5_no_undefined_origin",
        ENGINE,
        "      .write      (write_origin),",
        "      .write      (write_origin || command.operation == operation_code__ENABLE),",
        commands(Op.ENABLE),
    ),
    mutant(
        "engine",
        "H7_drop",
        ENGINE,
        "drop_valid_q   <= advance && is_drop;",
        "drop_valid_q   <= advance && execute_valid_q;",
    ),
    mutant(
        "engine",
        "H7_drop_reason",
        ENGINE,
        "          reason: answer,",
        "          reason: answer__DROPPED_BUS_RANGE,",
    ),
    mutant(
        "engine",
        "H7_drop_rid",
        ENGINE,
        "          rid: devid[15:0],",
        "          rid: execute_q.rid,",
    ),
    mutant(
        "engine",
        "H7_drop_range",
        ENGINE,
        "does_q.refuses ? command_range_q.subordinate : range_q.subordinate",
        "range_q.secondary",
        commands(Op.SET_BUS_RANGE, Op.BIND_TARGET, later=_BEHIND),
    ),
    mutant(
        "engine",
        "H8_clearing",
        ENGINE,
        "clear_index_q == CLEAR_WIDTH'(LARGEST - 1)",
        "clear_index_q == CLEAR_WIDTH'(LARGEST / 2 - 1)",
    ),
    mutant(
        "engine",
        "H8_nothing_while_clearing",
        ENGINE,
        "    if (!rst_n) lookup_valid_q <= 1'b0;\n",
        "",
    ),
    mutant(
        "engine",
        "H8_reset",
        ENGINE,
        "      clearing_q    <= 1'b1;\n",
        "",
    ),
    # ---- the translator -------------------------------------------------------------------------
    mutant(
        "translator",
        "H1_one_operation_a_cycle",
        ARBITER,
        "in_ready  = out_ready ?",
        "in_ready  = out_ready && granted != last_q ?",
    ),
    mutant(
        "translator",
        "H3_retires_once_in_order",
        TOP,
        "request.data    = s_msi_data;",
        "request.data    = command.data;",
    ),
    mutant(
        "translator",
        "H3_command_is_offered",
        TOP,
        ".command_taken(command_valid && command_ready),",
        ".command_taken(command_ready),",
    ),
    mutant(
        "translator",
        "H4_waits_for_two_at_most",
        ARBITER,
        "if (out_valid && out_ready) last_q",
        "if (out_valid && out_ready && granted != SOURCE_EVT) last_q",
    ),
    mutant(
        "translator",
        "H3_message_only_if_sent",
        TOP,
        "retire.sent ? retire.request.address : '0",
        "retire.request.address",
    ),
    mutant(
        "translator",
        "H8_ready_after_clearing",
        ENGINE,
        "advance && !clearing_q;",
        "advance;",
    ),
    mutant(
        "translator",
        "H8_nothing_left H8_nothing_while_clearing",
        ENGINE,
        "    if (!rst_n) begin\n      retire_valid_q <= 1'b0;\n",
        "    if (!rst_n) begin\n",
    ),
    mutant(
        "translator",
        "H1_message_with_its_record",
        SKID,
        "out_valid_q  <= skid_valid_q || in_valid;",
        "out_valid_q  <= in_valid;",
        _MESSAGE_OUT,
    ),
    mutant(
        "translator",
        "H2_valid_stays",
        SKID,
        "out_valid = out_valid_q;",
        "out_valid = out_valid_q && !in_valid;",
        _MESSAGE_OUT,
    ),
    mutant(
        "translator",
        "H2_payload_stable H3_message_once_in_order",
        SKID,
        "if (out_ready || !out_valid_q) begin",
        "if (out_ready || !out_valid_q || skid_valid_q) begin",
        _MESSAGE_OUT,
    ),
    mutant(
        "translator",
        "H3_message_after_its_record",
        SKID,
        "      skid_valid_q <= 1'b0;\n    end else",
        "    end else",
        _MESSAGE_OUT,
    ),
)
