# SPDX-License-Identifier: MIT
"""Random stimulus: it reaches the corners, keeps its promises, and follows its seed."""

from __future__ import annotations

import random
from collections import Counter
from itertools import islice

import pytest

from cocotbext.msi_its.bench.stimulus import (
    LENGTHS,
    SHARES,
    RandomOperations,
    gaps,
    pauses,
    stalls,
)
from cocotbext.msi_its.checks.coverage.points import RANGES, range_kind
from cocotbext.msi_its.vocabulary.operations import (
    OPERATIONS,
    TABLE_OF,
    BindTarget,
    Configuration,
    Connect,
    ConnectIrqfd,
    Enable,
    EnableWithRid,
    SetBusRange,
    Tables,
    arguments_of,
    validate,
)
from msi_its_model import PROFILES, Profile

TABLES = Tables(5, 3, 300, 2048)


@pytest.mark.parametrize("share", [share for share in SHARES if share])
@pytest.mark.parametrize("longest", LENGTHS)
def test_stalls_take_about_their_share(share: float, longest: int) -> None:
    lengths = list(islice(stalls(random.Random(1), share, longest), 20_000))
    flowing, stalled = lengths[::2], lengths[1::2]
    assert min(flowing) >= 1 and min(stalled) == 1 and max(stalled) == longest
    found = sum(stalled) / sum(lengths)
    # A cycle at least flows between two stalls, however short they are.
    most = sum(stalled) / (sum(stalled) + len(stalled))
    assert abs(found - min(share, most)) < 0.1
    assert len(set(lengths)) > 1, "no pattern that could march in step"
    values = list(islice(pauses(random.Random(1), share, longest), 50_000))
    assert abs(sum(values) / len(values) - found) < 0.05


@pytest.mark.parametrize("share", SHARES)
def test_gaps(share: float) -> None:
    found = list(islice(gaps(random.Random(2), share, 6), 5_000))
    assert abs(sum(each > 0 for each in found) / len(found) - share) < 0.03
    assert max(found) <= 6


def test_all_operations_and_all_kinds_of_ranges_are_made() -> None:
    operations = RandomOperations(random.Random(3), TABLES, objects=2)
    made = [operations.command() for _ in range(4_000)]
    names = Counter(each.name for each in made)
    assert set(names) == set(OPERATIONS) and min(names.values()) > 20
    kinds = Counter(
        range_kind(each.secondary, each.subordinate)
        for each in (operations.set_bus_range() for _ in range(2_000))
    )
    assert set(kinds) == set(RANGES) and min(kinds.values()) > 50
    for each in made:
        validate(each)


def test_no_identifier_is_zero_or_used_twice() -> None:
    operations = RandomOperations(random.Random(4), TABLES)
    messages = [operations.message() for _ in range(3_000)]
    assert len({each.data for each in messages}) == len(messages) and all(m.data for m in messages)
    assert len({each.address for each in messages}) == len(messages)
    routes = [operations.route_operation() for _ in range(1_000)]
    enabled = [each for each in routes if isinstance(each, Enable | EnableWithRid)]
    assert len({each.data for each in enabled}) == len(enabled)
    binds = [operations.bind_target() for _ in range(500)]
    assert sum(each.rid_offset == 0 for each in binds) in range(1, 100), "some, but no habit"


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_offsets_reach_the_edges_of_their_range(profile: Profile) -> None:
    configuration = Configuration(profile)
    operations = RandomOperations(random.Random(8), TABLES, configuration=configuration)
    held: dict[int, tuple[int, int]] = {}
    where: Counter[int] = Counter()  # how far above the subordinate bus
    carries = beyond = 0
    for _ in range(3_000):
        made = operations.configuration()
        if isinstance(made, SetBusRange):
            held[made.range] = made.secondary, made.subordinate
        elif isinstance(made, BindTarget):
            assert made.rid_offset < 1 << profile.rid_offset_bits
            secondary, subordinate = held.get(made.range, (0, 0))
            rid = (secondary << 8) + made.rid_offset
            where[(rid >> 8) - subordinate] += made.rid_offset > 0xFF
            carries += made.rid_offset >> 8 & secondary != 0
            beyond += rid > 0xFFFF
    if profile.rid_offset_bits == 8:
        assert not where.total() and not carries and not beyond
    else:
        assert min(where[-1], where[0], where[1], carries, beyond) > 10


@pytest.mark.parametrize("bits", [16, 20, 32])
def test_device_id_bases_reach_the_limit(bits: int) -> None:
    configuration = Configuration(devid_bits=bits)
    operations = RandomOperations(random.Random(9), TABLES, configuration=configuration)
    bases = []
    for _ in range(5_000):
        made = operations.command()
        if isinstance(made, Connect | ConnectIrqfd):
            bases.append(made.devid_base)
    limit = 1 << bits
    assert min(bases) >= 0 and max(bases) < 1 << 32
    assert sum(base & 0xFFFF != 0 for base in bases) > 0.8 * len(bases)
    near = [base for base in bases if limit - (1 << 16) <= base < limit]
    assert len(near) > 0.1 * len(bases), "a requester ID decides"
    assert sum(base + 0x0100 < limit for base in bases) > 0.5 * len(bases), "most are taken"
    assert any(base >= 0xFFFF_0000 for base in bases)
    assert len(set(bases)) > 0.8 * len(bases)


@pytest.mark.parametrize("objects", [1, 2, None])
def test_indexes(objects: int | None) -> None:
    legal = RandomOperations(random.Random(5), TABLES, objects=objects, illegal=0)
    illegal = RandomOperations(random.Random(5), TABLES, objects=objects, illegal=5)
    for operations in (legal, illegal):
        used: dict[str, set[int]] = {table: set() for table in TABLES._fields}
        for _ in range(3_000):
            operation = operations.command()
            for name in arguments_of(type(operation)):
                if name in TABLE_OF:
                    used[TABLE_OF[name]].add(getattr(operation, name))
        for table, size in TABLES._asdict().items():
            inside = {index for index in used[table] if index < size}
            outside = used[table] - inside
            assert len(inside) <= min(size, objects or size)
            assert objects is None or len(inside) == min(size, objects)
            assert bool(outside) == (operations is illegal)
            if outside:
                assert size in outside and 0xFFFF in outside


def test_set_up_brings_objects_to_life() -> None:
    names = Counter(
        each.name for each in RandomOperations(random.Random(6), TABLES, objects=3).setup()
    )
    assert names["connect"] == names["set_bus_range"] == names["bind_target"] == 3
    assert names["new_route"] == 3


def test_the_same_seed_makes_the_same() -> None:
    def make(seed: int) -> list[str]:
        operations = RandomOperations(random.Random(seed), TABLES, objects=2)
        return [str(operations.command()) for _ in range(100)]

    assert make(7) == make(7) != make(8)
