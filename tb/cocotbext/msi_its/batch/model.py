# SPDX-License-Identifier: MIT
"""The golden model in numpy: works out what a whole batch of operations does.

The state is that of a `Reference`: its bus ranges, connections, targets and routes, the golden
objects themselves. `load` reads them into columns, `evaluate` works out a batch from the columns
without changing anything, and `commit` brings columns and golden objects to the state behind it.

The idea: what an object holds when an operation executes is what the last operation before it wrote
there, or what the object held before the batch. `Column` answers that for many operations at once,
so a batch needs no loop over its operations. The rules are written here a second time, for arrays;
tests/tb/batch/test_batch_model.py holds them against the golden model, on any operations from any
state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocotbext.msi_its.batch.records import MESSAGE, Records
from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.vocabulary.csr import Answer, OperationCode
from cocotbext.msi_its.vocabulary.operations import (
    BindTarget,
    Connect,
    ConnectIrqfd,
    EnableWithRid,
    NewRoute,
    Operation,
    SetBusRange,
    SignalEvent,
    Tables,
)
from msi_its_model import AssignedBusRange, InMemoryIrqFd, ItsIrqFd, ItsSignalMsi, RateLimited
from msi_its_model import its as golden_its
from msi_its_model import msi as golden
from msi_its_model.msi import DefaultRid, MsiRoute

Ints = NDArray[np.int64]
Positions = NDArray[np.intp]
Bools = NDArray[np.bool_]

_OWN = (OperationCode.SIGNAL_MSI, OperationCode.ENABLE)
"""The operations with a target's own requester ID; those with an explicit one warn elsewhere."""

_WARNINGS: tuple[tuple[Answer, bool | None, RateLimited, str], ...] = (
    (Answer.DROPPED_BUS_RANGE, True, golden._default_rid, golden.DROPPED_DEFAULT_RID),
    (Answer.REFUSED_BUS_RANGE, True, golden._default_rid, golden.REFUSED_DEFAULT_RID),
    (Answer.DROPPED_BUS_RANGE, False, golden._dropped_bus_range, golden.DROPPED_BUS_RANGE),
    (Answer.REFUSED_BUS_RANGE, False, golden._refused_bus_range, golden.REFUSED_BUS_RANGE),
    (Answer.DROPPED_DISCONNECTED, None, golden._dropped_disconnected, golden.DROPPED_DISCONNECTED),
    (Answer.DROPPED_DEVID, None, golden_its._dropped_devid, golden_its.DROPPED_DEVID),
    (Answer.REFUSED_DEVID, None, golden_its._refused_devid, golden_its.REFUSED_DEVID),
)
"""Where the golden model warns, and what it says (R11): after which answer, and whether of one of
the operations `_OWN` (None: whichever it is)."""

NONE = -1
"""No backend, an unbound target, a route that is not there."""


class Column:
    """One value for each object of a table, and what a batch writes there."""

    def __init__(self, size: int, value: int) -> None:
        self.values: Ints = np.full(size, value, np.int64)
        self.clear()

    def clear(self) -> None:
        """Forget what was written."""
        self._positions: Positions = np.zeros(0, np.intp)
        self._written: Ints = np.zeros(0, np.int64)
        self._keys: Ints = np.zeros(0, np.int64)

    def write(self, positions: Positions, objects: Any, written: Ints) -> None:
        """Write a value to an object at each of some positions in the batch."""
        if not len(positions):
            return
        keys = np.asarray(objects, np.int64) << 32 | positions
        order = np.argsort(keys)
        self._positions, self._written, self._keys = positions[order], written[order], keys[order]

    def writer(self, positions: Positions, objects: Any) -> Ints:
        """Return, for each position, which write an object was last given before it; or NONE."""
        if not len(self._keys):
            return np.full(len(positions), NONE, np.int64)
        wanted = np.asarray(objects, np.int64)
        found = np.searchsorted(self._keys, wanted << 32 | positions) - 1
        same_object = (found >= 0) & (self._keys[found] >> 32 == wanted)
        return np.where(same_object, found, NONE)

    def read(self, positions: Positions, objects: Any) -> Ints:
        """Return what each object holds at each position."""
        if not len(self._keys):
            return np.asarray(self.values[objects])
        found = self.writer(positions, objects)
        return np.where(found == NONE, self.values[objects], self._written[found])

    def position(self, writers: Ints) -> Ints:
        """Return where in the batch writes (as `writer` returns them) were done; or NONE."""
        if not len(self._keys):
            return writers
        return np.where(writers == NONE, NONE, self._positions[writers])

    def last(self) -> tuple[Ints, Ints]:
        """Return the objects written to, and the value that each is left with."""
        objects = self._keys >> 32
        ends = np.ones(len(objects), np.bool_)
        ends[:-1] = objects[1:] != objects[:-1]
        return objects[ends], self._written[ends]

    def commit(self) -> Ints:
        """Hold what was written last; return the objects that changed hands."""
        objects, written = self.last()
        self.values[objects] = written
        self.clear()
        return objects


