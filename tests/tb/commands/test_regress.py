# SPDX-License-Identifier: MIT
"""`make regress`, with small programs in the place of Verilator and the simulations."""

from __future__ import annotations

import errno
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

from cocotbext.msi_its.checks.coverage import merging as coverage
from cocotbext.msi_its.commands import main as command_line
from cocotbext.msi_its.commands import regress
from cocotbext.msi_its.commands.regress import RegressError
from cocotbext.msi_its.run import fingerprint
from cocotbext.msi_its.run import launcher as processes
from cocotbext.msi_its.run import simulation as simulator
from cocotbext.msi_its.run.build import Flavour, SimulationError
from cocotbext.msi_its.run.design import OWN, Elaborated, Rtl, RtlError
from cocotbext.msi_its.run.plan import Job
from cocotbext.msi_its.run.sets import EVERYTHING, SETS, Only
from cocotbext.msi_its.run.simulators import code_coverage
from cocotbext.msi_its.run.store import Store
from cocotbext.msi_its.vocabulary.operations import CONFIGURATION
from cocotbext.msi_its.vocabulary.results import COUNTS, TestResult
from msi_its_model import DEFAULT_PROFILE, PROFILES
from tests.tb.commands.regression import ALL, SEED, Regression
from tests.tb.run.project import Project


