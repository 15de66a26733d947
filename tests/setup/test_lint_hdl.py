# SPDX-License-Identifier: MIT
"""The lint of the RTL refuses what it should; with Verilator alone, yosys takes too long."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cocotbext.msi_its.run.places import ROOT
from tools.lint_hdl import files_read, lint_verilator, main, not_looked_at

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


def test_a_module_that_nothing_uses_is_not_left_out(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    make_hdl(tmp_path, GOOD)
    (tmp_path / "hdl/extra.sv").write_text(UNUSED.replace("msi_translator", "extra"))
    assert not lint_verilator(tmp_path, ["hdl/msi_translator.sv", "hdl/extra.sv"])
    said = capfd.readouterr().err
    assert "MULTITOP" in said and "Signal is not used: 'c'" in said


def test_warnings_of_other_parameters_count(tmp_path: Path) -> None:
    source = GOOD.replace("(input", "#(parameter int ROUTES = 1) (input", 1)
    source = source.replace("assign b = a", "assign b = ROUTES'(a)")
    make_hdl(tmp_path, source)
    files = ["hdl/msi_translator.sv"]
    assert lint_verilator(tmp_path, files, {"ROUTES": 1})
    assert not lint_verilator(tmp_path, files, {"ROUTES": 2})


def test_rtl_that_is_not_listed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = files_read()
    assert not_looked_at(ROOT, files) == []
    assert not_looked_at(ROOT, [file for file in files if file.stem != "msi_csr"]) == [
        "hdl/registers/generated/msi_csr.sv"
    ]
    make_hdl(tmp_path, GOOD)
    (tmp_path / "hdl/part.svh").write_text("")
    (tmp_path / "hdl/notes.txt").write_text("")
    assert not_looked_at(tmp_path, [tmp_path / "hdl/msi_translator.sv"]) == ["hdl/part.svh"]
    monkeypatch.setattr(f"{main.__module__}.lint_verilator", lambda *_, **__: True)
    monkeypatch.setattr(f"{main.__module__}.lint_yosys", lambda *_, **__: True)
    assert main() == 0
    monkeypatch.setattr(f"{main.__module__}.not_looked_at", lambda *_: ["hdl/extra.sv"])
    assert main() == 1
    assert (
        "hdl/extra.sv: REFUSED, it is not in hdl/translator.f, hdl/sva/sva.f, hdl/ends.f, "
        "hdl/sva/axi.f, hdl/bridge.f, hdl/sva/bridge.f or hdl/pcie.f" in capsys.readouterr().out
    )


def test_all_python_is_linted() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    skipped = {".venv", ".cache", ".hypothesis", "build"}
    files = {
        str(file.relative_to(ROOT))
        for folder in ROOT.iterdir()
        if folder.name not in skipped
        for file in ([folder] if folder.is_file() else folder.rglob("*"))
        if file.suffix in (".py", ".pyi")
    }
    shown = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--show-files"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    linted = {str(Path(line).relative_to(ROOT)) for line in shown.splitlines()}
    assert files - linted == set()
    assert {file.split("/")[0] for file in files} == set(settings["mypy"]["files"])
    assert not {"exclude", "ignore_errors"} & set(settings["mypy"])


def test_file_that_does_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_hdl(tmp_path, GOOD)
    (tmp_path / "hdl" / "translator.f").write_text("msi_translator.sv\ngone.sv\n")
    assert main(tmp_path) == 1
    said = capsys.readouterr().err
    where = f"{tmp_path}/hdl/translator.f:2: gone.sv"
    places = f"no {tmp_path}/hdl/gone.sv and no {tmp_path}/gone.sv"
    assert said == f"lint: {where} does not exist: {places}\n"
