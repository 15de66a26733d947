# SPDX-License-Identifier: MIT
"""The register description, read and checked: registers, and what each operation is.

The codes of operations and answers are enums of SystemRDL; what an operation takes and gives is in
the user-defined property `operations` of the field COMMAND.operation.
"""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from systemrdl import RDLCompileError, RDLCompiler
from systemrdl.node import AddrmapNode, FieldNode, RegNode

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "hdl/registers/msi_csr.rdl"
BRIDGE_SOURCE = "hdl/registers/msi_bridge_csr.rdl"
BRIDGE_BASE = 0x80
"""Below this address are the translator's registers, from it on the bridge's."""
SPECIFICATION = "docs/specification.md"

NONE = "NONE"
"""The name of code 0, which is no operation and no answer."""

RETURNS = ("returns_true", "returns_false", "returns_bdf")
"""The members of an operation's entry that say which of its answers are a value."""

TAKEN = frozenset({"name", "code", "source", "rules", "answers", "returns", "returns_bdf"})
"""What no argument may be called: classes of operations have these names already."""


LONGEST = 90
"""How many characters the desc of an operation may have: it is a line of its class."""


class DescriptionError(Exception):
    """The description does not fit together; says all that is wrong with it, one thing a line."""


@dataclass(frozen=True, slots=True)
class Code:
    """A member of an enum; `title` is its name in words, `text` what it means."""

    name: str
    value: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A field of an ARG register; `lowest` is the argument's bit that is the field's lowest."""

    register: str
    field: str
    lowest: int


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument: its width in bits, the table it is an index into, and where commands have it."""

    name: str
    width: int
    table: str | None
    hexadecimal: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation; `returns` has those of its answers that are a value: which of RETURNS."""

    code: Code
    source: Code
    rules: str
    arguments: tuple[str, ...]
    answers: tuple[Code, ...]
    returns: Mapping[str, str]

    @property
    def name(self) -> str:
        """The specification's name."""
        return self.code.name.lower()

    def answering(self, returns: str) -> list[Code]:
        """Return the answers that are a value: those of one of RETURNS."""
        return [each for each in self.answers if self.returns.get(each.name) == returns]


@dataclass(frozen=True, slots=True)
class Description:
    """All that is generated from; operations are in the order of their codes."""

    top: AddrmapNode
    operation_codes: tuple[Code, ...]
    answers: tuple[Code, ...]
    sources: tuple[Code, ...]
    operations: tuple[Operation, ...]
    arguments: tuple[Argument, ...]
    drops: tuple[Code, ...]
    refusals: tuple[Code, ...]
    errors: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class BridgeDescription:
    """All that is generated from for the bridge: its registers, why it refuses an access."""

    top: AddrmapNode
    refusals: tuple[Code, ...]


def load(source: Path, specification: str) -> Description:
    """Return the description in a file, whose rules are those of the specification's text.

    Raises DescriptionError.
    """
    top = compiled(source)
    command, result = field_of(top, "COMMAND", "operation"), field_of(top, "RESULT", "answer")
    entries: list[Any] = command.get_property("operations", default=[])
    enums: list[Any] = [command.get_property("encode"), result.get_property("encode")]
    if not entries or None in enums:
        raise DescriptionError(
            f"{source}: COMMAND.operation needs `encode` and `operations`, RESULT.answer `encode`"
        )
    operation_codes, answers, sources = (
        tuple(code_of(member) for member in enum) for enum in (*enums, type(entries[0].enters))
    )

    def meaning(what: str) -> tuple[Code, ...]:
        return tuple(code_of(member) for member in result.get_property(what, default=[]))

    description = Description(
        top=top,
        operation_codes=operation_codes,
        answers=answers,
        sources=sources,
        operations=tuple(sorted(map(operation_of, entries), key=lambda each: each.code.value)),
        arguments=tuple(arguments_of(top)),
        drops=meaning("drops"),
        refusals=meaning("refusals"),
        errors=meaning("errors"),
    )
    found = [
        *wrong_codes("operation", description.operation_codes),
        *wrong_codes("answer", description.answers),
        *wrong_codes("source", description.sources),
        *wrong_operations(description, set(re.findall(r"^- \*\*(R\d+)\*\*", specification, re.M))),
        *wrong_returns(entries),
        *wrong_answers(description),
        *wrong_arguments(description),
        *wrong_places(top, range(BRIDGE_BASE)),
    ]
    refuse(source, found)
    return description


