# SPDX-License-Identifier: MIT
"""`make compare LEVEL=model`: exit status, closing line, result file, bad input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

from cocotbext.msi_its.commands import compare as module
from cocotbext.msi_its.commands.compare import compare, sizes
from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.launcher import Interrupted
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.vocabulary.operations import Tables
from cocotbext.msi_its.vocabulary.results import TestResult
from cocotbext.msi_its.vocabulary.settings import TraceFile
from msi_its_model import PROFILES
from tests.schemas import valid

TRACE = """\
{"op": "connect", "connection": 0, "segment": 1}
{"op": "set_bus_range", "range": 0, "secondary": 16, "subordinate": 31}
{"op": "bind_target", "target": 0, "connection": 0, "range": 0, "devfn": 8}
{"op": "signal_msi", "target": 0, "address": 64, "data": 5, "expect": {"messages": [[ID, 64, 5]]}}
{"op": "signal_msi_with_rid", "target": 0, "rid": "0x2000", "address": 64, "data": 6}
"""


@pytest.fixture(autouse=True)
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write results into a folder of the test's own."""
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")
    return tmp_path / "results/result.json"


def junit_of(results: Path) -> Path:
    """Return where the results are as JUnit."""
    return results.with_name("junit.xml")


def trace(folder: Path, devid: int = 0x1_1008) -> str:
    """Write a trace that expects a DeviceID; return its path."""
    path = folder / "mine.jsonl"
    path.write_text(TRACE.replace("ID", str(devid)))
    return str(path)


