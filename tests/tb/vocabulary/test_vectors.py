# SPDX-License-Identifier: MIT
"""What other implementations recorded, operation by operation, against the reference."""

from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from cocotbext.msi_its.checks.reference import Outcome, Reference
from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import (
    Configuration,
    Message,
    SetBusRange,
    SignalMsiWithRid,
    Tables,
)
from cocotbext.msi_its.vocabulary.trace import UNSET, Expect, TraceLine, iter_trace, validate_trace
from msi_its_model import DEFAULT_PROFILE, PROFILES, Profile

TESTS = Path(__file__).parents[2]
OPENVMM = TESTS / "vectors" / "openvmm.jsonl.gz"
TRACES = {
    name: TESTS / "traces" / f"{name}.jsonl.gz"
    for name in ("basic", "basic-routes", "rescan", "rescan-routes")
}
TODAY = {
    "today-shared": (Tables(ranges=8, connections=4, targets=32, routes=64), 1180),
    "today-extended": (Tables(ranges=12, connections=4, targets=32, routes=64), 1253),
}
"""By file: the tables that it needs, how many messages it has."""
OPERATIONS = {"basic": 3787, "basic-routes": 3929, "rescan": 27292, "rescan-routes": 27380}
MESSAGES = {"basic": 3772, "basic-routes": 3772, "rescan": 27194, "rescan-routes": 27194}


@cache
def replay(path: Path, profile: Profile = DEFAULT_PROFILE) -> list[tuple[TraceLine, Outcome]]:
    reference = Reference(validate_trace(path, profile).tables, Configuration(profile))
    return [(line, reference.execute(line.operation)) for line in iter_trace(path, profile)]


def differences(replayed: list[tuple[TraceLine, Outcome]]) -> list[str]:
    return [
        f"line {line.number}: {line.operation}: {difference}"
        for line, outcome in replayed
        if line.expect is not None
        for difference in outcome.differences(line.expect)
    ]


def test_openvmm_vectors_line_by_line() -> None:
    summary = validate_trace(OPENVMM)
    assert summary.operations == 8000
    assert summary.tables == Tables(ranges=8, connections=4, targets=32, routes=64)
    replayed = replay(OPENVMM)
    assert differences(replayed) == []
    # Every line says all three things, and each of them is seen to happen.
    expectations = [line.expect for line, _ in replayed]
    assert all(e and e.messages is not None and e.returns is not UNSET for e in expectations)
    assert sum(len(e.messages or ()) for e in expectations if e) == 3218
    assert sum(e.warnings or 0 for e in expectations if e) == 1338
    assert len({outcome.answer for _, outcome in replayed}) == 13


@pytest.mark.parametrize("name", TODAY)
def test_todays_vectors_line_by_line(name: str) -> None:
    tables, messages = TODAY[name]
    path = TESTS / "vectors" / f"{name}.jsonl.gz"
    assert validate_trace(path, PROFILES["08ec11066"]).tables == tables
    replayed = replay(path, PROFILES["08ec11066"])
    assert differences(replayed) == []
    expectations = [line.expect for line, _ in replayed]
    assert all(e and e.messages is not None and e.warnings is not None for e in expectations)
    assert sum(len(e.messages or ()) for e in expectations if e) == messages


def test_recorded_and_todays_rules_differ_where_the_recorder_says_so() -> None:
    """Under e08751800: on the lines of today-shared whose note has what that commit did, alone."""
    replayed = replay(TESTS / "vectors" / "today-shared.jsonl.gz")
    noted = [line.number for line, _ in replayed if "seed: " in (line.note or "")]
    assert len(noted) == 183
    assert noted == [each[0].number for each in replayed if differences([each])]
    assert differences(replay(OPENVMM, PROFILES["08ec11066"]))


@pytest.mark.parametrize("name", TRACES)
def test_recorded_traces_line_by_line(name: str) -> None:
    replayed = replay(TRACES[name])
    assert differences(replayed) == []
    assert len(replayed) == OPERATIONS[name]
    expected = [line.expect.messages for line, _ in replayed if line.expect]
    assert sum(len(messages or ()) for messages in expected) == MESSAGES[name]


