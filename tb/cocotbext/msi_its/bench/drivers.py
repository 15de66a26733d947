# SPDX-License-Identifier: MIT
"""Drivers: each owns the input signals of its bus and touches nothing else.

A driver takes transactions with `append`, in order. Stalls come from a pattern: an iterator of
numbers of clock cycles (see `cocotbext.msi_its.bench.stimulus`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import cocotb
from cocotb.handle import LogicObject, SimHandleBase
from cocotb.triggers import ClockCycles, Event
from cocotb_bus.bus import Bus
from cocotb_bus.drivers import BusDriver

from cocotbext.msi_its.bench.monitors import Sampler
from cocotbext.msi_its.vocabulary.operations import (
    SetBusRange,
    SignalEvent,
    SignalMsi,
    SignalMsiWithRid,
    arguments_of,
)

QUEUED = 64
"""How many transactions `room` lets a driver's queue grow to."""


class StreamDriver:
    """Drives a valid/ready bus. `gaps` says how many cycles to wait before each transfer.

    It looks at its bus with the monitors, at the same clock edge: see `Sampler`.
    """

    payload: tuple[str, ...] = ()

    def __init__(self, entity: SimHandleBase, name: str, sampler: Sampler) -> None:
        self.name = name
        self.gaps: Iterator[int] | None = None
        self._bus = Bus(entity, name, ["valid", "ready", *self.payload], case_insensitive=False)
        self._sampler = sampler
        self._queue: deque[Any] = deque()
        self._half_empty = Event()
        self._waiting = False  # a transaction was taken from the queue and is not accepted yet
        self._gap = 0  # how many cycles from now it is put on the bus
        ports = sampler.ports
        self._handshake = ports.reader(self._bus, ["valid", "ready"]).read
        self._set_valid = ports.writer(self._bus.valid)
        self._writers = tuple(ports.writer(getattr(self._bus, name)) for name in self.payload)

    @property
    def idle(self) -> bool:
        """Whether everything that was appended has been accepted."""
        return not self._waiting

    @property
    def full(self) -> bool:
        """Whether the queue is so long that it is better to wait for `room`."""
        return len(self._queue) >= QUEUED

    async def room(self) -> None:
        """Wait until the queue is short: so a stream of any length takes little memory."""
        while self.full:
            self._half_empty.clear()
            await self._half_empty.wait()

    def append(self, transaction: Any) -> None:
        """Send a transaction when all before it have been accepted."""
        self._queue.append(transaction)
        if not self._waiting:
            self._next()
            self._sampler.wake(self)

    def flush(self) -> None:
        """Forget what is queued, give up what waits, and take valid down: for reset."""
        self._queue.clear()
        self._half_empty.set()
        self._waiting = False
        self._gap = 0
        self._set_valid(0)

    def drive(self, transaction: Any) -> None:
        """Put a transaction on the payload signals."""
        raise NotImplementedError

    def _next(self) -> None:
        """Take the next transaction, if there is one, and put it on the bus or start its gap."""
        self._waiting = bool(self._queue)
        if not self._waiting:
            self._set_valid(0)
            return
        if len(self._queue) == QUEUED // 2:
            self._half_empty.set()
        self._gap = next(self.gaps) if self.gaps is not None else 0
        if self._gap:
            self._set_valid(0)
        else:
            self._offer()

    def _offer(self) -> None:
        self.drive(self._queue.popleft())
        self._set_valid(1)

    def sample(self) -> bool:
        """Look at the bus, at a rising clock edge; return whether it has to be looked at again."""
        if self._gap:
            self._gap -= 1
            if not self._gap:
                self._offer()
        elif all(self._handshake()):
            self._next()
        return self._waiting


class MessageDriver(StreamDriver):
    """`s_msi`: SignalMsi and SignalMsiWithRid operations."""

    payload = ("target", "explicit_rid", "rid", "address", "data")

    def drive(self, transaction: SignalMsi | SignalMsiWithRid) -> None:
        """Put one operation on the bus; without an explicit requester ID, `rid` means nothing."""
        target, explicit_rid, rid, address, data = self._writers
        target(transaction.target)
        address(transaction.address)
        data(transaction.data)
        if isinstance(transaction, SignalMsiWithRid):
            explicit_rid(1)
            rid(transaction.rid)
        else:
            explicit_rid(0)


class EventDriver(StreamDriver):
    """`s_evt`: SignalEvent operations."""

    payload = ("route",)

    def drive(self, transaction: SignalEvent) -> None:
        """Put one operation on the bus."""
        (route,) = self._writers
        route(transaction.route)


class RangeDriver(StreamDriver):
    """`s_range`: SetBusRange operations."""

    payload = arguments_of(SetBusRange)

    def drive(self, transaction: SetBusRange) -> None:
        """Put one operation on the bus."""
        bus_range, secondary, subordinate = self._writers
        bus_range(transaction.range)
        secondary(transaction.secondary)
        subordinate(transaction.subordinate)


class ReadyDriver(BusDriver):  # type: ignore[misc]
    """`m_msi`: the ITS side's ready.

    `stall(pattern)` makes it follow a pattern: cycles ready, cycles not ready, cycles ready, …
    """

    _signals = ("valid", "ready")

    def __init__(self, entity: SimHandleBase, name: str, clock: LogicObject) -> None:
        super().__init__(entity, name, clock)
        self._task: cocotb.task.Task[None] | None = None
        self.always()

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def always(self) -> None:
        """Be ready in every cycle."""
        self._stop()
        self.bus.ready.value = 1

    def never(self) -> None:
        """Be ready in no cycle."""
        self._stop()
        self.bus.ready.value = 0

    def stall(self, pattern: Iterator[int]) -> None:
        """Follow a pattern of cycles: ready, not ready, and so on."""
        self._stop()
        self._task = cocotb.start_soon(self._follow(pattern))

    async def _follow(self, pattern: Iterator[int]) -> None:
        level = 1
        for cycles in pattern:
            if cycles:
                self.bus.ready.value = level
                await ClockCycles(self.clock, cycles)
            level = 1 - level
