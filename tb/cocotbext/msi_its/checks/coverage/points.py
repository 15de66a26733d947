# SPDX-License-Identifier: MIT
"""Functional coverage: which behaviour of the specification was exercised, and how often.

A cover point has a fixed set of bins, all of them reachable by the configurations that are run;
what falls into none of them is kept as unexpected, and fails `make coverage`, because either the
hardware did what it must not, or the list of bins is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations, product

from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.csr import Answer, Register
from cocotbext.msi_its.vocabulary.operations import (
    OPERATIONS,
    TABLE_OF,
    Configuration,
    Operation,
    arguments_of,
)
from cocotbext.msi_its.vocabulary.transactions import Source
from msi_its_model import PROFILES

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


SUM_BEYOND = "beyond 16 bits"

DEFAULT_POSITIONS: dict[str, tuple[str, ...]] = {
    "0/0": ("the only bus", "one above", "above"),
    "one bus": ("the only bus", "one above", "above", SUM_BEYOND),
    "several buses": (
        *("at secondary", "inside", "at subordinate", "one above", "above"),
        SUM_BEYOND,
    ),
    "all buses": ("at secondary", "inside", "at subordinate"),
    "inverted": ("at secondary", "one above", "above", SUM_BEYOND),
}
"""Where the bus of a target's own requester ID can be: at the secondary one where the offset is a
devfn, there or above where it has more than 8 bits."""


def default_position(rid: int, secondary: int, subordinate: int) -> str:
    """Return where the bus of a target's own requester ID, of 17 bits, is."""
    return SUM_BEYOND if rid >> 16 else bus_position(rid >> 8, secondary, subordinate)


OFFSETS = ("0", "a devfn", "to another bus", "to another bus, with a carry")
"""The offsets of targets. A carry is one that `|` instead of `+` would lose."""


def offset_kind(rid_offset: int, secondary: int) -> str:
    """Return which of OFFSETS one is, with a range's secondary bus."""
    if rid_offset < 0x100:
        return OFFSETS[1] if rid_offset else OFFSETS[0]
    return OFFSETS[3] if rid_offset >> 8 & secondary else OFFSETS[2]


BASES = ("0", "a segment", "with a lower half", "with a lower half, and a carry")
"""The DeviceID bases. A carry, of lower half and requester ID, is one into the upper half."""


def base_kind(devid_base: int, rid: int) -> str:
    """Return which of BASES one is, with a requester ID."""
    if not devid_base & 0xFFFF:
        return BASES[1] if devid_base else BASES[0]
    return BASES[3] if (devid_base & 0xFFFF) + rid >> 16 else BASES[2]


DEVIDS = ("taken", "the largest", "one beyond", "beyond", "beyond 32 bits")
"""DeviceIDs, seen from what the ITS takes."""


def devid_kind(devid: int, devid_bits: int) -> str:
    """Return which of DEVIDS a DeviceID, of 33 bits, is."""
    above = devid - (1 << devid_bits)
    if above in (-1, 0):
        return DEVIDS[1] if above else DEVIDS[2]
    return DEVIDS[0] if above < 0 else DEVIDS[4] if devid >> 32 else DEVIDS[3]


_MADE = ("disabled", "pending", "enabled")

STATES: dict[tuple[str, Answer], Iterable[str]] = {
    ("range", Answer.OK): RANGES,
    ("connection", Answer.OK): BACKENDS,
    ("target", Answer.OK): ("unbound", "bound"),
    ("target", Answer.SENT): _CONNECTED,
    ("target", Answer.DROPPED_DISCONNECTED): _NOT_CONNECTED,
    ("target", Answer.DROPPED_BUS_RANGE): BACKENDS,
    ("target", Answer.DROPPED_DEVID): _CONNECTED,
    ("target", Answer.BDF): ("unbound", "bound"),
    ("target", Answer.NO_BDF): ("bound",),
    ("target", Answer.DIRECT_MSI): _DIRECT,
    ("target", Answer.NO_DIRECT_MSI): _NOT_DIRECT,
    ("route", Answer.OK): ("disabled", "enabled"),
    ("route", Answer.DELIVERED): ("pending",),
    ("route", Answer.REFUSED_BUS_RANGE): _MADE,
    ("route", Answer.REFUSED_DEVID): _MADE,
    ("route", Answer.SENT): ("enabled",),
    ("route", Answer.HELD_PENDING): ("disabled", "pending"),
    ("route", Answer.WAS_PENDING): ("pending",),
    ("route", Answer.WAS_NOT_PENDING): ("disabled", "enabled"),
    ("route", Answer.ERROR_NO_ROUTE): ("absent",),
}
"""In which states of its first argument an operation gives an answer ..."""

