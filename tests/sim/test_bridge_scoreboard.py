# SPDX-License-Identifier: MIT
"""The checkers of the bridge see what is wrong: they are told of transfers that never were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import (
    BindTarget,
    Configuration,
    Connect,
    Message,
    Operation,
    SetBusRange,
    SignalMsiWithRid,
    Tables,
)
from cocotbext.msi_its.vocabulary.transactions import Retired, Source
from msi_its_model import AxiDoorbell, AxiItsPort
from tests.axi.bridge_checker import BridgeChecker
from tests.axi.monitors import Address, Data, ReadData, Response
from tests.axi.order_checker import OrderChecker
from tests.axi.scoreboard import Configured

PAGE = 0xABCD_0000
DOORBELL = PAGE | 0x40
MEMORY = 0x1234_5680
DEVID = 0x9_1103
INSIDE, OUTSIDE = 5 << 16 | 0x1103, 5 << 16 | 0x2003

Seen = tuple[str, Any]


def address(addr: int = MEMORY, id: int = 7, beats: int = 1, user: int = INSIDE) -> Address:
    """Return an address of beats of 8 bytes."""
    return Address(id, addr, beats - 1, 3, 1, 0, 3, 1, 2, 4, user)


def write(addr: int = MEMORY, id: int = 7, beats: int = 1, user: int = INSIDE) -> list[Seen]:
    """Return what is taken of a write."""
    data = [("s_axi_w", Data(0x55 + n, 0xFF, int(n == beats - 1))) for n in range(beats)]
    return [("s_axi_aw", address(addr, id, beats, user)), *data]


def passes(addr: int = MEMORY, id: int = 7, beats: int = 1, user: int = INSIDE) -> list[Seen]:
    """Return how a write leaves."""
    return [(stream.replace("s_", "m_"), item) for stream, item in write(addr, id, beats, user)]


MESSAGE: list[Seen] = [
    ("s_axi_aw", address(DOORBELL, id=3)),
    ("s_axi_w", Data(0x1111_2222_3333_4444, 0xF, 1)),
]
RETIRED: list[Seen] = [
    (
        "retire",
        Retired(
            Source.MESSAGE,
            SignalMsiWithRid(5, 0x1103, DOORBELL, 0x3333_4444),
            Answer.SENT,
            None,
            Message(DEVID, DOORBELL, 0x3333_4444),
        ),
    )
]
ITS_AW = Address(256, DOORBELL, 0, 2, 1, 0, 0, 2, 0, 0, DEVID)
LEAVES: list[Seen] = [("m_its_aw", ITS_AW), ("m_its_w", Data(0x3333_4444, 0xF, 1))]
ITS_B: list[Seen] = [("m_its_b", Response(256, 0))]
B3: list[Seen] = [("s_axi_b", Response(3, 0))]
M7, B7 = ("m_axi_b", Response(7, 0)), ("s_axi_b", Response(7, 0))
SENT = [*MESSAGE, *RETIRED, *LEAVES, *ITS_B, *B3]
DATA = [*write(beats=2), *passes(beats=2), M7, B7]
FLUSH: list[Seen] = [("s_axi_aw", address(PAGE, id=3)), ("s_axi_w", Data(1, 0, 1))]


DOUBLE = (0x77, 0x88)


FLUSH_OF_4: list[Seen] = [("s_axi_aw", address(PAGE, 4)), ("s_axi_w", Data(1, 0, 1))]


def read(addr: int = MEMORY, id: int = 7, user: int = INSIDE) -> Seen:
    return "s_axi_ar", address(addr, id, 2, user)


def beats(
    stream: str, id: int = 7, data: Sequence[int] = (0x77, 0x88), resp: int = 0
) -> list[Seen]:
    found = [ReadData(id, each, resp, n) for n, each in enumerate(data)]
    return [(stream, each) for each in found]


READ = [read(), ("m_axi_ar", address(beats=2)), *beats("m_axi_r"), *beats("s_axi_r")]
REFUSED_READ = [read(PAGE, id=3), *beats("s_axi_r", 3, (0, 0), 2)]
ON_ONE_PORT = [(stream.replace("m_its", "m_axi"), item) for stream, item in SENT]


def check(
    seen: Sequence[Seen], check_all: bool = False, cycles: Sequence[int] = ()
) -> BridgeChecker:
    """Return a checker that has been told of a port with buses, and of these, a cycle each.

    `cycles` are others for the first of them.
    """
    configured = Configured(AxiDoorbell(PAGE, 64), AxiItsPort(64), 256, 4, check_all=check_all)
    checker = BridgeChecker(lambda: configured, Tables(16, 8, 32, 64), Configuration())
    setup: tuple[Operation, ...] = (
        *(SetBusRange(3, 0x11, 0x1C), Connect(2, 0x9_0000)),
        BindTarget(5, 2, 3, 0x18),
    )
    for cycle, each in enumerate(setup):
        checker.saw(cycle, "retire", Retired(Source.COMMAND, each, Answer.OK))
    for number, (stream, item) in enumerate(seen):
        checker.saw(cycles[number] if number < len(cycles) else 100 + number, stream, item)
    checker.catch_up()
    return checker


RIGHT: dict[str, list[Seen]] = {
    "data": DATA,
    "a message": SENT,
    "a message on one port": ON_ONE_PORT,
    "a flush": [*FLUSH, *B3],
    "a read": READ,
    "a refused read": REFUSED_READ,
    "W before AW": [*reversed(write()), *reversed(passes()), M7, B7],
    "another ID first": [
        *(*write(), *passes(), *write(MEMORY + 8, 9), *passes(MEMORY + 8, 9)),
        *(("m_axi_b", Response(9, 2)), ("s_axi_b", Response(9, 2)), M7, B7),
    ],
    "data overtakes a message": [
        *(*MESSAGE, *RETIRED, *write(), *passes(), M7, B7, *LEAVES, *ITS_B, *B3),
    ],
    "strays": [M7, ("m_its_b", Response(256, 0)), *beats("m_axi_r"), *DATA],
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_passes(name: str) -> None:
    checker = check(RIGHT[name])
    assert checker.problems == [] and checker.under_way == ""


@pytest.mark.parametrize("name", ["data", "a message", "a flush", "a read", "a refused read"])
def test_what_is_missing_is_under_way(name: str) -> None:
    for length in range(1, len(RIGHT[name])):
        checker = check(RIGHT[name][:length])
        assert checker.problems == [] and checker.under_way


@pytest.mark.parametrize("user", [OUTSIDE, 6 << 16 | 0x1103, 32 << 16 | 0x1103])
def test_a_wrong_source_is_refused_if_asked_for(user: int) -> None:
    refused = [*write(user=user), ("s_axi_b", Response(7, 2))]
    refused += [read(user=user), *beats("s_axi_r", 7, (0, 0), 2)]
    passed = [*write(user=user), *passes(user=user), M7, B7]
    for seen, check_all, right in (
        *((refused, True, True), (refused, False, False)),
        *((passed, True, False), (passed, False, True)),
    ):
        assert (check(seen, check_all).problems == []) == right


@pytest.mark.parametrize(("taken", "sure"), [(48, False), (50, False), (51, False), (52, True)])
def test_while_sources_change_both_are_right(taken: int, sure: bool) -> None:
    """The record comes in cycle 50; what was taken before has not left, and is as uncertain."""
    change = Retired(Source.COMMAND, SetBusRange(3, 0x20, 0x2C), Answer.OK)
    came, data = write()
    start = [(50, "retire", change), (taken, *came), (53, *data)]
    start.sort(key=lambda each: each[0])
    for end, right in (([*passes(), M7, B7], not sure), ([("s_axi_b", Response(7, 2))], True)):
        seen = [(stream, item) for _, stream, item in start]
        checker = check([*seen, *end], True, [cycle for cycle, _, _ in start])
        assert (checker.problems == []) == right, checker.problems


WRONG: dict[str, tuple[list[Seen], str]] = {
    "nothing came": (passes(), "no such write came"),
    "a beat lost": ([*write(beats=2), *passes(beats=1)], "left as"),
    "another address": ([*write(), *passes(MEMORY ^ 8)], "left as"),
    "another sender": ([*write(), *passes(user=DEVID)], "left as"),
    "other data": ([*write(), passes()[0], ("m_axi_w", Data(0x56, 0xFF, 1))], "left as"),
    "other strobes": ([*write(), passes()[0], ("m_axi_w", Data(0x55, 0x7F, 1))], "left as"),
    "no last beat": ([*write(), passes()[0], ("m_axi_w", Data(0x55, 0xFF, 0))], "left as"),
    "a beat too early": ([write()[0], *passes()], "did not come"),
    "twice": ([*write(), *passes(), *passes()], "no such write came"),
    "out of order": ([*write(), *write(MEMORY + 8), *passes(MEMORY + 8)], "left as"),
    "another response": ([*DATA[:-1], ("s_axi_b", Response(7, 2))], "[B2]"),
    "before memory's": ([*DATA[:-2], B7], "came before"),
    "to nothing": ([*DATA, B7], "answers no write"),
    "another ID": ([*DATA[:-1], *B3], "answers no write"),
    "the page leaks": (
        [*FLUSH, ("m_axi_aw", address(PAGE, id=3))],
        "does not pass",
    ),
    "a read of the page leaks": ([read(PAGE), ("m_axi_ar", address(PAGE, beats=2))], "[B2]"),
    "too early, a flush": ([FLUSH[0], *B3], "came before"),
    "too early, a message": ([*SENT[:-2], *B3], "came before"),
    "a flush before data": ([*write(), *FLUSH, *B3], "[B4]"),
    "a message before data": (
        [*write(), *passes(), *MESSAGE, *RETIRED, *LEAVES],
        "[B4]",
    ),
    "the bridge's own, out of order": (
        [*MESSAGE, *FLUSH_OF_4, ("s_axi_b", Response(4, 0))],
        "was answered before",
    ),
    "a message's ID": (
        [*MESSAGE, *RETIRED, ("m_its_aw", ITS_AW._replace(id=255))],
        "[B3]",
    ),
    "a message of nothing": ([("m_axi_aw", ITS_AW)], "no message was sent"),
    "too many writes": (write() * 5, "more than 4 writes"),
    "too many reads": ([read()] * 5, "more than 4 reads"),
    "far ahead": ([write()[1]] * 3, "more than 2 addresses ahead"),
    "far ahead there": ([*write() * 3, *[passes()[1]] * 3], "data on m_axi runs"),
    "a read of nothing": ([("m_axi_ar", address())], "no such read came"),
    "another read": ([read(), ("m_axi_ar", address(beats=3))], "left as"),
    "beats of nothing": (beats("s_axi_r"), "answers no read"),
    "beats too early": ([*READ[:2], *beats("s_axi_r")], "nothing has come back"),
    "other beats": ([*READ[:4], *beats("s_axi_r", data=(0x77, 0x89))], "[B2]"),
    "beats doubled": ([*READ[:4], *beats("s_axi_r", data=(0x77, 0x77))], "[B2]"),
    "a refused read with data": ([read(PAGE), *beats("s_axi_r", 7, (0, 1), 2)], "[B2]"),
    "a refused read, OKAY": ([read(PAGE), *beats("s_axi_r", 7, (0, 0))], "[B2]"),
    "a refused read, too long": ([read(PAGE), *beats("s_axi_r", 7, (0, 0, 0), 2)], "[B2]"),
    "a refused read too early": ([read(), *REFUSED_READ], "wait before it"),
    "before a refused read": ([REFUSED_READ[0], *READ], "overtakes a refused read"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said(name: str) -> None:
    seen, said = WRONG[name]
    problems = check(seen).problems
    assert any(said in each for each in problems), problems


def test_in_one_cycle_what_leaves_came_before() -> None:
    """Through a path without a register it would not have."""
    checker = check([*write(), *passes()], cycles=[100] * 4)
    assert any("no such write came" in each for each in checker.problems)


# ---- B4, without the model -----------------------------------------------------------------------


def order(seen: Sequence[Seen], waited: dict[str, int] | None = None) -> list[str]:
    """Tell the checker of the order of these, a cycle each; return what it says."""
    checker = OrderChecker(lambda: PAGE >> 16, 256)
    for cycle, (stream, item) in enumerate(seen):
        if stream in checker.handlers:
            checker.saw(cycle, stream, (item, (waited or {}).get(stream, 0)))
    checker.catch_up()
    assert checker.counts["messages after data"] or not any("its_w" in name for name, _ in seen)
    return checker.problems


BEFORE = [*write(), *passes(), *MESSAGE]


def test_b4_a_message_after_its_data() -> None:
    assert order([*BEFORE, M7, B7, *LEAVES]) == []
    assert order([*MESSAGE, *write(), *passes(), *LEAVES]) == []
    assert order([*BEFORE, M7, B7, *ON_ONE_PORT[-4:-2]]) == []


def test_b4_a_message_before_the_response() -> None:
    assert any("does not wait" in each for each in order([*BEFORE, *LEAVES, M7]))
    assert any("does not wait" in each for each in order([*BEFORE, *ON_ONE_PORT[-4:-2], M7]))


@pytest.mark.parametrize("waited", [0, 1])
def test_b4_it_counts_when_the_address_shows(waited: int) -> None:
    """Which may be long before it is taken: one cycle more is one too early."""
    problems = order([*BEFORE, M7, *LEAVES], {"m_its_aw": waited})
    assert bool(problems) == bool(waited)


def test_b4_data_that_leaves_after_a_message_written_later() -> None:
    problems = order([*write(), *MESSAGE, *LEAVES, *passes()])
    assert any("leaves after the message" in each for each in problems)


def test_b4_what_was_refused_has_nothing_to_wait_for() -> None:
    assert order([*write(), *MESSAGE, B7, *LEAVES, *write(), *passes()]) == []


def test_b4_messages_of_routes_wait_for_nothing() -> None:
    other = [LEAVES[0], ("m_its_w", Data(0x7777_0000, 0xF, 1))]
    assert order([*BEFORE, *other, M7, B7, *LEAVES]) == []


def test_configured_is_a_bridge_as_it_says() -> None:
    made = Configured(AxiDoorbell(PAGE, 64), AxiItsPort(64), 256, 4)
    assert not made.bridge.check_all and replace(made, check_all=True).bridge.check_all
