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
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cocotb_bus.scoreboard import Scoreboard

from tb import csr
from tb.csr import Answer, OperationCode
from tb.history import Entry, History
from tb.operations import (
    BY_CODE,
    EnableWithRid,
    Message,
    Operation,
    SignalMsiWithRid,
    Tables,
    arguments_of,
)
from tb.reference import Outcome, Reference
from tb.registers import ARGUMENTS, get_field
from tb.trace import TraceLine
from tb.transactions import (
    DROPS,
    ERRORS,
    WARNINGS,
    RegisterRead,
    RegisterWrite,
    Retired,
    Source,
)

REPORTED = 20
"""How many mismatches are reported in full; more are only counted."""

LISTED_DROPS = 1000
"""How many drops and refusals are listed one by one; more are only counted."""

RULES: dict[str, str] = {
    "set_bus_range": "R1",
    "connect": "R6",
    "disconnect": "R4",
    "connect_irqfd": "R6, R7",
    "bind_target": "R5",
    "signal_msi": "R2, R4, R10",
    "signal_msi_with_rid": "R1, R3, R4, R10",
    "new_route": "R7",
    "enable": "R8, R9, R10",
    "enable_with_rid": "R1, R8, R9, R10",
    "disable": "R9",
    "signal_event": "R9, R10",
    "consume_pending": "R9",
    "default_bdf": "R2",
    "supports_direct_msi": "R7",
}
"""The rules that decide each operation's answer."""

COUNTERS: dict[int, frozenset[Answer]] = {
    csr.DROPPED_BUS_RANGE.offset: frozenset({Answer.DROPPED_BUS_RANGE}),
    csr.DROPPED_DISCONNECTED.offset: frozenset({Answer.DROPPED_DISCONNECTED}),
    csr.REFUSED_BUS_RANGE.offset: frozenset({Answer.REFUSED_BUS_RANGE}),
    csr.ERRORS.offset: ERRORS,
}
"""The answers that each counter register counts."""

NAMES: dict[int, str] = {
    register.offset: name
    for name, register in vars(csr).items()
    if isinstance(register, csr.Register)
}
"""The name of the register at each offset."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference between what was expected and what came; `kind` names the check."""

    kind: str
    operation: int | None
    line: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Drop:
    """One message dropped or route refused."""

    operation: int
    line: int | None
    retired: Retired

    @property
    def name(self) -> str:
        """The requester ID it claimed, if that was explicit; otherwise the operation's name."""
        operation = self.retired.operation
        if isinstance(operation, SignalMsiWithRid | EnableWithRid):
            return f"requester ID {operation.rid:#06x} ({bus_device_function(operation.rid)})"
        return operation.name

    def as_values(self) -> dict[str, Any]:
        """Return the drop for a result file."""
        return {
            "operation": self.operation,
            "line": self.line,
            "name": self.name,
            "text": str(self.retired.operation),
            "answer": self.retired.answer.name,
        }


@dataclass(frozen=True, slots=True)
class _PendingRead:
    """A register read without its data yet, and what the register showed when it was accepted."""

    address: int
    expected: tuple[int, int] | None
    changes: int


def describe(answer: Answer, bdf: int | None, message: Message | None) -> str:
    """Say an answer and its message in one phrase."""
    value = f" {bdf:#06x}" if bdf is not None else ""
    return f"{answer.name}{value}, {message if message is not None else 'no message'}"


