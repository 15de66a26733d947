# SPDX-License-Identifier: MIT
"""`make compare ENGINE=model`: exit status, closing line, result file, bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tb import compare as module
from tb.compare import compare, sizes
from tb.operations import Tables

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
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")
    return tmp_path / "results/result.json"


def trace(folder: Path, devid: int = 0x1_1008) -> str:
    """Write a trace that expects a DeviceID; return its path."""
    path = folder / "mine.jsonl"
    path.write_text(TRACE.replace("ID", str(devid)))
    return str(path)


def test_agreement(tmp_path: Path, results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare([trace(tmp_path)], "model", 1) == 0
    output = capsys.readouterr().out
    last = "compare: 5 operations, 1 messages compared, 1 dropped, 0 mismatches"
    assert output.splitlines()[-1] == last
    assert "line 5: requester ID 0x2000 (20:00.0) → DROPPED_BUS_RANGE" in output
    written = json.loads(results.read_text())
    assert written["passed"] is True
    assert written["traces"][0]["operations"] == 5


def test_mismatch(tmp_path: Path, results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = trace(tmp_path, devid=0x1_1009)
    assert compare([path], "model", 1) == 1
    output = capsys.readouterr().out
    assert output.splitlines()[-1].endswith("1 mismatches")
    assert f"{path}:4" in output
    assert "devid=0x00011009" in output and "devid=0x00011008" in output
    assert json.loads(results.read_text())["passed"] is False


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


def test_sizes() -> None:
    assert sizes([Tables(1, 1, 1, 1)]) == Tables(16, 8, 32, 64)
    assert sizes([Tables(17, 1, 33, 1), Tables(1, 9, 1, 1025)]) == Tables(32, 16, 64, 2048)
    assert sizes([Tables(256, 256, 1024, 2048)]) == Tables(256, 256, 1024, 2048)
