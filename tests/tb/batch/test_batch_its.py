# SPDX-License-Identifier: MIT
"""The ITS in bulk against the scalar model: random commands, all messages between any two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocotbext.msi_its.batch.its import NONE, BatchIts
from cocotbext.msi_its.checks.far_end import execute
from cocotbext.msi_its.vocabulary.its_trace import Command, Translate, iter_mixed
from msi_its_model.gicv3_its import REASONS, Its, Translation

DEVIDS = (0x500, 0x1_0500, 0xFFFF_FFFF)
EVENTIDS = (0, 1, 2, 3, 8192, 0x1_0001, 0x8000_0000, 0xFFFF_FFFF)
PROBES = [(devid, eventid) for devid in DEVIDS for eventid in EVENTIDS]
"""The messages that are tried between any two commands."""

COLLECTIONS = st.integers(0, 2)


def commands() -> st.SearchStrategy[Command]:
    """Any command that changes what messages become, and some that do not."""

    def of(name: str, **operands: st.SearchStrategy[int]) -> st.SearchStrategy[Command]:
        return st.fixed_dictionaries(operands).map(lambda found: Command(0, name, found))

    valid, size = st.sampled_from([1, 1, 1, 0]), st.sampled_from([1, 2, 14, 16, 32, 33])
    devids = st.sampled_from(DEVIDS)
    event = {"devid": devids, "eventid": st.sampled_from([0, 0, 1, 8192, 0x1_0001])}
    lpi = st.sampled_from([8191, 8192, 8205, 8205, 0xFFFF_FFFF])
    return st.one_of(
        of("its_mapd", devid=devids, itt_size_bits=size, valid=valid),
        of("its_mapc", collection=COLLECTIONS, rdbase=st.integers(0, 2), valid=valid),
        of("its_mapti", **event, intid=lpi, collection=COLLECTIONS),
        of("its_mapi", **event, collection=COLLECTIONS),
        of("its_movi", **event, collection=COLLECTIONS),
        of("its_discard", **event),
        st.one_of(
            of("its_inv", **event),
            of("its_int", **event),
            of("its_movall", rdbase1=st.integers(0, 2), rdbase2=st.integers(0, 2)),
            of("its_invall"),
            of("its_sync"),
        ),
    )


START = (
    *(Command(0, "its_mapc", {"collection": each, "rdbase": each, "valid": 1}) for each in (0, 1)),
    *(
        Command(0, "its_mapd", {"devid": devid, "itt_size_bits": 14, "valid": 1})
        for devid in DEVIDS
    ),
    *(
        Command(0, "its_mapti", {"devid": devid, "eventid": 0, "intid": 8192 + i, "collection": 0})
        for i, devid in enumerate(DEVIDS)
    ),
)
"""So that there is something to change."""

LINES = st.lists(commands(), min_size=10, max_size=40).map(
    lambda made: [
        line
        for command in (*START, *made)
        for line in (command, *(Translate(0, devid, eventid) for devid, eventid in PROBES))
    ]
)


def rows(columns: Any) -> list[Translation]:
    """Return columns as the scalar model has them."""
    found = zip(
        columns.reasons.tolist(),
        *(
            [None if value == NONE else value for value in column.tolist()]
            for column in (
                columns.intids,
                columns.collections,
                columns.rdbases,
                columns.itt_size_bits,
            )
        ),
        strict=True,
    )
    return [Translation(REASONS[reason], *rest) for reason, *rest in found]


def agree(lines: list[Any], its: Its, bulk: Its, together: bool) -> None:
    """Hold the two against each other, with messages in one go or in two."""
    batch = BatchIts(bulk)
    wanted, errors, messages, ordered = [], [], [], []
    for time, line in enumerate(lines):
        if isinstance(line, Command):
            errors.append(execute(its, line))
            ordered.append((time, line))
        elif isinstance(line, Translate):
            wanted.append(its.lookup(line.devid, line.eventid))
            messages.append((time, line.devid, line.eventid))
    half = 0 if together else len(ordered) // 2
    found: list[Translation] = []
    done = batch.execute(ordered[:half])
    limit = ordered[half][0] if half < len(ordered) else len(lines)
    for part in ([each for each in messages if each[0] < limit] if half else [], None):
        if part is None:
            done += batch.execute(ordered[half:])
            part = messages[len(found) :]
        columns = np.array(part, np.int64).reshape(-1, 3).T
        found += rows(batch.translate(*columns))
    assert done == errors
    assert found == wanted


@settings(max_examples=60, deadline=None)
@given(LINES, st.sampled_from([32, 16, 11]), st.booleans())
def test_the_bulk_is_the_scalar_model(lines: list[Any], devid_bits: int, together: bool) -> None:
    widths = {"devid_bits": devid_bits, "eventid_bits": 16, "collection_bits": 1}
    agree(lines, Its(**widths), Its(**widths), together)
    agree(lines, Its(), Its(), together)


@pytest.mark.parametrize("name", ["basic", "rescan"])
def test_it_does_what_qemus_its_did(name: str) -> None:
    path = Path(__file__).parents[2] / f"its/{name}-its.jsonl.gz"
    lines = list(iter_mixed(path))
    agree(lines, Its(), Its(), together=True)
    messages = [(at, each) for at, each in enumerate(lines) if isinstance(each, Translate)]
    batch = BatchIts()
    batch.execute((at, each) for at, each in enumerate(lines) if isinstance(each, Command))
    found = batch.translate(
        [at for at, _ in messages],
        [each.devid for _, each in messages],
        [each.eventid for _, each in messages],
    )
    for (_, line), row in zip(messages, rows(found), strict=True):
        assert line.expect is not None and line.expect.items() <= row._asdict().items()


def test_a_time_that_is_over_is_refused() -> None:
    batch = BatchIts()
    batch.execute([(5, Command(0, "its_sync", {}))])
    for time in (5, 4, 1 << 40):
        with pytest.raises(ValueError, match="is not between 5 and"):
            batch.execute([(time, Command(0, "its_sync", {}))])


def test_it_starts_with_nothing_mapped() -> None:
    its = Its()
    its.mapc(0, 0)
    with pytest.raises(ValueError, match="mapped already"):
        BatchIts(its)
    nothing = rows(BatchIts().translate([1], [2], [3]))
    assert nothing == [Translation("dte_invalid")]
