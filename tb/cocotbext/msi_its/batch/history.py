# SPDX-License-Identifier: MIT
"""What happened before, kept as records: what it takes to make the `History` of a report.

A batch is remembered without a Python object for any of its operations. When a mismatch is to be
explained, `history` makes the same History that adding every operation one by one would have made.
"""

from __future__ import annotations

import numpy as np

from cocotbext.msi_its.batch.model import NONE, Column
from cocotbext.msi_its.batch.records import CODES, MESSAGE, OPERATION, RESULT, Records, retired_of
from cocotbext.msi_its.batch.transactor import Seen
from cocotbext.msi_its.checks.history import RECENT, SETUP, Entry, History
from cocotbext.msi_its.vocabulary.csr import Answer, OperationCode
from cocotbext.msi_its.vocabulary.operations import (
    BY_CODE,
    TABLE_OF,
    Tables,
    arguments_of,
)
from cocotbext.msi_its.vocabulary.transactions import Source

_ENTRY = np.dtype(
    [("number", "<u8"), ("operation", OPERATION), ("result", RESULT), ("message", MESSAGE)]
)
"""One executed operation; the number is 0 where there is none."""

_OBJECTS: dict[str, list[int]] = {
    name: [
        code
        for code, kind in BY_CODE.items()
        if name in arguments_of(kind) and kind.source is Source.COMMAND
    ]
    for name in TABLE_OF
}
"""For each kind of object, the codes of the operations that History keeps for it."""


def entries(first: int, seen: Seen, where: Records) -> Records:
    """Return some of a batch's operations as entries; the batch's first has the number `first`."""
    found = np.zeros(len(where), _ENTRY)
    found["number"] = where + first
    found["operation"] = seen.retired[where]
    found["result"] = seen.results[where]
    found["message"] = seen.retired_messages[where]
    return found


def entry_of(record: Records, first_line: int) -> Entry:
    """Return an entry; `first_line` is that of the first operation of a trace, 0 without one."""
    number = int(record["number"])
    retired = retired_of(record["operation"], record["result"], record["message"])
    return Entry(number, retired, first_line + number - 1 if first_line else None)


class BatchHistory:
    """Keeps, of each object, the last operations other than messages and events."""

    def __init__(self, tables: Tables) -> None:
        sizes = {name: getattr(tables, table) for name, table in TABLE_OF.items()}
        self._sizes = sizes
        self._recent = np.zeros(0, _ENTRY)
        self._setup = {name: np.zeros((size, SETUP), _ENTRY) for name, size in sizes.items()}
        self._outside: dict[tuple[str, int], Records] = {}  # of indexes outside their tables
        # What is behind an object: the bind of each target; the making of each route, and the bind
        # that its target had then.
        self._binds = np.zeros(tables.targets, _ENTRY)
        self._makings = np.zeros(tables.routes, _ENTRY)
        self._making_binds = np.zeros(tables.routes, _ENTRY)

    def add(self, first: int, seen: Seen) -> None:
        """Remember a batch, the number of whose first operation is `first`."""
        count = len(seen.retired)
        latest = entries(first, seen, np.arange(max(0, count - RECENT), count))
        self._recent = np.concatenate([self._recent, latest])[-RECENT:]
        codes = seen.retired["code"]
        present = np.bincount(codes, minlength=CODES)
        for name, kinds in _OBJECTS.items():
            if present[kinds].any():
                self._add_setup(name, first, seen, np.flatnonzero(np.isin(codes, kinds)))
        if present[OperationCode.BIND_TARGET] or present[OperationCode.NEW_ROUTE]:
            self._add_behind(first, seen)

    def _add_setup(self, name: str, first: int, seen: Seen, where: Records) -> None:
        objects = seen.retired[name][where]
        outside = objects >= self._sizes[name]
        for position in where[outside].tolist():
            key = (name, int(seen.retired[name][position]))
            kept = self._outside.get(key, np.zeros(0, _ENTRY))
            entry = entries(first, seen, np.array([position]))
            self._outside[key] = np.concatenate([kept, entry])[-SETUP:]
        where, objects = where[~outside], objects[~outside]
        order = np.argsort(objects, kind="stable")
        where, objects = where[order], objects[order]
        touched, ends = np.unique(objects[::-1], return_index=True)
        ends = len(objects) - ends  # behind the last of each object
        counts = np.minimum(np.diff(ends, prepend=0), SETUP)
        kept = self._setup[name]
        for new in range(1, SETUP + 1):
            these = counts == new
            rows = touched[these]
            if not len(rows):
                continue
            kept[rows, : SETUP - new] = kept[rows, new:]
            for place in range(new):
                kept[rows, SETUP - new + place] = entries(
                    first, seen, where[ends[these] - new + place]
                )

    def _add_behind(self, first: int, seen: Seen) -> None:
        codes = seen.retired["code"]
        done = seen.results["answer"] == Answer.OK
        binds = np.flatnonzero((codes == OperationCode.BIND_TARGET) & done)
        made = np.flatnonzero((codes == OperationCode.NEW_ROUTE) & done)
        in_force = Column(len(self._binds), NONE)
        in_table = seen.retired["target"][binds] < len(self._binds)
        binds = binds[in_table]
        in_force.write(binds, seen.retired["target"][binds], binds.astype(np.int64))
        made = made[seen.retired["route"][made] < len(self._makings)]
        made = made[seen.retired["target"][made] < len(self._binds)]
        targets, routes = seen.retired["target"][made], seen.retired["route"][made]
        position = in_force.read(made, targets)
        behind = self._binds[targets]
        of_batch = position != NONE
        behind[of_batch] = entries(first, seen, position[of_batch])
        self._makings[routes] = entries(first, seen, made)  # of a route made twice, the last stays
        self._making_binds[routes] = behind
        objects, positions = in_force.last()
        self._binds[objects] = entries(first, seen, positions)

    def history(self, first_line: int) -> History:
        """Return the History of all that was added (see `entry_of`)."""
        kept = np.concatenate(
            [
                *(each.reshape(-1) for each in self._setup.values()),
                *self._outside.values(),
                *(self._binds, self._makings, self._making_binds, self._recent),
            ]
        )
        numbers, rows = np.unique(kept["number"], return_index=True)
        history = History()
        for record in kept[rows[numbers > 0]]:
            history.add(entry_of(record, first_line))
        return history
