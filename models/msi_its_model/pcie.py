# SPDX-License-Identifier: MIT
"""PCIe: which packet is a message, which one passes, and where a port's bus numbers come from.

Rules T1, T2 and N2 of the specification, on top of R1 to R11: `TlpDoorbell` says what a transaction
layer packet (TLP) is to a doorbell page, `BusNumberRegister` keeps the bus range of a port. Names
and numbers are those of the PCI Express Base Specification 5.0, chapters 2.2 (headers), 6.15
(atomic operations) and 7.5 (type 1 configuration space); the deferrable write is of an ECN to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from .axi import DOORBELL_OFFSET, PAGE_BITS, TARGET_BITS, check_page
from .bus_range import AssignedBusRange
from .msi import MsiTarget
from .widths import DATA_BITS, check_width

HEADER_BITS: Final = 128
"""A header has three or four dwords; one of three has 32 bits below that mean nothing."""
MAX_PREFIXES: Final = 4
"""How many prefixes a packet may have: end-to-end ones (2.2.10.2)."""
MAX_DWORDS: Final = 1024
"""The longest payload (2.2.2: Length has 10 bits, and 0 is 1024)."""
MALFORMED_HEADER: Final = (1 << HEADER_BITS) - 1
"""A header that PCIe does not have: Fmt says that it is a prefix."""

_BOUNDARY: Final = 4096  # bytes; no memory request may cross it (2.2.7)
_PREFIX_FMT: Final = 0b100
_READS: Final = (0b00000, 0b00001)  # MRd, MRdLk
_WRITE: Final = 0b00000  # MWr
_ATOMICS: Final = (0b01100, 0b01101, 0b01110, 0b11011)  # FetchAdd, Swap, CAS, DMWr
_OF_THREE: Final = (0b00010, 0b00100, 0b00101, 0b01010, 0b01011)  # IO, Cfg0, Cfg1, Cpl, CplLk
_MESSAGES: Final = range(0b10000, 0b11000)  # Msg, MsgD by their routing
_UNTRANSLATED: Final = 0b00
_BITS: Final = {0b1111: 32, 0b0011: 16}  # of a message, by its first byte enables


class TlpKind(Enum):
    """What Fmt and Type say (2.2.1), as far as it matters here."""

    READ = "a memory read"
    WRITE = "a memory write"
    ATOMIC = "an atomic operation or a deferrable memory write"
    OTHER = "no memory request"
    NONE = "nothing that PCIe has"


class TlpRemoval(Enum):
    """Why a packet is removed (T1, T2, T4). Of several reasons the first in this order is given."""

    MALFORMED = "it is malformed"
    ERROR = "it is erroneous"
    POISONED = "it is poisoned"
    TRANSLATED = "its address is not an untranslated one"
    READ = "it reads"
    ATOMIC = "it is an atomic operation or a deferrable write"
    LENGTH = "it has more than a dword"
    OFFSET = "its address is not that of the dword at offset 0x40"
    ENABLES = "it writes neither this dword nor exactly its lower half"


@dataclass(frozen=True, slots=True)
class Tlp:
    """A packet. `header` has 128 bits: three or four dwords, the first one in the upper 32.

    `data` are the dwords that it has, 32 bits each, with the byte of the lowest address in bits 7
    to 0; `prefixes` and `digest` have the byte that comes first on the wire in the upper bits, as
    the header has. `error`: the link or the core says that it is erroneous. `whole` is False for
    one that has no beginning, or no end. Raises ValueError or TypeError for a value that is too
    wide or no integer, ValueError for more than 4 prefixes.
    """

    header: int
    data: tuple[int, ...] = ()
    prefixes: tuple[int, ...] = ()
    digest: int | None = None
    error: bool = False
    whole: bool = True

    def __post_init__(self) -> None:
        """Check all widths."""
        check_width("header", self.header, HEADER_BITS)
        for dword in (*self.data, *self.prefixes):
            check_width("dword", dword, 32)
        if self.digest is not None:
            check_width("digest", self.digest, 32)
        if len(self.prefixes) > MAX_PREFIXES:
            raise ValueError(f"a packet has at most {MAX_PREFIXES} prefixes")

    @classmethod
    def from_wire(cls, packet: bytes, error: bool = False) -> Self:
        """Take a packet apart: prefixes, header, data and digest, in the order of the wire.

        One that ends in its header or has too many prefixes, data without being one that has some
        or the other way round, or no digest although it announces one comes with
        `MALFORMED_HEADER` and nothing else. Raises ValueError for one that is not made of dwords.
        """
        if len(packet) % 4:
            raise ValueError(f"a packet is made of dwords, not of {len(packet)} bytes")
        dwords = [packet[at : at + 4] for at in range(0, len(packet), 4)]
        count = 0
        while count < len(dwords) and dwords[count][0] >> 5 == _PREFIX_FMT:
            count += 1
        malformed = cls(MALFORMED_HEADER, error=error)
        if count > MAX_PREFIXES or count == len(dwords):
            return malformed
        first = dwords[count]
        length = 4 if first[0] >> 5 & 0b001 else 3
        has_data = bool(first[0] >> 5 & 0b010)
        has_digest = bool(first[2] & 0x80)
        header = b"".join(dwords[count : count + length])
        rest = dwords[count + length :]
        if len(header) < 4 * length or len(rest) < has_digest:
            return malformed
        digest = int.from_bytes(rest.pop()) if has_digest else None
        if has_data != bool(rest):
            return malformed
        return cls(
            int.from_bytes(header.ljust(HEADER_BITS // 8, b"\0")),
            tuple(int.from_bytes(dword, "little") for dword in rest),
            tuple(int.from_bytes(dword) for dword in dwords[:count]),
            digest,
            error,
        )

    def _bits(self, dword: int, high: int, low: int) -> int:
        """Return bits of a dword of the header."""
        return self.header >> 32 * (3 - dword) + low & (1 << high - low + 1) - 1

    @property
    def kind(self) -> TlpKind:
        """What it is."""
        fmt, kind = self._bits(0, 31, 29), self._bits(0, 28, 24)
        if fmt >= _PREFIX_FMT:
            return TlpKind.NONE
        four, data = bool(fmt & 0b001), bool(fmt & 0b010)
        if kind in _READS and not data:
            return TlpKind.READ
        if kind == _WRITE and data:
            return TlpKind.WRITE
        if kind in _ATOMICS and data:
            return TlpKind.ATOMIC
        if kind in _MESSAGES if four else kind in _OF_THREE:
            return TlpKind.OTHER
        return TlpKind.NONE

    @property
    def memory(self) -> bool:
        """Whether it is a memory request: it has an address, and byte enables."""
        return self.kind in (TlpKind.READ, TlpKind.WRITE, TlpKind.ATOMIC)

    @property
    def has_data(self) -> bool:
        """Whether its header announces data."""
        return bool(self._bits(0, 30, 30))

    @property
    def has_digest(self) -> bool:
        """Whether its header announces a digest (TD)."""
        return bool(self._bits(0, 15, 15))

    @property
    def poisoned(self) -> bool:
        """Whether its data are known to be bad (EP)."""
        return bool(self._bits(0, 14, 14))

    @property
    def address_type(self) -> int:
        """How its address is meant, 2 bits (AT)."""
        return self._bits(0, 11, 10)

    @property
    def length(self) -> int:
        """How many dwords it writes, or reads: 1 to 1024."""
        return self._bits(0, 9, 0) or MAX_DWORDS

    @property
    def rid(self) -> int:
        """The requester ID, 16 bits."""
        return self._bits(1, 31, 16)

    @property
    def first_enables(self) -> int:
        """The byte enables of its first dword, 4 bits."""
        return self._bits(1, 3, 0)

    @property
    def last_enables(self) -> int:
        """The byte enables of its last dword, 4 bits; none if there is one dword."""
        return self._bits(1, 7, 4)

    @property
    def address(self) -> int:
        """The address of the first dword, 64 bits."""
        if self._bits(0, 29, 29):
            return self.header & (1 << 64) - 4
        return self._bits(2, 31, 2) << 2

    @property
    def as_announced(self) -> bool:
        """Whether it has a beginning, an end, and as many dwords as its header says."""
        return self.whole and len(self.data) == (self.length if self.has_data else 0)


@dataclass(frozen=True, slots=True)
class TlpMessage:
    """A packet that is a message: `signal_msi_with_rid(rid, address, data)` of the port's target.

    `target` and `rid` have 16 bits, `address` 64, `data` 32.
    """

    target: int
    rid: int
    address: int
    data: int

    def send(self, target: MsiTarget) -> None:
        """Send it through the target that `self.target` is the index of (R3)."""
        target.signal_msi_with_rid(self.rid, self.address, self.data)


@dataclass(frozen=True, slots=True)
class TlpFlush:
    """A memory write to the page that writes no byte: it is consumed, and that is all (T2)."""


@dataclass(frozen=True, slots=True)
class TlpRemoved:
    """A packet that is removed; with `completes` it is a request that wants a completion."""

    reason: TlpRemoval
    completes: bool = False


@dataclass(frozen=True, slots=True)
class TlpPasses:
    """A packet that passes (T2).

    With `cut` its data are not as its header says: it ends where they end, or have to end by the
    header, as an erroneous one, and is counted as malformed (T4).
    """

    cut: bool = False


TlpMeaning = TlpMessage | TlpFlush | TlpRemoved | TlpPasses
"""What a packet is to a doorbell page (T1, T2)."""


@dataclass(frozen=True, slots=True)
class TlpDoorbell:
    """A doorbell page for the packets of a port, whose target at the translator is `target`.

    `page` is the address of its first byte. Raises ValueError for a page that is not aligned to 64
    KiB or a target of more than 16 bits.
    """

    page: int
    target: int

    def __post_init__(self) -> None:
        """Check both."""
        check_page("page", self.page)
        check_width("target", self.target, TARGET_BITS)

    def meaning(self, tlp: Tlp) -> TlpMeaning:
        """Return what a packet is (T1, T2, T4).

        Traffic class, attributes, tag, hints, prefixes and digest do not matter. A request that
        crosses 4 KiB is malformed, so none that begins outside of the page reaches into it.
        """
        crosses = tlp.memory and tlp.address % _BOUNDARY + 4 * tlp.length > _BOUNDARY
        malformed = TlpRemoved(TlpRemoval.MALFORMED)
        if tlp.kind is TlpKind.NONE or crosses:
            return malformed
        if not tlp.memory or tlp.address >> PAGE_BITS != self.page >> PAGE_BITS:
            return TlpPasses(cut=not tlp.as_announced)
        if not tlp.as_announced:
            return malformed
        if tlp.error:
            return TlpRemoved(TlpRemoval.ERROR)
        reason = self._removal(tlp)
        if reason is not None:
            return TlpRemoved(reason, completes=tlp.kind is not TlpKind.WRITE)
        if not tlp.first_enables:
            return TlpFlush()
        data = tlp.data[0] & (1 << _BITS[tlp.first_enables]) - 1
        return TlpMessage(self.target, tlp.rid, self.page | DOORBELL_OFFSET, data)

    def _removal(self, tlp: Tlp) -> TlpRemoval | None:
        """Return why a packet to the page is removed, if it is neither message nor flush."""
        if tlp.poisoned:
            return TlpRemoval.POISONED
        if tlp.address_type != _UNTRANSLATED:
            return TlpRemoval.TRANSLATED
        if tlp.kind is TlpKind.READ:
            return TlpRemoval.READ
        if tlp.kind is TlpKind.ATOMIC:
            return TlpRemoval.ATOMIC
        if tlp.length > 1:
            return TlpRemoval.LENGTH
        if not tlp.first_enables and not tlp.last_enables:
            return None
        if tlp.address != self.page | DOORBELL_OFFSET:
            return TlpRemoval.OFFSET
        if tlp.last_enables or tlp.first_enables not in _BITS:
            return TlpRemoval.ENABLES
        return None


class BusNumberRegister:
    """The register 0x18 of a port, as far as bus numbers go, and the bus range that it sets (N2).

    Bytes of writes merge into what it holds: byte 1 is the secondary bus, byte 2 the subordinate
    one (7.5.1.3).
    """

    __slots__ = ("_bus_range",)

    SECONDARY_BYTE: Final = 1
    SUBORDINATE_BYTE: Final = 2

    def __init__(self, bus_range: AssignedBusRange) -> None:
        """Set `bus_range`, which nobody else sets; both have the reset state, 0..0."""
        self._bus_range = bus_range

    def write(self, data: int, enables: int) -> bool:
        """Write the register: 32 bits of data, 4 byte enables; return whether the range changes."""
        check_width("data", data, DATA_BITS)
        check_width("enables", enables, 4)
        numbers = list(self._bus_range.bus_range())
        for at, byte in enumerate((self.SECONDARY_BYTE, self.SUBORDINATE_BYTE)):
            if enables >> byte & 1:
                numbers[at] = data >> 8 * byte & 0xFF
        return self._set(*numbers)

    def reset(self) -> bool:
        """Reset the port; return whether the range changes."""
        return self._set(0, 0)

    def _set(self, secondary: int, subordinate: int) -> bool:
        if self._bus_range.bus_range() == (secondary, subordinate):
            return False
        self._bus_range.set_bus_range(secondary, subordinate)
        return True
