# SPDX-License-Identifier: MIT
"""The report of a regression: the page, the terminal, and the files for tools."""

from __future__ import annotations

import dataclasses
import io
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml
from ucis.xml import validate_ucis_xml

from cocotbext.msi_its.checks.coverage import merging as coverage
from cocotbext.msi_its.report import testplan
from cocotbext.msi_its.report.console import Bucket
from cocotbext.msi_its.report.files import Regress
from cocotbext.msi_its.report.html import html
from cocotbext.msi_its.report.junit import junit, suites
from cocotbext.msi_its.report.regression import Failure, Summary
from cocotbext.msi_its.report.terminal import LISTED, closing_line, terminal
from cocotbext.msi_its.report.ucis import ucis
from cocotbext.msi_its.run.design import OWN
from cocotbext.msi_its.run.plan import Job
from cocotbext.msi_its.run.sets import SETS
from cocotbext.msi_its.run.simulators.code_coverage import (
    KINDS,
    CodeCoverage,
    Excuse,
    KindResult,
    Point,
)
from cocotbext.msi_its.run.store import Finished
from cocotbext.msi_its.vocabulary.results import COUNTS, Mismatch, TestResult
from tests.schemas import valid

PAGE = Path("build/report.html")
NASTY = """</pre><script>alert(1)</script> & "quoted" <b>"""


def test_result(name: str, passed: bool, **counts: Any) -> TestResult:
    return TestResult(name, passed, 1.5, "" if passed else f"AssertionError: {NASTY}", **counts)


test_result.__test__ = False  # type: ignore[attr-defined]


def finished(job: Job, *results: TestResult) -> Finished:
    return Finished(job, list(results), 2.0)


EVERY = [each.configuration() for each in SETS.values()]
NONE = coverage.results({}, EVERY)
FULL = {name: dict.fromkeys(point.bins, 1) for name, point in NONE.items()}
COUNTED = {"operations": 10, "messages": 7, "dropped": 2}
CODE = CodeCoverage(
    {"hdl/a.sv": {kind: KindResult(total=4, hit=4) for kind in KINDS}},
    {},
    {Point("hdl/a.sv", 3, 1, "line", "block", "3"): 4},
)
FIRST = Job("smallest", "random", 7)
SECOND = Job("odd", "random", 7)


@pytest.fixture
def sound() -> Summary:
    """Return a regression that passed, with everything covered."""
    tests = [
        finished(FIRST, test_result("random_tests.one", True, **COUNTED)),
        finished(SECOND, test_result("random_tests.one", True, **COUNTED)),
    ]
    rules = testplan.load()
    passed = {name for rule in rules.values() for name in rule.tests}
    points = coverage.results(FULL, EVERY)
    return Summary(
        seed=7,
        seeds=1,
        rtl=OWN,
        planned=2,
        interrupted=False,
        seconds=3.0,
        finished=tests,
        failures=[],
        rules=testplan.judge(rules, passed, set(), points),
        points=points,
        code=CODE,
        unread=[],
        tools={"Verilator": "5.048"},
    )


@pytest.fixture
def failed(sound: Summary) -> Summary:
    """Return one with a failure, and with gaps."""
    report = f"mismatch 1 (model) at operation 9\n  operation: {NASTY}\n  expected: x\n  got: y"
    said = tuple(Mismatch("model", 9, None, text) for text in (report, "second"))
    bad = test_result("random_tests.two", False, mismatches=2, reports=said)
    asserted = test_result("random_tests.three", False)
    failures = [
        Failure(
            SECOND,
            bad.name,
            (report, "second"),
            bad.failure,
            2,
            "failed in the same way",
            "build/regress/failed/x/dump.vcd",
            "make sim SET=odd SEED=7 WAVES=1",
            "a mismatch",
        ),
        Failure(SECOND, asserted.name, (), asserted.failure, 0, "", "", "make sim SEED=8", "?"),
    ]
    counts = {name: dict(bins) for name, bins in FULL.items()}
    counts["wait"]["s_msi / 0 cycles"] = 0
    counts["reset"][f"nothing {NASTY}"] = 2
    points = coverage.results(counts, EVERY)
    excuse = Excuse("hdl/a.sv", 5, ("toggle",), f"never: {NASTY}")
    gap = Point("hdl/a.sv", 4, 1, "line", NASTY, "4")
    code = {kind: KindResult(total=4, hit=4) for kind in KINDS}
    code["line"] = KindResult(total=4, hit=3, missing=[gap])
    stale = Excuse("hdl/a.sv", 6, ("line",), "gone")
    code["toggle"] = KindResult(total=4, hit=3, excused=1)
    return dataclasses.replace(
        sound,
        finished=[sound.finished[0], finished(SECOND, bad, asserted)],
        failures=failures,
        rules=testplan.judge(testplan.load(), set(), {"rule_tests.x"}, points),
        points=points,
        code=CodeCoverage({"hdl/a.sv": code}, {excuse: 1, stale: 0}, {gap: 0}),
    )


