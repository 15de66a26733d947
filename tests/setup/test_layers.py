# SPDX-License-Identifier: MIT
"""An import that goes up a layer is found, and so is one of what needs a simulator."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cocotbext.msi_its.run.places import ROOT


def lint(clone: Path) -> subprocess.CompletedProcess[str]:
    """Check the layers of a clone."""
    folders = [clone, clone / "models", clone / "tb"]
    return subprocess.run(
        [sys.executable, "-m", "tools.lint_layers"],
        cwd=clone,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all that has layers."""
    clone = tmp_path_factory.mktemp("clone")
    shutil.copy(ROOT / "pyproject.toml", clone)
    for folder in ("models", "qualify", "tb", "tools"):
        without = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, clone / folder, ignore=without)
    return clone


def test_the_layers_hold(clone: Path) -> None:
    done = lint(clone)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line", "said"),
    [
        ("report/console", "import cocotbext.msi_its.commands.sim", "msi_its.report.console -> "),
        ("vocabulary/text", "from cocotbext.msi_its.run import disk", "vocabulary.text -> "),
        ("checks/checker", "import cocotb", "checks.checker -> cocotb "),
        ("batch/trace", "from cocotb_bus.bus import Bus", "batch.trace -> cocotb_bus "),
        ("commands/sim", "from qualify import faults", "commands.sim -> qualify"),
        (
            "../../../models/msi_its_model/msi",
            "import numpy, pytest",
            "msi_its_model.msi -> pytest",
        ),
    ],
)
def test_a_broken_layer_is_named(clone: Path, module: str, line: str, said: str) -> None:
    file = clone / "tb/cocotbext/msi_its" / f"{module}.py"
    sound = file.read_text()
    try:
        file.write_text(f"{sound}\n{line}\n")
        done = lint(clone)
    finally:
        file.write_text(sound)
    assert done.returncode == 1 and said in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("module", ["vocabulary.trace", "batch.trace", "batch.environment"])
def test_what_reads_a_trace_loads_no_simulator(module: str) -> None:
    program = f"import sys, cocotbext.msi_its.{module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert f"cocotbext.msi_its.{module}" in loaded
    assert not loaded & {"cocotb", "cocotb_bus", "cocotb_tools", "pytest", "scapy", "cocotbext.axi"}
