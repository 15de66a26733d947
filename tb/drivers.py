# SPDX-License-Identifier: MIT
"""Drivers: each owns the input signals of its bus and touches nothing else.

A driver takes transactions with `append` (queued) or `send` (awaited until the bus accepted it).
Stalls come from a pattern: an iterator of numbers of clock cycles (see `tb.stimulus`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import cocotb
from cocotb.handle import LogicObject, SimHandleBase
from cocotb.triggers import ClockCycles, Event, RisingEdge
from cocotb_bus.drivers import BusDriver

from tb.monitors import reader
from tb.operations import SignalEvent, SignalMsi, SignalMsiWithRid

_DEPOSIT = 0
"""What the simulator interface calls an ordinary write."""

QUEUED = 64
"""How many transactions `room` lets a driver's queue grow to."""


Writer = Callable[[int], None]


def writer(handle: Any) -> Writer:
    """Return a function that sets a signal, to an unsigned number that fits.

    It goes below cocotb's checks of every value, which take much of the time of a long replay.
    """
    bits = len(handle)
    if bits <= 32:
        write = handle._handle.set_signal_val_int
        return lambda value: write(_DEPOSIT, value)
    write_bits = handle._handle.set_signal_val_binstr
    return lambda value: write_bits(_DEPOSIT, f"{value:0{bits}b}")


class StreamDriver(BusDriver):  # type: ignore[misc]
    """Drives a valid/ready bus. `gaps` says how many cycles to wait before each transfer."""

    payload: tuple[str, ...] = ()

    def __init__(self, entity: SimHandleBase, name: str, clock: LogicObject) -> None:
        self._signals = ["valid", "ready", *self.payload]
        self.gaps: Iterator[int] | None = None
        self.waiting = False  # a transaction was taken from the queue and is not accepted yet
        self._flushed = False
        self._half_empty = Event()
        super().__init__(entity, name, clock)
        self._clock_edge = RisingEdge(self.clock)
        self._ready = reader(self.bus.ready)
        self._driven: dict[str, int | None] = dict.fromkeys(("valid", *self.payload))
        self._writers = {field: writer(getattr(self.bus, field)) for field in self._driven}
        for field in self._driven:
            self._drive(field, 0)

    @property
    def idle(self) -> bool:
        """Whether everything that was appended has been accepted."""
        return not self._sendQ and not self.waiting

    async def room(self) -> None:
        """Wait until the queue is short: so a stream of any length takes little memory."""
        while len(self._sendQ) >= QUEUED:
            self._half_empty.clear()
            await self._half_empty.wait()

    def _drive(self, field: str, value: int) -> None:
        """Set one signal, if that changes it."""
        if self._driven[field] != value:
            self._driven[field] = value
            self._writers[field](value)

    def drive(self, transaction: Any) -> None:
        """Put a transaction on the payload signals."""
        raise NotImplementedError

    def flush(self) -> None:
        """Forget what is queued, give up what waits, and take valid down: for reset."""
        self._sendQ.clear()
        self._half_empty.set()
        self._flushed = self.waiting
        self._drive("valid", 0)

    async def _driver_send(self, transaction: Any, sync: bool = True) -> None:
        self.waiting = True
        if len(self._sendQ) == QUEUED // 2:
            self._half_empty.set()
        gap = next(self.gaps) if self.gaps is not None else 0
        if gap:
            self._drive("valid", 0)
            await ClockCycles(self.clock, gap)
        if not self._flushed:
            self.drive(transaction)
            self._drive("valid", 1)
            await self._clock_edge
            while not (self._ready() or self._flushed):
                await self._clock_edge
        if not self._sendQ or self._flushed:  # otherwise the next transfer follows at once
            self._drive("valid", 0)
        self._flushed = False
        self.waiting = False


class MessageDriver(StreamDriver):
    """`s_msi`: SignalMsi and SignalMsiWithRid operations."""

    payload = ("target", "explicit_rid", "rid", "address", "data")

    def drive(self, transaction: SignalMsi | SignalMsiWithRid) -> None:
        """Put one operation on the bus; without an explicit requester ID, `rid` means nothing."""
        self._drive("target", transaction.target)
        self._drive("address", transaction.address)
        self._drive("data", transaction.data)
        if isinstance(transaction, SignalMsiWithRid):
            self._drive("explicit_rid", 1)
            self._drive("rid", transaction.rid)
        else:
            self._drive("explicit_rid", 0)


class EventDriver(StreamDriver):
    """`s_evt`: SignalEvent operations."""

    payload = ("route",)

    def drive(self, transaction: SignalEvent) -> None:
        """Put one operation on the bus."""
        self._drive("route", transaction.route)


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
