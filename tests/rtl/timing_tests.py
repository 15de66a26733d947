# SPDX-License-Identifier: MIT
"""Rates, latencies and fairness, measured in clock cycles (H1, H4, H5).

They run on tables of any size. What they measure is printed by `make sim`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

import cocotb
from cocotb.triggers import RisingEdge

from cocotbext.msi_its.bench.environment import Environment, cycle_now, translator_test
from cocotbext.msi_its.bench.stimulus import stalls
from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.csr import OperationCode
from cocotbext.msi_its.vocabulary.operations import (
    BindTarget,
    Connect,
    ConsumePending,
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
)
from cocotbext.msi_its.vocabulary.transactions import Retired, Source
from tests.rtl.objects import ADDRESS, Objects, set_up

KIND = "hardware"

WINDOW = 600
"""Over how many cycles a rate is measured."""

WARM_UP = 40
"""How many cycles the sources run before that."""

PIPELINE_CYCLES = 3
"""The most cycles from an accepted `s_msi` to its `m_msi_valid` (H1)."""

FAIR_WAIT = 3
"""For how many operations of the others a waiting source waits at most (H4)."""


class Timeline:
    """When each operation retired, and where it came from."""

    def __init__(self, env: Environment) -> None:
        self.records: list[tuple[int, Retired]] = []
        env.watch.retire.add_callback(self._add)

    def _add(self, retired: Retired) -> None:
        self.records.append((cycle_now(), retired))

    def longest_wait(self, source: Source, start: int, end: int) -> int:
        """Return the most operations of others between two of a source, in a span of cycles."""
        longest = waited = 0
        for cycle, retired in self.records:
            if start <= cycle < end:
                waited = 0 if retired.source is source else waited + 1
                longest = max(longest, waited)
        return longest

    def between(self, start: int, end: int) -> int:
        """Return how many operations retired in a span of cycles."""
        return sum(start <= cycle < end for cycle, _ in self.records)


def mixed_messages(objects: Objects) -> Iterator[Operation]:
    """Yield direct messages: most in range, some dropped, some without an explicit rid."""
    for data in count(1):
        if data % 7 == 3:
            yield SignalMsi(objects.target, ADDRESS + data, data)
        elif data % 5 == 2:
            yield SignalMsiWithRid(objects.target, 0x2F01, ADDRESS + data, data)
        else:
            yield objects.message(data)


def events(objects: Objects, routes: int) -> Iterator[SignalEvent]:
    """Yield events: of the enabled route, and of others that were never made."""
    for number in count():
        yield SignalEvent(objects.route if number % 3 else number % routes)


async def commands(env: Environment, objects: Objects) -> None:
    """Issue commands for ever, each as soon as the one before is done."""
    for number in count(1):
        await env.registers.execute(SetBusRange(objects.range, 0x21, 0x2E + number % 2))


def ranges(objects: Objects) -> Iterator[SetBusRange]:
    """Yield bus ranges from hardware: two in turn, which both have the buses of messages."""
    for number in count():
        yield SetBusRange(objects.range, 0x21, 0x2E + number % 2)


async def rate(env: Environment, objects: Objects, *sources: Source) -> float:
    """Saturate some sources; return the operations a cycle."""
    timeline = Timeline(env)
    if Source.MESSAGE in sources:
        for operation in islice(mixed_messages(objects), WINDOW + 2 * WARM_UP):
            env.s_msi.append(operation)
    if Source.EVENT in sources:
        for event in islice(events(objects, env.tables.routes), WINDOW + 2 * WARM_UP):
            env.s_evt.append(event)
    if Source.RANGE in sources:
        assert env.s_range is not None
        for operation in islice(ranges(objects), WINDOW + 2 * WARM_UP):
            env.s_range.append(operation)
    running = [cocotb.start_soon(commands(env, objects))] if Source.COMMAND in sources else []
    await env.cycle(WARM_UP)
    start = cycle_now()
    await env.cycle(WINDOW)
    end = cycle_now()
    measured = timeline.between(start, end) / (end - start)
    names = " + ".join(source.port for source in sources)
    env.measure(f"operations a cycle, {names}", f"{measured:.3f}")
    for source in sources if len(sources) > 2 else ():
        if source is not Source.COMMAND:
            waited = timeline.longest_wait(source, start, end)
            env.measure(f"longest wait of {source.port}", f"{waited} operations of others")
            assert waited <= FAIR_WAIT, f"{source.port} waited for {waited} (H4)"
    for task in running:
        task.cancel()
    await env.s_msi.room()
    return measured


@translator_test()
async def h1_s_msi_alone_runs_at_one_a_cycle(env: Environment) -> None:
    """Direct messages, some of them dropped."""
    assert await rate(env, await set_up(env), Source.MESSAGE) == 1.0


@translator_test()
async def h1_h5_s_evt_alone_runs_at_one_a_cycle(env: Environment) -> None:
    """Events, two in three of them on the same route."""
    assert await rate(env, await set_up(env), Source.EVENT) == 1.0


@translator_test()
async def h1_h4_s_msi_and_s_evt_run_at_one_a_cycle(env: Environment) -> None:
    """Two sources take turns."""
    assert await rate(env, await set_up(env), Source.MESSAGE, Source.EVENT) == 1.0


@translator_test()
async def h1_h4_s_msi_and_s_axil_run_at_one_a_cycle(env: Environment) -> None:
    """Commands take their turns between messages."""
    assert await rate(env, await set_up(env), Source.MESSAGE, Source.COMMAND) == 1.0


@translator_test()
async def h1_h4_s_evt_and_s_axil_run_at_one_a_cycle(env: Environment) -> None:
    """Commands take their turns between events."""
    assert await rate(env, await set_up(env), Source.EVENT, Source.COMMAND) == 1.0


@translator_test()
async def h1_h4_all_sources_run_at_one_a_cycle(env: Environment) -> None:
    """All but s_range; none waits for more than three operations of the others."""
    assert await rate(env, await set_up(env), Source.MESSAGE, Source.EVENT, Source.COMMAND) == 1.0


@translator_test()
async def h1_n1_s_range_alone_runs_at_one_a_cycle(env: Environment) -> None:
    """Bus ranges from hardware, where the translator has the port."""
    if env.s_range is not None:
        assert await rate(env, await set_up(env), Source.RANGE) == 1.0


@translator_test()
async def h1_h4_n1_all_four_sources_run_at_one_a_cycle(env: Environment) -> None:
    """With s_range; none waits for more than three operations of the others."""
    if env.s_range is not None:
        assert await rate(env, await set_up(env), *Source) == 1.0


@translator_test()
async def h1_s_axil_alone_is_as_fast_as_its_bus(env: Environment) -> None:
    """Commands, each after the one before: the register accesses take the time (H6)."""
    measured = await rate(env, await set_up(env), Source.COMMAND)
    assert measured > 0.02


@translator_test()
async def h1_latency_is_at_most_three_cycles(env: Environment) -> None:
    """From the edge that accepts a message to the one that finds it on m_msi, pipeline empty."""
    objects = await set_up(env)
    edge = RisingEdge(env.dut.clk)
    longest = 0
    for data in range(1, 20):
        await env.cycle(env.rng.randint(10, 15))
        env.s_msi.append(objects.message(data))
        while not (env.dut.s_msi_valid.value and env.dut.s_msi_ready.value):
            await edge
        accepted = cycle_now()
        while not env.dut.m_msi_valid.value:
            await edge
        longest = max(longest, cycle_now() - accepted)
    env.measure("latency from s_msi accepted to m_msi_valid", f"{longest} cycles")
    assert longest <= PIPELINE_CYCLES


async def command_latency(env: Environment, operation: Operation) -> int:
    """Return the cycles from a command's write being accepted to its retirement."""
    written: list[int] = []
    retired: list[int] = []

    def on_write(transfer: tuple[int, ...]) -> None:
        del transfer
        written.append(cycle_now())

    def on_retired(record: Retired) -> None:
        if record.source is Source.COMMAND:
            retired.append(cycle_now())

    env.watch.write_data.add_callback(on_write)
    env.watch.retire.add_callback(on_retired)
    await env.registers.execute(operation)
    env.watch.write_data.remove(on_write)
    env.watch.retire.remove(on_retired)
    return retired[-1] - written[-1]


