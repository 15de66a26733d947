# SPDX-License-Identifier: MIT
"""Interrupt routes that an event triggers, without a call through the device's target."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from .backends import SignalMsi
from .widths import check_message


class InMemoryEvent:
    """An event in memory. While it is armed, a signal acts at once; otherwise it is held.

    Signals that find it held already coalesce with it (R9). Every call is atomic, the action
    included: nothing is lost or done twice in a race, and once `disarm` has returned, no action
    that was armed before is still under way. The action may call the event again itself.
    """

    __slots__ = ("_action", "_lock", "_pending")

    def __init__(self) -> None:
        """Start unarmed, with nothing pending."""
        self._lock = threading.RLock()
        self._action: Callable[[], None] | None = None
        self._pending = False

    @property
    def armed(self) -> bool:
        """Whether a signal acts at once."""
        return self._action is not None

    @property
    def pending(self) -> bool:
        """Whether a signal is held."""
        return self._pending

    def signal(self) -> None:
        """Act if armed, else become pending."""
        with self._lock:
            if self._action is None:
                self._pending = True
            else:
                self._action()

    def try_wait(self) -> bool:
        """Return whether a signal was pending, and clear it."""
        with self._lock:
            pending, self._pending = self._pending, False
            return pending

    def arm(self, action: Callable[[], None]) -> None:
        """Run `action` at each signal from now on, and once now if one is pending."""
        with self._lock:
            self._action = action
            if self.try_wait():
                action()

    def disarm(self) -> None:
        """Hold signals from now on."""
        with self._lock:
            self._action = None


class InMemoryIrqFdRoute:
    """A route (R9) that delivers to a message backend of this process."""

    __slots__ = ("_event", "_signal_msi")

    def __init__(self, signal_msi: SignalMsi) -> None:
        """Start disabled, with nothing pending."""
        self._signal_msi = signal_msi
        self._event = InMemoryEvent()

    def event(self) -> InMemoryEvent:
        """Return the event that sends this route's message."""
        return self._event

    def enable(self, address: int, data: int, devid: int | None) -> None:
        """Send this message at each event (64, 32, 32 bits); what is pending goes out now (R9)."""
        check_message(devid, address, data)
        self._event.arm(partial(self._signal_msi.signal_msi, devid, address, data))

    def disable(self) -> None:
        """Send nothing from now on; what is pending stays pending (R9)."""
        self._event.disarm()


class InMemoryIrqFd:
    """An irqfd backend whose routes all deliver to one message backend."""

    __slots__ = ("_signal_msi",)

    def __init__(self, signal_msi: SignalMsi) -> None:
        """Deliver what the routes send to `signal_msi`."""
        self._signal_msi = signal_msi

    def new_irqfd_route(self) -> InMemoryIrqFdRoute:
        """Return a new route, disabled and with nothing pending (R7)."""
        return InMemoryIrqFdRoute(self._signal_msi)
