# SPDX-License-Identifier: MIT
"""A trace as a table for people: each line in words, and what became of it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple, TextIO

from cocotbext.msi_its.checks.far_end import execute, interrupt
from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.its_trace import Command, Note, Translate, iter_mixed
from cocotbext.msi_its.vocabulary.operations import Configuration, Tables
from cocotbext.msi_its.vocabulary.results import device_name
from cocotbext.msi_its.vocabulary.settings import TraceFile
from cocotbext.msi_its.vocabulary.text import visible
from cocotbext.msi_its.vocabulary.trace import TraceLine
from cocotbext.msi_its.vocabulary.trace_file import LOG_LINE
from msi_its_model import PROFILES
from msi_its_model.gicv3_its import Its


class Row(NamedTuple):
    """A line of a trace: its number, that of the log it came from, seconds, what, and then."""

    line: int
    log: str
    time: str
    what: str
    became: str
    note: str


COLUMNS: Final = ("line", "log line", "seconds", "what", "what became of it", "note")
_WIDTHS: Final = (8, 9, 14, 88, 60, 0)


def rows(trace: TraceFile, tables: Tables) -> Iterator[Row]:
    """Give the lines of a valid trace, with what golden model and ITS model make of each."""
    profile = PROFILES[trace.profile]
    reference = Reference(tables, Configuration(profile))
    its = Its()
    for line in iter_mixed(trace.source, profile):
        match line:
            case TraceLine(number=number, operation=operation):
                outcome = reference.execute(operation)
                log = (line.extra or {}).get(LOG_LINE, "")
                time = "" if line.t_us is None else f"{line.t_us / 1e6:.6f}"
                became = _words(outcome.answer)
                if outcome.message is not None:
                    devid = outcome.message.devid
                    became += f": DeviceID {devid:#06x} ({device_name(devid)})"
                row = Row(number, str(log), time, str(operation), became, line.note or "")
            case Command(number=number):
                error = execute(its, line)
                row = Row(number, "", "", str(line), f"ignored: {error}" if error else "ok", "")
            case Translate(number=number, devid=devid, eventid=eventid):
                became = interrupt(devid, eventid, its.translate(devid, eventid))
                row = Row(number, "", "", str(line), became, "")
            case Note(number=number, name=name):
                row = Row(number, "", "", name, "", "")
        yield Row(row.line, *map(visible, row[1:]))


def _words(answer: Answer) -> str:
    return answer.name.lower().replace("_", " ")


def write(path: Path, trace: TraceFile, tables: Tables) -> int:
    """Write the table: as CSV, or as text in columns. Return how many rows it has."""
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            table = csv.writer(file)
            table.writerow(COLUMNS)
            count = 0
            for count, row in enumerate(rows(trace, tables), 1):  # noqa: B007
                table.writerow(row)
            return count
        return _columns(file, rows(trace, tables))


def _columns(file: TextIO, found: Iterator[Row]) -> int:
    count = -1
    for count, row in enumerate(chain([COLUMNS], found)):  # noqa: B007
        cells = (f"{cell:<{wide}}" for cell, wide in zip(map(str, row), _WIDTHS, strict=True))
        file.write("  ".join(cells).rstrip() + "\n")
    return count
