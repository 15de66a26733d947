# SPDX-License-Identifier: MIT
"""What firmware and kernels do to bus ranges, and what a message meets there: a table of moments.

docs/real-software.md says who makes each moment and where that was read. A moment is a function of
the profile: the operations, each with what it must do. The RTL plays them in software_tests.py, the
model alone in tests/model/test_real_software.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from cocotbext.msi_its.vocabulary.operations import (
    BindTarget,
    Connect,
    ConnectIrqfd,
    Enable,
    EnableWithRid,
    Message,
    NewRoute,
    SetBusRange,
    SignalEvent,
    SignalMsi,
    SignalMsiWithRid,
)
from msi_its_model import Profile
from tests.rtl.scenario import Step, does

ADDRESS: Final = 0x0809_0040
BASE: Final = 0x0002_0000

Moment = Callable[[Profile], Iterator[Step]]
"""The operations of a moment, each with what it must do under a profile."""

ROOT, PORT, OTHER = 0, 1, 2
"""Indexes of bus ranges, of the targets bound to them, and of a route of each: the root complex's
own bus, and two root ports. They are on one connection."""
ELSEWHERE: Final = 3
"""A target with the range of `OTHER` on a connection of its own, in the next PCI segment."""
FUNCTION_HERE, FUNCTION_THERE = 4, 5
"""Targets of two virtual functions behind `PORT`, and a route of the second."""


def _message(rid: int, data: int, base: int = BASE) -> Message:
    return Message(base + rid, ADDRESS, data)


def _ports(devfn: int = 0) -> Iterator[Step]:
    """Bring up what is behind both ports and on bus 0, with ranges as after reset."""
    yield does(Connect(0, BASE))
    yield does(ConnectIrqfd(0, BASE))
    yield does(Connect(1, BASE + 0x1_0000))
    for index in (ROOT, PORT, OTHER):
        yield does(BindTarget(index, 0, index, devfn))
        yield does(NewRoute(index, index), returns=True)
    yield does(BindTarget(ELSEWHERE, 1, OTHER, devfn))


def _ranges(port: tuple[int, int], other: tuple[int, int]) -> Iterator[Step]:
    yield does(SetBusRange(PORT, *port))
    yield does(SetBusRange(OTHER, *other))


def _own(target: int, data: int, rid: int | None) -> Step:
    """A message with the target's own requester ID: it leaves with `rid`, or is dropped (None)."""
    operation = SignalMsi(target, ADDRESS, data)
    if rid is None:
        return does(operation, warnings=1)
    return does(operation, _message(rid, data))


def _explicit(target: int, rid: int, data: int, *, passes: bool) -> Step:
    """A message that brings its requester ID."""
    operation = SignalMsiWithRid(target, rid, ADDRESS, data)
    return does(operation, _message(rid, data)) if passes else does(operation, warnings=1)


def edk2_writes_secondary_before_subordinate(profile: Profile) -> Iterator[Step]:
    """Two writes a bridge: 16 bits of primary and secondary, then 8 of subordinate.

    An interrupt of a vector that was unmasked in the moment between is kept, or fixed to the number
    that it had; with a requester ID of its own no message passes.
    """
    inverted = None if profile.checks_default_rid else 0x0300
    yield from _ports()
    yield does(SignalEvent(PORT))
    yield does(SetBusRange(PORT, 3, 0))
    yield _own(PORT, 1, inverted)
    yield _explicit(PORT, 0x0300, 2, passes=False)
    yield _explicit(PORT, 0x0000, 3, passes=False)
    yield does(EnableWithRid(PORT, 0x0300, ADDRESS, 4), warnings=1)
    if inverted is None:
        yield does(Enable(PORT, ADDRESS, 5), warnings=1)
    else:
        yield does(Enable(PORT, ADDRESS, 5), _message(inverted, 5))
        yield does(SignalEvent(PORT), _message(inverted, 5))
    yield does(SetBusRange(PORT, 3, 0xFF))
    yield _own(PORT, 6, 0x0300)
    yield does(SetBusRange(PORT, 3, 4))
    pending = _message(0x0300, 7) if inverted is None else None
    yield does(Enable(PORT, ADDRESS, 7), pending)
    yield does(SignalEvent(PORT), _message(0x0300, 7))


