# SPDX-License-Identifier: MIT
"""The checker of the batched path: holds what the monitors saw against the golden model.

It is the ordinary `Checker`, with one callback more: `on_batch`. A batch in which everything agrees
is only counted. One in which anything differs is given to the callbacks of the ordinary checker,
cycle by cycle, with the golden model in the state before the batch, so that the report of a
mismatch is the same, whichever path found it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from cocotbext.msi_its.batch.history import BatchHistory, entries, entry_of
from cocotbext.msi_its.batch.model import BatchModel, Expected
from cocotbext.msi_its.batch.records import (
    CODES,
    NAMES,
    Records,
    message_of,
    operation_of,
    retired_of,
    same,
    words,
)
from cocotbext.msi_its.batch.transactor import BUSES, EventKind, Seen, Status
from cocotbext.msi_its.checks.checker import LISTED_DROPS, REPORTED, Checker
from cocotbext.msi_its.checks.register_model import ALERT_CYCLES, drop_registers
from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.csr import Answer, Register
from cocotbext.msi_its.vocabulary.operations import CONFIGURATION, Configuration, Tables
from cocotbext.msi_its.vocabulary.results import Drop
from cocotbext.msi_its.vocabulary.trace import TraceLine
from cocotbext.msi_its.vocabulary.transactions import DROPS, WARNINGS, Source

EXPLAINED = 8
"""How many batches are explained; mismatches of further ones are only counted."""


class TraceBatch(Protocol):
    """Consecutive lines of a trace."""

    @property
    def operations(self) -> Records:
        """The operations, each with the source of its kind."""

    def unexpected(self, seen: Seen) -> bool:
        """Return whether anything retired otherwise than the lines' `expect` says."""

    def lines(self) -> Iterator[TraceLine]:
        """Return the lines themselves."""


def _among(answers: Records, wanted: frozenset[Answer]) -> Records:
    table = np.zeros(CODES, np.bool_)
    table[list(wanted)] = True
    return table[answers]


@dataclass(frozen=True, slots=True)
class _Step:
    """Something that a monitor saw in one clock cycle: what it is, and which one of the batch."""

    cycle: int
    kind: str
    row: int


