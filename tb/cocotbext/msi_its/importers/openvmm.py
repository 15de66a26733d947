# SPDX-License-Identifier: MIT
"""OpenVMM's log: dropped messages, refused routes, and bus numbers, as far as it traces them.

OpenVMM has no event for a message that is sent. What it says, of commits 08ec11066 to 1488a37b7:

- warnings of `pci_core::msi`, rate-limited, with `rid`, `secondary` and `subordinate`: messages
  that were dropped, routes that were not enabled; they also say what the port's range was;
- `bridge enumerated` (debug, `pci_resource_assignment`): the bus numbers that it gives itself;
- `cfg space write` (trace, `pci_bus`) at offset 0x18: those that the guest writes.

Its formatter writes fields as `name=value`, unsigned ones in hexadecimal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from cocotbext.msi_its.importers.gaps import Gaps
from cocotbext.msi_its.importers.importer import Importer
from cocotbext.msi_its.importers.ports import Port, Time, TooManyError
from cocotbext.msi_its.importers.writer import Entry, Sink
from msi_its_model import PROFILES, Profile

TODAY: Final = PROFILES["08ec11066"]
"""The profile of what is only in today's: an own requester ID that is checked."""

_DROPPED: Final = b"dropping MSI: rid bus outside assigned bus range"
_REFUSED: Final = b"refusing to enable MSI route: rid bus outside assigned bus range"
_DISCONNECTED: Final = b"dropped MSI interrupt to disconnected target"
_ENUMERATED: Final = b"bridge enumerated"
_WRITTEN: Final = b"cfg space write"
_NAMELESS: Final = b"ConfigSpaceCommonHeaderEmulator: write offset=0x18"
_REMAPPED: Final = b"MSI remapping fault, interrupt dropped"
_SAID: Final = (*(_DROPPED, _REFUSED, _DISCONNECTED, _ENUMERATED, _WRITTEN, _NAMELESS, _REMAPPED),)

_ANSI: Final = re.compile(rb"\x1b\[[0-9;]*m")
_UPTIME: Final = re.compile(rb"\s*(\d{1,9})\.(\d{3,9})s\s")
_FIELD: Final = re.compile(rb"\b(\w{1,32})=(?:Some\()?(0x[0-9a-fA-F]{1,16}|\d{1,20})\b", re.ASCII)
_ADDRESS: Final = re.compile(rb"\baddress=([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])\b", re.ASCII)
_DWORD: Final = re.compile(
    rb"value=(?:ByteEnabledDwordWrite \{ value: ([0-9a-f]{1,8}), "
    rb"byte_enable: \w+\(([0-9a-f])\) \}|(0x[0-9a-fA-F]{1,8}))",
    re.ASCII,
)

_ADDRESS_UNKNOWN: Final = 0
"""The address, and the data, of a message whose warning has neither."""


