# SPDX-License-Identifier: MIT
"""Runs jobs on this machine, some at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cocotbext.msi_its.run.attempt import attempt
from cocotbext.msi_its.run.engines import Ended
from cocotbext.msi_its.run.launcher import Launcher
from cocotbext.msi_its.run.plan import Job
from cocotbext.msi_its.run.store import Finished, Store


class Local:
    """Runs jobs on this machine: `workers` at a time."""

    def __init__(self, launcher: Launcher, workers: int) -> None:
        self._launcher = launcher
        self._workers = workers
        self.broken: list[dict[str, int]] = []

    def run(self, store: Store, jobs: Sequence[Job], ended: Ended) -> list[str]:
        """Run jobs, and add up each shard whose last one has ended; see `Engine`."""
        shard_of = {job: shard for shard in store.shards for job in shard.jobs}
        left = Counter(shard_of[job].number for job in jobs)

        def work(job: Job) -> Finished:
            return attempt(store, job, self._launcher, self.broken)

        def done(job: Job, finished: Finished) -> None:
            ended(job, finished)
            shard = shard_of[job]
            left[shard.number] -= 1
            if not left[shard.number]:
                store.sum(shard)

        self._launcher.each(work, jobs, done, jobs=self._workers)
        return []
