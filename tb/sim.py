# SPDX-License-Identifier: MIT
"""`make sim`: the regression of the RTL against the golden model."""

from __future__ import annotations

import ast
import hashlib
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tb import discovery, report
from tb.build import Flavour
from tb.bulk.trace import validate
from tb.discovery import modules
from tb.junit import Suite, write_junit
from tb.operations import Tables
from tb.processes import Interrupted, exclusive
from tb.rtl import BUILD, ROOT, Rtl
from tb.run import Run, TraceFile
from tb.simulator import Simulation, TestResult, finished, simulate_all
from tb.text import shown, visible
from tb.trace import stem

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


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """Parameters of the translator to test it with, under a name."""

    heading: str
    tables: Tables
    counter_width: int


SETS: dict[str, ParameterSet] = {
    "default": ParameterSet("default tables", DEFAULT, 32),
    "smallest": ParameterSet("one of everything", Tables(1, 1, 1, 1), 4),
    "odd": ParameterSet("odd sizes", Tables(5, 3, 300, 2048), 8),
    "largest": ParameterSet("the largest tables", Tables(256, 256, 1024, 2048), 16),
}
"""The parameters that tests run with. `make sim` leaves out the largest tables."""

LONGEST_NAME = 120
"""How many bytes of a trace's name the names of files take that are made for it."""

SIM_SETS = ("default", "smallest", "odd")
TRACES_SET = "traces"


class ChoiceError(Exception):
    """SET= or TEST= names what there is not; says what there is."""


@dataclass(frozen=True, slots=True)
class Only:
    """What to run of the regression: one set (of SETS, or TRACES_SET), one test; empty for all."""

    set: str = ""
    test: str = ""

    @property
    def module(self) -> tuple[str, ...]:
        """The module of the test, if one is named."""
        return (f"tests.rtl.{self.test.partition('.')[0]}",) if self.test else ()

    @property
    def words(self) -> list[str]:
        """What make is told for it."""
        said = {"SET": self.set, "TEST": self.test}
        return [f"{name}={value}" for name, value in said.items() if value]


EVERYTHING = Only()


def only(set_: str, test: str, default: str = "default") -> Only:
    """Return what SET= and TEST= ask for. Raises ChoiceError.

    A test without a set runs on that called `default`; empty: on all of its sets.
    """
    sets = (*SETS, TRACES_SET)
    if set_ and set_ not in sets:
        raise ChoiceError(f"SET={set_}: there is no such set; there are {', '.join(sets)}")
    if not test:
        return Only(set_)
    module, _, name = test.partition(".")
    if module == "trace_tests" or set_ == TRACES_SET:
        traced = [trace.test for trace in recordings()]
        if test not in traced or set_ not in ("", TRACES_SET):
            raise ChoiceError(f"TEST={test}: SET={TRACES_SET} has {', '.join(traced)}")
        return Only(TRACES_SET, test)
    if name not in names_in(module):
        known = [path.stem for path in sorted((ROOT / "tests/rtl").glob("*_tests.py"))]
        names = [f"{module}.{each}" for each in names_in(module)]
        there = ", ".join(names) or f"module.test; modules: {', '.join(known)}"
        raise ChoiceError(f"TEST={test}: there is no such test; there are: {there}")
    its = [each for each in SETS if f"tests.rtl.{module}" in (*directed(each), *modules("random"))]
    if not its:
        raise ChoiceError(f"TEST={test}: it belongs to no parameter set; make bench runs it")
    if set_ and set_ not in its:
        raise ChoiceError(f"SET={set_}: {test} does not belong to it, but to {', '.join(its)}")
    return Only(set_ or default, test)


def names_in(module: str) -> list[str]:
    """Return the names of the cocotb tests in a module of `tests/rtl`; none if there is no such."""
    path = ROOT / "tests/rtl" / f"{module}.py"
    if not path.is_file():
        return []
    return [
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.AsyncFunctionDef)
        and any("translator_test" in ast.unparse(each) for each in node.decorator_list)
    ]


def trace_file(
    path: Path, taken: Collection[str] = (), progress: Callable[[int], None] | None = None
) -> tuple[TraceFile, Tables]:
    """Validate a trace; return it with the tables that it needs. Raises TraceError.

    It is named after the file; with a number at the end, as in `x-2`, if that name is `taken`.
    """
    summary = validate(path, progress)
    name = first = _short(visible(stem(path)))
    number = 1
    while name in taken:
        number += 1
        name = f"{first}-{number}"
    trace = TraceFile(str(path.resolve()), name, summary.operations, expects=summary.expects)
    return trace, summary.tables


