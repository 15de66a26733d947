# SPDX-License-Identifier: MIT
"""The checker of tests/axi sees what is wrong: transfers are told to it, without a simulation."""

from __future__ import annotations

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
from msi_its_model import AxiDoorbell, AxiItsPort, AxiRefusal
from tests.axi.checker import REASONS, AxiChecker
from tests.axi.monitors import Address, Data, Refused, Response
from tests.axi.scoreboard import Configured

PAGE = 0xABCD_0000
DOORBELL = PAGE | 0x40
DEVID = 0x9_1103


def address(**other: int) -> Address:
    """Return the address of a message."""
    made = Address(0x5A, DOORBELL, 0, 2, 1, 0, 0, 2, 0, 0, 5 << 16 | 0x1103)
    return made._replace(**other)


def data(**other: int) -> Data:
    """Return the beat of a message."""
    return Data(0x1111_2222_3333_4444, 0xF, 1)._replace(**other)


def retired(rid: int = 0x1103, **other: Any) -> Retired:
    """Return the record of this message, sent."""
    message = Message(DEVID, DOORBELL, 0x3333_4444)
    made: dict[str, Any] = {"answer": Answer.SENT, "message": message} | other
    operation = SignalMsiWithRid(5, rid, DOORBELL, 0x3333_4444)
    return Retired(Source.MESSAGE, operation, made["answer"], None, made["message"])


ITS_AW = Address(0x81, DOORBELL, 0, 2, 1, 0, 0, 2, 0, 0, DEVID)
ITS_W = Data(0x3333_4444, 0xF, 1)
IN = (("s_axi_aw", address()), ("s_axi_w", data()))
EXECUTED = (*IN, ("retire", retired()))
LEFT = (*EXECUTED, ("m_its_aw", ITS_AW), ("m_its_w", ITS_W))
ANSWERED = (*LEFT, ("m_its_b", Response(0x81, 0)), ("s_axi_b", Response(0x5A, 0)))
REFUSED = (("s_axi_aw", address(addr=PAGE)), ("s_axi_w", data()))
REPORT = Refused(REASONS[AxiRefusal.OFFSET], 5, 0x1103, PAGE, 0x5A)


def check(*seen: tuple[str, Any]) -> AxiChecker:
    """Return a checker that has been told of a port with buses, and of these, a cycle each."""
    configured = Configured(AxiDoorbell(PAGE, 64), AxiItsPort(64), 0x81, 4)
    checker = AxiChecker(lambda: configured, Tables(16, 8, 32, 64), Configuration())
    setup = (SetBusRange(3, 0x11, 0x1C), Connect(2, 0x9_0000), BindTarget(5, 2, 3, 0x18))
    told = [("retire", Retired(Source.COMMAND, each, Answer.OK)) for each in setup]
    for cycle, (stream, item) in enumerate((*told, *seen), 1):
        checker.saw(cycle, stream, item)
    checker.catch_up()
    return checker


def test_what_is_right_passes() -> None:
    checker = check(*ANSWERED, *REFUSED, ("refused", REPORT), ("s_axi_b", Response(0x5A, 2)))
    assert checker.problems == [] and checker.under_way == ""
    assert (checker.counts["sent"], checker.counts["refused OFFSET"]) == (1, 1)


@pytest.mark.parametrize("length", range(1, len(ANSWERED)))
def test_what_is_missing_is_under_way(length: int) -> None:
    checker = check(*ANSWERED[:length])
    assert checker.problems == [] and checker.under_way


