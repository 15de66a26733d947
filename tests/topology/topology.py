# SPDX-License-Identifier: MIT
"""What hangs behind the root ports: switches, devices and their functions, as plain values.

A topology has no bus numbers: software gives them (`software`), and may give others later. It needs
no simulator; `fabric` makes it of cocotbext-pcie's parts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

PORTS = (1, 8)
FUNCTIONS = (1, 64)
DEEPEST = 3
"""How many root ports, how many functions, how many switches above one another there may be."""


class Kind(StrEnum):
    """How a function interrupts, and where its number comes from.

    ARI (PCIe base specification, 6.13) gives a device one device number with 256 functions. A
    virtual function (SR-IOV, 9.2) has the number of its physical one plus an offset, which may
    carry into the next bus.
    """

    MSI = "MSI"
    MULTIPLE = "MSI with several messages"
    MSIX = "MSI-X"
    ARI = "ARI"
    VIRTUAL = "SR-IOV"


@dataclass(frozen=True, slots=True)
class FunctionPlan:
    """A function: its requester ID is `offset` (16 bits) above the first number of its bus.

    `vectors` is how many messages it has: of MSI a power of two.
    """

    name: str
    kind: Kind
    offset: int
    vectors: int = 1


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """A device with its functions; the first is the one that software finds, function 0."""

    name: str
    functions: tuple[FunctionPlan, ...]

    @property
    def more_buses(self) -> int:
        """How many buses it takes besides its own: the numbers of its functions carry into them."""
        return max(each.offset for each in self.functions) >> 8


@dataclass(frozen=True, slots=True)
class SwitchPlan:
    """A switch, with what hangs at each of its downstream ports: None for an empty one."""

    name: str
    ports: tuple[Node, ...]


Node: TypeAlias = DevicePlan | SwitchPlan | None


@dataclass(frozen=True, slots=True)
class Topology:
    """What hangs at each root port."""

    ports: tuple[Node, ...]

    def functions(self) -> Iterator[tuple[FunctionPlan, tuple[str, ...]]]:
        """Yield each function with the ports above it, from its root port down."""
        for number, node in enumerate(self.ports):
            yield from _functions(node, (port_name(number),))

    @property
    def buses(self) -> int:
        """How many buses it takes if none is left out, besides bus 0."""
        return sum(map(_buses, self.ports))


def port_name(number: int) -> str:
    """Return the name of a root port, numbered from 0."""
    return f"port {number}"


def _functions(
    node: Node, above: tuple[str, ...]
) -> Iterator[tuple[FunctionPlan, tuple[str, ...]]]:
    if isinstance(node, DevicePlan):
        for function in node.functions:
            yield function, above
    elif isinstance(node, SwitchPlan):
        for number, below in enumerate(node.ports):
            yield from _functions(below, (*above, f"{node.name}.{number}"))


def _buses(node: Node) -> int:
    """Return how many buses are below a port that has this at its end: at least the link's."""
    if isinstance(node, DevicePlan):
        return 1 + node.more_buses
    if isinstance(node, SwitchPlan):
        return 2 + sum(map(_buses, node.ports))
    return 1


class _Maker:
    """Makes random nodes, until no functions are left."""

    def __init__(self, rng: random.Random, functions: int) -> None:
        self._rng = rng
        self._left = functions
        self._devices = self._switches = 0

    def node(self, share: int, depth: int) -> Node:
        """Return something with about `share` of the functions that are left; None: nothing.

        It has up to `depth` switches above one another.
        """
        share = min(share, self._left)
        if share == 0:
            return None
        if depth == 0:
            return self._device(share)
        name = f"s{self._switches}"
        self._switches += 1
        count = self._rng.randint(1, 4)
        below = [self.node(-(-share // count), depth - 1)]
        for _ in range(count - 1):
            below.append(self.node(-(-share // count), self._rng.randint(0, depth - 1)))
        if self._rng.random() < 0.2:
            below.append(None)
        self._rng.shuffle(below)
        return SwitchPlan(name, tuple(below))

    def _device(self, share: int) -> DevicePlan:
        name = f"d{self._devices}"
        self._devices += 1
        kind = self._rng.choice(list(Kind))
        count = self._rng.randint(1, min(share, 6))
        if kind in (Kind.ARI, Kind.VIRTUAL):
            count = min(max(count, self._rng.randint(2, 4)), self._left)
        self._left -= count
        if kind is Kind.VIRTUAL:
            first = self._rng.choice((1, 8, 0x80, 0xFE, 0x100, 0x1FD))
            stride = self._rng.choice((1, 2, 3))
            offsets = [0, *(first + stride * number for number in range(count - 1))]
        elif kind is Kind.ARI:
            offsets = [0, *sorted(self._rng.sample(range(1, 256), count - 1))]
        else:
            offsets = list(range(count))
        functions = []
        for number, offset in enumerate(offsets):
            each = kind
            if kind is Kind.VIRTUAL and number == 0:
                each = Kind.MSIX
            elif kind in (Kind.MSI, Kind.MULTIPLE, Kind.MSIX):
                each = self._rng.choice((Kind.MSI, Kind.MULTIPLE, Kind.MSIX))
            vectors = {Kind.MSI: 1, Kind.MULTIPLE: self._rng.choice((2, 4, 8))}
            many = vectors.get(each, self._rng.randint(1, 5))
            functions.append(FunctionPlan(f"{name}.f{number}", each, offset, many))
        return DevicePlan(name, tuple(functions))


def random_topology(rng: random.Random) -> Topology:
    """Return a topology with at least one function."""
    while True:
        ports = rng.randint(*PORTS)
        functions = rng.choice((rng.randint(1, 8), rng.randint(*FUNCTIONS)))
        maker = _Maker(rng, functions)
        share = -(-functions // ports)
        nodes = [maker.node(share, rng.randint(0, DEEPEST)) for _ in range(ports)]
        rng.shuffle(nodes)
        found = Topology(tuple(nodes))
        if next(found.functions(), None) is not None and found.buses < 200:
            return found
