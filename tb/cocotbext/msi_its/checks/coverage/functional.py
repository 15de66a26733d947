# SPDX-License-Identifier: MIT
"""Functional coverage: which behaviour of the specification was exercised, and how often.

A cover point has a fixed set of bins, all of them reachable; what falls into none of them is kept
as unexpected, and fails `make coverage`, because either the hardware did what it must not, or the
list of bins is wrong. `Coverage` counts what the monitors and the checker of one test saw. The
counts are plain numbers, so those of many tests are merged by addition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.csr import Answer, Register
from cocotbext.msi_its.vocabulary.operations import (
    OPERATIONS,
    TABLE_OF,
    BindTarget,
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

Bin = tuple[str, ...]
"""One bin of a cover point: the words that name it."""

Object = tuple[str, int]
"""A bus range, connection, target or route: its argument name and index."""


@dataclass(frozen=True, slots=True)
class CoverPoint:
    """One question asked of every run: what it is about, and the answers that must be seen."""

    name: str
    text: str
    bins: tuple[Bin, ...]


# ---- what the objects of an operation are, in words ----------------------------------------------

RANGES = ("0/0", "one bus", "several buses", "all buses", "inverted")
BACKENDS = ("none", "message", "irqfd", "both")
TARGETS = ("unbound", *BACKENDS)
ROUTES = ("absent", "disabled", "pending", "enabled")

_CONNECTED = ("message", "both")
_DIRECT = ("irqfd", "both")
_NOT_CONNECTED = ("unbound", "none", "irqfd")
_NOT_DIRECT = ("unbound", "none", "message")


def range_kind(secondary: int, subordinate: int) -> str:
    """Return which of RANGES a bus range is."""
    if secondary > subordinate:
        return "inverted"
    if secondary == subordinate:
        return "0/0" if secondary == 0 else "one bus"
    return "all buses" if (secondary, subordinate) == (0, 255) else "several buses"


def bus_position(bus: int, secondary: int, subordinate: int) -> str:
    """Return where a bus number is, seen from a bus range."""
    if secondary > subordinate:
        low, high, between = "at subordinate", "at secondary", "between"
        first, last = subordinate, secondary
    else:
        low, high, between = "at secondary", "at subordinate", "inside"
        first, last = secondary, subordinate
    if bus == first == last:
        return "the only bus"
    if bus == first:
        return low
    if bus == last:
        return high
    if bus < first:
        return "one below" if bus == first - 1 else "below"
    if bus > last:
        return "one above" if bus == last + 1 else "above"
    return between


_OUTSIDE = ("below", "one below", "one above", "above")
POSITIONS: dict[str, tuple[str, ...]] = {
    "0/0": ("the only bus", "one above", "above"),
    "one bus": (*_OUTSIDE, "the only bus"),
    "several buses": (*_OUTSIDE, "at secondary", "inside", "at subordinate"),
    "all buses": ("at secondary", "inside", "at subordinate"),
    "inverted": (*_OUTSIDE, "at subordinate", "between", "at secondary"),
}
"""Where the bus of a requester ID can be, for each kind of range."""


def _state_bins() -> tuple[Bin, ...]:
    """Return operation, answer and the state of its object, in every combination there can be."""
    ok, error, absent = "OK", "ERROR_INDEX", ("ERROR_NO_ROUTE", "absent")
    made = ("disabled", "pending", "enabled")
    bins: list[Bin] = []

    def add(name: str, *answers: tuple[str, Iterable[str]]) -> None:
        for argument in arguments_of(OPERATIONS[name]):
            if argument in TABLE_OF:
                bins.append((name, error, f"{argument} outside"))
        bins.extend((name, answer, state) for answer, states in answers for state in states)

    add("set_bus_range", (ok, RANGES))
    add("connect", (ok, BACKENDS))
    add("disconnect", (ok, BACKENDS))
    add("connect_irqfd", (ok, BACKENDS))
    add("bind_target", (ok, ("unbound", "bound")))
    add("signal_msi", ("SENT", _CONNECTED), ("DROPPED_DISCONNECTED", _NOT_CONNECTED))
    add(
        "signal_msi_with_rid",
        ("SENT", _CONNECTED),
        ("DROPPED_DISCONNECTED", _NOT_CONNECTED),
        ("DROPPED_BUS_RANGE", TARGETS),
    )
    routes_and = [f"{route}, target {target}" for route, target in product(ROUTES, _DIRECT)]
    routes_but = [f"{route}, target {target}" for route, target in product(ROUTES, _NOT_DIRECT)]
    add("new_route", (ok, routes_and), ("NO_IRQFD", routes_but))
    succeeds = (ok, ("disabled", "enabled")), ("DELIVERED", ("pending",))
    add("enable", *succeeds, (absent[0], absent[1:]))
    add("enable_with_rid", *succeeds, ("REFUSED_BUS_RANGE", made), (absent[0], absent[1:]))
    add("disable", (ok, made), (absent[0], absent[1:]))
    add(
        "signal_event",
        ("SENT", ("enabled",)),
        ("HELD_PENDING", ("disabled", "pending")),
        (absent[0], absent[1:]),
    )
    add(
        "consume_pending",
        ("WAS_PENDING", ("pending",)),
        ("WAS_NOT_PENDING", ("disabled", "enabled")),
        (absent[0], absent[1:]),
    )
    add("default_bdf", ("BDF", ("unbound", "bound")))
    add("supports_direct_msi", ("DIRECT_MSI", _DIRECT), ("NO_DIRECT_MSI", _NOT_DIRECT))
    return tuple(bins)


# ---- hazards: operations close together on one object --------------------------------------------

HAZARD_CYCLES = 3
"""Up to how many cycles apart two operations can meet in the pipeline."""

_MESSAGES = ("signal_msi", "signal_msi_with_rid")
_ROUTE_COMMANDS = ("new_route", "enable", "enable_with_rid", "disable", "consume_pending")

# Which operation changes what a later one looks at. Commands are never this close to each other.
HAZARDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "range": (("set_bus_range",), _MESSAGES),
    "connection": (("connect", "disconnect"), _MESSAGES),
    "target": (("bind_target",), _MESSAGES),
    "route": ((*_ROUTE_COMMANDS, "signal_event"), ("signal_event",)),
    "route ": (("signal_event",), _ROUTE_COMMANDS),
}
"""By object: the operations that change it, and those that then look at it."""

_HAZARDS = frozenset(pair for before, after in HAZARDS.values() for pair in product(before, after))
_CHANGERS = frozenset(first for first, _ in _HAZARDS)


# ---- the cover points ----------------------------------------------------------------------------

SOURCES = {Source.AXIL: "s_axil", Source.MSI: "s_msi", Source.EVT: "s_evt"}
STREAMS = ("s_msi", "s_evt", "m_msi", "aw", "w", "b", "ar", "r")
WAITS = ("0 cycles", "1 cycle", "2 to 3 cycles", "4 to 15 cycles", "16 cycles or more")

UNDER_WAY = (
    *("nothing", "clearing", "s_msi waiting", "s_evt waiting", "an operation in the engine"),
    *("a message on its way", "m_msi waiting", "a command in flight", "a write half issued"),
    *("a write response due", "read data due", "an alert", "an event pending"),
)
"""What a reset can find under way."""

INDEXES = ("first", "in between", "last", "one beyond", "far beyond")

REGISTERS = {
    register.offset: name for name, register in vars(csr).items() if isinstance(register, Register)
}
REFUSED_BUSY = "refused: another one is in flight"
REFUSED_UNNAMED = "refused: it names no operation"
COUNTERS = (
    *("MESSAGES", "DROPPED_BUS_RANGE", "DROPPED_DISCONNECTED"),
    *("REFUSED_BUS_RANGE", "ERRORS", "REFUSED_COMMANDS"),
)


def wait_kind(cycles: int) -> str:
    """Return which of WAITS a number of cycles is."""
    if cycles < 2:
        return WAITS[cycles]
    return WAITS[2] if cycles < 4 else WAITS[3] if cycles < 16 else WAITS[4]


_TRIPLES = {
    sources: ("interleaving", *(SOURCES[each] for each in sources))
    for sources in product(SOURCES, repeat=3)
}


def _interleavings() -> Iterable[Bin]:
    for sources in product(SOURCES.values(), repeat=3):
        if sources.count("s_axil") < 2:  # a command takes longer than this
            yield sources


POINTS: dict[str, CoverPoint] = {
    point.name: point
    for point in (
        CoverPoint(
            "operation",
            "Each operation, with each of its answers, in each state of its object",
            _state_bins(),
        ),
        CoverPoint(
            "explicit_rid",
            "Where the bus of an explicit requester ID is, for each kind of bus range",
            tuple(
                (name, kind, position)
                for name in ("signal_msi_with_rid", "enable_with_rid")
                for kind, positions in POSITIONS.items()
                for position in positions
            ),
        ),
        CoverPoint(
            "default_rid",
            "The target's own requester ID, for each kind of bus range",
            tuple(product(("signal_msi", "enable"), RANGES)),
        ),
        CoverPoint(
            "range_update",
            "A bus range that changes from each kind to each other",
            tuple(product(RANGES, RANGES)),
        ),
        CoverPoint(
            "hazard",
            f"An operation on what another changed 1 to {HAZARD_CYCLES} cycles before",
            tuple(
                (first, second, object_.strip(), str(cycles))
                for object_, (before, after) in HAZARDS.items()
                for first, second in product(before, after)
                for cycles in range(1, HAZARD_CYCLES + 1)
            ),
        ),
        CoverPoint(
            "interleaving",
            "The sources of three operations in three successive cycles",
            tuple(_interleavings()),
        ),
        CoverPoint(
            "wait",
            "For how long a transfer on each stream waited for ready",
            tuple(product(STREAMS, WAITS)),
        ),
        CoverPoint(
            "backpressure",
            "Which inputs wait too when m_msi has waited for 4 cycles or more",
            (("nothing",), ("s_msi",), ("s_evt",), ("s_msi", "s_evt")),
        ),
        CoverPoint(
            "reset",
            "What a reset found under way, and how many cycles it lasted",
            (*((what,) for what in UNDER_WAY), ("1 cycle",), ("2 cycles",), ("3 cycles or more",)),
        ),
        CoverPoint(
            "index",
            "Table indexes at the edges of each table, and beyond",
            tuple(product(TABLE_OF, INDEXES)),
        ),
        CoverPoint(
            "command",
            "What became of a command that was written",
            (("executed",), (REFUSED_BUSY,), (REFUSED_UNNAMED,)),
        ),
        CoverPoint(
            "register",
            "Each register read and written, also with some or no byte strobes",
            tuple(
                (access, name)
                for name in REGISTERS.values()
                for access in ("read", "written", "written in part")
            ),
        ),
        CoverPoint(
            "counter",
            "Each counter read at zero, counting, and at its largest value",
            tuple(product(COUNTERS, ("zero", "counting", "saturated"))),
        ),
    )
}


# ---- sampling -----------------------------------------------------------------------------------


class Coverage:
    """Counts the bins that one test hit. Its `on_…` methods are called by monitors and checker."""

    def __init__(self, tables: Tables) -> None:
        """Cover a translator with these tables."""
        self._tables = tables._asdict()
        self._indexes = {
            kind: tuple(name for name in arguments_of(kind) if name in TABLE_OF)
            for kind in OPERATIONS.values()
        }
        self._counts: Counter[Bin] = Counter()  # the cover point's name, then the bin
        # What messages and events hit, for as long as no command changes an object.
        self._known: dict[tuple[Any, ...], tuple[tuple[Bin, ...], tuple[Object, ...]]] = {}
        # When the last two operations retired, and where they came from.
        self._before = self._last = (-1, Source.AXIL)
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
                key: tuple[Any, ...] | None = (answer.value, target, rid >> 8)
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
        if retired.source is Source.AXIL:
            counts[("command", "executed")] += 1
        if self._last[0] == cycle - 1 and self._before[0] == cycle - 2:
            counts[_TRIPLES[self._before[1], self._last[1], retired.source]] += 1
        self._before, self._last = self._last, (cycle, retired.source)
        if self._changes:
            self._hazards(operation.name, objects, cycle)
        if objects and operation.name in _CHANGERS and answer is not Answer.NO_IRQFD:
            self._changes.append((cycle, operation.name, objects[0]))

    def _hazards(self, name: str, objects: tuple[Object, ...], cycle: int) -> None:
        """Count what an operation follows closely, if that changed one of its objects."""
        while self._changes and self._changes[0][0] < cycle - HAZARD_CYCLES:
            del self._changes[0]
        for before, first, changed in self._changes:
            if changed in objects and (first, name) in _HAZARDS:
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
            return tuple(bins), ()
        bound: BindTarget | None = None
        match operation:
            case SetBusRange(_, secondary, subordinate):
                bins.append(("range_update", state, range_kind(secondary, subordinate)))
            case SignalMsi(target) | SignalMsiWithRid(target):
                bound = reference.bound(target)
            case Enable(route) | EnableWithRid(route):
                bound = reference.origin(route)
        now = reference.bus_range(bound)
        match operation:
            case SignalMsi() | Enable():
                bins.append(("default_rid", operation.name, range_kind(*now)))
            case SignalMsiWithRid(rid=rid) | EnableWithRid(rid=rid):
                where = bus_position(rid >> 8, *now)
                bins.append(("explicit_rid", operation.name, range_kind(*now), where))
        if bound is not None:
            objects += [("range", bound.range), ("connection", bound.connection)]
        return tuple(bins), tuple(objects)


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
    if answer is Answer.BDF:
        return "unbound" if reference.bound(index) is None else "bound"
    return reference.target_state(index)


# ---- merging ------------------------------------------------------------------------------------


def merge(runs: Iterable[Counts]) -> Counts:
    """Add up the counts of several tests."""
    total: Counts = {}
    for counts in runs:
        for point, bins in counts.items():
            into = total.setdefault(point, {})
            for words, count in bins.items():
                into[words] = into.get(words, 0) + count
    return total


@dataclass(frozen=True, slots=True)
class PointResult:
    """One cover point: the counts of its bins, and of what falls into none of them."""

    point: CoverPoint
    bins: dict[str, int]
    unexpected: dict[str, int]

    @property
    def hit(self) -> int:
        """How many of its bins were hit."""
        return sum(count > 0 for count in self.bins.values())

    @property
    def missing(self) -> list[str]:
        """The bins that were not hit."""
        return [words for words, count in self.bins.items() if not count]

    @property
    def complete(self) -> bool:
        """Whether all bins were hit, and nothing else."""
        return not self.missing and not self.unexpected


def results(counts: Counts) -> dict[str, PointResult]:
    """Return what merged counts mean for each cover point."""
    found: dict[str, PointResult] = {}
    for name, point in POINTS.items():
        seen = dict(counts.get(name, {}))
        bins = {words: seen.pop(words, 0) for words in (" / ".join(each) for each in point.bins)}
        found[name] = PointResult(point, bins, seen)
    return found
