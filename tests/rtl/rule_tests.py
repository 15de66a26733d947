# SPDX-License-Identifier: MIT
"""Directed tests of the rules R1 to R10, one or more a rule, named after it."""

from __future__ import annotations

from cocotbext.msi_its.bench.environment import Environment, translator_test
from cocotbext.msi_its.vocabulary.operations import (
    BindTarget,
    Connect,
    ConnectIrqfd,
    ConsumePending,
    DefaultBdf,
    Disable,
    Disconnect,
    Enable,
    EnableWithRid,
    NewRoute,
    SetBusRange,
    SignalEvent,
    SignalMsi,
    SignalMsiWithRid,
    SupportsDirectMsi,
)
from tests.rtl.scenario import does, play

KIND = "directed"

ADDRESS = 0xFEDC_BA98_7654_3210


@translator_test()
async def r1_bounds_are_inclusive_and_inverted_ranges_empty(env: Environment) -> None:
    """Every bus beside a bound, for several ranges, the full and an inverted one included."""
    await env.execute(Connect(1, 0x1111_0000), BindTarget(10, 1, 7, 0x5A))
    data = 1
    for secondary, subordinate in ((5, 10), (7, 7), (0, 255), (0x7F, 0x80), (10, 5), (255, 0)):
        await env.execute(SetBusRange(7, secondary, subordinate))
        steps = []
        for bus in sorted({0, 4, 5, 6, 7, 8, 9, 10, 11, 0x7E, 0x7F, 0x80, 0x81, 254, 255}):
            rid = bus << 8 | 0x21
            operation = SignalMsiWithRid(10, rid, ADDRESS + data, data)
            if secondary <= bus <= subordinate:
                steps.append(does(operation, (0x1111 << 16 | rid, ADDRESS + data, data)))
            else:
                steps.append(does(operation, warnings=1))
            data += 1
        await play(env, *steps)


@translator_test()
async def r1_update_is_seen_at_once_by_all_targets_of_a_range(env: Environment) -> None:
    """Two targets share range 7; a third has range 8 and does not move."""
    await env.execute(
        Connect(1, 0x22_0000),
        BindTarget(10, 1, 7, 0x11),
        BindTarget(13, 1, 7, 0x12),
        BindTarget(14, 1, 8, 1),
    )
    await env.execute(SetBusRange(7, 0x20, 0x2F), SetBusRange(8, 0x40, 0x4F))
    await play(
        env,
        does(SignalMsi(10, ADDRESS, 1), (0x0022_2011, ADDRESS, 1)),
        does(SignalMsi(13, ADDRESS, 2), (0x0022_2012, ADDRESS, 2)),
        does(SetBusRange(7, 0x30, 0x3F)),
        does(SignalMsi(10, ADDRESS, 3), (0x0022_3011, ADDRESS, 3)),
        does(SignalMsi(13, ADDRESS, 4), (0x0022_3012, ADDRESS, 4)),
        does(SignalMsi(14, ADDRESS, 5), (0x0022_4001, ADDRESS, 5)),
        does(SignalMsiWithRid(13, 0x2F01, ADDRESS, 6), warnings=1),
    )


@translator_test()
async def r2_own_rid_with_an_inverted_range(env: Environment) -> None:
    """The message goes out with the secondary bus all the same, or is dropped: if it is checked."""
    checked = env.settings.configuration.profile.checks_default_rid
    sent = None if checked else (0x0033_9077, ADDRESS, 7)
    await play(
        env,
        does(Connect(2, 0x33_0000)),
        does(BindTarget(12, 2, 9, 0x77)),
        does(SetBusRange(9, 0x90, 0x10)),
        does(SignalMsi(12, ADDRESS, 7), sent, warnings=int(checked)),
        does(DefaultBdf(12), returns=None if checked else 0x9077),
        does(SetBusRange(9, 0x91, 0x10)),
        does(DefaultBdf(12), returns=None if checked else 0x9177),
        does(SetBusRange(9, 0x91, 0x91)),
        does(DefaultBdf(12), returns=0x9177),
    )


