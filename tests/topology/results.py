# SPDX-License-Identifier: MIT
"""What came of a topology: functional coverage, and a summary for whoever reads many of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from tests.topology.checker import Delivery
from tests.topology.topology import DEEPEST, Kind


class Event(StrEnum):
    """What can happen to a message of a function."""

    ARRIVED = "arrived as the function's own interrupt"
    RENUMBERED = "arrived, the first one with another bus number"
    PLUGGED = "arrived, the first one since the function was plugged in again"
    PENDING = "arrived after it was masked"
    STALE = "dropped, as its own number is not in the port's range"
    OUTSIDE = "dropped, with another's number, that is not in the port's range"
    INSIDE = "sent, with another's number, that is in the port's range"
    REMOVED = "removed, as the packet is no message"


def bin_name(depth: int, kind: Kind, event: Event) -> str:
    """Return the name of a bin of coverage; `depth` is how many switches are above."""
    return f"{depth} × {kind} × {event}"


ALL_BINS = [
    bin_name(depth, kind, event) for depth in range(DEEPEST + 1) for kind in Kind for event in Event
]


class Result(Struct, frozen=True, kw_only=True):
    """What a test did with a topology; `passed` says that nothing differed.

    `sent` and `fates` count writes to the doorbell, all and by what became of them, `prevented`
    those that plain PCIe delivered and the translator did not; `deepest` is how many switches are
    above one another. `picture` is the topology at the end, as SVG.
    """

    name: str
    seed: int
    passed: bool
    ports: int
    functions: int
    deepest: int
    messages: int
    sent: int
    interrupts: int
    mismatches: int
    fates: dict[str, int]
    prevented: dict[str, int]
    coverage: dict[str, int]
    picture: str


def covered(
    deliveries: Iterable[Delivery], kinds: Mapping[str, Kind], owners: Mapping[int, str]
) -> Counter[str]:
    """Count the bins that deliveries hit: `kinds` are those of functions, by name.

    `owners` says which function an LPI is of.
    """
    found: Counter[str] = Counter()
    last: dict[str, tuple[int, int]] = {}  # of each function: bus number and pluggings
    for each in deliveries:
        name, own = each.origin.function, each.origin.own
        if name not in kinds or own is None:
            continue
        for event in _events(each, owners, last.get(name)):
            depth = len(each.origin.through) - 1
            found[bin_name(min(depth, DEEPEST), kinds[name], event)] += 1
        if _arrived(each, owners):
            last[name] = own >> 8, each.origin.plugged
    return found


def _arrived(each: Delivery, owners: Mapping[int, str]) -> bool:
    """Whether a message was the function's own interrupt."""
    lpi = each.translation.intid if each.translation is not None else None
    return lpi is not None and owners[lpi] == each.origin.function


def _events(
    each: Delivery, owners: Mapping[int, str], before: tuple[int, int] | None
) -> Iterable[Event]:
    origin = each.origin
    if _arrived(each, owners):
        yield Event.ARRIVED
        if before is not None and before[0] != each.rid >> 8:
            yield Event.RENUMBERED
        if before is not None and before[1] != origin.plugged:
            yield Event.PLUGGED
        if origin.pending:
            yield Event.PENDING
    elif each.delivered and each.rid != origin.own:
        yield Event.INSIDE
    elif not each.delivered and not each.fate.startswith("dropped"):
        yield Event.REMOVED
    elif not each.delivered:
        yield Event.STALE if each.rid == origin.own else Event.OUTSIDE
