# SPDX-License-Identifier: MIT
"""Random operations from all three sources at once, with random stalls everywhere."""

from __future__ import annotations

import cocotb
from cocotb.triggers import Combine

from tb import csr
from tb.environment import STATUS_REGISTERS, Environment, translator_test
from tb.registers import ARGUMENT_REGISTERS
from tb.stimulus import RandomOperations

READABLE = (*STATUS_REGISTERS, *ARGUMENT_REGISTERS, csr.TABLES_0, csr.TABLES_1)

MESSAGES = 400
"""How many direct messages each test sends; as many events, and a third as many commands."""


async def commands(env: Environment, random: RandomOperations, count: int) -> None:
    """Issue commands one after another; some without waiting for the one before."""
    for _ in range(count):
        if env.rng.random() < 0.1:
            await env.registers.start(random.command())
        else:
            await env.registers.execute(random.command())
    await env.registers.finish()


async def messages(env: Environment, random: RandomOperations, count: int) -> None:
    """Send direct messages."""
    for _ in range(count):
        await env.s_msi.room()
        env.s_msi.append(random.message())


async def events(env: Environment, random: RandomOperations, count: int) -> None:
    """Signal route events."""
    for _ in range(count):
        await env.s_evt.room()
        env.s_evt.append(random.event())


async def reads(env: Environment) -> None:
    """Read registers at random, for ever: the checker knows what each may show."""
    while True:
        await env.registers.read(env.rng.choice(READABLE))
        if env.rng.random() < 0.1:
            await env.registers.acknowledge()
        await env.cycle(env.rng.randint(1, 20))


async def traffic(env: Environment, random: RandomOperations, count: int = MESSAGES) -> None:
    """Run all three sources at once, until each has had its share."""
    reading = cocotb.start_soon(reads(env))
    await Combine(
        cocotb.start_soon(commands(env, random, count // 3)),
        cocotb.start_soon(messages(env, random, count)),
        cocotb.start_soon(events(env, random, count)),
    )
    reading.cancel()


async def set_up(env: Environment, random: RandomOperations) -> None:
    """Bring the objects in use to life, as commands."""
    await env.execute_commands(*random.setup())


@translator_test()
async def few_objects_without_stalls(env: Environment) -> None:
    """Two of everything: operations collide on the same route, target and range all the time."""
    random = RandomOperations(env.rng, env.tables, objects=2)
    await set_up(env, random)
    await traffic(env, random)


@translator_test()
async def one_route_with_stalls(env: Environment) -> None:
    """One of everything in use, and an ITS that is not ready half of the time."""
    random = RandomOperations(env.rng, env.tables, objects=1)
    await set_up(env, random)
    env.stall(0.5)
    await traffic(env, random)


@translator_test()
async def many_objects_with_stalls(env: Environment) -> None:
    """Up to sixteen of everything, some stalls everywhere."""
    random = RandomOperations(env.rng, env.tables, objects=16)
    await set_up(env, random)
    env.stall(0.25)
    await traffic(env, random)


@translator_test()
async def nearly_always_stalled(env: Environment) -> None:
    """The ITS takes a message now and then, and so do the sources and software."""
    random = RandomOperations(env.rng, env.tables, objects=3)
    await set_up(env, random)
    env.stall(0.9)
    await traffic(env, random, MESSAGES // 4)


@translator_test()
async def without_set_up(env: Environment) -> None:
    """From the reset state: nothing is connected, bound or made until a command does it."""
    random = RandomOperations(env.rng, env.tables, objects=2, illegal=10)
    env.stall(0.2)
    await traffic(env, random)


@translator_test()
async def reset_in_the_middle(env: Environment) -> None:
    """Reset in the middle of everything, several times, also while the tables are being cleared."""
    for _ in range(6):
        random = RandomOperations(env.rng, env.tables, objects=2)
        env.stall(env.rng.choice((0.1, 0.5, 0.8)))
        running = [
            cocotb.start_soon(messages(env, random, MESSAGES)),
            cocotb.start_soon(events(env, random, MESSAGES)),
        ]
        for operation in random.setup():
            await env.registers.start(operation)
        if env.rng.random() < 0.7:
            await env.registers.finish()  # so that clearing is over
        await env.cycle(env.rng.randint(1, 60))
        for task in running:
            task.cancel()
        await env.reset(env.rng.randint(1, 3))
        if env.rng.random() < 0.5:
            await env.cycle(env.rng.randint(1, max(env.tables)))
            await env.reset(1)
    random = RandomOperations(env.rng, env.tables, objects=2)
    await traffic(env, random, MESSAGES // 4)
