# SPDX-License-Identifier: MIT
"""`make sim`: the regression of the RTL against the golden model."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from tb import report
from tb.bulk.trace import validate
from tb.operations import Tables
from tb.rtl import ROOT, Rtl
from tb.run import Run, TraceFile
from tb.simulator import (
    BUILD,
    Interrupted,
    Simulation,
    TestResult,
    exclusive,
    finished,
    simulate_all,
)

RESULTS = BUILD / "sim"

RECORDINGS = (
    "tests/traces/basic.jsonl.gz",
    "tests/traces/rescan.jsonl.gz",
    "tests/traces/basic-routes.jsonl.gz",
    "tests/traces/rescan-routes.jsonl.gz",
    "tests/vectors/openvmm.jsonl.gz",
)

STALLED = ("basic", "basic-routes")
"""The recordings that are replayed once more with stalls at random."""

STALL = 0.2
"""The share of the time for which every interface then stalls."""

DEFAULT = Tables(ranges=16, connections=8, targets=32, routes=64)

ANY_TABLES = ("tests.rtl.hardware_tests", "tests.rtl.timing_tests", "tests.rtl.random_tests")
"""The tests that run on tables of any size."""

DIRECTED = (
    "tests.rtl.reference_unit_tests",
    "tests.rtl.rule_tests",
    "tests.rtl.programming_tests",
)

TRACES = ("tests.rtl.trace_tests",)


def trace_file(
    path: Path, taken: Collection[str] = (), progress: Callable[[int], None] | None = None
) -> tuple[TraceFile, Tables]:
    """Validate a trace; return it with the tables that it needs. Raises TraceError.

    It is named after the file; with a number at the end, as in `x-2`, if that name is `taken`.
    """
    summary = validate(path, progress)
    name = stem = path.name.removesuffix(".gz").removesuffix(".jsonl")
    number = 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return TraceFile(str(path.resolve()), name, summary.operations), summary.tables


def plan(seed: int, rtl: Rtl) -> list[Simulation]:
    """Return the simulations of the regression, in the order in which they are reported."""
    recorded = [trace_file(ROOT / path)[0] for path in RECORDINGS]
    stalled = [
        replace(trace, name=f"{trace.name}_stalled", stall=STALL)
        for trace in recorded
        if trace.name in STALLED
    ]

    def simulation(
        heading: str,
        folder: str,
        tables: Tables,
        counter_width: int,
        modules: tuple[str, ...],
        traces: tuple[TraceFile, ...] = (),
    ) -> Simulation:
        run = Run(tables, counter_width, seed, str(RESULTS / folder), traces, rtl)
        return Simulation(f"{heading}: {run.describe()}", run, modules)

    return [
        simulation("default tables", "default", DEFAULT, 32, (*DIRECTED, *ANY_TABLES)),
        simulation("one of everything", "smallest", Tables(1, 1, 1, 1), 4, ANY_TABLES),
        simulation("2,048 routes, odd sizes", "largest", Tables(5, 3, 300, 2048), 8, ANY_TABLES),
        simulation("recorded traces", "traces", DEFAULT, 32, TRACES, (*recorded, *stalled)),
    ]


def sim(seed: int, waves: bool, rtl: Rtl) -> int:
    """Run the regression and print its results; return the exit status."""
    if not rtl.own:
        rtl.check()
    with exclusive(RESULTS.with_suffix(".lock"), "make sim"):
        return _sim(seed, waves, rtl)


def _sim(seed: int, waves: bool, rtl: Rtl) -> int:
    print(f"seed {seed}", flush=True)
    shutil.rmtree(RESULTS, ignore_errors=True)
    simulations = plan(seed, rtl)
    groups: dict[str, list[TestResult]] = {}
    path = RESULTS / "result.json"

    def show(simulation: Simulation, results: list[TestResult]) -> None:
        groups[simulation.heading] = results
        print(report.table({simulation.heading: results}), flush=True)
        if report.measured(results):
            print(f"  measured:\n{report.measured(results)}", flush=True)
        if waves:
            print(f"  waveform: {Path(simulation.run.results) / 'dump.vcd'}", flush=True)

    def write(passed: bool, interrupted: bool) -> None:
        tests = {heading: report.as_values(group) for heading, group in groups.items()}
        report.write_result(path, seed=seed, passed=passed, interrupted=interrupted, tests=tests)

    try:
        simulate_all(simulations, show, waves=waves)
    except Interrupted as signal:
        for each in simulations:
            groups[each.heading] = groups.get(each.heading) or finished(Path(each.run.results))
        write(passed=False, interrupted=True)
        ended = [result for group in groups.values() for result in group]
        print(report.interrupted("sim", ended, path), file=sys.stderr)
        return signal.status

    results = [result for group in groups.values() for result in group]
    passed = all(result.passed for result in results) and all(
        groups.get(each.heading) for each in simulations
    )
    print(report.drops(results))
    if not passed:
        print(f"\n{report.failures(results)}")
        print(f"reproduce with: make sim SEED={seed}")
    write(passed, interrupted=False)
    print(f"results: {path.relative_to(ROOT)}; seed {seed}")
    print(report.closing_line("sim", results))
    return 0 if passed else 1
