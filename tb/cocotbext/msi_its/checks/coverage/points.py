# SPDX-License-Identifier: MIT
"""Functional coverage: which behaviour of the specification was exercised, and how often.

A cover point has a fixed set of bins, all of them reachable; what falls into none of them is kept
as unexpected, and fails `make coverage`, because either the hardware did what it must not, or the
list of bins is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.csr import Answer, Register
from cocotbext.msi_its.vocabulary.operations import OPERATIONS, TABLE_OF, Operation, arguments_of
from cocotbext.msi_its.vocabulary.transactions import Source

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


_MADE = ("disabled", "pending", "enabled")

STATES: dict[tuple[str, Answer], Iterable[str]] = {
    ("range", Answer.OK): RANGES,
    ("connection", Answer.OK): BACKENDS,
    ("target", Answer.OK): ("unbound", "bound"),
    ("target", Answer.SENT): _CONNECTED,
    ("target", Answer.DROPPED_DISCONNECTED): _NOT_CONNECTED,
    ("target", Answer.DROPPED_BUS_RANGE): TARGETS,
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


def _state_bins() -> tuple[Bin, ...]:
    """Return operation, answer and the state of its object, in every combination there can be."""
    return tuple(
        (name, answer.name, state)
        for name, kind in OPERATIONS.items()
        for answer in kind.answers
        for state in _states(kind, answer)
    )


# ---- hazards: operations close together on one object --------------------------------------------

HAZARD_CYCLES = 3
"""Up to how many cycles apart two operations can meet in the pipeline."""

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
