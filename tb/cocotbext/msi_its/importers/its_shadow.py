# SPDX-License-Identifier: MIT
"""What an ITS must have been told by commands that a log does not have.

A log that begins late, or without the commands' events, shows what the tables hold only where the
ITS looks something up. So that a replay has them too, the commands are made up, right before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cocotbext.msi_its.importers.writer import Entry
from msi_its_model.gicv3_its import CTE_INVALID, DTE_INVALID, ITE_INVALID

MADE_UP = {"note": "made up: the log has its effect, not the command"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the look-ups for one message or command showed; None for what was not looked up."""

    devid: int | None = None
    eventid: int | None = None
    bits: int | None = None
    intid: int | None = None
    collection: int | None = None
    rdbase: int | None = None
    reason: str | None = None


class Shadow:
    """The tables as the lines of the trace leave them, as far as they are known.

    None stands for what was unmapped. With `missing`, commands are missing in the middle of the
    log: then whatever a look-up shows otherwise is set right. Without, only what no command has
    touched; the rest is for the replay to compare.
    """

    def __init__(self) -> None:
        self.missing = False
        self._devices: dict[int, int | None] = {}
        self._events: dict[int, dict[int, tuple[int, int] | None]] = defaultdict(dict)
        self._collections: dict[int, int | None] = {}

    def before(self, seen: Seen) -> Iterator[Entry]:
        """Give the commands without which the look-ups could not have been as they were."""
        device: Entry = {"devid": seen.devid}
        event: Entry = {**device, "eventid": seen.eventid}
        collection: Entry = {"collection": seen.collection}
        if seen.devid is not None:
            if seen.bits is not None and self._wrong(self._devices, seen.devid, seen.bits):
                size = {"itt_size_bits": seen.bits, "valid": True}
                yield from self._command("mapd", {**device, **size})
            elif seen.reason == DTE_INVALID and self._devices.get(seen.devid) and self.missing:
                yield from self._command("mapd", {**device, "valid": False})
        if seen.collection is not None:
            if seen.rdbase is not None:
                if self._wrong(self._collections, seen.collection, seen.rdbase):
                    rdbase = {"rdbase": seen.rdbase, "valid": True}
                    yield from self._command("mapc", {**collection, **rdbase})
            elif seen.reason == CTE_INVALID and self.missing:
                yield from self._command("mapc", {**collection, "valid": False})
        if seen.devid is not None and seen.eventid is not None:
            events = self._events[seen.devid]
            if seen.intid is not None and seen.collection is not None:
                if self._wrong(events, seen.eventid, (seen.intid, seen.collection)):
                    more = {"intid": seen.intid, **collection}
                    yield from self._command("mapti", {**event, **more})
            elif seen.reason == ITE_INVALID and events.get(seen.eventid) and self.missing:
                yield from self._command("discard", event)

    def _wrong(self, table: dict[int, Any], key: int, value: object) -> bool:
        return key not in table or (self.missing and table[key] != value)

    def _command(self, name: str, operands: Entry) -> Iterator[Entry]:
        self.execute(name, operands)
        yield {"op": f"its_{name}", **operands, **MADE_UP}

    def execute(self, name: str, operands: Entry) -> None:
        """Take a command that was executed."""
        devid, eventid = operands.get("devid"), operands.get("eventid")
        match name:
            case "mapd":
                assert devid is not None
                self._devices[devid] = operands["itt_size_bits"] if operands["valid"] else None
                self._events[devid] = {} if self.missing else dict.fromkeys(self._events[devid])
            case "mapc":
                rdbase = operands.get("rdbase") if operands["valid"] else None
                self._collections[operands["collection"]] = rdbase
            case "mapti" | "mapi" | "movi" | "discard":
                assert devid is not None and eventid is not None
                before = self._events[devid].get(eventid)
                intid = operands.get("intid", eventid if name == "mapi" else before and before[0])
                self._events[devid][eventid] = (
                    None if name == "discard" else (intid or 0, operands["collection"])
                )
