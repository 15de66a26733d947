# SPDX-License-Identifier: MIT
"""Random stimulus: operations with a bias toward the corners, and stall patterns.

Every choice comes from the `random.Random` that is handed in. No identifier is 0 or used twice
where the specification leaves the choice, so that a mix-up cannot go unseen.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from cocotbext.msi_its.vocabulary.operations import (
    INDEX_BITS,
    BindTarget,
    Connect,
    ConnectIrqfd,
    ConsumePending,
    DefaultBdf,
    Disable,
    Disconnect,
    Enable,
    EnableWithRid,
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
    """Makes operations for tables of the given sizes.

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
    ) -> None:
        self._rng = rng
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
        return self._bus() << 8 | self._devfn()

    def _devfn(self) -> int:
        return self._rng.randrange(1, 256)

    def _devid_base(self) -> int:
        return self._rng.randrange(1, 2**16) << 16

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
        return SetBusRange(self._index("ranges"), secondary, subordinate)

    def bind_target(self) -> BindTarget:
        """Bind a target to any connection and range."""
        return BindTarget(
            self._index("targets"), self._index("connections"), self._index("ranges"), self._devfn()
        )

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
        if choice < 0.36:
            return self.set_bus_range()
        if choice < 0.55:
            return Connect(self._index("connections"), self._devid_base())
        if choice < 0.64:
            return Disconnect(self._index("connections"))
        if choice < 0.75:
            return ConnectIrqfd(self._index("connections"), self._devid_base())
        if choice < 0.88:
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
        if choice < 0.86:
            return Disable(route)
        return ConsumePending(route)

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
            yield Connect(connection, self._devid_base())
            if self._rng.random() < 0.75:
                yield ConnectIrqfd(connection, self._devid_base())
        for bus_range in self._used["ranges"]:
            made = self.set_bus_range()
            yield SetBusRange(bus_range, made.secondary, made.subordinate)
        for target in self._used["targets"]:
            made_target = self.bind_target()
            yield BindTarget(
                target,
                self._rng.choice(self._used["connections"]),
                self._rng.choice(self._used["ranges"]),
                made_target.rid_offset,
            )
        for route in self._used["routes"]:
            yield NewRoute(route, self._rng.choice(self._used["targets"]))
            if self._rng.random() < 0.5:
                yield Enable(route, self._address(), self._unique())