def load_bridge(source: Path) -> BridgeDescription:
    """Return the description of the bridge's registers in a file. Raises DescriptionError."""
    top = compiled(source)
    encode: Any = field_of(top, "LAST_REFUSED_REASON", "reason").get_property("encode")
    if encode is None:
        raise DescriptionError(f"{source}: LAST_REFUSED_REASON.reason needs `encode`")
    refusals = tuple(code_of(member) for member in encode)
    found = [
        *wrong_codes("refusal", refusals),
        *wrong_places(top, range(BRIDGE_BASE, 2 * BRIDGE_BASE)),
    ]
    refuse(source, found)
    return BridgeDescription(top, refusals)


# ---- reading -----------------------------------------------------------------------------------


def compiled(source: Path) -> AddrmapNode:
    """Return the address map in a file. Raises DescriptionError."""
    compiler = RDLCompiler()
    try:
        compiler.compile_file(str(source))
        return compiler.elaborate().top
    except RDLCompileError as error:  # where it is wrong, the compiler has said
        raise DescriptionError(f"{source}: {error}") from None


def field_of(top: AddrmapNode, register: str, field: str) -> FieldNode:
    """Return a field that there has to be. Raises DescriptionError."""
    found = top.find_by_path(f"{register}.{field}")
    if not isinstance(found, FieldNode):
        raise DescriptionError(f"the description has no field {register}.{field}")
    return found


def code_of(member: Any) -> Code:
    """Return a member of an enum."""
    text = getattr(member, "rdl_desc", None) or ""
    return Code(
        member.name,
        int(member.value),
        getattr(member, "rdl_name", None) or "",
        " ".join(text.split()),
    )


def operation_of(entry: Any) -> Operation:
    """Return an operation, of its entry."""
    return Operation(
        code=code_of(entry.code),
        source=code_of(entry.enters),
        rules=entry.rules,
        arguments=tuple(entry.arguments),
        answers=tuple(map(code_of, entry.answers)),
        returns={answer.name: each for each in RETURNS for answer in getattr(entry, each)},
    )


def registers_of(top: AddrmapNode) -> list[RegNode]:
    """Return the registers, in the order of their addresses."""
    return sorted(top.registers(), key=lambda each: each.absolute_address)


def lowest(field: FieldNode) -> int:
    """Return the bit of its argument that is a field's lowest."""
    return int(field.get_property("lowest", default=0))


def arguments_of(top: AddrmapNode) -> Iterator[Argument]:
    """Give the arguments: the fields of the ARG registers, of which several may be one argument.

    Raises DescriptionError if the fields of one do not fit together.
    """
    fields: dict[str, list[FieldNode]] = {}
    for register in registers_of(top):
        if register.inst_name.startswith("ARG_"):
            for field in register.fields():
                name = field.get_property("part_of", default=field.inst_name)
                fields.setdefault(name, []).append(field)
    for name, found in fields.items():
        width = 0
        parts = []
        for field in sorted(found, key=lowest):
            if lowest(field) != width:
                raise DescriptionError(
                    f"the argument {name}: no field begins with its bit {width}, or two have bits "
                    "in common"
                )
            parts.append(Part(field.parent.inst_name, field.inst_name, width))
            width += field.width
        tables = {field.get_property("table", default=None) for field in found}
        shown = {bool(field.get_property("hexadecimal", default=False)) for field in found}
        if len(tables) > 1 or len(shown) > 1:
            raise DescriptionError(f"the parts of the argument {name} differ in their properties")
        yield Argument(name, width, tables.pop(), shown.pop(), tuple(parts))


# ---- checking ----------------------------------------------------------------------------------


def repeated(names: Iterable[str]) -> list[str]:
    """Return what is there more than once."""
    return [name for name, count in Counter(names).items() if count > 1]


def refuse(source: Path, found: Sequence[str]) -> None:
    """Raise DescriptionError if something is wrong."""
    if found:
        raise DescriptionError("\n".join(f"{source}: {each}" for each in found))


