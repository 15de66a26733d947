# SPDX-License-Identifier: MIT
"""OpenVMM's log, tables, which kind a file is, and what no file may do."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from cocotbext.msi_its.importers import KINDS as NAMES
from cocotbext.msi_its.importers.gaps import DIFFERENT, Gaps, Kind
from cocotbext.msi_its.importers.kinds import (
    IMPORTERS,
    ImportRefusedError,
    import_files,
    kind_of,
    recognise,
)
from cocotbext.msi_its.importers.origin import origins
from cocotbext.msi_its.importers.ports import MOST_PORTS
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.vocabulary.trace import validate_trace
from cocotbext.msi_its.vocabulary.trace_file import TraceError
from tests.tb.importers.corpus import KINDS, OPENVMM
from tests.tb.importers.imports import imported, of, ops, said

# ---- OpenVMM -------------------------------------------------------------------------------------


def test_openvmms_warnings_are_drops(tmp_path: Path) -> None:
    done, lines = imported(tmp_path, OPENVMM)
    assert ops(lines, "op") == [
        *(("connect",), ("bind_target",), ("bind_target",), ("set_bus_range",)),
        ("signal_msi_with_rid",),
        *(("bind_target",), ("set_bus_range",), ("bind_target",), ("signal_msi",)),
        *(("connect_irqfd",), ("new_route",), ("enable_with_rid",)),
        *(("bind_target",), ("signal_msi",)),
        *(("bind_target",), ("set_bus_range",), ("set_bus_range",)),
    ]
    expects = [line["expect"] for line in lines if "expect" in line]
    assert expects == [{"messages": [], "warnings": 1}] * 4
    assert lines[4]["rid"] == 0xB00 and lines[3]["subordinate"] == 0xA
    assert lines[7]["rid_offset"] == 0x200
    assert (lines[-2]["secondary"], lines[-2]["subordinate"]) == (0xC, 0)
    header = json.loads((tmp_path / "trace.jsonl").read_text().splitlines()[0])
    assert header["profile"] == "08ec11066"  # an own requester ID of 17 bits is only its
    missed = [gap for gap in done.gaps if "dropped_ratelimited" in gap.what]
    assert [gap.count for gap in missed] == [7]
    assert "times" in str(missed[0])


def test_openvmm_without_what_is_only_todays_names_no_profile(tmp_path: Path) -> None:
    imported(tmp_path, OPENVMM[:3])
    assert "profile" not in json.loads((tmp_path / "trace.jsonl").read_text().splitlines()[0])


def test_a_warning_that_is_none_is_refused(tmp_path: Path) -> None:
    done, _ = imported(
        tmp_path,
        [*OPENVMM[:3], OPENVMM[2].replace("0xb00", "0x600"), OPENVMM[2].replace("rid=", "r=")],
    )
    assert said(done, Kind.REFUSED) == [
        "a warning of a requester ID that is in range",
        "a warning without rid, secondary, subordinate",
    ]


# ---- tables --------------------------------------------------------------------------------------


def test_columns_are_named_as_fields(tmp_path: Path) -> None:
    done, lines = imported(
        tmp_path,
        [
            "op,connection,segment,target,range,devfn,rid,address,data,t_us,expect.devid,x_mine",
            "connect,0,1",
            "bind_target,0,,0,0,8",
            "signal_msi_with_rid,,,0,,,00:01.0,0x8090040,5,17.5,0x10008,mine",
            'its_inv,,,,,,,,"1"',
        ],
    )
    assert lines[0] == {"op": "connect", "connection": 0, "segment": 1, "x_line": 2}
    assert lines[2] == {
        **{"op": "signal_msi_with_rid", "target": 0, "rid": 8, "address": 0x809_0040, "data": 5},
        **{"t_us": 17.5, "x_mine": "mine", "x_line": 4},
        "expect": {"messages": [[0x1_0008, 0x809_0040, 5]]},
    }
    assert [(gap.what, gap.lines) for gap in done.gaps] == [
        ('data: its_inv has no such field; did you mean "devid"?', ["5"])
        if "did you mean" in done.gaps[0].what
        else (done.gaps[0].what, ["5"])
    ]


def test_a_table_of_messages_is_enough(tmp_path: Path) -> None:
    done, lines = imported(
        tmp_path,
        "\ufefft_us;rid;address;data\r\n1,5;01:00.0;0x8090040;5\r\n2;02:00.0;64;1.000\r\n"
        "3;02:00.1;64;1;\r\n# a comment\r\n\r\n4;02:00.1;64;1;7\r\n",
    )
    assert done.messages == 1 and done.ports == 1
    assert ops(lines[-1:], "op", "rid", "t_us") == [("signal_msi_with_rid", 0x100, 1.5)]
    assert [(gap.kind, gap.lines) for gap in done.gaps] == [
        (Kind.REFUSED, ["3"]),
        (Kind.REFUSED, ["4", "7"]),
        (Kind.ASSUMED, ["1"]),
        (Kind.ASSUMED, ["2"]),
    ]
    assert "without points between thousands" in done.gaps[0].what


# ---- kinds, files --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_recognised_by_its_lines(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "log"
    path.write_text("\n".join(["some text"] * (0 if kind == "csv" else 5000) + KINDS[kind]))
    assert recognise(path) is IMPORTERS[kind]


def test_the_kinds_are_the_importers() -> None:
    assert tuple(IMPORTERS) == NAMES


def test_what_is_none_of_them_is_refused_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match=r"not recognised as any of .*KIND="):
        imported(tmp_path, "nothing\n")
    with pytest.raises(ImportRefusedError, match="nothing could be imported"):
        imported(tmp_path, "nothing\n", kind="qemu")
    with pytest.raises(ImportRefusedError, match="is a trace already"):
        imported(tmp_path, '{"op": "connect", "connection": 0, "segment": 1}')
    with pytest.raises(ImportRefusedError, match="files of one kind, and "):
        imported(tmp_path, KINDS["qemu"], KINDS["linux"])
    assert not (tmp_path / "trace.jsonl").exists()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "data", [b"", b"\n" * 9, b"\0" * 9000, bytes(range(256)) * 40, b"x" * 3_000_000]
)
def test_a_file_of_anything(tmp_path: Path, data: bytes) -> None:
    for kind in IMPORTERS:
        with pytest.raises(ImportRefusedError):
            imported(tmp_path, data, kind=kind)


def test_a_file_that_is_cut_off_is_said(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress("\n".join(KINDS["qemu"] * 99).encode())[:-30])
    with pytest.raises(TraceError, match="cut off before its end"):
        import_files([path], IMPORTERS["qemu"], tmp_path / "trace.jsonl")
    assert not (tmp_path / "trace.jsonl").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_trace_may_be_gzipped_and_is_the_same(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("\n".join(KINDS["qemu"]))
    for name in ("a.jsonl", "b.jsonl.gz", "c.jsonl.gz"):
        import_files([log], kind_of([log]), tmp_path / name)
    plain = (tmp_path / "a.jsonl").read_bytes()
    assert gzip.decompress((tmp_path / "b.jsonl.gz").read_bytes()) == plain
    assert (tmp_path / "b.jsonl.gz").stat().st_size == (tmp_path / "c.jsonl.gz").stat().st_size


def test_where_a_line_came_from(tmp_path: Path) -> None:
    done, lines = imported(tmp_path, KINDS["qemu"])
    number = len(lines)
    assert origins(done.path, [number + 1]) == {number + 1: f"line {lines[-1]['x_line']} of log0"}
    assert origins(ROOT / "tests/traces/basic.jsonl.gz", [3]) == {}


@pytest.mark.parametrize("kind", ["qemu", "openvmm"])
def test_what_is_made_is_a_trace(tmp_path: Path, kind: str) -> None:
    lines = [line for line in KINDS[kind] if "its_" not in line or "translation" in line]
    done, _ = imported(tmp_path, lines)
    lines_made = done.path.read_bytes().splitlines(True)
    kept = [line for line in lines_made if b'"its_' not in line and b'"device_' not in line]
    done.path.write_bytes(b"".join(kept))
    assert validate_trace(done.path).operations == len(kept) - 1


def test_more_ports_than_a_trace_can_have(tmp_path: Path) -> None:
    cfg = "pci_cfg_write pcie-root-port {:02x}:{:02x}.{} @0x18 <- 0x10100"
    lines = [cfg.format(bus, slot, fn) for bus in (0, 64) for slot in range(32) for fn in range(8)]
    done, made = imported(tmp_path, lines)
    assert done.ports == MOST_PORTS
    assert ops(made, "op").count(("bind_target",)) == MOST_PORTS
    assert any(f"more than {MOST_PORTS} ports" in each for each in said(done, Kind.LEFT_OUT))


def test_what_is_noted_stays_bounded() -> None:
    gaps = Gaps()
    for number in range(3 * DIFFERENT):
        gaps.refuse(number, f"reason {number} " + "x" * 10_000, b"\x1b[31m" + b"y" * 10_000)
    listed = gaps.listed
    assert len(listed) == DIFFERENT + 1
    assert all(len(str(gap)) < 1000 and str(gap).isprintable() for gap in listed)
    assert sum(gap.count for gap in listed) == 3 * DIFFERENT


def entry(path: Path) -> dict[str, Any]:
    first: dict[str, Any] = json.loads(path.read_text().splitlines()[0])
    return first


def test_the_header_lists_what_was_noted(tmp_path: Path) -> None:
    done, _ = of(tmp_path, [_table(tmp_path)])
    header = entry(done.path)
    assert header["x_imported"] == "csv" and header["x_from"] == ["table.csv"]
    assert [gap["kind"] for gap in header["x_gaps"]] == [gap.kind for gap in done.gaps]


def _table(folder: Path) -> Path:
    path = folder / "table.csv"
    path.write_text("rid,address,data\n0x0200,64,1\n0x0200,64,one\n")
    return path
