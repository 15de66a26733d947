# SPDX-License-Identifier: MIT
"""Checks the RTL that simulations are built from, as ``python -m tools.lint_hdl``.

Verilator's lint with all warnings on, and yosys with the slang front end.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tb.rtl import OWN, ROOT, WAIVERS, RtlError
from tb.verilator import VerilatorError, find_verilator
from tools import yosys


def lint_verilator(root: Path, files: Sequence[str]) -> bool:
    """Whether Verilator accepts the sources without a warning."""
    verilator = find_verilator()
    command = ["--lint-only", "-Wall", "--quiet", "--top-module", OWN.top, WAIVERS, *files]
    done = subprocess.run(
        [verilator.executable, *command],
        cwd=root,
        env={**os.environ, **verilator.environment()},
    )
    return done.returncode == 0


def lint_yosys(root: Path, files: Sequence[str]) -> bool:
    """Whether yosys elaborates the sources through ``read_slang``."""
    script = f"read_slang -j 1 --top {OWN.top} {' '.join(files)}"
    done = subprocess.run(
        [sys.executable, "-c", yosys.COMMAND, "-q", "-p", script],
        cwd=root,
        env=yosys.environment("lint"),
    )
    return done.returncode == 0


def main(root: Path = ROOT) -> int:
    """Run both checks, the second one also after the first has failed; 0 if both accept."""
    try:
        files = [str(source.relative_to(root)) for source in OWN.sources(root).files]
        accepted = {
            "verilator --lint-only -Wall": lint_verilator(root, files),
            "yosys read_slang": lint_yosys(root, files),
        }
    except (RtlError, VerilatorError) as error:
        print(f"lint: {error}", file=sys.stderr)
        return 1
    for check, passed in accepted.items():
        print(f"lint: {check}: {'accepted' if passed else 'REFUSED'} {len(files)} files")
    return 0 if all(accepted.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
