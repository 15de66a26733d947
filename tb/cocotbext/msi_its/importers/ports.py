# SPDX-License-Identifier: MIT
"""The ports of a log: a bus range and a target for each, and at which of them a message enters.

A port is a bridge on a root bus, a root port above all; what is behind it enters the translator
there, whatever bridges are below. A root bus is a port of its own, with that one bus. All appear in
the trace when the log first has them.

Hardware and hypervisors do not write down at which port a message entered, only its requester ID.
So it enters at the port that has its bus, or last had: the one with the fewest buses, for while
buses are counted a port is open to the last one. A requester ID that its port does not have at that
moment is what the translator drops.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cocotbext.msi_its.importers.gaps import Gaps
from cocotbext.msi_its.importers.writer import Entry
from cocotbext.msi_its.vocabulary.operations import LIMITS

MOST_PORTS: Final = min(LIMITS["ranges"][1], LIMITS["targets"][1])
MOST_CONNECTIONS: Final = LIMITS["connections"][1]
MOST_ROUTES: Final = LIMITS["routes"][1]
"""How many of each a trace can have."""

DOORBELL: Final = 0x809_0040
"""GITS_TRANSLATER of QEMU's machine `virt`: where messages go if a log does not say."""

Time = int | float | None
"""Microseconds since the beginning of a log; None where it does not say."""

Write = Callable[[int, Time, Entry], None]
"""Takes a line of the trace: the number of the log's line, the time, the entry."""


@dataclass(slots=True, eq=False)
class Port:
    """A bus range and the target that has it, by one index.

    `numbers` is what its registers hold, primary bus first. `last` is the last range that it had
    with a bus above 0: where its messages come from while it has none.
    """

    index: int
    segment: int
    name: str
    secondary: int = 0
    subordinate: int = 0
    numbers: int = 0
    last: tuple[int, int] | None = None
    rid_offset: int = 0

    def has(self, bus: int) -> bool:
        """Return whether a bus is in its range, as it is now (R1)."""
        return self.secondary <= bus <= self.subordinate

    def had(self, bus: int) -> bool:
        """Return whether a bus was in its range when it last had one."""
        return self.last is not None and self.last[0] <= bus <= self.last[1]

    @property
    def breadth(self) -> int:
        """How many buses it last had."""
        return self.last[1] - self.last[0] if self.last is not None else 256


_NOWHERE: Final = -1
"""The segment of what is connected to nothing."""


class TooManyError(Exception):
    """There are more ports, or segments, than a trace can have."""


