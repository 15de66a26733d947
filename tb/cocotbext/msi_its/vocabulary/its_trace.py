# SPDX-License-Identifier: MIT
"""What a trace says of the ITS behind the translator: its commands, and what messages became.

These are no operations of the translator: they have lines of their own, `its_mapd` to
`its_translate`, alone in a file or between the translator's operations, and docs/its.md describes
them. Whatever is wrong with a line is a `TraceError`, as for all others.

A file with operations of both is a mixed trace. There an `its_translate` says what became of the
message of the operation right before it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from cocotbext.msi_its.vocabulary.trace import Context, TraceLine, parse_line
from cocotbext.msi_its.vocabulary.trace_file import (
    EXTRA,
    Refused,
    TraceError,
    decode,
    did_you_mean,
    integer,
    lines_of,
    plain,
    show,
    time_of,
)
from msi_its_model import Profile
from msi_its_model.gicv3_its import (
    COLLECTION_BITS,
    DTE_INVALID,
    EVENTID_BITS,
    INTID_BITS,
    OK,
    RDBASE_BITS,
    REASONS,
)
from msi_its_model.widths import ADDRESS_BITS, DEVID_BITS

TRANSLATE: Final = "its_translate"
NOTES: Final = ("its_reg_write", "device_add", "device_del_request", "device_deleted")
"""Lines that are read and mean nothing to the model: how the tables were set up, hot plug."""

BITS: Final = {
    "devid": DEVID_BITS,
    "eventid": EVENTID_BITS,
    "intid": INTID_BITS,
    "collection": COLLECTION_BITS,
    "rdbase": RDBASE_BITS,
    "rdbase1": RDBASE_BITS,
    "rdbase2": RDBASE_BITS,
    "itt_addr": ADDRESS_BITS,
    "itt_size_bits": 8,
    "size_field": 8,
    "queue_slot": 32,
}
_HEXADECIMAL: Final = ("devid", "eventid", "itt_addr")

COMMANDS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "its_mapd": (("devid", "valid"), ("itt_size_bits", "size_field", "itt_addr")),
    "its_mapc": (("collection", "valid"), ("rdbase",)),
    "its_mapti": (("devid", "eventid", "intid", "collection"), ()),
    "its_mapi": (("devid", "eventid", "collection"), ("intid",)),
    "its_movi": (("devid", "eventid", "collection"), ()),
    "its_movall": (("rdbase1", "rdbase2"), ()),
    "its_int": (("devid", "eventid"), ()),
    "its_clear": (("devid", "eventid"), ()),
    "its_discard": (("devid", "eventid"), ()),
    "its_inv": (("devid", "eventid"), ()),
    "its_invall": ((), ("collection",)),
    "its_sync": ((), ("rdbase",)),
}
"""The operands of each command: those it needs, and those that may be left out."""

ITS_OPERATIONS: Final = (*COMMANDS, TRANSLATE, *NOTES)

SIZES: Final = (2, 4, 8)
"""The sizes of a write to GITS_TRANSLATER in bytes; with 8 it has the DeviceID in it (MSI-64)."""

_EXPECTED: Final = ("intid", "collection", "rdbase", "itt_size_bits", "reason")
_COMMON: Final = ("t_us", "note")


class Command(NamedTuple):
    """A command that the ITS executed.

    `result` is "ok", or why it was ignored, `slot` its place in the queue, where they are recorded.
    """

    number: int
    name: str
    arguments: Mapping[str, int]
    result: str | None = None
    slot: int | None = None

    def __str__(self) -> str:
        return _call(self.name, self.arguments)


class Translate(NamedTuple):
    """A write to GITS_TRANSLATER, and what became of it as `expect` has it, part by part."""

    number: int
    devid: int
    eventid: int
    size: int = 4
    expect: Mapping[str, int | str | None] | None = None

    def __str__(self) -> str:
        return _call(TRANSLATE, {"devid": self.devid, "eventid": self.eventid})


class Note(NamedTuple):
    """A line that means nothing to the model (NOTES)."""

    number: int
    name: str


ItsLine = Command | Translate | Note


@dataclass(frozen=True, slots=True)
class ItsSummary:
    """What a valid trace of an ITS holds: the translator's operations, and its own."""

    operations: int
    commands: int
    translations: int
    notes: int
    expects: int

    @property
    def mixed(self) -> bool:
        """Whether there are operations of the translator, too."""
        return self.operations > 0


