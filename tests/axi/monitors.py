# SPDX-License-Identifier: MIT
"""Monitors of the AXI4 channels and of what is beside them. They read, and drive nothing.

Each is a `StreamMonitor`, which watches the handshake too: valid stays, the payload is stable (H2;
for AXI4 Arm IHI 0022 says the same). What it saw is a value of this module.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from cocotbext.msi_its.bench.monitors import Sampler, StreamMonitor
from cocotbext.msi_its.bench.ports import Values


class Address(NamedTuple):
    """A transfer on an address channel, with AXI4's names."""

    id: int
    addr: int
    len: int
    size: int
    burst: int
    lock: int
    cache: int
    prot: int
    qos: int
    region: int
    user: int


class Data(NamedTuple):
    """A transfer on a write data channel, with AXI4's names."""

    data: int
    strb: int
    last: int


class Response(NamedTuple):
    """A transfer on a write response channel, with AXI4's names."""

    id: int
    resp: int


class ReadData(NamedTuple):
    """A transfer on a read data channel, with AXI4's names."""

    id: int
    data: int
    resp: int
    last: int


class Refused(NamedTuple):
    """A report of a refused write: its reason is a code of `refused_e`."""

    reason: int
    target: int
    rid: int
    address: int
    id: int


class _Channel(StreamMonitor):
    """A monitor whose transfers are values of a class, and whose name says which channel it is."""

    shown: Callable[..., Any] = tuple

    @property
    def stream(self) -> str:
        """The name of the channel, as in `s_axi_aw`."""
        return f"{self.name}_{self.valid.removesuffix('valid')}".removesuffix("_")

    def transaction(self, values: Values) -> Any:
        """Return the transfer."""
        return self.shown(*self._payload(values))


class AddressMonitor(_Channel):
    """A write address channel: `Address`."""

    valid, ready = "awvalid", "awready"
    payload = tuple(f"aw{name}" for name in Address._fields)
    shown = Address


class DataMonitor(_Channel):
    """A write data channel: `Data`."""

    valid, ready = "wvalid", "wready"
    payload = tuple(f"w{name}" for name in Data._fields)
    shown = Data


class ResponseMonitor(_Channel):
    """A write response channel: `Response`."""

    valid, ready = "bvalid", "bready"
    payload = tuple(f"b{name}" for name in Response._fields)
    shown = Response


class ReadAddressMonitor(_Channel):
    """A read address channel: `Address`."""

    valid, ready = "arvalid", "arready"
    payload = tuple(f"ar{name}" for name in Address._fields)
    shown = Address


class ReadDataMonitor(_Channel):
    """A read data channel: `ReadData`."""

    valid, ready = "rvalid", "rready"
    payload = tuple(f"r{name}" for name in ReadData._fields)
    shown = ReadData


class RefusedMonitor(_Channel):
    """`refused`: what was refused, one a cycle."""

    has_ready = False
    payload = Refused._fields
    shown = Refused


class EachCycle:
    """Calls a function at each rising edge of the clock."""

    def __init__(self, sampler: Sampler, look: Callable[[], None]) -> None:
        """Call `look` from now on."""
        self._look = look
        sampler.wake(self)

    def sample(self) -> bool:
        """Look; return that the next edge is of interest, too."""
        self._look()
        return True
