# SPDX-License-Identifier: MIT
"""The ITS behind the translator: what is held against what, and how it is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cocotbext.msi_its.checks.far_end import COUNTED, Alone, FarEnd, summary
from cocotbext.msi_its.vocabulary.operations import Message, SignalMsiWithRid
from cocotbext.msi_its.vocabulary.results import Drop, device_name

DOORBELL = 0x8090040
COMMANDS = (
    {"op": "its_mapc", "collection": 0, "rdbase": 0, "valid": True, "result": "ok"},
    {"op": "its_mapd", "devid": 0x500, "itt_size_bits": 2, "valid": True, "result": "ok"},
    {"op": "its_mapti", "devid": 0x500, "eventid": 1, "intid": 8205, "collection": 0},
)
"""Device 05:00.0, with event 1."""

FOUND = {"reason": "ok", "intid": 8205, "collection": 0, "rdbase": 0, "itt_size_bits": 2}


def translate(devid: int, eventid: int, **expect: Any) -> dict[str, Any]:
    """Return a line with a message and what is expected of it."""
    line = {"op": "its_translate", "devid": devid, "eventid": eventid}
    return line | ({"expect": expect} if expect else {})


def send(rid: int, data: int, target: int = 0) -> dict[str, Any]:
    """Return a line with a message to the translator."""
    names = {"op": "signal_msi_with_rid", "target": target, "rid": rid}
    return names | {"address": DOORBELL, "data": data}


def written(folder: Path, *lines: Any) -> str:
    """Write a trace that begins with COMMANDS."""
    path = folder / "mine.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in (*COMMANDS, *lines)))
    return str(path)


def alone(folder: Path, *lines: Any) -> Alone:
    """Replay a trace of an ITS."""
    its = Alone(written(folder, *lines))
    assert list(its.replay()) == list(range(1, len(COMMANDS) + len(lines) + 1))
    return its


def test_device_names_are_those_of_lspci() -> None:
    assert [device_name(devid) for devid in (0, 0x501, 0xFFFF, 0x1_0B18)] == [
        *("00:00.0", "05:00.1", "ff:1f.7", "0001:0b:03.0")
    ]


# ---- an ITS alone -------------------------------------------------------------------------------

AGREE = (
    translate(0x500, 1, **FOUND),
    translate(0x500, 1, intid=8205),
    translate(0x500, 1, rdbase=0),
    translate(0x600, 1, reason="dte_invalid", intid=None, collection=None, rdbase=None),
    translate(0x500, 4, reason="eventid_out_of_range", intid=None, itt_size_bits=2),
    translate(0x500, 0x1_0001, reason="eventid_out_of_range"),
    translate(0x500, 2, reason="ite_invalid", intid=None),
    translate(0x700, 9),
    {"op": "its_int", "devid": 0x600, "eventid": 1, "result": "no valid DTE"},
    {"op": "its_inv", "devid": 0x500, "eventid": 1, "result": "ok"},
    {"op": "its_invall", "result": "ok"},
    {"op": "its_movall", "rdbase1": 0, "rdbase2": 1, "result": "ok"},
    {"op": "its_clear", "devid": 0x500, "eventid": 1, "result": "ok"},
)


@pytest.mark.parametrize("line", AGREE, ids=json.dumps)
def test_it_agrees(tmp_path: Path, line: dict[str, Any]) -> None:
    its = alone(tmp_path, line)
    assert its.mismatches == 0
    of_lines = "result" in line or "expect" in line
    assert its.counts["compared"] + its.counts["results"] == 2 + of_lines


DIFFER = (
    (
        translate(0x500, 1, **{**FOUND, "intid": 8206}),
        "LPI 8206 (device 05:00.0, event 1)",
        "LPI 8205 (device 05:00.0, event 1)",
    ),
    (
        translate(0x500, 1, rdbase=1, collection=0, itt_size_bits=3),
        "LPI 8205 (device 05:00.0, event 1), rdbase 1, itt_size_bits 3",
        "LPI 8205 (device 05:00.0, event 1), rdbase 0, itt_size_bits 2",
    ),
    (
        translate(0x500, 1, reason="ite_invalid", intid=None),
        "no interrupt (device 05:00.0, event 1: ite_invalid, the event is not mapped)",
        "LPI 8205 (device 05:00.0, event 1)",
    ),
    (
        translate(0x600, 1, intid=8205),
        "LPI 8205 (device 06:00.0, event 1)",
        "no interrupt (device 06:00.0, event 1: dte_invalid, the ITS has no such device)",
    ),
    (
        translate(0x500, 9, reason="ite_invalid"),
        "no interrupt (device 05:00.0, event 9: ite_invalid, the event is not mapped)",
        "no interrupt (device 05:00.0, event 9: eventid_out_of_range, "
        "the event is beyond the device's table)",
    ),
    (
        {"op": "its_discard", "devid": 0x500, "eventid": 2, "result": "ok"},
        "executed",
        "ignored (DISCARD_UNMAPPED_INTERRUPT)",
    ),
    (
        {"op": "its_discard", "devid": 0x500, "eventid": 1, "result": "no valid CTE"},
        "ignored (no valid CTE)",
        "executed",
    ),
)


@pytest.mark.parametrize(("line", "expected", "got"), DIFFER, ids=str)
def test_it_differs(tmp_path: Path, line: dict[str, Any], expected: str, got: str) -> None:
    its = alone(tmp_path, line)
    assert its.mismatches == 1
    (report,) = its.reports
    assert (report.kind, report.line, report.operation) == ("its", 4, None)
    first, operation, *said = report.text.splitlines()
    assert first == "mismatch 1 (its) in trace line 4"
    assert operation.startswith(f"  operation: {line['op']}(")
    assert said == [f"  expected:  {expected}", f"  got:       {got}"]


def test_what_was_counted_is_said(tmp_path: Path) -> None:
    note = {"op": "device_add", "id": "nvme9"}
    its = alone(tmp_path, translate(0x500, 1, **FOUND), translate(9, 9), note)
    assert summary(its.measured) == (
        "1 of 2 translations and 2 of 3 commands compared with what was recorded; "
        "1 translations gave no interrupt; "
        "1 lines not interpreted (register writes, hot plug)"
    )


@pytest.mark.parametrize(("slots", "gaps"), [((5, 6, 7), 0), ((2047, 0, 1), 0), ((5, 7, 9), 2)])
def test_a_command_that_is_missing_is_seen(
    tmp_path: Path, slots: tuple[int, ...], gaps: int
) -> None:
    its = alone(tmp_path, *({"op": "its_sync", "queue_slot": slot} for slot in slots))
    assert its.counts["gaps"] == gaps
    assert ("commands are missing" in summary(its.measured)) == bool(gaps)


def test_many_differences_are_counted_and_some_are_said(tmp_path: Path) -> None:
    its = alone(tmp_path, *[translate(0x500, 1, intid=1)] * 30)
    assert (its.mismatches, len(its.reports)) == (30, 20)


# ---- behind the translator ----------------------------------------------------------------------

MIXED = (
    {"op": "connect", "connection": 0, "segment": 0},  # operation 1
    {"op": "set_bus_range", "range": 0, "secondary": 5, "subordinate": 5},
    {"op": "bind_target", "target": 0, "connection": 0, "range": 0, "devfn": 0},
    send(0x500, 1),  # operation 4
    translate(0x500, 1, **FOUND),
    send(0x600, 1),  # operation 5, which the translator drops
    {"op": "its_mapd", "devid": 0x600, "itt_size_bits": 1, "valid": True},
    {"op": "its_mapti", "devid": 0x600, "eventid": 1, "intid": 8300, "collection": 0},
    send(0x600, 1),  # operation 6, too
    translate(0x600, 1),
    {"op": "its_discard", "devid": 0x500, "eventid": 1, "result": "ok"},
)


def far_end(folder: Path, *messages: tuple[int | None, int, int]) -> FarEnd:
    """Return what became of messages: each the operation that sent it, DeviceID and data."""
    behind = FarEnd(written(folder, *MIXED))
    for number, devid, data in messages:
        behind.on_message(number, Message(devid, DOORBELL, data))
    behind.finish()
    return behind


def test_a_message_becomes_what_was_recorded(tmp_path: Path) -> None:
    behind = far_end(tmp_path, (4, 0x500, 1))
    assert behind.mismatches == 0
    counts = {name: behind.measured[what] for name, what in COUNTED.items()}
    assert counts["compared"] == counts["translations"] == counts["did not arrive"] == "1"
    assert (counts["commands"], counts["results"]) == ("6", "3")


def test_a_message_that_is_missing_is_a_difference(tmp_path: Path) -> None:
    behind = far_end(tmp_path)
    (report,) = behind.reports
    assert (report.operation, report.line) == (4, 8)
    assert report.text.splitlines() == [
        "mismatch 1 (its) at operation 4, trace line 8",
        "  operation: its_translate(devid=0x500, eventid=0x1)",
        "  expected:  LPI 8205 (device 05:00.0, event 1)",
        "  got:       no message left the translator",
    ]


@pytest.mark.parametrize(
    ("message", "got"),
    [
        ((0x501, 1), "no interrupt (device 05:00.1, event 1: dte_invalid"),
        ((0x500, 2), "no interrupt (device 05:00.0, event 2: ite_invalid"),
        ((0x1_0500, 1), "no interrupt (device 0001:05:00.0, event 1: dte_invalid"),
    ],
)
def test_another_message_is_a_difference(
    tmp_path: Path, message: tuple[int, int], got: str
) -> None:
    behind = far_end(tmp_path, (4, *message))
    (report,) = behind.reports
    expected, came = report.text.splitlines()[2:]
    assert expected == "  expected:  LPI 8205 (device 05:00.0, event 1)"
    assert came.startswith(f"  got:       {got}")


def test_what_somebody_else_reports_is_reported_once(tmp_path: Path) -> None:
    behind = FarEnd(written(tmp_path, *MIXED))
    wanted, came = Message(0x500, DOORBELL, 1), Message(0x600, DOORBELL, 1)
    said = behind.words(4, wanted, came)
    none = "no interrupt (device 06:00.0, event 1: dte_invalid, the ITS has no such device)"
    assert said == f"LPI 8205 (device 05:00.0, event 1) would have become {none}"
    behind.on_message(4, came)
    behind.finish()
    assert behind.mismatches == 0


def test_the_words_are_of_the_time_of_the_operation(tmp_path: Path) -> None:
    behind = FarEnd(written(tmp_path, *MIXED))
    behind.finish()
    wanted, came = Message(0x500, DOORBELL, 1), Message(0x600, DOORBELL, 1)
    lpi, other = "LPI 8205 (device 05:00.0, event 1)", "LPI 8300 (device 06:00.0, event 1)"
    assert behind.words(6, wanted, came) == f"{lpi} would have become {other}"
    assert behind.words(4, wanted, None) == f"{lpi} would have become none"
    assert behind.words(6, None, came) == f"{other} would have come of nothing"
    assert behind.words(7, wanted, None).startswith("no interrupt (device 05:00.0, event 1: ite_i")
    assert [behind.line_of(number) for number in (1, 4, 5, 6, 7)] == [4, 7, 9, 12, None]


def test_a_drop_says_which_interrupt_was_kept_from_arriving(tmp_path: Path) -> None:
    behind = FarEnd(written(tmp_path, *MIXED))
    drops = [
        behind.dropped(Drop(number, None, "rid", str(SignalMsiWithRid(0, 0x600, DOORBELL, 1)), ""))
        for number in (5, 6)
    ]
    assert [drop.line for drop in drops] == [9, 12]
    none = "no interrupt (device 06:00.0, event 1: dte_invalid, the ITS has no such device)"
    assert drops[0].text.endswith(f": {none}")
    assert drops[1].text.endswith(": LPI 8300 (device 06:00.0, event 1) kept from arriving")


def test_messages_of_no_operation_are_taken(tmp_path: Path) -> None:
    behind = far_end(tmp_path, (4, 0x500, 1), (None, 0x500, 1), (4, 0x500, 1), (6, 0x600, 1))
    assert behind.mismatches == 0
    assert behind.measured[COUNTED["translations"]] == "4"
