# SPDX-License-Identifier: MIT
"""The ITS model, command by command. Each test takes the module: faults are tried with the same."""

from __future__ import annotations

import doctest
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from msi_its_model import AssignedBusRange, ItsSignalMsi, MsiConnection, gicv3_its

RECORDINGS = Path(__file__).parents[1] / "its"

DEVID = 0x500
"""Device 05:00.0."""


@pytest.fixture
def gic() -> Any:
    """The module that is tested."""
    return gicv3_its


def mapped(gic: Any, itt_size_bits: int = 3, **widths: int) -> Any:
    """Return an ITS with two collections, and a device with event 1 mapped to LPI 8205."""
    its = gic.Its(**widths)
    assert its.mapc(0, 0) is None and its.mapc(1, 1) is None
    assert its.mapd(DEVID, itt_size_bits) is None
    assert its.mapti(DEVID, 1, 8205, 0) is None
    return its


def what(its: Any, devid: int, eventid: int) -> Any:
    """Return the LPI that a message becomes, or why it becomes none."""
    found = its.lookup(devid, eventid)
    return found.intid if found.reason == "ok" else found.reason


# ---- a message ----------------------------------------------------------------------------------


def test_a_mapped_event_is_its_lpi_at_its_redistributor(gic: Any) -> None:
    its = mapped(gic)
    its.movi(DEVID, 1, 1)
    found = gic.Translation("ok", intid=8205, collection=1, rdbase=1, itt_size_bits=3)
    assert its.translate(DEVID, 1) == found
    assert its.lpis.pending(8205) == 1


@pytest.mark.parametrize("devid", [0x501, 0x400, 0x100_0500, 0x1_0500, 0x0])
def test_only_the_whole_deviceid_is_the_device(gic: Any, devid: int) -> None:
    assert what(mapped(gic), devid, 1) == "dte_invalid"


@pytest.mark.parametrize("eventid", [8, 9, 0x10001, 0x801, 0x8000_0001, 0xFFFF_FFFF])
def test_an_event_beyond_the_table_is_out_of_range(gic: Any, eventid: int) -> None:
    its = mapped(gic)
    assert what(its, DEVID, eventid) == "eventid_out_of_range"
    assert its.mapti(DEVID, eventid, 8206, 0) == "MAPTI_ID_OOR"


def test_a_table_has_as_many_events_as_its_size_says(gic: Any) -> None:
    for bits in (1, 2, 5, 11, 16, 32):
        its = mapped(gic, bits)
        last = (1 << bits) - 1
        assert its.mapti(DEVID, last, 9000, 1) is None
        assert what(its, DEVID, last) == 9000
        assert what(its, DEVID, last - 1) in ("ite_invalid", 8205)
        if bits < 32:
            assert what(its, DEVID, last + 1) == "eventid_out_of_range"


def test_the_checks_are_in_the_architectures_order(gic: Any) -> None:
    its = gic.Its()
    assert what(its, DEVID, 0xFFFF_FFFF) == "dte_invalid"
    its.mapd(DEVID, 2)
    assert what(its, DEVID, 0xFFFF_FFFF) == "eventid_out_of_range"
    assert what(its, DEVID, 3) == "ite_invalid"
    its.mapti(DEVID, 3, 8200, 7)
    assert what(its, DEVID, 3) == "cte_invalid"
    its.mapc(7, 0)
    assert what(its, DEVID, 3) == 8200


def test_what_is_not_translated_has_the_size_of_a_table_that_is_there(gic: Any) -> None:
    its = mapped(gic)
    assert its.lookup(0x600, 1) == gic.Translation("dte_invalid")
    assert its.lookup(DEVID, 8) == gic.Translation("eventid_out_of_range", itt_size_bits=3)
    assert its.lookup(DEVID, 2) == gic.Translation("ite_invalid", itt_size_bits=3)
    its.mapc(0, valid=False)
    assert its.lookup(DEVID, 1) == gic.Translation("cte_invalid", itt_size_bits=3)


def test_the_deviceid_comes_beside_the_write_or_in_it(gic: Any) -> None:
    its = mapped(gic)
    assert its.write_translater(1, 4, DEVID).intid == 8205
    assert its.write_translater(1, 2, DEVID).intid == 8205
    assert its.write_translater(DEVID << 32 | 1, 8).intid == 8205
    assert its.write_translater(1 << 32 | DEVID, 8).intid is None
    assert its.write_translater(0x1_0001, 4, DEVID).reason == "eventid_out_of_range"


