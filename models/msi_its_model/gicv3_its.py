# SPDX-License-Identifier: MIT
"""The far end: a GICv3 ITS, which says which interrupt a message becomes, or that it becomes none.

Software maps devices, events and collections with commands; a write to `GITS_TRANSLATER` is then
looked up in three tables, in this order, and the first check that fails ends it:

1. device table: is the DeviceID in range, is the device mapped (MAPD)?
2. its interrupt translation table: is the EventID, all 32 bits of the data, within the table's
   size, is the event mapped (MAPTI, MAPI)?
3. collection table: is the event's collection mapped to a redistributor (MAPC)?

What is found is an LPI, and the redistributor at which it becomes pending. Translated is not
delivered: an LPI that is not enabled stays pending, and however many messages come meanwhile, it is
one interrupt.

Source: Arm IHI 0069, *GIC Architecture Specification, GICv3 and GICv4*, chapter 5: section 5.1 for
LPIs and their configuration, 5.2 for the tables, 5.3 for each command with its checks and the names
of its errors. Where that leaves a choice (an error may stall the queue), a command that is wrong is
ignored, as QEMU does. Virtual LPIs (GICv4) and priorities are left out.

>>> from msi_its_model.gicv3_its import Its
>>> its = Its()
>>> its.mapc(collection=0, rdbase=0)
>>> its.mapd(devid=0x500, itt_size_bits=1)
>>> its.mapti(devid=0x500, eventid=1, intid=8205, collection=0)
>>> its.translate(devid=0x500, eventid=1)
Translation(reason='ok', intid=8205, collection=0, rdbase=0, itt_size_bits=1)
>>> its.translate(devid=0x600, eventid=1).reason
'dte_invalid'
>>> its.mapti(devid=0x500, eventid=2, intid=8206, collection=0)
'MAPTI_ID_OOR'
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from .widths import ADDRESS_BITS, DATA_BITS, DEVID_BITS, check_message, check_width

FIRST_LPI: Final = 8192
"""The lowest INTID of an LPI."""

EVENTID_BITS: Final = DATA_BITS
INTID_BITS: Final = 32
COLLECTION_BITS: Final = 16
RDBASE_BITS: Final = 36

OK: Final = "ok"
DTE_INVALID: Final = "dte_invalid"
EVENTID_OUT_OF_RANGE: Final = "eventid_out_of_range"
ITE_INVALID: Final = "ite_invalid"
CTE_INVALID: Final = "cte_invalid"
REASONS: Final = (OK, DTE_INVALID, EVENTID_OUT_OF_RANGE, ITE_INVALID, CTE_INVALID)
"""What can become of a message, in the order of the checks."""

_DEVICE_OOR: Final = "DEVICE_OOR"
_UNMAPPED_DEVICE: Final = "UNMAPPED_DEVICE"
_ID_OOR: Final = "ID_OOR"
_UNMAPPED_INTERRUPT: Final = "UNMAPPED_INTERRUPT"
_COLLECTION_OOR: Final = "COLLECTION_OOR"
_UNMAPPED_COLLECTION: Final = "UNMAPPED_COLLECTION"


class Translation(NamedTuple):
    """What became of a message: its `reason` (of REASONS), and what the tables said.

    `intid`, `collection` and `rdbase` are those of the interrupt: None where there is none.
    `itt_size_bits` is the size of the device's table: None where the device is not mapped.
    """

    reason: str
    intid: int | None = None
    collection: int | None = None
    rdbase: int | None = None
    itt_size_bits: int | None = None


class IttEntry(NamedTuple):
    """An entry of an interrupt translation table (ITE): an LPI, and the collection it is in."""

    intid: int
    collection: int


@dataclass(slots=True)
class DeviceTableEntry:
    """An entry of the device table (DTE): a mapped device, with its interrupt translation table.

    `itt_size_bits` is the width of its EventIDs, so that it has 2**itt_size_bits entries; the
    field of the MAPD command is one less: no table has fewer than two.
    """

    itt_size_bits: int
    itt_address: int
    itt: dict[int, IttEntry] = field(default_factory=dict)


class Lpis:
    """The LPIs at the redistributors: which are enabled, and which are pending (section 5.1).

    Software enables an LPI in a table in memory; the redistributor may keep what it read there
    until an INV or INVALL command names it: here it always does.
    """

    __slots__ = ("_configuration", "_enabled", "_pending")

    def __init__(self) -> None:
        """Start with none enabled and none pending."""
        self._configuration: set[int] = set()
        self._enabled: set[int] = set()
        self._pending: dict[int, int] = {}

    def configure(self, intid: int, enabled: bool) -> None:
        """Enable or disable an LPI in the table in memory: in force from the next INV on."""
        check_width("intid", intid, INTID_BITS)
        (self._configuration.add if enabled else self._configuration.discard)(intid)

    def reload(self, intid: int) -> None:
        """Read the configuration of an LPI again."""
        (self._enabled.add if intid in self._configuration else self._enabled.discard)(intid)

    def enabled(self, intid: int) -> bool:
        """Return whether an LPI is enabled, as its redistributor knows it."""
        return intid in self._enabled

    def set_pending(self, intid: int, rdbase: int) -> None:
        """Make an LPI pending at a redistributor; if it is already, it stays one interrupt."""
        self._pending[intid] = rdbase

    def clear_pending(self, intid: int) -> None:
        """Make an LPI not pending."""
        self._pending.pop(intid, None)

    def pending(self, intid: int) -> int | None:
        """Return at which redistributor an LPI is pending; None if it is not."""
        return self._pending.get(intid)

    def move(self, intid: int, rdbase: int) -> None:
        """Move an LPI to another redistributor, if it is pending."""
        if intid in self._pending:
            self._pending[intid] = rdbase

    def move_all(self, rdbase1: int, rdbase2: int) -> None:
        """Move all that is pending at one redistributor to another."""
        for intid, rdbase in self._pending.items():
            if rdbase == rdbase1:
                self._pending[intid] = rdbase2

    def acknowledge(self, rdbase: int) -> int | None:
        """Take an interrupt, as the redistributor's CPU does: the lowest LPI pending and enabled.

        It is pending no longer. None if there is no such LPI.
        """
        deliverable = [
            intid
            for intid, where in self._pending.items()
            if where == rdbase and intid in self._enabled
        ]
        if not deliverable:
            return None
        intid = min(deliverable)
        del self._pending[intid]
        return intid


class Its:
    """A GICv3 ITS with its tables, commands, and the LPIs behind it.

    A command returns None, or the name of the architecture's error, and then nothing has changed.
    Parameters are widths in bits: of DeviceIDs (GITS_TYPER.Devbits + 1), EventIDs
    (GITS_TYPER.ID_bits + 1), INTIDs and collections, each at most as wide as the commands have it;
    `redistributors` is how many there are (RDbase 0 to that, exclusive), None for any.

    It is a message backend (`backends.SignalMsi`) that goes behind an `ItsSignalMsi`.
    """

    __slots__ = (
        "_collection_limit",
        "_collections",
        "_devices",
        "_devid_limit",
        "_eventid_bits",
        "_intid_limit",
        "_redistributors",
        "lpis",
    )

    def __init__(
        self,
        devid_bits: int = DEVID_BITS,
        eventid_bits: int = EVENTID_BITS,
        intid_bits: int = INTID_BITS,
        collection_bits: int = COLLECTION_BITS,
        redistributors: int | None = None,
    ) -> None:
        """Start with nothing mapped."""
        for name, bits, most in (
            ("devid_bits", devid_bits, DEVID_BITS),
            ("eventid_bits", eventid_bits, EVENTID_BITS),
            ("intid_bits", intid_bits, INTID_BITS),
            ("collection_bits", collection_bits, COLLECTION_BITS),
        ):
            if not 1 <= bits <= most:
                raise ValueError(f"{name} must be from 1 to {most}, not {bits}")
        self._devid_limit = 1 << devid_bits
        self._eventid_bits = eventid_bits
        self._intid_limit = 1 << intid_bits
        self._collection_limit = 1 << collection_bits
        self._redistributors = 1 << RDBASE_BITS if redistributors is None else redistributors
        self._devices: dict[int, DeviceTableEntry] = {}
        self._collections: dict[int, int] = {}
        self.lpis = Lpis()

    # Messages

    def lookup(self, devid: int, eventid: int) -> Translation:
        """Return what a message with this DeviceID and EventID (32 bits each) would become.

        Nothing becomes pending: see `translate`. The order of the checks is the architecture's.
        """
        device = self._devices.get(devid)
        if device is None:  # or out of range: MAPD would have refused it
            return Translation(DTE_INVALID)
        bits = device.itt_size_bits
        if eventid >> bits:
            return Translation(EVENTID_OUT_OF_RANGE, itt_size_bits=bits)
        entry = device.itt.get(eventid)
        if entry is None:
            return Translation(ITE_INVALID, itt_size_bits=bits)
        intid, collection = entry
        rdbase = self._collections.get(collection)
        if rdbase is None:
            return Translation(CTE_INVALID, itt_size_bits=bits)
        return Translation(OK, intid, collection, rdbase, bits)

    def translate(self, devid: int, eventid: int) -> Translation:
        """Take a message (32 bits each): its LPI, if there is one, becomes pending."""
        found = self.lookup(devid, eventid)
        if found.intid is not None and found.rdbase is not None:
            self.lpis.set_pending(found.intid, found.rdbase)
        return found

    def write_translater(self, data: int, size: int, devid: int | None = None) -> Translation:
        """Take a write of `size` bytes to GITS_TRANSLATER, with one of the two DeviceID carriers.

        With a `devid`, that came beside the write (AWUSER): `data` has 32 bits, or 16, which are
        extended with zeros, and is the EventID. Without one, it is in the write (MSI-64): 64 bits,
        the DeviceID in the upper half of them, the EventID in the lower.

        Raises ValueError for another size, or data that does not fit.
        """
        if devid is None:
            if size != 8:
                raise ValueError(f"without a DeviceID beside it a write has 8 bytes, not {size}")
            check_width("data", data, 64)
            return self.translate(data >> 32, data & 0xFFFF_FFFF)
        if size not in (2, 4):
            raise ValueError(f"with a DeviceID beside it a write has 2 or 4 bytes, not {size}")
        check_width("devid", devid, DEVID_BITS)
        check_width("data", data, 8 * size)
        return self.translate(devid, data)

    def signal_msi(self, devid: int | None, address: int, data: int) -> None:
        """Take a message from an ITS wrapper; whatever its address, it is for GITS_TRANSLATER."""
        check_message(devid, address, data)
        if devid is not None:
            self.translate(devid, data)

    # Commands: the checks of each, in order, and what it does (section 5.3)

    def mapd(
        self, devid: int, itt_size_bits: int = 1, itt_address: int = 0, valid: bool = True
    ) -> str | None:
        """MAPD: map a device to an interrupt translation table with nothing mapped in it, or unmap.

        `itt_size_bits` is the command's field + 1. Of a device that was mapped, all mappings go.
        """
        check_width("devid", devid, DEVID_BITS)
        check_width("itt_address", itt_address, ADDRESS_BITS)
        if devid >= self._devid_limit:
            return "MAPD_DEVICE_OOR"
        if not valid:
            self._devices.pop(devid, None)
            return None
        if not 1 <= itt_size_bits <= self._eventid_bits:
            return "MAPD_ITTSIZE_OOR"
        self._devices[devid] = DeviceTableEntry(itt_size_bits, itt_address)
        return None

    def mapc(self, collection: int, rdbase: int = 0, valid: bool = True) -> str | None:
        """MAPC: map a collection to a redistributor, or unmap it; events stay in it either way."""
        check_width("collection", collection, COLLECTION_BITS)
        if collection >= self._collection_limit:
            return "MAPC_COLLECTION_OOR"
        if not valid:
            self._collections.pop(collection, None)
            return None
        check_width("rdbase", rdbase, RDBASE_BITS)
        if rdbase >= self._redistributors:
            return "MAPC_PROCNUM_OOR"
        self._collections[collection] = rdbase
        return None

    def mapti(self, devid: int, eventid: int, intid: int, collection: int) -> str | None:
        """MAPTI: map an event of a device to an LPI in a collection, which need not be mapped."""
        return self._map("MAPTI", devid, eventid, intid, collection)

    def mapi(self, devid: int, eventid: int, collection: int) -> str | None:
        """MAPI: as MAPTI, with the EventID as the INTID."""
        return self._map("MAPI", devid, eventid, eventid, collection)

    def _map(
        self, command: str, devid: int, eventid: int, intid: int, collection: int
    ) -> str | None:
        _check_event(devid, eventid)
        check_width("intid", intid, INTID_BITS)
        check_width("collection", collection, COLLECTION_BITS)
        if devid >= self._devid_limit:
            return f"{command}_{_DEVICE_OOR}"
        if collection >= self._collection_limit:
            return f"{command}_{_COLLECTION_OOR}"
        device = self._devices.get(devid)
        if device is None:
            return f"{command}_{_UNMAPPED_DEVICE}"
        if eventid >> device.itt_size_bits:
            return f"{command}_{_ID_OOR}"
        if not FIRST_LPI <= intid < self._intid_limit:
            return f"{command}_PHYSICALID_OOR"
        device.itt[eventid] = IttEntry(intid, collection)
        return None

    def movi(self, devid: int, eventid: int, collection: int) -> str | None:
        """MOVI: put an event into another collection; if its LPI is pending, that moves, too."""
        check_width("collection", collection, COLLECTION_BITS)
        found = self._find("MOVI", devid, eventid)
        if isinstance(found, str):
            return found
        device, entry, _ = found
        if collection >= self._collection_limit:
            return f"MOVI_{_COLLECTION_OOR}"
        if collection not in self._collections:
            return f"MOVI_{_UNMAPPED_COLLECTION}"
        device.itt[eventid] = IttEntry(entry.intid, collection)
        self.lpis.move(entry.intid, self._collections[collection])
        return None

    def movall(self, rdbase1: int, rdbase2: int) -> str | None:
        """MOVALL: move all that is pending at one redistributor to another; no mapping changes."""
        for name, rdbase in (("rdbase1", rdbase1), ("rdbase2", rdbase2)):
            check_width(name, rdbase, RDBASE_BITS)
            if rdbase >= self._redistributors:
                return "MOVALL_PROCNUM_OOR"
        self.lpis.move_all(rdbase1, rdbase2)
        return None

    def int_(self, devid: int, eventid: int) -> str | None:
        """INT: make the LPI of an event pending, as its message would."""
        found = self._find("INT", devid, eventid)
        if isinstance(found, str):
            return found
        _, entry, rdbase = found
        self.lpis.set_pending(entry.intid, rdbase)
        return None

    def clear(self, devid: int, eventid: int) -> str | None:
        """CLEAR: make the LPI of an event not pending; it stays mapped."""
        found = self._find("CLEAR", devid, eventid)
        if isinstance(found, str):
            return found
        self.lpis.clear_pending(found[1].intid)
        return None

    def discard(self, devid: int, eventid: int) -> str | None:
        """DISCARD: make the LPI of an event not pending, and unmap it; the device stays mapped."""
        found = self._find("DISCARD", devid, eventid)
        if isinstance(found, str):
            return found
        device, entry, _ = found
        self.lpis.clear_pending(entry.intid)
        del device.itt[eventid]
        return None

    def inv(self, devid: int, eventid: int) -> str | None:
        """INV: let the redistributor read again whether the LPI of an event is enabled."""
        found = self._find("INV", devid, eventid)
        if isinstance(found, str):
            return found
        self.lpis.reload(found[1].intid)
        return None

    def invall(self, collection: int) -> str | None:
        """INVALL: the same for all LPIs of a collection."""
        check_width("collection", collection, COLLECTION_BITS)
        if collection >= self._collection_limit:
            return f"INVALL_{_COLLECTION_OOR}"
        if collection not in self._collections:
            return f"INVALL_{_UNMAPPED_COLLECTION}"
        for device in self._devices.values():
            for entry in device.itt.values():
                if entry.collection == collection:
                    self.lpis.reload(entry.intid)
        return None

    def sync(self, rdbase: int = 0) -> str | None:
        """SYNC: wait until all before it is in force at a redistributor; here it always is."""
        check_width("rdbase", rdbase, RDBASE_BITS)
        return "SYNC_PROCNUM_OOR" if rdbase >= self._redistributors else None

    def _find(
        self, command: str, devid: int, eventid: int
    ) -> str | tuple[DeviceTableEntry, IttEntry, int]:
        """Look up an event that a command names: its device, its entry, its redistributor."""
        _check_event(devid, eventid)
        if devid >= self._devid_limit:
            return f"{command}_{_DEVICE_OOR}"
        device = self._devices.get(devid)
        if device is None:
            return f"{command}_{_UNMAPPED_DEVICE}"
        if eventid >> device.itt_size_bits:
            return f"{command}_{_ID_OOR}"
        entry = device.itt.get(eventid)
        if entry is None:
            return f"{command}_{_UNMAPPED_INTERRUPT}"
        rdbase = self._collections.get(entry.collection)
        if rdbase is None:
            return f"{command}_{_UNMAPPED_COLLECTION}"
        return device, entry, rdbase

    # What is mapped now, for reports

    def device(self, devid: int) -> DeviceTableEntry | None:
        """Return the device table's entry; None if the device is not mapped."""
        return self._devices.get(devid)

    def devices(self) -> tuple[int, ...]:
        """Return the DeviceIDs that are mapped, in the order in which they were."""
        return tuple(self._devices)

    def collections(self) -> tuple[int, ...]:
        """Return the collections that are mapped."""
        return tuple(self._collections)

    def collection(self, collection: int) -> int | None:
        """Return the redistributor that a collection is mapped to; None if it is not mapped."""
        return self._collections.get(collection)


def _check_event(devid: int, eventid: int) -> None:
    check_width("devid", devid, DEVID_BITS)
    check_width("eventid", eventid, EVENTID_BITS)
