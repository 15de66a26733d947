# SPDX-License-Identifier: MIT
"""Functional coverage: a bin is hit by what it names, and by nothing else.

Operations run on the golden model, which stands for faultless hardware here. No simulator.
"""

from __future__ import annotations

import random
from itertools import combinations, product
from types import SimpleNamespace
from typing import Any

import pytest

from cocotbext.msi_its.bench.stimulus import RandomOperations
from cocotbext.msi_its.bench.watch import Watch
from cocotbext.msi_its.checks.checker import Checker
from cocotbext.msi_its.checks.coverage.merging import PointResult, merge, results
from cocotbext.msi_its.checks.coverage.points import (
    BASES,
    COUNTERS,
    DEFAULT_POSITIONS,
    DEVIDS,
    INDEXES,
    OFFSETS,
    POSITIONS,
    RANGES,
    REFUSED_BUSY,
    REFUSED_UNNAMED,
    STREAMS,
    UNDER_WAY,
    base_kind,
    bus_position,
    default_position,
    devid_kind,
    offset_kind,
    points,
    range_kind,
    wait_kind,
)
from cocotbext.msi_its.checks.coverage.sampling import Coverage
from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import (
    CONFIGURATION,
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
from cocotbext.msi_its.vocabulary.results import Counts
from cocotbext.msi_its.vocabulary.transactions import Retired, Source
from msi_its_model import DEFAULT_PROFILE, PROFILES

TABLES = Tables(5, 5, 5, 5)
TODAY = PROFILES["08ec11066"]
EVERY = [Configuration(profile, bits) for profile in PROFILES.values() for bits in (32, 20, 16)]


def judged(counts: Counts) -> dict[str, PointResult]:
    """Return what counts mean where all configurations are run."""
    return results(counts, EVERY)


FAR = 100
"""So many cycles apart that nothing meets in the pipeline."""


class Hardware:
    """Faultless hardware, whose retire records are covered as the checker has them covered."""

    def __init__(
        self, tables: Tables = TABLES, configuration: Configuration = CONFIGURATION
    ) -> None:
        self.tables = tables
        self.coverage = Coverage(tables, configuration)
        self._inside = Reference(tables, configuration)
        self._reference = Reference(tables, configuration)
        self.cycle = 0

    def run(
        self, *operations: Operation, after: int = FAR, source: Source = Source.MESSAGE
    ) -> Hardware:
        """Execute operations, each some cycles after the one before."""
        for operation in operations:
            self.cycle += after
            did = self._inside.execute(operation)
            retired = Retired(source, operation, did.answer, did.bdf, did.message)
            self.coverage.on_executed(retired, self._reference, self.cycle)
            self._reference.execute(operation)
        return self

    def retire(self, operation: Operation, answer: Answer) -> None:
        """Retire an operation with any answer, also a wrong one; nothing executes it."""
        self.cycle += FAR
        retired = Retired(Source.MESSAGE, operation, answer)
        self.coverage.on_executed(retired, self._reference, self.cycle)

    def hits(self, *points: str) -> set[str]:
        """Return the bins that were hit, each after its cover point; of some cover points."""
        counts = self.coverage.as_values()
        return {f"{name}: {words}" for name in points or counts for words in counts.get(name, {})}


def hit_by(
    *operations: Operation,
    before: tuple[Operation, ...] = (),
    configuration: Configuration = CONFIGURATION,
) -> set[str]:
    """Return what operations hit (indexes aside) that have others before them."""
    hardware = Hardware(TABLES, configuration).run(*before)
    hardware.coverage = Coverage(TABLES, configuration)
    hardware.run(*operations)
    return {each for each in hardware.hits() if not each.startswith("index:")}


BOUND = (SetBusRange(1, 5, 10), BindTarget(2, 3, 1, 0x18))
CONNECTED = (*BOUND, Connect(3, 0x7_0000))
DIRECT = (*BOUND, ConnectIrqfd(3, 0x7_0000))
MADE = (*DIRECT, NewRoute(4, 2))
PENDING = (*MADE, SignalEvent(4))
ENABLED = (*MADE, Enable(4, 64, 1))


@pytest.mark.parametrize(
    ("before", "operation", "hit"),
    [
        ((), SetBusRange(1, 0, 255), ["set_bus_range / OK / 0/0", "0/0 / all buses"]),
        (BOUND, SetBusRange(1, 9, 9), ["set_bus_range / OK / several buses", "… / one bus"]),
        (BOUND, SetBusRange(1, 9, 8), ["set_bus_range / OK / several buses", "… / inverted"]),
        (BOUND, SetBusRange(1, 0, 0), ["set_bus_range / OK / several buses", "… / 0/0"]),
        ((), Connect(3, 0x7_0000), ["connect / OK / none"]),
        (CONNECTED, Connect(3, 0x7_0000), ["connect / OK / message"]),
        (DIRECT, Connect(3, 0x7_0000), ["connect / OK / irqfd"]),
        ((*DIRECT, Connect(3, 0x7_0000)), Connect(3, 0x7_0000), ["connect / OK / both"]),
        ((), Disconnect(3), ["disconnect / OK / none"]),
        (CONNECTED, Disconnect(3), ["disconnect / OK / message"]),
        ((*CONNECTED, Disconnect(3)), ConnectIrqfd(3, 0x1_0000), ["connect_irqfd / OK / none"]),
        (DIRECT, ConnectIrqfd(3, 0x7_0000), ["connect_irqfd / OK / irqfd"]),
        ((), BindTarget(2, 3, 1, 8), ["bind_target / OK / unbound"]),
        (BOUND, BindTarget(2, 3, 1, 8), ["bind_target / OK / bound"]),
        ((), SupportsDirectMsi(2), ["supports_direct_msi / NO_DIRECT_MSI / unbound"]),
        (BOUND, SupportsDirectMsi(2), ["supports_direct_msi / NO_DIRECT_MSI / none"]),
        (CONNECTED, SupportsDirectMsi(2), ["supports_direct_msi / NO_DIRECT_MSI / message"]),
        (DIRECT, SupportsDirectMsi(2), ["supports_direct_msi / DIRECT_MSI / irqfd"]),
        ((), NewRoute(4, 2), ["new_route / NO_IRQFD / absent, target unbound"]),
        (CONNECTED, NewRoute(4, 2), ["new_route / NO_IRQFD / absent, target message"]),
        (DIRECT, NewRoute(4, 2), ["new_route / OK / absent, target irqfd"]),
        (PENDING, NewRoute(4, 2), ["new_route / OK / pending, target irqfd"]),
        (ENABLED, NewRoute(4, 0), ["new_route / NO_IRQFD / enabled, target unbound"]),
        (MADE, SignalEvent(4), ["signal_event / HELD_PENDING / disabled"]),
        (PENDING, SignalEvent(4), ["signal_event / HELD_PENDING / pending"]),
        (ENABLED, SignalEvent(4), ["signal_event / SENT / enabled"]),
        ((), SignalEvent(4), ["signal_event / ERROR_NO_ROUTE / absent"]),
        (MADE, ConsumePending(4), ["consume_pending / WAS_NOT_PENDING / disabled"]),
        (PENDING, ConsumePending(4), ["consume_pending / WAS_PENDING / pending"]),
        (ENABLED, ConsumePending(4), ["consume_pending / WAS_NOT_PENDING / enabled"]),
        ((), ConsumePending(4), ["consume_pending / ERROR_NO_ROUTE / absent"]),
        (MADE, Disable(4), ["disable / OK / disabled"]),
        (PENDING, Disable(4), ["disable / OK / pending"]),
        (ENABLED, Disable(4), ["disable / OK / enabled"]),
        ((), Disable(4), ["disable / ERROR_NO_ROUTE / absent"]),
        (MADE, FreeRoute(4), ["free_route / OK / disabled"]),
        (PENDING, FreeRoute(4), ["free_route / OK / pending"]),
        (ENABLED, FreeRoute(4), ["free_route / OK / enabled"]),
        ((), FreeRoute(4), ["free_route / ERROR_NO_ROUTE / absent"]),
        ((*PENDING, FreeRoute(4)), FreeRoute(4), ["free_route / ERROR_NO_ROUTE / absent"]),
        ((), SetBusRange(5, 1, 2), ["set_bus_range / ERROR_INDEX / range outside"]),
        ((), NewRoute(5, 2), ["new_route / ERROR_INDEX / route outside"]),
        ((), NewRoute(4, 9), ["new_route / ERROR_INDEX / target outside"]),
        ((), BindTarget(2, 5, 1, 8), ["bind_target / ERROR_INDEX / connection outside"]),
        ((), SignalMsi(5, 4, 1), ["signal_msi / ERROR_INDEX / target outside"]),
    ],
    ids=str,
)
def test_an_operation_hits_its_bins_and_no_others(
    before: tuple[Operation, ...], operation: Operation, hit: list[str]
) -> None:
    state, *update = hit
    wanted = {f"operation: {state}"}
    wanted |= {f"range_update: {each.replace('…', 'several buses')}" for each in update}
    assert hit_by(operation, before=before) == wanted


SEVERAL = "several buses"
PLAIN = ("taken", "a segment")


@pytest.mark.parametrize(
    ("before", "operation", "state", "default", "explicit", "devid"),
    [
        ((), SignalMsi(2, 4, 1), "DROPPED_DISCONNECTED / unbound", ("0/0", "0"), "", ()),
        (BOUND, SignalMsi(2, 4, 1), "DROPPED_DISCONNECTED / none", (SEVERAL, "a devfn"), "", ()),
        (CONNECTED, SignalMsi(2, 4, 1), "SENT / message", (SEVERAL, "a devfn"), "", PLAIN),
        (DIRECT, SignalMsi(2, 4, 1), "DROPPED_DISCONNECTED / irqfd", (SEVERAL, "a devfn"), "", ()),
        ((), DefaultBdf(2), "BDF / unbound", ("0/0", "0"), "", ()),
        (BOUND, DefaultBdf(2), "BDF / bound", (SEVERAL, "a devfn"), "", ()),
        (
            CONNECTED,
            SignalMsiWithRid(2, 0x0A01, 4, 1),
            "SENT / message",
            (),
            "several buses / at subordinate",
            PLAIN,
        ),
        (
            CONNECTED,
            SignalMsiWithRid(2, 0x04FF, 4, 1),
            "DROPPED_BUS_RANGE / message",
            (),
            "several buses / one below",
            (),
        ),
        (
            DIRECT,
            SignalMsiWithRid(2, 0x05FF, 4, 1),
            "DROPPED_DISCONNECTED / irqfd",
            (),
            "several buses / at secondary",
            (),
        ),
        (
            (),
            SignalMsiWithRid(2, 0x0100, 4, 1),
            "DROPPED_BUS_RANGE / unbound",
            (),
            "0/0 / one above",
            (),
        ),
        (MADE, Enable(4, 64, 1), "OK / disabled", (SEVERAL, "a devfn"), "", PLAIN),
        (PENDING, Enable(4, 64, 1), "DELIVERED / pending", (SEVERAL, "a devfn"), "", PLAIN),
        (ENABLED, Enable(4, 64, 1), "OK / enabled", (SEVERAL, "a devfn"), "", PLAIN),
        (
            PENDING,
            EnableWithRid(4, 0x0B00, 64, 1),
            "REFUSED_BUS_RANGE / pending",
            (),
            "several buses / one above",
            (),
        ),
        (
            (*MADE, SetBusRange(1, 3, 2)),
            EnableWithRid(4, 0x0200, 64, 1),
            "REFUSED_BUS_RANGE / disabled",
            (),
            "inverted / at subordinate",
            (),
        ),
        (
            (*CONNECTED, Connect(3, 0xFFFF_FB00)),
            SignalMsi(2, 4, 1),
            "DROPPED_DEVID / message",
            (SEVERAL, "a devfn"),
            "",
            ("beyond 32 bits", "with a lower half, and a carry"),
        ),
        ((), Enable(4, 64, 1), "ERROR_NO_ROUTE / absent", (), "", ()),
        ((), EnableWithRid(4, 1, 64, 1), "ERROR_NO_ROUTE / absent", (), "", ()),
    ],
    ids=str,
)
def test_an_identity_is_seen_from_the_range_as_it_is_now(
    before: tuple[Operation, ...],
    operation: Operation,
    state: str,
    default: tuple[str, ...],
    explicit: str,
    devid: tuple[str, ...],
) -> None:
    name = operation.name
    wanted = {f"operation: {name} / {state}"}
    if default:
        kind, offset = default
        where = "the only bus" if kind == "0/0" else "at secondary"
        wanted |= {f"default_rid: {name} / {kind} / {where}"}
        wanted |= {f"rid_offset: {name} / {kind} / {offset}"}
    if explicit:
        wanted |= {f"explicit_rid: {name} / {explicit}"}
    if devid:
        wanted |= {f"devid: {name} / {devid[0]}", f"devid_base: {name} / {devid[1]}"}
    assert hit_by(operation, before=before) == wanted


@pytest.mark.parametrize(
    ("bits", "base", "rid", "kind", "carries"),
    [
        (32, 0xFFFF_F000, 0x0FFF, "the largest", False),
        (32, 0xFFFF_F001, 0x0FFF, "one beyond", True),
        (32, 0xFFFF_F002, 0x0FFF, "beyond 32 bits", True),
        (20, 0x000F_F001, 0x0FFE, "the largest", False),
        (20, 0x000F_F001, 0x0FFF, "one beyond", True),
        (20, 0x000F_0001, 0x0FFF, "taken", False),
        (20, 0x0010_0001, 0x0000, "beyond", False),
        (20, 0xFFFF_F002, 0x0FFF, "beyond 32 bits", True),
        (16, 0x0000_0001, 0xFFFF, "one beyond", True),
    ],
)
def test_kinds_of_device_ids(bits: int, base: int, rid: int, kind: str, carries: bool) -> None:
    assert devid_kind(base + rid, bits) == kind
    assert (base_kind(base, rid) == BASES[3]) == carries
    assert base_kind(base & ~0xFFFF, rid) == BASES[1] if base >> 16 else BASES[0]
    assert kind in DEVIDS


def test_kinds_of_offsets() -> None:
    made = [offset_kind(*each) for each in ((0, 5), (0xFF, 5), (0x0200, 5), (0x0400, 5))]
    assert tuple(made) == OFFSETS


def test_every_default_requester_id_has_a_place_in_every_kind_of_range() -> None:
    found: dict[str, set[str]] = {kind: set() for kind in RANGES}
    for secondary, subordinate in product(EDGES, EDGES):
        kind = range_kind(secondary, subordinate)
        for buses in range(256):
            rid = (secondary + buses << 8) + 7
            where = default_position(rid, secondary, subordinate)
            found[kind].add(where)
            # Where it is says whether it is sent, where that is checked.
            sent = rid >> 8 <= subordinate
            assert sent == (kind != "inverted" and not where.endswith(("above", "beyond 16 bits")))
            if not buses:
                assert where == DEFAULT_POSITIONS[kind][0], "with a devfn it is there"
    assert found == {kind: set(positions) for kind, positions in DEFAULT_POSITIONS.items()}


CHECKED = Configuration(TODAY, 20)


@pytest.mark.parametrize(
    ("offset", "after", "answer", "where", "kind"),
    [
        (0x0008, (), "BDF", "several buses / at secondary", "a devfn"),
        (0x0208, (), "BDF", "several buses / inside", "to another bus"),
        (0x0508, (), "BDF", "several buses / at subordinate", "to another bus, with a carry"),
        (0x0608, (), "NO_BDF", "several buses / one above", "to another bus, with a carry"),
        (0x0A08, (), "NO_BDF", "several buses / above", "to another bus"),
        (0xFB08, (), "NO_BDF", "several buses / beyond 16 bits", "to another bus, with a carry"),
        (0x0008, (SetBusRange(1, 3, 2),), "NO_BDF", "inverted / at secondary", "a devfn"),
    ],
)
def test_where_offsets_go(
    offset: int, after: tuple[Operation, ...], answer: str, where: str, kind: str
) -> None:
    before = (*BOUND, BindTarget(2, 3, 1, offset), *after)
    assert hit_by(DefaultBdf(2), before=before, configuration=CHECKED) == {
        f"operation: default_bdf / {answer} / bound",
        f"default_rid: default_bdf / {where}",
        f"rid_offset: default_bdf / {where.partition(' / ')[0]} / {kind}",
    }


@pytest.mark.parametrize(
    ("configuration", "there", "not_there"),
    [
        (
            Configuration(DEFAULT_PROFILE, 32),
            [("default_rid", "signal_msi / inverted / at secondary")],
            [
                ("default_rid", "signal_msi / inverted / one above"),
                ("rid_offset", "enable / one bus / to another bus"),
                ("devid", "enable / beyond"),
                ("operation", "default_bdf / NO_BDF / bound"),
                ("operation", "signal_msi / DROPPED_BUS_RANGE / message"),
                ("operation", "enable / REFUSED_BUS_RANGE / enabled"),
            ],
        ),
        (
            Configuration(TODAY, 16),
            [
                ("default_rid", "signal_msi / inverted / one above"),
                ("devid", "enable / beyond"),
                ("operation", "default_bdf / NO_BDF / bound"),
            ],
            [
                ("rid_offset", "enable / all buses / to another bus, with a carry"),
                ("operation", "default_bdf / NO_BDF / unbound"),
                ("operation", "signal_msi / DROPPED_BUS_RANGE / unbound"),
            ],
        ),
    ],
)
def test_a_configuration_is_asked_for_what_it_reaches(
    configuration: Configuration,
    there: list[tuple[str, str]],
    not_there: list[tuple[str, str]],
) -> None:
    found = results({}, [configuration])
    for point, words in there:
        assert words in found[point].bins
    for point, words in not_there:
        assert words not in found[point].bins
    both = results({}, [Configuration(DEFAULT_PROFILE, 32), Configuration(TODAY, 16)])
    assert all(set(point.bins) <= set(both[name].bins) for name, point in found.items())


def test_a_route_is_seen_from_the_target_that_it_came_from() -> None:
    elsewhere = (*MADE, SetBusRange(0, 20, 20), BindTarget(2, 3, 0, 9))
    hits = hit_by(EnableWithRid(4, 0x0A00, 64, 1), before=elsewhere)
    assert "explicit_rid: enable_with_rid / several buses / at subordinate" in hits


def test_a_command_counts_as_executed() -> None:
    hardware = Hardware().run(Disconnect(0), source=Source.COMMAND).run(Disconnect(0))
    assert hardware.coverage.as_values()["command"] == {"executed": 1}


def test_indexes() -> None:
    for index, kind in zip((0, 3, 4, 5, 0xFFFF), INDEXES, strict=True):
        hardware = Hardware().run(SignalEvent(index))
        assert hardware.coverage.as_values()["index"] == {f"route / {kind}": 1}
    only = Hardware(Tables(1, 1, 1, 1)).run(SignalEvent(0))
    assert only.hits("index") == {"index: route / first"}
    assert Hardware().run(NewRoute(5, 9)).hits() == {
        "index: route / one beyond",
        "index: target / far beyond",
        "operation: new_route / ERROR_INDEX / route outside",
    }


# ---- ranges -------------------------------------------------------------------------------------

EDGES = (0, 1, 2, 5, 127, 128, 252, 253, 254, 255)


def test_every_bus_has_a_place_in_every_kind_of_range() -> None:
    found: dict[str, set[str]] = {kind: set() for kind in RANGES}
    for secondary in EDGES:
        for subordinate in EDGES:
            kind = range_kind(secondary, subordinate)
            for bus in range(256):
                where = bus_position(bus, secondary, subordinate)
                found[kind].add(where)
                at = {"at secondary": secondary, "at subordinate": subordinate}
                assert at.get(where, bus) == bus
                if where in ("below", "one below"):
                    assert bus < min(secondary, subordinate)
                    assert (where == "one below") == (bus + 1 == min(secondary, subordinate))
                elif where in ("above", "one above"):
                    assert bus > max(secondary, subordinate)
                    assert (where == "one above") == (bus - 1 == max(secondary, subordinate))
                else:
                    inside = secondary <= bus <= subordinate
                    assert inside == (kind != "inverted")
    assert found == {kind: set(positions) for kind, positions in POSITIONS.items()}


@pytest.mark.parametrize(
    ("secondary", "subordinate", "kind"),
    [
        *[(0, 0, "0/0"), (1, 1, "one bus"), (255, 255, "one bus"), (0, 255, "all buses")],
        *[(0, 254, "several buses"), (1, 255, "several buses"), (1, 0, "inverted")],
    ],
)
def test_kinds_of_ranges(secondary: int, subordinate: int, kind: str) -> None:
    assert range_kind(secondary, subordinate) == kind


# ---- hazards and interleavings ------------------------------------------------------------------

SEND = SignalMsi(2, 4, 1)
SEND_RID = SignalMsiWithRid(2, 0x0600, 4, 1)


@pytest.mark.parametrize("distance", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("first", "second", "object_"),
    [
        (SetBusRange(1, 6, 7), SEND, "range"),
        (SetBusRange(1, 6, 7), SEND_RID, "range"),
        (Connect(3, 0x9_0000), SEND, "connection"),
        (Disconnect(3), SEND_RID, "connection"),
        (BindTarget(2, 3, 1, 9), SEND, "target"),
        (Enable(4, 64, 2), SignalEvent(4), "route"),
        (EnableWithRid(4, 0x0600, 64, 2), SignalEvent(4), "route"),
        (EnableWithRid(4, 0x0001, 64, 2), SignalEvent(4), "route"),
        (Disable(4), SignalEvent(4), "route"),
        (NewRoute(4, 2), SignalEvent(4), "route"),
        (ConsumePending(4), SignalEvent(4), "route"),
        (FreeRoute(4), SignalEvent(4), "route"),
        (SignalEvent(4), SignalEvent(4), "route"),
        (SignalEvent(4), ConsumePending(4), "route"),
        (SignalEvent(4), NewRoute(4, 2), "route"),
    ],
    ids=str,
)
def test_a_hazard_reaches_three_cycles_and_no_further(
    first: Operation, second: Operation, object_: str, distance: int
) -> None:
    hardware = Hardware().run(*CONNECTED, ConnectIrqfd(3, 0x7_0000), NewRoute(4, 2), first)
    hardware.run(second, after=distance)
    wanted = f"hazard: {first.name} / {second.name} / {object_} / {distance}"
    assert hardware.hits("hazard") == ({wanted} if distance <= 3 else set())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (SetBusRange(0, 6, 7), SEND),
        (Connect(2, 0x9_0000), SEND),
        (BindTarget(3, 3, 1, 9), SEND),
        (Enable(3, 64, 2), SignalEvent(4)),
        (SignalEvent(3), SignalEvent(4)),
        (SEND, SEND),  # a message changes nothing
        (ConnectIrqfd(3, 0x7_0000), SEND),  # nor does this, for messages
        (SetBusRange(1, 6, 7), SignalEvent(4)),  # R8: later range changes do not move it
    ],
    ids=str,
)
def test_no_hazard_between_what_does_not_meet(first: Operation, second: Operation) -> None:
    hardware = Hardware().run(
        *CONNECTED, ConnectIrqfd(3, 0x7_0000), NewRoute(4, 2), NewRoute(3, 2), first
    )
    assert hardware.run(second, after=1).hits("hazard") == set()


