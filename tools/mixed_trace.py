# SPDX-License-Identifier: MIT
"""Makes a mixed trace of two recordings of one run: one of the translator, one of the ITS.

    python -m tools.mixed_trace BUSES ITS OUT

ITS is a trace with `its_…` lines. BUSES is a trace of the translator's operations, or QEMU's log
of the run, with the events `pci_cfg_write` and `-msg timestamp=on`. Both have the same clock:
`t_us`, in a log counted from its first line. Each message goes in front of its `its_translate`.

From a log come the bus numbers of the root ports: each is a bus range and a target of its own, the
root complex's bus 0 is number 0. A message enters at the port whose buses, as they are when the
recording ends, have its requester ID's: by those of the moment nothing would ever be dropped.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cocotbext.msi_its.vocabulary.its_trace import TRANSLATE, validate_its
from cocotbext.msi_its.vocabulary.text import UserError
from cocotbext.msi_its.vocabulary.trace import FORMAT, VERSION, validate_trace
from cocotbext.msi_its.vocabulary.trace_file import TraceError, lines_of

DOORBELL: Final = 0x809_0040
"""GITS_TRANSLATER of QEMU's machine `virt`."""

STAMP: Final = re.compile(r"(?:\d+@)?(\d+)\.(\d{6}):")
BUS_NUMBERS: Final = re.compile(
    STAMP.pattern + r"pci_cfg_write (\S*root-port\S*) 00:([0-9a-f]{2})\.([0-7]) @0x(18|19|1a) <- 0x"
    r"([0-9a-f]+)"
)

Line = dict[str, Any]


class NotOneRun(UserError):
    """The two recordings do not fit together."""


@dataclass
class Port:
    """A root port of a log: its name, its bus numbers, and each change of them, with its time."""

    name: str
    primary: int = 0
    secondary: int = 0
    subordinate: int = 0
    changes: list[tuple[int, int, int]] = field(default_factory=list)

    def write(self, t_us: int, offset: int, value: int) -> None:
        """Take a configuration write at 0x18 (three bytes), 0x19 or 0x1a (one byte)."""
        before = self.secondary, self.subordinate
        if offset == 0x18:
            self.secondary, self.subordinate = value >> 8 & 0xFF, value >> 16 & 0xFF
        elif offset == 0x19:
            self.secondary = value & 0xFF
        else:
            self.subordinate = value & 0xFF
        if (self.secondary, self.subordinate) != before:
            self.changes.append((t_us, self.secondary, self.subordinate))


def ports_of(log: Path) -> list[Port]:
    """Return the root ports of a log, in the order in which they appear.

    Raises TraceError if it has no time stamps, or no write of a root port's bus numbers.
    """
    ports: dict[str, Port] = {}
    start: int | None = None
    for number, raw in lines_of(log):
        text = raw.decode(errors="replace")
        stamp = STAMP.match(text)
        if stamp is None:
            continue
        now = int(stamp[1]) * 1_000_000 + int(stamp[2])
        start = now if start is None else start
        found = BUS_NUMBERS.match(text)
        if found is None:
            continue
        kind, slot, function, offset, value = found.groups()[2:]
        name = f"{kind} 00:{slot}.{function}"
        ports.setdefault(name, Port(name)).write(now - start, int(offset, 16), int(value, 16))
        if now < start:
            raise TraceError(log, number, None, "the time runs backwards: is this one log?")
    if not ports:
        reason = "no pci_cfg_write of a root port's bus numbers with a time stamp is in it"
        raise TraceError(log, None, None, reason)
    return list(ports.values())


