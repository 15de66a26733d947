# SPDX-License-Identifier: MIT
"""The ITS in bulk: what many messages become, without a Python object for any of them.

The scalar model executes the commands, and so decides everything. After each, what changed in its
tables is noted with the time; a message is then looked up in the notes, as of its own time, in
numpy. So the commands may come between the messages as they like.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cocotbext.msi_its.checks.far_end import execute
from cocotbext.msi_its.vocabulary.its_trace import Command
from msi_its_model.gicv3_its import (
    CTE_INVALID,
    DTE_INVALID,
    EVENTID_OUT_OF_RANGE,
    ITE_INVALID,
    OK,
    REASONS,
    Its,
)

Ints = NDArray[np.int64]

NONE: Final = -1
"""In a column: there is no such value."""

TIME_BITS: Final = 40
"""Width of a time, which is any number that grows: below it in a key that is sorted by."""


@dataclass(frozen=True, slots=True)
class Translations:
    """Columns of what `gicv3_its.Translation` has; `reasons` are indexes into REASONS."""

    reasons: NDArray[np.uint8]
    intids: Ints
    collections: Ints
    rdbases: Ints
    itt_size_bits: Ints


class _Notes:
    """The value of each key over time, for look-ups in bulk."""

    def __init__(self) -> None:
        self._notes: list[tuple[int, int, int, int]] = []  # key, time, and two values
        self._columns: tuple[Any, ...] | None = None

    def add(self, key: int, time: int, first: int, second: int = NONE) -> None:
        """Note that a key has these values from a time on, later than all before."""
        self._notes.append((key, time, first, second))
        self._columns = None

    def at(self, keys: NDArray[np.uint64], times: Ints) -> tuple[Ints, Ints]:
        """Return the two values that each key had just before a time; NONE if it had none yet."""
        if not self._notes:
            return np.full(len(keys), NONE), np.full(len(keys), NONE)
        if self._columns is None:
            ordered = sorted(self._notes)  # stable: notes of one time stay in their order
            known, ranks = np.unique(
                np.array([key for key, _, _, _ in ordered], np.uint64), return_inverse=True
            )
            moments = np.array([time for _, time, _, _ in ordered], np.int64)
            values = np.array([[first, second] for _, _, first, second in ordered], np.int64)
            self._columns = known, ranks << TIME_BITS | moments, values
        known, moments, values = self._columns
        rank = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        found = np.searchsorted(moments, rank << TIME_BITS | times) - 1
        there = (known[rank] == keys) & (found >= 0) & (moments[found] >> TIME_BITS == rank)
        return (
            np.where(there, values[found, 0], NONE),
            np.where(there, values[found, 1], NONE),
        )


class BatchIts:
    """An ITS whose commands are executed one by one, and messages in bulk.

    Times are numbers that grow, below 2**40; of one time there is one command. Nothing becomes
    pending: what messages become is all that is asked.
    """

    def __init__(self, its: Its | None = None) -> None:
        """Start with an ITS on which nothing is mapped yet."""
        self.its = Its() if its is None else its
        if self.its.devices() or self.its.collections():
            raise ValueError("something is mapped already, at a time that is not known")
        self._devices = _Notes()
        self._events = _Notes()
        self._collections = _Notes()
        self._known: dict[int, set[int]] = {}  # the events of each device that were ever mapped
        self._mapped: set[int] = set()  # the collections that were ever mapped
        self._now = -1

    def execute(self, commands: Iterable[tuple[int, Command]]) -> list[str | None]:
        """Execute commands, each with its time; return the errors, None where there is none.

        Raises ValueError for a time that is not later than that of the command before.
        """
        return [self._execute(time, command) for time, command in commands]

    def _execute(self, time: int, command: Command) -> str | None:
        if not self._now < time < 1 << TIME_BITS:
            raise ValueError(f"the time {time} is not between {self._now} and 2**{TIME_BITS}")
        self._now = time
        error = execute(self.its, command)
        if error is None:
            self._note(time, command.name, command.arguments)
        return error

    def _note(self, time: int, name: str, arguments: Mapping[str, int]) -> None:
        """Note what a command may have changed, as the model has it now."""
        if name == "its_mapc":
            rdbase = self.its.collection(arguments["collection"])
            self._collections.add(arguments["collection"], time, NONE if rdbase is None else rdbase)
        elif name == "its_mapd":
            device = self.its.device(arguments["devid"])
            bits = NONE if device is None else device.itt_size_bits
            self._devices.add(arguments["devid"], time, bits)
            for event in self._known.pop(arguments["devid"], ()):
                self._note_event(time, arguments["devid"], event)
        elif name in ("its_mapti", "its_mapi", "its_movi", "its_discard"):
            devid, eventid = arguments["devid"], arguments["eventid"]
            self._known.setdefault(devid, set()).add(eventid)
            self._note_event(time, devid, eventid)

    def _note_event(self, time: int, devid: int, eventid: int) -> None:
        device = self.its.device(devid)
        entry = device.itt.get(eventid) if device is not None else None
        self._events.add(devid << 32 | eventid, time, *(entry or (NONE, NONE)))

    def translate(self, times: Any, devids: Any, eventids: Any) -> Translations:
        """Return what messages become: columns of times, DeviceIDs and EventIDs (32 bits each).

        A message sees the commands of earlier times. They come in any order.
        """
        moments = np.asarray(times, np.int64)
        senders = np.asarray(devids, np.uint64)
        events = np.asarray(eventids, np.uint64)
        sizes, _ = self._devices.at(senders, moments)
        intids, collections = self._events.at(senders << np.uint64(32) | events, moments)
        where = np.where(collections == NONE, 0, collections).astype(np.uint64)
        rdbases, _ = self._collections.at(where, moments)

        reasons = np.full(len(moments), REASONS.index(OK), np.uint8)
        # The first check that fails counts: so the last one is written first.
        reasons[rdbases == NONE] = REASONS.index(CTE_INVALID)
        reasons[intids == NONE] = REASONS.index(ITE_INVALID)
        outside = events >> np.maximum(sizes, 0).astype(np.uint64) != 0
        reasons[outside] = REASONS.index(EVENTID_OUT_OF_RANGE)
        reasons[sizes == NONE] = REASONS.index(DTE_INVALID)
        wrong = reasons != REASONS.index(OK)
        for column in (intids, collections, rdbases):
            column[wrong] = NONE
        return Translations(reasons, intids, collections, rdbases, sizes)
