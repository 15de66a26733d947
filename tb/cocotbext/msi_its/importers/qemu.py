# SPDX-License-Identifier: MIT
"""QEMU's trace log: messages, the ITS's commands and look-ups, bus numbers of bridges.

The formats are those of QEMU's `trace-events` files (hw/intc, hw/pci, softmmu, later system) from
7.2 to 11; docs/importing.md has what changed. One message is several lines of one thread:

    memory_region_ops_write of GITS_TRANSLATER   the address
    gicv3_its_translation_write                  requester ID, data, size
    gicv3_its_dte_read, _ite_read, _cte_read     what became of it, as far as QEMU looked

and so is a command: gicv3_its_process_command, gicv3_its_cmd_…, then look-ups that read like those
of a message, and writes of tables. So where a line belongs is decided by what it says.
"""

from __future__ import annotations

import datetime
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from cocotbext.msi_its.importers.gaps import Gaps
from cocotbext.msi_its.importers.importer import Importer
from cocotbext.msi_its.importers.its_shadow import Seen, Shadow
from cocotbext.msi_its.importers.msix import MsixTables
from cocotbext.msi_its.importers.ports import DOORBELL, Time, TooManyError
from cocotbext.msi_its.importers.writer import Entry, Sink
from cocotbext.msi_its.vocabulary.its_trace import BITS, TRANSLATE
from cocotbext.msi_its.vocabulary.text import visible
from msi_its_model.gicv3_its import (
    CTE_INVALID,
    DTE_INVALID,
    EVENTID_OUT_OF_RANGE,
    ITE_INVALID,
    OK,
)

TRANSLATER: Final = 0x40
"""The offset of GITS_TRANSLATER in its page."""

_TABLE_SHIFT: Final = 8
"""How far the address of a table is shifted in cmd_mapd and dte_write, but not in dte_read."""

_REGISTERS: Final = {
    **{0x0: "GITS_CTLR", 0x4: "GITS_IIDR", 0x8: "GITS_TYPER", 0x80: "GITS_CBASER"},
    **{0x88: "GITS_CWRITER", 0x90: "GITS_CREADR"},
    **{0x100 + 8 * n: f"GITS_BASER{n}" for n in range(8)},
}
_CWRITER: Final = (0x88, 0x8C)

# ---- formats -------------------------------------------------------------------------------------

_ITS: Final = "GICv3 ITS: "
_ITE: Final = "ITTaddr X EventID X: valid D inttype D intid X ICID X vPEID X doorbell X"

FORMATS: Final[dict[str, str]] = {
    "translation_write": "GICv3 ITS TRANSLATER write: offset X data X size D requester_id X",
    "write": "GICv3 ITS write: offset X data X size D",
    "badwrite": "GICv3 ITS write: offset X data X size D: error",
    "process_command": _ITS + "processing command at offset X: X",
    "cmd_int": _ITS + "command INT DeviceID X EventID X",
    "cmd_clear": _ITS + "command CLEAR DeviceID X EventID X",
    "cmd_discard": _ITS + "command DISCARD DeviceID X EventID X",
    "cmd_inv": _ITS + "command INV DeviceID X EventID X",
    "cmd_sync": _ITS + "command SYNC",
    "cmd_invall": _ITS + "command INVALL",
    "cmd_mapd": _ITS + "command MAPD DeviceID X Size X ITT_addr X V D",
    "cmd_mapc": _ITS + "command MAPC ICID X RDbase X V D",
    "cmd_mapi": _ITS + "command MAPI DeviceID X EventID X ICID X",
    "cmd_mapti": _ITS + "command MAPTI DeviceID X EventID X ICID X pINTID X",
    "cmd_movall": _ITS + "command MOVALL RDbase1 X RDbase2 X",
    "cmd_movi": _ITS + "command MOVI DeviceID X EventID X ICID X",
    "dte_read": _ITS + "Device Table read for DeviceID X: valid D size X ITTaddr X",
    "dte_write": _ITS + "Device Table write for DeviceID X: valid D size X ITTaddr X",
    "dte_read_fault": _ITS + "Device Table read for DeviceID X: faulted",
    "ite_read": _ITS + "Interrupt Table read for " + _ITE,
    "ite_write": _ITS + "Interrupt Table write for " + _ITE,
    "ite_read_fault": _ITS + "Interrupt Table read for ITTaddr X EventID X: faulted",
    "cte_read": _ITS + "Collection Table read for ICID X: valid D RDBase X",
    "cte_write": _ITS + "Collection Table write for ICID X: valid D RDBase X",
    "cte_read_fault": _ITS + "Collection Table read for ICID X: faulted",
}
"""What follows `gicv3_its_` and the name of each event: X is a hexadecimal number, D a decimal."""

