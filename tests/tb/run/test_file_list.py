# SPDX-License-Identifier: MIT
"""File lists, as people write them for this and other simulators."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocotbext.msi_its.run.file_list import LISTED, FileListError, Sources, read


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Return a folder with sources, of which the lists in it are."""
    for name in (
        "a.sv",
        "b.v",
        "sub/c.sv",
        "with space.sv",
        "$HERE.sv",
        "has#and//slashes/d.sv",
        "lint.vlt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    return tmp_path


def listed(folder: Path, text: str | bytes, cwd: Path | None = None) -> Sources:
    """Write a list into a folder, and read it."""
    path = folder / "list.f"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read([path], cwd or folder)


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("a.sv b.v\n", ["a.sv", "b.v"]),
        ("a.sv", ["a.sv"]),
        ("# mine\n  # mine, too\na.sv # the top\n", ["a.sv"]),
        ("// b.v\na.sv // b.v\n", ["a.sv"]),
        ("/* b.v\n b.v */ a.sv /**/\n", ["a.sv"]),
        ("has#and//slashes/d.sv\n", ["has#and/slashes/d.sv"]),
        ("./sub/../a.sv\n", ["a.sv"]),
        ('"with space.sv"\n', ["with space.sv"]),
        ("'with space.sv' \"a.sv\"\n", ["with space.sv", "a.sv"]),
        ("with\\ space.sv\n", ["with space.sv"]),
        ("$HERE/a.sv ${HERE}/b.v $(HERE)/sub/c.sv\n", ["a.sv", "b.v", "sub/c.sv"]),
        ("a.sv\r\nb.v\r\n", ["a.sv", "b.v"]),
        (b"\xef\xbb\xbfa.sv\n", ["a.sv"]),
        (b"// caf\xe9\na.sv\n", ["a.sv"]),
        ("lint.vlt a.sv\n", ["lint.vlt", "a.sv"]),
        ("-sv a.sv\n", ["a.sv"]),
        ("'$HERE.sv' \\$HERE.sv \"\\$HERE.sv\"\n", ["$HERE.sv"] * 3),
    ],
)
def test_files(
    here: Path, monkeypatch: pytest.MonkeyPatch, text: str | bytes, files: list[str]
) -> None:
    monkeypatch.setenv("HERE", str(here))
    (here / "has#and/slashes").mkdir(parents=True, exist_ok=True)
    (here / "has#and/slashes/d.sv").write_text("")
    assert listed(here, text).files == [here / name for name in files]


def test_everything_else_that_is_read(here: Path) -> None:
    text = """
        +incdir+inc+more -Iagain
        +define+A+B=7+C=a//b+D=#x -DE -DF=1 +define+G= -UH
        -y sub -y lib -v b.v +libext+.v+.sv
        -Wno-WIDTH -timescale=1ns/1ps --top-module top --timing
        a.sv
    """
    sources = listed(here, text)
    assert sources.files == [here / "a.sv"]
    assert sources.includes == [here / "inc", here / "more", here / "again"]
    defines = {"A": "1", "B": "7", "C": "a//b", "D": "#x", "E": "1", "F": "1", "G": ""}
    assert sources.defines == defines
    assert sources.undefines == ["H"]
    assert sources.libraries == [here / "sub", here / "lib"]
    assert sources.library_files == [here / "b.v"]
    assert sources.extensions == [".v", ".sv"]
    assert sources.warnings == ["-Wno-WIDTH"]
    assert (sources.top, sources.timescale, sources.timing) == ("top", "1ns/1ps", True)


def test_lists_within_lists(here: Path) -> None:
    elsewhere = here / "elsewhere"
    elsewhere.mkdir()
    (here / "sub/own.f").write_text("c.sv\n")  # relative to itself
    (here / "sub/same.f").write_text("b.v\n")  # relative to what names it
    assert listed(here, "-F sub/own.f a.sv -f sub/same.f\n", elsewhere).files == [
        here / "sub/c.sv",
        here / "a.sv",
        here / "b.v",
    ]