class OpenVmm(Importer):
    """Reads OpenVMM's log."""

    name = "openvmm"
    title = "a log of OpenVMM"
    signs = re.compile(b"|".join(map(re.escape, (*_SAID, b"pci_core::", b"pcie::"))))

    def __init__(self, writer: Sink, gaps: Gaps) -> None:
        super().__init__(writer, gaps)
        self._start: int | None = None
        self._other: Port | None = None  # of ranges that no bridge in the log has
        self._disconnected: Port | None = None
        self._offsets: dict[int, int] = {}  # by port: the offset that its target is bound with
        self._routes: dict[int, int] = {}  # by port
        self._profile: Profile | None = None

    def header(self) -> Entry:
        """Name the profile, if only one can have been meant."""
        return {} if self._profile is None else {"profile": self._profile.name}

    def take(self, first: int, lines: Sequence[bytes]) -> None:
        """Take the next lines of the log."""
        for number, line in enumerate(lines, first):
            if b"\x1b" in line:
                line = _ANSI.sub(b"", line)
            said = next((each for each in _SAID if each in line), None)
            if said is None:
                if self._start is None:
                    self._when(line)
                continue
            t_us = self._when(line)
            try:
                self._line(number, t_us, said, line)
            except TooManyError as error:
                self.gaps.leave_out(str(error), number)

    def _when(self, line: bytes) -> Time:
        found = _UPTIME.match(line)
        if found is None:
            return None
        now = int(found[1]) * 1_000_000 + int(found[2][:6].ljust(6, b"0"))
        if self._start is None:
            self._start = now
        return max(0, now - self._start)

    def _line(self, number: int, t_us: Time, said: bytes, line: bytes) -> None:
        fields = {
            name: int(value, 0 if value[:2] == b"0x" else 10)
            for name, value in (
                (found[1].decode(), found[2]) for found in _FIELD.finditer(line[:4096])
            )
        }
        missed = fields.get("dropped_ratelimited", 0)
        if missed:
            self.gaps.leave_out(
                "warnings that OpenVMM did not log (dropped_ratelimited): its limit is 10 in 5 s "
                "at each place",
                number,
                min(missed, 1 << 32),
            )
        if said in (_DROPPED, _REFUSED):
            names = ("rid", "secondary", "subordinate")
            if any(name not in fields for name in names):
                self.gaps.refuse(number, "a warning without rid, secondary, subordinate", line)
                return
            rid, secondary, subordinate = (fields[name] for name in names)
            if rid >> 17 or secondary > 0xFF or subordinate > 0xFF:
                self.gaps.refuse(number, "a warning with a number that is too wide", line)
            elif secondary <= rid >> 8 <= subordinate:
                self.gaps.refuse(number, "a warning of a requester ID that is in range", line)
            else:
                port = self._port_of(number, t_us, rid, secondary, subordinate)
                (self._drop if said == _DROPPED else self._refuse)(number, t_us, port, rid)
        elif said == _DISCONNECTED:
            self._lost(number, t_us)
        elif said == _ENUMERATED:
            self._enumerated(number, t_us, fields, line)
        elif said == _WRITTEN:
            self._written(number, t_us, fields, line)
        elif said == _NAMELESS:
            what = "bus numbers that are written: the event of cfg_space_emu has no device"
            self.gaps.leave_out(what, number)
        else:
            self.gaps.leave_out("messages that an IOMMU dropped: it is not part of a trace", number)

    # ---- ports ----------------------------------------------------------------------------------

    def _port_of(self, number: int, t_us: Time, rid: int, secondary: int, subordinate: int) -> Port:
        """Return the port that has a range, and let it have it."""
        port = self.ports.with_range(secondary, subordinate)
        if port is None:
            self.gaps.assume(
                "the port of a warning, whose range no bridge in the log has: one for all of them",
                number,
            )
            if self._other is None:
                self._other = self.ports.extra("the port of warnings", number, t_us)
            port = self._other
            self.ports.set_range(port, secondary, subordinate, number, t_us)
        return port

    def _enumerated(self, number: int, t_us: Time, fields: dict[str, int], line: bytes) -> None:
        names = ("bus", "device", "function", "secondary", "subordinate")
        if any(fields.get(name, 256) > 255 for name in names):
            self.gaps.refuse(number, "a bridge without its bus numbers", line)
            return
        bus, device, function, secondary, subordinate = (fields[name] for name in names)
        devfn = (device << 3 | function) & 0xFF
        port = self.ports.bridge((0, bus, devfn), "bridge", number, t_us)
        if port is not None:
            self.ports.set_range(port, secondary, subordinate, number, t_us)

    def _written(self, number: int, t_us: Time, fields: dict[str, int], line: bytes) -> None:
        if fields.get("offset") != 0x18:
            return
        address, value = _ADDRESS.search(line), _DWORD.search(line)
        if address is None or value is None:
            self.gaps.refuse(number, "a write of bus numbers without address or value", line)
            return
        bus, device, function = (int(part, 16) for part in address.groups())
        port = self.ports.bridge((0, bus, (device << 3 | function) & 0xFF), "bridge", number, t_us)
        if port is None:
            return
        enable = int(value[2] or b"f", 16)
        dword = int(value[1] or value[3], 16)
        mask = sum(0xFF << 8 * lane for lane in range(4) if enable >> lane & 1)
        port.numbers = (port.numbers & ~mask | dword & mask) & 0xFF_FFFF
        self.ports.set_range(port, port.numbers >> 8 & 0xFF, port.numbers >> 16, number, t_us)

    # ---- warnings -------------------------------------------------------------------------------

    def _message(self, number: int) -> Entry:
        self.gaps.unknown("address and data of messages: the warnings have neither", number)
        return {"address": _ADDRESS_UNKNOWN, "data": 0}

    def _drop(self, number: int, t_us: Time, port: Port, rid: int) -> None:
        expect = {"expect": {"messages": [], "warnings": 1}}
        target: Entry = {"target": port.index}
        if rid >> 16:
            self._bind(number, t_us, port, rid)
            send: Entry = {"op": "signal_msi", **target}
        else:
            self.gaps.assume("messages that were dropped had an explicit requester ID", number)
            send = {"op": "signal_msi_with_rid", **target, "rid": rid}
        self.write(number, t_us, {**send, **self._message(number), **expect})

    def _bind(self, number: int, t_us: Time, port: Port, rid: int) -> None:
        """Let a port's target have a requester ID of 17 bits: it can only be its own."""
        self._profile = TODAY
        offset = rid - (port.secondary << 8) & 0xFFFF
        if self._offsets.get(port.index) != offset:
            self._offsets[port.index] = offset
            bind: Entry = {"op": "bind_target", "target": port.index, "connection": 0}
            self.write(number, t_us, {**bind, "range": port.index, "rid_offset": offset})

    def _refuse(self, number: int, t_us: Time, port: Port, rid: int) -> None:
        if rid >> 16:
            self.gaps.leave_out("routes with a requester ID of 17 bits", number)
            return
        if port.index not in self._routes:
            if not self._routes:
                connect: Entry = {"op": "connect_irqfd", "connection": 0, "segment": 0}
                self.write(number, t_us, connect)
            route = self._routes[port.index] = len(self._routes)
            new: Entry = {"op": "new_route", "route": route, "target": port.index}
            self.write(number, t_us, new)
        enable: Entry = {"op": "enable_with_rid", "route": self._routes[port.index], "rid": rid}
        expect = {"expect": {"messages": [], "warnings": 1}}
        self.write(number, t_us, {**enable, **self._message(number), **expect})

    def _lost(self, number: int, t_us: Time) -> None:
        if self._disconnected is None:
            self._disconnected = self.ports.extra("disconnected", number, t_us, connected=False)
        send: Entry = {"op": "signal_msi", "target": self._disconnected.index}
        expect = {"expect": {"messages": [], "warnings": 1}}
        self.write(number, t_us, {**send, **self._message(number), **expect})
