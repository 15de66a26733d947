# SPDX-License-Identifier: MIT
"""The rules R1 to R11, where OpenVMM's nine tests do not reach.

What uses a connection or a route of the fixtures runs under each profile; what a profile's own
rule decides names the profile, or asks it.
"""

import dataclasses
import logging
from collections.abc import Callable

import pytest

import msi_its_model.claims
import msi_its_model.its
import msi_its_model.msi
from msi_its_model import (
    DROPPED_BUS_RANGE,
    DROPPED_DEFAULT_RID,
    DROPPED_DEVID,
    DROPPED_DISCONNECTED,
    DROPPED_NO_BDF,
    PROFILES,
    REFUSED_BUS_RANGE,
    REFUSED_DEFAULT_RID,
    REFUSED_DEVID,
    REFUSED_NO_BDF,
    SHARED_BUSES,
    AssignedBusRange,
    BusClaims,
    DisconnectedMsiTarget,
    InMemoryEvent,
    InMemoryIrqFd,
    ItsIrqFd,
    ItsIrqFdRoute,
    ItsSignalMsi,
    MsiConnection,
    MsiRoute,
    MsiTarget,
    Profile,
    RaisedWarning,
    RateLimited,
)
from tests.model.recording import FakeClock, RecordingSignalMsi

RECORDED = PROFILES["e08751800"]
TODAY = PROFILES["08ec11066"]


def today(
    recorder: RecordingSignalMsi, secondary: int, subordinate: int
) -> tuple[MsiTarget, AssignedBusRange]:
    """A target of today's OpenVMM with that range and offset 0, connected to the recorder."""
    bus_range = AssignedBusRange()
    bus_range.set_bus_range(secondary, subordinate)
    connection = MsiConnection(profile=TODAY)
    connection.connect(recorder)
    connection.connect_irqfd(InMemoryIrqFd(recorder))
    return connection.msi_target(bus_range, 0), bus_range


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


def test_r2_own_requester_id_in_an_inverted_range(
    connection: MsiConnection,
    bus_range: AssignedBusRange,
    recorder: RecordingSignalMsi,
    raised: list[RaisedWarning],
    profile: Profile,
) -> None:
    bus_range.set_bus_range(10, 9)
    connection.target().signal_msi(0x1000, 1)
    if profile.checks_default_rid:
        fields = {"rid": 0x0A18, "secondary": 10, "subordinate": 9}
        assert raised == [RaisedWarning(DROPPED_DEFAULT_RID, fields)]
        assert recorder.take() == []
        assert connection.target().default_bdf() is None
    else:
        assert recorder.take() == [(0x0A18, 0x1000, 1)]
        assert raised == []
        assert connection.target().default_bdf() == 0x0A18


@pytest.mark.parametrize(
    ("rid_offset", "rid"), [(0xFF, 0x05FF), (0x100, 0x0600), (0x1FF, 0x06FF), (0x200, 0x0700)]
)
def test_r2_offset_carries_into_the_bus(
    rid_offset: int, rid: int, recorder: RecordingSignalMsi
) -> None:
    target, _ = today(recorder, 5, 7)
    target.with_rid_offset(rid_offset).signal_msi(0x1000, 1)
    assert recorder.take() == [(rid, 0x1000, 1)]


def test_r2_bus_at_subordinate_is_sent_and_above_it_dropped(
    recorder: RecordingSignalMsi, raised: list[RaisedWarning]
) -> None:
    target, _ = today(recorder, 5, 7)
    target.with_rid_offset(0x2FF).signal_msi(0x1000, 1)
    assert recorder.take() == [(0x07FF, 0x1000, 1)]
    above = target.with_rid_offset(0x300)
    above.signal_msi(0x1000, 2)
    assert recorder.take() == []
    fields = {"rid": 0x0800, "secondary": 5, "subordinate": 7}
    assert raised == [RaisedWarning(DROPPED_DEFAULT_RID, fields)]
    assert above.default_bdf() is None


@pytest.mark.parametrize(("secondary", "rid_offset"), [(0xFF, 0x100), (0xFF, 0xFFFF), (1, 0xFF00)])
def test_r2_sum_of_17_bits_never_wraps(
    secondary: int, rid_offset: int, recorder: RecordingSignalMsi, raised: list[RaisedWarning]
) -> None:
    target, _ = today(recorder, secondary, 0xFF)
    beyond = target.with_rid_offset(rid_offset)
    beyond.signal_msi(0x1000, 1)
    made(beyond).enable(0x1000, 1)
    assert recorder.take() == []
    fields = {"rid": (secondary << 8) + rid_offset, "secondary": secondary, "subordinate": 0xFF}
    assert fields["rid"] >= 0x1_0000
    assert raised == [
        RaisedWarning(DROPPED_DEFAULT_RID, fields),
        RaisedWarning(REFUSED_DEFAULT_RID, fields),
    ]
    assert beyond.default_bdf() is None