def _short(name: str) -> str:
    """Return a name that files can be named after; what is left out of it stays told apart."""
    data = os.fsencode(name)
    if len(data) <= LONGEST_NAME:
        return name
    start = data[: LONGEST_NAME - 9].decode(errors="ignore")
    return f"{start}-{hashlib.sha256(data).hexdigest()[:8]}"


def directed(name: str) -> tuple[str, ...]:
    """Return the modules of directed tests that run with a parameter set."""
    return (*(modules("directed") if name == "default" else ()), *modules("hardware"))


def recordings() -> tuple[TraceFile, ...]:
    """Return the recorded traces, some of them a second time with stalls."""
    recorded = [trace_file(ROOT / path)[0] for path in RECORDINGS]
    stalled = [
        replace(trace, name=f"{trace.name}_stalled", stall=STALL)
        for trace in recorded
        if trace.name in STALLED
    ]
    return (*recorded, *stalled)


def plan(seed: int, rtl: Rtl, only: Only) -> list[Simulation]:
    """Return the simulations of the regression, in the order in which they are reported."""
    simulations = []
    for name in [only.set] if only.set in SETS else SIM_SETS if not only.set else ():
        each = SETS[name]
        run = Run(each.tables, each.counter_width, seed, str(RESULTS / name), (), rtl)
        tests = only.module or (*directed(name), *modules("random"))
        simulations.append(Simulation(f"{each.heading}: {run.describe()}", run, tests))
    if only.set == TRACES_SET or not (only.set or only.test):
        traces = tuple(each for each in recordings() if only.test in ("", each.test))
        run = Run(DEFAULT, 32, seed, str(RESULTS / TRACES_SET), traces, rtl)
        simulations.append(Simulation(f"recorded traces: {run.describe()}", run, modules("traces")))
    return simulations


def whole(results: list[TestResult], traces: Sequence[TraceFile]) -> list[TestResult]:
    """Return results; a replay that passed without all operations of its trace has failed."""
    operations = {trace.test: trace.operations for trace in traces}
    checked = []
    for result in results:
        done = result.count("operations")
        wanted = operations.get(result.name, done)
        if result.passed and done != wanted:
            why = f"{done:,} of {wanted:,} operations were compared: did the file change meanwhile?"
            result = replace(result, passed=False, failure=why)
        checked.append(result)
    return checked


def sim(seed: int, waves: bool, rtl: Rtl, only: Only = EVERYTHING, jobs: int | None = None) -> int:
    """Run the regression and print its results; return the exit status.

    `jobs` is how many simulations run at once, by default one a core.
    """
    discovery.check()
    if not rtl.own:
        rtl.check()
    with exclusive(RESULTS.with_suffix(".lock"), "make sim"):
        return _sim(seed, waves, rtl, only, jobs)


def _sim(seed: int, waves: bool, rtl: Rtl, only: Only, jobs: int | None) -> int:
    print(f"seed {seed}", flush=True)
    shutil.rmtree(RESULTS, ignore_errors=True)
    simulations = plan(seed, rtl, only)
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
        tests = {each.heading: report.as_values(group) for each, group in groups.items()}
        report.write_result(
            path,
            seed=seed,
            rtl=report.design(rtl),
            passed=passed,
            interrupted=interrupted,
            tests=tests,
        )
        suites = [
            Suite(
                each.name,
                each.name,
                tests[each.heading],
                {"seed": str(seed), "set": each.name, "rtl": f"{rtl.top} ({rtl.file_list})"},
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
        report.Failed(f"SET={each.name}", values, _reproduce(each, test, rtl, only))
        for each, group in groups.items()
        for test, values in zip(group, report.as_values(group), strict=True)
        if test.failed
    ]
    if failed:
        print(f"\n{report.failures(failed, RESULTS / 'failures.txt')}")
    write(passed, interrupted=False)
    print(report.where(path, seed, rtl))
    print(report.closing_line("sim", results))
    return 0 if passed else 1


def _reproduce(simulation: Simulation, test: TestResult, rtl: Rtl, only: Only) -> str:
    """Return the line that shows a failure again.

    That is the test alone; where the design ended the simulation, what ran before may matter.
    """
    alone = test.name if "." in test.name and not test.cause else ""
    which = Only(simulation.name, only.test or alone)
    return shlex.join(["make", "sim", *which.words, f"SEED={simulation.run.seed}", *rtl.words])
