# SPDX-License-Identifier: MIT
"""Directed tests of the hardware's properties H1 to H9, one or more a property, named after it.

They run on tables of any size, one of everything included.
"""

from __future__ import annotations

from itertools import count

import cocotb

from cocotbext.msi_its.bench.environment import Environment, translator_test
from cocotbext.msi_its.checks.register_model import STATUS_REGISTERS
from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.csr import Answer, OperationCode
from cocotbext.msi_its.vocabulary.fields import ALL_ADDRESSES, ARGUMENT_REGISTERS, get_field
from cocotbext.msi_its.vocabulary.operations import (
    BY_CODE,
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
    Operation,
    SetBusRange,
    SignalEvent,
    SignalMsi,
    SignalMsiWithRid,
    SupportsDirectMsi,
)
from tests.rtl.objects import ADDRESS, BASE, IRQFD_BASE, Objects, set_up
from tests.rtl.scenario import does, play

KIND = "hardware"


@translator_test()
async def h2_valid_does_not_wait_for_ready(env: Environment) -> None:
    """A message, a write response and read data are offered while their ready is low."""
    objects = await set_up(env)
    env.m_msi.never()
    env.s_msi.append(objects.message(1))
    await env.cycle(8)
    assert env.dut.m_msi_valid.value, "m_msi_valid waits for m_msi_ready (H2)"
    for response, access in (
        ("bvalid", env.registers.write(csr.ARG_DATA, 5)),
        ("rvalid", env.registers.read(csr.ARG_DATA)),
    ):
        env.registers.hold_responses(True)
        running = cocotb.start_soon(access)
        await env.cycle(12)
        assert getattr(env.dut, f"s_axil_{response}").value, f"{response} waits for ready (H2)"
        env.registers.hold_responses(False)
        await running
    env.m_msi.always()


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
            (BASE + 0x4163, ADDRESS, 9),
        ),
    )


@translator_test()
async def h6_a_refused_command_leaves_the_result_alone(env: Environment) -> None:
    """RESULT keeps the answer of the command before, for both kinds of refusal."""
    objects = await set_up(env)
    await env.registers.execute(DefaultBdf(objects.target))
    result = await env.registers.read(csr.RESULT)
    assert result == Answer.BDF | 0x2163 << 16
    await env.registers.write(csr.COMMAND, OperationCode.NONE)
    await env.cycle(5)
    assert await env.registers.read(csr.RESULT) == result
    assert await env.registers.read(csr.COMMAND) == 0


@translator_test()
async def h6_every_code_that_names_no_operation_is_refused(env: Environment) -> None:
    """All of 8 bits but the operations': none is taken for one with the same lower bits."""
    await set_up(env)
    unused = sorted(set(range(256)) - {int(code) for code in BY_CODE})
    for code in unused:
        await env.registers.write(csr.COMMAND, code)
    await env.cycle(5)
    # How many were counted, up to the counter's largest value, the checker knows.
    assert await env.registers.read(csr.REFUSED_COMMANDS)


@translator_test()
async def h6_status_and_alert_are_acknowledged_one_by_one(env: Environment) -> None:
    """Writing 1 clears its own bit, writing 0 or other bits clears nothing."""
    objects = await set_up(env)
    refused = 1 << csr.STATUS.fields["refused"].low
    await env.registers.write(csr.COMMAND, OperationCode.NONE)
    await env.execute(SignalMsiWithRid(objects.target, 0x2F02, ADDRESS, 1))
    await env.settle()
    for register, data in ((csr.STATUS, 0), (csr.STATUS, 0xFFFF_FFFF ^ refused), (csr.ALERT, 0xFE)):
        await env.registers.write(register, data)
        assert await env.registers.read(csr.STATUS) == refused
        assert await env.registers.read(csr.ALERT) == 1
    await env.registers.write(csr.STATUS, refused)
    assert await env.registers.read(csr.STATUS) == 0
    assert await env.registers.read(csr.ALERT) == 1
    await env.registers.write(csr.COMMAND, OperationCode.NONE)
    await env.registers.acknowledge()
    assert await env.registers.read(csr.STATUS) == refused
    assert await env.registers.read(csr.ALERT) == 0