def test_no_hazard_with_what_was_in_error_or_made_nothing() -> None:
    error = Hardware().run(Enable(4, 64, 2)).run(SignalEvent(4), after=1)
    assert error.hits("hazard") == set(), "a route never made"
    beyond = Hardware().run(SetBusRange(9, 1, 2)).run(SEND, after=1)
    assert beyond.hits("hazard") == set()
    nothing = Hardware().run(*MADE, Disconnect(3), NewRoute(4, 0))
    assert nothing.run(SignalEvent(4), after=1).hits("hazard") == set(), "NO_IRQFD"
    ended = Hardware().run(*MADE, Disable(4))
    ended.coverage.on_reset(())
    assert ended.run(SignalEvent(4), after=1).hits("hazard") == set(), "before a reset"


def test_a_range_changed_behind_a_rebound_target() -> None:
    hardware = Hardware().run(*CONNECTED, BindTarget(2, 3, 0, 9), SetBusRange(1, 1, 2))
    assert hardware.run(SEND, after=1).hits("hazard") == set(), "the target has another range now"


def test_several_hazards_at_once() -> None:
    hardware = Hardware().run(*CONNECTED).run(SetBusRange(1, 6, 7), after=FAR)
    hardware.run(Connect(3, 0x1_0000), SEND, after=1)
    assert hardware.hits("hazard") == {
        "hazard: set_bus_range / signal_msi / range / 2",
        "hazard: connect / signal_msi / connection / 1",
    }


