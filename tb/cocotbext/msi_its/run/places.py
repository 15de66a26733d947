# SPDX-License-Identifier: MIT
"""Where things are: what the project brings along, and where builds and results go.

In a clone all of it is there. An installed package brings RTL and tests along as its data, which
nothing may change; builds and results go where the user is, or where MSI_ITS_BUILD says.
"""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]

INSTALLED = (_PACKAGE / "data").is_dir()
"""Whether this is an installed package, not a clone."""

ROOT = _PACKAGE / "data" if INSTALLED else _PACKAGE.parents[2]
"""The folder that holds `hdl/` and `tests/`."""

HERE = Path.cwd() if INSTALLED else ROOT
"""What the paths that a user gives are relative to."""

BUILD_VARIABLE = "MSI_ITS_BUILD"
"""The environment variable that names BUILD, where the package is installed."""

BUILD = HERE / ((INSTALLED and os.environ.get(BUILD_VARIABLE)) or "build")
"""Where builds, locks and results go."""

PROGRAM = "msi-its" if INSTALLED else "make"
"""What runs a command: the first word of a line that shows a failure again."""

CHILDREN = {BUILD_VARIABLE: str(BUILD), "PYTHONDONTWRITEBYTECODE": "1"} if INSTALLED else {}
"""What a process that a command starts is told in its environment: it runs elsewhere, in ROOT."""
