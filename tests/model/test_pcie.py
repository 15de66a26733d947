# SPDX-License-Identifier: MIT
"""Rules T1, T2, T4 and N2 of the golden model: each with what is just right and what is not."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msi_its_model import (
    AssignedBusRange,
    BusNumberRegister,
    MsiConnection,
    Tlp,
    TlpDoorbell,
    TlpFlush,
    TlpKind,
    TlpMeaning,
    TlpMessage,
    TlpPasses,
    TlpRemoval,
    TlpRemoved,
)
from msi_its_model.pcie import MALFORMED_HEADER
from tests.pcie import packets
from tests.pcie.packets import Fields, wire

HIGH, LOW = 0x8_0809_0000, 0xFEA5_0000
PAGES = (HIGH, LOW)
DATA = 0x84838281


def packet(
    page: int = LOW, offset: int = 0x40, data: tuple[int, ...] | None = None, **other: Any
) -> Tlp:
    """Return a packet to a page; as many dwords as it announces, unless `data` says otherwise."""
    beside = {name: other.pop(name) for name in ("error", "whole", "prefixes") if name in other}
    fields = Fields(four=page >= 1 << 32, address=page + offset, **other)
    if data is None:
        data = tuple(DATA + i for i in range(fields.length)) if fields.kind[0] else ()
    return Tlp(fields.header, data, digest=0xD16E5700 if fields.digest else None, **beside)


def meaning(page: int = LOW, *args: Any, **other: Any) -> TlpMeaning:
    return TlpDoorbell(page, 7).meaning(packet(page, *args, **other))


def removed(reason: TlpRemoval, completes: bool = False) -> TlpRemoved:
    return TlpRemoved(reason, completes)


# ---- T1 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_t1_a_dword_to_the_doorbell_is_a_message(page: int) -> None:
    assert meaning(page) == TlpMessage(7, 0x1103, page + 0x40, DATA)


@pytest.mark.parametrize("page", PAGES)
def test_t1_exactly_its_lower_half_is_one_with_16_bits(page: int) -> None:
    assert meaning(page, first=3) == TlpMessage(7, 0x1103, page + 0x40, 0x8281)


def test_t1_an_address_of_32_bits_in_a_header_of_four_dwords_is_that_address() -> None:
    assert TlpDoorbell(LOW, 7).meaning(packet()) == TlpDoorbell(LOW, 7).meaning(
        Tlp(Fields(four=True, address=LOW + 0x40).header, (DATA,))
    )


@pytest.mark.parametrize("bit", range(64))
def test_t1_each_bit_of_an_address_counts(bit: int) -> None:
    """But the two that are hints."""
    header = Fields(four=True, address=(HIGH + 0x40) ^ 1 << bit).header
    found = TlpDoorbell(HIGH, 7).meaning(Tlp(header, (DATA,)))
    if bit < 2:
        assert isinstance(found, TlpMessage)
    elif bit < 16:
        assert found == removed(TlpRemoval.OFFSET)
    else:
        assert found == TlpPasses()


@pytest.mark.parametrize("page", PAGES)
def test_t1_what_does_not_matter(page: int) -> None:
    for other in (*(1 << bit for bit in range(10)), 0x3FF):
        assert isinstance(meaning(page, other=other, tag=other & 0xFF), TlpMessage)
    assert isinstance(meaning(page, hint=3), TlpMessage)
    assert isinstance(meaning(page, digest=True, prefixes=(0x91000001, 0x90000002)), TlpMessage)


def test_t1_the_requester_id_is_the_headers() -> None:
    for bit in range(16):
        found = meaning(rid=1 << bit)
        assert isinstance(found, TlpMessage) and found.rid == 1 << bit


def test_t1_no_other_enables_make_a_message() -> None:
    for first, last in product(range(16), range(16)):
        found = meaning(first=first, last=last)
        if last == 0 and first in (3, 15):
            assert isinstance(found, TlpMessage)
        elif last == 0 and first == 0:
            assert found == TlpFlush()
        else:
            assert found == removed(TlpRemoval.ENABLES), (first, last)


def test_t1_bad_ones_are_dropped_by_reason() -> None:
    assert meaning(error=True) == removed(TlpRemoval.ERROR)
    assert meaning(poisoned=True) == removed(TlpRemoval.POISONED)
    for address_type in (1, 2, 3):
        assert meaning(address_type=address_type) == removed(TlpRemoval.TRANSLATED)


def test_t1_a_message_goes_through_its_target() -> None:
    """R3 decides what becomes of it."""
    sent = []

    class Its:
        def signal_msi(self, devid: int | None, address: int, data: int) -> None:
            sent.append((devid, address, data))

    bus_range = AssignedBusRange()
    bus_range.set_bus_range(0x11, 0x12)
    connection = MsiConnection(bus_range, 0)
    connection.connect(Its())
    for rid in (0x1103, 0x1003):
        message = meaning(rid=rid)
        assert isinstance(message, TlpMessage)
        message.send(connection.target())
    assert sent == [(0x1103, LOW + 0x40, DATA)]


# ---- T2 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_t2_what_touches_the_page_otherwise_is_removed(page: int) -> None:
    for offset in (0, 0x3C, 0x44, 0xFFFC):
        assert meaning(page, offset) == removed(TlpRemoval.OFFSET)
    for length in (2, 3, 1008):
        assert meaning(page, length=length, last=15) == removed(TlpRemoval.LENGTH)
    assert meaning(page, 0x1000, length=1024, last=15) == removed(TlpRemoval.LENGTH)
    for kind in (packets.READ, packets.READ_LOCKED):
        for first in (0, 15):
            assert meaning(page, kind=kind, first=first) == removed(TlpRemoval.READ, True)
    for kind in packets.ATOMICS:
        assert meaning(page, kind=kind, length=2) == removed(TlpRemoval.ATOMIC, True)


def test_t2_a_bad_request_is_completed_unless_its_header_may_be_anything() -> None:
    read: dict[str, Any] = {"kind": packets.READ}
    assert meaning(**read, poisoned=True) == removed(TlpRemoval.POISONED, True)
    assert meaning(**read, address_type=1) == removed(TlpRemoval.TRANSLATED, True)
    assert meaning(**read, error=True) == removed(TlpRemoval.ERROR)
    assert meaning(**read, offset=0xFFC, length=2) == removed(TlpRemoval.MALFORMED)


def test_t2_a_write_of_no_byte_is_a_flush() -> None:
    for offset in (0, 0x40, 0xFFFC):
        assert meaning(LOW, offset, first=0) == TlpFlush()
    assert meaning(first=0, length=2) == removed(TlpRemoval.LENGTH)
    assert meaning(first=0, error=True) == removed(TlpRemoval.ERROR)


def test_t2_outside_of_the_page_everything_passes() -> None:
    kinds = (packets.READ, packets.WRITE, *packets.ATOMICS)
    for kind, offset in product(kinds, (-4, 0x10000, 0x10040)):
        for other in ({}, {"poisoned": True}, {"address_type": 2}, {"error": True}):
            assert meaning(LOW, offset, kind=kind, **other) == TlpPasses()


def test_t2_what_has_no_address_passes_whatever_it_says() -> None:
    """A completion or configuration request whose header looks like the doorbell's address."""
    for kind in packets.THREE_DWORDS:
        assert meaning(kind=kind) == TlpPasses()
    for kind in (packets.MESSAGE, packets.MESSAGE_DATA):
        assert meaning(HIGH, kind=kind) == TlpPasses()