def a_scan_opens_the_port_to_the_last_bus(profile: Profile) -> Iterator[Step]:
    """While the buses behind are counted, any bus from secondary on passes; then only their own."""
    yield from _ports()
    for subordinate, passes in ((0xFF, True), (4, False)):
        yield does(SetBusRange(PORT, 3, subordinate))
        yield _own(PORT, 1, 0x0300)
        yield _explicit(PORT, 0x0408, 2, passes=True)
        yield _explicit(PORT, 0x0500, 3, passes=passes)
        yield _explicit(PORT, 0xFFFF, 4, passes=passes)
        yield _explicit(PORT, 0x0200, 5, passes=False)
    yield does(SetBusRange(OTHER, 5, 5))
    yield _explicit(OTHER, 0x0500, 6, passes=True)


def linux_rescans_a_bus_in_use(profile: Profile) -> Iterator[Step]:
    """All ports of a bus go to 0/0, each with one write, and then back, each with one write.

    What is enabled keeps its DeviceID throughout; a message meets 0/0, which holds bus 0.
    """
    yield from _ports()
    yield from _ranges((1, 5), (6, 6))
    yield does(EnableWithRid(PORT, 0x0400, ADDRESS, 1))
    yield from _ranges((0, 0), (0, 0))
    yield _explicit(PORT, 0x0400, 2, passes=False)
    yield _explicit(OTHER, 0x0600, 3, passes=False)
    yield _explicit(OTHER, 0x0000, 4, passes=True)
    yield _own(OTHER, 5, 0x0000)
    yield does(SignalEvent(PORT), _message(0x0400, 1))
    yield does(SetBusRange(PORT, 1, 5))
    yield _explicit(PORT, 0x0400, 6, passes=True)
    yield _explicit(OTHER, 0x0600, 7, passes=False)
    yield does(SetBusRange(OTHER, 6, 6))
    yield _own(OTHER, 8, 0x0600)
    yield _explicit(OTHER, 0x0600, 9, passes=True)


def a_vector_unmasked_while_the_port_is_zero_stays_at_bus_zero(profile: Profile) -> Iterator[Step]:
    """`enable` fixes the DeviceID; when the numbers are back, the route still has that of bus 0."""
    yield from _ports(devfn=0x18)
    yield from _ranges((0, 0), (6, 6))
    yield does(Enable(PORT, ADDRESS, 1))
    yield does(SetBusRange(PORT, 1, 5))
    yield _own(PORT, 2, 0x0118)
    yield does(SignalEvent(PORT), _message(0x0018, 1))
    yield does(Enable(PORT, ADDRESS, 1))
    yield does(SignalEvent(PORT), _message(0x0118, 1))


def seabios_closes_ports_with_an_inverted_range(profile: Profile) -> Iterator[Step]:
    """All ports of a bus get secondary FF, then subordinate 0; then each is opened and counted."""
    yield from _ports()
    yield from _ranges((1, 5), (6, 6))
    for index, old in ((PORT, 5), (OTHER, 6)):
        yield does(SetBusRange(index, 0xFF, old))
        yield does(SetBusRange(index, 0xFF, 0))
    yield _own(PORT, 1, None if profile.checks_default_rid else 0xFF00)
    yield _explicit(PORT, 0xFF00, 2, passes=False)
    yield _explicit(PORT, 0x0400, 3, passes=False)
    for index, secondary, subordinate in ((PORT, 1, 5), (OTHER, 6, 6)):
        rid = secondary << 8
        yield does(SetBusRange(index, secondary, 0))
        yield _own(index, 4, None if profile.checks_default_rid else rid)
        yield does(SetBusRange(index, secondary, 0xFF))
        yield _explicit(index, rid, 5, passes=True)
        yield does(SetBusRange(index, secondary, subordinate))
        yield _own(index, 6, rid)
    yield _explicit(PORT, 0x0600, 7, passes=False)