STATES_OF: dict[tuple[str, Answer], Iterable[str]] = {
    ("signal_msi_with_rid", Answer.DROPPED_BUS_RANGE): TARGETS,
    ("new_route", Answer.OK): [f"{r}, target {t}" for r, t in product(ROUTES, _DIRECT)],
    ("new_route", Answer.NO_IRQFD): [f"{r}, target {t}" for r, t in product(ROUTES, _NOT_DIRECT)],
    ("disable", Answer.OK): _MADE,
    ("free_route", Answer.OK): _MADE,
}
"""... unless it is one of these operations."""


def _states(kind: type[Operation], answer: Answer) -> Iterable[str]:
    """Return in which states of its objects an operation gives an answer."""
    arguments = arguments_of(kind)
    if answer is Answer.ERROR_INDEX:
        return [f"{argument} outside" for argument in arguments if argument in TABLE_OF]
    found = STATES_OF.get((kind.name, answer)) or STATES.get((arguments[0], answer))
    if found is None:
        raise LookupError(
            f"in which states of its {arguments[0]} does {kind.name} answer {answer.name}? "
            "Say so in checks/coverage/points.py, STATES or STATES_OF"
        )
    return found


_FOR_THE_DEFAULT_RID = (
    ("signal_msi", Answer.DROPPED_BUS_RANGE),
    ("enable", Answer.REFUSED_BUS_RANGE),
    ("default_bdf", Answer.NO_BDF),
)
"""What is answered only where the profile holds a target's own requester ID against its range."""


def _state_bins(configuration: Configuration) -> Iterable[Bin]:
    """Yield operation, answer and the state of its object, in every combination there can be."""
    checked = configuration.profile.checks_default_rid
    for name, kind in OPERATIONS.items():
        for answer in kind.answers:
            if checked or (name, answer) not in _FOR_THE_DEFAULT_RID:
                yield from ((name, answer.name, state) for state in _states(kind, answer))


def _default_rid_bins(configuration: Configuration) -> Iterable[Bin]:
    """Yield operation, kind of range, and where the bus of the target's own requester ID is."""
    wide = configuration.profile.rid_offset_bits > 8
    for name, (kind, positions) in product(_WITH_DEFAULT_RID, DEFAULT_POSITIONS.items()):
        yield from ((name, kind, position) for position in positions[: None if wide else 1])


def _offset_bins(configuration: Configuration) -> Iterable[Bin]:
    """Yield operation, kind of range and kind of offset."""
    wide = configuration.profile.rid_offset_bits > 8
    for name, kind in product(_WITH_DEFAULT_RID, RANGES):
        # With a secondary bus 0 there is nothing to carry.
        kinds = 2 if not wide else 3 if kind in ("0/0", "all buses") else 4
        yield from ((name, kind, offset) for offset in OFFSETS[:kinds])


def _devid_bins(configuration: Configuration) -> Iterable[Bin]:
    """Yield operation, and the DeviceID that it makes."""
    for name, devid in product(_WITH_DEVID, DEVIDS):
        if configuration.devid_bits < 32 or devid != DEVIDS[3]:  # there, beyond is beyond 32 bits
            yield name, devid


# ---- hazards: operations close together on one object --------------------------------------------

HAZARD_CYCLES = 3
"""Up to how many cycles apart two operations can meet in the pipeline."""