WRONG: dict[str, tuple[tuple[tuple[str, Any], ...], str]] = {
    "a response to nothing": ((("s_axi_b", Response(0x5A, 0)),), "answers no write"),
    "a second response": ((*ANSWERED, ("s_axi_b", Response(0x5A, 0))), "answers no write"),
    "another ID": ((*ANSWERED[:-1], ("s_axi_b", Response(0x5B, 0))), "has not the ID"),
    "another response": ((*ANSWERED[:-1], ("s_axi_b", Response(0x5A, 2))), "expected OKAY"),
    "before the last beat": ((IN[0], ("s_axi_b", Response(0x5A, 0))), "came before"),
    "before its execution": ((*IN, ("s_axi_b", Response(0x5A, 0))), "came before"),
    "before the ITS": ((*LEFT, ("s_axi_b", Response(0x5A, 0))), "came before"),
    "an error lost": (
        (*LEFT, ("m_its_b", Response(0x81, 3)), ("s_axi_b", Response(0x5A, 0))),
        "expected DECERR",
    ),
    "a message of nothing": ((("retire", retired()),), "comes of no write"),
    "another message": ((*IN, ("retire", retired(rid=0x1203))), "[B1]"),
    "not sent": (
        (*IN, ("retire", retired(answer=Answer.DROPPED_BUS_RANGE, message=None))),
        "[B3]",
    ),
    "another DeviceID": ((*EXECUTED, ("m_its_aw", ITS_AW._replace(user=0x1103))), "[B3]"),
    "another address": ((*EXECUTED, ("m_its_aw", ITS_AW._replace(addr=PAGE))), "[B3]"),
    "another size": ((*EXECUTED, ("m_its_aw", ITS_AW._replace(size=3))), "[B3]"),
    "a secure write": ((*EXECUTED, ("m_its_aw", ITS_AW._replace(prot=0))), "[B3]"),
    "two beats": ((*EXECUTED, ("m_its_aw", ITS_AW._replace(len=1))), "[B3]"),
    "another ID there": ((*EXECUTED, ("m_its_aw", ITS_AW._replace(id=0))), "[B3]"),
    "another lane": ((*EXECUTED, ("m_its_w", ITS_W._replace(strb=0xF0))), "[B3]"),
    "other data": ((*EXECUTED, ("m_its_w", ITS_W._replace(data=0x3333_4445))), "[B3]"),
    "no last beat": ((*EXECUTED, ("m_its_w", ITS_W._replace(last=0))), "[B3]"),
    "an address of nothing": ((*LEFT, ("m_its_aw", ITS_AW)), "no message was sent"),
    "data of nothing": ((*LEFT, ("m_its_w", ITS_W)), "no message was sent"),
    "a message that was refused": ((*REFUSED, ("retire", retired())), "comes of no write"),
    "another report": ((*REFUSED, ("refused", REPORT._replace(reason=1))), "[B1] "),
    "data far ahead": ((("s_axi_w", data()),) * 3, "more than 2 addresses ahead"),
    "too many writes": (IN * 5, "more than 4 writes were taken"),
    "addresses far ahead there": (
        (*EXECUTED * 3, *(("m_its_aw", ITS_AW),) * 3),
        "3 addresses and 0 beats",
    ),
    "too many writes there": (
        (*EXECUTED * 5, *(("m_its_aw", ITS_AW), ("m_its_w", ITS_W)) * 5),
        "more than 4 writes left",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said(name: str) -> None:
    seen, said = WRONG[name]
    problems = check(*seen).problems
    assert any(said in each for each in problems), problems


@pytest.mark.parametrize(
    "stray", [Response(0x80, 0), Response(0x81, 2)], ids=["of another ID", "of nothing"]
)
def test_a_response_that_belongs_to_nothing_is_ignored(stray: Response) -> None:
    before = EXECUTED if stray.id == 0x81 else LEFT
    checker = check(*before, ("m_its_b", stray))
    assert checker.problems == [] and checker.counts["strays"] == 1


def test_a_report_of_nothing_is_under_way() -> None:
    checker = check(("refused", REPORT))
    assert checker.under_way == "1 reports without a refusal"


def test_those_of_one_cycle_are_looked_at_answers_first() -> None:
    """A response in the cycle of what it answers needs a path through the block."""

    def at_once(*seen: tuple[str, Any]) -> list[str]:
        checker = check(*seen[:-2])
        for stream, item in seen[-2:]:
            checker.saw(1000, stream, item)
        checker.catch_up()
        return checker.problems

    assert any("came before" in each for each in at_once(*ANSWERED))
    flush = (("s_axi_aw", address()), ("s_axi_w", data(strb=0)), ("s_axi_b", Response(0x5A, 0)))
    assert any("came before" in each for each in at_once(*flush))
