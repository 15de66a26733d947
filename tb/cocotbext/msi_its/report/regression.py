# SPDX-License-Identifier: MIT
"""What a regression found, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cocotbext.msi_its.checks.coverage.merging import PointResult
from cocotbext.msi_its.report.console import Bucket
from cocotbext.msi_its.report.testplan import RuleResult
from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.plan import Job
from cocotbext.msi_its.run.simulators.code_coverage import CodeCoverage
from cocotbext.msi_its.run.store import Finished
from cocotbext.msi_its.vocabulary.results import COUNTS
from msi_its_model import DEFAULT_PROFILE

NO_BUCKET = Bucket()

LISTED = 20
"""How many simulations without code coverage are named."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A test that failed, and what is known about it.

    Failures of one `cause` look alike; `ended` is how many tests did not run after it. `again` says
    what came of running it again with waves; `waves` is the waveform file, if any; `command`
    reproduces it; `bucket` is what they have in common, in parts.
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
    bucket: Bucket = NO_BUCKET

    @property
    def text(self) -> str:
        """What it says first."""
        return self.reports[0] if self.reports else self.failure


@dataclass(frozen=True, slots=True)
class Summary:
    """A regression that has ended: what ran, what failed, and what was covered.

    `planned` is the number of its simulations, `seconds` how long this part of it took; `unread`
    says what coverage is missing, and why; `tools` are versions, by name; `part` says what it was
    limited to; `lost` says which simulations left no result, and why; `profile` is the name of the
    one whose rules held.
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
    lost: Sequence[str] = ()
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
        found = list(self.unread[:LISTED])
        if len(self.unread) > LISTED:
            found.append(f"{len(self.unread) - LISTED} more simulations have no code coverage")
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
        """The failures, those of one cause together, the cause with the most first."""
        found: dict[str, list[Failure]] = {}
        for each in self.failures:
            found.setdefault(each.cause, []).append(each)
        return sorted(found.values(), key=len, reverse=True)

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
