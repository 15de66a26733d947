# SPDX-License-Identifier: MIT
"""The rules R1 to R11, where OpenVMM's nine tests do not reach."""

import dataclasses
import logging
from collections.abc import Callable

import pytest

import msi_its_model.its
import msi_its_model.msi
from msi_its_model import (
    DROPPED_BUS_RANGE,
    DROPPED_DISCONNECTED,
    DROPPED_NO_BDF,
    REFUSED_BUS_RANGE,
    REFUSED_NO_BDF,
    AssignedBusRange,
    DisconnectedMsiTarget,
    InMemoryEvent,
    InMemoryIrqFd,
    ItsIrqFd,
    ItsSignalMsi,
    MsiConnection,
    MsiRoute,
    MsiTarget,
    RaisedWarning,
    RateLimited,
)
from tests.model.recording import FakeClock, RecordingSignalMsi


@pytest.fixture
def route(connection: MsiConnection, recorder: RecordingSignalMsi) -> MsiRoute:
    """A route of the connection's own target (buses 5 to 10, devfn 0x18), through segment 3."""
    connection.connect_irqfd(ItsIrqFd(InMemoryIrqFd(recorder), 3))
    return made(connection.target())


def made(target: MsiTarget) -> MsiRoute:
    route = target.new_route()
    assert route is not None
    return route


# R1


def test_r1_reset_range_is_bus_0_only() -> None:
    bus_range = AssignedBusRange()
    assert bus_range.bus_range() == (0, 0)
    assert [bus for bus in range(256) if bus_range.contains_bus(bus)] == [0]


@pytest.mark.parametrize(("secondary", "subordinate"), [(5, 10), (7, 7), (0, 255), (255, 255)])
def test_r1_both_bounds_are_in_range(secondary: int, subordinate: int) -> None:
    bus_range = AssignedBusRange()
    bus_range.set_bus_range(secondary, subordinate)
    inside = [bus for bus in range(256) if bus_range.contains_bus(bus)]
    assert inside == list(range(secondary, subordinate + 1))


@pytest.mark.parametrize(("secondary", "subordinate"), [(10, 5), (1, 0), (255, 0), (255, 254)])
def test_r1_inverted_range_contains_no_bus(secondary: int, subordinate: int) -> None:
    bus_range = AssignedBusRange()
    bus_range.set_bus_range(secondary, subordinate)
    assert not any(bus_range.contains_bus(bus) for bus in range(256))


def test_r1_with_rid_agrees_with_contains_bus_on_every_bus(
    connection: MsiConnection, bus_range: AssignedBusRange, recorder: RecordingSignalMsi
) -> None:
    for bus in range(256):
        connection.target().signal_msi_with_rid(bus << 8 | 0xFF, 0x1000, bus)
        sent = [(bus << 8 | 0xFF, 0x1000, bus)] if bus_range.contains_bus(bus) else []
        assert recorder.take() == sent


# R2


def test_r2_secondary_bus_is_read_at_that_moment(
    connection: MsiConnection, bus_range: AssignedBusRange, recorder: RecordingSignalMsi
) -> None:
    target = connection.target()
    target.signal_msi(0x1000, 1)
    bus_range.set_bus_range(0x20, 0x21)
    assert target.default_bdf() == 0x2018
    target.signal_msi(0x1000, 2)
    assert recorder.take() == [(0x0518, 0x1000, 1), (0x2018, 0x1000, 2)]


def test_r2_inverted_range_still_sends(
    connection: MsiConnection,
    bus_range: AssignedBusRange,
    recorder: RecordingSignalMsi,
    raised: list[RaisedWarning],
) -> None:
    bus_range.set_bus_range(10, 5)
    connection.target().signal_msi(0x1000, 1)
    assert recorder.take() == [(0x0A18, 0x1000, 1)]
    assert raised == []


# R3


def test_r3_devfn_of_target_plays_no_part(
    connection: MsiConnection, recorder: RecordingSignalMsi
) -> None:
    connection.target().signal_msi_with_rid(0x0742, 0x1000, 1)
    assert recorder.take() == [(0x0742, 0x1000, 1)]


