# SPDX-License-Identifier: MIT
"""Stand-ins for what is around the model: a backend that records, and a clock set by hand."""

from collections import deque


class RecordingSignalMsi:
    """A message backend that records `(devid, address, data)`, oldest first."""

    def __init__(self) -> None:
        self.messages: deque[tuple[int | None, int, int]] = deque()

    def signal_msi(self, devid: int | None, address: int, data: int) -> None:
        self.messages.append((devid, address, data))

    def pop(self) -> tuple[int | None, int, int] | None:
        """Return the oldest message not taken yet, or None."""
        return self.messages.popleft() if self.messages else None

    def take(self) -> list[tuple[int | None, int, int]]:
        """Return all messages not taken yet."""
        taken = list(self.messages)
        self.messages.clear()
        return taken


class FakeClock:
    """A clock in seconds that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now
