# SPDX-License-Identifier: MIT
"""Packets of the golden model: from and to cocotbext-pcie's, and the beats of a TLP stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from cocotbext.pcie.core.tlp import Tlp as PcieTlp

from msi_its_model.pcie import HEADER_BITS, MAX_PREFIXES, Tlp

HEADER_BYTES = HEADER_BITS // 8


class Beat(NamedTuple):
    """A beat, with the names of the signals; all unsigned numbers."""

    hdr: int
    prefix: int
    prefixes: int
    data: int
    empty: int
    digest: int
    sop: int
    eop: int
    error: int


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


def beats(tlp: Tlp, width: int) -> Iterator[Beat]:
    """Yield the beats of a packet on data of `width` bits."""
    size = width // 32
    count = max(1, -(-len(tlp.data) // size))
    prefix = 0
    for each in range(MAX_PREFIXES):
        prefix = prefix << 32 | (tlp.prefixes[each] if each < len(tlp.prefixes) else 0)
    for number in range(count):
        part = tlp.data[number * size : (number + 1) * size]
        last = number == count - 1
        yield Beat(
            hdr=tlp.header,
            prefix=prefix,
            prefixes=len(tlp.prefixes),
            data=sum(each << 32 * place for place, each in enumerate(part)),
            empty=size - len(part) if last and part else 0,
            digest=(tlp.digest or 0) if last else 0,
            sop=int(number == 0),
            eop=int(last),
            error=int(last and tlp.error),
        )


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
