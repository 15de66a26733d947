# SPDX-License-Identifier: MIT
"""The lint of the RTL refuses what it should; with Verilator alone, yosys takes too long."""

from pathlib import Path

import pytest

from tools.lint_hdl import lint_verilator, main

GOOD = "module msi_translator (input logic a, output logic b);\n  assign b = a;\nendmodule\n"
UNUSED = GOOD.replace("input logic a", "input logic a, input logic c")
NO_WAIVER = "`verilator_config\n"
WAIVER = NO_WAIVER + 'lint_off -rule UNUSEDSIGNAL -file "*/msi_translator.sv"\n'


def make_hdl(root: Path, source: str, waiver: str = NO_WAIVER) -> None:
    (root / "hdl").mkdir()
    (root / "hdl" / "msi_translator.sv").write_text("// a copy\n" + source)
    (root / "hdl" / "translator.f").write_text("# packages first\n\nmsi_translator.sv\n")
    (root / "hdl" / "lint.vlt").write_text(waiver)


@pytest.mark.parametrize(
    ("source", "waiver", "accepted"),
    [
        (GOOD, NO_WAIVER, True),
        (UNUSED, NO_WAIVER, False),
        (UNUSED, WAIVER, True),
        ("module", NO_WAIVER, False),
    ],
)
def test_verilator(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    source: str,
    waiver: str,
    accepted: bool,
) -> None:
    make_hdl(tmp_path, source, waiver)
    assert lint_verilator(tmp_path, ["hdl/msi_translator.sv"]) == accepted
    assert ("msi_translator.sv:" in capfd.readouterr().err) != accepted


def test_file_that_does_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_hdl(tmp_path, GOOD)
    (tmp_path / "hdl" / "translator.f").write_text("msi_translator.sv\ngone.sv\n")
    assert main(tmp_path) == 1
    said = capsys.readouterr().err
    assert said.startswith("lint: ") and "hdl/translator.f:2: gone.sv does not exist" in said
