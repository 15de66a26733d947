# SPDX-License-Identifier: MIT
"""Random operations on the batched path, with and without stalls, in order and not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from cocotbext.msi_its.batch.environment import BATCH, BatchEnvironment, batch_test
from cocotbext.msi_its.batch.records import MASKS, OPERATION, SOURCES, Records, pack, words
from cocotbext.msi_its.bench.stimulus import BUSES_AT_EDGES
from cocotbext.msi_its.vocabulary.csr import OperationCode as Code
from cocotbext.msi_its.vocabulary.operations import (
    INDEX_BITS,
    TABLE_OF,
    BindTarget,
    Connect,
    ConnectIrqfd,
    ConsumePending,
    DefaultBdf,
    NewRoute,
    Operation,
    SignalEvent,
    SignalMsi,
    SignalMsiWithRid,
    SupportsDirectMsi,
)
from cocotbext.msi_its.vocabulary.transactions import Source

KIND = "random"

BATCHES = 6
FIRST = 512

SHARES = (0.0, 0.2, 0.6, 0.95)
"""For which share of the time everything stalls."""

WEIGHTS: dict[Code, float] = {
    **{Code.SIGNAL_MSI: 12, Code.SIGNAL_MSI_WITH_RID: 24, Code.SIGNAL_EVENT: 36},
    **{Code.ENABLE: 6, Code.ENABLE_WITH_RID: 6, Code.DISABLE: 4, Code.CONSUME_PENDING: 3},
    **{Code.SET_BUS_RANGE: 3, Code.CONNECT: 1, Code.DISCONNECT: 0.3, Code.CONNECT_IRQFD: 0.5},
    **{Code.BIND_TARGET: 1, Code.NEW_ROUTE: 1, Code.DEFAULT_BDF: 1, Code.SUPPORTS_DIRECT_MSI: 1},
    Code.FREE_ROUTE: 0.5,
}
"""How often each operation comes."""

ILLEGAL = 0.004
"""The share of indexes that are outside their table."""


def setup(env: BatchEnvironment) -> Records:
    """Bring all objects to life; no identifier is 0 or equal to another where there is a choice."""
    ranges, connections, targets, routes = env.tables
    taken = max((1 << env.configuration.devid_bits) - (1 << 16), 1 << 12)
    bases = (1 + env.rng.choice(taken - 1, 2 * connections, replace=False)).tolist()
    operations: list[Operation] = []
    for connection in range(connections):
        operations.append(Connect(connection, bases.pop()))
        operations.append(ConnectIrqfd(connection, bases.pop()))
    for target in range(targets):
        devfn = int(env.rng.integers(1, 256))
        operations.append(BindTarget(target, target % connections, target % ranges, devfn))
    operations += [NewRoute(route, route % targets) for route in range(routes)]
    return pack(operations)


def random_operations(
    env: BatchEnvironment,
    count: int,
    weights: Mapping[Code, float] = WEIGHTS,
    illegal: float = ILLEGAL,
) -> Records:
    """Return random operations; few objects are used at a time, so that they meet."""
    rng = env.rng
    records = np.zeros(count, OPERATION)
    shares = np.array(list(weights.values()))
    records["code"] = rng.choice(list(weights), count, p=shares / shares.sum())
    for name, table in TABLE_OF.items():
        size = getattr(env.tables, table)
        used = rng.permutation(size)[: max(4, size // 8)]
        records[name] = rng.choice(used, count)
        changed = np.flatnonzero(rng.random(count) < illegal)
        # Half of them are indexes in use but for one bit that no index in the table has.
        outside = 1 << rng.integers((size - 1).bit_length(), INDEX_BITS, len(changed))
        alias = records[name][changed] | outside
        beyond = rng.choice([size, 0xFFFF], len(changed))
        records[name][changed] = np.where(rng.random(len(changed)) < 0.5, alias, beyond)
    edges = np.array([*BUSES_AT_EDGES, *rng.integers(0, 256, 4)])
    secondary, subordinate = np.sort(rng.choice(edges, (2, count)), axis=0)
    inverted = rng.random(count) < 0.1
    records["secondary"] = np.where(inverted, subordinate, secondary)
    records["subordinate"] = np.where(inverted, secondary, subordinate)
    buses = (rng.choice(edges, count) + rng.integers(-1, 2, count)) % 256
    records["rid"] = buses << 8 | rng.integers(1, 256, count)
    records["rid_offset"] = rid_offsets(env, count, edges)
    records["devid_base"] = devid_bases(env, count, records["rid"])
    records["address"] = rng.integers(1, 2**64, count, np.uint64)
    records["data"] = rng.integers(1, 2**32, count, np.uint32)
    rows = words(records)
    rows &= words(MASKS)[records["code"]]
    records["source"] = SOURCES[records["code"]]
    return records


def rid_offsets(env: BatchEnvironment, count: int, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return offsets: half of them a devfn; the others from one edge of a range to another."""
    rng = env.rng
    between = rng.choice(edges, count) - rng.choice(edges, count) + rng.integers(-1, 2, count)
    buses = np.where(rng.random(count) < 0.5, 0, between)
    offsets = (buses << 8 | rng.integers(0, 256, count)) % (
        1 << env.configuration.profile.rid_offset_bits
    )
    return np.asarray(offsets)


