# SPDX-License-Identifier: MIT
"""The rules, on random sequences of calls, against a second and naive statement of them.

The oracle below was written from the specification: plain dictionaries, one `if` for one sentence.
After every call, what the model sent, warned of and returned must be what the oracle says.
There is a machine for each profile.
"""

from collections.abc import Callable
from itertools import combinations, count
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from msi_its_model import (
    DROPPED_BUS_RANGE,
    DROPPED_DEFAULT_RID,
    DROPPED_DEVID,
    DROPPED_DISCONNECTED,
    PROFILES,
    REFUSED_BUS_RANGE,
    REFUSED_DEFAULT_RID,
    REFUSED_DEVID,
    SHARED_BUSES,
    AssignedBusRange,
    BusClaims,
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
from tests.model.recording import RecordingSignalMsi

RANGES = range(3)
CONNECTIONS = range(3)
FIRST_BOUNDS = [(2, 4), (1, 0x80), (0, 0)]


class Oracle:
    """What the specification says, in plain dictionaries; every object has a number."""

    def __init__(self, *, today: bool, devid_bits: int) -> None:
        self.today = today
        self.devid_bits = devid_bits
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

    def bdf(self, holder: dict[str, Any]) -> int | None:
        """The requester ID of its own; None where today's OpenVMM would drop it."""
        bounds = self.ranges[holder["range"]]
        rid = bounds["secondary"] * 256 + int(holder["offset"])
        return None if self.today and rid // 256 > bounds["subordinate"] else rid

    def own_refused(self, holder: dict[str, Any], warning: str) -> bool:
        if self.bdf(holder) is not None:
            return False
        bounds = self.ranges[holder["range"]]
        rid = bounds["secondary"] * 256 + int(holder["offset"])
        self.warnings.append((warning, {"rid": rid, **bounds}))
        return True

    def devid(self, base: int, rid: int, warning: str) -> int | None:
        """The DeviceID; None, with a warning, where the ITS is too narrow for it."""
        if base + rid < 2**self.devid_bits:
            return base + rid
        fields = {"rid": rid, "devid": base + rid, "devid_bits": self.devid_bits}
        self.warnings.append((warning, fields))
        return None

    def refuses(self, holder: dict[str, Any], rid: int, warning: str) -> bool:
        bounds = self.ranges[holder["range"]]
        allowed = range(bounds["secondary"], bounds["subordinate"] + 1)
        if rid // 256 in allowed:
            return False
        self.warnings.append((warning, {"rid": rid, **bounds}))
        return True

    def send(self, target: dict[str, int], rid: int, address: int, data: int) -> None:
        base = self.connections[target["connection"]]["base"]
        if base is None:
            self.warnings.append((DROPPED_DISCONNECTED, {"rid": rid}))
            return
        devid = self.devid(base, rid, DROPPED_DEVID)
        if devid is not None:
            self.messages.append((devid, address, data))

    def signal_msi(self, number: int, address: int, data: int) -> None:
        target = self.targets[number]
        if not self.own_refused(target, DROPPED_DEFAULT_RID):
            self.send(target, self.bdf(target) or 0, address, data)

    def signal_msi_with_rid(self, number: int, rid: int, address: int, data: int) -> None:
        target = self.targets[number]
        if not self.refuses(target, rid, DROPPED_BUS_RANGE):
            self.send(target, rid, address, data)

    def new_route(self, number: int, target_number: int) -> bool:
        target = self.targets[target_number]
        base = self.connections[target["connection"]]["irqfd"]
        if base is None:
            return False
        self.routes[number] = {
            "base": base,
            "range": target["range"],
            "offset": target["offset"],
            "enabled": False,
            "pending": False,
            "message": None,
        }
        return True

    def enable(self, number: int, rid: int | None, address: int, data: int) -> None:
        route = self.routes[number]
        route["enabled"] = False  # unless nothing refuses it
        if rid is None:
            if self.own_refused(route, REFUSED_DEFAULT_RID):
                return
            rid = self.bdf(route) or 0
        elif self.refuses(route, rid, REFUSED_BUS_RANGE):
            return
        devid = self.devid(route["base"], rid, REFUSED_DEVID)
        if devid is None:
            return
        route["enabled"] = True
        route["message"] = (devid, address, data)
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

    def shared(self) -> set[frozenset[int]]:
        """The pairs of ranges with a DeviceID in common, found by listing all DeviceIDs."""
        claims: dict[int, set[int]] = {number: set() for number in self.ranges}
        holders = [
            (self.connections[target["connection"]][backend], target["range"])
            for target in self.targets.values()
            for backend in ("base", "irqfd")
        ] + [(route["base"], route["range"]) for route in self.routes.values()]
        for base, number in set(holders):
            if base is not None:
                bounds = self.ranges[number]
                rids = range(bounds["secondary"] * 256, bounds["subordinate"] * 256 + 256)
                # Ranges begin at a bus and bases at a multiple of 256: one in 256 will do.
                claims[number] |= {base + rid for rid in rids[::256]}
        limit = 2**self.devid_bits
        return {
            frozenset((one, other))
            for one, other in combinations(claims, 2)
            if any(devid < limit for devid in claims[one] & claims[other])
        }


# Few buses, so that rids are often in range, often at a bound and often just outside.
buses = st.sampled_from([0, 1, 2, 3, 4, 5, 0x80, 0xFE, 0xFF])
devfns = st.integers(0, 0xFF)
rids = st.builds(lambda bus, devfn: bus << 8 | devfn, buses, devfns)
offsets = st.builds(lambda buses, devfn: buses << 8 | devfn, buses, devfns)
# Segments, and bases that carry into and out of the upper half, all multiples of 256.
bases = st.sampled_from([0, 0x1_0000, 0x8000_0000, 0xFFFF_0000, 0x1_0200, 0xFF00, 0xFFFF_FE00])
addresses = st.integers(0, (1 << 64) - 1)
data_values = st.integers(0, (1 << 32) - 1)


class ModelFollowsTheRules(RuleBasedStateMachine):
    """Both sides hold the same objects under the same numbers."""

    profile: ClassVar[Profile]
    today: ClassVar[bool]
    devid_bits: ClassVar[int]

    targets: Bundle[int] = Bundle("targets")
    routes: Bundle[int] = Bundle("routes")

    def __init__(self) -> None:
        super().__init__()
        self.oracle = Oracle(today=self.today, devid_bits=self.devid_bits)
        self.recorder = RecordingSignalMsi()
        self.claims = BusClaims()
        self.warned: set[frozenset[int]] = set()
        self.model_ranges = {number: AssignedBusRange() for number in RANGES}
        self.model_connections: dict[int, MsiConnection] = {}
        self.model_targets: dict[int, MsiTarget] = {}
        self.model_routes: dict[int, MsiRoute] = {}
        self.numbers = count()
        # A connection for each range; all but the last have both backends.
        for number in CONNECTIONS:
            self.set_bus_range(number, *FIRST_BOUNDS[number])
            self.oracle.connections[number] = {"base": None, "irqfd": None}
            connection = MsiConnection(
                self.model_ranges[number], 0x18 + number, profile=self.profile
            )
            self.model_connections[number] = connection
            self.add_target(connection.target(), number, number, 0x18 + number)
            if number != CONNECTIONS[-1]:
                self.connect(number, 0x8000_0000 + (number << 16))
                self.connect_irqfd(number, number << 16)
        # And a target on a connection and a range that nothing else refers to.
        alone = 1000
        self.oracle.connections[alone] = {"base": None, "irqfd": None}
        self.oracle.ranges[alone] = {"secondary": 0, "subordinate": 0}
        self.add_target(MsiTarget.disconnected(self.profile), alone, alone, 0)

    def agree(self, call: Callable[[], object], said: object = None) -> None:
        """Make the model's call, and hold what it did against the oracle's outcome."""
        warnings: list[RaisedWarning] = []
        with observe_warnings(warnings.append):
            returned = call()
        did = [(warning.message, dict(warning.fields)) for warning in warnings]
        assert (self.recorder.take(), did) == self.oracle.outcome()
        assert returned == said
        assert type(returned) is type(said)

    def add_target(self, target: MsiTarget, connection: int, bus_range: int, offset: int) -> int:
        number = len(self.model_targets)
        self.model_targets[number] = target
        self.oracle.targets[number] = {
            "connection": connection,
            "range": bus_range,
            "offset": offset,
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

    @rule(number=st.sampled_from(CONNECTIONS), base=st.none() | bases)
    def connect(self, number: int, base: int | None) -> None:
        self.oracle.connections[number]["base"] = base
        connection = self.model_connections[number]
        if base is None:
            self.agree(connection.disconnect)
        else:
            backend = ItsSignalMsi(self.recorder, devid_base=base, devid_bits=self.devid_bits)
            self.agree(lambda: connection.connect(backend))

    @rule(number=st.sampled_from(CONNECTIONS), base=bases)
    def connect_irqfd(self, number: int, base: int) -> None:
        self.oracle.connections[number]["irqfd"] = base
        irqfd = InMemoryIrqFd(self.recorder)
        backend = ItsIrqFd(irqfd, devid_base=base, devid_bits=self.devid_bits)
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

    @rule(target=targets, parent=targets, offset=offsets)
    def derive_with_offset(self, parent: int, offset: int) -> Any:
        model, of = self.model_targets[parent], self.oracle.targets[parent]
        return self.derived(lambda: model.with_rid_offset(offset), of, offset)

    @rule(target=targets, parent=targets, rid=rids)
    def derive_with_rid(self, parent: int, rid: int) -> Any:
        model, of = self.model_targets[parent], self.oracle.targets[parent]
        offset = rid - self.oracle.ranges[of["range"]]["secondary"] * 256
        offset = offset if offset >= 0 else offset + 65536
        return self.derived(lambda: model.with_rid(rid), of, offset)

    def derived(self, derive: Callable[[], MsiTarget], of: dict[str, int], offset: int) -> Any:
        if offset > 0xFF and not self.today:
            with pytest.raises(ValueError, match="8 bits under profile e08751800"):
                derive()
            return multiple()
        return self.add_target(derive(), of["connection"], of["range"], offset)

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
        number = next(self.numbers)
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

    @rule(number=consumes(routes))
    def free(self, number: int) -> None:
        event = self.model_routes[number].event()
        self.agree(self.model_routes.pop(number).free)
        del self.oracle.routes[number]
        assert not event.try_wait()
        self.agree(event.signal)

    @invariant()
    def ranges_share(self) -> None:
        """Each pair of ranges that share DeviceIDs is found, and warned of for the first time."""
        number_of = {
            target._default_rid.bus_range: self.oracle.targets[number]["range"]
            for number, target in self.model_targets.items()
        }
        found: list[frozenset[int]] = []

        def check() -> None:
            holders: list[MsiTarget | MsiRoute] = [
                *self.model_targets.values(),
                *self.model_routes.values(),
            ]
            for each in self.claims.check(holders):
                found.append(frozenset(number_of[one] for one in each.ranges))

        warnings: list[RaisedWarning] = []
        with observe_warnings(warnings.append):
            check()
        assert set(found) == self.oracle.shared()
        assert len(found) == len(set(found))
        assert [warning.message for warning in warnings] == [SHARED_BUSES] * len(
            set(found) - self.warned
        )
        self.warned |= set(found)

    @rule(number=routes)
    def consume_pending(self, number: int) -> None:
        said = self.oracle.consume_pending(number)
        self.agree(self.model_routes[number].consume_pending, said)


class Recorded(ModelFollowsTheRules):
    """OpenVMM as of e08751800, and an ITS that takes all DeviceIDs but those beyond 32 bits."""

    profile = PROFILES["e08751800"]
    today = False
    devid_bits = 32


class Today(ModelFollowsTheRules):
    """OpenVMM as of 08ec11066, and an ITS that takes those of segments 0 and 1."""

    profile = PROFILES["08ec11066"]
    today = True
    devid_bits = 17


SETTINGS = settings(max_examples=200, stateful_step_count=50, deadline=None)
TestRecorded = Recorded.TestCase
TestRecorded.settings = SETTINGS
TestToday = Today.TestCase
TestToday.settings = SETTINGS