def test_interleavings_only_of_successive_cycles() -> None:
    def retire(*steps: tuple[int, Source]) -> set[str]:
        hardware = Hardware()
        for after, source in steps:
            hardware.run(SignalEvent(9), after=after, source=source)
        return hardware.hits("interleaving")

    msi, evt, axil = Source.MESSAGE, Source.EVENT, Source.COMMAND
    assert retire((9, axil), (1, msi), (1, evt)) == {"interleaving: s_axil / s_msi / s_evt"}
    assert retire((9, msi), (2, msi), (1, evt)) == set()
    assert retire((9, msi), (1, msi), (2, evt)) == set()
    assert retire((9, msi), (1, evt), (1, evt), (1, msi)) == {
        "interleaving: s_msi / s_evt / s_evt",
        "interleaving: s_evt / s_evt / s_msi",
    }
    assert retire((9, msi), (1, evt)) == set()


# ---- everything can be hit, and nothing else is --------------------------------------------------


def runs_of(configuration: Configuration) -> list[Counts]:
    """Return what random operations hit, in many short runs."""
    runs = []
    for seed in range(40):
        for size in (2, 5):
            rng = random.Random(seed)
            hardware = Hardware(Tables(size, size, size, size), configuration)
            few, many = (
                RandomOperations(
                    rng, hardware.tables, objects, illegal=20, configuration=configuration
                )
                for objects in (2, None)
            )
            if seed % 2:
                hardware.run(*few.setup())
            operations = many if seed % 3 else few
            makes = (operations.command, operations.message, operations.event)
            for _ in range(400):
                source = rng.choice((0, 0, 0, 1, 2))
                after = rng.choice((3, 4)) if source == 0 else rng.choice((1, 1, 2))
                hardware.run(makes[source](), after=after, source=Source(source))
            runs.append(hardware.coverage.as_values())
    return runs


