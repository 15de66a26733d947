# SPDX-License-Identifier: MIT
"""Verilator's coverage files: read, merged, excused, held against what is required, and as LCOV."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest

from tb.code_coverage import (
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
from tb.rtl import OWN, ROOT

HEAD = "# SystemC::Coverage-3\n"


def point(
    line: int, kind: str, text: str = "if", *, file: str = "/p/a.sv", lines: str = "", **more: str
) -> str:
    """Return a point as Verilator writes it, without its count."""
    values = {"f": file, "l": str(line), "n": "9", "t": kind, "page": f"v_{kind}/top", "o": text}
    values |= {"S": lines} if lines else {}
    values |= {"h": "top.u_one"} | more
    return "C '" + "".join(f"\1{name}\2{value}" for name, value in values.items()) + "'"


def dat(counts: dict[str, int]) -> str:
    """Return a coverage file."""
    return HEAD + "".join(f"{each} {count}\n" for each, count in counts.items())


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


SOURCE = """module a;                // 1
  if (b) c = d;                         // 2
  else e = f;  // excused branch: why
  // excused toggle: why not
  logic [1:0] g;                        // 5
endmodule
"""


@pytest.fixture
def covered(tmp_path: Path) -> CodeCoverage:
    """Return the coverage of SOURCE, some of it excused, some of it missing."""
    source, other = tmp_path / "a.sv", tmp_path / "b.sv"
    source.write_text(SOURCE)
    other.write_text("")
    at = str(source)
    counts = {
        point(2, "line", "block", lines="1-2,5", file=at): 4,
        point(2, "branch", "if", lines="2", file=at): 4,
        point(3, "branch", "else", lines="3", file=at): 0,
        point(3, "expr", "f==0", file=at): 0,
        point(3, "expr", "f==1", file=at): 9,
        point(5, "toggle", "g[0]:0->1", file=at): 1,
        point(5, "toggle", "g[0]:1->0", file=at): 0,
        point(5, "toggle", "g[1]:0->1", file=at): 0,
        point(9, "line", "block", lines="9", file="/not/mine.sv"): 0,
    }
    return code_coverage(counts, [source, other], tmp_path)


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
    assert list(covered.files) == ["a.sv", "b.sv"]
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
    found = code_coverage(counts, [source], tmp_path)
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
        return code_coverage(counts, [source], tmp_path).shortfalls

    assert shortfalls(required) == []
    (short,) = shortfalls(required - 1)
    assert short.startswith(f"{kind} coverage ") and f"below {REQUIRED[kind]:g} %" in short


def test_what_is_required() -> None:
    assert REQUIRED == {"line": 100.0, "branch": 100.0, "expr": 98.0, "toggle": 98.0}


def test_nothing_counted_is_nothing_covered(tmp_path: Path) -> None:
    source = tmp_path / "a.sv"
    source.write_text("x\n")
    found = code_coverage({point(9, "line", file="/not/mine.sv"): 3}, [source], tmp_path)
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


# ---- merging, LCOV ------------------------------------------------------------------------------


def test_counts_add_up_over_files(tmp_path: Path) -> None:
    total: Counter[str] = Counter()
    for number, counts in enumerate((TWO, TWO, {point(9, "line"): 1})):
        file = tmp_path / f"{number}.dat"
        file.write_text(dat(counts))
        total.update(read(file))
    assert total == {**{each: 2 * count for each, count in TWO.items()}, point(9, "line"): 1}


def parse_lcov(text: str) -> dict[str, dict[str, list[str]]]:
    """Read LCOV: by file, the values of each kind of record."""
    files: dict[str, dict[str, list[str]]] = {}
    assert text.endswith("end_of_record\n")
    records = text.splitlines()
    assert records[0].startswith("TN:")
    current: dict[str, list[str]] | None = None
    for record in records[1:]:
        name, _, value = record.partition(":")
        if name == "SF":
            assert current is None
            current = files.setdefault(value, {})
        elif name == "end_of_record":
            current = None
        else:
            assert current is not None
            current.setdefault(name, []).append(value)
    return files


def test_lcov(covered: CodeCoverage) -> None:
    text = covered.lcov("top")
    assert text.startswith("TN:top\n")
    found = parse_lcov(text)["a.sv"]
    assert found["DA"] == ["1,4", "2,4", "5,4"], "line 3 is excused"
    assert found["LF"] == ["3"] and found["LH"] == ["3"]
    assert [each.split(",") for each in found["BRDA"]] == [
        ["2", "0", "0", "4"],
        ["3", "0", "1", "0"],
        ["3", "0", "2", "9"],
    ]
    assert found["BRF"] == ["3"] and found["BRH"] == ["2"]
    assert set(found) == {"DA", "LF", "LH", "BRDA", "BRF", "BRH"}


def test_lcov_shows_a_line_by_its_least_covered_part(tmp_path: Path) -> None:
    source = tmp_path / "a.sv"
    source.write_text("x\n" * 9)
    counts = {
        point(1, "line", lines="1-3", file=str(source)): 4,
        point(2, "branch", lines="2,5-6", file=str(source)): 0,
    }
    found = parse_lcov(code_coverage(counts, [source], tmp_path).lcov("t"))["a.sv"]
    assert found["DA"] == ["1,4", "2,0", "3,4", "5,0", "6,0"]
    assert found["LF"] == ["5"] and found["LH"] == ["2"]
