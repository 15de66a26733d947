# SPDX-License-Identifier: MIT
"""The monitor of a valid/ready bus, clocked by hand: what it hands on, how long that waited."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from cocotb.types import Logic
from cocotb_bus.monitors import BusMonitor

from cocotbext.msi_its.bench.monitors import LevelMonitor, StreamMonitor
from cocotbext.msi_its.bench.ports import UNKNOWN
from cocotbext.msi_its.bench.ports.memory import MemoryPorts
from tests.tb.bench.memory import Memory


class Monitored(StreamMonitor):
    """A monitor of a bus with one payload signal."""

    payload = ("data",)


class Bus:
    """A bus with a monitor on it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.memory = Memory(monkeypatch, {"valid": 8, "ready": 8, "data": 32})
        monkeypatch.setattr(BusMonitor, "__init__", lambda *each, **_: self._connect(*each))
        self.seen: list[tuple[int, int]] = []
        self.said: list[str] = []
        sampler: Any = SimpleNamespace(clock=None, ports=MemoryPorts())
        self.monitor: Any = Monitored(None, "s_msi", sampler)  # type: ignore[arg-type]
        self.monitor.violation = self.said.append
        self.monitor.paused = False

    def _connect(self, monitor: Any, entity: object, name: str, clock: object) -> None:
        monitor.name = name
        monitor.bus = self.memory.bus
        reader = MemoryPorts().reader(self.memory.bus, ("valid", "ready", "data"))
        self.place = reader.index.__getitem__
        monitor._callbacks = [lambda each: self.seen.append((each[0], monitor.waited))]

    def clock(self, valid: int, ready: int, data: int = 7) -> None:
        """Let one clock cycle pass."""
        self.memory.set(valid=valid, ready=ready, data=data)
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


@pytest.mark.parametrize("unknown", ["valid", "ready"])
def test_a_handshake_that_is_not_known_is_no_transfer(bus: Bus, unknown: str) -> None:
    monitor = bus.monitor
    known = {"valid": 1, "ready": 1, "data": 7, unknown: UNKNOWN}
    values = sorted(("valid", "ready", "data"), key=lambda name: bus.place(name))
    monitor._read = lambda: tuple(known[name] for name in values)
    assert monitor.sample() is True
    assert bus.seen == [] and bus.said == ["s_msi: valid or ready is neither 0 nor 1"]


def test_a_level_that_is_not_known_is_said() -> None:
    signal: Any = SimpleNamespace(_name="alert", value=Logic("X"))
    monitor: Any = LevelMonitor.__new__(LevelMonitor)
    monitor._signal, monitor._level, monitor._paused = signal, False, False
    said: list[str] = []
    seen: list[bool] = []
    monitor.violation, monitor._recv = said.append, seen.append
    monitor.sample()
    assert said == ["alert is neither 0 nor 1"] and seen == []
    signal.value = Logic("1")
    monitor.sample()
    assert seen == [True]