def coreboot_clears_secondary_first(profile: Profile) -> Iterator[Step]:
    """With secondary cleared and subordinate as it was, all buses of the ports before pass, too."""
    yield from _ports()
    yield from _ranges((1, 3), (4, 6))
    yield _explicit(OTHER, 0x0200, 1, passes=False)
    yield does(SetBusRange(OTHER, 0, 6))
    yield _explicit(OTHER, 0x0200, 2, passes=True)
    yield _explicit(OTHER, 0x0700, 3, passes=False)
    yield _own(OTHER, 4, 0x0000)
    yield does(SetBusRange(OTHER, 0, 0))
    yield _explicit(OTHER, 0x0200, 5, passes=False)
    yield does(SetBusRange(OTHER, 7, 0))
    yield _own(OTHER, 6, None if profile.checks_default_rid else 0x0700)
    yield does(SetBusRange(OTHER, 7, 7))
    yield _own(OTHER, 7, 0x0700)


def hot_plug_uses_the_reserve(profile: Profile) -> Iterator[Step]:
    """A switch takes numbers that its port has in reserve, and the port is not written."""
    yield from _ports()
    yield from _ranges((5, 8), (9, 9))
    yield _own(PORT, 1, 0x0500)
    yield _explicit(PORT, 0x0600, 2, passes=True)
    yield _explicit(PORT, 0x0810, 3, passes=True)
    yield _explicit(OTHER, 0x0900, 4, passes=True)
    yield _explicit(OTHER, 0x0A00, 5, passes=False)


def virtual_functions_carry_into_the_next_bus(profile: Profile) -> Iterator[Step]:
    """First VF Offset 0x80, VF Stride 2: function 63 is 05:fe, function 64 is 06:00.0."""
    first, stride = 0x80, 2
    last_here, first_there = (first + index * stride for index in (63, 64))
    carries = profile.rid_offset_bits > 8
    yield from _ports()
    yield does(BindTarget(FUNCTION_HERE, 0, PORT, last_here))
    if carries:
        yield does(BindTarget(FUNCTION_THERE, 0, PORT, first_there))
        yield does(NewRoute(FUNCTION_THERE, FUNCTION_THERE), returns=True)
    data = 0
    for port, reserved in (((5, 6), True), ((5, 5), False), ((9, 10), True), ((9, 9), False)):
        bus, data = port[0] << 8, data + 4
        yield does(SetBusRange(PORT, *port))
        yield _own(FUNCTION_HERE, data, bus | 0xFE)
        yield _explicit(PORT, bus + 0x100, data + 1, passes=reserved)
        if carries:
            yield _own(FUNCTION_THERE, data + 2, bus + 0x100 if reserved else None)
            yield does(Enable(FUNCTION_THERE, ADDRESS, data + 3), warnings=0 if reserved else 1)
            sends = _message(bus + 0x100, data + 3) if reserved else None
            yield does(SignalEvent(FUNCTION_THERE), sends)
            # What came while the route was refused stays: take it, for the next round.
            if not reserved:
                yield does(SetBusRange(PORT, port[0], port[0] + 1))
                delivered = _message(bus + 0x100, data + 3)
                yield does(Enable(FUNCTION_THERE, ADDRESS, data + 3), delivered)
    if carries:
        # Behind a port that SeaBIOS has closed, or with the last bus of all: no requester ID has 17
        # bits, and none of them is 00:00.0.
        for subordinate in (0x00, 0xFF):
            yield does(SetBusRange(PORT, 0xFF, subordinate))
            yield _own(FUNCTION_THERE, data + 4, None)
            yield does(Enable(FUNCTION_THERE, ADDRESS, data + 4), warnings=1)
            yield does(SignalEvent(FUNCTION_THERE))


