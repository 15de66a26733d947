# SPDX-License-Identifier: MIT
"""The range check, by trying everything: `make exhaustive`.

A bus range has 2^16 values, and a requester ID's bus 256: 2^24 triples. Each round gives all 256
ranges one secondary bus and every subordinate bus, and tries all buses on each. Which target or
route belongs to which range, the order, devfn, address and data are random.

So it is with the upper byte of an offset, where the profile has one: what is tried is the target's
own requester ID, on all 2^24 of secondary bus, subordinate bus and that byte.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cocotbext.msi_its.batch.environment import BatchEnvironment, batch_test
from cocotbext.msi_its.batch.records import OPERATION, SOURCES, Records, pack
from cocotbext.msi_its.commands.exhaustive import TABLES
from cocotbext.msi_its.vocabulary.csr import OperationCode
from cocotbext.msi_its.vocabulary.operations import BindTarget, Connect, ConnectIrqfd, NewRoute

KIND = "exhaustive"

BUSES = 256

DEVFNS = (0x00, 0x01, 0x07, 0x08, 0x7F, 0x80, 0xF8, 0xFF)
"""The corners of devfn: of function and device, and of each half of the byte."""


def records(code: OperationCode, count: int) -> Records:
    """Return operations of one kind, their arguments 0."""
    found = np.zeros(count, OPERATION)
    found["code"] = code
    found["source"] = SOURCES[code]
    return found


def connections(env: BatchEnvironment) -> Records:
    """Connect everything, each with a DeviceID base of its own; all DeviceIDs fit 32 bits."""
    bases = iter(env.rng.choice((1 << 32) - (1 << 16), 2 * TABLES.connections, replace=False))
    kinds = (Connect, ConnectIrqfd)
    return pack(
        kind(index, int(next(bases))) for kind in kinds for index in range(TABLES.connections)
    )


def bind(env: BatchEnvironment, devfns: tuple[int, ...]) -> tuple[Records, Records]:
    """Bind all targets, four to a range, at random; return the operations and each target's range.

    The four targets of a range have these devfns.
    """
    assert len(devfns) * TABLES.ranges == TABLES.targets
    targets = env.rng.permutation(TABLES.targets).reshape(TABLES.ranges, len(devfns))
    ranges = np.zeros(TABLES.targets, np.int64)
    operations = []
    for bus_range, row in enumerate(targets.tolist()):
        for target, devfn in zip(row, devfns, strict=True):
            connection = int(env.rng.integers(TABLES.connections))
            operations.append(BindTarget(target, connection, bus_range, devfn))
            ranges[target] = bus_range
    return pack(operations), ranges


def set_ranges(env: BatchEnvironment, secondary: int) -> Records:
    """Give all ranges this secondary bus, and each another subordinate bus."""
    operations = records(OperationCode.SET_BUS_RANGE, TABLES.ranges)
    operations["range"] = np.arange(TABLES.ranges)
    operations["secondary"] = secondary
    operations["subordinate"] = env.rng.permutation(BUSES)
    return operations


def fill(env: BatchEnvironment, operations: Records) -> None:
    """Give operations random requester devfns, addresses and data."""
    count = len(operations)
    operations["rid"] |= env.rng.integers(0, 256, count, np.uint16)
    operations["address"] = env.rng.integers(0, 2**64, count, np.uint64)
    operations["data"] = env.rng.integers(0, 2**32, count, np.uint32)


def all_buses(env: BatchEnvironment, code: OperationCode, index: str, of_range: Records) -> Records:
    """Return an operation for each range and bus, in random order.

    `of_range` has a row of objects (targets or routes, the argument `index`) for each range.
    """
    operations = records(code, TABLES.ranges * BUSES)
    each = env.rng.permutation(len(operations))
    which = env.rng.integers(0, of_range.shape[1], len(each))
    operations[index] = of_range[each // BUSES, which]
    operations["rid"] = each % BUSES << 8
    fill(env, operations)
    return operations


def by_range(ranges: Records) -> Records:
    """Return a row of objects for each range, given the range of each object."""
    return np.argsort(ranges, kind="stable").reshape(TABLES.ranges, -1)


@batch_test
def signal_msi_with_rid_on_all_triples(env: BatchEnvironment) -> None:
    """R1, R3: every secondary, subordinate and requester bus."""

    def batches() -> Iterator[Records]:
        operations, ranges = bind(env, DEVFNS[:4])
        yield np.concatenate([connections(env), operations])
        for secondary in range(BUSES):
            yield np.concatenate(
                [
                    set_ranges(env, secondary),
                    all_buses(env, OperationCode.SIGNAL_MSI_WITH_RID, "target", by_range(ranges)),
                ]
            )

    env.play(batches())
    expect(env, "signal_msi_with_rid", BUSES**3)


@batch_test
def signal_msi_on_all_ranges(env: BatchEnvironment) -> None:
    """R2: every secondary and subordinate bus, with the corners of devfn."""

    def batches() -> Iterator[Records]:
        yield connections(env)
        for devfns in (DEVFNS[:4], DEVFNS[4:]):
            yield bind(env, devfns)[0]
            for secondary in range(BUSES):
                yield np.concatenate([set_ranges(env, secondary), own_rids(env)])

    env.play(batches())
    expect(env, "signal_msi", BUSES**2 * len(DEVFNS))


def own_rids(env: BatchEnvironment) -> Records:
    """Return a message of each target with its own requester ID, in random order."""
    messages = records(OperationCode.SIGNAL_MSI, TABLES.targets)
    messages["target"] = env.rng.permutation(TABLES.targets)
    fill(env, messages)
    messages["rid"] = 0  # it takes none
    return messages


@batch_test
def own_requester_ids_on_all_triples(env: BatchEnvironment) -> None:
    """R2, R8: every secondary, subordinate and upper byte of the offset, as far as it has one.

    A message of each target; then their routes are enabled, as in `enable_with_rid_on_all_triples`.
    """
    uppers = 1 << env.configuration.profile.rid_offset_bits - 8

    def batches() -> Iterator[Records]:
        yield connections(env)
        for first in range(0, uppers, 4):
            upper = (first + np.arange(4)) % uppers << 8
            bound, _ = bind(env, tuple((upper | env.rng.integers(0, 256, 4)).tolist()))
            made = pack(NewRoute(target, target) for target in range(TABLES.targets))
            yield np.concatenate([bound, made])
            for secondary in range(BUSES):
                attempts = records(OperationCode.ENABLE, TABLES.targets)
                attempts["route"] = env.rng.permutation(TABLES.targets)
                fill(env, attempts)
                attempts["rid"] = 0
                rows = [set_ranges(env, secondary), own_rids(env), with_events(attempts)]
                yield np.concatenate(rows)

    env.play(batches())
    expect(env, "signal_msi", BUSES**2 * max(uppers, 4))
    expect(env, "enable", BUSES**2 * max(uppers, 4))


@batch_test
def enable_with_rid_on_all_triples(env: BatchEnvironment) -> None:
    """R1, R8, R9: every secondary, subordinate and requester bus.

    Each attempt is followed by an event on its route: it shows whether the route is enabled, and
    leaves something pending where it is not, for the next attempt to deliver.
    """

    def batches() -> Iterator[Records]:
        operations, ranges = bind(env, DEVFNS[:4])
        targets = env.rng.permutation(np.arange(TABLES.routes) % TABLES.targets)
        made = pack(NewRoute(route, target) for route, target in enumerate(targets.tolist()))
        yield np.concatenate([connections(env), operations, made])
        for secondary in range(BUSES):
            attempts = all_buses(
                env, OperationCode.ENABLE_WITH_RID, "route", by_range(ranges[targets])
            )
            yield np.concatenate([set_ranges(env, secondary), with_events(attempts)])

    env.play(batches())
    expect(env, "enable_with_rid", BUSES**3)


def with_events(attempts: Records) -> Records:
    """Return attempts to enable a route, each with an event on it behind."""
    events = records(OperationCode.SIGNAL_EVENT, len(attempts))
    events["route"] = attempts["route"]
    return np.stack([attempts, events], axis=1).reshape(-1)


def expect(env: BatchEnvironment, operation: str, count: int) -> None:
    """Check that as many operations of a kind have retired."""
    found = sum(n for (name, _), n in env.checker.answers.items() if name == operation)
    assert found == count, f"{found} instead of {count} {operation} retired"
