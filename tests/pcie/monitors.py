# SPDX-License-Identifier: MIT
"""Monitors of streams of packets and of what is beside them. They read, and drive nothing.

Each is a `StreamMonitor`, which watches the handshake too: valid stays, the payload is stable (H2).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from cocotbext.msi_its.bench.monitors import StreamMonitor
from cocotbext.msi_its.bench.ports import Values


class Beat(NamedTuple):
    """A beat of a packet: header and prefix beside the data, each as a number."""

    hdr: int
    prefix: int
    prefixes: int
    data: int
    empty: int
    digest: int
    sop: int
    eop: int
    error: int


class RawBeat(NamedTuple):
    """A beat of a packet in wire order, with AXI4-Stream's names."""

    tdata: int
    tkeep: int
    tlast: int
    tuser: int


class Message(NamedTuple):
    """A message as `s_msi` of the translator takes it."""

    target: int
    explicit_rid: int
    rid: int
    address: int
    data: int


class Unsupported(NamedTuple):
    """The header of a request that is to be completed as unsupported."""

    hdr: int


class Removed(NamedTuple):
    """A report of a removed packet: its reason is a code of `fate_e`."""

    reason: int
    hdr: int


class ConfigurationWrite(NamedTuple):
    """A configuration write to a port's register 0x18: data and byte enables."""

    data: int
    strb: int


class _Stream(StreamMonitor):
    """A monitor whose transfers are values of a class."""

    shown: Callable[..., Any] = tuple

    def transaction(self, values: Values) -> Any:
        """Return the transfer."""
        return self.shown(*self._payload(values))


class BeatMonitor(_Stream):
    """A stream of packets: `Beat`."""

    payload = Beat._fields
    shown = Beat


class RawMonitor(_Stream):
    """A stream of raw packets: `RawBeat`."""

    valid, ready = "tvalid", "tready"
    payload = RawBeat._fields
    shown = RawBeat


class MessageMonitor(_Stream):
    """`m_msi` of the filter: `Message`."""

    payload = Message._fields
    shown = Message


class UnsupportedMonitor(_Stream):
    """`m_unsupported`: `Unsupported`."""

    payload = Unsupported._fields
    shown = Unsupported


class ConfigurationMonitor(_Stream):
    """`s_cfg`: `ConfigurationWrite`, when it is acknowledged."""

    payload = ConfigurationWrite._fields
    shown = ConfigurationWrite


class RemovedMonitor(_Stream):
    """`removed`: what was removed, one a cycle at most."""

    has_ready = False
    payload = Removed._fields
    shown = Removed
