# SPDX-License-Identifier: MIT
"""Plays some of everything, in order, then at once; test_sva.py says which assertion fails."""

from __future__ import annotations

from cocotbext.msi_its.bench.environment import Environment, translator_test
from cocotbext.msi_its.bench.stimulus import RandomOperations
from tests.rtl.traffic import traffic


@translator_test(4_000)
async def everything(env: Environment) -> None:
    """Play it in order, then let everything happen at once."""
    draw = RandomOperations(env.rng, env.tables, objects=2)
    await env.play(list(draw.setup()))
    for _ in range(40):
        await env.play([draw.message(), draw.event(), draw.command()])
    await traffic(env, draw, 200)
    env.stall(0.5)
    await traffic(env, draw, 200)
    env.flow()
