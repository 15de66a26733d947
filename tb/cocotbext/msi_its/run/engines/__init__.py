# SPDX-License-Identifier: MIT
"""What the jobs of a regression run on: this machine, or a cluster's scheduler.

An engine runs jobs, says which have finished, and ends them all when it is interrupted. It decides
nothing about their results: these are what the store keeps, whichever engine ran them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from cocotbext.msi_its.run.plan import Job
from cocotbext.msi_its.run.store import Finished, Store

Ended = Callable[[Job, Finished], None]
"""Is called with each job as it ends."""


class Engine(Protocol):
    """Runs jobs."""

    def run(self, store: Store, jobs: Sequence[Job], ended: Ended) -> list[str]:
        """Run some jobs of a plan; return what is to be said of those that left no result.

        When it raises, whatever it is, nothing that it has started goes on.
        """
        ...
