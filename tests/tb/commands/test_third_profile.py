# SPDX-License-Identifier: MIT
"""A profile that nobody has: one value, and all that goes by a profile goes by it.

It is checked, as 08ec11066 is, and its offsets have 12 bits.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cocotbext.msi_its.commands import compare as module
from cocotbext.msi_its.commands.compare import compare
from cocotbext.msi_its.commands.main import parse
from cocotbext.msi_its.commands.sim import plan
from cocotbext.msi_its.run.design import OWN
from cocotbext.msi_its.run.sets import EVERYTHING
from cocotbext.msi_its.vocabulary.trace import read_trace, validate_trace
from cocotbext.msi_its.vocabulary.trace_file import TraceError
from msi_its_model import PROFILES, AssignedBusRange, MsiConnection, Profile
from tests.schemas import valid

MADE_UP = Profile("made-up", "made-up (never)", checks_default_rid=True, rid_offset_bits=12)

HEADER = '{"format": "msi-trace", "version": 1, "profile": "made-up"}\n'
TRACE = """\
{"op": "connect", "connection": 0, "segment": 1}
{"op": "set_bus_range", "range": 0, "secondary": 5, "subordinate": 20}
{"op": "bind_target", "target": 0, "connection": 0, "range": 0, "rid_offset": "0xfff"}
{"op": "signal_msi", "target": 0, "address": 64, "data": 5, "expect": {"messages": [[70911,64,5]]}}
{"op": "set_bus_range", "range": 0, "secondary": 5, "subordinate": 19}
{"op": "signal_msi", "target": 0, "address": 64, "data": 5, "expect": {"messages": []}}
{"op": "default_bdf", "target": 0, "expect": {"returns": null}}
"""
WIDE = '{"op": "bind_target", "target": 0, "connection": 0, "range": 0, "rid_offset": 4096}\n'


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(PROFILES, MADE_UP.name, MADE_UP)
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")


def test_model() -> None:
    bus_range = AssignedBusRange()
    bus_range.set_bus_range(5, 20)
    target = MsiConnection(profile=MADE_UP).msi_target(bus_range, 0).with_rid_offset(0xFFF)
    assert target.default_bdf() == 0x14FF
    bus_range.set_bus_range(5, 19)
    assert target.default_bdf() is None
    with pytest.raises(ValueError, match=r"12 bits under profile made-up .* 08ec11066"):
        target.with_rid_offset(0x1000)


def test_trace_reader(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(HEADER + TRACE)
    assert validate_trace(path).profile is MADE_UP
    assert len(list(read_trace(path, MADE_UP))) == 7
    with pytest.raises(TraceError, match="profile: the file follows made-up, and is to be read by"):
        read_trace(path, PROFILES["08ec11066"])
    path.write_text(HEADER + TRACE + WIDE)
    with pytest.raises(TraceError, match=r":9: rid_offset: .* under profile made-up"):
        read_trace(path)


@pytest.mark.parametrize("header", [HEADER, ""])
def test_compare(tmp_path: Path, header: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(header + TRACE)
    assert compare([str(path)], "model", 1, profile=None if header else MADE_UP) == 0
    last = "compare: 7 operations, 1 messages compared, 1 dropped, 0 mismatches, profile made-up"
    assert capsys.readouterr().out.splitlines()[-1] == last
    assert valid(tmp_path / "results/result.json")["profile"] == "made-up"


@pytest.mark.parametrize(
    "command", ["sim", "regress", "coverage", "compare", "exhaustive", "bench"]
)
def test_command_line(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    trace = ["TRACE=x"] if command == "compare" else []
    assert parse([command, "PROFILE=made-up", *trace]).profile is MADE_UP
    with pytest.raises(SystemExit):
        parse([command, "PROFILE=other", *trace])
    said = "PROFILE: there is no 'other'; there are e08751800, 08ec11066, made-up"
    assert said in capsys.readouterr().err


def test_sim() -> None:
    simulations = plan(9, OWN, EVERYTHING, MADE_UP)
    with_it = [each for each in simulations if each.name not in ("today", "traces-today")]
    assert len(with_it) >= 4
    for each in with_it:
        assert each.run.parameters["CHECK_DEFAULT_RID"] == 1
        assert "profile made-up" in each.heading
