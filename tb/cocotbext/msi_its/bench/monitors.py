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

from cocotbext.msi_its.bench.ports import UNKNOWN, Ports, Reader, Values
from cocotbext.msi_its.bench.ports.handles import value_of
from cocotbext.msi_its.vocabulary.operations import (
    BY_CODE,
    Message,
    Operation,
    SetBusRange,
    SignalEvent,
    SignalMsi,
    SignalMsiWithRid,
    arguments_of,
)
from cocotbext.msi_its.vocabulary.transactions import ANSWERS, Retired, Source

MESSAGE_FIELDS = Message.__struct_fields__
SOURCES: dict[int, Source] = {source.value: source for source in Source}


LOW_IN_RESET = ("m_msi_valid", "retire_valid", "s_axil_bvalid", "s_axil_rvalid", "alert")
"""The outputs that reset takes down at once (H8) ..."""

LOW_AFTER_RESET = ("s_msi_ready", "s_evt_ready", "s_range_ready")
"""... and those that are low after it, too, while the tables are cleared. Some may be missing."""


class Sampled(Protocol):
    """What looks at its bus at rising edges of the clock."""

    def sample(self) -> bool:
        """Look at the bus; return whether it has to be looked at again at the next edge."""


class Sampler:
    """Lets monitors and drivers look at their buses at each rising edge of the clock.

    One that finds its bus idle is not asked again until it wakes itself, so that idle buses cost
    nothing. All are asked from one callback: to wake a task takes longer than most looks. What is
    raised there fails the test.
    """

    def __init__(self, clock: LogicObject, ports: Ports) -> None:
        """Look through `ports`, at the rising edges of `clock`."""
        self.clock = clock
        self.ports = ports
        self._edge = ports.edge(clock, self._look)
        self._awake: tuple[Sampled, ...] = ()
        self._primed = False  # for the next edge
        self._error: Exception | None = None
        self._failed = Event()
        cocotb.start_soon(self._until_the_test_ends())

    def wake(self, each: Sampled) -> None:
        """Ask a monitor or driver from the next clock edge on."""
        if each not in self._awake:
            self._awake += (each,)
            if not self._primed:
                self._primed = True
                self._edge.prime()

    def _look(self) -> None:
        try:
            for each in self._awake:
                if not each.sample():
                    self._awake = tuple(other for other in self._awake if other is not each)
        except Exception as error:
            self._error = error
            self._failed.set()
        self._primed = bool(self._awake)
        if self._primed:
            self._edge.prime()

    async def _until_the_test_ends(self) -> None:
        try:
            await self._failed.wait()
            if self._error is not None:
                raise self._error
        finally:
            if self._primed:
                self._edge.unprime()


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
        self._signals = self.signals()
        self._sampler = sampler
        self._held: Values | None = None  # the payload of a transfer that waits for ready
        self.paused = True
        self.waited = 0
        self.violation: Callable[[str], None] = self._raise
        super().__init__(entity, name, sampler.clock, case_insensitive=False)
        reader = sampler.ports.reader(self.bus, self._signals)
        self._read = reader.read
        self._valid = reader.index[self.valid]
        self._ready = reader.index[self.ready if self.has_ready else self.valid]
        self._payload = reader.picker(self.payload)
        self.prepare(reader)

    @classmethod
    def signals(cls) -> list[str]:
        """Return the names of its signals, without that of the bus."""
        return [cls.valid, *([cls.ready] if cls.has_ready else []), *cls.payload]

    def prepare(self, reader: Reader) -> None:
        """Keep what `transaction` needs to find its way among the values."""

    def _raise(self, text: str) -> None:
        raise AssertionError(text)

    @property
    def stream(self) -> str:
        """The name of its stream, for reports and coverage."""
        return str(self.name)

    def remove(self, callback: Callable[[Any], None]) -> None:
        """Call a callback no longer."""
        self._callbacks.remove(callback)

    def transaction(self, values: Values) -> Any:
        """Return the transaction that the signals show; by default the payload's values."""
        return self._payload(values)

    async def _monitor_recv(self) -> None:
        """Have the bus looked at whenever valid has risen."""
        valid_edge = RisingEdge(getattr(self.bus, self.valid))
        while True:
            self._sampler.wake(self)
            await valid_edge

    def sample(self) -> bool:
        """Look at the bus, at a rising clock edge; return whether it has to be looked at again."""
        values = self._read()
        valid = values[self._valid]
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
        ready = values[self._ready]
        if valid == UNKNOWN or ready == UNKNOWN:
            self.violation(f"{self.name}: valid or ready is neither 0 nor 1")
            return True
        stalled = not ready
        if stalled or self._held is not None:
            now = self._payload(values)
            if self._held is not None and self._held != now:
                self.violation(f"{self.name}: the payload changed while it waited (H2)")
            self._held = now if stalled else None
        if stalled:
            self.waited += 1
        else:
            transaction = self.transaction(values)
            for callback in self._callbacks:
                callback(transaction)
            self.waited = 0
        return True


class MessageInputMonitor(StreamMonitor):
    """`s_msi`: direct messages, as SignalMsi or SignalMsiWithRid operations."""

    payload = ("target", "explicit_rid", "rid", "address", "data")

    def prepare(self, reader: Reader) -> None:
        """Find the arguments of both operations."""
        self._explicit_rid = reader.index["explicit_rid"]
        self._with_rid = reader.picker(arguments_of(SignalMsiWithRid))
        self._without = reader.picker(arguments_of(SignalMsi))

    def transaction(self, values: Values) -> Operation:
        """Return the operation that is being accepted."""
        if values[self._explicit_rid]:
            return SignalMsiWithRid(*self._with_rid(values))
        return SignalMsi(*self._without(values))


