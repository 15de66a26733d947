# SPDX-License-Identifier: MIT
"""Monitors: one a bus, passive; each turns what happened on its bus into transactions.

A monitor of a valid/ready bus also watches the rules of H2: valid, once up, stays up with the same
payload until ready. What breaks them goes to `violation`, a callback that the checker sets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import cocotb
from cocotb.handle import LogicObject, SimHandleBase
from cocotb.triggers import Event, RisingEdge, ValueChange
from cocotb_bus.monitors import BusMonitor, Monitor

from tb.csr import Answer
from tb.operations import (
    BY_CODE,
    Message,
    Operation,
    SignalEvent,
    SignalMsi,
    SignalMsiWithRid,
    arguments_of,
)
from tb.transactions import Retired, Source

Reader = Callable[[], int]

ANSWERS: dict[int, Answer] = {answer.value: answer for answer in Answer}
BDF = Answer.BDF  # Python 3.11 takes its time to find a member of an enumeration
SOURCES: dict[int, Source] = {source.value: source for source in Source}


def reader(handle: Any) -> Reader:
    """Return a function that returns a signal's value, as an unsigned number.

    It goes below cocotb's value objects, which take most of the time of a long replay.
    """
    bits = len(handle)
    if bits <= 32:
        narrow: Reader = handle._handle.get_signal_val_long
        return narrow if bits < 32 else lambda: narrow() & 0xFFFF_FFFF  # it has a sign
    read = handle._handle.get_signal_val_binstr
    return lambda: int(read(), 2)


class Sampled(Protocol):
    """What looks at its bus at rising edges of the clock."""

    def sample(self) -> bool:
        """Look at the bus; return whether it has to be looked at again at the next edge."""


class Sampler:
    """Lets monitors and drivers look at their buses at each rising edge of the clock.

    One that finds its bus idle is not asked again until it wakes itself, so that idle buses cost
    nothing. All are asked from one callback of cocotb's trigger: to wake a task takes twice as long
    as that, and longer than most looks. What is raised there fails the test.
    """

    def __init__(self, clock: LogicObject) -> None:
        self.clock = clock
        self._edge = RisingEdge(clock)
        self._awake: tuple[Sampled, ...] = ()
        self._callback: Any = None  # the one at the next edge, if any are awake
        self._error: Exception | None = None
        self._failed = Event()
        cocotb.start_soon(self._until_the_test_ends())

    def wake(self, each: Sampled) -> None:
        """Ask a monitor or driver from the next clock edge on."""
        if each not in self._awake:
            self._awake += (each,)
            if self._callback is None:
                self._callback = self._edge._register(self._look)

    def _look(self) -> None:
        try:
            for each in self._awake:
                if not each.sample():
                    self._awake = tuple(other for other in self._awake if other is not each)
        except Exception as error:
            self._error = error
            self._failed.set()
        self._callback = self._edge._register(self._look) if self._awake else None

    async def _until_the_test_ends(self) -> None:
        try:
            await self._failed.wait()
            if self._error is not None:
                raise self._error
        finally:
            if self._callback is not None:
                self._callback.cancel()


class StreamMonitor(BusMonitor):  # type: ignore[misc]
    """Sees every transfer of a valid/ready bus (or of a valid-only bus: `has_ready` False).

    `paused` is set from outside while reset is active: nothing counts then. `waited` says for how
    many clock cycles the transfer at hand has waited for ready; it is that of the last one while
    callbacks run.
    """

    valid = "valid"
    ready = "ready"
    has_ready = True
    payload: tuple[str, ...] = ()

    def __init__(self, entity: SimHandleBase, name: str, sampler: Sampler) -> None:
        self._signals = [self.valid, *([self.ready] if self.has_ready else []), *self.payload]
        self._sampler = sampler
        self._held: tuple[int, ...] | None = None  # the payload of a transfer that waits for ready
        self.paused = True
        self.waited = 0
        self.violation: Callable[[str], None] = self._raise
        super().__init__(entity, name, sampler.clock)
        self._read = {name: reader(getattr(self.bus, name)) for name in self._signals}
        self._valid = self._read[self.valid]
        self._ready = self._read[self.ready] if self.has_ready else lambda: 1
        self.prepare(self._read)

    def prepare(self, read: dict[str, Reader]) -> None:
        """Keep what `transaction` needs of the payload signals' readers."""
        self._readers = tuple(read[name] for name in self.payload)

    def _raise(self, text: str) -> None:
        raise AssertionError(text)

    @property
    def stream(self) -> str:
        """The name of its stream, for reports and coverage."""
        return str(self.name)

    def remove(self, callback: Callable[[Any], None]) -> None:
        """Call a callback no longer."""
        self._callbacks.remove(callback)

    def transaction(self) -> Any:
        """Return the transaction that the payload signals show now; by default their values."""
        return tuple([read() for read in self._readers])

    async def _monitor_recv(self) -> None:
        """Have the bus looked at whenever valid has risen."""
        valid_edge = RisingEdge(getattr(self.bus, self.valid))
        while True:
            self._sampler.wake(self)
            await valid_edge

    def sample(self) -> bool:
        """Look at the bus, at a rising clock edge; return whether it has to be looked at again."""
        valid = self._valid()
        if self.paused:
            self._held = None
            self.waited = 0
            return bool(valid)
        if not valid:
            if self._held is not None:
                self.violation(f"{self.name}: valid fell before ready came (H2)")
                self._held = None
                self.waited = 0
            return False
        stalled = not self._ready()
        if stalled or self._held is not None:
            now = tuple([self._read[name]() for name in self.payload])
            if self._held is not None and self._held != now:
                self.violation(f"{self.name}: the payload changed while it waited (H2)")
            self._held = now if stalled else None
        if stalled:
            self.waited += 1
        else:
            self._recv(self.transaction())
            self.waited = 0
        return True

    def _recv(self, transaction: Any) -> None:
        """Hand a transaction on: to the callbacks alone, as nobody waits for its events."""
        for callback in self._callbacks:
            callback(transaction)


