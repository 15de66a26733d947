# SPDX-License-Identifier: MIT
"""Packets, made field by field as the PCI Express Base Specification draws their headers (2.2)."""

from __future__ import annotations

from typing import NamedTuple

from msi_its_model import Tlp

READ, READ_LOCKED, WRITE = (0, 0b00000), (0, 0b00001), (1, 0b00000)
FETCH_ADD, SWAP, COMPARE_SWAP, DEFERRABLE = ((1, kind) for kind in (0b01100, 0b01101, 0b01110, 27))
IO_READ, IO_WRITE, CFG_READ, CFG_WRITE = (0, 0b00010), (1, 0b00010), (0, 0b00100), (1, 0b00101)
COMPLETION, COMPLETION_DATA, COMPLETION_LOCKED = (0, 0b01010), (1, 0b01010), (0, 0b01011)
MESSAGE, MESSAGE_DATA = (0, 0b10100), (1, 0b10000)
"""Kinds, as (has data, Type)."""

ATOMICS = (FETCH_ADD, SWAP, COMPARE_SWAP, DEFERRABLE)
THREE_DWORDS = (IO_READ, IO_WRITE, CFG_READ, CFG_WRITE, COMPLETION, COMPLETION_DATA)


class Fields(NamedTuple):
    """A header's fields, each as wide as PCIe has it; `length` in dwords, 1 to 1024.

    `four` dwords or three; `other` are those that no rule here asks for, in one number: traffic
    class, attributes, hints and reserved bits.
    """

    kind: tuple[int, int] = WRITE
    four: bool = False
    address: int = 0
    length: int = 1
    rid: int = 0x1103
    tag: int = 0x5A
    first: int = 0xF
    last: int = 0
    poisoned: bool = False
    digest: bool = False
    address_type: int = 0
    hint: int = 0
    other: int = 0

    @property
    def header(self) -> int:
        """The header, 128 bits."""
        data, kind = self.kind
        fmt = data << 1 | self.four
        low = fmt << 29 | kind << 24 | self.length % 1024 | self.address_type << 10
        low |= self.poisoned << 14 | self.digest << 15
        low |= (self.other & 0xFF) << 16 | (self.other >> 8 & 3) << 12
        enables = self.rid << 16 | self.tag << 8 | self.last << 4 | self.first
        where = self.address | self.hint
        if not self.four:
            where = (where & 0xFFFF_FFFF) << 32
        return low << 96 | enables << 64 | where


def wire(tlp: Tlp) -> bytes:
    """Return a packet as it is on the wire: what `Tlp.from_wire` takes apart."""
    length = 16 if tlp.header >> 125 & 1 else 12
    parts = [each.to_bytes(4) for each in tlp.prefixes]
    parts.append(tlp.header.to_bytes(16)[:length])
    parts += [each.to_bytes(4, "little") for each in tlp.data]
    if tlp.digest is not None:
        parts.append(tlp.digest.to_bytes(4))
    return b"".join(parts)