def test_t2_a_page_below_4_gib_is_another_one_with_address_bits_above() -> None:
    header = Fields(four=True, address=1 << 32 | LOW + 0x40).header
    assert TlpDoorbell(LOW, 7).meaning(Tlp(header, (DATA,))) == TlpPasses()


# ---- T4 ------------------------------------------------------------------------------------------


def test_t4_all_first_bytes_of_a_header() -> None:
    """All of Fmt and Type: which there are, and which have an address."""
    reads = {0x00, 0x01, 0x20, 0x21}
    atomics = {fmt << 5 | kind for fmt in (2, 3) for kind in (12, 13, 14, 27)}
    three = {fmt << 5 | kind for fmt in (0, 2) for kind in (2, 4, 5, 10, 11)}
    messages = {fmt << 5 | kind for fmt in (1, 3) for kind in range(16, 24)}
    for byte in range(256):
        kind = Tlp(byte << 120).kind
        expected = TlpKind.NONE
        if byte in reads:
            expected = TlpKind.READ
        elif byte in (0x40, 0x60):
            expected = TlpKind.WRITE
        elif byte in atomics:
            expected = TlpKind.ATOMIC
        elif byte in three | messages:
            expected = TlpKind.OTHER
        assert kind is expected, f"{byte:#x}"
        if kind is TlpKind.NONE:
            found = TlpDoorbell(LOW, 7).meaning(Tlp(byte << 120 | 1 << 96, (DATA,)))
            assert found == removed(TlpRemoval.MALFORMED)


def test_t4_a_request_that_crosses_4_kib_is_malformed_wherever_it_begins() -> None:
    for offset, length in ((-4, 2), (0xFFC, 2), (-0x1000 + 8, 1023), (0x20004, 1024)):
        crossing = meaning(LOW, offset, length=length, last=15)
        assert crossing == removed(TlpRemoval.MALFORMED)
    for offset, length in ((-4, 1), (-8, 2), (0x20000, 1024)):
        assert meaning(LOW, offset, length=length, last=15) == TlpPasses()


