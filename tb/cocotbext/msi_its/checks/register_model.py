# SPDX-License-Identifier: MIT
"""What software may read from the registers (H6, H7), worked out from what the monitors saw."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from cocotbext.msi_its.checks.access_model import AccessModel, Read, Write
from cocotbext.msi_its.checks.coverage.points import COUNTERS as COUNTER_NAMES
from cocotbext.msi_its.checks.coverage.points import REFUSED_BUSY, REFUSED_UNNAMED, REGISTERS
from cocotbext.msi_its.checks.coverage.sampling import Coverage
from cocotbext.msi_its.checks.reference import Outcome
from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.fields import ARGUMENT_REGISTERS, ARGUMENTS, get_field, put_field
from cocotbext.msi_its.vocabulary.operations import (
    BY_CODE,
    CONFIGURATION,
    Configuration,
    Operation,
    Tables,
    arguments_of,
)
from cocotbext.msi_its.vocabulary.transactions import ERRORS, WARNINGS, Source
from msi_its_model import __version__

COUNTERS: dict[int, frozenset[Answer]] = {
    csr.DROPPED_BUS_RANGE.offset: frozenset({Answer.DROPPED_BUS_RANGE}),
    csr.DROPPED_DISCONNECTED.offset: frozenset({Answer.DROPPED_DISCONNECTED}),
    csr.REFUSED_BUS_RANGE.offset: frozenset({Answer.REFUSED_BUS_RANGE}),
    csr.ERRORS.offset: ERRORS,
    csr.DEVID_BEYOND.offset: frozenset({Answer.DROPPED_DEVID, Answer.REFUSED_DEVID}),
}
"""The answers that each counter register counts."""

COUNTED_BY: dict[Answer, int] = {
    answer: address for address, answers in COUNTERS.items() for answer in answers
}
"""The counter register of each answer that is counted."""

MESSAGES = csr.MESSAGES.offset
COMMAND = Source.COMMAND  # Python 3.11 takes its time to find a member of an enumeration

WRITABLE: dict[int, int] = {
    register.offset: sum((2 << high) - (1 << low) for high, low in register.fields.values())
    for register in ARGUMENT_REGISTERS
}
"""The bits that each ARG register keeps."""

STATUS_REGISTERS = (
    *(csr.STATUS, csr.RESULT, csr.MESSAGES, csr.DROPPED_BUS_RANGE, csr.DROPPED_DISCONNECTED),
    *(csr.REFUSED_BUS_RANGE, csr.ERRORS, csr.REFUSED_COMMANDS, csr.ALERT),
    *(csr.LAST_DROP, csr.LAST_DROP_REASON, csr.DEVID_BEYOND),
)
"""What is read at the end of a test, for the checker to hold against what it counted."""

IDENTITY = 0x4D53_4954
_MAJOR, _MINOR = map(int, __version__.split(".")[:2])
VERSION = _MAJOR << 16 | _MINOR
BUSY, CLEARING, REFUSED = (1 << csr.STATUS.fields[name].low for name in csr.STATUS.fields)

ALERT_CYCLES = 2
"""How many cycles after a drop's retire record the alert must be up, at most, or down after the
response to its acknowledgement."""


def drop_registers(answer: Answer, rid: int, secondary: int, subordinate: int) -> tuple[int, int]:
    """Return what LAST_DROP, and LAST_DROP_REASON after it, show of a drop or refusal.

    `rid` is the requester ID, of 17 bits, that was held against the bus range.
    """
    last = put_field(csr.LAST_DROP, "rid", rid, secondary << 16 | subordinate << 24)
    return last, put_field(csr.LAST_DROP_REASON, "rid_high", rid >> 16, answer)


@dataclass(eq=False, slots=True)
class Command:
    """A command that was written. `operation` is None where it names none."""

    operation: Operation | None
    alone: bool  # no other command was in flight, or could have been, when it was written
    behind: bool  # another one certainly was
    accepted: bool = False  # for certain
    answered: bool = False  # its write response was seen
    overtaken: bool = False  # a command retired between its write and its response


@dataclass(eq=False, slots=True)
class _Write(Write):
    command: Command | None = None
    disturbed: bool = False  # what the write clears may have been set again meanwhile


@dataclass(eq=False, slots=True)
class _Read(Read):
    answered: tuple[Command, ...]  # commands whose write had been answered before
    drops: list[tuple[int, int]] = field(default_factory=list)  # LAST_DROP and its reason


class RegisterModel(AccessModel[_Write, _Read]):
    """Predicts the registers. `report(expected, got)` is called for each difference.

    `command_lost` is called for a command of which STATUS says that it is no longer in flight,
    though it did not retire.

    `cycle` returns the number of the clock cycle, for what must happen in time.
    """

    def __init__(
        self,
        tables: Tables,
        counter_width: int,
        report: Callable[[str, str], None],
        cycle: Callable[[], int],
        coverage: Coverage | None = None,
        configuration: Configuration = CONFIGURATION,
    ) -> None:
        """Take the reset state, with counters of `counter_width` bits."""
        shows = {
            csr.IDENTITY.offset: {IDENTITY},
            csr.VERSION.offset: {VERSION},
            csr.TABLES_0.offset: {tables.ranges | tables.connections << 16},
            csr.TABLES_1.offset: {tables.targets | tables.routes << 16},
            csr.STATUS.offset: {0, CLEARING},
            csr.CONFIGURATION.offset: {
                configuration.profile.checks_default_rid | configuration.devid_bits << 8
            },
        }
        super().__init__(REGISTERS, WRITABLE, shows, report)
        self.command_lost: Callable[[Operation], None] = lambda operation: None
        self._coverage = coverage
        self._cycle = cycle
        self._largest = 2**counter_width - 1
        self._counted: Counter[Answer] = Counter()
        self._sent = 0
        self._refused = 0  # commands, for certain
        self._flag = {0}  # STATUS.refused
        self._clearing = True  # until the first operation retires
        self._commands: deque[Command] = deque()  # written, neither retired nor refused yet
        self._drop = (0, 0)  # LAST_DROP and LAST_DROP_REASON, if that is read next
        self._alert: set[int] = {0}
        self._alert_pin = 0
        self._alert_missed = False  # that it is down where it must not be was reported
        self._alert_due: int | None = None  # the cycle of a drop that the pin does not show yet
        self._offsets = configuration.rid_offset_mask

    @property
    def under_way(self) -> str:
        """Say which accesses are not answered and which commands not settled; empty if none."""
        parts = []
        if self._commands:
            oldest = f" ({self.oldest_command})" if self.oldest_command is not None else ""
            parts.append(f"{len(self._commands)} commands neither retired nor refused{oldest}")
        return "; ".join(part for part in (*parts, self.accesses) if part)

    @property
    def alert(self) -> bool:
        """Whether the alert must be up."""
        return self._alert == {1}

    def _show_status(self) -> None:
        accepted = any(command.accepted and command.answered for command in self._commands)
        busy = {BUSY} if accepted else {0, BUSY} if self._commands else {0}
        clearing = {0, CLEARING} if self._clearing else {0}
        refused = {REFUSED * bit for bit in self._flag}
        if any(not command.accepted for command in self._commands):
            refused |= {REFUSED}
        values = {one | two | three for one in busy for two in clearing for three in refused}
        self._show(csr.STATUS.offset, values)
        unsettled = sum(not command.accepted for command in self._commands)
        counts = range(self._refused, self._refused + unsettled + 1)
        self._show(csr.REFUSED_COMMANDS.offset, {min(count, self._largest) for count in counts})

    # ---- operations and the alert ---------------------------------------------------------------

    def on_retired(
        self,
        source: Source,
        outcome: Outcome,
        bus_range: tuple[int, int] | None,
    ) -> None:
        """An operation retired with this outcome, against this range if it was dropped or refused.

        If it came from the registers, `take_command` was told before.
        """
        self._clearing = False
        answer = outcome.answer
        self._counted[answer] += 1
        if answer in COUNTED_BY:
            self._show_counter(COUNTED_BY[answer])
        if outcome.message is not None:
            self._sent += 1
            self._show(MESSAGES, (min(self._sent, self._largest),))
        if source is COMMAND:
            self._show(csr.RESULT.offset, {answer | (outcome.bdf or 0) << 16})
        if answer in WARNINGS:
            self._on_drop(outcome, bus_range)

    def _show_counter(self, address: int) -> None:
        """Let a counter register show the number of the answers that it counts."""
        count = sum(self._counted[answer] for answer in COUNTERS[address])
        self._show(address, {min(count, self._largest)})

    def on_command(self, operation: Operation) -> None:
        """A command was written and accepted; its register accesses are not looked at."""
        command = Command(operation, alone=True, behind=False, accepted=True, answered=True)
        self._commands.append(command)
        self._show_status()

    def on_many(
        self,
        counted: Counter[Answer],
        sent: int,
        result: int | None,
        drop: tuple[int, int] | None,
    ) -> None:
        """Many operations retired, with these answers, and `sent` messages.

        `result` is what RESULT shows after the last command among them (None: there was none),
        `drop` what `drop_registers` says of the last drop. That the commands were
        written and the alert rose has been checked.
        """
        self._clearing = False
        self._counted.update(counted)
        self._sent += sent
        for address in COUNTERS:
            self._show_counter(address)
        self._show(MESSAGES, {min(self._sent, self._largest)})
        if result is not None:
            self._show(csr.RESULT.offset, {result})
        if drop is not None:
            self._drop = drop
            self._show(csr.LAST_DROP.offset, {drop[0]})
            self._alert = {1}
            self._alert_pin = 1
            self._show(csr.ALERT.offset, self._alert)
        self._show_status()

    def _on_drop(self, outcome: Outcome, bus_range: tuple[int, int] | None) -> None:
        """A message was dropped or a route refused."""
        rid = outcome.warnings[0].fields["rid"]
        self._drop = drop_registers(outcome.answer, rid, *(bus_range or (0, 0)))
        self._show(csr.LAST_DROP.offset, {self._drop[0]})
        for read in self._reads:
            if read.address == csr.LAST_DROP.offset:
                read.drops.append(self._drop)
        clearing = [write for write in self._writes if write.address == csr.ALERT.offset]
        for write in clearing:
            write.disturbed = True
        self._alert = {0, 1} if clearing else {1}
        self._show(csr.ALERT.offset, self._alert)
        self._check_alert_due()
        missing = not self._alert_pin and not self._alert_missed
        if missing and self._alert_due is None and not clearing:
            self._alert_due = self._cycle()

    def _check_alert_due(self) -> None:
        """A drop must have shown on the pin by now."""
        late = self._cycle() - self._alert_due if self._alert_due is not None else 0
        if late > ALERT_CYCLES:
            self._report(f"alert up {ALERT_CYCLES} cycles after a drop", f"{late} cycles (H7)")
            self._alert_due = None
            self._alert_missed = True

    def on_alert(self, level: bool) -> None:
        """The alert output changed."""
        self._alert_pin = int(level)
        if level:
            if self._alert == {0}:
                self._report("alert low: nothing was dropped", "alert rose (H7)")
            self._check_alert_due()
            self._alert_due = None
            self._alert_missed = False
        elif self._alert == {1}:
            self._alert_missed = True
            self._report("alert up until acknowledged", "alert fell (H7)")

    # ---- writes and commands --------------------------------------------------------------------

    def _new_write(self, address: int, data: int, mask: int) -> _Write:
        return _Write(address, data, mask)

    def _wrote(self, write: _Write) -> None:
        address, data, mask = write.address, write.data, write.mask
        if self._coverage is not None and address in REGISTERS:
            access = "written" if mask == 0xFFFF_FFFF else "written in part"
            self._coverage.hit("register", access, REGISTERS[address])
        if address == csr.COMMAND.offset and mask & 1:
            write.command = self._command(data & 0xFF)
            self._commands.append(write.command)
            self._show_status()
        elif address == csr.STATUS.offset and data & mask & REFUSED:
            self._flag |= {0}
            self._show_status()
        elif address == csr.ALERT.offset and data & mask & 1:
            self._check_alert_due()
            self._alert_due = None
            self._alert |= {0}
            self._show(address, self._alert)

    def _command(self, code: int) -> Command:
        """Return the command that this code is now, with the ARG registers as they stand."""
        kind = BY_CODE.get(code)
        operation = None
        if kind is not None:
            values = []
            for name in arguments_of(kind):
                value = 0
                for register, part, lowest in ARGUMENTS[name]:
                    held = self._held[register.offset]
                    value |= get_field(register, part, held) << lowest
                values.append(value & self._offsets if name == "rid_offset" else value)
            operation = kind(*values)
        behind = any(command.accepted for command in self._commands)
        return Command(operation, alone=not self._commands, behind=behind)

    def _write_is_over(self, write: _Write) -> None:
        if write.command is not None:
            self._answer_command(write.command)
        elif write.address == csr.STATUS.offset and write.data & write.mask & REFUSED:
            self._flag = {0, 1} if write.disturbed else {0}
            self._show_status()
        elif write.address == csr.ALERT.offset and write.data & write.mask & 1:
            # A drop came in between: the pin tells whether before or after the acknowledgement.
            self._alert = {0, 1} if write.disturbed else {0}
            self._show(csr.ALERT.offset, self._alert)

    def _answer_command(self, command: Command) -> None:
        """A command's write was answered: by now it was accepted or refused."""
        command.answered = True
        if command not in self._commands:
            return  # it has retired already
        if command.operation is None or (command.behind and not command.overtaken):
            self._commands.remove(command)
            if self._coverage is not None:
                names_none = command.operation is None
                self._coverage.hit("command", REFUSED_UNNAMED if names_none else REFUSED_BUSY)
            self._refuse({1})
        elif command.alone:
            command.accepted = True
        self._show_status()

    def _refuse(self, flag: set[int]) -> None:
        """One more command was refused; what STATUS.refused may be now."""
        self._refused += 1
        self._flag = flag
        for write in self._writes:
            if write.address == csr.STATUS.offset:
                write.disturbed = True
                self._flag = {0, 1}

    @property
    def oldest_command(self) -> Operation | None:
        """The oldest command that is written, and neither retired nor refused."""
        return next((each.operation for each in self._commands if each.operation), None)

    def take_command(self, operation: Operation) -> list[Operation] | None:
        """Take the command that retires, and those before it; None if none such was written.

        Those before were refused; what was accepted is lost, and is returned.
        """
        waiting = [command.operation for command in self._commands]
        if operation not in waiting:
            return None
        lost = []
        for command in list(self._commands)[: waiting.index(operation)]:
            self._commands.remove(command)
            if command.accepted and command.operation is not None:
                lost.append(command.operation)
            else:
                self._refuse({0, 1})  # it may have been acknowledged since
        self._commands.popleft()
        for command in self._commands:
            if not command.answered:
                command.overtaken = True
        self._show_status()
        return lost

    # ---- reads ----------------------------------------------------------------------------------

    def _new_read(self, address: int, allowed: set[int]) -> _Read:
        answered = tuple(command for command in self._commands if command.answered)
        return _Read(address, allowed, answered, [self._drop])

    def _read_is_over(self, read: _Read, data: int) -> bool:
        if self._coverage is not None and read.address in REGISTERS:
            self._cover_read(self._coverage, REGISTERS[read.address], data)
        lost = self._lost_commands(read, data)
        for operation in lost:
            self.command_lost(operation)
        if read.address == csr.STATUS.offset and not data & BUSY:
            # None is in flight: those answered before, and not retired, were refused.
            for command in read.answered:
                if command in self._commands and not command.accepted:
                    self._commands.remove(command)
                    self._refuse({int(bool(data & REFUSED))})
            self._show_status()
        if read.address == csr.LAST_DROP.offset:
            reasons = {reason for low, reason in read.drops if low == data}
            self._show(csr.LAST_DROP_REASON.offset, reasons or {self._drop[1]})
        return data in read.allowed or bool(lost)

    def _lost_commands(self, read: _Read, data: int) -> list[Operation]:
        """Take the commands whose records are lost: STATUS says that none is in flight."""
        if read.address != csr.STATUS.offset or data & BUSY or data in read.allowed:
            return []
        lost = [each for each in read.answered if each.accepted and each in self._commands]
        for command in lost:
            self._commands.remove(command)
        if lost:
            self._show_status()
        return [command.operation for command in lost if command.operation is not None]

    def _cover_read(self, coverage: Coverage, name: str, data: int) -> None:
        coverage.hit("register", "read", name)
        if name in COUNTER_NAMES:
            full = data == self._largest
            kind = "zero" if not data else "saturated" if full else "counting"
            coverage.hit("counter", name, kind)

    def reset_finds(self) -> list[str]:
        """Return what a reset at this moment would find under way (some of coverage.UNDER_WAY)."""
        found = {
            "a command in flight": self._commands,
            "a write half issued": self._write_addresses or self._write_data,
            "a write response due": self._writes,
            "read data due": self._reads,
            "an alert": self._alert_pin,
        }
        return [what for what, there in found.items() if there]

    def finish(self) -> None:
        """Check what must hold when all is quiet."""
        if self._alert_pin not in self._alert:
            self._report(f"alert {min(self._alert)}", f"{self._alert_pin} (H7)")
