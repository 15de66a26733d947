# SPDX-License-Identifier: MIT
"""Paths and other people's texts, on any terminal and in any report."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from cocotbext.msi_its.report.junit import Suite, junit
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.vocabulary.results import TestResult
from cocotbext.msi_its.vocabulary.text import printable, shown, tail, visible

NAMES = {
    "a\nb\x1b[31m.jsonl": "a\\nb\\x1b[31m.jsonl",
    "→é.jsonl": "→é.jsonl",
    os.fsdecode(b"\xff.jsonl"): "\\udcff.jsonl",
}


def test_what_does_not_print_is_made_visible() -> None:
    for name, words in NAMES.items():
        assert visible(name) == words
    assert printable("one\n\ttwo\r\x00") == "one\n    two\\r\\x00"


def test_a_path_is_what_the_user_can_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "build/a.log"
    monkeypatch.chdir(tmp_path)
    assert shown(inside) == shown("build/a.log") == "build/a.log"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert shown(inside) == str(inside)


def test_the_end_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x\n" * 1_000_000 + b"\x1b[31mred\x1b[0m \xff\x00\n")
    assert tail(log, 2) == "x\nred \ufffd"
    assert tail(tmp_path / "none") == ""


def test_junit_can_be_read_whatever_is_in_it() -> None:
    for name in NAMES:
        test = TestResult(name, False, 1.0, f"{name}\x00")
        text = junit("sim", [Suite("a", "b", [test], {"rtl": name})])
        (failure,) = ElementTree.fromstring(text.encode()).iter("error")
        assert failure.text == printable(f"{name}\x00")


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8"])
def test_no_terminal_and_no_name_ends_in_a_traceback(tmp_path: Path, encoding: str) -> None:
    line = '{"op": "signal_msi", "target": 0, "address": 64, "data": 5}\n'
    for name in NAMES:
        (tmp_path / name).write_text(line)
    traces = [str(tmp_path / name) for name in NAMES]
    command = [sys.executable, "-m", "cocotbext.msi_its", "compare", "--level", "model", *traces]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    for more, status in (([], 0), ([str(tmp_path / "none\n→.jsonl")], 2)):
        done = subprocess.run([*command, *more], cwd=ROOT, env=environment, capture_output=True)
        output = (done.stdout + done.stderr).decode(encoding)
        assert done.returncode == status and "Traceback" not in output, output
        assert (f"{tmp_path}/none\\n" in output) == bool(more)
        assert ("trace_tests.replay_a\\nb\\x1b[31m: " in output) == (not more)
