# SPDX-License-Identifier: MIT
"""The fields of registers, and where a command's arguments go among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.csr import Register
from cocotbext.msi_its.vocabulary.operations import Operation, arguments_of

ARGUMENTS: dict[str, tuple[tuple[Register, str, int], ...]] = {
    name: argument.parts for name, argument in csr.ARGUMENTS.items()
}
"""Where each argument goes: register, field, and the argument's bit that is the field's lowest."""


ARGUMENT_REGISTERS: tuple[Register, ...] = tuple(
    {part[0].offset: part[0] for parts in ARGUMENTS.values() for part in parts}.values()
)
"""The registers that hold arguments."""


ALL_ADDRESSES: tuple[Register, ...] = tuple(Register(at, 32, {}) for at in range(0, 0x80, 4))
"""Every word that `s_axil` has an address for, whether there is a register or not."""


def get_field(register: Register, field: str, value: int) -> int:
    """Return one field of a register's value."""
    high, low = register.fields[field]
    return (value >> low) & ((1 << (high - low + 1)) - 1)


def put_field(register: Register, field: str, value: int, into: int) -> int:
    """Return a register's value with one field replaced by the low bits of `value`."""
    high, low = register.fields[field]
    mask = (1 << (high - low + 1)) - 1
    return into & ~(mask << low) | (value & mask) << low


def argument_writes(operation: Operation, held: Mapping[int, int] | None = None) -> dict[int, int]:
    """Return what to write before an operation is a command: values by the registers' offsets.

    `held` is what the registers are known to hold: bits that are no argument stay as they are.
    """
    writes: dict[int, int] = {}
    for name in arguments_of(type(operation)):
        argument: Any = getattr(operation, name)
        for register, field, lowest in ARGUMENTS[name]:
            before = writes.get(register.offset, (held or {}).get(register.offset, 0))
            writes[register.offset] = put_field(register, field, argument >> lowest, before)
    return writes
