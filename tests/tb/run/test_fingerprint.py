# SPDX-License-Identifier: MIT
"""Whatever a result depends on changes its fingerprint: each kind of file, in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cocotbext.msi_its.run import fingerprint
from cocotbext.msi_its.run.build import Flavour, _Ingredients
from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.vocabulary.operations import Tables

TOP = """
`include "listed.inc"
`include "deep/er.svh"
`include "{absolute}"
`include "range_check.sv"
`ifdef VARIED
`include "varied.vh"
`endif
module top #(parameter int N = 1) (input logic clk);
  logic [7:0] memory [4];
  initial $readmemh("{memory}", memory);
  in_folder u_in_folder (.clk);
  in_file u_in_file (.clk);
endmodule
"""


@pytest.fixture
def design(tmp_path: Path) -> Rtl:
    """Return a design that is read in every way that there is."""
    files = {
        "top.sv": TOP.format(
            absolute=tmp_path / "elsewhere/absolute.h", memory=tmp_path / "memory.hex"
        ),
        "include/listed.inc": "",
        "include/deep/er.svh": "",
        "include/range_check.sv": "",
        "include/varied.vh": "",
        "elsewhere/absolute.h": "",
        "library/in_folder.v": "module in_folder (input clk); endmodule\n",
        "modules.v": "module in_file (input clk); endmodule\nmodule unused; endmodule\n",
        "my.vlt": "`verilator_config\n",
        "inner.f": "my.vlt\n",
        "list.f": (
            "+incdir+earlier+include -y earlier -y library -v modules.v +libext+.sv+.v\n"
            "-f inner.f top.sv\n"
        ),
        "not_read.sv": "",
        "memory.hex": "00 01 02 03\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "earlier").mkdir()
    return Rtl(str(tmp_path / "list.f"), "top")


READ = [
    *("top.sv", "include/listed.inc", "include/deep/er.svh", "include/range_check.sv"),
    *("elsewhere/absolute.h", "library/in_folder.v", "modules.v", "my.vlt", "memory.hex"),
]


def test_all_that_is_read_counts(design: Rtl, tmp_path: Path) -> None:
    read = {file for file in design.files_read() if file.is_relative_to(tmp_path)}
    assert read == {tmp_path / name for name in READ}
    assert tmp_path / "include/varied.vh" not in design.files_read()


@pytest.mark.parametrize("name", READ)
def test_a_change_of_any_of_it_is_seen(design: Rtl, tmp_path: Path, name: str) -> None:
    before = fingerprint.design(design, {})
    assert fingerprint.design(design, {}) == before
    with (tmp_path / name).open("a") as file:
        file.write("// changed\n")
    assert fingerprint.design(design, {}) != before


def test_what_is_not_read_does_not_count(design: Rtl, tmp_path: Path) -> None:
    before = fingerprint.design(design, {})
    (tmp_path / "not_read.sv").write_text("// changed\n")
    assert fingerprint.design(design, {}) == before


@pytest.mark.parametrize(
    "name", ["earlier/listed.inc", "earlier/deep/er.svh", "earlier/in_folder.sv"]
)
def test_a_new_file_that_hides_one_is_seen(design: Rtl, tmp_path: Path, name: str) -> None:
    before = fingerprint.design(design, {})
    (tmp_path / name).parent.mkdir(exist_ok=True)
    text = "module in_folder (input clk); endmodule\n" if name.endswith(".sv") else ""
    (tmp_path / name).write_text(text)
    assert fingerprint.design(design, {}) != before
    assert tmp_path / name in design.files_read()


@pytest.mark.parametrize(
    "words", ["+define+VARIED", "-Wno-WIDTH", "-timescale=1us/1ps", "--timing"]
)
@pytest.mark.parametrize("name", ["list.f", "inner.f"])
def test_what_the_lists_say_counts(design: Rtl, tmp_path: Path, name: str, words: str) -> None:
    before = fingerprint.design(design, {})
    with (tmp_path / name).open("a") as file:
        file.write(f"{words}\n")
    assert fingerprint.design(design, {}) != before


def test_parameters_and_names_count(design: Rtl, tmp_path: Path) -> None:
    (tmp_path / "other.f").write_text((tmp_path / "list.f").read_text())
    designs = [
        fingerprint.design(design, {}),
        fingerprint.design(design, {"N": 2}),
        fingerprint.design(Rtl(str(tmp_path / "other.f"), "top"), {}),
    ]
    assert len(set(designs)) == 3