def wrong_codes(what: str, codes: Sequence[Code]) -> Iterator[str]:
    """Say what is wrong with an enum."""
    if what != "source" and [each.name for each in codes if each.value == 0] != [NONE]:
        yield f"{what} code 0 must be called {NONE}"
    for each in codes:
        if not re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", each.name):
            yield f"{what} {each.name}: names are in capitals, words with one _ between them"
        if not each.text:
            yield f"{what} {each.name} has no desc"
        if what == "operation" and len(each.text) > LONGEST:
            yield f"operation {each.name}: its desc is longer than {LONGEST} characters"
        if not each.title and what in ("answer", "source"):
            yield f"{what} {each.name} has no name: what people call it"


def wrong_places(top: AddrmapNode, addresses: range) -> Iterator[str]:
    """Say which registers are at other addresses than these."""
    for each in registers_of(top):
        if each.absolute_address not in addresses:
            yield (
                f"register {each.inst_name}: its address must be {addresses.start:#x} to "
                f"{addresses.stop - 1:#x}, not {each.absolute_address:#x}"
            )


def wrong_operations(description: Description, rules: set[str]) -> Iterator[str]:
    """Say what is wrong with the entries of operations; `rules` are those that there are."""
    entries = [each.code.name for each in description.operations]
    for code in description.operation_codes:
        if code.name != NONE and code.name not in entries:
            yield f"operation {code.name} has no entry in COMMAND.operation's `operations`"
    for name in repeated(entries):
        yield f"operation {name} has more than one entry"
    if NONE in entries:
        yield f"operation {NONE} has an entry, but it is no operation"
    known = {each.name for each in description.arguments}
    for operation in description.operations:
        name = operation.code.name
        for argument in operation.arguments:
            if argument not in known:
                yield f"operation {name}: no ARG register holds an argument {argument!r}"
        for argument in repeated(operation.arguments):
            yield f"operation {name}: the argument {argument!r} is there more than once"
        if not operation.answers:
            yield f"operation {name} has no answers"
        for answer in repeated(each.name for each in operation.answers):
            yield f"operation {name}: the answer {answer} is there more than once"
        if NONE in [each.name for each in operation.answers]:
            yield f"operation {name}: {NONE} is no answer of an operation"
        for rule in operation.rules.split(", "):
            if rule not in rules:
                yield f"operation {name}: {rule!r} is no rule of {SPECIFICATION}"


def wrong_returns(entries: Sequence[Any]) -> Iterator[str]:
    """Say what is wrong with the values that answers are."""
    for entry in entries:
        name = entry.code.name
        valued = {each: [answer.name for answer in getattr(entry, each)] for each in RETURNS}
        of_all = [answer for answers in valued.values() for answer in answers]
        for answer in of_all:
            if answer not in [each.name for each in entry.answers]:
                yield f"operation {name} returns something for {answer}, which it never answers"
        for answer in repeated(of_all):
            yield f"operation {name} returns more than one value for {answer}"
        if valued["returns_bdf"] and len(of_all) > len(valued["returns_bdf"]):
            yield f"operation {name} returns both a number and true or false"


def wrong_answers(description: Description) -> Iterator[str]:
    """Say what is wrong with the answers as a whole."""
    used = {answer.name for each in description.operations for answer in each.answers}
    for answer in description.answers:
        if answer.name != NONE and answer.name not in used:
            yield f"answer {answer.name}: no operation ever answers it"
    meant = [*description.drops, *description.refusals, *description.errors]
    for name in repeated(each.name for each in meant):
        yield f"answer {name} is in more than one of drops, refusals and errors"
    if NONE in [each.name for each in meant]:
        yield f"answer {NONE} is no drop, no refusal and no error"


def wrong_arguments(description: Description) -> Iterator[str]:
    """Say what is wrong with the arguments as a whole."""
    used = {name for each in description.operations for name in each.arguments}
    for argument in description.arguments:
        if argument.name not in used:
            yield f"argument {argument.name}: no operation takes it"
        if argument.name in TAKEN or keyword.iskeyword(argument.name):
            yield f"argument {argument.name}: no argument can be called that"
    tables = [
        field.inst_name
        for register in registers_of(description.top)
        if register.inst_name.startswith("TABLES_")
        for field in register.fields()
    ]
    indexes = [each for each in description.arguments if each.table is not None]
    for each in indexes:
        if each.table not in tables:
            yield f"argument {each.name}: no TABLES register has the size of {each.table!r}"
    for table in tables:
        count = len([each for each in indexes if each.table == table])
        if count != 1:
            yield f"table {table}: one argument is its index, not {count}"
    if len({each.width for each in indexes}) > 1:
        yield "arguments that are indexes must all have the same width"
