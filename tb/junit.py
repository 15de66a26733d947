# SPDX-License-Identifier: MIT
"""Results as JUnit XML, which CI systems read: of `make sim`, `make compare` and `make regress`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from junitparser import Error, JUnitXml, Skipped, TestCase, TestSuite

from tb.text import printable


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of one simulation, as `report.as_values` has them.

    `classname` is what its tests have in common, `properties` what a CI system may show beside
    them, `commands` the line that reproduces a failure, by the name of the test.
    """

    name: str
    classname: str
    tests: Sequence[Mapping[str, Any]]
    properties: Mapping[str, str] = field(default_factory=dict)
    commands: Mapping[str, str] = field(default_factory=dict)


def junit(command: str, suites: Sequence[Suite]) -> str:
    """Return what a command of make ran as JUnit XML."""
    document = JUnitXml(command)
    for each in suites:
        suite = TestSuite(each.name)
        for name, value in each.properties.items():
            suite.add_property(name, printable(value))
        for test in each.tests:
            case = TestCase(printable(test["name"]), each.classname, test["seconds"])
            if not test["ran"]:
                case.result = [Skipped(test["failure"])]
            elif not test["passed"]:
                text = [report["text"] for report in test["reports"]] or [test["failure"]]
                if test["name"] in each.commands:
                    text.append(f"reproduce: {each.commands[test['name']]}")
                error = Error(printable(text[0].partition("\n")[0]))
                error.text = printable("\n\n".join(text))
                case.result = [error]
            suite.add_testcase(case)
        document.add_testsuite(suite)
    document.update_statistics()
    return str(document.tostring().decode())


def write_junit(path: Path, command: str, suites: Sequence[Suite]) -> None:
    """Write what a command of make ran as JUnit XML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(junit(command, suites), encoding="utf-8")
