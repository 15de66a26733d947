# SPDX-License-Identifier: MIT
"""Monitors: one a bus, passive; each turns what happened on its bus into transactions.

A monitor of a valid/ready bus also watches the rules of H2: valid, once up, stays up with the same
payload until ready. What breaks them goes to `violation`, a callback that the checker sets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cocotb.handle import LogicObject, SimHandleBase
from cocotb.triggers import RisingEdge, ValueChange
from cocotb_bus.monitors import BusMonitor, Monitor

from tb.csr import Answer, OperationCode
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


def reader(handle: Any) -> Reader:
    """Return a function that returns a signal's value, as an unsigned number.

    It goes below cocotb's value objects, which take most of the time of a long replay.
    """
    read = handle._handle.get_signal_val_binstr

    def value() -> int:
        return int(read(), 2)

    return value


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

    def __init__(self, entity: SimHandleBase, name: str, clock: LogicObject) -> None:
        self._signals = [self.valid, *([self.ready] if self.has_ready else []), *self.payload]
        self.paused = True
        self.waited = 0
        self.violation: Callable[[str], None] = self._raise
        super().__init__(entity, name, clock)

    def _raise(self, text: str) -> None:
        raise AssertionError(text)

    @property
    def stream(self) -> str:
        """The name of its stream, for reports and coverage."""
        return str(self.name)

    def remove(self, callback: Callable[[Any], None]) -> None:
        """Call a callback no longer."""
        self._callbacks.remove(callback)

    def transaction(self, read: dict[str, Reader]) -> Any:
        """Return the transaction that the payload signals show now; by default their values."""
        return tuple(read[name]() for name in self.payload)

    async def _monitor_recv(self) -> None:
        read = {name: reader(getattr(self.bus, name)) for name in self._signals}
        valid = read[self.valid]
        ready = read[self.ready] if self.has_ready else lambda: 1
        clock_edge = RisingEdge(self.clock)
        valid_edge = RisingEdge(getattr(self.bus, self.valid))
        held: tuple[int, ...] | None = None  # the payload of a transfer that waits for ready
        while True:
            if held is None and not valid():
                await valid_edge  # costs nothing while the bus is idle
            await clock_edge
            if self.paused:
                held = None
                self.waited = 0
            elif not valid():
                if held is not None:
                    self.violation(f"{self.name}: valid fell before ready came (H2)")
                    held = None
                    self.waited = 0
            else:
                stalled = not ready()
                if held is not None or stalled:
                    now = tuple(read[name]() for name in self.payload)
                    if held is not None and held != now:
                        self.violation(f"{self.name}: the payload changed while it waited (H2)")
                    held = now if stalled else None
                if stalled:
                    self.waited += 1
                else:
                    self._recv(self.transaction(read))
                    self.waited = 0


class MessageInputMonitor(StreamMonitor):
    """`s_msi`: direct messages, as SignalMsi or SignalMsiWithRid operations."""

    payload = ("target", "explicit_rid", "rid", "address", "data")

    def transaction(self, read: dict[str, Reader]) -> Operation:
        """Return the operation that is being accepted."""
        target, address, data = read["target"](), read["address"](), read["data"]()
        if read["explicit_rid"]():
            return SignalMsiWithRid(target, read["rid"](), address, data)
        return SignalMsi(target, address, data)


class EventInputMonitor(StreamMonitor):
    """`s_evt`: route events, as SignalEvent operations."""

    payload = ("route",)

    def transaction(self, read: dict[str, Reader]) -> Operation:
        """Return the operation that is being accepted."""
        return SignalEvent(read["route"]())


class MessageOutputMonitor(StreamMonitor):
    """`m_msi`: the messages that reach the ITS."""

    payload = ("devid", "address", "data")

    def transaction(self, read: dict[str, Reader]) -> Message:
        """Return the message that is being handed over."""
        return Message(read["devid"](), read["address"](), read["data"]())


class RetireMonitor(StreamMonitor):
    """`retire`: one record an executed operation."""

    has_ready = False
    payload = (
        *("source", "operation", "range", "connection", "target", "route"),
        *("secondary", "subordinate", "devfn", "segment", "rid", "address", "data"),
        *("answer", "bdf", "sent", "message_devid", "message_address", "message_data"),
    )

    def transaction(self, read: dict[str, Reader]) -> Retired:
        """Return the record; arguments that its operation does not take are not looked at."""
        code = read["operation"]()
        kind = BY_CODE.get(OperationCode(code))
        if kind is None:
            raise AssertionError(f"retire: {code} is not the code of an operation")
        operation = kind(*[read[name]() for name in arguments_of(kind)])
        answer = Answer(read["answer"]())
        message = None
        if read["sent"]():
            message = Message(
                read["message_devid"](), read["message_address"](), read["message_data"]()
            )
        bdf = read["bdf"]() if answer is Answer.BDF else None
        return Retired(Source(read["source"]()), operation, answer, bdf, message)


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

    def __init__(self, entity: SimHandleBase, name: str, clock: LogicObject) -> None:
        self.valid = f"{self.channel}valid"
        self.ready = f"{self.channel}ready"
        super().__init__(entity, name, clock)

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