@pytest.mark.parametrize("name", TRACES)
def test_stray_requester_ids_are_the_only_drops(name: str) -> None:
    dropped = [
        (line.operation.rid, outcome.answer)
        for line, outcome in replay(TRACES[name])
        if isinstance(line.operation, SignalMsiWithRid) and outcome.message is None
    ]
    strays = [0x0300, 0x0300, 0x0400, 0x0500] if "rescan" in name else []
    assert sorted(dropped) == [(rid, Answer.DROPPED_BUS_RANGE) for rid in strays]


@pytest.mark.parametrize("name", ["rescan", "rescan-routes"])
def test_messages_sent_with_bus_0_pass_a_range_of_0(name: str) -> None:
    silent = [
        outcome.message and outcome.message.devid
        for line, outcome in replay(TRACES[name])
        if isinstance(line.operation, SignalMsiWithRid) and line.expect is None
    ]
    assert sorted(silent, key=str) == [0, 0, 0, 0, None, None, None, None]


def windows(name: str) -> list[tuple[int, int, list[int]]]:
    """From which line to which one ranges share DeviceIDs, and which of these were sent then."""
    reference = Reference(validate_trace(TRACES[name]).tables)
    found: list[tuple[int, int, list[int]]] = []
    first, sent = 0, list[int]()
    for line in iter_trace(TRACES[name]):
        outcome = reference.execute(line.operation)
        shared = reference.shared()
        if first and not shared:
            found.append((first, line.number - 1, sent))
            first, sent = 0, []
        elif shared:
            first = first or line.number
            assert {(each.first, each.last) for each in shared} == {(0, 0xFF)}
            if outcome.message is not None and outcome.message.devid <= 0xFF:
                sent.append(outcome.message.devid)
    assert not first
    return found


@pytest.mark.parametrize(("name", "boot"), [("basic", (3, 13)), ("rescan", (3, 10))])
def test_ranges_share_bus_0_at_boot_and_in_each_rescan(name: str, boot: tuple[int, int]) -> None:
    first, *others = windows(name)
    assert first == (*boot, [])
    readme = (TESTS / "traces/README.md").read_text()
    said = ", ".join(f"{since} to {until}" for since, until, _ in others)
    assert said in readme
    assert len(others) == (13 if name == "rescan" else 0)
    sent = [devid for *_, devids in others for devid in devids]
    assert (sent.count(0), sent.count(0x30), len(sent)) == ((4, 24, 28) if others else (0, 0, 0))


# The comparison would notice: each part of each kind of expectation, broken in turn.


def broken(expect: Expect) -> list[Expect]:
    """The expectations that differ from this one in one place."""
    result = []
    if expect.messages is not None:
        result.append(expect._replace(messages=(*expect.messages, Message(0, 0, 0))))
        if expect.messages:
            first, *others = expect.messages
            result.append(expect._replace(messages=tuple(others)))
            for changed in (
                replace(first, devid=first.devid ^ 1 << 16),
                replace(first, address=first.address ^ 1 << 63),
                replace(first, data=first.data ^ 1),
            ):
                result.append(expect._replace(messages=(changed, *others)))
    if expect.returns is not UNSET:
        result.append(expect._replace(returns=0x1_0000))
        result.append(expect._replace(returns=None if expect.returns is not None else False))
    if expect.warnings is not None:
        result.append(expect._replace(warnings=expect.warnings + 1))
    return result


@pytest.mark.parametrize("path", [OPENVMM, TRACES["basic-routes"]], ids=lambda path: path.name)
def test_broken_expectation_is_noticed(path: Path) -> None:
    tried = 0
    for line, outcome in replay(path):
        for expect in broken(line.expect) if line.expect else ():
            assert len(outcome.differences(expect)) == 1, (line, expect)
            tried += 1
    assert tried > 10_000


def test_trace_without_its_bus_ranges_does_not_agree() -> None:
    path = TRACES["basic"]
    reference = Reference(validate_trace(path).tables)
    replayed = [
        (line, reference.execute(line.operation))
        for line in iter_trace(path)
        if not isinstance(line.operation, SetBusRange)
    ]
    assert differences(replayed)
