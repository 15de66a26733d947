# SPDX-License-Identifier: MIT
"""What a backend has to be: one that takes messages, one that makes routes."""

from __future__ import annotations

from typing import Protocol


class SignalMsi(Protocol):
    """A backend that takes messages."""

    def signal_msi(self, devid: int | None, address: int, data: int) -> None:
        """Take one message: `devid` 32 bits, `address` 64, `data` 32.

        What `devid` means depends on the layer: above an ITS wrapper it is a BDF, below it the ITS
        DeviceID; None where the sender has no identity to give.
        """


class Event(Protocol):
    """One bit that a source sets and a waiter takes."""

    def signal(self) -> None:
        """Set the event."""

    def try_wait(self) -> bool:
        """Return whether the event was set, and clear it."""


class IrqFdRoute(Protocol):
    """One interrupt vector: an event, and the message that it sends."""

    def event(self) -> Event:
        """Return the event that triggers the interrupt."""

    def enable(self, address: int, data: int, devid: int | None) -> None:
        """Send this message (64, 32, 32 bits) at each event from now on, and once if pending."""

    def disable(self) -> None:
        """Send nothing from now on: an event stays pending."""


class IrqFd(Protocol):
    """A backend that makes routes."""

    def new_irqfd_route(self) -> IrqFdRoute:
        """Return a new route, disabled and with nothing pending; raise if there is none left."""