@pytest.mark.parametrize("arguments", [(1, 1, 5), (1, 8, 5), (0x10000, 2, 5), (1, 4), (1 << 64, 8)])
def test_another_write_is_refused(gic: Any, arguments: tuple[int, ...]) -> None:
    with pytest.raises(ValueError):
        gic.Its().write_translater(*arguments)


def test_it_goes_behind_the_wrapper_of_a_segment(gic: Any) -> None:
    its = gic.Its()
    its.mapc(0, 0)
    for segment in (1, 2):
        its.mapd(segment << 16 | 0x500, 1)
        its.mapti(segment << 16 | 0x500, 0, 8200 + segment, 0)
    bus_range = AssignedBusRange()
    bus_range.set_bus_range(5, 5)
    connection = MsiConnection(bus_range, 0)
    connection.connect(ItsSignalMsi(its, segment=2))
    connection.target().signal_msi(0x8090040, 0)
    assert its.lpis.pending(8202) == 0 and its.lpis.pending(8201) is None


# ---- devices ------------------------------------------------------------------------------------


def test_mapd_maps_nothing_in_its_table(gic: Any) -> None:
    its = mapped(gic)
    its.mapd(DEVID, 3)
    assert what(its, DEVID, 1) == "ite_invalid"


def test_mapd_without_valid_unmaps_the_device_alone(gic: Any) -> None:
    its = mapped(gic)
    its.mapd(0x501, 1)
    assert its.mapd(DEVID, valid=False) is None
    assert what(its, DEVID, 1) == "dte_invalid"
    assert what(its, 0x501, 1) == "ite_invalid"
    assert its.mapd(DEVID, valid=False) is None  # it is no error


def test_devices_are_as_many_as_the_width_says(gic: Any) -> None:
    its = gic.Its(devid_bits=16, eventid_bits=5)
    assert its.mapd(0xFFFF, 5) is None
    assert its.mapd(0x1_0000, 5) == "MAPD_DEVICE_OOR"
    assert its.mapd(0x1_0000, valid=False) == "MAPD_DEVICE_OOR"
    assert its.mapd(0, 6) == "MAPD_ITTSIZE_OOR"
    assert its.mapd(0, 0) == "MAPD_ITTSIZE_OOR"  # the field has at least one bit
    assert what(its, 0x1_FFFF, 0) == "dte_invalid"
    assert its.mapti(0x1_0000, 0, 8192, 0) == "MAPTI_DEVICE_OOR"


@pytest.mark.parametrize("name", ["devid_bits", "eventid_bits", "intid_bits", "collection_bits"])
def test_a_width_that_cannot_be_is_refused(gic: Any, name: str) -> None:
    for bits in (0, 33):
        with pytest.raises(ValueError, match=f"{name} must be from 1 to"):
            gic.Its(**{name: bits})


# ---- events -------------------------------------------------------------------------------------


def test_mapti_takes_the_intid_and_mapi_the_eventid(gic: Any) -> None:
    its = mapped(gic, 14)
    assert its.mapti(DEVID, 9000, 8300, 0) is None
    assert its.mapi(DEVID, 8400, 0) is None
    assert (what(its, DEVID, 9000), what(its, DEVID, 8400)) == (8300, 8400)


def test_mapti_and_mapi_name_their_errors(gic: Any) -> None:
    its = mapped(gic, 3, intid_bits=14, collection_bits=4)
    assert its.mapti(0x600, 0, 8200, 16) == "MAPTI_COLLECTION_OOR"
    assert its.mapti(0x600, 99, 0, 0) == "MAPTI_UNMAPPED_DEVICE"
    assert its.mapti(DEVID, 8, 0, 0) == "MAPTI_ID_OOR"
    assert its.mapti(DEVID, 7, 8191, 0) == "MAPTI_PHYSICALID_OOR"
    assert its.mapti(DEVID, 7, 1 << 14, 0) == "MAPTI_PHYSICALID_OOR"
    assert its.mapi(DEVID, 7, 0) == "MAPI_PHYSICALID_OOR"
    assert its.mapi(0x600, 7, 0) == "MAPI_UNMAPPED_DEVICE"
    assert what(its, DEVID, 7) == "ite_invalid"


def test_discard_unmaps_one_event_and_leaves_the_device(gic: Any) -> None:
    its = mapped(gic)
    its.mapti(DEVID, 2, 8206, 0)
    its.translate(DEVID, 1)
    assert its.discard(DEVID, 1) is None
    assert its.lpis.pending(8205) is None
    assert (what(its, DEVID, 1), what(its, DEVID, 2)) == ("ite_invalid", 8206)
    assert its.discard(DEVID, 2) is None
    assert what(its, DEVID, 2) == "ite_invalid"  # not dte_invalid
    assert its.mapti(DEVID, 0, 8207, 0) is None  # so that no MAPD is needed


