# SPDX-License-Identifier: MIT
"""`make exhaustive`: the range check, proven by trying everything, on the bulk path."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

from tb import report
from tb.build import Flavour
from tb.discovery import modules
from tb.operations import Tables
from tb.processes import Interrupted, exclusive
from tb.rtl import BUILD, Rtl
from tb.run import Run
from tb.simulator import TestResult, finished, simulate

RESULTS = BUILD / "exhaustive"

TABLES = Tables(ranges=256, connections=4, targets=1024, routes=2048)

OPERATIONS = 2**24 + 2**16 * 8 + 2 * 2**24
"""How many operations there are, set-up aside."""


def exhaustive(seed: int, rtl: Rtl) -> int:
    """Try everything, print the results, and return the exit status."""
    if not rtl.own:
        rtl.check()
    with exclusive(RESULTS.with_suffix(".lock"), "make exhaustive"):
        return _exhaustive(Run(TABLES, 32, seed, str(RESULTS / "rtl"), (), rtl))


def _exhaustive(run: Run) -> int:
    print(f"seed {run.seed}", flush=True)
    shutil.rmtree(RESULTS, ignore_errors=True)
    path = RESULTS / "result.json"
    results: list[TestResult] = []

    def write(passed: bool, interrupted: bool) -> None:
        report.write_result(
            path,
            seed=run.seed,
            rtl=report.design(run.rtl),
            passed=passed,
            interrupted=interrupted,
            tests=report.as_values(results),
        )

    progress = report.Progress("exhaustive", OPERATIONS)
    try:
        results = simulate(
            run, modules("exhaustive", "bulk"), progress=progress, flavour=Flavour.BULK
        )
    except Interrupted as signal:
        results = finished(Path(run.results))
        write(passed=False, interrupted=True)
        print(report.interrupted("exhaustive", results, path), file=sys.stderr)
        return signal.status
    finally:
        progress.close()
    passed = bool(results) and all(result.passed for result in results)
    print(report.table({run.describe(): results}))
    again = shlex.join(["make", "exhaustive", f"SEED={run.seed}", *run.rtl.words])
    failed = [
        report.Failed(run.describe(), test, again)
        for test in report.as_values(results)
        if test["ran"] and not test["passed"]
    ]
    if not passed:
        print(f"\n{report.failures(failed, RESULTS / 'failures.txt')}")
    write(passed, interrupted=False)
    print(report.where(path, run.seed, run.rtl))
    print(report.closing_line("exhaustive", results))
    return 0 if passed else 1
