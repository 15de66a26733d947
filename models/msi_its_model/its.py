# SPDX-License-Identifier: MIT
"""The GICv3 ITS wrappers: they make a DeviceID of a BDF, nothing else (R10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .backends import Event, IrqFd, IrqFdRoute, SignalMsi
from .ratelimit import RateLimited
from .widths import DEVID_BITS, RID_BITS, SEGMENT_BITS, check_message, check_width

DROPPED_NO_BDF: Final = "message dropped: it reached the ITS wrapper without a BDF"
REFUSED_NO_BDF: Final = "route not enabled: the request reached the ITS wrapper without a BDF"
DROPPED_DEVID: Final = "message dropped: its DeviceID has more bits than the ITS takes"
REFUSED_DEVID: Final = "route disabled: the DeviceID has more bits than the ITS takes"

_dropped_no_bdf: Final = RateLimited()
_refused_no_bdf: Final = RateLimited()
_dropped_devid: Final = RateLimited()
_refused_devid: Final = RateLimited()


@dataclass(frozen=True, slots=True)
class DeviceIds:
    """The DeviceIDs of one connection: from `base` (32 bits) on, of `bits` bits (16 to 32) at most.

    Raises TypeError or ValueError for a base or a width that is not.
    """

    base: int
    bits: int = DEVID_BITS

    def __post_init__(self) -> None:
        """Check both."""
        check_width("devid_base", self.base, DEVID_BITS)
        check_width("devid_bits", self.bits, DEVID_BITS)
        if not RID_BITS <= self.bits <= DEVID_BITS:
            raise ValueError(f"devid_bits must be {RID_BITS} to {DEVID_BITS}, not {self.bits}")

    @classmethod
    def at(cls, segment: int | None, devid_base: int | None, bits: int) -> DeviceIds:
        """Return those of a PCI `segment` (16 bits) or from `devid_base` on: one is given."""
        if (segment is None) == (devid_base is None):
            given = "neither" if segment is None else "both"
            raise TypeError(f"give a segment or a devid_base, one of the two: {given} was given")
        if segment is not None:
            check_width("segment", segment, SEGMENT_BITS)
            return cls(segment << RID_BITS, bits)
        assert devid_base is not None
        return cls(devid_base, bits)

    def of(self, bdf: int, place: RateLimited, message: str) -> int | None:
        """Return `base + (bdf & 0xFFFF)`; None, with a warning at `place`, if that is too wide.

        The sum has 33 bits and never wraps.
        """
        rid = bdf & 0xFFFF
        devid = self.base + rid
        if devid >> self.bits:
            place.warn(message, rid=rid, devid=devid, devid_bits=self.bits)
            return None
        return devid


class ItsSignalMsi:
    """A message backend that hands on with the ITS DeviceID, `base + (bdf & 0xFFFF)`."""

    __slots__ = ("_inner", "devids")

    def __init__(
        self,
        inner: SignalMsi,
        segment: int | None = None,
        *,
        devid_base: int | None = None,
        devid_bits: int = DEVID_BITS,
    ) -> None:
        """Stand in front of `inner`, an ITS that takes DeviceIDs of `devid_bits` bits (16 to 32).

        Their base is `segment << 16`, for a PCI segment (16 bits), or `devid_base` (32 bits).
        Raises TypeError unless exactly one of the two is given.
        """
        self._inner = inner
        self.devids = DeviceIds.at(segment, devid_base, devid_bits)

    def signal_msi(self, devid: int | None, address: int, data: int) -> None:
        """Hand on a message whose `devid` is a BDF.

        Without one it is dropped, as with a DeviceID that is too wide for the ITS: with a warning.
        """
        check_message(devid, address, data)
        if devid is None:
            _dropped_no_bdf.warn(DROPPED_NO_BDF, devid_base=self.devids.base)
            return
        its_devid = self.devids.of(devid, _dropped_devid, DROPPED_DEVID)
        if its_devid is not None:
            self._inner.signal_msi(its_devid, address, data)


class ItsIrqFdRoute:
    """A route that is enabled with the ITS DeviceID instead of the BDF."""

    __slots__ = ("_inner", "devids")

    def __init__(
        self,
        inner: IrqFdRoute,
        segment: int | None = None,
        *,
        devid_base: int | None = None,
        devid_bits: int = DEVID_BITS,
    ) -> None:
        """Stand in front of `inner`; the other arguments are those of `ItsSignalMsi`."""
        self._inner = inner
        self.devids = DeviceIds.at(segment, devid_base, devid_bits)

    def event(self) -> Event:
        """Return the event of the route behind."""
        return self._inner.event()

    def enable(self, address: int, data: int, devid: int | None) -> None:
        """Enable with a BDF as `devid`; without one the route stays as it is, with a warning.

        With a DeviceID that is too wide for the ITS the route is left disabled, with a warning, and
        what is pending stays pending.
        """
        check_message(devid, address, data)
        if devid is None:
            _refused_no_bdf.warn(REFUSED_NO_BDF, devid_base=self.devids.base)
            return
        its_devid = self.devids.of(devid, _refused_devid, REFUSED_DEVID)
        if its_devid is None:
            self._inner.disable()
            return
        self._inner.enable(address, data, its_devid)

    def disable(self) -> None:
        """Disable the route behind."""
        self._inner.disable()


class ItsIrqFd:
    """An irqfd backend whose routes are enabled with ITS DeviceIDs."""

    __slots__ = ("_inner", "devids")

    def __init__(
        self,
        inner: IrqFd,
        segment: int | None = None,
        *,
        devid_base: int | None = None,
        devid_bits: int = DEVID_BITS,
    ) -> None:
        """Stand in front of `inner`; the other arguments are those of `ItsSignalMsi`."""
        self._inner = inner
        self.devids = DeviceIds.at(segment, devid_base, devid_bits)

    def new_irqfd_route(self) -> ItsIrqFdRoute:
        """Return a new route of the backend behind; its errors are passed on (R7)."""
        inner, devids = self._inner.new_irqfd_route(), self.devids
        return ItsIrqFdRoute(inner, devid_base=devids.base, devid_bits=devids.bits)