def test_movi_moves_one_event_and_what_is_pending(gic: Any) -> None:
    its = mapped(gic)
    its.mapti(DEVID, 2, 8206, 0)
    for event in (1, 2):
        its.translate(DEVID, event)
    assert its.movi(DEVID, 1, 1) is None
    assert (its.lookup(DEVID, 1).rdbase, its.lookup(DEVID, 2).rdbase) == (1, 0)
    assert (its.lpis.pending(8205), its.lpis.pending(8206)) == (1, 0)


def test_movi_to_a_collection_that_is_not_mapped_is_an_error(gic: Any) -> None:
    its = mapped(gic, 3, collection_bits=4)
    assert its.movi(DEVID, 1, 2) == "MOVI_UNMAPPED_COLLECTION"
    assert its.movi(DEVID, 1, 16) == "MOVI_COLLECTION_OOR"
    assert its.lookup(DEVID, 1).rdbase == 0


@pytest.mark.parametrize("command", ["movi", "int_", "clear", "discard", "inv"])
def test_a_command_of_an_event_checks_in_order(gic: Any, command: str) -> None:
    its = mapped(gic, 3, devid_bits=16)
    name = command.strip("_").upper()
    last = (0,) if command == "movi" else ()

    def execute(devid: int, eventid: int) -> Any:
        return getattr(its, command)(devid, eventid, *last)

    assert execute(0x1_0500, 99) == f"{name}_DEVICE_OOR"
    assert execute(0x600, 99) == f"{name}_UNMAPPED_DEVICE"
    assert execute(DEVID, 8) == f"{name}_ID_OOR"
    assert execute(DEVID, 0x1_0001) == f"{name}_ID_OOR"
    assert execute(DEVID, 2) == f"{name}_UNMAPPED_INTERRUPT"
    its.mapti(DEVID, 2, 8206, 5)
    assert execute(DEVID, 2) == f"{name}_UNMAPPED_COLLECTION"
    assert execute(DEVID, 1) is None


# ---- collections --------------------------------------------------------------------------------


def test_mapc_moves_a_collection_with_all_its_events(gic: Any) -> None:
    its = mapped(gic)
    assert its.mapc(0, 3) is None
    assert its.lookup(DEVID, 1).rdbase == 3
    assert its.mapc(0, valid=False) is None
    assert what(its, DEVID, 1) == "cte_invalid"
    assert its.mapc(0, 0) is None
    assert what(its, DEVID, 1) == 8205  # the event was in it all the time


def test_mapc_names_its_errors(gic: Any) -> None:
    its = gic.Its(collection_bits=4, redistributors=2)
    assert its.mapc(16, 0) == "MAPC_COLLECTION_OOR"
    assert its.mapc(16, valid=False) == "MAPC_COLLECTION_OOR"
    assert its.mapc(0, 2) == "MAPC_PROCNUM_OOR"
    assert its.collection(0) is None
    assert its.mapc(0, 1) is None and its.collections() == (0,)
    assert its.movall(0, 2) == its.movall(2, 0) == "MOVALL_PROCNUM_OOR"
    assert (its.sync(1), its.sync(2)) == (None, "SYNC_PROCNUM_OOR")


# ---- LPIs ---------------------------------------------------------------------------------------


def enable(its: Any, *intids: int) -> None:
    """Enable LPIs, and let their redistributor know."""
    for intid in intids:
        its.lpis.configure(intid, True)
    for collection in its.collections():
        its.invall(collection)


def test_translated_is_not_delivered(gic: Any) -> None:
    its = mapped(gic)
    assert its.translate(DEVID, 1).reason == "ok"
    assert its.lpis.acknowledge(0) is None  # Linux maps vectors that it never enables
    enable(its, 8205)
    assert its.lpis.acknowledge(1) is None  # that is another CPU
    assert its.lpis.acknowledge(0) == 8205


def test_messages_while_one_is_pending_are_one_interrupt(gic: Any) -> None:
    its = mapped(gic)
    enable(its, 8205)
    for _ in range(3):
        its.translate(DEVID, 1)
    assert its.lpis.acknowledge(0) == 8205
    assert its.lpis.acknowledge(0) is None
    its.translate(DEVID, 1)
    assert its.lpis.acknowledge(0) == 8205


