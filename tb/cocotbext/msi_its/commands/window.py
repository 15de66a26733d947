# SPDX-License-Identifier: MIT
"""A window of a trace around what differed: a short trace of its own, replayed with waves.

It has the operations that bring a fresh translator to the state before the window, worked out from
the golden model's, and then the window's lines. So it is short however long the trace is, and is
replayed at pin level, whichever path found the difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from cocotbext.msi_its.batch.model import BatchModel
from cocotbext.msi_its.batch.trace import read_batches
from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.run.sets import DEFAULT
from cocotbext.msi_its.vocabulary.operations import (
    CONFIGURATION,
    Configuration,
    ConsumePending,
    DefaultBdf,
    Disconnect,
    Operation,
    SetBusRange,
    Tables,
)
from cocotbext.msi_its.vocabulary.results import TestResult
from cocotbext.msi_its.vocabulary.trace import TraceLine, write_trace

BEFORE = 60
AFTER = 20
"""How many lines a window has before the one that differed, and after it."""

AT = re.compile(r" (?:at|after) operation #?(\d+)")


def differed(result: TestResult) -> int:
    """Return the operation of its trace at which a replay differed first, or that came next.

    It is 0 where that is not known: on the batched path, when the design ended the process.
    """
    found = AT.search(result.reports[0].text) if result.reports else None
    if found is not None:
        return int(found[1])
    return result.operations + 1 if result.counted else 0


def write_window(
    trace: str,
    first: int,
    last: int,
    tables: Tables,
    path: Path,
    configuration: Configuration = CONFIGURATION,
) -> int:
    """Write lines `first` to `last` of a valid trace, and before them what makes their state.

    That is the state of a translator with this configuration. It needs tables as large as `tables`,
    so that it runs on the same design. Return how many operations there are before the lines.
    """
    profile = configuration.profile
    model = BatchModel(Reference(tables, configuration), tables)
    kept: list[TraceLine] = []
    for batch in read_batches(trace, profile=profile):
        start = max(0, first - batch.first)
        before = batch.operations[:start]
        if len(before):
            model.evaluate(before)
            model.commit()
        kept += takewhile(lambda line: line.number <= last, batch.lines(start))
        if batch.first + len(batch.texts) > last:
            break
    made = [*(sized(tables) if tables != DEFAULT else ()), *model.rebuild()]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_trace(path, _lines(made, kept), profile)
    return len(made)


def _lines(made: list[Operation], kept: list[TraceLine]) -> Iterator[TraceLine]:
    for operation in made:
        yield TraceLine(0, operation, note="for the state before the window")
    for line in kept:
        note = f"line {line.number}" + (f": {line.note}" if line.note is not None else "")
        yield line._replace(note=note)


def sized(tables: Tables) -> list[Operation]:
    """Return operations that name the last entry of each table, and change nothing after reset."""
    return [
        SetBusRange(tables.ranges - 1, 0, 0),
        Disconnect(tables.connections - 1),
        DefaultBdf(tables.targets - 1),
        ConsumePending(tables.routes - 1),
    ]
