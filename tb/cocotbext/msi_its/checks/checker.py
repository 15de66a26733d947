# SPDX-License-Identifier: MIT
"""The checker: holds what the monitors saw against the golden model.

Each retire record is executed on the reference, and answer and message are compared. Independently
of the model, the order of things is checked (H3): what was accepted on an input retires, once and
in order, and what retires with a message appears on `m_msi`, once and in order. What software reads
from the registers is checked too (H6, H7). With `follow`, the operations must also be those of a
trace, line by line, and do what the trace expects.

A mismatch is recorded, not raised, so that one run reports all of them: see `finish`.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from cocotbext.msi_its.checks.coverage.sampling import Coverage
from cocotbext.msi_its.checks.far_end import FarEnd
from cocotbext.msi_its.checks.history import Entry, History
from cocotbext.msi_its.checks.reference import Outcome, Reference
from cocotbext.msi_its.checks.register_model import RegisterModel
from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import (
    CONFIGURATION,
    BindTarget,
    Configuration,
    Enable,
    EnableWithRid,
    Message,
    Operation,
    SignalMsi,
    SignalMsiWithRid,
    Tables,
)
from cocotbext.msi_its.vocabulary.results import Counts, Drop, Mismatch, TestResult
from cocotbext.msi_its.vocabulary.trace import TraceLine
from cocotbext.msi_its.vocabulary.transactions import DROPS, WARNINGS, Retired, Source

REPORTED = 20
"""How many mismatches are reported in full; more are only counted."""

# Python 3.11 takes its time to find a member of an enumeration, and its name.
COMMAND, MESSAGE, EVENT = Source.COMMAND, Source.MESSAGE, Source.EVENT
RANGE = Source.RANGE
ANSWER_NAMES = {answer: answer.name for answer in Answer}

NONE_LOST: Sequence[Operation] = ()

ENOUGH = 1000
"""How many mismatches end a test: the design is lost, and may go on for ever."""

LISTED_DROPS = 1000
"""How many drops and refusals are listed one by one; more are only counted."""


def describe(answer: Answer, bdf: int | None, message: Message | None) -> str:
    """Say an answer and its message in one phrase."""
    value = f" {bdf:#06x}" if bdf is not None else ""
    return f"{answer.name}{value}, {message if message is not None else 'no message'}"


class Checker:
    """The scoreboard. Its `on_…` methods are the callbacks of the monitors."""

    def __init__(
        self,
        tables: Tables,
        counter_width: int,
        cycle: Callable[[], int],
        coverage: Coverage | None = None,
        name: str = "",
        configuration: Configuration = CONFIGURATION,
    ) -> None:
        """Check one translator; `cycle` returns the clock cycle's number; count in `coverage`."""
        self.log = logging.getLogger(".".join(filter(None, ("cocotbext.msi_its", name))))
        self.tables = tables
        self._counter_width = counter_width
        self.configuration = configuration
        self._cycle = cycle
        self._coverage = coverage
        self.operations = 0
        self.messages = 0
        self.dropped = 0
        self.mismatches = 0
        self.resets = 0
        self.seen: Counter[Source] = Counter()  # operations of each source
        self.wanted: Counter[Source] = Counter()  # how many there have to be, at least
        self.answers: Counter[tuple[str, str]] = Counter()
        self.reports: list[Mismatch] = []
        self.drops: list[Drop] = []
        self._lines: Iterator[TraceLine] | None = None
        self.on_enough: Callable[[], None] = lambda: None  # after ENOUGH mismatches
        self.far_end: FarEnd | None = None  # the ITS that messages go to, in a mixed trace
        self._start()

    def _start(self) -> None:
        """Take the reset state (H8)."""
        self._reference = Reference(self.tables, self.configuration)
        self._history = History()
        self._accepted: dict[Source, deque[Operation]] = {
            source: deque() for source in (MESSAGE, EVENT, RANGE)
        }
        self._retired_messages: deque[tuple[Message, Entry]] = deque()
        self._early_messages: deque[Message] = deque()
        self._latest: dict[Source, Operation] = {}  # that retired
        self._lost: dict[tuple[Source, Operation], bool] = {}  # and whether they were executed
        self._last_message: Message | None = None  # on m_msi
        self._overtaken: deque[Message] = deque(maxlen=8)  # that were due, and others came
        self._unrecorded: deque[Message] = deque(maxlen=8)  # with which no record retired
        self._last: Entry | None = None
        self.registers = RegisterModel(
            self.tables,
            self._counter_width,
            self._register_mismatch,
            self._cycle,
            self._coverage,
            self.configuration,
        )
        self.registers.command_lost = self._on_command_lost

    # ---- what happened --------------------------------------------------------------------------

    def on_reset(self) -> None:
        """Reset is active: everything starts over, and what was under way is gone (H8)."""
        self.resets += 1
        self._start()

    def follow(self, lines: Iterator[TraceLine]) -> None:
        """Expect the operations that retire from now on to be those of a trace."""
        self._lines = lines

    def unfollow(self) -> None:
        """The trace was played to its end: every line of it must have retired."""
        line = next(self._lines, None) if self._lines is not None else None
        if line is not None:
            wanted = f"line {line.number}: {line.operation}"
            self._mismatch("trace", None, wanted, "the run ended before it retired")
        self._lines = None

    def on_message_accepted(self, operation: Operation) -> None:
        """A direct message was accepted on `s_msi`."""
        self._accepted[MESSAGE].append(operation)
        self.seen[MESSAGE] += 1

    def on_event_accepted(self, operation: Operation) -> None:
        """A route event was accepted on `s_evt`."""
        self._accepted[EVENT].append(operation)
        self.seen[EVENT] += 1

    def on_range_accepted(self, operation: Operation) -> None:
        """A bus range was accepted on `s_range`."""
        self._accepted[RANGE].append(operation)
        self.seen[RANGE] += 1

    def on_retired(self, retired: Retired) -> None:
        """An operation was executed."""
        self.operations += 1
        operation, message = retired.operation, retired.message
        if retired.source is COMMAND:
            self.seen[COMMAND] += 1
        lost = self._take_accepted(retired.source, operation)
        if lost is not NONE_LOST and not self._on_disorder(retired, lost):
            return
        line = next(self._lines, None) if self._lines is not None else None
        # A mixed trace's operations are read from a file of their own: its numbers would mislead.
        number = line.number if line is not None and self.far_end is None else None
        entry = Entry(self.operations, retired, number)
        self._history.add(entry)
        self._last = entry
        self._latest[retired.source] = operation
        self.answers[(operation.name, ANSWER_NAMES[retired.answer])] += 1
        if self._coverage is not None:
            self._coverage.on_executed(retired, self._reference, self._cycle())
        outcome = self._execute(operation)

        if self._lines is not None:
            self._check_trace(entry, line, outcome)
        if (
            outcome.answer is not retired.answer
            or outcome.message != message
            or outcome.bdf != retired.bdf
        ):
            self._mismatch(
                "model",
                entry,
                describe(outcome.answer, outcome.bdf, outcome.message),
                describe(retired.answer, retired.bdf, message),
                means=(outcome.message, message),
            )
        if message is not None:
            self._retired_messages.append((message, entry))
            self._match_messages()
        bus_range = None
        if outcome.answer in WARNINGS:
            bus_range = self._note_drop(entry, outcome)
        self.registers.on_retired(retired.source, outcome, bus_range)

    def _note_drop(self, entry: Entry, outcome: Outcome) -> tuple[int, int] | None:
        """Note what the model dropped or refused; return the range it was held against, if any."""
        operation = entry.retired.operation
        if outcome.answer in DROPS:
            self.dropped += 1
        if len(self.drops) < LISTED_DROPS:
            self.drops.append(Drop.of(entry.number, entry.line, operation, outcome.answer))
        return self._dropped_range(operation, outcome)

    def _dropped_range(self, operation: Operation, outcome: Outcome) -> tuple[int, int] | None:
        """Return the range that a drop or refusal was held against, if any."""
        fields = outcome.warnings[0].fields
        if "secondary" in fields:
            return fields["secondary"], fields["subordinate"]
        if isinstance(operation, SignalMsi | SignalMsiWithRid):
            return self._reference.range_now(self._reference.sender(operation.target).range)
        if isinstance(operation, Enable | EnableWithRid):
            origin = self._reference.origin(operation.route)
            return self._reference.range_now(origin.range) if origin is not None else None
        return None

    def on_message(self, message: Message) -> None:
        """A message was handed over on `m_msi`."""
        self._early_messages.append(message)
        self._match_messages(settle=False)

    def on_alert(self, level: bool) -> None:
        """The alert output changed."""
        self.registers.on_alert(level)

    # ---- order (H3) -----------------------------------------------------------------------------

    def _take_accepted(self, source: Source, operation: Operation) -> Sequence[Operation] | None:
        """What retires must be the oldest operation that its source had accepted: take it.

        Return those before it, which are lost; None if it is none of those accepted.
        """
        if source is COMMAND:
            lost = self.registers.take_command(operation)
            return lost or (NONE_LOST if lost is not None else None)
        queue = self._accepted[source]
        if queue and queue[0] == operation:
            queue.popleft()
            return NONE_LOST
        if operation not in queue:
            return None
        before = []
        while queue[0] != operation:
            before.append(queue.popleft())
        queue.popleft()
        return before

    def _on_disorder(self, retired: Retired, lost: Sequence[Operation] | None) -> bool:
        """Report lost operations, or (None) one that was not accepted; whether to go on with it.

        Each is reported once: the golden model executes what was lost, and not what came twice.
        """
        source, operation = retired.source, retired.operation
        name = source.port
        entry = Entry(self.operations, retired, None)
        if lost is not None:
            for each in lost:
                self._mismatch("order", entry, f"{each} from {name}", "its record was lost (H3)")
                self._execute_lost(source, each)
            return True
        oldest = self._oldest(source)
        for other in Source:
            if other is not source and self._oldest(other) == operation:
                wanted = f"{operation} as from {other.port}"
                self._mismatch("order", entry, wanted, f"as from {name} (H3)")
                self._take_accepted(other, operation)
                return True
        if (source, operation) in self._lost:
            executed = self._lost.pop((source, operation))
            if source is not COMMAND:  # of a command, what was wrong may be what STATUS said
                wanted = f"{oldest} from {name}" if oldest else "its record before others"
                self._mismatch("order", entry, wanted, f"{operation} retired, too late (H3)")
            return not executed
        if type(oldest) is type(operation) and operation != self._latest.get(source):
            self._mismatch("order", entry, f"{oldest} from {name}", f"{operation} retired (H3)")
            self._take_accepted(source, oldest)
            return True
        again = " again" if operation == self._latest.get(source) else ""
        wanted = f"{oldest} from {name}" if oldest else f"nothing from {name}: all had retired"
        self._mismatch("order", entry, wanted, f"{operation} retired{again} (H3)")
        return False

    def _on_command_lost(self, operation: Operation) -> None:
        """STATUS says that no command is in flight, but this one did not retire."""
        self._mismatch("order", None, f"{operation} to retire", "STATUS.busy is low (H3, H6)")
        self._execute_lost(COMMAND, operation)

    def _oldest(self, source: Source) -> Operation | None:
        """Return the oldest operation that a source had accepted and that did not retire."""
        if source is COMMAND:
            return self.registers.oldest_command
        return self._accepted[source][0] if self._accepted[source] else None

    def _execute(self, operation: Operation) -> Outcome:
        """Let the golden model do what hardware makes of an operation: records may be wrong."""
        if isinstance(operation, BindTarget):
            taken = operation.rid_offset & self.configuration.rid_offset_mask
            operation = replace(operation, rid_offset=taken)
        return self._reference.execute(operation)

    def _execute_lost(self, source: Source, operation: Operation) -> None:
        """Do what an operation did whose record was lost."""
        if self._lines is not None:
            next(self._lines, None)
        outcome = self._execute(operation)
        executed = outcome.message is None or outcome.message in self._unrecorded
        self._lost[source, operation] = executed
        if not executed:
            return  # the operation itself was lost, not only its record
        bus_range = self._dropped_range(operation, outcome) if outcome.answer in WARNINGS else None
        self.registers.on_retired(source, outcome, bus_range)

    def _match_messages(self, settle: bool = True) -> None:
        """Pair what retired with what `m_msi` showed, in order.

        Both can happen at one clock edge, in which case the monitors may report them either way
        around: a message may be one ahead of its record until the next call.
        """
        while self._early_messages and self._retired_messages:
            message = self._early_messages.popleft()
            expected = self._retired_messages[0][0]
            self.messages += 1
            if message == expected:
                self._arrived(self._retired_messages.popleft()[1], message)
            else:
                self._on_wrong_message(message)
        if len(self._early_messages) > (0 if settle else 1):
            self._on_unrecorded(self._early_messages.popleft())

    def _on_wrong_message(self, message: Message) -> None:
        """Another message came than was due: others were lost, it came twice, or it is wrong.

        Each is reported once: what comes next is held against what is due then.
        """
        due = [expected for expected, _ in self._retired_messages]
        expected, entry = self._retired_messages[0]
        if message in due:
            for _ in range(due.index(message)):
                lost, entry = self._retired_messages.popleft()
                self._overtaken.append(lost)
                wanted, got = f"{lost} on m_msi", f"lost: {message} came (H3)"
                self._mismatch("message", entry, wanted, got, means=(lost, None))
            self._arrived(self._retired_messages.popleft()[1], message)
            return
        elif message == self._last_message:
            self._mismatch("message", entry, f"{expected} on m_msi", f"{message} again (H3)")
        elif message in self._overtaken:
            self._overtaken.remove(message)
            self._mismatch("message", entry, f"{expected} on m_msi", f"{message}, too late (H3)")
        else:
            self._retired_messages.popleft()
            self._overtaken.append(expected)
            wanted, got = f"{expected} on m_msi", f"{message} (H3)"
            self._mismatch("message", entry, wanted, got, means=(expected, message))
            if self.far_end is not None:
                self.far_end.on_message(entry.number, message)
            return
        if self.far_end is not None:
            self.far_end.on_message(None, message)

    def _arrived(self, entry: Entry, message: Message) -> None:
        """The message that an operation had to send was on m_msi."""
        self._last_message = message
        if self.far_end is not None:
            self.far_end.on_message(entry.number, message)

    def _on_unrecorded(self, message: Message) -> None:
        """A message came with which no record retired."""
        self._unrecorded.append(message)
        again = " again" if message == self._last_message else ""
        wanted = "nothing on m_msi: no record retired with it"
        self._mismatch("message", None, wanted, f"{message}{again} (H3)")
        if self.far_end is not None:
            self.far_end.on_message(None, message)

    # ---- traces ---------------------------------------------------------------------------------

    def _check_trace(self, entry: Entry, line: TraceLine | None, outcome: Outcome) -> None:
        """What retires must be the trace's next line, and do what the line expects."""
        if line is None or line.operation != entry.retired.operation:
            wanted = str(line.operation) if line is not None else "nothing: the trace has ended"
            self._mismatch("trace", entry, wanted, f"{entry.retired.operation} retired")
            self._lines = None  # the rest would only repeat this
        elif line.expect is not None:
            model = describe(outcome.answer, outcome.bdf, outcome.message)
            for difference in entry.retired.differences(line.expect):
                expected = f"as the trace records (the golden model does: {model})"
                self._mismatch("expect", entry, expected, difference)

    # ---- the end --------------------------------------------------------------------------------

    def reset_finds(self) -> list[str]:
        """Return what a reset at this moment would find under way (some of coverage.UNDER_WAY)."""
        pending = any(
            self._reference.route_state(route) == "pending" for route in range(self.tables.routes)
        )
        return [
            *(["an operation in the engine"] if any(self._accepted.values()) else []),
            *(["a message on its way"] if self._retired_messages else []),
            *(["an event pending"] if pending else []),
            *self.registers.reset_finds(),
        ]

    @property
    def under_way(self) -> str:
        """Say what was accepted but has not come out yet; empty if nothing."""
        parts = [
            f"{len(queue)} accepted on {source.port} not retired"
            for source, queue in self._accepted.items()
            if queue
        ]
        if self._retired_messages:
            parts.append(f"{len(self._retired_messages)} retired messages not seen on m_msi")
        if self.registers.under_way:
            parts.append(self.registers.under_way)
        return "; ".join(parts)

    def finish(self) -> None:
        """Check that nothing is left over, after everything had time to come out."""
        if self.under_way:
            oldest = [str(queue[0]) for queue in self._accepted.values() if queue]
            what = f"{self.under_way}; oldest: {', '.join(oldest)}" if oldest else self.under_way
            self._mismatch("lost", None, "everything accepted comes out (H3)", what)
        if self._early_messages:
            self._on_unrecorded(self._early_messages.popleft())
        for source, least in self.wanted.items():
            if self.seen[source] < least:
                name = source.port
                wanted = f"at least {least} operations from {name} in this test"
                self._mismatch("stimulus", None, wanted, f"{self.seen[source]}")
        self.unfollow()
        self.registers.finish()
        if self.far_end is not None:
            self.far_end.finish()
            self.mismatches += self.far_end.mismatches
            self.reports += self.far_end.reports[: REPORTED - len(self.reports)]
            self.drops = [self.far_end.dropped(each) for each in self.drops]

    def _register_mismatch(self, expected: str, got: str) -> None:
        """Software read what the registers could not show, or the alert is wrong."""
        self._mismatch("registers", None, expected, got)

    def violation(self, text: str) -> None:
        """A monitor saw the rules of its bus broken."""
        self._mismatch("protocol", None, "valid and payload stable until ready", text)

    def on_high_in_reset(self, names: Sequence[str]) -> None:
        """These outputs were not low in reset, or in the cycle after it."""
        self._mismatch("reset", None, "low in reset, and just after it (H8)", " and ".join(names))

    def result(
        self, test: str, passed: bool, measured: dict[str, str], coverage: Counts, cycles: int = 0
    ) -> TestResult:
        """Return what a test did, and what else is known of it."""
        if self.far_end is not None:
            measured = measured | self.far_end.measured
        return TestResult(
            name=test,
            passed=passed,
            counted=True,
            operations=self.operations,
            messages=self.messages,
            dropped=self.dropped,
            mismatches=self.mismatches,
            cycles=cycles,
            measured=measured,
            answers={" ".join(key): count for key, count in sorted(self.answers.items())},
            drops=tuple(self.drops),
            reports=tuple(self.reports),
            coverage=coverage,
        )

    def _mismatch(
        self,
        kind: str,
        entry: Entry | None,
        expected: object,
        got: object,
        means: tuple[Message | None, Message | None] | None = None,
    ) -> None:
        """Record a difference, with what led to it.

        `means` are the message that was due, and the one that came: with an ITS behind, interrupts.
        """
        self.mismatches += 1
        if self.mismatches == ENOUGH:
            self.on_enough()
        interrupt = ""
        at = entry.line if entry is not None else None
        if self.far_end is not None and entry is not None:
            at = self.far_end.line_of(entry.number)
            if means is not None and means[0] != means[1]:
                interrupt = f"  interrupt: {self.far_end.words(entry.number, *means)}"
        if len(self.reports) >= REPORTED:
            return
        lines = [f"mismatch {self.mismatches} ({kind})"]
        if entry is not None:
            rules = entry.retired.operation.rules
            close = self._history.just_before(entry)
            if close is not None:
                rules += f"; H5: close behind #{close.number}"
            where = f", trace line {at}" if at is not None else ""
            lines[0] += f" at operation {entry.number}{where}"
            source = entry.retired.source.port
            lines.append(f"  operation: {entry.retired.operation}, from {source} (rules {rules})")
        elif self._last is not None:
            lines[0] += f" after operation {self._last}"
        lines[0] += f", in clock cycle {self._cycle():,}"
        lines.append(f"  expected:  {expected}")
        lines.append(f"  got:       {got}")
        lines += [interrupt] if interrupt else []
        if entry is not None:
            objects = self._history.objects(entry.retired)
            earlier = self._history.before(entry)
            if earlier:
                names = ", ".join(f"{name} {index}" for name, index in objects)
                lines.append(f"  before it, on {names}:")
                lines += [f"    {each}" for each in earlier]
        text = "\n".join(lines)
        self.log.error("%s", text)
        number = entry.number if entry is not None else None
        self.reports.append(Mismatch(kind, number, at, text))
