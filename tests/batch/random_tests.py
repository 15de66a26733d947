# SPDX-License-Identifier: MIT
"""Random operations on the batched path, with and without stalls, in order and not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

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
}
"""How often each operation comes."""

ILLEGAL = 0.004
"""The share of indexes that are outside their table."""


def setup(env: BatchEnvironment) -> Records:
    """Bring all objects to life; no identifier is 0 or equal to another where there is a choice."""
    ranges, connections, targets, routes = env.tables
    segments = (1 + env.rng.permutation(0xFFFF)[: 2 * connections]).tolist()
    operations: list[Operation] = []
    for connection in range(connections):
        operations.append(Connect(connection, segments.pop() << 16))
        operations.append(ConnectIrqfd(connection, segments.pop() << 16))
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
    devfns = rng.integers(1, 256, count)
    records["rid"] = buses << 8 | devfns
    records["rid_offset"] = devfns
    records["segment"] = rng.integers(1, 2**16, count)
    records["address"] = rng.integers(1, 2**64, count, np.uint64)
    records["data"] = rng.integers(1, 2**32, count, np.uint32)
    rows = words(records)
    rows &= words(MASKS)[records["code"]]
    records["source"] = SOURCES[records["code"]]
    return records


def batches(env: BatchEnvironment, commands: float) -> Iterator[Records]:
    """Give random operations under different stalls; a share of all go in as commands."""
    yield setup(env)
    for number in range(BATCHES):
        operations = random_operations(env, BATCH // 4)
        operations["source"][env.rng.random(len(operations)) < commands] = Source.COMMAND
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
