# SPDX-License-Identifier: MIT
"""Trace files for the batched path: lines as records, a batch at a time.

A faster reader takes the lines that are plainly right; everything else, what is wrong included,
goes through the strict one of `vocabulary.trace`. So both accept the same files, and refuse with
the same words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from msgspec import UNSET, DecodeError, Meta, Struct, UnsetType, defstruct
from msgspec.json import Decoder
from msgspec.structs import astuple, replace
from numpy.typing import NDArray

from cocotbext.msi_its.batch.environment import BATCH
from cocotbext.msi_its.batch.model import Column, Ints
from cocotbext.msi_its.batch.records import CODES, MESSAGE, OPERATION, SOURCES, Records, same
from cocotbext.msi_its.batch.transactor import Seen
from cocotbext.msi_its.vocabulary.csr import Answer, OperationCode
from cocotbext.msi_its.vocabulary.operations import (
    LIMITS,
    OPERATIONS,
    TABLE_OF,
    WIDTHS,
    Message,
    Operation,
    Tables,
    arguments_of,
)
from cocotbext.msi_its.vocabulary.trace import (
    SHORT,
    WAYS,
    Context,
    TraceLine,
    TraceSummary,
    Unset,
    parse_line,
)
from cocotbext.msi_its.vocabulary.trace_file import (
    LOG_FILE,
    LOG_LINE,
    LONGEST_LINE,
    TraceError,
    blocks,
)
from cocotbext.msi_its.vocabulary.transactions import RETURNS, WARNINGS
from msi_its_model import Profile

EXPECT = np.dtype(
    [
        ("row", "<u4"),  # of the operation, in its batch
        ("message", MESSAGE),
        ("messages", "i1"),  # how many: 0, 1, or 2 for more; UNKNOWN: not recorded
        ("warnings", "i1"),  # how many, likewise
        ("returns", "<i4"),
    ]
)
"""What a line expects. `returns` is NOTHING, or a number (0 and 1 for booleans), or UNKNOWN."""

UNKNOWN = -2
NOTHING = -1

_LARGEST_INT64 = 2**63 - 1


def _unsigned(maximum: int) -> Any:
    # A bound of 64 bits is not checked here but when the numbers are put into their columns.
    return Annotated[int, Meta(ge=0, le=maximum)] if maximum <= _LARGEST_INT64 else int


def _maximum(name: str) -> int:
    return LIMITS[TABLE_OF[name]][1] - 1 if name in TABLE_OF else (1 << WIDTHS[name]) - 1


_FRACTION: Any = Annotated[float, Meta(ge=0)]
_WORD: Any = _unsigned(0xFFFF_FFFF)
_MESSAGES: Any = list[tuple[_WORD, int, _WORD]]


def _ways(name: str) -> dict[str, tuple[Any, int]]:
    """Return how an argument may be written: the type of each way, and how far it is shifted."""
    if name not in WAYS:
        return {name: (_unsigned(_maximum(name)), 0)}
    short, bits, shift = SHORT[name]
    ways = {each: (_unsigned(_maximum(each)), 0) for each in WAYS[name] if each != short}
    return {short: (_unsigned((1 << bits) - 1), shift), **ways}


def _arguments(kind: type[Operation]) -> list[Any]:
    """Return the fields of a line for the arguments of an operation of this kind."""
    fields: list[Any] = []
    for name in arguments_of(kind):
        ways = _ways(name)
        one_way = len(ways) == 1
        for way, (values, _) in ways.items():
            fields.append((way, values) if one_way else (way, values | UnsetType, UNSET))
    return fields


def _line_type(kind: type[Operation]) -> type[Struct]:
    """Return the type of a line with an operation of this kind."""
    returned: Any = None
    if kind.returns:
        returned = bool | None
    elif kind.returns_bdf:
        returned = _unsigned(0xFFFF) | None
    expect = defstruct(
        f"Expect{kind.__name__}",
        [
            ("messages", _MESSAGES | UnsetType, UNSET),
            ("returns", returned | UnsetType if returned is not None else None | UnsetType, UNSET),
            ("warnings", _unsigned(_LARGEST_INT64) | UnsetType, UNSET),
        ],
        forbid_unknown_fields=True,
        gc=False,
    )
    return defstruct(
        f"Line{kind.__name__}",
        [
            *_arguments(kind),
            ("expect", expect | UnsetType, UNSET),
            ("note", str | UnsetType, UNSET),
            ("t_us", _unsigned(_LARGEST_INT64) | _FRACTION | UnsetType, UNSET),
            (LOG_LINE, int | UnsetType, UNSET),
            (LOG_FILE, int | UnsetType, UNSET),
        ],
        tag_field="op",
        tag=kind.name,
        forbid_unknown_fields=True,
        gc=False,
        kw_only=True,
    )


_LINE_TYPES: dict[type[Struct], type[Operation]] = {
    _line_type(kind): kind for kind in OPERATIONS.values()
}
_ANY: Any = None
for _each in _LINE_TYPES:
    _ANY = _each if _ANY is None else _ANY | _each
_decode = Decoder(_ANY).decode


@dataclass(frozen=True, slots=True)
class Lines:
    """Consecutive lines of a trace; `first` is the number of the first one."""

    path: str | Path
    first: int
    texts: Sequence[bytes]
    operations: Records
    expects: Records

    def lines(self, start: int = 0) -> Iterator[TraceLine]:
        """Return the lines themselves, from row `start` on."""
        for row, text in enumerate(self.texts[start:], start):
            line = parse_line(self.path, self.first + row, text)
            if line.rid is not None:  # its offset depends on the lines before
                offset = int(self.operations["rid_offset"][row])
                line = line._replace(operation=replace(line.operation, rid_offset=offset))
            yield line

    @property
    def expecting(self) -> int:
        """How many lines say what to expect: one part of it at least."""
        known = [self.expects[part] != UNKNOWN for part in ("messages", "warnings", "returns")]
        return int(np.logical_or.reduce(known).sum())

    def unexpected(self, seen: Seen) -> bool:
        """Return whether anything retired otherwise than `expect` says."""
        expects = self.expects
        if not len(expects):
            return False
        rows = expects["row"]
        results = seen.results[rows]
        sent = results["sent"] != 0
        messages = expects["messages"] != UNKNOWN
        wrong = messages & (expects["messages"] != sent)
        wrong |= messages & ~same(expects["message"].copy(), seen.retired_messages[rows])
        answers = results["answer"]
        returned = _RETURNED[seen.retired["code"][rows], answers]
        returned = np.where(answers == Answer.BDF, results["bdf"].astype(np.int32), returned)
        wrong |= (expects["returns"] != UNKNOWN) & (expects["returns"] != returned)
        wrong |= (expects["warnings"] != UNKNOWN) & (expects["warnings"] != _WARNED[answers])
        return bool(wrong.any())


_RETURNED = np.full((CODES, CODES), NOTHING, np.int32)
for (_name, _answer), _value in RETURNS.items():
    _RETURNED[OPERATIONS[_name].code, _answer] = _value
_WARNED = np.zeros(CODES, np.int8)
_WARNED[list(WARNINGS)] = 1


def read_batches(
    path: str | Path, size: int = BATCH, profile: Profile | None = None
) -> Iterator[Lines]:
    """Give a trace's lines in batches, each checked completely; `profile` as for `iter_trace`.

    Raises TraceError when it reaches what makes the file no trace.
    """
    return _batches(Context(path, profile), size)


def _batches(context: Context, size: int) -> Iterator[Lines]:
    path = context.path
    first = 1
    operations = 0
    for block in blocks(path, size):
        header = first == 1 and context.is_header(block[0])
        texts = block[header:]
        if texts:
            found = _fast(context, texts)
            if found is None:
                found = _strict(context, first + header, texts)
            else:
                _note_ranges(context, found[0])
            yield Lines(path, first + header, texts, *found)
        first += len(block)
        operations += len(texts)
    if operations == 0:
        raise TraceError(path, None, None, "empty: it holds no operations")


def _note_ranges(context: Context, operations: Records) -> None:
    """Note how a batch leaves the bus ranges."""
    rows = operations[operations["code"] == OperationCode.SET_BUS_RANGE]
    last = {bus_range: row for row, bus_range in enumerate(rows["range"].tolist())}
    for bus_range, row in last.items():
        each = rows[row]
        context.set_bus_range(bus_range, int(each["secondary"]), int(each["subordinate"]))


def validate(
    path: str | Path,
    progress: Callable[[int], None] | None = None,
    profile: Profile | None = None,
    look: Callable[[Lines], None] | None = None,
) -> TraceSummary:
    """Read the whole file and say what it holds, as `validate_trace` does, but faster.

    `look` is called with each batch of lines. Raises TraceError for the first thing that makes it
    no trace.
    """
    context = Context(path, profile)
    counts: Counter[int] = Counter()
    largest = dict.fromkeys(TABLE_OF, 0)
    expects = first = 0
    for lines in _batches(context, BATCH):
        first = first or lines.first
        if look is not None:
            look(lines)
        codes = np.bincount(lines.operations["code"], minlength=CODES)
        expects += lines.expecting
        counts.update({code: int(count) for code, count in enumerate(codes) if count})
        for name in TABLE_OF:
            largest[name] = max(largest[name], int(lines.operations[name].max()))
        if progress is not None:
            progress(counts.total())
    return TraceSummary(
        operations=counts.total(),
        expects=expects,
        by_name={kind.name: counts[kind.code] for kind in OPERATIONS.values() if counts[kind.code]},
        tables=Tables(**{table: largest[name] + 1 for name, table in TABLE_OF.items()}),
        first=first,
        profile=context.profile,
    )


def _fast(context: Context, texts: Sequence[bytes]) -> tuple[Records, Records] | None:
    """Return operations and expectations, or None if not all lines are plainly right."""
    rows: dict[type[Struct], list[int]] = {kind: [] for kind in _LINE_TYPES}
    lines: dict[type[Struct], list[Any]] = {kind: [] for kind in _LINE_TYPES}
    expects: list[tuple[int, Any]] = []
    colons = 0
    try:
        for row, text in enumerate(texts):
            line = _decode(text)
            kind = type(line)
            rows[kind].append(row)
            lines[kind].append(line)
            if line.expect is not UNSET:
                expects.append((row, line.expect))
            if line.note is not UNSET:
                colons += line.note.count(":")
                if b"\\" in text:
                    return None  # it may be an escaped colon
            if len(text) > LONGEST_LINE:
                return None
        operations = np.zeros(len(texts), OPERATION)
        rids = np.full(len(texts), NOTHING)
        for kind, found in lines.items():
            if not found:
                continue
            where = np.array(rows[kind])
            operation = _LINE_TYPES[kind]
            names = arguments_of(operation)
            for name in names:
                if name in WAYS:
                    column, by_rid = _column_of_ways(name, found)
                    rids[where[by_rid]] = column[by_rid]
                else:
                    kind_of = operations.dtype[name]
                    column = np.fromiter(map(attrgetter(name), found), kind_of, len(found))
                operations[name][where] = column
            operations["code"][where] = operation.code
            optional = sum(
                (line.expect is not UNSET)
                + (line.note is not UNSET)
                + (line.t_us is not UNSET)
                + (line.x_line is not UNSET)
                + (line.x_file is not UNSET)
                for line in found
            )
            colons += len(found) * (1 + len(names)) + optional
        colons += sum(
            (each.messages is not UNSET)
            + (each.returns is not UNSET)
            + (each.warnings is not UNSET)
            for _, each in expects
        )
        # The decoder keeps the last of two equal keys. Each key is followed by a colon: where there
        # are as many colons as keys that were kept, and in notes, no key is there twice.
        if sum(text.count(b":") for text in texts) != colons:
            return None
        _resolve(context, operations, rids)
        if (operations["rid_offset"] >> context.profile.rid_offset_bits).any():
            return None
        operations["source"] = SOURCES[operations["code"]]
        return operations, _expects(expects)
    except (DecodeError, OverflowError, UnicodeDecodeError, _NotOneWayError):
        return None


class _NotOneWayError(Exception):
    """An argument that can be written in several ways is there in none of them, or in two."""


def _column_of_ways(name: str, found: Sequence[Any]) -> tuple[Ints, NDArray[np.bool_]]:
    """Return an argument of some lines, and which of them have a `rid` instead.

    Raises _NotOneWayError.
    """
    column = np.zeros(len(found), np.int64)
    ways = np.zeros(len(found), np.intp)
    by_rid = np.zeros(len(found), np.bool_)
    for way, (_, shift) in _ways(name).items():
        values = list(map(attrgetter(way), found))
        rows = [row for row, value in enumerate(values) if value is not UNSET]
        column[rows] = [values[row] << shift for row in rows]
        ways[rows] += 1
        by_rid[rows] = way == "rid"
    if (ways != 1).any():
        raise _NotOneWayError
    return column, by_rid


def _resolve(context: Context, operations: Records, rids: Ints) -> None:
    """Put in the offsets of what is bound by a requester ID: with the secondary bus then (R5)."""
    where = np.flatnonzero(rids != NOTHING)
    if not len(where):
        return
    secondary = Column(LIMITS["ranges"][1], 0)
    for bus_range, held in context.ranges.items():
        secondary.values[bus_range], _ = held.bus_range()
    sets = np.flatnonzero(operations["code"] == OperationCode.SET_BUS_RANGE)
    rows = operations[sets]
    secondary.write(sets, rows["range"], rows["secondary"].astype(np.int64))
    now = secondary.read(where, operations["range"][where])
    operations["rid_offset"][where] = (rids[where] - (now << 8)) % (1 << WIDTHS["rid"])


def _strict(context: Context, first: int, texts: Sequence[bytes]) -> tuple[Records, Records]:
    """Return operations and expectations. Raises TraceError for the first line that is wrong."""
    operations = np.zeros(len(texts), OPERATION)
    expects: list[tuple[int, Any]] = []
    for row, text in enumerate(texts):
        line = context.take(parse_line(context.path, first + row, text))
        record = operations[row]
        record["code"] = line.operation.code
        for name in arguments_of(type(line.operation)):
            record[name] = getattr(line.operation, name)
        if line.expect is not None:
            expects.append((row, line.expect))
    operations["source"] = SOURCES[operations["code"]]
    return operations, _expects(expects)


def _expects(found: list[tuple[int, Any]]) -> Records:
    """Return expectations as records; each is an Expect, or has the same fields."""
    records = np.zeros(len(found), EXPECT)
    if not found:
        return records
    rows = []
    for row, expect in found:
        messages, returns, warnings = expect.messages, expect.returns, expect.warnings
        recorded = messages is not None and messages is not UNSET
        first = messages[0] if recorded and messages else (0, 0, 0)
        devid, address, data = astuple(first) if isinstance(first, Message) else first
        rows.append(
            (
                row,
                (address, data, devid),
                min(len(messages), 2) if recorded else UNKNOWN,
                UNKNOWN if warnings is None or warnings is UNSET else min(warnings, 2),
                UNKNOWN
                if returns is UNSET or returns is Unset.UNSET
                else NOTHING
                if returns is None
                else int(returns),
            )
        )
    records[:] = rows
    return records
