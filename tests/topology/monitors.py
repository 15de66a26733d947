# SPDX-License-Identifier: MIT
"""Monitors of streams that there are once for each port, in packed vectors. They drive nothing.

Each watches the handshake too: valid stays, the payload is stable (H2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import cocotb
from cocotb.triggers import ValueChange

from cocotbext.msi_its.bench.monitors import Sampler
from tests.pcie.monitors import Beat
from tests.topology.packets import joined, widths

Saw = Callable[[int, Any], None]
"""Takes the number of a port, and what was seen there."""


class PortsMonitor:
    """Sees the transfers of one stream of all ports: `fields` are its signals, with their widths.

    `saw` is told of each, as a tuple of values in the order of the fields, `began` of the same in
    the first cycle of its valid, `violation` of what breaks H2. Nothing counts while it is paused.
    """

    def __init__(
        self,
        dut: Any,
        name: str,
        sampler: Sampler,
        fields: Mapping[str, int],
        valid: str = "valid",
        ready: str = "ready",
    ) -> None:
        """Look at `name`_valid and so on; with `ready` empty, each valid cycle is a transfer."""
        self.name = name
        self.saw: Saw = lambda port, values: None
        self.began: Saw = lambda port, values: None
        self.violation: Callable[[str], None] = self._raise
        self.paused = True
        self._valid = getattr(dut, f"{name}_{valid}" if valid else name)
        self._ready = getattr(dut, f"{name}_{ready}") if ready else None
        self._fields = [(getattr(dut, f"{name}_{each}"), width) for each, width in fields.items()]
        self._held: dict[int, tuple[int, ...]] = {}
        self._sampler = sampler
        cocotb.start_soon(self._watch())

    def _raise(self, text: str) -> None:
        raise AssertionError(text)

    async def _watch(self) -> None:
        changed = ValueChange(self._valid)
        while True:
            self._sampler.wake(self)
            await changed

    def sample(self) -> bool:
        """Look at the stream, at a rising clock edge; return whether to look again at the next."""
        valid = int(self._valid.value)
        if self.paused:
            self._held.clear()
            return bool(valid)
        for port in [port for port in self._held if not valid >> port & 1]:
            self.violation(f"{self.name}, port {port}: valid fell before ready came")
            del self._held[port]
        if not valid:
            return False
        ready = valid if self._ready is None else int(self._ready.value)
        values = [(int(handle.value), width) for handle, width in self._fields]
        for port in range(valid.bit_length()):
            if not valid >> port & 1:
                continue
            mine = tuple(value >> port * width & (1 << width) - 1 for value, width in values)
            if port not in self._held:
                self.began(port, mine)
            elif self._held[port] != mine:
                self.violation(f"{self.name}, port {port}: the payload changed while it waited")
            if ready >> port & 1:
                self._held.pop(port, None)
                self.take(port, mine)
            else:
                self._held[port] = mine
        return True

    def take(self, port: int, values: tuple[int, ...]) -> None:
        """Take a transfer."""
        self.saw(port, values)


class TlpMonitor(PortsMonitor):
    """Sees the packets of `s_tlp` or `m_tlp`: `saw` is told of each when it has ended."""

    def __init__(self, dut: Any, name: str, sampler: Sampler, width: int) -> None:
        """Look at beats with data of `width` bits."""
        self._width = width
        self._beats: dict[int, list[Beat]] = {}
        super().__init__(dut, name, sampler, widths(width))

    def clear(self) -> None:
        """Forget packets that a reset cut off."""
        self._beats.clear()

    def take(self, port: int, values: tuple[int, ...]) -> None:
        """Take a beat."""
        beat = Beat(*values)
        if beat.sop:
            if port in self._beats:
                self.violation(f"{self.name}, port {port}: a packet begins in another")
            self._beats[port] = []
        elif port not in self._beats:
            self.violation(f"{self.name}, port {port}: a beat belongs to no packet")
            return
        self._beats[port].append(beat)
        if beat.eop:
            self.saw(port, joined(self._beats.pop(port), self._width))


class ConfigurationMonitor(PortsMonitor):
    """Sees `s_cfg`: (data, strobes), and the bus numbers that a port shows when it is taken."""

    def __init__(self, dut: Any, sampler: Sampler) -> None:
        """Look at the writes, and at both numbers."""
        super().__init__(dut, "s_cfg", sampler, {"data": 32, "strb": 4})
        self._numbers = dut.secondary, dut.subordinate

    def take(self, port: int, values: tuple[int, ...]) -> None:
        """Take a write."""
        numbers = (int(each.value) >> 8 * port & 0xFF for each in self._numbers)
        self.saw(port, (*values, *numbers))
