# SPDX-License-Identifier: MIT
"""The far end: the ITS behind the translator, which says which interrupt each message becomes.

`FarEnd` follows a mixed trace. The messages that leave the translator, the RTL or the golden model,
go into the ITS model, between the commands as the trace has them; what they become is held
against what was recorded there. It says a difference, or a drop, as the interrupts that it means.
`Alone` replays a trace of an ITS without a translator.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from cocotbext.msi_its.vocabulary.its_trace import (
    Command,
    ItsLine,
    Note,
    Translate,
    iter_mixed,
)
from cocotbext.msi_its.vocabulary.operations import (
    BindTarget,
    Connect,
    Message,
    Operation,
    SignalMsiWithRid,
)
from cocotbext.msi_its.vocabulary.results import Drop, Mismatch, device_name
from cocotbext.msi_its.vocabulary.trace import TraceLine
from msi_its_model import Profile
from msi_its_model.gicv3_its import (
    CTE_INVALID,
    DTE_INVALID,
    EVENTID_OUT_OF_RANGE,
    ITE_INVALID,
    OK,
    Its,
    Translation,
)

KIND: Final = "its"
"""The kind of a mismatch that the ITS model found."""

REPORTED: Final = 20
"""How many of them are reported in full; more are only counted."""

_WHY: Final = {
    DTE_INVALID: "the ITS has no such device",
    EVENTID_OUT_OF_RANGE: "the event is beyond the device's table",
    ITE_INVALID: "the event is not mapped",
    CTE_INVALID: "its collection is not mapped",
}


def interrupt(devid: int, eventid: int, found: Translation) -> str:
    """Say which interrupt a message is: `LPI 8205 (device 05:00.0, event 1)`, or why it is none."""
    where = f"device {device_name(devid)}, event {eventid:,}"
    if found.intid is None:
        return f"no interrupt ({where}: {found.reason}, {_WHY[found.reason]})"
    return f"LPI {found.intid} ({where})"


def _said(devid: int, eventid: int, found: Translation, parts: list[str]) -> str:
    """Say what a message became, with those parts of it that `interrupt` leaves out."""
    return ", ".join(
        [
            interrupt(devid, eventid, found),
            *(
                f"{each} {getattr(found, each)}"
                for each in parts
                if each not in ("intid", "reason")
            ),
        ]
    )


def execute(its: Its, command: Command) -> str | None:
    """Execute a command of a trace; return the architecture's error, or None if there is none."""
    arguments = dict(command.arguments)
    match command.name:
        case "its_mapd":
            size = arguments.get("itt_size_bits", 1)
            address = arguments.get("itt_addr", 0)
            return its.mapd(arguments["devid"], size, address, bool(arguments["valid"]))
        case "its_mapc":
            rdbase = arguments.get("rdbase", 0)
            return its.mapc(arguments["collection"], rdbase, bool(arguments["valid"]))
        case "its_int":
            return its.int_(**arguments)
        case "its_invall" if not arguments:  # recorded without its operand: it was one of these
            errors = [its.invall(each) for each in its.collections()]
            return next(filter(None, errors), None)
        case name:
            error: str | None = getattr(its, name.removeprefix("its_"))(**arguments)
            return error


COUNTED: Final = {
    "translations": "ITS translations",
    "compared": "ITS translations compared with the recorded ones",
    "not translated": "ITS translations that gave no interrupt",
    "commands": "ITS commands",
    "results": "ITS commands compared with the recorded results",
    "gaps": "gaps in the recorded command queue",
    "did not arrive": "recorded messages that did not leave the translator",
    "notes": "lines not interpreted (register writes, hot plug)",
}
"""What is counted, and what it is called where measured figures are shown."""


def summary(measured: Mapping[str, str]) -> str:
    """Say in one phrase what was counted."""
    count = {name: measured[what] for name, what in COUNTED.items()}
    parts = [
        f"{count['compared']} of {count['translations']} translations and "
        f"{count['results']} of {count['commands']} commands compared with what was recorded"
    ]
    parts += [
        f"{count[name]} {what}"
        for name, what in (
            ("not translated", "translations gave no interrupt"),
            ("did not arrive", COUNTED["did not arrive"]),
            ("gaps", f"{COUNTED['gaps']}: commands are missing"),
            ("notes", COUNTED["notes"]),
        )
        if count[name] != "0"
    ]
    return "; ".join(parts)


