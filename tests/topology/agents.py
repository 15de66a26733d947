# SPDX-License-Identifier: MIT
"""What stands between the fabric and the translator: agents at its ports, one for all of them.

Each drives its own bus alone. What comes from the fabric waits in it until the translator takes it,
with its flow control credits; what goes back is taken while there is room for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from itertools import repeat
from typing import Any

import cocotb
from cocotb.queue import Queue
from cocotb.triggers import Event

from cocotbext.msi_its.bench.monitors import Sampler
from msi_its_model.pcie import Tlp
from tests.pcie.agents import beats
from tests.pcie.monitors import Beat
from tests.topology.packets import widths

Pauses = Callable[[], Iterator[bool]]
"""Makes a pattern of stalls: whether a port pauses, cycle by cycle."""

ROOM = 3
"""How many packets wait for the root complex before `m_tlp` is not ready."""


def never() -> Iterator[bool]:
    """Pause never."""
    return repeat(False)


class Vector:
    """An input that there is once for each port, in one packed vector."""

    def __init__(self, handle: Any, width: int) -> None:
        """Set all of it to 0."""
        self._handle, self._width = handle, width
        self._value = 0
        handle.value = 0

    def set(self, port: int, value: int) -> None:
        """Set what belongs to a port."""
        place = port * self._width
        mask = (1 << self._width) - 1 << place
        new = self._value & ~mask | value << place
        if new != self._value:
            self._value = new
            self._handle.value = new


class TlpSource:
    """Drives `s_tlp`: packets of each port in order, with pauses."""

    def __init__(self, dut: Any, sampler: Sampler, ports: int, width: int) -> None:
        """Drive data of `width` bits."""
        self._sampler, self._width = sampler, width
        self._ready = dut.s_tlp_ready
        self._valid = Vector(dut.s_tlp_valid, 1)
        self._signals = [
            Vector(getattr(dut, f"s_tlp_{each}"), bits) for each, bits in widths(width).items()
        ]
        self._waiting: list[deque[tuple[Beat, Event | None]]] = [deque() for _ in range(ports)]
        self._offered = [False] * ports
        self._pauses: list[Iterator[bool]] = [never() for _ in range(ports)]

    def stall(self, port: int, pattern: Iterator[bool]) -> None:
        """Offer the beats of a port after a pattern."""
        self._pauses[port] = pattern

    async def send(self, port: int, tlp: Tlp) -> None:
        """Send a packet after those that wait; return when its last beat was taken."""
        taken = Event()
        *first, last = beats(tlp, self._width)
        self._waiting[port].extend((each, None) for each in first)
        self._waiting[port].append((last, taken))
        self._sampler.wake(self)
        await taken.wait()

    @property
    def idle(self) -> bool:
        """Whether all has been taken."""
        return not any(self._waiting)

    def clear(self) -> None:
        """Forget what waits, as if it had been taken: for reset."""
        for port, waiting in enumerate(self._waiting):
            for _, taken in waiting:
                if taken is not None:
                    taken.set()
            waiting.clear()
            self._offered[port] = False
            self._valid.set(port, 0)

    def sample(self) -> bool:
        """Go on where the last beat was taken; return whether anything waits."""
        ready = int(self._ready.value) if any(self._offered) else 0
        for port, waiting in enumerate(self._waiting):
            if self._offered[port] and ready >> port & 1:
                _, taken = waiting.popleft()
                if taken is not None:
                    taken.set()
                self._offered[port] = False
            if not self._offered[port]:
                if waiting and not next(self._pauses[port]):
                    self._offered[port] = True
                    for signal, value in zip(self._signals, waiting[0][0], strict=True):
                        signal.set(port, value)
                self._valid.set(port, int(self._offered[port]))
        return any(self._waiting) or any(self._offered)


class Sink:
    """Drives the ready of a stream of all ports, and hands what the monitor saw to `give`.

    `give` is awaited, a packet after the other; while too many wait the stream is not ready.
    """

    def __init__(
        self,
        ready: Any,
        sampler: Sampler,
        ports: int,
        give: Callable[[int, Any], Awaitable[None]],
    ) -> None:
        """Take the handle of the ready signals."""
        self._give = give
        self._ready = Vector(ready, 1)
        self._queues: list[Queue[Any]] = [Queue() for _ in range(ports)]
        self._pauses: list[Iterator[bool] | None] = [None] * ports
        self.busy = 0
        self._sampler = sampler
        sampler.wake(self)
        for port in range(ports):
            cocotb.start_soon(self._serve(port))

    def stall(self, port: int, pattern: Iterator[bool] | None) -> None:
        """Be ready at a port after a pattern; None: always."""
        self._pauses[port] = pattern
        self._sampler.wake(self)

    def took(self, port: int, item: Any) -> None:
        """Take what was transferred, from the monitor."""
        self.busy += 1
        self._queues[port].put_nowait(item)
        self._sampler.wake(self)

    async def _serve(self, port: int) -> None:
        while True:
            item = await self._queues[port].get()
            await self._give(port, item)
            self.busy -= 1
            self._sampler.wake(self)

    def sample(self) -> bool:
        """Be ready, where there is room and no pause; return whether that may change by itself."""
        for port, (queue, pauses) in enumerate(zip(self._queues, self._pauses, strict=True)):
            pause = pauses is not None and next(pauses)
            self._ready.set(port, int(queue.qsize() < ROOM and not pause))
        return any(each is not None for each in self._pauses)


class Pulses:
    """Drives `committed`: as many pulses for each port as it is told, one a cycle."""

    def __init__(self, handle: Any, sampler: Sampler, ports: int) -> None:
        """Take the handle of the signals."""
        self._level = Vector(handle, 1)
        self._left = [0] * ports
        self._delay: list[Iterator[bool]] = [never() for _ in range(ports)]
        self._sampler = sampler

    def stall(self, port: int, pattern: Iterator[bool]) -> None:
        """Let the pulses of a port come after a pattern."""
        self._delay[port] = pattern

    def add(self, port: int) -> None:
        """Give one more at a port."""
        self._left[port] += 1
        self._sampler.wake(self)

    def clear(self) -> None:
        """Give none of those that are left: for reset."""
        self._left = [0] * len(self._left)

    def sample(self) -> bool:
        """Give those that are due; return whether one was given or is left."""
        given = False
        for port, left in enumerate(self._left):
            pulse = left > 0 and not next(self._delay[port])
            self._level.set(port, int(pulse))
            self._left[port] -= pulse
            given |= pulse
        return given or any(self._left)


class Configurator:
    """Drives `s_cfg`: configuration writes to the bus number register of each root port."""

    def __init__(self, dut: Any, sampler: Sampler, ports: int) -> None:
        """Take the design."""
        self._sampler = sampler
        self._ready = dut.s_cfg_ready
        self._valid, self._data, self._strb = (
            Vector(getattr(dut, f"s_cfg_{name}"), width)
            for name, width in (("valid", 1), ("data", 32), ("strb", 4))
        )
        self._done: list[Event | None] = [None] * ports

    async def write(self, port: int, data: int, strobes: int) -> None:
        """Write; return when it is acknowledged. One at a time for each port."""
        assert self._done[port] is None
        done = self._done[port] = Event()
        self._data.set(port, data)
        self._strb.set(port, strobes)
        self._valid.set(port, 1)
        self._sampler.wake(self)
        await done.wait()

    def clear(self) -> None:
        """Give up what waits, as if it had been acknowledged: for reset."""
        for port, done in enumerate(self._done):
            if done is not None:
                self._finish(port, done)

    def _finish(self, port: int, done: Event) -> None:
        self._valid.set(port, 0)
        self._done[port] = None
        done.set()

    def sample(self) -> bool:
        """End what was acknowledged; return whether anything waits."""
        ready = int(self._ready.value)
        for port, done in enumerate(self._done):
            if done is not None and ready >> port & 1:
                self._finish(port, done)
        return any(each is not None for each in self._done)
