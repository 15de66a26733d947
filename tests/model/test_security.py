# SPDX-License-Identifier: MIT
"""Who can raise whose interrupt: each way of lying about a requester ID, with an ITS behind.

The table is that of docs/its.md. A profile is a column of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from msi_its_model import PROFILES, AssignedBusRange, ItsSignalMsi, MsiConnection
from msi_its_model.gicv3_its import Its

PAGE = Path(__file__).parents[2] / "docs/its.md"

NOTHING = "nothing"
DOORBELL = 0x8090040

MAPPED = {
    (0x0008, 0): 8192,  # the root port 00:01.0 itself, for hot plug and errors
    (0x0300, 0): 8193,  # the device that lies, behind a switch of the root port 00:01.0
    (0x0301, 0): 8194,  # its other function
    (0x0400, 0): 8195,  # a device behind the same root port
    (0x0600, 0): 8196,  # a device behind another root port
    (0x0B00, 0): 8197,  # 0b:03.0, behind a PCIe-to-PCI bridge
    (0x0B00, 1): 8198,  # 0b:04.0, behind the same bridge
}
"""What Linux has mapped: the LPI of each DeviceID and EventID."""


@dataclass(frozen=True)
class Way:
    """A way to lie: what the device sends, and the buses of its port.

    Without a `rid` it is sent with the port's own requester ID. `without` is what arrives when
    nobody checks, `checked` what arrives through the translator, by profile.
    """

    what: str
    rid: int | None
    buses: tuple[int, int]
    without: int | str
    checked: dict[str, int | str]
    eventid: int = 0


def both(arrives: int | str) -> dict[str, int | str]:
    """Return what arrives where the profiles agree."""
    return dict.fromkeys(PROFILES, arrives)


WAYS = (
    Way("none: its own number", 0x0300, (1, 4), 8193, both(8193)),
    Way(
        *("the bus of a device behind another port", 0x0600, (1, 4), 8196),
        both(NOTHING),
    ),
    Way("a bus that nobody has", 0x9900, (1, 4), NOTHING, both(NOTHING)),
    Way(
        *("bus 0, when the port has its buses", 0x0008, (1, 4), 8192),
        both(NOTHING),
    ),
    Way(
        *("any bus, while the port's buses are inverted", 0x0300, (4, 1), 8193),
        both(NOTHING),
    ),
    Way(
        *("nothing: the port's own number, while its buses are inverted", None, (4, 1), 8195),
        {"e08751800": 8195, "08ec11066": NOTHING},
    ),
    Way(
        *("bus 0, while the port's buses are 0/0", 0x0008, (0, 0), 8192),
        both(8192),
    ),
    Way(
        *("the bus of a device behind the same port", 0x0400, (1, 4), 8195),
        both(8195),
    ),
    Way("another function of its own bus", 0x0301, (1, 4), 8194, both(8194)),
    Way(
        *("another function's event, behind a PCIe-to-PCI bridge", 0x0B00, (10, 11), 8198),
        both(8198),
        eventid=1,
    ),
)

assert all(list(way.checked) == list(PROFILES) for way in WAYS), "a profile has no column"
CASES = [(way, profile) for way in WAYS for profile in way.checked]


def its() -> Its:
    """Return an ITS with all that is mapped."""
    made = Its()
    made.mapc(0, 0)
    for (devid, eventid), intid in MAPPED.items():
        if made.device(devid) is None:
            made.mapd(devid, 1)
        made.mapti(devid, eventid, intid, 0)
    return made


def arrived(behind: Its) -> int | str:
    """Return the one LPI that is pending, or NOTHING."""
    found = [intid for intid in MAPPED.values() if behind.lpis.pending(intid) is not None]
    assert len(found) <= 1
    return found[0] if found else NOTHING


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.what)
def test_what_arrives_without_a_check(way: Way) -> None:
    behind = its()
    rid = way.buses[0] << 8 if way.rid is None else way.rid
    ItsSignalMsi(behind, segment=0).signal_msi(rid, DOORBELL, way.eventid)
    assert arrived(behind) == way.without


@pytest.mark.parametrize(("way", "profile"), CASES, ids=lambda case: getattr(case, "what", case))
def test_what_arrives_through_the_translator(way: Way, profile: str) -> None:
    behind = its()
    bus_range = AssignedBusRange()
    connection = MsiConnection(bus_range, 0, profile=PROFILES[profile])
    connection.connect(ItsSignalMsi(behind, segment=0))
    bus_range.set_bus_range(*way.buses)
    if way.rid is None:
        connection.target().signal_msi(DOORBELL, way.eventid)
    else:
        connection.target().signal_msi_with_rid(way.rid, DOORBELL, way.eventid)
    assert arrived(behind) == way.checked[profile]


def test_another_segment_cannot_be_claimed_at_all() -> None:
    """A requester ID has 16 bits: the segment is the connection's, whatever a device sends."""
    behind = its()
    bus_range = AssignedBusRange()
    bus_range.set_bus_range(0, 255)
    connection = MsiConnection(bus_range, 0)
    connection.connect(ItsSignalMsi(behind, segment=1))
    for devid, eventid in MAPPED:
        connection.target().signal_msi_with_rid(devid, DOORBELL, eventid)
    assert arrived(behind) == NOTHING


def row(way: Way) -> str:
    """Return a row of the page's table."""
    cells = [way.what, way.without, *way.checked.values()]
    words = [f"LPI {cell}" if isinstance(cell, int) else cell for cell in cells]
    return f"| {' | '.join(words)} |"


def test_the_page_has_the_table() -> None:
    text = PAGE.read_text()
    assert "\n".join(map(row, WAYS)) in text
    heading = " | ".join(["what the device lies about", "without a check", *WAYS[0].checked])
    assert f"| {heading} |" in text