def _call(name: str, arguments: Mapping[str, int]) -> str:
    shown = (
        f"{field}={value:#x}" if field in _HEXADECIMAL else f"{field}={value}"
        for field, value in arguments.items()
    )
    return f"{name}({', '.join(shown)})"


def names_its_operation(path: str | Path, number: int | None) -> bool:
    """Return whether the line of a file with this number is one of an ITS."""
    if number is None:
        return False
    text = next((text for at, text in lines_of(path) if at == number), b"")
    return _its_entry(text) is not None


def _its_entry(text: bytes) -> dict[str, Any] | None:
    """The JSON object of a line of an ITS; None if it is another line, or none at all."""
    if b"its_" not in text and b"device_" not in text:
        return None
    try:
        entry = decode(text)
    except Refused:
        return None  # the translator's reader says what is wrong with it
    name = entry.get("op")
    ours = type(name) is str and (name in ITS_OPERATIONS or name.startswith("its_"))
    return entry if ours else None


def iter_mixed(path: str | Path, profile: Profile | None = None) -> Iterator[ItsLine | TraceLine]:
    """Give the lines of a trace one by one, those of the translator among them.

    The latter are read by the rules of `profile`; None: of that in the header, or of the default.
    Raises TraceError when it reaches what makes the file no trace.
    """
    context = Context(path, profile)
    for number, text in lines_of(path):
        entry = _its_entry(text)
        if entry is None:
            if number > 1 or not context.is_header(text):
                yield context.take(parse_line(path, number, text))
            continue
        try:
            yield parse_entry(number, entry)
        except Refused as refused:
            raise TraceError(path, number, refused.field, refused.reason) from None


def validate_its(
    path: str | Path, translator: Path | None = None, profile: Profile | None = None
) -> ItsSummary:
    """Read a whole trace with lines of an ITS, and say what it holds.

    The other lines go to the file `translator`, if it is given and there are any, as they are: a
    trace of its own.
    Raises TraceError for the first thing that makes it no trace.
    """
    operations = commands = translations = notes = expects = 0
    alone: Translate | None = None
    before: ItsLine | TraceLine | None = None
    for line in iter_mixed(path, profile):
        match line:
            case TraceLine():
                operations += 1
            case Command():
                commands += 1
                expects += line.result is not None
            case Note():
                notes += 1
            case Translate():
                translations += 1
                expects += line.expect is not None
                if not isinstance(before, TraceLine):
                    alone = alone or line
        before = line
        if alone is not None and operations:
            reason = (
                "in a trace with the translator's operations it says what became of the message "
                "right before it, and there is none; leave it out, or make it a file without them"
            )
            raise TraceError(path, alone.number, TRANSLATE, reason)
    if not operations + commands + translations:
        reason = f"it holds no operations, only {notes} lines that mean nothing to a model"
        raise TraceError(path, None, None, reason)
    if operations and translator is not None:
        _write_others(path, translator)
    return ItsSummary(operations, commands, translations, notes, expects)


def _write_others(path: str | Path, translator: Path) -> None:
    translator.parent.mkdir(parents=True, exist_ok=True)
    unfinished = translator.with_name(f".{translator.name}.{os.getpid()}")
    with open(unfinished, "wb") as file:
        for _, text in lines_of(path):
            if _its_entry(text) is None:
                file.write(text if text.endswith(b"\n") else text + b"\n")
    os.replace(unfinished, translator)


# Parsing one line


def parse_entry(number: int, entry: dict[str, Any]) -> ItsLine:
    """Return what a line's JSON object says, whose operation is one of an ITS. Raises Refused."""
    name: str = entry["op"]
    if name not in ITS_OPERATIONS:
        hint = did_you_mean(name, ITS_OPERATIONS) or f"; there are {', '.join(ITS_OPERATIONS)}"
        raise Refused("op", f"unknown operation {show(name)}{hint}")
    note = entry.get("note")
    if "note" in entry and type(note) is not str:
        raise Refused("note", f"expected a string, got {show(note)}")
    if "t_us" in entry:
        time_of(entry["t_us"])
    if name in NOTES:
        return Note(number, name)  # with whatever fields the recorder has for it
    if name == TRANSLATE:
        return _parse_translate(number, entry)
    needed, optional = COMMANDS[name]
    _check_fields(entry, name, (*needed, *optional, "queue_slot", "result"))
    values = {
        field: _operand(entry, name, field)
        for field in (*needed, *optional)
        if field in needed or entry.get(field) is not None
    }
    slot = _operand(entry, name, "queue_slot") if "queue_slot" in entry else None
    result = entry.get("result")
    if result is not None and type(result) is not str:
        raise Refused("result", f'expected "ok", or why not, got {show(result)}')
    _finish(name, values)
    return Command(number, name, values, result, slot)


