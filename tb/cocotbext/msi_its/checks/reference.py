# SPDX-License-Identifier: MIT
"""The reference: executes one operation at a time on the golden model and says what it did.

Every answer comes from the model: from the message that reached its backend, the warning it raised
or the value it returned. No rule is decided here a second time, so a comparison of the RTL with the
reference is a comparison with the model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from msgspec import Struct

from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import (
    CONFIGURATION,
    TABLE_OF,
    BindTarget,
    Configuration,
    Connect,
    ConnectIrqfd,
    ConsumePending,
    DefaultBdf,
    Disable,
    Disconnect,
    Enable,
    EnableWithRid,
    FreeRoute,
    Message,
    NewRoute,
    Operation,
    SetBusRange,
    SignalEvent,
    SignalMsi,
    SignalMsiWithRid,
    SupportsDirectMsi,
    Tables,
    arguments_of,
)
from cocotbext.msi_its.vocabulary.trace import Expect
from msi_its_model import (
    DROPPED_BUS_RANGE,
    DROPPED_DEFAULT_RID,
    DROPPED_DEVID,
    DROPPED_DISCONNECTED,
    REFUSED_BUS_RANGE,
    REFUSED_DEFAULT_RID,
    REFUSED_DEVID,
    AssignedBusRange,
    BusClaims,
    DisconnectedMsiTarget,
    InMemoryEvent,
    InMemoryIrqFd,
    ItsIrqFd,
    ItsIrqFdRoute,
    ItsSignalMsi,
    MsiConnection,
    MsiRoute,
    MsiTarget,
    RaisedWarning,
    SharedBuses,
    observe_warnings,
)
from msi_its_model.msi import DefaultRid


class ModelError(Exception):
    """The golden model did something that no answer stands for: a defect of the model."""


class Outcome(Struct, frozen=True, gc=False):
    """What one operation did.

    `bdf` (16 bits) is set for the answer BDF. `warnings` are those that the model raised, before
    rate limiting. `returns` is what the model's method returned, as trace files record it: a bool
    for new_route, consume_pending and supports_direct_msi, the BDF for default_bdf, else None.
    """

    answer: Answer
    bdf: int | None = None
    message: Message | None = None
    warnings: tuple[RaisedWarning, ...] = ()
    returns: bool | int | None = None

    def differences(self, expect: Expect) -> list[str]:
        """Say, part by part, what differs from a recorded expectation; empty if nothing does."""
        return expect.differences(self.message, self.returns, self.warnings)


class _Its:
    """The backend behind all ITS wrappers: adds each message to a list."""

    __slots__ = ("_messages",)

    def __init__(self, messages: list[Message]) -> None:
        self._messages = messages

    def signal_msi(self, devid: int | None, address: int, data: int) -> None:
        """Keep one message."""
        if devid is None:
            raise ModelError("a message without DeviceID reached the ITS")
        self._messages.append(Message(devid, address, data))


_ANSWER_TO: Final = {
    DROPPED_BUS_RANGE: Answer.DROPPED_BUS_RANGE,
    DROPPED_DEFAULT_RID: Answer.DROPPED_BUS_RANGE,
    DROPPED_DISCONNECTED: Answer.DROPPED_DISCONNECTED,
    DROPPED_DEVID: Answer.DROPPED_DEVID,
    REFUSED_BUS_RANGE: Answer.REFUSED_BUS_RANGE,
    REFUSED_DEFAULT_RID: Answer.REFUSED_BUS_RANGE,
    REFUSED_DEVID: Answer.REFUSED_DEVID,
}
"""What a warning of the model means as an answer."""


class Shared(NamedTuple):
    """Two bus ranges, by index, that share the DeviceIDs from `first` to `last` (32 bits each)."""

    ranges: tuple[int, int]
    first: int
    last: int

    def __str__(self) -> str:
        return f"ranges {self.ranges[0]} and {self.ranges[1]} ({self.first:#x} to {self.last:#x})"


class Sender(NamedTuple):
    """What a target or a route sends with: its bus range, by index, its offset, its DeviceID base.

    The range is None for a target that was never bound (R4), the base where there is no backend.
    """

    range: int | None
    rid_offset: int
    devid_base: int | None


class Reference:
    """The golden model behind the specification's operations, with tables of fixed sizes.

    It starts in the reset state: bus ranges 0/0, connections without backends, every target as
    `MsiTarget.disconnected()`, and no routes. The golden objects are in `ranges`, `connections`,
    `targets` and `routes`, by index; `its` is the backend behind all wrappers.
    """

    def __init__(self, tables: Tables, configuration: Configuration = CONFIGURATION) -> None:
        """Make the objects that `tables` asks for, in their reset state.

        Rules are those of the configuration's profile, and its ITS is as wide as that says.
        """
        self.configuration = configuration
        profile = configuration.profile
        self._devid_bits = configuration.devid_bits
        self._messages: list[Message] = []  # of the operation that runs, as are the warnings
        self._warnings: list[RaisedWarning] = []
        self._observing = observe_warnings(self._warnings.append)
        self.its = _Its(self._messages)
        self.ranges = [AssignedBusRange() for _ in range(tables.ranges)]
        self.connections = [MsiConnection(profile=profile) for _ in range(tables.connections)]
        self.targets = [MsiTarget.disconnected(profile) for _ in range(tables.targets)]
        self.routes: list[MsiRoute | None] = [None] * tables.routes
        self._bound: dict[int, BindTarget] = {}  # how each target was bound
        self._claims = BusClaims()
        self._holders: list[MsiTarget | MsiRoute] = []  # who claims buses; empty: to be found anew
        self._number_of = {each: number for number, each in enumerate(self.ranges)}
        methods: dict[type[Operation], Callable[[Any], Outcome]] = {
            SetBusRange: self._set_bus_range,
            Connect: self._connect,
            Disconnect: self._disconnect,
            ConnectIrqfd: self._connect_irqfd,
            BindTarget: self._bind_target,
            SignalMsi: self._signal_msi,
            SignalMsiWithRid: self._signal_msi_with_rid,
            NewRoute: self._new_route,
            Enable: self._enable,
            EnableWithRid: self._enable_with_rid,
            Disable: self._disable,
            SignalEvent: self._signal_event,
            ConsumePending: self._consume_pending,
            DefaultBdf: self._default_bdf,
            SupportsDirectMsi: self._supports_direct_msi,
            FreeRoute: self._free_route,
        }
        # How each kind of operation is executed, and the sizes of the tables that it indexes.
        self._executes = {
            kind: (
                method,
                [
                    (field, getattr(tables, TABLE_OF[field]))
                    for field in arguments_of(kind)
                    if field in TABLE_OF
                ],
            )
            for kind, method in methods.items()
        }

    def execute(self, operation: Operation) -> Outcome:
        """Execute one operation and say what it did.

        An index outside the tables, or a route that was never made, is answered with an error and
        changes nothing. Nor does an argument that the model refuses.

        Raises TypeError for an argument that is not an integer, ValueError for one that does not
        fit its width, ModelError if the model did something that no answer stands for.
        """
        method, indices = self._executes[type(operation)]
        for field, size in indices:
            if not 0 <= getattr(operation, field) < size:
                return Outcome(Answer.ERROR_INDEX)
        self._messages.clear()
        self._warnings.clear()
        with self._observing:
            return method(operation)

    # What the objects are now, for reports and for coverage

    def bound(self, target: int) -> BindTarget | None:
        """Return how a target was bound; None if it never was."""
        return self._bound.get(target)

    def sender(self, target: int) -> Sender:
        """Return what a target sends messages with."""
        made = self.targets[target]
        return self._sender(made._default_rid, made._inner.signal_msi)

    def origin(self, route: int) -> Sender | None:
        """Return what a route is enabled with, from its target; None if there is no such route."""
        made = self.routes[route]
        return self._sender(made._default_rid, made._inner) if made is not None else None

    def _sender(self, own: DefaultRid, backend: object) -> Sender:
        base = None
        if isinstance(backend, ItsSignalMsi | ItsIrqFdRoute):
            base = backend.devids.base
        return Sender(self._number_of.get(own.bus_range), own.rid_offset, base)

    def range_now(self, bus_range: int | None) -> tuple[int, int]:
        """Return the (secondary, subordinate) bus of a bus range; None: that of R4, 0/0."""
        return self.ranges[bus_range].bus_range() if bus_range is not None else (0, 0)

    def connection_state(self, connection: int) -> str:
        """Return which backends a connection has: none, message, irqfd or both."""
        inner = self.connections[connection]._inner
        message = not isinstance(inner.signal_msi, DisconnectedMsiTarget)
        irqfd = inner.irqfd is not None
        return (
            "both" if message and irqfd else "message" if message else "irqfd" if irqfd else "none"
        )

    def target_state(self, target: int) -> str:
        """Return the backends behind a target (see connection_state); unbound if it never was."""
        bound = self._bound.get(target)
        return self.connection_state(bound.connection) if bound is not None else "unbound"

    def route_state(self, route: int) -> str:
        """Return absent, disabled, pending (disabled, with an event held) or enabled."""
        made = self.routes[route]
        if made is None:
            return "absent"
        event = made.event()
        assert isinstance(event, InMemoryEvent)
        return "enabled" if event.armed else "pending" if event.pending else "disabled"

    def shared(self) -> list[Shared]:
        """Return each two bus ranges that share DeviceIDs now; the model warns once of each two."""
        if not self._holders:
            ports = {(each.connection, each.range): number for number, each in self._bound.items()}
            self._holders += [self.targets[number] for number in ports.values()]
            self._holders += filter(None, self.routes)
        found = self._claims.check(self._holders)
        return [self._shared(each) for each in found]

    def _shared(self, both: SharedBuses) -> Shared:
        first, second = sorted(self._number_of[each] for each in both.ranges)
        return Shared((first, second), both.first, both.last)

    def bind(self, operation: BindTarget) -> None:
        """Make a target of the golden objects that the operation names (R5)."""
        connection = self.connections[operation.connection]
        target = connection.msi_target(self.ranges[operation.range], 0)
        self.targets[operation.target] = target.with_rid_offset(operation.rid_offset)
        self._bound[operation.target] = operation
        self._holders.clear()

    def _outcome(
        self,
        *,
        quiet: Answer | None = None,
        message: Answer | None = None,
        bdf: int | None = None,
        returns: bool | int | None = None,
    ) -> Outcome:
        """Derive the answer from what the model has just done.

        A warning answers for itself. Otherwise the answer is `message` if a message reached the
        ITS, and `quiet` if none did; None stands for what the operation must not do.
        """
        messages, warnings = self._messages, self._warnings
        if len(messages) + len(warnings) > 1:
            raise ModelError(f"more than one result: {messages}, {warnings}")
        if messages:
            answer = message
        elif warnings:
            answer = _ANSWER_TO.get(warnings[0].message)
        else:
            answer = quiet
        if answer is None:
            raise ModelError(f"no answer stands for: messages {messages}, warnings {warnings}")
        sent = messages[0] if messages else None
        return Outcome(answer, bdf, sent, tuple(warnings), returns)

    # Configuration

    def _set_bus_range(self, operation: SetBusRange) -> Outcome:
        bus_range = self.ranges[operation.range]
        bus_range.set_bus_range(operation.secondary, operation.subordinate)
        return self._outcome(quiet=Answer.OK)

    def _connect(self, operation: Connect) -> Outcome:
        base, bits = operation.devid_base, self._devid_bits
        backend = ItsSignalMsi(self.its, devid_base=base, devid_bits=bits)
        self.connections[operation.connection].connect(backend)
        return self._outcome(quiet=Answer.OK)

    def _disconnect(self, operation: Disconnect) -> Outcome:
        self.connections[operation.connection].disconnect()
        return self._outcome(quiet=Answer.OK)

    def _connect_irqfd(self, operation: ConnectIrqfd) -> Outcome:
        base, bits = operation.devid_base, self._devid_bits
        backend = ItsIrqFd(InMemoryIrqFd(self.its), devid_base=base, devid_bits=bits)
        self.connections[operation.connection].connect_irqfd(backend)
        return self._outcome(quiet=Answer.OK)

    def _bind_target(self, operation: BindTarget) -> Outcome:
        self.bind(operation)
        return self._outcome(quiet=Answer.OK)

    # Targets

    def _signal_msi(self, operation: SignalMsi) -> Outcome:
        self.targets[operation.target].signal_msi(operation.address, operation.data)
        return self._outcome(message=Answer.SENT)

    def _signal_msi_with_rid(self, operation: SignalMsiWithRid) -> Outcome:
        target = self.targets[operation.target]
        target.signal_msi_with_rid(operation.rid, operation.address, operation.data)
        return self._outcome(message=Answer.SENT)

    def _default_bdf(self, operation: DefaultBdf) -> Outcome:
        bdf = self.targets[operation.target].default_bdf()
        if bdf is None:
            return self._outcome(quiet=Answer.NO_BDF)
        return self._outcome(quiet=Answer.BDF, bdf=bdf, returns=bdf)

    def _supports_direct_msi(self, operation: SupportsDirectMsi) -> Outcome:
        supported = self.targets[operation.target].supports_direct_msi()
        answer = Answer.DIRECT_MSI if supported else Answer.NO_DIRECT_MSI
        return self._outcome(quiet=answer, returns=supported)

    # Routes

    def _new_route(self, operation: NewRoute) -> Outcome:
        route = self.targets[operation.target].new_route()
        if route is None:
            return self._outcome(quiet=Answer.NO_IRQFD, returns=False)
        self.routes[operation.route] = route
        self._holders.clear()
        return self._outcome(quiet=Answer.OK, returns=True)

    def _enable(self, operation: Enable) -> Outcome:
        route = self.routes[operation.route]
        if route is None:
            return Outcome(Answer.ERROR_NO_ROUTE)
        route.enable(operation.address, operation.data)
        return self._outcome(message=Answer.DELIVERED, quiet=Answer.OK)

    def _enable_with_rid(self, operation: EnableWithRid) -> Outcome:
        route = self.routes[operation.route]
        if route is None:
            return Outcome(Answer.ERROR_NO_ROUTE)
        route.enable_with_rid(operation.rid, operation.address, operation.data)
        return self._outcome(message=Answer.DELIVERED, quiet=Answer.OK)

    def _disable(self, operation: Disable) -> Outcome:
        route = self.routes[operation.route]
        if route is None:
            return Outcome(Answer.ERROR_NO_ROUTE)
        route.disable()
        return self._outcome(quiet=Answer.OK)

    def _signal_event(self, operation: SignalEvent) -> Outcome:
        route = self.routes[operation.route]
        if route is None:
            return Outcome(Answer.ERROR_NO_ROUTE)
        route.event().signal()
        return self._outcome(message=Answer.SENT, quiet=Answer.HELD_PENDING)

    def _consume_pending(self, operation: ConsumePending) -> Outcome:
        route = self.routes[operation.route]
        if route is None:
            return Outcome(Answer.ERROR_NO_ROUTE)
        pending = route.consume_pending()
        answer = Answer.WAS_PENDING if pending else Answer.WAS_NOT_PENDING
        return self._outcome(quiet=answer, returns=pending)

    def _free_route(self, operation: FreeRoute) -> Outcome:
        route = self.routes[operation.route]
        if route is None:
            return Outcome(Answer.ERROR_NO_ROUTE)
        route.free()
        self.routes[operation.route] = None
        self._holders.clear()
        return self._outcome(quiet=Answer.OK)
