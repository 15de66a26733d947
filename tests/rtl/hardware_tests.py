# SPDX-License-Identifier: MIT
"""Directed tests of the hardware's properties H1 to H9, one or more a property, named after it.

They run on tables of any size, one of everything included.
"""

from __future__ import annotations

from itertools import count

from tb import csr
from tb.csr import Answer, OperationCode
from tb.environment import Environment, translator_test
from tb.operations import (
    BindTarget,
    Connect,
    ConnectIrqfd,
    DefaultBdf,
    Disable,
    Disconnect,
    Enable,
    EnableWithRid,
    Message,
    NewRoute,
    SetBusRange,
    SignalEvent,
    SignalMsi,
    SignalMsiWithRid,
)
from tb.registers import get_field
from tests.rtl.scenario import does, play

ADDRESS = 0xFEDC_BA98_7654_3210
SEGMENT = 0x5A17


class Objects:
    """The last entry of each table, brought to life: range 0x21 to 0x2E, devfn 0x63."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.range, self.connection, self.target, self.route = (size - 1 for size in env.tables)

    async def set_up(self) -> None:
        """Connect both backends, bind the target, make the route and enable it."""
        await self.env.execute(
            SetBusRange(self.range, 0x21, 0x2E),
            Connect(self.connection, SEGMENT),
            ConnectIrqfd(self.connection, SEGMENT + 1),
            BindTarget(self.target, self.connection, self.range, 0x63),
            NewRoute(self.route, self.target),
            Enable(self.route, ADDRESS, 0x77),
        )

    def message(self, data: int) -> SignalMsiWithRid:
        """Return a message in range."""
        return SignalMsiWithRid(self.target, 0x2E01, ADDRESS + data, data)

    def sent(self, data: int) -> Message:
        """Return what that message becomes."""
        return Message(SEGMENT << 16 | 0x2E01, ADDRESS + data, data)


async def set_up(env: Environment) -> Objects:
    """Return objects that are alive."""
    objects = Objects(env)
    await objects.set_up()
    return objects


@translator_test()
async def h2_h3_stalled_messages_keep_their_order_and_payload(env: Environment) -> None:
    """Fill the pipeline against an ITS that is not ready, then let it all out."""
    objects = await set_up(env)
    env.m_msi.never()
    for data in range(1, 9):
        env.s_msi.append(objects.message(data))
    await env.cycle(20)
    env.m_msi.always()
    await env.settle()
    for stalled in range(1, 8):
        for data in range(1, 8):
            env.s_msi.append(objects.message(0x100 * stalled + data))
        for _ in range(4):
            env.m_msi.never()
            await env.cycle(stalled)
            env.m_msi.always()
            await env.cycle(1)
    await env.settle()


@translator_test()
async def h6_a_command_while_busy_is_refused_without_effect(env: Environment) -> None:
    """Hold a command in flight with a stalled output; what is written meanwhile must not happen."""
    objects = await set_up(env)
    env.m_msi.never()
    for data in range(1, 6):
        env.s_msi.append(objects.message(data))
    await env.cycle(10)
    await env.registers.start(SetBusRange(objects.range, 0x41, 0x4E))
    assert get_field(csr.STATUS, "busy", await env.registers.read(csr.STATUS)) == 1
    assert get_field(csr.STATUS, "refused", await env.registers.read(csr.STATUS)) == 0
    await env.registers.start(Disconnect(objects.connection))
    await env.registers.start(SetBusRange(objects.range, 0x61, 0x6E))
    assert get_field(csr.STATUS, "refused", await env.registers.read(csr.STATUS)) == 1
    assert await env.registers.read(csr.REFUSED_COMMANDS) == 2
    env.m_msi.always()
    await env.registers.finish()
    await env.settle()
    await env.registers.write(csr.STATUS, 1 << csr.STATUS.fields["refused"].low)
    assert get_field(csr.STATUS, "refused", await env.registers.read(csr.STATUS)) == 0
    await play(
        env,
        does(DefaultBdf(objects.target), returns=0x4163),
        does(
            SignalMsi(objects.target, ADDRESS, 9),
            (SEGMENT << 16 | 0x4163, ADDRESS, 9),
        ),
    )


@translator_test()
async def h6_a_command_that_names_no_operation_is_refused(env: Environment) -> None:
    """Code 0 is no operation."""
    await env.registers.write(csr.COMMAND, OperationCode.NONE)
    status = await env.registers.read(csr.STATUS)
    assert get_field(csr.STATUS, "refused", status) == 1
    assert get_field(csr.STATUS, "busy", status) == 0
    assert await env.registers.read(csr.REFUSED_COMMANDS) == 1
    assert get_field(csr.RESULT, "answer", await env.registers.read(csr.RESULT)) == Answer.NONE


@translator_test()
async def h6_arguments_may_be_rewritten_while_a_command_is_in_flight(env: Environment) -> None:
    """The command has captured them."""
    objects = await set_up(env)
    env.m_msi.never()
    for data in range(1, 6):
        env.s_msi.append(objects.message(data))
    await env.cycle(10)
    await env.registers.start(SetBusRange(objects.range, 0x51, 0x5E))
    await env.registers.write_arguments(SetBusRange(0xFFFF, 0x99, 0x98))
    env.m_msi.always()
    await env.registers.finish()
    await play(env, does(DefaultBdf(objects.target), returns=0x5163))


@translator_test()
async def h7_drops_are_counted_by_reason_and_the_last_is_held(env: Environment) -> None:
    """One reason after the other; the alert stays up until it is acknowledged."""
    objects = await set_up(env)
    registers = {
        Answer.DROPPED_BUS_RANGE: csr.DROPPED_BUS_RANGE,
        Answer.DROPPED_DISCONNECTED: csr.DROPPED_DISCONNECTED,
        Answer.REFUSED_BUS_RANGE: csr.REFUSED_BUS_RANGE,
    }
    expected = dict.fromkeys(registers, 0)
    steps = (
        (SignalMsiWithRid(objects.target, 0x2F02, ADDRESS, 1), Answer.DROPPED_BUS_RANGE, 0x2F02),
        (SignalMsiWithRid(objects.target, 0x2003, ADDRESS, 2), Answer.DROPPED_BUS_RANGE, 0x2003),
        (EnableWithRid(objects.route, 0x0104, ADDRESS, 3), Answer.REFUSED_BUS_RANGE, 0x0104),
        (Disconnect(objects.connection), None, 0),
        (SignalMsi(objects.target, ADDRESS, 4), Answer.DROPPED_DISCONNECTED, 0x2163),
        (SignalMsiWithRid(objects.target, 0x2205, ADDRESS, 5), Answer.DROPPED_DISCONNECTED, 0x2205),
    )
    assert not env.dut.alert.value
    for operation, reason, rid in steps:
        await env.execute(operation)
        await env.settle()
        if reason is None:
            assert not env.dut.alert.value
            continue
        expected[reason] += 1
        for each, wanted in expected.items():
            assert await env.registers.read(registers[each]) == wanted
        last = await env.registers.read(csr.LAST_DROP)
        assert get_field(csr.LAST_DROP, "rid", last) == rid
        assert get_field(csr.LAST_DROP, "secondary", last) == 0x21
        assert get_field(csr.LAST_DROP, "subordinate", last) == 0x2E
        assert get_field(csr.LAST_DROP, "reason", last) == reason
        assert env.dut.alert.value
        await env.registers.write(csr.ALERT, 0)
        assert env.dut.alert.value
        await env.registers.acknowledge()
        await env.cycle(2)
        assert not env.dut.alert.value


@translator_test()
async def h7_a_drop_during_the_acknowledgement_keeps_the_alert_up(env: Environment) -> None:
    """Acknowledge while drops keep coming: when all is quiet, the alert is up for the last."""
    objects = await set_up(env)
    for _ in range(20):
        for data in range(1, 12):
            env.s_msi.append(SignalMsiWithRid(objects.target, 0x2F02, ADDRESS, data))
        await env.cycle(env.rng.randint(1, 4))
        await env.registers.acknowledge()
        await env.settle()
        assert env.dut.alert.value
        await env.registers.acknowledge()
        await env.settle()
        assert not env.dut.alert.value


@translator_test()
async def h7_counters_saturate(env: Environment) -> None:
    """Counters stop at their largest value: reached with up to 8 bits, approached with more."""
    width = min(env.run.counter_width, 8)
    objects = await set_up(env)
    for data in range(1, 2**width + 10):
        env.s_msi.append(SignalMsiWithRid(objects.target, 0x2F02, ADDRESS, data))
        env.s_msi.append(SignalMsi(objects.target, ADDRESS, data))
        await env.s_msi.room()
    await env.settle()
    largest = 2**env.run.counter_width - 1
    assert await env.registers.read(csr.DROPPED_BUS_RANGE) == min(2**width + 9, largest)
    assert await env.registers.read(csr.MESSAGES) == min(2**width + 9, largest)


@translator_test()
async def h8_reset_clears_everything(env: Environment) -> None:
    """After a reset in the middle of traffic nothing of before is left, however short it was."""
    for cycles in (1, 2, 3):
        objects = await set_up(env)
        await env.execute(Disable(objects.route), SignalEvent(objects.route))
        env.m_msi.never()
        for data in range(1, 6):
            env.s_msi.append(objects.message(data))
        await env.cycle(10)
        await env.reset(cycles)
        env.m_msi.always()
        await env.cycle()
        assert not env.dut.m_msi_valid.value
        assert not env.dut.alert.value
        await play(
            env,
            does(SignalMsi(objects.target, ADDRESS, 1), warnings=1),
            does(DefaultBdf(objects.target), returns=0),
            does(SignalEvent(objects.route)),
            does(NewRoute(objects.route, objects.target), returns=False),
            does(BindTarget(objects.target, objects.connection, objects.range, 0x63)),
            does(DefaultBdf(objects.target), returns=0x63),
            does(NewRoute(objects.route, objects.target), returns=False),
        )
        await env.reset()


@translator_test()
async def h8_nothing_is_accepted_before_the_tables_are_clear(env: Environment) -> None:
    """Offer operations from the first cycle after reset; they wait, and see the reset state."""
    objects = await set_up(env)
    await env.reset(1)
    env.s_msi.append(SignalMsi(objects.target, ADDRESS, 1))
    env.s_evt.append(SignalEvent(objects.route))
    await env.registers.start(DefaultBdf(objects.target))
    await env.registers.finish()
    await env.settle()
    assert env.checker.answers[("signal_msi", "DROPPED_DISCONNECTED")] == 1
    assert env.checker.answers[("signal_event", "ERROR_NO_ROUTE")] == 1


@translator_test()
async def h9_registers_report_the_tables_and_indexes_outside_are_errors(env: Environment) -> None:
    """The first index outside, one with only the top bit, and the largest."""
    objects = await set_up(env)
    tables_0 = await env.registers.read(csr.TABLES_0)
    tables_1 = await env.registers.read(csr.TABLES_1)
    assert get_field(csr.TABLES_0, "ranges", tables_0) == env.tables.ranges
    assert get_field(csr.TABLES_0, "connections", tables_0) == env.tables.connections
    assert get_field(csr.TABLES_1, "targets", tables_1) == env.tables.targets
    assert get_field(csr.TABLES_1, "routes", tables_1) == env.tables.routes
    data = count(1)
    errors = 0
    for outside in (0, 0x8000, 0xFFFF):
        ranges, connections, targets, routes = (max(size, outside) for size in env.tables)
        operations = (
            SetBusRange(ranges, 0x31, 0x32),
            Connect(connections, 0x99),
            Disconnect(connections),
            ConnectIrqfd(connections, 0x99),
            BindTarget(targets, objects.connection, objects.range, 0x12),
            BindTarget(objects.target, connections, objects.range, 0x12),
            BindTarget(objects.target, objects.connection, ranges, 0x12),
            SignalMsi(targets, ADDRESS, next(data)),
            SignalMsiWithRid(targets, 0x2101, ADDRESS, next(data)),
            NewRoute(routes, objects.target),
            NewRoute(objects.route, targets),
            Enable(routes, ADDRESS, next(data)),
            EnableWithRid(routes, 0x2101, ADDRESS, next(data)),
            Disable(routes),
            SignalEvent(routes),
            DefaultBdf(targets),
        )
        await env.execute(*operations)
        errors += len(operations)
    await env.settle()
    assert await env.registers.read(csr.ERRORS) == min(errors, 2**env.run.counter_width - 1)
    await play(
        env,
        does(DefaultBdf(objects.target), returns=0x2163),
        does(
            SignalEvent(objects.route),
            (SEGMENT + 1 << 16 | 0x2163, ADDRESS, 0x77),
        ),
    )
