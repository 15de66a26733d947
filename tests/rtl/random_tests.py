# SPDX-License-Identifier: MIT
"""Random operations from all sources at once, with random stalls everywhere.

`make regress` runs these over many seeds.
"""

from __future__ import annotations

from itertools import islice

import cocotb

from cocotbext.msi_its.bench.drivers import QUEUED
from cocotbext.msi_its.bench.environment import Environment, translator_test
from cocotbext.msi_its.bench.stimulus import RandomOperations
from cocotbext.msi_its.vocabulary.transactions import Source
from tests.rtl.traffic import MESSAGES, reads, start, traffic

KIND = "random"


async def set_up(env: Environment, random: RandomOperations) -> None:
    """Bring the objects in use to life, as commands."""
    await env.execute_commands(*random.setup())


@translator_test()
async def few_objects_without_stalls(env: Environment) -> None:
    """Two of everything: operations collide on the same route, target and range all the time."""
    random = RandomOperations(env.rng, env.tables, objects=2, configuration=env.configuration)
    await set_up(env, random)
    await traffic(env, random)


@translator_test()
async def one_route_with_stalls(env: Environment) -> None:
    """One of everything in use, and an ITS that is not ready half of the time."""
    random = RandomOperations(env.rng, env.tables, objects=1, configuration=env.configuration)
    await set_up(env, random)
    env.stall(0.5)
    await traffic(env, random)


@translator_test()
async def many_objects_with_stalls(env: Environment) -> None:
    """Up to sixteen of everything, some stalls everywhere."""
    random = RandomOperations(env.rng, env.tables, objects=16, configuration=env.configuration)
    await set_up(env, random)
    env.stall(0.25)
    await traffic(env, random)


@translator_test()
async def nearly_always_stalled(env: Environment) -> None:
    """The ITS takes a message now and then, and so do the sources and software."""
    random = RandomOperations(env.rng, env.tables, objects=3, configuration=env.configuration)
    await set_up(env, random)
    env.stall(0.9)
    await traffic(env, random, MESSAGES // 4)


@translator_test()
async def without_set_up(env: Environment) -> None:
    """From the reset state: nothing is connected, bound or made until a command does it."""
    random = RandomOperations(
        env.rng, env.tables, objects=2, illegal=10, configuration=env.configuration
    )
    env.stall(0.2)
    await traffic(env, random)


@translator_test(timeout_us=4000)
async def anything_goes(env: Environment) -> None:
    """Phases, each with its own objects in use, mix of commands and stalls on each interface."""
    for _ in range(6):
        random = RandomOperations(
            env.rng,
            env.tables,
            objects=env.rng.choice((1, 2, 4, None)),
            illegal=env.rng.choice((0, 5, 50)),
            routes=env.rng.choice((0.2, 0.5, 0.8)),
            configuration=env.configuration,
        )
        env.stall_each()
        if env.rng.random() < 0.7:
            await env.execute_commands(*islice(random.setup(), env.rng.choice((10, 20, 40))))
        await traffic(env, random, MESSAGES // 5)
        if env.rng.random() < 0.3:  # which takes what still waits
            env.checker.wanted.subtract({Source.MESSAGE: QUEUED + 1, Source.EVENT: QUEUED + 1})
            await env.reset(env.rng.randint(1, 4))


@translator_test(timeout_us=4000)
async def reset_in_the_middle(env: Environment) -> None:
    """Reset in the middle of everything, several times, also while the tables are being cleared."""
    for _ in range(8):
        random = RandomOperations(env.rng, env.tables, objects=2, configuration=env.configuration)
        env.stall_each()
        running = [*start(env, random, MESSAGES), cocotb.start_soon(reads(env))]
        if env.rng.random() < 0.7:
            await env.cycle(max(env.tables))  # so that clearing is over
        await env.cycle(env.rng.randint(1, 120))
        for task in running:
            task.cancel()
        await env.reset(env.rng.randint(1, 4))
        if env.rng.random() < 0.5:
            await env.cycle(env.rng.randint(1, max(env.tables)))
            await env.reset(1)
    env.flow()
    await env.settle()
    await env.reset(2)
    random = RandomOperations(env.rng, env.tables, objects=2, configuration=env.configuration)
    await traffic(env, random, MESSAGES // 4)