@translator_test()
async def h6_only_the_lowest_byte_of_command_starts_one(env: Environment) -> None:
    """A write without its byte strobe is no command, accepted or refused."""
    objects = await set_up(env)
    await env.registers.write_arguments(SetBusRange(objects.range, 0x11, 0x12))
    await env.registers.write_bytes(
        csr.COMMAND.offset + 1, bytes([OperationCode.SET_BUS_RANGE] * 3)
    )
    await env.cycle(10)
    assert await env.registers.read(csr.REFUSED_COMMANDS) == 0
    await play(env, does(DefaultBdf(objects.target), returns=0x2163))


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
        assert await env.registers.read(csr.LAST_DROP_REASON) == reason
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
async def h7_the_last_drop_is_held_in_one_piece(env: Environment) -> None:
    """Read it while drops of two kinds come in every cycle: rid, range and reason match."""
    objects = await set_up(env)
    reasons = {0x2F: Answer.DROPPED_BUS_RANGE, 0x21: Answer.DROPPED_DISCONNECTED}
    await env.execute(Disconnect(objects.connection))
    for data in range(1, 1200):
        bus = 0x2F if env.rng.random() < 0.5 else 0x21
        env.s_msi.append(SignalMsiWithRid(objects.target, bus << 8 | data % 256, ADDRESS, data))
    await env.cycle(20)
    for _ in range(25):
        last = await env.registers.read(csr.LAST_DROP)
        reason = await env.registers.read(csr.LAST_DROP_REASON)
        assert reason == reasons[get_field(csr.LAST_DROP, "rid", last) >> 8]
    assert not env.s_msi.idle, "the drops ran out: nothing was tested"


@translator_test()
async def h7_only_a_read_of_last_drop_takes_the_reason_with_it(env: Environment) -> None:
    """After the next drop, neither reads of other addresses nor writes of any change the reason."""
    objects = await set_up(env)
    await env.execute(SignalMsiWithRid(objects.target, 0x2F02, ADDRESS, 1))
    await env.settle()
    await env.registers.read(csr.LAST_DROP)
    await env.execute(Disconnect(objects.connection), SignalMsi(objects.target, ADDRESS, 2))
    await env.settle()
    for word in ALL_ADDRESSES:
        if word.offset != csr.LAST_DROP.offset:
            await env.registers.read(word)
        assert await env.registers.read(csr.LAST_DROP_REASON) == Answer.DROPPED_BUS_RANGE
        await env.registers.write(word, 0)
        assert await env.registers.read(csr.LAST_DROP_REASON) == Answer.DROPPED_BUS_RANGE
    await env.registers.read(csr.LAST_DROP)
    assert await env.registers.read(csr.LAST_DROP_REASON) == Answer.DROPPED_DISCONNECTED


@translator_test()
async def h7_counters_saturate(env: Environment) -> None:
    """Counters stop at their largest value: reached with up to 8 bits, approached with more."""
    counts = 2 ** min(env.settings.counter_width, 8) + 9
    objects = await set_up(env)
    for data in range(1, counts + 1):
        env.s_msi.append(SignalMsiWithRid(objects.target, 0x2F02, ADDRESS, data))
        env.s_msi.append(SignalMsi(objects.target, ADDRESS, data))
        env.s_evt.append(SignalEvent(env.tables.routes))
        await env.registers.write(csr.COMMAND, OperationCode.NONE)
    for _ in range(counts):
        await env.registers.execute(EnableWithRid(objects.route, 0x2F02, ADDRESS, 1))
    await env.registers.execute(Disconnect(objects.connection))
    for data in range(1, counts + 1):
        env.s_msi.append(SignalMsi(objects.target, ADDRESS, data))
    await env.settle()
    expected = min(counts, 2**env.settings.counter_width - 1)
    for counter in (
        *(csr.MESSAGES, csr.DROPPED_BUS_RANGE, csr.DROPPED_DISCONNECTED),
        *(csr.REFUSED_BUS_RANGE, csr.ERRORS, csr.REFUSED_COMMANDS),
    ):
        assert await env.registers.read(counter) == expected


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
async def h8_a_command_in_flight_is_gone_after_reset(env: Environment) -> None:
    """Reset while a command waits behind a stalled output, and just after it was written."""
    for cycles in range(8):
        objects = await set_up(env)
        if cycles == 7:
            env.m_msi.never()
            for data in range(1, 6):
                env.s_msi.append(objects.message(data))
            await env.cycle(10)
            await env.registers.start(SetBusRange(objects.range, 0x41, 0x42))
            await env.cycle(10)  # until it is offered
        else:
            await env.registers.write_arguments(SetBusRange(objects.range, 0x41, 0x42))
            writing = cocotb.start_soon(
                env.registers.write(csr.COMMAND, OperationCode.SET_BUS_RANGE)
            )
            await env.cycle(cycles)
            writing.cancel()
        await env.reset(1)
        env.m_msi.always()
        await env.cycle(max(env.tables) + 10)
        assert await env.registers.read(csr.STATUS) == 0
        assert env.checker.registers.under_way == ""
        await play(
            env,
            does(BindTarget(objects.target, objects.connection, objects.range, 0x63)),
            does(DefaultBdf(objects.target), returns=0x63),
        )
        await env.reset()


