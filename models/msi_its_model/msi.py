# SPDX-License-Identifier: MIT
"""Message-signaled interrupts: from a device's target, through its connection, to a backend.

The names are those of OpenVMM's `pci_core::msi`, so that the two can be read side by side.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Final, NoReturn

from .backends import Event, IrqFd, IrqFdRoute, SignalMsi
from .bus_range import AssignedBusRange, in_range
from .profile import DEFAULT_PROFILE, Profile
from .ratelimit import RateLimited
from .widths import ADDRESS_BITS, DATA_BITS, DEVFN_BITS, RID_BITS, check_message, check_width

DROPPED_BUS_RANGE: Final = "message dropped: the bus of its requester ID is not in the bus range"
DROPPED_DEFAULT_RID: Final = "message dropped: the bus of its own requester ID is above its range"
DROPPED_DISCONNECTED: Final = "message dropped: its connection has no message backend"
REFUSED_BUS_RANGE: Final = "route disabled: the bus of the requester ID is not in the bus range"
REFUSED_DEFAULT_RID: Final = "route disabled: the bus of its own requester ID is above its range"

# One for each place that warns, so that a flood at one does not silence another (R11).
_default_rid: Final = RateLimited()  # of signal_msi and of enable
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
class DefaultRid:
    """Where a target's own requester ID comes from: the secondary bus of a range, and an offset.

    The offset is as wide as the profile has it: a devfn, or more (R5). Raises ValueError if not.
    """

    bus_range: AssignedBusRange
    rid_offset: int
    profile: Profile

    def __post_init__(self) -> None:
        """Check the width of the offset."""
        self.profile.check_rid_offset(self.rid_offset)


def resolve_default_rid(default: DefaultRid, message: str = "") -> int | None:
    """Return `(secondary << 8) + rid_offset`, 16 bits, with the secondary bus of this moment (R2).

    If the profile checks its bus, and that is above the subordinate bus of this moment, return None
    instead, and raise `message` as a warning if it is given. The sum never wraps: such a warning
    shows all of its 17 bits.
    """
    # One reading of the range, for the sum, the decision and the warning.
    secondary, subordinate = default.bus_range.bus_range()
    rid = (secondary << 8) + default.rid_offset
    if not default.profile.checks_default_rid or rid >> 8 <= subordinate:
        return rid
    if message:
        _default_rid.warn(message, rid=rid, secondary=secondary, subordinate=subordinate)
    return None


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


class _FreedRoute:
    """What is left of a backend's route once its owner has freed it."""

    def event(self) -> NoReturn:
        """Refuse."""
        raise RuntimeError("the route was freed: make another one with MsiTarget.new_route")

    def enable(self, address: int, data: int, devid: int | None) -> None:
        """Refuse."""
        self.event()

    def disable(self) -> None:
        """Refuse."""
        self.event()


class MsiRoute:
    """One interrupt vector with an event that triggers it; made by `MsiTarget.new_route`.

    Its bus range and requester ID are those of the target it came from.
    """

    __slots__ = ("_default_rid", "_inner")

    def __init__(self, inner: IrqFdRoute, default_rid: DefaultRid) -> None:
        """Wrap a backend's route; `MsiTarget.new_route` does this."""
        self._inner = inner
        self._default_rid = default_rid

    def event(self) -> Event:
        """Return the event that sends this route's message while enabled, else is held (R9)."""
        return self._inner.event()

    def enable(self, address: int, data: int) -> None:
        """Send `address` (64 bits) and `data` (32) at each event, and once if one is pending.

        The requester ID is fixed now, as in R2. Where R2 drops a message, the route is left
        disabled, with a warning, and what is pending stays pending (R8).
        """
        check_width("address", address, ADDRESS_BITS)
        check_width("data", data, DATA_BITS)
        rid = resolve_default_rid(self._default_rid, REFUSED_DEFAULT_RID)
        if rid is None:
            self._inner.disable()
            return
        self._inner.enable(address, data, rid)

    def enable_with_rid(self, rid: int, address: int, data: int) -> None:
        """Like `enable`, with `rid` (16 bits) as the requester ID; the target's own plays no part.

        If its bus is out of range, the route is left disabled, with a warning, and what is pending
        stays pending (R8).
        """
        check_width("rid", rid, RID_BITS)
        check_width("address", address, ADDRESS_BITS)
        check_width("data", data, DATA_BITS)
        bus_range = self._default_rid.bus_range
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

    def free(self) -> None:
        """Send nothing from now on, forget what is pending, and let go of the backend's route (R9).

        It is what dropping a route is in OpenVMM, so it is the owner's last call: no other one may
        be under way in another thread, and each one afterwards raises RuntimeError. An event that
        somebody still holds is signalled in vain.
        """
        self._inner.disable()
        self._inner.event().try_wait()
        self._inner = _FreedRoute()