# ---- the verdict ---------------------------------------------------------------------------------


def test_what_passes(sound: Summary, failed: Summary) -> None:
    assert sound.passed and not failed.passed
    assert not dataclasses.replace(sound, planned=3).passed, "not everything ran"
    assert not dataclasses.replace(sound, interrupted=True).passed
    assert sound.shortfalls == []
    assert sound.bins == (651, 651) == (failed.bins[0] + 1, failed.bins[1])


def test_what_keeps_coverage_from_being_complete(failed: Summary) -> None:
    unread = dataclasses.replace(failed, unread=["x: no code coverage: y"])
    assert unread.shortfalls == [
        "x: no code coverage: y",
        "cover point wait: 44 of 45 bins; not hit: s_msi / 0 cycles",
        f"cover point reset: no such bin: nothing {NASTY}",
        "line coverage 75.00 %, below 100 %",
    ]


# ---- the page ------------------------------------------------------------------------------------

VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """A page, read: its elements are balanced; `text` in order, the attributes, the tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.parts: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open and "title" not in self.open:
            self.parts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.parts))


def in_order(text: str, *words: str) -> None:
    """Check that words occur, in this order."""
    where = 0
    for each in words:
        found = text.find(each, where)
        assert found >= 0, f"{each!r} is not in what follows {text[:where][-80:]!r}"
        where = found


def test_the_verdict_comes_first(sound: Summary, failed: Summary) -> None:
    page = Page(html(sound)).text
    assert page.split()[0] == "Passed"
    assert "Coverage is complete." in page and "What failed" not in page
    in_order(page, "Passed", "Functional coverage", "Code coverage", "Rules", "What ran")
    page = Page(html(failed)).text
    assert page.split()[:3] == ["Failed", ":", "2"] or page.strip().startswith("Failed: 2 tests")
    in_order(
        *(page, "Failed", "Coverage is not complete", "What failed", "mismatch 1 (model)"),
        *("Reproduce: make sim SET=odd SEED=7 WAVES=1", "Waveform: build/regress/failed/x/dump"),
        *("random_tests.three", "AssertionError", "Reproduce: make sim SEED=8"),
        *("What keeps coverage", "Functional coverage", "Code coverage", "Rules", "What ran"),
    )
    stopped = Page(html(dataclasses.replace(sound, planned=3, interrupted=True))).text
    in_order(stopped, "Interrupted after 2 of 3 simulations", "Functional coverage")
    assert "Passed" not in stopped


def test_the_title_says_it_too(sound: Summary, failed: Summary) -> None:
    assert "<title>passed: " in html(sound)
    assert "<title>FAILED: " in html(failed)


def test_what_the_design_or_a_log_says_is_escaped(failed: Summary) -> None:
    text = html(failed)
    assert "<script" not in text and "alert(1)" in text
    page = Page(text)
    assert page.text.count(NASTY) >= 5  # report, assertion, bin, point, excuse


def test_the_recorded_traffic_is_drawn_below_what_ran(sound: Summary) -> None:
    picture = '<svg xmlns="http://www.w3.org/2000/svg"><title>rescan</title></svg>'
    text = html(sound, [picture])
    in_order(text, "What ran", "The recorded traffic", picture)
    assert "The recorded traffic" not in html(sound)


def test_the_page_needs_nothing_else(failed: Summary) -> None:
    text = html(failed)
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in ("src", "href", "srcset")]
    assert "url(" not in text and "@import" not in text and "http" not in text
    assert ("name", "viewport") in page.attributes, "for phones"


def test_the_page_lists_every_bin_simulation_and_rule(failed: Summary) -> None:
    page = Page(html(failed)).text
    for point in failed.points.values():
        for words in (*point.bins, *point.unexpected):
            assert re.sub(r"\s+", " ", words) in page
    for rule in failed.rules:
        assert rule.rule.text in page and rule.status in page
    assert "line: 1 points not hit" in page and "hdl/a.sv:4" in page
    assert "hdl/a.sv:5 toggle: never" in page and "(1 point)" in page


def test_the_page_of_ten_thousand_simulations_is_small_and_failures_come_first(
    sound: Summary, failed: Summary
) -> None:
    """However many fail, and in whatever number of ways."""
    passes = sound.finished[0].tests
    tests = [finished(Job("smallest", "random", seed), *passes) for seed in range(10_000)]
    ways = [
        dataclasses.replace(
            failed.failures[0],
            job=Job("odd", "random", seed),
            cause=f"way {seed % 300 if seed % 2 else 0}",
            bucket=Bucket("model", "signal_msi", "R1, R2", f"DeviceID {seed % 300}", "y" * 500),
        )
        for seed in range(5_000)
    ]
    broken = [finished(each.job, test_result(each.test, False)) for each in ways]
    text = html(
        dataclasses.replace(failed, finished=[*tests, *broken], failures=ways, planned=15_000)
    )
    assert len(text.encode()) < 5_000_000
    page = Page(text).text
    in_order(page, "What failed", "failures", "2,500modelsignal_msiR1, R2DeviceID 0")
    in_order(page, "and 2499 more in the same way", "more are in result.json")
    in_order(page, "500 simulations, those that failed first; result.json has all", "FAIL")
    assert "pass" not in page[page.index("500 simulations") :]


def test_what_left_no_result_is_said(sound: Summary) -> None:
    lost = dataclasses.replace(sound, planned=3, lost=[f"task 3: {NASTY}"])
    assert not lost.passed
    page = Page(html(lost)).text
    in_order(page, "Not complete", "1 of 3 simulations left no result", f"task 3: {NASTY}")
    assert closing_line("regress", lost).endswith(", 1 simulations left no result")


# ---- the terminal --------------------------------------------------------------------------------


def test_the_terminal(sound: Summary, failed: Summary) -> None:
    text = terminal(sound, PAGE)
    assert "FAILED" not in text and "functional coverage: 651 of 651 bins (100.0 %)" in text
    assert re.search(r"^smallest, random +1 +10 +7 +2 +0 +2  none$", text, re.MULTILINE)
    text = terminal(failed, PAGE)
    assert re.search(r"^odd, random .* 2$", text, re.MULTILINE)
    in_order(
        *(text, "FAILED random_tests.two, odd, seed 7", "mismatch 1 (model)", "2 mismatches"),
        *("waveform:  build/regress/failed/x/dump.vcd", "reproduce: make sim SET=odd SEED=7"),
        *("FAILED random_tests.three", "AssertionError", "reproduce: make sim SEED=8"),
        *("functional coverage: 650 of 651 bins", "wait, 44 of 45, not hit: s_msi / 0 cycles"),
        *("reset, no such bin: nothing", "line 75.00 % (0 of 4 excused)"),
        *("toggle 100.00 % (1 of 4 excused)", "line, not hit: hdl/a.sv:4"),
        "excuses that excuse nothing: take them out: hdl/a.sv:6 gone",
    )


def test_long_lists_are_cut_on_the_terminal_and_it_says_so(sound: Summary) -> None:
    none = dataclasses.replace(sound, points=NONE)
    bins = len(none.points["wait"].bins)
    assert f"; {bins - LISTED} more in the report" in terminal(none, PAGE)


def test_bins_that_need_more_seeds_are_no_verdict_on_a_rule(sound: Summary) -> None:
    counts = {name: dict(bins) for name, bins in FULL.items()}
    counts["wait"]["s_msi / 0 cycles"] = 0
    points = coverage.results(counts, EVERY)
    rules = testplan.load()
    passed = {name for rule in rules.values() for name in rule.tests}
    few = dataclasses.replace(
        sound, points=points, rules=testplan.judge(rules, passed, set(), points)
    )
    assert few.passed and few.shortfalls
    words = terminal(few, PAGE)
    shown = sum(each.status == "passed" for each in sound.rules)
    assert f"rules of the specification: {shown} of {len(rules)} passed\n" in words
    names = [name for name, rule in rules.items() if "wait" in rule.cover]
    assert names and f"with bins not hit by 1 seed: {', '.join(names)}" in words
    assert "not covered" not in words and "not covered" not in html(few)
    assert "not all bins hit by 1 seed: wait" in html(few)
    assert Regress.of(few).rules_not_covered == dict.fromkeys(names, ("wait",))


def test_closing_lines(sound: Summary, failed: Summary) -> None:
    assert closing_line("regress", sound) == (
        "regress: 2 simulations, 20 operations, 14 messages compared, 4 dropped, 0 mismatches, "
        "profile e08751800"
    )
    assert closing_line("coverage", failed).endswith(
        "2 mismatches, profile e08751800, 2 tests FAILED"
    )


# ---- files for tools -----------------------------------------------------------------------------


def test_the_machine_readable_result(failed: Summary, tmp_path: Path) -> None:
    Regress.of(failed).write(tmp_path / "result.json")
    result = valid(tmp_path / "result.json")
    assert result["passed"] is False and result["seed"] == 7
    assert result["tools"] == {"Verilator": "5.048"}
    for name in COUNTS:
        assert result[name] == sum(each[name] for each in result["simulations"])
    good, bad = result["simulations"]
    assert good["parameters"]["COUNTER_WIDTH"] == 4 and good["passed"] is True
    assert bad["failed"] == ["random_tests.two", "random_tests.three"]
    assert (bad["set"], bad["tests"], bad["seed"]) == ("odd", "random", 7)
    assert [each["command"] for each in result["failures"]] == [
        "make sim SET=odd SEED=7 WAVES=1",
        "make sim SEED=8",
    ]
    assert result["functional_coverage"]["wait"]["bins"]["s_msi / 0 cycles"] == 0
    assert result["code_coverage"]["line"]["percent"] == 75.0
    assert result["shortfalls"] == failed.shortfalls


def test_junit(failed: Summary) -> None:
    document = JUnitXml.fromstring(junit("regress", suites(failed)).encode())
    assert isinstance(document, JUnitXml)
    assert document.tests == 3
    assert document.failures + document.errors == 2
    assert {case.classname for suite in document for case in suite} == {
        *("smallest.random.seed7", "odd.random.seed7")
    }
    assert document.time == pytest.approx(4.5)
    cases = {(suite.name, case.name): case for suite in document for case in suite}
    assert set(cases) == {
        ("smallest-random-7", "random_tests.one"),
        ("odd-random-7", "random_tests.two"),
        ("odd-random-7", "random_tests.three"),
    }
    assert cases["smallest-random-7", "random_tests.one"].is_passed
    (result,) = cases["odd-random-7", "random_tests.two"].result
    assert result.message == "mismatch 1 (model) at operation 9"
    assert NASTY in result.text and "second" in result.text
    assert "reproduce: make sim SET=odd SEED=7 WAVES=1" in result.text
    (result,) = cases["odd-random-7", "random_tests.three"].result
    assert NASTY in result.text and "reproduce: make sim SEED=8" in result.text


def test_ucis(sound: Summary, failed: Summary) -> None:
    for each, status in ((sound, "true"), (failed, "false")):
        text = ucis(each)
        validate_ucis_xml(io.StringIO(text))
        root = ElementTree.fromstring(text)
        node = next(item for item in root.iter() if item.tag.endswith("historyNodes"))
        assert node.get("testStatus") == status
        counted = {
            point.get("name"): [
                int(item.get("coverageCount") or 0)
                for item in point.iter()
                if item.tag.endswith("contents")
            ]
            for point in root.iter()
            if point.tag.endswith("coverpoint")
        }
        assert counted == {name: list(point.bins.values()) for name, point in each.points.items()}