def test_what_operations_do_falls_into_bins_and_reaches_them_all() -> None:
    """On the golden model alone; streams, resets and registers take a simulation."""
    runs = {each: merge(runs_of(each)) for each in EVERY}
    for configuration, counts in runs.items():
        for name, point in results(counts, [configuration]).items():
            assert not point.unexpected, (configuration, name)
    found = judged(merge(runs.values()))
    reached = ("operation", "explicit_rid", "default_rid", "rid_offset", "devid", "devid_base")
    for name in (*reached, "range_update", "index"):
        assert not found[name].missing, name


@pytest.mark.parametrize(
    ("operation", "answer", "words"),
    [
        (SEND, Answer.SENT, "signal_msi / SENT / unbound"),
        (SEND, Answer.ERROR_INDEX, "signal_msi / ERROR_INDEX / unbound"),
        (SignalMsi(9, 4, 1), Answer.SENT, "signal_msi / SENT / target outside"),
        (SignalEvent(4), Answer.HELD_PENDING, "signal_event / HELD_PENDING / absent"),
        (Connect(3, 0x7_0000), Answer.SENT, "connect / SENT / none"),
        (DefaultBdf(2), Answer.OK, "default_bdf / OK / unbound"),
        (Enable(4, 64, 1), Answer.OK, "enable / OK / absent"),
    ],
    ids=str,
)
def test_a_wrong_answer_is_kept_as_unexpected(
    operation: Operation, answer: Answer, words: str
) -> None:
    hardware = Hardware()
    hardware.retire(operation, answer)
    found = judged(hardware.coverage.as_values())["operation"]
    assert found.unexpected == {words: 1}
    assert found.hit == 0 and not found.complete


