# SPDX-License-Identifier: MIT
"""The testplan names every rule, and only tests and cover points that there are."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatch

from cocotbext.msi_its.checks.coverage.merging import results
from cocotbext.msi_its.checks.coverage.points import NAMES
from cocotbext.msi_its.report.testplan import Rule, RuleResult, judge, load
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.run.sets import SETS, TRACES_SETS, names_in, recordings

EVERY = [each.configuration() for each in SETS.values()]
SPECIFIED = [
    *(f"R{number}" for number in range(1, 12)),
    *(f"H{number}" for number in range(1, 10)),
    "N1",
]


def cocotb_tests() -> set[str]:
    """Return the names of all cocotb tests, as results name them."""
    modules = [path.stem for path in (ROOT / "tests/rtl").glob("*_tests.py")]
    modules.remove("bench_tests")  # it measures, and shows no rule
    written = {f"{module}.{name}" for module in modules for name in names_in(module)}
    return written | {trace.test for name in TRACES_SETS for trace in recordings(name=name)}


def test_the_specification_has_the_rules_that_are_planned() -> None:
    text = (ROOT / "docs/specification.md").read_text()
    assert re.findall(r"^- \*\*([RH]\d+|N1)\*\*", text, re.MULTILINE) == SPECIFIED
    assert list(load()) == SPECIFIED


def test_every_rule_has_a_test() -> None:
    assert not [rule.name for rule in load().values() if not rule.tests and not rule.pytest]
    in_simulation = [rule.name for rule in load().values() if rule.tests]
    assert set(SPECIFIED) - set(in_simulation) == {"R11"}  # a rule of software alone


def test_every_name_exists() -> None:
    tests = cocotb_tests()
    for rule in load().values():
        assert not set(rule.tests) - tests, rule.name
        assert not set(rule.cover) - set(NAMES), rule.name
        for named in rule.pytest:
            path, _, pattern = named.partition("::")
            tree = ast.parse((ROOT / path).read_text())
            names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
            assert any(fnmatch(name, pattern) for name in names), named


def test_every_test_and_cover_point_shows_something() -> None:
    rules = load().values()
    assert cocotb_tests() == {test for rule in rules for test in rule.tests}
    assert set(NAMES) == {point for rule in rules for point in rule.cover}


def test_what_a_regression_showed() -> None:
    def judged(rule: Rule, passed: set[str], failed: set[str]) -> RuleResult:
        full = {name: dict.fromkeys(each.bins, 1) for name, each in results({}, EVERY).items()}
        full["wait"]["s_msi / 0 cycles"] = 0
        (result,) = judge({rule.name: rule}, passed, failed, results(full, EVERY))
        return result

    def status(rule: Rule, passed: set[str], failed: set[str]) -> tuple[str, str]:
        result = judged(rule, passed, failed)
        return result.status, result.detail

    rule = Rule("H2", "", ("a.one", "a.two"), ("reset",), ())
    assert status(rule, {"a.one", "a.two"}, set()) == ("passed", "")
    assert status(rule, {"a.one"}, {"a.two"}) == ("FAILED", "a.two")
    assert status(rule, {"a.one"}, set()) == ("not run", "a.two")
    gap = Rule("H2", "", ("a.one",), ("wait", "reset"), ())
    assert judged(gap, {"a.one"}, set()) == RuleResult(gap, "passed", "", ("wait",))
    assert judged(rule, {"a.one", "a.two"}, set()).gaps == ()
    assert status(Rule("R11", "", (), (), ("x",)), set(), set())[0] == "not run"
