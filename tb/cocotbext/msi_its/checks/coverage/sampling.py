# SPDX-License-Identifier: MIT
"""Counts what the monitors and the checker of one test saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from cocotbext.msi_its.checks.coverage.points import (
    CHANGERS,
    HAZARD_CYCLES,
    HAZARD_PAIRS,
    TRIPLES,
    UNDER_WAY,
    WAITS,
    Bin,
    Object,
    base_kind,
    bus_position,
    default_position,
    devid_kind,
    offset_kind,
    range_kind,
    wait_kind,
)
from cocotbext.msi_its.checks.reference import Reference, Sender
from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import (
    CONFIGURATION,
    OPERATIONS,
    TABLE_OF,
    BindTarget,
    Configuration,
    DefaultBdf,
    Enable,
    EnableWithRid,
    NewRoute,
    Operation,
    SetBusRange,
    SignalEvent,
    SignalMsi,
    SignalMsiWithRid,
    Tables,
    arguments_of,
)
from cocotbext.msi_its.vocabulary.results import Counts
from cocotbext.msi_its.vocabulary.transactions import ERRORS, Retired, Source

_STOPPED_BEFORE = (
    *(Answer.DROPPED_BUS_RANGE, Answer.DROPPED_DISCONNECTED, Answer.REFUSED_BUS_RANGE),
)
"""Before the question of which DeviceID it is."""

_CHANGED_NOTHING = frozenset((*ERRORS, Answer.NO_IRQFD))
"""What an operation answers that leaves its object as it was."""


class Coverage:
    """Counts the bins that one test hit. Its `on_…` methods are called by monitors and checker."""

    def __init__(self, tables: Tables, configuration: Configuration = CONFIGURATION) -> None:
        """Cover a translator with these tables."""
        self._tables = tables._asdict()
        self._devid_bits = configuration.devid_bits
        self._indexes = {
            kind: tuple(name for name in arguments_of(kind) if name in TABLE_OF)
            for kind in OPERATIONS.values()
        }
        self._counts: Counter[Bin] = Counter()  # the cover point's name, then the bin
        # What messages and events hit, for as long as no command changes an object.
        self._known: dict[tuple[Any, ...], tuple[tuple[Bin, ...], tuple[Object, ...]]] = {}
        # When the last two operations retired, and where they came from.
        self._before = self._last = (-1, Source.COMMAND)
        # What changed an object within HAZARD_CYCLES: when, by which operation, which object.
        self._changes: list[tuple[int, str, Object]] = []

    def as_values(self) -> Counts:
        """Return the counts, also of what falls into no bin."""
        counts: Counts = {}
        for (point, *words), count in sorted(self._counts.items()):
            counts.setdefault(point, {})[" / ".join(words)] = count
        return counts

    def hit(self, point: str, *words: str) -> None:
        """Count one bin of a cover point."""
        self._counts[(point, *words)] += 1

    def on_reset(self, under_way: Iterable[str]) -> None:
        """Reset became active, with some of UNDER_WAY under way."""
        for what in tuple(under_way) or UNDER_WAY[:1]:
            self._counts[("reset", what)] += 1
        self._known.clear()
        self._changes.clear()

    def on_reset_ended(self, cycles: int) -> None:
        """Reset became inactive after some clock cycles."""
        kind = "1 cycle" if cycles == 1 else "2 cycles" if cycles == 2 else "3 cycles or more"
        self._counts[("reset", kind)] += 1

    def on_transfer(self, stream: str, waited: int) -> None:
        """A transfer happened on a stream, after it had waited for some cycles for ready."""
        self._counts[("wait", stream, wait_kind(waited) if waited else WAITS[0])] += 1

    def on_backpressure(self, waiting: Iterable[str]) -> None:
        """While m_msi waited for 4 cycles or more, these inputs were waiting."""
        self._counts[("backpressure", *(tuple(waiting) or ("nothing",)))] += 1

    def on_executed(self, retired: Retired, reference: Reference, cycle: int) -> None:
        """An operation retired in a clock cycle; the reference has not executed it yet."""
        operation, answer = retired.operation, retired.answer
        match operation:
            case SignalMsiWithRid(target, rid):
                key: tuple[Any, ...] | None = (answer.value, target, rid)
            case SignalMsi(target):
                key = (answer.value, target)
            case SignalEvent(route) if route < self._tables["routes"]:
                key = (answer.value, reference.route_state(route), route)
            case _:
                key = None
                self._known.clear()
        known = self._known.get(key) if key is not None else None
        if known is None:
            known = self._bins(operation, answer, reference)
            if key is not None:
                self._known[key] = known
        bins, objects = known
        counts = self._counts
        for each in bins:
            counts[each] += 1
        if retired.source is Source.COMMAND:
            counts[("command", "executed")] += 1
        if self._last[0] == cycle - 1 and self._before[0] == cycle - 2:
            counts[TRIPLES[self._before[1], self._last[1], retired.source]] += 1
        self._before, self._last = self._last, (cycle, retired.source)
        if self._changes:
            self._hazards(operation.name, objects, cycle)
        if objects and operation.name in CHANGERS and answer not in _CHANGED_NOTHING:
            self._changes.append((cycle, operation.name, objects[0]))

    def _hazards(self, name: str, objects: tuple[Object, ...], cycle: int) -> None:
        """Count what an operation follows closely, if that changed one of its objects."""
        while self._changes and self._changes[0][0] < cycle - HAZARD_CYCLES:
            del self._changes[0]
        for before, first, changed in self._changes:
            if changed in objects and (first, name) in HAZARD_PAIRS:
                self._counts[("hazard", first, name, changed[0], str(cycle - before))] += 1

    def _bins(
        self, operation: Operation, answer: Answer, reference: Reference
    ) -> tuple[tuple[Bin, ...], tuple[Object, ...]]:
        """Return the bins that an operation hits by itself, and the objects that it looks at.

        The first of these is the one that it changes, if it changes one.
        """
        bins: list[Bin] = []
        objects: list[Object] = []
        outside = ""
        for name in self._indexes[type(operation)]:
            index, size = getattr(operation, name), self._tables[TABLE_OF[name]]
            objects.append((name, index))
            if index >= size:
                outside = outside or f"{name} outside"
                kind = "one beyond" if index == size else "far beyond"
            elif index in (0, size - 1):
                kind = "first" if index == 0 else "last"
            else:
                kind = "in between"
            bins.append(("index", name, kind))
        if outside:
            bins.append(("operation", operation.name, answer.name, outside))
            return tuple(bins), ()

        state = _state(operation, answer, reference)
        bins.append(("operation", operation.name, answer.name, state))
        if answer in ERRORS:
            return tuple(bins), tuple(objects)
        sender: Sender | None = None
        match operation:
            case SetBusRange(_, secondary, subordinate):
                bins.append(("range_update", state, range_kind(secondary, subordinate)))
            case SignalMsi(target) | SignalMsiWithRid(target) | DefaultBdf(target):
                sender = reference.sender(target)
                bound = reference.bound(target)
                if bound is not None:
                    objects += [("range", bound.range), ("connection", bound.connection)]
            case Enable(route) | EnableWithRid(route):
                sender = reference.origin(route)
        if sender is not None:
            rid = getattr(operation, "rid", None)
            bins += self._sent_with(operation.name, rid, answer, sender, reference)
        return tuple(bins), tuple(objects)

    def _sent_with(
        self, name: str, rid: int | None, answer: Answer, sender: Sender, reference: Reference
    ) -> Iterable[Bin]:
        """Yield the bins of an operation's requester ID (None: the target's own) and DeviceID."""
        now = reference.range_now(sender.range)
        kind = range_kind(*now)
        if rid is None:
            rid = (now[0] << 8) + sender.rid_offset
            yield "default_rid", name, kind, default_position(rid, *now)
            yield "rid_offset", name, kind, offset_kind(sender.rid_offset, now[0])
            if name == DefaultBdf.name:
                return
        else:
            yield "explicit_rid", name, kind, bus_position(rid >> 8, *now)
        if answer not in _STOPPED_BEFORE and sender.devid_base is not None:
            yield "devid", name, devid_kind(sender.devid_base + rid, self._devid_bits)
            yield "devid_base", name, base_kind(sender.devid_base, rid)


def _state(operation: Operation, answer: Answer, reference: Reference) -> str:
    """Return the state of an operation's object."""
    match operation:
        case SetBusRange(bus_range):
            return range_kind(*reference.range_now(bus_range))
        case BindTarget(target):
            return "unbound" if reference.bound(target) is None else "bound"
        case NewRoute(route, target):
            return f"{reference.route_state(route)}, target {reference.target_state(target)}"
    first = arguments_of(type(operation))[0]
    index: int = getattr(operation, first)
    if first == "connection":
        return reference.connection_state(index)
    if first == "route":
        return reference.route_state(index)
    if answer in (Answer.BDF, Answer.NO_BDF):
        return "unbound" if reference.bound(index) is None else "bound"
    return reference.target_state(index)
