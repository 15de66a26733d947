# SPDX-License-Identifier: MIT
"""Every width is checked on every public method, before any effect."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import pytest

from msi_its_model import (
    PROFILES,
    AssignedBusRange,
    DisconnectedMsiTarget,
    InMemoryIrqFd,
    ItsIrqFd,
    ItsIrqFdRoute,
    ItsSignalMsi,
    MsiConnection,
    MsiRoute,
    MsiTarget,
    RaisedWarning,
    check_width,
)
from tests.model.recording import RecordingSignalMsi

WIDTHS = {
    "bus": 8,
    "secondary": 8,
    "subordinate": 8,
    "devfn": 8,
    "rid": 16,
    "rid_offset": 16,
    "segment": 16,
    "devid_base": 32,
    "devid": 32,
    "data": 32,
    "address": 64,
}


OPTIONAL = ("devid", "segment", "devid_base")
"""What may be None: a message without identity, one of two ways to say a base."""


@dataclass
class World:
    """One of everything; the route is enabled, so that an effect on it shows."""

    recorder: RecordingSignalMsi
    bus_range: AssignedBusRange
    connection: MsiConnection
    route: MsiRoute
    today: MsiTarget  # of the profile with the widest offsets

    def observe(self) -> list[object]:
        """Return all that a call could have changed, by using it."""
        self.route.event().signal()
        pending = self.route.consume_pending()
        return [self.bus_range.bus_range(), self.recorder.take(), pending]


@pytest.fixture
def world(
    recorder: RecordingSignalMsi, bus_range: AssignedBusRange, connection: MsiConnection
) -> World:
    connection.connect_irqfd(InMemoryIrqFd(recorder))
    route = connection.target().new_route()
    assert route is not None
    route.enable(0x1000, 1)
    today = MsiConnection(profile=PROFILES["08ec11066"]).target()
    return World(recorder, bus_range, connection, route, today)


# The rids are out of range: a call that looked at the range before the widths would be seen.
CASES: dict[str, tuple[Callable[[World], Callable[..., Any]], dict[str, int]]] = {
    "AssignedBusRange.set_bus_range": (
        lambda world: world.bus_range.set_bus_range,
        {"secondary": 1, "subordinate": 2},
    ),
    "AssignedBusRange.contains_bus": (lambda world: world.bus_range.contains_bus, {"bus": 1}),
    "MsiConnection": (
        lambda world: lambda devfn: MsiConnection(world.bus_range, devfn),
        {"devfn": 1},
    ),
    "MsiTarget.with_devfn": (lambda world: world.connection.target().with_devfn, {"devfn": 1}),
    "MsiTarget.with_bus_range": (
        lambda world: (
            lambda devfn: world.connection.target().with_bus_range(world.bus_range, devfn)
        ),
        {"devfn": 1},
    ),
    "MsiConnection.msi_target": (
        lambda world: lambda devfn: world.connection.msi_target(world.bus_range, devfn),
        {"devfn": 1},
    ),
    "MsiTarget.with_rid_offset": (lambda world: world.today.with_rid_offset, {"rid_offset": 1}),
    "MsiTarget.with_rid": (lambda world: world.today.with_rid, {"rid": 1}),
    "MsiTarget.signal_msi": (
        lambda world: world.connection.target().signal_msi,
        {"address": 1, "data": 2},
    ),
    "MsiTarget.signal_msi_with_rid": (
        lambda world: world.connection.target().signal_msi_with_rid,
        {"rid": 0x0B00, "address": 1, "data": 2},
    ),
    "MsiRoute.enable": (lambda world: world.route.enable, {"address": 1, "data": 2}),
    "MsiRoute.enable_with_rid": (
        lambda world: world.route.enable_with_rid,
        {"rid": 0x0B00, "address": 1, "data": 2},
    ),
    "DisconnectedMsiTarget.signal_msi": (
        lambda world: DisconnectedMsiTarget().signal_msi,
        {"devid": 1, "address": 2, "data": 3},
    ),
    "InMemoryIrqFdRoute.enable": (
        lambda world: InMemoryIrqFd(world.recorder).new_irqfd_route().enable,
        {"devid": 1, "address": 2, "data": 3},
    ),
    "ItsSignalMsi": (
        lambda world: lambda segment: ItsSignalMsi(world.recorder, segment),
        {"segment": 1},
    ),
    "ItsSignalMsi at a base": (
        lambda world: lambda devid_base: ItsSignalMsi(world.recorder, devid_base=devid_base),
        {"devid_base": 1},
    ),
    "ItsSignalMsi.signal_msi": (
        lambda world: ItsSignalMsi(world.recorder, 1).signal_msi,
        {"devid": 1, "address": 2, "data": 3},
    ),
    "ItsIrqFd": (
        lambda world: lambda segment: ItsIrqFd(InMemoryIrqFd(world.recorder), segment),
        {"segment": 1},
    ),
    "ItsIrqFd at a base": (
        lambda world: (
            lambda devid_base: ItsIrqFd(InMemoryIrqFd(world.recorder), devid_base=devid_base)
        ),
        {"devid_base": 1},
    ),
    "ItsIrqFdRoute": (
        lambda world: (
            lambda segment: ItsIrqFdRoute(InMemoryIrqFd(world.recorder).new_irqfd_route(), segment)
        ),
        {"segment": 1},
    ),
    "ItsIrqFdRoute.enable": (
        lambda world: ItsIrqFd(InMemoryIrqFd(world.recorder), 1).new_irqfd_route().enable,
        {"devid": 1, "address": 2, "data": 3},
    ),
}
FIELDS = [(name, field) for name, (_, arguments) in CASES.items() for field in arguments]


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_too_wide_is_refused_before_any_effect(
    name: str, field: str, world: World, raised: list[RaisedWarning]
) -> None:
    find, arguments = CASES[name]
    before = world.observe()
    limit = 1 << WIDTHS[field]
    for value in (-1, limit, limit << 64, -limit):
        with pytest.raises(ValueError, match=rf"^{field} must fit in {WIDTHS[field]} bits") as e:
            find(world)(**arguments | {field: value})
        assert f"{value:#x}" in str(e.value)
    assert world.observe() == before
    assert raised == []


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_not_an_integer_is_refused_before_any_effect(
    name: str, field: str, world: World, raised: list[RaisedWarning]
) -> None:
    find, arguments = CASES[name]
    before = world.observe()
    for value in (True, 1.0, "1", b"\x01", [1]) + ((None,) if field not in OPTIONAL else ()):
        with pytest.raises(TypeError, match=rf"^{field} must be an unsigned") as e:
            find(world)(**arguments | {field: value})
        assert repr(value) in str(e.value)
    assert world.observe() == before
    assert raised == []


@pytest.mark.parametrize("extreme", ["smallest", "largest"])
@pytest.mark.parametrize("name", CASES)
def test_extremes_are_accepted(name: str, extreme: str, world: World) -> None:
    find, arguments = CASES[name]
    find(world)(
        **{field: 0 if extreme == "smallest" else (1 << WIDTHS[field]) - 1 for field in arguments}
    )


def test_largest_values_arrive_whole(
    connection: MsiConnection, bus_range: AssignedBusRange, recorder: RecordingSignalMsi
) -> None:
    bus_range.set_bus_range(0xFF, 0xFF)
    connection.connect(ItsSignalMsi(recorder, 0xFFFF))
    connection.target().with_devfn(0xFF).signal_msi((1 << 64) - 1, (1 << 32) - 1)
    connection.target().signal_msi_with_rid(0xFFFF, (1 << 64) - 1, (1 << 32) - 1)
    assert recorder.take() == [((1 << 32) - 1, (1 << 64) - 1, (1 << 32) - 1)] * 2


def test_integer_subclasses_are_integers() -> None:
    class Bus(IntEnum):
        ROOT = 5

    check_width("bus", Bus.ROOT, 8)
