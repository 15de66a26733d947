# SPDX-License-Identifier: MIT
"""A table (CSV) with a header: its columns are named as the fields of a trace.

For everything that has no importer of its own. An empty cell is a field that is not there. Numbers
are decimal or `0x…`, a requester ID may be written `01:00.0`. What is expected has a column each,
`expect.warnings`, or `expect.devid` for the message. Without a column `op` each row is a message,
and without `target` it enters at the port of its bus.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import Any, Final

from cocotbext.msi_its.importers.gaps import Gaps
from cocotbext.msi_its.importers.importer import Importer
from cocotbext.msi_its.importers.ports import TooManyError
from cocotbext.msi_its.importers.writer import Entry, Sink
from cocotbext.msi_its.vocabulary import its_trace, trace
from cocotbext.msi_its.vocabulary.its_trace import ITS_OPERATIONS
from cocotbext.msi_its.vocabulary.operations import WIDTHS
from cocotbext.msi_its.vocabulary.trace_file import Refused

_DELIMITERS: Final = (",", ";", "\t", "|")
LONGEST_ROW: Final = 1 << 16
"""The longest row that is read, in bytes."""
_BDF: Final = re.compile(r"([0-9a-fA-F]{2}):([01][0-9a-fA-F])\.([0-7])", re.ASCII)
_INTEGER: Final = re.compile(r"[0-9]{1,20}|0[xX][0-9a-fA-F]{1,16}", re.ASCII)
_DECIMAL: Final = re.compile(r"[0-9]{1,20}[.,][0-9]{1,9}", re.ASCII)
_WORDS: Final = {"true": True, "false": False, "null": None}
_TEXTS: Final = ("op", "note", "result", "expect.reason")
_MESSAGE: Final = ("devid", "address", "data")
_EXPECT: Final = "expect."
_FIELDS: Final = rb"op|t_us|target|rid|connection|range|route|address|data|segment|devid|eventid"


class CsvTable(Importer):
    """Reads a table with a header."""

    name = "csv"
    title = "a table (CSV) of a trace's fields"
    signs = re.compile(
        rb'^(?:\xef\xbb\xbf)?"?(?:' + _FIELDS + rb')"?\s*[,;\t|]\s*"?[a-z_][\w.]*"?\s*(?:[,;\t|]|$)'
    )

    def __init__(self, writer: Sink, gaps: Gaps) -> None:
        super().__init__(writer, gaps)
        self._columns: list[str] = []
        self._delimiter = ","

    def begin(self, start: Sequence[bytes]) -> None:
        """Each file has a header of its own."""
        self._columns = []

    def take(self, first: int, lines: Sequence[bytes]) -> None:
        """Take the next rows."""
        for number, line in enumerate(lines, first):
            if not line.strip() or line.startswith(b"#"):
                continue
            if len(line) > LONGEST_ROW:
                self.gaps.refuse(number, f"a row of more than {LONGEST_ROW:,} bytes", line[:200])
                continue
            text = line.decode("utf-8-sig", "replace").rstrip("\r\n")
            if not self._columns:
                self._delimiter = max(_DELIMITERS, key=text.count)
            try:
                cells = next(csv.reader((text,), delimiter=self._delimiter, strict=True))
            except (csv.Error, StopIteration) as error:
                self.gaps.refuse(number, f"no row of a table: {error}", line)
                continue
            cells = [cell.strip() for cell in cells]
            if not self._columns:
                self._columns = cells
                self._check(number)
            elif len(cells) > len(self._columns):
                self.gaps.refuse(number, "more cells than the header has columns", line)
            else:
                self._row(number, line, dict(zip(self._columns, cells, strict=False)))

    def _check(self, number: int) -> None:
        for column in {each for each in self._columns if self._columns.count(each) > 1}:
            self.gaps.leave_out(f"all but the last column {column!r}", number)
        if "op" not in self._columns:
            self.gaps.assume("each row is a message: there is no column op", number)

    def _row(self, number: int, line: bytes, cells: dict[str, str]) -> None:
        try:
            entry = self._entry(number, cells)
            if entry["op"] in ITS_OPERATIONS:
                its_trace.parse_entry(number, entry)
            else:
                trace.parse_entry(number, entry)
        except Refused as refused:
            field = f"{refused.field}: " if refused.field else ""
            self.gaps.refuse(number, field + refused.reason, line)
        except TooManyError as error:
            self.gaps.leave_out(f"messages: {error}", number)
        else:
            self.write(number, None, entry)

    def _entry(self, number: int, cells: dict[str, str]) -> Entry:
        entry: Entry = {}
        expect: Entry = {}
        for column, cell in cells.items():
            if not cell or not column:
                continue
            value = _value(column, cell)
            if column.startswith(_EXPECT):
                expect[column.removeprefix(_EXPECT)] = value
            else:
                entry[column] = value
        if "op" not in entry:
            entry["op"] = "signal_msi_with_rid" if "rid" in entry else "signal_msi"
        if entry["op"] == "signal_msi_with_rid" and "target" not in self._columns:
            self._enter(number, entry)
        if expect:
            entry["expect"] = expect
            if entry["op"] not in ITS_OPERATIONS and "devid" in expect:
                parts = {name: expect.pop(name, entry.get(name, 0)) for name in _MESSAGE}
                expect["messages"] = [list(parts.values())]
        return entry

    def _enter(self, number: int, entry: Entry) -> None:
        """Let a message enter where its bus is."""
        rid, segment = entry.get("rid", 0), entry.pop("segment", 0)
        for name, value in (("rid", rid), ("segment", segment)):
            if type(value) is not int or value >> WIDTHS["rid"]:
                raise Refused(name, f"{value} is no number of 16 bits")
        t_us = entry.get("t_us")
        entry["target"] = self.ports.enter(segment, rid >> 8, number, t_us).index


def _value(column: str, cell: str) -> Any:
    """Return what a cell holds. Raises Refused for a number that is none."""
    if column in _TEXTS or column.startswith("x_"):
        return cell
    if cell.lower() in _WORDS:
        return _WORDS[cell.lower()]
    if _INTEGER.fullmatch(cell):
        return int(cell, 16 if cell[1:2] in "xX" and cell[1:2] else 10)
    bdf = _BDF.fullmatch(cell)
    if bdf is not None and column in ("rid", "devid", "expect.devid"):
        bus, device, function = (int(part, 16) for part in bdf.groups())
        return bus << 8 | device << 3 | function
    if column == "t_us" and _DECIMAL.fullmatch(cell):
        return float(cell.replace(",", "."))
    raise Refused(column, "not a number: write 768 or 0x300, without points between thousands")
