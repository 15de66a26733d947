# SPDX-License-Identifier: MIT
"""Random operations from all sources at once, and software that reads meanwhile."""

from __future__ import annotations

import cocotb
from cocotb.task import Task
from cocotb.triggers import Combine

from cocotbext.msi_its.bench.environment import Environment
from cocotbext.msi_its.bench.stimulus import RandomOperations
from cocotbext.msi_its.checks.coverage.points import REGISTERS
from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.csr import OperationCode, Register
from cocotbext.msi_its.vocabulary.transactions import Source

ALL_REGISTERS = tuple(each for each in vars(csr).values() if isinstance(each, Register))

MESSAGES = 400
"""How many direct messages each test sends; as many events, and a third as many commands."""


async def commands(env: Environment, random: RandomOperations, count: int) -> None:
    """Issue commands one after another; some while another is in flight; some that name nothing."""
    for _ in range(count):
        choice = env.rng.random()
        if choice < 0.12:
            await env.registers.start(random.command())
        elif choice < 0.15:
            await env.registers.write(csr.COMMAND, OperationCode.NONE)
        elif choice < 0.20:
            await poke(env)
        else:
            await env.registers.execute(random.command())
    await env.registers.finish()


async def poke(env: Environment) -> None:
    """Write a random part of a random register, other than a whole COMMAND."""
    address = env.rng.choice(tuple(REGISTERS))
    first, size = 0, 4
    if env.rng.random() < 0.5 or address == csr.COMMAND.offset:
        first = env.rng.randint(1 if address == csr.COMMAND.offset else 0, 3)
        size = env.rng.randint(1, 4 - first)
    await env.registers.write_bytes(address + first, env.rng.randbytes(size))


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


async def ranges(env: Environment, random: RandomOperations, count: int) -> None:
    """Set bus ranges from hardware, where the translator has the port."""
    if env.s_range is None:
        return
    for _ in range(count):
        await env.s_range.room()
        env.s_range.append(random.set_bus_range())
        await env.cycle(env.rng.choice((1, 1, 2, 10, 40)))


async def reads(env: Environment) -> None:
    """Read registers at random, some at once, for ever: the checker knows what each may show."""
    while True:
        running = [
            cocotb.start_soon(env.registers.read(env.rng.choice(ALL_REGISTERS)))
            for _ in range(env.rng.choice((1, 1, 1, 4)))
        ]
        try:
            await Combine(*running)
        finally:
            for task in running:
                task.cancel()
        if env.rng.random() < 0.1:
            await env.registers.acknowledge()
        await env.cycle(env.rng.randint(1, 20))


def start(env: Environment, random: RandomOperations, count: int) -> list[Task[None]]:
    """Start all sources."""
    return [
        cocotb.start_soon(commands(env, random, count // 3)),
        cocotb.start_soon(messages(env, random, count)),
        cocotb.start_soon(events(env, random, count)),
        cocotb.start_soon(ranges(env, random, count // 4)),
    ]


async def traffic(env: Environment, random: RandomOperations, count: int = MESSAGES) -> None:
    """Run all sources at once, until each has had its share: the monitors have to see it."""
    wanted = {Source.MESSAGE: count, Source.EVENT: count, Source.COMMAND: count // 6}
    if env.s_range is not None:
        wanted[Source.RANGE] = count // 4
    env.checker.wanted.update(wanted)
    reading = cocotb.start_soon(reads(env))
    await Combine(*start(env, random, count))
    reading.cancel()
