# SPDX-License-Identifier: MIT
"""The fabric: a topology made of cocotbext-pcie's root complex, switches and functions.

What that package does otherwise than PCIe is put right here, so that a test meets what a real
system does:

- a device takes its bus number on configuration *writes* alone (PCIe base specification, 2.2.6.2),
  there on reads, too;
- MSI-X has its table, masks and pending bits here (PCI 3.0, 6.8.2): there it sends whatever it is
  told;
- a port without a device answers requests as unsupported; there it would wait for the device;
- a link has a speed. Without one it takes no time, which is out of all proportion to a clock.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from cocotbext.pcie.core import Device as PcieDevice
from cocotbext.pcie.core import MemoryEndpoint, RootComplex, Switch
from cocotbext.pcie.core.caps import MsiCapability, MsixCapability
from cocotbext.pcie.core.port import SimPort
from cocotbext.pcie.core.tlp import Tlp, TlpType
from cocotbext.pcie.core.utils import PcieId

from tests.topology.topology import (
    DevicePlan,
    FunctionPlan,
    Kind,
    Node,
    SwitchPlan,
    Topology,
    port_name,
)

TABLE_BAR = 0
TABLE_BYTES = 0x1000
PENDING_BITS = 0x800
"""Where MSI-X has its table: in this BAR of so many bytes, from 0 on; and its pending bits."""

_ENTRY = 16
_MASKED = 1

_CREDITS = [[64, 1024, 64, 64, 64, 1024]] * 8
"""What a bridge's port lets the other end send: as cocotbext-pcie's own bridges."""

Tap = Callable[[Any], Awaitable[None]]
"""Takes a TLP from a link, and is awaited."""

Leaves = Callable[["Function", Any], None]
"""Is told of each TLP that a function sends."""


class Function(MemoryEndpoint):  # type: ignore[misc]
    """A function that interrupts by MSI or MSI-X. Its number is its device's, plus an offset."""

    def __init__(self, plan: FunctionPlan, device: Device) -> None:
        """Make it for a device; `plan` says what it is."""
        self.plan = plan
        self.device = device
        super().__init__()
        self.log.setLevel(logging.ERROR)
        self.pending: set[int] = set()
        self.releasing = False  # what it sends is what was pending
        if plan.kind in (Kind.MSI, Kind.MULTIPLE):
            self.msi_cap = MsiCapability()
            self.msi_cap.msi_multiple_message_capable = plan.vectors.bit_length() - 1
            self.msi_cap.msi_64bit_address_capable = 1
            self.msi_cap.msi_per_vector_mask_capable = 1
            self.register_capability(self.msi_cap)
        else:
            self.msix_cap = MsixCapability()
            self.msix_cap.msix_table_size = plan.vectors - 1
            self.msix_cap.msix_pba_offset = PENDING_BITS
            self.register_capability(self.msix_cap)
            self.add_mem_region(TABLE_BYTES, self._read_table, self._write_table)
        self.reset()

    def reset(self) -> None:
        """Take the state of a device that has just been plugged in, or whose link was down."""
        self.bus_master_enable = False
        self.pending.clear()
        if self.is_msix:
            self.msix_cap.msix_enable = self.msix_cap.msix_function_mask = False
            self.table = bytearray(_ENTRY * self.plan.vectors)
            for vector in range(self.plan.vectors):
                self.table[_ENTRY * vector + 12] = _MASKED
        else:
            self.msi_cap.msi_enable = False
            self.msi_cap.msi_mask_bits = 0

    # ---- its number ------------------------------------------------------------------------------

    @property
    def _pcie_id(self) -> Any:
        return PcieId.from_int(self.rid)

    @_pcie_id.setter
    def _pcie_id(self, value: Any) -> None:
        """Nothing: the device captures it."""

    @property
    def pcie_id(self) -> Any:
        """Its number, as cocotbext-pcie has it."""
        return self._pcie_id

    @pcie_id.setter
    def pcie_id(self, value: Any) -> None:
        """Nothing: the device captures it."""

    @property
    def rid(self) -> int:
        """Its requester ID, 16 bits, as it has it now."""
        return (int(self.device.bus_num) << 8) + self.plan.offset & 0xFFFF

    def match_tlp(self, tlp: Any) -> bool:
        """Whether a TLP is for it. A virtual function is configured through its physical one."""
        if self.plan.kind is Kind.VIRTUAL and tlp.fmt_type in (
            TlpType.CFG_READ_0,
            TlpType.CFG_WRITE_0,
        ):
            return False
        return bool(super().match_tlp(tlp))

    # ---- interrupts ------------------------------------------------------------------------------

    @property
    def is_msix(self) -> bool:
        """Whether it interrupts by MSI-X: otherwise by MSI."""
        return self.plan.kind not in (Kind.MSI, Kind.MULTIPLE)

    def arm(self, address: int, data: int) -> None:
        """Set it up to interrupt as software before this one left it: no configuration write."""
        self.bus_master_enable = True
        if self.is_msix:
            self.msix_cap.msix_enable = True
            for vector in range(self.plan.vectors):
                entry = address.to_bytes(8, "little") + (data + vector).to_bytes(4, "little")
                self.table[_ENTRY * vector : _ENTRY * (vector + 1)] = entry + bytes(4)
        else:
            self.msi_cap.msi_enable = True
            self.msi_cap.msi_multiple_message_enable = self.msi_cap.msi_multiple_message_capable
            self.msi_cap.msi_message_address, self.msi_cap.msi_message_data = address, data

    async def interrupt(self, vector: int = 0) -> bool:
        """Have an interrupt; return whether its message was sent at once.

        A message that is masked is pending, and sent when it no longer is. Without its capability
        or bus mastering enabled there is none.
        """
        if not self.bus_master_enable or not self._enabled:
            return False
        if self._held_back(vector):
            self._hold(vector)
            return False
        if self.is_msix:
            start = _ENTRY * vector
            address = int.from_bytes(self.table[start : start + 8], "little")
            data = int.from_bytes(self.table[start + 8 : start + 12], "little")
            await self.msix_cap.issue_msix_interrupt(address, data)
        else:
            await self.msi_cap.issue_msi_interrupt(vector)
        return True

    @property
    def _enabled(self) -> bool:
        return bool(self.msix_cap.msix_enable if self.is_msix else self.msi_cap.msi_enable)

    def _held_back(self, vector: int) -> bool:
        if self.is_msix:
            entry = self.table[_ENTRY * vector + 12] & _MASKED
            return bool(self.msix_cap.msix_function_mask or entry)
        return bool(self.msi_cap.msi_mask_bits >> vector & 1)

    def _hold(self, vector: int) -> None:
        self.pending.add(vector)
        if not self.is_msix:
            self.msi_cap.msi_pending_bits |= 1 << vector

    async def _release(self) -> None:
        """Send what was pending and is not masked any more."""
        for vector in sorted(self.pending):
            if not self._held_back(vector):
                self.pending.discard(vector)
                if not self.is_msix:
                    self.msi_cap.msi_pending_bits &= ~(1 << vector)
                self.releasing = True
                await self.interrupt(vector)
                self.releasing = False

    async def write_config_register(self, reg: int, data: int, mask: int) -> None:
        """Take a configuration write; one that unmasks lets pending messages go."""
        await super().write_config_register(reg, data, mask)
        await self._release()

    async def _read_table(self, address: int, length: int) -> bytes:
        bits = sum(1 << vector for vector in self.pending)
        shown = bytes(self.table).ljust(PENDING_BITS, b"\0") + bits.to_bytes(8, "little")
        return shown.ljust(TABLE_BYTES, b"\0")[address : address + length]

    async def _write_table(self, address: int, data: bytes) -> None:
        if address + len(data) <= len(self.table):
            self.table[address : address + len(data)] = data
            await self._release()


