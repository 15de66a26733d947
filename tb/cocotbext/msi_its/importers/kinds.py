# SPDX-License-Identifier: MIT
"""Which kinds of logs there are, which one a file is, and the way from files to a trace."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cocotbext.msi_its.importers.csv_table import CsvTable
from cocotbext.msi_its.importers.gaps import Gap, Gaps, Kind
from cocotbext.msi_its.importers.importer import Importer
from cocotbext.msi_its.importers.linux import Linux
from cocotbext.msi_its.importers.openvmm import OpenVmm
from cocotbext.msi_its.importers.qemu import Qemu
from cocotbext.msi_its.importers.writer import TraceWriter
from cocotbext.msi_its.vocabulary.text import UserError, shown
from cocotbext.msi_its.vocabulary.trace_file import blocks

IMPORTERS: Final[dict[str, type[Importer]]] = {
    each.name: each for each in (Qemu, Linux, OpenVmm, CsvTable)
}
"""The importers, by what KIND= calls them."""

BLOCK: Final = 1024
"""How many lines are taken at once."""

LOOKED_AT: Final = 2000
"""How many lines decide of which kind a file is; all, while none of them is of any."""


class ImportRefusedError(UserError):
    """Files that no trace can be made of."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What was made of some files: the trace, what was read for it, in how many seconds."""

    path: Path
    title: str
    read: int
    lines: int
    messages: int
    commands: int
    ports: int
    seconds: float
    gaps: tuple[Gap, ...]


def is_trace(path: str | Path) -> bool:
    """Return whether a file begins as a trace does. Raises TraceError if it cannot be read."""
    first = next(blocks(path, 1), [b"{"])[0]
    return first.lstrip()[:1] == b"{"


def recognise(path: str | Path) -> type[Importer] | None:
    """Return of which kind a file is, by its lines; None if of none. Raises TraceError."""
    scores = dict.fromkeys(IMPORTERS.values(), 0)
    read = 0
    for lines in blocks(path, BLOCK):
        for each in scores:
            scores[each] += sum(each.signs.search(line[:4096]) is not None for line in lines)
        read += len(lines)
        if read >= LOOKED_AT and any(scores.values()):
            break
    best = max(scores, key=lambda each: scores[each])
    return best if scores[best] else None


def kind_of(paths: Sequence[str | Path], kind: str = "") -> type[Importer]:
    """Return the importer of some files: the one that is named, or that recognises them.

    Raises ImportRefusedError if there is none, or they are of several kinds; TraceError for a file
    that cannot be read.
    """
    if kind:
        return IMPORTERS[kind]
    for path in paths:
        if is_trace(path):
            raise ImportRefusedError(f"{shown(path)}: is a trace already, as make compare takes it")
    found = {path: recognise(path) for path in paths}
    unknown = [shown(path) for path, each in found.items() if each is None]
    if unknown:
        there = ", ".join(f"{each.title} ({name})" for name, each in IMPORTERS.items())
        raise ImportRefusedError(
            f"{', '.join(unknown)}: not recognised as any of {there}; "
            "if it is one, name it with KIND="
        )
    kinds = {each for each in found.values() if each is not None}
    if len(kinds) > 1:
        each = ", ".join(f"{shown(path)} is {k.title}" for path, k in found.items() if k)
        raise ImportRefusedError(f"one import reads files of one kind, and {each}")
    return kinds.pop()


def import_files(
    paths: Sequence[str | Path],
    importer: type[Importer],
    out: Path,
    progress: Callable[[int], None] | None = None,
    routes: bool = False,
) -> Imported:
    """Make a trace of files of one kind; with `routes`, vectors are routes (see `Importer`).

    Raises TraceError for a file that cannot be read, and ImportRefusedError if nothing of what they
    hold could be: then there is no trace.
    """
    gaps = Gaps()
    read = 0
    started = time.monotonic()
    with TraceWriter(out) as writer:
        reader = importer(writer, gaps)
        reader.routes = routes
        paths = reader.arranged(paths)
        for index, path in enumerate(paths):
            if len(paths) > 1:
                reader.file, gaps.file = index, Path(path).name
            first = 1
            for lines in blocks(path, BLOCK):
                if first == 1:
                    reader.begin(lines)
                reader.take(first, lines)
                first += len(lines)
                if progress is not None:
                    progress(read + first - 1)
            reader.end()
            read += first - 1
        reader.finish()
        listed = gaps.listed
        names = ", ".join(map(shown, paths))
        refused = gaps.count(Kind.REFUSED)
        if not writer.lines or (refused and not writer.messages + writer.commands):
            said = "\n".join(f"  {gap}" for gap in listed)
            what = "no message, command or bus number" if not writer.lines else "no message"
            raise ImportRefusedError(
                f"{names}: nothing could be imported: {what} was read as {importer.title}"
                + (f"\n{said}" if said else "")
            )
        writer.finish(
            {
                "x_imported": importer.name,
                "x_from": [Path(path).name for path in paths],
                "x_gaps": gaps.entries(),
                **reader.header(),
            }
        )
    return Imported(
        out,
        importer.title,
        read,
        writer.lines,
        writer.messages,
        writer.commands,
        len(reader.ports),
        time.monotonic() - started,
        tuple(listed),
    )
