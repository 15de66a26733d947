# SPDX-License-Identifier: MIT
"""The checker of tests/topology sees what is wrong: it is told transfers, without a simulation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import (
    BindTarget,
    Configuration,
    Connect,
    Message,
    SetBusRange,
    SignalMsiWithRid,
    Tables,
)
from cocotbext.msi_its.vocabulary.transactions import Retired, Source
from msi_its_model import AxiItsPort
from msi_its_model.gicv3_its import Its
from msi_its_model.pcie import Tlp, TlpRemoval
from tests.axi.monitors import Address, Data, Response
from tests.pcie.packets import READ as MEMORY_READ
from tests.pcie.packets import Fields
from tests.topology.checker import REASONS, Origin, TopologyChecker

PAGE = 0x8A5C_0000
DOORBELL = PAGE | 0x40
RID, DATA = 0x1103, 0x5EED
DEVID = 0x5_0000 | RID
SENT = Message(DEVID, DOORBELL, DATA)

MESSAGE = Tlp(Fields(rid=RID, address=DOORBELL).header, (DATA,))
WRITE = Tlp(Fields(rid=RID, address=0x1000_0040, length=2, last=0xF).header, (1, 2))
POISONED = Tlp(Fields(rid=RID, address=DOORBELL, poisoned=True).header, (DATA,))
READ = Tlp(Fields(kind=MEMORY_READ, rid=RID, address=DOORBELL).header)
"""Packets: a message, data, and two that are removed."""


def retired(**other: Any) -> Retired:
    """Return the record of the message, sent."""
    made: dict[str, Any] = {"rid": RID, "answer": Answer.SENT, "message": SENT, "target": 1}
    made |= other
    operation = SignalMsiWithRid(made["target"], made["rid"], DOORBELL, DATA)
    return Retired(Source.MESSAGE, operation, made["answer"], None, made["message"])


def set_range(secondary: int, subordinate: int, source: Source = Source.RANGE) -> Retired:
    """Return the record of a bus range of port 1."""
    return Retired(source, SetBusRange(1, secondary, subordinate), Answer.OK)


ITS_AW = Address(0x81, DOORBELL, 0, 2, 1, 0, 0, 2, 0, 0, DEVID)
ITS_W = Data(DATA, 0xF, 1)
Seen = tuple[str, int, Any]

BUSES: tuple[Seen, ...] = (
    ("s_cfg begins", 1, (0x1C_1100, 0b0110)),
    ("retire", 0, set_range(0x11, 0x1C)),
    ("s_cfg", 1, (0x1C_1100, 0b0110, 0x11, 0x1C)),
)
EXECUTED: tuple[Seen, ...] = (*BUSES, ("s_tlp", 1, MESSAGE), ("retire", 0, retired()))
LEFT: tuple[Seen, ...] = (*EXECUTED, ("m_its_aw", 0, ITS_AW), ("m_its_w", 0, ITS_W))
ALL: tuple[Seen, ...] = (*LEFT, ("m_its_b", 0, Response(0x81, 0)))
BEHIND: tuple[Seen, ...] = (*BUSES, ("s_tlp", 1, WRITE), ("s_tlp", 1, MESSAGE), ("m_tlp", 1, WRITE))


def check(*seen: Seen) -> TopologyChecker:
    """Return a checker that has been told of two ports that are set up, and of these."""
    its = Its()
    its.mapc(1)
    its.mapd(DEVID, 16)
    its.mapti(DEVID, DATA, 8200, 1)
    tables = Tables(16, 8, 32, 64)
    checker = TopologyChecker(2, tables, Configuration(), PAGE, AxiItsPort(64), 0x81, its)
    checker.left(1, MESSAGE, Origin("d0.f3", ("port 1", "s0.2"), own=RID, plain=True))
    for operation in (Connect(3, 0x5_0000), BindTarget(1, 3, 1, 0x18)):
        checker.saw(0, "retire", 0, Retired(Source.COMMAND, operation, Answer.OK))
    for time, (stream, port, item) in enumerate(seen, 1):
        checker.saw(time, stream, port, item)
    checker.catch_up()
    return checker


def test_what_is_right_is_right() -> None:
    checker = check(*ALL)
    assert checker.problems == [] and checker.under_way == ""
    (delivery,) = checker.deliveries
    assert str(delivery) == (
        "message 1: d0.f3, as 0x1103 through s0.2, port 1, data 0x5eed: LPI 8200"
    )
    assert checker.prevented() == {}


def test_what_passes_and_what_is_removed() -> None:
    removed = (REASONS[TlpRemoval.POISONED], POISONED.header)
    read = (REASONS[TlpRemoval.READ], READ.header)
    checker = check(
        ("s_tlp", 0, WRITE),
        ("m_tlp", 0, WRITE),
        ("committed", 0, ()),
        ("s_tlp", 0, POISONED),
        ("removed", 0, removed),
        ("removed", 0, read),
        ("s_tlp", 0, READ),
        ("m_unsupported", 0, (READ.header,)),
    )
    assert checker.problems == [] and checker.under_way == ""
    assert [each.fate for each in checker.deliveries] == ["poisoned"]


def test_what_plain_pcie_would_have_delivered_is_counted() -> None:
    dropped = retired(answer=Answer.DROPPED_BUS_RANGE, message=None)
    checker = check(("s_tlp", 1, MESSAGE), ("retire", 0, dropped))
    assert checker.problems == []
    assert checker.prevented() == {"dropped_bus_range": 1}


LIES: dict[str, tuple[str, tuple[Seen, ...]]] = {
    "another requester ID": ("T1", (*EXECUTED[:-1], ("retire", 0, retired(rid=0x1104)))),
    "a message of nothing": ("T1", (*BUSES, ("retire", 0, retired()))),
    "a message of another port": ("T1", (*EXECUTED[:-1], ("retire", 0, retired(target=0)))),
    "a message of no port": ("T1", (*EXECUTED[:-1], ("retire", 0, retired(target=2)))),
    "dropped, in range": (
        "R3",
        (*EXECUTED[:-1], ("retire", 0, retired(answer=Answer.DROPPED_BUS_RANGE, message=None))),
    ),
    "sent, out of range": ("R3", (("s_tlp", 1, MESSAGE), ("retire", 0, retired()))),
    "another DeviceID": (
        "R3",
        (*EXECUTED[:-1], ("retire", 0, retired(message=Message(DEVID + 1, DOORBELL, DATA)))),
    ),
    "poisoned, sent": ("T1", (*BUSES, ("s_tlp", 1, POISONED), ("retire", 0, retired()))),
    "something else passes": (
        "T2",
        (("s_tlp", 0, WRITE), ("m_tlp", 0, replace(WRITE, data=(1, 3)))),
    ),
    "it passes at another port": ("T2", (("s_tlp", 0, WRITE), ("m_tlp", 1, WRITE))),
    "a message passes": ("T2", (*BUSES, ("s_tlp", 1, MESSAGE), ("m_tlp", 1, MESSAGE))),
    "another reason": (
        "T2",
        (("s_tlp", 0, POISONED), ("removed", 0, (REASONS[TlpRemoval.READ], POISONED.header))),
    ),
    "another request is completed": ("T2", (("s_tlp", 0, READ), ("m_unsupported", 0, (1,)))),
    "a message before its data": ("T3", (*BEHIND, ("retire", 0, retired()))),
    "no range for a write": ("N2", (*BUSES[:1], ("retire", 0, set_range(0x11, 0)))),
    "a range for nothing": ("N2", (("retire", 0, set_range(0x11, 0x1C)),)),
    "acknowledged before it is in force": (
        "N2",
        (
            *(BUSES[0], BUSES[2], ("s_tlp", 1, MESSAGE)),
            ("retire", 0, retired(answer=Answer.DROPPED_BUS_RANGE, message=None)),
        ),
    ),
    "other numbers in the register": ("N2", (*BUSES[:2], ("s_cfg", 1, (0, 0, 0x11, 0)))),
    "another address at the ITS": (
        "B3",
        (*EXECUTED, ("m_its_aw", 0, ITS_AW._replace(addr=DOORBELL + 4))),
    ),
    "another DeviceID at the ITS": ("B3", (*EXECUTED, ("m_its_aw", 0, ITS_AW._replace(user=5)))),
    "other data at the ITS": ("B3", (*EXECUTED, ("m_its_w", 0, ITS_W._replace(data=DATA + 1)))),
    "twice at the ITS": ("B3", (*LEFT, ("m_its_aw", 0, ITS_AW))),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_seen(lie: str) -> None:
    rule, seen = LIES[lie]
    assert any(each.startswith(f"[{rule}]") for each in check(*seen).problems), check(
        *seen
    ).problems


LOST = {
    "a message": (EXECUTED[:-1], "1 messages not executed"),
    "what has to leave": (EXECUTED, "1 messages that did not leave, or have no response"),
    "what passes": ((("s_tlp", 0, WRITE),), "1 packets that did not pass"),
    "a report": ((("s_tlp", 0, POISONED),), "1 removals not reported"),
    "a report of nothing": ((("removed", 0, (3, 5)),), "1 reports without a removal"),
    "a bus range": (BUSES[:1], "1 bus ranges not executed"),
    "a request": ((("s_tlp", 0, READ),), "1 removals not reported, 1 requests not completed"),
}


@pytest.mark.parametrize("what", LOST)
def test_what_is_lost_is_missed(what: str) -> None:
    seen, missed = LOST[what]
    checker = check(*seen)
    assert checker.problems == []
    assert checker.under_way == missed


def test_data_that_is_committed_lets_its_message_go() -> None:
    checker = check(*BEHIND, ("committed", 1, ()), ("retire", 0, retired()))
    assert checker.problems == []