@translator_test()
async def h4_commands_are_not_starved(env: Environment) -> None:
    """Under saturation a command takes at most three cycles more than on an idle translator."""
    objects = await set_up(env)
    idle = max([await command_latency(env, Disable(objects.route)) for _ in range(5)])
    for operation in islice(mixed_messages(objects), 3000):
        env.s_msi.append(operation)
    for event in islice(events(objects, env.tables.routes), 3000):
        env.s_evt.append(event)
    if env.s_range is not None:
        for bus_range in islice(ranges(objects), 3000):
            env.s_range.append(bus_range)
    await env.cycle(WARM_UP)
    longest = 0
    for _ in range(12):
        longest = max(longest, await command_latency(env, Enable(objects.route, ADDRESS, 1)))
    env.measure("longest wait of s_axil", f"{longest - idle} cycles more than when idle")
    env.measure("command written to retired, idle", f"{idle} cycles")
    assert longest <= idle + FAIR_WAIT, (
        f"a command on s_axil waited for {longest - idle} cycles (H4)"
    )
    assert not env.s_msi.idle and not env.s_evt.idle, "the sources ran dry: nothing was measured"


@translator_test()
async def h5_back_to_back_operations_on_one_route(env: Environment) -> None:
    """Events of one route in every cycle, while commands enable, disable and move it."""
    objects = await set_up(env)

    async def feed() -> None:
        while True:
            await env.s_evt.room()
            env.s_evt.append(SignalEvent(objects.route))

    feeding = cocotb.start_soon(feed())
    for round_ in range(2):
        for data in range(1, 30):
            address = ADDRESS + 16 * data + round_
            await env.registers.execute(Enable(objects.route, address, data))
            if data % 3:
                await env.registers.execute(Disable(objects.route))
            if data % 4 == 1:
                rid = 0x2A00 + data if data % 8 == 1 else 0x3000 + data
                await env.registers.execute(EnableWithRid(objects.route, rid, address, 0x80 + data))
        env.m_msi.stall(stalls(env.rng, 0.4, longest=4))
    feeding.cancel()