class Ports:
    """The ports of a log, and what the trace has to be told of them."""

    def __init__(self, write: Write, gaps: Gaps) -> None:
        self._write = write
        self._gaps = gaps
        self._segments: dict[int, int] = {}  # its connection
        self.bases: dict[int, int] = {}
        """The DeviceID of requester ID 0 in each segment, where it is not `segment << 16`."""
        self._bridges: dict[tuple[int, int, int], Port] = {}  # by segment, bus, devfn
        self._roots: dict[tuple[int, int], Port] = {}  # by segment, bus
        self._made_up: dict[tuple[int, int], Port] = {}  # ports of buses that no bridge has had
        self._homes: dict[tuple[int, int], Port] = {}  # what `_home` found, until a range changes
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def any_without_buses(self) -> bool:
        """Whether a port that had buses is at 0/0 now."""
        return any(not port.subordinate and port.last for port in self._bridges.values())

    def devid(self, segment: int, rid: int) -> int:
        """Return the DeviceID of a requester ID."""
        return self.bases.get(segment, segment << 16) + rid

    def requester(self, devid: int) -> tuple[int, int]:
        """Return the segment and the requester ID of a DeviceID."""
        for segment, base in self.bases.items():
            if base <= devid < base + (1 << 16):
                return segment, devid - base
        return devid >> 16, devid & 0xFFFF

    def connection(self, segment: int, line: int, t_us: Time = None) -> int:
        """Return the connection of a segment. Raises TooManyError."""
        found = self._segments.get(segment)
        if found is None:
            if len(self._segments) == MOST_CONNECTIONS:
                raise TooManyError(f"more than {MOST_CONNECTIONS} segments")
            found = self._segments[segment] = len(self._segments)
            base = self.bases.get(segment)
            value = {"segment": segment} if base is None else {"devid_base": base}
            self._write(line, t_us, {"op": "connect", "connection": found, **value})
        return found

    def _port(self, segment: int, name: str, line: int, t_us: Time) -> Port:
        connection = self.connection(segment, line, t_us)
        if self._count == MOST_PORTS:
            raise TooManyError(f"more than {MOST_PORTS} ports")
        port = Port(self._count, segment, name)
        self._count += 1
        bind = {"op": "bind_target", "target": port.index, "connection": connection}
        self._write(line, t_us, bind | {"range": port.index, "devfn": 0, "note": name})
        return port

    def extra(self, name: str, line: int, t_us: Time = None, connected: bool = True) -> Port:
        """Return a new port that no bridge is, in segment 0, or on a connection with no backend.

        Raises TooManyError.
        """
        if not connected:
            self._segments.setdefault(_NOWHERE, len(self._segments))
        return self._port(0 if connected else _NOWHERE, name, line, t_us)

    def with_range(self, secondary: int, subordinate: int) -> Port | None:
        """Return the bridge whose range is that now; None if none, or several, have it."""
        found = [
            port
            for port in self._bridges.values()
            if (port.secondary, port.subordinate) == (secondary, subordinate)
        ]
        return found[0] if len(found) == 1 else None

    def root_bus(self, segment: int, bus: int, line: int, t_us: Time = None) -> Port:
        """Return the port of a root bus. Raises TooManyError."""
        port = self._roots.get((segment, bus))
        if port is None:
            name = f"bus {bus:#x}" if bus else "bus 0"
            port = self._roots[segment, bus] = self._port(segment, name, line, t_us)
            self.set_range(port, bus, bus, line, t_us)
        return port

    def bridge(
        self,
        address: tuple[int, int, int],
        name: str,
        line: int,
        t_us: Time = None,
    ) -> Port | None:
        """Return the port of a bridge at (segment, bus, devfn); None if it is behind another.

        Raises TooManyError.
        """
        port = self._bridges.get(address)
        if port is not None:
            return port
        segment, bus, devfn = address
        if bus and self._behind(segment, bus):
            return None
        if bus:
            self._gaps.assume(
                "root buses above 0: no bridge in the log had the bus that a bridge is on", line
            )
        self.root_bus(segment, bus, line, t_us)
        full = f"{name} {bus:02x}:{devfn >> 3:02x}.{devfn & 7}"
        port = self._bridges[address] = self._port(segment, full, line, t_us)
        return port

    def _behind(self, segment: int, bus: int) -> bool:
        return any(
            port.segment == segment and (port.has(bus) or port.had(bus))
            for port in self._bridges.values()
        )

    def set_range(
        self,
        port: Port,
        secondary: int,
        subordinate: int,
        line: int,
        t_us: Time = None,
    ) -> None:
        """Take the bus numbers of a port; the trace has them if they are new."""
        if (port.secondary, port.subordinate) == (secondary, subordinate):
            return
        port.secondary, port.subordinate = secondary, subordinate
        if 0 < secondary <= subordinate:
            port.last = (secondary, subordinate)
        self._homes.clear()
        entry = {"op": "set_bus_range", "range": port.index, "secondary": secondary}
        self._write(line, t_us, entry | {"subordinate": subordinate})

    def enter(self, segment: int, bus: int, line: int, t_us: Time = None) -> Port:
        """Return the port at which a message with this bus enters. Raises TooManyError."""
        port = self._homes.get((segment, bus))
        if port is None:
            port = self._home(segment, bus, line, t_us)
            self._homes[segment, bus] = port
        return port

    def _home(self, segment: int, bus: int, line: int, t_us: Time) -> Port:
        root = self._roots.get((segment, bus))
        if root is not None:
            return root
        if not bus:
            return self.root_bus(segment, 0, line, t_us)
        found = [
            port
            for port in self._bridges.values()
            if port.segment == segment and (port.had(bus) or port.has(bus))
        ]
        if found:
            best = min(found, key=lambda each: (each.breadth, not each.has(bus), each.index))
            if sum(each.breadth == best.breadth for each in found) > 1:
                self._gaps.assume(
                    "which port messages entered at: several had their bus, and the one that has "
                    "it was taken",
                    line,
                )
            return best
        port = self._made_up.get((segment, bus))
        if port is None:
            self._gaps.assume(
                "ports for buses that no bridge in the log was given: each is taken for a root "
                "bus of its own",
                line,
            )
            port = self._port(segment, f"bus {bus:#x}", line, t_us)
            self._made_up[segment, bus] = port
            self.set_range(port, bus, bus, line, t_us)
        return port
