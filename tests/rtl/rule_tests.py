# SPDX-License-Identifier: MIT
"""Directed tests of the rules R1 to R10, one or more a rule, named after it."""

from __future__ import annotations

from tb.environment import Environment, translator_test
from tb.operations import (
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

ADDRESS = 0xFEDC_BA98_7654_3210


@translator_test()
async def r1_bounds_are_inclusive_and_inverted_ranges_empty(env: Environment) -> None:
    """Every bus beside a bound, for several ranges, the full and an inverted one included."""
    await env.execute(Connect(1, 0x1111), BindTarget(2, 1, 3, 0x5A))
    data = 1
    for secondary, subordinate in ((5, 10), (7, 7), (0, 255), (0x7F, 0x80), (10, 5), (255, 0)):
        await env.execute(SetBusRange(3, secondary, subordinate))
        steps = []
        for bus in sorted({0, 4, 5, 6, 7, 8, 9, 10, 11, 0x7E, 0x7F, 0x80, 0x81, 254, 255}):
            rid = bus << 8 | 0x21
            operation = SignalMsiWithRid(2, rid, ADDRESS + data, data)
            if secondary <= bus <= subordinate:
                steps.append(does(operation, (0x1111 << 16 | rid, ADDRESS + data, data)))
            else:
                steps.append(does(operation, warnings=1))
            data += 1
        await play(env, *steps)


@translator_test()
async def r1_update_is_seen_at_once_by_all_targets_of_a_range(env: Environment) -> None:
    """Two targets share range 3; a third has range 4 and does not move."""
    await env.execute(
        Connect(1, 0x22),
        BindTarget(2, 1, 3, 0x11),
        BindTarget(5, 1, 3, 0x12),
        BindTarget(6, 1, 4, 1),
    )
    await env.execute(SetBusRange(3, 0x20, 0x2F), SetBusRange(4, 0x40, 0x4F))
    await play(
        env,
        does(SignalMsi(2, ADDRESS, 1), (0x0022_2011, ADDRESS, 1)),
        does(SignalMsi(5, ADDRESS, 2), (0x0022_2012, ADDRESS, 2)),
        does(SetBusRange(3, 0x30, 0x3F)),
        does(SignalMsi(2, ADDRESS, 3), (0x0022_3011, ADDRESS, 3)),
        does(SignalMsi(5, ADDRESS, 4), (0x0022_3012, ADDRESS, 4)),
        does(SignalMsi(6, ADDRESS, 5), (0x0022_4001, ADDRESS, 5)),
        does(SignalMsiWithRid(5, 0x2F01, ADDRESS, 6), warnings=1),
    )


@translator_test()
async def r2_signal_msi_has_no_range_check(env: Environment) -> None:
    """With an inverted range the message goes out with the secondary bus all the same."""
    await play(
        env,
        does(Connect(2, 0x33)),
        does(BindTarget(4, 2, 5, 0x77)),
        does(SetBusRange(5, 0x90, 0x10)),
        does(SignalMsi(4, ADDRESS, 7), (0x0033_9077, ADDRESS, 7)),
        does(DefaultBdf(4), returns=0x9077),
        does(SetBusRange(5, 0x91, 0x10)),
        does(DefaultBdf(4), returns=0x9177),
    )


@translator_test()
async def r3_explicit_rid_replaces_the_targets_devfn(env: Environment) -> None:
    """The requester ID goes out as it is, whatever the target's devfn and secondary bus."""
    await play(
        env,
        does(Connect(3, 0x44)),
        does(BindTarget(7, 3, 2, 0xC3)),
        does(SetBusRange(2, 0x10, 0x1F)),
        does(SignalMsiWithRid(7, 0x123C, ADDRESS, 1), (0x0044_123C, ADDRESS, 1)),
        does(SignalMsiWithRid(7, 0x0F3C, ADDRESS, 2), warnings=1),
        does(SignalMsiWithRid(7, 0x203C, ADDRESS, 3), warnings=1),
    )


@translator_test()
async def r3_range_check_comes_before_the_backend(env: Environment) -> None:
    """Out of range on a disconnected connection counts as out of range."""
    await env.execute(BindTarget(1, 1, 1, 9), SetBusRange(1, 3, 4))
    await play(
        env,
        does(SignalMsiWithRid(1, 0x0501, ADDRESS, 1), warnings=1),
        does(SignalMsiWithRid(1, 0x0301, ADDRESS, 2), warnings=1),
    )
    assert env.checker.answers[("signal_msi_with_rid", "DROPPED_BUS_RANGE")] == 1
    assert env.checker.answers[("signal_msi_with_rid", "DROPPED_DISCONNECTED")] == 1


@translator_test()
async def r4_no_backend_drops_everything(env: Environment) -> None:
    """Never connected, then connected, then disconnected again; the irqfd backend plays no part."""
    await play(
        env,
        does(BindTarget(1, 4, 6, 0x21)),
        does(SetBusRange(6, 8, 9)),
        does(ConnectIrqfd(4, 0x55)),
        does(SignalMsi(1, ADDRESS, 1), warnings=1),
        does(SignalMsiWithRid(1, 0x0801, ADDRESS, 2), warnings=1),
        does(Connect(4, 0x66)),
        does(SignalMsi(1, ADDRESS, 3), (0x0066_0821, ADDRESS, 3)),
        does(Disconnect(4)),
        does(SignalMsi(1, ADDRESS, 4), warnings=1),
        does(SupportsDirectMsi(1), returns=True),
    )


@translator_test()
async def r4_target_never_bound_is_the_disconnected_target(env: Environment) -> None:
    """Range 0/0, devfn 0, no backend, even when entries 0 of all tables are in use."""
    await play(
        env,
        does(SetBusRange(0, 0x11, 0x22)),
        does(Connect(0, 0x77)),
        does(ConnectIrqfd(0, 0x78)),
        does(DefaultBdf(9), returns=0),
        does(SupportsDirectMsi(9), returns=False),
        does(SignalMsi(9, ADDRESS, 1), warnings=1),
        does(SignalMsiWithRid(9, 0x1101, ADDRESS, 2), warnings=1),
        does(NewRoute(1, 9), returns=False),
    )
    assert env.checker.answers[("signal_msi_with_rid", "DROPPED_BUS_RANGE")] == 1


@translator_test()
async def r5_rebinding_changes_range_connection_and_devfn(env: Environment) -> None:
    """A target bound anew is held against its own range, not the one before."""
    await play(
        env,
        does(Connect(1, 0x81)),
        does(Connect(2, 0x82)),
        does(SetBusRange(1, 0x01, 0x14)),
        does(SetBusRange(2, 0x0A, 0x0F)),
        does(BindTarget(3, 1, 1, 0x10)),
        does(SignalMsiWithRid(3, 0x1007, ADDRESS, 1), (0x0081_1007, ADDRESS, 1)),
        does(BindTarget(3, 2, 2, 0x08)),
        does(SignalMsi(3, ADDRESS, 2), (0x0082_0A08, ADDRESS, 2)),
        does(SignalMsiWithRid(3, 0x1007, ADDRESS, 3), warnings=1),
    )


@translator_test()
async def r6_connect_replaces_the_backend_of_all_its_targets(env: Environment) -> None:
    """Two targets on connection 1 move to the new segment; one on connection 2 does not."""
    await play(
        env,
        does(SetBusRange(1, 6, 7)),
        does(Connect(1, 0x91)),
        does(Connect(2, 0x92)),
        does(BindTarget(1, 1, 1, 0x11)),
        does(BindTarget(2, 1, 1, 0x12)),
        does(BindTarget(3, 2, 1, 0x13)),
        does(Connect(1, 0x93)),
        does(SignalMsi(1, ADDRESS, 1), (0x0093_0611, ADDRESS, 1)),
        does(SignalMsi(2, ADDRESS, 2), (0x0093_0612, ADDRESS, 2)),
        does(SignalMsi(3, ADDRESS, 3), (0x0092_0613, ADDRESS, 3)),
    )


@translator_test()
async def r6_connect_irqfd_is_for_routes_made_afterwards(env: Environment) -> None:
    """A route keeps the irqfd segment, range and devfn of the target it came from."""
    await play(
        env,
        does(SetBusRange(1, 6, 7)),
        does(SetBusRange(2, 8, 9)),
        does(ConnectIrqfd(1, 0xA1)),
        does(BindTarget(1, 1, 1, 0x11)),
        does(NewRoute(5, 1), returns=True),
        does(ConnectIrqfd(1, 0xA2)),
        does(BindTarget(1, 1, 2, 0x12)),
        does(NewRoute(6, 1), returns=True),
        does(Enable(5, ADDRESS, 5)),
        does(Enable(6, ADDRESS, 6)),
        does(SignalEvent(5), (0x00A1_0611, ADDRESS, 5)),
        does(SignalEvent(6), (0x00A2_0812, ADDRESS, 6)),
    )


@translator_test()
async def r7_routes_need_an_irqfd_and_nothing_else(env: Environment) -> None:
    """Refused without an irqfd, and then changing nothing; no message backend is needed."""
    await play(
        env,
        does(SetBusRange(3, 0x31, 0x32)),
        does(Connect(1, 0xB1)),
        does(BindTarget(1, 1, 3, 0x44)),
        does(NewRoute(2, 1), returns=False),
        does(SignalEvent(2)),
        does(ConnectIrqfd(2, 0xB2)),
        does(BindTarget(2, 2, 3, 0x45)),
        does(NewRoute(2, 2), returns=True),
        does(SignalEvent(2)),
        does(NewRoute(2, 1), returns=False),
        does(ConsumePending(2), returns=True),
        does(Enable(2, ADDRESS, 1)),
        does(SignalEvent(2), (0x00B2_3145, ADDRESS, 1)),
    )
    assert env.checker.answers[("signal_event", "ERROR_NO_ROUTE")] == 1


@translator_test()
async def r7_a_new_route_is_disabled_and_has_nothing_pending(env: Environment) -> None:
    """Also when it replaces one that was enabled, or had an event pending."""
    await env.execute(SetBusRange(1, 2, 3), ConnectIrqfd(1, 0xC1), BindTarget(1, 1, 1, 0x10))
    await play(
        env,
        does(NewRoute(7, 1), returns=True),
        does(SignalEvent(7)),
        does(NewRoute(7, 1), returns=True),
        does(ConsumePending(7), returns=False),
        does(Enable(7, ADDRESS, 1)),
        does(NewRoute(7, 1), returns=True),
        does(SignalEvent(7)),
        does(Enable(7, ADDRESS, 2), (0x00C1_0210, ADDRESS, 2)),
    )


@translator_test()
async def r8_enable_fixes_the_deviceid(env: Environment) -> None:
    """Later range changes do not move it, until the next enable; no range check."""
    await env.execute(ConnectIrqfd(1, 0xD1), BindTarget(1, 1, 2, 0x0C), NewRoute(3, 1))
    await play(
        env,
        does(SetBusRange(2, 0x50, 0x40)),
        does(Enable(3, ADDRESS, 1)),
        does(SetBusRange(2, 0x60, 0x6F)),
        does(SignalEvent(3), (0x00D1_500C, ADDRESS, 1)),
        does(Enable(3, ADDRESS + 1, 2)),
        does(SignalEvent(3), (0x00D1_600C, ADDRESS + 1, 2)),
        does(EnableWithRid(3, 0x6F99, ADDRESS + 2, 3)),
        does(SetBusRange(2, 0x70, 0x7F)),
        does(SignalEvent(3), (0x00D1_6F99, ADDRESS + 2, 3)),
    )


@translator_test()
async def r8_refused_means_disabled(env: Environment) -> None:
    """A route that was enabled is disabled by a refusal; what is pending stays pending."""
    await env.execute(ConnectIrqfd(1, 0xE1), BindTarget(1, 1, 2, 0x0C), NewRoute(3, 1))
    await play(
        env,
        does(SetBusRange(2, 0x50, 0x5F)),
        does(Enable(3, ADDRESS, 1)),
        does(EnableWithRid(3, 0x4F01, ADDRESS, 2), warnings=1),
        does(SignalEvent(3)),
        does(EnableWithRid(3, 0x6001, ADDRESS, 3), warnings=1),
        does(EnableWithRid(3, 0x5F01, ADDRESS, 4), (0x00E1_5F01, ADDRESS, 4)),
        does(SignalEvent(3), (0x00E1_5F01, ADDRESS, 4)),
    )


@translator_test()
async def r9_events_coalesce_only_while_disabled(env: Environment) -> None:
    """One pending bit on a disabled route; every event counts on an enabled one."""
    await env.execute(ConnectIrqfd(1, 0xF1), BindTarget(1, 1, 2, 0x0D), NewRoute(4, 1))
    await play(
        env,
        does(SetBusRange(2, 0x21, 0x22)),
        does(SignalEvent(4)),
        does(SignalEvent(4)),
        does(SignalEvent(4)),
        does(Enable(4, ADDRESS, 1), (0x00F1_210D, ADDRESS, 1)),
        does(SignalEvent(4), (0x00F1_210D, ADDRESS, 1)),
        does(SignalEvent(4), (0x00F1_210D, ADDRESS, 1)),
        does(Disable(4)),
        does(Enable(4, ADDRESS, 2)),
    )


@translator_test()
async def r9_pending_survives_disable_and_goes_out_once_with_the_new_message(
    env: Environment,
) -> None:
    """Disable changes nothing else; enable delivers with its own address, data and DeviceID."""
    await env.execute(ConnectIrqfd(1, 0xF2), BindTarget(1, 1, 2, 0x0E), NewRoute(4, 1))
    await play(
        env,
        does(SetBusRange(2, 0x31, 0x32)),
        does(Enable(4, ADDRESS, 1)),
        does(Disable(4)),
        does(SignalEvent(4)),
        does(Disable(4)),
        does(SetBusRange(2, 0x32, 0x33)),
        does(Enable(4, ADDRESS + 8, 2), (0x00F2_320E, ADDRESS + 8, 2)),
        does(Enable(4, ADDRESS + 9, 3)),
        does(ConsumePending(4), returns=False),
    )


@translator_test()
async def r9_consume_pending_clears(env: Environment) -> None:
    """It returns whether one was pending, once."""
    await env.execute(ConnectIrqfd(1, 0xF3), BindTarget(1, 1, 2, 0x0F), NewRoute(4, 1))
    await play(
        env,
        does(ConsumePending(4), returns=False),
        does(SignalEvent(4)),
        does(ConsumePending(4), returns=True),
        does(ConsumePending(4), returns=False),
        does(Enable(4, ADDRESS, 1)),
        does(ConsumePending(4), returns=False),
    )


@translator_test()
async def r10_the_segment_stands_above_the_requester_id(env: Environment) -> None:
    """All 16 bits of each, walking a one through both."""
    await env.execute(BindTarget(1, 1, 1, 0x80), SetBusRange(1, 0, 255))
    for bit in range(16):
        segment, rid = 1 << bit, 0x8000 >> bit
        await play(
            env,
            does(Connect(1, segment)),
            does(
                SignalMsiWithRid(1, rid, 1 << 4 * bit, 1 << bit),
                (segment << 16 | rid, 1 << 4 * bit, 1 << bit),
            ),
        )