def _finish(name: str, values: dict[str, int]) -> None:
    """Check operands that depend on each other, and leave those that the model takes."""
    if name == "its_mapd":
        field = values.pop("size_field", None)
        bits = values.get("itt_size_bits")
        if field is not None and bits is not None and bits != field + 1:
            raise Refused("itt_size_bits", f"{bits} is not size_field + 1, which is {field + 1}")
        if field is not None:
            values["itt_size_bits"] = field + 1
        if values["valid"] and "itt_size_bits" not in values:
            raise Refused("itt_size_bits", f"missing; {name} needs it, unless valid is false")
    elif name == "its_mapc" and values["valid"] and "rdbase" not in values:
        raise Refused("rdbase", f"missing; {name} needs it, unless valid is false")
    elif name == "its_mapi" and values.pop("intid", values["eventid"]) != values["eventid"]:
        raise Refused("intid", f"{name} makes the EventID the INTID: leave it out, or use MAPTI")


def _parse_translate(number: int, entry: dict[str, Any]) -> Translate:
    _check_fields(entry, TRANSLATE, ("devid", "eventid", "size", "expect"))
    devid, eventid = (_operand(entry, TRANSLATE, field) for field in ("devid", "eventid"))
    size = entry.get("size", 4)
    if type(size) is not int or size not in SIZES:
        raise Refused("size", f"{show(size)} bytes: GITS_TRANSLATER takes 2 or 4, 8 with MSI-64")
    if size == 2 and eventid >> 16:
        raise Refused("eventid", f"{eventid:#x} does not fit in a write of 2 bytes")
    expect = entry.get("expect")
    return Translate(
        number, devid, eventid, size, None if expect is None else _parse_expect(expect)
    )


def _parse_expect(expect: Any) -> dict[str, int | str | None]:
    if type(expect) is not dict:
        raise Refused("expect", f"expected an object, got {show(expect)}")
    found: dict[str, int | str | None] = {}
    for key, value in expect.items():
        if key.startswith(EXTRA):
            continue
        if key not in _EXPECTED:
            hint = did_you_mean(key, _EXPECTED) or f"; it has {', '.join(_EXPECTED)}"
            raise Refused(f"expect.{plain(key)}", f"{TRANSLATE} expects no such thing{hint}")
        if key == "reason":
            if value not in REASONS:
                there = ", ".join(REASONS)
                raise Refused("expect.reason", f"{show(value)} is none of {there}")
            found[key] = value
        else:
            limit = (1 << BITS[key]) - 1
            found[key] = None if value is None else integer(f"expect.{key}", value, limit)
    reason = found.get("reason", OK if found.get("intid") is not None else None)
    if reason == OK and found.get("intid", 0) is None:
        raise Refused("expect.intid", f"null, but the reason is {show(OK)}")
    if reason == DTE_INVALID and found.get("itt_size_bits") is not None:
        raise Refused("expect.itt_size_bits", f"there is no table where the reason is {reason}")
    return found


def _check_fields(entry: dict[str, Any], name: str, known: tuple[str, ...]) -> None:
    for key in entry:
        if key not in known and key not in ("op", *_COMMON) and not key.startswith(EXTRA):
            allowed = (*known, *_COMMON)
            hint = did_you_mean(key, allowed) or f"; it has {', '.join(allowed)}, and x_ fields"
            raise Refused(plain(key), f"{name} has no such field{hint}")


def _operand(entry: dict[str, Any], name: str, field: str) -> int:
    if field not in entry:
        needed = ", ".join(COMMANDS[name][0] if name in COMMANDS else ("devid", "eventid"))
        raise Refused(field, f"missing; {name} needs {needed}")
    value = entry[field]
    if field == "valid":
        if type(value) is bool or (type(value) is int and value in (0, 1)):
            return int(value)
        raise Refused(field, f"expected true or false, got {show(value)}")
    return integer(field, value, (1 << BITS[field]) - 1)
