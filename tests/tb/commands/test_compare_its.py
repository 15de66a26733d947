# SPDX-License-Identifier: MIT
"""`make compare` of traces with an ITS: exit status, what is said, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cocotbext.msi_its.commands import compare as module
from cocotbext.msi_its.commands.compare import compare
from cocotbext.msi_its.run import sets
from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.run.places import ROOT
from tests.schemas import valid
from tests.tb.checks.test_far_end import COMMANDS, FOUND, MIXED, translate

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write results into a folder of the test's own."""
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(sets, "BUILD", tmp_path / "build")
    return tmp_path / "results/result.json"


def trace(folder: Path, *lines: object) -> str:
    """Write a trace that begins with COMMANDS; return its path."""
    path = folder / "mine.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in (*COMMANDS, *lines)))
    return str(path)


def test_both_recordings_agree(results: Path, capsys: Captured) -> None:
    paths = [str(ROOT / f"tests/its/{name}-its.jsonl.gz") for name in ("basic", "rescan")]
    assert compare(paths, "", 1) == 0
    output = capsys.readouterr().out.splitlines()
    assert output[-1] == (
        "compare: 32498 operations, 31624 messages compared, 4 dropped, 0 mismatches; "
        "ITS: 31624 translations and 874 commands compared, no translator"
    )
    assert (
        "ITS model, rescan-its: no translator; 27,848 of 27,848 translations and 378 of 378 "
        "commands compared with what was recorded; 4 translations gave no interrupt; "
        "15 lines not interpreted (register writes, hot plug)"
    ) in output
    written = valid(results)
    assert written["rtl"] is None and written["passed"] and len(written["traces"]) == 2


def test_a_difference_is_said_as_an_interrupt(
    tmp_path: Path, results: Path, capsys: Captured
) -> None:
    wrong = translate(0x500, 1, **{**FOUND, "intid": 8200})
    assert compare([trace(tmp_path, wrong)], "", 1) == 1
    output = capsys.readouterr().out
    assert "expected:  LPI 8200 (device 05:00.0, event 1)\n" in output
    assert "got:       LPI 8205 (device 05:00.0, event 1)\n" in output
    assert "1 mismatches, 1 tests FAILED; ITS: 1 translations and 2 commands" in output
    assert "reproduce: make compare TRACE=" in output and "mine.jsonl SEED=1" in output
    (report,) = valid(results)["traces"][0]["reports"]
    assert (report["kind"], report["line"]) == ("its", 4)


def test_a_comparison_with_nothing_says_so(tmp_path: Path, capsys: Captured) -> None:
    path = trace(tmp_path, translate(0x500, 1))
    text = Path(path).read_text()
    Path(path).write_text(text.replace(', "result": "ok"', ""))
    assert compare([path], "", 1) == 0
    assert "warning: nothing was compared: it runs no RTL" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("level", "rtl", "waves", "said"),
    [
        ("pin", OWN, False, "LEVEL=pin"),
        ("batch", OWN, False, "LEVEL=batch"),
        ("", OWN, True, "WAVES=1"),
        ("", Rtl("mine.f", "mine"), False, "RTL=mine.f TOP=mine"),
    ],
)
def test_what_needs_rtl_is_refused(
    tmp_path: Path, capsys: Captured, level: str, rtl: Rtl, waves: bool, said: str
) -> None:
    path = trace(tmp_path, translate(0x500, 1))
    assert compare([path], level, 1, rtl, waves) == 2
    wanted = f"error: a trace that has only lines of an ITS runs no RTL: leave out {said}\n"
    assert capsys.readouterr().err == wanted


def test_level_model_is_what_it_is_anyway(tmp_path: Path) -> None:
    assert compare([trace(tmp_path, translate(0x500, 1, **FOUND))], "model", 1) == 0


def test_a_trace_that_cannot_be_read(tmp_path: Path, capsys: Captured) -> None:
    path = trace(tmp_path, {"op": "its_sink"})
    assert compare([path], "", 1) == 2
    assert f'{path}:4: op: unknown operation "its_sink"; did you mean' in capsys.readouterr().err


def test_a_mixed_trace_on_the_golden_model(tmp_path: Path, results: Path, capsys: Captured) -> None:
    assert compare([trace(tmp_path, *MIXED)], "model", 1) == 0
    output = capsys.readouterr().out
    assert "\ncompared: the golden model with what the ITS received\n" in output
    assert "ITS model, mine: the golden model's messages went into it; 1 of 1 trans" in output
    assert "1 recorded messages that did not leave the translator" in output
    assert "  line 12: requester ID 0x0600 (06:00.0) → DROPPED_BUS_RANGE: " in output
    assert "LPI 8300 (device 06:00.0, event 1) kept from arriving" in output
    (written,) = valid(results)["traces"]
    assert (written["operations"], written["dropped"], written["compared"]) == (6, 2, 1)


def test_a_message_that_the_translator_drops_and_the_its_received(
    tmp_path: Path, capsys: Captured
) -> None:
    lines = [each if each != MIXED[9] else translate(0x600, 1, intid=8300) for each in MIXED]
    assert compare([trace(tmp_path, *lines)], "model", 1) == 1
    output = capsys.readouterr().out
    assert "mismatch 1 (its) at operation 6, trace line 13\n" in output
    assert "expected:  LPI 8300 (device 06:00.0, event 1)\n" in output
    assert "got:       no message left the translator\n" in output


def test_the_recorded_run_from_requester_id_to_lpi(capsys: Captured) -> None:
    assert compare([str(ROOT / "tests/its/basic-mixed.jsonl.gz")], "model", 1) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == (
        "compare: 3791 operations, 3776 messages compared, 0 dropped, 0 mismatches, "
        "profile e08751800; ITS: 3776 translations and 496 commands compared"
    )