def test_bins_have_different_names() -> None:
    for point in points(EVERY).values():
        names = [" / ".join(each) for each in point.bins]
        assert len(set(names)) == len(names), point.name


def test_complete_means_every_bin_and_no_other() -> None:
    full = {words: 1 for words in judged({})["wait"].bins}
    assert judged({"wait": full})["wait"].complete
    more = judged({"wait": full | {"s_msi / -1 cycles": 2}})["wait"]
    assert not more.complete and more.missing == [] and more.unexpected == {"s_msi / -1 cycles": 2}
    first, *rest = full
    less = judged({"wait": {words: 1 for words in rest} | {first: 0}})["wait"]
    assert not less.complete and less.missing == [first] and less.hit == len(rest)


def test_merging_adds_up() -> None:
    runs: list[Counts] = [
        {"wait": {"s_msi / 0 cycles": 2, "s_evt / 0 cycles": 1}},
        {},
        {"wait": {"s_msi / 0 cycles": 3}, "reset": {"nothing": 1}},
    ]
    assert merge(runs) == {
        "wait": {"s_msi / 0 cycles": 5, "s_evt / 0 cycles": 1},
        "reset": {"nothing": 1},
    }
    assert runs[0]["wait"]["s_msi / 0 cycles"] == 2, "the runs themselves stay as they are"
    assert merge([]) == {}


