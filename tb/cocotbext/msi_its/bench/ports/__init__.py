# SPDX-License-Identifier: MIT
"""How signals are read and written: by cocotb's public interface, or faster where that is possible.

`handles` works with every simulator, and with a translator anywhere in a design. `memory` reads the
ports of the simulation's top where the simulator keeps them, below cocotb's value objects, which
take most of the time. Both show the same to those who use them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any, Protocol

Values = tuple[int, ...]
Writer = Callable[[int], None]

UNKNOWN = -1
"""The value of a signal with a bit that is neither 0 nor 1."""

KINDS = ("handles", "memory")


class Reader:
    """Some signals, read all at once: `read` returns their values, unsigned numbers or UNKNOWN.

    `index` says where among them that of a signal is.
    """

    def __init__(self, names: Iterable[str], read: Callable[[], Values]) -> None:
        """Take `read`, which returns the values of these signals in this order."""
        self.read = read
        self.index = {name: place for place, name in enumerate(names)}

    def picker(self, names: Iterable[str]) -> Callable[[Values], Values]:
        """Return a function that takes from what was read the values of some, in this order."""
        places = [self.index[name] for name in names]
        if len(places) > 1:
            return itemgetter(*places)
        return lambda values: tuple([values[place] for place in places])


class Edge(Protocol):
    """Rising edges of a clock, of which the next one is looked at if `prime` was called before."""

    def prime(self) -> None:
        """Look at the next one."""

    def unprime(self) -> None:
        """Look at none."""


class Ports(Protocol):
    """A way to the signals of a design."""

    def reader(self, bus: Any, names: Iterable[str]) -> Reader:
        """Return what reads signals, of at most 64 bits each: attributes of `bus`, by name."""

    def writer(self, handle: Any) -> Writer:
        """Return a function that sets a signal, if that changes it, to an unsigned number.

        The number fits; the signal is set to 0 first.
        """

    def edge(self, clock: Any, look: Callable[[], None]) -> Edge:
        """Return what calls `look` at rising edges of a clock."""


def ports_of(entity: Any, kind: str = "") -> Ports:
    """Return the ports of a kind (of KINDS), by default the fastest that there is for an entity."""
    from cocotbext.msi_its.bench.ports.handles import HandlePorts

    if kind == "handles" or (not kind and why_no_memory(entity)):
        return HandlePorts()
    from cocotbext.msi_its.bench.ports.memory import MemoryPorts

    return MemoryPorts()


def why_no_memory(entity: Any) -> str:
    """Return why the faster ports cannot be used for an entity; empty if they can."""
    try:
        from cocotbext.msi_its.bench.ports import memory
    except ImportError as error:
        return f"this cocotb is another: {error}"
    return memory.missing(entity)


def start_assertions(library: Any = None) -> None:
    """Let the design's assertions count, where this project built its simulation.

    Registers start random: what an assertion says about them means nothing before the first reset.
    Other builds are left as they are. `library` is the running program.
    """
    import ctypes

    function = getattr(library or ctypes.CDLL(None), "assertions", None)
    if function is not None:
        function(1)


def named(bus: Any, names: Mapping[str, str]) -> Any:
    """Return a view of an entity whose signals have other names: ours, and what they are there.

    A name stands for itself or for all signals that begin with it: `{"m_msi": "its"}` finds
    `m_msi_valid` as `its_valid`.
    """
    return bus if not names else _Named(bus, names)


class _Named:
    """An entity, seen through a map of names."""

    def __init__(self, entity: Any, names: Mapping[str, str]) -> None:
        self._entity = entity
        self._names = sorted(names.items(), key=lambda each: len(each[0]), reverse=True)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_"):
            for ours, theirs in self._names:
                if name == ours or name.startswith(f"{ours}_"):
                    return getattr(self._entity, theirs + name[len(ours) :])
        return getattr(self._entity, name)