class BatchChecker(Checker):
    """The scoreboard of the batched path."""

    def __init__(
        self,
        tables: Tables,
        counter_width: int,
        configuration: Configuration = CONFIGURATION,
    ) -> None:
        """Check a translator with these parameters."""
        self._now = 0  # the clock cycle
        self._explained = 0
        self._first_line = 0  # of the trace's first operation; 0: there is none
        super().__init__(tables, counter_width, lambda: self._now, configuration=configuration)

    def _start(self) -> None:
        super()._start()
        self._model = BatchModel(self._reference, self.tables)
        self._past = BatchHistory(self.tables)

    def on_batch(self, seen: Seen, trace: TraceBatch | None = None) -> None:
        """A batch went through the design; with `trace`, it should be these lines.

        Raises AssertionError for a retire record that is none: an operation without a code.
        """
        if self._lines is None:
            trace = None  # it retired something else before: the rest would only repeat this
        expected = self._model.evaluate(seen.retired)
        first = self.operations + 1
        difference = self._difference(seen, expected, trace)
        if not difference:
            self._count(seen, expected)
        elif self._explained < EXPLAINED and len(self.reports) < REPORTED:
            self._explained += 1
            self._explain(seen, trace, difference)
        else:
            self._count(seen, expected)
            wrong = seen.results["answer"] != expected.answers
            wrong |= ~same(seen.retired_messages, expected.messages)
            self.mismatches += max(1, int(wrong.sum()))
        self._past.add(first, seen)
        if len(seen.retired):
            newest = entries(first, seen, np.array([len(seen.retired) - 1]))[0]
            self._last = entry_of(newest, self._first_line)
        self._now += seen.cycles

    # ---- agreement ------------------------------------------------------------------------------

    def _difference(self, seen: Seen, expected: Expected, trace: TraceBatch | None) -> str:
        """Say what a batch should have done and has not; empty if everything agrees."""
        results = seen.results
        if seen.status is not Status.DONE or self.under_way or self._early_messages:
            return "everything accepted to come out (H3)"
        if trace is not None and (
            not np.array_equal(words(seen.retired), words(trace.operations))
            or trace.unexpected(seen)
        ):
            return "the lines of the trace, and what they expect"
        if not (
            np.array_equal(results["answer"], expected.answers)
            and np.array_equal(results["bdf"], expected.bdfs)
            and np.array_equal(results["sent"], expected.sent)
            and np.array_equal(words(seen.retired_messages), words(expected.messages))
        ):
            return "the answers and messages of the golden model"
        if not self._sources_in_order(seen):
            return "what each source accepted to retire, once, in order, and after that (H3)"
        if not self._messages_in_order(seen):
            return "messages on m_msi in retire order, none earlier than its record (H3)"
        if not self._alert_agrees(seen, expected):
            return f"alert up at most {ALERT_CYCLES} cycles after a drop, and then to stay (H7)"
        return ""

    @staticmethod
    def _sources_in_order(seen: Seen) -> bool:
        sources, cycles = seen.retired["source"], seen.results["cycle"]
        if sum(map(len, seen.accepted)) != len(sources):
            return False
        for source in Source:
            accepted = seen.accepted[source]
            alone = len(accepted) == len(sources)
            where: Any = slice(None) if alone else np.flatnonzero(sources == source)
            if not np.array_equal(words(seen.retired[where]), words(accepted)):
                return False
            if not (seen.accepted_cycles[source] < cycles[where]).all():
                return False
        return True

    @staticmethod
    def _messages_in_order(seen: Seen) -> bool:
        sent = seen.results["sent"] != 0
        where: Any = slice(None) if sent.all() else sent
        messages, cycles = seen.retired_messages[where], seen.results["cycle"][where]
        return np.array_equal(words(messages), words(seen.messages)) and bool(
            (cycles <= seen.message_cycles).all()
        )

    def _alert_agrees(self, seen: Seen, expected: Expected) -> bool:
        """Return whether the alert rose if it had to, and nothing else happened that should not."""
        events = seen.events
        drops = np.flatnonzero(_among(expected.answers, WARNINGS))
        if not len(drops) or self.registers.alert:
            return not len(events)
        if len(events) != 1 or events["kind"][0] != EventKind.ALERT_ROSE:
            return False
        late = int(events["cycle"][0]) - int(seen.results["cycle"][drops[0]])
        return 0 <= late <= ALERT_CYCLES

    def _count(self, seen: Seen, expected: Expected) -> None:
        """Count a batch, and leave the golden model in the state behind it."""
        self._model.commit()
        count = len(seen.retired)
        codes, answers = seen.retired["code"], expected.answers
        both = np.bincount(codes.astype(np.intp) * CODES + answers)
        counted: Counter[Answer] = Counter()
        for pair in np.flatnonzero(both).tolist():
            code, answer = pair // CODES, Answer(pair % CODES)
            self.answers[(NAMES[code], answer.name)] += int(both[pair])
            counted[answer] += int(both[pair])
        warned = np.flatnonzero(_among(answers, WARNINGS))
        for row in warned[: LISTED_DROPS - len(self.drops)].tolist():
            number = self.operations + row + 1
            line = self._first_line + number - 1 if self._first_line else None
            operation = operation_of(seen.retired[row])
            self.drops.append(Drop.of(number, line, operation, Answer(int(answers[row]))))
        if self.far_end is not None:
            numbers = (np.flatnonzero(expected.sent) + self.operations + 1).tolist()
            for number, message in zip(numbers, seen.messages, strict=False):
                self.far_end.on_message(number, message_of(message))
        self.operations += count
        self.messages += len(seen.messages)
        self.dropped += sum(counted[answer] for answer in DROPS)

        commands = np.flatnonzero(seen.retired["source"] == Source.COMMAND)
        result = None
        if len(commands):
            result = int(answers[commands[-1]]) | int(expected.bdfs[commands[-1]]) << 16
        drop = None
        if len(warned):
            row, held = warned[-1], int(expected.ranges[warned[-1]])
            answer, rid = Answer(int(answers[row])), int(expected.rids[row])
            drop = drop_registers(answer, rid, held >> 8, held & 0xFF)
        self.registers.on_many(counted, int(expected.sent.sum()), result, drop)

    # ---- disagreement ---------------------------------------------------------------------------

    def _explain(self, seen: Seen, trace: TraceBatch | None, difference: str) -> None:
        """Let the ordinary checker look at a batch that does not agree.

        It is less strict about the order of things in neighbouring cycles: what it lets pass is a
        mismatch all the same.
        """
        before = self.mismatches
        self._history = self._past.history(self._first_line)
        if trace is not None:
            self.follow(trace.lines())
        started = self._now
        for step in _steps(seen):
            self._now = started + step.cycle
            self._take(seen, step)
        self._now = started
        self._model.load()
        if self.mismatches == before and seen.status is Status.DONE:
            first = self.operations - len(seen.retired) + 1
            self._mismatch("batch", None, difference, f"operations {first} to {self.operations}")

    def _take(self, seen: Seen, step: _Step) -> None:
        row = step.row
        match step.kind:
            case "accepted_command":
                self.registers.on_command(operation_of(seen.accepted[Source.COMMAND][row]))
            case "accepted_message":
                self.on_message_accepted(operation_of(seen.accepted[Source.MESSAGE][row]))
            case "accepted_event":
                self.on_event_accepted(operation_of(seen.accepted[Source.EVENT][row]))
            case "accepted_range":
                self.on_range_accepted(operation_of(seen.accepted[Source.RANGE][row]))
            case "retired":
                parts = seen.retired[row], seen.results[row], seen.retired_messages[row]
                self.on_retired(retired_of(*parts))
            case "message":
                self.on_message(message_of(seen.messages[row]))
            case _:
                self._on_event(
                    EventKind(int(seen.events["kind"][row])), int(seen.events["bus"][row])
                )

    def _on_event(self, kind: EventKind, bus: int) -> None:
        name, output = list(BUSES.items())[bus]
        match kind:
            case EventKind.ALERT_FELL | EventKind.ALERT_ROSE:
                self.on_alert(kind is EventKind.ALERT_ROSE)
            case EventKind.VALID_FELL:
                self.violation(f"{name}: valid fell before ready came (H2)")
            case EventKind.PAYLOAD_CHANGED:
                self.violation(f"{name}: the payload changed while it waited (H2)")
            case EventKind.VALID_LATE:
                self.violation(f"{name}: valid waits, for ready or for nothing (H2)")
            case EventKind.ERROR_RESPONSE:
                self._register_mismatch("OKAY to a write", "an error response")
            case EventKind.NOT_ASKED_FOR:
                self._register_mismatch("nothing: all was answered", f"a transfer on {name}")
            case EventKind.HIGH_IN_RESET:
                self.on_high_in_reset([output])

    # ---- traces, and the end --------------------------------------------------------------------

    def follow_trace(self, first_line: int = 1) -> None:
        """Expect that all batches are those of a trace, whose operations begin in this line.

        It is 0 where the lines are not those of the user's file (see `TraceFile`).
        """
        self._first_line = first_line
        self.follow(iter(()))

    def on_read(self, register: Register, data: int, response: int) -> None:
        """A register was read while nothing else happened."""
        self.registers.on_read_address((register.offset, 0))
        self.registers.on_read_data((data, response))

    def on_acknowledged(self, response: int, seen: Seen) -> None:
        """The alert was acknowledged while nothing else happened, and then had time to fall."""
        self.registers.on_write_address((csr.ALERT.offset, 0))
        self.registers.on_write_data((1, 0xF))
        started = self._now
        for event in seen.events:
            self._now = started + int(event["cycle"])
            self._on_event(EventKind(int(event["kind"])), int(event["bus"]))
        self._now = started
        if seen.status is Status.DONE:
            self.registers.on_write_response((response,))
            self.registers.finish()
        self.on_batch(replace(seen, events=seen.events[:0]))


def _steps(seen: Seen) -> Iterator[_Step]:
    """Yield what the monitors saw, cycle by cycle."""
    kinds = {
        "accepted_message": seen.accepted_cycles[Source.MESSAGE],
        "accepted_event": seen.accepted_cycles[Source.EVENT],
        "accepted_range": seen.accepted_cycles[Source.RANGE],
        "accepted_command": seen.accepted_cycles[Source.COMMAND],
        "retired": seen.results["cycle"],
        "event": seen.events["cycle"],
        "message": seen.message_cycles,
    }
    names = list(kinds)
    cycles = np.concatenate(list(kinds.values()))
    which = np.repeat(np.arange(len(names)), [len(each) for each in kinds.values()])
    rows = np.concatenate([np.arange(len(each)) for each in kinds.values()])
    for index in np.lexsort((which, cycles)).tolist():
        yield _Step(int(cycles[index]), names[which[index]], int(rows[index]))
