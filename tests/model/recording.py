# SPDX-License-Identifier: MIT
"""Stand-ins for what is around the model: a backend, a clock set by hand, a reader of traces."""

from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any

from msi_its_model import (
    AssignedBusRange,
    InMemoryIrqFd,
    ItsIrqFd,
    ItsSignalMsi,
    MsiConnection,
    MsiRoute,
    MsiTarget,
    Profile,
    RaisedWarning,
    observe_warnings,
)


class RecordingSignalMsi:
    """A message backend that records `(devid, address, data)`, oldest first."""

    def __init__(self) -> None:
        self.messages: deque[tuple[int | None, int, int]] = deque()

    def signal_msi(self, devid: int | None, address: int, data: int) -> None:
        self.messages.append((devid, address, data))

    def pop(self) -> tuple[int | None, int, int] | None:
        """Return the oldest message not taken yet, or None."""
        return self.messages.popleft() if self.messages else None

    def take(self) -> list[tuple[int | None, int, int]]:
        """Return all messages not taken yet."""
        taken = list(self.messages)
        self.messages.clear()
        return taken


class FakeClock:
    """A clock in seconds that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Replayed:
    """The model's objects behind a trace, made as its lines name them; plain JSON, no testbench."""

    def __init__(self, profile: Profile) -> None:
        self._its = RecordingSignalMsi()
        self._warnings: list[RaisedWarning] = []
        self._ranges: dict[int, AssignedBusRange] = defaultdict(AssignedBusRange)
        self._connections: dict[int, MsiConnection] = defaultdict(
            lambda: MsiConnection(profile=profile)
        )
        self._targets: dict[int, MsiTarget] = defaultdict(lambda: MsiTarget.disconnected(profile))
        self._routes: dict[int, MsiRoute] = {}

    def outcome(self, line: Mapping[str, Any]) -> dict[str, object]:
        """Do what a line says; return what its `expect` has to be."""
        self._warnings.clear()
        with observe_warnings(self._warnings.append):
            returns = self._do(**line)
        messages = [list(message) for message in self._its.take()]
        return {"returns": returns, "messages": messages, "warnings": len(self._warnings)}

    def _do(self, op: str, **given: Any) -> object:
        given = {name: given[name] for name in given if name not in ("expect", "note")}
        if "connection" in given:
            connection = self._connections[given.pop("connection")]
        if op == "bind_target":
            number, bus_range = given.pop("target"), self._ranges[given.pop("range")]
            ((way, value),) = given.items()
            target = connection.msi_target(bus_range, 0)
            self._targets[number] = getattr(target, f"with_{way}")(value)
        elif op == "connect":
            connection.connect(ItsSignalMsi(self._its, **given))
        elif op == "connect_irqfd":
            connection.connect_irqfd(ItsIrqFd(InMemoryIrqFd(self._its), **given))
        elif op == "disconnect":
            connection.disconnect()
        elif op == "set_bus_range":
            self._ranges[given.pop("range")].set_bus_range(**given)
        elif op == "new_route":
            route = self._targets[given["target"]].new_route()
            if route is not None:
                self._routes[given["route"]] = route
            return route is not None
        elif op == "signal_event":
            self._routes[given["route"]].event().signal()
        elif "route" in given:
            return getattr(self._routes[given.pop("route")], op)(**given)
        else:
            return getattr(self._targets[given.pop("target")], op)(**given)
        return None
