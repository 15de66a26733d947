# SPDX-License-Identifier: MIT
"""Writes the sources of the RTL into the forms that build tools read: `Bender.yml`, `msi_its.core`.

They are those of the file list that a comment in the form names, one a line behind it. `make regs`
runs it. With --check, write nothing: fail and name the forms that differ.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from cocotbext.msi_its.run.file_list import read
from cocotbext.msi_its.run.places import ROOT

FORMS = ("Bender.yml", "msi_its.core")

SOURCES = re.compile(
    r"^(?P<indent> *)# (?P<list>\S+), by `make regs`:\n(?:(?P=indent)- .*\n)*", re.M
)
"""The comment, and the sources that it has now."""


def filled(form: str, root: Path) -> str:
    """Return a form with the sources that the lists in `root` name."""

    def sources(match: re.Match[str]) -> str:
        files = read([Path(match["list"])], root).files
        lines = [match[0].splitlines(keepends=True)[0]]
        lines += [f"{match['indent']}- {file.relative_to(root)}\n" for file in files]
        return "".join(lines)

    text, count = SOURCES.subn(sources, form)
    if not count:
        raise SystemExit("a form of build tools names no file list: see tools/forms.py")
    return text


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Write or check; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.forms", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    check = parser.parse_args(arguments).check
    status = 0
    for name in FORMS:
        old = (root / name).read_text()
        if (new := filled(old, root)) == old:
            continue
        if check:
            print(
                f"{name}: names other sources than its file list; run `make regs`", file=sys.stderr
            )
            status = 1
        else:
            (root / name).write_text(new)
            print(f"wrote {name}")
    return status


if __name__ == "__main__":
    sys.exit(main())