def test_r2_range_0_0_sends_offsets_of_bus_0_alone(recorder: RecordingSignalMsi) -> None:
    target, _ = today(recorder, 0, 0)
    for rid_offset in (0, 0xFF, 0x100, 0xFFFF):
        target.with_rid_offset(rid_offset).signal_msi(0x1000, rid_offset)
    assert recorder.take() == [(0, 0x1000, 0), (0xFF, 0x1000, 0xFF)]


def test_r2_check_of_the_own_requester_id_comes_before_the_backend(
    raised: list[RaisedWarning],
) -> None:
    bus_range = AssignedBusRange()
    target = MsiConnection(profile=TODAY).msi_target(bus_range, 0x18)
    bus_range.set_bus_range(3, 2)
    target.signal_msi(0x1000, 1)
    bus_range.set_bus_range(2, 3)
    target.signal_msi(0x1000, 1)
    assert [warning.message for warning in raised] == [DROPPED_DEFAULT_RID, DROPPED_DISCONNECTED]


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
    bus_range: AssignedBusRange, raised: list[RaisedWarning], profile: Profile
) -> None:
    MsiConnection(bus_range, 0x18, profile=profile).target().signal_msi(0x1000, 1)
    assert raised == [RaisedWarning(DROPPED_DISCONNECTED, {"rid": 0x0518})]


def test_r4_disconnected_has_range_0_0_and_devfn_0(
    raised: list[RaisedWarning], profile: Profile
) -> None:
    target = MsiTarget.disconnected(profile)
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
    assert first._default_rid.bus_range is not second._default_rid.bus_range


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


def test_r5_connection_without_a_range_makes_targets_with_any(
    bus_range: AssignedBusRange, recorder: RecordingSignalMsi, profile: Profile
) -> None:
    connection = MsiConnection(profile=profile)
    connection.connect(recorder)
    connection.msi_target(bus_range, 0x18).signal_msi(0x1000, 1)
    assert recorder.take() == [(0x0518, 0x1000, 1)]


def test_r5_target_of_a_connection_without_a_range_is_fresh(profile: Profile) -> None:
    connection = MsiConnection(profile=profile)
    first, second = connection.target(), connection.target()
    assert first.default_bdf() == second.default_bdf() == 0
    assert first._inner is second._inner
    first._default_rid.bus_range.set_bus_range(5, 10)
    assert (first.default_bdf(), second.default_bdf()) == (0x0500, 0)
    assert connection.target().default_bdf() == 0


def test_r5_each_way_to_derive_replaces_the_whole_offset(recorder: RecordingSignalMsi) -> None:
    target, bus_range = today(recorder, 5, 10)
    offset = target.with_rid_offset(0x234)
    assert offset.default_bdf() == 0x0734
    assert offset.with_devfn(0x18).default_bdf() == 0x0518
    assert offset.with_bus_range(bus_range, 0x18).default_bdf() == 0x0518
    assert offset.with_rid_offset(1).default_bdf() == 0x0501
    assert offset.with_rid(0x0902).default_bdf() == 0x0902
    assert offset.default_bdf() == 0x0734


def test_r5_requester_id_that_was_fixed_moves_with_the_range(
    recorder: RecordingSignalMsi, raised: list[RaisedWarning]
) -> None:
    """Offsets are modulo 2^16: what was bound below its range sends once the range has moved."""
    target, bus_range = today(recorder, 5, 10)
    inside, below = target.with_rid(0x070A), target.with_rid(0x0400)
    inside.signal_msi(0x1000, 1)
    below.signal_msi(0x1000, 2)
    assert recorder.take() == [(0x070A, 0x1000, 1)]
    fields = {"rid": 0x1_0400, "secondary": 5, "subordinate": 10}
    assert raised == [RaisedWarning(DROPPED_DEFAULT_RID, fields)]
    bus_range.set_bus_range(0, 255)
    inside.signal_msi(0x1000, 3)
    below.signal_msi(0x1000, 4)
    assert recorder.take() == [(0x020A, 0x1000, 3), (0xFF00, 0x1000, 4)]


