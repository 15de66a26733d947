# SPDX-License-Identifier: MIT
"""Widths of the values that enter the model: a value too wide is refused, never truncated."""

from typing import Final

BUS_BITS: Final = 8
DEVFN_BITS: Final = 8
RID_BITS: Final = 16
SEGMENT_BITS: Final = 16
DEVID_BITS: Final = 32
ADDRESS_BITS: Final = 64
DATA_BITS: Final = 32


def check_width(name: str, value: int, bits: int) -> None:
    """Refuse a `value` that is not an unsigned integer of at most `bits` bits.

    Raises TypeError if `value` is not an int (a bool is not), ValueError if it does not fit;
    both name the field, the value and the width.
    """
    if type(value) is not int and (not isinstance(value, int) or isinstance(value, bool)):
        raise TypeError(
            f"{name} must be an unsigned {bits}-bit integer, "
            f"not {value!r} of type {type(value).__name__}"
        )
    if value >> bits:  # a negative number shifts to -1 in the end, never to 0
        raise ValueError(
            f"{name} must fit in {bits} bits (0..{(1 << bits) - 1:#x}), not {value:#x}"
        )


def check_message(devid: int | None, address: int, data: int) -> None:
    """Check a message as a backend takes it: devid 32 bits or None, address 64, data 32."""
    if devid is not None:
        check_width("devid", devid, DEVID_BITS)
    check_width("address", address, ADDRESS_BITS)
    check_width("data", data, DATA_BITS)
