# SPDX-License-Identifier: MIT
"""`make export`: a trace as a timeline, or as a table for people."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from cocotbext.msi_its.commands.importing import as_trace, check_out
from cocotbext.msi_its.report import timeline, trace_table
from cocotbext.msi_its.report.console import Progress
from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.places import BUILD
from cocotbext.msi_its.run.sets import trace_file
from cocotbext.msi_its.vocabulary.operations import Tables
from cocotbext.msi_its.vocabulary.settings import TraceFile
from cocotbext.msi_its.vocabulary.text import UserError, shown

PICTURES = (".html", ".svg")
TABLES = (".txt", ".csv")

DRAWN = 200_000
"""How many operations of a trace the reports of other commands draw."""

RESULTS = BUILD / "export"

Valid = tuple[TraceFile, Tables]
"""A valid trace, and the tables that it needs."""


def run(arguments: argparse.Namespace, rtl: Rtl) -> int:
    """Do what the command line asks for; return the exit status."""
    traces: list[Valid] = []
    for path in arguments.trace:
        progress = Progress(f"reading {shown(path)}", 0)
        taken = [trace.name for trace, _ in traces]
        path = Path(as_trace(path))
        traces.append(trace_file(path, taken, progress, arguments.profile))
        progress.close()
    for out in outputs(arguments.out, arguments.trace, traces):
        print(f"{write(out, traces)}: {shown(out)}")
    count = sum(trace.operations for trace, _ in traces)
    print(f"export: {len(traces)} traces, {count:,} operations")
    return 0


def outputs(out: str, paths: Sequence[str], traces: Sequence[Valid]) -> list[Path]:
    """Return the files to write: OUT, or a page and a table in build/export.

    Raises UserError for a file that cannot have these traces.
    """
    drawn = [trace for trace, _ in traces if not trace.its_alone]
    if not out:
        RESULTS.mkdir(parents=True, exist_ok=True)
        names = [RESULTS / f"{traces[0][0].name}.html"] if drawn else []
        return [*names, *([RESULTS / f"{traces[0][0].name}.txt"] if len(traces) == 1 else [])]
    path = Path(out)
    if path.suffix not in (*PICTURES, *TABLES):
        there = ", ".join((*PICTURES, *TABLES))
        raise UserError(f"OUT={out}: what it is to be is known by its end, one of {there}")
    if path.suffix in PICTURES and not drawn:
        raise UserError(
            f"OUT={out}: a trace of an ITS alone has no ports to draw; as a table: OUT=x.txt"
        )
    if path.suffix != ".html" and len(traces) > 1:
        raise UserError(f"OUT={out}: it has one trace; several have a page: OUT=x.html")
    check_out(paths, path, (b"<", b"l"))
    return [path]


def write(out: Path, traces: Sequence[Valid]) -> str:
    """Write a file; return what it is."""
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix in TABLES:
        return f"table of {trace_table.write(out, *traces[0]):,} lines"
    drawn = [timeline.read(trace, tables) for trace, tables in traces if not trace.its_alone]
    if out.suffix == ".svg":
        out.write_text(timeline.svg(drawn[0]))
    else:
        title = f"Timeline of {', '.join(each.name for each in drawn)}"
        out.write_text(timeline.page(drawn, title))
    return "\n".join([*(f"{each.name}: {each.said}" for each in drawn), "timeline"])


def timelines(out: Path, traces: Sequence[Valid], title: str) -> Path | None:
    """Write a page of some traces' timelines; return it, None if there is nothing to draw."""
    drawn = [timeline.read(trace, tables, DRAWN) for trace, tables in traces if not trace.its_alone]
    if not drawn:
        return None
    out.write_text(timeline.page(drawn, title))
    return out


def pictures(traces: Sequence[Valid]) -> list[str]:
    """Return the timelines of some traces as SVG, as wide as a report's text."""
    drawn = [timeline.read(*each, DRAWN) for each in traces if not each[0].its_alone]
    return [timeline.svg(each, width=940, height=380) for each in drawn]
