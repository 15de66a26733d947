# SPDX-License-Identifier: MIT
"""Python: the codes, registers and arguments (`csr`), and the classes of operations."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterable, Sequence

from systemrdl.node import AddrmapNode

from tools.registers.description import (
    ROOT,
    Argument,
    BridgeDescription,
    Code,
    Description,
    Operation,
    registers_of,
)

GENERATED_FROM = "Generated from hdl/registers/msi_csr.rdl by `make regs`: do not edit."
VOCABULARY = "tb/cocotbext/msi_its/vocabulary"

REGISTERS = f'''\
# SPDX-License-Identifier: MIT
"""{GENERATED_FROM}

Codes of operations, answers and sources; the offset, width and fields of every register; where
each argument goes.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Field(NamedTuple):
    """Bits high:low of a register."""

    high: int
    low: int


class Register(NamedTuple):
    """A register: byte offset, width in bits, and its fields by name."""

    offset: int
    width: int
    fields: dict[str, Field]


class Argument(NamedTuple):
    """An argument of operations: its width in bits, and where a command has it.

    `table` is the table that it is an index into, `hexadecimal` how people read it. Each of `parts`
    is a register, a field, and the argument's bit that is the field's lowest.
    """

    width: int
    table: str | None
    hexadecimal: bool
    parts: tuple[tuple[Register, str, int], ...]
'''

BRIDGE_REGISTERS = '''\
# SPDX-License-Identifier: MIT
"""Generated from hdl/registers/msi_bridge_csr.rdl by `make regs`: do not edit.

Why the bridge refuses an access; the offset, width and fields of every register that it has beside
those of the translator.
"""

from __future__ import annotations

from enum import IntEnum

from cocotbext.msi_its.vocabulary.csr import Field, Register
'''

OPERATIONS = f'''\
# SPDX-License-Identifier: MIT
"""{GENERATED_FROM}

A class for each operation, and what answers mean. Classes are imported from `operations`.
"""

from __future__ import annotations

from typing import ClassVar

