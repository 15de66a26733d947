# SPDX-License-Identifier: MIT
"""Verilator's coverage files: read, merged, excused, held against what is required, and as LCOV."""

from __future__ import annotations

import gzip
import os
from collections import Counter
from pathlib import Path

import pytest

from cocotbext.msi_its.report.lcov import lcov
from cocotbext.msi_its.run.design import OWN
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.run.simulators.code_coverage import (
    KINDS,
    REQUIRED,
    CodeCoverage,
    CoverageError,
    KindResult,
    Point,
    code_coverage,
    excuses,
    points,
    read,
)
from tests.tb.run.coverage_points import HEAD, covered_source, dat, point

# ---- reading ------------------------------------------------------------------------------------

TWO = {point(3, "line", lines="3-4"): 7, point(5, "toggle", "a b[0]:0->1"): 0}


def test_a_file_plain_and_gzipped(tmp_path: Path) -> None:
    plain, zipped = tmp_path / "coverage.dat", tmp_path / "coverage.dat.gz"
    plain.write_text(dat(TWO))
    zipped.write_bytes(gzip.compress(dat(TWO).encode()))
    assert read(plain) == read(zipped) == TWO


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not a coverage file"),
        ("LCOV\n", "not a coverage file"),
        (f"{HEAD}D 'x' 1\n", "cannot read \"D 'x' 1\""),
        (f"{HEAD}{point(3, 'line')}\n", "cannot read"),
        (f"{HEAD}{point(3, 'line')} -1\n", "cannot read"),
        (f"{HEAD}{point(3, 'line')} many\n", "cannot read"),
        (f"{HEAD}C 'x' 1\n", "cannot read"),
        (f"{HEAD}{point(3, 'line', l='three')} 1\n", "cannot read"),
        (f"{HEAD}{point(3, 'line')[:-9]} 1\n", "cannot read"),
        (f"{HEAD}{point(3, 'line')} 12", "ends in the middle of a line"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "coverage.dat"
    file.write_text(text)
    with pytest.raises(CoverageError) as caught:
        points(read(file), tmp_path)
    assert why in str(caught.value) and str(file) in str(caught.value)


def test_a_file_that_was_cut_off_or_damaged(tmp_path: Path) -> None:
    file = tmp_path / "coverage.dat.gz"
    whole = gzip.compress(dat({point(number, "line"): number for number in range(999)}).encode())
    middle = len(whole) // 2
    damaged = bytearray(whole)
    damaged[middle : middle + 9] = bytes(9)
    for data in (whole[:-20], whole[:5], bytes(damaged), b"not zipped", b""):
        file.write_bytes(data)
        with pytest.raises(CoverageError, match="coverage"):
            read(file)
    file.unlink()
    with pytest.raises(CoverageError, match="No such file"):
        read(file)
    file.write_bytes(gzip.compress(HEAD.encode() + b"\xff\n"))
    with pytest.raises(CoverageError):
        read(file)


@pytest.mark.parametrize("name", ["a b's;#$,é.svh", "line\u2028separator.svh", "next\x85.svh"])
def test_a_source_file_may_have_any_name_that_verilator_takes(tmp_path: Path, name: str) -> None:
    source, file = tmp_path / name, tmp_path / "coverage.dat"
    source.write_text("x // excused line: why\n")
    file.write_text(dat({point(1, "line", file=str(source)): 0}))
    found = code_coverage(points(read(file), tmp_path), [], tmp_path)
    assert list(found.files) == [name]
    assert found.total["line"].excused == 1


def test_a_source_file_whose_name_is_no_utf8(tmp_path: Path) -> None:
    file = tmp_path / "coverage.dat"
    text = dat({point(1, "line", file=f"{tmp_path}/caf\udce9.svh"): 3})
    file.write_bytes(os.fsencode(text))
    assert (
        lcov(code_coverage(points(read(file), tmp_path), [], tmp_path), "t").splitlines()[1]
        == "SF:caf\ufffd.svh"
    )


def test_points(tmp_path: Path) -> None:
    counts = {
        point(3, "line", lines="3-4", file=f"{tmp_path}/hdl/a.sv"): 7,
        point(3, "line", lines="3-4", file=f"{tmp_path}/hdl/a.sv", h="top.u_two"): 1,
        point(3, "line", lines="3-4", file=f"{tmp_path}/hdl/a.sv", page="v_line/top__R5"): 1,
        point(5, "toggle", "b[0]:0->1", file="/elsewhere/a.sv"): 0,
        point(6, "user", "assertion"): 3,
    }
    assert points(counts, tmp_path) == {
        Point("hdl/a.sv", 3, 9, "line", "if", "3-4"): 9,
        Point("/elsewhere/a.sv", 5, 9, "toggle", "b[0]:0->1", "5"): 0,
    }


# ---- excuses ------------------------------------------------------------------------------------


def test_excuses_on_the_line_and_on_the_line_before() -> None:
    text = """module a;
  assign b = c;  // excused expr: c is constant
  // excused toggle, line: nobody ever
  logic d;
  // excuse me: this is a comment
endmodule"""
    same, before = excuses("a.sv", text)
    assert (same.line, same.kinds, same.reason) == (2, ("expr",), "c is constant")
    assert (before.line, before.kinds, before.reason) == (4, ("toggle", "line"), "nobody ever")


def test_an_excuse_for_a_kind_that_is_none() -> None:
    with pytest.raises(CoverageError, match=r"^a\.sv:2: no kind of coverage: lines; there are "):
        excuses("a.sv", "\nlogic d; // excused toggle, lines: why\n")
    with pytest.raises(CoverageError, match=r"^a\.sv:1: "):
        excuses("a.sv", "// excused , toggle: why\n")


covered = pytest.fixture(covered_source)


def test_excused_points_count_apart(covered: CodeCoverage) -> None:
    found = {
        kind: (result.total, result.hit, result.excused, result.percent)
        for kind, result in covered.total.items()
    }
    assert found == {
        "line": (1, 1, 0, 100.0),
        "branch": (2, 1, 1, 100.0),
        "expr": (2, 1, 0, 50.0),
        "toggle": (3, 1, 2, 100.0),
    }
    assert [(each.line, each.text) for each in covered.total["expr"].missing] == [(3, "f==0")]
    assert {(each.line, each.reason): count for each, count in covered.excused.items()} == {
        (3, "why"): 1,
        (5, "why not"): 2,
    }
    assert list(covered.files) == ["a.sv"], "there is nothing in b.sv"
    assert covered.shortfalls == ["expr coverage 50.00 %, below 98 %"]


def test_an_excuse_holds_for_its_line_its_kind_and_what_was_not_hit(tmp_path: Path) -> None:
    source = tmp_path / "a.sv"
    source.write_text("// excused branch: why\nx\ny // excused line: z\n")
    counts = {
        point(1, "branch", file=str(source)): 0,
        point(2, "branch", file=str(source)): 1,
        point(2, "toggle", file=str(source)): 0,
        point(3, "branch", file=str(source)): 0,
        point(4, "line", file=str(source)): 0,
    }
    found = code_coverage(points(counts, tmp_path), [source], tmp_path)
    assert [result.excused for result in found.total.values()] == [0, 0, 0, 0]
    assert sum(len(result.missing) for result in found.total.values()) == 4
    assert set(found.excused.values()) == {0}
    assert [each.reason for each in found.stale] == ["why", "z"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_requirement(tmp_path: Path, kind: str) -> None:
    source = tmp_path / "a.sv"
    source.write_text("x\n" * 1000)
    required = round(10 * REQUIRED[kind])

    def shortfalls(hit: int) -> list[str]:
        counts = {point(1, each, file=str(source)): 1 for each in KINDS if each != kind}
        counts |= {point(line, kind, file=str(source)): int(line <= hit) for line in range(1, 1001)}
        return code_coverage(points(counts, tmp_path), [source], tmp_path).shortfalls

    assert shortfalls(required) == []
    (short,) = shortfalls(required - 1)
    assert short.startswith(f"{kind} coverage ") and f"below {REQUIRED[kind]:g} %" in short


def test_what_is_required() -> None:
    assert REQUIRED == {"line": 100.0, "branch": 100.0, "expr": 98.0, "toggle": 98.0}


def test_nothing_counted_is_nothing_covered(tmp_path: Path) -> None:
    source = tmp_path / "a.sv"
    source.write_text("x\n")
    found = code_coverage({}, [source], tmp_path)
    assert len(found.shortfalls) == len(KINDS)
    assert found.total["line"].percent == 0.0
    assert KindResult(total=3, excused=3).percent == 100.0
    assert KindResult(total=50_000, hit=49_999).percent == 99.99, "never rounded up"


def test_the_excuses_of_the_rtl_can_be_read() -> None:
    for source in OWN.sources().files:
        name = str(source.relative_to(ROOT))
        lines = source.read_text().splitlines()
        for excuse in excuses(name, source.read_text()):
            assert excuse.line <= len(lines) and excuse.reason
            assert "excused" not in lines[excuse.line - 1].partition("//")[0]


# ---- merging ------------------------------------------------------------------------------------


def test_counts_add_up_over_files(tmp_path: Path) -> None:
    total: Counter[str] = Counter()
    for number, counts in enumerate((TWO, TWO, {point(9, "line"): 1})):
        file = tmp_path / f"{number}.dat"
        file.write_text(dat(counts))
        total.update(read(file))
    assert total == {**{each: 2 * count for each, count in TWO.items()}, point(9, "line"): 1}


# ---- all RTL that was read ----------------------------------------------------------------------


def test_included_files_count(tmp_path: Path) -> None:
    source, header = tmp_path / "hdl/a.sv", tmp_path / "include/check.svh"
    for file in source, header:
        file.parent.mkdir()
        file.write_text("x\ny // excused toggle: never moves\n")
    counts = {
        point(1, "branch", "if", file=str(source)): 3,
        point(1, "branch", "if", file=f"{tmp_path}/hdl/../include/check.svh"): 0,
        point(1, "branch", "else", file=str(header)): 5,
        point(2, "toggle", "b:0->1", file=str(header)): 0,
        point(1, "branch", "if", file="/elsewhere/check.svh"): 0,
    }
    found = code_coverage(points(counts, tmp_path), [source], tmp_path)
    assert list(found.files) == ["/elsewhere/check.svh", "hdl/a.sv", "include/check.svh"]
    branch = found.total["branch"]
    assert (branch.total, branch.hit) == (4, 2)
    assert [each.file for each in branch.missing] == ["/elsewhere/check.svh", "include/check.svh"]
    assert found.total["toggle"].excused == 1
    assert [(each.file, each.line) for each in found.excused] == [
        ("hdl/a.sv", 2),
        ("include/check.svh", 2),
    ]
    assert "branch coverage 50.00 %, below 100 %" in found.shortfalls


def test_a_bad_excuse_in_an_included_file(tmp_path: Path) -> None:
    header = tmp_path / "check.svh"
    header.write_text("x // excused lines: why\n")
    with pytest.raises(CoverageError, match=r"^check\.svh:1: no kind of coverage: lines"):
        code_coverage(points({point(1, "line", file=str(header)): 0}, tmp_path), [], tmp_path)
