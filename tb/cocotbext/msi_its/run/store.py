# SPDX-License-Identifier: MIT
"""Where a regression keeps what its jobs left, so that any number of machines can add to it.

Each attempt at a job has a folder of its own, which becomes the job's by one rename when it is
complete: the first one stays, whoever comes late. What the jobs of a shard add up to is kept in the
same way. So a job may run twice, as it does when a machine only looks dead, and nothing is lost.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cocotbext.msi_its.checks.coverage import merging
from cocotbext.msi_its.run.places import BUILD
from cocotbext.msi_its.run.plan import Job, Plan, PlanError, Shard
from cocotbext.msi_its.run.simulators.code_coverage import CoverageError, Point, Tally, pack
from cocotbext.msi_its.vocabulary.results import COUNTS, Counts, TestResult, dump, load
from cocotbext.msi_its.vocabulary.text import UserError

RESULTS = BUILD / "regress"
"""The folder of `make regress`."""

PLAN = "plan.json"
RUNS = "runs"
ATTEMPTS = "attempts"
SHARDS = "shards"
TASKS = "tasks"
"""In the folder: the plan; of each job that has finished what it left; what has not finished; of
each shard what its jobs add up to; and the log of each task of a cluster."""

FINISHED = "finished.json"
"""What a job leaves at last: its tests."""

CODE = "code.gz"
"""What a job leaves of code coverage, and what those of a shard add up to: see `Tally`."""

SUM = "sum.json"
"""What the jobs of a shard add up to."""

REPORTS = 1
"""How many mismatches of a test go into the sum; the job's own file has all."""


class StoreError(UserError):
    """What a regression keeps cannot be used; says why."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A simulation that has ended: its tests, and how long it took, in seconds."""

    job: Job
    tests: list[TestResult]
    seconds: float

    @property
    def failed(self) -> list[TestResult]:
        """The tests that ran and failed."""
        return [test for test in self.tests if test.failed]

    @property
    def not_run(self) -> list[TestResult]:
        """The tests that did not run, because their simulation had ended."""
        return [test for test in self.tests if not test.ran]

    @property
    def counts(self) -> dict[str, int]:
        """The counts of all its tests, by name (see COUNTS)."""
        return {name: sum(test.count(name) for test in self.tests) for name in COUNTS}

    @property
    def coverage(self) -> Counts:
        """The functional coverage of all its tests."""
        return merging.merge(test.coverage for test in self.tests)

    @property
    def small(self) -> Finished:
        """The same, without what is not listed job by job: coverage, and all but REPORTS."""
        bare = [
            replace(test, coverage={}, answers={}, measured={}, reports=test.reports[:REPORTS])
            for test in self.tests
        ]
        return Finished(self.job, bare, self.seconds)


@dataclass(frozen=True, slots=True)
class _FinishedFile:
    """What is in the file FINISHED: `mark` says of which plan (see Plan.mark).

    `host` is where it ran, and `ended` when, in seconds of that host's clock since 1970; `unread`
    says why there is no code coverage, if so.
    """

    mark: str
    tests: list[TestResult]
    seconds: float
    host: str
    ended: float
    unread: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """One job in the sum of a shard; `size` is that of its file FINISHED, in bytes."""

    name: str
    size: int
    seconds: float
    tests: list[TestResult]


@dataclass(frozen=True, slots=True)
class _SumFile:
    """What is in the file SUM: its jobs, their functional coverage, what could not be read."""

    mark: str
    jobs: list[_Part]
    coverage: Counts
    unread: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sum:
    """What the jobs of a shard that have finished add up to, besides code coverage.

    `unread` says of which there is no code coverage, and why.
    """

    finished: list[Finished]
    coverage: Counts
    unread: list[str]


