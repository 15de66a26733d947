# SPDX-License-Identifier: MIT
"""What a test did: one type, from the simulation that writes it to every report that is made of it.

The JSON Schemas in `docs/schemas` are made from these types (see `report.files`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

import msgspec

from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import EnableWithRid, Operation, SignalMsiWithRid

COUNTS = ("operations", "messages", "dropped", "mismatches")
"""The checker's counts, in the order in which they are shown."""

Counts = dict[str, dict[str, int]]
"""How often each bin was hit: by the cover point's name, then by the bin's words."""


def device_name(devid: int) -> str:
    """Return a DeviceID as lspci writes a device: `05:00.0`, with the segment if it is not 0."""
    segment = f"{devid >> 16:04x}:" if devid >> 16 else ""
    return f"{segment}{devid >> 8 & 0xFF:02x}:{devid >> 3 & 0x1F:02x}.{devid & 7}"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference between what was expected and what came; `kind` names the check.

    `operation` is its number, `line` that of the trace, where there are such.
    """

    kind: str
    operation: int | None
    line: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Drop:
    """One message that the golden model dropped, or route that it refused.

    `name` is the requester ID it claimed, if that was explicit; otherwise that of the operation.
    """

    operation: int
    line: int | None
    name: str
    text: str
    answer: str

    @classmethod
    def of(cls, number: int, line: int | None, operation: Operation, answer: Answer) -> Drop:
        """Return what is said of an operation that was answered so."""
        name = operation.name
        if isinstance(operation, SignalMsiWithRid | EnableWithRid):
            name = f"requester ID {operation.rid:#06x} ({device_name(operation.rid)})"
        return cls(number, line, name, str(operation), answer.name)


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test: what it did, and why it failed if it did.

    A test that never started, because its simulation had ended, has not `ran`. `cause` is the same
    for all tests that the same statement of the design ended; empty for all others. With
    `counted`, it came to its end, and these are its checker's counts. `compared` are the messages
    that were, where that is not all of them; `answers` and `coverage` are counts by name.
    """

    __test__: ClassVar[bool] = False  # whatever pytest thinks of the name

    name: str
    passed: bool
    seconds: float = 0.0
    failure: str = ""
    ran: bool = True
    cause: str = ""
    operations: int = 0
    messages: int = 0
    dropped: int = 0
    mismatches: int = 0
    compared: int | None = None
    cycles: int = 0
    counted: bool = False
    measured: dict[str, str] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    drops: tuple[Drop, ...] = ()
    reports: tuple[Mismatch, ...] = ()
    coverage: Counts = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether it ran, and did not pass."""
        return self.ran and not self.passed

    def count(self, name: str) -> int:
        """Return one of COUNTS."""
        return int(getattr(self, name))


T = TypeVar("T")


def dump(value: object) -> str:
    """Return a value of these types as JSON; any text in it, as a path may be, is kept."""
    return json.dumps(msgspec.to_builtins(value), indent=1)


def load(text: str, kind: type[T]) -> T:
    """Return what `dump` wrote. Raises ValueError if it is not JSON, or not of that type."""
    try:
        return msgspec.convert(json.loads(text), kind, str_keys=True)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
