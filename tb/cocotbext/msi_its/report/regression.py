# SPDX-License-Identifier: MIT
"""What a regression is made of, and what it found, as plain values."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cocotbext.msi_its.checks.coverage.merging import PointResult
from cocotbext.msi_its.report.testplan import RuleResult
from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.discovery import modules
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD
from cocotbext.msi_its.run.sets import (
    DEFAULT,
    EVERYTHING,
    SETS,
    TRACES_SETS,
    Only,
    directed,
    recordings,
    traces_sets,
)
from cocotbext.msi_its.run.simulators.code_coverage import CodeCoverage
from cocotbext.msi_its.vocabulary.operations import Configuration
from cocotbext.msi_its.vocabulary.results import COUNTS, TestResult
from cocotbext.msi_its.vocabulary.settings import TraceFile
from msi_its_model import DEFAULT_PROFILE, PROFILES

RESULTS = BUILD / "regress"

RUNS = "runs"
"""The folder in it with the results of each simulation that has finished."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a regression is to run: `seeds` of them from `seed` on, on a design, as `made` of.

    It may be a part of that: what `only` says, or the simulations of these names, `again`. The
    profile is that of the name.
    """

    seed: int
    seeds: int
    rtl: Rtl
    made: str
    only: Only = EVERYTHING
    again: tuple[str, ...] = ()
    profile: str = DEFAULT_PROFILE.name

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Its simulations, the longest first."""
        test, profile = self.only.test, self.profile
        traced = traces_sets(PROFILES[profile])
        jobs = [Job(name, "recorded", self.seed, test, profile) for name in traced]
        jobs += [Job(name, "directed", self.seed, test, profile) for name in SETS]
        seeds = range(self.seed, self.seed + self.seeds)
        jobs += [Job(name, "random", seed, test, profile) for seed in seeds for name in SETS]
        return tuple(
            job
            for job in jobs
            if self.only.set in ("", job.set)
            and set(self.only.module) <= set(job.modules)
            and (not self.again or job.name in self.again)
        )

    @property
    def part(self) -> str:
        """Say what part of a regression it is; nothing if it is all of one."""
        words = [*self.only.words, *(["FAILED=1"] if self.again else [])]
        return shlex.join(words)


@dataclass(frozen=True, slots=True)
class Job:
    """One simulation of a regression: a parameter set, which tests (`kind`), and the seed.

    Of these tests only the one called `test` runs, if that is given. The rules are those of the
    profile of that name.
    """

    set: str
    kind: str
    seed: int
    test: str = ""
    profile: str = DEFAULT_PROFILE.name

    @property
    def name(self) -> str:
        """A name for its folder."""
        return f"{self.set}-{self.kind}-{self.seed}"

    @property
    def folder(self) -> Path:
        """Where it leaves its results."""
        return RESULTS / RUNS / self.name

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules of its tests."""
        kinds = {"recorded": "traces", "random": "random"}
        return modules(kinds[self.kind]) if self.kind in kinds else directed(self.set)

    def run(self, rtl: Rtl, folder: Path) -> Run:
        """Return the run of its simulation."""
        tables, width = DEFAULT, 32
        traces: tuple[TraceFile, ...] = ()
        if self.kind == "recorded":
            traces = recordings(PROFILES[self.profile], self.set)
        else:
            tables, width = SETS[self.set].tables, SETS[self.set].counter_width
        return Run(
            tables,
            width,
            self.seed,
            str(folder),
            traces,
            rtl,
            coverage=True,
            configuration=self.configuration,
        )

    @property
    def configuration(self) -> Configuration:
        """What its translator is built for."""
        profile = PROFILES[self.profile]
        if self.kind == "recorded":
            return Configuration(TRACES_SETS[self.set] or profile)
        return SETS[self.set].configuration(profile)


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


@dataclass(frozen=True, slots=True)
class Failure:
    """A test that failed, and what is known about it.

    Failures of one `cause` look alike; `ended` is how many tests did not run after it. `again` says
    what came of running it again with waves; `waves` is the waveform file, if any; `command`
    reproduces it.
    """

    job: Job
    test: str
    reports: tuple[str, ...]
    failure: str
    mismatches: int
    again: str
    waves: str
    command: str
    cause: str
    ended: int = 0

    @property
    def text(self) -> str:
        """What it says first."""
        return self.reports[0] if self.reports else self.failure


@dataclass(frozen=True, slots=True)
class Summary:
    """A regression that has ended: what ran, what failed, and what was covered.

    `planned` is the number of its simulations, `seconds` how long this part of it took; `unread`
    says what coverage is missing, and why; `tools` are versions, by name; `part` says what it was
    limited to; `profile` is the name of the one whose rules held.
    """

    seed: int
    seeds: int
    rtl: Rtl
    planned: int
    interrupted: bool
    seconds: float
    finished: list[Finished]
    failures: list[Failure]
    rules: list[RuleResult]
    points: Mapping[str, PointResult]
    code: CodeCoverage
    unread: list[str]
    tools: Mapping[str, str]
    part: str = ""
    profile: str = DEFAULT_PROFILE.name

    @property
    def passed(self) -> bool:
        """Whether everything that was planned ran, and passed."""
        complete = len(self.finished) == self.planned and not self.interrupted
        return complete and not self.failures and not self.not_run

    @property
    def bins(self) -> tuple[int, int]:
        """How many bins of the cover points were hit, and how many there are."""
        points = self.points.values()
        return sum(each.hit for each in points), sum(len(each.bins) for each in points)

    @property
    def shortfalls(self) -> list[str]:
        """Say what keeps coverage from being complete; empty if nothing does."""
        found = list(self.unread)
        for name, point in self.points.items():
            if point.missing:
                hit = f"{point.hit} of {len(point.bins)} bins"
                found.append(f"cover point {name}: {hit}; not hit: {'; '.join(point.missing)}")
            if point.unexpected:
                found.append(f"cover point {name}: no such bin: {'; '.join(point.unexpected)}")
        found += self.code.shortfalls
        return found

    @property
    def causes(self) -> list[list[Failure]]:
        """The failures, those of one cause together, in the order of the first of each."""
        found: dict[str, list[Failure]] = {}
        for each in self.failures:
            found.setdefault(each.cause, []).append(each)
        return list(found.values())

    @property
    def not_run(self) -> int:
        """How many tests did not run, because their simulation had ended."""
        return sum(len(each.not_run) for each in self.finished)

    @property
    def counts(self) -> dict[str, int]:
        """The counts of everything, by name (see COUNTS)."""
        return {name: sum(each.counts[name] for each in self.finished) for name in COUNTS}

    @property
    def groups(self) -> dict[str, list[Finished]]:
        """The simulations by parameter set and kind."""
        found: dict[str, list[Finished]] = {}
        for each in self.finished:
            found.setdefault(f"{each.job.set}, {each.job.kind}", []).append(each)
        return found
