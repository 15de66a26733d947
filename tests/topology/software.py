# SPDX-License-Identifier: MIT
"""Software: it finds what is behind the root ports, gives bus numbers, and sets interrupts up.

All of it goes through configuration and memory accesses of the root complex. What it knows from the
plan and not from reading is where capabilities are, and how many virtual functions there are.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cocotbext.pcie.core.utils import PcieId

from msi_its_model.gicv3_its import FIRST_LPI, Its
from tests.topology.fabric import TABLE_BYTES, Fabric, Function
from tests.topology.topology import DevicePlan, Kind, Node, SwitchPlan

BUS_NUMBERS = 0x18
_COMMAND = 0x04
_MEMORY_AND_MASTER = 0x0006
_BAR0 = 0x10
_MEMORY_WINDOW = 0x20
_WINDOW = 1 << 20
"""Registers of functions and bridges; how a bridge's memory window is aligned."""

DEVICES = range(0xC000_0000, 0xE000_0000)
"""Where the memory of functions is: what goes there is no memory write to the host."""

EVENT_BITS = 12
"""How wide EventIDs are that software maps."""

TIMEOUT = 1_000_000
"""Nanoseconds after which software gives a configuration access up: what is not there answers."""


class Width(StrEnum):
    """How software writes the bus numbers of a bridge."""

    DWORD = "32 bits"
    WORDS = "16 bits"
    BYTES = "8 bits"


@dataclass(frozen=True, slots=True)
class Interrupt:
    """An interrupt that software has set up: of which function, its vector, EventID and LPI."""

    function: str
    vector: int
    event: int
    lpi: int