def test_r3_warning_names_rid_secondary_and_subordinate(
    connection: MsiConnection, raised: list[RaisedWarning]
) -> None:
    connection.target().signal_msi_with_rid(0x0B42, 0x1000, 1)
    fields = {"rid": 0x0B42, "secondary": 5, "subordinate": 10}
    assert raised == [RaisedWarning(DROPPED_BUS_RANGE, fields)]
    assert str(raised[0]) == f"{DROPPED_BUS_RANGE} (rid=0xb42 secondary=0x5 subordinate=0xa)"


def test_r3_range_check_comes_before_the_backend(raised: list[RaisedWarning]) -> None:
    target = MsiTarget.disconnected()
    target.signal_msi_with_rid(0x0100, 0x1000, 1)
    target.signal_msi_with_rid(0x0012, 0x1000, 1)
    assert [warning.message for warning in raised] == [DROPPED_BUS_RANGE, DROPPED_DISCONNECTED]


# R4


def test_r4_connection_without_backend_drops_with_a_warning(
    bus_range: AssignedBusRange, raised: list[RaisedWarning]
) -> None:
    MsiConnection(bus_range, 0x18).target().signal_msi(0x1000, 1)
    assert raised == [RaisedWarning(DROPPED_DISCONNECTED, {"rid": 0x0518})]


def test_r4_disconnected_has_range_0_0_and_devfn_0(raised: list[RaisedWarning]) -> None:
    target = MsiTarget.disconnected()
    assert target.default_bdf() == 0
    assert not target.supports_direct_msi()
    assert target.new_route() is None
    target.signal_msi(0x1000, 1)
    target.signal_msi_with_rid(0x0012, 0x1000, 1)
    assert raised == [
        RaisedWarning(DROPPED_DISCONNECTED, {"rid": 0}),
        RaisedWarning(DROPPED_DISCONNECTED, {"rid": 0x12}),
    ]
    target.signal_msi_with_rid(0x0100, 0x1000, 1)
    fields = {"rid": 0x0100, "secondary": 0, "subordinate": 0}
    assert raised[2:] == [RaisedWarning(DROPPED_BUS_RANGE, fields)]


def test_r4_disconnected_targets_share_nothing(recorder: RecordingSignalMsi) -> None:
    first, second = MsiTarget.disconnected(), MsiTarget.disconnected()
    assert first._inner is not second._inner
    assert first._default_bdf.bus_range is not second._default_bdf.bus_range


def test_r4_disconnect_drops_again_and_keeps_the_irqfd(
    connection: MsiConnection,
    route: MsiRoute,
    recorder: RecordingSignalMsi,
    raised: list[RaisedWarning],
) -> None:
    connection.disconnect()
    connection.target().signal_msi(0x1000, 1)
    assert recorder.take() == []
    assert [warning.message for warning in raised] == [DROPPED_DISCONNECTED]
    assert connection.target().supports_direct_msi()


def test_r4_sender_without_identity_is_dropped_too(raised: list[RaisedWarning]) -> None:
    DisconnectedMsiTarget().signal_msi(None, 0x1000, 1)
    assert raised == [RaisedWarning(DROPPED_DISCONNECTED, {})]


# R5


def test_r5_with_devfn_keeps_connection_and_bus_range(
    connection: MsiConnection, bus_range: AssignedBusRange
) -> None:
    derived = connection.target().with_devfn(0x20)
    other = RecordingSignalMsi()
    connection.connect(other)
    bus_range.set_bus_range(0x30, 0x31)
    derived.signal_msi(0x1000, 1)
    derived.signal_msi_with_rid(0x0500, 0x1000, 2)
    assert other.take() == [(0x3020, 0x1000, 1)]


def test_r5_with_bus_range_keeps_connection_and_follows_its_own_range(
    connection: MsiConnection, bus_range: AssignedBusRange
) -> None:
    own = AssignedBusRange()
    derived = connection.target().with_bus_range(own, 0x20)
    other = RecordingSignalMsi()
    connection.connect(other)
    own.set_bus_range(0x40, 0x41)
    bus_range.set_bus_range(0x30, 0x31)
    derived.signal_msi(0x1000, 1)
    derived.signal_msi_with_rid(0x3000, 0x1000, 2)
    derived.signal_msi_with_rid(0x4100, 0x1000, 3)
    assert other.take() == [(0x4020, 0x1000, 1), (0x4100, 0x1000, 3)]


