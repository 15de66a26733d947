# SPDX-License-Identifier: MIT
"""Packets of the golden model: from and to cocotbext-pcie's, and out of the beats of a stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cocotbext.pcie.core.tlp import Tlp as PcieTlp

from msi_its_model.pcie import HEADER_BITS, Tlp
from tests.pcie.monitors import Beat

HEADER_BYTES = HEADER_BITS // 8


def widths(width: int) -> dict[str, int]:
    """Return the width in bits of each signal of a beat, with data of `width` bits."""
    empty = (width // 32 - 1).bit_length()
    return dict(zip(Beat._fields, (128, 128, 3, width, empty, 32, 1, 1, 1), strict=True))


def from_pcie(tlp: Any, rest: int = 0, digest: int = 0) -> Tlp:
    """Return a TLP of cocotbext-pcie as the model's.

    `rest` are the 32 bits that a header of three dwords leaves open; `digest` counts with TD.
    """
    packed = bytes(tlp.pack_header())
    header = int.from_bytes(packed.ljust(HEADER_BYTES, b"\0"))
    if len(packed) < HEADER_BYTES:
        header |= rest
    data = tuple(
        int.from_bytes(tlp.data[at : at + 4], "little")
        for at in range(0, len(tlp.data) if tlp.has_data() else 0, 4)
    )
    return Tlp(header, data, digest=digest if tlp.td else None)


def to_pcie(tlp: Tlp) -> Any:
    """Return a packet of the model as cocotbext-pcie's."""
    made = PcieTlp.unpack_header(tlp.header.to_bytes(HEADER_BYTES))
    made.data = bytearray(b"".join(each.to_bytes(4, "little") for each in tlp.data))
    return made


def joined(seen: Sequence[Beat], width: int) -> Tlp:
    """Return the packet that some beats make, from its first to its last."""
    size = width // 32
    first, last = seen[0], seen[-1]
    header = Tlp(first.hdr)
    data: list[int] = []
    if header.has_data:
        for each in seen:
            data += [each.data >> 32 * place & 0xFFFF_FFFF for place in range(size)]
        data = data[: len(data) - last.empty]
    return Tlp(
        first.hdr,
        tuple(data),
        tuple(first.prefix >> 32 * (3 - each) & 0xFFFF_FFFF for each in range(first.prefixes)),
        last.digest if header.has_digest else None,
        bool(last.error),
    )


def shown(tlp: Tlp) -> str:
    """Say a packet as people read it: its header, and the beginning of its data."""
    more = "..." if len(tlp.data) > 4 else ""
    words = [tlp.header.to_bytes(HEADER_BYTES).hex(" ", 4)]
    words += [" ".join(f"{each:08x}" for each in tlp.data[:4]) + more] * bool(tlp.data)
    words += [f"{len(tlp.prefixes)} prefixes"] * bool(tlp.prefixes) + ["error"] * tlp.error
    return f"[{', '.join(words)}]"
