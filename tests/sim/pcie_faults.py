# SPDX-License-Identifier: MIT
"""The blocks for PCIe with faults: edits of their text that a named test each has to notice."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.sim.faulty_text import TextFault, instead, write_faulty

_PACKAGE = "pcie_fault_pkg"

PLUSARG = f"+{_PACKAGE}={{}}"

_FILTER = "hdl/pcie/msi_tlp_filter.sv"
_DECODE = "hdl/pcie/msi_tlp_decode.sv"
_ORDER = "hdl/pcie/msi_tlp_order.sv"
_QUEUE = "hdl/pcie/msi_tlp_queue.sv"
_AXIS = "hdl/pcie/msi_tlp_axis.sv"
_SNOOP = "hdl/pcie/msi_bus_snoop.sv"
_TURNS = "hdl/pcie/msi_round_robin.sv"

OfFilter = partial(TextFault, sets=("128",))
OfBuses = partial(TextFault, sets=("buses",))

FAULTS = (
    # T1
    OfFilter(
        "requester ID from the wrong header bytes",
        _FILTER,
        instead("beat.hdr.rid", "{beat.hdr.tag, beat.hdr.last_enables, beat.hdr.first_enables}"),
        "t1_message",
        "[T1]",
    ),
    OfFilter(
        "a header of 4 dwords read as one of 3",
        _DECODE,
        (("header.fmt[0] ?", "header.fmt[0] && !FAULT ?"),),
        "t1_message",
        "[T2]",
    ),
    OfFilter(
        "a header of 3 dwords read as one of 4",
        _DECODE,
        ((": {32'd0,", ": FAULT ? {header.dword_2, header.dword_3[31:2]} : {32'd0,"),),
        "t1_message",
        "[T2]",
    ),
    OfFilter(
        "byte enables ignored",
        _DECODE,
        (
            (
                "else if (!(header.first_enables inside",
                "else if (!FAULT && !(header.first_enables inside",
            ),
        ),
        "t1_byte_enables",
        "[T1]",
    ),
    OfFilter(
        "last byte enables ignored",
        _DECODE,
        (("|| header.last_enables != '0)", "|| (header.last_enables != '0 && !FAULT))"),),
        "t1_byte_enables",
        "[T1]",
    ),
    OfFilter(
        "16 bits keep what is above",
        _FILTER,
        (("packet.half ? 32'", "packet.half && !FAULT ? 32'"),),
        "t1_message",
        "[T1]",
    ),
    OfFilter(
        "poisoned delivered",
        _DECODE,
        (("if (header.poisoned)", "if (header.poisoned && !FAULT)"),),
        "t1_poisoned_erroneous_translated",
        "[T",
    ),
    OfFilter(
        "translated delivered",
        _DECODE,
        (("header.address_type != 2'b00)", "header.address_type != 2'b00 && !FAULT)"),),
        "t1_poisoned_erroneous_translated",
        "[T",
    ),
    OfFilter(
        "an erroneous one delivered",
        _FILTER,
        (("else if (beat.error && fate", "else if (beat.error && !FAULT && fate"),),
        "t1_poisoned_erroneous_translated",
        "[T",
    ),
    OfFilter(
        "a bit of the page that does not count",
        _DECODE,
        (
            (
                "memory && address[63:16] == page)",
                "memory && address[63:17] == page[63:17] && (address[16] == page[16] || FAULT))",
            ),
        ),
        "t1_each_bit_of_the_address",
        "[T",
    ),
    OfFilter(
        "another offset delivered",
        _DECODE,
        (
            (
                "address[15:2] != DOORBELL)",
                "address[14:2] != DOORBELL[14:2] || (address[15] != DOORBELL[15] && !FAULT))",
            ),
        ),
        "t1_each_bit_of_the_address",
        "[T",
    ),
    # T2
    OfFilter(
        "a read that is not handed out",
        _DECODE,
        (("facts.completes = read || atomic;", "facts.completes = (read && !FAULT) || atomic;"),),
        "t2_what_touches_the_page_is_removed",
        "hangs",
    ),
    OfFilter(
        "a completion for what is erroneous",
        _FILTER,
        (
            (
                "!(fate inside {FATE_MALFORMED, FATE_ERROR, FATE_TOLD})",
                "!(fate inside {FATE_MALFORMED, FATE_TOLD} || (fate == FATE_ERROR && !FAULT))",
            ),
        ),
        "random_packets",
        "[T2]",
    ),
    OfFilter(
        "a read in the page passes",
        _DECODE,
        (
            (
                "else if (read) facts.fate = FATE_READ;",
                "else if (read) facts.fate = FAULT ? FATE_PASSES : FATE_READ;",
            ),
        ),
        "t2_what_touches_the_page_is_removed",
        "[T2]",
    ),
    OfFilter(
        "a longer write delivered",
        _DECODE,
        (("else if (facts.last != '0)", "else if (facts.last != '0 && !FAULT)"),),
        "t2_what_touches_the_page_is_removed",
        "[T",
    ),
    OfFilter(
        "a flush that is reported",
        _FILTER,
        (
            (
                "told_q && told_fate_q != FATE_FLUSH;",
                "told_q && (told_fate_q != FATE_FLUSH || FAULT);",
            ),
        ),
        "t2_flush",
        "hangs",
    ),
    OfFilter(
        "a digest that does not pass",
        _FILTER,
        instead("m_tlp.digest", "'0"),
        "t2_everything_else_passes",
        "[T2]",
    ),
    OfFilter(
        "what has no address is looked at as if it had one",
        _DECODE,
        (
            (
                "memory  = read || write || atomic;",
                "memory  = read || write || atomic || (FAULT && other);",
            ),
        ),
        "t2_what_has_no_address_passes",
        "[T",
    ),
    # T3
    OfFilter(
        "T3 ignored",
        _ORDER,
        (("mark_valid && !past[MARK_WIDTH-1];", "mark_valid && (!past[MARK_WIDTH-1] || FAULT);"),),
        "t3_a_message_waits_for_earlier_writes_alone",
        "AssertionError",
    ),
    OfFilter(
        "a message waits for a later write, too",
        _ORDER,
        (("committed_q - mark;", "committed_q - (FAULT ? handed_q : mark);"),),
        "t3_a_message_waits_for_earlier_writes_alone",
        "AssertionError",
    ),
    OfFilter(
        "a mark that is too narrow",
        _ORDER,
        (
            (
                "      mark_reached  =",
                "      if (FAULT) past[MARK_WIDTH-1] = past[3];\n      mark_reached  =",
            ),
        ),
        "t3_as_many_uncommitted_as_there_may_be",
        "AssertionError",
    ),
    OfFilter(
        "an erroneous write is waited for",
        _FILTER,
        (
            (
                "packet.write && ends && !out.error;",
                "packet.write && ends && (!out.error || FAULT);",
            ),
        ),
        "t3_nothing_but_memory_writes_counts",
        "AssertionError",
    ),
    OfFilter(
        "a read is waited for",
        _FILTER,
        (
            (
                "write_ends = passes && packet.write &&",
                "write_ends = passes && (packet.write || (FAULT && packet.completes)) &&",
            ),
        ),
        "t3_nothing_but_memory_writes_counts",
        "AssertionError",
    ),
    # T4
    OfFilter(
        "data that is too long passes whole",
        _FILTER,
        (("    out.eop   = ends;", "    out.eop   = FAULT ? beat.eop : ends;"),),
        "t4_length_against_data",
        "[T2]",
    ),
    OfFilter(
        "data that is too short passes as if it were not",
        _FILTER,
        (("(ends && !as_announced);", "(ends && !as_announced && !FAULT);"),),
        "t4_length_against_data",
        "[T2]",
    ),
    OfFilter(
        "a count of beats that wraps",
        _FILTER,
        (
            (
                "if (!beats.over) beats_q <= beats - beats_t'(1);",
                "if (FAULT) beats_q <= {1'b0, beats.left - 1'b1};\n"
                "      else if (!beats.over) beats_q <= beats - beats_t'(1);",
            ),
        ),
        "t4_a_message_with_very_many_beats_is_none",
        "[T",
    ),
    OfFilter(
        "a packet that is cut loses the next one",
        _FILTER,
        (("beat_ready = moves && !cut;", "beat_ready = moves && (!cut || FAULT);"),),
        "t4_cut_by_the_next_packet",
        "[T",
    ),
    OfFilter(
        "a packet that is cut is not ended",
        _FILTER,
        (
            (
                "passes     = packet.fate == FATE_PASSES;",
                "passes     = packet.fate == FATE_PASSES && !(cut && FAULT);",
            ),
        ),
        "t4_cut_by_the_next_packet",
        "[T",
    ),
    OfFilter(
        "beats without a beginning pass",
        _FILTER,
        (
            (
                "if (!open_q && !beat.sop) packet.fate",
                "if (!open_q && !beat.sop && !FAULT) packet.fate",
            ),
        ),
        "t4_reset_in_the_middle",
        "[T",
    ),
    OfFilter(
        "crossing 4 KiB passes",
        _DECODE,
        (("> 11'd1023) begin", "> 11'd1023 && !FAULT) begin"),),
        "t4_crossing_4_kib",
        "[T",
    ),
    OfFilter(
        "an undefined type passes",
        _DECODE,
        (("if (!memory && !other) begin", "if (!memory && !other && !FAULT) begin"),),
        "t4_all_first_bytes",
        "[T",
    ),
    OfFilter(
        "everything waits for a message",
        _FILTER,
        (
            ("(!passes || out_ready) &&", "(!passes || (out_ready && !(FAULT && m_msi_valid))) &&"),
            ("(beat_valid && passes &&", "(beat_valid && passes && !(FAULT && m_msi_valid) &&"),
        ),
        "t4_nothing_waits_for_messages_but_messages",
        "AssertionError",
    ),
    OfFilter(
        "a queue that loses what does not fit",
        _QUEUE,
        (("in_ready = room_q;", "in_ready = room_q || FAULT;"),),
        "t4_requests_to_complete_wait",
        "hangs",
    ),
    TextFault(
        "counts wrap",
        _FILTER,
        (("&& counts_q[i] != '1) begin", "&& (counts_q[i] != '1 || FAULT)) begin"),),
        "t4_counts_stay_at_their_maximum",
        "[T4]",
        ("64",),
    ),
    OfFilter(
        "reset leaves a packet open",
        _FILTER,
        (("      open_q <= 1'b0;", "      if (!FAULT) open_q <= 1'b0;"),),
        "t4_reset_in_the_middle",
        "[T",
    ),
    OfFilter(
        "reset leaves counts",
        _FILTER,
        (("if (!rst_n) counts_q <= '0;", "if (!rst_n && !FAULT) counts_q <= '0;"),),
        "t4_reset_in_the_middle",
        "[T4]",
    ),
    # T5
    OfFilter(
        "a message every other cycle",
        _ORDER,
        (
            (
                "      out_valid     = released_q != '0;",
                "      out_valid     = released_q != '0 && (!FAULT || every_other_q);",
            ),
            (
                "    logic   leaves;\n",
                "    logic   leaves, every_other_q;\n"
                "    always_ff @(posedge clk) every_other_q <= !(out_valid && out_ready);\n",
            ),
        ),
        "t5_a_message_a_cycle",
        "AssertionError",
    ),
    # The shim
    OfFilter(
        "a prefix shifts the header",
        _AXIS,
        (
            (
                "out.hdr[127-32*i-:32] = swapped(head[3'(4'(prefixes) + 4'(i))]);",
                "out.hdr[127-32*i-:32] = swapped(head[3'((FAULT ? 4'd0 : 4'(prefixes)) + 4'(i))]);",
            ),
        ),
        "t1_prefixes_and_digest_do_not_matter",
        "[T2]",
    ),
    OfFilter(
        "a prefix shifts the data",
        _AXIS,
        (
            (
                "shift   = length[EMPTY_WIDTH-1:0];",
                "shift   = EMPTY_WIDTH'(FAULT ? length - 4'(prefixes) : length);",
            ),
        ),
        "t1_prefixes_and_digest_do_not_matter",
        "[T2]",
    ),
    OfFilter(
        "digest taken as data",
        _AXIS,
        (("has_digest = head[prefixes][23];", "has_digest = head[prefixes][23] && !FAULT;"),),
        "t1_prefixes_and_digest_do_not_matter",
        "[T2]",
    ),
    OfFilter(
        "bytes of the header in the wrong order",
        _AXIS,
        (
            (
                "if (four) out.hdr[31:0] = swapped(head[3'(length - 4'd1)]);",
                "if (four) out.hdr[31:0] = FAULT ? head[3'(length - 4'd1)] : "
                "swapped(head[3'(length - 4'd1)]);",
            ),
        ),
        "t1_message",
        "[T2]",
    ),
    OfFilter(
        "a packet cut in its header is completed from the one before",
        _AXIS,
        (
            (
                "there[i] = i % DWORDS < 32'(beat_q.count);",
                "there[i] = i % DWORDS < 32'(beat_q.count) || FAULT;",
            ),
        ),
        "t4_raw_packets_cut_anywhere",
        "[T",
    ),
    OfFilter(
        "tkeep ignored",
        _AXIS,
        (("beat_in.error = !kept ||", "beat_in.error = (!kept && !FAULT) ||"),),
        "t4_raw_packets_cut_anywhere",
        "[T4]",
    ),
    # N2
    OfBuses(
        "a byte of a partial configuration write misplaced",
        _SNOOP,
        (
            (
                "held_q.secondary <= s_cfg_data[15:8];",
                "held_q.secondary <= FAULT && s_cfg_strb == 4'b0010 ? s_cfg_data[7:0] : "
                "s_cfg_data[15:8];",
            ),
        ),
        "n2_all_byte_enables",
        "[N2]",
    ),
    OfBuses(
        "byte enables of a configuration write ignored",
        _SNOOP,
        (("if (s_cfg_strb[2]) held_q", "if (s_cfg_strb[2] || FAULT) held_q"),),
        "n2_all_byte_enables",
        "[N2]",
    ),
    OfBuses(
        "completion before the range is in force",
        _SNOOP,
        (
            (
                "    ready_q <= merged_q && in_force;",
                "    ready_q <= merged_q && (in_force || FAULT);",
            ),
            (
                "    if (merged_q && in_force) merged_q",
                "    if (merged_q && (in_force || FAULT)) merged_q",
            ),
        ),
        "n2_the_first_message_behind_the_acknowledgement",
        "[N2]",
    ),
    OfBuses(
        "completion while the range is on its way",
        _SNOOP,
        (
            (
                "in_force            = same && !offers_q;",
                "in_force            = same && (!offers_q || FAULT);",
            ),
        ),
        "n2_while_tables_are_cleared",
        "[N2]",
    ),
    OfBuses(
        "a write that changes nothing sets the range",
        _SNOOP,
        (
            (
                "      offers_q  <= !same;",
                "      offers_q  <= !same || (FAULT && merged_q && in_force);",
            ),
        ),
        "n2_a_write_that_changes_nothing_sets_nothing",
        "[N2]",
    ),
    OfBuses(
        "a reset of the port that is ignored",
        _SNOOP,
        (("if (port_reset) held_q", "if (port_reset && !FAULT) held_q"),),
        "n2_reset_of_a_port",
        "AssertionError",
    ),
    OfBuses(
        "an offer that changes while it waits",
        _SNOOP,
        (
            (
                "if (!offers_q || m_range_ready) begin",
                "if (!offers_q || m_range_ready || FAULT) begin",
            ),
        ),
        "n2_random",
        "H2",
    ),
    OfBuses(
        "a port that waits loses its turn",
        _TURNS,
        (("waits_q <= out_ready ? '0 : choice;", "waits_q <= out_ready || FAULT ? '0 : choice;"),),
        "n2_while_tables_are_cleared",
        "H2",
    ),
)
"""Those that are tried."""

HARNESSES = {"128": "msi_tlp_harness", "64": "msi_tlp_harness", "buses": "msi_bus_harness"}
"""By the set of parameters: what they are tried on."""


def write_rtl(folder: Path, name: str) -> None:
    """Write the harness of a set of parameters, with all faults, into a new folder."""
    write_faulty(folder, f"tests/pcie/{HARNESSES[name]}", _PACKAGE, FAULTS, {})
