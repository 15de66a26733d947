# SPDX-License-Identifier: MIT
"""Bus ranges that share buses: what counts, and that each pair is warned of once."""

import pytest

from msi_its_model import (
    SHARED_BUSES,
    AssignedBusRange,
    BusClaims,
    InMemoryIrqFd,
    ItsIrqFd,
    ItsSignalMsi,
    MsiConnection,
    MsiRoute,
    MsiTarget,
    RaisedWarning,
)
from tests.model.recording import RecordingSignalMsi


class Port:
    """A port: its bus range, a connection with an ITS of its own, and a target of both."""

    def __init__(
        self, secondary: int, subordinate: int, base: int = 0, devid_bits: int = 32
    ) -> None:
        self.bus_range = AssignedBusRange()
        self.bus_range.set_bus_range(secondary, subordinate)
        self.connection = MsiConnection()
        self.base = base
        its = RecordingSignalMsi()
        self.its = ItsSignalMsi(its, devid_base=base, devid_bits=devid_bits)
        self.irqfd = ItsIrqFd(InMemoryIrqFd(its), devid_base=base, devid_bits=devid_bits)
        self.connection.connect(self.its)
        self.target = self.connection.msi_target(self.bus_range, 0)


def shared(*holders: MsiTarget | MsiRoute) -> list[tuple[int, int]]:
    return [(each.first, each.last) for each in BusClaims().check(holders)]


@pytest.mark.parametrize(
    ("one", "other", "devids"),
    [
        ((5, 10), (11, 20), []),
        ((5, 10), (10, 20), [(0x0A00, 0x0AFF)]),
        ((5, 10), (6, 7), [(0x0600, 0x07FF)]),
        ((5, 10), (5, 10), [(0x0500, 0x0AFF)]),
        ((10, 20), (5, 10), [(0x0A00, 0x0AFF)]),
        ((0, 0), (0, 0), [(0, 0xFF)]),
        ((0, 0), (0, 255), [(0, 0xFF)]),
        ((10, 5), (0, 255), []),
        ((10, 5), (10, 5), []),
        ((255, 255), (0, 255), [(0xFF00, 0xFFFF)]),
    ],
)
def test_ranges_that_intersect_share_what_is_in_both(
    one: tuple[int, int], other: tuple[int, int], devids: list[tuple[int, int]]
) -> None:
    assert shared(Port(*one).target, Port(*other).target) == devids


def test_ranges_of_two_bases_share_where_their_device_ids_meet() -> None:
    assert shared(Port(5, 10).target, Port(5, 10, base=0x1_0000).target) == []
    assert shared(Port(5, 10).target, Port(4, 4, base=0x0100).target) == [(0x0500, 0x05FF)]


def test_what_the_its_is_too_narrow_for_is_shared_by_nobody() -> None:
    beyond = [Port(5, 10, base=0x1_0000, devid_bits=16).target for _ in range(2)]
    assert shared(*beyond) == []
    carries = [Port(5, 10, base=0xF800, devid_bits=16).target for _ in range(2)]
    assert shared(*carries) == [(0xFD00, 0xFFFF)]


def test_targets_of_one_range_are_one_port() -> None:
    port = Port(5, 10)
    assert shared(port.target, port.target.with_devfn(8), port.target) == []


def test_range_alone_and_connection_without_its_claim_nothing() -> None:
    port, other = Port(5, 10), Port(5, 10)
    other.connection.disconnect()
    assert shared(port.target, other.target, MsiTarget.disconnected()) == []
    other.connection.connect_irqfd(other.irqfd)
    assert shared(port.target, other.target) == [(0x0500, 0x0AFF)]


def test_route_claims_with_the_irqfd_that_it_has_kept() -> None:
    port, other = Port(5, 10), Port(5, 10)
    other.connection.connect_irqfd(other.irqfd)
    route = other.target.new_route()
    assert route is not None
    other.connection.disconnect()
    elsewhere = ItsIrqFd(InMemoryIrqFd(RecordingSignalMsi()), 7)
    other.connection.connect_irqfd(elsewhere)
    assert shared(port.target, other.target) == []
    assert shared(port.target, other.target, route) == [(0x0500, 0x0AFF)]
    route.free()
    assert shared(port.target, other.target, route) == []


def test_each_pair_is_found_once_in_the_order_of_device_ids() -> None:
    ports = [Port(20, 30), Port(0, 255), Port(5, 10), Port(10, 20)]
    for port in ports:
        port.connection.connect_irqfd(port.irqfd)
    found = BusClaims().check(port.target for port in ports)
    numbers = {port.bus_range: number for number, port in enumerate(ports)}
    pairs = [tuple(numbers[each] for each in both.ranges) for both in found]
    assert pairs == [(1, 2), (1, 3), (1, 0), (2, 3), (3, 0)]


def test_each_pair_is_warned_of_once(raised: list[RaisedWarning]) -> None:
    claims = BusClaims()
    ports = [Port(5, 10), Port(10, 20), Port(30, 40)]
    targets = [port.target for port in ports]
    for _ in range(3):
        assert len(claims.check(targets)) == 1
    assert raised == [RaisedWarning(SHARED_BUSES, {"first_devid": 0x0A00, "last_devid": 0x0AFF})]
    ports[1].bus_range.set_bus_range(11, 20)
    assert claims.check(targets) == []
    ports[1].bus_range.set_bus_range(5, 20)
    assert len(claims.check(targets)) == 1
    assert len(raised) == 1, "the same pair"
    ports[2].bus_range.set_bus_range(20, 40)
    assert len(claims.check(targets)) == 2
    assert len(raised) == 2, "another pair"


def test_rules_do_not_depend_on_it(raised: list[RaisedWarning]) -> None:
    port, other = Port(5, 10), Port(5, 10)
    port.target.signal_msi_with_rid(0x0500, 0x1000, 1)
    other.target.signal_msi_with_rid(0x0500, 0x1000, 1)
    assert raised == []
