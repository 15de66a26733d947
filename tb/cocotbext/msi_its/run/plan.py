# SPDX-License-Identifier: MIT
"""What a regression runs: a plan, the jobs that it consists of, the shards that they are run in.

A plan is a pure function of seed, seeds, RTL, profile and what it is limited to: whoever makes it,
on whichever machine, makes the same one, as long as sources and tools are the same (`made_of`).
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cocotbext.msi_its.run import fingerprint
from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.discovery import modules
from cocotbext.msi_its.run.parameters import Run
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
from cocotbext.msi_its.vocabulary.operations import Configuration
from cocotbext.msi_its.vocabulary.settings import TraceFile
from cocotbext.msi_its.vocabulary.text import UserError
from msi_its_model import DEFAULT_PROFILE, PROFILES

PER_TASK = 16
"""How many jobs a shard has, by default: docs/cluster.md says why."""


class PlanError(UserError):
    """A plan cannot be read, or does not have what is asked of it; says why."""


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
    def modules(self) -> tuple[str, ...]:
        """The modules of its tests."""
        kinds = {"recorded": "traces", "random": "random"}
        return modules(kinds[self.kind]) if self.kind in kinds else directed(self.set)

    def run(self, rtl: Rtl, folder: Path) -> Run:
        """Return the run of its simulation."""
        traces = recordings(PROFILES[self.profile], self.set) if self.kind == "recorded" else ()
        return self._run(rtl, folder, traces)

    def _run(self, rtl: Rtl, folder: Path, traces: tuple[TraceFile, ...]) -> Run:
        tables, width = DEFAULT, 32
        if self.kind != "recorded":
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

    def parameters(self, rtl: Rtl) -> dict[str, int]:
        """Return the parameters of its design, by their names in the RTL."""
        return self._run(rtl, Path(), ()).parameters

    @property
    def configuration(self) -> Configuration:
        """What its translator is built for."""
        profile = PROFILES[self.profile]
        if self.kind == "recorded":
            return Configuration(TRACES_SETS[self.set] or profile)
        return SETS[self.set].configuration(profile)


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of a plan, which one task runs: some of its jobs, one after the other.

    `number` counts from 1, as the job arrays of most schedulers do.
    """

    number: int
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a regression is to run: `seeds` of them from `seed` on, on a design, as `made` of.

    It may be a part of that: what `only` says, or the simulations of these names, `again`. A shard
    has `per_task` of its jobs. The profile is that of the name.
    """

    seed: int
    seeds: int
    rtl: Rtl
    made: Mapping[str, str]
    only: Only = EVERYTHING
    again: tuple[str, ...] = ()
    profile: str = DEFAULT_PROFILE.name
    per_task: int = PER_TASK

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Its simulations, the longest first."""
        test, profile = self.only.test, self.profile
        traced = TRACES_SETS if self.only.set else traces_sets(PROFILES[profile])
        jobs = [Job(name, "recorded", self.seed, test, profile) for name in traced]
        jobs += [Job(name, "directed", self.seed, test, profile) for name in SETS]
        if test:
            jobs = [job for job in jobs if set(self.only.module) <= set(job.modules)]
        sampled = [Job(name, "random", self.seed, test, profile) for name in SETS]
        if test:
            sampled = [job for job in sampled if set(self.only.module) <= set(job.modules)]
        seeds = range(self.seed, self.seed + self.seeds)
        jobs += [Job(job.set, "random", seed, test, profile) for seed in seeds for job in sampled]
        again = frozenset(self.again)
        return tuple(
            job
            for job in jobs
            if self.only.set in ("", job.set) and (not again or job.name in again)
        )

    @property
    def shards(self) -> tuple[Shard, ...]:
        """Its jobs, so many in each: those of one seed together, so that shards take alike."""
        jobs, size = self.jobs, self.per_task
        starts = range(0, len(jobs), size)
        return tuple(
            Shard(number, jobs[start : start + size]) for number, start in enumerate(starts, 1)
        )

    @property
    def part(self) -> str:
        """Say what part of a regression it is; nothing if it is all of one."""
        words = [*self.only.words, *(["FAILED=1"] if self.again else [])]
        return shlex.join(words)

    @property
    def mark(self) -> str:
        """What a result says that it is of: all that it depends on besides its job's name."""
        return fingerprint.of([*sorted(self.made.items()), self.only.test, self.profile])[:16]

    def dump(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> Plan:
        """Return what `dump` wrote. Raises PlanError for anything else."""
        try:
            values = json.loads(text)
            return cls(
                values["seed"],
                values["seeds"],
                Rtl(**values["rtl"]),
                dict(values["made"]),
                Only(**values["only"]),
                tuple(values["again"]),
                PROFILES[values["profile"]].name,
                values["per_task"],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise PlanError(f"not a plan: {error!r}") from error


def made_of(rtl: Rtl, profile: str) -> dict[str, str]:
    """Return what identifies everything that results depend on: tools, testbench with tests, RTL.

    It is the same wherever the project is, as long as what is in it is the same.
    """
    designs = [
        fingerprint.design(rtl, Job(name, "random", 0, profile=profile).parameters(rtl))
        for name in SETS
    ]
    return {
        "a tool": fingerprint.tools(),
        "the testbench": fingerprint.testbench(),
        "the RTL": fingerprint.of(designs),
    }


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Return which part of what results are made of differs; nothing if none does."""
    return next((name for name in now if before.get(name) != now[name]), "")


def ranges(numbers: Sequence[int]) -> list[str]:
    """Return numbers, which are in order, as most schedulers have them: `1-3`, `7`."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][-1] == number - 1:
            found[-1][1:] = [number]
        else:
            found.append([number])
    return ["-".join(map(str, each)) for each in found]
