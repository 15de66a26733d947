# SPDX-License-Identifier: MIT
"""Runs jobs on a cluster with Slurm: one job array, a task for each shard that has something to do.

Everything is built here first; a task copies the program and runs `shard N`. What has finished is
seen in the results, and whether tasks are left by `squeue`: accounting may be absent.
"""

from __future__ import annotations

import getpass
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from cocotbext.msi_its.run.attempt import attempt
from cocotbext.msi_its.run.build import BuildError, Flavour, build
from cocotbext.msi_its.run.engines import Ended
from cocotbext.msi_its.run.launcher import Launcher
from cocotbext.msi_its.run.places import CHILDREN, HERE
from cocotbext.msi_its.run.plan import Job, ranges
from cocotbext.msi_its.run.store import PLAN, RUNS, TASKS, Store
from cocotbext.msi_its.vocabulary.text import UserError, shown, tail

SCRIPT = "task.sh"
"""The batch script, in the folder of results."""

ARRAYS = "arrays"
"""Beside it: the numbers of the job arrays, to go on with them when this process is gone."""

PROGRAM = (sys.executable, "-m", "cocotbext.msi_its", "shard")
"""What a task runs, with the number of its shard and the plan."""

POLL = 2.0
"""After how many seconds results are looked for again."""

ASK = 10.0
"""After how many seconds `squeue` is asked again: the controller serves everyone."""

LATE = 60.0
"""For how many seconds after the last task a result is waited for: NFS may show a file late."""

SKEW = 30.0
"""By how many seconds the clock of a node may differ before that is said."""

LISTED = 5
"""How many tasks without a result are described."""

ENDED = re.compile(r"Invalid job id", re.IGNORECASE)
"""What `squeue` says of a job that it has forgotten."""

HELD = re.compile(r"requeued.held|JobHoldMaxRequeue", re.IGNORECASE)
"""Why a task waits that Slurm itself does not start any more: its node could not, several times."""

FIRST_ARRAY_SIZE = 1001
"""How large an array may be where Slurm does not say: its own default."""


class SlurmError(UserError):
    """Slurm is not there, or refuses; says what it said and what to do."""