@translator_test()
async def n1_a_message_meets_the_range_directly_before_it(env: Environment) -> None:
    """In the cycle after s_range took it, and in each one around."""
    if env.s_range is None:
        return
    objects = await set_up(env)
    for delay in range(4):
        for number, operation in enumerate(islice(mixed_messages(objects), 60)):
            env.s_range.append(SetBusRange(objects.range, 0x20 + number % 3, 0x2A + number % 7))
            await env.cycle(delay)
            env.s_msi.append(operation)
            env.s_msi.append(SignalMsi(objects.target, ADDRESS, 0x100 + number))
            await env.cycle(env.rng.randint(0, 2))
        env.m_msi.stall(stalls(env.rng, 0.4, longest=4))


@translator_test()
async def n1_a_command_meets_the_range_shortly_before_it(env: Environment) -> None:
    """Commands that hold a route against its range, or read it, while s_range goes on."""
    if env.s_range is None:
        return
    objects = await set_up(env)
    driver = env.s_range

    async def feed() -> None:
        while True:
            await driver.room()
            secondary = env.rng.randint(0x20, 0x2F)
            bus_range = env.rng.choice((objects.range, objects.range, 0))
            driver.append(SetBusRange(bus_range, secondary, 0x2A))
            await env.cycle(env.rng.randint(1, 9))

    async def messages() -> None:
        for data in count(1):
            await env.s_msi.room()
            rid = env.rng.randint(0x29, 0x2B) << 8 | 0x5D
            env.s_msi.append(SignalMsiWithRid(objects.target, rid, ADDRESS, data))

    running = [cocotb.start_soon(feed()), cocotb.start_soon(messages())]
    for number in range(120):
        if number == 60:
            env.m_msi.stall(stalls(env.rng, 0.3, longest=5))
        data = 0x100 + number
        rid = env.rng.randint(0x29, 0x2B) << 8 | 0x5D
        operation = env.rng.choice(
            (
                Enable(objects.route, ADDRESS + 4 * number, data),
                EnableWithRid(objects.route, rid, ADDRESS + 4 * number, data),
                SignalMsiWithRid(objects.target, rid, ADDRESS + 4 * number, data),
                SetBusRange(objects.range, 0x2A, 0x2B),
            )
        )
        await env.execute_commands(operation)
        env.s_evt.append(SignalEvent(objects.route))
    for task in running:
        task.cancel()


