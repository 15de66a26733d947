# SPDX-License-Identifier: MIT
"""Operations, retire records and messages as numpy records, for the batched path.

The layouts are those of `transactor.cpp`. An operation's record holds the arguments that it takes;
all others are 0, so that equal operations have equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from msgspec.structs import astuple
from numpy.typing import NDArray

from cocotbext.msi_its.vocabulary.operations import (
    BY_CODE,
    OPERATIONS,
    Message,
    Operation,
    SignalMsiWithRid,
    arguments_of,
)
from cocotbext.msi_its.vocabulary.transactions import ANSWERS, Retired, Source

Records = NDArray[Any]
"""An array of one of the record types below, or of one of their fields."""

OPERATION = np.dtype(
    [
        ("address", "<u8"),
        *((name, "<u4") for name in ("data", "devid_base")),
        *((name, "<u2") for name in ("target", "rid", "route", "range", "connection")),
        ("rid_offset", "<u2"),
        *((name, "u1") for name in ("secondary", "subordinate", "code", "source")),
    ]
)
"""An operation (its code of 8 bits), and the source that it enters by."""

CODES = 256
"""How many codes of operations, and of answers, their 8 bits have room for."""

MESSAGE = np.dtype([("address", "<u8"), ("data", "<u4"), ("devid", "<u4")])
"""A message; all 0 where there is none."""

RESULT = np.dtype([("cycle", "<u4"), ("bdf", "<u2"), ("answer", "u1"), ("sent", "u1")])
"""What a retire record answers, and its clock cycle; `bdf` has to be 0 unless the answer is BDF."""

EVENT = np.dtype([("cycle", "<u4"), ("kind", "u1"), ("bus", "u1"), ("unused", "<u2")])
"""A change of the alert, or a rule of a bus that was broken."""

CYCLE = np.dtype("<u4")
"""A clock cycle, counted from the start of a batch."""


def _masks() -> Records:
    masks = np.zeros(CODES, OPERATION)
    masks["code"] = masks["source"] = 0xFF
    for code, kind in BY_CODE.items():
        for name in arguments_of(kind):
            masks[name][code] = np.iinfo(masks[name].dtype).max
    return masks


MASKS = _masks()
"""For each operation code, a record with all bits set of the arguments that it takes."""

SOURCES = np.zeros(CODES, np.uint8)
"""The source by which each operation code enters, when it can choose: see Environment.play."""
for _kind in OPERATIONS.values():
    SOURCES[_kind.code] = _kind.source


def route(operations: Records, doorbell: int) -> None:
    """Let direct messages that have no write on a bus enter as commands: see `source_of`."""
    on_bus = operations["code"] == SignalMsiWithRid.code
    on_bus &= operations["address"] == doorbell
    operations["source"][(operations["source"] == Source.MESSAGE) & ~on_bus] = Source.COMMAND


def words(records: Records) -> NDArray[np.uint64]:
    """Return records as rows of 64-bit words, which compare quickly."""
    return records.view(np.uint64).reshape(-1, records.dtype.itemsize // 8)


def same(one: Records, other: Records) -> NDArray[np.bool_]:
    """Return, for each pair of records, whether they are equal."""
    return np.asarray((words(one) == words(other)).all(axis=1))


def pack(operations: Iterable[Operation]) -> Records:
    """Return operations as records, each with the source of its kind."""
    kept = list(operations)
    records = np.zeros(len(kept), OPERATION)
    for row, operation in enumerate(kept):
        records["code"][row] = operation.code
        for name in arguments_of(type(operation)):
            records[name][row] = getattr(operation, name)
    records["source"] = SOURCES[records["code"]]
    return records


def operation_of(record: Any) -> Operation:
    """Return the operation that a record holds. Raises AssertionError if it names none."""
    kind = BY_CODE.get(int(record["code"]))
    if kind is None:
        raise AssertionError(f"{record['code']} is not the code of an operation")
    return kind(*(int(record[name]) for name in arguments_of(kind)))


def message_of(record: Any) -> Message:
    """Return the message that a record holds."""
    return Message(int(record["devid"]), int(record["address"]), int(record["data"]))


def retired_of(operation: Any, result: Any, message: Any) -> Retired:
    """Return a retire record of its three parts.

    Raises AssertionError if its operation, source or answer has a code that does not exist, or if
    fields that mean nothing are not 0.
    """
    if operation["source"] >= len(Source):
        raise AssertionError(f"retire: {operation['source']} is not the code of a source")
    answer = ANSWERS.get(int(result["answer"]))
    if answer is None:
        raise AssertionError(f"retire: {result['answer']} is not the code of an answer")
    return Retired.of(
        Source(int(operation["source"])),
        operation_of(operation),
        answer,
        int(result["bdf"]),
        int(result["sent"]),
        astuple(message_of(message)),
    )


NAMES: dict[int, str] = {kind.code: name for name, kind in OPERATIONS.items()}
"""The name of the operation of each code."""
