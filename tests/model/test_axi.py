# SPDX-License-Identifier: MIT
"""Rules B1, B3 and B5 of the golden model: each with what is just right and what is just not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from msi_its_model import (
    AssignedBusRange,
    AxiBeat,
    AxiBridge,
    AxiBurst,
    AxiDoorbell,
    AxiFlush,
    AxiItsPort,
    AxiItsWrite,
    AxiMeaning,
    AxiMessage,
    AxiOrder,
    AxiPasses,
    AxiRefusal,
    AxiResponse,
    AxiSignalMsi,
    AxiWrite,
    ItsSignalMsi,
    MsiConnection,
    RaisedWarning,
)
from msi_its_model.axi import DATA_WIDTHS

PAGE = 0x8_0809_0000
FILLED = int.from_bytes(bytes(range(0x81, 0xC1)), "little")
"""64 bytes, each another, none 0."""


def write(address: int, strobes: int, width: int, **other: Any) -> AxiWrite:
    beat = AxiBeat(FILLED & ((1 << width) - 1), strobes)
    made = AxiWrite(7, 0x0518, 0x2A, address, 2, AxiBurst.INCR, (beat,))
    return replace(made, **other)


def meaning(address: int, strobes: int, width: int = 64, **other: Any) -> AxiMeaning:
    return AxiDoorbell(PAGE, width).meaning(write(address, strobes, width, **other))


# ---- B1 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", DATA_WIDTHS)
def test_b1_exactly_the_dword_is_a_message(width: int) -> None:
    assert meaning(PAGE + 0x40, 0xF, width) == AxiMessage(7, 0x0518, PAGE + 0x40, 0x84838281)


@pytest.mark.parametrize("width", DATA_WIDTHS)
def test_b1_exactly_its_lower_half_is_one_with_16_bits(width: int) -> None:
    assert meaning(PAGE + 0x40, 0x3, width) == AxiMessage(7, 0x0518, PAGE + 0x40, 0x8281)


@pytest.mark.parametrize("size", range(8))
@pytest.mark.parametrize("burst", AxiBurst)
@pytest.mark.parametrize("lock", [False, True])
def test_b1_neither_size_nor_burst_nor_lock_decides(size: int, burst: AxiBurst, lock: bool) -> None:
    found = meaning(PAGE + 0x40, 0xF, 512, size=size, burst=burst, lock=lock)
    assert isinstance(found, AxiMessage)


@pytest.mark.parametrize("width", DATA_WIDTHS)
def test_b1_no_other_strobes_are(width: int) -> None:
    """All combinations of eight bytes (four on 32 bits), the same further up, and all bytes."""
    lanes = width // 8
    tried = {pattern << up for pattern in range(1, 256) for up in range(0, lanes, 4)}
    tried = {each for each in tried if each < 1 << lanes} | {(1 << lanes) - 1} - {0xF, 0x3}
    for strobes in tried - {0xF, 0x3}:
        assert meaning(PAGE + 0x40, strobes, width) is AxiRefusal.STROBES, f"{strobes:#x}"


@pytest.mark.parametrize("width", DATA_WIDTHS)
@pytest.mark.parametrize("strobes", [0x3, 0xF])
def test_b1_no_other_offset_is(width: int, strobes: int) -> None:
    """Not even one whose beat would begin at the doorbell: strobes below an address are illegal."""
    for bit in range(2, 16):
        assert meaning(PAGE + (0x40 ^ 1 << bit), strobes, width) is AxiRefusal.OFFSET, bit
    for low in (1, 2, 3):
        assert meaning(PAGE + 0x40 + low, strobes, width) is AxiRefusal.STROBES


@pytest.mark.parametrize("width", DATA_WIDTHS)
def test_b1_no_strobe_at_all_is_a_flush_anywhere_in_the_page(width: int) -> None:
    for offset in (0, 0x40, 0xFFFC):
        assert meaning(PAGE + offset, 0, width) == AxiFlush()
    assert meaning(PAGE + 0x10000, 0, width) is AxiRefusal.OUTSIDE


@pytest.mark.parametrize("address", [0, 0x40, PAGE - 4, PAGE + 0x1_0040, PAGE + (1 << 63) + 0x40])
def test_b1_all_bits_of_the_page_count(address: int) -> None:
    assert meaning(address, 0xF) is AxiRefusal.OUTSIDE


@pytest.mark.parametrize("strobes", [0, 0xF])
def test_b1_more_than_one_beat_is_refused(strobes: int) -> None:
    beats = (AxiBeat(1, strobes), AxiBeat(2, 0))
    assert meaning(PAGE + 0x40, 0xF, beats=beats) is AxiRefusal.BURST
    assert meaning(PAGE - 0x40, 0xF, beats=beats) is AxiRefusal.OUTSIDE


def test_b1_what_awlen_announces_counts_too() -> None:
    """It is illegal that WLAST says otherwise; a burst either way."""
    assert meaning(PAGE + 0x40, 0xF, length=2) is AxiRefusal.BURST
    assert isinstance(meaning(PAGE + 0x40, 0xF, length=1), AxiMessage)
    beats = (AxiBeat(1, 0xF), AxiBeat(2, 0xF))
    assert meaning(PAGE + 0x40, 0xF, beats=beats, length=1) is AxiRefusal.BURST


# ---- B3 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", DATA_WIDTHS)
def test_b3_each_dword_has_its_lane(width: int) -> None:
    port = AxiItsPort(width)
    for dword in range(16):
        lane = 4 * dword % (width // 8)
        expected = AxiItsWrite(
            0x1000 + 4 * dword, 2, 0xCAFE0001 << 8 * lane, 0xF << lane, 0x00010518
        )
        assert port.write(0x00010518, 0x1000 + 4 * dword, 0xCAFE0001) == expected


@pytest.mark.parametrize("shift", [0, 1, 3, 16, 31])
def test_b3_the_device_id_is_shifted_and_never_cut(shift: int) -> None:
    port = AxiItsPort(64, shift)
    largest = (1 << 32 - shift) - 1
    assert port.write(largest, 0x40, 1).user == largest << shift
    with pytest.raises(ValueError, match=f"^devid must fit in {32 - shift} bits"):
        port.write(largest + 1, 0x40, 1)


@pytest.mark.parametrize("width", DATA_WIDTHS[1:])
def test_b3_msi64(width: int) -> None:
    """Where the message was written to does not matter then."""
    port = AxiItsPort(width, user_shift=3, msi64_page=0x5_0000)
    expected = AxiItsWrite(0x5_0040, 3, 0x1001_0518_CAFE_0001, 0xFF, 0x8008_28C0)
    for address in (PAGE + 0x40, 0x44):
        assert port.write(0x10010518, address, 0xCAFE0001) == expected


def test_b3_msi64_is_impossible_on_32_bits() -> None:
    with pytest.raises(ValueError, match="not on a data bus of 32 bits"):
        AxiItsPort(32, msi64_page=0)


@pytest.mark.parametrize("low", [1, 2, 3])
def test_b3_only_a_dword_is_written(low: int) -> None:
    port = AxiItsPort(64)
    assert port.write(1, 0x44 + low, 7) == port.write(1, 0x44, 7)


# ---- B5 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("its", AxiResponse)
def test_b5_what_was_sent_has_the_response_of_the_its(its: AxiResponse) -> None:
    message = AxiMessage(7, 0x0518, PAGE + 0x40, 1)
    for slverr in (False, True):
        assert AxiDoorbell(PAGE, 64, slverr, slverr).response(message, its) is its


def test_b5_what_was_dropped_has_okay_or_slverr() -> None:
    message = AxiMessage(7, 0x0518, PAGE + 0x40, 1)
    assert AxiDoorbell(PAGE, 64).response(message) is AxiResponse.OKAY
    assert AxiDoorbell(PAGE, 64, dropped_slverr=True).response(message) is AxiResponse.SLVERR


@pytest.mark.parametrize("refusal", AxiRefusal)
def test_b5_refusals(refusal: AxiRefusal) -> None:
    outside = refusal is AxiRefusal.OUTSIDE
    strict = AxiResponse.DECERR if outside else AxiResponse.SLVERR
    lenient = AxiResponse.DECERR if outside else AxiResponse.OKAY
    assert AxiDoorbell(PAGE, 64, dropped_slverr=True).response(refusal) is strict
    assert AxiDoorbell(PAGE, 64, refused_okay=True).response(refusal) is lenient


def test_b5_a_flush_has_okay() -> None:
    assert AxiDoorbell(PAGE, 64, dropped_slverr=True).response(AxiFlush()) is AxiResponse.OKAY


@pytest.mark.parametrize("what", [AxiFlush(), *AxiRefusal])
def test_b5_what_never_reaches_the_its_has_no_response_of_it(what: AxiMeaning) -> None:
    with pytest.raises(ValueError, match="never reaches the ITS"):
        AxiDoorbell(PAGE, 64).response(what, AxiResponse.OKAY)


# ---- the way through -----------------------------------------------------------------------------


def test_a_write_goes_through_a_target_to_the_its(raised: list[RaisedWarning]) -> None:
    """B3: a message obeys all rules."""
    left: list[AxiItsWrite] = []
    bus_range = AssignedBusRange()
    bus_range.set_bus_range(5, 10)
    connection = MsiConnection(bus_range)
    connection.connect(ItsSignalMsi(AxiSignalMsi(AxiItsPort(128), left.append), segment=1))
    good = meaning(PAGE + 0x40, 0xF)
    assert isinstance(good, AxiMessage)
    good.send(connection.target())
    assert left == [AxiItsWrite(PAGE + 0x40, 2, 0x84838281, 0xF, 0x10518)]
    replace(good, rid=0x0B00).send(connection.target())
    assert len(left) == 1 and len(raised) == 1


def test_without_a_device_id_nothing_is_written() -> None:
    left: list[AxiItsWrite] = []
    with pytest.raises(TypeError, match="without a DeviceID"):
        AxiSignalMsi(AxiItsPort(64), left.append).signal_msi(None, 0x40, 1)
    assert left == []


# ---- values that are refused ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "bits"), [("target", 16), ("rid", 16), ("id", 16), ("address", 64), ("size", 3)]
)
def test_widths_of_a_write(field: str, bits: int) -> None:
    made = write(PAGE + 0x40, 0xF, 64)
    replace(made, **{field: (1 << bits) - 1})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=f"^{field} must fit in {bits} bits"):
        replace(made, **{field: 1 << bits})  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [0, 257])
def test_number_of_beats(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 256 beats"):
        write(PAGE, 0xF, 64, beats=(AxiBeat(0, 0),) * count)
    with pytest.raises(ValueError, match="1 to 256 beats"):
        write(PAGE, 0xF, 64, length=count)
    write(PAGE, 0xF, 64, beats=(AxiBeat(0, 0),) * 256)


@pytest.mark.parametrize("width", DATA_WIDTHS)
def test_a_beat_fits_the_bus(width: int) -> None:
    doorbell = AxiDoorbell(PAGE, width)
    for beat, field in (
        (AxiBeat(1 << width, 0xF), "data"),
        (AxiBeat(0, 1 << width // 8), "strobes"),
    ):
        with pytest.raises(ValueError, match=f"^{field} must fit"):
            doorbell.meaning(write(PAGE, 0, width, beats=(beat,)))


def test_pages_are_aligned_and_widths_known() -> None:
    for page in (0x40, 0x8000):
        with pytest.raises(ValueError, match=r"^page must be aligned"):
            AxiDoorbell(page, 64)
        with pytest.raises(ValueError, match=r"^msi64_page must be aligned"):
            AxiItsPort(64, msi64_page=page)
    for width in (8, 16, 48, 1024):
        with pytest.raises(ValueError, match="data_width must be one of"):
            AxiDoorbell(PAGE, width)
        with pytest.raises(ValueError, match="data_width must be one of"):
            AxiItsPort(width)


# ---- the bridge: B1, B2, B4, B9 ------------------------------------------------------------------


def no_source() -> bool:
    raise AssertionError("the source was asked for")


def test_b1_the_page_is_no_matter_of_a_source() -> None:
    bridge = AxiBridge(AxiDoorbell(PAGE, 64), check_all=True)
    assert isinstance(bridge.write(write(PAGE + 0x40, 0xF, 64), no_source), AxiMessage)
    assert bridge.write(write(PAGE, 0xF, 64), no_source) is AxiRefusal.OFFSET
    assert bridge.write(write(PAGE + 0xFFFC, 0, 64), no_source) == AxiFlush()
    assert bridge.read(PAGE + 0xFFFC, no_source) is AxiRefusal.READ


@pytest.mark.parametrize("address", [PAGE - 4, PAGE + 0x1_0000, PAGE + (1 << 63), 0])
def test_b2_all_else_passes(address: int) -> None:
    bridge = AxiBridge(AxiDoorbell(PAGE, 64))
    assert bridge.write(write(address, 0xF, 64), no_source) == AxiPasses()
    assert bridge.write(write(address, 0, 64, beats=(AxiBeat(1, 0),) * 2), no_source) == AxiPasses()
    assert bridge.read(address, no_source) == AxiPasses()


def test_b9_every_source_is_checked_if_asked_for() -> None:
    bridge = AxiBridge(AxiDoorbell(PAGE, 64), check_all=True)
    sources: dict[bool, Callable[[], bool]] = {True: lambda: True, False: lambda: False}
    for known, expected in ((True, AxiPasses()), (False, AxiRefusal.SOURCE)):
        assert bridge.write(write(PAGE - 4, 0xF, 64), sources[known]) == expected
        assert bridge.read(PAGE - 4, sources[known]) == expected


def test_b9_a_target_covers_the_buses_of_its_range() -> None:
    bus_range = AssignedBusRange()
    target = MsiConnection(bus_range).target()
    assert target.covers(0x00FF) and not target.covers(0x0100)
    bus_range.set_bus_range(5, 10)
    assert [bus for bus in range(256) if target.covers(bus << 8 | 0x18)] == list(range(5, 11))
    bus_range.set_bus_range(10, 5)
    assert not any(target.covers(bus << 8) for bus in range(256))
    with pytest.raises(ValueError, match="rid must fit in 16 bits"):
        target.covers(0x1_0000)


@pytest.mark.parametrize("okay", [False, True])
def test_b5_what_does_not_pass_has_a_response(okay: bool) -> None:
    bridge = AxiBridge(AxiDoorbell(PAGE, 64, refused_okay=okay))
    in_page = AxiResponse.OKAY if okay else AxiResponse.SLVERR
    for refusal in (AxiRefusal.BURST, AxiRefusal.OFFSET, AxiRefusal.STROBES, AxiRefusal.READ):
        assert bridge.response(refusal) is in_page
    assert bridge.response(AxiRefusal.SOURCE) is AxiResponse.SLVERR
    assert bridge.response(AxiFlush()) is AxiResponse.OKAY
    message = AxiMessage(7, 0x0518, PAGE + 0x40, 1)
    assert bridge.response(message, AxiResponse.DECERR) is AxiResponse.DECERR


def test_b4_a_message_waits_for_the_data_before_it_alone() -> None:
    order = AxiOrder()
    for number in (1, 2, 4, 6):
        order.passes(number)
    assert [order.waits_for(number) for number in (1, 3, 5)] == [[], [1, 2], [1, 2, 4]]
    order.responded(2)
    assert order.waits_for(5) == [1, 4]
    order.responded(1)
    order.responded(4)
    assert order.waits_for(5) == [] and order.waits_for(7) == [6]
    with pytest.raises(KeyError):
        order.responded(4)
