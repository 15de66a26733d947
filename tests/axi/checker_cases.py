# SPDX-License-Identifier: MIT
"""What is illegal on AXI4's channels, played to the checkers of hdl/sva alone, cycle by cycle.

All cases of a checker are played in one simulation, a slot of time each;
tests/sim/test_axi_checker.py looks which assertion failed in which.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge

from msi_its_model import AxiBurst, AxiResponse

WRITES, READS = "msi_axi_write_checker", "msi_axi_read_checker"
"""The checkers."""

_BOTH = {"ADDR_WIDTH": 32, "DATA_WIDTH": 64, "ID_WIDTH": 2, "OUTSTANDING": 2}
PARAMETERS = {WRITES: {**_BOTH, "AHEAD": 2}, READS: _BOTH}
"""Their own."""

Cycle = dict[str, int]
"""The signals of one cycle, by name; the others are 0."""

FIXED, INCR, WRAP = AxiBurst
EXOKAY = AxiResponse.EXOKAY


def aw(
    address: int = 0,
    length: int = 1,
    size: int = 3,
    burst: int = INCR,
    id: int = 1,
    lock: int = 0,
    ready: int = 1,
) -> Cycle:
    """Return an address with so many beats of 2^size bytes."""
    fields = {"awaddr": address, "awlen": length - 1, "awsize": size, "awburst": burst}
    return {"awvalid": 1, "awready": ready, **fields, "awid": id, "awlock": lock}


def w(strobes: int = 0xFF, last: int = 1, ready: int = 1, data: int = 0x55) -> Cycle:
    """Return a beat."""
    return {"wvalid": 1, "wready": ready, "wstrb": strobes, "wlast": last, "wdata": data}


def b(id: int = 1, response: int = 0, ready: int = 1) -> Cycle:
    """Return a response."""
    return {"bvalid": 1, "bready": ready, "bid": id, "bresp": response}


def ar(*arguments: int, **named: int) -> Cycle:
    """Return the address of a read, as `aw` has that of a write."""
    return {name.replace("aw", "ar", 1): each for name, each in aw(*arguments, **named).items()}


def r(last: int = 1, id: int = 1, response: int = 0, ready: int = 1, data: int = 0x55) -> Cycle:
    """Return a beat that was read."""
    fields = {"rid": id, "rdata": data, "rresp": response, "rlast": last}
    return {"rvalid": 1, "rready": ready, **fields}


IDLE: Cycle = {}

PERIOD = 10  # nanoseconds
SLOT = 500
"""So many clock cycles there are for a case, with the reset before it."""


@dataclass(frozen=True, slots=True)
class Case:
    """Cycles, and the assertion that has to fail on the last of them or soon after."""

    label: str
    what: str
    cycles: tuple[Cycle, ...]


LEGAL_WRITES = (
    *(aw(), w(), b()),
    *(aw() | w(), b()),
    *(w(), w(0), aw(), aw(id=2), b(id=2), b(id=1)),  # another ID's response first
    *(aw(ready=0), aw() | w(ready=0), w() | aw(id=3), w(), b(ready=0), b(), b(id=3)),
    *(aw(0xFF8, 1), w(), b()),
    *(aw(0xFE1, 4), w(0xFE, 0), w(0, 0), w(0xFF, 0), w(), b()),
    *(aw(0x06, 4, 1), w(0xC0, 0), w(0x03, 0), w(0x0C, 0), w(0x30), b()),
    *(aw(0x0C, 4, 2, WRAP), w(0xF0, 0), w(0x0F, 0), w(0xF0, 0), w(0x0F), b()),
    *(aw(0x14, 16, 2, FIXED), *([w(0xF0, 0)] * 15), w(0xF0), b()),
    *(aw(0x20, 4, 3, INCR, lock=1), w(last=0), w(last=0), w(last=0), w(), b(response=EXOKAY)),
    *(aw(lock=1) | w(), aw() | w(), b(), b(response=EXOKAY)),
    *(aw(0xFFFF_F800, 256), *([w(last=0)] * 255), w(), b(response=2)),
    *(w(0x0F, 0), w(0x0F, 0), aw(0, 3, 2, FIXED), w(0x0F), b(response=3)),
)
LEGAL_READS = (
    *(ar(), r()),
    *(ar(length=2), ar(id=2) | r(0), r(), r(id=2)),
    *(ar(length=2), ar(length=2, id=2), r(0, 2), r(0), r(1, 2), r()),  # mixed
    *(ar(length=2), ar(), r(0), r() | ar(ready=0), r() | ar(), r(ready=0), r()),
    *(ar(lock=1), r(response=EXOKAY), ar(length=3), r(0, response=2), r(0), r(response=3)),
    *(ar(0xFFFF_F800, 256), *([r(0)] * 255), r()),
    *(ar(0x14, 16, 2, FIXED), *([r(0)] * 15), r(), ar(0x0C, 4, 2, WRAP), *([r(0)] * 3), r()),
)
"""What no assertion fails on."""

_OWED = "AXI_response_is_owed"
_STROBES = "AXI_strobes_in_the_beat"
_BURST = "u_burst.AXI_burst_is_legal"
_LAST = "AXI_wlast_at_the_last_beat"
_BEAT = "AXI_beat_is_owed"
_RLAST = "AXI_rlast_at_the_last_beat"


def illegal_bursts(address: Callable[..., Cycle]) -> tuple[Case, ...]:
    """Return what is illegal on an address channel, `aw` or `ar`."""
    return (
        Case("u_burst.AXI_size_fits_the_bus", "16 bytes on 64 bits", (address(size=4),)),
        Case(_BURST, "a kind that does not exist", (address(burst=3),)),
        Case(_BURST, "WRAP of three beats", (address(length=3, burst=WRAP),)),
        Case(_BURST, "WRAP from between two beats", (address(2, 4, burst=WRAP),)),
        Case(_BURST, "FIXED of 17 beats", (address(length=17, burst=FIXED),)),
        Case("u_burst.AXI_burst_within_4_KiB", "across 4 KiB", (address(0xFF8, 2),)),
        Case("u_burst.AXI_burst_within_4_KiB", "across 4 KiB, unaligned", (address(0x809, 256),)),
        Case("u_burst.AXI_exclusive_is_legal", "24 bytes, exclusive", (address(length=3, lock=1),)),
        Case("u_burst.AXI_exclusive_is_legal", "unaligned, exclusive", (address(8, 2, lock=1),)),
        Case("u_burst.AXI_exclusive_is_legal", "256 bytes, exclusive", (address(0, 32, lock=1),)),
    )


WRITE_CASES = (
    Case("", "legal", LEGAL_WRITES),
    Case("u_aw.H2_valid_stays", "an address is taken back", (aw(ready=0), IDLE)),
    Case("u_aw.H2_payload_stable", "an address changes", (aw(ready=0), aw(8, ready=0))),
    Case("u_w.H2_valid_stays", "a beat is taken back", (w(ready=0), IDLE)),
    Case("u_w.H2_payload_stable", "data change", (w(ready=0), w(ready=0, data=1))),
    Case("u_b.H2_valid_stays", "a response is taken back", (aw() | w(), b(ready=0), IDLE)),
    Case(
        "u_b.H2_payload_stable",
        "a response changes",
        (aw() | w(), b(ready=0), b(ready=0, response=2)),
    ),
    *illegal_bursts(aw),
    Case(_LAST, "WLAST too early", (aw(length=2), w())),
    Case(_LAST, "WLAST too late", (aw(), w(last=0))),
    Case(_LAST, "WLAST too late, before its address", (w(last=0), aw())),
    Case(_STROBES, "the other dword", (aw(4, size=2), w(0x0F))),
    Case(_STROBES, "below the address", (aw(1), w(0xFF))),
    Case(_STROBES, "the first dword again", (aw(0, 2, 2), w(0x0F, 0), w(0x0F))),
    Case(_STROBES, "not wrapped", (aw(0xC, 2, 2, WRAP), w(0xF0, 0), w(0xF0))),
    Case(_STROBES, "FIXED, and the next dword", (aw(0, 2, 2, FIXED), w(0x0F, 0), w(0xF0))),
    Case(_OWED, "a response to nothing", (b(),)),
    Case(_OWED, "another ID", (aw() | w(), b(id=2))),
    Case(_OWED, "before the last beat", (aw(length=2), w(last=0), b())),
    Case(_OWED, "with the last beat", (aw(), w() | b())),
    Case(_OWED, "before the address", (w(), b())),
    Case(_OWED, "twice", (aw() | w(), b(), b())),
    Case("AXI_exokay_is_owed", "EXOKAY", (aw() | w(), b(response=EXOKAY))),
    Case(
        "AXI_exokay_is_owed",
        "EXOKAY twice",
        (aw(lock=1) | w(), aw() | w(), b(response=EXOKAY), b(response=EXOKAY)),
    ),
    Case("AXI_outstanding_is_kept", "a third address", (aw(), aw(id=2), aw(id=3))),
    Case("AXI_ahead_is_kept", "a third beat", (w(0, 0), w(0, 0), w(0, 0))),
)

READ_CASES = (
    Case("", "legal", LEGAL_READS),
    Case("u_ar.H2_valid_stays", "an address is taken back", (ar(ready=0), IDLE)),
    Case("u_ar.H2_payload_stable", "an address changes", (ar(ready=0), ar(8, ready=0))),
    Case("u_r.H2_valid_stays", "a beat is taken back", (ar(), r(ready=0), IDLE)),
    Case("u_r.H2_payload_stable", "a beat changes", (ar(), r(ready=0), r(ready=0, data=1))),
    *illegal_bursts(ar),
    Case(_BEAT, "a beat of nothing", (r(),)),
    Case(_BEAT, "another ID", (ar(), r(id=2))),
    Case(_BEAT, "with its address", (ar() | r(),)),
    Case(_BEAT, "one more", (ar(), r(), r())),
    Case(_RLAST, "RLAST too early", (ar(length=2), r())),
    Case(_RLAST, "RLAST too late", (ar(), r(0))),
    Case(_RLAST, "RLAST too late, of the second", (ar(id=2), ar(), r(1, 2), r(0))),
    Case("AXI_exokay_is_owed", "EXOKAY", (ar(), r(response=EXOKAY))),
    Case("AXI_outstanding_is_kept", "a third address", (ar(), ar(id=2), ar(id=3))),
)

CASES = {WRITES: WRITE_CASES, READS: READ_CASES}
"""Those of each checker."""


@cocotb.test(timeout_time=len(WRITE_CASES) * SLOT * PERIOD + 1000, timeout_unit="ns")
async def play(dut: Any) -> None:
    """Play each case after a reset, in a slot of its own."""
    cases = CASES[dut._name]
    named = {name for case in cases for cycle in case.cycles for name in cycle}
    Clock(dut.clk, PERIOD, unit="ns").start()
    for case in cases:
        idle = SLOT - 2 - len(case.cycles)
        assert idle > 4
        for number, cycle in enumerate((IDLE, IDLE, *case.cycles, *[IDLE] * idle)):
            dut.rst_n.value = number >= 2
            for name in named:
                getattr(dut, name).value = cycle.get(name, 0)
            await FallingEdge(dut.clk)
