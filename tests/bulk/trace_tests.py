# SPDX-License-Identifier: MIT
"""Replays long traces on the bulk path, for `make compare`."""

from __future__ import annotations

import resource

from tb.bulk.environment import BulkEnvironment, BulkTest, bulk_test
from tb.bulk.trace import read_batches
from tb.run import Run, TraceFile

KIND = "traces"


def replays(trace: TraceFile) -> BulkTest:
    """Return the test that replays one trace."""

    def replay(env: BulkEnvironment) -> None:
        env.transactor.stall(trace.stall)
        env.checker.follow_trace()
        env.play(read_batches(trace.path))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        env.measured["peak memory, KiB"] = str(peak)

    return bulk_test(replay)


for _trace in Run.load().traces:
    globals()[_trace.test.partition(".")[2]] = replays(_trace)
