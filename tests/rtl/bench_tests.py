# SPDX-License-Identifier: MIT
"""The signal-level path's throughput, for `make bench`. Nothing is judged but what always is."""

from __future__ import annotations

import statistics
import time

import numpy as np

from tb.bench import ROUNDS, SIGNAL_OPERATIONS, messages, setup
from tb.bulk.records import operation_of
from tb.environment import Environment, translator_test


@translator_test(timeout_us=100_000)
async def rate(env: Environment) -> None:
    rng = np.random.default_rng(env.run.seed)
    await env.play(setup(env.tables))
    rates = []
    for _ in range(ROUNDS):
        made = messages(rng, env.tables, SIGNAL_OPERATIONS)
        operations = [operation_of(each) for each in made]
        started = time.perf_counter()
        await env.play(operations)
        await env.settle()
        rates.append(SIGNAL_OPERATIONS / (time.perf_counter() - started))
    env.measure("operations/s", f"{statistics.median(rates):.0f}")
