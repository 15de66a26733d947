# SPDX-License-Identifier: MIT
"""The golden model in numpy does what the golden model does, on any operations from any state."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import msi_its_model
from cocotbext.msi_its.batch.model import _WARNINGS, BatchModel, Expected
from cocotbext.msi_its.batch.records import message_of, operation_of, pack
from cocotbext.msi_its.bench.stimulus import RandomOperations
from cocotbext.msi_its.checks.reference import Reference, Sender
from cocotbext.msi_its.commands.window import sized
from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import (
    OPERATIONS,
    TABLE_OF,
    WIDTHS,
    BindTarget,
    Configuration,
    Connect,
    ConnectIrqfd,
    Enable,
    EnableWithRid,
    Message,
    NewRoute,
    Operation,
    SetBusRange,
    SignalMsi,
    SignalMsiWithRid,
    Tables,
    arguments_of,
)
from cocotbext.msi_its.vocabulary.transactions import WARNINGS
from msi_its_model import RaisedWarning, observe_warnings

TABLES = Tables(3, 2, 3, 4)
BUSES = (0, 1, 2, 0x7F, 0xFE, 0xFF)


PROFILES = list(msi_its_model.PROFILES.values())
CONFIGURATIONS = [Configuration(profile, bits) for profile in PROFILES for bits in (32, 20, 16)]


def values(name: str, configuration: Configuration) -> st.SearchStrategy[int]:
    """Return values of an argument: few of each kind, so that operations meet."""
    if name in TABLE_OF:
        size: int = getattr(TABLES, TABLE_OF[name])
        # Mostly inside the table; now and then just outside, or far.
        return st.sampled_from([*range(size)] * 4 + [size, 0xFFFF])
    if name in ("secondary", "subordinate"):
        return st.sampled_from(BUSES)
    if name == "rid":
        return st.builds(lambda bus, devfn: bus << 8 | devfn, st.sampled_from(BUSES), st.just(9))
    if name == "rid_offset":
        largest = (1 << configuration.profile.rid_offset_bits) - 1
        return st.builds(
            lambda bus, devfn: (bus << 8 | devfn) & largest, st.sampled_from(BUSES), st.just(9)
        )
    if name == "devid_base":
        return st.sampled_from(bases(configuration))
    return st.integers(0, 2 ** WIDTHS[name] - 1)


def bases(configuration: Configuration) -> list[int]:
    """Return DeviceID bases, some of which make the largest DeviceID, and the one beyond."""
    limit = 1 << configuration.devid_bits
    rids = [bus << 8 | 9 for bus in BUSES]
    exact = [limit - rid - each for rid in rids for each in (0, 1)]
    return [0, 1, 0x1234, 0xFFFF_FFFF, limit >> 1, *exact]


def alive(configuration: Configuration) -> list[Operation]:
    """Return operations that bring every object to life."""
    made: list[Operation] = []
    above = configuration.devid_bits - 16
    for connection in range(TABLES.connections):
        made += [
            Connect(connection, ((0x101 + connection) & (1 << above) - 1) << 16 | 0x77),
            ConnectIrqfd(connection, ((7 + connection) & (1 << above) - 1) << 16 | 0x98),
        ]
    made += [SetBusRange(each, 1, 0x7F) for each in range(TABLES.ranges)]
    made += [
        BindTarget(target, target % TABLES.connections, target % TABLES.ranges, 9 + target)
        for target in range(TABLES.targets)
    ]
    made += [NewRoute(route, route % TABLES.targets) for route in range(TABLES.routes)]
    return made


def operations(largest: int, configuration: Configuration) -> st.SearchStrategy[list[Operation]]:
    """Return lists of any operations."""
    kinds: list[st.SearchStrategy[Any]] = [
        st.builds(kind, *(values(name, configuration) for name in arguments_of(kind)))
        for kind in OPERATIONS.values()
    ]
    return st.lists(st.sampled_from(kinds).flatmap(lambda kind: kind), max_size=largest)


def state(model: BatchModel) -> dict[str, list[Any]]:
    """Return a model's whole state."""
    found = {
        name: list(getattr(model, name).values)
        for name in ("_ranges", "_backends", "_irqfds", "_targets", "_origins", "_enabled")
    }
    found["_pending"] = list(model._pending.values)
    enabled = model._enabled.values != 0
    found["_sends"] = model._sends[enabled].tolist()  # what a disabled route sent means nothing
    return found


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=str)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_a_state_is_rebuilt_from_reset(configuration: Configuration, data: st.DataObject) -> None:
    lives, done = data.draw(st.booleans()), data.draw(operations(40, configuration))
    reference, again = Reference(TABLES, configuration), Reference(TABLES, configuration)
    for operation in [*(alive(configuration) if lives else []), *done]:
        reference.execute(operation)
    model = BatchModel(reference, TABLES)
    for operation in [*sized(TABLES), *model.rebuild()]:
        again.execute(operation)
    assert state(BatchModel(again, TABLES)) == state(model)


def raised() -> list[int]:
    """Return how many warnings each place has raised."""
    return [place.raised for _, _, place, _ in _WARNINGS]


def run_scalar(reference: Reference, done: list[Operation]) -> list[tuple[Any, ...]]:
    """Execute operations one by one; return what each does."""
    outcomes = []
    for operation in done:
        sender: Sender | None = None
        if isinstance(operation, Enable | EnableWithRid) and operation.route < TABLES.routes:
            sender = reference.origin(operation.route)
        if (
            isinstance(operation, SignalMsi | SignalMsiWithRid)
            and operation.target < TABLES.targets
        ):
            sender = reference.sender(operation.target)
        outcome = reference.execute(operation)
        drop: tuple[int, ...] | None = None
        if outcome.answer in WARNINGS:
            assert sender is not None
            held = reference.range_now(sender.range)
            rid = getattr(operation, "rid", (held[0] << 8) + sender.rid_offset)
            drop = rid, *held
            (warning,) = outcome.warnings
            said = {"rid": rid, "secondary": held[0], "subordinate": held[1]}
            if "devid" in warning.fields:
                drop = warning.fields["devid"], *drop
            else:
                assert warning.fields == {name: said[name] for name in warning.fields}
        outcomes.append((outcome.answer, outcome.bdf or 0, outcome.message, drop))
    return outcomes


