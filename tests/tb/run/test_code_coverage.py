# SPDX-License-Identifier: MIT
"""Verilator's coverage files: read, merged, excused, held against what is required, and as LCOV."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize("name", ["a b's;#$,é.svh", "line\u2028separator.svh", "next\x85.svh"])
def test_a_source_file_may_have_any_name_that_verilator_takes(tmp_path: Path, name: str) -> None:
    source, file = tmp_path / name, tmp_path / "coverage.dat"
    source.write_text("x // excused line: why\n")
    file.write_text(dat({point(1, "line", file=str(source)): 0}))
    found = code_coverage(read(file), [], tmp_path)
    assert list(found.files) == [name]
    assert found.total["line"].excused == 1


def test_a_source_file_whose_name_is_no_utf8(tmp_path: Path) -> None:
    file = tmp_path / "coverage.dat"
    text = dat({point(1, "line", file=f"{tmp_path}/caf\udce9.svh"): 3})
    file.write_bytes(os.fsencode(text))
    assert lcov(code_coverage(read(file), [], tmp_path), "t").splitlines()[1] == "SF:caf\ufffd.svh"


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


def inconsistencies(text: str) -> list[str]:
    """Return what lcov 2.1 to 2.5 refuse with --branch-coverage, and totals that are wrong."""
    found = []
    for file, records in parse_lcov(text).items():
        lines = {int(n): int(count) for n, count in (r.split(",") for r in records.get("DA", []))}
        branches: defaultdict[int, list[int]] = defaultdict(list)
        names = []
        for record in records.get("BRDA", []):
            line, block, number, taken = map(int, record.split(","))
            branches[line].append(taken)
            names.append((line, block, number))
        for line, counts in branches.items():
            if line not in lines:
                found.append(f"{file}:{line}: branches, but no line")
            elif bool(lines[line]) != any(counts):
                found.append(f"{file}:{line}: executed {lines[line]} times, branches {counts}")
        every = [count for counts in branches.values() for count in counts]
        totals = (len(lines), sum(map(bool, lines.values())), len(every), sum(map(bool, every)))
        said = tuple(int(records[name][0]) for name in ("LF", "LH", "BRF", "BRH"))
        if said != totals or len(set(names)) != len(names) or not lines:
            found.append(f"{file}: {said} is not {totals}, or a branch occurs twice")
    return found


def test_lcov(covered: CodeCoverage) -> None:
    text = lcov(covered, "top")
    assert text.startswith("TN:top\n")
    assert inconsistencies(text) == []
    found = parse_lcov(text)["a.sv"]
    assert found["DA"] == ["1,4", "2,4", "3,9", "5,4"], "of line 3 a branch is excused"
    assert found["LF"] == ["4"] and found["LH"] == ["4"]
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
    found = parse_lcov(lcov(code_coverage(counts, [source], tmp_path), "t"))["a.sv"]
    assert found["DA"] == ["1,4", "2,0", "3,4", "5,0", "6,0"]
    assert found["LF"] == ["5"] and found["LH"] == ["2"]


HOLES = {
    # An assignment of an expression: Verilator counts no line there.
    point(1, "expr", "(a==0) => 0"): 7,
    point(1, "expr", "(a==1) => 1"): 0,
    # `if (b) q <= 3; else q <= 4;`, b never true: the line was executed.
    point(2, "branch", "if", lines="2"): 0,
    point(2, "branch", "else", lines="2"): 3,
    # The body of an `if` that was not taken, over two lines.
    point(4, "branch", "if", lines="4-5"): 0,
    point(4, "branch", "else"): 8,
    # A case item that was not reached; Verilator evaluates its expression all the same.
    point(6, "line", "case", lines="6"): 0,
    point(6, "expr", "(a==0) => 0"): 3,
    point(6, "expr", "(a==1) => 1"): 0,
    # A loop that was never entered: its line was executed, none of its branches was.
    point(7, "line", "block", lines="7"): 5,
    point(7, "branch", "if", lines="7"): 0,
    point(7, "branch", "else"): 0,
}
"""Every way in which counts of Verilator have led to records that contradict each other."""


def test_lcov_of_rtl_with_holes_in_its_coverage(tmp_path: Path) -> None:
    text = lcov(code_coverage(HOLES, [], tmp_path), "t")
    assert inconsistencies(text) == []
    found = parse_lcov(text)["/p/a.sv"]
    assert found["DA"] == ["1,7", "2,3", "4,8", "5,0", "6,0", "7,0"]
    taken = [each.split(",")[0::3] for each in found["BRDA"]]
    assert [count for line, count in taken if line == "6"] == ["0", "0"]


PARTS = st.tuples(
    st.integers(1, 4),
    st.sampled_from(("line", "branch", "expr")),
    st.sampled_from(("", "1", "2-3", "3-4,6")),
    st.sampled_from(("if", "else", "block")),
)


@given(st.dictionaries(PARTS, st.sampled_from((0, 0, 1, 9))))
def test_lcov_is_consistent_whatever_was_counted(
    parts: dict[tuple[int, str, str, str], int],
) -> None:
    counts = {
        point(line, kind, text, lines=lines): count
        for (line, kind, lines, text), count in parts.items()
    }
    text = lcov(code_coverage(counts, [], Path("/p")), "t")
    if parts:
        assert inconsistencies(text) == []
    else:
        assert text == "TN:t\n"


def test_inconsistent_records_are_noticed() -> None:
    head, tail = "TN:t\nSF:a.sv\nBRDA:3,0,0,{}\nBRF:1\nBRH:{}\n", "end_of_record\n"
    line = "DA:3,{}\nLF:1\nLH:{}\n"
    assert inconsistencies(head.format(1, 1) + line.format(2, 1) + tail) == []
    assert len(inconsistencies(head.format(1, 1) + line.format(0, 0) + tail)) == 1
    assert len(inconsistencies(head.format(0, 0) + line.format(2, 1) + tail)) == 1
    assert len(inconsistencies(head.format(0, 1) + line.format(0, 0) + tail)) == 1
    assert len(inconsistencies(head.format(1, 1) + "LF:0\nLH:0\n" + tail)) == 2


@pytest.mark.skipif(shutil.which("genhtml") is None, reason="genhtml (Debian: lcov) is not there")
def test_lcovs_own_tool_takes_it(tmp_path: Path) -> None:
    source, records = tmp_path / "a b,é.sv", tmp_path / "coverage.info"
    source.write_text("x\n" * 9)
    counts = {each.replace("/p/a.sv", str(source)): count for each, count in HOLES.items()}
    records.write_text(lcov(code_coverage(counts, [], tmp_path), r"\a top"))
    command = ["genhtml", "--branch-coverage", "--quiet", "-o", "html", records.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "html/index.html").is_file()


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
    found = code_coverage(counts, [source], tmp_path)
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
    assert set(parse_lcov(lcov(found, "t"))) == set(found.files)


def test_a_bad_excuse_in_an_included_file(tmp_path: Path) -> None:
    header = tmp_path / "check.svh"
    header.write_text("x // excused lines: why\n")
    with pytest.raises(CoverageError, match=r"^check\.svh:1: no kind of coverage: lines"):
        code_coverage({point(1, "line", file=str(header)): 0}, [], tmp_path)