def test_a_change_of_the_configuration_counts_from_the_next_inv(gic: Any) -> None:
    its = mapped(gic)
    its.lpis.configure(8205, True)
    assert not its.lpis.enabled(8205)
    assert its.inv(DEVID, 1) is None
    assert its.lpis.enabled(8205)
    its.lpis.configure(8205, False)
    assert its.lpis.enabled(8205)
    assert its.inv(DEVID, 1) is None
    assert not its.lpis.enabled(8205)


def test_inv_unmaps_nothing(gic: Any) -> None:
    its = mapped(gic)
    its.inv(DEVID, 1)
    its.invall(0)
    assert what(its, DEVID, 1) == 8205


def test_invall_is_for_one_collection(gic: Any) -> None:
    its = mapped(gic)
    its.mapti(DEVID, 2, 8206, 1)
    for intid in (8205, 8206):
        its.lpis.configure(intid, True)
    assert its.invall(1) is None
    assert (its.lpis.enabled(8205), its.lpis.enabled(8206)) == (False, True)
    assert its.invall(2) == "INVALL_UNMAPPED_COLLECTION"
    assert gic.Its(collection_bits=1).invall(2) == "INVALL_COLLECTION_OOR"


def test_int_and_clear_are_a_message_and_its_end(gic: Any) -> None:
    its = mapped(gic)
    enable(its, 8205)
    assert its.int_(DEVID, 1) is None
    assert its.lpis.pending(8205) == 0
    assert its.clear(DEVID, 1) is None
    assert its.lpis.acknowledge(0) is None
    assert what(its, DEVID, 1) == 8205


def test_movall_moves_what_is_pending_and_no_mapping(gic: Any) -> None:
    its = mapped(gic)
    its.mapc(2, 2)
    its.mapti(DEVID, 2, 8206, 2)
    its.mapti(DEVID, 3, 8207, 0)
    its.translate(DEVID, 1)
    its.translate(DEVID, 2)
    assert its.movall(0, 1) is None
    assert [its.lpis.pending(intid) for intid in (8205, 8206, 8207)] == [1, 2, None]
    assert its.lookup(DEVID, 1).rdbase == 0


def test_a_cpu_takes_the_lowest_lpi_first(gic: Any) -> None:
    its = mapped(gic)
    its.mapti(DEVID, 2, 8200, 0)
    enable(its, 8200, 8205)
    its.translate(DEVID, 1)
    its.translate(DEVID, 2)
    assert [its.lpis.acknowledge(0) for _ in range(3)] == [8200, 8205, None]


# ---- all of it ----------------------------------------------------------------------------------


def test_a_value_too_wide_is_refused_not_cut(gic: Any) -> None:
    its = mapped(gic)
    calls: tuple[Callable[[], Any], ...] = (
        lambda: its.mapd(1 << 32, 1),
        lambda: its.mapti(DEVID, 1 << 32, 8200, 0),
        lambda: its.mapti(DEVID, 1, 1 << 32, 0),
        lambda: its.movi(DEVID, 1, 1 << 16),
        lambda: its.mapc(0, -1),
        lambda: its.sync(1 << 36),
        lambda: its.signal_msi(1 << 32, 0, 0),
    )
    for call in calls:
        with pytest.raises(ValueError, match="must fit in"):
            call()


def test_the_example_is_true() -> None:
    assert doctest.testmod(gicv3_its).failed == 0


@pytest.mark.parametrize("name", ["basic", "rescan"])
def test_it_does_what_qemus_its_did(gic: Any, name: str) -> None:
    """By hand, without what reads traces: the fields of the recording as they are."""
    its = gic.Its(devid_bits=16, eventid_bits=16, intid_bits=16, redistributors=2)
    commands = translations = 0
    with gzip.open(RECORDINGS / f"{name}-its.jsonl.gz") as file:
        for line in map(json.loads, file):
            operation = line["op"].removeprefix("its_")
            taken = {"devid", "eventid", "intid", "collection", "rdbase", "valid"} & line.keys()
            arguments = {field: line[field] for field in taken}
            if operation == "translate":
                found = its.translate(**arguments)._asdict()
                assert line["expect"].items() <= found.items(), line
                translations += 1
            elif operation not in ("reg_write", "invall"):
                if operation == "mapd":
                    arguments["itt_size_bits"] = line["size_field"] + 1
                error = getattr(its, operation)(**arguments)
                assert (error is None) == (line["result"] == "ok"), line
                commands += 1
    assert (commands, translations) == {"basic": (494, 3776), "rescan": (376, 27848)}[name]