def test_r5_wide_offset_is_refused_by_the_name_of_the_profile(bus_range: AssignedBusRange) -> None:
    target = MsiConnection(bus_range, 0x18, profile=RECORDED).target()
    assert target.with_rid_offset(0xFF).default_bdf() == 0x05FF
    assert target.with_rid(0x05FF).default_bdf() == 0x05FF
    calls: list[Callable[[], MsiTarget]] = [
        lambda: target.with_rid_offset(0x100),
        lambda: target.with_rid(0x0600),
        lambda: target.with_rid(0x0400),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"8 bits under profile e08751800.*profile 08ec11066"):
            call()


def test_r5_all_that_comes_of_a_connection_has_its_profile() -> None:
    inverted = AssignedBusRange()
    inverted.set_bus_range(10, 5)
    target = MsiConnection(inverted, 0x18, profile=TODAY).target()
    for derived in (
        target,
        target.with_devfn(1),
        target.with_bus_range(inverted, 1),
        target.with_rid_offset(1),
        target.with_rid(0x0A01),
    ):
        assert derived.default_bdf() is None
    assert MsiTarget.disconnected(TODAY).with_bus_range(inverted, 1).default_bdf() is None


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


def test_r8_enable_in_an_inverted_range(
    bus_range: AssignedBusRange,
    route: MsiRoute,
    recorder: RecordingSignalMsi,
    raised: list[RaisedWarning],
    profile: Profile,
) -> None:
    bus_range.set_bus_range(10, 9)
    route.enable(0x1000, 1)
    route.event().signal()
    if profile.checks_default_rid:
        assert recorder.take() == []
        fields = {"rid": 0x0A18, "secondary": 10, "subordinate": 9}
        assert raised == [RaisedWarning(REFUSED_DEFAULT_RID, fields)]
    else:
        assert recorder.take() == [(0x3_0A18, 0x1000, 1)]
        assert raised == []


def test_r8_refused_default_disables_a_route_that_was_enabled(recorder: RecordingSignalMsi) -> None:
    target, bus_range = today(recorder, 5, 10)
    route = made(target)
    route.enable(0x1000, 1)
    bus_range.set_bus_range(5, 4)
    route.event().signal()
    assert recorder.take() == [(0x0500, 0x1000, 1)], "what is enabled stays as it is"
    route.enable(0x2000, 2)
    route.event().signal()
    assert recorder.take() == []
    assert route.consume_pending()


def test_r8_refused_default_keeps_what_is_pending(recorder: RecordingSignalMsi) -> None:
    target, bus_range = today(recorder, 20, 30)
    route = made(target.with_rid_offset(0x1500))
    route.event().signal()
    route.enable(0x1000, 1)
    assert recorder.take() == []
    bus_range.set_bus_range(20, 41)
    route.enable(0x2000, 2)
    assert recorder.take() == [(0x2900, 0x2000, 2)]


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


def test_r9_freed_route_sends_nothing_and_cannot_be_used(
    route: MsiRoute, recorder: RecordingSignalMsi
) -> None:
    event = route.event()
    route.enable(0x1000, 1)
    route.free()
    event.signal()
    assert recorder.take() == []
    for call in (
        route.event,
        lambda: route.enable(0x1000, 1),
        lambda: route.enable_with_rid(0x0500, 0x1000, 1),
        lambda: route.enable_with_rid(0x0B00, 0x1000, 1),
        route.disable,
        route.consume_pending,
        route.free,
    ):
        with pytest.raises(RuntimeError, match="freed: make another one with MsiTarget"):
            call()
    assert recorder.take() == []


def test_r9_freed_route_forgets_what_is_pending(route: MsiRoute) -> None:
    event = route.event()
    event.signal()
    route.free()
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
    assert raised == [RaisedWarning(DROPPED_NO_BDF, {"devid_base": 0x2_0000})]


def test_r10_enable_without_bdf_leaves_the_route_as_it_is(
    recorder: RecordingSignalMsi, raised: list[RaisedWarning]
) -> None:
    route = ItsIrqFd(InMemoryIrqFd(recorder), 2).new_irqfd_route()
    route.enable(0x1000, 1, 0x0518)
    route.enable(0x2000, 2, None)
    route.event().signal()
    assert recorder.take() == [(0x2_0518, 0x1000, 1)]
    assert raised == [RaisedWarning(REFUSED_NO_BDF, {"devid_base": 0x2_0000})]


