# SPDX-License-Identifier: MIT
"""Imports for tests: of lines, of files, and of QEMU's log in other forms."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cocotbext.msi_its.importers.gaps import Kind
from cocotbext.msi_its.importers.kinds import Imported, import_files, kind_of
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.vocabulary.trace_file import lines_of

LOG = ROOT / "tests/logs/basic-qemu.log.xz"
Line = dict[str, Any]


def imported(
    folder: Path, *files: str | bytes | Sequence[str], kind: str = ""
) -> tuple[Imported, list[Line]]:
    """Import files of these lines; return what came of it, and the trace's lines."""
    paths = []
    for number, file in enumerate(files):
        text = file if isinstance(file, str | bytes) else "\n".join(file) + "\n"
        paths.append(folder / f"log{number}")
        paths[-1].write_bytes(text if isinstance(text, bytes) else text.encode())
    return of(folder, paths, kind)


def of(folder: Path, paths: Sequence[str | Path], kind: str = "") -> tuple[Imported, list[Line]]:
    """Import files; return what came of it, and the trace's lines."""
    out = folder / "trace.jsonl"
    done = import_files(paths, kind_of(paths, kind), out)
    return done, [json.loads(text) for _, text in lines_of(out)][1:]


def said(done: Imported, kind: Kind) -> list[str]:
    """Return what was noted of a kind."""
    return [gap.what for gap in done.gaps if gap.kind == kind]


def its_lines(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of an ITS as a recording has them: without what an import adds."""
    return [
        {name: value for name, value in line.items() if not name.startswith("x_")}
        for line in lines
        if line["op"].startswith("its_")
    ]


def ops(lines: Sequence[Line], *names: str) -> list[tuple[Any, ...]]:
    """Return some fields of each line."""
    return [tuple(line.get(name) for name in names) for line in lines]
