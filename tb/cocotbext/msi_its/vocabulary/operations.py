# SPDX-License-Identifier: MIT
"""The vocabulary of operations: one class per operation of the specification's section 3.

The model's methods, the hardware's operations and the trace files share these names and arguments;
the classes are generated from the register description, and imported from here.
Creating an operation checks nothing, because that happens for every message of a long replay;
`validate` does, and so does reading a trace. For the same reason they are structs of msgspec: what
a frozen dataclass is, made in a tenth of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, get_args

from msgspec import Struct

from cocotbext.msi_its.vocabulary.csr import ARGUMENTS
from cocotbext.msi_its.vocabulary.operation_classes import *  # noqa: F403 (each class, by its name)
from cocotbext.msi_its.vocabulary.operation_classes import Operation
from msi_its_model import DEFAULT_PROFILE, Profile
from msi_its_model.widths import check_width

WIDTHS: dict[str, int] = {name: argument.width for name, argument in ARGUMENTS.items()}
"""Width in bits of every argument, by its name."""

TABLE_OF: dict[str, str] = {
    name: argument.table for name, argument in ARGUMENTS.items() if argument.table is not None
}
"""Which table an argument is an index into. Arguments that are not here are values."""

INDEX_BITS = max(WIDTHS[name] for name in TABLE_OF)
"""Width in bits of a table index, on every interface."""


class Message(Struct, frozen=True, gc=False):
    """What reaches the ITS: DeviceID (32 bits), address (64 bits), data (32 bits)."""

    devid: int
    address: int
    data: int

    def __str__(self) -> str:
        return f"[devid={self.devid:#010x}, address={self.address:#x}, data={self.data:#x}]"


class Tables(NamedTuple):
    """The number of entries in each of the translator's tables (H9)."""

    ranges: int
    connections: int
    targets: int
    routes: int


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a translator is built for, as the register CONFIGURATION says it, too.

    `devid_bits`, 16 to 32, is how wide a DeviceID may be that the ITS takes.
    """

    profile: Profile = DEFAULT_PROFILE
    devid_bits: int = 32

    @property
    def words(self) -> list[str]:
        """What make is told for its profile, unless that is the default."""
        return [] if self.profile == DEFAULT_PROFILE else [f"PROFILE={self.profile.name}"]

    @property
    def parameters(self) -> dict[str, int]:
        """The translator's parameters for it, by their names in the RTL."""
        return {
            "CHECK_DEFAULT_RID": int(self.profile.checks_default_rid),
            "DEVID_BITS": self.devid_bits,
        }

    @property
    def rid_offset_mask(self) -> int:
        """The bits of a requester ID offset that the hardware takes; it ignores the others."""
        return 0xFFFF if self.profile.checks_default_rid else 0xFF


CONFIGURATION = Configuration()
"""What is meant where nothing else is said."""

LIMITS: dict[str, tuple[int, int]] = {
    "ranges": (1, 256),
    "connections": (1, 256),
    "targets": (1, 1024),
    "routes": (1, 2048),
}
"""The legal sizes of each table: smallest and largest number of entries (H9)."""

_CLASSES: tuple[type[Operation], ...] = get_args(Operation)

OPERATIONS: dict[str, type[Operation]] = {cls.name: cls for cls in _CLASSES}
"""The class of each operation, by the specification's name."""

BY_CODE: dict[int, type[Operation]] = {cls.code: cls for cls in _CLASSES}
"""The class of each operation, by the hardware's code."""


def arguments_of(operation: type[Operation]) -> tuple[str, ...]:
    """The names of an operation's arguments, in the specification's order."""
    return operation.__struct_fields__


def validate(operation: Operation) -> None:
    """Check that every argument is an integer that fits its width.

    Whether an index is inside the tables in use is not checked: an operation with an index outside
    is a legal request, which is answered with an error.

    Raises TypeError for an argument that is not an integer (a bool is not), ValueError for one that
    does not fit its width; both name the argument and the width.
    """
    for field in arguments_of(type(operation)):
        check_width(field, getattr(operation, field), WIDTHS[field])
