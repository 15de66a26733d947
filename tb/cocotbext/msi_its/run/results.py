# SPDX-License-Identifier: MIT
"""What the tests of a simulation did, and how it is read from the folder that it leaves."""

from __future__ import annotations

import contextlib
import json
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from cocotbext.msi_its.run.parameters import Run

CODE_COVERAGE = "coverage.dat"
"""What a simulation with coverage leaves in its folder."""


ENDED_EARLY = "the simulation ended early"


ENDED_BY_DESIGN = "the design ended the simulation"


HANGS = "the simulation hangs"
"""How a failure begins that needs what the log says (the second is the batched path's)."""


@dataclass(frozen=True, slots=True)
class TestResult:
    """One cocotb test: what it did, and why it failed if it did.

    A test that never started, because its simulation had ended, has not `ran`. `cause` is the same
    for all tests that the same statement of the design ended; empty for all others.
    """

    __test__: ClassVar[bool] = False  # whatever pytest thinks of the name

    name: str
    passed: bool
    seconds: float
    failure: str = ""
    counts: dict[str, Any] = field(default_factory=dict)
    ran: bool = True
    cause: str = ""

    @property
    def failed(self) -> bool:
        """Whether it ran, and did not pass."""
        return self.ran and not self.passed

    def count(self, name: str) -> int:
        """Return one of the checker's counts: operations, messages, dropped or mismatches."""
        return int(self.counts.get(name, 0))


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
    """
    counts: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("*.*.json"), key=lambda file: file.stat().st_mtime_ns):
        with contextlib.suppress(ValueError):  # one that was being written
            counts[file.name.removesuffix(".json")] = json.loads(file.read_text())
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
        results.append(TestResult(name, not failure, seconds, failure, counts.pop(name, {})))
        failed = name if failure else failed
        ended = name if end else ended
    for name, values in counts.items():
        failure = "" if values["passed"] else "failed; see simulation.log"
        results.append(TestResult(name, not failure, 0.0, failure, values))
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
