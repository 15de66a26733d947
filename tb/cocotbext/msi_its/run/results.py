# SPDX-License-Identifier: MIT
"""What the tests of a simulation did, read from the folder that it leaves."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, replace
from pathlib import Path

from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.vocabulary.results import TestResult, load

CODE_COVERAGE = "coverage.dat"
"""What a simulation with coverage leaves in its folder."""


ENDED_EARLY = "the simulation ended early"


ENDED_BY_DESIGN = "the design ended the simulation"


HANGS = "the simulation hangs"
"""How a failure begins that needs what the log says (the second is the batched path's)."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """One of several simulations: a heading for people, what to run, and the test modules."""

    heading: str
    run: Run
    modules: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its short name: that of the folder of its results."""
        return Path(self.run.results).name


def not_run(name: str, ended_in: str) -> TestResult:
    """Return the result of a test that never started."""
    return TestResult(
        name, False, 0.0, f"did not run: the simulation had ended in {ended_in}", ran=False
    )


def finished(folder: Path) -> list[TestResult]:
    """Return the tests of a simulation that have ended, also when the simulation itself has not.

    They are read from what it leaves in its folder: cocotb's results and the checkers' counts.
    Raises ValueError for counts that are none.
    """
    counts: dict[str, TestResult] = {}
    for file in sorted(folder.glob("*.*.json"), key=lambda file: file.stat().st_mtime_ns):
        try:
            counts[file.name.removesuffix(".json")] = load(file.read_text(), TestResult)
        except json.JSONDecodeError:
            continue  # it was being written
    results = []
    failed = ended = ""  # the last test that failed; the one in which the simulation ended
    for case in cases(folder) or ():
        name = f"{case.get('classname', '').rpartition('.')[2]}.{case.get('name')}"
        end = _ended(case)
        if end and (ended or end == TERMINATED):
            results.append(not_run(name, ended or failed))
            continue
        seconds = float(case.get("time") or 0)
        failure = _failure(case)
        found = counts.pop(name, TestResult(name, False))
        results.append(replace(found, passed=not failure, seconds=seconds, failure=failure))
        failed = name if failure else failed
        ended = name if end else ended
    for found in counts.values():
        failure = "" if found.passed else "failed; see simulation.log"
        results.append(replace(found, failure=failure))
    return results


TERMINATED = "RegressionTerminated"


ENDED = ("SimFailure", TERMINATED)
"""What cocotb calls the failure of the test in which the simulation ended, and of all after it; and
that of the tests after the one at which it was to stop."""


def _ended(case: ElementTree.Element) -> str:
    """Return which of ENDED a test failed by, or nothing."""
    found = [each.get("type") for each in case if each.tag in ("failure", "error")]
    return next((each for each in found if each in ENDED), "")


def cases(folder: Path) -> list[ElementTree.Element] | None:
    """Return the tests of a simulation that ended as it should; None if it did not, or not yet."""
    try:
        return list(ElementTree.parse(folder / "results.xml").iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return None


def _failure(case: ElementTree.Element) -> str:
    """Return why a test of cocotb's results did not pass, or nothing if it did."""
    if _ended(case):
        return ENDED_EARLY
    if case.find("skipped") is not None:
        return "skipped: it proves nothing"
    for problem in (case.find("failure"), case.find("error")):
        if problem is not None:
            return problem.get("message") or problem.get("error_msg") or problem.text or "failed"
    return ""
