# SPDX-License-Identifier: MIT
"""The batched path's throughput, and its limit, for `make bench`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from cocotbext.msi_its.batch.environment import BATCH, BatchEnvironment, batch_test
from cocotbext.msi_its.batch.records import Records, pack
from cocotbext.msi_its.batch.transactor import Transactor
from cocotbext.msi_its.commands.bench import BATCH_OPERATIONS, ROUNDS, messages, setup, traffic
from cocotbext.msi_its.vocabulary.operations import SetBusRange, Tables
from cocotbext.msi_its.vocabulary.settings import HANG_CYCLES

KIND = "bench"


def measure(
    env: BatchEnvironment, make: Callable[[np.random.Generator, Tables, int], Records]
) -> str:
    """Return operations per second, checked."""
    env.play([pack(setup(env.tables))])
    made = [make(env.rng, env.tables, BATCH) for _ in range(16)]
    batches = made * (BATCH_OPERATIONS // BATCH // len(made))
    rates = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        env.play(batches)
        rates.append(BATCH_OPERATIONS / (time.perf_counter() - started))
    return f"{statistics.median(rates):.0f}"


@batch_test
def rate_of_messages(env: BatchEnvironment) -> None:
    env.measured["operations/s"] = measure(env, messages)


@batch_test
def rate_of_traffic(env: BatchEnvironment) -> None:
    env.measured["operations/s, traffic"] = measure(env, traffic)


@batch_test
def limit(env: BatchEnvironment) -> None:
    """A message in every cycle, as many out as in, in a simulation of its own."""
    transactor = Transactor(
        Path(env.settings.results) / env.settings.top, env.settings.seed, HANG_CYCLES
    )
    transactor.reset()
    transactor.run(pack([*setup(env.tables), SetBusRange(0, 0, 255)]))
    operation = messages(env.rng, env.tables, 1)
    operation["target"] = 0
    rates = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        sent = transactor.limit(operation, BATCH_OPERATIONS)
        rates.append(BATCH_OPERATIONS / (time.perf_counter() - started))
        assert BATCH_OPERATIONS - sent < 10, f"only {sent} messages in {BATCH_OPERATIONS} cycles"
    transactor.close()
    env.measured["native cycles/s"] = f"{statistics.median(rates):.0f}"
