# SPDX-License-Identifier: MIT
"""Message-signaled interrupts: from a device's target, through its connection, to a backend.

The names are those of OpenVMM's `pci_core::msi`, so that the two can be read side by side.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

from .backends import Event, IrqFd, IrqFdRoute, SignalMsi
from .bus_range import AssignedBusRange, in_range
from .ratelimit import RateLimited
from .widths import ADDRESS_BITS, DATA_BITS, DEVFN_BITS, RID_BITS, check_message, check_width

DROPPED_BUS_RANGE: Final = "message dropped: the bus of its requester ID is not in the bus range"
DROPPED_DISCONNECTED: Final = "message dropped: its connection has no message backend"
REFUSED_BUS_RANGE: Final = "route disabled: the bus of the requester ID is not in the bus range"

# One for each place that warns, so that a flood at one does not silence another (R11).
_dropped_bus_range: Final = RateLimited()
_dropped_disconnected: Final = RateLimited()
_refused_bus_range: Final = RateLimited()


class DisconnectedMsiTarget:
    """The backend of a connection that has none: drops every message, with a warning (R4)."""

    def signal_msi(self, devid: int | None, address: int, data: int) -> None:
        """Drop the message."""
        check_message(devid, address, data)
        if devid is None:
            _dropped_disconnected.warn(DROPPED_DISCONNECTED)
        else:
            _dropped_disconnected.warn(DROPPED_DISCONNECTED, rid=devid)


@dataclass(frozen=True, slots=True)
class DefaultBdf:
    """Where a target's own requester ID comes from: the secondary bus of a range, and a devfn."""

    bus_range: AssignedBusRange
    devfn: int

    def __post_init__(self) -> None:
        """Check the width of `devfn`, 8 bits."""
        check_width("devfn", self.devfn, DEVFN_BITS)


def resolve_default_bdf(default: DefaultBdf) -> int:
    """Return `secondary << 8 | devfn`, 16 bits, with the secondary bus of this moment (R2)."""
    secondary, _ = default.bus_range.bus_range()
    return secondary << 8 | default.devfn


def rid_in_range(rid: int, bus_range: AssignedBusRange, place: RateLimited, message: str) -> bool:
    """Return whether the bus of `rid` is in range (R1); if not, raise the warning at `place`."""
    # One reading of the range, for the decision and for the warning that explains it.
    now = bus_range.bus_range()
    if in_range(rid >> 8, now):
        return True
    secondary, subordinate = now
    place.warn(message, rid=rid, secondary=secondary, subordinate=subordinate)
    return False


class MsiTargetInner:
    """What every target of one connection shares: the backends, and a lock.

    The lock is held while a message is handed over and while a backend is replaced: once `connect`
    has returned, nothing is still on its way to the backend of before. A backend may call back into
    the connection, but must not wait for another thread that does.
    """

    __slots__ = ("irqfd", "lock", "signal_msi")

    def __init__(self) -> None:
        """Start with no backend."""
        self.lock = threading.RLock()
        self.signal_msi: SignalMsi = DisconnectedMsiTarget()
        self.irqfd: IrqFd | None = None


class MsiRoute:
    """One interrupt vector with an event that triggers it; made by `MsiTarget.new_route`.

    Its bus range and devfn are those of the target it came from.
    """

    __slots__ = ("_default_bdf", "_inner")

    def __init__(self, inner: IrqFdRoute, default_bdf: DefaultBdf) -> None:
        """Wrap a backend's route; `MsiTarget.new_route` does this."""
        self._inner = inner
        self._default_bdf = default_bdf

    def event(self) -> Event:
        """Return the event that sends this route's message while enabled, else is held (R9)."""
        return self._inner.event()

    def enable(self, address: int, data: int) -> None:
        """Send `address` (64 bits) and `data` (32) at each event, and once if one is pending.

        The requester ID is fixed now, as in R2, with no range check (R8).
        """
        check_width("address", address, ADDRESS_BITS)
        check_width("data", data, DATA_BITS)
        self._inner.enable(address, data, resolve_default_bdf(self._default_bdf))

    def enable_with_rid(self, rid: int, address: int, data: int) -> None:
        """Like `enable`, with `rid` (16 bits) as the requester ID; the devfn plays no part.

        If its bus is out of range, the route is left disabled, with a warning, and what is pending
        stays pending (R8).
        """
        check_width("rid", rid, RID_BITS)
        check_width("address", address, ADDRESS_BITS)
        check_width("data", data, DATA_BITS)
        bus_range = self._default_bdf.bus_range
        if not rid_in_range(rid, bus_range, _refused_bus_range, REFUSED_BUS_RANGE):
            self._inner.disable()
            return
        self._inner.enable(address, data, rid)

    def disable(self) -> None:
        """Send nothing from now on; events stay pending. Changes nothing else (R9)."""
        self._inner.disable()

    def consume_pending(self) -> bool:
        """Return whether an event was pending, and clear it (R9)."""
        return self.event().try_wait()