def test_r5_with_devfn_of_a_derived_target_keeps_the_derived_range(
    connection: MsiConnection,
) -> None:
    own = AssignedBusRange()
    own.set_bus_range(0x40, 0x41)
    derived = connection.target().with_bus_range(own, 0x20).with_devfn(0x21)
    assert derived.default_bdf() == 0x4021


def test_r5_targets_are_immutable(connection: MsiConnection) -> None:
    target = connection.target()
    target.with_devfn(0x20)
    target.with_bus_range(AssignedBusRange(), 0x20)
    assert target.default_bdf() == 0x0518
    for field in dataclasses.fields(target):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(target, field.name, None)


# R6


def test_r6_connect_replaces_the_backend_of_every_target(
    connection: MsiConnection, recorder: RecordingSignalMsi
) -> None:
    target = connection.target()
    targets = [target, target.with_devfn(1), target.with_bus_range(AssignedBusRange(), 2)]
    other = RecordingSignalMsi()
    connection.connect(other)
    for target in targets:
        target.signal_msi(0x1000, 1)
    assert recorder.take() == []
    assert [devid for devid, _, _ in other.take()] == [0x0518, 0x0501, 0x0002]


def test_r6_connect_irqfd_holds_for_routes_made_afterwards(
    connection: MsiConnection, route: MsiRoute, recorder: RecordingSignalMsi
) -> None:
    derived = connection.target().with_devfn(0x20)
    other = RecordingSignalMsi()
    connection.connect_irqfd(ItsIrqFd(InMemoryIrqFd(other), 4))
    later = made(derived)
    for each in (route, later):
        each.enable(0x1000, 1)
        each.event().signal()
    assert recorder.take() == [(0x3_0518, 0x1000, 1)]
    assert other.take() == [(0x4_0520, 0x1000, 1)]


# R7


def test_r7_no_route_without_an_irqfd(
    connection: MsiConnection, recorder: RecordingSignalMsi, raised: list[RaisedWarning]
) -> None:
    derived = connection.target().with_devfn(1)
    assert derived.new_route() is None
    assert not derived.supports_direct_msi()
    connection.connect_irqfd(InMemoryIrqFd(recorder))
    assert derived.new_route() is not None
    assert derived.supports_direct_msi()
    assert raised == []


def test_r7_error_of_the_irqfd_backend_is_passed_on(connection: MsiConnection) -> None:
    class Exhausted:
        def new_irqfd_route(self) -> MsiRoute:
            raise OSError("no route left")

    connection.connect_irqfd(ItsIrqFd(Exhausted(), 0))  # type: ignore[arg-type]
    with pytest.raises(OSError, match="no route left"):
        connection.target().new_route()


def test_r7_new_route_is_disabled_with_nothing_pending(
    route: MsiRoute, recorder: RecordingSignalMsi
) -> None:
    assert not route.consume_pending()
    route.event().signal()
    assert recorder.take() == []
    assert route.consume_pending()


def test_r7_route_delivers_whether_or_not_a_backend_is_connected(
    connection: MsiConnection,
    route: MsiRoute,
    recorder: RecordingSignalMsi,
    raised: list[RaisedWarning],
) -> None:
    route.enable(0x1000, 1)
    connection.disconnect()
    route.event().signal()
    assert recorder.take() == [(0x3_0518, 0x1000, 1)]
    assert raised == []


# R8


def test_r8_enable_fixes_the_device_id_at_that_moment(
    bus_range: AssignedBusRange, route: MsiRoute, recorder: RecordingSignalMsi
) -> None:
    bus_range.set_bus_range(6, 10)
    route.enable(0x1000, 1)
    bus_range.set_bus_range(0x20, 0x21)
    route.event().signal()
    assert recorder.take() == [(0x3_0618, 0x1000, 1)]
    route.enable(0x1000, 2)
    route.event().signal()
    assert recorder.take() == [(0x3_2018, 0x1000, 2)]