@dataclass(frozen=True, slots=True, eq=False)
class MsiTarget:
    """What a device sends its messages to: a connection, a bus range and an offset. Immutable.

    Made by a connection, by a method of another target, or by `disconnected`.
    """

    _inner: MsiTargetInner
    _default_rid: DefaultRid

    @classmethod
    def disconnected(cls, profile: Profile = DEFAULT_PROFILE) -> MsiTarget:
        """Return a target whose connection has no backend, with range 0/0 and offset 0 (R4)."""
        return cls(MsiTargetInner(), DefaultRid(AssignedBusRange(), 0, profile))

    @property
    def rid_offset(self) -> int:
        """The offset (16 bits) of the target's own requester ID from its secondary bus (R2)."""
        return self._default_rid.rid_offset

    def with_devfn(self, devfn: int) -> MsiTarget:
        """Return a target with this connection and bus range, and `devfn` (8 bits) (R5)."""
        check_width("devfn", devfn, DEVFN_BITS)
        return self.with_rid_offset(devfn)

    def with_bus_range(self, bus_range: AssignedBusRange, devfn: int) -> MsiTarget:
        """Return a target with this connection, its own bus range and `devfn` (8 bits) (R5)."""
        check_width("devfn", devfn, DEVFN_BITS)
        return MsiTarget(self._inner, DefaultRid(bus_range, devfn, self._default_rid.profile))

    def with_rid_offset(self, rid_offset: int) -> MsiTarget:
        """Return a target with this connection and bus range, and `rid_offset` (16 bits) (R5).

        Raises ValueError, and names the profile, if the profile has offsets of fewer bits.
        """
        return MsiTarget(self._inner, replace(self._default_rid, rid_offset=rid_offset))

    def with_rid(self, rid: int) -> MsiTarget:
        """Return a target whose own requester ID is `rid` (16 bits) at this moment (R5).

        What is fixed is its offset from the secondary bus, modulo 2^16: from now on the ID moves
        with the range. Raises ValueError as `with_rid_offset` does.
        """
        check_width("rid", rid, RID_BITS)
        secondary, _ = self._default_rid.bus_range.bus_range()
        return self.with_rid_offset((rid - (secondary << 8)) % (1 << RID_BITS))

    def signal_msi(self, address: int, data: int) -> None:
        """Send `address` (64 bits) and `data` (32) with the target's own requester ID (R2).

        If the profile checks its bus and that is out of range, the message is dropped, with a
        warning, before the question of whether a backend is connected.
        """
        check_width("address", address, ADDRESS_BITS)
        check_width("data", data, DATA_BITS)
        rid = resolve_default_rid(self._default_rid, DROPPED_DEFAULT_RID)
        if rid is None:
            return
        inner = self._inner
        with inner.lock:
            inner.signal_msi.signal_msi(rid, address, data)

    def signal_msi_with_rid(self, rid: int, address: int, data: int) -> None:
        """Send with `rid` (16 bits) as the requester ID; the target's own plays no part.

        If its bus is out of this target's range, the message is dropped, with a warning, before
        the question of whether a backend is connected (R3).
        """
        check_width("rid", rid, RID_BITS)
        check_width("address", address, ADDRESS_BITS)
        check_width("data", data, DATA_BITS)
        bus_range = self._default_rid.bus_range
        if not rid_in_range(rid, bus_range, _dropped_bus_range, DROPPED_BUS_RANGE):
            return
        inner = self._inner
        with inner.lock:
            inner.signal_msi.signal_msi(rid, address, data)

    def covers(self, rid: int) -> bool:
        """Return whether the bus of `rid` (16 bits) is in this target's range, now (R1)."""
        check_width("rid", rid, RID_BITS)
        return in_range(rid >> 8, self._default_rid.bus_range.bus_range())

    def new_route(self) -> MsiRoute | None:
        """Return a new route, disabled and with nothing pending; None if no irqfd is connected.

        An error of the irqfd backend is passed on (R7).
        """
        inner = self._inner
        with inner.lock:
            if inner.irqfd is None:
                return None
            return MsiRoute(inner.irqfd.new_irqfd_route(), self._default_rid)

    def default_bdf(self) -> int | None:
        """Return the requester ID, 16 bits, that `signal_msi` would use now; None if it would drop.

        OpenVMM has removed it as of 08ec11066; here it is under every profile (R2).
        """
        return resolve_default_rid(self._default_rid)

    def supports_direct_msi(self) -> bool:
        """Return whether the connection has an irqfd backend."""
        return self._inner.irqfd is not None


class MsiConnection:
    """What ties a device's targets to its backends; starts with none (R4).

    All targets derived from `target` share it: a backend is replaced for all of them, at once (R6).
    """

    __slots__ = ("_inner", "_own", "_profile")

    def __init__(
        self,
        bus_range: AssignedBusRange | None = None,
        devfn: int = 0,
        *,
        profile: Profile = DEFAULT_PROFILE,
    ) -> None:
        """Make a connection whose own target has `bus_range` and `devfn` (8 bits).

        Without a range, each target that `target` returns has a fresh one, 0/0. `profile` says
        which OpenVMM's rules hold for all that is made from the connection.
        """
        check_width("devfn", devfn, DEVFN_BITS)
        self._inner = MsiTargetInner()
        self._profile = profile
        self._own = None if bus_range is None else self.msi_target(bus_range, devfn)

    def connect(self, signal_msi: SignalMsi) -> None:
        """Send every target's messages to `signal_msi` from now on (R6)."""
        with self._inner.lock:
            self._inner.signal_msi = signal_msi

    def disconnect(self) -> None:
        """Drop every target's messages from now on (R4); the irqfd backend stays."""
        self.connect(DisconnectedMsiTarget())

    def connect_irqfd(self, irqfd: IrqFd) -> None:
        """Make routes with `irqfd` from now on; routes that exist keep their backend (R6)."""
        with self._inner.lock:
            self._inner.irqfd = irqfd

    def msi_target(self, bus_range: AssignedBusRange, devfn: int) -> MsiTarget:
        """Return a target of this connection, with `bus_range` and `devfn` (8 bits) (R5)."""
        check_width("devfn", devfn, DEVFN_BITS)
        return MsiTarget(self._inner, DefaultRid(bus_range, devfn, self._profile))

    def target(self) -> MsiTarget:
        """Return the connection's own target; if it has none, one with a fresh range 0/0 (R5)."""
        return self._own or self.msi_target(AssignedBusRange(), 0)
