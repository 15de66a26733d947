# SPDX-License-Identifier: MIT
"""Both ends for AXI4 with faults: edits of their text, each of which a named test has to notice."""

from __future__ import annotations

from pathlib import Path

from tests.sim.faulty_text import Edits, TextFault, instead, write_faulty

_FAULT_PACKAGE = "axi_fault_pkg"

PLUSARG = f"+{_FAULT_PACKAGE}={{}}"

_WRITE = "hdl/front/msi_axi_write.sv"
_DECODE = "hdl/front/msi_axi_decode.sv"
_RESPONSE = "hdl/front/msi_axi_response.sv"
_ITS = "hdl/back/msi_axi_its.sv"
_SLICE = "hdl/axi/msi_axi_slice.sv"
_FIFO = "hdl/axi/msi_axi_fifo.sv"
_HARNESS = "tests/axi/msi_axi_harness"

_OPEN = f"{_FAULT_PACKAGE}::OPEN"

HOOKS: dict[str, Edits] = {
    _WRITE: (
        ("s_axi_awready = aw_room && room_q;", "s_axi_awready = aw_room && room_q && aw_open;"),
        ("(s_axi_awvalid && room_q),", "(s_axi_awvalid && room_q && aw_open),"),
        (
            "  logic     w_valid, w_ready;\n",
            f"  logic     w_valid, w_ready, aw_open;\n\n  assign aw_open = {_OPEN};\n",
        ),
    ),
    _ITS: (
        (".out_valid(m_its_awvalid),", ".out_valid(aw_there),"),
        (".out_ready(m_its_awready),", ".out_ready(m_its_awready && m_its_awvalid),"),
        (".out_valid(m_its_wvalid),", ".out_valid(w_there),"),
        (".out_ready(m_its_wready),", ".out_ready(m_its_wready && m_its_wvalid),"),
        (
            "  logic taken;\n",
            "  logic taken, aw_there, w_there;\n\n"
            f"  assign m_its_awvalid = aw_there && {_OPEN};\n"
            "  assign m_its_wvalid  = w_there && w_open;\n",
        ),
    ),
}
"""What changes nothing, but gives faults a place: channels that can be held up."""


