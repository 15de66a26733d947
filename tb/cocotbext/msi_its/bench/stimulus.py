# SPDX-License-Identifier: MIT
"""Random stimulus: operations with a bias toward the corners, and stall patterns.

Every choice comes from the `random.Random` that is handed in. Hardly an identifier is 0 or used
twice where the specification leaves the choice, so that a mix-up cannot go unseen.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator

from cocotbext.msi_its.vocabulary.operations import (
    CONFIGURATION,
    INDEX_BITS,
    WIDTHS,
    BindTarget,
    Configuration,
    Connect,
    ConnectIrqfd,
    ConsumePending,
    DefaultBdf,
    Disable,
    Disconnect,
    Enable,
    EnableWithRid,
    FreeRoute,
    NewRoute,
    Operation,
    SetBusRange,
    SignalEvent,
    SignalMsi,
    SignalMsiWithRid,
    SupportsDirectMsi,
    Tables,
)

BUSES_AT_EDGES = (0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF)
"""Bus numbers where comparisons of 8 bits go wrong, if they do."""


SHARES = (0.0, 0.05, 0.3, 0.6, 0.9, 0.97)
"""For which share of the time an interface may stall: never to nearly always."""

LENGTHS = (2, 6, 12, 40)
"""How many cycles its longest stall may have."""


def stalls(rng: random.Random, share: float, longest: int = 12) -> Iterator[int]:
    """Yield cycles with and without a stall, in turn; about `share` (above 0) of them stalled.

    The lengths are random, so that no pattern can march in step with the design.
    """
    while True:
        stalled = rng.randint(1, longest)
        flowing = max(1, round(stalled * (1 - share) / share * rng.uniform(0.5, 1.5)))
        yield flowing
        yield stalled


def gaps(rng: random.Random, share: float, longest: int = 12) -> Iterator[int]:
    """Yield the number of idle cycles before each transfer; `share` (0 to 1) of them are not 0."""
    while True:
        yield rng.randint(1, longest) if rng.random() < share else 0


def pauses(rng: random.Random, share: float, longest: int = 6) -> Iterator[bool]:
    """Yield, cycle by cycle, whether an AXI channel pauses; `share` (above 0) of the time."""
    paused = False
    for cycles in stalls(rng, share, longest):
        for _ in range(cycles):
            yield paused
        paused = not paused


class RandomOperations:
    """Makes operations for tables of the given sizes, as wide as the configuration has them.

    `objects` limits how many entries of each table are used: few make many collisions. About one in
    `illegal` operations has an index outside its table (0: none has). Of the commands, `routes` (0
    to 1) are about routes; of the rest, most are configuration.
    """

    def __init__(
        self,
        rng: random.Random,
        tables: Tables,
        objects: int | None = None,
        illegal: int = 50,
        routes: float = 0.5,
        configuration: Configuration = CONFIGURATION,
    ) -> None:
        self._rng = rng
        self._offset_bits = configuration.profile.rid_offset_bits
        self._devid_bits = configuration.devid_bits
        self._ranges: dict[int, tuple[int, int]] = {}  # as they were set last, by index
        self._bound: dict[int, BindTarget] = {}  # likewise the targets
        self._rids: deque[int] = deque(maxlen=2)  # that make DeviceIDs at the limit
        self._routes = routes
        self._tables = tables
        self._illegal = illegal
        limit = objects if objects is not None else max(tables)
        self._used = {
            table: rng.sample(range(size), min(size, limit))
            for table, size in tables._asdict().items()
        }
        self._edges: list[int] = list(BUSES_AT_EDGES)  # bus numbers at the edges of ranges
        self._number = rng.randrange(1, 2**16)

    def _index(self, table: str) -> int:
        """Return an index into a table: of those in use, or now and then one outside."""
        size: int = getattr(self._tables, table)
        if self._illegal and self._rng.randrange(self._illegal) == 0:
            # The last one is an index in use but for one bit that no index in the table has.
            high = 1 << self._rng.randrange((size - 1).bit_length(), INDEX_BITS)
            alias = self._rng.choice(self._used[table]) | high
            return self._rng.choice((size, size + 1, 0xFFFF, alias))
        return self._rng.choice(self._used[table])

    def _unique(self) -> int:
        """Return a number that is not 0 and was not returned before (of 2**32)."""
        self._number += 1
        return self._number * 0x9E3779B1 % 2**32 or 1

    def _bus(self) -> int:
        """Return a bus number, often one at or beside the edge of a range."""
        if self._rng.random() < 0.7:
            return (self._rng.choice(self._edges) + self._rng.choice((-1, 0, 0, 1))) % 256
        return self._rng.randrange(256)

    def _rid(self) -> int:
        """Return a requester ID, now and then one that makes a DeviceID at the limit."""
        if self._rids and self._rng.random() < 0.25:
            return self._rng.choice(self._rids)
        return self._bus() << 8 | self._devfn()

    def _devfn(self) -> int:
        return self._rng.randrange(1, 256) if self._rng.random() < 0.9 else 0

    def _rid_offset(self, bus_range: int) -> int:
        """Return an offset for a target in a range: a devfn; or one that goes to other buses.

        These are often at or beside the edge of the range, or where the sum has more than 16 bits.
        """
        rng, size = self._rng, 1 << self._offset_bits
        secondary, subordinate = self._ranges.get(bus_range, (0, 0))
        if size == 256 or rng.random() < 0.35:
            return self._devfn()
        bus = rng.choice((subordinate, subordinate, 0x100, rng.randrange(512)))
        return (bus - secondary + rng.choice((-1, 0, 1)) << 8 | self._devfn()) % size

    def _devid_base(self, connection: int) -> int:
        """Return a DeviceID base: mostly one whose DeviceIDs the ITS takes; or beside the limit.

        Some fit to a target of the connection, or to an explicit requester ID that is then used:
        the sum is the largest DeviceID that there is, or the first that there is not.
        """
        rng, limit, size = self._rng, 1 << self._devid_bits, 1 << WIDTHS["devid_base"]
        match rng.randrange(20):
            case 0 | 1 | 2 | 3:
                bus, _ = rng.choice([*self._ranges.values()] or [(self._bus(), 0)])
                rids = [bus << 8 | self._devfn()]
                for bound in self._bound.values():
                    secondary, _ = self._ranges.get(bound.range, (0, 0))
                    if bound.connection == connection:
                        rids.append((secondary << 8) + bound.rid_offset & 0xFFFF)
                self._rids.append(rng.choice(rids))
                return (limit - self._rids[-1] - rng.randrange(2)) % size
            case 4:
                return size - rng.randrange(1, 1 << 16)
            case 5:
                return rng.randrange(1, size)
            case 6 | 7:  # a segment, and nothing else
                return rng.choice((0, rng.randrange(1, max(limit >> 16, 2)))) << 16
        return rng.randrange(1, max(limit - (1 << 16), limit >> 4))

    def _address(self) -> int:
        return self._unique() << 32 | self._unique()

    def set_bus_range(self) -> SetBusRange:
        """Make a range: empty (inverted), of one bus, full, 0/0, or any."""
        secondary, subordinate = sorted((self._bus(), self._bus()))
        match self._rng.randrange(8):
            case 0:
                secondary, subordinate = subordinate, secondary
            case 1:
                subordinate = secondary
            case 2:
                secondary, subordinate = 0, 255
            case 3:
                secondary = subordinate = 0
        self._edges = [*BUSES_AT_EDGES, *self._edges[len(BUSES_AT_EDGES) :][-6:]]
        self._edges += [secondary, subordinate]
        bus_range = self._index("ranges")
        self._ranges[bus_range] = secondary, subordinate
        return SetBusRange(bus_range, secondary, subordinate)

    def bind_target(self) -> BindTarget:
        """Bind a target to any connection and range."""
        target, connection = self._index("targets"), self._index("connections")
        return self._bind(target, connection, self._index("ranges"))

    def _bind(self, target: int, connection: int, bus_range: int) -> BindTarget:
        offset = self._rid_offset(bus_range)
        self._bound[target] = BindTarget(target, connection, bus_range, offset)
        return self._bound[target]

    def message(self) -> SignalMsi | SignalMsiWithRid:
        """Make a direct message, mostly with an explicit requester ID."""
        target = self._index("targets")
        if self._rng.random() < 0.4:
            return SignalMsi(target, self._address(), self._unique())
        return SignalMsiWithRid(target, self._rid(), self._address(), self._unique())

    def event(self) -> SignalEvent:
        """Make a route event."""
        return SignalEvent(self._index("routes"))

    def configuration(self) -> Operation:
        """Make an operation on bus ranges, connections or targets."""
        choice = self._rng.random()
        if choice < 0.32:
            return self.set_bus_range()
        if choice < 0.51:
            connection = self._index("connections")
            return Connect(connection, self._devid_base(connection))
        if choice < 0.59:
            return Disconnect(self._index("connections"))
        if choice < 0.70:
            connection = self._index("connections")
            return ConnectIrqfd(connection, self._devid_base(connection))
        if choice < 0.84:
            return self.bind_target()
        target = self._index("targets")
        return DefaultBdf(target) if choice < 0.95 else SupportsDirectMsi(target)

    def route_operation(self) -> Operation:
        """Make an operation on a route, other than an event."""
        route = self._index("routes")
        choice = self._rng.random()
        if choice < 0.16:
            return NewRoute(route, self._index("targets"))
        if choice < 0.40:
            return Enable(route, self._address(), self._unique())
        if choice < 0.68:
            return EnableWithRid(route, self._rid(), self._address(), self._unique())
        if choice < 0.82:
            return Disable(route)
        return FreeRoute(route) if choice < 0.88 else ConsumePending(route)

    def command(self) -> Operation:
        """Make any operation."""
        if self._rng.random() < self._routes:
            return self.route_operation()
        choice = self._rng.random()
        if choice < 0.6:
            return self.configuration()
        return self.message() if choice < 0.8 else self.event()

    def setup(self) -> Iterator[Operation]:
        """Bring most of the objects in use to life, in an order that makes sense."""
        for connection in self._used["connections"]:
            yield Connect(connection, self._devid_base(connection))
            if self._rng.random() < 0.75:
                yield ConnectIrqfd(connection, self._devid_base(connection))
        for bus_range in self._used["ranges"]:
            made = self.set_bus_range()
            self._ranges[bus_range] = made.secondary, made.subordinate
            yield SetBusRange(bus_range, made.secondary, made.subordinate)
        for target in self._used["targets"]:
            connection = self._rng.choice(self._used["connections"])
            bus_range = self._rng.choice(self._used["ranges"])
            yield self._bind(target, connection, bus_range)
        for route in self._used["routes"]:
            yield NewRoute(route, self._rng.choice(self._used["targets"]))
            if self._rng.random() < 0.5:
                yield Enable(route, self._address(), self._unique())
