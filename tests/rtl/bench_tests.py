# SPDX-License-Identifier: MIT
"""The throughput at pin level, for `make bench`. Nothing is judged but what always is."""

from __future__ import annotations

import signal
import statistics
import time
from collections import Counter
from types import FrameType

import numpy as np

from cocotbext.msi_its.batch.records import operation_of
from cocotbext.msi_its.bench.environment import Environment, translator_test
from cocotbext.msi_its.commands.bench import (
    PARTS,
    ROUNDS,
    SIGNAL_OPERATIONS,
    SIMULATOR,
    messages,
    setup,
)
from cocotbext.msi_its.vocabulary.operations import Operation

KIND = "bench"

SAMPLED_SECONDS = 0.001
"""How much processor time passes between two looks at what runs."""


def made(env: Environment, rng: np.random.Generator) -> list[Operation]:
    """Return the operations of one measurement."""
    return [operation_of(each) for each in messages(rng, env.tables, SIGNAL_OPERATIONS)]


@translator_test(timeout_us=100_000)
async def rate(env: Environment) -> None:
    rng = np.random.default_rng(env.settings.seed)
    await env.play(setup(env.tables))
    rates = []
    for _ in range(ROUNDS):
        operations = made(env, rng)
        started = time.perf_counter()
        await env.play(operations)
        await env.settle()
        rates.append(SIGNAL_OPERATIONS / (time.perf_counter() - started))
    env.measure("operations/s", f"{statistics.median(rates):.0f}")


def part_of(frame: FrameType | None) -> str:
    """Return which of PARTS runs: that of the innermost function that belongs to one."""
    if frame is not None and frame.f_code.co_name == "_react":
        return SIMULATOR  # cocotb was just called back: what ran before was no Python
    while frame is not None:
        for part, paths in PARTS.items():
            if any(path in frame.f_code.co_filename for path in paths):
                return part
        frame = frame.f_back
    return "everything else"


@translator_test(timeout_us=100_000)
async def shares(env: Environment) -> None:
    rng = np.random.default_rng(env.settings.seed)
    await env.play(setup(env.tables))
    seen: Counter[str] = Counter()
    operations = [each for _ in range(ROUNDS) for each in made(env, rng)]
    before = signal.signal(signal.SIGPROF, lambda number, frame: seen.update([part_of(frame)]))
    signal.setitimer(signal.ITIMER_PROF, SAMPLED_SECONDS, SAMPLED_SECONDS)
    await env.play(operations)
    await env.settle()
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)
    for part in (*PARTS, SIMULATOR, "everything else"):
        env.measure(f"share: {part}", f"{seen[part] / seen.total():.3f}")
