# SPDX-License-Identifier: MIT
"""Ports are read where the simulation keeps them, each with its own width."""

from __future__ import annotations

from typing import Any

import pytest

from cocotbext.msi_its.bench.ports import memory as signals
from cocotbext.msi_its.bench.ports.memory import MemoryPorts
from tests.tb.bench.memory import Memory

BITS = {"address": 64, "valid": 8, "data": 32, "ready": 8, "route": 16}
VALUES = {
    "address": 0xFEDC_BA98_7654_3210,
    "valid": 1,
    "data": 0x89AB_CDEF,
    "ready": 0,
    "route": 0xF00D,
}


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    return Memory(monkeypatch, BITS)


def test_all_widths_at_once(memory: Memory) -> None:
    ports = MemoryPorts().reader(memory.bus, BITS)
    memory.set(**VALUES)
    read = ports.read()
    assert {name: read[ports.index[name]] for name in BITS} == VALUES
    memory.set(data=7)
    assert ports.picker(["data"])(ports.read()) == (7,), "what was read once stays"


@pytest.mark.parametrize("names", [(), ("route",), ("data", "address"), tuple(BITS)], ids=str)
def test_some_in_any_order(memory: Memory, names: tuple[str, ...]) -> None:
    ports = MemoryPorts().reader(memory.bus, BITS)
    memory.set(**VALUES)
    assert ports.picker(names)(ports.read()) == tuple(VALUES[name] for name in names)


def test_a_part_of_a_bus(memory: Memory) -> None:
    ports = MemoryPorts().reader(memory.bus, ["ready", "valid"])
    memory.set(**VALUES)
    assert sorted(ports.read()) == [0, 1]


def test_what_is_not_a_port(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "_locate", lambda: lambda name, size: None)
    with pytest.raises(AssertionError, match="route is not a port of the simulation's top"):
        MemoryPorts().reader(memory.bus, ["route"])


class Handle:
    """What a writer sees of a signal."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._handle = self
        self.written: list[int] = []

    def __len__(self) -> int:
        return self._bits

    def set_signal_val_int(self, action: int, value: int) -> None:
        assert action == 0 and self._bits <= 32
        self.written.append(value)

    def set_signal_val_binstr(self, action: int, text: str) -> None:
        assert action == 0 and len(text) == self._bits
        self.written.append(int(text, 2))


@pytest.mark.parametrize("bits", [1, 32, 64])
def test_only_changes_are_written(bits: int) -> None:
    handle: Any = Handle(bits)
    write = MemoryPorts().writer(handle)
    largest = 2**bits - 1
    for value in (0, largest, largest, 0):
        write(value)
    assert handle.written == [0, largest, 0]