class Device(PcieDevice):  # type: ignore[misc]
    """A device. `leaves` is told of each TLP that one of its functions sends."""

    def __init__(self, plan: DevicePlan, leaves: Leaves) -> None:
        """Make it with its functions."""
        self.plan = plan
        self._captures = True
        super().__init__()
        self.log.setLevel(logging.ERROR)
        for each in plan.functions:
            function = Function(each, self)
            function.multifunction_device = len(plan.functions) > 1
            function.upstream_tx_handler = self._sender(function, leaves)
            self.functions.append(function)  # add_function takes no two of them on one device

    def _sender(self, function: Function, leaves: Leaves) -> Callable[[Any], Awaitable[None]]:
        async def send(tlp: Any) -> None:
            leaves(function, tlp)
            await self.upstream_send(tlp)

        return send

    @property
    def bus_num(self) -> int:
        """The bus number that it has captured."""
        return int(self._bus_num)

    @bus_num.setter
    def bus_num(self, value: int) -> None:
        if self._captures:
            self._bus_num = value

    async def upstream_recv(self, tlp: Any) -> None:
        """Take a TLP from its link. A configuration read changes no bus number."""
        self._captures = tlp.fmt_type is not TlpType.CFG_READ_0
        await super().upstream_recv(tlp)

    def reset(self) -> None:
        """Take the state of a device that has just been plugged in."""
        self._bus_num = 0
        for function in self.functions:
            function.reset()


