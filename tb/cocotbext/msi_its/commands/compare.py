# SPDX-License-Identifier: MIT
"""`make compare`: the user's own traces, on the golden model and on the RTL."""

from __future__ import annotations

import shlex
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from cocotbext.msi_its.checks.checker import LISTED_DROPS, REPORTED, Drop, Mismatch
from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.commands.sim import whole
from cocotbext.msi_its.commands.window import AFTER, BEFORE, differed, write_window
from cocotbext.msi_its.report import console as report
from cocotbext.msi_its.report.junit import Suite, write_junit
from cocotbext.msi_its.run.build import Flavour, SimulationError
from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.run.discovery import modules as tests
from cocotbext.msi_its.run.launcher import Interrupted, exclusive
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD, PROGRAM
from cocotbext.msi_its.run.results import TestResult, finished
from cocotbext.msi_its.run.sets import DEFAULT, trace_file
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.vocabulary.operations import LIMITS, Tables
from cocotbext.msi_its.vocabulary.settings import TraceFile
from cocotbext.msi_its.vocabulary.text import shown
from cocotbext.msi_its.vocabulary.trace import TraceError, iter_trace
from cocotbext.msi_its.vocabulary.transactions import DROPS, WARNINGS

RESULTS = BUILD / "compare"
COUNTER_WIDTH = 32

WINDOWS = 3
"""Of how many traces that differ a window is replayed with waves."""

WHOLE = 20_000
"""How many lines are replayed with waves where a window alone does not show a difference: some
100 MB of them."""

LONG = 100_000
"""From how many operations on the batched path is taken; shorter traces go at pin level.

There software polls STATUS and reads RESULT of each command, and every access is checked; that
takes some seconds for as many operations (`make bench`).
"""


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
    counts = {"operations": 0, "messages": 0, "dropped": 0, "mismatches": 0, "compared": 0}
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
                drops.append(
                    Drop(counts["operations"], line.number, line.operation, outcome.answer)
                )
        if line.expect is not None and line.expect.messages is not None:
            counts["compared"] += outcome.message is not None
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
        trace.test,
        passed,
        time.monotonic() - started,
        "" if passed else f"{counts['mismatches']} mismatches",
        {
            **counts,
            "drops": [drop.as_values() for drop in drops],
            "reports": [asdict(each) for each in reports],
        },
    )


def compare(
    paths: Sequence[str], engine: str, seed: int, rtl: Rtl = OWN, waves: bool = False
) -> int:
    """Replay traces, print the results, and return the exit status.

    With `waves` they go at pin level, and all of it is in a waveform file. Without, a window
    around the first difference is replayed again with waves.
    """
    if waves and engine in ("model", "batch"):
        print(f"error: WAVES=1 goes signal by signal: leave out ENGINE={engine}", file=sys.stderr)
        return 2
    found: list[tuple[TraceFile, Tables]] = []
    bad = 0
    for path in paths:
        try:
            progress = report.Progress(f"reading {shown(path)}", 0)
            found.append(trace_file(Path(path), [trace.name for trace, _ in found], progress))
            progress.close()
        except TraceError as error:
            print(f"error: {error}", file=sys.stderr)
            bad += 1
    if bad:
        print(
            f"compare: {bad} of {len(paths)} traces cannot be read; nothing was run",
            file=sys.stderr,
        )
        return 2
    traces = tuple(trace for trace, _ in found)
    tables = sizes([needed for _, needed in found])
    if engine == "model" and not rtl.own:
        print(f"error: ENGINE=model runs no RTL: leave out {' '.join(rtl.words)}", file=sys.stderr)
        return 2
    if not rtl.own:
        rtl.check()
    with exclusive(RESULTS.with_suffix(".lock"), f"{PROGRAM} compare"):
        return _compare(traces, tables, engine, seed, rtl, waves)


