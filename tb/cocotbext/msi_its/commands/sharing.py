# SPDX-License-Identifier: MIT
"""The operations of a trace after which bus ranges share buses, found while it is read.

Only what sets something up is executed, on a reference of its own: so it costs nothing where there
are messages, and is the same whether the trace is then replayed on the RTL or not.
"""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from cocotbext.msi_its.batch.records import operation_of
from cocotbext.msi_its.batch.trace import Lines
from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.report.files import SharedAfter, Sharing
from cocotbext.msi_its.vocabulary.csr import OperationCode
from cocotbext.msi_its.vocabulary.operations import LIMITS, BindTarget, Tables

DECIDES = (
    *(OperationCode.SET_BUS_RANGE, OperationCode.BIND_TARGET),
    *(OperationCode.CONNECT, OperationCode.DISCONNECT, OperationCode.CONNECT_IRQFD),
    *(OperationCode.NEW_ROUTE, OperationCode.FREE_ROUTE),
)
"""What can make bus ranges share buses, or end that."""

LISTED = 1000
"""How many operations are listed one by one; more are only counted."""

SHOWN = 5
"""How many of those are shown on the terminal, and how many of the pairs of each."""


class Watch:
    """Looks on while a trace is read: `look` takes its batches."""

    def __init__(self) -> None:
        """Start in the reset state, with tables that are large enough for any trace."""
        self._reference = Reference(Tables(**{name: most for name, (_, most) in LIMITS.items()}))
        self._of = self._operations = self._began = 0
        self._listed: list[SharedAfter] = []
        self._now: set[tuple[int, int]] = set()  # the pairs that share

    def look(self, lines: Lines) -> None:
        """Take the next lines."""
        for row in np.flatnonzero(np.isin(lines.operations["code"], DECIDES)).tolist():
            operation = operation_of(lines.operations[row])
            said = str(operation)
            if isinstance(operation, BindTarget):  # it claims all of the range, whatever its offset
                operation = replace(operation, rid_offset=0)
            self._reference.execute(operation)
            self._of += 1
            pairs = self._reference.shared()
            self._operations += bool(pairs)
            new = [each for each in pairs if each.ranges not in self._now]
            self._now = {each.ranges for each in pairs}
            self._began += bool(new)
            if new and len(self._listed) < LISTED:
                self._listed.append(SharedAfter(line=lines.first + row, operation=said, pairs=new))

    @property
    def found(self) -> Sharing:
        """What was found so far."""
        return Sharing(
            of=self._of, operations=self._operations, began=self._began, listed=self._listed
        )


def said(name: str, sharing: Sharing) -> str:
    """Say after which operations of a trace it was so; empty if after none."""
    if not sharing.operations:
        return ""
    of = f"{sharing.operations:,} of {sharing.of:,} operations that set something up"
    began = f"with {sharing.began:,} of them it begins for some"
    lines = [f"bus ranges share DeviceIDs, in {name}, after {of}; {began}:"]
    for each in sharing.listed[:SHOWN]:
        pairs = ", ".join(map(str, each.pairs[:SHOWN]))
        more = f" and {len(each.pairs) - SHOWN} more pairs" if len(each.pairs) > SHOWN else ""
        lines.append(f"  line {each.line}: {each.operation}: {pairs}{more}")
    if sharing.began > SHOWN:
        listed = len(sharing.listed)
        which = "them" if listed == sharing.began else f"the first {listed:,}"
        lines.append(f"  ... {sharing.began - SHOWN:,} more: the result file lists {which}")
    return "\n".join(lines)
