# SPDX-License-Identifier: MIT
"""The forms that build tools read have the sources of the RTL, in the order of its file list."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from cocotbext.msi_its.run.design import OWN
from cocotbext.msi_its.run.places import ROOT
from msi_its_model import __version__
from tools import bridge, pcie
from tools.forms import FORMS, filled, main

FILES = [file.relative_to(ROOT).as_posix() for file in bridge.BRIDGE.sources(ROOT).files]
OF_PCIE = [
    file
    for file in (each.relative_to(ROOT).as_posix() for each in pcie.JOINED.sources(ROOT).files)
    if file.startswith("hdl/pcie/")
]


def load(form: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / form).read_text())
    return loaded


def test_the_forms_name_what_the_file_list_names() -> None:
    core = load("msi_its.core")
    assert load("Bender.yml")["sources"] == [*FILES, *OF_PCIE]
    assert core["filesets"]["rtl"]["files"] == FILES
    assert core["filesets"]["pcie"]["files"] == OF_PCIE
    assert len(OF_PCIE) > 5 and len(FILES) > 30
    assert len({*FILES, *OF_PCIE}) == len(FILES) + len(OF_PCIE)


def test_packages_come_first() -> None:
    own = [file.relative_to(ROOT).as_posix() for file in OWN.sources(ROOT).files]
    packages = [re.search(r"^package \w", (ROOT / f).read_text(), re.MULTILINE) for f in own]
    first = packages.index(None)
    assert first >= 2 and not any(packages[first:])


def test_every_file_that_a_core_names_is_there() -> None:
    core = load("msi_its.core")
    named = [file for fileset in core["filesets"].values() for file in fileset["files"]]
    paths = [path for file in named for path in ([file] if isinstance(file, str) else file)]
    assert [path for path in paths if not (ROOT / path).is_file()] == []
    for target in core["targets"].values():
        assert set(target["filesets"]) <= core["filesets"].keys()


def test_the_version_is_that_of_the_release() -> None:
    assert load("msi_its.core")["name"] == f"::msi_its:{__version__}"


def test_sources_follow_the_file_list(tmp_path: Path) -> None:
    (tmp_path / "hdl/part").mkdir(parents=True)
    for name in ("pkg.sv", "part/new.sv", "top.sv"):
        (tmp_path / "hdl" / name).touch()
    (tmp_path / "hdl/part/part.f").write_text("new.sv\n")
    (tmp_path / "hdl/top.f").write_text("pkg.sv\n-F part/part.f\ntop.sv\n")
    form = "a:\n  # hdl/top.f, by `make regs`:\n  - hdl/gone.sv\nb:\n  - kept.sv\n"
    assert filled(form, tmp_path) == (
        "a:\n  # hdl/top.f, by `make regs`:\n"
        "  - hdl/pkg.sv\n  - hdl/part/new.sv\n  - hdl/top.sv\nb:\n  - kept.sv\n"
    )
    with pytest.raises(SystemExit, match="names no file list"):
        filled("b:\n  - kept.sv\n", tmp_path)


def test_a_form_that_is_behind_is_named_and_brought_up_to_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "hdl", tmp_path / "hdl")
    for form in FORMS:
        (tmp_path / form).write_text((ROOT / form).read_text())
    assert main(["--check"], tmp_path) == 0
    behind = (ROOT / "Bender.yml").read_text().replace(f"  - {FILES[3]}\n", "")
    (tmp_path / "Bender.yml").write_text(behind)
    assert main(["--check"], tmp_path) == 1
    assert (tmp_path / "Bender.yml").read_text() == behind
    said = capsys.readouterr().err
    assert said == "Bender.yml: names other sources than its file list; run `make regs`\n"
    assert main([], tmp_path) == 0
    assert (tmp_path / "Bender.yml").read_text() == (ROOT / "Bender.yml").read_text()