@pytest.mark.parametrize(
    ("devid_base", "bdf", "devid"),
    [(0, 0xFFFF, 0xFFFF), (0x1234, 0x0518, 0x174C), (0xFF00, 0x0100, 0x1_0000)],
)
def test_r10_base_is_added(devid_base: int, bdf: int, devid: int) -> None:
    recorder = RecordingSignalMsi()
    ItsSignalMsi(recorder, devid_base=devid_base).signal_msi(bdf, 0x1000, 1)
    route = ItsIrqFd(InMemoryIrqFd(recorder), devid_base=devid_base).new_irqfd_route()
    route.enable(0x2000, 2, bdf)
    route.event().signal()
    assert recorder.take() == [(devid, 0x1000, 1), (devid, 0x2000, 2)]


# The last base and requester ID that fit, and the first that do not: for each width, for a base of
# a segment and for one that carries.
WIDEST = [
    (16, 0, 0xFFFF, True),
    (16, 1, 0xFFFE, True),
    (16, 1, 0xFFFF, False),
    (16, 0x1_0000, 0, False),
    (17, 0x1_0000, 0xFFFF, True),
    (17, 0x2_0000, 0, False),
    (31, 0x7FFF_0000, 0xFFFF, True),
    (31, 0x8000_0000, 0, False),
    (32, 0xFFFF_0000, 0xFFFF, True),
    (32, 0xFFFF_0001, 0xFFFF, False),
    (32, 0xFFFF_FFFF, 1, False),
]


@pytest.mark.parametrize(("bits", "base", "rid", "fits"), WIDEST)
def test_r10_device_id_wider_than_the_its_is_dropped(
    bits: int, base: int, rid: int, fits: bool, raised: list[RaisedWarning]
) -> None:
    recorder = RecordingSignalMsi()
    ItsSignalMsi(recorder, devid_base=base, devid_bits=bits).signal_msi(rid, 0x1000, 1)
    fields = {"rid": rid, "devid": base + rid, "devid_bits": bits}
    assert recorder.take() == ([(base + rid, 0x1000, 1)] if fits else [])
    assert raised == ([] if fits else [RaisedWarning(DROPPED_DEVID, fields)])


@pytest.mark.parametrize(("bits", "base", "rid", "fits"), WIDEST)
def test_r10_route_with_a_device_id_wider_than_the_its_is_refused(
    bits: int, base: int, rid: int, fits: bool, raised: list[RaisedWarning]
) -> None:
    """It is left disabled, also one that was enabled, and what is pending stays pending."""
    recorder = RecordingSignalMsi()
    backend = InMemoryIrqFd(recorder)
    route = ItsIrqFd(backend, devid_base=base, devid_bits=bits).new_irqfd_route()
    route._inner.enable(0x1000, 1, 7)
    route.enable(0x2000, 2, rid)
    route.event().signal()
    fields = {"rid": rid, "devid": base + rid, "devid_bits": bits}
    assert recorder.take() == ([(base + rid, 0x2000, 2)] if fits else [])
    assert raised == ([] if fits else [RaisedWarning(REFUSED_DEVID, fields)])
    assert route.event().try_wait() is not fits


def test_r10_refused_route_keeps_what_is_pending(recorder: RecordingSignalMsi) -> None:
    route = ItsIrqFd(InMemoryIrqFd(recorder), 1, devid_bits=16).new_irqfd_route()
    route.event().signal()
    route.enable(0x2000, 2, 0x0518)
    assert route.event().try_wait()


def test_r10_range_and_backend_come_before_the_width_of_the_its(
    bus_range: AssignedBusRange, recorder: RecordingSignalMsi, raised: list[RaisedWarning]
) -> None:
    connection = MsiConnection(bus_range, 0x18, profile=TODAY)
    target = connection.target()
    target.signal_msi(0x1000, 1)
    connection.connect(ItsSignalMsi(recorder, 1, devid_bits=16))
    connection.connect_irqfd(ItsIrqFd(InMemoryIrqFd(recorder), 1, devid_bits=16))
    target.signal_msi_with_rid(0x0B00, 0x1000, 1)
    target.signal_msi_with_rid(0x0A00, 0x1000, 1)
    target.signal_msi(0x1000, 1)
    made(target).enable_with_rid(0x0B00, 0x1000, 1)
    made(target).enable_with_rid(0x0A00, 0x1000, 1)
    made(target).enable(0x1000, 1)
    bus_range.set_bus_range(5, 4)
    target.signal_msi(0x1000, 1)
    made(target).enable(0x1000, 1)
    assert [warning.message for warning in raised] == [
        DROPPED_DISCONNECTED,
        DROPPED_BUS_RANGE,
        DROPPED_DEVID,
        DROPPED_DEVID,
        REFUSED_BUS_RANGE,
        REFUSED_DEVID,
        REFUSED_DEVID,
        DROPPED_DEFAULT_RID,
        REFUSED_DEFAULT_RID,
    ]
    assert recorder.take() == []