# ---- streams and resets --------------------------------------------------------------------------


def test_waits() -> None:
    lengths = [0, 1, 2, 3, 4, 15, 16, 1000]
    kinds = ["0 cycles", "1 cycle", *["2 to 3 cycles"] * 2, *["4 to 15 cycles"] * 2]
    assert [wait_kind(each) for each in lengths] == kinds + ["16 cycles or more"] * 2
    coverage = Coverage(TABLES)
    for stream in STREAMS:
        for cycles in lengths:
            coverage.on_transfer(stream, cycles)
    assert judged(coverage.as_values())["wait"].complete


def test_backpressure() -> None:
    coverage = Coverage(TABLES)
    waits = ("s_msi", "s_evt", "s_range")
    for waiting in (each for count in range(4) for each in combinations(waits, count)):
        coverage.on_backpressure(iter(waiting))
    assert judged(coverage.as_values())["backpressure"].complete


class Bench:
    """The hooks for resets and backpressure, without a simulator around it."""

    _cover_reset: Any = Watch._cover_reset
    on_reset_changed: Any = Watch._on_reset_changed
    cover_backpressure: Any = Watch._cover_backpressure

    def __init__(self) -> None:
        self.cycle = 0
        self._cycle = lambda: self.cycle
        self.tables = TABLES
        self.coverage = Coverage(TABLES)
        self.checker = Checker(TABLES, 4, lambda: self.cycle, self.coverage)
        self._s_msi_monitor = SimpleNamespace(waited=0, paused=False)
        self._s_evt_monitor = SimpleNamespace(waited=0, paused=False)
        self._s_range_monitor = SimpleNamespace(waited=0, paused=False)
        self._m_msi_monitor = SimpleNamespace(waited=0, paused=False)
        self.inputs = {
            "s_msi": self._s_msi_monitor,
            "s_evt": self._s_evt_monitor,
            "s_range": self._s_range_monitor,
        }
        self._monitors = (*self.inputs.values(), self._m_msi_monitor)
        self._reset_changed: int | None = None
        self.resets = 0
        self._in_reset = False

    def reset(self, cycles: int, quiet: int = FAR) -> set[str]:
        """Reset for some cycles, after some quiet ones; return what was newly hit."""
        before = set(self.coverage.as_values().get("reset", {}))
        self.cycle += quiet
        self.on_reset_changed(False)
        self.cycle += cycles
        self.on_reset_changed(True)
        return set(self.coverage.as_values().get("reset", {})) - before


