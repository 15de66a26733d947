# SPDX-License-Identifier: MIT
"""The GICv3 ITS wrappers: they put the PCI segment in front of a BDF, nothing else (R10)."""

from typing import Final

from .backends import Event, IrqFd, IrqFdRoute, SignalMsi
from .ratelimit import RateLimited
from .widths import SEGMENT_BITS, check_message, check_width

DROPPED_NO_BDF: Final = "message dropped: it reached the ITS wrapper without a BDF"
REFUSED_NO_BDF: Final = "route not enabled: the request reached the ITS wrapper without a BDF"

_dropped_no_bdf: Final = RateLimited()
_refused_no_bdf: Final = RateLimited()


def _its_devid(segment: int, bdf: int) -> int:
    return segment << 16 | (bdf & 0xFFFF)


class ItsSignalMsi:
    """A message backend that hands on with the ITS DeviceID, `segment << 16 | (bdf & 0xFFFF)`."""

    __slots__ = ("_inner", "_segment")

    def __init__(self, inner: SignalMsi, segment: int) -> None:
        """Stand in front of `inner`, for one PCI `segment` (16 bits)."""
        check_width("segment", segment, SEGMENT_BITS)
        self._inner = inner
        self._segment = segment

    def signal_msi(self, devid: int | None, address: int, data: int) -> None:
        """Hand on a message whose `devid` is a BDF; without one it is dropped, with a warning."""
        check_message(devid, address, data)
        if devid is None:
            _dropped_no_bdf.warn(DROPPED_NO_BDF, segment=self._segment)
            return
        self._inner.signal_msi(_its_devid(self._segment, devid), address, data)


class ItsIrqFdRoute:
    """A route that is enabled with the ITS DeviceID instead of the BDF."""

    __slots__ = ("_inner", "_segment")

    def __init__(self, inner: IrqFdRoute, segment: int) -> None:
        """Stand in front of `inner`, for one PCI `segment` (16 bits)."""
        check_width("segment", segment, SEGMENT_BITS)
        self._inner = inner
        self._segment = segment

    def event(self) -> Event:
        """Return the event of the route behind."""
        return self._inner.event()

    def enable(self, address: int, data: int, devid: int | None) -> None:
        """Enable with a BDF as `devid`; without one the route stays as it is, with a warning."""
        check_message(devid, address, data)
        if devid is None:
            _refused_no_bdf.warn(REFUSED_NO_BDF, segment=self._segment)
            return
        self._inner.enable(address, data, _its_devid(self._segment, devid))

    def disable(self) -> None:
        """Disable the route behind."""
        self._inner.disable()


class ItsIrqFd:
    """An irqfd backend whose routes are enabled with ITS DeviceIDs."""

    __slots__ = ("_inner", "_segment")

    def __init__(self, inner: IrqFd, segment: int) -> None:
        """Stand in front of `inner`, for one PCI `segment` (16 bits)."""
        check_width("segment", segment, SEGMENT_BITS)
        self._inner = inner
        self._segment = segment

    def new_irqfd_route(self) -> ItsIrqFdRoute:
        """Return a new route of the backend behind; its errors are passed on (R7)."""
        return ItsIrqFdRoute(self._inner.new_irqfd_route(), self._segment)