def test_a_path_is_relative_to_the_list_and_then_to_where_one_is(here: Path) -> None:
    lists = here / "lists"
    lists.mkdir()
    assert listed(lists, "../a.sv\n", here / "sub").files == [here / "a.sv"]
    assert listed(lists, "sub/c.sv\n", here).files == [here / "sub/c.sv"]
    (lists / "a.sv").write_text("another")
    with pytest.raises(FileListError, match=r"a\.sv may mean .*lists/a\.sv or .*/a\.sv: say which"):
        listed(lists, "a.sv\n", here)


def test_a_folder_is_that_of_the_list_first(here: Path) -> None:
    sources = listed(here / "sub", "+incdir+. -y sub c.sv\n", here)
    assert (sources.includes, sources.libraries) == ([here / "sub"], [here / "sub"])


def test_sources_without_a_list(here: Path) -> None:
    assert read([Path("a.sv"), Path("b.v")], here).files == [here / "a.sv", here / "b.v"]
    (here / "list.f").write_text("b.v\n")
    assert read([Path("a.sv"), Path("list.f")], here).files == [here / "a.sv", here / "b.v"]
    with pytest.raises(FileListError, match=r"none\.sv: there is no such file"):
        read([Path("none.sv")], here)
    with pytest.raises(FileListError, match=r"old\.vhd: is VHDL"):
        read([Path("old.vhd")], here)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a.sv\nnone.sv\n", r"list\.f:2: none\.sv does not exist: no /"),
        ("a.sv\n\n+acc\n", r"list\.f:3: \+acc cannot be honoured here\ntake out what"),
        ("-work work\na.sv\n", r"list\.f:1: -work cannot be honoured here\ntake out what"),
        ("-full64 -lca a.sv\n", r"-full64 cannot .*\n.*list\.f:1: -lca cannot"),
        ("$NOT_SET_HERE/a.sv\n", r"list\.f:1: \$NOT_SET_HERE/a\.sv names \$NOT_SET_HERE, which is"),
        ("nested.f\n", r"list\.f:1: nested\.f is a file list: write -F"),
        ("old.vhd\n", r"list\.f:1: old\.vhd is VHDL, which Verilator does not read"),
        ("dpi.cpp\n", r"list\.f:1: dpi\.cpp cannot be honoured here: only RTL"),
        ("-f\n", r"list\.f:1: -f needs a name behind it"),
        ("-y -sv\n", r"list\.f:1: -y needs a name behind it"),
        ("-F none.f\n", r"list\.f:1: none\.f does not exist"),
        ("-F list.f\n", r"list\.f: names list\.f, which names it: a circle"),
        ("+incdir+\n", r"list\.f:1: \+incdir\+ names nothing"),
        ("-timescale=1xs/1ps a.sv\n", r"list\.f:1: 1xs/1ps is no time scale"),
        ("-timescale=1ns/1ps -timescale 1us/1ps a.sv\n", r"1us/1ps contradicts 1ns/1ps"),
        ('\n"a.sv\n', r'list\.f:2: " is not closed'),
        ("\n/* a.sv\n", r"list\.f:2: /\* is not closed"),
        ("// nothing\n", r"list\.f: names no source file"),
        ("lint.vlt\n", r"list\.f: names no source file"),
    ],
)
def test_what_cannot_be_honoured_is_named(here: Path, text: str, reason: str) -> None:
    (here / "nested.f").write_text("a.sv\n")
    (here / "old.vhd").write_text("")
    (here / "dpi.cpp").write_text("")
    with pytest.raises(FileListError, match=reason):
        listed(here, text)


@pytest.mark.parametrize("name", ['a"b.sv', "a\\b.sv", "a\nb.sv"])
def test_a_name_that_verilator_cannot_take(here: Path, name: str) -> None:
    (here / name).write_text("")
    with pytest.raises(FileListError, match="Verilator cannot read a file whose name has a quote"):
        read([Path(name)], here)


def test_many_problems_are_counted(here: Path) -> None:
    with pytest.raises(FileListError) as error:
        listed(here, "none.sv\n" * (LISTED + 3))
    assert str(error.value).splitlines()[-1] == "... and 3 more"


def test_a_list_that_is_not_there(here: Path) -> None:
    with pytest.raises(FileListError, match=r"none\.f: No such file"):
        read([Path("none.f")], here)
    with pytest.raises(FileListError, match="Is a directory"):
        read([Path("sub")], here)