@dataclass(frozen=True, slots=True)
class Expected:
    """What a batch of operations does, one item for each operation, in order.

    `messages` are all 0 where none is sent. `rids` (17 bits) and `ranges` (secondary << 8 |
    subordinate) mean something where a message is dropped or a route refused: what LAST_DROP shows.
    So do the `devids` (33 bits) where that was for the DeviceID. `codes` are the operations', NONE
    where an index is outside its table.
    """

    codes: NDArray[np.uint8]
    answers: NDArray[np.uint8]
    bdfs: NDArray[np.uint16]
    sent: Bools
    messages: Records
    rids: Ints
    ranges: Ints
    devids: Ints


_OF_ROUTES = (
    *(OperationCode.ENABLE, OperationCode.ENABLE_WITH_RID, OperationCode.DISABLE),
    *(OperationCode.SIGNAL_EVENT, OperationCode.CONSUME_PENDING, OperationCode.FREE_ROUTE),
)
"""The operations that need a route."""


class _Uses:
    """What a batch does with routes that there are: where, with which route, by which operation.

    `made` and `made_routes` are where it makes and frees routes: nothing is left then.
    """

    def __init__(
        self, where: Positions, routes: Ints, code: Any, made: Positions, made_routes: Ints
    ) -> None:
        self.where = where
        self.routes = routes
        self.code = code
        self.enables = (code == OperationCode.ENABLE) | (code == OperationCode.ENABLE_WITH_RID)
        self.events = code == OperationCode.SIGNAL_EVENT
        self._made = made
        self._made_routes = made_routes

    def write(self, column: Column, which: Bools, values: Ints) -> None:
        """Write a column: 0 for each route made or freed, and the values of some uses."""
        column.write(
            np.concatenate([self._made, self.where[which]]),
            np.concatenate([self._made_routes, self.routes[which]]),
            np.concatenate([np.zeros(len(self._made), np.int64), values[which]]),
        )


