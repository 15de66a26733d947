# SPDX-License-Identifier: MIT
"""`make sim`: the regression of the RTL against the golden model."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cocotbext.msi_its.report import console as report
from cocotbext.msi_its.report.files import Design, Sim
from cocotbext.msi_its.report.junit import Suite, write_junit
from cocotbext.msi_its.run import discovery
from cocotbext.msi_its.run.build import Flavour
from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.discovery import modules
from cocotbext.msi_its.run.launcher import Interrupted, exclusive
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD, PROGRAM
from cocotbext.msi_its.run.results import Simulation, finished
from cocotbext.msi_its.run.sets import (
    DEFAULT,
    EVERYTHING,
    SETS,
    SIM_SETS,
    Only,
    directed,
    only,
    recordings,
    traces_sets,
)
from cocotbext.msi_its.run.simulation import simulate_all
from cocotbext.msi_its.vocabulary.operations import Configuration
from cocotbext.msi_its.vocabulary.results import TestResult
from cocotbext.msi_its.vocabulary.settings import TraceFile
from cocotbext.msi_its.vocabulary.text import shown
from msi_its_model import DEFAULT_PROFILE, Profile

RESULTS = BUILD / "sim"


def plan(seed: int, rtl: Rtl, only: Only, profile: Profile = DEFAULT_PROFILE) -> list[Simulation]:
    """Return the simulations of the regression, in the order in which they are reported."""
    simulations = []
    for name in [only.set] if only.set in SETS else SIM_SETS if not only.set else ():
        each = SETS[name]
        run = Run(
            each.tables,
            each.counter_width,
            seed,
            str(RESULTS / name),
            (),
            rtl,
            configuration=each.configuration(profile),
        )
        tests = only.module or (*directed(name), *modules("random"))
        simulations.append(Simulation(f"{each.heading}: {run.describe()}", run, tests))
    for name, followed in traces_sets(profile).items():
        if only.set != name and (only.set or only.test):
            continue
        traces = tuple(each for each in recordings(profile, name) if only.test in ("", each.test))
        folder, configuration = str(RESULTS / name), Configuration(followed)
        run = Run(DEFAULT, 32, seed, folder, traces, rtl, configuration=configuration)
        simulations.append(Simulation(f"recorded traces: {run.describe()}", run, modules("traces")))
    return simulations


def whole(results: list[TestResult], traces: Sequence[TraceFile]) -> list[TestResult]:
    """Return results; a replay that passed without all operations of its trace has failed."""
    operations = {trace.test: trace.operations for trace in traces}
    checked = []
    for result in results:
        done = result.operations
        wanted = operations.get(result.name, done)
        if result.passed and done != wanted:
            why = f"{done:,} of {wanted:,} operations were compared: did the file change meanwhile?"
            result = replace(result, passed=False, failure=why)
        checked.append(result)
    return checked


def run(arguments: argparse.Namespace, rtl: Rtl) -> int:
    """Do what the command line asks for; return the exit status."""
    profile = arguments.profile
    chosen = only(arguments.set, arguments.test, profile=profile)
    return sim(arguments.seed, arguments.waves, rtl, chosen, arguments.jobs, profile)


def sim(
    seed: int,
    waves: bool,
    rtl: Rtl,
    only: Only = EVERYTHING,
    jobs: int | None = None,
    profile: Profile = DEFAULT_PROFILE,
) -> int:
    """Run the regression under a profile and print its results; return the exit status.

    `jobs` is how many simulations run at once, by default one a core.
    """
    discovery.check()
    if not rtl.own:
        rtl.check()
    with exclusive(RESULTS.with_suffix(".lock"), f"{PROGRAM} sim"):
        return _sim(seed, waves, rtl, only, jobs, profile)


def _sim(seed: int, waves: bool, rtl: Rtl, only: Only, jobs: int | None, profile: Profile) -> int:
    print(f"seed {seed}", flush=True)
    shutil.rmtree(RESULTS, ignore_errors=True)
    simulations = plan(seed, rtl, only, profile)
    followed = [each.run.configuration.profile for each in simulations]
    flavour = Flavour.WAVES if waves else Flavour.PLAIN
    groups: dict[Simulation, list[TestResult]] = {}
    path = RESULTS / "result.json"

    def show(simulation: Simulation, results: list[TestResult]) -> None:
        results = groups[simulation] = whole(results, simulation.run.traces)
        print(report.table({simulation.heading: results}), flush=True)
        if report.measured(results):
            print(f"  measured:\n{report.measured(results)}", flush=True)
        if waves:
            print(f"  waveform: {shown(Path(simulation.run.results) / 'dump.vcd')}", flush=True)

    def write(passed: bool, interrupted: bool) -> None:
        Sim(
            seed=seed,
            profile=profile.name,
            rtl=Design.of(rtl),
            passed=passed,
            interrupted=interrupted,
            tests={each.heading: group for each, group in groups.items()},
        ).write(path)
        suites = [
            Suite(
                each.name,
                each.name,
                group,
                {
                    "seed": str(seed),
                    "set": each.name,
                    "profile": each.run.configuration.profile.name,
                    "rtl": f"{rtl.top} ({rtl.file_list})",
                },
                {test.name: _reproduce(each, test, rtl, only) for test in group if test.failed},
            )
            for each, group in groups.items()
        ]
        write_junit(RESULTS / "junit.xml", "sim", suites)

    try:
        simulate_all(simulations, show, flavour=flavour, only=only.test, jobs=jobs)
    except Interrupted as signal:
        for each in simulations:
            groups[each] = groups.get(each) or finished(Path(each.run.results))
        write(passed=False, interrupted=True)
        ended = [result for group in groups.values() for result in group]
        print(report.interrupted("sim", ended, path), file=sys.stderr)
        return signal.status

    results = [result for group in groups.values() for result in group]
    passed = all(result.passed for result in results) and all(map(groups.get, simulations))
    if dropped := report.drops(results):
        print(dropped)
    failed = [
        report.Failed(f"SET={each.name}", test, _reproduce(each, test, rtl, only))
        for each, group in groups.items()
        for test in group
        if test.failed
    ]
    if failed:
        print(f"\n{report.failures(failed, RESULTS / 'failures.txt')}")
    write(passed, interrupted=False)
    print(report.where(path, seed, rtl))
    print(report.closing_line("sim", results, *followed))
    return 0 if passed else 1


def _reproduce(simulation: Simulation, test: TestResult, rtl: Rtl, only: Only) -> str:
    """Return the line that shows a failure again.

    That is the test alone; where the design ended the simulation, what ran before may matter.
    """
    alone = test.name if "." in test.name and not test.cause else ""
    which = Only(simulation.name, only.test or alone)
    run = simulation.run
    said = [*which.words, f"SEED={run.seed}", *run.configuration.words, *rtl.checked_words]
    return shlex.join([PROGRAM, "sim", *said])
