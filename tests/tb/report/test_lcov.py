# SPDX-License-Identifier: MIT
"""Code coverage as an LCOV file: consistent, whatever was counted."""

from __future__ import annotations

import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocotbext.msi_its.report.lcov import lcov
from cocotbext.msi_its.run.simulators.code_coverage import (
    CodeCoverage,
    code_coverage,
    points,
)
from tests.tb.run.coverage_points import covered_source, point

covered = pytest.fixture(covered_source)


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


def test_every_file_that_counts_is_in_it(tmp_path: Path) -> None:
    names = ("hdl/a.sv", "include/check.svh", "/elsewhere/check.svh")
    counts = {point(1, "branch", file=str(tmp_path / name)): n for n, name in enumerate(names)}
    found = code_coverage(points(counts, tmp_path), [], tmp_path)
    assert set(parse_lcov(lcov(found, "t"))) == set(found.files) == set(names)


def test_lcov_shows_a_line_by_its_least_covered_part(tmp_path: Path) -> None:
    source = tmp_path / "a.sv"
    source.write_text("x\n" * 9)
    counts = {
        point(1, "line", lines="1-3", file=str(source)): 4,
        point(2, "branch", lines="2,5-6", file=str(source)): 0,
    }
    found = parse_lcov(lcov(code_coverage(points(counts, tmp_path), [source], tmp_path), "t"))[
        "a.sv"
    ]
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
    text = lcov(code_coverage(points(HOLES, tmp_path), [], tmp_path), "t")
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
    text = lcov(code_coverage(points(counts, Path("/p")), [], Path("/p")), "t")
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
    records.write_text(lcov(code_coverage(points(counts, tmp_path), [], tmp_path), r"\a top"))
    command = ["genhtml", "--branch-coverage", "--quiet", "-o", "html", records.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "html/index.html").is_file()