def devid_bases(env: BatchEnvironment, count: int, rids: Records) -> NDArray[np.int64]:
    """Return DeviceID bases: most of what the ITS takes, some at its limit, some of all."""
    rng, limit, size = env.rng, 1 << env.configuration.devid_bits, 1 << 32
    taken = rng.integers(1, max(limit - (1 << 16), 1 << 12), count)
    near = (limit - rng.permutation(rids).astype(np.int64) - rng.integers(0, 2, count)) % size
    anything = rng.integers(1, size, count)
    which = rng.random(count)
    return np.where(which < 0.7, taken, np.where(which < 0.9, near, anything))


def batches(env: BatchEnvironment, commands: float) -> Iterator[Records]:
    """Give random operations under different stalls; a share of all go in as commands."""
    yield setup(env)
    for number in range(BATCHES):
        operations = random_operations(env, BATCH // 4)
        operations["source"][env.rng.random(len(operations)) < commands] = Source.COMMAND
        if env.transactor.has_range:
            of_hardware = operations["code"] == Code.SET_BUS_RANGE
            of_hardware &= env.rng.random(len(operations)) < 0.7
            operations["source"][of_hardware] = Source.RANGE
        env.transactor.stall(SHARES[number % len(SHARES)])
        if number == 0:  # a short one first: most faults show soon
            yield operations[:FIRST]
            operations = operations[FIRST:]
        yield operations


@batch_test
def nothing_is_there_after_reset(env: BatchEnvironment) -> None:
    """H8: every entry of every table as reset leaves it, before anything is set up."""
    ranges, connections, targets, routes = env.tables
    operations: list[Operation] = []
    for target in range(targets):
        operations += [SupportsDirectMsi(target), DefaultBdf(target), SignalMsi(target, 1, 2)]
        operations += [SignalMsiWithRid(target, rid, 3, 4) for rid in (0x0001, 0xFF02)]
    for route in range(routes):
        operations += [SignalEvent(route), ConsumePending(route)]
    for number in range(max(ranges, connections)):
        operations.append(BindTarget(0, number % connections, number % ranges, 7))
        operations += [SupportsDirectMsi(0), DefaultBdf(0), SignalMsi(0, 5, 6)]
    env.play([pack(operations)])


@batch_test
def mixed_in_order(env: BatchEnvironment) -> None:
    """R1 to R10, H2, H3, H5: any operations, in a given order."""
    env.play(batches(env, commands=0.02))


@batch_test
def mixed_from_all_sources(env: BatchEnvironment) -> None:
    """R1 to R10, H2, H3, H5: any operations, from all sources at once."""
    env.play(batches(env, commands=0.02), ordered=False)


@batch_test
def only_messages_and_events(env: BatchEnvironment) -> None:
    """R2, R3, R9, H1 to H3: full rate, one operation after the other on the same objects."""

    def streams() -> Iterator[Records]:
        yield setup(env)
        for _ in range(BATCHES):
            operations = random_operations(env, BATCH)
            yield operations[: BATCH // 64]
            yield operations[operations["source"] != Source.COMMAND]

    env.play(streams(), ordered=False)


@batch_test
def indexes_outside_their_tables(env: BatchEnvironment) -> None:
    """An index that differs from one in use by a bit beyond its table is an error, nothing else."""

    def streams() -> Iterator[Records]:
        yield setup(env)
        for _ in range(4):
            yield random_operations(env, BATCH // 4, dict.fromkeys(WEIGHTS, 1), illegal=0.2)

    env.play(streams())
