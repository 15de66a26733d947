# SPDX-License-Identifier: MIT
"""The driver of a valid/ready bus and what clocks it, without a simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import cocotb
import pytest

from cocotbext.msi_its.bench import drivers
from cocotbext.msi_its.bench.drivers import EventDriver
from cocotbext.msi_its.bench.monitors import Sampler
from cocotbext.msi_its.bench.ports.memory import MemoryPorts
from cocotbext.msi_its.vocabulary.operations import SignalEvent
from tests.tb.bench.memory import Memory


class Edge:
    """A clock edge that comes when `clock` is called."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []
        self.look: Callable[[], None] = lambda: None

    def prime(self) -> None:
        self.waiting.append(self.look)

    def unprime(self) -> None:
        self.waiting.remove(self.look)

    def clock(self) -> None:
        """Let one clock cycle pass."""
        waiting, self.waiting = self.waiting, []
        for callback in waiting:
            callback()


class Bench:
    """A driver on a bus whose ready is set by hand; what it writes shows after the clock edge."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.edge = Edge()
        self.task: Any = None
        self.pins = {"valid": 0, "ready": 1, "route": 0}
        self._written: dict[str, int] = {}
        monkeypatch.setattr(cocotb, "start_soon", self._start)
        memory = Memory(monkeypatch, {"valid": 8, "ready": 8, "route": 16})
        self._set = memory.set
        monkeypatch.setattr(drivers, "Bus", lambda entity, name, pins, **_: memory.bus)
        ports: Any = SimpleNamespace(
            reader=MemoryPorts().reader,
            writer=lambda pin: lambda value: self._written.update({pin._name: value}),
            edge=self._each_edge,
        )
        self.sampler = Sampler(None, ports)  # type: ignore[arg-type]
        self.driver = EventDriver(None, "s_evt", self.sampler)  # type: ignore[arg-type]
        self.taken: list[int] = []

    def _each_edge(self, clock: object, look: Callable[[], None]) -> Edge:
        self.edge.look = look
        return self.edge

    def _start(self, task: Any) -> None:
        self.task = task
        task.send(None)

    def clock(self, cycles: int = 1, ready: int = 1) -> None:
        """Let clock cycles pass; a transfer is taken where valid and ready are up."""
        for _ in range(cycles):
            self._settle(ready=ready)
            if self.pins["valid"] and ready:
                self.taken.append(self.pins["route"])
            self.edge.clock()
            self._settle()

    def _settle(self, **ready: int) -> None:
        self.pins |= self._written | ready
        self._written.clear()
        self._set(**self.pins)

    def send(self, *routes: int) -> None:
        """Append some events."""
        for route in routes:
            self.driver.append(SignalEvent(route))


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    bench = Bench(monkeypatch)
    yield bench
    bench.task.close()


def test_one_transfer_a_cycle_in_order(bench: Bench) -> None:
    bench.send(1, 2, 3)
    bench.clock(3)
    assert bench.taken == [1, 2, 3] and bench.driver.idle
    bench.clock(3)
    assert bench.taken == [1, 2, 3], "valid stayed up"
    assert not bench.edge.waiting, "an idle bus is still looked at"
    bench.send(4)
    bench.clock()
    assert bench.taken == [1, 2, 3, 4]


def test_it_waits_for_ready(bench: Bench) -> None:
    bench.send(1, 2)
    bench.clock(5, ready=0)
    assert bench.taken == [] and not bench.driver.idle
    bench.clock(2)
    assert bench.taken == [1, 2] and bench.driver.idle


def test_what_was_offered_at_a_clock_edge_is_not_taken_at_that_edge(bench: Bench) -> None:
    bench.edge.waiting.append(lambda: bench.send(1))  # a test that wakes up before the sampler does
    other = SimpleNamespace(sample=lambda: True)
    bench.sampler.wake(other)
    bench.clock()
    assert not bench.driver.idle
    bench.clock()
    assert bench.taken == [1] and bench.driver.idle


def test_gaps(bench: Bench) -> None:
    bench.driver.gaps = iter([2, 0, 1])
    bench.send(1, 2, 3)
    seen = []
    for _ in range(6):
        bench.clock()
        seen.append(len(bench.taken))
    assert seen == [0, 0, 1, 2, 2, 3] and bench.driver.idle


def test_flush_gives_everything_up(bench: Bench) -> None:
    bench.send(1, 2)
    bench.clock(2, ready=0)
    bench.driver.flush()
    bench.clock(3)
    assert bench.taken == [] and bench.driver.idle
    bench.send(3)
    bench.clock()
    assert bench.taken == [3]


def test_who_wakes_while_others_are_asked_is_asked_from_the_next_edge_on(bench: Bench) -> None:
    asked: list[str] = []

    def sample_late() -> bool:
        asked.append("late")
        return False

    late = SimpleNamespace(sample=sample_late)

    def sample() -> bool:
        asked.append("early")
        bench.sampler.wake(late)
        return len(asked) < 3

    bench.sampler.wake(SimpleNamespace(sample=sample))
    bench.clock()
    assert asked == ["early"]
    bench.clock(5)
    assert asked == ["early", "early", "late", "early", "late"]
    assert not bench.edge.waiting


def test_what_is_raised_while_looking_fails_the_test(bench: Bench) -> None:
    def sample() -> bool:
        raise ValueError("no such code")

    bench.sampler.wake(SimpleNamespace(sample=sample))
    bench.clock()
    assert bench.sampler._failed.is_set()
    with pytest.raises(ValueError, match="no such code"):
        bench.task.send(None)
    assert not bench.edge.waiting, "it goes on after the test"


def test_nothing_is_looked_at_after_the_test(bench: Bench) -> None:
    bench.send(1, 2, 3)
    assert bench.edge.waiting
    bench.task.close()
    assert not bench.edge.waiting