class Slurm:
    """Runs jobs as tasks of a job array; `limit` of them at once, if given.

    `options` are for `sbatch`: partition, account, time and so on.
    """

    def __init__(
        self, launcher: Launcher, limit: int | None = None, options: Sequence[str] = ()
    ) -> None:
        self._launcher = launcher
        self._limit = limit
        self._options = options
        self._arrays: list[str] = []
        self._name = f"msi-its-{os.getpid()}"
        self._began = 0.0

    def run(self, store: Store, jobs: Sequence[Job], ended: Ended) -> list[str]:
        """Run jobs; see `Engine`. Raises SlurmError."""
        _run("sbatch", "--version")  # before anything is built
        self._arrays = _read(store.folder)
        try:
            if self._arrays and self._queued() != "":
                print(f"job array {', '.join(self._arrays)} is still there: waiting", flush=True)
                left = dict.fromkeys(jobs)
            else:
                cancel(store.folder)
                store.forget_attempts()
                left = dict.fromkeys(self._build(store, jobs, ended))
                self._arrays = []
                self._began = time.time()
                self._submit(store, left)
            return self._wait(store, left, ended)
        finally:
            # Whatever happened: what is still there is of no use to anybody.
            cancel(store.folder)
            _start("scancel", f"--name={self._name}", f"--user={getpass.getuser()}")

    # ---- before ----------------------------------------------------------------------------------

    def _build(self, store: Store, jobs: Sequence[Job], ended: Ended) -> list[Job]:
        """Build what jobs need; return those whose design builds, the others fail at once."""
        rtl = store.plan.rtl
        seen: list[dict[str, int]] = []
        broken: list[dict[str, int]] = []
        with tempfile.TemporaryDirectory(dir=store.folder) as folder:
            for set_, kind in dict.fromkeys((job.set, job.kind) for job in jobs):
                job = next(each for each in jobs if (each.set, each.kind) == (set_, kind))
                run = job.run(rtl, Path(folder))
                if run.parameters in seen:
                    continue
                seen.append(run.parameters)
                try:
                    program = Path(folder) / "program"
                    build(run, program, flavour=Flavour.COVERAGE, launcher=self._launcher)
                except BuildError:  # and again, to be the failure of the first of its jobs
                    broken.append(run.parameters)
        good = [job for job in jobs if job.parameters(rtl) not in broken]
        failing: list[dict[str, int]] = []
        for job in (each for each in jobs if each.parameters(rtl) in broken):
            ended(job, attempt(store, job, self._launcher, failing))
        return good

    def _submit(self, store: Store, jobs: Iterable[Job]) -> None:
        """Submit a task for each shard that has one of these jobs."""
        wanted = set(jobs)
        numbers = [each.number for each in store.shards if wanted & set(each.jobs)]
        script = store.folder / SCRIPT
        script.write_text(_script(store.folder / PLAN))
        size = _array_size()
        groups: dict[int, list[int]] = {}
        for number in numbers:
            groups.setdefault((number - 1) // (size - 1), []).append(number)
        for group, members in groups.items():
            first = group * (size - 1)
            array = ",".join(ranges([number - first for number in members]))
            log = _log(store.folder, first, "%a")
            limit = f"%{self._limit}" if self._limit else ""
            # The next array begins when the one before has ended: the limit is for all together.
            after = [f"--dependency=afterany:{self._arrays[-1]}"] if limit and self._arrays else []
            said = _run(
                *("sbatch", "--parsable", f"--array={array}{limit}", "--requeue", *after),
                *(f"--job-name={self._name}", f"--chdir={HERE}"),
                *(f"--output={log}", "--open-mode=append"),
                *self._options,
                *(str(script), str(first)),
            )
            self._arrays.append(said.strip().partition(";")[0])
            (store.folder / ARRAYS).write_text("\n".join(self._arrays))
            tasks = f"{len(members)} tasks" if len(members) > 1 else "a task"
            print(f"job array {self._arrays[-1]}: {tasks}", flush=True)

    # ---- meanwhile -------------------------------------------------------------------------------

    def _wait(self, store: Store, left: dict[Job, None], ended: Ended) -> list[str]:
        """Wait for jobs, until no task is left; return what is to be said of those that are."""
        asked, said, over = time.monotonic(), "", 0.0
        clocks: set[str] = set()
        while left:
            names = {each.name for each in os.scandir(store.folder / RUNS)}
            for job in [job for job in left if job.name in names]:
                finished = store.kept(job)
                if finished is not None:
                    del left[job]
                    ended(job, finished)
                    self._check_clock(store, job, clocks)
            now = time.monotonic()
            if left and not over and now - asked > ASK:
                asked = now
                state = self._queued()
                if state != said and state:
                    print(f"job array {', '.join(self._arrays)}: {state}", flush=True)
                said, over = state, 0.0 if state else now
            if over and now - over > LATE:
                return _lost(store, left)
            self._launcher.check()
            time.sleep(POLL if left else 0)
        return []

    def _queued(self) -> str:
        """Return what is queued, in words; nothing if no task is left that Slurm would start."""
        command = (
            "squeue",
            "--noheader",
            "--array",
            "--format=%t %r",
            f"--jobs={','.join(self._arrays)}",
        )
        done = _start(*command)
        if done.returncode:
            # Where it has forgotten all of them they have ended; else it does not answer just now.
            return "" if ENDED.search(done.stderr) else f"squeue: {done.stderr.strip()}"
        states: dict[str, int] = {}
        alive = False
        for line in done.stdout.splitlines():
            state, _, reason = line.partition(" ")
            if state == "CG":  # what it ran has ended
                continue
            alive |= not HELD.search(reason)
            name = {"R": "running", "PD": "waiting"}.get(state, state)
            why = f" ({reason})" if state == "PD" and reason not in ("None", "Priority") else ""
            states[name + why] = states.get(name + why, 0) + 1
        words = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        if words and not alive:
            print(
                f"job array {', '.join(self._arrays)}: {words}: Slurm does not start these again; "
                "is something wrong with a node (sinfo --list-reasons)?",
                file=sys.stderr,
                flush=True,
            )
            return ""
        return words

    def _check_clock(self, store: Store, job: Job, known: set[str]) -> None:
        """Say once of a node that its clock differs: a job ended in the future, or before all."""
        host, ended = store.clock(job) or ("", 0.0)
        ahead, behind = ended - time.time(), self._began - ended
        if host not in known and max(ahead, behind) > SKEW and self._began:
            known.add(host)
            print(
                f"the clock of {host} is at least {max(ahead, behind):.0f} s "
                f"{'ahead' if ahead > 0 else 'behind'}: set it right; Slurm refuses hosts that "
                "differ by five minutes",
                file=sys.stderr,
                flush=True,
            )


def cancel(folder: Path) -> None:
    """Cancel the job arrays of a regression, if any are left by one that was killed."""
    arrays = _read(folder)
    if arrays:
        _start("scancel", *arrays)
        (folder / ARRAYS).unlink(missing_ok=True)


def _log(folder: Path, first: int, index: int | str) -> Path:
    """Return the log of a task: it is named after the number before its array's first task."""
    return folder / TASKS / f"{first}-{index}.log"


def _lost(store: Store, left: Iterable[Job]) -> list[str]:
    """Say which tasks ended without a result of some job, and how their logs end."""
    lost = set(left)
    said = []
    size = _array_size()
    shards = [(each, lost & set(each.jobs)) for each in store.shards if lost & set(each.jobs)]
    for shard, jobs in shards[:LISTED]:
        group, index = divmod(shard.number - 1, size - 1)
        log = _log(store.folder, group * (size - 1), index + 1)
        end = f"its log, {shown(log)}, ends:\n{tail(log)}"
        if not log.is_file():
            end = f"it has no log, {shown(log)}: does its node see this folder?"
        said.append(
            f"task {shard.number} ended without a result of {len(jobs)} of its {len(shard.jobs)} "
            f"simulations; {end}"
        )
    if len(shards) > LISTED:
        said.append(f"{len(shards) - LISTED} more tasks ended without a result")
    return said


def _script(plan: Path) -> str:
    """Return the batch script: its argument is the number before that of the first task."""
    exports = "".join(f"export {name}={shlex.quote(text)}\n" for name, text in CHILDREN.items())
    program = shlex.join(PROGRAM)
    return (
        f"#!/bin/sh\nunset MAKE_GIVEN MAKE_READ\n{exports}"
        f'exec {program} "$(($1 + SLURM_ARRAY_TASK_ID))" {shlex.quote(f"PLAN={plan}")}\n'
    )


def _array_size() -> int:
    """Return how large an index of an array must not be, here."""
    found = re.search(
        r"^MaxArraySize\s*=\s*(\d+)", _start("scontrol", "show", "config").stdout, re.M
    )
    return max(2, int(found[1])) if found else FIRST_ARRAY_SIZE


def _read(folder: Path) -> list[str]:
    """Return the job arrays that were submitted, and not cancelled."""
    try:
        return (folder / ARRAYS).read_text().split()
    except OSError:
        return []


def _run(*command: str) -> str:
    """Run one of Slurm's commands; return what it prints. Raises SlurmError with what it says."""
    done = _start(*command)
    if done.returncode:
        clock = "; are the clocks of the hosts the same?" if "redential" in done.stderr else ""
        raise SlurmError(
            f"{command[0]} refuses (exit status {done.returncode}){clock}\n{done.stderr.strip()}"
        )
    return done.stdout


def _start(*command: str) -> subprocess.CompletedProcess[str]:
    """Run one of Slurm's commands to its end, also when a signal asks this process to end."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except FileNotFoundError:
        raise SlurmError(
            f"FARM=slurm: there is no {command[0]} on PATH: run this where jobs are submitted, or "
            "leave FARM out"
        ) from None
    try:
        output, said = process.communicate()
    except BaseException:
        process.communicate()  # it must not submit anything after this
        raise
    return subprocess.CompletedProcess(command, process.returncode, output, said)
