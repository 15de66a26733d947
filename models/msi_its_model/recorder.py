# SPDX-License-Identifier: MIT
"""Writes a trace of what a program does with the model: a connection that looks on.

A trace is replayed with `make compare`, on the RTL too; its format is that of docs/traces.md.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self, TypeVar

from .backends import Event, IrqFd, SignalMsi
from .bus_range import AssignedBusRange
from .irqfd import InMemoryIrqFd
from .its import ItsIrqFd, ItsSignalMsi
from .msi import DisconnectedMsiTarget, MsiConnection, MsiRoute, MsiTarget
from .profile import PROFILES
from .ratelimit import observe_warnings
from .widths import DEVID_BITS

MOST: Final = {"range": 256, "connection": 256, "target": 1024, "route": 2048}
"""How many of each a trace can have."""

_Returned = TypeVar("_Returned")


class _Trace:
    """The file that one or several recorders write, and the indexes of what is in it.

    Each operation is one line, in the order in which they begin: one at a time has the lock.
    """

    def __init__(self, path: str | Path, profile: str) -> None:
        self.profile = profile
        self.lock = threading.RLock()
        self._file: IO[str] = open(path, "w", encoding="utf-8", buffering=1)  # noqa: SIM115
        header = {"format": "msi-trace", "version": 1}
        self._write(header | ({"profile": profile} if profile in PROFILES else {}))
        self._start = time.monotonic()
        self._waiting: list[dict[str, Any]] = []
        self._depth = 0
        self._sent: list[list[tuple[int | None, int, int]]] = []
        self.indexes: dict[str, dict[Any, int]] = {kind: {} for kind in MOST}
        self._written: dict[int, tuple[int, int]] = {}  # the ranges as they are in the trace

    def _write(self, entry: dict[str, Any]) -> None:
        self._file.write(json.dumps(entry) + "\n")

    def close(self) -> None:
        self._file.close()

    def index(self, kind: str, key: object) -> tuple[int, bool]:
        """Return the index of an object, and whether it is new. The key is kept, and hashed."""
        known = self.indexes[kind]
        if key in known:
            return known[key], False
        free = next(n for n in range(len(known) + 1) if n not in known.values())
        if free == MOST[kind]:
            raise RuntimeError(
                f"a trace has at most {free} {kind}s: record fewer devices, or several traces"
            )
        known[key] = free
        return free, True

    def sent(self, devid: int | None, address: int, data: int) -> None:
        """A message has left the translator."""
        if self._sent:
            self._sent[-1].append((devid, address, data))

    def range(self, bus_range: AssignedBusRange) -> int:
        """Return the index of a bus range; the trace has it as it is now."""
        index, _ = self.index("range", bus_range)
        now = bus_range.bus_range()
        if self._written.get(index, (0, 0)) != now:
            self._written[index] = now
            entry = {"op": "set_bus_range", "range": index, "secondary": now[0]}
            self._line({**entry, "subordinate": now[1]})
        return index

    def _line(self, entry: dict[str, Any]) -> None:
        entry["t_us"] = int((time.monotonic() - self._start) * 1e6)
        self._waiting.append(entry)
        if not self._depth:
            self._flush()

    def _flush(self) -> None:
        lines, self._waiting = self._waiting, []
        for line in lines:
            self._write(line)

    def say(self, op: str, **arguments: int) -> None:
        """Write an operation that does nothing but set something up."""
        with self.lock:
            self._line({"op": op, **arguments})

    def record(
        self,
        entry: dict[str, Any],
        do: Callable[[], _Returned],
        seen: bool = True,
        returns: bool = False,
    ) -> _Returned:
        """Do something, and write it down with what came of it.

        `seen` says whether its messages pass here, `returns` whether a trace has the result.
        """
        with self.lock:
            expect: dict[str, Any] = {}
            self._depth += 1
            self._line(entry)
            warnings: list[object] = []
            messages: list[tuple[int | None, int, int]] = []
            self._sent.append(messages)
            try:
                with observe_warnings(warnings.append):
                    result = do()
                if seen:
                    expect["messages"] = messages
                    expect["warnings"] = len(warnings)
                if returns:  # a route is only said to be there
                    is_route = entry["op"] == "new_route"
                    expect["returns"] = result is not None if is_route else result
                entry["expect"] = expect
                return result
            except BaseException as error:
                if messages:
                    entry["note"] = f"raised {type(error).__name__}"
                else:  # refused, so that nothing was done
                    self._waiting = [line for line in self._waiting if line is not entry]
                raise
            finally:
                self._sent.pop()
                self._depth -= 1
                if not self._depth:
                    self._flush()


class _Observer:
    """A message backend that tells the trace, and hands on."""

    def __init__(self, trace: _Trace, inner: SignalMsi) -> None:
        self._trace = trace
        self._inner = inner

    def signal_msi(self, devid: int | None, address: int, data: int) -> None:
        self._trace.sent(devid, address, data)
        self._inner.signal_msi(devid, address, data)


class Recorder:
    """A connection that writes a trace of all that is done with it, and with what it makes.

    Use it in the place of the connection: its targets, their routes and the events of those are
    recorded as well. Several record into one file when they are given the first one for `to`.

    >>> import tempfile
    >>> from msi_its_model import AssignedBusRange, MsiConnection
    >>> folder = tempfile.TemporaryDirectory()
    >>> port = AssignedBusRange()
    >>> port.set_bus_range(5, 10)
    >>> with Recorder(MsiConnection(port, 0x18), f"{folder.name}/trace.jsonl") as recorder:
    ...     recorder.target().signal_msi(0xFEE0_0000, 42)  # dropped: nothing is connected
    >>> folder.cleanup()

    A line says what the model did: the messages, the warnings, what was returned. What is not seen
    here, and so not in it: an event that a backend's own event is signalled with, and messages of
    an irqfd backend that is not an `InMemoryIrqFd` (in an `ItsIrqFd` or not).
    """

    def __init__(self, connection: MsiConnection, to: str | Path | Recorder) -> None:
        """Record `connection` into the file `to`, which is overwritten, or with another recorder.

        Raises ValueError if that one's connection has another profile: a trace has one.
        """
        profile = connection._profile.name
        self._connection = connection
        self._trace: _Trace = to._trace if isinstance(to, Recorder) else _Trace(to, profile)
        if self._trace.profile != profile:
            raise ValueError(
                f"a trace has one profile, and this one has {self._trace.profile}, not {profile}: "
                "record into another file"
            )
        self._index: int = self._trace.index("connection", connection)[0]
        self._routes_seen = True
        inner = connection._inner
        if not isinstance(inner.signal_msi, DisconnectedMsiTarget):
            self.connect(inner.signal_msi)
        if inner.irqfd is not None:
            self.connect_irqfd(inner.irqfd)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file: nothing may be done with what is recorded any more."""
        self._trace.close()

    def connect(self, signal_msi: SignalMsi) -> None:
        """Send every target's messages to `signal_msi` from now on (R6)."""
        base, bits, inner = 0, DEVID_BITS, signal_msi
        if isinstance(signal_msi, ItsSignalMsi):
            base, bits, inner = signal_msi.devids.base, signal_msi.devids.bits, signal_msi._inner
        observed = ItsSignalMsi(_Observer(self._trace, inner), devid_base=base, devid_bits=bits)
        with self._trace.lock:
            self._trace.say("connect", connection=self._index, devid_base=base)
            self._connection.connect(observed)

    def disconnect(self) -> None:
        """Drop every target's messages from now on (R4); the irqfd backend stays."""
        with self._trace.lock:
            self._trace.say("disconnect", connection=self._index)
            self._connection.disconnect()

    def connect_irqfd(self, irqfd: IrqFd) -> None:
        """Make routes with `irqfd` from now on; routes that exist keep their backend (R6)."""
        base, bits, inner = 0, DEVID_BITS, irqfd
        if isinstance(irqfd, ItsIrqFd):
            base, bits, inner = irqfd.devids.base, irqfd.devids.bits, irqfd._inner
        self._routes_seen = isinstance(inner, InMemoryIrqFd)
        if isinstance(inner, InMemoryIrqFd):
            inner = InMemoryIrqFd(_Observer(self._trace, inner._signal_msi))
        with self._trace.lock:
            self._trace.say("connect_irqfd", connection=self._index, devid_base=base)
            self._connection.connect_irqfd(ItsIrqFd(inner, devid_base=base, devid_bits=bits))

    def msi_target(self, bus_range: AssignedBusRange, devfn: int) -> RecordedTarget:
        """Return a target of this connection, with `bus_range` and `devfn` (8 bits) (R5)."""
        return self._wrap(self._connection.msi_target(bus_range, devfn))

    def target(self) -> RecordedTarget:
        """Return the connection's own target; if it has none, one with a fresh range 0/0 (R5)."""
        return self._wrap(self._connection.target())

    def _wrap(self, target: MsiTarget) -> RecordedTarget:
        return RecordedTarget(self, target)


