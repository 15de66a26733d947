# SPDX-License-Identifier: MIT
"""Ports of the simulation's top, read where Verilator keeps them, all of an interface at once.

This is the one file that uses what is private to cocotb: see NEEDS.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any

import cocotb
from cocotb.simulator import RISING, register_value_change_callback
from cocotb.triggers import GPITrigger

from cocotbext.msi_its.bench.ports import Edge, Reader, Writer

NEEDS = (
    (GPITrigger, ("_prime", "_unprime", "_react")),
    (cocotb.simulator.sim_obj, ("set_signal_val_int", "set_signal_val_binstr")),
)
"""The attributes of cocotb 2.1 that this uses and that it does not document, by their owners."""

_FORMATS = {1: "B", 2: "H", 4: "I", 8: "Q"}
"""What `struct` calls the unsigned number of so many bytes."""

_DEPOSIT = 0
"""What the simulator interface calls an ordinary write."""


def missing(entity: Any) -> str:
    """Return what is missing for the ports of an entity to be read here; empty if nothing is."""
    for owner, names in NEEDS:
        absent = [name for name in names if not hasattr(owner, name)]
        if absent:
            return f"this cocotb has no {owner.__name__}.{absent[0]}"
    if _locate() is None:
        return "the simulation was not built by this project"
    if entity._path != cocotb.top._path:
        return f"{entity._path} is not the top of the simulation"
    return ""


@cache
def _locate() -> Callable[[bytes, Any], int | None] | None:
    """Return the function of run/simulators/signals.cpp, if it is a part of what runs."""
    function = getattr(ctypes.CDLL(None), "signal_address", None)
    if function is None:
        return None
    function.argtypes = (ctypes.c_char_p, ctypes.POINTER(ctypes.c_size_t))
    function.restype = ctypes.c_void_p
    located: Callable[[bytes, Any], int | None] = function
    return located


def _place(port: str) -> tuple[int, int]:
    """Return the address of a port's value, and its size in bytes."""
    size = ctypes.c_size_t()
    locate = _locate()
    address = locate(port.encode(), ctypes.byref(size)) if locate is not None else None
    assert address is not None, f"{port} is not a port of the simulation's top"
    return address, size.value


class MemoryPorts:
    """Signals are read from memory, and written below cocotb's value objects (see `Ports`)."""

    def reader(self, bus: Any, names: Iterable[str]) -> Reader:
        """Return what reads attributes of `bus`, by name."""
        places = sorted((*_place(getattr(bus, name)._name), name) for name in names)
        start = end = places[0][0]
        layout = "="
        for address, size, _ in places:
            layout += f"{address - end}x{_FORMATS[size]}"
            end = address + size
        memory = (ctypes.c_char * (end - start)).from_address(start)
        return Reader(
            [name for _, _, name in places], partial(struct.Struct(layout).unpack_from, memory)
        )

    def writer(self, handle: Any) -> Writer:
        """Return a function that sets a signal, if that changes it."""
        bits = len(handle)
        driven = 1
        if bits <= 32:
            write_number = handle._handle.set_signal_val_int

            def write(value: int) -> None:
                nonlocal driven
                if value != driven:
                    driven = value
                    write_number(_DEPOSIT, value)
        else:
            write_bits = handle._handle.set_signal_val_binstr

            def write(value: int) -> None:
                nonlocal driven
                if value != driven:
                    driven = value
                    write_bits(_DEPOSIT, f"{value:0{bits}b}")

        write(0)
        return write

    def edge(self, clock: Any, look: Callable[[], None]) -> Edge:
        """Return what calls `look` at rising edges of a clock."""
        return _EachEdge(clock, look)


class _EachEdge(GPITrigger):
    """Calls a function at each rising edge of a clock while primed: a trigger without waiters.

    To register a callback with cocotb's RisingEdge, every time anew, takes longer than most looks.
    """

    def __init__(self, clock: Any, look: Callable[[], None]) -> None:
        super().__init__()
        self._clock = clock._handle
        self._do_callbacks = look  # type: ignore[method-assign]
        self.prime = self._prime
        self.unprime = self._unprime

    def _prime(self) -> None:
        self._cbhdl = register_value_change_callback(self._clock, self._react, RISING)