_WITH_DEFAULT_RID = ("signal_msi", "enable", "default_bdf")
_WITH_DEVID = ("signal_msi", "signal_msi_with_rid", "enable", "enable_with_rid")

_MESSAGES = tuple(name for name, kind in OPERATIONS.items() if kind.source is Source.MESSAGE)
_ROUTE_COMMANDS = tuple(
    name
    for name, kind in OPERATIONS.items()
    if kind.source is Source.COMMAND and arguments_of(kind)[0] == "route"
)

# Which operation changes what a later one looks at. Commands are never this close to each other.
HAZARDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "range": (("set_bus_range",), _MESSAGES),
    "connection": (("connect", "disconnect"), _MESSAGES),
    "target": (("bind_target",), _MESSAGES),
    "route": ((*_ROUTE_COMMANDS, "signal_event"), ("signal_event",)),
    "route ": (("signal_event",), _ROUTE_COMMANDS),
}
"""By object: the operations that change it, and those that then look at it."""

HAZARD_PAIRS = frozenset(
    pair for before, after in HAZARDS.values() for pair in product(before, after)
)
CHANGERS = frozenset(first for first, _ in HAZARD_PAIRS)


# ---- the cover points ----------------------------------------------------------------------------

STREAMS = ("s_msi", "s_evt", "s_range", "m_msi", "aw", "w", "b", "ar", "r")
INPUTS = ("s_msi", "s_evt", "s_range")
WAITS = ("0 cycles", "1 cycle", "2 to 3 cycles", "4 to 15 cycles", "16 cycles or more")

UNDER_WAY = (
    *("nothing", "clearing", "s_msi waiting", "s_evt waiting", "s_range waiting"),
    "an operation in the engine",
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
    *("REFUSED_BUS_RANGE", "ERRORS", "REFUSED_COMMANDS", "DEVID_BEYOND"),
)


def wait_kind(cycles: int) -> str:
    """Return which of WAITS a number of cycles is."""
    if cycles < 2:
        return WAITS[cycles]
    return WAITS[2] if cycles < 4 else WAITS[3] if cycles < 16 else WAITS[4]


TRIPLES = {
    sources: ("interleaving", *(each.port for each in sources))
    for sources in product(Source, repeat=3)
}


def _interleavings() -> Iterable[Bin]:
    for sources in product([source.port for source in Source], repeat=3):
        at = sources.index("s_axil") if "s_axil" in sources else 0
        # A command takes longer than this, and waits for what s_range set to be found.
        if sources.count("s_axil") < 2 and "s_range" not in sources[:at]:
            yield sources


def _points(configuration: Configuration) -> tuple[CoverPoint, ...]:
    return (
        CoverPoint(
            "operation",
            "Each operation, with each of its answers, in each state of its object",
            tuple(_state_bins(configuration)),
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
            "Where the bus of the target's own requester ID is, for each kind of bus range",
            tuple(_default_rid_bins(configuration)),
        ),
        CoverPoint(
            "rid_offset",
            "Which offset makes the target's own requester ID, for each kind of bus range",
            tuple(_offset_bins(configuration)),
        ),
        CoverPoint(
            "devid",
            "The DeviceID of what is not stopped before, seen from those that the ITS takes",
            tuple(_devid_bins(configuration)),
        ),
        CoverPoint(
            "devid_base",
            "Which DeviceID base makes it",
            tuple(product(_WITH_DEVID, BASES)),
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
            (("nothing",), *(inputs for n in (1, 2, 3) for inputs in combinations(INPUTS, n))),
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


def points(configurations: Iterable[Configuration]) -> dict[str, CoverPoint]:
    """Return the cover points, by name, with the bins that any of these configurations reaches."""
    found: dict[str, CoverPoint] = {}
    for configuration in dict.fromkeys(configurations):
        for point in _points(configuration):
            before = found.setdefault(point.name, point)
            bins = tuple(dict.fromkeys((*before.bins, *point.bins)))
            found[point.name] = replace(before, bins=bins)
    return found


NAMES = tuple(points(Configuration(profile) for profile in PROFILES.values()))
"""The names of the cover points. What an operation lacks here is said before anything runs."""