def from_log(log: Path, its: list[Line]) -> list[Line]:
    """Return the translator's operations of a run: bus numbers of its log, messages of its ITS."""
    ports = ports_of(log)
    lines: list[Line] = [
        {"op": "connect", "connection": 0, "segment": 0},
        {"op": "set_bus_range", "range": 0, "secondary": 0, "subordinate": 0, "note": "bus 0"},
    ]
    for index, port in enumerate([Port("bus 0"), *ports]):
        bind = {"op": "bind_target", "target": index, "connection": 0, "range": index, "devfn": 0}
        lines.append(bind | {"note": port.name})
    timed: list[Line] = []
    for index, port in enumerate(ports, 1):
        for t_us, secondary, subordinate in port.changes:
            change = {"op": "set_bus_range", "range": index, "secondary": secondary}
            timed.append(change | {"subordinate": subordinate, "t_us": t_us})
    for each in its:
        if each["op"] == TRANSLATE:
            bus = each["devid"] >> 8 & 0xFF
            target = next(
                (i for i, port in enumerate(ports, 1) if port.secondary <= bus <= port.subordinate),
                0 if bus == 0 else None,
            )
            if target is None:
                continue
            rid = each["devid"] & 0xFFFF
            send = {"op": "signal_msi_with_rid", "target": target, "rid": rid, "address": DOORBELL}
            timed.append(send | {"data": each["eventid"], "t_us": each["t_us"]})
    return lines + sorted(timed, key=lambda line: int(line["t_us"]))


def key_of(line: Line) -> tuple[float, int, int] | None:
    """Return what a message's two lines have in common; None for other lines."""
    t_us = line.get("t_us", -1)
    if line["op"] == TRANSLATE:
        return t_us, line["devid"], line["eventid"]
    messages = line.get("expect", {}).get("messages")
    if messages:
        return t_us, messages[0][0], messages[0][2]
    if line["op"] == "signal_msi_with_rid":
        return t_us, _number(line["rid"]), _number(line["data"])
    return None


def _number(value: int | str) -> int:
    return int(value, 16) if isinstance(value, str) else value


def merge(translator: list[Line], its: list[Line]) -> Iterator[Line]:
    """Yield the lines of both, in the order of time; those of each keep their order.

    An `its_translate` whose message is not among the translator's lines is left out. Where the
    translator's line does not expect the message, nor does that of the ITS.
    """
    waiting: dict[Any, deque[int]] = defaultdict(deque)
    for index, line in enumerate(translator):
        key = key_of(line)
        if key is not None:
            waiting[key].append(index)
    done = 0
    now = -1.0
    for line in its:
        now = max(now, line.get("t_us", now))
        end = done
        if line["op"] == TRANSLATE:
            found = waiting.get(key_of(line))
            if not found:
                continue
            end = found.popleft() + 1
        else:
            while end < len(translator) and translator[end].get("t_us", -1) < now:
                end += 1
        yield from translator[done:end]
        done = max(done, end)
        if line["op"] == TRANSLATE and _stray(translator[done - 1]):
            line = {key: value for key, value in line.items() if key != "expect"}
        yield line
    yield from translator[done:]


def _stray(line: Line) -> bool:
    """Return whether somebody took the expectation out of a message's line, and said why."""
    return "note" in line and "expect" not in line


def _read(path: Path) -> list[Line]:
    found = [json.loads(text) for _, text in lines_of(path)]
    return [line for line in found if "op" in line]


def mixed(buses: Path, its: Path) -> list[Line]:
    """Return the lines of a mixed trace. Raises TraceError for a file that cannot be used."""
    if validate_its(its).mixed:
        raise TraceError(
            its, None, None, "it has operations of the translator: it is mixed already"
        )
    lines = _read(its)
    try:
        validate_trace(buses)
        translator = _read(buses)
    except TraceError:
        translator = from_log(buses, lines)
    made = list(merge(translator, lines))
    there = sum(line["op"] == TRANSLATE for line in lines)
    kept = sum(line["op"] == TRANSLATE for line in made)
    print(f"{kept:,} of {there:,} messages are in both, {len(made):,} lines in all")
    if there and not kept:
        raise NotOneRun(
            f"no message of {its} has the time, DeviceID and data of one of {buses}: "
            "they are not recordings of one run"
        )
    return made


def main(arguments: list[str]) -> int:
    """Do what the command line asks for; return the exit status."""
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    buses, its, out = map(Path, arguments)
    try:
        lines = mixed(buses, its)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    header = {"format": FORMAT, "version": VERSION}
    text = "".join(json.dumps(line) + "\n" for line in [header, *lines]).encode()
    if out.suffix == ".gz":
        with out.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
            packed.write(text)
    else:
        out.write_bytes(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