class Store:
    """The folder of a regression, and the plan that it is for."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder
        self.plan = plan
        self.mark = plan.mark
        self.shards = plan.shards

    @classmethod
    def create(cls, folder: Path, plan: Plan) -> Store:
        """Make the folder for a new plan; it replaces the one before, as a whole."""
        new = folder.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        for name in (RUNS, ATTEMPTS, SHARDS, TASKS):
            (new / name).mkdir(parents=True)
        (new / PLAN).write_text(plan.dump())
        old = folder.with_suffix(".old")
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
        return cls(folder, plan)

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Return the one that is in a folder. Raises PlanError if there is none."""
        try:
            text = (folder / PLAN).read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise PlanError(f"there is no plan: {error}") from error
        return cls(folder, Plan.load(text))

    def of(self, job: Job) -> Path:
        """Return the folder with what a job left, if it has finished."""
        return self.folder / RUNS / job.name

    def log(self, shard: Shard) -> Path:
        """Return the log of the task that runs a shard."""
        return self.folder / TASKS / f"{shard.number}.log"

    # ---- jobs ------------------------------------------------------------------------------------

    def kept(self, job: Job) -> Finished | None:
        """Return what a job left when it finished, if it did, and is one of this plan."""
        file = self._file(job)
        return None if file is None else Finished(job, file.tests, file.seconds)

    def _file(self, job: Job) -> _FinishedFile | None:
        try:
            file = load((self.of(job) / FINISHED).read_text(), _FinishedFile)
        except (OSError, ValueError):
            return None
        return file if file.tests and file.mark == self.mark else None

    def clock(self, job: Job) -> tuple[str, float] | None:
        """Return where a job ran, and when it ended by the clock there."""
        file = self._file(job)
        return None if file is None else (file.host, file.ended)

    @contextlib.contextmanager
    def attempt(self, job: Job) -> Iterator[Path]:
        """Make the folder of an attempt at a job, of its name; it is gone afterwards."""
        attempts = self.folder / ATTEMPTS
        attempts.mkdir(exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=attempts)) / job.name
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder.parent, ignore_errors=True)

    def forget_attempts(self) -> None:
        """Remove the attempts that were left in the middle: nobody may be at one."""
        shutil.rmtree(self.folder / ATTEMPTS, ignore_errors=True)

    def keep(
        self,
        folder: Path,
        job: Job,
        tests: Sequence[TestResult],
        seconds: float,
        unread: str = "",
    ) -> Finished:
        """Make a complete attempt the job's, unless another one is; return what then is kept.

        What was dropped stays in the tests' own files. Raises StoreError if the results are gone,
        or of another plan by now.
        """
        bare = [replace(test, drops=()) for test in tests]
        host = socket.gethostname()
        said = dump(_FinishedFile(self.mark, bare, seconds, host, time.time(), unread))
        # What the tests say names the folder as it will be.
        said = said.replace(str(folder.relative_to(self.folder)), f"{RUNS}/{job.name}")
        (folder / FINISHED).write_text(said)
        self.check()
        if self.of(job).exists() and self.kept(job) is None:  # damaged since, or of other sources
            self.of(job).rename(folder.parent / "damaged")
        _rename_first(folder, self.of(job))
        kept = self.kept(job)
        if kept is None:
            raise StoreError(f"{self.of(job)}: its results are gone; RESUME=1 goes on")
        return kept

    def check(self) -> None:
        """Raise StoreError if a new regression has taken this one's place."""
        try:
            there = Store.open(self.folder).mark
        except PlanError as error:
            raise StoreError(f"the regression is gone: {error}") from error
        if there != self.mark:
            raise StoreError("a new regression has begun in this folder: this one's jobs end here")

    # ---- shards ----------------------------------------------------------------------------------

    def sum(self, shard: Shard, code: Tally | None = None) -> Sum:
        """Return what the jobs of a shard add up to that have finished; add to the `code` coverage.

        It is kept as soon as all have finished.
        """
        code = Tally() if code is None else code
        kept = self._kept_sum(shard)
        if kept is None:
            return self._add_up(shard, code)
        packed = self._of(shard) / CODE
        try:
            if packed.is_file():
                code.add(packed)
        except CoverageError:  # damaged since: what the jobs left may be sound
            packed.unlink()
            (self._of(shard) / SUM).unlink()
            return self._add_up(shard, code)
        return kept

    def finished(self, shard: Shard) -> list[Finished]:
        """Return the jobs of a shard that have finished."""
        kept = self._kept_sum(shard)
        if kept is not None:
            return kept.finished
        found = [self.kept(job) for job in shard.jobs]
        return [each.small for each in found if each is not None]

    def _of(self, shard: Shard) -> Path:
        return self.folder / SHARDS / str(shard.number)

    def _kept_sum(self, shard: Shard) -> Sum | None:
        """Return the sum that is kept of a shard, if it is of just what its jobs left."""
        try:
            file = load((self._of(shard) / SUM).read_text(), _SumFile)
            sizes = [(self.of(job) / FINISHED).stat().st_size for job in shard.jobs]
        except (OSError, ValueError):
            return None
        names = [job.name for job in shard.jobs]
        same = [(each.name, each.size) for each in file.jobs] == list(
            zip(names, sizes, strict=True)
        )
        if file.mark != self.mark or not same:
            return None
        finished = [
            Finished(job, part.tests, part.seconds)
            for job, part in zip(shard.jobs, file.jobs, strict=True)
        ]
        return Sum(finished, file.coverage, file.unread)

    def _add_up(self, shard: Shard, code: Tally) -> Sum:
        finished, parts, unread, coverages = [], [], [], []
        own = Tally()
        for job in shard.jobs:
            file = self._file(job)
            if file is None:
                continue
            found = Finished(job, file.tests, file.seconds)
            coverages.append(found.coverage)
            why = file.unread
            try:
                if not why:
                    own.add(self.of(job) / CODE)
            except CoverageError as error:
                why = str(error)
            unread += [f"{job.name}: no code coverage: {why}"] if why else []
            finished.append(found.small)
            size = (self.of(job) / FINISHED).stat().st_size
            parts.append(_Part(job.name, size, file.seconds, finished[-1].tests))
        sum_ = Sum(finished, merging.merge(coverages), unread)
        code.merge(own)
        if len(finished) == len(shard.jobs):
            self._keep_sum(shard, _SumFile(self.mark, parts, sum_.coverage, unread), own.points())
        return sum_

    def _keep_sum(self, shard: Shard, file: _SumFile, points: Mapping[Point, int]) -> None:
        (self.folder / SHARDS).mkdir(exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=self.folder / SHARDS, prefix="unfinished-"))
        try:
            made = folder / "sum"
            made.mkdir()
            (made / SUM).write_text(dump(file))
            if points:
                pack(points, made / CODE)
            if self._of(shard).exists() and self._kept_sum(shard) is None:  # of what is gone
                self._of(shard).rename(folder / "other")
            _rename_first(made, self._of(shard))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _rename_first(folder: Path, to: Path) -> None:
    """Rename a folder, unless there is one already: the first one stays."""
    try:
        folder.rename(to)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