@dataclass(frozen=True, slots=True, eq=False)
class MsiTarget:
    """What a device sends its messages to: a connection, a bus range and a devfn. Immutable.

    Made by `MsiConnection.target`, by `with_devfn` and `with_bus_range`, or by `disconnected`.
    """

    _inner: MsiTargetInner
    _default_bdf: DefaultBdf

    @classmethod
    def disconnected(cls) -> MsiTarget:
        """Return a target whose connection has no backend, with range 0/0 and devfn 0 (R4)."""
        return cls(MsiTargetInner(), DefaultBdf(AssignedBusRange(), 0))

    def with_devfn(self, devfn: int) -> MsiTarget:
        """Return a target with this connection and bus range, and `devfn` (8 bits) (R5)."""
        return MsiTarget(self._inner, DefaultBdf(self._default_bdf.bus_range, devfn))

    def with_bus_range(self, bus_range: AssignedBusRange, devfn: int) -> MsiTarget:
        """Return a target with this connection, its own bus range and `devfn` (8 bits) (R5)."""
        return MsiTarget(self._inner, DefaultBdf(bus_range, devfn))

    def signal_msi(self, address: int, data: int) -> None:
        """Send `address` (64 bits) and `data` (32) with the default BDF: no range check (R2)."""
        check_width("address", address, ADDRESS_BITS)
        check_width("data", data, DATA_BITS)
        bdf = resolve_default_bdf(self._default_bdf)
        inner = self._inner
        with inner.lock:
            inner.signal_msi.signal_msi(bdf, address, data)

    def signal_msi_with_rid(self, rid: int, address: int, data: int) -> None:
        """Send with `rid` (16 bits) as the requester ID; the devfn plays no part.

        If its bus is out of this target's range, the message is dropped, with a warning, before
        the question of whether a backend is connected (R3).
        """
        check_width("rid", rid, RID_BITS)
        check_width("address", address, ADDRESS_BITS)
        check_width("data", data, DATA_BITS)
        bus_range = self._default_bdf.bus_range
        if not rid_in_range(rid, bus_range, _dropped_bus_range, DROPPED_BUS_RANGE):
            return
        inner = self._inner
        with inner.lock:
            inner.signal_msi.signal_msi(rid, address, data)

    def new_route(self) -> MsiRoute | None:
        """Return a new route, disabled and with nothing pending; None if no irqfd is connected.

        An error of the irqfd backend is passed on (R7).
        """
        inner = self._inner
        with inner.lock:
            if inner.irqfd is None:
                return None
            return MsiRoute(inner.irqfd.new_irqfd_route(), self._default_bdf)

    def default_bdf(self) -> int:
        """Return the requester ID, 16 bits, that `signal_msi` would use at this moment (R2)."""
        return resolve_default_bdf(self._default_bdf)

    def supports_direct_msi(self) -> bool:
        """Return whether the connection has an irqfd backend."""
        return self._inner.irqfd is not None


class MsiConnection:
    """What ties a device's targets to its backends; starts with none (R4).

    All targets derived from `target` share it: a backend is replaced for all of them, at once (R6).
    """

    __slots__ = ("_target",)

    def __init__(self, bus_range: AssignedBusRange, devfn: int) -> None:
        """Make a connection whose own target has `bus_range` and `devfn` (8 bits)."""
        self._target = MsiTarget(MsiTargetInner(), DefaultBdf(bus_range, devfn))

    def connect(self, signal_msi: SignalMsi) -> None:
        """Send every target's messages to `signal_msi` from now on (R6)."""
        inner = self._target._inner
        with inner.lock:
            inner.signal_msi = signal_msi

    def disconnect(self) -> None:
        """Drop every target's messages from now on (R4); the irqfd backend stays."""
        self.connect(DisconnectedMsiTarget())

    def connect_irqfd(self, irqfd: IrqFd) -> None:
        """Make routes with `irqfd` from now on; routes that exist keep their backend (R6)."""
        inner = self._target._inner
        with inner.lock:
            inner.irqfd = irqfd

    def target(self) -> MsiTarget:
        """Return the connection's own target."""
        return self._target