def test_agreement(tmp_path: Path, results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare([trace(tmp_path)], "model", 1) == 0
    output = capsys.readouterr().out
    last = "compare: 5 operations, 1 messages compared, 1 dropped, 0 mismatches, profile e08751800"
    assert output.splitlines()[-1] == last
    assert "line 5: requester ID 0x2000 (20:00.0) → DROPPED_BUS_RANGE" in output
    written = valid(results)
    assert written["passed"] is True and written["interrupted"] is False
    assert written["seed"] == 1 and "seed 1" in output
    assert written["rtl"] is None and written["expects"] == 1
    assert "\ncompared: the golden model with what 1 of 5 lines expect\n" in output
    (case,) = (case for suite in JUnitXml.fromfile(str(junit_of(results))) for case in suite)
    assert case.name == "trace_tests.replay_mine" and case.is_passed
    assert written["traces"][0]["operations"] == 5


def test_a_comparison_with_nothing_says_so(
    tmp_path: Path, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(TRACE.replace(', "expect": {"messages": [[ID, 64, 5]]}', ', "expect": {}'))
    assert compare([str(path)], "model", 1) == 0
    output = capsys.readouterr()
    assert output.err.startswith("warning: nothing was compared: LEVEL=model runs no RTL, and no ")
    assert "\ncompared: the golden model with nothing\n" in output.out
    last = "compare: 5 operations, 0 messages compared, 1 dropped, 0 mismatches, profile e08751800"
    assert output.out.splitlines()[-1] == last
    assert valid(results)["traces"][0]["messages"] == 1


def test_a_design_that_would_not_run_is_refused(
    tmp_path: Path, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare([trace(tmp_path)], "model", 1, Rtl("mine.f", "mine")) == 2
    assert "LEVEL=model runs no RTL: leave out RTL=mine.f TOP=mine" in capsys.readouterr().err


def replays(monkeypatch: pytest.MonkeyPatch, operations: int) -> None:
    """Let a replay on the RTL pass, after so many operations."""
    replayed = TestResult("trace_tests.replay_mine", True, counted=True, operations=operations)
    monkeypatch.setattr(module, "simulate", lambda *_, **__: [replayed])


def test_what_ran_is_named(
    tmp_path: Path,
    results: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    replays(monkeypatch, 5)
    assert compare([trace(tmp_path)], "", 1) == 0
    output = capsys.readouterr().out
    assert "seed 1; RTL msi_translator (hdl/translator.f)\n" in output
    said = "compared: the RTL with the golden model; both with what 1 of 5 lines expect\n"
    assert said in output
    written = valid(results)["rtl"]
    assert written["top"] == "msi_translator" and written["file_list"] == "hdl/translator.f"
    assert "hdl/core/msi_engine.sv" in written["files"]


@pytest.mark.parametrize("operations", [0, 4, 6])
def test_a_trace_that_was_replayed_in_part_has_failed(
    tmp_path: Path,
    results: Path,
    operations: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    replays(monkeypatch, operations)
    assert compare([trace(tmp_path)], "", 1) == 1
    output = capsys.readouterr().out
    assert f"{operations} of 5 operations were compared" in output
    assert output.splitlines()[-1].endswith("1 tests FAILED")
    assert valid(results)["passed"] is False


def test_mismatch(tmp_path: Path, results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = trace(tmp_path, devid=0x1_1009)
    assert compare([path], "model", 1) == 1
    output = capsys.readouterr().out
    assert output.splitlines()[-1].endswith("1 mismatches, profile e08751800, 1 tests FAILED")
    assert f"{path}:4" in output
    assert "devid=0x00011009" in output and "devid=0x00011008" in output
    assert valid(results)["passed"] is False
    assert f"reproduce: make compare TRACE={path} SEED=1 LEVEL=model" in output
    (case,) = (case for suite in JUnitXml.fromfile(str(junit_of(results))) for case in suite)
    assert f"{path}:4" in case.result[0].text and "reproduce: make compare" in case.result[0].text


TODAY = '{"format": "msi-trace", "version": 1, "profile": "08ec11066"}\n'
"""The header of a trace that follows today's rules."""

DROPPED = """\
{"op": "connect", "connection": 0, "segment": 1}
{"op": "bind_target", "target": 0, "connection": 0, "range": 0, "devfn": 8}
{"op": "set_bus_range", "range": 0, "secondary": 6, "subordinate": 5}
{"op": "signal_msi", "target": 0, "address": 64, "data": 5, "expect": {"messages": []}}
"""
"""What today's rules drop, and the recorded ones send."""


@pytest.mark.parametrize(
    ("text", "profile", "differs"),
    [
        (DROPPED, None, 1),
        (DROPPED, "e08751800", 1),
        (DROPPED, "08ec11066", 0),
        (TODAY + DROPPED, None, 0),
        (TODAY + DROPPED, "08ec11066", 0),
    ],
)
def test_the_profile_is_that_given_or_that_of_the_header(
    tmp_path: Path,
    results: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    profile: str | None,
    differs: int,
) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(text)
    given = None if profile is None else PROFILES[profile]
    assert compare([str(path)], "model", 1, profile=given) == differs
    output = capsys.readouterr().out
    name = "e08751800" if differs else "08ec11066"
    assert f", {differs} mismatches, profile {name}" in output.splitlines()[-1]
    assert valid(results)["profile"] == name
    (suite,) = JUnitXml.fromfile(str(junit_of(results)))
    assert {each.name: each.value for each in suite.properties()}["profile"] == name


def test_a_run_on_the_rtl_and_its_reproduction_have_the_profile(
    tmp_path: Path, results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(TODAY + DROPPED)
    runs: list[Run] = []

    def simulate(run: Run, *_: object, **__: object) -> list[TestResult]:
        runs.append(run)
        return [TestResult("trace_tests.replay_mine", False, counted=True, operations=4)]

    monkeypatch.setattr(module, "simulate", simulate)
    monkeypatch.setattr(module, "_windows", lambda *_: [])
    assert compare([str(path)], "", 1) == 1
    assert runs[0].parameters["CHECK_DEFAULT_RID"] == 1
    assert runs[0].settings.configuration.profile is PROFILES["08ec11066"]
    assert runs[0].traces[0].profile == "08ec11066"
    assert "SEED=1 PROFILE=08ec11066" in junit_of(results).read_text()


def test_a_profile_that_contradicts_is_refused(
    tmp_path: Path, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, other = tmp_path / "mine.jsonl", tmp_path / "other.jsonl"
    path.write_text(TODAY + DROPPED)
    other.write_text(DROPPED)
    assert compare([str(path)], "model", 1, profile=PROFILES["e08751800"]) == 2
    assert f"{path}:1: profile: the file follows 08ec11066" in capsys.readouterr().err
    assert compare([str(path), str(other)], "model", 1) == 2
    said = f"error: one run has one profile, and {path} 08ec11066 and {other} e08751800: replay"
    assert said in capsys.readouterr().err
    assert not results.exists()
    assert compare([str(path), str(other)], "model", 1, profile=PROFILES["08ec11066"]) == 0


SHARED = """\
{"op": "connect", "connection": 0, "segment": 0}
{"op": "bind_target", "target": 0, "connection": 0, "range": 0, "devfn": 0}
{"op": "set_bus_range", "range": 1, "secondary": 1, "subordinate": 5}
{"op": "bind_target", "target": 1, "connection": 0, "range": 1, "devfn": 8}
{"op": "signal_msi", "target": 1, "address": 64, "data": 5}
{"op": "set_bus_range", "range": 1, "secondary": 0, "subordinate": 0}
{"op": "signal_msi", "target": 1, "address": 64, "data": 5}
{"op": "set_bus_range", "range": 1, "secondary": 0, "subordinate": 5}
{"op": "set_bus_range", "range": 1, "secondary": 1, "subordinate": 5}
{"op": "set_bus_range", "range": 1, "secondary": 5, "subordinate": 1}
"""
"""Range 1 goes through bus 0, which the other one has, too."""


@pytest.mark.parametrize("level", ["model", ""])
def test_ranges_that_share_buses_are_listed(
    tmp_path: Path,
    results: Path,
    level: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(SHARED)
    replays(monkeypatch, 10)
    assert compare([str(path)], level, 1) == 0
    said = (
        "bus ranges share DeviceIDs, in mine, after 2 of 8 operations that set something up; "
        "with 1 of them it begins for some:\n"
        "  line 6: set_bus_range(range=1, secondary=0, subordinate=0): "
        "ranges 0 and 1 (0x0 to 0xff)\n"
    )
    assert said in capsys.readouterr().out
    shared = valid(results)["shared"]["trace_tests.replay_mine"]
    assert (shared["of"], shared["operations"], shared["began"]) == (8, 2, 1)
    assert shared["listed"] == [
        {
            "line": 6,
            "operation": "set_bus_range(range=1, secondary=0, subordinate=0)",
            "pairs": [[[0, 1], 0, 0xFF]],
        }
    ]


def test_ranges_that_do_not_are_not(
    tmp_path: Path, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare([trace(tmp_path)], "model", 1) == 0
    assert "share" not in capsys.readouterr().out
    shared = valid(results)["shared"]["trace_tests.replay_mine"]
    assert shared == {"of": 3, "operations": 0, "began": 0, "listed": []}


def test_unreadable(tmp_path: Path, results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"op": "signal_msj", "target": 0}\n')
    assert compare([trace(tmp_path), str(bad), str(tmp_path / "none")], "model", 1) == 2
    output = capsys.readouterr()
    assert f"{bad}:1" in output.err and "signal_msi" in output.err
    assert "none" in output.err
    assert "2 of 3 traces cannot be read; nothing was run" in output.err
    assert output.out == ""
    assert not results.exists()


def test_two_traces_of_one_name(
    tmp_path: Path, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other").mkdir()
    paths = [trace(tmp_path), trace(tmp_path / "other", devid=0x1_1009)]
    assert compare(paths, "model", 1) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("compare: 10 operations, ")
    written = valid(results)["traces"]
    assert [(each["name"], each["passed"]) for each in written] == [
        ("trace_tests.replay_mine", True),
        ("trace_tests.replay_mine-2", False),
    ]


def test_a_trace_that_was_not_replayed(
    tmp_path: Path,
    results: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    replayed = TestResult("trace_tests.replay_mine", True, counted=True, operations=5)
    crashed = TestResult("trace_tests.replay_mine-2", False, 0.0, "the simulation ended early")
    monkeypatch.setattr(module, "simulate", lambda *_, **__: [replayed, crashed])
    path = trace(tmp_path)
    assert compare([path, path], "", 1) == 1
    output = capsys.readouterr().out
    assert "1 of 2 traces ran" in output and "the simulation ended early" in output
    assert output.splitlines()[-1].endswith("0 mismatches, profile e08751800, 1 tests FAILED")


def test_an_interrupt_keeps_what_was_replayed(
    tmp_path: Path,
    results: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    replay = module.on_model

    def interrupted(which: TraceFile, *others: Any) -> TestResult:
        if which.name == "mine-2":
            raise Interrupted(2)
        return replay(which, *others)

    monkeypatch.setattr(module, "on_model", interrupted)
    path = trace(tmp_path)
    assert compare([path, path], "model", 1) == 130
    assert "interrupted; the 1 tests that had finished" in capsys.readouterr().err
    written = valid(results)
    assert written["interrupted"] is True and written["passed"] is False
    assert [each["name"] for each in written["traces"]] == ["trace_tests.replay_mine"]


def test_sizes() -> None:
    assert sizes([Tables(1, 1, 1, 1)]) == Tables(16, 8, 32, 64)
    assert sizes([Tables(17, 1, 33, 1), Tables(1, 9, 1, 1025)]) == Tables(32, 16, 64, 2048)
    assert sizes([Tables(256, 256, 1024, 2048)]) == Tables(256, 256, 1024, 2048)
