# SPDX-License-Identifier: MIT
"""JUnit XML: what CI systems accept, and that they see every test."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from cocotbext.msi_its.report.junit import Suite, junit
from cocotbext.msi_its.vocabulary.results import Mismatch, TestResult

TEXT = re.compile(r"(?s).*")
SECONDS = re.compile(r"([0-9]{1,3}(,[0-9]{3})*|[0-9]+)(\.[0-9]{0,3})?")

# What junit-10.xsd of Jenkins' xUnit plugin allows, as far as it is used here: by element, the
# attributes that must be there, those that may be, and the elements in it.
RULES: dict[str, tuple[set[str], dict[str, re.Pattern[str]], set[str]]] = {
    "testsuites": (
        set(),
        {"name": TEXT, "time": SECONDS, "tests": TEXT, "failures": TEXT, "errors": TEXT},
        {"testsuite"},
    ),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {
            **dict.fromkeys(("name", "tests", "failures", "errors", "skipped"), TEXT),
            **dict.fromkeys(("timestamp", "hostname", "id", "package", "file", "log"), TEXT),
            **{"group": TEXT, "url": TEXT, "time": SECONDS},
        },
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), {}, {"property"}),
    "property": ({"name", "value"}, {"name": TEXT, "value": TEXT}, set()),
    "testcase": (
        {"name"},
        {"name": TEXT, "classname": TEXT, "time": TEXT, "group": TEXT},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "error": (set(), {"type": TEXT, "message": TEXT}, set()),
    "skipped": (set(), {"type": TEXT, "message": TEXT}, set()),
    "failure": (set(), {"type": TEXT, "message": TEXT}, set()),
}
WITH_TEXT = {"error", "failure", "skipped"}


def violations(document: str) -> list[str]:
    """Return what the schema does not allow, and tests that cannot be told apart."""
    root = ElementTree.fromstring(document)
    found = [] if root.tag in ("testsuites", "testsuite") else [f"{root.tag} is no document"]
    names = []
    for element in root.iter():
        if element.tag not in RULES:
            found.append(f"{element.tag}: no such element")
            continue
        required, allowed, children = RULES[element.tag]
        found += [f"{element.tag}: {name} is missing" for name in required - set(element.attrib)]
        for name, value in element.attrib.items():
            if name not in allowed:
                found.append(f"{element.tag}: no such attribute: {name}")
            elif not allowed[name].fullmatch(value):
                found.append(f"{element.tag}: {name} is {value!r}")
        found += [f"{child.tag} in {element.tag}" for child in element if child.tag not in children]
        if (element.text or "").strip() and element.tag not in WITH_TEXT:
            found.append(f"{element.tag}: text")
        if element.tag == "testcase":
            names.append((element.get("classname"), element.get("name")))
    found += [f"{name} occurs twice" for name in set(names) if names.count(name) > 1]
    return found


def outcome(name: str, failure: str = "", seconds: float = 0.5, *reports: str) -> TestResult:
    """Return a test that failed if it says anything."""
    said = tuple(Mismatch("model", None, None, text) for text in reports)
    return TestResult(name, not failure and not reports, seconds, failure, reports=said)


def suites(classnames: Sequence[str] = ("default.random.seed1", "default.random.seed2")) -> Any:
    """Return suites with tests that passed and failed, in all ways that there are."""
    tests = [
        outcome("random_tests.one", seconds=1e-7),
        outcome("random_tests.two", "hangs \x1b[31mhere\x1b[0m \x00", 123456.789),
        outcome("random_tests.three", "", 3, "mismatch 1: <a> & b\nmore \udc80", "mismatch 2"),
        outcome("replay_a\nb\x01'\"<"),
        replace(outcome("random_tests.five", "did not run"), ran=False),
    ]
    return [
        Suite(f"suite {number}", name, tests, {"seed": "1"}, {"random_tests.two": "make sim"})
        for number, name in enumerate(classnames)
    ]


def test_it_keeps_to_the_schema() -> None:
    document = junit("regress", suites())
    assert violations(document) == []
    root = ElementTree.fromstring(document)
    assert (root.get("tests"), root.get("errors"), root.get("failures")) == ("10", "4", "0")
    errors = [each.text or "" for each in root.iter("error")]
    assert any(
        "hangs \\x1b[31mhere\\x1b[0m \\x00" in each and "reproduce: make sim" in each
        for each in errors
    )
    assert any("mismatch 1: <a> & b\nmore" in each and "mismatch 2" in each for each in errors)
    assert violations(junit("sim", [])) == []


def test_every_test_is_told_apart() -> None:
    document = junit("regress", suites(("default.random",) * 3))
    assert violations(document) == []
    names = [case.get("name") for case in ElementTree.fromstring(document).iter("testcase")]
    assert names[0::5] == ["random_tests.one", "random_tests.one (2)", "random_tests.one (3)"]


CASE = '<testcase name="a" classname="b"/>'


@pytest.mark.parametrize(
    ("document", "violation"),
    [
        ('<testsuites skipped="0"/>', "testsuites: no such attribute: skipped"),
        ('<testsuites time="1e-07"/>', "testsuites: time is '1e-07'"),
        ('<testsuites><testsuite name="a" tests="1" errors="0"/></testsuites>', "failures is"),
        ("<testsuites><property name='a'/></testsuites>", "property: value is missing"),
        ("<testsuites><properties/></testsuites>", "properties in testsuites"),
        (f"<testsuites>{CASE * 2}</testsuites>", "('b', 'a') occurs twice"),
        ("<testsuites>x</testsuites>", "testsuites: text"),
        ("<testsuites><rerun/></testsuites>", "rerun: no such element"),
        ("<testcase name='a'/>", "testcase is no document"),
    ],
)
def test_violations_are_noticed(document: str, violation: str) -> None:
    assert any(violation in each for each in violations(document))