class MessageInputMonitor(StreamMonitor):
    """`s_msi`: direct messages, as SignalMsi or SignalMsiWithRid operations."""

    payload = ("target", "explicit_rid", "rid", "address", "data")

    def transaction(self) -> Operation:
        """Return the operation that is being accepted."""
        target, explicit_rid, rid, address, data = self._readers
        if explicit_rid():
            return SignalMsiWithRid(target(), rid(), address(), data())
        return SignalMsi(target(), address(), data())


class EventInputMonitor(StreamMonitor):
    """`s_evt`: route events, as SignalEvent operations."""

    payload = ("route",)

    def transaction(self) -> Operation:
        """Return the operation that is being accepted."""
        (route,) = self._readers
        return SignalEvent(route())


class MessageOutputMonitor(StreamMonitor):
    """`m_msi`: the messages that reach the ITS."""

    payload = ("devid", "address", "data")

    def transaction(self) -> Message:
        """Return the message that is being handed over."""
        devid, address, data = self._readers
        return Message(devid(), address(), data())


class RetireMonitor(StreamMonitor):
    """`retire`: one record an executed operation."""

    has_ready = False
    payload = (
        *("source", "operation", "range", "connection", "target", "route"),
        *("secondary", "subordinate", "devfn", "segment", "rid", "address", "data"),
        *("answer", "bdf", "sent", "message_devid", "message_address", "message_data"),
    )

    def prepare(self, read: dict[str, Reader]) -> None:
        """Keep the readers of the arguments that each operation takes."""
        self._common = tuple(read[name] for name in ("source", "operation", "answer", "sent"))
        self._bdf = read["bdf"]
        self._message = tuple(read[f"message_{name}"] for name in Message._fields)
        self._arguments = {
            int(code): (kind, tuple(read[name] for name in arguments_of(kind)))
            for code, kind in BY_CODE.items()
        }

    def transaction(self) -> Retired:
        """Return the record; arguments that its operation does not take are not looked at."""
        source, operation, answer, sent = self._common
        code = operation()
        if code not in self._arguments:
            raise AssertionError(f"retire: {code} is not the code of an operation")
        kind, arguments = self._arguments[code]
        answered = ANSWERS[answer()]
        devid, address, data = self._message
        fields = Message(devid(), address(), data())
        message = fields if sent() else None
        if message is None and any(fields):
            raise AssertionError(f"retire: no message was sent, but its fields are {fields}")
        bdf = self._bdf() if answered is BDF else None
        return Retired(
            SOURCES[source()], kind(*[read() for read in arguments]), answered, bdf, message
        )


class LevelMonitor(Monitor):  # type: ignore[misc]
    """Sees every change of a one-bit signal, unless it is `paused`: `rst_n`, `alert`."""

    def __init__(self, signal: LogicObject, paused: bool = False) -> None:
        self._signal = signal
        self.paused = paused
        super().__init__()

    async def _monitor_recv(self) -> None:
        changed = ValueChange(self._signal)
        while True:
            await changed
            if not self.paused:
                self._recv(bool(self._signal.value))


class _Channel(StreamMonitor):
    """One channel of `s_axil`: signals are named after it (awvalid, awready, awaddr…)."""

    channel = ""

    def __init__(self, entity: SimHandleBase, name: str, sampler: Sampler) -> None:
        self.valid = f"{self.channel}valid"
        self.ready = f"{self.channel}ready"
        super().__init__(entity, name, sampler)

    @property
    def stream(self) -> str:
        """The name of its channel."""
        return self.channel


class WriteAddressMonitor(_Channel):
    """`s_axil_aw`: (address, protection) of each write."""

    channel = "aw"
    payload = ("awaddr", "awprot")


class WriteDataMonitor(_Channel):
    """`s_axil_w`: (data, byte strobes) of each write."""

    channel = "w"
    payload = ("wdata", "wstrb")


class WriteResponseMonitor(_Channel):
    """`s_axil_b`: (response,) of each write."""

    channel = "b"
    payload = ("bresp",)


class ReadAddressMonitor(_Channel):
    """`s_axil_ar`: (address, protection) of each read."""

    channel = "ar"
    payload = ("araddr", "arprot")


class ReadDataMonitor(_Channel):
    """`s_axil_r`: (data, response) of each read."""

    channel = "r"
    payload = ("rdata", "rresp")