@translator_test()
async def h8_a_write_in_flight_is_gone_after_reset(env: Environment) -> None:
    """Reset for one cycle while a register is written, in each cycle that this takes."""
    for register in ARGUMENT_REGISTERS:
        for cycles in range(8):
            writing = cocotb.start_soon(env.registers.write(register, 0xFFFF_FFFF))
            await env.cycle(cycles)
            writing.cancel()
            await env.reset(1)
            assert await env.registers.read(register) == 0


@translator_test()
async def h8_every_register_has_its_reset_value_after_reset(env: Environment) -> None:
    """Whatever was in it. The first read is of LAST_DROP_REASON, by itself."""
    objects = await set_up(env)
    await env.execute(SignalMsiWithRid(objects.target, 0x2F02, ADDRESS, 1))
    await env.settle()
    await env.registers.read(csr.LAST_DROP)
    for register in ARGUMENT_REGISTERS:
        await env.registers.write(register, 0xFFFF_FFFF)
    await env.registers.write(csr.COMMAND, OperationCode.NONE)
    await env.reset(1)
    assert await env.registers.read(csr.LAST_DROP_REASON) == 0
    assert await env.registers.read(csr.STATUS) in (0, 1 << csr.STATUS.fields["clearing"].low)
    for register in (*ARGUMENT_REGISTERS, *STATUS_REGISTERS[1:]):
        assert await env.registers.read(register) == 0
    for word in ALL_ADDRESSES:
        await env.registers.read(word)


@translator_test()
async def h8_clearing_is_shown_and_ends(env: Environment) -> None:
    """STATUS.clearing is up for as long as the largest table has entries."""
    clearing = 1 << csr.STATUS.fields["clearing"].low
    await env.reset(1)
    seen = 0
    while await env.registers.read(csr.STATUS) == clearing:
        seen += 1
    assert await env.registers.read(csr.STATUS) == 0
    if max(env.tables) > 40:
        assert seen, "STATUS.clearing was never up"


@translator_test()
async def h8_clearing_takes_one_cycle_an_entry(env: Environment) -> None:
    """The inputs are not ready for as many cycles as the largest table has entries, no more."""
    await env.reset(1)
    await env.cycle()
    cycles = 0
    while not (env.dut.s_msi_ready.value and env.dut.s_evt_ready.value):
        cycles += 1
        await env.cycle()
    assert cycles == max(env.tables)


def spread(env: Environment, size: int, most: int = 96) -> list[int]:
    """Return indexes of a table: both ends, beside each power of two, and some at random."""
    edges = {0, size - 1, *(2**bit + near for bit in range(12) for near in (-1, 0, 1))}
    chosen = {index for index in edges if 0 <= index < size}
    others = [index for index in range(size) if index not in chosen]
    chosen |= set(env.rng.sample(others, min(len(others), max(0, most - len(chosen)))))
    return sorted(chosen)


@translator_test()
async def h8_h9_entries_of_every_table_keep_their_own_values(env: Environment) -> None:
    """Give entries all over each table their own contents; read them; reset, and all is gone."""
    ranges, connections, targets, routes = (spread(env, size) for size in env.tables)
    setup: list[Operation] = []
    for index in ranges:
        setup.append(SetBusRange(index, (index ^ 0x5A) >> 1, 0x80 | index ^ 0x25))
    for index in connections:
        setup += [
            Connect(index, 0x1000 + index),
            ConnectIrqfd(index, 0x2000 + index),
        ]
    for place, index in enumerate(targets):
        connection = connections[place % len(connections)]
        bus_range = ranges[place * 3 % len(ranges)]
        setup.append(BindTarget(index, connection, bus_range, index * 7 % 255 + 1))
    for place, index in enumerate(routes):
        setup.append(NewRoute(index, targets[place * 5 % len(targets)]))
        setup.append(Enable(index, ADDRESS + index, index + 1))
    await env.execute(*setup)
    probes: list[Operation] = [SignalMsi(index, ADDRESS, index + 1) for index in targets]
    probes += [SignalEvent(index) for index in routes]
    await env.execute(*probes)
    await env.settle()
    assert env.checker.answers[("signal_msi", "SENT")] == len(targets)
    assert env.checker.answers[("signal_event", "SENT")] == len(routes)
    await env.reset(1)
    for place, index in enumerate(targets):
        bus_range = ranges[place * 3 % len(ranges)]
        probes.append(BindTarget(index, connections[place % len(connections)], bus_range, 1))
        probes.append(DefaultBdf(index))
    await env.execute(*probes)
    await env.settle()
    assert env.checker.answers[("signal_msi", "DROPPED_DISCONNECTED")] == len(targets)
    assert env.checker.answers[("signal_event", "ERROR_NO_ROUTE")] == len(routes)


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
async def h8_events_that_waited_for_the_clearing_find_no_route(env: Environment) -> None:
    """The routes that are cleared last, one at a time, offered while the old state is there."""
    routes = range(max(0, env.tables.routes - 4), env.tables.routes)
    for route in routes:
        objects = Objects(env)
        objects.route = route
        await objects.set_up()
        await env.settle()
        await env.reset(1)
        env.s_evt.append(SignalEvent(route))
        env.s_evt.append(SignalEvent(route))
        await env.cycle(max(env.tables) + 5)
        await env.settle()
    assert env.checker.answers[("signal_event", "ERROR_NO_ROUTE")] == 2 * len(routes)