class BatchModel:
    """A Reference in columns. Whoever changes the Reference itself calls `load` afterwards."""

    def __init__(self, reference: Reference, tables: Tables) -> None:
        """Take the reference's state as it is."""
        self._reference = reference
        self._tables = tables
        self._checks_default_rid = reference.configuration.profile.checks_default_rid
        self._devid_bits = reference.configuration.devid_bits
        self._offset_mask = reference.configuration.rid_offset_mask
        self._ranges = Column(tables.ranges, 0)  # secondary << 8 | subordinate
        self._backends = Column(tables.connections, NONE)  # the DeviceID base
        self._irqfds = Column(tables.connections, NONE)  # the DeviceID base
        self._targets = Column(tables.targets, NONE)  # connection << 32 | range << 16 | offset
        self._origins = Column(tables.routes, NONE)  # base << 24 | range << 16 | offset
        self._enabled = Column(tables.routes, 0)
        self._pending = Column(tables.routes, 0)
        self._sends = np.zeros(tables.routes, MESSAGE)  # what an enabled route sends
        self._columns = (
            *(self._ranges, self._backends, self._irqfds, self._targets),
            *(self._origins, self._enabled, self._pending),
        )
        self._expected: Expected | None = None  # of the batch that was evaluated last
        self._enables = np.zeros(0, MESSAGE)  # what its enables make their routes send
        self.load()

    # ---- from the golden objects ----------------------------------------------------------------

    def load(self) -> None:
        """Read the state of the golden objects."""
        reference = self._reference
        for index, connection in enumerate(reference.connections):
            inner = connection._inner
            self._backends.values[index] = _base(inner.signal_msi)
            self._irqfds.values[index] = _base(inner.irqfd)
        for index, each in enumerate(reference.ranges):
            secondary, subordinate = each.bus_range()
            self._ranges.values[index] = secondary << 8 | subordinate
        for index in range(self._tables.targets):
            bound = reference.bound(index)
            packed = NONE
            if bound is not None:
                packed = bound.connection << 32 | bound.range << 16 | bound.rid_offset
            self._targets.values[index] = packed
        for index, route in enumerate(reference.routes):
            self._load_route(index, route)
        for column in self._columns:
            column.clear()

    def _load_route(self, index: int, route: MsiRoute | None) -> None:
        self._origins.values[index] = NONE
        self._enabled.values[index] = self._pending.values[index] = 0
        self._sends[index] = 0
        if route is None:
            return
        origin: Any = self._reference.origin(index)
        event: Any = route.event()
        packed = origin.devid_base << 24 | origin.range << 16 | origin.rid_offset
        self._origins.values[index] = packed
        self._pending.values[index] = event.pending
        if event.armed:
            self._enabled.values[index] = 1
            devid, address, data = event._action.args
            self._sends[index] = (address, data, devid)

    # ---- a batch --------------------------------------------------------------------------------

    def evaluate(self, operations: Records) -> Expected:
        """Work out what a batch does, starting from the state as it is."""
        for column in self._columns:
            column.clear()
        self._enables = np.zeros(0, MESSAGE)
        count = len(operations)
        codes = operations["code"].copy()
        expected = Expected(
            codes,
            np.full(count, Answer.OK, np.uint8),
            np.zeros(count, np.uint16),
            np.zeros(count, np.bool_),
            np.zeros(count, MESSAGE),
            np.zeros(count, np.int64),
            np.zeros(count, np.int64),
            np.zeros(count, np.int64),
        )
        bad = np.zeros(count, np.bool_)
        for name, size in zip(
            ("range", "connection", "target", "route"), self._tables, strict=True
        ):
            indices = operations[name]  # 0 where the operation takes none
            if count and indices.max() >= size:
                bad |= indices >= size
        if bad.any():
            expected.answers[bad] = Answer.ERROR_INDEX
            codes[bad] = OperationCode.NONE

        present = np.flatnonzero(np.bincount(codes))
        at: dict[int, Positions] = {
            code: np.flatnonzero(codes == code) if len(present) > 1 else np.arange(count)
            for code in present.tolist()
        }
        self._configure(operations, at)
        self._signal(operations, at, expected)
        self._make_and_ask(operations, at, expected)
        self._use_routes(operations, at, expected)
        self._expected = expected
        return expected

    def _configure(self, operations: Records, at: dict[int, Positions]) -> None:
        """Execute set_bus_range, connect, disconnect, connect_irqfd and bind_target."""
        where = _positions(at, OperationCode.SET_BUS_RANGE)
        rows = operations[where]
        self._ranges.write(where, rows["range"], _shift(rows["secondary"], 8) | rows["subordinate"])
        where = _positions(at, OperationCode.CONNECT, OperationCode.DISCONNECT)
        rows = operations[where]
        connects = rows["code"] == OperationCode.CONNECT
        bases = rows["devid_base"].astype(np.int64)
        self._backends.write(where, rows["connection"], np.where(connects, bases, NONE))
        where = _positions(at, OperationCode.CONNECT_IRQFD)
        rows = operations[where]
        self._irqfds.write(where, rows["connection"], rows["devid_base"].astype(np.int64))
        where = _positions(at, OperationCode.BIND_TARGET)
        rows = operations[where]
        # As in hardware; a faulty record may have bits that the profile does not have.
        offsets = rows["rid_offset"] & self._offset_mask
        packed = _shift(rows["connection"], 32) | _shift(rows["range"], 16) | offsets
        self._targets.write(where, rows["target"], packed)

    def _target(self, where: Positions, targets: Any) -> tuple[Ints, Ints, Ints]:
        """Return each target's connection (or NONE), its bus range at that moment, its offset."""
        packed = self._targets.read(where, targets)
        bound = packed != NONE
        if bound.all():
            return packed >> 32, self._ranges.read(where, packed >> 16 & 0xFFFF), packed & 0xFFFF
        # An unbound target is the disconnected target of R4: range 0/0 and offset 0.
        held = self._ranges.read(where, np.where(bound, packed >> 16 & 0xFFFF, 0))
        return (
            np.where(bound, packed >> 32, NONE),
            np.where(bound, held, 0),
            np.where(bound, packed & 0xFFFF, 0),
        )

    @staticmethod
    def _backend(column: Column, where: Positions, connections: Ints) -> Ints:
        """Return the DeviceID base of each connection's backend; NONE where there is none (R4)."""
        if (connections != NONE).all():
            return column.read(where, connections)
        found = column.read(where, np.maximum(connections, 0))
        return np.where(connections == NONE, NONE, found)

    def _outside(self, rids: Ints, explicit: Any, ranges: Ints) -> Bools:
        """Return which requester IDs are refused for their bus (R2, R3, R8).

        A target's own is `_default_rids` of it; it is held against its range if the profile says
        so: as its bus is never below the secondary one, as an explicit one is.
        """
        outside: Bools = ~_in_range(rids, ranges)
        return outside if self._checks_default_rid else explicit & outside

    def _signal(self, operations: Records, at: dict[int, Positions], expected: Expected) -> None:
        """Execute signal_msi (R2) and signal_msi_with_rid (R3)."""
        where = _positions(at, OperationCode.SIGNAL_MSI, OperationCode.SIGNAL_MSI_WITH_RID)
        if not len(where):
            return
        rows = operations if len(where) == len(operations) else operations[where]
        connections, held, offsets = self._target(where, rows["target"])
        explicit = rows["code"] == OperationCode.SIGNAL_MSI_WITH_RID
        rids = rows["rid"].astype(np.int64)
        if not explicit.all():
            rids = np.where(explicit, rids, _default_rids(held, offsets))
        outside = self._outside(rids, explicit, held)
        bases = self._backend(self._backends, where, connections)
        devids = bases + rids
        beyond = devids >> self._devid_bits != 0
        answers = np.full(len(where), Answer.SENT, np.uint8)
        answers[beyond] = Answer.DROPPED_DEVID  # the last of three questions: the others overrule
        answers[bases == NONE] = Answer.DROPPED_DISCONNECTED
        answers[outside] = Answer.DROPPED_BUS_RANGE
        sent = answers == Answer.SENT
        messages = np.zeros(len(where), MESSAGE)
        messages["address"] = rows["address"]
        messages["data"] = rows["data"]
        messages["devid"] = devids
        if not sent.all():
            messages[~sent] = 0
        into: Any = slice(None) if rows is operations else where
        expected.answers[into] = answers
        expected.sent[into] = sent
        expected.messages[into] = messages
        expected.rids[into] = rids
        expected.ranges[into] = held
        expected.devids[into] = devids

    def _make_and_ask(self, operations: Records, at: dict[int, Positions], out: Expected) -> None:
        """Execute new_route (R7), default_bdf (R2) and supports_direct_msi; free_route, too."""
        where = _positions(at, OperationCode.DEFAULT_BDF)
        if len(where):
            _, held, offsets = self._target(where, operations["target"][where])
            rids = _default_rids(held, offsets)
            outside = self._outside(rids, False, held)
            out.answers[where] = np.where(outside, np.uint8(Answer.NO_BDF), np.uint8(Answer.BDF))
            out.bdfs[where] = np.where(outside, 0, rids)
        freed = _positions(at, OperationCode.FREE_ROUTE)
        made, packed = np.zeros(0, np.intp), np.zeros(0, np.int64)
        for code, yes, no in (
            (OperationCode.SUPPORTS_DIRECT_MSI, Answer.DIRECT_MSI, Answer.NO_DIRECT_MSI),
            (OperationCode.NEW_ROUTE, Answer.OK, Answer.NO_IRQFD),
        ):
            where = _positions(at, code)
            if not len(where):
                continue
            targets = operations["target"][where]
            connections, _, offsets = self._target(where, targets)
            bases = self._backend(self._irqfds, where, connections)
            there = bases != NONE
            out.answers[where] = np.where(there, np.uint8(yes), np.uint8(no))
            if code is OperationCode.NEW_ROUTE:
                ranges = self._targets.read(where, targets) >> 16 & 0xFFFF
                made, packed = where[there], (bases << 24 | ranges << 16 | offsets)[there]
        both = np.concatenate([made, freed])
        nothing = np.full(len(freed), NONE, np.int64)
        self._origins.write(both, operations["route"][both], np.concatenate([packed, nothing]))

    def _use_routes(self, operations: Records, at: dict[int, Positions], out: Expected) -> None:
        """Execute what is done with routes (R8, R9)."""
        made, made_routes = self._origins._positions, self._origins._keys >> 32
        where = _positions(at, *_OF_ROUTES)
        if not len(where):
            nothing = np.zeros(len(made), np.int64)
            self._enabled.write(made, made_routes, nothing)
            self._pending.write(made, made_routes, nothing)
            return
        origins = self._origins.read(where, operations["route"][where])
        there = origins != NONE
        if not there.all():
            out.answers[where[~there]] = Answer.ERROR_NO_ROUTE
            where, origins = where[there], origins[there]
        uses = _Uses(
            where, operations["route"][where], operations["code"][where], made, made_routes
        )
        refused = self._enable_routes(operations, uses, origins, out)
        self._switch_routes(uses, refused)
        live = self._signal_events(uses, out)
        self._hold_events(uses, refused, live, out)

    def _enable_routes(
        self, operations: Records, uses: _Uses, origins: Ints, out: Expected
    ) -> Bools:
        """Work out which message each enable is for; return which of them are refused (R8)."""
        where = uses.where[uses.enables]
        rows = operations[where]
        own = origins[uses.enables]
        held = self._ranges.read(where, own >> 16 & 0xFF)
        explicit = rows["code"] == OperationCode.ENABLE_WITH_RID
        rids = np.where(explicit, rows["rid"], _default_rids(held, own & 0xFFFF))
        outside = self._outside(rids, explicit, held)
        devids = (own >> 24) + rids
        beyond = devids >> self._devid_bits != 0
        messages = np.zeros(len(rows), MESSAGE)
        messages["address"] = rows["address"]
        messages["data"] = rows["data"]
        messages["devid"] = devids
        out.answers[where[beyond]] = Answer.REFUSED_DEVID
        out.answers[where[outside]] = Answer.REFUSED_BUS_RANGE
        out.rids[where] = rids
        out.ranges[where] = held
        out.devids[where] = devids
        self._enables = messages
        return np.asarray(outside | beyond)

    def _switch_routes(self, uses: _Uses, refused: Bools) -> None:
        """Enable and disable: the value is 1 + the number of the enable that did it, or 0."""
        changes = uses.enables | (uses.code == OperationCode.DISABLE)
        numbers = np.zeros(len(uses.where), np.int64)
        numbers[uses.enables] = np.where(refused, 0, np.arange(1, len(refused) + 1))
        uses.write(self._enabled, changes, numbers)

    def _signal_events(self, uses: _Uses, out: Expected) -> Bools:
        """Send events with the message of the enable in force; return which ones are not held."""
        where, routes = uses.where[uses.events], uses.routes[uses.events]
        writers = self._enabled.writer(where, routes)
        number = self._enabled.read(where, routes)
        live: Bools = number != 0
        out.answers[where] = np.where(live, np.uint8(Answer.SENT), np.uint8(Answer.HELD_PENDING))
        out.sent[where] = live
        before = live & (writers == NONE)
        out.messages[where[before]] = self._sends[routes[before]]
        of_batch = live & (writers != NONE)
        out.messages[where[of_batch]] = self._enables[number[of_batch] - 1]
        return live

    def _hold_events(self, uses: _Uses, refused: Bools, live: Bools, out: Expected) -> None:
        """Pending: held events set it; new routes, enables and consume_pending clear it (R9)."""
        asks = uses.code == OperationCode.CONSUME_PENDING
        clears = asks.copy()
        clears[uses.enables] = ~refused
        sets = np.zeros(len(uses.where), np.bool_)
        sets[uses.events] = ~live
        uses.write(self._pending, clears | sets, sets.astype(np.int64))
        where = uses.where[clears]
        was_pending = self._pending.read(where, uses.routes[clears]) != 0
        asked = asks[clears]
        out.answers[where[asked]] = np.where(
            was_pending[asked], np.uint8(Answer.WAS_PENDING), np.uint8(Answer.WAS_NOT_PENDING)
        )
        delivered = where[was_pending & ~asked]
        out.answers[delivered] = Answer.DELIVERED
        out.sent[delivered] = True
        out.messages[delivered] = self._enables[~refused][was_pending[~asked]]

    # ---- back to the golden objects -------------------------------------------------------------

    def commit(self) -> None:
        """Leave the golden objects, and the columns, as the batch evaluated last leaves them.

        Its warnings are raised, too, together and in the order of their places.
        """
        assert self._expected is not None, "nothing was evaluated since"
        self._warn(self._expected)
        self._expected = None
        reference = self._reference
        for index in self._ranges.commit().tolist():
            packed = int(self._ranges.values[index])
            reference.ranges[index].set_bus_range(packed >> 8, packed & 0xFF)
        for index in self._backends.commit().tolist():
            base = int(self._backends.values[index])
            if base == NONE:
                reference.connections[index].disconnect()
            else:
                backend = ItsSignalMsi(reference.its, devid_base=base, devid_bits=self._devid_bits)
                reference.connections[index].connect(backend)
        for index in self._irqfds.commit().tolist():
            irqfd = self._irqfd(int(self._irqfds.values[index]))
            reference.connections[index].connect_irqfd(irqfd)
        for index in self._targets.commit().tolist():
            reference.bind(_bind(index, int(self._targets.values[index])))
        self._commit_routes()

    def _irqfd(self, base: int) -> ItsIrqFd:
        behind = InMemoryIrqFd(self._reference.its)
        return ItsIrqFd(behind, devid_base=base, devid_bits=self._devid_bits)

    def _warn(self, expected: Expected) -> None:
        """Raise the warnings of a batch (R11)."""
        bits = self._devid_bits
        own = np.isin(expected.codes, _OWN)
        for answer, of_own, place, message in _WARNINGS:
            which = expected.answers == answer
            where = np.flatnonzero(which if of_own is None else which & (own == of_own))

            def fields(
                number: int, answer: Answer = answer, where: Positions = where
            ) -> dict[str, int]:
                row = where[number]
                rid, held = int(expected.rids[row]), int(expected.ranges[row])
                if answer is Answer.DROPPED_DISCONNECTED:
                    return {"rid": rid}
                if answer in (Answer.DROPPED_DEVID, Answer.REFUSED_DEVID):
                    return {"devid": int(expected.devids[row]), "devid_bits": bits}
                return {"rid": rid, "secondary": held >> 8, "subordinate": held & 0xFF}

            place.warn_many(message, len(where), fields)

    def rebuild(self) -> list[Operation]:
        """Return operations that bring a translator from reset to this state.

        Routes keep the DeviceID base of the irqfd that made them, and what they were enabled with.
        So they are made first, through any connection with an irqfd, and what that took is put
        right afterwards.
        """
        made: list[Operation] = []
        ranges = set(np.flatnonzero(self._ranges.values).tolist())
        for route in np.flatnonzero(self._origins.values != NONE).tolist():
            connection = int(np.flatnonzero(self._irqfds.values != NONE)[0])
            target = int(np.flatnonzero(self._targets.values != NONE)[0])
            packed = int(self._origins.values[route])
            own = packed >> 16 & 0xFF
            made += [
                ConnectIrqfd(connection, packed >> 24),
                BindTarget(target, connection, own, packed & 0xFFFF),
                NewRoute(route, target),
            ]
            if self._enabled.values[route]:
                address, data, devid = self._sends[route].tolist()
                made.append(SetBusRange(own, 0, 255))  # where no bound decides
                made.append(EnableWithRid(route, devid - (packed >> 24), address, data))
                ranges.add(own)
            elif self._pending.values[route]:
                made.append(SignalEvent(route))
        for index in sorted(ranges):
            packed = int(self._ranges.values[index])
            made.append(SetBusRange(index, packed >> 8, packed & 0xFF))
        for index in np.flatnonzero(self._backends.values != NONE).tolist():
            made.append(Connect(index, int(self._backends.values[index])))
        for index in np.flatnonzero(self._irqfds.values != NONE).tolist():
            made.append(ConnectIrqfd(index, int(self._irqfds.values[index])))
        for index in np.flatnonzero(self._targets.values != NONE).tolist():
            made.append(_bind(index, int(self._targets.values[index])))
        return made

    def _commit_routes(self) -> None:
        reference = self._reference
        new = self._origins.commit()
        changed, numbers = self._enabled.last()
        self._enabled.values[changed] = numbers != 0
        enabled = numbers > 0
        self._sends[changed[enabled]] = self._enables[numbers[enabled] - 1]
        self._enabled.clear()
        pending = self._pending.commit()
        for index in new.tolist():
            packed = int(self._origins.values[index])
            if packed == NONE:
                reference.routes[index] = None
                continue
            own: AssignedBusRange = reference.ranges[packed >> 16 & 0xFF]
            reference.routes[index] = MsiRoute(
                self._irqfd(packed >> 24).new_irqfd_route(),
                DefaultRid(own, packed & 0xFFFF, reference.configuration.profile),
            )
        for index in np.union1d(changed, pending).tolist():
            route = reference.routes[index]
            if route is None:  # freed
                continue
            route.disable()
            route.consume_pending()
            if self._pending.values[index]:
                route.event().signal()
            if self._enabled.values[index]:
                address, data, devid = self._sends[index].tolist()
                rid = devid - (int(self._origins.values[index]) >> 24)
                route._inner.enable(address, data, rid)