def test_r8_enable_does_not_check_the_range(
    bus_range: AssignedBusRange,
    route: MsiRoute,
    recorder: RecordingSignalMsi,
    raised: list[RaisedWarning],
) -> None:
    bus_range.set_bus_range(10, 5)
    route.enable(0x1000, 1)
    route.event().signal()
    assert recorder.take() == [(0x3_0A18, 0x1000, 1)]
    assert raised == []


def test_r8_enable_with_rid_uses_the_rid_and_not_the_devfn(
    bus_range: AssignedBusRange, route: MsiRoute, recorder: RecordingSignalMsi
) -> None:
    route.enable_with_rid(0x0A42, 0x1000, 1)
    bus_range.set_bus_range(0, 0)
    route.event().signal()
    assert recorder.take() == [(0x3_0A42, 0x1000, 1)]


def test_r8_refused_enable_disables_a_route_that_was_enabled(
    route: MsiRoute, recorder: RecordingSignalMsi, raised: list[RaisedWarning]
) -> None:
    route.enable(0x1000, 1)
    route.enable_with_rid(0x0B42, 0x2000, 2)
    fields = {"rid": 0x0B42, "secondary": 5, "subordinate": 10}
    assert raised == [RaisedWarning(REFUSED_BUS_RANGE, fields)]
    route.event().signal()
    assert recorder.take() == []
    assert route.consume_pending()


def test_r8_refused_enable_keeps_what_is_pending(
    route: MsiRoute, recorder: RecordingSignalMsi
) -> None:
    route.event().signal()
    route.enable_with_rid(0x0442, 0x2000, 2)
    assert recorder.take() == []
    route.enable_with_rid(0x0542, 0x3000, 3)
    assert recorder.take() == [(0x3_0542, 0x3000, 3)]


def test_r8_route_follows_the_range_of_its_target(
    connection: MsiConnection, route: MsiRoute, recorder: RecordingSignalMsi
) -> None:
    own = AssignedBusRange()
    derived = made(connection.target().with_bus_range(own, 0x20))
    own.set_bus_range(0x40, 0x41)
    derived.enable_with_rid(0x0500, 0x1000, 1)
    derived.event().signal()
    assert recorder.take() == []
    derived.enable(0x2000, 2)
    assert recorder.take() == [(0x3_4020, 0x2000, 2)]


# R9


def test_r9_each_event_on_an_enabled_route_sends_its_message(
    route: MsiRoute, recorder: RecordingSignalMsi
) -> None:
    route.enable(0x1000, 1)
    assert recorder.take() == []
    for _ in range(3):
        route.event().signal()
    assert recorder.take() == [(0x3_0518, 0x1000, 1)] * 3
    assert not route.consume_pending()


def test_r9_events_coalesce_and_go_out_once_with_the_new_message(
    bus_range: AssignedBusRange, route: MsiRoute, recorder: RecordingSignalMsi
) -> None:
    route.enable(0x1000, 1)
    route.disable()
    for _ in range(3):
        route.event().signal()
    assert recorder.take() == []
    bus_range.set_bus_range(7, 10)
    route.enable(0x2000, 2)
    assert recorder.take() == [(0x3_0718, 0x2000, 2)]
    route.enable(0x3000, 3)
    assert recorder.take() == []
    assert not route.consume_pending()


def test_r9_consume_pending_returns_and_clears(
    route: MsiRoute, recorder: RecordingSignalMsi
) -> None:
    route.event().signal()
    route.event().signal()
    assert route.consume_pending()
    assert not route.consume_pending()
    route.enable(0x1000, 1)
    assert recorder.take() == []


def test_r9_disable_keeps_what_is_pending(route: MsiRoute, recorder: RecordingSignalMsi) -> None:
    route.event().signal()
    route.disable()
    route.disable()
    route.enable(0x1000, 1)
    assert recorder.take() == [(0x3_0518, 0x1000, 1)]


def test_r9_routes_of_one_target_share_nothing(
    connection: MsiConnection, route: MsiRoute, recorder: RecordingSignalMsi
) -> None:
    other = made(connection.target())
    route.event().signal()
    other.enable(0x1000, 1)
    assert recorder.take() == []
    other.event().signal()
    assert recorder.take() == [(0x3_0518, 0x1000, 1)]
    assert route.consume_pending()
    assert not other.consume_pending()


