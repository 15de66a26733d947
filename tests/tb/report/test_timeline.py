# SPDX-License-Identifier: MIT
"""Timelines: what is drawn of a trace, where, and that it stays small."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from cocotbext.msi_its.report import timeline, trace_table
from cocotbext.msi_its.report.timeline import (
    DROPPED,
    SENT,
    Timeline,
    boxes,
    by_changes,
    by_operations,
    by_time,
    heights,
    page,
    read,
    svg,
)
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.run.sets import trace_file

SMALL = """\
{"op": "connect", "connection": 0, "segment": 0}
{"op": "bind_target", "target": 0, "connection": 0, "range": 0, "devfn": 0, "note": "a <port>"}
{"op": "set_bus_range", "range": 0, "secondary": 1, "subordinate": 255, "t_us": 1000000}
{"op": "set_bus_range", "range": 0, "secondary": 1, "subordinate": 6, "t_us": 1000100}
{"op": "signal_msi_with_rid", "target": 0, "rid": 258, "address": 64, "data": 1, "t_us": 1000200}
{"op": "set_bus_range", "range": 0, "secondary": 0, "subordinate": 0, "t_us": 2000000}
{"op": "signal_msi_with_rid", "target": 0, "rid": 258, "address": 64, "data": 2, "t_us": 2000100}
{"op": "set_bus_range", "range": 0, "secondary": 3, "subordinate": 1, "t_us": 2000200}
{"op": "set_bus_range", "range": 0, "secondary": 1, "subordinate": 6, "t_us": 2000300}
{"op": "signal_msi_with_rid", "target": 0, "rid": 258, "address": 64, "data": 3, "t_us": 9000300}
"""


def of(path: Path, most: int = timeline.MOST) -> Timeline:
    """Read the timeline of a trace."""
    return read(*trace_file(path), most)


@pytest.fixture
def small(tmp_path: Path) -> Timeline:
    path = tmp_path / "small.jsonl"
    path.write_text(SMALL)
    return of(path)


@pytest.fixture(scope="module")
def rescan() -> Timeline:
    return of(ROOT / "tests/traces/rescan.jsonl.gz")


def test_what_is_drawn_of_a_small_one(small: Timeline) -> None:
    assert small.dots.tolist() == [4, 6, 9] and small.kinds.tolist() == [SENT, DROPPED, SENT]
    assert small.devids.tolist() == [258, 258, 258]
    assert small.lines.tolist() == list(range(1, 11)) and small.segments == ((0, 7),)
    (band,) = small.bands
    assert band.name == "a <port>" and len(band.changes) == 5
    drawn = [(box.first, box.last, box.bottom, box.top, box.kind) for box in boxes(small)]
    assert drawn == [
        *((0, 2, 0, 1, "zero"), (2, 3, 1, 7, "range"), (3, 5, 1, 7, "range")),
        *((5, 7, 0, 1, "zero"), (7, 8, 3, 3.1, "inverted"), (8, 10, 1, 7, "range")),
    ]
    assert [(each.first, each.last, each.messages, each.dropped) for each in small.windows] == [
        (5, 7, 1, 1)
    ]
    assert small.said == (
        "3 messages at 1 ports, 1 dropped; 5 changes of bus numbers; 1 windows in which a port "
        "that had buses is at 0/0, with 1 messages, 1 of them dropped"
    )
    assert 1 < heights(small)[0] < 2


def test_from_left_to_right(small: Timeline) -> None:
    for places in (by_changes(small), by_time(small), by_operations(small)):
        assert len(places) == small.operations + 1
        assert places[0] == 0 and places[-1] == 1 and (np.diff(places) >= 0).all()
    changes = by_changes(small)
    widths = np.diff(changes)[small.changes]
    assert np.allclose(widths, widths[0])
    assert by_time(small)[9] == 1 and by_time(small)[5] == pytest.approx(1 / 8.0003, rel=1e-3)


def test_a_trace_without_times_goes_by_operations(tmp_path: Path) -> None:
    path = tmp_path / "small.jsonl"
    path.write_text(re.sub(r', "t_us": \d+', "", SMALL))
    found = of(path)
    assert np.array_equal(by_time(found), by_operations(found))
    assert timeline.when(found, 3) == "operation 4"


def test_the_windows_of_a_rescan_are_those_that_were_counted(rescan: Timeline) -> None:
    lines = [(int(rescan.lines[w.first]), int(rescan.lines[w.last - 1])) for w in rescan.windows]
    page = (ROOT / "docs/real-software.md").read_text()
    (listed,) = re.findall(r"after lines\s+([\d–, \n]+and \d+–\d+), with", page)
    pairs = [(int(a), int(b)) for a, b in re.findall(r"(\d+)–(\d+)", listed)]
    assert lines == pairs and len(lines) == 13
    assert sum(window.messages for window in rescan.windows) == 39
    lost = rescan.kinds != SENT
    assert rescan.devids[lost].tolist() == [0x400, 0x300, 0x300, 0x500]
    assert rescan.dropped == 4 == sum(window.dropped for window in rescan.windows)


@pytest.mark.parametrize("width", [420, 1400])
def test_a_picture_has_all_of_it_and_stays_small(rescan: Timeline, width: int) -> None:
    text = svg(rescan, width)
    root = ElementTree.fromstring(text)
    assert len(text) < 80_000
    space = "{http://www.w3.org/2000/svg}"
    written = [each.text or "" for each in root.iter(f"{space}text")]
    assert {"rescan", "rp1", "rp2", "rp3", "pcie.0", "13"} <= set(written)
    red = [each for each in root.iter(f"{space}path") if each.get("stroke") == "#d11f14"]
    assert [each.get("d", "").count("M") for each in red] in ([4], [3])  # two are close
    for box in root.iter(f"{space}rect"):
        assert float(box.get("x", "0")) + float(box.get("width", "0")) <= width + 1


def test_a_page_needs_nothing_else_and_says_the_same(small: Timeline, rescan: Timeline) -> None:
    text = page([small, rescan], "two <of them>")
    assert "<title>two &lt;of them&gt;</title>" in text and "http" not in text.replace("https:", "")
    assert small.said in text and rescan.said in text
    (data,) = re.findall(r'id="timelines">(.*?)</script>', text, re.DOTALL)
    assert "<port>" not in data
    first, second = json.loads(data)
    assert first["ports"] == ["a <port>"] and len(second["windows"]) == 13
    kinds = np.frombuffer(base64.b64decode(second["kinds"]), np.uint8)
    assert (kinds == rescan.kinds).all()
    places = np.frombuffer(base64.b64decode(second["places"]["changes"]), np.float32)
    assert len(places) == rescan.operations + 1


def test_what_is_left_out_of_a_long_one_is_said(tmp_path: Path) -> None:
    found = of(ROOT / "tests/traces/basic.jsonl.gz", 1000)
    assert found.operations == 1000 and found.said.endswith("the first 1,000 of 3,787 operations")


def test_routes_are_drawn_where_they_send(tmp_path: Path) -> None:
    found = of(ROOT / "tests/traces/rescan-routes.jsonl.gz")
    plain = of(ROOT / "tests/traces/rescan.jsonl.gz")
    assert len(found.dots) == len(plain.dots) and found.dropped == plain.dropped
    assert np.array_equal(np.sort(found.devids), np.sort(plain.devids))


def test_segments_are_above_each_other(tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    again = SMALL.replace('"connection": 0', '"connection": 1').replace(
        '"segment": 0', '"segment": 7'
    )
    again = again.replace('"range": 0', '"range": 1').replace('"target": 0', '"target": 1')
    path.write_text(SMALL + again)
    found = of(path)
    assert found.segments == ((0, 7), (7, 7))
    levels = heights(found)
    assert levels[:3].max() < 7 and levels[3:].min() > 8
    assert "segment 7, bus" in svg(found)


def test_a_table_says_what_became_of_each_line(tmp_path: Path) -> None:
    path = tmp_path / "small.jsonl"
    path.write_text(SMALL)
    trace, tables = trace_file(path)
    rows = list(trace_table.rows(trace, tables))
    assert rows[4].became == "sent: DeviceID 0x0102 (01:00.2)" and rows[4].time == "1.000200"
    assert rows[6].became == "dropped bus range"
    assert trace_table.write(tmp_path / "t.csv", trace, tables) == 10
    text = (tmp_path / "t.csv").read_text()
    assert text.startswith("line,log line,seconds,what,what became of it,note\n")
    assert trace_table.write(tmp_path / "t.txt", trace, tables) == 10
    lines = (tmp_path / "t.txt").read_text().splitlines()
    assert len(lines) == 11 and len({line.find("what became") for line in lines[:1]}) == 1


def test_a_table_of_a_mixed_trace_has_interrupts() -> None:
    trace, tables = trace_file(ROOT / "tests/its/basic-mixed.jsonl.gz")
    rows = list(trace_table.rows(trace, tables))
    assert len(rows) == 8078 == rows[-1].line - 1
    assert any(row.became.startswith("LPI 8216 (device 0c:00.0") for row in rows)
