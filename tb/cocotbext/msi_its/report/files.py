# SPDX-License-Identifier: MIT
"""The result files, `result.json`: what is in that of each command, by name and version.

Each file says its `schema`, as `msi-its/sim/1`. A key that is new leaves the version as it is; one
that goes, or means something else, makes a new one. The JSON Schemas in `docs/schemas` are made
from these types by `make regs`.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from msgspec import Struct, field

from cocotbext.msi_its.checks.reference import Shared
from cocotbext.msi_its.report.regression import Failure, Summary
from cocotbext.msi_its.run.design import Rtl, RtlError
from cocotbext.msi_its.vocabulary.results import TestResult, dump
from cocotbext.msi_its.vocabulary.text import shown


class ResultFile(
    Struct,
    frozen=True,
    kw_only=True,
    tag_field="schema",
    tag=lambda name: f"msi-its/{name.lower()}/1",
):
    """What is in a result file; its schema has the name of the class."""

    def write(self, path: Path) -> None:
        """Write it, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.new")
        unfinished.write_text(dump(self) + "\n")
        unfinished.replace(path)


class Design(Struct, frozen=True):
    """Which design ran; `files` are those of its list, none if that is gone by now."""

    top: str
    file_list: str
    files: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, rtl: Rtl) -> Design:
        """Describe a design."""
        with contextlib.suppress(RtlError):
            return cls(rtl.top, rtl.file_list, [shown(file) for file in rtl.sources().files])
        return cls(rtl.top, rtl.file_list)


class Sim(ResultFile, frozen=True):
    """What `make sim` did: its tests, by the heading of their simulation."""

    seed: int
    profile: str
    rtl: Design
    passed: bool
    interrupted: bool
    tests: dict[str, list[TestResult]]


class Window(Struct, frozen=True, kw_only=True):
    """Lines of a trace that were replayed again with waves, around what differed first.

    `test` is the replay that failed. If these lines have `shown` the same again, there are the
    waveform, in which `cycle` it is (if that is said), the lines as a trace of their own, and the
    command that replays them; `said` is all of it in words.
    """

    test: str
    shown: bool
    said: str
    first: int = 0
    last: int = 0
    cycle: int | None = None
    waveform: str = ""
    trace: str = ""
    command: str = ""


class SharedAfter(Struct, frozen=True, kw_only=True):
    """An operation with which bus ranges begin to share DeviceIDs.

    `line` is its line in the trace, `pairs` are those that did not share before: the two ranges,
    and the first and the last DeviceID.
    """

    line: int
    operation: str
    pairs: list[Shared]


class Sharing(Struct, frozen=True, kw_only=True):
    """The operations of a trace after which bus ranges share DeviceIDs.

    `of` is how many operations set something up, `operations` after how many of them it was so;
    with `began` of those it began for some pair, of which the first are `listed`.
    """

    of: int
    operations: int
    began: int
    listed: list[SharedAfter]


class Compare(ResultFile, frozen=True):
    """What `make compare` did: a test for each trace.

    `level` is that at which the operations were replayed: pin, batch, or the golden model alone,
    for which there is no `rtl`. `expects` is how many lines say what to expect. `shared` has, by
    trace, the operations after which bus ranges share DeviceIDs.
    """

    level: str
    rtl: Design | None
    seed: int
    profile: str
    passed: bool
    interrupted: bool
    tables: dict[str, int]
    expects: int
    traces: list[TestResult]
    windows: list[Window]
    shared: dict[str, Sharing]


class Attached(ResultFile, frozen=True):
    """What was seen of a translator that a test of the user's attached to (see `bench.attach`)."""

    profile: str
    test: TestResult


class Exhaustive(ResultFile, frozen=True):
    """What `make exhaustive` did."""

    seed: int
    profile: str
    rtl: Design
    passed: bool
    interrupted: bool
    tests: list[TestResult]


class Bench(ResultFile, frozen=True):
    """What `make bench` measured: rates in operations a second, `native` in cycles a second."""

    seed: int
    profile: str
    machine: str
    pin: float
    pin_by_handles: float = field(name="pin, by handles")
    pin_by_part: dict[str, float] = field(name="pin by part")
    batch: float
    batch_traffic: float = field(name="batched, messages and events")
    model: float
    model_batched: float = field(name="model batched")
    native: float
    by_routes: dict[int, dict[str, float]] = field(name="by routes")
    by_trace_length: dict[int, dict[str, float]] = field(name="by trace length")


class Simulated(Struct, frozen=True, kw_only=True):
    """One simulation of a regression: which, and the names of its tests that did not pass."""

    set: str
    tests: str
    seed: int
    parameters: dict[str, int]
    passed: bool
    seconds: float
    operations: int
    messages: int
    dropped: int
    mismatches: int
    failed: list[str]
    not_run: list[str]


class Bins(Struct, frozen=True):
    """A cover point: how often each of its bins was hit, and what is none of them."""

    bins: dict[str, int]
    unexpected: dict[str, int]


class Kind(Struct, frozen=True, kw_only=True):
    """One kind of code coverage: its points, and those that are missing."""

    total: int
    hit: int
    excused: int
    percent: float
    missing: list[str]


class Regress(ResultFile, frozen=True):
    """What `make regress` did; `rules` have their status and what there is to say of it."""

    passed: bool
    coverage_complete: bool
    interrupted: bool
    seed: int
    seeds: int
    profile: str
    part: str
    rtl: Design
    tools: dict[str, str]
    seconds: float
    planned: int
    finished: int
    operations: int
    messages: int
    dropped: int
    mismatches: int
    simulations: list[Simulated]
    failures: list[Failure]
    functional_coverage: dict[str, Bins]
    code_coverage: dict[str, Kind]
    rules: dict[str, tuple[str, str]]
    rules_not_covered: dict[str, tuple[str, ...]]
    shortfalls: list[str]

    @classmethod
    def of(cls, summary: Summary) -> Regress:
        """Return what is known of a regression."""
        return cls(
            passed=summary.passed,
            coverage_complete=not summary.shortfalls,
            interrupted=summary.interrupted,
            seed=summary.seed,
            seeds=summary.seeds,
            profile=summary.profile,
            part=summary.part,
            rtl=Design.of(summary.rtl),
            tools=dict(summary.tools),
            seconds=summary.seconds,
            planned=summary.planned,
            finished=len(summary.finished),
            **summary.counts,
            simulations=[
                Simulated(
                    set=each.job.set,
                    tests=each.job.kind,
                    seed=each.job.seed,
                    parameters=each.job.run(summary.rtl, each.job.folder).parameters,
                    passed=not each.failed and not each.not_run,
                    seconds=each.seconds,
                    **each.counts,
                    failed=[test.name for test in each.failed],
                    not_run=[test.name for test in each.not_run],
                )
                for each in summary.finished
            ],
            failures=summary.failures,
            functional_coverage={
                name: Bins(dict(point.bins), dict(point.unexpected))
                for name, point in summary.points.items()
            },
            code_coverage={
                kind: Kind(
                    total=result.total,
                    hit=result.hit,
                    excused=result.excused,
                    percent=result.percent,
                    missing=[point.where for point in result.missing],
                )
                for kind, result in summary.code.total.items()
            },
            rules={each.rule.name: (each.status, each.detail) for each in summary.rules},
            rules_not_covered={each.rule.name: each.gaps for each in summary.rules if each.gaps},
            shortfalls=summary.shortfalls,
        )