def test_r9_event_on_its_own_is_one_bit() -> None:
    event = InMemoryEvent()
    assert not event.try_wait()
    event.signal()
    event.signal()
    assert event.try_wait()
    assert not event.try_wait()


# R10


@pytest.mark.parametrize(
    ("segment", "bdf", "devid"),
    [(0, 0, 0), (0, 0xFFFF, 0xFFFF), (1, 0x0518, 0x1_0518), (0xFFFF, 0xFFFF, 0xFFFF_FFFF)],
)
def test_r10_device_id_is_segment_and_bdf(segment: int, bdf: int, devid: int) -> None:
    recorder = RecordingSignalMsi()
    ItsSignalMsi(recorder, segment).signal_msi(bdf, 0x1000, 1)
    route = ItsIrqFd(InMemoryIrqFd(recorder), segment).new_irqfd_route()
    route.enable(0x2000, 2, bdf)
    route.event().signal()
    assert recorder.take() == [(devid, 0x1000, 1), (devid, 0x2000, 2)]


def test_r10_upper_half_of_the_bdf_is_masked(recorder: RecordingSignalMsi) -> None:
    ItsSignalMsi(recorder, 2).signal_msi(0xDEAD_0518, 0x1000, 1)
    route = ItsIrqFd(InMemoryIrqFd(recorder), 2).new_irqfd_route()
    route.enable(0x2000, 2, 0xDEAD_0518)
    route.event().signal()
    assert [devid for devid, _, _ in recorder.take()] == [0x2_0518, 0x2_0518]


def test_r10_message_without_bdf_is_dropped_visibly(
    recorder: RecordingSignalMsi, raised: list[RaisedWarning]
) -> None:
    ItsSignalMsi(recorder, 2).signal_msi(None, 0x1000, 1)
    assert recorder.take() == []
    assert raised == [RaisedWarning(DROPPED_NO_BDF, {"segment": 2})]


def test_r10_enable_without_bdf_leaves_the_route_as_it_is(
    recorder: RecordingSignalMsi, raised: list[RaisedWarning]
) -> None:
    route = ItsIrqFd(InMemoryIrqFd(recorder), 2).new_irqfd_route()
    route.enable(0x1000, 1, 0x0518)
    route.enable(0x2000, 2, None)
    route.event().signal()
    assert recorder.take() == [(0x2_0518, 0x1000, 1)]
    assert raised == [RaisedWarning(REFUSED_NO_BDF, {"segment": 2})]


# R11 (the limiter itself: test_ratelimit.py)


def test_r11_each_place_has_a_limit_of_its_own(
    connection: MsiConnection,
    route: MsiRoute,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    places = {
        "_dropped_bus_range": msi_its_model.msi,
        "_dropped_disconnected": msi_its_model.msi,
        "_refused_bus_range": msi_its_model.msi,
        "_dropped_no_bdf": msi_its_model.its,
        "_refused_no_bdf": msi_its_model.its,
    }
    assert len({getattr(module, name) for name, module in places.items()}) == len(places)
    for name, module in places.items():
        monkeypatch.setattr(module, name, RateLimited(clock=clock))
    wrapper = ItsSignalMsi(RecordingSignalMsi(), 2)
    wrapper_route = ItsIrqFd(InMemoryIrqFd(RecordingSignalMsi()), 2).new_irqfd_route()
    floods: dict[str, Callable[[], None]] = {
        DROPPED_BUS_RANGE: lambda: connection.target().signal_msi_with_rid(0x0B00, 0x1000, 1),
        DROPPED_DISCONNECTED: lambda: MsiTarget.disconnected().signal_msi(0x1000, 1),
        REFUSED_BUS_RANGE: lambda: route.enable_with_rid(0x0B00, 0x1000, 1),
        DROPPED_NO_BDF: lambda: wrapper.signal_msi(None, 0x1000, 1),
        REFUSED_NO_BDF: lambda: wrapper_route.enable(0x1000, 1, None),
    }
    with caplog.at_level(logging.WARNING, logger="msi_its_model"):
        for message, flood in floods.items():
            caplog.clear()
            for _ in range(30):
                flood()
            assert len(caplog.messages) == 10
            assert all(line.startswith(message) for line in caplog.messages)
