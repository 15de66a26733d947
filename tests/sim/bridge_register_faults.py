# SPDX-License-Identifier: MIT
"""The bridge's registers with faults, as `axi_faults` has the ends."""

from __future__ import annotations

from pathlib import Path

from tests.sim.faulty_text import TextFault, instead, write_faulty

_PACKAGE = "bridge_register_fault_pkg"

PLUSARG = f"+{_PACKAGE}={{}}"

_HARNESS = "tests/axi/msi_bridge_registers_harness"

_SPLIT = "hdl/registers/msi_axil_split.sv"
_REGISTERS = "hdl/registers/msi_bridge_registers.sv"
_BLOCK = "hdl/registers/generated/msi_bridge_csr.sv"
_WIDE, _SMALL, _ODD = "64 bits", "32 bits, smallest", "512 bits, odd"

FAULTS = (
    # the split
    TextFault(
        "an address goes to both blocks",
        _SPLIT,
        (
            (
                "awvalid: aw_waits_q && aw_q.upper == i[0],",
                "awvalid: aw_waits_q && (FAULT || aw_q.upper == i[0]),",
            ),
        ),
        "random_accesses",
        "mismatches",
        (_WIDE,),
    ),
    TextFault(
        "data waits for its address",
        _SPLIT,
        (("wready: !w_valid_q,", "wready: !w_valid_q && !(FAULT && !write_open_q),"),),
        "data_before_its_address",
        "it is not taken",
        (_WIDE,),
    ),
    TextFault(
        "an address waits for its data",
        _SPLIT,
        (("awready: !write_open_q,", "awready: !write_open_q && !(FAULT && !w_valid_q),"),),
        "data_before_its_address",
        "it is not taken",
        (_WIDE,),
    ),
    TextFault(
        "data changes while it waits",
        _SPLIT,
        (("    if (!w_valid_q) begin", "    if (!w_valid_q || FAULT) begin"),),
        "random_accesses",
        "mismatches",
        (_WIDE,),
    ),
    TextFault(
        "a read waits for a write",
        _SPLIT,
        (
            (
                "arvalid: ar_waits_q && ar_q",
                "arvalid: ar_waits_q && !(FAULT && write_open_q) && ar_q",
            ),
        ),
        "a_block_that_does_not_answer",
        "Timeout",
        (_WIDE,),
    ),
    TextFault(
        "a read is answered by the block of the last write",
        _SPLIT,
        (("rdata: reads.rdata,", "rdata: FAULT ? writes.rdata : reads.rdata,"),),
        "random_accesses",
        "mismatches",
        (_WIDE,),
    ),
    TextFault(
        "strobes are lost",
        _SPLIT,
        (("wstrb: wstrb_q,", "wstrb: wstrb_q | {4{FAULT}},"),),
        "random_accesses",
        "mismatches",
        (_WIDE,),
    ),
    TextFault(
        "reset leaves data",
        _SPLIT,
        (("      w_valid_q    <= 1'b0;", "      if (!FAULT) w_valid_q <= 1'b0;"),),
        "reset_in_the_middle",
        "mismatches",
        (_WIDE,),
    ),
    # what was built, control
    TextFault(
        "MSI-64 can be set on a bus of 32 bits",
        _REGISTERS,
        (("msi64.swwe       = DATA_WIDTH > 32;", "msi64.swwe = DATA_WIDTH > 32 || FAULT;"),),
        "msi64_needs_more_than_32_bits",
        "AssertionError",
        (_SMALL,),
    ),
    TextFault(
        "MSI-64 is said to be possible on a bus of 32 bits",
        _REGISTERS,
        (
            (
                "msi64_capable.next = DATA_WIDTH > 32;",
                "msi64_capable.next = DATA_WIDTH > 32 || FAULT;",
            ),
        ),
        "after_reset",
        "BRIDGE_BUILD",
        (_SMALL,),
    ),
    TextFault(
        "a base has bits that no address has",
        _REGISTERS,
        instead("BASE_BITS[i%64]", "1'b1"),
        "what_is_written",
        "_BASE_",
        (_ODD, _SMALL),
    ),
    TextFault(
        "a base without its reset value",
        _REGISTERS,
        (("{MSI64_RESET, DOORBELL_RESET};", "FAULT ? '0 : {MSI64_RESET, DOORBELL_RESET};"),),
        "after_reset",
        "DOORBELL_BASE",
        (_WIDE, _SMALL),
    ),
    TextFault(
        "the page of MSI-64 is that of the doorbell",
        _REGISTERS,
        instead("base_q[1][ADDR_WIDTH-1:16]", "base_q[0][ADDR_WIDTH-1:16]"),
        "after_reset",
        "MSI64_BASE",
        (_WIDE,),
    ),
    TextFault(
        "refused_okay is taken for dropped_slverr",
        _REGISTERS,
        instead("hwif_out.BRIDGE_CONTROL.dropped_slverr.value", "refused_okay"),
        "what_is_written",
        "BRIDGE_CONTROL",
        (_WIDE,),
    ),
    # counters
    TextFault(
        "a refused read beside a refused write is not counted",
        _REGISTERS,
        (
            (
                "    if (read_refused_valid) begin\n      increment",
                "    if (read_refused_valid && !(FAULT && write_refused_valid)) begin\n"
                "      increment",
            ),
        ),
        "each_reason_is_counted",
        "REFUSED_READS",
        (_WIDE,),
    ),
    TextFault(
        "one reason is counted as another",
        _REGISTERS,
        instead(
            "write_refused_reason == 4'(refusal__OFFSET)",
            "write_refused_reason == 4'(refusal__STROBES)",
        ),
        "each_reason_is_counted",
        "REFUSED_OFFSET",
        (_WIDE,),
    ),
    TextFault(
        "a counter is read out of turn",
        _REGISTERS,
        (
            (
                "reads_counter_q && shown == addr[4:2];",
                "reads_counter_q && (FAULT || shown == addr[4:2]);",
            ),
        ),
        "each_reason_is_counted",
        "mismatches",
        (_WIDE,),
    ),
    # the last one
    TextFault(
        "of two in one cycle the read is held",
        _REGISTERS,
        (
            (
                "if (write_refused_valid) begin\n      last_source_q",
                "if (write_refused_valid && !(FAULT && read_refused_valid)) begin\n"
                "      last_source_q",
            ),
        ),
        "of_two_in_one_cycle_the_write_is_held",
        "Refusal.SOURCE",
        (_WIDE,),
    ),
    TextFault(
        "what is read behind LAST_REFUSED is of a later access",
        _REGISTERS,
        (
            (
                "if (hwif_out.LAST_REFUSED.rid.swacc) shown_q",
                "if (FAULT || hwif_out.LAST_REFUSED.rid.swacc) shown_q",
            ),
        ),
        "the_last_one_is_held",
        "LAST_REFUSED_",
        (_WIDE,),
    ),
    TextFault(
        "a read is taken for a write",
        _REGISTERS,
        (("read: 1'b1,", "read: !FAULT,"),),
        "the_last_one_is_held",
        "LAST_REFUSED_REASON",
        (_WIDE,),
    ),
    TextFault(
        "an ID loses its upper half",
        _REGISTERS,
        (("= 16'(shown_q.id);", "= 16'(shown_q.id) & {{8{!FAULT}}, 8'hFF};"),),
        "the_last_one_is_held",
        "LAST_REFUSED_REASON",
        (_ODD,),
    ),
    # the alert
    TextFault(
        "an acknowledgement wins against a refusal in its cycle",
        _BLOCK,
        (
            (
                "if(hwif_in.BRIDGE_ALERT.refused.hwset) begin",
                "if(hwif_in.BRIDGE_ALERT.refused.hwset && "
                "!(FAULT && decoded_reg_strb.BRIDGE_ALERT && decoded_req_is_wr)) begin",
            ),
        ),
        "acknowledged_and_raised_at_once",
        "took what came with it",
        (_WIDE,),
    ),
    TextFault(
        "one bit of the alert acknowledges the other",
        _BLOCK,
        (
            (
                "BRIDGE_ALERT.its_error.value & ~(decoded_wr_data[1:1] & decoded_wr_biten[1:1]);",
                "BRIDGE_ALERT.its_error.value & "
                "~((decoded_wr_data[1:1] | FAULT) & decoded_wr_biten[1:1]);",
            ),
        ),
        "each_bit_of_the_alert_for_itself",
        "AssertionError",
        (_WIDE,),
    ),
    TextFault(
        "a refused read raises no alert",
        _REGISTERS,
        (
            (
                "write_refused_valid || read_refused_valid;",
                "write_refused_valid || (read_refused_valid && !FAULT);",
            ),
        ),
        "each_reason_is_counted",
        "alert",
        (_WIDE,),
    ),
    TextFault(
        "an error of the ITS raises no alert",
        _REGISTERS,
        (
            (
                "hwif_in.BRIDGE_ALERT.its_error.hwset          = its_error_valid;",
                "hwif_in.BRIDGE_ALERT.its_error.hwset = its_error_valid && !FAULT;",
            ),
        ),
        "each_reason_is_counted",
        "BRIDGE_ALERT",
        (_WIDE,),
    ),
    TextFault(
        "the last error is the first one",
        _REGISTERS,
        (
            (
                "if (its_error_valid) last_resp_q",
                "if (its_error_valid && !(FAULT && last_resp_q != 0)) last_resp_q",
            ),
        ),
        "each_reason_is_counted",
        "LAST_ITS_ERROR",
        (_WIDE,),
    ),
)
"""Those that are tried; each shows with all of its sets."""


def write_rtl(folder: Path) -> None:
    """Write the registers and their harness, with all faults, into a new folder."""
    write_faulty(folder, _HARNESS, _PACKAGE, FAULTS, {})