@translator_test()
async def r3_explicit_rid_replaces_the_targets_devfn(env: Environment) -> None:
    """The requester ID goes out as it is, whatever the target's devfn and secondary bus."""
    await play(
        env,
        does(Connect(3, 0x44_0000)),
        does(BindTarget(15, 3, 6, 0xC3)),
        does(SetBusRange(6, 0x10, 0x1F)),
        does(SignalMsiWithRid(15, 0x123C, ADDRESS, 1), (0x0044_123C, ADDRESS, 1)),
        does(SignalMsiWithRid(15, 0x0F3C, ADDRESS, 2), warnings=1),
        does(SignalMsiWithRid(15, 0x203C, ADDRESS, 3), warnings=1),
    )


@translator_test()
async def r3_range_check_comes_before_the_backend(env: Environment) -> None:
    """Out of range on a disconnected connection counts as out of range."""
    await env.execute(BindTarget(9, 1, 5, 0x29), SetBusRange(5, 3, 4))
    await play(
        env,
        does(SignalMsiWithRid(9, 0x0501, ADDRESS, 1), warnings=1),
        does(SignalMsiWithRid(9, 0x0301, ADDRESS, 2), warnings=1),
    )
    assert env.checker.answers[("signal_msi_with_rid", "DROPPED_BUS_RANGE")] == 1
    assert env.checker.answers[("signal_msi_with_rid", "DROPPED_DISCONNECTED")] == 1


@translator_test()
async def r4_no_backend_drops_everything(env: Environment) -> None:
    """Never connected, then connected, then disconnected again; the irqfd backend plays no part."""
    await play(
        env,
        does(BindTarget(9, 4, 10, 0x21)),
        does(SetBusRange(10, 8, 9)),
        does(ConnectIrqfd(4, 0x55_0000)),
        does(SignalMsi(9, ADDRESS, 1), warnings=1),
        does(SignalMsiWithRid(9, 0x0801, ADDRESS, 2), warnings=1),
        does(Connect(4, 0x66_0000)),
        does(SignalMsi(9, ADDRESS, 3), (0x0066_0821, ADDRESS, 3)),
        does(Disconnect(4)),
        does(SignalMsi(9, ADDRESS, 4), warnings=1),
        does(SupportsDirectMsi(9), returns=True),
    )


@translator_test()
async def r4_target_never_bound_is_the_disconnected_target(env: Environment) -> None:
    """Range 0/0, devfn 0, no backend, even when entries 0 of all tables are in use."""
    await play(
        env,
        does(SetBusRange(0, 0x11, 0x22)),
        does(Connect(0, 0x77_0000)),
        does(ConnectIrqfd(0, 0x78_0000)),
        does(DefaultBdf(17), returns=0),
        does(SupportsDirectMsi(17), returns=False),
        does(SignalMsi(17, ADDRESS, 1), warnings=1),
        does(SignalMsiWithRid(17, 0x1101, ADDRESS, 2), warnings=1),
        does(NewRoute(17, 17), returns=False),
    )
    assert env.checker.answers[("signal_msi_with_rid", "DROPPED_BUS_RANGE")] == 1


@translator_test()
async def r5_rebinding_changes_range_connection_and_devfn(env: Environment) -> None:
    """A target bound anew is held against its own range, not the one before."""
    await play(
        env,
        does(Connect(1, 0x81_0000)),
        does(Connect(2, 0x82_0000)),
        does(SetBusRange(5, 0x01, 0x14)),
        does(SetBusRange(6, 0x0A, 0x0F)),
        does(BindTarget(11, 1, 5, 0x10)),
        does(SignalMsiWithRid(11, 0x1007, ADDRESS, 1), (0x0081_1007, ADDRESS, 1)),
        does(BindTarget(11, 2, 6, 0x08)),
        does(SignalMsi(11, ADDRESS, 2), (0x0082_0A08, ADDRESS, 2)),
        does(SignalMsiWithRid(11, 0x1007, ADDRESS, 3), warnings=1),
    )


