# SPDX-License-Identifier: MIT
"""Windows of traces: what is in them, and what `make compare` says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.commands import compare as module
from cocotbext.msi_its.commands.compare import around, compare, sizes
from cocotbext.msi_its.commands.window import AFTER, BEFORE, differed, write_window
from cocotbext.msi_its.run.build import Flavour
from cocotbext.msi_its.run.design import OWN
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.sets import DEFAULT
from cocotbext.msi_its.vocabulary.operations import SetBusRange, Tables
from cocotbext.msi_its.vocabulary.results import Mismatch, TestResult
from cocotbext.msi_its.vocabulary.settings import TraceFile
from cocotbext.msi_its.vocabulary.trace import iter_trace, validate_trace

TEXT = "mismatch 1 (model) at operation {0}\n  operation: enable(route=1)\n  expected:  {1}\n"
LINES = 300


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TraceFile:
    """Return a trace of messages behind a set-up, and leave all results in the test's folder."""
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(module, "BUILD", tmp_path / "build")
    path = tmp_path / "mine.jsonl"
    lines = [
        '{"op": "connect", "connection": 0, "segment": 1}',
        '{"op": "set_bus_range", "range": 0, "secondary": 16, "subordinate": 31}',
        '{"op": "bind_target", "target": 0, "connection": 0, "range": 0, "devfn": 8}',
    ]
    lines += [
        f'{{"op": "signal_msi", "target": 0, "address": 64, "data": {number}, "note": "mine"}}'
        for number in range(len(lines) + 1, LINES + 1)
    ]
    path.write_text("\n".join(lines) + "\n")
    return TraceFile(str(path), "mine", LINES)


def test_a_window_does_what_its_lines_did(trace: TraceFile, tmp_path: Path) -> None:
    path = tmp_path / "windows/one.jsonl"
    made = write_window(trace.path, 100, 120, DEFAULT, path)
    assert made == 3
    whole, alone = Reference(DEFAULT), Reference(DEFAULT)
    wanted = [whole.execute(line.operation) for line in iter_trace(trace.path)][99:120]
    lines = list(iter_trace(path))
    assert [alone.execute(line.operation) for line in lines][made:] == wanted
    assert lines[made].note == "line 100: mine" and len(lines) == made + 21


def test_a_window_needs_the_tables_of_its_trace(trace: TraceFile, tmp_path: Path) -> None:
    tables = Tables(32, 16, 64, 2048)
    write_window(trace.path, 100, 120, tables, tmp_path / "w.jsonl")
    assert sizes([validate_trace(tmp_path / "w.jsonl").tables]) == tables
    reference, fresh = Reference(tables), Reference(tables)
    reference.execute(SetBusRange(31, 0, 0))
    assert reference.range_now(31) == fresh.range_now(31)


def failing(line: int, says: str = "x", text: str = TEXT) -> TestResult:
    """Return a replay that differed at a line."""
    reports = (Mismatch("model", line, line, text.format(line, says)),) if text else ()
    return TestResult(
        *("trace_tests.replay_mine", False, 1.0, "mismatches"),
        counted=True,
        operations=LINES,
        mismatches=1,
        reports=reports,
    )


def test_where_a_replay_differed() -> None:
    assert differed(failing(7)) == 7
    after = "mismatch 1 (lost) after operation #9 (line 9) x, in clock cycle 7"
    assert differed(failing(7, text=after)) == 9
    assert differed(failing(7, text="")) == LINES + 1, "it hung behind the last"
    assert differed(TestResult("x", False, 0.0, "the process ended")) == 0


@pytest.mark.parametrize(
    ("line", "shows", "replays", "words"),
    [
        (200, (True,), [(140, 220)], "shown again with waves by lines 140 to 220"),
        (200, (False, True), [(140, 220), (1, 220)], "what ran before matters"),
        (200, (False, False), [(140, 220), (1, 220)], "not shown again with waves: "),
        (50, (False,), [(1, 70)], "lines 1 to 70 pass; all of it: make compare TRACE="),
        (295, (True,), [(235, 300)], "by lines 235 to 300"),
    ],
)
def test_a_difference_is_shown_again(
    trace: TraceFile,
    monkeypatch: pytest.MonkeyPatch,
    line: int,
    shows: tuple[bool, ...],
    replays: list[tuple[int, int]],
    words: str,
) -> None:
    assert (BEFORE, AFTER) == (60, 20)
    done: list[str] = []
    outcomes = iter(shows)

    def simulates(run: Run, *_: object, flavour: Flavour) -> list[TestResult]:
        assert flavour is Flavour.WAVES
        (again,) = run.traces
        Path(run.results).mkdir(parents=True)
        done.append(again.name)
        assert validate_trace(again.path).operations == again.operations
        return [failing(9) if next(outcomes) else TestResult(again.test, True, 1.0)]

    monkeypatch.setattr(module, "simulate", simulates)
    run = Run(DEFAULT, 32, 5, "", (trace,), OWN)
    window = around(failing(line), run, trace)
    said = window.said
    assert done == [f"mine-lines-{first}-{last}" for first, last in replays]
    assert words in said
    assert window.shown == shows[-1] == ("dump.vcd" in said)
    if window.shown:
        assert (window.first, window.last) == replays[-1] and window.command in said
        assert window.waveform in said and window.trace.endswith(f"{done[-1]}.jsonl")
    assert "SEED=5" in said and "WAVES=1" in said


def test_what_fails_otherwise_is_not_the_same(
    trace: TraceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WHOLE", 100)
    monkeypatch.setattr(module, "simulate", lambda *_, **__: [failing(9, "another")])
    said = around(failing(200), Run(DEFAULT, 32, 5, "", (trace,), OWN), trace).said
    assert "fail otherwise (model, enable, expected: another)" in said
    assert "the first 220 lines are too many" in said


def test_waves_go_signal_by_signal(trace: TraceFile, capsys: pytest.CaptureFixture[str]) -> None:
    for level in ("batch", "model"):
        assert compare([trace.path], level, 1, waves=True) == 2
        said = capsys.readouterr().err
        assert said == f"error: WAVES=1 is of the pin level: leave out LEVEL={level}\n"