class Checker(Scoreboard):  # type: ignore[misc]
    """The scoreboard. Its `on_…` methods are the callbacks of the monitors."""

    def __init__(self, dut: object, tables: Tables, counter_width: int) -> None:
        super().__init__(dut, fail_immediately=False)
        self.log = logging.getLogger("tb.checker")
        self.tables = tables
        self._counter_limit = 2**counter_width - 1
        self.operations = 0
        self.messages = 0
        self.dropped = 0
        self.mismatches = 0
        self.resets = 0
        self.answers: Counter[tuple[str, str]] = Counter()
        self.reports: list[Mismatch] = []
        self.drops: list[Drop] = []
        self._lines: Iterator[TraceLine] | None = None
        self._start()

    def _start(self) -> None:
        """Take the reset state (H8)."""
        self._reference = Reference(self.tables)
        self._history = History()
        self._accepted: dict[Source, deque[Operation]] = {
            Source.MSI: deque(),
            Source.EVT: deque(),
        }
        self._commands: deque[Operation | int] = deque()  # written, not yet retired or refused
        self._retired_messages: deque[tuple[Message, Entry]] = deque()
        self._early_messages: deque[Message] = deque()
        # The registers, as software should see them
        self._changes = 0  # of anything that a register shows
        self._counted: Counter[Answer] = Counter()
        self._sent = 0
        self._refused_commands = 0
        self._result = 0
        self._last_drop = (0, 0)
        self._last_drop_mask = 0xFFFF_FFFF
        self._alert: bool | None = False  # None: an acknowledgement and a drop met
        self._alert_pin = False
        self._acknowledging = False
        self._arguments: dict[int, int] = {}
        self._write_addresses: deque[int] = deque()
        self._write_data: deque[tuple[int, int]] = deque()
        self._writes_unanswered: deque[RegisterWrite] = deque()
        self._reads: deque[_PendingRead] = deque()

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
        self._accepted[Source.MSI].append(operation)

    def on_event_accepted(self, operation: Operation) -> None:
        """A route event was accepted on `s_evt`."""
        self._accepted[Source.EVT].append(operation)

    def on_retired(self, retired: Retired) -> None:
        """An operation was executed."""
        self.operations += 1
        self._changes += 1
        line = next(self._lines, None) if self._lines is not None else None
        entry = Entry(self.operations, retired, line.number if line is not None else None)
        self._history.add(entry)
        self.answers[(retired.operation.name, retired.answer.name)] += 1
        outcome = self._reference.execute(retired.operation)

        self._check_source(entry)
        self._check_trace(entry, line)
        if (
            outcome.answer is not retired.answer
            or outcome.message != retired.message
            or outcome.bdf != retired.bdf
        ):
            self._mismatch(
                "model",
                entry,
                describe(outcome.answer, outcome.bdf, outcome.message),
                describe(retired.answer, retired.bdf, retired.message),
            )
        if retired.message is not None:
            self._retired_messages.append((retired.message, entry))
            self._match_messages()
        self._note_for_registers(entry, outcome)

    def on_message(self, message: Message) -> None:
        """A message was handed over on `m_msi`."""
        self._early_messages.append(message)
        self._match_messages(settle=False)

    def on_alert(self, level: bool) -> None:
        """The alert output changed."""
        self._alert_pin = level
        if level and self._alert is False:
            self._mismatch("alert", None, "alert low: nothing was dropped", "alert rose (H7)")
        if not level and self._alert and not self._acknowledging:
            self._mismatch("alert", None, "alert up until acknowledged", "alert fell (H7)")

    # ---- order (H3) -----------------------------------------------------------------------------

    def _check_source(self, entry: Entry) -> None:
        """What retires must be the oldest operation that its source had accepted."""
        retired = entry.retired
        source = retired.source
        if source is Source.AXIL:
            while self._commands:
                command = self._commands.popleft()
                if command == retired.operation:
                    return
                self._refuse(command)
            expected = None
        else:
            queue = self._accepted[source]
            expected = queue.popleft() if queue else None
            if expected == retired.operation:
                return
        wanted = str(expected) if expected is not None else "nothing: all accepted had retired"
        self._mismatch("order", entry, wanted, f"{retired.operation} retired (H3)")

    def _match_messages(self, settle: bool = True) -> None:
        """Pair what retired with what `m_msi` showed, in order.

        Both can happen at one clock edge, in which case the monitors may report them either way
        around: a message may be one ahead of its record until the next call.
        """
        while self._early_messages and self._retired_messages:
            message = self._early_messages.popleft()
            expected, entry = self._retired_messages.popleft()
            self.messages += 1
            if message != expected:
                self._mismatch("message", entry, f"{expected} on m_msi", f"{message} (H3)")
        if len(self._early_messages) > (0 if settle else 1):
            message = self._early_messages.popleft()
            self._mismatch("message", None, "nothing on m_msi: no record retired with it", message)

    # ---- traces ---------------------------------------------------------------------------------

    def _check_trace(self, entry: Entry, line: TraceLine | None) -> None:
        """What retires must be the trace's next line, and do what the line expects."""
        if self._lines is None:
            return
        if line is None or line.operation != entry.retired.operation:
            wanted = str(line.operation) if line is not None else "nothing: the trace has ended"
            self._mismatch("trace", entry, wanted, f"{entry.retired.operation} retired")
            self._lines = None  # the rest would only repeat this
        elif line.expect is not None:
            for difference in entry.retired.differences(line.expect):
                self._mismatch("expect", entry, "as recorded in the trace", difference)

    # ---- registers (H6, H7) ---------------------------------------------------------------------

    def _note_for_registers(self, entry: Entry, outcome: Outcome) -> None:
        """Work out what the registers show after an operation."""
        retired = entry.retired
        self._counted[outcome.answer] += 1
        if outcome.message is not None:
            self._sent += 1
        if outcome.answer in DROPS:
            self.dropped += 1
        if retired.source is Source.AXIL:
            self._result = outcome.answer | (outcome.bdf or 0) << 16
        if outcome.answer in WARNINGS:
            if len(self.drops) < LISTED_DROPS:
                self.drops.append(Drop(entry.number, entry.line, retired))
            fields = outcome.warnings[0].fields
            low = fields["rid"]
            self._last_drop_mask = 0xFFFF
            if "secondary" in fields:
                low |= fields["secondary"] << 16 | fields["subordinate"] << 24
                self._last_drop_mask = 0xFFFF_FFFF
            self._last_drop = (low, outcome.answer)
            self._alert = None if self._acknowledging else True

    def _refuse(self, command: Operation | int) -> None:
        """A command that was written turned out to be refused."""
        del command
        self._refused_commands += 1
        self._changes += 1

    def _expected(self, address: int) -> tuple[int, int] | None:
        """Return the (smallest, largest) value that a register may show now; None: anything."""
        limit = self._counter_limit
        if address in COUNTERS:
            count = min(sum(self._counted[answer] for answer in COUNTERS[address]), limit)
            return count, count
        if address == csr.MESSAGES.offset:
            return min(self._sent, limit), min(self._sent, limit)
        if address == csr.REFUSED_COMMANDS.offset:
            most = self._refused_commands + len(self._commands)
            return min(self._refused_commands, limit), min(most, limit)
        if address == csr.RESULT.offset:
            return self._result, self._result
        if address == csr.LAST_DROP.offset + 4:
            return self._last_drop[1], self._last_drop[1]
        if address == csr.ALERT.offset and self._alert is not None:
            return int(self._alert), int(self._alert)
        if address == csr.TABLES_0.offset:
            value = self.tables.ranges | self.tables.connections << 16
            return value, value
        if address == csr.TABLES_1.offset:
            value = self.tables.targets | self.tables.routes << 16
            return value, value
        return None

    def on_write_address(self, transfer: tuple[int, int]) -> None:
        """An address was accepted on `s_axil_aw`."""
        self._write_addresses.append(transfer[0])
        self._pair_writes()

    def on_write_data(self, transfer: tuple[int, int]) -> None:
        """Data was accepted on `s_axil_w`."""
        self._write_data.append(transfer)
        self._pair_writes()

    def _pair_writes(self) -> None:
        while self._write_addresses and self._write_data:
            write = RegisterWrite(self._write_addresses.popleft(), *self._write_data.popleft())
            self._writes_unanswered.append(write)
            self._on_write(write)

    def _on_write(self, write: RegisterWrite) -> None:
        address = write.address & ~3
        mask = sum(0xFF << 8 * byte for byte in range(4) if write.strobes >> byte & 1)
        if address == csr.COMMAND.offset and write.strobes & 1:
            kind = BY_CODE.get(OperationCode(write.data & 0xF))
            self._commands.append(self._command(kind) if kind is not None else 0)
            self._changes += 1
        elif address == csr.ALERT.offset and write.data & mask & 1:
            self._acknowledging = True
            self._changes += 1
        else:
            held = self._arguments.get(address, 0)
            self._arguments[address] = held & ~mask | write.data & mask

    def _command(self, kind: type[Operation]) -> Operation:
        """Return the operation that a command of this kind is, as the ARG registers stand."""
        values = []
        for name in arguments_of(kind):
            value = 0
            for register, field, lowest in ARGUMENTS[name]:
                held = self._arguments.get(register.offset, 0)
                value |= get_field(register, field, held) << lowest
            values.append(value)
        return kind(*values)

    def on_write_response(self, transfer: tuple[int]) -> None:
        """A write was answered on `s_axil_b`."""
        if not self._writes_unanswered:
            self._mismatch("registers", None, "no write response", "one on s_axil_b")
            return
        write = self._writes_unanswered.popleft()
        if transfer[0] != 0:
            name = NAMES.get(write.address, hex(write.address))
            self._mismatch("registers", None, f"OKAY to a write of {name}", f"{transfer[0]}")
        if write.address == csr.ALERT.offset and self._acknowledging:
            self._acknowledging = False
            if self._alert is True:
                self._alert = False

    def on_read_address(self, transfer: tuple[int, int]) -> None:
        """An address was accepted on `s_axil_ar`."""
        address = transfer[0] & ~3
        self._reads.append(_PendingRead(address, self._expected(address), self._changes))

    def on_read_data(self, transfer: tuple[int, int]) -> None:
        """Data came back on `s_axil_r`."""
        if not self._reads:
            self._mismatch("registers", None, "no read data", f"{transfer[0]:#x} on s_axil_r")
            return
        pending = self._reads.popleft()
        read = RegisterRead(pending.address, transfer[0])
        name = NAMES.get(read.address, hex(read.address))
        if transfer[1] != 0:
            self._mismatch("registers", None, f"OKAY to a read of {name}", f"{transfer[1]}")
        self._check_read(name, read, pending)

    def _check_read(self, name: str, read: RegisterRead, pending: _PendingRead) -> None:
        """What software read must be what the register showed between address and data."""
        if read.address == csr.STATUS.offset and pending.changes == self._changes:
            if not get_field(csr.STATUS, "busy", read.data):
                while self._commands:  # none is in flight: those that did not retire were refused
                    self._refuse(self._commands.popleft())
            return
        if read.address == csr.LAST_DROP.offset:
            low = self._last_drop[0]
            if pending.changes == self._changes and (read.data ^ low) & self._last_drop_mask:
                self._mismatch("registers", None, f"{name} {low:#x}", f"{read.data:#x} (H7)")
            return
        now = self._expected(read.address)
        if pending.expected is None or now is None:
            return
        low, high = pending.expected[0], now[1]
        is_count = read.address in COUNTERS or read.address in (
            csr.MESSAGES.offset,
            csr.REFUSED_COMMANDS.offset,
        )
        certain = is_count or pending.changes == self._changes
        if certain and not low <= read.data <= high:
            wanted = f"{low:#x}" if low == high else f"{low:#x} to {high:#x}"
            self._mismatch("registers", None, f"{name} {wanted}", f"{read.data:#x} (H6, H7)")

    # ---- the end --------------------------------------------------------------------------------

    @property
    def under_way(self) -> str:
        """Say what was accepted but has not come out yet; empty if nothing."""
        parts = [
            f"{len(queue)} accepted on s_{source.name.lower()} not retired"
            for source, queue in self._accepted.items()
            if queue
        ]
        if self._retired_messages:
            parts.append(f"{len(self._retired_messages)} retired messages not seen on m_msi")
        if self._commands:
            parts.append(f"{len(self._commands)} commands neither retired nor refused")
        return "; ".join(parts)

    def finish(self) -> None:
        """Check that nothing is left over, after everything had time to come out."""
        if self.under_way:
            self._mismatch("lost", None, "everything accepted comes out (H3)", self.under_way)
        if self._early_messages:
            message = self._early_messages.popleft()
            self._mismatch("message", None, "nothing on m_msi: no record retired with it", message)
        self.unfollow()
        if self._alert is not None and self._alert_pin != self._alert:
            self._mismatch("alert", None, f"alert {self._alert:d}", f"{self._alert_pin:d} (H7)")

    def violation(self, text: str) -> None:
        """A monitor saw the rules of its bus broken."""
        self._mismatch("protocol", None, "valid and payload stable until ready", text)

    def _mismatch(self, kind: str, entry: Entry | None, expected: object, got: object) -> None:
        """Record a difference, with what led to it."""
        self.errors += 1
        self.mismatches += 1
        if len(self.reports) >= REPORTED:
            return
        lines = [f"mismatch {self.mismatches} ({kind})"]
        if entry is not None:
            rules = RULES[entry.retired.operation.name]
            where = f", trace line {entry.line}" if entry.line is not None else ""
            lines[0] += f" at operation {entry.number}{where}"
            source = entry.retired.source.name.lower()
            lines.append(f"  operation: {entry.retired.operation}, from s_{source} (rules {rules})")
        lines.append(f"  expected:  {expected}")
        lines.append(f"  got:       {got}")
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
        line = entry.line if entry is not None else None
        self.reports.append(Mismatch(kind, number, line, text))


def bus_device_function(rid: int) -> str:
    """Return a requester ID (16 bits) as people write it: bus:device.function."""
    return f"{rid >> 8:02x}:{rid >> 3 & 0x1F:02x}.{rid & 7}"
