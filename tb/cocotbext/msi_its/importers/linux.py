# SPDX-License-Identifier: MIT
"""What Linux says: ftrace, /proc/interrupts, lspci, and what its firmware says of DeviceIDs.

Several files make one trace, in whatever order they are given:

- a device tree (`dtc -O dts`), or IORT (`iasl -d`): DeviceID bases of the segments;
- `lspci -vvv`: bus numbers of bridges, MSI and MSI-X capabilities;
- `/proc/interrupts`: which device's which vector an interrupt is;
- ftrace or `trace-cmd report`: interrupts as they are handled, and events of the ITS or of MSI that
  have a device and data.

A vector is a route: enabled as the files say, and signalled at each `irq_handler_entry`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cocotbext.msi_its.importers.device_ids import DeviceTree, Iort, bases
from cocotbext.msi_its.importers.gaps import Gaps
from cocotbext.msi_its.importers.importer import Importer
from cocotbext.msi_its.importers.ports import DOORBELL, MOST_ROUTES, Time, TooManyError
from cocotbext.msi_its.importers.writer import Entry, Sink
from cocotbext.msi_its.vocabulary.its_trace import BITS, COMMANDS
from cocotbext.msi_its.vocabulary.trace_file import blocks
from msi_its_model.widths import ADDRESS_BITS

LPIS: Final = 8192
"""The first INTID that is an LPI."""

_TREE, _IORT, _LSPCI, _INTERRUPTS, _FTRACE = range(5)
"""The files, in the order in which they are read."""

_SIGNS: Final = {
    _TREE: rb"\s*/dts-v1/|\s*msi-map\s*=",
    _IORT: rb"\[[0-9A-F]{3,8}h [^\]]*\].* : |.*Signature : \"IORT\"",
    _LSPCI: rb"(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7] |\s+Capabilities: \[[0-9a-f]+",
    _INTERRUPTS: rb"\s+CPU\d+(?:\s+CPU\d+)*\s*$|\s*\d{1,6}:\s+\d+ .*MSI",
    _FTRACE: rb"# tracer:|\s*.{1,40}-\d+\s+(?:\([^)]*\)\s+)?\[\d+\]\s.*\d[.,]\d{6}: ",
}

_DEVICE: Final = re.compile(
    rb"(?:([0-9a-f]{4,8}):)?([0-9a-f]{2}):([0-9a-f]{2})\.([0-7]) (.{0,200})", re.ASCII
)
_BUSES: Final = re.compile(
    rb"\s+Bus: primary=([0-9a-f]{2}), secondary=([0-9a-f]{2}), "
    rb"subordinate=([0-9a-f]{2})",
    re.ASCII,
)
_CAPABILITY: Final = re.compile(
    rb"\s+Capabilities: \[[0-9a-f]+(?: v\d+)?\] (MSI|MSI-X): Enable([+-]) Count=(\d+)(?:/\d+)?"
    rb"(?: Maskable[+-])?(?: Masked([+-]))?",
    re.ASCII,
)
_ADDRESS: Final = re.compile(rb"\s+Address: ([0-9a-f]{8,16})\s+Data: ([0-9a-f]{4,8})", re.ASCII)
_MASKING: Final = re.compile(rb"\s+Masking: ([0-9a-f]{8})", re.ASCII)
_TO_PCI: Final = re.compile(rb"PCI-Express to PCI", re.ASCII)

_INTERRUPT: Final = re.compile(
    rb"\s*(\d{1,9}):((?:\s+\d+)+)\s+(\S{1,64}?)\s+(\d{1,19})[\s-]\s*(?:Edge|Level|edge|level)\S*"
    rb"\s*(.{0,80})",
    re.ASCII,
)
_NAMED: Final = re.compile(
    rb"\S*PCI-MSIX?-([0-9a-f]{4,8}):([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])", re.ASCII
)
_MSI_CHIP: Final = re.compile(rb"(?:\S*-)?(?:ITS-MSI|PCI-MSIX?)", re.ASCII)

_EVENT: Final = re.compile(
    rb"\s*.{1,40}?-\d{1,10}\s+(?:\([^)]{1,12}\)\s+)?\[\d{1,5}\]\s+(?:\S{3,8}\s+)?"
    rb"(\d{1,12})[.,](\d{6,9}): (?:\w{1,32}:)?(\w{1,64}):\s*(.*)",
    re.ASCII,
)
_FIELD: Final = re.compile(
    rb"(\w{1,32})[=:] ?(0x[0-9a-fA-F]{1,16}|[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]|\d{1,20})\b", re.ASCII
)
_NAMES: Final = {
    **dict.fromkeys(("devid", "dev_id", "device_id", "deviceid"), "devid"),
    **dict.fromkeys(("rid", "requester_id", "bdf", "sid"), "rid"),
    **dict.fromkeys(("eventid", "event_id", "event"), "eventid"),
    **dict.fromkeys(("intid", "lpi", "pintid", "phys_id"), "intid"),
    **dict.fromkeys(("collection", "col", "col_id", "icid", "ic_id"), "collection"),
    **dict.fromkeys(("address", "addr", "msi_addr", "doorbell"), "address"),
    **dict.fromkeys(("data", "msi_data", "payload"), "data"),
    **dict.fromkeys(("size", "nr_ites_bits", "itt_size_bits"), "itt_size_bits"),
    **dict.fromkeys(("rdbase", "target", "target_addr", "vcpu_id"), "rdbase"),
    "valid": "valid",
}
"""What the fields of events are called, and what a trace calls them."""

X86_DOORBELL: Final = 0xFEE0_0000


@dataclass(slots=True)
class _Device:
    """A device of lspci."""

    line: int
    segment: int
    bus: int
    devfn: int
    name: str
    buses: tuple[int, int] | None = None
    to_pci: bool = False
    vectors: list[_Vector] = field(default_factory=list)

    @property
    def rid(self) -> int:
        """Its requester ID."""
        return self.bus << 8 | self.devfn


@dataclass(slots=True)
class _Vector:
    """A capability for messages: which, whether it is enabled, whether masked, how many."""

    line: int
    x: bool
    enabled: bool
    count: int
    masked: bool
    message: tuple[int, int] | None = None
    mask: int = 0


@dataclass(slots=True)
class _Route:
    """A vector as a route: its index, and the message that it sends while it is enabled."""

    index: int
    rid: int
    segment: int
    address: int
    data: int
    enabled: bool = False


class Linux(Importer):
    """Reads what Linux says."""

    name = "linux"
    title = "a log of Linux (ftrace, lspci, /proc/interrupts, device tree, IORT)"
    signs = re.compile(b"^(?:" + b"|".join(_SIGNS.values()) + b")")

    def __init__(self, writer: Sink, gaps: Gaps) -> None:
        super().__init__(writer, gaps)
        self._take: Callable[[int, bytes], None] = self._ftrace
        self._tree = DeviceTree(gaps)
        self._iort = Iort(gaps)
        self._device: _Device | None = None
        self._aliases: dict[tuple[int, int], int] = {}  # the requester ID of a conventional bus
        self._routes: dict[tuple[int, int, int], _Route] = {}  # by segment, rid, index
        self._irqs: dict[int, _Route] = {}
        self._irqfds: set[int] = set()
        self._doorbell = 0
        self._start: int | None = None
        self._interrupts = False
        self._tables: list[int] = []  # lines of MSI-X capabilities
        self._masked: set[tuple[int, int]] = set()  # functions that have all vectors masked

    # ---- files ----------------------------------------------------------------------------------

    @classmethod
    def arranged(cls, paths: Sequence[str | Path]) -> list[str | Path]:
        """Return the files in the order in which they are understood."""
        return sorted(paths, key=lambda path: _file_of(next(blocks(path, 200), [])))

    def begin(self, start: Sequence[bytes]) -> None:
        """Start with a file of the kind that its first lines are of."""
        self._take = {
            _TREE: lambda number, line: self._tree.take(number, line.decode(errors="replace")),
            _IORT: lambda number, line: self._iort.take(number, line.decode(errors="replace")),
            _LSPCI: self._lspci,
            _INTERRUPTS: self._interrupt,
            _FTRACE: self._ftrace,
        }[_file_of(start[:200])]

    def take(self, first: int, lines: Sequence[bytes]) -> None:
        """Take the next lines of a file."""
        take = self._take
        for number, line in enumerate(lines, first):
            take(number, line[:4096])

    def finish(self) -> None:
        """Say what is missing."""
        for line in () if self._interrupts else self._tables[:MOST_ROUTES]:
            self.gaps.unknown(
                "MSI-X tables: lspci does not show which vectors are masked, nor their messages; "
                "/proc/interrupts says which are in use",
                line,
            )

    def end(self) -> None:
        """Write what is left of a file."""
        self._end_device()
        found = [*self._tree.found, *self._iort.found]
        if found:
            for segment, (base, line) in bases(found, self.gaps).items():
                self.ports.bases[segment] = base
                self._try(lambda s=segment, n=line: self.ports.connection(s, n))  # type: ignore[misc]
            self._tree, self._iort = DeviceTree(self.gaps), Iort(self.gaps)

    def _try(self, do: Callable[[], object]) -> None:
        """Do what needs a port or a segment; note it where there are too many."""
        try:
            do()
        except TooManyError as error:
            self.gaps.leave_out(str(error))

    # ---- lspci ----------------------------------------------------------------------------------

    def _lspci(self, number: int, line: bytes) -> None:
        found = _DEVICE.match(line)
        if found is not None:
            self._end_device()
            segment = int(found[1] or b"0", 16)
            if segment >> 16 or int(found[3], 16) > 31:
                self.gaps.leave_out("devices of a domain that is no PCI segment (VMD)", number)
                return
            devfn = int(found[3], 16) << 3 | int(found[4])
            name = found[5].split(b":")[0].decode(errors="replace")
            self._device = _Device(number, segment, int(found[2], 16), devfn, name)
            return
        device = self._device
        if device is None or line[:1] not in (b" ", b"\t"):
            return
        if b"Bus: primary" in line:
            buses = _BUSES.match(line)
            if buses is None:
                self.gaps.refuse(number, "lspci: bus numbers that cannot be read", line)
            else:
                device.buses = int(buses[2], 16), int(buses[3], 16)
        elif _TO_PCI.search(line):
            device.to_pci = True
        elif b" MSI" in line and (capability := _CAPABILITY.match(line)) is not None:
            x = capability[1] == b"MSI-X"
            device.vectors.append(
                _Vector(
                    *(number, x, capability[2] == b"+", min(int(capability[3]), 2048)),
                    masked=capability[4] == b"+",
                )
            )
        elif device.vectors and not device.vectors[-1].x:
            vector = device.vectors[-1]
            if (address := _ADDRESS.match(line)) is not None:
                vector.message = int(address[1], 16), int(address[2], 16)
            elif (masking := _MASKING.match(line)) is not None:
                vector.mask = int(masking[1], 16)

    def _end_device(self) -> None:
        device, self._device = self._device, None
        if device is None:
            return
        if device.buses is not None:
            self._try(lambda: self._bridge(device))
        for vector in device.vectors:
            if not vector.enabled:
                continue
            if vector.x:
                self._tables.append(vector.line)
                if vector.masked:
                    self._masked.add((device.segment, device.rid))
                    self.gaps.assume(
                        "routes of functions that have all vectors masked (MSI-X: Masked+) are "
                        "disabled",
                        vector.line,
                    )
            elif vector.message is not None:
                address, data = vector.message
                self._doorbell = self._doorbell or address
                for index in range(min(vector.count, 32)):
                    masked = vector.mask >> index & 1
                    route = self._route(device.segment, device.rid, index, vector.line)
                    if route is not None:
                        route.address, route.data = address, data | index
                        if not masked:
                            self._enable(route, vector.line)

    def _bridge(self, device: _Device) -> None:
        assert device.buses is not None
        address = (device.segment, device.bus, device.devfn)
        port = self.ports.bridge(address, device.name, device.line)
        if device.to_pci:
            self._aliases[device.segment, device.buses[0]] = device.buses[0] << 8
        if port is not None:
            self.ports.set_range(port, *device.buses, device.line)

    # ---- routes ---------------------------------------------------------------------------------

    def _route(self, segment: int, rid: int, index: int, line: int) -> _Route | None:
        """Return the route of a device's vector, which is made if it is not there."""
        rid = self._aliases.get((segment, rid >> 8), rid)
        key = (segment, rid, index)
        route = self._routes.get(key)
        if route is not None:
            return route
        if len(self._routes) >= MOST_ROUTES:
            self.gaps.leave_out(f"vectors: more than {MOST_ROUTES}", line)
            return None
        try:
            port = self.ports.enter(segment, rid >> 8, line)
        except TooManyError as error:
            self.gaps.leave_out(f"vectors: {error}", line)
            return None
        connection = self.ports.connection(segment, line)
        if connection not in self._irqfds:
            self._irqfds.add(connection)
            base = self.ports.bases.get(segment, segment << 16)
            entry: Entry = {"op": "connect_irqfd", "connection": connection, "devid_base": base}
            self.write(line, None, entry)
        route = _Route(len(self._routes), rid, segment, self._doorbell or DOORBELL, index)
        self._routes[key] = route
        name = f"{rid >> 8:02x}:{rid >> 3 & 31:02x}.{rid & 7} vector {index}"
        entry = {"op": "new_route", "route": route.index, "target": port.index, "note": name}
        self.write(line, None, entry)
        return route

    def _enable(self, route: _Route, line: int, t_us: Time = None) -> None:
        route.enabled = True
        entry: Entry = {"op": "enable_with_rid", "route": route.index, "rid": route.rid}
        self.write(line, t_us, {**entry, "address": route.address, "data": route.data})

    # ---- /proc/interrupts -----------------------------------------------------------------------

    def _interrupt(self, number: int, line: bytes) -> None:
        if b"MSI" not in line:
            return
        found = _INTERRUPT.match(line)
        if found is None:
            self.gaps.refuse(number, "/proc/interrupts: a line that cannot be read", line)
            return
        self._interrupts = True
        hwirq = int(found[4])
        named = _NAMED.fullmatch(found[3])
        if named is not None:
            segment, bus = int(named[1], 16), int(named[2], 16)
            rid, index = bus << 8 | int(named[3], 16) << 3 | int(named[4]), hwirq
        elif _MSI_CHIP.fullmatch(found[3]):
            # Linux's number for it: domain << 27 | requester ID << 11 | vector
            segment, rid, index = hwirq >> 27, hwirq >> 11 & 0xFFFF, hwirq & 0x7FF
        else:
            self.gaps.leave_out("interrupts of MSI controllers that are not of PCI", number)
            return
        if segment >> 16 or rid >> 16 or index > 0x7FF:
            self.gaps.leave_out("interrupts of a domain that is no PCI segment (VMD)", number)
            return
        known = (segment, rid, index) in self._routes
        route = self._route(segment, rid, index, number)
        if route is None:
            return
        self._irqs[int(found[1])] = route
        if not known and (segment, rid) not in self._masked:
            self.gaps.assume(
                "the messages of vectors: data that counts a device's vectors, as Linux has an "
                f"ITS's EventIDs, to {route.address:#x}",
                number,
            )
            self._enable(route, number)

    # ---- ftrace ---------------------------------------------------------------------------------

    def _ftrace(self, number: int, line: bytes) -> None:
        found = _EVENT.match(line)
        if found is None:
            if b"LOST" in line and b"EVENTS" in line:
                self.gaps.leave_out("events that the kernel has lost, as it says", number)
            elif b"irq_handler_entry" in line:
                self.gaps.refuse(number, "ftrace: a line that cannot be read", line)
            return
        now = int(found[1]) * 1_000_000 + int(found[2][:6])
        if self._start is None:
            self._start = now
        t_us = max(0, now - self._start)
        name = found[3].decode()
        if name == "irq_handler_entry":
            self._handled(number, t_us, found[4])
        elif name == "vector_config":
            self._configured(number, t_us, found[4])
        elif name == "vgic_update_irq_pending":
            if (lpi := re.search(rb"IRQ (\d+), level: 1", found[4])) and int(lpi[1]) >= LPIS:
                what = "LPIs of a guest (vgic_update_irq_pending): the event has no device"
                self.gaps.leave_out(what, number)
        elif "msi" in name or "its" in name.split("_"):
            self._other(number, t_us, name, found[4])

    def _handled(self, number: int, t_us: int, text: bytes) -> None:
        irq = re.match(rb"irq=(\d{1,9})\b", text)
        if irq is None:
            self.gaps.refuse(number, "irq_handler_entry: not irq=N name=...", text)
            return
        route = self._irqs.get(int(irq[1]))
        if route is None:
            what = "interrupts of which /proc/interrupts does not say which device they are"
            if not self._interrupts:
                what = "interrupts by their number alone: import /proc/interrupts beside the trace"
            self.gaps.leave_out(what, number)
            return
        if not route.enabled:
            self.gaps.assume("vectors that were masked are unmasked when they interrupt", number)
            self._enable(route, number, t_us)
        devid = self.ports.devid(route.segment, route.rid)
        message = [devid, route.address, route.data]
        entry: Entry = {"op": "signal_event", "route": route.index}
        self.write(number, t_us, {**entry, "expect": {"messages": [message]}})

    def _configured(self, number: int, t_us: int, text: bytes) -> None:
        """Take what x86 programs a vector with: the interrupt's vector, and the CPU's APIC."""
        fields = _fields(text)
        route = self._irqs.get(fields.get("irq", -1))
        if route is None or "vector" not in fields:
            return
        route.address = X86_DOORBELL | (fields.get("apicdest", 0) & 0xFF) << 12
        route.data = fields["vector"] & 0xFF
        self._enable(route, number, t_us)

    def _other(self, number: int, t_us: int, name: str, text: bytes) -> None:
        """Take an event of somebody's own: as far as it has a device and data."""
        fields = {_NAMES[key]: value for key, value in _fields(text).items() if key in _NAMES}
        command = f"its_{name.rpartition('_')[2]}"
        if command in COMMANDS:
            if "devid" not in fields and "rid" in fields:
                fields["devid"] = self.ports.devid(0, fields["rid"])
            self._command(number, t_us, command, fields)
            return
        data = fields.get("data", fields.get("eventid"))
        segment, rid = 0, fields.get("rid")
        if rid is None and "devid" in fields:
            segment, rid = self.ports.requester(fields["devid"])
        if rid is None or data is None or rid >> 16 or segment >> 16 or data >> 32:
            self.gaps.leave_out(f"{name}: it has no device and data", number)
            return
        self.gaps.assume(f"{name} is a message", number)
        address = fields.get("address", self._doorbell or DOORBELL)
        try:
            port = self.ports.enter(segment, rid >> 8, number, t_us)
        except TooManyError as error:
            self.gaps.leave_out(f"messages: {error}", number)
            return
        entry: Entry = {"op": "signal_msi_with_rid", "target": port.index, "rid": rid}
        self.write(number, t_us, {**entry, "address": address, "data": data})

    def _command(self, number: int, t_us: int, command: str, fields: dict[str, int]) -> None:
        needed, optional = COMMANDS[command]
        entry: Entry = {"op": command}
        if command in ("its_mapd", "its_mapc"):
            fields.setdefault("valid", 1)
        known = {name: fields[name] for name in (*needed, *optional) if name in fields}
        sized = command != "its_mapd" or "itt_size_bits" in known or not known.get("valid")
        based = command != "its_mapc" or "rdbase" in known or not known.get("valid")
        if any(name not in known for name in needed) or not sized or not based:
            self.gaps.leave_out(f"commands without all of their operands: {command}", number)
        elif any(value >> BITS.get(name, 1) for name, value in known.items()):
            self.gaps.leave_out(f"commands with an operand that is too wide: {command}", number)
        else:
            if "valid" in known:
                entry["valid"] = bool(known.pop("valid"))
            self.write(number, t_us, {**entry, **known})


def _fields(text: bytes) -> dict[str, int]:
    """Return the numbers of an event, by their names in lower case."""
    found = {}
    for name, value in _FIELD.findall(text[:1024]):
        if b":" in value:
            bus, device, function = re.split(rb"[:.]", value)
            number = int(bus, 16) << 8 | int(device, 16) << 3 | int(function)
        else:
            number = int(value, 16 if value[:2] == b"0x" else 10)
        if not number >> ADDRESS_BITS:
            found[name.decode().lower()] = number
    return found


def _file_of(start: Sequence[bytes]) -> int:
    """Return which of the files begins so."""
    scores = {
        file: sum(re.match(sign, line[:4096]) is not None for line in start)
        for file, sign in _SIGNS.items()
    }
    return max(scores, key=lambda file: scores[file])
