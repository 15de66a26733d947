# SPDX-License-Identifier: MIT
"""Runs one shard of a regression's plan: what a task of a cluster does, whatever started it.

It takes the plan, and leaves results beside it, for `make regress RESUME=1` to merge. It may run
twice, or be killed and run again: what has finished is not run again, and the first result stays.
"""

from __future__ import annotations

import argparse
import socket
from pathlib import Path

from cocotbext.msi_its.report.terminal import job_line
from cocotbext.msi_its.run import discovery
from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.engines.local import Local
from cocotbext.msi_its.run.launcher import Launcher
from cocotbext.msi_its.run.plan import Job, changed, made_of
from cocotbext.msi_its.run.store import RESULTS, Finished, Store
from cocotbext.msi_its.vocabulary.text import UserError, shown


class ShardError(UserError):
    """A shard cannot run here; says why and what to do."""


def run(arguments: argparse.Namespace, rtl: Rtl) -> int:
    """Do what the command line asks for; return the exit status."""
    return shard(arguments.number, _folder(arguments.plan), arguments.jobs)


def _folder(plan: str) -> Path:
    """Return the folder of a plan, whose file is named; by default that of `make regress`."""
    return Path(plan).absolute().parent if plan else RESULTS


def shard(number: int, folder: Path, workers: int | None = None) -> int:
    """Run what has not finished of a shard of the plan in a folder; return the exit status.

    It is 0 when all of its jobs have left a result, whatever that says: this is for the merge.
    `workers` jobs run at once, by default one.
    """
    discovery.check()
    store = Store.open(folder)
    if number > len(store.shards):
        raise ShardError(f"shard {number}: the plan has {len(store.shards)} shards, from 1")
    if what := changed(store.plan.made, made_of(store.plan.rtl, store.plan.profile)):
        raise ShardError(
            f"{what} is not the same on {socket.gethostname()} as where the plan was made "
            f"({shown(folder)}): its results would be mixed up with those of others"
        )
    chosen = store.shards[number - 1]
    done = {each.job for each in store.finished(chosen)}
    jobs = [job for job in chosen.jobs if job not in done]
    print(
        f"shard {number} of {len(store.shards)} on {socket.gethostname()}: {len(chosen.jobs)} "
        f"simulations, {len(done)} of them had finished before",
        flush=True,
    )

    def ended(job: Job, finished: Finished) -> None:
        print(job_line(finished), flush=True)

    Local(Launcher(), workers or 1).run(store, jobs, ended)
    store.sum(chosen)
    return 0
