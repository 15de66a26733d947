# SPDX-License-Identifier: MIT
"""OpenVMM's own nine unit tests of `pci_core::msi`, by their names, under each profile."""

from typing import NamedTuple

from msi_its_model import AssignedBusRange, InMemoryEvent, MsiConnection, Profile
from tests.model.recording import RecordingSignalMsi


class Enable(NamedTuple):
    address: int
    data: int
    devid: int | None


class Disable(NamedTuple):
    pass


class MockIrqFdRoute:
    """A route that records how it was called."""

    def __init__(self) -> None:
        self.calls: list[Enable | Disable] = []
        self._event = InMemoryEvent()

    def event(self) -> InMemoryEvent:
        return self._event

    def enable(self, address: int, data: int, devid: int | None) -> None:
        self.calls.append(Enable(address, data, devid))

    def disable(self) -> None:
        self.calls.append(Disable())


class MockIrqFd:
    """An irqfd backend that keeps the routes it made."""

    def __init__(self) -> None:
        self.routes: list[MockIrqFdRoute] = []

    def new_irqfd_route(self) -> MockIrqFdRoute:
        self.routes.append(MockIrqFdRoute())
        return self.routes[-1]


def assigned(secondary: int, subordinate: int) -> AssignedBusRange:
    bus_range = AssignedBusRange()
    bus_range.set_bus_range(secondary, subordinate)
    return bus_range


def recorded(
    secondary: int, subordinate: int, devfn: int, profile: Profile
) -> tuple[MsiConnection, RecordingSignalMsi]:
    connection = MsiConnection(assigned(secondary, subordinate), devfn, profile=profile)
    recorder = RecordingSignalMsi()
    connection.connect(recorder)
    return connection, recorder


def test_signal_msi_resolves_default_bdf(profile: Profile) -> None:
    connection, recorder = recorded(5, 10, 0x18, profile)
    connection.target().signal_msi(0xFEE0_0000, 42)
    assert recorder.take() == [(0x0518, 0xFEE0_0000, 42)]


def test_signal_msi_with_rid_accepts_bus_in_range(profile: Profile) -> None:
    connection, recorder = recorded(5, 10, 0, profile)
    connection.target().signal_msi_with_rid(0x070A, 0xABCD, 99)
    assert recorder.take() == [(0x070A, 0xABCD, 99)]


def test_signal_msi_with_rid_drops_bus_outside_range(profile: Profile) -> None:
    connection, recorder = recorded(5, 10, 0, profile)
    connection.target().signal_msi_with_rid(11 << 8, 0xABCD, 1)
    assert recorder.pop() is None
    connection.target().signal_msi_with_rid(4 << 8, 0xABCD, 2)
    assert recorder.pop() is None


def test_signal_msi_with_rid_accepts_boundary_buses(profile: Profile) -> None:
    connection, recorder = recorded(5, 10, 0, profile)
    connection.target().signal_msi_with_rid(5 << 8, 0x1000, 10)
    assert recorder.pop() == (0x0500, 0x1000, 10)
    connection.target().signal_msi_with_rid(10 << 8, 0x2000, 20)
    assert recorder.pop() == (0x0A00, 0x2000, 20)


def test_route_enable_resolves_default_bdf(profile: Profile) -> None:
    connection = MsiConnection(assigned(3, 8), 0x10, profile=profile)
    irqfd = MockIrqFd()
    connection.connect_irqfd(irqfd)
    route = connection.target().new_route()
    assert route is not None
    route.enable(0xFEE0_0000, 55)
    assert irqfd.routes[0].calls == [Enable(0xFEE0_0000, 55, devid=0x0310)]


def test_route_enable_with_rid_accepts_bus_in_range(profile: Profile) -> None:
    connection = MsiConnection(assigned(5, 10), 0, profile=profile)
    irqfd = MockIrqFd()
    connection.connect_irqfd(irqfd)
    route = connection.target().new_route()
    assert route is not None
    route.enable_with_rid(0x070A, 0xBEEF, 77)
    assert irqfd.routes[0].calls == [Enable(0xBEEF, 77, devid=0x070A)]


def test_route_enable_with_rid_disables_when_bus_outside_range(profile: Profile) -> None:
    connection = MsiConnection(assigned(5, 10), 0, profile=profile)
    irqfd = MockIrqFd()
    connection.connect_irqfd(irqfd)
    route = connection.target().new_route()
    assert route is not None
    route.enable_with_rid(11 << 8, 0xBEEF, 77)
    assert irqfd.routes[0].calls == [Disable()]


def test_with_devfn_derives_target_with_new_devfn(profile: Profile) -> None:
    connection, recorder = recorded(2, 5, 0, profile)
    connection.target().with_devfn(0x18).signal_msi(0x1000, 1)
    assert recorder.take() == [(0x0218, 0x1000, 1)]


def test_with_bus_range_derives_target_with_new_range(profile: Profile) -> None:
    connection, recorder = recorded(1, 20, 0, profile)
    derived = connection.target().with_bus_range(assigned(10, 15), 0x08)
    derived.signal_msi(0x2000, 2)
    assert recorder.pop() == (0x0A08, 0x2000, 2)
    # Bus 16 is in the parent's range, which does not count.
    derived.signal_msi_with_rid(16 << 8, 0x3000, 3)
    assert recorder.pop() is None
