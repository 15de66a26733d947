# SPDX-License-Identifier: MIT
"""Plays the same short trace with each fault of each output; test_outputs.py says what notices."""

from __future__ import annotations

import itertools
from typing import Any

import cocotb

from cocotbext.msi_its.bench.environment import Environment, translator_test
from cocotbext.msi_its.bench.stimulus import RandomOperations
from tests.rtl.traffic import traffic
from tests.sim.faulty_outputs import HOWS, outputs, trace


async def replay(env: Environment) -> None:
    """Play it, in order, then let everything happen at once, with stalls."""
    await env.play(trace(env.settings))
    draw = RandomOperations(env.rng, env.tables, objects=2)
    env.stall(0.5)
    await traffic(env, draw, 40)
    env.flow()


def with_fault(number: int, how: int, name: str) -> Any:
    """Return the test that plays the trace with one fault."""

    async def play(env: Environment) -> None:
        await replay(env)

    play.__name__ = play.__qualname__ = name
    inner = translator_test(400)(play)

    @cocotb.test(name=name)
    async def run(dut: Any) -> None:
        dut.fault_output.value = number
        dut.fault_how.value = how
        await inner.func(dut)

    return run


sound = with_fault(-1, 0, "sound")
for (_number, _name), (_how, _how_name) in itertools.product(enumerate(outputs()), enumerate(HOWS)):
    globals()[f"{_name}_{_how_name}"] = with_fault(_number, _how, f"{_name}_{_how_name}")