class RecordedTarget:
    """A target of a recorded connection: an `MsiTarget` in all that it does."""

    __slots__ = ("_index", "_recorder", "_target")

    def __init__(self, recorder: Recorder, target: MsiTarget) -> None:
        """Look on at a target; `Recorder` makes these."""
        self._recorder = recorder
        self._target = target
        trace = recorder._trace
        with trace.lock:
            index = trace.range(target._default_rid.bus_range)
            key = (recorder._index, index, target.rid_offset)
            found, new = trace.index("target", key)
            self._index: int = found
            if new:
                connection, offset = recorder._index, target.rid_offset
                trace.say(
                    "bind_target",
                    **{"target": self._index, "connection": connection},
                    **{"range": index, "rid_offset": offset},
                )

    def _now(self) -> _Trace:
        trace = self._recorder._trace
        trace.range(self._target._default_rid.bus_range)
        return trace

    @property
    def rid_offset(self) -> int:
        """The offset (16 bits) of the target's own requester ID from its secondary bus (R2)."""
        return self._target.rid_offset

    def with_devfn(self, devfn: int) -> RecordedTarget:
        """As `MsiTarget.with_devfn`."""
        return self._recorder._wrap(self._target.with_devfn(devfn))

    def with_bus_range(self, bus_range: AssignedBusRange, devfn: int) -> RecordedTarget:
        """As `MsiTarget.with_bus_range`."""
        return self._recorder._wrap(self._target.with_bus_range(bus_range, devfn))

    def with_rid_offset(self, rid_offset: int) -> RecordedTarget:
        """As `MsiTarget.with_rid_offset`."""
        return self._recorder._wrap(self._target.with_rid_offset(rid_offset))

    def with_rid(self, rid: int) -> RecordedTarget:
        """As `MsiTarget.with_rid`."""
        return self._recorder._wrap(self._target.with_rid(rid))

    def signal_msi(self, address: int, data: int) -> None:
        """As `MsiTarget.signal_msi`."""
        with self._recorder._trace.lock:
            entry = {"op": "signal_msi", "target": self._index, "address": address, "data": data}
            self._now().record(entry, lambda: self._target.signal_msi(address, data))

    def signal_msi_with_rid(self, rid: int, address: int, data: int) -> None:
        """As `MsiTarget.signal_msi_with_rid`."""
        with self._recorder._trace.lock:
            entry = {"op": "signal_msi_with_rid", "target": self._index, "rid": rid}
            entry |= {"address": address, "data": data}
            send = self._target.signal_msi_with_rid
            self._now().record(entry, lambda: send(rid, address, data))

    def new_route(self) -> RecordedRoute | None:
        """As `MsiTarget.new_route`."""
        with self._recorder._trace.lock:
            trace = self._now()
            index, _ = trace.index("route", key := object())
            entry = {"op": "new_route", "route": index, "target": self._index}
            route = None
            try:
                new = self._target.new_route
                route = trace.record(entry, new, returns=True)
            finally:
                if route is None:
                    del trace.indexes["route"][key]
            return None if route is None else RecordedRoute(self, route, index, key)

    def default_bdf(self) -> int | None:
        """As `MsiTarget.default_bdf`."""
        with self._recorder._trace.lock:
            entry = {"op": "default_bdf", "target": self._index}
            return self._now().record(entry, self._target.default_bdf, returns=True)

    def supports_direct_msi(self) -> bool:
        """As `MsiTarget.supports_direct_msi`."""
        entry = {"op": "supports_direct_msi", "target": self._index}
        direct = self._target.supports_direct_msi
        return self._recorder._trace.record(entry, direct, returns=True)


