# SPDX-License-Identifier: MIT
"""Which ports an entity gets, what the faster ones need, and signals under other names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import cocotb
import pytest
from cocotb.types import Logic, LogicArray

from cocotbext.msi_its.bench.ports import (
    UNKNOWN,
    memory,
    named,
    ports_of,
    start_assertions,
    why_no_memory,
)
from cocotbext.msi_its.bench.ports.handles import HandlePorts, value_of
from cocotbext.msi_its.bench.ports.memory import NEEDS, MemoryPorts

TOP: Any = SimpleNamespace(_path="top")
INSIDE: Any = SimpleNamespace(_path="top.u_soc.u_translator")


@pytest.fixture(autouse=True)
def simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it look as if a simulation ran that this project built."""
    monkeypatch.setattr(cocotb, "top", TOP, raising=False)
    monkeypatch.setattr(memory, "_locate", lambda: lambda name, size: None)


def test_the_top_is_read_from_memory() -> None:
    assert why_no_memory(TOP) == ""
    assert isinstance(ports_of(TOP), MemoryPorts)


def test_inside_a_design_cocotb_is_used() -> None:
    assert why_no_memory(INSIDE) == "top.u_soc.u_translator is not the top of the simulation"
    assert isinstance(ports_of(INSIDE), HandlePorts)


def test_in_another_build_cocotb_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_locate", lambda: None)
    assert why_no_memory(TOP) == "the simulation was not built by this project"
    assert isinstance(ports_of(TOP), HandlePorts)


@pytest.mark.parametrize("number", range(len(NEEDS)))
def test_what_memory_needs_of_cocotb_is_there(number: int) -> None:
    owner, names = NEEDS[number]
    assert names and all(hasattr(owner, name) for name in names)


@pytest.mark.parametrize(
    ("owner", "name"), [(owner, name) for owner, names in NEEDS for name in names]
)
def test_without_it_cocotb_is_used(owner: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {each: getattr(owner, each) for each in dir(owner) if each != name}
    less = type(owner.__name__, (), {each: None for each in kept if not each.startswith("__")})
    needs = [(less if each is owner else each, names) for each, names in NEEDS]
    monkeypatch.setattr(memory, "NEEDS", needs)
    assert why_no_memory(TOP) == f"this cocotb has no {owner.__name__}.{name}"
    assert isinstance(ports_of(TOP), HandlePorts)


def test_a_kind_can_be_asked_for() -> None:
    assert isinstance(ports_of(TOP, "handles"), HandlePorts)
    assert isinstance(ports_of(INSIDE, "memory"), MemoryPorts)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (LogicArray("10100101"), 0xA5),
        (LogicArray("1" * 64), 2**64 - 1),
        (LogicArray("1X"), UNKNOWN),
        (LogicArray("0Z"), UNKNOWN),
        (Logic("1"), 1),
        (Logic("0"), 0),
        (Logic("X"), UNKNOWN),
        (Logic("Z"), UNKNOWN),
    ],
    ids=str,
)
def test_values(value: object, number: int) -> None:
    assert value_of(SimpleNamespace(value=value)) == number


def test_handles_are_read_in_the_order_of_their_names() -> None:
    bus = SimpleNamespace(valid=SimpleNamespace(value=1), data=SimpleNamespace(value=7))
    reader = HandlePorts().reader(bus, ["data", "valid"])
    assert reader.read() == (7, 1)
    bus.data.value = 8
    assert reader.picker(["valid", "data"])(reader.read()) == (1, 8)


def test_handles_are_written_when_that_changes_them() -> None:
    written: list[int] = []

    class Handle:
        def __setattr__(self, name: str, value: int) -> None:
            assert name == "value"
            written.append(value)

    write = HandlePorts().writer(Handle())
    for value in (0, 3, 3, 0):
        write(value)
    assert written == [0, 3, 0]


def test_other_names() -> None:
    entity = SimpleNamespace(its_valid=1, its_ready=2, doorbell=3, alert=4, _path="top")
    view = named(entity, {"m_msi": "its", "m_msi_address": "doorbell"})
    assert (view.m_msi_valid, view.m_msi_ready, view.m_msi_address) == (1, 2, 3)
    assert (view.alert, view._path) == (4, "top")
    assert not hasattr(view, "m_msi_data") and not hasattr(view, "m_msix_valid")
    assert named(entity, {}) is entity


def test_assertions_start_where_there_is_a_way_to() -> None:
    told: list[int] = []
    start_assertions(SimpleNamespace(assertions=told.append))
    start_assertions(SimpleNamespace())
    assert told == [1]
