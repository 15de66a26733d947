# SPDX-License-Identifier: MIT
"""The bus range that a PCIe port was given, shared by everything that depends on it."""

from .widths import BUS_BITS, check_width


def in_range(bus: int, bus_range: tuple[int, int]) -> bool:
    """Return whether `bus` is in a (secondary, subordinate) range, both ends inclusive (R1)."""
    secondary, subordinate = bus_range
    return secondary <= bus <= subordinate


class AssignedBusRange:
    """The buses `secondary..subordinate` (8 bits each, both inclusive) behind one port; reset 0, 0.

    Shared by reference: every target made from it sees an update at once. The two change together
    (R1): no thread ever reads the one of before with the other of after.
    """

    __slots__ = ("_bus_range",)

    def __init__(self) -> None:
        """Start in the reset state, 0..0."""
        self._bus_range = (0, 0)

    def set_bus_range(self, secondary: int, subordinate: int) -> None:
        """Assign both bounds at once. With `secondary > subordinate` no bus is in range."""
        check_width("secondary", secondary, BUS_BITS)
        check_width("subordinate", subordinate, BUS_BITS)
        # One reference to one immutable pair: that store is what makes the change atomic.
        self._bus_range = (secondary, subordinate)

    def bus_range(self) -> tuple[int, int]:
        """Return (secondary, subordinate) as they are at this moment."""
        return self._bus_range

    def contains_bus(self, bus: int) -> bool:
        """Return whether `bus` (8 bits) is in range, both ends inclusive (R1)."""
        check_width("bus", bus, BUS_BITS)
        return in_range(bus, self._bus_range)

    def __repr__(self) -> str:
        """Return the range in hexadecimal, as PCI bus numbers are written."""
        secondary, subordinate = self._bus_range
        return f"AssignedBusRange({secondary:#04x}..{subordinate:#04x})"