def _base(backend: Any) -> int:
    """Return the DeviceID base of an ITS wrapper; NONE of anything else."""
    return int(backend.devids.base) if hasattr(backend, "devids") else NONE


def _bind(target: int, packed: int) -> BindTarget:
    """Return the operation that binds a target as its column has it."""
    return BindTarget(target, packed >> 32, packed >> 16 & 0xFFFF, packed & 0xFFFF)


def _positions(at: dict[int, Positions], *codes: OperationCode) -> Positions:
    """Return where in a batch operations of some codes are, in order."""
    found = [at[code] for code in codes if code in at]
    if not found:
        return np.zeros(0, np.intp)
    return found[0] if len(found) == 1 else np.sort(np.concatenate(found))


def _shift(values: Any, bits: int) -> Ints:
    return np.asarray(values, np.int64) << bits


def _default_rids(ranges: Ints, offsets: Ints) -> Ints:
    """Return the requester IDs of targets with these bus ranges and offsets: 17 bits (R2)."""
    return np.asarray((ranges & 0xFF00) + offsets)


def _in_range(rids: Ints, ranges: Ints) -> Bools:
    """Return whether the bus of each requester ID is in a range (R1)."""
    buses = rids >> 8
    return np.asarray((ranges >> 8 <= buses) & (buses <= ranges & 0xFF))
