# SPDX-License-Identifier: MIT
"""The monitor of a valid/ready bus, clocked by hand: what it hands on, how long that waited."""

from __future__ import annotations

from typing import Any

import pytest

from tb import monitors
from tb.monitors import StreamMonitor


class Bus:
    """A bus with a monitor on it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.signals = {"valid": 0, "ready": 0, "data": 0}
        monkeypatch.setattr(monitors, "reader", lambda name: lambda: self.signals[name])
        self.monitor: Any = StreamMonitor.__new__(StreamMonitor)
        self.seen: list[tuple[int, int]] = []
        self.said: list[str] = []
        read = {name: monitors.reader(name) for name in self.signals}
        for name, value in {
            "name": "s_msi",
            "payload": ("data",),
            "paused": False,
            "waited": 0,
            "violation": self.said.append,
            "_held": None,
            "_read": read,
            "_valid": read["valid"],
            "_ready": read["ready"],
            "_recv": lambda each: self.seen.append((each[0], self.monitor.waited)),
        }.items():
            setattr(self.monitor, name, value)
        self.monitor.prepare(read)

    def clock(self, valid: int, ready: int, data: int = 7) -> None:
        """Let one clock cycle pass."""
        self.signals = {"valid": valid, "ready": ready, "data": data}
        self.monitor.sample()


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Bus:
    return Bus(monkeypatch)


def test_how_long_a_transfer_waited(bus: Bus) -> None:
    for _ in range(3):
        bus.clock(1, 0, 7)
    assert bus.monitor.waited == 3
    bus.clock(1, 1, 7)
    bus.clock(1, 1, 8)
    bus.clock(1, 0, 9)
    bus.clock(1, 1, 9)
    assert bus.seen == [(7, 3), (8, 0), (9, 1)]
    assert bus.monitor.waited == 0 and bus.said == []


def test_what_breaks_the_rules(bus: Bus) -> None:
    bus.clock(1, 0, 7)
    bus.clock(1, 0, 8)
    assert bus.said == ["s_msi: the payload changed while it waited (H2)"]
    bus.clock(0, 0)
    assert bus.said[1:] == ["s_msi: valid fell before ready came (H2)"]
    assert bus.monitor.waited == 0, "nothing waits any more"


def test_a_reset_ends_the_wait(bus: Bus) -> None:
    bus.clock(1, 0)
    bus.monitor.paused = True
    bus.clock(1, 0)
    assert bus.monitor.waited == 0
    bus.monitor.paused = False
    bus.clock(1, 1)
    assert bus.seen == [(7, 0)] and bus.said == []