@pytest.fixture
def bench() -> Bench:
    """Return a bench after its first reset, which does not count."""
    bench = Bench()
    bench.on_reset_changed(True)
    assert bench.coverage.as_values() == {}
    return bench


def test_the_first_reset_does_not_count() -> None:
    bench = Bench()
    bench.on_reset_changed(False)
    bench.on_reset_changed(True)
    assert bench.coverage.as_values() == {}


def test_how_long_a_reset_lasted(bench: Bench) -> None:
    assert bench.reset(1) == {"nothing", "1 cycle"}
    assert bench.reset(2) == {"2 cycles"}
    assert bench.reset(3) == {"3 cycles or more"}


def test_a_reset_while_the_tables_are_cleared(bench: Bench) -> None:
    assert bench.reset(1, quiet=max(TABLES) + 1) == {"nothing", "1 cycle"}
    assert bench.reset(1, quiet=max(TABLES)) == {"clearing"}


def test_a_reset_while_something_waits(bench: Bench) -> None:
    bench.reset(1)
    for name in ("s_msi", "s_evt", "s_range", "m_msi"):
        monitor = getattr(bench, f"_{name}_monitor")
        monitor.waited = 1
        assert bench.reset(1) == {f"{name} waiting"}
        monitor.waited = 0


def test_what_a_reset_finds_in_the_checker(bench: Bench) -> None:
    registers = "registers"
    bench.reset(1)
    sent = SignalEvent(4)

    def made(*more: Operation) -> None:
        for operation in (*MADE, *more):
            bench.checker.registers.on_command(operation)
            bench.checker.on_retired(Retired(Source.COMMAND, operation, Answer.OK))

    steps: dict[str, list[tuple[str, Any]]] = {
        "an operation in the engine": [("on_event_accepted", sent)],
        "a command in flight": [
            (f"{registers}.on_write_address", (csr.COMMAND.offset, 0)),
            (f"{registers}.on_write_data", (Disable.code, 15)),
        ],
        "a write half issued": [(f"{registers}.on_write_data", (1, 15))],
        "a write response due": [
            (f"{registers}.on_write_address", (csr.ARG_RID.offset, 0)),
            (f"{registers}.on_write_data", (1, 15)),
        ],
        "read data due": [(f"{registers}.on_read_address", (csr.STATUS.offset, 0))],
        "an alert": [(f"{registers}.on_alert", True)],
    }
    for what, calls in steps.items():
        for path, argument in calls:
            function: Any = bench.checker
            for part in path.split("."):
                function = getattr(function, part)
            function(argument)
        also = {"a write response due"} if what == "a command in flight" else set()
        assert what in bench.checker.reset_finds()
        assert set(bench.checker.reset_finds()) == {what} | also
        bench.reset(1)
        assert bench.checker.reset_finds() == [], "the checker starts over"

    made()
    assert bench.checker.reset_finds() == []
    bench.checker.on_event_accepted(sent)
    bench.checker.on_retired(Retired(Source.EVENT, sent, Answer.HELD_PENDING))
    assert bench.checker.reset_finds() == ["an event pending"]
    bench.reset(1)
    made(Enable(4, 64, 1))
    did = Reference(TABLES)
    for operation in (*MADE, Enable(4, 64, 1)):
        did.execute(operation)
    message = did.execute(sent).message
    assert message is not None
    bench.checker.on_event_accepted(sent)
    bench.checker.on_retired(Retired(Source.EVENT, sent, Answer.SENT, None, message))
    assert bench.checker.reset_finds() == ["a message on its way"]
    bench.reset(1)
    hit = set(bench.coverage.as_values()["reset"])
    waits = {f"{name} waiting" for name in (*bench.inputs, "m_msi")} | {"clearing"}
    assert set(UNDER_WAY) - waits <= hit