def _compare(
    traces: tuple[TraceFile, ...], tables: Tables, engine: str, seed: int, rtl: Rtl, waves: bool
) -> int:
    print(f"seed {seed}", flush=True)
    shutil.rmtree(RESULTS, ignore_errors=True)
    path = RESULTS / "result.json"
    run = Run(tables, COUNTER_WIDTH, seed, str(RESULTS / "rtl"), traces, rtl)
    batched = engine == "batch" or (engine == "rtl" and run.operations >= LONG and not waves)
    path_taken = "batched" if batched else "signal by signal"
    heading = "golden model alone"
    results: list[TestResult] = []
    commands = {trace.test: _command([trace], engine, seed, rtl) for trace in traces}
    design = "the golden model alone" if engine == "model" else f"{rtl.top} ({rtl.file_list})"

    def write(passed: bool, interrupted: bool) -> None:
        rows = report.as_values(results)
        report.write_result(
            path,
            engine=engine,
            carried="" if engine == "model" else path_taken,
            rtl=None if engine == "model" else report.design(rtl),
            seed=seed,
            passed=passed,
            interrupted=interrupted,
            tables=tables._asdict(),
            expects=sum(trace.expects for trace in traces),
            traces=rows,
        )
        properties = {"seed": str(seed), "design": design}
        suite = Suite("compare", "compare", rows, properties, commands)
        write_junit(RESULTS / "junit.xml", "compare", [suite])

    try:
        if engine == "model":
            for trace in traces:
                results.append(on_model(trace, tables))
        else:
            heading = f"golden model and RTL, {path_taken}, with {run.describe()}"
            print(f"{run.operations:,} operations to replay {path_taken}", flush=True)
            progress = report.Progress("replay", run.operations)
            modules = tests("traces", "batch" if batched else "rtl")
            flavour = Flavour.WAVES if waves else Flavour.BATCH if batched else Flavour.PLAIN
            results = simulate(run, modules, progress=progress, flavour=flavour)
            progress.close()
    except Interrupted as signal:
        results = results or finished(Path(run.results))
        write(passed=False, interrupted=True)
        print(report.interrupted("compare", results, path), file=sys.stderr)
        return signal.status

    results = whole(results, traces)
    replayed = sum(trace.test in {each.name for each in results if each.counts} for trace in traces)
    passed = all(result.passed for result in results) and replayed == len(traces)
    for trace in traces:
        print(f"{trace.test}: {shown(trace.path)}")
    print(report.table({heading: results}))
    drops = report.drops(results)
    if drops:
        print(drops)
    named = {trace.test: trace for trace in traces}
    failed = [
        report.Failed(
            shown(named[test["name"]].path) if test["name"] in named else "all traces",
            test,
            commands.get(test["name"], _command(traces, engine, seed, rtl)),
        )
        for test in report.as_values(results)
        if test["ran"] and not test["passed"]
    ]
    if failed:
        print(f"\n{report.failures(failed, RESULTS / 'failures.txt')}")
    if replayed < len(traces):
        print(f"{replayed} of {len(traces)} traces ran")
    write(passed, interrupted=False)
    if engine != "model" and not waves:
        for result in [each for each in results if each.failed and each.name in named][:WINDOWS]:
            print(around(result, run, named[result.name]), flush=True)
    if waves:
        print(f"waveform: {shown(Path(run.results) / 'dump.vcd')}")
    print(_compared(traces, engine, report.total(results, "operations")), flush=True)
    if engine == "model" and not any(trace.expects for trace in traces):
        print(
            "warning: nothing was compared: ENGINE=model runs no RTL, and no line of a trace has "
            "an `expect` to hold the golden model against",
            file=sys.stderr,
        )
    print(report.where(path, seed, None if engine == "model" else rtl))
    print(report.closing_line("compare", results))
    return 0 if passed else 1


def around(result: TestResult, run: Run, trace: TraceFile) -> str:
    """Replay a window around a difference with waves; return what came of it.

    If the difference does not show from the state that the golden model has before the window, the
    trace is replayed from its first line on, if that is not too long.
    """
    (before,) = report.as_values([result])
    line = differed(result)
    tries = [(line, line - BEFORE), (line, 1)] if line > BEFORE else [(line or trace.operations, 1)]
    said = ""
    for last, first in tries:
        last = min(last + AFTER, trace.operations)
        if first == 1 and last > WHOLE:
            said += f"the first {last:,} lines are too many; "
            break
        path = BUILD / "windows" / f"{trace.name[:100]}-lines-{first}-{last}.jsonl"
        print(f"again with waves: lines {first:,} to {last:,} ...", flush=True)
        rebuilt = write_window(trace.path, first, last, run.tables, path)
        again = TraceFile(str(path), path.stem, rebuilt + last - first + 1)
        folder = RESULTS / "windows" / path.stem
        try:
            results = simulate(
                replace(run, results=str(folder), traces=(again,)),
                tests("traces"),
                flavour=Flavour.WAVES,
            )
        except SimulationError as error:
            return f"not shown again with waves: {said}{error}"
        (folder / run.rtl.top).unlink(missing_ok=True)
        failed = [each for each in report.as_values(results) if each["ran"] and not each["passed"]]
        start = f"from the state before line {first:,} on, " if first > 1 else ""
        if failed and report.cause_of(failed[0]) == report.cause_of(before):
            cycle = report.CYCLE.search(report.first_text(failed[0]))
            return "\n".join(
                [
                    f"shown again with waves by lines {first:,} to {last:,}"
                    + (f", in clock cycle {cycle[1]}" if cycle else ""),
                    f"  waveform:  {shown(folder / 'dump.vcd')}",
                    f"  trace:     {shown(path)}"
                    + (f", {rebuilt} operations for the state before them" if rebuilt else ""),
                    f"  reproduce: {_command([again], 'rtl', run.seed, run.rtl, waves=True)}",
                    *([f"  but {said}what ran before matters"] if said else []),
                ]
            )
        how = f"fail otherwise ({report.title_of(failed[0])})" if failed else "pass"
        said += f"{start}lines {first:,} to {last:,} {how}; "
    everything = _command([trace], "signals", run.seed, run.rtl, waves=True)
    return f"not shown again with waves: {said}all of it: {everything}"


def _compared(traces: Sequence[TraceFile], engine: str, done: int) -> str:
    """Say what was held against what, in as many operations as are `done`."""
    expects = sum(trace.expects for trace in traces)
    operations = sum(trace.operations for trace in traces)
    expected = f"what {expects:,} of {operations:,} lines expect" if expects else ""
    part = f"{done:,} of {operations:,} operations, " if done < operations else ""
    if engine == "model":
        return f"compared: {part}the golden model with {expected or 'nothing'}"
    with_expected = f"both with {expected}" if expected else "no line says what to expect"
    return f"compared: {part}the RTL with the golden model; {with_expected}"


def _command(
    traces: Sequence[TraceFile], engine: str, seed: int, rtl: Rtl, waves: bool = False
) -> str:
    """Return the line that replays some traces again."""
    words = [PROGRAM, "compare", f"TRACE={shlex.join(shown(trace.path) for trace in traces)}"]
    words += [f"SEED={seed}", *([f"ENGINE={engine}"] if engine != "rtl" else []), *rtl.words]
    return shlex.join([*words, *(["WAVES=1"] if waves else [])])
