# SPDX-License-Identifier: MIT
"""`make exhaustive`: the range check, proven by trying everything, on the batched path."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
from pathlib import Path

from cocotbext.msi_its.report import console as report
from cocotbext.msi_its.report.files import Design, Exhaustive
from cocotbext.msi_its.run.build import Flavour
from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.discovery import modules
from cocotbext.msi_its.run.launcher import Interrupted, exclusive
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD, PROGRAM
from cocotbext.msi_its.run.results import finished
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.vocabulary.operations import Configuration, Tables
from cocotbext.msi_its.vocabulary.results import TestResult
from msi_its_model import DEFAULT_PROFILE, Profile

RESULTS = BUILD / "exhaustive"

TABLES = Tables(ranges=256, connections=4, targets=1024, routes=2048)


def operations(profile: Profile) -> int:
    """Return how many operations there are under a profile, set-up aside."""
    explicit = 2**24 + 2 * 2**24  # messages; attempts to enable a route, with an event each
    own = 2**16 * 8 + 3 * 2**16 * max(1 << profile.rid_offset_bits - 8, 4)
    return explicit + own


def run(arguments: argparse.Namespace, rtl: Rtl) -> int:
    """Do what the command line asks for; return the exit status."""
    return exhaustive(arguments.seed, rtl, arguments.profile)


def exhaustive(seed: int, rtl: Rtl, profile: Profile = DEFAULT_PROFILE) -> int:
    """Try everything under a profile, print the results, and return the exit status."""
    if not rtl.own:
        rtl.check()
    with exclusive(RESULTS.with_suffix(".lock"), f"{PROGRAM} exhaustive"):
        folder, configuration = str(RESULTS / "rtl"), Configuration(profile)
        return _exhaustive(Run(TABLES, 32, seed, folder, (), rtl, configuration=configuration))


def _exhaustive(run: Run) -> int:
    print(f"seed {run.seed}", flush=True)
    shutil.rmtree(RESULTS, ignore_errors=True)
    path = RESULTS / "result.json"
    results: list[TestResult] = []
    profile = run.configuration.profile

    def write(passed: bool, interrupted: bool) -> None:
        Exhaustive(
            seed=run.seed,
            profile=profile.name,
            rtl=Design.of(run.rtl),
            passed=passed,
            interrupted=interrupted,
            tests=results,
        ).write(path)

    progress = report.Progress("exhaustive", operations(profile))
    try:
        results = simulate(
            run, modules("exhaustive", "batch"), progress=progress, flavour=Flavour.BATCH
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
    again = shlex.join(
        [PROGRAM, "exhaustive", f"SEED={run.seed}", *run.configuration.words, *run.rtl.words]
    )
    failed = [report.Failed(run.describe(), test, again) for test in results if test.failed]
    if not passed:
        print(f"\n{report.failures(failed, RESULTS / 'failures.txt')}")
    write(passed, interrupted=False)
    print(report.where(path, run.seed, run.rtl))
    print(report.closing_line("exhaustive", results, profile))
    return 0 if passed else 1