@pytest.fixture
def regression(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Regression:
    return Regression(Project(tmp_path, monkeypatch), monkeypatch)


@pytest.fixture
def signals() -> Iterator[None]:
    """Catch signals as the command line does, for the time of a test."""
    before = {each: signal.getsignal(each) for each in processes.SIGNALS}
    for each in before:
        signal.signal(each, signal.SIG_DFL)  # in the background, a shell has SIGINT ignored
    processes.catch_signals()
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


# ---- what runs ----------------------------------------------------------------------------------


def test_a_regression_that_passes(
    regression: Regression, capsys: pytest.CaptureFixture[str]
) -> None:
    assert regression.run() == 0
    assert sorted(regression.log()) == sorted(ALL)
    assert len(regression.log("build coverage")) == 3, "one for each parameter set"
    assert regression.log("simulate waves") == []
    result = regression.json()
    assert result["passed"] is True and result["interrupted"] is False
    assert result["planned"] == result["finished"] == 7
    assert result["seed"] == SEED and result["seeds"] == 2 and result["failures"] == []
    assert regression.passed() == dict.fromkeys(ALL, True)
    for each in result["simulations"]:
        assert (
            each["parameters"]["ROUTES"] == {"smallest": 1, "odd": 2048, "traces": 64}[each["set"]]
        )
    output = capsys.readouterr().out.splitlines()
    assert output[0] == "seed 5, 2 seeds, 7 simulations"
    assert sum(line.startswith("[") for line in output) == 7
    assert output[-1].startswith("regress: 7 simulations, ") and "FAILED" not in output[-1]


def test_the_whole_is_the_sum_of_its_parts(regression: Regression) -> None:
    regression.run()
    result = regression.json()
    modules = {"traces": 1, "smallest": 2, "odd": 2}
    expected = sum(
        21 * (modules[each["set"]] if each["tests"] == "directed" else 1)
        for each in result["simulations"]
    )
    assert result["operations"] == expected
    for name in COUNTS:
        assert result[name] == sum(each[name] for each in result["simulations"])
    finished = [
        json.loads(file.read_text()) for file in regression.results.glob("runs/*/finished.json")
    ]
    tests = [test for each in finished for test in each["tests"]]
    hits = sum(test["coverage"]["wait"]["s_msi / 0 cycles"] for test in tests)
    assert result["functional_coverage"]["wait"]["bins"]["s_msi / 0 cycles"] == hits
    assert hits == 5 * len(tests) // 2
    assert "DA:1,21\n" in regression.text("coverage.info"), "3 times in each of 7 simulations"
    assert result["code_coverage"]["line"]["hit"] == result["code_coverage"]["line"]["total"] == 1


def test_what_is_kept_is_small(regression: Regression) -> None:
    regression.run()
    kept = {path.name for path in (regression.results / "runs/odd-random-5").iterdir()}
    assert {"finished.json", "code.gz", "simulation.log"} <= kept
    assert not kept & {"msi_translator", "coverage.dat", "finished.new"}


# ---- what goes wrong hides nothing else ---------------------------------------------------------


def test_a_failure_a_crash_and_a_hang_hide_nothing(
    regression: Regression, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(simulator, "STALL_SECONDS", 1)
    regression.behaves(
        smallest_random_5={"one": "fail"},
        odd_random_5={"two": "crash"},
        smallest_random_6={"one": "hang"},
    )
    assert regression.run() == 1
    assert len(regression.log()) == 7
    bad = {"smallest-random-5", "odd-random-5", "smallest-random-6"}
    assert {name for name, passed in regression.passed().items() if not passed} == bad
    result = regression.json()
    assert result["passed"] is False and result["finished"] == 7
    failures = {
        (each["job"]["set"], each["job"]["seed"], each["test"]): each for each in result["failures"]
    }
    failed = failures["smallest", 5, "random_tests.one"]
    assert failed["reports"][0].startswith("mismatch 1 (model)") and failed["mismatches"] == 2
    crashed = failures["odd", 5, "random_tests.two"]
    assert "ended early" in crashed["failure"] and "Segmentation" in crashed["failure"]
    hung = failures["smallest", 6, "random_tests.one"]
    assert "hangs" in hung["failure"]
    output = capsys.readouterr().out
    for test, set_, seed in (("one", "smallest", 5), ("two", "odd", 5), ("one", "smallest", 6)):
        assert f"FAILED random_tests.{test}, {set_}, seed {seed}" in output
    assert output.splitlines()[-1].endswith(f"{len(failures)} tests FAILED")
    document = JUnitXml.fromfile(str(regression.results / "junit.xml"))
    assert document.failures + document.errors == len(failures)
    # What had finished before the crash counts.
    assert result["operations"] > 0
    before = next(
        each
        for each in result["simulations"]
        if each["seed"] == 5 and each["set"] == "odd" and each["tests"] == "random"
    )
    assert before["operations"] == 10 and before["failed"] == ["random_tests.two"]


def test_a_set_that_does_not_build_hides_nothing(regression: Regression) -> None:
    regression.behaves(build=2048, smallest_random_6={"two": "fail"})
    assert regression.run() == 1
    passed = regression.passed()
    assert {name for name, ok in passed.items() if not ok} == {
        *("odd-directed-5", "odd-random-5", "odd-random-6", "smallest-random-6")
    }
    failures = regression.json()["failures"]
    said = [each["failure"] for each in failures if each["job"]["set"] == "odd"]
    assert len(said) == 3 and all("does not build" in each for each in said)
    assert any("a syntax" in each for each in said)
    shortfalls = regression.json()["shortfalls"]
    assert any("odd-random-5: no code coverage" in each for each in shortfalls)
    JUnitXml.fromfile(str(regression.results / "junit.xml"))


def test_a_simulation_whose_results_cannot_be_read_hides_nothing(regression: Regression) -> None:
    regression.behaves(odd_random_5={"one": "damage"})
    assert regression.run() == 1
    assert [name for name, passed in regression.passed().items() if not passed] == ["odd-random-5"]


def test_coverage_that_cannot_be_read_is_said(regression: Regression) -> None:
    regression.behaves(odd_random_5={"dat": "# SystemC::Coverage-3\nC 'x' 1\n"})
    assert regression.run() == 0
    unread = [each for each in regression.json()["shortfalls"] if "no code coverage" in each]
    assert len(unread) == 1 and unread[0].startswith("odd-random-5: ")
    assert "DA:1,18\n" in regression.text("coverage.info"), "that of the other six"


@pytest.mark.parametrize("file", ["hdl/a.sv", "hdl/check.svh"])
def test_a_bad_excuse_is_found_before_anything_runs(
    regression: Regression,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    file: str,
) -> None:
    includes(regression, monkeypatch)
    (regression.root / file).write_text("wire a; // excused lines: typing error\n")
    monkeypatch.setattr(sys, "argv", ["tb", "regress", "--seeds", "1"])
    monkeypatch.setattr(command_line, "catch_signals", lambda: None)
    assert command_line.main() == 2
    assert f"error: {file}:1: no kind of coverage: lines" in capsys.readouterr().err
    assert regression.log() == []


def includes(regression: Regression, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the design include a file; return it."""
    header = regression.root / "hdl/check.svh"
    header.write_text("")
    listed = regression.root / "hdl/a.sv"
    found = Elaborated(frozenset(), {}, (listed, header), (), False)
    monkeypatch.setattr(Rtl, "elaborate", lambda rtl, parameters=None: found)
    return header


def test_what_is_included_counts(regression: Regression, monkeypatch: pytest.MonkeyPatch) -> None:
    header = includes(regression, monkeypatch)
    point = f"C '\1f\2{header}\1l\0027\1n\0021\1page\2v_branch/a\1o\2if\1h\2a'"
    regression.behaves(odd_random_5={"dat": f"# SystemC::Coverage-3\n{point} 0\n"})
    assert regression.run(gate=True) == 1
    found = regression.json()["code_coverage"]["branch"]
    assert found["missing"] == ["hdl/check.svh:7 if"] and found["total"] == 1
    assert "branch coverage 0.00 %, below 100 %" in regression.json()["shortfalls"]
    assert "hdl/check.svh" in regression.text("report.html")


def test_rtl_that_no_longer_elaborates_at_the_end_loses_nothing(
    regression: Regression, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(*_: object) -> None:
        raise RtlError("a syntax error")

    code = code_coverage.code_coverage

    def count(counts: dict[Any, int], sources: Iterable[Path], root: Path) -> Any:
        if counts:
            monkeypatch.setattr(Rtl, "elaborate", changed)
            OWN.files_read()
        return code(counts, sources, root)

    monkeypatch.setattr(code_coverage, "code_coverage", count)
    with pytest.raises(RtlError, match="a syntax error"):
        regression.run()
    assert regression.passed() == dict.fromkeys(ALL, True)
    assert any("the RTL has changed" in each for each in regression.json()["shortfalls"])
    assert "DA:1,21\n" in regression.text("coverage.info")


# ---- again, with waves --------------------------------------------------------------------------


def parsed(words: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what the command line makes of a line of make, as the Makefile hands it over."""
    make, command, *variables = shlex.split(words)
    assert make == "make"
    flags = []
    for variable in variables:
        name, _, value = variable.partition("=")
        flags += ["--waves"] if name == "WAVES" else [f"--{name.lower()}", value]
    seen: list[Any] = []

    def run(*arguments: Any, **more: Any) -> int:
        seen.extend(arguments)
        return 0

    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["tb", command, *flags])
        patch.setattr(command_line, "catch_signals", lambda: None)
        patch.setattr("cocotbext.msi_its.commands.sim.sim", run)
        patch.setattr("cocotbext.msi_its.commands.regress.regress", run)
        assert command_line.main() == 0
    return command, *seen


REAL = "rule_tests.r2_own_rid_with_an_inverted_range"


def test_a_failure_is_run_again_with_waves(
    regression: Regression, capsys: pytest.CaptureFixture[str]
) -> None:
    regression.behaves(
        odd_random_6={"one": "fail"}, again={"odd-random-6-random_tests.one": {"one": "fail"}}
    )
    assert regression.run() == 1
    assert regression.log("simulate waves") == ["odd-random-6-random_tests.one"]
    (failure,) = regression.json()["failures"]
    assert failure["again"] == "failed in the same way when run again alone"
    waves = "build/regress/failed/odd-random-6-random_tests.one/dump.vcd"
    assert failure["waves"] == waves and (regression.root / waves).is_file()
    assert failure["command"] == "make sim SET=odd TEST=random_tests.one SEED=6 WAVES=1 SVA=0"
    output = capsys.readouterr().out
    for words in (failure["reports"][0], waves, failure["command"]):
        assert words in output
        assert words in regression.text("report.html").replace("&lt;", "<").replace(
            "&gt;", ">"
        ).replace("&amp;", "&")
    junit = JUnitXml.fromfile(str(regression.results / "junit.xml"))
    texts = [result.text for suite in junit for case in suite for result in case.result]
    assert len(texts) == 1
    assert failure["command"] in texts[0] and failure["reports"][0] in texts[0]


@pytest.mark.parametrize(
    ("first", "then", "again"),
    [
        ("crash", "crash", "failed in the same way when run again alone"),
        ("hang", "hang", "failed in the same way when run again alone"),
        ("fail", "pass", "passed when run again alone"),
        ("fail", "assert", "failed otherwise when run again alone: AssertionError"),
        ("assert", "crash", "failed otherwise when run again alone: the simulation ended early"),
    ],
)
def test_what_came_of_it(
    regression: Regression, monkeypatch: pytest.MonkeyPatch, first: str, then: str, again: str
) -> None:
    monkeypatch.setattr(simulator, "STALL_SECONDS", 1)
    regression.behaves(
        smallest_random_5={"two": first},
        again={"smallest-random-5-random_tests.two": {"two": then}},
    )
    assert regression.run(seeds=1) == 1
    (failure,) = regression.json()["failures"]
    assert failure["again"].startswith(again)
    if then == "pass":
        assert failure["command"] == "make regress SET=smallest SEED=5 SEEDS=1 SVA=0"
    else:
        test = "TEST=random_tests.two SEED=5 WAVES=1 SVA=0"
        assert failure["command"] == f"make sim SET=smallest {test}"


def test_a_rerun_that_does_not_build_is_said(
    regression: Regression, monkeypatch: pytest.MonkeyPatch
) -> None:
    regression.behaves(smallest_random_5={"two": "fail"})
    kept = simulator.simulate

    def simulate(*each: Any, **more: Any) -> Any:
        if more["flavour"] is Flavour.WAVES:
            raise SimulationError("the RTL does not build")
        return kept(*each, **more)

    monkeypatch.setattr(regress, "simulate", simulate)
    assert regression.run(seeds=1) == 1
    (failure,) = regression.json()["failures"]
    assert failure["again"] == "could not be run again: the RTL does not build"
    assert failure["waves"] == ""


def test_one_cause_is_explained_once_and_run_again_once(
    regression: Regression, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(regress, "RERUNS", 2)
    fails = {"one": "fail", "two": "fail"}
    regression.behaves(
        build=2048,
        smallest_directed_5={"one": "fail", "says": "line 7"},
        smallest_random_5=fails | {"says": "line 8"},
        smallest_random_6=fails | {"says": "a message"},
    )
    assert regression.run() == 1
    failures = regression.json()["failures"]
    tests = [each for each in failures if "." in each["test"]]
    assert len(tests) == 6 and len(failures) == 9, "three could not be built"
    again = [(each["job"]["seed"], each["test"]) for each in tests if each["again"]]
    first = tests[0]
    assert again == [(5, first["test"]), (6, "random_tests.one")]
    assert len(regression.log("simulate waves")) == 2
    assert all(each["command"] for each in failures)
    assert len({each["cause"] for each in failures}) == 3
    page = regression.text("report.html")
    assert page.count('<section class="card">\n  <h3>') == 3
    assert all(each["command"] in page.replace("&#39;", "'") for each in failures)
    output = capsys.readouterr().out
    assert output.count("\nFAILED ") == 3 and "failures like this one:" in output
    assert output.splitlines()[-1].endswith("9 tests FAILED")


def test_the_line_that_reproduces_it_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Rtl("my rtl/list.f", "top")
    for kind, set_, name in (
        ("directed", "default", REAL),
        ("random", "largest", "random_tests.anything_goes"),
        ("recorded", "traces", "trace_tests.replay_basic-routes_stalled"),
    ):
        job = Job(set_, kind, 7)
        line = regress._failure(job, TestResult(name, False), own, "failed", "").command
        command, seed, waves, rtl, chosen, *_ = parsed(line, monkeypatch)
        assert (command, seed, waves, rtl) == ("sim", 7, True, own)
        assert (chosen.set, chosen.test) == (set_, name)
        line = regress._failure(job, TestResult(name, False), OWN, "passed", "").command
        command, seed, seeds, *rest = parsed(line, monkeypatch)
        assert (command, seed, seeds) == ("regress", 7, 1)
        assert rest == [None, False, OWN, False, Only(set_), False, None, regress.Farm()]
        job = Job(set_, kind, 7, profile="08ec11066")
        line = regress._failure(job, TestResult(name, False), OWN, "passed", "").command
        assert parsed(line, monkeypatch)[-2] is PROFILES["08ec11066"]


def test_seeds_stay_within_what_can_be_reproduced(regression: Regression) -> None:
    with pytest.raises(RegressError, match="SEED=2147483647 SEEDS=2"):
        regression.regress(2**31 - 1, 2, 1, False, OWN, False)
    assert regression.log() == []
    assert regression.regress(2**31 - 1, 1, 1, False, OWN, False) == 0


# ---- interrupted, and resumed -------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_keeps_what_finished(
    regression: Regression,
    signals: None,
    number: signal.Signals,
    capsys: pytest.CaptureFixture[str],
) -> None:
    regression.behaves(
        odd_random_5={"one": "fail"}, odd_random_6={"two": "interrupt", "signal": number.name}
    )
    assert regression.run(jobs=1) == 128 + number  # the one that fails has finished by then
    captured = capsys.readouterr()
    assert "interrupted" in captured.err and "RESUME=1" in captured.err
    assert regression.log("simulate waves") == []
    result = regression.json()
    assert result["passed"] is False and result["interrupted"] is True
    passed = regression.passed()
    assert 5 <= len(passed) == result["finished"] < result["planned"] == 7
    assert "odd-random-6" not in passed
    (failure,) = result["failures"]
    assert failure["test"] == "random_tests.one" and failure["job"]["set"] == "odd"
    html = regression.text("report.html")
    assert "Interrupted" in html and failure["command"] in html
    JUnitXml.fromfile(str(regression.results / "junit.xml"))

    ran = regression.log()
    regression.behaves()
    for each in processes.SIGNALS:
        signal.signal(each, signal.SIG_DFL)
    assert regression.run(resume=True) == 1, "the failed one is kept as well"
    again = regression.log()[len(ran) :]
    assert sorted(again) == sorted(set(ALL) - set(passed))
    result = regression.json()
    assert result["finished"] == 7 and result["interrupted"] is False
    assert result["seed"] == SEED and result["seeds"] == 2


def test_an_interruption_while_failures_are_run_again_is_no_pass(
    regression: Regression, signals: None
) -> None:
    again = {"smallest-random-5-random_tests.one": {"one": "interrupt", "signal": "SIGTERM"}}
    regression.behaves(smallest_random_5={"one": "fail"}, again=again)
    assert regression.run() == 143
    result = regression.json()
    assert result["finished"] == 7
    assert result["passed"] is False and result["interrupted"] is True
    assert [each["test"] for each in result["failures"]] == ["random_tests.one"]
    html = regression.text("report.html")
    assert "Passed" not in html and "mismatch 1 (model)" in html


def test_resuming_what_is_complete_runs_nothing(regression: Regression) -> None:
    assert regression.run() == 0
    first = regression.json()
    count = len(regression.log())
    assert regression.run(resume=True) == 0
    assert len(regression.log()) == count
    for name in (*COUNTS, "simulations", "functional_coverage", "code_coverage", "rules"):
        assert regression.json()[name] == first[name]


def test_starting_anew_forgets_the_one_before(regression: Regression) -> None:
    regression.run(seeds=2)
    regression.run(seeds=1)
    assert len(regression.json()["simulations"]) == 5
    assert not (regression.results / "runs/odd-random-6").exists()


def test_a_job_that_did_not_finish_is_run_again(regression: Regression) -> None:
    regression.run(seeds=1)
    for name, text in (("odd-random-5", '{"tests": ['), ("smallest-random-5", "{}")):
        (regression.results / "runs" / name / "finished.json").write_text(text)
    count = len(regression.log())
    assert regression.run(resume=True) == 0
    assert sorted(regression.log()[count:]) == ["odd-random-5", "smallest-random-5"]


def test_nothing_to_resume(regression: Regression) -> None:
    with pytest.raises(RegressError, match=r"RESUME=1: there is no regression"):
        regression.run(resume=True)
    regression.plan()
    (regression.results / "plan.json").write_text("[]")
    with pytest.raises(RegressError, match=r"RESUME=1: there is no regression"):
        regression.run(resume=True)


def test_other_seeds_cannot_be_resumed(regression: Regression) -> None:
    regression.plan()
    for seed, seeds in ((6, None), (None, 2)):
        with pytest.raises(RegressError, match=r"goes on with SEED=5 SEEDS=1 .* leave RESUME out"):
            regression.regress(seed, seeds, 1, True, OWN, False)
    with pytest.raises(RegressError, match=r"RTL=hdl/translator\.f TOP=msi_translator"):
        regression.plan(resume=True, rtl=Rtl("hdl/translator.f", "another"))
    store = regress._store(regression.results, SEED, 1, True, OWN)
    assert store.plan == regression.plan(resume=True).plan


@pytest.mark.parametrize(
    "change",
    ["hdl/a.sv", "hdl/translator.f", "tb/a.py", "tests/rtl/a.py", "models/a.py"],
)
def test_nothing_is_resumed_after_a_change(regression: Regression, change: str) -> None:
    for folder in ("tb", "tests/rtl", "models"):
        (regression.root / folder).mkdir(parents=True)
    (regression.root / "hdl/translator.f").write_text("a.sv\n")
    regression.plan()
    file = regression.root / change
    file.write_text("+define+A=2\na.sv\n" if change.endswith(".f") else "changed")
    with pytest.raises(RegressError, match=r"has changed since.*leave RESUME out"):
        regression.plan(resume=True)


def test_nothing_is_resumed_after_a_change_of_tools_or_traces(
    regression: Regression, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = regression.root / "tests/traces/trace.jsonl"
    trace.parent.mkdir(parents=True)
    trace.write_text("one")
    regression.plan()
    regression.plan(resume=True)
    with monkeypatch.context() as patch:
        patch.setattr(fingerprint, "tools", lambda: "others")
        with pytest.raises(RegressError, match="has changed since"):
            regression.plan(resume=True)
    trace.write_text("another")
    with pytest.raises(RegressError, match="has changed since"):
        regression.plan(resume=True)


# ---- a part of it -------------------------------------------------------------------------------

PARTS = [
    (Only("odd"), "SET=odd", ["odd-directed-5", "odd-random-5", "odd-random-6"], 8),
    (Only("traces"), "SET=traces", ["traces-recorded-5"], 2),
    (
        Only("", "hardware_tests.two"),
        "TEST=hardware_tests.two",
        ["smallest-directed-5", "odd-directed-5"],
        2,
    ),
    (
        Only("odd", "random_tests.one"),
        "SET=odd TEST=random_tests.one",
        ["odd-random-5", "odd-random-6"],
        2,
    ),
]


@pytest.mark.parametrize(("only", "words", "ran", "tests"), PARTS)
def test_only_a_part(
    regression: Regression,
    capsys: pytest.CaptureFixture[str],
    only: Only,
    words: str,
    ran: list[str],
    tests: int,
) -> None:
    assert regression.run(only=only) == 0
    assert sorted(regression.log()) == sorted(ran)
    result = regression.json()
    assert result["part"] == words and result["planned"] == len(ran) and result["passed"] is True
    assert JUnitXml.fromfile(str(regression.results / "junit.xml")).tests == tests
    assert capsys.readouterr().out.splitlines()[-1].endswith(f"; only a part: {words}")
    assert f"only a part: {words}" in regression.text("report.html")
    # The gate is none for a part, whether it is new or one to go on with.
    for resume in (False, True):
        with pytest.raises(RegressError, match="a part of the tests cannot cover everything"):
            regression.run(gate=True, resume=resume, only=EVERYTHING if resume else only)
    assert regression.json() == result, "nothing was lost by asking"


def test_a_part_is_remembered(regression: Regression, capsys: pytest.CaptureFixture[str]) -> None:
    regression.run(only=Only("odd"))
    shutil.rmtree(regression.results / "runs/odd-random-6")
    assert regression.run(resume=True) == 0
    assert regression.log()[3:] == ["odd-random-6"]
    assert regression.json()["part"] == "SET=odd"
    assert regression.run(resume=True, only=Only("odd")) == 0
    said = r"goes on with SEED=5 SEEDS=2 PROFILE=e08751800 SET=odd .* no others"
    with pytest.raises(RegressError, match=said):
        regression.run(resume=True, only=Only("smallest"))


def test_a_profile_is_remembered(
    regression: Regression, capsys: pytest.CaptureFixture[str]
) -> None:
    today = PROFILES["08ec11066"]
    regression.run(only=Only("odd"), profile=today)
    assert regression.json()["profile"] == "08ec11066"
    parameters = [each["parameters"] for each in regression.json()["simulations"]]
    assert {each["CHECK_DEFAULT_RID"] for each in parameters} == {1}
    assert ", profile 08ec11066; only a part" in capsys.readouterr().out
    suites = JUnitXml.fromfile(str(regression.results / "junit.xml"))
    properties = [{each.name: each.value for each in suite.properties()} for suite in suites]
    assert {each["profile"] for each in properties} == {"08ec11066"}
    shutil.rmtree(regression.results / "runs/odd-random-6")
    assert regression.run(resume=True) == 0
    assert regression.run(resume=True, profile=today) == 0
    with pytest.raises(RegressError, match=r"goes on with .* PROFILE=08ec11066 SET=odd"):
        regression.run(resume=True, profile=DEFAULT_PROFILE)


def test_what_failed_runs_again(regression: Regression, capsys: pytest.CaptureFixture[str]) -> None:
    regression.behaves(smallest_directed_5={"one": "fail"}, odd_random_6={"two": "crash"})
    assert regression.run() == 1
    count = len(regression.log())
    regression.behaves(odd_random_6={"two": "fail"})
    assert regression.run(failed=True) == 1
    assert sorted(regression.log()[count:]) == ["odd-random-6", "smallest-directed-5"]
    assert regression.json()["part"] == "FAILED=1"
    assert regression.json()["seed"] == SEED and regression.json()["planned"] == 2
    assert capsys.readouterr().out.splitlines()[-1].endswith("FAILED; only a part: FAILED=1")
    # And what of that failed; with a change of the RTL between, which is what it is for.
    (regression.root / "hdl/a.sv").write_text("mended")
    regression.behaves()
    assert regression.run(failed=True) == 0
    assert regression.log()[count + 2 :] == ["odd-random-6"]
    result = regression.json()
    with pytest.raises(RegressError, match=r"nothing failed .* \(1 of 1 simulations"):
        regression.run(failed=True)
    assert regression.json() == result


def test_there_is_nothing_that_failed(regression: Regression) -> None:
    with pytest.raises(RegressError, match="FAILED=1: there is no regression to look at"):
        regression.run(failed=True)
    regression.plan()
    with pytest.raises(RegressError, match=r"nothing failed .* \(0 of 5 simulations"):
        regression.run(failed=True)
    with pytest.raises(RegressError, match="give one of them"):
        regression.run(failed=True, resume=True)
    with pytest.raises(RegressError, match="FAILED=1 goes on with SEED=5 SEEDS=1"):
        regression.regress(6, None, 1, False, OWN, False, EVERYTHING, True)


# ---- two attempts, kills, a full disk -----------------------------------------------------------


def test_the_first_of_two_attempts_stays(regression: Regression) -> None:
    regression.run(seeds=1)
    store = regression.plan(resume=True)
    job = store.plan.jobs[0]
    kept = (store.of(job) / "finished.json").read_text()
    late = regression.results / "attempts/late" / job.name
    late.mkdir(parents=True)
    finished = store.keep(late, job, [TestResult("late", False)], 1.0)
    assert finished == store.kept(job) and not finished.failed
    assert (store.of(job) / "finished.json").read_text() == kept


def test_what_is_said_names_the_folder_that_stays(regression: Regression) -> None:
    regression.behaves(odd_random_5={"one": "crash"})
    assert regression.run(seeds=1) == 1
    (failure,) = regression.json()["failures"]
    assert "runs/odd-random-5/simulation.log" in failure["failure"]
    assert "attempts" not in (regression.results / "result.json").read_text()
    assert not list(regression.results.glob("attempts/*"))


def test_no_half_of_a_result_passes_for_it(regression: Regression) -> None:
    regression.run(seeds=1)
    store = regression.plan(resume=True)
    job = store.plan.jobs[0]
    file = store.of(job) / "finished.json"
    text = file.read_text()
    for length in range(len(text)):
        file.write_text(text[:length])
        assert store.kept(job) is None
    for damaged in ("[]", "null", '{"tests": []}', '{"tests": [{}]}'):
        file.write_text(damaged)
        assert store.kept(job) is None
    file.write_text(text)
    assert store.kept(job) is not None
    plan_file = regression.results / "plan.json"
    text = plan_file.read_text()
    for length in range(len(text)):
        plan_file.write_text(text[:length])
        with pytest.raises(RegressError, match="there is no regression to go on with"):
            regression.plan(resume=True)


def test_a_kill_loses_only_what_runs(regression: Regression) -> None:
    regression.behaves(odd_random_5={"one": "interrupt", "signal": "SIGKILL"})
    child = os.fork()
    if child == 0:
        try:
            regression.run(seeds=1, jobs=1)
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    ran = regression.log()
    assert ran[-1] == "odd-random-5"
    regression.behaves()
    assert regression.run(seeds=1, resume=True) == 0
    assert regression.log()[len(ran) :] == ["odd-random-5"]
    assert regression.json()["finished"] == 5 and regression.json()["passed"] is True


def full(*_: object, **__: object) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a file")


@pytest.mark.parametrize(
    "where", ["the simulation", "the counts", "the folder", "the results", "free space"]
)
def test_a_full_disk_is_no_failure_of_a_test(
    regression: Regression, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    with monkeypatch.context() as patch:
        if where == "the simulation":
            regression.behaves(odd_random_5={"one": "full"})
        elif where == "the counts":
            patch.setattr("gzip.compress", full)
        elif where == "the folder":
            patch.setattr("tempfile.mkdtemp", full)
        elif where == "the results":
            patch.setattr(Store, "keep", full)
        else:
            regression.behaves(odd_random_5={"one": "fail"})
            patch.setattr("cocotbext.msi_its.run.disk.FREE_BYTES", 1 << 80)
        said = r"the disk is full .*No space left.* [0-5] of 5 simulations .* RESUME=1 goes on"
        with pytest.raises(RegressError, match=said):
            regression.run(seeds=1)
    ran = set(regression.log())
    kept = {path.parent.name for path in regression.results.glob("runs/*/finished.json")}
    regression.behaves()
    count = len(regression.log())
    assert regression.run(resume=True) == 0
    assert set(regression.log()[count:]) == {*ALL[:5]} - kept
    assert ran - kept <= set(regression.log()[count:])
    assert not list(regression.results.glob("attempts/*"))


def test_a_full_disk_before_anything_ran_keeps_the_one_before(
    regression: Regression, monkeypatch: pytest.MonkeyPatch
) -> None:
    regression.run(seeds=1)
    before = regression.json()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="No space left"):
            regression.run(seeds=1)
    assert regression.json() == before and regression.run(resume=True) == 0


# ---- the gate -----------------------------------------------------------------------------------


def test_the_gate_fails_where_coverage_is_not_complete(
    regression: Regression, capsys: pytest.CaptureFixture[str]
) -> None:
    assert regression.run(seeds=1) == 0
    assert "coverage is not complete" not in capsys.readouterr().out
    assert regression.run(gate=True, resume=True) == 1
    output = capsys.readouterr().out
    assert "coverage is not complete" in output
    assert "cover point operation: 0 of" in output
    assert output.splitlines()[-1].startswith("coverage: ")


def test_the_gate_passes_where_it_is(
    regression: Regression, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets = [SETS[name].configuration() for name in ("smallest", "odd")]
    asked = coverage.results({}, [CONFIGURATION, *sets])
    full = {name: dict.fromkeys(point.bins, 1) for name, point in asked.items()}
    monkeypatch.setattr(code_coverage.CodeCoverage, "shortfalls", [])
    monkeypatch.setattr(coverage, "merge", lambda runs: full)
    assert regression.run(seeds=1, gate=True) == 0
    full["wait"]["s_msi / -1 cycles"] = 1
    assert regression.run(gate=True, resume=True) == 1, "a bin that there is not"
    del full["wait"]["s_msi / -1 cycles"]
    regression.behaves(odd_random_5={"one": "fail"})
    assert regression.run(seeds=1, gate=True) == 1, "covered, but failed"


def test_a_bin_that_there_is_not_is_reported(
    regression: Regression, capsys: pytest.CaptureFixture[str]
) -> None:
    regression.behaves(odd_random_5={"bins": {"s_msi / -1 cycles": 1}})
    regression.run(seeds=1)
    result = regression.json()
    assert result["functional_coverage"]["wait"]["unexpected"] == {"s_msi / -1 cycles": 2}
    assert any("no such bin: s_msi / -1 cycles" in each for each in result["shortfalls"])
    assert "wait, no such bin: s_msi / -1 cycles" in capsys.readouterr().out
    assert "no such bin: s_msi / -1 cycles" in regression.text("report.html")


# ---- files --------------------------------------------------------------------------------------


def test_a_report_survives_any_text(regression: Regression) -> None:
    """A log's end may hold anything: colours, NUL, tags."""
    regression.behaves(odd_random_5={"one": "crash"}, build=1)
    assert regression.run(seeds=1) == 1
    for name in ("junit.xml", "coverage.xml"):
        ElementTree.parse(regression.results / name)
    assert "Segmentation" in regression.text("junit.xml")
    assert "\0" not in regression.text("report.html")


def test_two_regressions_do_not_run_at_once(regression: Regression) -> None:
    lock = regression.results.with_suffix(".lock")
    program = (
        "import fcntl, sys, time\n"
        "file = open(sys.argv[1], 'a'); fcntl.flock(file, fcntl.LOCK_EX)\n"
        "print(flush=True); time.sleep(0.5)"
    )
    lock.parent.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(
        [sys.executable, "-c", program, str(lock)], stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None and other.stdout.readline()
        assert regression.run(seeds=1) == 0
        assert other.wait(1) == 0


def test_what_only_a_cluster_reads_is_refused_without_one() -> None:
    for farm, said in (
        (regress.Farm("local", 4), "PER_TASK= is for FARM=slurm or FARM=manual"),
        (regress.Farm("local", None, "-p x"), "SBATCH= is for FARM=slurm"),
        (regress.Farm("manual", 4, "-p x"), "SBATCH= is for FARM=slurm"),
    ):
        with pytest.raises(regress.RegressError, match=said):
            farm.check()
    assert regress.Farm("slurm", 4, "-p x").check() and regress.Farm("manual", 4).check()