FAULTS = (
    # B1
    TextFault(
        "16-bit data keeps its upper half",
        _WRITE,
        instead("w.strobes == STROBES_HALF ? 16'h0 : w.data[31:16]", "w.data[31:16]"),
        "b1_dword_or_its_lower_half",
        "[B1]",
    ),
    TextFault(
        "a refused access leaks: other strobes",
        _DECODE,
        instead("strobes == STROBES_DWORD || strobes == STROBES_HALF", "strobes != STROBES_NONE"),
        "b1_refused_strobes",
        "[B1]",
    ),
    TextFault(
        "a refused access leaks: a burst",
        _DECODE,
        (("&& !burst &&", "&& (!burst || FAULT) &&"),),
        "b1_refused_burst",
        "[B1]",
    ),
    TextFault(
        "a refused access leaks: another offset",
        _DECODE,
        instead(
            "address == {page, DOORBELL_OFFSET}",
            "{address[ADDR_WIDTH-1:16], 1'b0, address[14:0]} == {page, 16'h0040}",
        ),
        "b1_refused_offset",
        "[B1]",
    ),
    TextFault(
        "a refused access leaks: another page",
        _DECODE,
        instead(
            "address == {page, DOORBELL_OFFSET}",
            "address[47:0] == {page[47:16], DOORBELL_OFFSET}",
        ),
        "b1_refused_outside",
        "[B1]",
    ),
    TextFault(
        "a refused access leaks: all of them",
        _WRITE,
        instead(
            "decided_q && facts_q.message",
            "decided_q && (facts_q.message || reason != REFUSED_NOT)",
        ),
        "b1_refused_strobes",
        "comes of no write",
    ),
    TextFault(
        "a flush is a message",
        _WRITE,
        instead("decided_q && facts_q.message", "decided_q && !(reason != REFUSED_NOT)"),
        "b1_flush",
        "comes of no write",
    ),
    TextFault(
        "a refused write is not reported",
        _WRITE,
        (
            (
                "= decided_q && reason != REFUSED_NOT",
                "= !FAULT && decided_q && reason != REFUSED_NOT",
            ),
        ),
        "b1_refused_offset",
        "refusals not reported",
    ),
    TextFault(
        "the requester ID is another: the target",
        _WRITE,
        (("m_msi_rid          = ", "m_msi_rid = FAULT ? m_msi_target : "),),
        "b1_dword_or_its_lower_half",
        "[B1]",
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
        "message lane wrong: bit 3 of the address is not looked at",
        _ITS,
        instead("32'(s_msi_address[5:2])", "32'({s_msi_address[5:4], 1'b0, s_msi_address[2]})"),
        "b3_each_dword_on_its_lane",
        "[B3]",
        ("128", "512"),
    ),
    TextFault(
        "message lane wrong: bit 5 of the address is not looked at",
        _ITS,
        instead("32'(s_msi_address[5:2])", "32'(s_msi_address[4:2])"),
        "b3_each_dword_on_its_lane",
        "[B3]",
        ("512",),
    ),
    TextFault(
        "MSI-64: halves swapped",
        _ITS,
        instead("i % 2 == 0 ? w.even : w.odd", "i % 2 == 0 ? w.odd : w.even"),
        "b3_msi64",
        "[B3]",
        ("64", "512"),
    ),
    TextFault(
        "MSI-64: to where the message was written",
        _ITS,
        instead("{msi64_base, DOORBELL_OFFSET}", "s_msi_address[ADDR_WIDTH-1:0]"),
        "b3_msi64",
        "[B3]",
    ),
    TextFault(
        "MSI-64: a size of 4 bytes",
        _ITS,
        instead("aw.wide ? 3'd3 : 3'd2", "3'd2"),
        "b3_msi64",
        "[B3]",
    ),
    TextFault(
        "awuser wrong: the requester ID alone",
        _ITS,
        instead("aw.devid << USER_SHIFT", "32'(aw.devid[15:0]) << USER_SHIFT"),
        "b3_device_id_in_awuser",
        "[B3]",
    ),
    TextFault(
        "awuser wrong: not shifted",
        _ITS,
        instead("aw.devid << USER_SHIFT", "aw.devid"),
        "b3_device_id_in_awuser",
        "[B3]",
        ("128",),
    ),
    TextFault(
        "wrong ID at the ITS",
        _ITS,
        (("m_its_awid     = ", "m_its_awid = FAULT ? '0 : "),),
        "b3_device_id_in_awuser",
        "[B3]",
    ),
    # B5
    TextFault(
        "response before the message was executed",
        _RESPONSE,
        instead("outcome_there && (!sent || done_there)", "1'b1"),
        "b5_dropped",
        "[B5]",
    ),
    TextFault(
        "response before the ITS's",
        _RESPONSE,
        instead("!sent || done_there", "1'b1"),
        "b5_sent_has_the_response_of_the_its",
        "came before",
    ),
    TextFault(
        "response before the ITS's: the ITS is silent",
        _RESPONSE,
        instead("!sent || done_there", "1'b1"),
        "b5_no_response_before_the_its_has_given_its_own",
        "AssertionError",
    ),
    TextFault(
        "wrong ID: that of the newest write",
        _RESPONSE,
        (("b_id_q    <= ", "b_id_q <= FAULT ? write_id : "),),
        "b5_sent_has_the_response_of_the_its",
        "has not the ID",
    ),
    TextFault(
        "an error of the ITS is not handed on",
        _ITS,
        (("done_resp_q  <= ", "done_resp_q <= FAULT ? '0 : "),),
        "b5_sent_has_the_response_of_the_its",
        "[B5]",
    ),
    TextFault(
        "a dropped message is always answered OKAY",
        _RESPONSE,
        instead("dropped_slverr ? RESP_SLVERR : RESP_OKAY", "RESP_OKAY"),
        "b5_dropped",
        "[B5]",
    ),
    TextFault(
        "outside of the page: OKAY where refused writes have it",
        _WRITE,
        instead("reason == REFUSED_OUTSIDE", "reason == REFUSED_OUTSIDE && !okay_q"),
        "b5_refused_okay",
        "[B5]",
    ),
    TextFault(
        "a route's response is taken for a write's",
        f"{_HARNESS}.sv",
        instead("its_done_valid && direct_valid && direct", "its_done_valid"),
        "random_writes",
        "[B5]",
    ),
    # B6
    TextFault(
        "a stall wedges addresses against data: at s_axi",
        _WRITE,
        instead(_OPEN, "w_valid"),
        "b6_data_before_its_address",
        "s_axi_aw: 0 of 1 were taken",
    ),
    TextFault(
        "a stall wedges addresses against data: at m_its, data waits",
        _ITS,
        (("w_open;", "!(FAULT && m_its_awvalid);"),),
        "b6_the_its_takes_one_channel_at_a_time",
        "m_its_aw is not taken, and m_its_w waits for it",
    ),
    TextFault(
        "a stall wedges addresses against data: at m_its, addresses wait",
        _ITS,
        instead(_OPEN, "!w_there"),
        "b6_the_its_takes_one_channel_at_a_time",
        "m_its_w is not taken, and m_its_aw waits for it",
    ),
    TextFault(
        "a stall loses an item",
        _SLICE,
        (("waits_q <= 1'b1;", "waits_q <= !FAULT;"),),
        "b6_stalls_on_each_channel",
        "mismatches",
    ),
    TextFault(
        "a queue forgets its last items",
        _FIFO,
        instead("more_q && !(pop && second == free_q)", "more_q && !pop"),
        "b5_sent_has_the_response_of_the_its",
        "hangs",
    ),
    TextFault(
        "more writes are taken than there is room for",
        _WRITE,
        instead("open_q == count_t'(OUTSTANDING - 1) && address_taken", "1'b0"),
        "b6_nobody_takes_responses",
        "[B6]",
    ),
    TextFault(
        "a path through: from wvalid to awready",
        _WRITE,
        instead(_OPEN, "!s_axi_wvalid"),
        "b6_no_path_between_the_sides",
        "shows before a clock edge",
    ),
    TextFault(
        "data is taken that has no address",
        _WRITE,
        instead("aw_valid && move", "move"),
        "b6_data_before_its_address",
        "AssertionError",
    ),
    TextFault(
        "a response changes while it waits",
        _RESPONSE,
        (("b_resp  = b_resp_q;", "b_resp  = FAULT && !b_ready ? ~b_resp_q : b_resp_q;"),),
        "b6_stalls_on_each_channel",
        "[H2]",
    ),
    TextFault(
        "a response waits until it can be taken",
        _RESPONSE,
        (("b_valid = b_valid_q;", "b_valid = b_valid_q && (b_ready || !FAULT);"),),
        "b6_no_path_between_the_sides",
        "shows before a clock edge",
    ),
    TextFault(
        "a response with another ID is taken",
        _ITS,
        instead("m_its_bid == ID_WIDTH'(ID)", "1'b1"),
        "b6_responses_that_belong_to_nothing",
        "[B5]",
    ),
    TextFault(
        "a response before its data is taken",
        _ITS,
        instead(
            "(address_leaves || beat_behind) && (beat_leaves || address_behind)",
            "address_leaves",
        ),
        "b6_responses_that_belong_to_nothing",
        "[B5]",
    ),
    # B7, B8
    TextFault(
        "a response every other cycle",
        _RESPONSE,
        (
            (
                "answerable && (!b_valid_q || b_ready)",
                "answerable && (!b_valid_q || (b_ready && !FAULT))",
            ),
            ("if (!b_valid_q || b_ready) begin", "if (!b_valid_q || (b_ready && !FAULT)) begin"),
            (
                "    if (!rst_n) b_valid_q",
                "    else if (b_ready) b_valid_q <= 1'b0;\n    if (!rst_n) b_valid_q",
            ),
        ),
        "b7_a_message_a_cycle",
        "AssertionError",
    ),
    TextFault(
        "reset leaves a message",
        _SLICE,
        (
            (
                "(!rst_n) begin\n      valid_q <= 1'b0;",
                "(!rst_n && !FAULT) begin\n      valid_q <= 1'b0;",
            ),
        ),
        "b8_reset_in_the_middle",
        "[B8]",
    ),
    TextFault(
        "reset leaves a count",
        _WRITE,
        (("      open_q <= '0;", "      if (!FAULT) open_q <= '0;"),),
        "b8_reset_in_the_middle",
        "hangs",
    ),
)
"""Those that are tried."""


def write_rtl(folder: Path) -> None:
    """Write the ends, the translator and the harness, with all faults, into a new folder."""
    write_faulty(folder, _HARNESS, _FAULT_PACKAGE, FAULTS, HOOKS)
