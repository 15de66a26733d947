# SPDX-License-Identifier: MIT
"""AXI4: which bus write is a message, what leaves for the ITS, and which response a write gets.

Rules B1, B3 and B5 of the specification, on top of R1 to R11: a front end makes a message of a
write (`AxiDoorbell`), a target sends or drops it, a back end makes a write of what was sent
(`AxiItsPort`, `AxiSignalMsi`). A bridge lets all else pass (`AxiBridge`: B2, B9), and holds a
message back until the data before it have arrived (`AxiOrder`: B4). Names are those of AXI4 (Arm
IHI 0022), where a *beat* is one transfer of a burst and a *strobe* enables one byte of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final

from .msi import MsiTarget
from .widths import ADDRESS_BITS, DATA_BITS, DEVID_BITS, RID_BITS, check_message, check_width

TARGET_BITS: Final = 16
"""How wide the index of a target is, in `awuser` and on every interface of the translator."""
AXI_ID_BITS: Final = 16
"""How wide an AXI ID may be; a bus has 1 to so many (B1's parameter `ID_WIDTH`)."""
PAGE_BITS: Final = 16
"""The doorbell page has 64 KiB, as the ITS's translation frame has (Arm IHI 0069)."""
DOORBELL_OFFSET: Final = 0x40
"""Where in the page messages are written: GITS_TRANSLATER of the frame (Arm IHI 0069)."""
MAX_BEATS: Final = 256
"""The longest burst (Arm IHI 0022: AWLEN has 8 bits)."""

DATA_WIDTHS: Final = (32, 64, 128, 256, 512)
"""Bits of a data bus."""

_DWORD: Final = 4  # bytes
_BITS: Final = {0b1111: 32, 0b0011: 16}  # of a message, by its strobes; the doorbell is on lane 0


class AxiResponse(IntEnum):
    """A response, with its code on BRESP (Arm IHI 0022)."""

    OKAY = 0
    EXOKAY = 1
    SLVERR = 2
    DECERR = 3


class AxiBurst(IntEnum):
    """A kind of burst, with its code on AWBURST (Arm IHI 0022)."""

    FIXED = 0
    INCR = 1
    WRAP = 2


class AxiRefusal(Enum):
    """Why an access is refused (B1, B9). Of several reasons the first in this order is given.

    The last two are a bridge's: there all that is outside of the page passes, or has a wrong
    source.
    """

    OUTSIDE = "its address is not in the doorbell page"
    BURST = "it has more than one beat"
    OFFSET = "its address is not in the dword at offset 0x40"
    STROBES = "its strobes select neither exactly this dword nor exactly its lower half"
    READ = "it reads the doorbell page"
    SOURCE = "the bus of its requester ID is not in its target's range"


@dataclass(frozen=True, slots=True)
class AxiBeat:
    """One beat: the data bus as a number and a strobe a byte, those of byte 0 lowest.

    Bytes without a strobe mean nothing.
    """

    data: int
    strobes: int


@dataclass(frozen=True, slots=True)
class AxiWrite:
    """A write burst as it enters: `awuser` says which target (16 bits) and requester ID (16 bits).

    `id` has up to 16 bits, `address` up to 64; `size` is AWSIZE, `burst` AWBURST and `lock` AWLOCK:
    none of the three decides anything (B1). `beats` are those up to WLAST; `length` is how many
    AWLEN announced, for where that (illegally) is another number. Raises ValueError or TypeError
    for a value that is too wide or no integer, ValueError for less than 1 or more than 256 beats.
    """

    target: int
    rid: int
    id: int
    address: int
    size: int
    burst: AxiBurst
    beats: tuple[AxiBeat, ...]
    lock: bool = False
    length: int | None = None

    def __post_init__(self) -> None:
        """Check all widths but those of the beats, which are the bus's."""
        check_width("target", self.target, TARGET_BITS)
        check_width("rid", self.rid, RID_BITS)
        check_width("id", self.id, AXI_ID_BITS)
        check_width("address", self.address, ADDRESS_BITS)
        check_width("size", self.size, 3)
        for count in (len(self.beats), self.length):
            if count is not None and not 1 <= count <= MAX_BEATS:
                raise ValueError(f"a burst has 1 to {MAX_BEATS} beats, not {count}")


@dataclass(frozen=True, slots=True)
class AxiMessage:
    """A write that is a message: `signal_msi_with_rid(rid, address, data)` of a target (B3).

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
class AxiFlush:
    """A write of one beat to the page without any strobe: answered, and nothing else (B1)."""


@dataclass(frozen=True, slots=True)
class AxiPasses:
    """An access that a bridge lets pass, as it is (B2)."""


AxiMeaning = AxiMessage | AxiFlush | AxiRefusal
"""What a write is to a doorbell page (B1)."""


@dataclass(frozen=True, slots=True)
class AxiDoorbell:
    """A doorbell page on a data bus of `data_width` bits (32, 64, 128, 256, 512).

    `page` is the address of its first byte. With `refused_okay` a refused write to the page is
    answered OKAY, with `dropped_slverr` a dropped message SLVERR (B1, B5). Raises ValueError for a
    page that is not aligned to 64 KiB, and for another width.
    """

    page: int
    data_width: int
    refused_okay: bool = False
    dropped_slverr: bool = False

    def __post_init__(self) -> None:
        """Check page and width."""
        check_page("page", self.page)
        _check_data_width(self.data_width)

    def meaning(self, write: AxiWrite) -> AxiMeaning:
        """Return what a write is (B1): strobes decide, AWSIZE does not matter.

        Its address has to be that of the dword, which every legal write has that selects the first
        byte of it: a beat begins there at each width. An exclusive access is what it would be
        otherwise: a subordinate that does not support them answers OKAY and writes (Arm IHI 0022).
        The upper half of a message of 16 bits is 0; an ITS has to take this width, too (Arm IHI
        0069). Raises ValueError for a beat that is wider than the bus.
        """
        for beat in write.beats:
            check_width("data", beat.data, self.data_width)
            check_width("strobes", beat.strobes, self.data_width // 8)
        doorbell = self.page | DOORBELL_OFFSET
        beat = write.beats[0]
        bits = _BITS.get(beat.strobes)
        if write.address >> PAGE_BITS != self.page >> PAGE_BITS:
            return AxiRefusal.OUTSIDE
        if len(write.beats) > 1 or (write.length or 1) > 1:
            return AxiRefusal.BURST
        if not beat.strobes:
            return AxiFlush()
        if write.address // _DWORD != doorbell // _DWORD:
            return AxiRefusal.OFFSET
        if write.address != doorbell or bits is None:
            return AxiRefusal.STROBES
        return AxiMessage(write.target, write.rid, doorbell, beat.data & ((1 << bits) - 1))

    def response(self, meaning: AxiMeaning, its: AxiResponse | None = None) -> AxiResponse:
        """Return how a write is answered that means this (B5).

        `its` is the response to the write to the ITS that came of it: None if none did. Raises
        ValueError if one is given for what never reaches the ITS.
        """
        if isinstance(meaning, AxiMessage):
            if its is None:
                return AxiResponse.SLVERR if self.dropped_slverr else AxiResponse.OKAY
            return its
        if its is not None:
            raise ValueError(f"{meaning} never reaches the ITS, which answered it {its.name}")
        if meaning is AxiRefusal.OUTSIDE:
            return AxiResponse.DECERR
        if isinstance(meaning, AxiRefusal) and not self.refused_okay:
            return AxiResponse.SLVERR
        return AxiResponse.OKAY


@dataclass(frozen=True, slots=True)
class AxiBridge:
    """What reads and writes are to a bridge around a doorbell page (B1, B2, B9).

    With `check_all` the source of every access is checked, not that of messages alone.
    """

    doorbell: AxiDoorbell
    check_all: bool = False

    def in_page(self, address: int) -> bool:
        """Return whether an address, 64 bits, is in the doorbell page."""
        return address >> PAGE_BITS == self.doorbell.page >> PAGE_BITS

    def access(self, address: int, source: Callable[[], bool]) -> AxiPasses | AxiRefusal | None:
        """Return what an access of either kind is by its address; None: one to the page.

        `source` says whether its requester ID is in the range of its target (R1); a target that
        does not exist has none. What is in the page is not asked for it: a message is checked by
        R3, and nothing else there leaves.
        """
        if self.in_page(address):
            return None
        if self.check_all and not source():
            return AxiRefusal.SOURCE
        return AxiPasses()

    def write(self, write: AxiWrite, source: Callable[[], bool]) -> AxiMeaning | AxiPasses:
        """Return what a write is; `source` as for `access`."""
        return self.access(write.address, source) or self.doorbell.meaning(write)

    def read(self, address: int, source: Callable[[], bool]) -> AxiRefusal | AxiPasses:
        """Return what a read is that begins at `address`, 64 bits; `source` as for `access`."""
        return self.access(address, source) or AxiRefusal.READ

    def response(self, meaning: AxiMeaning, its: AxiResponse | None = None) -> AxiResponse:
        """Return how an access is answered that does not pass (B5); `its` as for a doorbell."""
        if meaning is AxiRefusal.SOURCE:
            return AxiResponse.SLVERR
        return self.doorbell.response(meaning, its)


class AxiOrder:
    """Data before interrupt (B4): which writes wait for the responses to which.

    Writes have numbers, in the order in which a bridge takes their addresses. What does not pass,
    a message above all, waits for the data that were written before it, and for nothing later.
    """

    __slots__ = ("_open",)

    def __init__(self) -> None:
        """Begin with nothing under way."""
        self._open: set[int] = set()

    def passes(self, number: int) -> None:
        """Take a write that passes."""
        self._open.add(number)

    def responded(self, number: int) -> None:
        """Take the response to a write that has passed; raises KeyError for another one."""
        self._open.remove(number)

    def waits_for(self, number: int) -> list[int]:
        """Return the writes without a response that the write of this number waits for."""
        return sorted(each for each in self._open if each < number)


@dataclass(frozen=True, slots=True)
class AxiItsWrite:
    """The write of one beat that takes a message to the ITS (B3).

    `address` has 64 bits, `size` is AWSIZE, `data` and `strobes` are those of an `AxiBeat`, with 0
    in bytes without a strobe; `user` is AWUSER, 32 bits.
    """

    address: int
    size: int
    data: int
    strobes: int
    user: int


@dataclass(frozen=True, slots=True)
class AxiItsPort:
    """How messages leave on a data bus of `data_width` bits (B3).

    The DeviceID is in AWUSER, `user_shift` bits (0 to 31) up: 3 for a GIC-600 that is built
    monolithic. With `msi64_page`, a page of 64 KiB, it is in the upper half of a write of 64 bits
    to that page, too: Arm's MSI-64. Raises ValueError where this cannot be: on a bus of 32 bits,
    with a page that is not aligned, with another width or shift.
    """

    data_width: int
    user_shift: int = 0
    msi64_page: int | None = None

    def __post_init__(self) -> None:
        """Check all three."""
        _check_data_width(self.data_width)
        check_width("user_shift", self.user_shift, 5)
        if self.msi64_page is not None:
            check_page("msi64_page", self.msi64_page)
            if self.data_width < 64:
                raise ValueError("MSI-64 writes 64 bits at once: not on a data bus of 32 bits")

    def write(self, devid: int, address: int, data: int) -> AxiItsWrite:
        """Return the write for a message: `devid` 32 bits, `address` 64 bits, `data` 32 bits.

        The address of an MSI is that of a dword (PCI): bits 1:0 are taken as 0. Raises ValueError
        for a DeviceID that AWUSER has too few bits for: the translator's DEVID_BITS keeps such from
        coming here (R10).
        """
        check_message(devid, address, data)
        check_width("devid", devid, DEVID_BITS - self.user_shift)
        user = devid << self.user_shift
        if self.msi64_page is not None:
            pair = devid << DATA_BITS | data
            return self._at(self.msi64_page | DOORBELL_OFFSET, 2 * _DWORD, pair, user)
        return self._at(address - address % _DWORD, _DWORD, data, user)

    def _at(self, address: int, count: int, value: int, user: int) -> AxiItsWrite:
        """Return the write of so many bytes, on the lanes that belong to the address."""
        lane = address % (self.data_width // 8)
        strobes = (1 << count) - 1 << lane
        return AxiItsWrite(address, count.bit_length() - 1, value << 8 * lane, strobes, user)


class AxiSignalMsi:
    """A message backend behind an ITS wrapper: hands on each message as the write it leaves as."""

    __slots__ = ("_hand_on", "port")

    def __init__(self, port: AxiItsPort, hand_on: Callable[[AxiItsWrite], None]) -> None:
        """Make writes as they leave on `port`, and call `hand_on` with each."""
        self.port = port
        self._hand_on = hand_on

    def signal_msi(self, devid: int | None, address: int, data: int) -> None:
        """Hand on one message; raises TypeError without a DeviceID, ValueError as the port does."""
        if devid is None:
            raise TypeError("a message without a DeviceID cannot be written to an ITS")
        self._hand_on(self.port.write(devid, address, data))


def check_page(name: str, address: int) -> None:
    """Check that an address is that of a page of 64 KiB."""
    check_width(name, address, ADDRESS_BITS)
    if address % (1 << PAGE_BITS):
        raise ValueError(f"{name} must be aligned to {1 << PAGE_BITS:#x} bytes, not {address:#x}")


def _check_data_width(bits: int) -> None:
    if bits not in DATA_WIDTHS:
        raise ValueError(f"data_width must be one of {DATA_WIDTHS}, not {bits}")