class EventInputMonitor(StreamMonitor):
    """`s_evt`: route events, as SignalEvent operations."""

    payload = ("route",)

    def transaction(self, values: Values) -> Operation:
        """Return the operation that is being accepted."""
        return SignalEvent(*self._payload(values))


class RangeInputMonitor(StreamMonitor):
    """`s_range`: bus ranges from hardware, as SetBusRange operations."""

    payload = arguments_of(SetBusRange)

    def transaction(self, values: Values) -> Operation:
        """Return the operation that is being accepted."""
        return SetBusRange(*self._payload(values))


class MessageOutputMonitor(StreamMonitor):
    """`m_msi`: the messages that reach the ITS."""

    payload = ("devid", "address", "data")

    def transaction(self, values: Values) -> Message:
        """Return the message that is being handed over."""
        return Message(*self._payload(values))


class RetireMonitor(StreamMonitor):
    """`retire`: one record an executed operation."""

    has_ready = False
    payload = (
        *("source", "operation", "range", "connection", "target", "route"),
        *("secondary", "subordinate", "rid_offset", "devid_base", "rid", "address", "data"),
        *("answer", "bdf", "sent", "message_devid", "message_address", "message_data"),
    )

    def prepare(self, reader: Reader) -> None:
        """Find the arguments that each operation takes."""
        self._common = reader.picker(("source", "operation", "answer", "sent", "bdf"))
        self._message = reader.picker([f"message_{name}" for name in MESSAGE_FIELDS])
        self._arguments = {
            int(code): (kind, reader.picker(arguments_of(kind))) for code, kind in BY_CODE.items()
        }

    def transaction(self, values: Values) -> Retired:
        """Return the record; arguments that its operation does not take are not looked at."""
        source, code, answer, sent, bdf = self._common(values)
        if code not in self._arguments:
            raise AssertionError(f"retire: {code} is not the code of an operation")
        if source not in SOURCES:
            raise AssertionError(f"retire: {source} is not the number of a source")
        if answer not in ANSWERS:
            raise AssertionError(f"retire: {answer} is not the code of an answer")
        kind, arguments = self._arguments[code]
        operation = kind(*arguments(values))
        message = self._message(values)
        return Retired.of(SOURCES[source], operation, ANSWERS[answer], bdf, sent, message)


class ResetMonitor(Monitor):  # type: ignore[misc]
    """Sees `rst_n`, each change of it.

    A design may be wrong in reset without anything changing: what reset takes down is looked at
    from the second clock edge in reset to the first one after it. Of what is up then, the names go
    to `violation`.
    """

    def __init__(self, entity: Any, sampler: Sampler) -> None:
        after = tuple(name for name in LOW_AFTER_RESET if hasattr(entity, name))
        names = (*LOW_IN_RESET, *after)
        self._reset = entity.rst_n
        self._sampler = sampler
        self._edges = 0  # seen in reset
        self._reported: set[str] = set()
        self.violation: Callable[[list[str]], None] = lambda names: None
        reader = sampler.ports.reader(entity, ("rst_n", *names))
        self._read = reader.read
        self._rst_n = reader.index["rst_n"]
        self._outputs = {name: reader.index[name] for name in names}
        super().__init__()

    async def _monitor_recv(self) -> None:
        changed = ValueChange(self._reset)
        while True:
            self._sampler.wake(self)
            await changed
            self._recv(value_of(self._reset) == 1)

    def sample(self) -> bool:
        """Look at the outputs, at a rising clock edge; return whether reset is active."""
        values = self._read()
        active = not values[self._rst_n]
        if self._edges:
            names = LOW_IN_RESET if active else self._outputs
            high = [name for name in names if values[self._outputs[name]]]
            new = [name for name in high if name not in self._reported]
            self._reported.update(new)
            if new:
                self.violation(new)
        self._edges = self._edges + 1 if active else 0
        if not active:
            self._reported.clear()
        return active


class LevelMonitor(Monitor):  # type: ignore[misc]
    """Sees a one-bit output that is low in reset: its changes, and its level where it has none.

    Nothing counts while it is `paused`, in reset.
    """

    def __init__(self, signal: LogicObject, sampler: Sampler) -> None:
        self._signal = signal
        self._sampler = sampler
        self._level = False
        self._paused = True
        self.violation: Callable[[str], None] = lambda text: None
        super().__init__()

    @property
    def paused(self) -> bool:
        """Whether reset is active; set from outside."""
        return self._paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self._paused = paused
        self._sampler.wake(self)

    async def _monitor_recv(self) -> None:
        changed = ValueChange(self._signal)
        while True:
            await changed
            self.sample()

    def sample(self) -> bool:
        """Hand on the level if it is not that of before; return that no clock edge is of interest.

        Reset takes it down.
        """
        value = value_of(self._signal)
        level = value == 1
        if self.paused:
            self._level = False
        elif value == UNKNOWN:
            self.violation(f"{self._signal._name} is neither 0 nor 1")
        elif level != self._level:
            self._level = level
            self._recv(level)
        return False


class _Channel(StreamMonitor):
    """One channel of `s_axil`: signals are named after it (awvalid, awready, awaddr…)."""

    channel = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.valid = f"{cls.channel}valid"
        cls.ready = f"{cls.channel}ready"

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
