# SPDX-License-Identifier: MIT
"""The ports of the design, read and set below cocotb's value objects, which take most of the time.

What is read is read where the simulation keeps it, all ports of an interface at once.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Iterable
from functools import cache, partial
from operator import itemgetter
from typing import Any

from cocotb_bus.bus import Bus

Values = tuple[int, ...]
Writer = Callable[[int], None]

_FORMATS = {1: "B", 2: "H", 4: "I", 8: "Q"}
"""What `struct` calls the unsigned number of so many bytes."""

_DEPOSIT = 0
"""What the simulator interface calls an ordinary write."""


@cache
def _locate() -> Callable[[bytes, Any], int | None]:
    """Return the function of run/simulators/signals.cpp, a part of the program that runs."""
    function = ctypes.CDLL(None).signal_address
    function.argtypes = (ctypes.c_char_p, ctypes.POINTER(ctypes.c_size_t))
    function.restype = ctypes.c_void_p
    located: Callable[[bytes, Any], int | None] = function
    return located


def _place(port: str) -> tuple[int, int]:
    """Return the address of a port's value, and its size in bytes."""
    size = ctypes.c_size_t()
    address = _locate()(port.encode(), ctypes.byref(size))
    assert address is not None, f"{port} is not a port of the simulation's top"
    return address, size.value


def start_assertions() -> None:
    """Let the design's assertions count; before the first reset they do not.

    Registers start random: what an assertion says about them means nothing before.
    """
    ctypes.CDLL(None).assertions(1)


class Ports:
    """Some ports of the design, read all at once: `read` returns their values, unsigned numbers.

    `index` says where among them that of a signal is.
    """

    def __init__(self, bus: Bus, names: Iterable[str]) -> None:
        """Read these signals of a bus, of at most 64 bits each."""
        places = sorted((*_place(getattr(bus, name)._name), name) for name in names)
        start = end = places[0][0]
        layout = "="
        for address, size, _ in places:
            layout += f"{address - end}x{_FORMATS[size]}"
            end = address + size
        memory = (ctypes.c_char * (end - start)).from_address(start)
        self.read: Callable[[], Values] = partial(struct.Struct(layout).unpack_from, memory)
        self.index = {name: place for place, (_, _, name) in enumerate(places)}

    def picker(self, names: Iterable[str]) -> Callable[[Values], Values]:
        """Return a function that takes from what was read the values of some, in this order."""
        places = [self.index[name] for name in names]
        if len(places) > 1:
            return itemgetter(*places)
        return lambda values: tuple([values[place] for place in places])


def writer(handle: Any) -> Writer:
    """Return a function that sets a signal, if that changes it, to an unsigned number that fits.

    The signal is set to 0 first.
    """
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