def test_the_environment_that_a_list_names_counts(
    design: Rtl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "list.f").write_text("-F $WHICH/inner.f\n")
    found = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "inner.f").write_text("top.sv\n")
        (tmp_path / folder / "top.sv").write_text("module top; endmodule\n")
        monkeypatch.setenv("WHICH", str(tmp_path / folder))
        found.append(fingerprint.design(design, {}))
    assert found[0] != found[1]


# ---- a build: what is compiled along, and how ----------------------------------------------------


def made_from(flavour: Flavour, parameters: int = 4) -> str:
    """Return the fingerprint of a build of the project's own RTL."""
    run = Run(Tables(1, 1, 1, 1), parameters, 1, "unused")
    return _Ingredients(run, flavour).fingerprint


@pytest.mark.parametrize(
    ("flavour", "constant"),
    [
        (Flavour.PLAIN, "START_H"),
        (Flavour.BATCH, "START_H"),
        (Flavour.PLAIN, "SIGNALS_CPP"),
        (Flavour.BATCH, "TRANSACTOR"),
        (Flavour.BATCH, "HEADER"),
    ],
)
def test_what_is_compiled_along_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flavour: Flavour, constant: str
) -> None:
    before = made_from(flavour)
    file = tmp_path / "changed"
    file.write_text("// changed\n")
    monkeypatch.setattr(f"cocotbext.msi_its.run.simulators.verilator.{constant}", file)
    assert made_from(flavour) != before


@pytest.mark.parametrize(
    "constant", ["BUILD_ARGUMENTS", "PORTS_ONLY", "EXPORTS", "WRAPPED", "OPTIMIZE", "COVERAGE"]
)
def test_flags_count(monkeypatch: pytest.MonkeyPatch, constant: str) -> None:
    before = made_from(Flavour.COVERAGE)
    monkeypatch.setattr(f"cocotbext.msi_its.run.simulators.verilator.{constant}", ("--another",))
    assert made_from(Flavour.COVERAGE) != before


def test_flavours_parameters_and_tools_count(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {made_from(flavour) for flavour in Flavour} | {made_from(Flavour.PLAIN, 5)}
    monkeypatch.setattr(fingerprint, "tools", lambda: "others")
    assert len(found | {made_from(Flavour.PLAIN)}) == len(Flavour) + 2


@pytest.fixture
def tools() -> Iterator[None]:
    """Ask for the tools anew, before and after a test."""
    fingerprint.tools.cache_clear()
    yield
    fingerprint.tools.cache_clear()


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("variable", fingerprint.VARIABLES)
def test_the_compiler_and_its_environment_count(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    before = fingerprint.tools()
    fingerprint.tools.cache_clear()
    monkeypatch.setenv(variable, "another")
    assert fingerprint.tools() != before


# ---- the testbench -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("models/a.py", "tb/a.py", "tb/b/a.cpp", "tb/a.cpp", "tb/a.html.j2", "tb/b/a.h"),
        *("tests/rtl/a_tests.py", "tests/batch/a_tests.py"),
        *("tests/traces/a.jsonl.gz", "tests/vectors/a.jsonl.gz", "tests/its/a.jsonl.gz"),
    ],
)
def test_all_of_the_testbench_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path)
    monkeypatch.setattr(fingerprint, "PACKAGES", (tmp_path / "models", tmp_path / "tb"))
    before = fingerprint.testbench()
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text("one")
    one = fingerprint.testbench()
    (tmp_path / name).write_text("two")
    assert len({before, one, fingerprint.testbench()}) == 3
    cache = tmp_path / "tb/__pycache__"
    cache.mkdir(parents=True)
    kept = fingerprint.testbench()
    (cache / "a.pyc").write_text("three")
    assert fingerprint.testbench() == kept


def test_files_with_spaces_in_their_names_are_read_too(tmp_path: Path) -> None:
    folder = tmp_path / "my rtl  (2)"
    (folder / "include files").mkdir(parents=True)
    (folder / "include files/a part.svh").write_text("logic b;\n")
    (folder / "a top.sv").write_text('module top;\n`include "a part.svh"\nendmodule\n')
    (folder / "my list.f").write_text("'+incdir+include files'\n'a top.sv'\n")
    rtl = Rtl(f"'{folder}/my list.f'", "top")
    before = fingerprint.design(rtl, {})
    for name in "a top.sv", "include files/a part.svh":
        assert folder / name in rtl.files_read()
        (folder / name).write_text((folder / name).read_text() + "// changed\n")
        changed = fingerprint.design(rtl, {})
        assert changed != before
        before = changed