def test_backpressure_counts_from_four_cycles_on(bench: Bench) -> None:
    bench._s_evt_monitor.waited = 1
    bench._m_msi_monitor.waited = 3
    bench.cover_backpressure(bench.coverage)
    assert "backpressure" not in bench.coverage.as_values()
    bench._m_msi_monitor.waited = 4
    bench.cover_backpressure(bench.coverage)
    assert bench.coverage.as_values()["backpressure"] == {"s_evt": 1}


# ---- registers -----------------------------------------------------------------------------------


def write(bench: Bench, register: csr.Register, data: int, strobes: int = 15) -> None:
    """Show the register model a whole write."""
    bench.checker.registers.on_write_address((register.offset, 0))
    bench.checker.registers.on_write_data((data, strobes))
    bench.checker.registers.on_write_response((0,))


def read(bench: Bench, register: csr.Register, data: int) -> None:
    """Show the register model a whole read."""
    bench.checker.registers.on_read_address((register.offset, 0))
    bench.checker.registers.on_read_data((data, 0))


def test_registers_read_and_written(bench: Bench) -> None:
    write(bench, csr.ARG_RID, 1)
    write(bench, csr.ARG_BUS, 1, 0b0101)
    write(bench, csr.ARG_BUS, 1, 0)
    read(bench, csr.IDENTITY, 0x4D53_4954)
    bench.checker.registers.on_read_address((0x7C, 0))  # no register
    bench.checker.registers.on_read_data((0, 0))
    assert bench.coverage.as_values()["register"] == {
        "written / ARG_RID": 1,
        "written in part / ARG_BUS": 2,
        "read / IDENTITY": 1,
    }


def test_commands_refused(bench: Bench) -> None:
    write(bench, csr.COMMAND, csr.OperationCode.NONE)
    assert bench.coverage.as_values()["command"] == {REFUSED_UNNAMED: 1}
    write(bench, csr.COMMAND, Disable.code)
    assert bench.coverage.as_values()["command"] == {REFUSED_UNNAMED: 1}
    write(bench, csr.COMMAND, Disable.code)
    assert bench.coverage.as_values()["command"] == {REFUSED_UNNAMED: 1, REFUSED_BUSY: 1}
    bench.checker.on_retired(Retired(Source.COMMAND, Disable(0), Answer.ERROR_NO_ROUTE))
    assert judged(bench.coverage.as_values())["command"].complete
    assert bench.checker.mismatches == 0


def test_counters(bench: Bench) -> None:
    for number in range(17):  # 4 bits
        if number in (0, 1, 14, 15, 16):
            read(bench, csr.ERRORS, min(number, 15))
        bench.checker.on_retired(Retired(Source.EVENT, SignalEvent(4), Answer.ERROR_NO_ROUTE))
    assert bench.coverage.as_values()["counter"] == {
        "ERRORS / zero": 1,
        "ERRORS / counting": 2,
        "ERRORS / saturated": 2,
    }
    assert {f"{name} / zero" for name in COUNTERS} <= set(judged({})["counter"].bins)
