# SPDX-License-Identifier: MIT
"""The checker of the batched path reports what the other one does, in the same words."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace

import numpy as np
import pytest

from cocotbext.msi_its.batch.checker import BatchChecker, _steps
from cocotbext.msi_its.batch.records import (
    CYCLE,
    EVENT,
    MESSAGE,
    OPERATION,
    RESULT,
    Records,
    message_of,
    operation_of,
    pack,
    retired_of,
)
from cocotbext.msi_its.batch.transactor import EventKind, Seen, Status
from cocotbext.msi_its.bench.stimulus import RandomOperations
from cocotbext.msi_its.checks.checker import REPORTED, Checker
from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.checks.register_model import STATUS_REGISTERS
from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import (
    CONFIGURATION,
    Configuration,
    Operation,
    SignalMsi,
    Tables,
)
from cocotbext.msi_its.vocabulary.trace import Expect, TraceLine
from cocotbext.msi_its.vocabulary.transactions import WARNINGS, Source
from msi_its_model import PROFILES

TABLES = Tables(6, 4, 8, 8)
BATCHES = 5
LENGTH = 300


TODAY = Configuration(PROFILES["08ec11066"], 20)
EITHER = pytest.mark.parametrize(("seed", "configuration"), [(1, CONFIGURATION), (2, TODAY)])


def stimulus(seed: int, configuration: Configuration = CONFIGURATION) -> list[list[Operation]]:
    """Return batches of random operations."""
    make = RandomOperations(random.Random(seed), TABLES, configuration=configuration)
    rng = random.Random(seed)
    batches = [list(make.setup())]
    for _ in range(BATCHES):
        kinds = (make.message, make.event, make.command)
        batches.append([rng.choice(kinds)() for _ in range(LENGTH)])
    return batches


class Design:
    """What a design without faults would show: it does what the golden model does."""

    def __init__(self, configuration: Configuration = CONFIGURATION) -> None:
        self._reference = Reference(TABLES, configuration)
        self._dropped = False

    def run(self, operations: list[Operation]) -> Seen:
        """Return what monitors see of a batch: an operation each third cycle."""
        rows = pack(operations)
        count = len(rows)
        results = np.zeros(count, RESULT)
        messages = np.zeros(count, MESSAGE)
        cycles = np.arange(count) * 3 + 10
        results["cycle"] = cycles
        events = []
        for row, operation in enumerate(operations):
            outcome = self._reference.execute(operation)
            results["answer"][row] = outcome.answer
            results["bdf"][row] = outcome.bdf or 0
            if outcome.message is not None:
                results["sent"][row] = 1
                sent = outcome.message
                messages[row] = (sent.address, sent.data, sent.devid)
            if outcome.answer in WARNINGS and not self._dropped:
                self._dropped = True
                events.append((cycles[row] + 1, EventKind.ALERT_ROSE, 0, 0))
        sent = results["sent"] != 0
        of_source = [rows["source"] == source for source in Source]
        return Seen(
            retired=rows,
            results=results,
            retired_messages=messages,
            messages=messages[sent],
            message_cycles=cycles[sent].astype(CYCLE),
            accepted=tuple(rows[which] for which in of_source),
            accepted_cycles=tuple((cycles[which] - 3).astype(CYCLE) for which in of_source),
            events=np.array(events, EVENT),
            cycles=3 * count + 20,
        )


def one_by_one(checker: Checker, seen: Seen, now: list[int]) -> None:
    """Show the ordinary checker what the monitors saw, one after the other."""
    started = now[0]
    for step in _steps(seen):
        now[0] = started + step.cycle
        row = step.row
        match step.kind:
            case "accepted_command":
                checker.registers.on_command(operation_of(seen.accepted[0][row]))
            case "accepted_message":
                checker.on_message_accepted(operation_of(seen.accepted[1][row]))
            case "accepted_event":
                checker.on_event_accepted(operation_of(seen.accepted[2][row]))
            case "retired":
                parts = seen.retired[row], seen.results[row], seen.retired_messages[row]
                checker.on_retired(retired_of(*parts))
            case "message":
                checker.on_message(message_of(seen.messages[row]))
            case _ if seen.events["kind"][row] in (EventKind.ALERT_FELL, EventKind.ALERT_ROSE):
                checker.on_alert(bool(seen.events["kind"][row]))
            case _:
                checker.violation("m_msi: valid fell before ready came (H2)")
    now[0] = started + seen.cycles


def both(
    seed: int,
    spoil: Callable[[Seen], Seen] = lambda seen: seen,
    batch: int = BATCHES,
    configuration: Configuration = CONFIGURATION,
) -> tuple[BatchChecker, Checker]:
    """Return both checkers after the same stimulus, in which one batch was spoilt."""
    design = Design(configuration)
    batched = BatchChecker(TABLES, 32, configuration)
    now = [0]
    ordinary = Checker(TABLES, 32, lambda: now[0], configuration=configuration)
    for number, operations in enumerate(stimulus(seed, configuration)):
        seen = design.run(operations)
        if number == batch:
            seen = spoil(seen)
        batched.on_batch(seen)
        one_by_one(ordinary, seen, now)
    return batched, ordinary


def changed(records: Records, row: int, field: str, flip: int = 1) -> Records:
    """Return records with some bits of one field flipped."""
    copy = records.copy()
    copy[field][row] ^= flip
    return copy


def without(records: Records, row: int) -> Records:
    """Return records without one of them."""
    return np.delete(records, row)


def answer_of_an_event(seen: Seen) -> Seen:
    row = int(np.flatnonzero(seen.retired["source"] == Source.EVENT)[-1])
    return replace(seen, results=changed(seen.results, row, "answer", 2))


def bdf(seen: Seen) -> Seen:
    row = int(np.flatnonzero(seen.results["answer"] == Answer.BDF)[-1])
    return replace(seen, results=changed(seen.results, row, "bdf", 0x100))


def retired_message(seen: Seen) -> Seen:
    row = int(np.flatnonzero(seen.results["sent"])[20])
    spoilt = changed(seen.retired_messages, row, "devid", 0x10000)
    return replace(seen, retired_messages=spoilt, messages=spoilt[seen.results["sent"] != 0])


def message_on_m_msi(seen: Seen) -> Seen:
    return replace(seen, messages=changed(seen.messages, 17, "data"))


def lost_message(seen: Seen) -> Seen:
    return replace(
        seen,
        messages=without(seen.messages, 25),
        message_cycles=without(seen.message_cycles, 25),
    )


def messages_swapped(seen: Seen) -> Seen:
    order = np.arange(len(seen.messages))
    differ = np.flatnonzero(seen.messages[1:] != seen.messages[:-1])  # those of one route do not
    row = int(differ[len(differ) // 2])
    order[[row, row + 1]] = order[[row + 1, row]]
    return replace(seen, messages=seen.messages[order])


def lost_operation(seen: Seen) -> Seen:
    row = int(np.flatnonzero(seen.retired["source"] == Source.MESSAGE)[30])
    return replace(
        seen,
        retired=without(seen.retired, row),
        results=without(seen.results, row),
        retired_messages=without(seen.retired_messages, row),
    )


def command_that_was_not_written(seen: Seen) -> Seen:
    accepted = without(seen.accepted[0], 40), *seen.accepted[1:]
    cycles = without(seen.accepted_cycles[0], 40), *seen.accepted_cycles[1:]
    return replace(seen, accepted=accepted, accepted_cycles=cycles)


def another_argument(seen: Seen) -> Seen:
    row = int(np.flatnonzero(seen.retired["address"])[100])
    return replace(seen, retired=changed(seen.retired, row, "address", 1 << 63))


def alert_falls(seen: Seen) -> Seen:
    events = np.array([(500, EventKind.ALERT_FELL, 0, 0)], EVENT)
    return replace(seen, events=events)


def valid_falls(seen: Seen) -> Seen:
    events = np.array([(501, EventKind.VALID_FELL, 0, 0)], EVENT)
    return replace(seen, events=events)


SPOILERS = (
    *(answer_of_an_event, bdf, retired_message, message_on_m_msi, lost_message),
    *(messages_swapped, lost_operation, command_that_was_not_written, another_argument),
    *(alert_falls, valid_falls),
)


@EITHER
def test_agreement_is_counted_alike(seed: int, configuration: Configuration) -> None:
    batched, ordinary = both(seed, configuration=configuration)
    assert batched.reports == ordinary.reports == []
    assert batched.operations == ordinary.operations > BATCHES * LENGTH
    assert batched.messages == ordinary.messages > 200
    assert batched.dropped == ordinary.dropped > 100
    assert batched.answers == ordinary.answers and len(batched.answers) > 25
    assert batched.drops == ordinary.drops
    for register in STATUS_REGISTERS:
        assert batched.registers._shows.get(register.offset) == (
            ordinary.registers._shows.get(register.offset)
        ), register
    batched.finish()
    assert batched.mismatches == 0


@pytest.mark.parametrize("batch", [2, BATCHES])
@EITHER
@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
def test_a_mismatch_is_reported_in_the_same_words(
    spoil: Callable[[Seen], Seen], seed: int, configuration: Configuration, batch: int
) -> None:
    batched, ordinary = both(seed, spoil, batch, configuration)
    assert batched.reports, "the mismatch went unseen"
    assert [asdict(each) for each in batched.reports] == [asdict(each) for each in ordinary.reports]
    if len(batched.reports) < REPORTED:  # further ones are counted differently
        assert batched.mismatches == ordinary.mismatches


def test_a_message_before_its_record_is_a_mismatch() -> None:
    def early(seen: Seen) -> Seen:
        cycles = seen.message_cycles.copy()
        cycles[10] -= 1
        return replace(seen, message_cycles=cycles)

    batched, ordinary = both(1, early)
    assert ordinary.mismatches == 0  # which allows for the order of monitors
    assert [report.kind for report in batched.reports] == ["batch"]
    assert "none earlier than its record (H3)" in batched.reports[0].text


def test_an_operation_without_a_code_is_named() -> None:
    def spoil(seen: Seen) -> Seen:
        spoilt = seen.retired.copy()
        spoilt["code"][5] = 0
        return replace(seen, retired=spoilt)

    with pytest.raises(AssertionError, match="0 is not the code of an operation"):
        both(1, spoil)


def test_a_lost_message_is_reported_once() -> None:
    batched, ordinary = both(1, lost_message)
    batched.finish()
    assert batched.mismatches == ordinary.mismatches == 1
    assert "lost: " in batched.reports[0].text
    assert not batched.under_way


def test_counters_are_held_against_the_model() -> None:
    batched, _ = both(1)
    sent = sum(n for (_, answer), n in batched.answers.items() if answer in ("SENT", "DELIVERED"))
    batched.on_read(csr.MESSAGES, sent, 0)
    assert batched.mismatches == 0
    batched.on_read(csr.MESSAGES, sent + 1, 0)
    assert batched.reports[0].kind == "registers" and "MESSAGES" in batched.reports[0].text


def test_mismatches_beyond_those_reported_are_counted() -> None:
    design = Design()
    batched = BatchChecker(TABLES, 32)
    for operations in stimulus(1):
        seen = design.run(operations)
        spoilt = seen.results.copy()
        spoilt["answer"] ^= 1
        batched.on_batch(replace(seen, results=spoilt))
    assert batched.mismatches > BATCHES * LENGTH
    assert len(batched.reports) == REPORTED


class OfTrace:
    """Lines of a trace made of operations."""

    def __init__(self, first: int, operations: list[Operation], expect: Expect | None) -> None:
        self.operations = pack(operations)
        self._first, self._lines, self._expect = first, operations, expect

    def unexpected(self, seen: Seen) -> bool:
        return self._expect is not None

    def lines(self) -> Iterator[TraceLine]:
        for number, operation in enumerate(self._lines, self._first):
            yield TraceLine(number, operation, self._expect if number == self._first else None)


def test_a_trace_is_followed_and_its_lines_are_named() -> None:
    design = Design()
    batched = BatchChecker(TABLES, 32)
    batched.follow_trace()
    first = 1
    batches = stimulus(4)
    for number, operations in enumerate(batches):
        expect = Expect(warnings=7) if number == len(batches) - 1 else None
        batched.on_batch(design.run(operations), OfTrace(first, operations, expect))
        first += len(operations)
    batched.finish()
    line = first - len(batches[-1])
    assert [(each.kind, each.line) for each in batched.reports] == [("expect", line)]
    assert f"at operation {line}, trace line {line}" in batched.reports[0].text
    assert "warnings: expected 7" in batched.reports[0].text and "(line " in batched.reports[0].text


def test_another_operation_than_the_traces_is_reported_once() -> None:
    design = Design()
    batched = BatchChecker(TABLES, 32)
    batched.follow_trace()
    first = 1
    for number, operations in enumerate(stimulus(4)):
        lines = list(operations)
        if number == 2:
            lines[3] = SignalMsi(1, 0x1234, 0x5678)
        batched.on_batch(design.run(operations), OfTrace(first, lines, None))
        first += len(operations)
    batched.finish()
    assert [each.kind for each in batched.reports] == ["trace"]


def test_a_batch_that_did_not_end_never_agrees() -> None:
    batched = BatchChecker(TABLES, 32)
    seen = Design().run([])
    batched.on_batch(replace(seen, status=Status.HANGS))
    assert batched._explained == 1


def test_records_have_the_layout_of_the_transactor() -> None:
    sizes = (OPERATION.itemsize, MESSAGE.itemsize, RESULT.itemsize, EVENT.itemsize)
    assert sizes == (32, 16, 8, 8)
