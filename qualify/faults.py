# SPDX-License-Identifier: MIT
"""`make faults`: breaks the RTL on purpose, one fault at a time, and shows that `make sim` notices.

A check that has never failed proves nothing. Each fault (see `edits`) is one edit of a copy of a
file in `hdl/` (of other RTL, those faults are tried whose text occurs once in it); the tests
of `make sim` (recorded traces aside) pass without it, must fail on it, and one that fails must name
the rule or property that is broken. With LEVEL=batch, the random tests of the batched path must do
the same for the faults that change messages.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from cocotbext.msi_its.commands.variables import Parser
from cocotbext.msi_its.run import fingerprint
from cocotbext.msi_its.run.build import BuildError, Flavour, SimulationError
from cocotbext.msi_its.run.design import OWN, Rtl, RtlError
from cocotbext.msi_its.run.discovery import modules
from cocotbext.msi_its.run.launcher import Interrupted, catch_signals, exclusive
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD
from cocotbext.msi_its.run.sets import DEFAULT, directed
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.run.simulators.verilator_finder import VerilatorError
from cocotbext.msi_its.vocabulary.operations import CONFIGURATION, Configuration, Tables
from cocotbext.msi_its.vocabulary.results import TestResult
from qualify.edits import FAULTS, DoesNotApply, Fault, break_rtl
from tools.choose import NothingChosen, choose, rtl_of, unchanged

OF_MESSAGES = re.compile("R|H[235]$")
"""The tags of faults that change messages: what the batched path must notice."""


SIMULATED = tuple(fault for fault in FAULTS if fault.name)
"""The faults that tests have to notice."""


class FaultsError(Exception):
    """No fault can be tried; says why."""


def first_words(result: TestResult) -> str:
    """Return what a failing test reports first."""
    said = result.reports[0].text if result.reports else result.failure
    lines = said.strip().splitlines()
    return "\n".join([f"    {result.name}", *(f"      {line}" for line in lines[:4])])


def names(result: TestResult, tag: str) -> bool:
    """Whether a failing test, by its name or in its reports, names a rule or property."""
    said = [
        result.name,
        result.failure,
        *(each.text for each in result.reports),
    ]
    # H1 is not H10; test names separate their words with underscores.
    return re.search(rf"(?<![a-z0-9]){tag}(?![0-9])", "\n".join(said), re.IGNORECASE) is not None


def verdict(results: list[TestResult], tag: str) -> tuple[bool, str]:
    """Judge what the tests said about a fault: whether they noticed it by name, and words."""
    failed = [result for result in results if result.failed]
    if not failed:
        return False, "MISSED: nothing failed"
    by_name = [result for result in failed if names(result, tag)]
    noticed = f"{len(failed)} of {len(results)} tests"
    if not by_name:
        return (
            False,
            f"MISSED: noticed by {noticed}, but not by name ({tag})\n{first_words(failed[0])}",
        )
    return True, f"noticed by {noticed}, as {tag}\n{first_words(by_name[0])}"


def run_tests(
    tables: Tables, configuration: Configuration, seed: int, batched: bool, rtl: Rtl = OWN
) -> list[TestResult]:
    """Run the tests that faults are tried on."""
    results = str(BUILD / "faults/results")
    run = Run(tables, 32, seed, results, rtl=rtl, configuration=configuration)
    default = (tables, configuration) == (DEFAULT, CONFIGURATION)
    if batched:
        return simulate(run, modules("random", "batch"), flavour=Flavour.BATCH)
    return simulate(run, (*directed("default" if default else ""), *modules("random")))


def that_apply(chosen: Sequence[Fault], rtl: Rtl) -> list[Fault]:
    """Return the faults that can be put into a design, and list the others.

    Raises FaultsError if there are none, or one does not fit the project's own RTL.
    """
    applying, others = [], []
    for fault in chosen:
        try:
            break_rtl(fault, BUILD / "faults/hdl", rtl)
            applying.append(fault)
        except DoesNotApply as error:
            others.append(f"  {fault.name}: {error}")
    if others and rtl.own:
        raise FaultsError("\n".join(["the RTL has changed, change the faults:", *others]))
    if not applying:
        raise FaultsError(
            f"none of {len(chosen)} faults applies to {rtl.describe()}: they are edits of the "
            "project's own text; make mutate takes RTL= and changes any RTL"
        )
    if others:
        print(f"{len(others)} of {len(chosen)} faults do not apply to {rtl.describe()}:")
        print("\n".join(others), flush=True)
    return applying


def try_faults(chosen: Sequence[Fault], seed: int, batched: bool = False, rtl: Rtl = OWN) -> int:
    """Try some faults, after a run without any; return the exit status."""
    applying = that_apply(chosen, rtl)
    with unchanged(lambda: fingerprint.of([], rtl.files_read()), FaultsError):
        missed = _try(applying, seed, batched, rtl)
    if missed is None:
        return 1
    design = "" if rtl.own else f" in {rtl.describe()}"
    print(
        f"faults: {len(applying)} tried{design}, {len(applying) - missed} noticed, {missed} missed"
        + (f", {len(chosen) - len(applying)} did not apply" if len(applying) < len(chosen) else "")
    )
    return 1 if missed else 0


def _try(applying: Sequence[Fault], seed: int, batched: bool, rtl: Rtl) -> int | None:
    """Try faults, and return how many were missed; None if nothing can be shown."""
    for built in dict.fromkeys((fault.tables, fault.configuration) for fault in applying):
        failed = [result for result in run_tests(*built, seed, batched, rtl) if result.failed]
        if failed:
            print(f"without a fault, {len(failed)} tests fail: nothing can be shown")
            print("\n".join(map(first_words, failed)))
            return None
    missed = 0
    for fault in applying:
        broken = break_rtl(fault, BUILD / "faults/hdl", rtl)
        try:
            results = run_tests(fault.tables, fault.configuration, seed, batched, broken)
            noticed, words = verdict(results, fault.tag)
        except (BuildError, RtlError) as error:
            noticed, words = False, f"MISSED: it does not build, so nothing was tried: {error}"
        missed += not noticed
        print(f"{fault.name}: {words}", flush=True)
    return missed


def main() -> int:
    """Try the faults; return 0 if every one was noticed by name."""
    parser = Parser(prog="make faults", description=__doc__)
    parser.add_design()
    parser.add_argument("--only", help="only faults whose name contains this; empty: list them")
    parser.add_argument("--level", choices=("pin", "batch"), default="pin")
    parser.add_renamed("engine", "level", {"rtl": "pin", "bulk": "batch", "batch": "batch"})
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse()
    batched = arguments.level == "batch"
    rtl = rtl_of(arguments)
    faults = [fault for fault in SIMULATED if not batched or OF_MESSAGES.match(fault.tag)]
    try:
        chosen = choose(arguments.only, faults, lambda fault: fault.name, "fault")
    except NothingChosen as error:
        return error.say("faults")
    catch_signals()
    try:
        with exclusive(BUILD / "faults.lock", "make faults"):
            if not rtl.own:
                rtl.check()
            return try_faults(chosen, arguments.seed, batched, rtl)
    except (FaultsError, RtlError, SimulationError, VerilatorError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except Interrupted as signal:
        print("faults: interrupted", file=sys.stderr)
        return signal.status


if __name__ == "__main__":
    sys.exit(main())