_OPERANDS: Final[dict[str, tuple[str, ...]]] = {
    "mapd": ("devid", "size_field", "itt_addr", "valid"),
    "mapc": ("collection", "rdbase", "valid"),
    "mapti": ("devid", "eventid", "collection", "intid"),
    "mapi": ("devid", "eventid", "collection"),
    "movi": ("devid", "eventid", "collection"),
    "movall": ("rdbase1", "rdbase2"),
    **dict.fromkeys(("int", "clear", "discard", "inv"), ("devid", "eventid")),
    **dict.fromkeys(("sync", "invall"), ()),
}
"""What the event of each command prints, in its order."""

_OPCODES: Final = {
    **{1: "movi", 3: "int", 4: "clear", 5: "sync", 8: "mapd", 9: "mapc", 10: "mapti", 11: "mapi"},
    **{12: "inv", 13: "invall", 14: "movall", 15: "discard"},
}
_WRITES: Final = {
    "mapd": "dte_write",
    "mapc": "cte_write",
    **dict.fromkeys(("mapti", "mapi", "movi", "discard"), "ite_write"),
}
"""Which table a command writes when it is executed."""

_CFG_WRITE: Final = re.compile(
    rb"(\S{1,64}) ([0-9a-f]{2}):([0-9a-f]{2})\.([0-7]) @0x(18|19|1a) <- 0x([0-9a-f]{1,8})\s*"
)
_OTHER_CFG_WRITE: Final = re.compile(rb"\S+ \S+ @0x(?!(?:18|19|1a) )[0-9a-f]+ <- 0x[0-9a-f]+\s*")
_OLD_CFG_WRITE: Final = re.compile(rb"\S+ \d+:\d+ @0x[0-9a-f]+ <- 0x[0-9a-f]+\s*")
_OPS_WRITE: Final = re.compile(
    rb"cpu -?\d{1,10} mr (?:0x[0-9a-f]+|\(nil\)) addr 0x([0-9a-f]{1,16}) value 0x([0-9a-f]{1,16}) "
    rb"size (\d{1,2}) name '([^']{0,64})'\s*"
)
_DOORBELL_REGION: Final = b"'translation'"
_CONFIG_REGIONS: Final = (b"'pcie-mmcfg-mmio'", b"'pci-conf-data'")
_X86_REGIONS: Final = (b"'apic-msi'", b"'kvm-apic-msi'")
"""Where messages go on x86: no event has their requester ID."""
_TABLE_REGION: Final = b"'msix-table'"
_REGIONS: Final = (_DOORBELL_REGION, *_CONFIG_REGIONS, *_X86_REGIONS)
"""The memory regions whose writes are read, as they end a line; with routes tables as well."""
_MAPPING: Final = re.compile(
    rb"\S{1,64} ([0-9a-f]{2}):([0-9a-f]{2})\.([0-7]) (\d{1,2}),0x([0-9a-f]{1,16})"
    rb"\+0x([0-9a-f]{1,16})\s*"
)
_CONTROL: Final = re.compile(rb"dev \S{1,64} enabled ([01]) masked ([01])\s*")
_DEVICE_OF: Final = re.compile(rb"\S{1,64} ([0-9a-f]{2}):([0-9a-f]{2})\.([0-7]) @")
_HOT_PLUG: Final = re.compile(rb"\bdevice_(add|del)\b")
_HOT_PLUGGED: Final = re.compile(rb'"id": ?"([^"]{1,64})"|(?:\bid=| )([\w.-]{1,64})\s*$')
_CONVENTIONAL: Final = re.compile(r"pcie-pci-bridge|^pci-bridge|i82801b11")
"""Bridges to a conventional bus, whose devices have no requester IDs of their own."""

_VIRTUAL: Final = re.compile(rb"cmd_v|vte_|cmd_unknown")
_UNREAD: Final = re.compile(rb"(?:bad)?read ")
_CARRIERS: Final = {
    b"vfio_msi_interrupt": "the event of a VFIO device has no requester ID of the guest",
    b"kvm_irqchip_add_msi_route": "the event of KVM's routes has no requester ID",
    b"kvm_irqchip_update_msi_route": "the event of KVM's routes has no requester ID",
}
"""Events that speak of messages, and cannot say whose."""

_STAMP: Final = re.compile(rb"(\d{1,10})@(\d{1,12})[.,](\d{6}):")
_PREFIX: Final = re.compile(
    rb"(?:(\d{1,10})@(\d{1,12})[.,](\d{6}):"
    rb"|(?:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?Z )?"
    rb"(?:\[[^\]]{0,80}\] )?(?:[^\s:]{1,64}: )?(?:\((\d{1,10}):[^)]{0,32}\): )?)$"
)
"""What QEMU writes before an event: until 10.1, since 10.2, and with -msg's parts since 11."""
_PREFIX_BYTES: Final = 256
"""How much of what is before an event is looked at: the rest is other text."""

