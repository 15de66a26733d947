# SPDX-License-Identifier: MIT
"""The bulk path's throughput, and its limit, for `make bench`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tb.bench import BULK_OPERATIONS, ROUNDS, messages, setup, traffic
from tb.bulk.environment import BATCH, BulkEnvironment, bulk_test
from tb.bulk.records import Records, pack
from tb.bulk.transactor import Transactor
from tb.environment import HANG_CYCLES
from tb.operations import SetBusRange, Tables

KIND = "bench"


def measure(
    env: BulkEnvironment, make: Callable[[np.random.Generator, Tables, int], Records]
) -> str:
    """Return operations per second, checked."""
    env.play([pack(setup(env.tables))])
    made = [make(env.rng, env.tables, BATCH) for _ in range(16)]
    batches = made * (BULK_OPERATIONS // BATCH // len(made))
    rates = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        env.play(batches)
        rates.append(BULK_OPERATIONS / (time.perf_counter() - started))
    return f"{statistics.median(rates):.0f}"


@bulk_test
def rate_of_messages(env: BulkEnvironment) -> None:
    env.measured["operations/s"] = measure(env, messages)


@bulk_test
def rate_of_traffic(env: BulkEnvironment) -> None:
    env.measured["operations/s, traffic"] = measure(env, traffic)


@bulk_test
def limit(env: BulkEnvironment) -> None:
    """A message in every cycle, as many out as in, in a simulation of its own."""
    transactor = Transactor(Path(env.run.results) / env.run.rtl.top, env.run.seed, HANG_CYCLES)
    transactor.reset()
    transactor.run(pack([*setup(env.tables), SetBusRange(0, 0, 255)]))
    operation = messages(env.rng, env.tables, 1)
    operation["target"] = 0
    rates = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        sent = transactor.limit(operation, BULK_OPERATIONS)
        rates.append(BULK_OPERATIONS / (time.perf_counter() - started))
        assert BULK_OPERATIONS - sent < 10, f"only {sent} messages in {BULK_OPERATIONS} cycles"
    transactor.close()
    env.measured["native cycles/s"] = f"{statistics.median(rates):.0f}"
