# SPDX-License-Identifier: MIT
"""RTL with faults: edits of its text, each of which a named test of a harness has to notice.

Which one is in force a plusarg says when the simulation starts, so that one build tries all that
show with its parameters. A text that is replaced occurs once in its file; in what replaces it,
`FAULT` is whether the fault is in force.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cocotbext.msi_its.run.places import ROOT

Edits = tuple[tuple[str, str], ...]
"""Texts of a file and what replaces each."""


@dataclass(frozen=True, slots=True)
class TextFault:
    """A fault: its name in words, the file, what is replaced there, and the test that notices it.

    `says` is in what that test says; `sets` are the parameters that it shows with.
    """

    name: str
    file: str
    edits: Edits
    test: str
    says: str
    sets: tuple[str, ...] = ("64",)


def instead(old: str, new: str) -> Edits:
    """Return the edit that puts one expression in the place of another.

    Another fault may replace the same one.
    """
    return ((old, f"(FAULT ? ({new}) : ({old}))"),)


def write_faulty(
    folder: Path,
    harness: str,
    package: str,
    faults: Sequence[TextFault],
    hooks: Mapping[str, Edits],
    top: str = "",
) -> None:
    """Write hdl/ and a harness (its path without .sv or .f), with all faults, into a new folder.

    One that is a list of files alone has its `top`, a path, somewhere else. `package` is what is
    made to hold the number of the fault in force; the plusarg is called as the package is. `hooks`
    change nothing, but give faults a place. Raises ValueError for a text that does not occur once
    in its file.
    """
    shutil.copytree(ROOT / "hdl", folder / "hdl")
    (folder / harness).parent.mkdir(parents=True, exist_ok=True)
    (folder / harness).with_name(f"{package}.sv").write_text(
        f"package {package};\n"
        "  localparam logic OPEN = 1'b1;\n"
        "  int number = 0;  // of the fault in force\n"
        "endpackage\n"
    )
    (folder / f"{harness}.f").write_text(f"{package}.sv\n" + (ROOT / f"{harness}.f").read_text())
    if not top:
        top = f"{harness}.sv"
        shutil.copy(ROOT / top, folder / top)
    starts = f'  initial void\'($value$plusargs("{package}=%d", {package}::number));'
    edit(folder / top, (("\nendmodule\n", f"\n{starts}\n\nendmodule\n"),), "")
    for file, edits in hooks.items():
        edit(folder / file, edits, "")
    for number, fault in enumerate(faults, 1):
        edit(folder / fault.file, fault.edits, f"({package}::number == {number})")


def edit(file: Path, edits: Edits, fault: str) -> None:
    """Replace texts of a file. Raises ValueError for one that does not occur once in it."""
    text = file.read_text()
    for old, new in edits:
        if text.count(old) != 1:
            raise ValueError(f"{file.name}: {old!r} occurs {text.count(old)} times, not once")
        text = text.replace(old, new.replace("FAULT", fault))
    file.write_text(text)
