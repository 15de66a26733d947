# SPDX-License-Identifier: MIT
"""Translators somewhere in a design, watched from a test that is not ours: `examples/soc`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cocotbext.msi_its.run.places import ROOT

COMPARED = re.compile(
    r"soc\.u_(left|right)\.u_translator +"
    r"(\d+) operations, (\d+) messages compared, (\d+) dropped, (\d+) mismatches"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is kept, so that the SoC is built once."""
    return tmp_path_factory.mktemp("soc")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the example as its docstring says; `build` is in a folder of the test's own."""
    return subprocess.run(
        [sys.executable, str(ROOT / "examples/soc/run.py"), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests/sim"), "COCOTB_ANSI_OUTPUT": "0"},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_both_translators_are_compared(folder: Path) -> None:
    done = run(folder)
    assert done.returncode == 0, done.stdout
    found = {side: tuple(map(int, rest)) for side, *rest in COMPARED.findall(done.stdout)}
    assert found.keys() == {"left", "right"}
    for operations, messages, dropped, mismatches in found.values():
        assert operations == 203 and messages + dropped == 200 and dropped >= 20
        assert mismatches == 0


def test_a_fault_of_one_is_found_there_alone(tmp_path: Path) -> None:
    """The right one, which has eight targets, ignores its secondary bound."""
    shutil.copytree(ROOT / "hdl", tmp_path / "hdl")
    engine = tmp_path / "hdl/msi_engine.sv"
    sound = "bus < bus_range.secondary"
    assert engine.read_text().count(sound) == 1
    engine.write_text(engine.read_text().replace(sound, f"({sound} && TARGETS != 8)"))
    done = run(tmp_path, "hdl/translator.f")
    assert done.returncode != 0
    found = {side: int(mismatches) for side, _, _, _, mismatches in COMPARED.findall(done.stdout)}
    assert found["left"] == 0 and found["right"] > 10
    assert "rules R1, R3" in done.stdout and "expected:  DROPPED_BUS_RANGE" in done.stdout
    assert re.search(r"AssertionError: soc\.u_right\.u_translator: \d+ mismatches", done.stdout)


def test_the_cases(folder: Path) -> None:
    done = run(folder, str(ROOT / "hdl/translator.f"), "attach_cases")
    assert done.returncode == 0, done.stdout
    assert "TESTS=5 PASS=5 FAIL=0" in done.stdout
    assert "attached while it runs: what is compared begins with the next reset" in done.stdout


@pytest.mark.parametrize("seed", ["2", "3"])
def test_other_seeds(folder: Path, seed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEED", seed)
    assert run(folder).returncode == 0
