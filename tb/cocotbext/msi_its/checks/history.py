# SPDX-License-Identifier: MIT
"""What happened before: the operations that touched the same objects as a given one."""

from __future__ import annotations

from collections import defaultdict, deque

from msgspec import Struct

from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import (
    OPERATIONS,
    TABLE_OF,
    BindTarget,
    NewRoute,
    SignalMsi,
    SignalMsiWithRid,
    arguments_of,
)
from cocotbext.msi_its.vocabulary.transactions import Retired, Source

Object = tuple[str, int]
"""A bus range, connection, target or route: its argument name and index."""

RECENT = 512
"""How many operations are kept whatever they are."""

SETUP = 6
"""How many operations other than messages and events are kept for each object."""

SHOWN = 8
"""How many operations a report shows."""

CLOSE = 3
"""How many operations after another one can still meet it in the pipeline (H5)."""

TRAFFIC = frozenset(kind for kind in OPERATIONS.values() if kind.source is not Source.COMMAND)
"""The operations that set nothing up."""


class Entry(Struct, frozen=True, gc=False):
    """One executed operation: its number since reset, counted from 1, and its trace line."""

    number: int
    retired: Retired
    line: int | None

    def __str__(self) -> str:
        """The entry as a line of a report."""
        where = f" (line {self.line})" if self.line is not None else ""
        sent = f", {self.retired.message}" if self.retired.message is not None else ""
        return f"#{self.number}{where} {self.retired.operation} → {self.retired.answer.name}{sent}"


class History:
    """Keeps enough of the past to explain a mismatch, in bounded memory."""

    def __init__(self) -> None:
        self._recent: deque[Entry] = deque(maxlen=RECENT)
        self._setup: dict[Object, deque[Entry]] = defaultdict(lambda: deque(maxlen=SETUP))
        self._behind: dict[Object, tuple[Object, ...]] = {}

    def add(self, entry: Entry) -> None:
        """Remember one operation."""
        self._recent.append(entry)
        operation = entry.retired.operation
        if type(operation) in TRAFFIC:
            return
        for name in arguments_of(type(operation)):
            if name in TABLE_OF:
                self._setup[(name, getattr(operation, name))].append(entry)
        if entry.retired.answer is not Answer.OK:
            return
        if isinstance(operation, BindTarget):
            self._behind[("target", operation.target)] = (
                ("range", operation.range),
                ("connection", operation.connection),
            )
        elif isinstance(operation, NewRoute):
            target = ("target", operation.target)
            self._behind[("route", operation.route)] = (target, *self._behind.get(target, ()))

    def objects(self, retired: Retired) -> list[Object]:
        """Return the objects that an operation touches, and those behind them."""
        touched: list[Object] = []
        for name in arguments_of(type(retired.operation)):
            if name in TABLE_OF:
                named = (name, getattr(retired.operation, name))
                touched += [named, *self._behind.get(named, ())]
        return list(dict.fromkeys(touched))

    def before(self, entry: Entry) -> list[Entry]:
        """Return the last operations before this one that touched the same objects."""
        objects = self.objects(entry.retired)
        found = {
            earlier.number: earlier
            for earlier in self._recent
            if not set(objects).isdisjoint(self.objects(earlier.retired))
        }
        for named in objects:
            found |= {earlier.number: earlier for earlier in self._setup[named]}
        found.pop(entry.number, None)
        # The set-up of the objects explains more than the latest of many messages.
        setup = {e.number for named in objects for e in self._setup[named]}
        kept = sorted(found, key=lambda number: (number in setup, number))[-SHOWN:]
        return [found[number] for number in sorted(kept)]

    def just_before(self, entry: Entry) -> Entry | None:
        """Return the last of the CLOSE operations before that may change the same objects."""
        objects = set(self.objects(entry.retired))
        for earlier in reversed(self._recent):
            if entry.number - earlier.number > CLOSE:
                break
            if earlier is entry or isinstance(
                earlier.retired.operation, SignalMsi | SignalMsiWithRid
            ):
                continue
            if not objects.isdisjoint(self.objects(earlier.retired)):
                return earlier
        return None