class Fabric:
    """A root complex, and what a topology has behind its root ports.

    `leaves` is told of each TLP that a function sends. `speed` gives each link its generation (1 to
    5) and its width (1 to 16 lanes).
    """

    def __init__(
        self,
        topology: Topology,
        leaves: Leaves,
        speed: Callable[[], tuple[int, int]] = lambda: (3, 8),
    ) -> None:
        """Make all of it, and connect it."""
        quieten()
        self.topology = topology
        self._leaves = leaves
        self._speed = speed
        self.rc = RootComplex()
        self.devices: dict[str, Device] = {}
        self.switches: dict[str, Any] = {}
        self.downstream: dict[str, list[Any]] = {}  # the ports of each switch
        self.at: dict[str, Any] = {}  # below which port each device and switch is
        self.names: dict[Any, str] = {}  # of all ports
        self._taps: dict[Any, Tap] = {}
        self.root_ports: list[Any] = []
        for number, node in enumerate(topology.ports):
            port = self.rc.make_port()
            self.root_ports.append(port)
            self.names[port] = port_name(number)
            self._build(port, node)

    def _build(self, port: Any, node: Node) -> None:
        if isinstance(node, SwitchPlan):
            switch = Switch()
            _retire(switch.upstream_bridge.upstream_port)
            self.switches[node.name] = switch
            self.downstream[node.name] = [switch.make_port() for _ in node.ports]
            below = self.downstream[node.name]
            for number, (each, under) in enumerate(zip(below, node.ports, strict=True)):
                self.names[each] = f"{node.name}.{number}"
                self._build(each, under)
        elif isinstance(node, DevicePlan):
            self.devices[node.name] = Device(node, self._leaves)
            _retire(self.devices[node.name].upstream_port)
        _retire(port.downstream_port)
        self._empty(port)
        if node is not None:
            self.plug(port, node.name)

    # ---- plugging --------------------------------------------------------------------------------

    def plug(self, port: Any, name: str) -> None:
        """Connect a device or a switch with a port, by a new link."""
        ends = [SimPort(fc_init=_CREDITS), SimPort(fc_init=_CREDITS)]
        generation, lanes = self._speed()
        for end in ends:
            end.max_link_speed, end.max_link_width = generation, lanes
        port.set_downstream_port(ends[0])
        ends[0].rx_handler = self._taps.get(port, port.downstream_recv)
        if name in self.devices:
            self.devices[name].set_port(ends[1])
        else:
            self.switches[name].set_upstream_port(ends[1])
        ends[0].connect(ends[1])
        self.at[name] = port

    def tap(self, port: Any, tap: Tap) -> None:
        """Have what arrives at a root port go somewhere else."""
        self._taps[port] = port.downstream_port.rx_handler = tap

    def unplug(self, name: str) -> Any:
        """Take a device or a switch out, with all below it; return the port that it was at.

        What is under way on its link is lost, and what was below it is reset.
        """
        port = self.at.pop(name)
        port.downstream_port.rx_handler = _lose
        self._empty(port)
        self._reset(name)
        return port

    def _reset(self, name: str) -> None:
        if name in self.devices:
            self.devices[name].reset()
            return
        for bridge in (self.switches[name].upstream_bridge, *self.downstream[name]):
            bridge.pri_bus_num = bridge.sec_bus_num = bridge.sub_bus_num = 0
        for below, port in list(self.at.items()):
            if port in self.downstream[name]:
                self._reset(below)

    @staticmethod
    def _empty(port: Any) -> None:
        """Have a port answer requests to what is not there as unsupported."""

        async def unsupported(tlp: Any) -> None:
            tlp.release_fc()
            if tlp.is_nonposted():
                await port.upstream_send(Tlp.create_ur_completion_for_tlp(tlp, port.pcie_id))

        port.downstream_tx_handler = unsupported

    # ---- looking ---------------------------------------------------------------------------------

    def functions(self) -> Iterator[Function]:
        """Yield all functions, those that are unplugged, too."""
        for device in self.devices.values():
            yield from device.functions

    def function(self, name: str) -> Function:
        """Return a function by its name."""
        return next(each for each in self.functions() if each.plan.name == name)

    def above(self, name: str) -> tuple[Any, ...]:
        """Return the ports above a device or a switch, from the root port down; none: unplugged."""
        port = self.at.get(name)
        if port is None:
            return ()
        if port in self.root_ports:
            return (port,)
        over = self.above(self.way(name)[1])
        return (*over, port) if over else ()

    def devices_below(self, name: str) -> list[str]:
        """Return the devices that are a part of a device or switch: itself, or those below."""
        return [each for each in self.devices if name in self.way(each)]

    def way(self, name: str) -> tuple[str, ...]:
        """Return the names of a device or a switch and of the switches above it."""
        port = self.at.get(name)
        above = next((each for each, ports in self.downstream.items() if port in ports), None)
        return (name, *(self.way(above) if above is not None else ()))

    def root_port(self, name: str) -> int | None:
        """Return the number of the root port that a device or a switch is below, if any."""
        over = self.above(name)
        return self.root_ports.index(over[0]) if over else None


def _retire(port: Any) -> None:
    """Keep an end of a link that is never connected from looking for the other end."""
    port.fc_initialized = True


async def _lose(tlp: Any) -> None:
    """Take a TLP from a link that is gone."""
    tlp.release_fc()


def quieten() -> None:
    """Let cocotbext-pcie say nothing: it logs each access, and warns of each empty slot."""
    logging.getLogger("cocotb.pcie").setLevel(logging.CRITICAL)