def test_t4_more_or_less_data_than_announced() -> None:
    for data in ((), (DATA, DATA)):
        assert meaning(data=data) == removed(TlpRemoval.MALFORMED)
        assert meaning(LOW, 0x10000, data=data) == TlpPasses(cut=True)
    assert meaning(kind=packets.READ, data=(DATA,)) == removed(TlpRemoval.MALFORMED)
    assert meaning(whole=False) == removed(TlpRemoval.MALFORMED)
    assert meaning(LOW, 0x10000, whole=False) == TlpPasses(cut=True)


@given(st.binary(max_size=200).map(lambda made: made[: len(made) // 4 * 4]), st.booleans())
def test_t4_nothing_raises(raw: bytes, error: bool) -> None:
    tlp = Tlp.from_wire(raw, error)
    found = TlpDoorbell(LOW, 7).meaning(tlp)
    if isinstance(found, TlpMessage):
        assert tlp.kind is TlpKind.WRITE and not error and len(tlp.data) == 1


# ---- the wire ------------------------------------------------------------------------------------


def test_the_wire_as_drawn() -> None:
    """A write of two dwords with a prefix and a digest, byte by byte."""
    raw = bytes.fromhex("91000042 60008002 01185aff 00000008 08090044 01020304 05060708 aabbccdd")
    assert Tlp.from_wire(raw) == Tlp(
        0x60008002_01185AFF_00000008_08090044,
        (0x04030201, 0x08070605),
        (0x91000042,),
        0xAABBCCDD,
    )


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("prefixes", [(), (0x91000001,), (0x90000001, 0x91000002, 0x8F000003)])
@pytest.mark.parametrize("digest", [False, True])
@pytest.mark.parametrize("kind", [packets.WRITE, packets.READ])
def test_what_is_put_together_is_taken_apart(
    page: int, prefixes: tuple[int, ...], digest: bool, kind: tuple[int, int]
) -> None:
    for length in (1, 2, 7):
        tlp = packet(page, kind=kind, prefixes=prefixes, digest=digest, length=length)
        assert Tlp.from_wire(wire(tlp)) == tlp


def test_what_cannot_be_taken_apart() -> None:
    whole = wire(packet(digest=True, prefixes=(0x91000001,)))
    cut = [whole[:length] for length in range(0, len(whole) - 4, 4)]  # a digest for the data
    no_data = wire(Tlp(Fields(kind=packets.READ).header, (DATA,)))
    five = b"\x91\0\0\0" * 5 + wire(packet())
    for raw in (*cut, no_data, five):
        assert Tlp.from_wire(raw) == Tlp(MALFORMED_HEADER), raw.hex()
        assert TlpDoorbell(LOW, 7).meaning(Tlp.from_wire(raw)) == removed(TlpRemoval.MALFORMED)
    with pytest.raises(ValueError, match="made of dwords, not of 13 bytes"):
        Tlp.from_wire(b"\0" * 13)


def test_too_wide_is_refused() -> None:
    made: dict[str, Any]
    for made in ({"header": 1 << 128}, {"header": 0, "data": (1 << 32,)}):
        with pytest.raises(ValueError, match="must fit in"):
            Tlp(**made)
    with pytest.raises(ValueError, match="at most 4 prefixes"):
        Tlp(0, prefixes=(1,) * 5)
    with pytest.raises(ValueError, match="aligned"):
        TlpDoorbell(LOW + 4096, 7)
    with pytest.raises(ValueError, match="target must fit"):
        TlpDoorbell(LOW, 1 << 16)


# ---- N2 ------------------------------------------------------------------------------------------


def test_n2_bytes_merge() -> None:
    bus_range = AssignedBusRange()
    register = BusNumberRegister(bus_range)
    assert register.write(0x44_22_11_05, 0xF)
    assert bus_range.bus_range() == (0x11, 0x22)
    assert register.write(0x77_88_99_AA, 0b0100)
    assert bus_range.bus_range() == (0x11, 0x88)
    assert register.write(0x77_00_99_AA, 0b0010)
    assert bus_range.bus_range() == (0x99, 0x88)


def test_n2_what_changes_nothing_says_so() -> None:
    bus_range = AssignedBusRange()
    register = BusNumberRegister(bus_range)
    assert not register.reset()
    register.write(0x00_22_11_00, 0b0110)
    for data, enables in ((0xFF2211FF, 0xF), (0xFFFFFFFF, 0b1001), (0xFFFFFFFF, 0)):
        assert not register.write(data, enables)
    assert register.reset()
    assert bus_range.bus_range() == (0, 0)


def test_n2_widths() -> None:
    register = BusNumberRegister(AssignedBusRange())
    with pytest.raises(ValueError, match="enables must fit"):
        register.write(0, 16)
    with pytest.raises(ValueError, match="data must fit"):
        register.write(1 << 32, 1)