@translator_test()
async def r6_connect_replaces_the_backend_of_all_its_targets(env: Environment) -> None:
    """Two targets on connection 1 move to the new segment; one on connection 2 does not."""
    await play(
        env,
        does(SetBusRange(5, 6, 7)),
        does(Connect(1, 0x91_0000)),
        does(Connect(2, 0x92_0000)),
        does(BindTarget(9, 1, 5, 0x11)),
        does(BindTarget(10, 1, 5, 0x12)),
        does(BindTarget(11, 2, 5, 0x13)),
        does(Connect(1, 0x93_0000)),
        does(SignalMsi(9, ADDRESS, 1), (0x0093_0611, ADDRESS, 1)),
        does(SignalMsi(10, ADDRESS, 2), (0x0093_0612, ADDRESS, 2)),
        does(SignalMsi(11, ADDRESS, 3), (0x0092_0613, ADDRESS, 3)),
    )


@translator_test()
async def r6_connect_irqfd_is_for_routes_made_afterwards(env: Environment) -> None:
    """A route keeps the irqfd segment, range and devfn of the target it came from."""
    await play(
        env,
        does(SetBusRange(5, 6, 7)),
        does(SetBusRange(6, 8, 9)),
        does(ConnectIrqfd(1, 0xA1_0000)),
        does(BindTarget(9, 1, 5, 0x11)),
        does(NewRoute(21, 9), returns=True),
        does(ConnectIrqfd(1, 0xA2_0000)),
        does(BindTarget(9, 1, 6, 0x12)),
        does(NewRoute(22, 9), returns=True),
        does(Enable(21, ADDRESS, 5)),
        does(Enable(22, ADDRESS, 6)),
        does(SignalEvent(21), (0x00A1_0611, ADDRESS, 5)),
        does(SignalEvent(22), (0x00A2_0812, ADDRESS, 6)),
    )


@translator_test()
async def r7_routes_need_an_irqfd_and_nothing_else(env: Environment) -> None:
    """Refused without an irqfd, and then changing nothing; no message backend is needed."""
    await play(
        env,
        does(SetBusRange(7, 0x31, 0x32)),
        does(Connect(1, 0xB1_0000)),
        does(BindTarget(9, 1, 7, 0x44)),
        does(NewRoute(18, 9), returns=False),
        does(SignalEvent(18)),
        does(ConnectIrqfd(2, 0xB2_0000)),
        does(BindTarget(10, 2, 7, 0x45)),
        does(NewRoute(18, 10), returns=True),
        does(SignalEvent(18)),
        does(NewRoute(18, 9), returns=False),
        does(ConsumePending(18), returns=True),
        does(Enable(18, ADDRESS, 1)),
        does(SignalEvent(18), (0x00B2_3145, ADDRESS, 1)),
    )
    assert env.checker.answers[("signal_event", "ERROR_NO_ROUTE")] == 1


@translator_test()
async def r7_a_new_route_is_disabled_and_has_nothing_pending(env: Environment) -> None:
    """Also when it replaces one that was enabled, or had an event pending."""
    await env.execute(SetBusRange(5, 2, 3), ConnectIrqfd(1, 0xC1_0000), BindTarget(9, 1, 5, 0x10))
    await play(
        env,
        does(NewRoute(23, 9), returns=True),
        does(SignalEvent(23)),
        does(NewRoute(23, 9), returns=True),
        does(ConsumePending(23), returns=False),
        does(Enable(23, ADDRESS, 1)),
        does(NewRoute(23, 9), returns=True),
        does(SignalEvent(23)),
        does(Enable(23, ADDRESS, 2), (0x00C1_0210, ADDRESS, 2)),
    )


@translator_test()
async def r8_enable_fixes_the_deviceid(env: Environment) -> None:
    """Later range changes do not move it, until the next enable; that of an inverted range."""
    checked = env.settings.configuration.profile.checks_default_rid
    sent = None if checked else (0x00D1_800C, ADDRESS + 3, 4)
    await env.execute(ConnectIrqfd(1, 0xD1_0000), BindTarget(9, 1, 6, 0x0C), NewRoute(19, 9))
    await play(
        env,
        does(SetBusRange(6, 0x50, 0x5F)),
        does(Enable(19, ADDRESS, 1)),
        does(SetBusRange(6, 0x60, 0x6F)),
        does(SignalEvent(19), (0x00D1_500C, ADDRESS, 1)),
        does(Enable(19, ADDRESS + 1, 2)),
        does(SignalEvent(19), (0x00D1_600C, ADDRESS + 1, 2)),
        does(EnableWithRid(19, 0x6F99, ADDRESS + 2, 3)),
        does(SetBusRange(6, 0x70, 0x7F)),
        does(SignalEvent(19), (0x00D1_6F99, ADDRESS + 2, 3)),
        does(SetBusRange(6, 0x80, 0x40)),
        does(Enable(19, ADDRESS + 3, 4), warnings=int(checked)),
        does(SignalEvent(19), sent),
    )


