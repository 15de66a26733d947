# SPDX-License-Identifier: MIT
"""Where things are: what the project brings along, and where builds and results go."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
"""The folder that holds `hdl/` and `tests/`."""

BUILD = ROOT / "build"
"""Where builds, locks and results go."""