_BRIDGES: Final = re.compile(r"root-port|bridge|ioh3420|upstream|downstream|cxl-rp|pxb")
"""What the names of QEMU's bridges have in them."""

_Device = tuple[str, int, int]
"""A device's type, bus and devfn."""

_WAITING: Final = 4096
"""How many lines wait for the look-ups of one before them, or threads are told apart."""


def _compile(text: str) -> tuple[re.Pattern[bytes], tuple[int, ...]]:
    """Return the pattern of a format, and the base of each of its numbers."""
    bases = tuple(16 if each == "X" else 10 for each in re.findall(r"\b[XD]\b", text))
    pattern = re.sub(r"\bX\b", "0x([0-9a-f]{1,16})", text)
    pattern = re.sub(r"\bD\b", r"(\\d{1,10})", pattern)
    return re.compile(pattern.encode() + rb"\s*"), bases


_EVENTS: Final = {
    f"gicv3_its_{name}".encode(): (*_compile(text), name) for name, text in FORMATS.items()
}
"""Of each event of the ITS: the pattern of what follows it, the bases of its numbers, its name."""

_MONITORS: Final = (b"handle_qmp_command", b"handle_hmp_command")
_OF_TABLES: Final = (b"pci_update_mappings_add", b"msix_write_config")
_OTHERS: Final = (b"memory_region_ops_write", b"pci_cfg_write", *_OF_TABLES, *_MONITORS, *_CARRIERS)
_NAMES: Final = re.compile(b"(" + b"|".join(sorted((*_EVENTS, *_OTHERS), reverse=True)) + b") ")
"""The events that are read."""


@dataclass(slots=True, eq=False)
class _Group:
    """A message or a command, until all lines that belong to it are there.

    `entries` is what is written for it: of a message the translator's line and the ITS's, of a
    command one.
    """

    thread: bytes | None
    line: int
    t_us: Time
    entries: list[Entry]
    devid: int | None
    eventid: int | None
    command: str = ""
    complete: bool = False
    bits: int | None = None
    intid: int | None = None
    collection: int | None = None
    rdbase: int | None = None
    reason: str | None = None
    seen: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Write:
    """A write to memory: the event after it says what it was."""

    line: int
    address: int
    value: int
    size: int
    doorbell: bool


@dataclass(slots=True)
class _Thread:
    """What a thread has begun: a write to memory, a command (line, slot, opcode), a group.

    `function` is the one whose configuration it wrote last, where that is of interest.
    """

    write: _Write | None = None
    slot: tuple[int, int, int] | None = None
    group: _Group | None = None
    function: tuple[int, int] | None = None