class RecordedRoute:
    """A route of a recorded target: an `MsiRoute` in all that it does."""

    __slots__ = ("_index", "_key", "_route", "_seen", "_target")

    def __init__(self, target: RecordedTarget, route: MsiRoute, index: int, key: object) -> None:
        """Look on at a route; `RecordedTarget.new_route` makes these."""
        self._target = target
        self._route = route
        self._index = index
        self._key = key
        self._seen = target._recorder._routes_seen

    def _record(
        self,
        op: str,
        do: Callable[[], _Returned],
        returns: bool = False,
        **arguments: int,
    ) -> _Returned:
        with self._target._recorder._trace.lock:
            entry = {"op": op, "route": self._index, **arguments}
            return self._target._now().record(entry, do, self._seen, returns)

    def event(self) -> Event:
        """Return the event of the route; signal this one, so that it is recorded."""
        return RecordedEvent(self)

    def enable(self, address: int, data: int) -> None:
        """As `MsiRoute.enable`."""
        self._record(
            "enable", lambda: self._route.enable(address, data), address=address, data=data
        )

    def enable_with_rid(self, rid: int, address: int, data: int) -> None:
        """As `MsiRoute.enable_with_rid`."""
        enable = self._route.enable_with_rid
        self._record(
            "enable_with_rid",
            lambda: enable(rid, address, data),
            rid=rid,
            address=address,
            data=data,
        )

    def disable(self) -> None:
        """As `MsiRoute.disable`."""
        self._record("disable", self._route.disable)

    def consume_pending(self) -> bool:
        """As `MsiRoute.consume_pending`."""
        return self._record("consume_pending", self._route.consume_pending, True)

    def free(self) -> None:
        """As `MsiRoute.free`."""
        with self._target._recorder._trace.lock:
            self._record("free_route", self._route.free)
            with suppress(KeyError):
                del self._target._recorder._trace.indexes["route"][self._key]


class RecordedEvent:
    """The event of a recorded route."""

    __slots__ = ("_event", "_route")

    def __init__(self, route: RecordedRoute) -> None:
        """Look on at a route's event; `RecordedRoute.event` makes these."""
        self._route = route
        self._event = route._route.event()

    def signal(self) -> None:
        """Set the event."""
        self._route._record("signal_event", self._event.signal)

    def try_wait(self) -> bool:
        """Return whether the event was set, and clear it."""
        return self._route._record("consume_pending", self._event.try_wait, True)
