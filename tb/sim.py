# SPDX-License-Identifier: MIT
"""`make sim`: the regression of the RTL against the golden model."""

from __future__ import annotations

from pathlib import Path

from tb import report
from tb.operations import Tables
from tb.run import Run, TraceFile
from tb.simulator import BUILD, ROOT, TestResult, simulate
from tb.trace import validate_trace

RESULTS = BUILD / "sim"

RECORDINGS = (
    "tests/traces/basic.jsonl.gz",
    "tests/traces/rescan.jsonl.gz",
    "tests/traces/basic-routes.jsonl.gz",
    "tests/traces/rescan-routes.jsonl.gz",
    "tests/vectors/openvmm.jsonl.gz",
)

DEFAULT = Tables(ranges=16, connections=8, targets=32, routes=64)

ANY_TABLES = ("tests.rtl.hardware_tests", "tests.rtl.timing_tests", "tests.rtl.random_tests")
"""The tests that run on tables of any size."""

DIRECTED = (
    "tests.rtl.reference_unit_tests",
    "tests.rtl.rule_tests",
    "tests.rtl.programming_tests",
)


def trace_file(path: Path) -> tuple[TraceFile, Tables]:
    """Validate a trace; return it with the tables that it needs. Raises TraceError."""
    summary = validate_trace(path)
    name = path.name.removesuffix(".gz").removesuffix(".jsonl")
    return TraceFile(str(path.resolve()), name, summary.operations), summary.tables


def plan(seed: int) -> dict[str, tuple[Run, tuple[str, ...]]]:
    """Return the simulations of the regression: parameters and test modules, by heading."""
    traces = tuple(trace_file(ROOT / path)[0] for path in RECORDINGS)

    def run(name: str, tables: Tables, counter_width: int, *with_traces: TraceFile) -> Run:
        return Run(tables, counter_width, seed, str(RESULTS / name), with_traces)

    return {
        "default tables": (
            run("default", DEFAULT, 32, *traces),
            (*DIRECTED, *ANY_TABLES, "tests.rtl.trace_tests"),
        ),
        "one of everything": (run("smallest", Tables(1, 1, 1, 1), 4), ANY_TABLES),
        "2,048 routes, odd sizes": (run("largest", Tables(5, 3, 300, 2048), 16), ANY_TABLES),
    }


def sim(seed: int, waves: bool) -> int:
    """Run the regression and print its results; return the exit status."""
    print(f"seed {seed}", flush=True)
    groups: dict[str, list[TestResult]] = {}
    for heading, (run, modules) in plan(seed).items():
        heading = f"{heading}: {run.describe()}"
        groups[heading] = simulate(run, modules, waves=waves)
        print(report.table({heading: groups[heading]}), flush=True)
        if report.measured(groups[heading]):
            print(f"  measured:\n{report.measured(groups[heading])}")
        if waves:
            print(f"  waveform: {Path(run.results) / 'dump.vcd'}")
    results = [result for group in groups.values() for result in group]
    passed = all(result.passed for result in results) and bool(results)

    print(report.drops(results))
    if not passed:
        print(f"\n{report.failures(results)}")
        print(f"reproduce with: make sim SEED={seed}")
    path = RESULTS / "result.json"
    tests = {heading: report.as_values(group) for heading, group in groups.items()}
    report.write_result(path, seed=seed, passed=passed, tests=tests)
    print(f"results: {path.relative_to(ROOT)}; seed {seed}")
    print(report.closing_line("sim", results))
    return 0 if passed else 1
