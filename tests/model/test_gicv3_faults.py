# SPDX-License-Identifier: MIT
"""Deliberate faults of the ITS model: each is noticed by the test that it names.

What real Linux sends tells most of them from nothing, as is shown here, too: so the tests that are
named are those of `test_gicv3_its`, written for one rule each.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from msi_its_model import gicv3_its
from tests.model import test_gicv3_its as tests

SOURCE = Path(gicv3_its.__file__).read_text()


@dataclass(frozen=True)
class Fault:
    """A fault: texts of the model, each there once, what they become, and the test that notices.

    `traffic` says whether the recorded runs of Linux notice it, too.
    """

    name: str
    edits: tuple[tuple[str, str], ...]
    noticed_by: Callable[..., None]
    traffic: bool = False


FAULTS = (
    Fault(
        "table size taken as the command's field, not the field + 1",
        (
            (
                "DeviceTableEntry(itt_size_bits, itt_address)",
                "DeviceTableEntry(itt_size_bits - 1, itt_address)",
            ),
        ),
        tests.test_a_table_has_as_many_events_as_its_size_says,
        traffic=True,
    ),
    Fault(
        "a device may have a table with one event",
        (("if not 1 <= itt_size_bits", "if not 0 <= itt_size_bits"),),
        tests.test_devices_are_as_many_as_the_width_says,
    ),
    Fault(
        "MAPD keeps old entries",
        (
            (
                "self._devices[devid] = DeviceTableEntry(itt_size_bits, itt_address)",
                "old = self._devices.get(devid)\n"
                "        itt = old.itt if old is not None else {}\n"
                "        self._devices[devid] = DeviceTableEntry(itt_size_bits, itt_address, itt)",
            ),
        ),
        tests.test_mapd_maps_nothing_in_its_table,
    ),
    Fault(
        "MAPD with V = 0 ignored",
        (("self._devices.pop(devid, None)", "pass"),),
        tests.test_mapd_without_valid_unmaps_the_device_alone,
    ),
    Fault(
        "MAPD with V = 0 unmaps everything",
        (("self._devices.pop(devid, None)", "self._devices.clear()"),),
        tests.test_mapd_without_valid_unmaps_the_device_alone,
        traffic=True,
    ),
    Fault(
        "no range check of DeviceIDs",
        (
            (
                'check_width("itt_address", itt_address, ADDRESS_BITS)\n'
                "        if devid >= self._devid_limit:",
                'check_width("itt_address", itt_address, ADDRESS_BITS)\n        if False:',
            ),
        ),
        tests.test_devices_are_as_many_as_the_width_says,
    ),
    Fault(
        "no range check of EventIDs",
        (
            (
                "        if eventid >> bits:\n"
                "            return Translation(EVENTID_OUT_OF_RANGE, itt_size_bits=bits)\n",
                "",
            ),
        ),
        tests.test_an_event_beyond_the_table_is_out_of_range,
    ),
    Fault(
        "EventID wraps in the table",
        (("        if eventid >> bits:\n", "        eventid %= 1 << bits\n        if False:\n"),),
        tests.test_an_event_beyond_the_table_is_out_of_range,
    ),
    Fault(
        "EventID cut to 16 bits",
        (
            (
                "        if eventid >> bits:\n",
                "        eventid &= 0xFFFF\n        if eventid >> bits:\n",
            ),
        ),
        tests.test_an_event_beyond_the_table_is_out_of_range,
    ),
    Fault(
        "EventID cut to 11 bits",
        (
            (
                "        if eventid >> bits:\n",
                "        eventid &= 0x7FF\n        if eventid >> bits:\n",
            ),
        ),
        tests.test_an_event_beyond_the_table_is_out_of_range,
    ),
    Fault(
        "the range is checked after the entry",
        (
            (
                "        if eventid >> bits:\n"
                "            return Translation(EVENTID_OUT_OF_RANGE, itt_size_bits=bits)\n"
                "        entry = device.itt.get(eventid)\n"
                "        if entry is None:\n",
                "        entry = device.itt.get(eventid)\n"
                "        if entry is not None and eventid >> bits:\n"
                "            return Translation(EVENTID_OUT_OF_RANGE, itt_size_bits=bits)\n"
                "        if entry is None:\n",
            ),
        ),
        tests.test_the_checks_are_in_the_architectures_order,
    ),
    Fault(
        "MAPTI taken as MAPI",
        (
            (
                'self._map("MAPTI", devid, eventid, intid, collection)',
                'self._map("MAPTI", devid, eventid, eventid, collection)',
            ),
        ),
        tests.test_mapti_takes_the_intid_and_mapi_the_eventid,
        traffic=True,
    ),
    Fault(
        "MAPTI of an INTID that is no LPI",
        (("if not FIRST_LPI <= intid < ", "if not 0 <= intid < "),),
        tests.test_mapti_and_mapi_name_their_errors,
    ),
    Fault(
        "DISCARD ignored",
        (("        del device.itt[eventid]\n", ""),),
        tests.test_discard_unmaps_one_event_and_leaves_the_device,
    ),
    Fault(
        "DISCARD leaves the interrupt pending",
        (
            (
                "        self.lpis.clear_pending(entry.intid)\n        del",
                "        del",
            ),
        ),
        tests.test_discard_unmaps_one_event_and_leaves_the_device,
    ),
    Fault(
        "the last DISCARD unmaps the device",
        (
            (
                "        del device.itt[eventid]\n",
                "        del device.itt[eventid]\n"
                "        if not device.itt:\n            del self._devices[devid]\n",
            ),
        ),
        tests.test_discard_unmaps_one_event_and_leaves_the_device,
    ),
    Fault(
        "MOVI ignored",
        (("device.itt[eventid] = IttEntry(entry.intid, collection)", "pass"),),
        tests.test_movi_moves_one_event_and_what_is_pending,
    ),
    Fault(
        "MOVI leaves what is pending",
        (("        self.lpis.move(entry.intid, self._collections[collection])\n", ""),),
        tests.test_movi_moves_one_event_and_what_is_pending,
    ),
    Fault(
        "INV unmaps",
        (
            (
                "        self.lpis.reload(found[1].intid)\n",
                "        self.lpis.reload(found[1].intid)\n        del found[0].itt[eventid]\n",
            ),
        ),
        tests.test_inv_unmaps_nothing,
        traffic=True,
    ),
    Fault(
        "INV ignored",
        (("        self.lpis.reload(found[1].intid)\n", ""),),
        tests.test_a_change_of_the_configuration_counts_from_the_next_inv,
    ),
    Fault(
        "INVALL for all collections",
        (("if entry.collection == collection:", "if True:"),),
        tests.test_invall_is_for_one_collection,
    ),
    Fault(
        "MAPC clears the mappings of its collection",
        (
            (
                "        self._collections[collection] = rdbase\n",
                "        self._collections[collection] = rdbase\n"
                "        for device in self._devices.values():\n"
                "            kept = {i: e for i, e in device.itt.items() if e[1] != collection}\n"
                "            device.itt = kept\n",
            ),
        ),
        tests.test_mapc_moves_a_collection_with_all_its_events,
    ),
    Fault(
        "MAPC with V = 0 ignored",
        (("self._collections.pop(collection, None)", "pass"),),
        tests.test_mapc_moves_a_collection_with_all_its_events,
    ),
    Fault(
        "no check that the collection is mapped",
        (
            (
                "        if rdbase is None:\n"
                "            return Translation(CTE_INVALID, itt_size_bits=bits)\n",
                "        rdbase = rdbase or 0\n",
            ),
        ),
        tests.test_the_checks_are_in_the_architectures_order,
    ),
    Fault(
        "no check that the target exists",
        (
            (
                'if rdbase >= self._redistributors:\n            return "MAPC',
                'if False:\n            return "MAPC',
            ),
        ),
        tests.test_mapc_names_its_errors,
    ),
    Fault(
        "the bus byte of the DeviceID lost",
        (
            (
                "        device = self._devices.get(devid)\n        if device is None:  # or",
                "        by_devfn = {key & 0xFF: each for key, each in self._devices.items()}\n"
                "        device = by_devfn.get(devid & 0xFF)\n"
                "        if device is None:  # or",
            ),
        ),
        tests.test_only_the_whole_deviceid_is_the_device,
        traffic=True,
    ),
    Fault(
        "the segment of the DeviceID lost",
        (
            (
                "self._devices.get(devid)\n        if device is None:  # or",
                "self._devices.get(devid & 0xFFFF)\n        if device is None:  # or",
            ),
        ),
        tests.test_only_the_whole_deviceid_is_the_device,
    ),
    Fault(
        "the halves of an MSI-64 write swapped",
        (
            (
                "self.translate(data >> 32, data & 0xFFFF_FFFF)",
                "self.translate(data & 0xFFFF_FFFF, data >> 32)",
            ),
        ),
        tests.test_the_deviceid_comes_beside_the_write_or_in_it,
    ),
    Fault(
        "an LPI that is not enabled delivered",
        (("if where == rdbase and intid in self._enabled", "if where == rdbase"),),
        tests.test_translated_is_not_delivered,
    ),
    Fault(
        "each message an interrupt of its own",
        (("        del self._pending[intid]\n        return intid", "        return intid"),),
        tests.test_messages_while_one_is_pending_are_one_interrupt,
    ),
    Fault(
        "INT does nothing",
        (("        self.lpis.set_pending(entry.intid, rdbase)\n", ""),),
        tests.test_int_and_clear_are_a_message_and_its_end,
    ),
    Fault(
        "CLEAR does nothing",
        (("        self.lpis.clear_pending(found[1].intid)\n", ""),),
        tests.test_int_and_clear_are_a_message_and_its_end,
    ),
    Fault(
        "MOVALL moves everything",
        (("            if rdbase == rdbase1:\n", "            if True:\n"),),
        tests.test_movall_moves_what_is_pending_and_no_mapping,
    ),
)


def edited(fault: Fault) -> ModuleType:
    """Return the model with a fault. Raises AssertionError if a text is not there once."""
    text = SOURCE
    for old, new in fault.edits:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times: change the fault"
        text = text.replace(old, new)
    module = ModuleType("msi_its_model.faulty")
    module.__package__ = "msi_its_model"
    sys.modules[module.__name__] = module  # where dataclasses look for it
    try:
        exec(compile(text, f"<{fault.name}>", "exec"), module.__dict__)
    finally:
        del sys.modules[module.__name__]
    return module


def cases(test: Callable[..., None]) -> list[dict[str, Any]]:
    """Return the arguments of each case of a test, besides the module."""
    for mark in getattr(test, "pytestmark", []):
        name = mark.args[0]
        return [{name: value} for value in mark.args[1]]
    return [{}]


def notices(fault: Fault) -> bool:
    """Return whether the test that a fault names notices it, in one of its cases at least."""
    module = edited(fault)
    for arguments in cases(fault.noticed_by):
        try:
            fault.noticed_by(module, **arguments)
        except (AssertionError, KeyError):
            return True
    return False


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_noticed_by_name(fault: Fault) -> None:
    assert notices(fault), f"{fault.noticed_by.__name__} does not notice: {fault.name}"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_without_the_fault_the_same_test_passes(fault: Fault) -> None:
    assert not notices(Fault("no fault", (), fault.noticed_by))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_what_linux_tells_of_a_fault_is_what_the_table_says(fault: Fault) -> None:
    found = False
    for name in ("basic", "rescan"):
        try:
            tests.test_it_does_what_qemus_its_did(edited(fault), name)
        except AssertionError:
            found = True
    assert found == fault.traffic


def test_linux_alone_would_not_do() -> None:
    assert sum(not fault.traffic for fault in FAULTS) > len(FAULTS) / 2
