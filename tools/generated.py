# SPDX-License-Identifier: MIT
"""Files that are generated: written, or with --check held against what they should be."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def stale(files: Mapping[Path, str]) -> dict[Path, str]:
    """Return those files that do not have these texts, or are not there."""
    return {
        path: text for path, text in files.items() if not path.is_file() or path.read_text() != text
    }


def main(
    program: str,
    about: str | None,
    wrong: str,
    make: Callable[[], Mapping[Path, str]],
    arguments: Sequence[str] | None,
    root: Path,
) -> int:
    """Write what `make` gives, or with --check say what is `wrong`; return the exit status."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=about)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    check = parser.parse_args(arguments).check
    found = stale(make())
    for path, text in found.items():
        name = path.relative_to(root)
        if check:
            print(f"{name}: {wrong}; run `make regs`", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(f"wrote {name}")
    return 1 if check and found else 0
