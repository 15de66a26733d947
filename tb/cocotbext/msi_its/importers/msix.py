# SPDX-License-Identifier: MIT
"""MSI-X tables as routes: each vector is one, enabled while function and vector are not masked.

A table's entry has 16 bytes: address, data, vector control. Whose it is, is known by the BAR that
it is in. A route is made when its vector is enabled for the first time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from cocotbext.msi_its.importers.gaps import Gaps
from cocotbext.msi_its.importers.ports import MOST_ROUTES, Ports, Time, TooManyError, Write
from cocotbext.msi_its.importers.writer import Entry

MOST_ENTRIES: Final = 1 << 16
"""How many entries of tables are kept: a log that has more has their writes left out."""

ENTRY_BYTES: Final = 16
_WORDS: Final = ENTRY_BYTES // 4
_MASKED: Final = 1

Function = tuple[int, int]
"""A function's bus and devfn."""


@dataclass(slots=True, eq=False)
class _Entry:
    """An entry of a table: its words, whose it is, its route, and what that sends if enabled."""

    place: int
    function: Function
    words: list[int] = field(default_factory=lambda: [0, 0, 0, _MASKED])
    route: int | None = None
    sends: tuple[int, int, int] | None = None


@dataclass(slots=True)
class _Control:
    """A function's Message Control: MSI-X enable, function mask."""

    enabled: bool = False
    masked: bool = False


class MsixTables:
    """The tables of all functions, and the routes that come of them."""

    def __init__(self, ports: Ports, write: Write, gaps: Gaps) -> None:
        self._ports = ports
        self._write = write
        self._gaps = gaps
        self._bars: dict[tuple[Function, int], tuple[int, int]] = {}
        self._entries: dict[int, _Entry] = {}  # by their address
        self._controls: dict[Function, _Control] = {}
        self._conventional: set[int] = set()
        self._sending: dict[tuple[int, int, int], int] = {}  # requester ID, address, data: route
        self._count = 0

    def conventional(self, bus: int) -> None:
        """Note that a bus is behind a PCIe-to-PCI bridge: its functions send as the bridge's."""
        self._conventional.add(bus)

    def map(self, function: Function, bar: int, address: int, size: int) -> None:
        """Note where a BAR is."""
        if len(self._bars) < MOST_ENTRIES:
            self._bars[function, bar] = address, size

    def route_of(self, rid: int, address: int, data: int) -> int | None:
        """Return the enabled route that sends a message; None if there is none."""
        return self._sending.get((rid, address, data))

    def write_table(self, line: int, t_us: Time, address: int, value: int, size: int) -> None:
        """Take a write to a table, of 4 or 8 bytes."""
        place = address - address % ENTRY_BYTES
        entry = self._entries.get(place)
        if entry is None:
            function = self._function_at(address)
            if function is None:
                self._gaps.leave_out(
                    "MSI-X tables of functions that the log does not name: no "
                    "pci_update_mappings_add of their BAR",
                    line,
                )
                return
            if len(self._entries) >= MOST_ENTRIES:
                self._gaps.leave_out(f"entries of MSI-X tables: more than {MOST_ENTRIES}", line)
                return
            entry = self._entries[place] = _Entry(place, function)
        first = address % ENTRY_BYTES // 4
        for word in range(size // 4):
            if first + word < _WORDS:
                entry.words[first + word] = value >> 32 * word & 0xFFFF_FFFF
        self._update(entry, line, t_us)

    def control(
        self, function: Function, line: int, t_us: Time, enabled: bool, masked: bool
    ) -> None:
        """Take a function's Message Control."""
        self._controls[function] = _Control(enabled, masked)
        for entry in [each for each in self._entries.values() if each.function == function]:
            self._update(entry, line, t_us)

    def _function_at(self, address: int) -> Function | None:
        for (function, _), (start, size) in reversed(self._bars.items()):
            if start <= address < start + size:
                return function
        return None

    def _update(self, entry: _Entry, line: int, t_us: Time) -> None:
        control = self._controls.get(entry.function, _Control())
        bus, devfn = entry.function
        rid = bus << 8 | (0 if bus in self._conventional else devfn)
        low, high, data, vector = entry.words
        wanted = None
        if control.enabled and not control.masked and not vector & _MASKED:
            wanted = rid, high << 32 | low, data
        if wanted == entry.sends:
            return
        for each in self._change(entry, wanted, line):
            self._write(line, t_us, each)

    def _change(
        self, entry: _Entry, wanted: tuple[int, int, int] | None, line: int
    ) -> Iterator[Entry]:
        if entry.sends is not None:
            self._sending.pop(entry.sends, None)
            if wanted is None:
                yield {"op": "disable", "route": entry.route}
        entry.sends = None
        if wanted is None:
            return
        rid, address, data = wanted
        try:
            port = self._ports.enter(0, rid >> 8, line)
        except TooManyError as error:
            self._gaps.leave_out(f"vectors: {error}", line)
            return
        if entry.route is None:
            if self._count == MOST_ROUTES:
                self._gaps.leave_out(f"vectors: more than {MOST_ROUTES}", line)
                return
            if not self._count:
                yield {"op": "connect_irqfd", "connection": 0, "segment": 0}
            entry.route, self._count = self._count, self._count + 1
            note = f"{rid >> 8:02x}:{rid >> 3 & 31:02x}.{rid & 7}, table entry at {entry.place:#x}"
            new: Entry = {"op": "new_route", "route": entry.route, "target": port.index}
            yield {**new, "note": note}
        enable: Entry = {"op": "enable_with_rid", "route": entry.route, "rid": rid}
        enable |= {"address": address, "data": data}
        if port.has(rid >> 8):
            entry.sends = wanted
            self._sending[wanted] = entry.route
        else:
            enable["note"] = "refused: its port does not have this bus now"
        yield enable
