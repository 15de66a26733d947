# SPDX-License-Identifier: MIT
"""What a task runs in the tests: a shard, in the project that FAKE_PROJECT names."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "models"), str(ROOT / "tb")]

import pytest  # noqa: E402

from cocotbext.msi_its.commands import main as command_line  # noqa: E402
from tests.tb.commands.regression import Regression  # noqa: E402
from tests.tb.run.project import Project  # noqa: E402

if __name__ == "__main__":
    patch = pytest.MonkeyPatch()
    Regression(Project(Path(os.environ["FAKE_PROJECT"]), patch), patch)
    sys.argv[1:1] = ["shard"]
    sys.exit(command_line.main())