def test_r10_exactly_one_of_segment_and_base_is_given(recorder: RecordingSignalMsi) -> None:
    irqfd = InMemoryIrqFd(recorder)
    for segment, devid_base, given in ((None, None, "neither"), (1, 0x1_0000, "both")):
        for make in (
            lambda **arguments: ItsSignalMsi(recorder, **arguments),
            lambda **arguments: ItsIrqFd(irqfd, **arguments),
            lambda **arguments: ItsIrqFdRoute(irqfd.new_irqfd_route(), **arguments),
        ):
            with pytest.raises(TypeError, match=f"segment or a devid_base.*{given} was given"):
                make(segment=segment, devid_base=devid_base)


@pytest.mark.parametrize("bits", [0, 15, 33])
def test_r10_width_of_the_its_is_16_to_32(bits: int, recorder: RecordingSignalMsi) -> None:
    with pytest.raises(ValueError, match=f"devid_bits must be 16 to 32, not {bits}"):
        ItsSignalMsi(recorder, 1, devid_bits=bits)


# R11 (the limiter itself: test_ratelimit.py)


def test_r11_each_place_has_a_limit_of_its_own(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = RecordingSignalMsi()
    target, _ = today(recorder, 5, 10)
    route, wide = made(target), target.with_rid_offset(0x600)
    places = {
        "_default_rid": msi_its_model.msi,
        "_dropped_bus_range": msi_its_model.msi,
        "_dropped_disconnected": msi_its_model.msi,
        "_refused_bus_range": msi_its_model.msi,
        "_dropped_no_bdf": msi_its_model.its,
        "_refused_no_bdf": msi_its_model.its,
        "_dropped_devid": msi_its_model.its,
        "_refused_devid": msi_its_model.its,
        "_shared_buses": msi_its_model.claims,
    }
    found = {
        name
        for module in set(places.values())
        for name, value in vars(module).items()
        if isinstance(value, RateLimited)
    }
    assert found == set(places)
    assert len({getattr(module, name) for name, module in places.items()}) == len(places)
    for name, module in places.items():
        monkeypatch.setattr(module, name, RateLimited(clock=FakeClock()))
    its, narrow = ItsSignalMsi(recorder, 2), ItsSignalMsi(recorder, 2, devid_bits=16)
    its_route = ItsIrqFd(InMemoryIrqFd(recorder), 2).new_irqfd_route()
    narrow_route = ItsIrqFd(InMemoryIrqFd(recorder), 2, devid_bits=16).new_irqfd_route()
    floods: dict[str, Callable[[], object]] = {
        DROPPED_DEFAULT_RID: lambda: wide.signal_msi(0x1000, 1),
        DROPPED_BUS_RANGE: lambda: target.signal_msi_with_rid(0x0B00, 0x1000, 1),
        DROPPED_DISCONNECTED: lambda: MsiTarget.disconnected().signal_msi(0x1000, 1),
        REFUSED_BUS_RANGE: lambda: route.enable_with_rid(0x0B00, 0x1000, 1),
        DROPPED_NO_BDF: lambda: its.signal_msi(None, 0x1000, 1),
        REFUSED_NO_BDF: lambda: its_route.enable(0x1000, 1, None),
        DROPPED_DEVID: lambda: narrow.signal_msi(0x0B00, 0x1000, 1),
        REFUSED_DEVID: lambda: narrow_route.enable(0x1000, 1, 0x0B00),
        SHARED_BUSES: lambda: share_buses(recorder),
    }
    assert len(floods) == len(places)
    with caplog.at_level(logging.WARNING, logger="msi_its_model"):
        for message, flood in floods.items():
            caplog.clear()
            for _ in range(30):
                flood()
            assert len(caplog.messages) == 10
            assert all(line.startswith(message) for line in caplog.messages)


def share_buses(recorder: RecordingSignalMsi) -> None:
    connection = MsiConnection()
    connection.connect(ItsSignalMsi(recorder, 0))
    assert BusClaims().check([connection.target(), connection.target()])


def test_r11_signal_msi_and_enable_share_a_place(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(msi_its_model.msi, "_default_rid", RateLimited(clock=FakeClock()))
    target, _ = today(RecordingSignalMsi(), 5, 4)
    with caplog.at_level(logging.WARNING, logger="msi_its_model"):
        for _ in range(6):
            target.signal_msi(0x1000, 1)
            made(target).enable(0x1000, 1)
    assert len(caplog.messages) == 10
