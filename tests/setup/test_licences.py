# SPDX-License-Identifier: MIT
"""A file that does not say its licence is found, where it could say it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cocotbext.msi_its.run.places import ROOT

SAYS = "SPDX-" + "License-Identifier: MIT"  # in two parts, or it were this file's


def lint(folder: Path) -> list[str]:
    """Return what `make lint` finds in a folder that has the project's REUSE.toml."""
    shutil.copytree(ROOT / "LICENSES", folder / "LICENSES")
    shutil.copy(ROOT / "REUSE.toml", folder)
    command = [sys.executable, "-m", "reuse", "--root", str(folder), "lint", "--lines"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == bool(done.stdout), done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", ["hdl/new.sv", "tb/new.py", "tools/new.sh", "new.cpp", "Makefile"])
def test_a_file_without_a_licence_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("1\n")
    assert f"{tmp_path / name}: no license identifier" in lint(tmp_path)


def test_what_says_it_passes(tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text(f"# {SAYS}\n")
    (tmp_path / "new.md").write_text("words\n")
    assert lint(tmp_path) == []


def test_a_licence_of_another_kind_is_found(tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text(f"# {SAYS.replace('MIT', 'GPL-2.0-only')}\n")
    assert any("GPL-2.0-only" in line for line in lint(tmp_path))
