# SPDX-License-Identifier: MIT
"""Bus ranges that share buses: then one device can speak as another's, in the range of both.

R1 to R10 hold each sender against its own range. That ranges do not intersect is up to whoever sets
them, and real software sets ones that do, for a moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from .bus_range import AssignedBusRange
from .its import DeviceIds, ItsIrqFd, ItsIrqFdRoute, ItsSignalMsi
from .msi import MsiRoute, MsiTarget
from .ratelimit import RateLimited

SHARED_BUSES: Final = "two bus ranges share DeviceIDs: a device can speak as one behind the other"

_shared_buses: Final = RateLimited()


@dataclass(frozen=True, slots=True, eq=False)
class SharedBuses:
    """Two bus ranges with DeviceIDs in common, those from `first` to `last` (32 bits each)."""

    ranges: tuple[AssignedBusRange, AssignedBusRange]
    first: int
    last: int


class BusClaims:
    """Tells which bus ranges share DeviceIDs, and warns of each two of them once.

    What claims a bus is a target whose connection has an ITS backend, and a route of one: all buses
    of its range as it is now, with the DeviceID base of that backend. So

    - a range alone claims nothing, nor does a target on a connection without an ITS;
    - an inverted range claims nothing: no bus is in it (R1);
    - 0/0 claims bus 0, whether it was set or is the reset value: R1 lets bus 0 pass either way;
    - targets with one and the same range are one port, and share nothing;
    - what the ITS is too narrow for is claimed by nobody (R10).

    Each call of `check` looks at all of it anew, so there is nothing to keep up to date. Its
    warnings have their own place (R11), and are raised by `check` alone: what the rules make of a
    message does not depend on them.
    """

    __slots__ = ("_warned",)

    def __init__(self) -> None:
        """Start with no pair warned of."""
        self._warned: set[frozenset[AssignedBusRange]] = set()

    def check(self, holders: Iterable[MsiTarget | MsiRoute]) -> list[SharedBuses]:
        """Return each two ranges that share DeviceIDs now, with the first part that they share.

        `holders` are all targets and routes in front of one ITS. The order is that of the
        DeviceIDs, then that of the holders.
        """
        windows: dict[tuple[int, int, AssignedBusRange], None] = {}
        for bus_range, devids in dict.fromkeys(
            claim for each in holders for claim in _claims(each)
        ):
            secondary, subordinate = bus_range.bus_range()
            first = devids.base + (secondary << 8)
            last = min(devids.base + (subordinate << 8 | 0xFF), (1 << devids.bits) - 1)
            if secondary <= subordinate and first <= last:
                windows[first, last, bus_range] = None
        in_order = sorted(windows, key=lambda window: window[:2])
        shared: dict[frozenset[AssignedBusRange], SharedBuses] = {}
        for number, (_, last, bus_range) in enumerate(in_order, 1):
            for other_first, other_last, other in islice(in_order, number, None):
                if other_first > last:
                    break
                pair = frozenset((bus_range, other))
                if len(pair) == 2 and pair not in shared:
                    both = SharedBuses((bus_range, other), other_first, min(last, other_last))
                    shared[pair] = both
                    self._warn(pair, both)
        return list(shared.values())

    def _warn(self, pair: frozenset[AssignedBusRange], both: SharedBuses) -> None:
        if pair not in self._warned:
            self._warned.add(pair)
            _shared_buses.warn(SHARED_BUSES, first_devid=both.first, last_devid=both.last)


def _claims(holder: MsiTarget | MsiRoute) -> list[tuple[AssignedBusRange, DeviceIds]]:
    """Return the range of a target or route, with the DeviceIDs of each ITS that it can reach."""
    if isinstance(holder, MsiRoute):
        behind: tuple[object, ...] = (holder._inner,)
    else:
        behind = (holder._inner.signal_msi, holder._inner.irqfd)
    return [
        (holder._default_rid.bus_range, backend.devids)
        for backend in behind
        if isinstance(backend, ItsSignalMsi | ItsIrqFd | ItsIrqFdRoute)
    ]
