# SPDX-License-Identifier: MIT
"""The testplan: which tests and cover points show each rule and property of the specification.

It is data, `tests/testplan.toml`; a test of `make test` holds it against the specification, the
tests and the cover points there are, and `make regress` renders it with the result of each rule.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from cocotbext.msi_its.checks.coverage.merging import PointResult
from cocotbext.msi_its.run.places import ROOT

PATH = ROOT / "tests/testplan.toml"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule or property: what it says, and what shows it.

    `tests` are cocotb tests (`module.name`), `cover` cover points; `pytest` names tests that only
    `make test` runs (`file::function`), of the golden model for the most part.
    """

    name: str
    text: str
    tests: tuple[str, ...]
    cover: tuple[str, ...]
    pytest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What the tests of a regression showed of one rule: `status` is passed, FAILED or not run.

    `gaps` are its cover points that are not complete: with few seeds that is to be expected.
    """

    rule: Rule
    status: str
    detail: str
    gaps: tuple[str, ...] = ()


def load(path: Path = PATH) -> dict[str, Rule]:
    """Read the testplan."""
    with path.open("rb") as file:
        plan = tomllib.load(file)
    return {
        name: Rule(
            name,
            entry["text"],
            tuple(entry.get("tests", ())),
            tuple(entry.get("cover", ())),
            tuple(entry.get("pytest", ())),
        )
        for name, entry in plan.items()
    }


def judge(
    rules: Mapping[str, Rule],
    passed: Collection[str],
    failed: Collection[str],
    points: Mapping[str, PointResult],
) -> list[RuleResult]:
    """Say for each rule what a regression showed, given the tests that passed and failed."""
    results = []
    for rule in rules.values():
        broken = [test for test in rule.tests if test in failed]
        absent = [test for test in rule.tests if test not in passed and test not in failed]
        gaps = tuple(name for name in rule.cover if not points[name].complete)
        if broken:
            status, detail = "FAILED", ", ".join(broken)
        elif not rule.tests:
            status, detail = "not run", "only `make test` checks it"
        elif absent:
            status, detail = "not run", ", ".join(absent)
        else:
            status, detail = "passed", ""
        results.append(RuleResult(rule, status, detail, gaps))
    return results