@dataclass
class Software:
    """See the module. Messages go to `doorbell`, an address of 64 bits; `base` is of DeviceIDs.

    `gap` says how many bus numbers are left out before the next one.
    """

    fabric: Fabric
    rng: random.Random
    its: Its
    doorbell: int
    base: Callable[[int], int]
    gap: Callable[[], int] = lambda: 0
    width: Callable[[], Width] = lambda: Width.DWORD
    memory: bool = True
    bars: dict[str, int] = field(default_factory=dict)
    interrupts: dict[tuple[str, int], Interrupt] = field(default_factory=dict)
    lpis: dict[int, Interrupt] = field(default_factory=dict)
    _mapped: dict[str, int] = field(default_factory=dict)  # the DeviceID of each function
    _secondary: dict[PcieId, int] = field(default_factory=dict)  # of each bridge, as written
    _next_bus: int = 1
    _next_event: int = 8
    _next_address: int = DEVICES.start

    # ---- bus numbers -----------------------------------------------------------------------------

    async def enumerate(self, order: Sequence[int] | None = None, set_up: bool = True) -> None:
        """Number everything anew, root port by root port, and set all functions up."""
        ports = self.fabric.root_ports
        await self.forget()
        for number in order if order is not None else range(len(ports)):
            await self.scan(number, set_up)

    async def forget(self) -> None:
        """Take all root ports' bus numbers away: the next ones begin at 1."""
        for port in self.fabric.root_ports:
            await self.set_buses(port.pcie_id, 0, 0, 0)
        for name in list(self._mapped):
            self._unmap(name)
        self._next_bus = 1

    async def scan(self, number: int, set_up: bool = True) -> None:
        """Number what is behind a root port, from the next bus on that is free."""
        port = self.fabric.root_ports[number]
        node = self._below(port)
        self.removed(
            [each for each in self.fabric.devices if self.fabric.root_port(each) == number]
        )
        await self._number(port.pcie_id, node)
        if set_up:
            await self.set_up_below(number)

    async def set_up_below(self, number: int) -> None:
        """Set up the interrupts of all functions behind a root port."""
        for function in self.fabric.functions():
            if self.fabric.root_port(function.device.plan.name) == number:
                await self.set_up(function)

    def removed(self, devices: Sequence[str]) -> None:
        """Unmap the functions of devices that were taken out."""
        for function in self.fabric.functions():
            if function.device.plan.name in devices:
                self._unmap(function.plan.name)

    @property
    def room(self) -> bool:
        """Whether there are bus numbers left for all that is there, once more."""
        return self._next_bus + self.fabric.topology.buses < 250

    def _below(self, port: Any) -> Node:
        """Return what is at a port now: the plan of it."""
        name = next((name for name, at in self.fabric.at.items() if at is port), None)
        if name is None:
            return None
        device = self.fabric.devices.get(name)
        if device is not None:
            return device.plan
        ports = tuple(self._below(each) for each in self.fabric.downstream[name])
        return SwitchPlan(name, ports)

    def _bus(self) -> int:
        """Return the next bus number; the rest is kept for what comes."""
        left = 255 - self._next_bus - self.fabric.topology.buses
        self._next_bus += min(self.gap(), max(left, 0))
        self._next_bus += 1
        if self._next_bus > 256:
            raise ValueError("there are no bus numbers left: forget them first")
        return self._next_bus - 1

    async def _number(self, bridge: PcieId, node: Node) -> None:
        """Number what is below a bridge: with subordinate 255 until its last bus is known."""
        bus = self._bus()
        await self.set_buses(bridge, bridge.bus, bus, 0xFF)
        if await self.present(PcieId(bus, 0, 0)):
            if isinstance(node, DevicePlan):
                self._next_bus += node.more_buses
                await self._enable(self.fabric.devices[node.name].functions)
            elif isinstance(node, SwitchPlan):
                await self._number_switch(PcieId(bus, 0, 0), node)
        await self.set_buses(bridge, bridge.bus, bus, self._next_bus - 1)

    async def _number_switch(self, upstream: PcieId, node: SwitchPlan) -> None:
        bus = self._bus()
        await self.set_buses(upstream, upstream.bus, bus, 0xFF)
        below = list(zip(self.fabric.downstream[node.name], node.ports, strict=True))
        for port, _ in below:  # what they have from before would take accesses to others
            await self.set_buses(PcieId(bus, port.device_num, 0), 0, 0, 0)
        self.rng.shuffle(below)
        for port, each in below:
            await self._number(PcieId(bus, port.device_num, 0), each)
        await self.present(PcieId(bus, 31, 0))  # nobody is
        await self.set_buses(upstream, upstream.bus, bus, self._next_bus - 1)

    async def _enable(self, functions: Sequence[Function]) -> None:
        """Write a function's command register: so its device learns its bus number."""
        for function in functions:
            if function.plan.kind is not Kind.VIRTUAL:
                where = PcieId(self._captured(function), function.device_num, function.function_num)
                await self.write(where, _COMMAND, struct.pack("<H", _MEMORY_AND_MASTER))
            else:
                function.bus_master_enable = True

    def _captured(self, function: Function) -> int:
        """Return the bus that a device is on: its port's secondary bus."""
        return int(self.fabric.at[function.device.plan.name].sec_bus_num)

    async def set_buses(
        self, bridge: PcieId, primary: int, secondary: int, subordinate: int
    ) -> None:
        """Write the bus numbers of a bridge, in one access or several.

        Of several, the first is the one that gives it no bus that it has not before or after.
        """
        before, self._secondary[bridge] = self._secondary.get(bridge, 0), secondary
        values = bytes((primary, secondary, subordinate, 0))
        width = self.width()
        if width is Width.DWORD:
            parts = [(0, 4)]
        else:
            parts = [(0, 2), (2, 2)] if width is Width.WORDS else [(0, 1), (1, 1), (2, 1)]
            parts.sort(reverse=secondary < before)
        for start, length in parts:
            await self.write(bridge, BUS_NUMBERS + start, values[start : start + length])

    async def present(self, where: PcieId) -> bool:
        """Return whether a function answers there."""
        read = await self.fabric.rc.config_read(where, 0, 4, TIMEOUT, "ns")
        return bytes(read) != b"\xff\xff\xff\xff"

    async def write(self, where: PcieId, register: int, data: bytes) -> None:
        """Write a configuration register; its completion has come when this returns."""
        await self.fabric.rc.config_write(where, register, data, TIMEOUT, "ns")

    # ---- interrupts ------------------------------------------------------------------------------

    async def set_up(self, function: Function) -> None:
        """Let a function interrupt: its capability, and the ITS's tables for its number."""
        await self._enable([function])
        self.map(function)
        event = self._event(function)
        if function.is_msix:
            await self._set_up_msix(function, event)
            return
        where, capability = function.pcie_id, 4 * function.msi_cap.offset
        multiple = function.msi_cap.msi_multiple_message_capable
        await self.write(where, capability + 4, struct.pack("<Q", self.doorbell))
        await self.write(where, capability + 12, struct.pack("<H", event))
        await self.write(where, capability + 2, struct.pack("<H", 1 | multiple << 4))
        await self.write(where, capability + 16, bytes(4))  # nothing is masked

    def map(self, function: Function) -> None:
        """Map a function at the ITS by the number that it has now, each vector to an LPI."""
        number = self.fabric.root_port(function.device.plan.name)
        assert number is not None
        name = function.plan.name
        devid = self.base(number) + function.rid
        self._unmap(name)
        self._mapped[name] = devid
        self.its.mapc(collection=1, rdbase=0)
        self.its.mapd(devid, EVENT_BITS)
        event = self._event(function)
        for vector in range(function.plan.vectors):
            found = self.interrupts.get((name, vector))
            if found is None:
                found = Interrupt(name, vector, event + vector, FIRST_LPI + event + vector)
                self.interrupts[name, vector] = found
                self.lpis[found.lpi] = found
                self.its.lpis.configure(found.lpi, enabled=True)
            self.its.mapti(devid, found.event, found.lpi, collection=1)
            self.its.inv(devid, found.event)

    def _unmap(self, name: str) -> None:
        """Unmap a function's number at the ITS, unless another one has it by now."""
        devid = self._mapped.pop(name, None)
        if devid is not None and devid not in self._mapped.values():
            self.its.mapd(devid, valid=False)

    def _event(self, function: Function) -> int:
        """Return the EventID of a function's first vector: no two functions share one."""
        found = self.interrupts.get((function.plan.name, 0))
        if found is not None:
            return found.event
        event = self._next_event
        self._next_event += 8
        return event

    async def _set_up_msix(self, function: Function, event: int) -> None:
        rows = b"".join(
            struct.pack("<QII", self.doorbell, event + vector, 0)
            for vector in range(function.plan.vectors)
        )
        if self.memory and function.plan.name in self.bars:
            bar = self.bars[function.plan.name]
            await self.fabric.rc.mem_write(bar, rows)
            await self.fabric.rc.mem_read(bar, 4)  # so that it is there
        else:
            function.table[:] = rows
        if function.plan.kind is Kind.VIRTUAL:
            function.msix_cap.msix_enable = True
        else:
            await self.control(function)

    async def control(self, function: Function, masked: bool = False) -> None:
        """Enable MSI-X, with the function mask or without."""
        control = 0x8000 | masked << 14
        capability = 4 * function.msix_cap.offset
        await self.write(function.pcie_id, capability + 2, struct.pack("<H", control))

    async def mask(self, function: Function, vector: int, masked: bool) -> None:
        """Mask a vector, or unmask it, by the function's own capability."""
        if function.is_msix:
            at = self.bars[function.plan.name] + 16 * vector + 12
            await self.fabric.rc.mem_write(at, struct.pack("<I", masked))
            await self.fabric.rc.mem_read(at, 4)
            return
        bits = function.msi_cap.msi_mask_bits & ~(1 << vector) | masked << vector
        at = 4 * function.msi_cap.offset + 16
        await self.write(function.pcie_id, at, struct.pack("<I", bits))

    # ---- memory ----------------------------------------------------------------------------------

    async def assign_memory(self) -> None:
        """Give each function with MSI-X a place for its table, and each bridge its window."""
        self._next_address = DEVICES.start
        self.bars.clear()
        host = self.fabric.rc.upstream_bridge
        host.mem_base, host.mem_limit = DEVICES.start, DEVICES.stop - 1
        for port in self.fabric.root_ports:
            await self._assign(port)

    async def _assign(self, bridge: Any) -> None:
        start = self._next_address
        node = self._below(bridge)
        if isinstance(node, DevicePlan):
            for function in self.fabric.devices[node.name].functions:
                if function.is_msix:
                    await self._place(function)
        elif isinstance(node, SwitchPlan):
            for port in self.fabric.downstream[node.name]:
                await self._assign(port)
            upstream = self.fabric.switches[node.name].upstream_bridge
            await self._window(upstream, start)
        self._next_address = -(-self._next_address // _WINDOW) * _WINDOW
        await self._window(bridge, start)

    async def _place(self, function: Function) -> None:
        bar = self.bars[function.plan.name] = self._next_address
        self._next_address += TABLE_BYTES
        if function.plan.kind is Kind.VIRTUAL:
            function.bar[0] = bar
        else:
            await self.write(function.pcie_id, _BAR0, struct.pack("<I", bar))

    async def _window(self, bridge: Any, start: int) -> None:
        """Give a bridge what was taken since `start`; nothing: a limit below its base."""
        end = self._next_address - 1 if self._next_address > start else start - 1
        limits = struct.pack("<HH", start >> 16 & 0xFFF0, end >> 16 & 0xFFF0)
        await self.write(bridge.pcie_id, _MEMORY_WINDOW, limits)