def compared(measured: Iterable[Mapping[str, str]]) -> tuple[int, int]:
    """Return how many translations, and how many results of commands, were compared in all."""
    found = list(measured)
    translations, commands = (
        sum(int(each.get(COUNTED[name], "0").replace(",", "")) for each in found)
        for name in ("compared", "results")
    )
    return translations, commands


class _Its:
    """An ITS model that executes what a trace has, and counts and reports what differs."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.its = Its()
        self.counts: Counter[str] = Counter()
        self._slot: int | None = None  # of the last command, in the queue
        self.mismatches = 0
        self.reports: list[Mismatch] = []

    def command(self, line: Command) -> None:
        """Execute a command, and hold what came of it against the recorded result."""
        error = execute(self.its, line)
        self.counts["commands"] += 1
        if self._slot is not None and line.slot not in (None, 0, self._slot + 1):
            self.counts["gaps"] += 1
        self._slot = line.slot
        if line.result is None:
            return
        self.counts["results"] += 1
        if (line.result == OK) != (error is None):
            wanted = "executed" if line.result == OK else f"ignored ({line.result})"
            self.mismatch(line, wanted, f"ignored ({error})" if error else "executed")

    def message(
        self, devid: int, eventid: int, line: Translate | None, operation: int | None = None
    ) -> None:
        """Take a message, and hold what it becomes against what was recorded.

        `operation` is the number of the translator's operation that sent it.
        """
        found = self.its.translate(devid, eventid)
        self.counts["translations"] += 1
        self.counts["not translated"] += found.intid is None
        if line is None or line.expect is None:
            return
        self.counts["compared"] += 1
        wrong = [each for each, value in line.expect.items() if getattr(found, each) != value]
        if wrong:
            values: dict[str, Any] = found._asdict() | dict(line.expect)
            if "reason" not in line.expect and values["intid"] is not None:
                values["reason"] = OK
            wanted = _said(devid, eventid, Translation(**values), wrong)
            self.mismatch(line, wanted, _said(devid, eventid, found, wrong), operation)

    def mismatch(
        self, line: ItsLine, expected: str, got: str, operation: int | None = None
    ) -> None:
        """Report a difference at a line of the trace."""
        self.mismatches += 1
        if len(self.reports) >= REPORTED:
            return
        at = f" at operation {operation}," if operation is not None else " in"
        text = [
            f"mismatch {self.mismatches} ({KIND}){at} trace line {line.number}",
            f"  operation: {line}",
            f"  expected:  {expected}",
            f"  got:       {got}",
        ]
        self.reports.append(Mismatch(KIND, operation, line.number, "\n".join(text)))

    @property
    def measured(self) -> dict[str, str]:
        """What was counted, for the result and the report."""
        return {what: f"{self.counts[name]:,}" for name, what in COUNTED.items()}


class _State:
    """The ITS, and the DeviceID bases, as they are before an operation of a mixed trace."""

    def __init__(self, path: str, profile: Profile | None) -> None:
        self._path = path
        self._profile = profile
        self._start()

    def _start(self) -> None:
        self._lines = iter_mixed(self._path, self._profile)
        self._number = 0
        self._next: TraceLine | None = None
        self.its = Its()
        self._bases: dict[int, int] = {}
        self._connections: dict[int, int] = {}

    def before(self, number: int) -> TraceLine | None:
        """Take the state before operation `number` (from 1); return its line, if there is one."""
        if number < self._number:
            self._start()
        while self._number < number:
            self._set(self._next)
            self._next = None
            for line in self._lines:
                if isinstance(line, TraceLine):
                    self._next = line
                    break
                if isinstance(line, Command):
                    execute(self.its, line)
            self._number += 1
        return self._next

    def _set(self, line: TraceLine | None) -> None:
        operation = line.operation if line is not None else None
        if isinstance(operation, Connect):
            self._bases[operation.connection] = operation.devid_base
        elif isinstance(operation, BindTarget):
            self._connections[operation.target] = operation.connection

    def devid(self, operation: Operation) -> int | None:
        """Return which DeviceID a message that was dropped would have had; None if that is open."""
        if not isinstance(operation, SignalMsiWithRid):
            return None
        base = self._bases.get(self._connections.get(operation.target, -1))
        return None if base is None else base + operation.rid


class FarEnd(_Its):
    """The ITS behind the translator that replays a mixed trace.

    What goes in are messages with the number (from 1) of the translator's operation that sent each.
    """

    def __init__(self, path: str, profile: Profile | None = None) -> None:
        """Follow the trace `path`, which is valid, by the rules of `profile` (see `iter_mixed`)."""
        super().__init__(path)
        self._lines = iter_mixed(path, profile)
        self._ahead: ItsLine | TraceLine | None = next(self._lines, None)
        self._number = 0
        self._wanted: Translate | None = None
        self._reported: set[int] = set()
        self._state = _State(path, profile)

    # ---- messages -------------------------------------------------------------------------------

    def on_message(self, number: int | None, message: Message) -> None:
        """Take the message that an operation sent; None if it is of none."""
        self._read_to(number or 0)
        wanted = None
        if number == self._number:
            wanted, self._wanted = self._wanted, None
        devid, eventid = message.devid, message.data
        if number in self._reported:
            wanted = None
        elif wanted is not None and (wanted.devid, wanted.eventid) != (devid, eventid):
            came = interrupt(devid, eventid, self.its.lookup(devid, eventid))
            self.mismatch(wanted, self._now(wanted), came, number)
            wanted = None
        self.message(devid, eventid, wanted, number)

    def finish(self) -> None:
        """Read what is left of the trace: nothing may have been expected that did not come."""
        while self._ahead is not None:
            self._read_to(self._number + 1)
        self._expire()

    def _read_to(self, number: int) -> None:
        """Execute all commands before an operation, and read what its message is to become."""
        while self._number < number and self._ahead is not None:
            self._expire()
            self._next_operation()

    def _next_operation(self) -> None:
        self._number += 1
        while (line := self._ahead) is not None:
            self._ahead = next(self._lines, None)
            if isinstance(line, TraceLine):
                if isinstance(self._ahead, Translate):
                    self._wanted = self._ahead
                    self._ahead = next(self._lines, None)
                return
            if isinstance(line, Command):
                self.command(line)
            else:
                self.counts["notes"] += 1

    def _expire(self) -> None:
        """The operation is done: what was to arrive of it and did not, will not."""
        line, self._wanted = self._wanted, None
        if line is None:
            return
        self.counts["did not arrive"] += 1
        if line.expect is not None and self._number not in self._reported:
            self.mismatch(line, self._now(line), "no message left the translator", self._number)

    def _now(self, line: Translate) -> str:
        found = self.its.lookup(line.devid, line.eventid)
        return interrupt(line.devid, line.eventid, found)

    # ---- words ----------------------------------------------------------------------------------

    def line_of(self, number: int) -> int | None:
        """Return the number of the line that an operation has; None if it has none."""
        line = self._state.before(number)
        return line.number if line is not None else None

    def words(self, number: int, expected: Message | None, got: Message | None) -> str:
        """Say what a wrong message of an operation means: which interrupt becomes which.

        Whoever asks reports it: it is not reported again.
        """
        self._reported.add(number)
        self._state.before(number)
        its = self._state.its
        wanted, came = (
            interrupt(each.devid, each.data, its.lookup(each.devid, each.data))
            if each is not None
            else "none"
            for each in (expected, got)
        )
        if expected is None:
            return f"{came} would have come of nothing"
        return f"{wanted} would have become {came}"

    def dropped(self, drop: Drop) -> Drop:
        """Return a drop that also says which interrupt was kept from arriving."""
        line = self._state.before(drop.operation)
        if line is None:
            return drop
        operation = line.operation
        text = drop.text
        devid = self._state.devid(operation)
        if devid is not None and isinstance(operation, SignalMsiWithRid):
            found = self._state.its.lookup(devid, operation.data)
            what = interrupt(devid, operation.data, found)
            text += f": {what} kept from arriving" if found.intid is not None else f": {what}"
        return replace(drop, line=line.number, text=text)


class Alone(_Its):
    """An ITS with no translator before it: replays a trace that has nothing else."""

    def replay(self) -> Iterator[int]:
        """Replay it, line by line: give the number of lines so far."""
        for number, line in enumerate(iter_mixed(self.path), 1):
            match line:
                case Command():
                    self.command(line)
                case Translate():
                    self.message(line.devid, line.eventid, line)
                case Note():
                    self.counts["notes"] += 1
            yield number
