# SPDX-License-Identifier: MIT
"""The bridge with faults: what `tests/sim/faulty_text.py` writes and a test has to notice."""

from __future__ import annotations

from pathlib import Path

from tests.sim.faulty_text import TextFault, instead, write_faulty

_FAULT_PACKAGE = "bridge_fault_pkg"

PLUSARG = f"+{_FAULT_PACKAGE}={{}}"

_TOP = "hdl/msi_axi_bridge.sv"
_SPLIT = "hdl/bridge/msi_axi_split.sv"
_PAGE = "hdl/bridge/msi_axi_page.sv"
_ORDER = "hdl/bridge/msi_axi_order.sv"
_READ = "hdl/bridge/msi_axi_read.sv"
_MERGE = "hdl/bridge/msi_axi_merge.sv"
_SOURCE = "hdl/bridge/msi_axi_source.sv"
_THREADS = "hdl/bridge/msi_axi_threads.sv"
_TALLY = "hdl/bridge/msi_axi_tally.sv"
_DECODE = "hdl/front/msi_axi_decode.sv"
_RESPONSE = "hdl/front/msi_axi_response.sv"
_ITS = "hdl/back/msi_axi_its.sv"

FAULTS = (
    # B1
    TextFault(
        "16-bit data keeps its upper half",
        _PAGE,
        instead("s_wstrobes == STROBES_HALF ? 16'h0 : s_wdata[31:16]", "s_wdata[31:16]"),
        "b1_dword_or_its_lower_half",
        "[B1]",
    ),
    TextFault(
        "a refused access leaks: a read of the page",
        _READ,
        (("(ar.page || (check_all", "((ar.page && !FAULT) || (check_all"),),
        "b1_refused",
        "does not pass",
    ),
    TextFault(
        "a refused access leaks: the page's lower half is memory",
        _SPLIT,
        instead(
            "s_axi_awaddr[ADDR_WIDTH-1:16] == doorbell_base",
            "s_axi_awaddr[ADDR_WIDTH-1:15] == {doorbell_base, 1'b0}",
        ),
        "b1_refused",
        "does not pass",
    ),
    TextFault(
        "a refused access leaks: other strobes",
        _DECODE,
        instead("strobes == STROBES_DWORD || strobes == STROBES_HALF", "strobes != STROBES_NONE"),
        "b1_refused",
        "[B1]",
    ),
    TextFault(
        "data beside the page is taken for a message",
        _SPLIT,
        instead(
            "s_axi_awaddr[ADDR_WIDTH-1:16] == doorbell_base",
            "s_axi_awaddr[ADDR_WIDTH-2:16] == doorbell_base[ADDR_WIDTH-2:16]",
        ),
        "b1_all_bits_of_the_page_count",
        "[B",
    ),
    TextFault(
        "a refused write is not reported",
        _PAGE,
        instead("decided && reason != REFUSED_NOT", "1'b0"),
        "b1_refused",
        "AssertionError",
    ),
    TextFault(
        "a refused read is not reported",
        _READ,
        (("refused_q <= answers;", "refused_q <= answers && !FAULT;"),),
        "b1_refused",
        "AssertionError",
    ),
    # B2
    TextFault(
        "awuser of the data path is replaced",
        _SPLIT,
        (("m_awuser   = aw.user;", "m_awuser   = FAULT ? {16'h0, aw.user[15:0]} : aw.user;"),),
        "b2_each_bit_beside_an_address",
        "left as",
    ),
    TextFault(
        "an attribute of a read is lost: AxREGION",
        _READ,
        (("m_axi_arregion = ar.region;", "m_axi_arregion = FAULT ? '0 : ar.region;"),),
        "b2_each_bit_beside_an_address",
        "left as",
    ),
    TextFault(
        "a response of memory is made OKAY",
        _ORDER,
        (
            (
                "{m_hit, m_thread, m_bid, m_bresp}",
                "{m_hit, m_thread, m_bid, FAULT ? 2'b0 : m_bresp}",
            ),
        ),
        "b2_responses_as_they_are",
        "[B2]",
    ),
    TextFault(
        "an ID's responses are reordered: those behind a message pass it",
        _ORDER,
        (("younger     = has_local_q[b_thread]", "younger     = !FAULT && has_local_q[b_thread]"),),
        "b5_order_within_an_id",
        "[B",
    ),
    TextFault(
        "an ID's responses are reordered: one overtakes those that are kept",
        _ORDER,
        instead("keeps_q[b_thread] || b_received == b_before", "b_received == b_before"),
        "random_traffic",
        "[B",
        ("64-one-port",),
    ),
    TextFault(
        "a thread is another ID's",
        _THREADS,
        (("found_id;", "found_id || (FAULT && live_q[i] && i == 1);"),),
        "b2_responses_as_they_are",
        "[B",
    ),
    TextFault(
        "a count is another thread's",
        _TALLY,
        instead("counted_q[index] ? counters[index] : '0", "counted_q[0] ? counters[0] : '0"),
        "b2_responses_as_they_are",
        "[B",
    ),
    # B3
    TextFault(
        "message lane wrong: always the first",
        _ITS,
        instead("32'(s_msi_address[5:2])", "32'd0"),
        "b3_each_dword_on_its_lane",
        "[B3]",
        ("64", "128", "512"),
    ),
    TextFault(
        "MSI-64: halves swapped",
        _ITS,
        instead("i % 2 == 0 ? w.even : w.odd", "i % 2 == 0 ? w.odd : w.even"),
        "b3_msi64",
        "[B3]",
    ),
    TextFault(
        "wrong ID at the ITS",
        _TOP,
        instead("{its_awid, ID_WIDTH'(0)}", "{1'b0, ID_WIDTH'(1)}"),
        "b3_device_id_in_awuser",
        "[B",
        ("64", "64-one-port"),
    ),
    TextFault(
        "on one bus a message's beat is taken for data's",
        _MERGE,
        (("beat_second           = waits", "beat_second           = FAULT ? last_q : waits"),),
        "random_traffic",
        "[B",
        ("64-one-port",),
    ),
    # B4
    TextFault(
        "a message passes an earlier write",
        _PAGE,
        instead("waits && (any_released_q || release_local)", "waits"),
        "b4_a_message_waits_for_the_data_before_it",
        "AssertionError",
    ),
    TextFault(
        "a message passes an earlier write of another ID",
        _ORDER,
        instead(
            "first_valid_q && first_received_q",
            "first_valid_q && (first_received_q || first_thread_q != 0)",
        ),
        "b4_responses_in_any_order",
        "does not wait",
    ),
    TextFault(
        "a message waits for a later write",
        _ORDER,
        (
            (
                "release_local = walk_valid && walk_local;",
                "release_local = walk_valid && walk_local && (!FAULT || pending_q == 1);",
            ),
        ),
        "b4_later_data_neither_waits_nor_starves",
        "hangs",
    ),
    TextFault(
        "later writes wait for a message",
        _ORDER,
        (
            (
                "room = thread_room && pending_room_q;",
                "room = thread_room && pending_room_q && !(FAULT && |has_local_q);",
            ),
        ),
        "b4_later_data_neither_waits_nor_starves",
        "later data waits",
    ),
    # B5
    TextFault(
        "response before the ITS's",
        _RESPONSE,
        instead("!sent || done_there", "1'b1"),
        "b5_sent_has_the_response_of_the_its",
        "came before",
    ),
    TextFault(
        "an error of the ITS is not counted",
        _TOP,
        instead("its_done_valid && done_resp[1]", "1'b0"),
        "b5_sent_has_the_response_of_the_its",
        "AssertionError",
    ),
    TextFault(
        "a message of a route answers a write",
        _TOP,
        instead("its_done_valid && done_direct_valid && done_direct", "its_done_valid"),
        "random_traffic",
        "[B5]",
    ),
    TextFault(
        "a refused read is answered with data",
        _READ,
        instead("answering_q ? '0 : r_data", "r_data"),
        "b1_refused",
        "[B2]",
    ),
    TextFault(
        "a refused read is answered before those before it",
        _READ,
        instead("none_left_q && r_empty", "1'b1"),
        "b1_refused",
        "wait before it",
    ),
    TextFault(
        "a refused read has one beat",
        _READ,
        (("beats_q     <= ar.length;", "beats_q     <= FAULT ? 8'd0 : ar.length;"),),
        "b5_refused_okay",
        "[B2]",
    ),
    # B6
    TextFault(
        "a stall wedges addresses against data: at s_axi",
        _SPLIT,
        (
            (
                "s_axi_awready = aw_room && open_room_q;",
                "s_axi_awready = aw_room && open_room_q && (!FAULT || w_valid);",
            ),
            (
                ".in_valid (s_axi_awvalid && open_room_q),",
                ".in_valid (s_axi_awvalid && open_room_q && (!FAULT || w_valid)),",
            ),
        ),
        "b6_data_before_its_address",
        "AssertionError",
    ),
    TextFault(
        "a stall wedges addresses against data: at m_axi",
        _TOP,
        (
            (".out_valid(passing_awvalid),", ".out_valid(aw_there),"),
            (".out_ready(passing_awready),", ".out_ready(passing_awready && passing_awvalid),"),
            (
                "  beat_t    data_w, passing_w, its_w, out_w;\n",
                "  beat_t    data_w, passing_w, its_w, out_w;\n  logic aw_there;\n",
            ),
            (
                "passing_awready, passing_wvalid, passing_wready;\n",
                "passing_awready, passing_wvalid, passing_wready;\n"
                "  assign passing_awvalid = aw_there && (!FAULT || m_axi_wready);\n",
            ),
        ),
        "b6_who_answers_takes_one_channel_at_a_time",
        "has not come",
    ),
    TextFault(
        "a stall wedges addresses against data: on one bus, beats wait for the other manager",
        _MERGE,
        (
            (
                "beat_valid && s_wvalid[beat_second]",
                "beat_valid && s_wvalid[beat_second] && !(FAULT && s_wvalid[!beat_second])",
            ),
            (
                "beat_valid && m_wready",
                "beat_valid && m_wready && !(FAULT && s_wvalid[!beat_second])",
            ),
        ),
        "b6_stalls_on_each_channel",
        "hangs",
        ("64-one-port",),
    ),
    TextFault(
        "more writes are taken than there is room for",
        _SPLIT,
        instead("open_q == count_t'(OUTSTANDING - 1) && address_taken", "1'b0"),
        "b6_so_many_are_under_way",
        "AssertionError",
    ),
    TextFault(
        "more reads are taken than there is room for",
        _READ,
        instead("open_q == count_t'(OUTSTANDING - 1) && address_taken", "1'b0"),
        "b6_so_many_are_under_way",
        "AssertionError",
    ),
    TextFault(
        "a stray response is handed on",
        _ORDER,
        instead("b.hit && b_received != b_admitted", "1'b1"),
        "b6_responses_that_belong_to_nothing",
        "[B5]",
    ),
    TextFault(
        "a stray beat is handed on",
        _READ,
        instead("m_axi_rvalid && !none_left_q", "m_axi_rvalid"),
        "b6_responses_that_belong_to_nothing",
        "[B2]",
    ),
    TextFault(
        "a stray response of the ITS is taken",
        _TOP,
        instead("m_its_bvalid && m_its_bid == ITS_ID", "m_its_bvalid"),
        "b6_its_responses_with_another_id",
        "[B",
    ),
    # B7
    TextFault(
        "a beat waits a cycle for its address",
        _SPLIT,
        instead("waits || admit", "waits"),
        "b7_latency",
        "AssertionError",
    ),
    # B8
    TextFault(
        "reset leaves a count of reads",
        _READ,
        (("      left_q      <= '0;", "      if (!FAULT) left_q <= '0;"),),
        "b8_reset_in_the_middle",
        "[B",
    ),
    TextFault(
        "data waits while tables are cleared",
        _SPLIT,
        instead("check_all && source_clearing", "source_clearing"),
        "b8_data_does_not_wait_while_tables_are_cleared",
        "data waited",
    ),
    # B9
    TextFault(
        "sources: the index of a target is cut off",
        _SOURCE,
        instead("!outside(target[i], TARGETS)", "1'b1"),
        "b9_the_source_of_all_traffic",
        "[B2]",
    ),
    TextFault(
        "sources: the last bus is outside",
        _SOURCE,
        instead("in_range(bus[i], bus_range[i])", "in_range(bus[i] + 8'd1, bus_range[i])"),
        "random_traffic",
        "[B2]",
    ),
    TextFault(
        "sources: of a target that was never bound all are",
        _SOURCE,
        instead("bus[i] == 8'd0", "1'b0"),
        "b9_the_source_of_all_traffic",
        "[B",
    ),
    TextFault(
        "sources: reads are not checked",
        _READ,
        instead("check_all && !source_valid", "1'b0"),
        "b9_the_source_of_all_traffic",
        "[B2]",
    ),
    TextFault(
        "sources: messages need no range of their own",
        _TOP,
        (("      .s_msi_explicit_rid(1'b1),", "      .s_msi_explicit_rid(!FAULT),"),),
        "b1_dword_or_its_lower_half",
        "[B1]",
    ),
)
"""Those that are tried."""


def write_rtl(folder: Path) -> None:
    """Write the bridge with all its faults into a new folder."""
    write_faulty(folder, "hdl/bridge", _FAULT_PACKAGE, FAULTS, {}, _TOP)