@translator_test()
async def r2_own_rid_with_an_inverted_range_on_all_tables(env: Environment) -> None:
    """Of the bus behind both bounds, where an offset reaches one: none, if it is checked."""
    objects = await set_up(env)
    profile = env.settings.configuration.profile
    offset = 0x177 if profile.rid_offset_bits > 8 else 0x77
    await play(
        env,
        does(SetBusRange(objects.range, 0x90, 0x10)),
        does(BindTarget(objects.target, objects.connection, objects.range, offset)),
        does(
            DefaultBdf(objects.target),
            returns=None if profile.checks_default_rid else 0x9000 + offset,
        ),
    )


@translator_test()
async def h9_every_index_behind_a_table_is_an_error(env: Environment) -> None:
    """All that need no more bits than the last one inside, in all operations, from each source."""
    objects = await set_up(env)
    tables = zip(env.tables._fields, env.tables, strict=True)
    behind = {name: range(size, 1 << (size - 1).bit_length()) for name, size in tables}
    sources = (
        (
            "ranges",
            lambda index: (
                SetBusRange(index, 0x31, 0x32),
                BindTarget(objects.target, objects.connection, index, 0x12),
            ),
        ),
        (
            "connections",
            lambda index: (
                *(Connect(index, 0x99_0000), Disconnect(index), ConnectIrqfd(index, 0x99_0000)),
                BindTarget(objects.target, index, objects.range, 0x12),
            ),
        ),
        (
            "targets",
            lambda index: (
                *(SignalMsi(index, ADDRESS, 1), SignalMsiWithRid(index, 0x2101, ADDRESS, 2)),
                *(NewRoute(objects.route, index), DefaultBdf(index), SupportsDirectMsi(index)),
                BindTarget(index, objects.connection, objects.range, 0x12),
            ),
        ),
        (
            "routes",
            lambda index: (
                *(SignalEvent(index), Enable(index, ADDRESS, 1), Disable(index)),
                *(EnableWithRid(index, 0x2101, ADDRESS, 2), ConsumePending(index)),
                NewRoute(index, objects.target),
            ),
        ),
    )
    errors = 0
    for table, operations in sources:
        for index in behind[table]:
            await env.execute(*operations(index))
            errors += len(operations(index))
    await env.settle()
    found = sum(
        count for (_, answer), count in env.checker.answers.items() if answer == "ERROR_INDEX"
    )
    assert found == errors


@translator_test()
async def h6_h7_a_write_to_any_other_address_changes_nothing(env: Environment) -> None:
    """With all bits set, while alert and STATUS.refused are up and the arguments hold anything."""
    objects = await set_up(env)
    await env.execute(SignalMsiWithRid(objects.target, 0x2F02, ADDRESS, 1))
    await env.settle()
    await env.registers.write(csr.COMMAND, OperationCode.NONE)
    for number, register in enumerate(ARGUMENT_REGISTERS, 1):
        await env.registers.write(register, 0x0101_0101 * number)
    used = (csr.STATUS, csr.COMMAND, csr.ALERT, *ARGUMENT_REGISTERS)
    kept = {register.offset for register in used}
    for word in ALL_ADDRESSES:
        if word.offset not in kept:
            await env.registers.write(word, 0xFFFF_FFFF)
    assert await env.registers.read(csr.ALERT) == 1
    assert await env.registers.read(csr.STATUS) == 1 << csr.STATUS.fields["refused"].low
    for word in ALL_ADDRESSES:
        await env.registers.read(word)


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
            Connect(connections, 0x99_0000),
            Disconnect(connections),
            ConnectIrqfd(connections, 0x99_0000),
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
            ConsumePending(routes),
            DefaultBdf(targets),
            SupportsDirectMsi(targets),
        )
        await env.execute(*operations)
        errors += len(operations)
    await env.settle()
    assert await env.registers.read(csr.ERRORS) == min(errors, 2**env.settings.counter_width - 1)
    await play(
        env,
        does(DefaultBdf(objects.target), returns=0x2163),
        does(
            SignalEvent(objects.route),
            (IRQFD_BASE + 0x2163, ADDRESS, 0x77),
        ),
    )
