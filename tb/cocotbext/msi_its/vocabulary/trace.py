# SPDX-License-Identifier: MIT
"""Trace files: recorded operations, one JSON object a line (the specification's section 5).

A file is read twice: once to validate all of it, before anything runs, and once to replay it. Both
passes hold one line at a time, so a trace may be longer than memory. Whatever is wrong with a file
is reported as a `TraceError` that names the file, the line, the field and what would be right.
"""

from __future__ import annotations

import enum
import gzip
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

from msgspec.structs import astuple, replace

from cocotbext.msi_its.vocabulary.operations import (
    LIMITS,
    OPERATIONS,
    TABLE_OF,
    WIDTHS,
    BindTarget,
    Message,
    Operation,
    SetBusRange,
    Tables,
    arguments_of,
)
from cocotbext.msi_its.vocabulary.trace_file import (
    A_TRACE_IS,
    COUNT_MAXIMUM,
    EXTRA,
    Refused,
    TraceError,
    decode,
    did_you_mean,
    integer,
    lines_of,
    looks_like,
    plain,
    show,
    time_of,
)
from msi_its_model import DEFAULT_PROFILE, PROFILES, AssignedBusRange, MsiConnection, Profile

FORMAT: Final = "msi-trace"
VERSION: Final = 1
"""What the first line of a file may say that it is."""