def a_port_is_renumbered_under_traffic(profile: Profile) -> Iterator[Step]:
    """Up, from 6..6 to 8..9, and down again, a byte a write; an endpoint keeps its number.

    It learns the new one with the next configuration write that reaches it.
    """
    old, new = 0x0600, 0x0800
    yield from _ports()
    yield from _ranges((1, 5), (6, 6))
    yield does(Enable(OTHER, ADDRESS, 1))
    yield _explicit(OTHER, old, 2, passes=True)
    yield does(SetBusRange(OTHER, 8, 6))
    yield _own(OTHER, 3, None if profile.checks_default_rid else new)
    yield _explicit(OTHER, old, 4, passes=False)
    yield does(SetBusRange(OTHER, 8, 9))
    yield _own(OTHER, 5, new)
    yield _explicit(OTHER, old, 6, passes=False)
    yield _explicit(OTHER, new, 7, passes=True)
    yield does(SignalEvent(OTHER), _message(old, 1))
    yield does(SetBusRange(OTHER, 6, 9))
    yield _own(OTHER, 8, old)
    yield _explicit(OTHER, new, 9, passes=True)
    yield does(SetBusRange(OTHER, 6, 6))
    yield _explicit(OTHER, new, 10, passes=False)
    yield _explicit(OTHER, old, 11, passes=True)


def two_ports_claim_one_bus(profile: Profile) -> Iterator[Step]:
    """A device behind the one sends to the bit what one behind the other sends.

    Nobody can tell them apart. With ranges apart it cannot; nor can one in another segment.
    """
    victim, data = 0x0400, 7
    yield from _ports()
    yield from _ranges((1, 5), (6, 8))
    yield _explicit(PORT, victim, data, passes=True)
    yield _explicit(OTHER, victim, data, passes=False)
    yield does(EnableWithRid(OTHER, victim, ADDRESS, data), warnings=1)
    yield does(SetBusRange(OTHER, 4, 8))
    yield _explicit(OTHER, victim, data, passes=True)
    yield _own(OTHER, data, victim)
    yield does(EnableWithRid(OTHER, victim, ADDRESS, data))
    yield does(SignalEvent(OTHER), _message(victim, data))
    elsewhere = SignalMsiWithRid(ELSEWHERE, victim, ADDRESS, data)
    yield does(elsewhere, _message(victim, data, BASE + 0x1_0000))
    yield does(SetBusRange(OTHER, 6, 8))
    yield _explicit(OTHER, victim, data, passes=False)


def a_route_keeps_the_bus_that_another_port_gets(profile: Profile) -> Iterator[Step]:
    """A route enabled before speaks as the other port's device, though no ranges intersect.

    It holds the DeviceID, not the bus (R8). Disabling it before the buses change hands prevents it.
    """
    yield from _ports()
    yield from _ranges((1, 5), (6, 6))
    yield does(Enable(OTHER, ADDRESS, 1))
    yield does(SetBusRange(OTHER, 7, 7))
    yield does(SetBusRange(PORT, 1, 6))
    yield _explicit(PORT, 0x0600, 1, passes=True)
    yield _explicit(OTHER, 0x0600, 1, passes=False)
    yield does(SignalEvent(OTHER), _message(0x0600, 1))
    yield does(Enable(OTHER, ADDRESS, 1))
    yield does(SignalEvent(OTHER), _message(0x0700, 1))


def a_port_at_zero_speaks_for_bus_zero(profile: Profile) -> Iterator[Step]:
    """Before it has numbers, and in each rescan, a port shares bus 0 with the root complex."""
    yield from _ports()
    yield _explicit(ROOT, 0x0030, 1, passes=True)
    yield _explicit(OTHER, 0x0030, 1, passes=True)
    yield does(SetBusRange(OTHER, 6, 6))
    yield _explicit(OTHER, 0x0030, 1, passes=False)
    yield does(SetBusRange(OTHER, 0, 0))
    yield _explicit(OTHER, 0x0030, 1, passes=True)
    yield _explicit(OTHER, 0x0130, 1, passes=False)


MOMENTS: Final[dict[str, Moment]] = {
    moment.__name__: moment
    for moment in (
        edk2_writes_secondary_before_subordinate,
        a_scan_opens_the_port_to_the_last_bus,
        linux_rescans_a_bus_in_use,
        a_vector_unmasked_while_the_port_is_zero_stays_at_bus_zero,
        seabios_closes_ports_with_an_inverted_range,
        coreboot_clears_secondary_first,
        hot_plug_uses_the_reserve,
        virtual_functions_carry_into_the_next_bus,
        a_port_is_renumbered_under_traffic,
        two_ports_claim_one_bus,
        a_route_keeps_the_bus_that_another_port_gets,
        a_port_at_zero_speaks_for_bus_zero,
    )
}
"""All moments, by name."""
