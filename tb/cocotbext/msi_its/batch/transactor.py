# SPDX-License-Identifier: MIT
"""The batched path's way to the design: batches of operations in, what the monitors saw out.

The design is a shared library, made with `transactor.cpp` in it; see there. A call leaves Python
for a whole batch, and lets other Python threads run meanwhile.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from pathlib import Path
from typing import Any

import numpy as np

from cocotbext.msi_its.batch.records import (
    CYCLE,
    EVENT,
    MASKS,
    MESSAGE,
    OPERATION,
    RESULT,
    Records,
)
from cocotbext.msi_its.vocabulary.csr import Register
from cocotbext.msi_its.vocabulary.transactions import Source

SLACK = 64
"""How many more transfers than operations are recorded before a batch is ended."""

EVENTS = 256
"""How many changes of the alert and broken rules are kept of a batch; more are counted."""


class Status(IntEnum):
    """How a batch ended."""

    DONE = 0
    HANGS = 1
    OVERFLOWS = 2
    FINISHED = 3


class Waiting(IntFlag):
    """What still waited at the end of a batch."""

    NOTHING = 0
    S_MSI_READY = 1
    S_EVT_READY = 2
    COMMAND = 4
    RESPONSE = 8
    ARREADY = 16
    READ_DATA = 32
    AWREADY = 64
    WREADY = 128
    S_RANGE_READY = 256


class EventKind(IntEnum):
    """What an event of a batch is."""

    ALERT_FELL = 0
    ALERT_ROSE = 1
    VALID_FELL = 2
    PAYLOAD_CHANGED = 3
    VALID_LATE = 4
    ERROR_RESPONSE = 5
    NOT_ASKED_FOR = 6
    HIGH_IN_RESET = 7


BUSES = {
    "m_msi": "m_msi_valid",
    "s_axil_b": "s_axil_bvalid",
    "s_axil_r": "s_axil_rvalid",
    "retire": "retire_valid",
    "alert": "alert",
    "s_msi": "s_msi_ready",
    "s_evt": "s_evt_ready",
    "s_range": "s_range_ready",
}
"""The buses that events name by number, each with its output that is low after reset."""

_Pointer = ctypes.c_void_p


class _Batch(ctypes.Structure):
    _fields_ = (
        ("operations", _Pointer),
        ("count", ctypes.c_uint64),
        ("capacity", ctypes.c_uint64),
        ("retired", _Pointer),
        ("results", _Pointer),
        ("retired_messages", _Pointer),
        ("messages", _Pointer),
        ("message_cycles", _Pointer),
        ("accepted", _Pointer * len(Source)),
        ("accepted_cycles", _Pointer * len(Source)),
        ("events", _Pointer),
        ("event_capacity", ctypes.c_uint64),
        ("ordered", ctypes.c_uint32),
        ("hang_cycles", ctypes.c_uint32),
        ("retired_count", ctypes.c_uint64),
        ("message_count", ctypes.c_uint64),
        ("accepted_count", ctypes.c_uint64 * len(Source)),
        ("event_count", ctypes.c_uint64),
        ("cycles", ctypes.c_uint64),
        ("status", ctypes.c_uint32),
        ("waiting", ctypes.c_uint32),
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """What the monitors saw during one batch, in order, and how it ended.

    `retired`, `results` and `retired_messages` are the parts of the retire records; `messages` came
    out on `m_msi`; `accepted` and `accepted_cycles` are by source. Of the events, `events_lost` did
    not fit. Cycles are counted from the batch's start, and it took `cycles`.
    """

    retired: Records
    results: Records
    retired_messages: Records
    messages: Records
    message_cycles: Records
    accepted: tuple[Records, ...]
    accepted_cycles: tuple[Records, ...]
    events: Records = field(default_factory=lambda: np.zeros(0, EVENT))
    events_lost: int = 0
    cycles: int = 0
    status: Status = Status.DONE
    waiting: Waiting = Waiting.NOTHING

    @property
    def anything(self) -> bool:
        """Whether anything happened at all."""
        return any(map(len, (self.retired, self.messages, *self.accepted, self.events)))


def _pointer(array: Records) -> int:
    return int(array.ctypes.data)


class Transactor:
    """One simulation of the design, with drivers and monitors around it."""

    def __init__(
        self, library: Path, seed: int, hang_cycles: int, plusargs: Sequence[str] = ()
    ) -> None:
        """Load the design; `seed` fixes its uninitialised state and the stalls; it sees `plusargs`.

        A batch is given up after `hang_cycles` clock cycles in which nothing moves.
        """
        self._library = ctypes.CDLL(str(library))
        call = self._library
        call.transactor_open.restype = _Pointer
        call.transactor_limit.restype = ctypes.c_uint64
        self.has_range = bool(call.transactor_has_range())  # the port s_range
        self._hang_cycles = hang_cycles
        words = [b"design", *(word.encode() for word in plusargs)]
        arguments = (ctypes.c_char_p * len(words))(*words)
        self._self = _Pointer(
            call.transactor_open(
                ctypes.c_uint32(seed), _Pointer(_pointer(MASKS)), len(words), arguments
            )
        )

    def close(self) -> None:
        """End the simulation."""
        self._library.transactor_close(self._self)
        self._self = _Pointer(None)

    def reset(self, cycles: int = 2) -> None:
        """Reset the design for some clock cycles."""
        self._library.transactor_reset(self._self, ctypes.c_uint32(cycles))

    def stall(self, share: float) -> None:
        """Stall every interface at random, each by itself, for `share` (0 to 0.99) of the time."""
        if not 0 <= share <= 0.99:
            raise ValueError(f"a share of stalls is from 0 to 0.99, not {share}")
        self._library.transactor_stall(self._self, ctypes.c_double(share))

    def run(self, operations: Records, ordered: bool = True) -> Seen:
        """Issue operations, each by the source in its record, and let everything come out.

        If `ordered` they execute in the order given; otherwise each source goes its own way.
        """
        batch, arrays = self._batch(len(operations))
        kept = np.ascontiguousarray(operations)
        batch.operations = _pointer(kept)
        batch.count = len(kept)
        batch.ordered = ordered
        self._library.transactor_run(self._self, ctypes.byref(batch))
        return _seen(batch, arrays)

    def read(self, register: Register) -> tuple[int, int, Seen]:
        """Read a 32-bit register; return its value, the response, and what was seen meanwhile."""
        batch, arrays = self._batch(0)
        data, response = ctypes.c_uint32(), ctypes.c_uint32()
        self._library.transactor_read(
            self._self,
            ctypes.byref(batch),
            ctypes.c_uint32(register.offset),
            ctypes.byref(data),
            ctypes.byref(response),
        )
        return data.value, response.value, _seen(batch, arrays)

    def acknowledge(self) -> tuple[int, Seen]:
        """Acknowledge the alert; return the response, and what was seen until that showed."""
        batch, arrays = self._batch(0)
        response = ctypes.c_uint32()
        self._library.transactor_acknowledge(
            self._self, ctypes.byref(batch), ctypes.byref(response)
        )
        return response.value, _seen(batch, arrays)

    def limit(self, operation: Records, cycles: int) -> int:
        """Send a message a cycle without looking at any; return how many came out.

        `operation` is one record: a target, and a requester ID whose devfn is varied.
        """
        kept = np.ascontiguousarray(operation)
        done = self._library.transactor_limit(
            self._self, _Pointer(_pointer(kept)), ctypes.c_uint64(cycles)
        )
        return int(done)

    def _batch(self, count: int) -> tuple[_Batch, dict[str, Any]]:
        """Return a batch with room for what `count` operations do, and its arrays."""
        capacity = count + SLACK
        arrays: dict[str, Any] = {
            "retired": np.empty(capacity, OPERATION),
            "results": np.empty(capacity, RESULT),
            "retired_messages": np.empty(capacity, MESSAGE),
            "messages": np.empty(capacity, MESSAGE),
            "message_cycles": np.empty(capacity, CYCLE),
            "accepted": [np.empty(capacity, OPERATION) for _ in Source],
            "accepted_cycles": [np.empty(capacity, CYCLE) for _ in Source],
            "events": np.empty(EVENTS, EVENT),
        }
        batch = _Batch(capacity=capacity, event_capacity=EVENTS, hang_cycles=self._hang_cycles)
        for name, array in arrays.items():
            if isinstance(array, list):
                pointers = (_Pointer * len(array))(*map(_pointer, array))
                setattr(batch, name, pointers)
            else:
                setattr(batch, name, _pointer(array))
        return batch, arrays


def _seen(batch: _Batch, arrays: dict[str, Any]) -> Seen:
    retired, messages = int(batch.retired_count), int(batch.message_count)
    accepted = [int(count) for count in batch.accepted_count]
    events = min(int(batch.event_count), EVENTS)
    return Seen(
        retired=arrays["retired"][:retired],
        results=arrays["results"][:retired],
        retired_messages=arrays["retired_messages"][:retired],
        messages=arrays["messages"][:messages],
        message_cycles=arrays["message_cycles"][:messages],
        accepted=tuple(a[:n] for a, n in zip(arrays["accepted"], accepted, strict=True)),
        accepted_cycles=tuple(
            a[:n] for a, n in zip(arrays["accepted_cycles"], accepted, strict=True)
        ),
        events=arrays["events"][:events],
        events_lost=int(batch.event_count) - events,
        cycles=int(batch.cycles),
        status=Status(batch.status),
        waiting=Waiting(batch.waiting),
    )