class Qemu(Importer):
    """Reads QEMU's trace log."""

    name = "qemu"
    title = "a QEMU trace log"
    signs = re.compile(
        rb"gicv3_its_\w+ GICv3|pci_cfg_write \S+ |memory_region_ops_write cpu "
        rb"|\d@\d{1,12}\.\d{6}:\w"
    )

    def __init__(self, writer: Sink, gaps: Gaps) -> None:
        super().__init__(writer, gaps)
        self._takers: dict[str, Callable[[int, Time, bytes | None, str, list[int]], None]] = {}
        self._handlers: dict[bytes, Callable[[int, Time, bytes | None, bytes, bytes], None]] = {
            b"memory_region_ops_write": self._ops_write,
            b"pci_cfg_write": self._cfg_write,
            b"pci_update_mappings_add": self._mapping,
            b"msix_write_config": self._control,
            **dict.fromkeys(_MONITORS, self._monitor),
            **dict.fromkeys(_CARRIERS, self._carrier),
        }
        takers = {
            "translation_write": self._message,
            **dict.fromkeys(("write", "badwrite"), self._register),
            "process_command": self._process,
        }
        for event, (_, _, name) in _EVENTS.items():
            look = self._command if name.startswith("cmd_") else self._lookup
            self._takers[name] = takers.get(name, look)
            self._handlers[event] = self._its
        self._threads: dict[bytes | None, _Thread] = {}
        self._start: int | None = None
        self._dates: dict[bytes, bytes] = {}  # the last one
        self._waiting: deque[_Group | tuple[int, Time, Entry]] = deque()
        self._open: list[_Group] = []
        self._seen: set[str] = set()  # which look-ups and writes of tables the log has
        self._doorbell = 0
        self._half: tuple[int, Time, _Device, int] | None = None
        self._bridges: dict[_Device, bool] = {}
        self._tables = MsixTables(self.ports, self.write, gaps)
        self._whole = False  # whether the log has all commands, from when the ITS was enabled
        self._begun = self._commands = False  # whether there was a message or a command
        self._shadow = Shadow()

    @property
    def _regions(self) -> tuple[bytes, ...]:
        return (*_REGIONS, _TABLE_REGION) if self.routes else _REGIONS

    # ---- lines ----------------------------------------------------------------------------------

    def begin(self, start: Sequence[bytes]) -> None:
        """Take the time of the first line that has one for the beginning."""
        for line in start:
            prefix = _STAMP.match(line) or _PREFIX.match(line.partition(b" ")[0] + b" ")
            if prefix is not None:
                self._when(prefix)
            if self._start is not None:
                return

    def take(self, first: int, lines: Sequence[bytes]) -> None:
        """Take the next lines of the log."""
        handlers, stamp = self._handlers, _STAMP.fullmatch
        regions = self._regions
        for number, line in enumerate(lines, first):
            head, _, rest = line.partition(b" ")
            event = head[head.rfind(b":") + 1 :]
            handler = handlers.get(event)
            if handler is None:
                if b"gicv3_its_" in line or b"pci_cfg_write" in line or b"ops_write" in line:
                    self._search(number, line)
                continue
            if event == b"memory_region_ops_write" and not rest.rstrip().endswith(regions):
                self._skip(number, rest)
                continue
            prefix = stamp(head, 0, len(head) - len(event))
            if prefix is not None:
                start = self._start
                if start is None:
                    thread, now = self._when(prefix)
                    handler(number, now, thread, event, rest)
                    continue
                thread, seconds, fraction = prefix.groups()  # as `_when` does, faster
                t_us = int(seconds + fraction) - start
                handler(number, t_us if t_us > 0 else 0, thread, event, rest)
            elif head == event:
                handler(number, None, None, event, rest)
            else:
                self._search(number, line)

    def _search(self, number: int, line: bytes) -> None:
        """Take an event that is not at the beginning of its line."""
        found = _NAMES.search(line)
        if found is None:
            name = re.search(rb"gicv3_its_(\w+ )", line)
            if name is not None and not _UNREAD.match(name[1]):
                if _VIRTUAL.match(name[1]):
                    self.gaps.leave_out("commands and tables of virtual LPIs (GICv4)", number)
                else:
                    self.gaps.refuse(number, "an event of the ITS that is not known", line)
            return
        rest = line[found.end() :]
        if found[1] == b"memory_region_ops_write" and not rest.rstrip().endswith(self._regions):
            self._skip(number, rest)
            return
        prefix = _PREFIX.search(line[max(0, found.start() - _PREFIX_BYTES) : found.start()])
        thread, t_us = (None, None) if prefix is None else self._when(prefix)
        self._handlers[found[1]](number, t_us, thread, found[1], rest)

    def _skip(self, number: int, rest: bytes) -> None:
        if b" name '" not in rest:
            what = "memory_region_ops_write without the region's name: QEMU 6.0 and before, or cut"
            self.gaps.refuse(number, what, rest)

    def _when(self, prefix: re.Match[bytes]) -> tuple[bytes | None, Time]:
        """Return the thread and the time that are written before an event."""
        if prefix.re is _STAMP:
            thread, seconds, fraction = prefix.groups()
            now = int(seconds + fraction)
        else:
            thread, seconds, fraction, date, part, tid = prefix.groups()
            if date is None and seconds is None:
                return tid, None
            if date is not None:
                thread, fraction = tid, (part or b"0")[:6].ljust(6, b"0")
                seconds = self._seconds(date)
            now = int(seconds + fraction)
        if self._start is None:
            self._start = now
        return thread, max(0, now - self._start)

    def _seconds(self, date: bytes) -> bytes:
        """Return a date and time as the seconds since 1970; 0 for what is none."""
        if date not in self._dates:
            try:
                moment = datetime.datetime.fromisoformat(date.decode() + "+00:00")
                seconds = max(0, int(moment.timestamp()))
            except ValueError:
                seconds = 0
            self._dates = {date: b"%d" % seconds}
        return self._dates[date]

    def _thread(self, thread: bytes | None) -> _Thread:
        found = self._threads.get(thread)
        if found is None:
            if len(self._threads) >= _WAITING:
                self._threads.clear()
            found = self._threads[thread] = _Thread()
        return found

    # ---- events ---------------------------------------------------------------------------------

    def _ops_write(
        self, number: int, t_us: Time, thread: bytes | None, event: bytes, rest: bytes
    ) -> None:
        found = _OPS_WRITE.fullmatch(rest)
        if found is None:
            self.gaps.refuse(number, "memory_region_ops_write: not its format", rest)
            return
        address, value = int(found[1], 16), int(found[2], 16)
        region = b"'" + found[4] + b"'"
        if region in _X86_REGIONS:
            what = "messages to an APIC (x86): no event has their requester ID"
            self.gaps.leave_out(what, number)
            return
        if region == _TABLE_REGION:
            self._resolve(whole=True)
            self._tables.write_table(number, t_us, address, value, int(found[3]))
            return
        doorbell = region == _DOORBELL_REGION
        state = self._thread(thread)
        self._expire_write(state)
        state.write = _Write(number, address, value, int(found[3]), doorbell)

    def _expire_write(self, state: _Thread) -> None:
        """A write to memory that no event has explained will not be explained any more."""
        if state.write is not None and state.write.doorbell:
            self.gaps.leave_out(
                "writes to GITS_TRANSLATER with no gicv3_its_translation_write after them: "
                "only that event has the requester ID",
                state.write.line,
            )
        state.write = None

    def _its(
        self, number: int, t_us: Time, thread: bytes | None, event: bytes, rest: bytes
    ) -> None:
        pattern, bases, name = _EVENTS[event]
        found = pattern.fullmatch(rest)
        if found is None:
            what = f"{event.decode()}: not the format of QEMU 7.2 and after"
            if b"INV or INVALL" in rest:
                what = f"{event.decode()} of QEMU 7.0, which has no operands"
            self.gaps.refuse(number, what, rest)
            return
        self._takers[name](number, t_us, thread, name, list(map(int, found.groups(), bases)))

    def _carrier(
        self, number: int, t_us: Time, thread: bytes | None, event: bytes, rest: bytes
    ) -> None:
        self.gaps.leave_out(f"{event.decode()}: {_CARRIERS[event]}", number)

    # ---- messages -------------------------------------------------------------------------------

    def _message(
        self, number: int, t_us: Time, thread: bytes | None, name: str, values: list[int]
    ) -> None:
        offset, data, size, rid = values
        state = self._thread(thread)
        self._end(state)
        write, state.write = state.write, None
        if offset != TRANSLATER:
            self.gaps.leave_out("writes to the page of GITS_TRANSLATER, but beside it", number)
            return
        if size not in (2, 4) or data >> 8 * size or rid >> 16:
            what = "a message of a width that there is not"
            self.gaps.refuse(number, what, f"data {data:#x} size {size} rid {rid:#x}".encode())
            return
        if not self._commands and not self._shadow.missing:  # they may not be traced at all
            self._whole, self._shadow.missing = False, True
        if write is not None and write.doorbell and write.value == data:
            self._doorbell = write.address
        elif not self._doorbell:
            self._doorbell = DOORBELL
            self.gaps.assume(
                f"the address of messages, which only memory_region_ops_write has: {DOORBELL:#x}, "
                "that of the machine virt",
                number,
            )
        self._resolve(whole=True)
        try:
            port = self.ports.enter(0, rid >> 8, number, t_us)
        except TooManyError as error:
            self.gaps.leave_out(f"messages: {error}", number)
            return
        address = self._doorbell
        route = self._tables.route_of(rid, address, data)
        send: Entry = {"op": "signal_msi_with_rid", "target": port.index, "rid": rid}
        send |= {"address": address, "data": data}
        if route is not None:
            send = {"op": "signal_event", "route": route}
        if route is not None or port.has(rid >> 8):
            send["expect"] = {"messages": [[rid, address, data]]}
        else:
            send["note"] = "its port does not have this bus now; QEMU does not check, and sent it"
            self.gaps.assume(
                "the port of messages whose bus no port had at that moment: the one that had it "
                "last. The translator drops them, QEMU did not; they have no expect",
                number,
            )
        if not rid >> 8 and self.ports.any_without_buses:
            what = "whether messages of bus 0 are of the root complex, or from behind a port at 0/0"
            self.gaps.unknown(what, number)
        became: Entry = {"op": TRANSLATE, "devid": rid, "eventid": data, "size": size}
        self._begin(state, _Group(thread, number, t_us, [send, became], rid, data))

    def _register(
        self, number: int, t_us: Time, thread: bytes | None, name: str, values: list[int]
    ) -> None:
        offset, data, size = values
        self._end(self._thread(thread))
        if offset in _CWRITER:
            return
        if _REGISTERS.get(offset) == "GITS_CTLR" and data & 1 and not self._begun:
            self._whole = True
        register = _REGISTERS.get(offset, f"{offset:#x}")
        entry: Entry = {"op": "its_reg_write", "reg": register, "value": data, "size": size}
        if name == "badwrite":
            entry["note"] = "QEMU has no such register, or it cannot be written"
        self.write(number, t_us, entry)

    # ---- commands -------------------------------------------------------------------------------

    def _process(
        self, number: int, t_us: Time, thread: bytes | None, name: str, values: list[int]
    ) -> None:
        slot, opcode = values
        state = self._thread(thread)
        self._end(state)
        self._expire_write(state)
        state.slot = (number, slot, opcode)

    def _expire_slot(self, state: _Thread) -> None:
        """The event of a command that was started is not in the log."""
        if state.slot is None:
            return
        line, _, opcode = state.slot
        state.slot = None
        name = _OPCODES.get(opcode)
        if name is None:
            self.gaps.leave_out("commands of virtual LPIs (GICv4), and unknown ones", line)
        else:
            what = f"commands whose operands are not in the log: no gicv3_its_cmd_{name}"
            self.gaps.leave_out(what, line)
            self._whole, self._shadow.missing = False, True

    def _command(
        self, number: int, t_us: Time, thread: bytes | None, name: str, values: list[int]
    ) -> None:
        name = name.removeprefix("cmd_")
        state = self._thread(thread)
        slot = state.slot
        self._commands = True
        if slot is not None and _OPCODES.get(slot[2]) == name:
            state.slot = None
        else:
            slot = None
        self._end(state)
        entry: Entry = {"op": f"its_{name}", **dict(zip(_OPERANDS[name], values, strict=True))}
        if name == "mapd":
            entry["itt_addr"] <<= _TABLE_SHIFT
            entry["itt_size_bits"] = entry["size_field"] + 1
        if slot is not None:
            entry["queue_slot"] = slot[1]
        if any(value >> BITS.get(field, 1) for field, value in entry.items() if field != "op"):
            self.gaps.refuse(number, "a command with an operand that is too wide", b"")
            return
        if "valid" in entry:
            entry["valid"] = bool(entry["valid"])
        devid, eventid = entry.get("devid"), entry.get("eventid")
        group = _Group(thread, number, t_us, [entry], devid, eventid, name)
        group.collection = entry.get("collection") if name == "mapc" else None
        self._begin(state, group)
        if not _OPERANDS[name] or name == "movall":  # nothing is looked up
            group.reason = OK if name != "movall" else None
            self._close(group)

    # ---- what belongs to one of them ------------------------------------------------------------

    def _begin(self, state: _Thread, group: _Group) -> None:
        state.group = group
        self._begun = True
        self._open.append(group)
        self._waiting.append(group)
        while len(self._waiting) > _WAITING:
            head = self._waiting[0]
            assert isinstance(head, _Group)
            self._close(head)

    def _end(self, state: _Thread) -> None:
        """Something new begins in a thread: what was before has all its lines."""
        self._expire_slot(state)
        if state.group is not None:
            self._close(state.group)

    def _lookup(
        self, number: int, t_us: Time, thread: bytes | None, name: str, values: list[int]
    ) -> None:
        self._seen.add(name)
        for group in reversed(self._open):
            if group.thread == thread and self._belongs(group, name, values):
                group.seen.add(name)
                self._look(group, number, name, values)
                return

    def _belongs(self, group: _Group, name: str, values: list[int]) -> bool:
        if name in group.seen and not (group.command == "movi" and name == "cte_read"):
            return False
        if name.endswith("_write"):
            if _WRITES.get(group.command) != name:
                return False
            key = {"d": group.devid, "i": group.eventid, "c": group.collection}[name[0]]
            return values[1 if name[0] == "i" else 0] == key
        if name[0] == "d":
            return values[0] == group.devid
        if name[0] == "i":
            return values[1] == group.eventid
        return group.command != "mapc"

    def _look(self, group: _Group, number: int, name: str, values: list[int]) -> None:
        match name:
            case "dte_read":
                _, valid, size, _ = values
                if size > 31:
                    self.gaps.refuse(number, "a device's table of more than 32 bits", b"")
                elif not valid:
                    group.reason = DTE_INVALID
                else:
                    group.bits = size + 1
                    if group.eventid is not None and group.eventid >> group.bits:
                        group.reason = EVENTID_OUT_OF_RANGE
            case "ite_read":
                _, _, valid, kind, intid, collection, _, _ = values
                if not valid:
                    group.reason = ITE_INVALID
                elif kind != 1 or intid >> BITS["intid"] or collection >> BITS["collection"]:
                    self.gaps.unknown("what became of messages that are virtual LPIs", number)
                    group.seen.add("fault")
                else:
                    group.intid, group.collection = intid, collection
            case "cte_read":
                collection, valid, rdbase = values
                if not valid:
                    group.reason = CTE_INVALID
                elif not rdbase >> BITS["rdbase"]:
                    group.rdbase, group.reason = rdbase, OK
            case "dte_write" | "ite_write" | "cte_write":
                group.reason = OK
            case _:
                self.gaps.unknown("what became of messages: QEMU could not read a table", number)
                group.seen.add("fault")
        failed = group.reason is not None and group.reason != OK
        if failed or (group.reason == OK and not self._still_writes(group)):
            self._close(group)

    def _still_writes(self, group: _Group) -> bool:
        """Whether a command that was right so far has yet to write its table."""
        wanted = _WRITES.get(group.command)
        return wanted is not None and wanted not in group.seen

    def _close(self, group: _Group) -> None:
        """All of a message or a command is there: write it, as soon as what is before it is."""
        if group.complete:
            return
        group.complete = True
        self._open.remove(group)
        state = self._threads.get(group.thread)
        if state is not None and state.group is group:
            state.group = None
        if group.command:
            self._result(group)
        else:
            self._expect(group)
        self._flush()

    def _result(self, group: _Group) -> None:
        entry = group.entries[0]
        reason = group.reason
        wanted = _WRITES.get(group.command)
        if "fault" in group.seen:
            reason = None
        elif wanted is not None and wanted not in group.seen and reason in (None, OK):
            reason = "ignored" if wanted in self._seen else None
        elif reason is None and group.command != "movall" and "cte_read" in self._seen:
            reason = "ignored"
        if reason is None:
            self.gaps.unknown("whether commands were executed: the log does not say", group.line)
        else:
            entry["result"] = reason

    def _expect(self, group: _Group) -> None:
        became = group.entries[1]
        expect: Entry = {}
        if group.bits is not None:
            expect["itt_size_bits"] = group.bits
        if group.reason is not None and "fault" not in group.seen:
            ok = group.reason == OK
            expect["reason"] = group.reason
            expect["intid"] = group.intid if ok else None
            expect["collection"] = group.collection if ok else None
            expect["rdbase"] = group.rdbase if ok else None
            if ok and group.intid is None:  # its look-up is not in the log
                del expect["intid"], expect["collection"]
        else:
            what = "what became of messages: not all of gicv3_its_dte_read, _ite_read, _cte_read"
            self.gaps.unknown(f"{what} are in the log", group.line)
        if expect:
            became["expect" if "expect" in group.entries[0] else "x_expect"] = expect

    def write(self, line: int, t_us: Time, entry: Entry) -> None:
        """Write a line of the trace, after those that wait for their look-ups."""
        if self._waiting:
            self._waiting.append((line, t_us, entry))
        else:
            super().write(line, t_us, entry)

    def _flush(self) -> None:
        while self._waiting:
            head = self._waiting[0]
            if isinstance(head, _Group):
                if not head.complete:
                    return
                for entry in (*self._before(head), *head.entries):
                    super().write(head.line, head.t_us, entry)
            else:
                super().write(*head)
            self._waiting.popleft()

    def _before(self, group: _Group) -> Iterator[Entry]:
        """Give the commands that must have come before, in a log that does not have all of them."""
        if self._whole:
            return
        seen = Seen(
            *(group.devid, group.eventid, group.bits, group.intid),
            *(group.collection, group.rdbase, group.reason),
        )
        for entry in self._shadow.before(seen) if group.seen else ():
            self.gaps.assume(
                "commands that the ITS must have had, and that are not in the log", group.line
            )
            yield entry
        if group.command and group.reason in (OK, None):
            self._shadow.execute(group.command, group.entries[0])

    # ---- bus numbers ----------------------------------------------------------------------------

    def _cfg_write(
        self, number: int, t_us: Time, thread: bytes | None, event: bytes, rest: bytes
    ) -> None:
        if _OTHER_CFG_WRITE.fullmatch(rest):
            if self.routes and (named := _DEVICE_OF.match(rest)) is not None:
                bus, slot, function = (int(part, 16) for part in named.groups())
                self._thread(thread).function = bus, (slot << 3 | function) & 0xFF
            return
        found = _CFG_WRITE.fullmatch(rest)
        if found is None:
            what = "pci_cfg_write: not the format of QEMU 7.2 and after"
            if _OLD_CFG_WRITE.fullmatch(rest):
                what = "pci_cfg_write of QEMU 6.2 and before, which has no bus"
            self.gaps.refuse(number, what, rest)
            return
        name = found[1].decode("ascii", "replace")
        device = (name, int(found[2], 16), int(found[3], 16) << 3 | int(found[4]))
        offset, value = int(found[5], 16), int(found[6], 16)
        state = self._thread(thread)
        write, state.write = state.write, None
        size = None
        if write is not None and not write.doorbell and write.value == value:
            size = write.size
        if device[2] > 0xFF:
            self.gaps.refuse(number, "pci_cfg_write: there is no such device number", rest)
        elif self._is_bridge(device, offset, value, size, number):
            self._resolve(whole=offset != 0x19 or self._half is None or self._half[2] != device)
            if size is None:
                size = self._size(device, offset, value, number, t_us)
            if size:
                self._numbers(device, offset, value, size, number, t_us)

    def _is_bridge(
        self, device: _Device, offset: int, value: int, size: int | None, line: int
    ) -> bool:
        """Return whether a device has bus numbers at 0x18, not the address of a BAR."""
        known = self._bridges.get(device)
        if offset == 0x18 and size in (None, 4) and value >> 4 == 0xFFF_FFFF:
            self._bridges[device] = False  # how the size of a BAR is asked for
            return False
        if known is not None:
            return known
        if not _BRIDGES.search(device[0]):
            bus = device[1]
            plausible = value & 0xFF == bus and value >> 8 & 0xFF > bus and not value >> 24
            if offset == 0x18 and not plausible:
                return False
            self.gaps.assume(f"{visible(device[0])} is a bridge: it is given bus numbers", line)
        self._bridges[device] = True
        return True

    def _size(self, device: _Device, offset: int, value: int, number: int, t_us: Time) -> int:
        """Return how many bytes were written, where only the value says; 0 if that is open yet."""
        self.gaps.assume(
            "how many bytes of the bus numbers are written at once: only memory_region_ops_write "
            "of pcie-mmcfg-mmio says",
            number,
        )
        if offset == 0x18 and value <= 0xFF:
            # All of them cleared, or the primary bus alone, before the others one by one.
            self._half = (number, t_us, device, value)
            return 0
        if offset == 0x18:
            return 4 if value > 0xFFFF else 2
        return 2 if value > 0xFF else 1

    def _resolve(self, whole: bool) -> None:
        """Decide what a small value at 0x18 was: all three numbers, or the first alone."""
        if self._half is None:
            return
        number, t_us, device, value = self._half
        self._half = None
        self._numbers(device, 0x18, value, 4 if whole else 1, number, t_us)

    def _numbers(
        self,
        device: _Device,
        offset: int,
        value: int,
        size: int,
        line: int,
        t_us: Time,
    ) -> None:
        name, bus, devfn = device
        if _CONVENTIONAL.search(name) and offset < 0x1A:
            self._tables.conventional(value >> 8 * (0x19 - offset) & 0xFF)
        try:
            port = self.ports.bridge((0, bus, devfn), name, line, t_us)
        except TooManyError as error:
            self.gaps.leave_out(f"bus numbers of bridges: {error}", line)
            return
        if port is None:
            return  # behind another: what it has is that one's
        shift = 8 * (offset - 0x18)
        mask = (1 << 8 * size) - 1 << shift
        port.numbers = (port.numbers & ~mask | value << shift & mask) & 0xFF_FFFF
        self.ports.set_range(port, port.numbers >> 8 & 0xFF, port.numbers >> 16, line, t_us)

    # ---- the monitor ----------------------------------------------------------------------------

    def _monitor(
        self, number: int, t_us: Time, thread: bytes | None, event: bytes, rest: bytes
    ) -> None:
        """Take hot plug and unplug: lines that are counted, and tell people when it was."""
        found = _HOT_PLUG.search(rest[:4096])
        if found is None:
            return
        name = "device_add" if found[1] == b"add" else "device_del_request"
        entry: Entry = {"op": name}
        device = _HOT_PLUGGED.search(rest[found.end() : 4096])
        if device is not None:
            entry["id"] = (device[1] or device[2]).decode(errors="replace")
        self.write(number, t_us, entry)

    # ---- MSI-X tables ---------------------------------------------------------------------------

    def _mapping(
        self, number: int, t_us: Time, thread: bytes | None, event: bytes, rest: bytes
    ) -> None:
        found = _MAPPING.fullmatch(rest)
        if found is None:
            self.gaps.refuse(number, "pci_update_mappings_add: not its format", rest)
            return
        bus, slot, function = (int(part, 16) for part in found.groups()[:3])
        address, size = int(found[5], 16), int(found[6], 16)
        self._tables.map((bus, (slot << 3 | function) & 0xFF), int(found[4]), address, size)

    def _control(
        self, number: int, t_us: Time, thread: bytes | None, event: bytes, rest: bytes
    ) -> None:
        if not self.routes:
            return
        found = _CONTROL.fullmatch(rest)
        function = self._thread(thread).function
        if found is None:
            self.gaps.refuse(number, "msix_write_config: not its format", rest)
        elif function is None:
            self.gaps.leave_out("msix_write_config of a function that no event names", number)
        else:
            self._resolve(whole=True)
            enabled, masked = (part == b"1" for part in found.groups())
            self._tables.control(function, number, t_us, enabled, masked)

    # ---- the end --------------------------------------------------------------------------------

    def finish(self) -> None:
        """Write what is left."""
        self._resolve(whole=True)
        for state in self._threads.values():
            self._expire_write(state)
            self._expire_slot(state)
        for group in list(self._open):
            self._close(group)
        self._flush()
        if self._start is None and self.writer.lines:
            self.gaps.unknown("times: the log has no time stamps (-msg timestamp=on)")