@translator_test()
async def h5_operations_on_routes_in_turn(env: Environment) -> None:
    """Events of three routes in turn, the first or the last, while commands enable and disable."""
    objects = await set_up(env)
    every = range(env.tables.routes)

    async def feed(routes: range) -> None:
        for number in count():
            await env.s_evt.room()
            env.s_evt.append(SignalEvent(routes[number % len(routes)]))

    for routes in (every[:3], every[-3:]):
        for route in routes:
            await env.registers.execute(NewRoute(route, objects.target))
        feeding = cocotb.start_soon(feed(routes))
        for data in range(1, 40):
            route = routes[data % len(routes)]
            await env.registers.execute(Enable(route, ADDRESS + 16 * data, data))
            await env.registers.execute(Disable(route))
        feeding.cancel()


@translator_test()
async def h5_messages_see_the_command_directly_before_them(env: Environment) -> None:
    """Messages of one target in every cycle, while commands change all that is behind it."""
    objects = await set_up(env)
    ranges, connections, *_ = env.tables

    async def feed() -> None:
        for data in count(1):
            await env.s_msi.room()
            explicit = SignalMsiWithRid(objects.target, 0x2200 + data % 256, ADDRESS, data)
            env.s_msi.append(explicit if data % 2 else SignalMsi(objects.target, ADDRESS, data))

    feeding = cocotb.start_soon(feed())
    for number in range(1, 25):
        await env.execute_commands(
            BindTarget(objects.target, number % connections, number % ranges, number),
            SetBusRange(number % ranges, 0x20 + number % 4, 0x28 - number % 8),
            Connect(number % connections, (0x1000 + number) << 16),
            Disconnect((number + 1) % connections),
        )
    feeding.cancel()


@translator_test()
async def h5_a_command_sees_the_event_shortly_before_it(env: Environment) -> None:
    """One event on a route, some cycles before or after a command that asks for it."""
    objects = await set_up(env)
    asks = ConsumePending(objects.route)
    await env.execute(Disable(objects.route))
    for cycles in range(40):
        asking = cocotb.start_soon(env.registers.execute(asks))
        await env.cycle(cycles)
        env.s_evt.append(SignalEvent(objects.route))
        await asking
        await env.settle()
        await env.registers.execute(asks)


@translator_test()
async def h5_forwarding_holds_through_a_stall(env: Environment) -> None:
    """An enable that delivers into a full output, with events of its route directly behind it."""
    objects = await set_up(env)
    for number in range(1, 40):
        await env.execute_commands(Disable(objects.route))
        env.s_evt.append(SignalEvent(objects.route))
        await env.settle()
        env.m_msi.never()
        await env.registers.write_arguments(Enable(objects.route, ADDRESS + number, number))
        writing = cocotb.start_soon(env.registers.write(csr.COMMAND, OperationCode.ENABLE))
        await env.cycle(env.rng.randint(0, 4))
        env.s_msi.append(objects.message(number))
        env.s_msi.append(objects.message(0x100 + number))
        await env.cycle(env.rng.randint(0, 3))
        for _ in range(5):
            env.s_evt.append(SignalEvent(objects.route))
        await env.cycle(env.rng.randint(1, 12))
        env.m_msi.stall(stalls(env.rng, 0.6, longest=4))
        await writing
        await env.settle()
        env.m_msi.always()