class Unset(enum.Enum):
    """The type of `UNSET`."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
"""No `returns` was recorded; unlike None, which says that the operation returned nothing."""


class Expect(NamedTuple):
    """What an independent implementation recorded for one operation; each part is optional."""

    messages: tuple[Message, ...] | None = None
    returns: bool | int | Unset | None = UNSET
    warnings: int | None = None

    def differences(
        self, message: Message | None, returns: bool | int | None, warnings: Sequence[object]
    ) -> list[str]:
        """Say, part by part, what an operation did differently; empty if nothing.

        `warnings` has one item for each warning that was raised; the items are only shown.
        """
        messages = () if message is None else (message,)
        found = []
        if self.messages is not None and self.messages != messages:
            wanted = ", ".join(map(str, self.messages)) or "no message"
            found.append(f"messages: expected {wanted}, got {message or 'no message'}")
        if self.returns is not UNSET and self.returns != returns:
            found.append(f"returns: expected {self.returns}, got {returns}")
        if self.warnings is not None and self.warnings != len(warnings):
            got = "; ".join(map(str, warnings)) or "none"
            found.append(f"warnings: expected {self.warnings}, got {len(warnings)} ({got})")
        return found


class TraceLine(NamedTuple):
    """One line of a trace: its number in the file (from 1), the operation, and what is optional.

    `t_us` is the time of recording in microseconds, `note` is for people; `extra` are the fields
    whose name starts with `x_`: they are kept, and mean nothing here. `rid` is the requester ID
    (16 bits) of a `bind_target` that was written with one: its offset depends on the lines before
    it, and is in `operation` as far as the line went through `Context.take`.
    """

    number: int
    operation: Operation
    expect: Expect | None = None
    note: str | None = None
    t_us: int | float | None = None
    extra: dict[str, Any] | None = None
    rid: int | None = None


@dataclass(frozen=True, slots=True)
class TraceSummary:
    """What a valid trace holds, and the smallest tables that it runs on.

    `expects` is how many lines say what to expect: one part of it at least. `first` is the number
    of the first operation's line: 2 where the file begins with a header. `profile` is the one whose
    rules it was read by.
    """

    operations: int
    expects: int
    by_name: dict[str, int]
    tables: Tables
    first: int = 1
    profile: Profile = DEFAULT_PROFILE


# Reading


class Context:
    """What the lines of a file mean: by a profile's rules, and after the lines before them.

    The profile is the one given, or else that of the file's header, or the default.
    """

    __slots__ = ("_given", "path", "profile", "ranges")

    def __init__(self, path: str | Path, profile: Profile | None = None) -> None:
        """Start at the beginning of a file, to be read by the rules of `profile`."""
        self.path = path
        self._given = profile
        self.profile = profile or DEFAULT_PROFILE
        self.ranges: dict[int, AssignedBusRange] = {}  # as the lines so far have set them

    def is_header(self, text: bytes) -> bool:
        """Return whether the first line says what the file is: `{"format": "msi-trace", …}`.

        Raises TraceError if it does, and it is nothing that can be read here, or another profile
        than the one given.
        """
        if b'"format"' not in text:
            return False
        try:
            entry = decode(text)
            if "format" not in entry or "op" in entry:
                return False
            _check_header(entry)
            self.profile = PROFILES[entry.get("profile", self.profile.name)]
            if self._given is not None and self._given != self.profile:
                reason = (
                    f"the file follows {self.profile.name}, and is to be read by the rules of "
                    f"{self._given.name}: leave PROFILE out, and it goes by the file"
                )
                raise Refused("profile", reason)
        except Refused as refused:
            raise TraceError(self.path, 1, refused.field, refused.reason) from None
        return True

    def take(self, line: TraceLine) -> TraceLine:
        """Take the next line; return it with the offset that its `rid` is at this moment (R5).

        Raises TraceError for an offset that is wider than the profile has it.
        """
        operation = line.operation
        if type(operation) is SetBusRange:
            self.set_bus_range(operation.range, operation.secondary, operation.subordinate)
        elif type(operation) is BindTarget:
            offset = self.offset(line.number, operation, line.rid)
            if offset != operation.rid_offset:
                return line._replace(operation=replace(operation, rid_offset=offset))
        return line

    def set_bus_range(self, bus_range: int, secondary: int, subordinate: int) -> None:
        """Note that a line sets a bus range."""
        held = self.ranges.setdefault(bus_range, AssignedBusRange())
        held.set_bus_range(secondary, subordinate)

    def offset(self, number: int, operation: BindTarget, rid: int | None) -> int:
        """Return the offset that line `number` binds a target with: that of `rid`, if it has one.

        Raises TraceError for one that is wider than the profile has it.
        """
        held = self.ranges.get(operation.range) or AssignedBusRange()
        target = MsiConnection(profile=self.profile).msi_target(held, 0)
        try:
            if rid is None:
                return target.with_rid_offset(operation.rid_offset).rid_offset
            return target.with_rid(rid).rid_offset
        except ValueError as error:
            field = "rid" if rid is not None else "rid_offset"
            reason = str(error).removeprefix(f"{field} ")
            raise TraceError(self.path, number, field, reason) from None


def read_trace(path: str | Path, profile: Profile | None = None) -> Iterator[TraceLine]:
    """Validate the whole file, at the time of the call; then give its lines one by one.

    It is read by the rules of `profile`; None: of that in its header, or of the default.
    Raises TraceError for the first thing that makes it no trace.
    """
    validate_trace(path, profile)
    return iter_trace(path, profile)


def validate_trace(path: str | Path, profile: Profile | None = None) -> TraceSummary:
    """Read the whole file and say what it holds; `profile` as for `read_trace`.

    Raises TraceError for the first thing that makes it no trace.
    """
    context = Context(path, profile)
    by_class: Counter[type[Operation]] = Counter()
    largest = dict.fromkeys(TABLE_OF, 0)
    expects = first = 0
    for line in _read(context):
        first = first or line.number
        operation = line.operation
        expects += line.expect not in (None, Expect())
        by_class[type(operation)] += 1
        for field in _INDICES[type(operation)]:
            index = getattr(operation, field)
            if index > largest[field]:
                largest[field] = index
    return TraceSummary(
        operations=by_class.total(),
        expects=expects,
        by_name={cls.name: by_class[cls] for cls in OPERATIONS.values() if by_class[cls]},
        tables=Tables(**{table: largest[field] + 1 for field, table in TABLE_OF.items()}),
        first=first,
        profile=context.profile,
    )


def iter_trace(path: str | Path, profile: Profile | None = None) -> Iterator[TraceLine]:
    """Give the lines of a file in one pass, without validating what is still to come.

    This is for a file that `validate_trace` has accepted, or for one that is only looked through;
    `profile` as for `read_trace`.

    Raises TraceError when it reaches what makes the file no trace.
    """
    return _read(Context(path, profile))


def _read(context: Context) -> Iterator[TraceLine]:
    path = context.path
    operations = 0
    for number, text in lines_of(path):
        if number == 1 and context.is_header(text):
            continue
        operations += 1
        yield context.take(parse_line(path, number, text))
    if operations == 0:
        raise TraceError(path, None, None, "empty: it holds no operations")


# What is no trace


# Parsing one line


_HEADER: Final[dict[str, Iterable[str | int]]] = {
    "format": (FORMAT,),
    "version": (VERSION,),
    "profile": PROFILES,
}
"""What a header may say."""
_OPTIONAL: Final = ("expect", "note", "t_us")
_EXPECTED: Final = frozenset(Expect._fields)
_RETURNS: Final[dict[str, str]] = {
    name: "true or false" if cls.returns else "an integer"
    for name, cls in OPERATIONS.items()
    if cls.returns or cls.returns_bdf
}
SHORT: Final[dict[str, tuple[str, int, int]]] = {
    "rid_offset": ("devfn", 8, 0),
    "devid_base": ("segment", 16, 16),
}
"""Arguments that may be written another way: its name, its bits, and how far it is shifted."""
WAYS: Final[dict[str, tuple[str, ...]]] = {
    field: (short, field, *(("rid",) if field == "rid_offset" else ()))
    for field, (short, _, _) in SHORT.items()
}
"""How the same argument may be called in a trace: one of these has to be given."""
_INDICES: Final = {
    cls: tuple(field for field in arguments_of(cls) if field in TABLE_OF)
    for cls in OPERATIONS.values()
}


def _maximum(field: str) -> int:
    """The largest value of an argument in a trace file."""
    if field in TABLE_OF:
        return LIMITS[TABLE_OF[field]][1] - 1
    return (1 << WIDTHS[field]) - 1


_ARGUMENTS: Final = {
    name: tuple((field, _maximum(field)) for field in arguments_of(cls))
    for name, cls in OPERATIONS.items()
}
_NAMES: Final = {
    name: tuple(each for field in arguments_of(cls) for each in WAYS.get(field, (field,)))
    for name, cls in OPERATIONS.items()
}
"""How the arguments of an operation may be called in a trace."""
_ALLOWED: Final = {name: frozenset(("op", *names, *_OPTIONAL)) for name, names in _NAMES.items()}
_DEVID_MAXIMUM: Final = (1 << 32) - 1
_ADDRESS_MAXIMUM: Final = _maximum("address")
_DATA_MAXIMUM: Final = _maximum("data")


def _check_header(header: dict[str, Any]) -> None:
    for key in header:
        if key not in _HEADER and not key.startswith(EXTRA):
            hint = did_you_mean(key, _HEADER) or f"; it has {', '.join(_HEADER)}"
            raise Refused(plain(key), f"a header has no such field{hint}")
    for key, known in _HEADER.items():
        if key not in header:
            if key == "profile":
                continue
            raise Refused(key, f"missing; this reads {show(next(iter(known)))}")
        value = header[key]
        if type(value) not in map(type, known) or value not in known:
            there = " or ".join(map(show, known))
            raise Refused(key, f"{show(value)} is not known; this reads {there}")


def parse_line(path: str | Path, number: int, text: bytes) -> TraceLine:
    """Return one line of a file. Raises TraceError that says what is wrong with it."""
    try:
        return _parse(number, text)
    except Refused as refused:
        what = looks_like(text) if number == 1 else ""
        if what:
            reason = f"this looks like {what}, not like a trace: {A_TRACE_IS}"
            raise TraceError(path, None, None, reason) from None
        raise TraceError(path, number, refused.field, refused.reason) from None


def _parse(number: int, line: bytes) -> TraceLine:
    """One line, checked completely."""
    return parse_entry(number, decode(line))


def parse_entry(number: int, entry: dict[str, Any]) -> TraceLine:
    """Return what a line's JSON object says, checked completely. Raises Refused.

    What is right passes the first test of each kind.
    """
    name = entry.get("op")
    if type(name) is not str or name not in OPERATIONS:
        _refuse_operation(entry)
    extra = None
    if not _ALLOWED[name].issuperset(entry):
        extra = {key: value for key, value in entry.items() if key.startswith(EXTRA)}
        if not _ALLOWED[name].issuperset(entry.keys() - extra.keys()):
            _refuse_unknown_field(entry, name)
    values = []
    rid = None
    for field, maximum in _ARGUMENTS[name]:
        if field in WAYS:
            argument, rid = _one_way(field, entry, name)
            values.append(argument)
            continue
        value = entry.get(field)
        if type(value) is not int or not 0 <= value <= maximum:
            if field not in entry:
                needed = ", ".join(arguments_of(OPERATIONS[name]))
                raise Refused(field, f"missing; {name} needs {needed}")
            value = integer(field, value, maximum, TABLE_OF.get(field))
        values.append(value)
    expect = _parse_expect(entry["expect"], name) if "expect" in entry else None
    note = entry.get("note")
    if type(note) is not str and "note" in entry:
        raise Refused("note", f"expected a string, got {show(note)}")
    t_us = entry.get("t_us")
    if "t_us" in entry:
        t_us = time_of(t_us)
    return TraceLine(number, OPERATIONS[name](*values), expect, note, t_us, extra, rid)


def _one_way(field: str, entry: dict[str, Any], name: str) -> tuple[int, int | None]:
    """Return an argument that can be written in several ways, of which one has to be there.

    Of a requester ID it is the second part; what that makes of the argument is for `Context`.
    """
    ways = WAYS[field]
    given = [way for way in ways if way in entry]
    if len(given) != 1:
        which = f"one of {', '.join(ways)}"
        if given:
            raise Refused(given[1], f"given beside {given[0]}; {name} takes {which}")
        others = [each for each in arguments_of(OPERATIONS[name]) if each != field]
        raise Refused(ways[0], f"missing; {name} needs {', '.join(others)} and {which}")
    (way,) = given
    short, bits, shift = SHORT[field]
    if way == short:
        return integer(way, entry[way], (1 << bits) - 1) << shift, None
    value = integer(way, entry[way], _maximum(way))
    return (value, None) if way == field else (0, value)


def _parse_expect(expect: Any, name: str) -> Expect:
    """The recorded expectation of the operation called `name`."""
    if type(expect) is not dict:
        raise Refused("expect", f"expected an object, got {show(expect)}")
    if not _EXPECTED.issuperset(expect):
        _refuse_unknown_expectation(expect)
    messages = _parse_messages(expect["messages"]) if "messages" in expect else None
    returns = _parse_returns(expect["returns"], name) if "returns" in expect else UNSET
    warnings = None
    if "warnings" in expect:
        warnings = integer("expect.warnings", expect["warnings"], COUNT_MAXIMUM)
    return Expect(messages, returns, warnings)


def _parse_messages(messages: Any) -> tuple[Message, ...]:
    if type(messages) is not list:
        reason = f"expected an array of [devid, address, data], got {show(messages)}"
        raise Refused("expect.messages", reason)
    return tuple([_parse_message(index, message) for index, message in enumerate(messages)])


def _parse_message(index: int, message: Any) -> Message:
    if type(message) is not list or len(message) != 3:
        got = f"{len(message)} values" if type(message) is list else show(message)
        raise Refused(f"expect.messages[{index}]", f"expected [devid, address, data], got {got}")
    devid, address, data = message
    if (
        type(devid) is type(address) is type(data) is int
        and 0 <= devid <= _DEVID_MAXIMUM
        and 0 <= address <= _ADDRESS_MAXIMUM
        and 0 <= data <= _DATA_MAXIMUM
    ):
        return Message(devid, address, data)
    field = f"expect.messages[{index}]"
    return Message(
        integer(f"{field}.devid", devid, _DEVID_MAXIMUM),
        integer(f"{field}.address", address, _ADDRESS_MAXIMUM),
        integer(f"{field}.data", data, _DATA_MAXIMUM),
    )


def _parse_returns(returns: Any, name: str) -> bool | int | None:
    """Null is always possible: an operation that was answered with an error returned nothing."""
    right = _RETURNS.get(name)
    if returns is None or (right == "true or false" and type(returns) is bool):
        return returns
    if right == "an integer":
        return integer("expect.returns", returns, _maximum("rid"))
    wanted = "null" if right is None else f"{right}, or null"
    raise Refused("expect.returns", f"{name} returns {wanted}; got {show(returns)}")


def _refuse_operation(entry: dict[str, Any]) -> NoReturn:
    if "op" not in entry and "format" in entry:
        raise Refused("format", "a header is the first line of a file, or none at all")
    if "op" not in entry:
        raise Refused("op", 'missing; each line names its operation, as in "op": "connect"')
    name = entry["op"]
    if type(name) is not str:
        raise Refused("op", f"expected the name of an operation, got {show(name)}")
    hint = did_you_mean(name, OPERATIONS) or f"; there are {', '.join(OPERATIONS)}"
    raise Refused("op", f"unknown operation {show(name)}{hint}")


def _refuse_unknown_field(entry: dict[str, Any], name: str) -> NoReturn:
    known = _ALLOWED[name]
    key = next(key for key in entry if key not in known and not key.startswith(EXTRA))
    allowed = (*_NAMES[name], *_OPTIONAL)
    hint = did_you_mean(key, allowed) or f"; it has {', '.join(allowed)}, and x_ for your own"
    raise Refused(plain(key), f"{name} has no such field{hint}")


def _refuse_unknown_expectation(expect: dict[str, Any]) -> NoReturn:
    key = next(key for key in expect if key not in _EXPECTED)
    hint = did_you_mean(key, Expect._fields) or f"; it has {', '.join(Expect._fields)}"
    raise Refused(f"expect.{plain(key)}", f"expect has no such field{hint}")


# Writing


def to_json(line: TraceLine) -> str:
    """One line of a trace file, without the newline. The number is not part of it."""
    operation = line.operation
    entry: dict[str, Any] = {"op": operation.name}
    for field in arguments_of(type(operation)):
        if field == "rid_offset" and line.rid is not None:
            entry["rid"] = line.rid
            continue
        value = entry[field] = getattr(operation, field)
        if field in SHORT:
            short, bits, shift = SHORT[field]
            if value >> shift << shift == value and 0 <= value >> shift < 1 << bits:
                del entry[field]
                entry[short] = value >> shift
    if line.t_us is not None:
        entry["t_us"] = line.t_us
    if line.note is not None:
        entry["note"] = line.note
    if line.expect is not None:
        expect: dict[str, Any] = {}
        entry["expect"] = expect
        if line.expect.messages is not None:
            expect["messages"] = [astuple(each) for each in line.expect.messages]
        if line.expect.returns is not UNSET:
            expect["returns"] = line.expect.returns
        if line.expect.warnings is not None:
            expect["warnings"] = line.expect.warnings
    return json.dumps(entry | (line.extra or {}))


def write_trace(
    path: str | Path, lines: Iterable[TraceLine], profile: Profile | None = None
) -> int:
    """Write a trace file; one whose name ends in .gz is gzipped.

    With a profile, the first line is a header that says so. A line with a `rid` is written with it.

    The file appears under its name when it is complete. Equal lines give equal bytes.

    Raises TraceError for a line that could not be read again, or if there is none; a file that was
    there before is then still there. Returns the number of operations.
    """
    path = Path(path)
    context = Context(path, profile)
    unfinished = path.with_name(f".{path.name}.unfinished")
    number = 0
    try:
        with open(unfinished, "wb") as raw:
            zipped = path.suffix == ".gz"
            with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if zipped else raw as file:
                if profile:
                    header = {"format": FORMAT, "version": VERSION, "profile": profile.name}
                    file.write(json.dumps(header).encode() + b"\n")
                for number, line in enumerate(lines, 1):
                    text = to_json(line).encode()
                    try:
                        again = _parse(number, text)
                        if profile:
                            context.take(again)
                    except Refused as refused:
                        reason = refused.reason
                        raise TraceError(path, number, refused.field, reason) from None
                    file.write(text + b"\n")
        if number == 0:
            raise TraceError(path, None, None, "there are no operations to write")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return number