from cocotbext.msi_its.vocabulary.csr import Answer, OperationCode, Source
from cocotbext.msi_its.vocabulary.operation_base import OperationBase
'''

WIDTH = 100
"""How long a line may be."""


def formatted(path: str, source: str) -> str:
    """Return Python as `ruff format` has it in a file of this name."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(ROOT / path), "-"]
    done = subprocess.run(
        command, input=source, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def docstring(text: str, more: str = "", indent: str = "    ") -> list[str]:
    """Return the lines of a docstring; what is `more` follows in brackets, or below."""
    one = f'"""{text.removesuffix(".")} ({more})."""' if more else f'"""{text}"""'
    if len(indent + one) <= WIDTH:
        return [indent + one]
    if more:
        return [f'{indent}"""{text}', "", f"{indent}{more}.", f'{indent}"""']
    return [indent + line for line in textwrap.wrap(one, WIDTH - len(indent))]


def enum_class(name: str, text: str, codes: Sequence[Code]) -> list[str]:
    """Return the source of an IntEnum."""
    lines = ["", "", f"class {name}(IntEnum):", *docstring(text), ""]
    for code in codes:
        lines += [f"    {code.name} = {code.value}", *docstring(code.text)]
    return lines


def argument(of: Argument) -> list[str]:
    """Return the source of an argument's entry in ARGUMENTS."""
    parts = several(f'({part.register}, "{part.field}", {part.lowest})' for part in of.parts)
    table = f'"{of.table}"' if of.table is not None else None
    return [f'    "{of.name}": Argument({of.width}, {table}, {of.hexadecimal}, {parts}),']


def registers(top: AddrmapNode) -> list[str]:
    """Return the source of every register."""
    lines = []
    for register in registers_of(top):
        fields = ", ".join(
            f'"{field.inst_name}": Field({field.high}, {field.low})' for field in register.fields()
        )
        width = register.get_property("regwidth")
        lines.append(
            f"{register.inst_name} = "
            f"Register({register.absolute_address:#04x}, {width}, {{{fields}}})"
        )
    return lines


def bridge_registers_module(description: BridgeDescription) -> str:
    """Return the source of `tb/cocotbext/msi_its/vocabulary/bridge_csr.py`."""
    lines = enum_class("Refusal", "RDL enum refusal.", description.refusals)
    lines += ["", "", *registers(description.top)]
    return formatted(f"{VOCABULARY}/bridge_csr.py", BRIDGE_REGISTERS + "\n".join(lines) + "\n")


def registers_module(description: Description) -> str:
    """Return the source of `tb/cocotbext/msi_its/vocabulary/csr.py`."""
    lines = enum_class("OperationCode", "RDL enum operation_code.", description.operation_codes)
    lines += enum_class("Answer", "RDL enum answer.", description.answers)
    lines += enum_class(
        "Source",
        "Where an operation entered the translator; the codes of `retire_source`.",
        description.sources,
    )
    lines += [
        "",
        "    @property",
        "    def port(self) -> str:",
        '        """The prefix of the port that its operations enter by."""',
        "        return _PORTS[self]",
        "",
        "",
        "_PORTS = {",
        *(f'    Source.{each.name}: "{each.title}",' for each in description.sources),
        "}",
        "",
    ]
    lines += registers(description.top)
    lines += ["", "ARGUMENTS: dict[str, Argument] = {"]
    for each in description.arguments:
        lines += argument(each)
    lines += ["}", '"""Every argument that operations take, by its name."""']
    path = f"{VOCABULARY}/csr.py"
    return formatted(path, REGISTERS + "\n".join(lines) + "\n")


def class_name(operation: Operation) -> str:
    """Return the name of an operation's class."""
    return "".join(word.capitalize() for word in operation.name.split("_"))


def several(items: Iterable[str]) -> str:
    """Return the source of a tuple."""
    found = list(items)
    return f"({', '.join(found)}{',' if len(found) == 1 else ''})"


def answers(codes: Iterable[Code]) -> list[str]:
    """Return the source of answers, one by one."""
    return [f"Answer.{code.name}" for code in codes]


def operation_class(operation: Operation) -> list[str]:
    """Return the source of an operation's class."""
    returns = ", ".join(
        f"{answer}: {value}"
        for value in (True, False)
        for answer in answers(operation.answering(f"returns_{str(value).lower()}"))
    )
    bdf = answers(operation.answering("returns_bdf"))
    return [
        *("", "", f"class {class_name(operation)}(OperationBase, frozen=True):"),
        *docstring(operation.code.text, operation.rules),
        "",
        f'    name: ClassVar[str] = "{operation.name}"',
        f"    code: ClassVar[OperationCode] = OperationCode.{operation.code.name}",
        f"    source: ClassVar[Source] = Source.{operation.source.name}",
        f'    rules: ClassVar[str] = "{operation.rules}"',
        f"    answers: ClassVar[tuple[Answer, ...]] = {several(answers(operation.answers))}",
        *([f"    returns: ClassVar[dict[Answer, bool]] = {{{returns}}}"] if returns else []),
        *([f"    returns_bdf: ClassVar[tuple[Answer, ...]] = {several(bdf)}"] if bdf else []),
        *(f"    {argument}: int" for argument in operation.arguments),
    ]


def operations_module(description: Description) -> str:
    """Return the source of `tb/cocotbext/msi_its/vocabulary/operation_classes.py`."""
    names = [class_name(each) for each in description.operations]
    exported = ", ".join(f'"{name}"' for name in sorted([*names, "Operation"]))
    lines = ["", f"__all__ = [{exported}]", ""]
    for name, text, codes in (
        ("DROPS", "The answers that mean a message was dropped.", description.drops),
        ("REFUSALS", "The answers that mean a route was refused.", description.refusals),
        ("ERRORS", "The answers that mean an error: nothing was changed.", description.errors),
    ):
        members = f"{{{', '.join(answers(codes))}}}" if codes else ""
        lines += [f"{name}: frozenset[Answer] = frozenset({members})", f'"""{text}"""', ""]
    for each in description.operations:
        lines += operation_class(each)
    lines += ["", "", "Operation = (", "    " + "\n    | ".join(names), ")"]
    path = f"{VOCABULARY}/operation_classes.py"
    return formatted(path, OPERATIONS + "\n".join(lines) + "\n")
