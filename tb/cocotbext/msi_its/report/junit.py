# SPDX-License-Identifier: MIT
"""Results as JUnit XML, which CI systems read: of `make sim`, `make compare` and `make regress`.

There is no one JUnit format. This is what the schema of Jenkins' xUnit plugin (junit-10.xsd)
accepts, the strictest of those in use; GitLab and others take it, too.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from junitparser import Error, JUnitXml, Skipped, TestCase, TestSuite

from cocotbext.msi_its.report.regression import Summary
from cocotbext.msi_its.vocabulary.results import TestResult
from cocotbext.msi_its.vocabulary.text import printable


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of one simulation.

    `classname` is what its tests have in common, `properties` what a CI system may show beside
    them, `commands` the line that reproduces a failure, by the name of the test.
    """

    name: str
    classname: str
    tests: Sequence[TestResult]
    properties: Mapping[str, str] = field(default_factory=dict)
    commands: Mapping[str, str] = field(default_factory=dict)


def junit(command: str, suites: Sequence[Suite]) -> str:
    """Return what a command of make ran as JUnit XML.

    CI systems tell tests apart by classname and name, and show one of each: those that have
    both in common are numbered.
    """
    document = JUnitXml(command)
    seen: Counter[tuple[str, str]] = Counter()
    for each in suites:
        suite = TestSuite(printable(each.name))
        for name, value in each.properties.items():
            suite.add_property(printable(name), printable(value))
        for test in each.tests:
            known_as = printable(each.classname), printable(test.name)
            seen[known_as] += 1
            number = f" ({seen[known_as]})" if seen[known_as] > 1 else ""
            case = TestCase(known_as[1] + number, known_as[0], round(test.seconds, 3))
            if not test.ran:
                case.result = [Skipped(printable(test.failure))]
            elif not test.passed:
                text = [report.text for report in test.reports] or [test.failure]
                if test.name in each.commands:
                    text.append(f"reproduce: {each.commands[test.name]}")
                error = Error(printable(text[0].partition("\n")[0]))
                error.text = printable("\n\n".join(text))
                case.result = [error]
            suite.append(case)
        document.add_testsuite(suite)
    document.update_statistics()
    root = ElementTree.fromstring(document.tostring())
    del root.attrib["skipped"]  # the schema knows that of a suite only
    return ElementTree.tostring(root, encoding="unicode")


def write_junit(path: Path, command: str, suites: Sequence[Suite]) -> None:
    """Write what a command of make ran as JUnit XML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(junit(command, suites), encoding="utf-8")


def suites(summary: Summary) -> list[Suite]:
    """Return all tests for JUnit, a suite for each simulation.

    The seed tells random tests apart. That of directed ones is left out: there is one, and a CI
    system goes by the name when it says since when a test has failed.
    """
    return [
        Suite(
            job.name,
            f"{job.set}.{job.kind}" + (f".seed{job.seed}" if job.kind == "random" else ""),
            finished.tests,
            {"seed": str(job.seed), "set": job.set, "profile": job.configuration.profile.name},
            {each.test: each.command for each in summary.failures if each.job == job},
        )
        for finished in summary.finished
        for job in [finished.job]
    ]
