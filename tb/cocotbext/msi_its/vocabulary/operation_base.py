# SPDX-License-Identifier: MIT
"""What all operations have in common; their classes, one a kind, are generated from it."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from cocotbext.msi_its.vocabulary.csr import ARGUMENTS, Answer, OperationCode, Source

HEXADECIMAL = frozenset(name for name, argument in ARGUMENTS.items() if argument.hexadecimal)
"""The arguments that people read in hexadecimal."""


class OperationBase(Struct, frozen=True, gc=False):
    """An operation: its arguments, and of its class all that the register description says.

    That is the specification's name, the hardware's code, the source that a replay lets it enter
    by, the rules that decide its answer, and the answers that there can be. `returns` has those
    that are true or false in a trace's `returns`, `returns_bdf` those that are the BDF there.
    """

    name: ClassVar[str]
    code: ClassVar[OperationCode]
    source: ClassVar[Source]
    rules: ClassVar[str]
    answers: ClassVar[tuple[Answer, ...]]
    returns: ClassVar[dict[Answer, bool]] = {}
    returns_bdf: ClassVar[tuple[Answer, ...]] = ()

    def __str__(self) -> str:
        """The operation as a call: `signal_msi(target=3, address=0x8090040, data=0x1)`."""
        arguments = []
        for field in self.__struct_fields__:
            value = getattr(self, field)
            shown = f"{value:#x}" if field in HEXADECIMAL else f"{value}"
            arguments.append(f"{field}={shown}")
        return f"{self.name}({', '.join(arguments)})"
