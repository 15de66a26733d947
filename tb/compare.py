# SPDX-License-Identifier: MIT
"""`make compare`: the user's own traces, on the golden model and on the RTL."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tb import report
from tb.checker import LISTED_DROPS, REPORTED, Drop, Mismatch
from tb.operations import LIMITS, Tables
from tb.reference import Reference
from tb.run import Run, TraceFile
from tb.sim import DEFAULT, trace_file
from tb.simulator import BUILD, ROOT, TestResult, simulate
from tb.trace import TraceError, iter_trace
from tb.transactions import DROPS, WARNINGS, Retired, Source

RESULTS = BUILD / "compare"
COUNTER_WIDTH = 32


def sizes(needed: Sequence[Tables]) -> Tables:
    """Return tables for some traces: the default ones, or the next powers of two that are enough.

    So that traces of all kinds share a few builds of the simulation.
    """
    sizes = DEFAULT._asdict()
    for tables in needed:
        for table, size in tables._asdict().items():
            while sizes[table] < size:
                sizes[table] *= 2
    return Tables(**{table: min(size, LIMITS[table][1]) for table, size in sizes.items()})


def on_model(trace: TraceFile, tables: Tables) -> TestResult:
    """Replay a trace on the golden model alone, and hold it against what the trace expects."""
    reference = Reference(tables)
    progress = report.Progress(trace.name, trace.operations)
    counts = {"operations": 0, "messages": 0, "dropped": 0, "mismatches": 0}
    drops: list[Drop] = []
    reports: list[Mismatch] = []
    started = time.monotonic()
    for line in iter_trace(trace.path):
        outcome = reference.execute(line.operation)
        counts["operations"] += 1
        counts["messages"] += outcome.message is not None
        if outcome.answer in WARNINGS:
            counts["dropped"] += outcome.answer in DROPS
            if len(drops) < LISTED_DROPS:
                retired = Retired(Source.AXIL, line.operation, outcome.answer)
                drops.append(Drop(counts["operations"], line.number, retired))
        for difference in outcome.differences(line.expect) if line.expect is not None else ():
            counts["mismatches"] += 1
            if len(reports) < REPORTED:
                text = f"{trace.path}:{line.number}: {line.operation}: {difference}"
                reports.append(Mismatch("expect", counts["operations"], line.number, text))
        if counts["operations"] % 10_000 == 0:
            progress(counts["operations"])
    progress.close()
    passed = counts["mismatches"] == 0
    return TestResult(
        f"trace_tests.replay_{trace.name}",
        passed,
        time.monotonic() - started,
        "" if passed else f"{counts['mismatches']} mismatches",
        {
            **counts,
            "drops": [drop.as_values() for drop in drops],
            "reports": [asdict(each) for each in reports],
        },
    )


def compare(paths: Sequence[str], engine: str, seed: int) -> int:
    """Replay traces, print the results, and return the exit status."""
    found: list[tuple[TraceFile, Tables]] = []
    bad = 0
    for path in paths:
        try:
            found.append(trace_file(Path(path)))
        except TraceError as error:
            print(f"error: {error}", file=sys.stderr)
            bad += 1
    if bad:
        print(
            f"compare: {bad} of {len(paths)} traces cannot be read; nothing was run",
            file=sys.stderr,
        )
        return 2

    tables = sizes([needed for _, needed in found])
    traces = tuple(trace for trace, _ in found)
    if engine == "model":
        heading = "golden model alone"
        results = [on_model(trace, tables) for trace in traces]
    else:
        run = Run(tables, COUNTER_WIDTH, seed, str(RESULTS / "rtl"), traces)
        heading = f"golden model and RTL with {run.describe()}"
        progress = report.Progress("replay", sum(trace.operations for trace in traces))
        results = simulate(run, ["tests.rtl.trace_tests"], progress=progress)
        progress.close()
    passed = all(result.passed for result in results) and len(results) == len(traces)

    print(report.table({heading: results}))
    drops = report.drops(results)
    if drops:
        print(drops)
    if not passed:
        print(f"\n{report.failures(results)}")
    written = RESULTS / "result.json"
    report.write_result(
        written,
        engine=engine,
        passed=passed,
        tables=tables._asdict(),
        traces=report.as_values(results),
    )
    print(f"results: {written.relative_to(ROOT)}")
    print(report.closing_line("compare", results))
    return 0 if passed else 1