@translator_test()
async def r8_refused_means_disabled(env: Environment) -> None:
    """A route that was enabled is disabled by a refusal; what is pending stays pending."""
    await env.execute(ConnectIrqfd(1, 0xE1_0000), BindTarget(9, 1, 6, 0x0C), NewRoute(19, 9))
    await play(
        env,
        does(SetBusRange(6, 0x50, 0x5F)),
        does(Enable(19, ADDRESS, 1)),
        does(EnableWithRid(19, 0x4F01, ADDRESS, 2), warnings=1),
        does(SignalEvent(19)),
        does(EnableWithRid(19, 0x6001, ADDRESS, 3), warnings=1),
        does(EnableWithRid(19, 0x5F01, ADDRESS, 4), (0x00E1_5F01, ADDRESS, 4)),
        does(SignalEvent(19), (0x00E1_5F01, ADDRESS, 4)),
    )


@translator_test()
async def r9_events_coalesce_only_while_disabled(env: Environment) -> None:
    """One pending bit on a disabled route; every event counts on an enabled one."""
    await env.execute(ConnectIrqfd(1, 0xF1_0000), BindTarget(9, 1, 6, 0x0D), NewRoute(20, 9))
    await play(
        env,
        does(SetBusRange(6, 0x21, 0x22)),
        does(SignalEvent(20)),
        does(SignalEvent(20)),
        does(SignalEvent(20)),
        does(Enable(20, ADDRESS, 1), (0x00F1_210D, ADDRESS, 1)),
        does(SignalEvent(20), (0x00F1_210D, ADDRESS, 1)),
        does(SignalEvent(20), (0x00F1_210D, ADDRESS, 1)),
        does(Disable(20)),
        does(Enable(20, ADDRESS, 2)),
    )


@translator_test()
async def r9_pending_survives_disable_and_goes_out_once_with_the_new_message(
    env: Environment,
) -> None:
    """Disable changes nothing else; enable delivers with its own address, data and DeviceID."""
    await env.execute(ConnectIrqfd(1, 0xF2_0000), BindTarget(9, 1, 6, 0x0E), NewRoute(20, 9))
    await play(
        env,
        does(SetBusRange(6, 0x31, 0x32)),
        does(Enable(20, ADDRESS, 1)),
        does(Disable(20)),
        does(SignalEvent(20)),
        does(Disable(20)),
        does(SetBusRange(6, 0x32, 0x33)),
        does(Enable(20, ADDRESS + 8, 2), (0x00F2_320E, ADDRESS + 8, 2)),
        does(Enable(20, ADDRESS + 9, 3)),
        does(ConsumePending(20), returns=False),
    )


@translator_test()
async def r9_consume_pending_clears(env: Environment) -> None:
    """It returns whether one was pending, once."""
    await env.execute(ConnectIrqfd(1, 0xF3_0000), BindTarget(9, 1, 6, 0x0F), NewRoute(20, 9))
    await play(
        env,
        does(ConsumePending(20), returns=False),
        does(SignalEvent(20)),
        does(ConsumePending(20), returns=True),
        does(ConsumePending(20), returns=False),
        does(Enable(20, ADDRESS, 1)),
        does(ConsumePending(20), returns=False),
    )


@translator_test()
async def r10_the_segment_stands_above_the_requester_id(env: Environment) -> None:
    """All 16 bits of each, walking a one through both."""
    await env.execute(BindTarget(9, 1, 5, 0x80), SetBusRange(5, 0, 255))
    for bit in range(16):
        segment, rid = 1 << bit, 0x8000 >> bit
        await play(
            env,
            does(Connect(1, segment << 16)),
            does(
                SignalMsiWithRid(9, rid, 1 << 4 * bit, 1 << bit),
                (segment << 16 | rid, 1 << 4 * bit, 1 << bit),
            ),
        )
