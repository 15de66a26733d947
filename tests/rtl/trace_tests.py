# SPDX-License-Identifier: MIT
"""Replays traces: those of the project in `make sim`, the user's own in `make compare`."""

from __future__ import annotations

from cocotbext.msi_its.bench.environment import Environment, translator_test
from cocotbext.msi_its.vocabulary.settings import Settings, TraceFile
from cocotbext.msi_its.vocabulary.trace import iter_trace

KIND = "traces"

MICROSECONDS_AN_OPERATION = 5
"""Far more than any operation takes, so that a timeout means a fault: a command takes about one."""


def replays(trace: TraceFile) -> object:
    """Return the test that replays one trace."""

    async def replay(env: Environment) -> None:
        if trace.stall:
            env.stall(trace.stall)
        profile = env.settings.configuration.profile
        await env.replay(iter_trace(trace.path, profile))

    replay.__name__ = replay.__qualname__ = trace.test.partition(".")[2]
    return translator_test(1000 + MICROSECONDS_AN_OPERATION * trace.operations)(replay)


for _trace in Settings.load().traces:
    globals()[_trace.test] = replays(_trace)
