# SPDX-License-Identifier: MIT
"""Replays long traces on the batched path, for `make compare`."""

from __future__ import annotations

import resource

from cocotbext.msi_its.batch.environment import BatchEnvironment, BatchTest, batch_test
from cocotbext.msi_its.batch.trace import read_batches
from cocotbext.msi_its.vocabulary.settings import Settings, TraceFile

KIND = "traces"


def replays(trace: TraceFile) -> BatchTest:
    """Return the test that replays one trace."""

    def replay(env: BatchEnvironment) -> None:
        env.transactor.stall(trace.stall)
        env.checker.follow_trace(trace.first)
        env.play(read_batches(trace.path, profile=env.settings.configuration.profile))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        env.measured["peak memory, KiB"] = str(peak)

    return batch_test(replay)


for _trace in Settings.load().traces:
    globals()[_trace.test.partition(".")[2]] = replays(_trace)
