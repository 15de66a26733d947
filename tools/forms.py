# SPDX-License-Identifier: MIT
"""Writes the sources of the RTL into the forms that build tools read: `Bender.yml`, `msi_its.core`.

They are those of the file list that a comment in the form names, one a line behind it. `make regs`
runs it. With --check, write nothing: fail and name the forms that differ.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from cocotbext.msi_its.run.file_list import read
from cocotbext.msi_its.run.places import ROOT
from tools import generated

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
    return generated.main(
        "tools.forms",
        __doc__,
        "names other sources than its file list",
        lambda: {root / name: filled((root / name).read_text(), root) for name in FORMS},
        arguments,
        root,
    )


if __name__ == "__main__":
    sys.exit(main())
