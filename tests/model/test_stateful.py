# SPDX-License-Identifier: MIT
"""The rules, on random sequences of calls, against a second and naive statement of them.

The oracle below was written from the specification: plain dictionaries, one `if` for one sentence.
After every call, what the model sent, warned of and returned must be what the oracle says.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule

from msi_its_model import (
    DROPPED_BUS_RANGE,
    DROPPED_DISCONNECTED,
    REFUSED_BUS_RANGE,
    AssignedBusRange,
    InMemoryIrqFd,
    ItsIrqFd,
    ItsSignalMsi,
    MsiConnection,
    MsiRoute,
    MsiTarget,
    RaisedWarning,
    observe_warnings,
)
from tests.model.recording import RecordingSignalMsi

RANGES = range(3)
CONNECTIONS = range(3)
FIRST_BOUNDS = [(2, 4), (1, 0x80), (0, 0)]


class Oracle:
    """What the specification says, in plain dictionaries; every object has a number."""

    def __init__(self) -> None:
        self.ranges: dict[int, dict[str, int]] = {}
        self.connections: dict[int, dict[str, int | None]] = {}
        self.targets: dict[int, dict[str, int]] = {}
        self.routes: dict[int, dict[str, Any]] = {}
        self.messages: list[tuple[int, int, int]] = []
        self.warnings: list[tuple[str, dict[str, int]]] = []

    def outcome(self) -> tuple[list[tuple[int, int, int]], list[tuple[str, dict[str, int]]]]:
        messages, self.messages = self.messages, []
        warnings, self.warnings = self.warnings, []
        return messages, warnings

    def bdf(self, holder: dict[str, Any]) -> int:
        return self.ranges[holder["range"]]["secondary"] * 256 + int(holder["devfn"])

    def refuses(self, holder: dict[str, Any], rid: int, warning: str) -> bool:
        bounds = self.ranges[holder["range"]]
        allowed = range(bounds["secondary"], bounds["subordinate"] + 1)
        if rid // 256 in allowed:
            return False
        self.warnings.append((warning, {"rid": rid, **bounds}))
        return True

    def send(self, target: dict[str, int], rid: int, address: int, data: int) -> None:
        segment = self.connections[target["connection"]]["segment"]
        if segment is None:
            self.warnings.append((DROPPED_DISCONNECTED, {"rid": rid}))
        else:
            self.messages.append((segment * 65536 + rid, address, data))

    def signal_msi(self, number: int, address: int, data: int) -> None:
        target = self.targets[number]
        self.send(target, self.bdf(target), address, data)

    def signal_msi_with_rid(self, number: int, rid: int, address: int, data: int) -> None:
        target = self.targets[number]
        if not self.refuses(target, rid, DROPPED_BUS_RANGE):
            self.send(target, rid, address, data)

    def new_route(self, number: int, target_number: int) -> bool:
        target = self.targets[target_number]
        segment = self.connections[target["connection"]]["irqfd"]
        if segment is None:
            return False
        self.routes[number] = {
            "segment": segment,
            "range": target["range"],
            "devfn": target["devfn"],
            "enabled": False,
            "pending": False,
            "message": None,
        }
        return True

    def enable(self, number: int, rid: int | None, address: int, data: int) -> None:
        route = self.routes[number]
        if rid is None:
            rid = self.bdf(route)
        elif self.refuses(route, rid, REFUSED_BUS_RANGE):
            route["enabled"] = False
            return
        route["enabled"] = True
        route["message"] = (route["segment"] * 65536 + rid, address, data)
        if route["pending"]:
            route["pending"] = False
            self.messages.append(route["message"])

    def signal_event(self, number: int) -> None:
        route = self.routes[number]
        if route["enabled"]:
            self.messages.append(route["message"])
        else:
            route["pending"] = True

    def consume_pending(self, number: int) -> bool:
        was = bool(self.routes[number]["pending"])
        self.routes[number]["pending"] = False
        return was


# Few buses, so that rids are often in range, often at a bound and often just outside.
buses = st.sampled_from([0, 1, 2, 3, 4, 5, 0x80, 0xFE, 0xFF])
devfns = st.integers(0, 0xFF)
rids = st.builds(lambda bus, devfn: bus << 8 | devfn, buses, devfns)
segments = st.sampled_from([0, 1, 0x8000, 0xFFFF])
addresses = st.integers(0, (1 << 64) - 1)
data_values = st.integers(0, (1 << 32) - 1)


class ModelFollowsTheRules(RuleBasedStateMachine):
    """Both sides hold the same objects under the same numbers."""

    targets: Bundle[int] = Bundle("targets")
    routes: Bundle[int] = Bundle("routes")

    def __init__(self) -> None:
        super().__init__()
        self.oracle = Oracle()
        self.recorder = RecordingSignalMsi()
        self.model_ranges = {number: AssignedBusRange() for number in RANGES}
        self.model_connections: dict[int, MsiConnection] = {}
        self.model_targets: dict[int, MsiTarget] = {}
        self.model_routes: dict[int, MsiRoute] = {}
        # A connection for each range; all but the last have both backends.
        for number in CONNECTIONS:
            self.set_bus_range(number, *FIRST_BOUNDS[number])
            self.oracle.connections[number] = {"segment": None, "irqfd": None}
            connection = MsiConnection(self.model_ranges[number], 0x18 + number)
            self.model_connections[number] = connection
            self.add_target(connection.target(), number, number, 0x18 + number)
            if number != CONNECTIONS[-1]:
                self.connect(number, 0x8000 + number)
                self.connect_irqfd(number, number)
        # And a target on a connection and a range that nothing else refers to.
        alone = 1000
        self.oracle.connections[alone] = {"segment": None, "irqfd": None}
        self.oracle.ranges[alone] = {"secondary": 0, "subordinate": 0}
        self.add_target(MsiTarget.disconnected(), alone, alone, 0)

    def agree(self, call: Callable[[], object], said: object = None) -> None:
        """Make the model's call, and hold what it did against the oracle's outcome."""
        warnings: list[RaisedWarning] = []
        with observe_warnings(warnings.append):
            returned = call()
        did = [(warning.message, dict(warning.fields)) for warning in warnings]
        assert (self.recorder.take(), did) == self.oracle.outcome()
        assert returned == said
        assert type(returned) is type(said)

    def add_target(self, target: MsiTarget, connection: int, bus_range: int, devfn: int) -> int:
        number = len(self.model_targets)
        self.model_targets[number] = target
        self.oracle.targets[number] = {
            "connection": connection,
            "range": bus_range,
            "devfn": devfn,
        }
        return number

    @initialize(target=targets)
    def first_targets(self) -> Any:
        return multiple(*self.model_targets)

    @initialize(target=routes)
    def first_routes(self) -> Any:
        return multiple(self.new_route(0), self.new_route(1))

    @rule(number=st.sampled_from(RANGES), secondary=buses, subordinate=buses)
    def set_bus_range(self, number: int, secondary: int, subordinate: int) -> None:
        self.oracle.ranges[number] = {"secondary": secondary, "subordinate": subordinate}
        model = self.model_ranges[number]
        self.agree(lambda: model.set_bus_range(secondary, subordinate))
        self.agree(model.bus_range, (secondary, subordinate))

    @rule(number=st.sampled_from(CONNECTIONS), segment=st.none() | segments)
    def connect(self, number: int, segment: int | None) -> None:
        self.oracle.connections[number]["segment"] = segment
        connection = self.model_connections[number]
        if segment is None:
            self.agree(connection.disconnect)
        else:
            backend = ItsSignalMsi(self.recorder, segment)
            self.agree(lambda: connection.connect(backend))

    @rule(number=st.sampled_from(CONNECTIONS), segment=segments)
    def connect_irqfd(self, number: int, segment: int) -> None:
        self.oracle.connections[number]["irqfd"] = segment
        backend = ItsIrqFd(InMemoryIrqFd(self.recorder), segment)
        self.agree(lambda: self.model_connections[number].connect_irqfd(backend))

    @rule(
        target=targets,
        parent=targets,
        bus_range=st.none() | st.sampled_from(RANGES),
        devfn=devfns,
    )
    def derive(self, parent: int, bus_range: int | None, devfn: int) -> int:
        model, of = self.model_targets[parent], self.oracle.targets[parent]
        if bus_range is None:
            return self.add_target(model.with_devfn(devfn), of["connection"], of["range"], devfn)
        derived = model.with_bus_range(self.model_ranges[bus_range], devfn)
        return self.add_target(derived, of["connection"], bus_range, devfn)

    @rule(number=targets, address=addresses, data=data_values)
    def signal_msi(self, number: int, address: int, data: int) -> None:
        self.oracle.signal_msi(number, address, data)
        self.agree(lambda: self.model_targets[number].signal_msi(address, data))

    @rule(number=targets, rid=rids, address=addresses, data=data_values)
    def signal_msi_with_rid(self, number: int, rid: int, address: int, data: int) -> None:
        self.oracle.signal_msi_with_rid(number, rid, address, data)
        self.agree(lambda: self.model_targets[number].signal_msi_with_rid(rid, address, data))

    @rule(number=targets, bus=buses)
    def look(self, number: int, bus: int) -> None:
        target, model = self.oracle.targets[number], self.model_targets[number]
        self.agree(model.default_bdf, self.oracle.bdf(target))
        irqfd = self.oracle.connections[target["connection"]]["irqfd"]
        self.agree(model.supports_direct_msi, irqfd is not None)
        bounds = self.oracle.ranges[target["range"]]
        if target["range"] in self.model_ranges:
            inside = bus in range(bounds["secondary"], bounds["subordinate"] + 1)
            bus_range = self.model_ranges[target["range"]]
            self.agree(lambda: bus_range.contains_bus(bus), inside)

    @rule(target=routes, of=targets)
    def new_route(self, of: int) -> Any:
        number = len(self.model_routes)
        made = self.oracle.new_route(number, of)
        route = self.model_targets[of].new_route()
        self.agree(lambda: route is not None, made)
        if route is None:
            return multiple()
        self.model_routes[number] = route
        return number

    @rule(number=routes, address=addresses, data=data_values)
    def enable(self, number: int, address: int, data: int) -> None:
        self.oracle.enable(number, None, address, data)
        self.agree(lambda: self.model_routes[number].enable(address, data))

    @rule(number=routes, rid=rids, address=addresses, data=data_values)
    def enable_with_rid(self, number: int, rid: int, address: int, data: int) -> None:
        self.oracle.enable(number, rid, address, data)
        self.agree(lambda: self.model_routes[number].enable_with_rid(rid, address, data))

    @rule(number=routes)
    def disable(self, number: int) -> None:
        self.oracle.routes[number]["enabled"] = False
        self.agree(self.model_routes[number].disable)

    @rule(number=routes, times=st.integers(1, 3))
    def signal_event(self, number: int, times: int) -> None:
        for _ in range(times):
            self.oracle.signal_event(number)
            self.agree(self.model_routes[number].event().signal)

    @rule(number=routes)
    def consume_pending(self, number: int) -> None:
        said = self.oracle.consume_pending(number)
        self.agree(self.model_routes[number].consume_pending, said)


TestModelFollowsTheRules = ModelFollowsTheRules.TestCase
TestModelFollowsTheRules.settings = settings(
    max_examples=200, stateful_step_count=50, deadline=None
)
