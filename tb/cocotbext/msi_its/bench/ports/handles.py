# SPDX-License-Identifier: MIT
"""Ports by cocotb's public interface: any simulator, any place in the hierarchy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import cocotb
from cocotb.triggers import Event, RisingEdge

from cocotbext.msi_its.bench.ports import UNKNOWN, Edge, Reader, Values, Writer


def value_of(handle: Any) -> int:
    """Return the value of a signal, an unsigned number or UNKNOWN."""
    try:
        return int(handle.value)
    except ValueError:  # X, Z and the like
        return UNKNOWN


class HandlePorts:
    """Signals are read and written through their handles (see `Ports`)."""

    def reader(self, bus: Any, names: Iterable[str]) -> Reader:
        """Return what reads attributes of `bus`, by name."""
        names = list(names)
        handles = [getattr(bus, name) for name in names]

        def read() -> Values:
            return tuple([value_of(handle) for handle in handles])

        return Reader(names, read)

    def writer(self, handle: Any) -> Writer:
        """Return a function that sets a signal, if that changes it."""
        driven = 0
        handle.value = 0

        def write(value: int) -> None:
            nonlocal driven
            if value != driven:
                driven = value
                handle.value = value

        return write

    def edge(self, clock: Any, look: Callable[[], None]) -> Edge:
        """Return what calls `look` at rising edges of a clock."""
        return _EachEdge(clock, look)


class _EachEdge:
    """Calls a function at each rising edge of a clock while primed."""

    def __init__(self, clock: Any, look: Callable[[], None]) -> None:
        self._edge = RisingEdge(clock)
        self._look = look
        self._primed = Event()
        cocotb.start_soon(self._watch())

    def prime(self) -> None:
        """Look at the next edge."""
        self._primed.set()

    def unprime(self) -> None:
        """Look at none."""
        self._primed.clear()

    async def _watch(self) -> None:
        while True:
            if not self._primed.is_set():
                await self._primed.wait()
            await self._edge
            if self._primed.is_set():
                self._primed.clear()
                self._look()