FOR_DEVID = (Answer.DROPPED_DEVID, Answer.REFUSED_DEVID)


def run_batch(model: BatchModel, done: list[Operation]) -> list[tuple[Any, ...]]:
    """Execute operations as one batch; return what each does."""
    expected = model.evaluate(pack(done))
    outcomes = []
    for row in range(len(done)):
        answer = Answer(expected.answers[row])
        message = message_of(expected.messages[row])
        assert expected.sent[row] or message == Message(0, 0, 0)
        held = int(expected.ranges[row])
        drop: tuple[int, ...] | None = None
        if answer in WARNINGS:
            drop = int(expected.rids[row]), held >> 8, held & 0xFF
            if answer in FOR_DEVID:
                drop = int(expected.devids[row]), *drop
        outcomes.append(
            (
                answer,
                int(expected.bdfs[row]),
                message if expected.sent[row] else None,
                drop,
            )
        )
        if answer is not Answer.ERROR_INDEX:
            assert expected.codes[row] == done[row].code
    model.commit()
    return outcomes


def check(
    configuration: Configuration, before: list[Operation], batches: list[list[Operation]]
) -> Counter[Answer]:
    """Check that numpy's and the scalar model agree on batches; return what was answered."""
    answers: Counter[Answer] = Counter()
    scalar, batched = Reference(TABLES, configuration), Reference(TABLES, configuration)
    for reference in (scalar, batched):
        run_scalar(reference, before)
    model = BatchModel(batched, TABLES)
    for batch in batches:
        counted = raised()
        outcomes = run_scalar(scalar, batch)
        by_scalar = [now - then for now, then in zip(raised(), counted, strict=True)]
        counted = raised()
        assert run_batch(model, batch) == outcomes
        by_batch = [now - then for now, then in zip(raised(), counted, strict=True)]
        assert by_batch == by_scalar
        # The columns agree with the golden objects, and those with the scalar model's.
        columns = state(model)
        assert state(BatchModel(batched, TABLES)) == columns
        assert state(BatchModel(scalar, TABLES)) == columns
        answers.update(answer for answer, *_ in outcomes)
    # Both go on alike, one by one: what commit left behind are golden objects like any other.
    for batch in batches:
        assert run_scalar(batched, batch) == run_scalar(scalar, batch)
    return answers


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=str)
@settings(max_examples=50, deadline=None)
@given(st.data())
def test_batch_and_scalar_agree(configuration: Configuration, data: st.DataObject) -> None:
    before = data.draw(operations(12, configuration))
    batches = data.draw(st.lists(operations(30, configuration), min_size=1, max_size=3))
    living = data.draw(st.booleans())
    check(configuration, [*alive(configuration), *before] if living else before, batches)


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=str)
def test_batch_and_scalar_agree_on_long_batches(configuration: Configuration) -> None:
    answers: Counter[Answer] = Counter()
    for seed in range(50):
        rng = random.Random(seed)
        make = RandomOperations(rng, TABLES, configuration=configuration)
        kinds = (make.message, make.event, make.command, make.configuration, make.route_operation)
        batches = [[rng.choice(kinds)() for _ in range(rng.randrange(90))] for _ in range(4)]
        answers += check(configuration, alive(configuration) if seed % 4 else [], batches)
    # All there are came, and often: nothing was compared with nothing.
    there = set(Answer) - {Answer.NONE}
    if not configuration.profile.checks_default_rid:
        there.remove(Answer.NO_BDF)
    assert all((answers[answer] > 3) == (answer in there) for answer in Answer), answers


def test_evaluation_alone_changes_nothing() -> None:
    reference = Reference(TABLES)
    model = BatchModel(reference, TABLES)
    before = state(model)
    model.evaluate(pack([SetBusRange(1, 5, 9)]))
    assert state(BatchModel(reference, TABLES)) == before
    assert reference.ranges[1].bus_range() == (0, 0)
    model.commit()
    assert reference.ranges[1].bus_range() == (5, 9)


def test_warnings_are_raised_one_by_one_for_who_observes_them() -> None:
    model = BatchModel(Reference(TABLES), TABLES)
    seen: list[RaisedWarning] = []
    model.evaluate(pack([SignalMsiWithRid(1, bus << 8, 4, 5) for bus in range(1, 31)]))
    with observe_warnings(seen.append):
        model.commit()
    assert [warning.fields["rid"] for warning in seen] == [bus << 8 for bus in range(1, 31)]
    assert seen[0].fields["secondary"] == 0


@pytest.mark.parametrize("kind", OPERATIONS.values(), ids=list(OPERATIONS))
def test_records_hold_operations(kind: Callable[..., Operation]) -> None:
    names = arguments_of(kind)  # type: ignore[arg-type]
    operation = kind(*(2 ** WIDTHS[name] - 1 - number for number, name in enumerate(names)))
    (record,) = pack([operation])
    assert operation_of(record) == operation


def test_every_part_of_what_is_expected_is_compared() -> None:
    # run_batch looks at each of them; a new one must be added there.
    parts = {"codes", "answers", "bdfs", "sent", "messages", "rids", "ranges", "devids"}
    assert {each.name for each in fields(Expected)} == parts
