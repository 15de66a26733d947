# SPDX-License-Identifier: MIT
"""What Linux and QEMU do to an ITS, counted in the recordings: the claims of the documentation."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

RECORDINGS = Path(__file__).parents[1] / "its"
PAGE = Path(__file__).parents[2] / "docs/real-software-its.md"

NVME = (0x0400, 0x0800, 0x0C00)
VIRTUAL_FUNCTIONS = (0x0401, 0x0402, 0x0403, 0x0404)
BRIDGE = 0x0B00
"""Devices of the run `basic`, by their DeviceIDs."""

both = pytest.mark.parametrize("name", ["basic", "rescan"])


@cache
def lines(name: str) -> tuple[dict[str, Any], ...]:
    """Return a recording."""
    with gzip.open(RECORDINGS / f"{name}-its.jsonl.gz") as file:
        return tuple(map(json.loads, file))


def commands(name: str) -> list[dict[str, Any]]:
    """Return the commands of a recording."""
    return [line for line in lines(name) if "queue_slot" in line]


def followed(name: str, operation: str) -> Counter[str]:
    """Return which commands follow one right behind."""
    made = commands(name)
    pairs = pairwise(made)
    return Counter(after["op"] for before, after in pairs if before["op"] == operation)


def mappings(name: str) -> dict[int, list[dict[str, Any]]]:
    """Return the MAPDs of each device, each with the INTIDs of its events while it is in force."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in commands(name):
        if line["op"] == "its_mapd":
            found[line["devid"]].append({**line, "events": {}})
        elif line["op"] == "its_mapti":
            found[line["devid"]][-1]["events"][line["eventid"]] = line["intid"]
    return found


def states(name: str) -> Counter[str]:
    """Return in which state the event of each message was."""
    state: dict[tuple[int, int], str] = {}
    found: Counter[str] = Counter()
    named = {"its_mapti": "mapped", "its_inv": "invalidated", "its_discard": "discarded"}
    for line in lines(name):
        operation, event = line["op"], (line.get("devid", -1), line.get("eventid", -1))
        if operation in named:
            state[event] = named[operation]
        elif operation == "its_mapd" and not line["valid"]:
            state |= {each: "unmapped" for each in state if each[0] == line["devid"]}
        elif operation == "its_translate":
            found[state.get(event, "never mapped")] += 1
    return found


@both
def test_no_sync_follows_mapd(name: str) -> None:
    assert "its_sync" not in followed(name, "its_mapd")
    assert set(followed(name, "its_mapti")) == {"its_sync"}
    assert set(followed(name, "its_discard")) == {"its_sync"}


@both
def test_a_table_has_at_least_two_events_else_the_next_power_of_two(name: str) -> None:
    sizes: Counter[int] = Counter()
    for made in mappings(name).values():
        for each in made:
            if each["valid"]:
                wanted = max(1, (len(each["events"]) - 1).bit_length())
                if each["events"]:
                    assert each["itt_size_bits"] == wanted
                sizes[len(each["events"])] += 1
    assert sizes[1] > 10  # vectors alone, in tables for two


@both
def test_interrupts_go_out_in_blocks_as_large_as_the_table(name: str) -> None:
    made = [each for found in mappings(name).values() for each in found if each["events"]]
    end = 8192
    new = 0
    for each in sorted(made, key=lambda line: int(line["t_us"])):
        first, size = min(each["events"].values()), 1 << each["itt_size_bits"]
        assert first <= end  # right behind the block before, or where one is free again
        new += first == end
        end = max(end, first + (size if len(each["events"]) > 1 else 1))
    assert new > 10


@both
def test_an_interrupt_goes_to_another_device_when_it_is_free(name: str) -> None:
    owners = defaultdict(list)
    for line in commands(name):
        if line["op"] == "its_mapti":
            owners[line["intid"]].append(line["devid"])
    shared = {intid: who for intid, who in owners.items() if len(set(who)) > 1}
    assert len(shared) == {"basic": 1, "rescan": 12}[name]
    if name == "basic":
        assert shared[8205] == [0x0400, 0x0C00, *VIRTUAL_FUNCTIONS]


def test_nvme_and_its_virtual_functions_are_mapped_twice() -> None:
    made = mappings("basic")
    for devid in (*NVME, *VIRTUAL_FUNCTIONS):
        first, end, second, *_ = made[devid]
        assert (first["valid"], end["valid"], second["valid"]) == (True, False, True)
        assert first["itt_size_bits"] == 1 and len(first["events"]) == 1
        assert len(second["events"]) == (3 if devid in NVME else 2)


def test_a_shared_deviceid_is_mapped_once_for_all_behind_the_bridge() -> None:
    (once,) = mappings("basic")[BRIDGE]
    assert once["valid"] and once["itt_size_bits"] == 3
    assert once["events"] == dict(zip(range(6), range(8222, 8228), strict=True))
    its = [each["op"] for each in commands("basic") if each.get("devid") == BRIDGE]
    assert its[4:7] == ["its_inv"] * 3 and its[7:10] == ["its_mapti"] * 3  # with no MAPD between


@both
def test_an_event_is_invalidated_when_it_is_enabled_and_when_it_is_masked(name: str) -> None:
    often: Counter[tuple[int, int, int]] = Counter()
    current: dict[tuple[int, int], int] = {}
    for line in commands(name):
        event = (line.get("devid", -1), line.get("eventid", -1))
        if line["op"] == "its_mapti":
            current[event] = line["queue_slot"]
            often[(*event, line["queue_slot"])] = 0
        elif line["op"] == "its_inv":
            often[(*event, current[event])] += 1
    counts = Counter(often.values())
    assert set(counts) == {0, 1, 2}
    never = {event[0] for event, count in often.items() if count == 0}
    assert never <= {0x0100, 0x0600}  # upstream ports of switches: nobody asks for their vector


@both
def test_no_message_comes_before_the_first_inv_or_after_the_end(name: str) -> None:
    wanted = {"basic": {"invalidated": 3776}, "rescan": {"invalidated": 27844, "never mapped": 4}}
    assert states(name) == wanted[name]


def test_a_device_at_bus_0_for_a_moment_loses_its_messages() -> None:
    lost = [
        line
        for line in lines("rescan")
        if line["op"] == "its_translate" and line["expect"]["reason"] != "ok"
    ]
    assert [line["devid"] for line in lost] == [0] * 4
    assert {line["expect"]["reason"] for line in lost} == {"dte_invalid"}


@both
def test_all_messages_are_32_bits_wide(name: str) -> None:
    sizes = {line["size"] for line in lines(name) if line["op"] == "its_translate"}
    assert sizes == {4}


@both
def test_what_linux_never_sends(name: str) -> None:
    there = {line["op"] for line in commands(name)}
    assert not there & {"its_mapi", "its_movi", "its_movall", "its_int", "its_clear"}
    assert all(line["valid"] for line in commands(name) if line["op"] == "its_mapc")
    assert all(line["result"] == "ok" for line in commands(name))


def test_each_test_that_the_page_names_is_there() -> None:
    tests = "".join(
        path.read_text()
        for folder in (PAGE.parents[1] / "tests/model", PAGE.parents[1] / "tests/sim")
        for path in folder.glob("test_*.py")
    )
    named = [word for word in PAGE.read_text().split("`") if word.startswith("test_")]
    assert len(named) > 12
    assert [name for name in named if f"def {name}(" not in tests] == []
