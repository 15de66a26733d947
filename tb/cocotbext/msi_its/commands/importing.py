# SPDX-License-Identifier: MIT
"""`make import`: a trace of what people have, and what `make compare` does with that by itself."""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from cocotbext.msi_its.importers.gaps import Kind
from cocotbext.msi_its.importers.importer import Importer
from cocotbext.msi_its.importers.kinds import (
    Imported,
    import_files,
    is_trace,
    kind_of,
    recognise,
)
from cocotbext.msi_its.report.console import Progress
from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.places import BUILD, PROGRAM
from cocotbext.msi_its.vocabulary.text import UserError, shown
from cocotbext.msi_its.vocabulary.trace_file import TraceError, stem

LISTED = 20
"""How many of the gaps are listed on the terminal; the header of the trace has all."""


def run(arguments: argparse.Namespace, rtl: Rtl) -> int:
    """Do what the command line asks for; return the exit status."""
    paths = vars(arguments)["from"]
    out = Path(arguments.out)
    check_out(paths, out, (b"{", b"\x1f"))
    done = _import(paths, kind_of(paths, arguments.kind), out, arguments.routes)
    for line in said(paths, done):
        print(line)
    print(f"next: {PROGRAM} compare TRACE={shown(out)}")
    print(
        f"import: {done.read:,} lines read in {done.seconds:.1f} s, {done.messages:,} messages, "
        f"{done.commands:,} commands of an ITS, {done.ports} ports, {refused(done):,} lines refused"
    )
    return 0


def refused(done: Imported) -> int:
    """How many lines were refused."""
    return sum(gap.count for gap in done.gaps if gap.kind == Kind.REFUSED)


def check_out(paths: Sequence[str], out: Path, starts: Sequence[bytes]) -> None:
    """Refuse to overwrite what does not begin as what is written there does. Raises UserError."""
    if out.is_dir():
        raise UserError(f"OUT={out}: is a directory; name a file in it")
    if not out.exists():
        return
    if any(Path(path).exists() and os.path.samefile(path, out) for path in paths):
        raise UserError(f"OUT={out}: is what is to be read; name another file")
    with out.open("rb") as file:
        start = file.read(1)
    if start and start not in starts:
        raise UserError(f"OUT={out}: is there, and no such file; move it away, or name another one")


def _import(
    paths: Sequence[str | Path], importer: type[Importer], out: Path, routes: bool = False
) -> Imported:
    progress = Progress(f"importing {', '.join(map(shown, paths))}", 0, "lines")
    try:
        return import_files(paths, importer, out, progress, routes)
    finally:
        progress.close()


def said(paths: Sequence[str | Path], done: Imported) -> list[str]:
    """Say what a trace was made of, what it holds, and what it does not."""
    files = ", ".join(map(shown, paths))
    lines = [
        f"imported {files} ({done.title}, {done.read:,} lines) to {shown(done.path)}: "
        f"{done.messages:,} messages at {done.ports} ports, {done.commands:,} commands of an ITS"
    ]
    lines += [f"  {gap}" for gap in done.gaps[:LISTED]]
    if len(done.gaps) > LISTED:
        lines.append(f"  ... {len(done.gaps) - LISTED} more: x_gaps in the first line lists them")
    return lines


def as_trace(path: str) -> str:
    """Return a trace, or the one that is made of a log here, and say so.

    A file that is no log either is returned as it is: the reader of traces says what is wrong with
    it. Raises ImportRefusedError for a log that nothing can be made of.
    """
    try:
        if is_trace(path):
            return path
        importer = recognise(path)
    except TraceError:
        return path
    if importer is None:
        return path
    real = Path(path).resolve()
    digest = hashlib.sha256(os.fsencode(real)).hexdigest()[:8]
    out = BUILD / "imported" / digest / f"{stem(real)}.jsonl"
    done = _import([path], importer, out)
    for line in said([path], done):
        print(line, flush=True)
    return str(out)
