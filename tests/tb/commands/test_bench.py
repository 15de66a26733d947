# SPDX-License-Identifier: MIT
"""What `make bench` measures by part is what there is."""

from __future__ import annotations

from pathlib import Path

import cocotb
import pytest

import cocotbext.msi_its
import msi_its_model
from cocotbext.msi_its.commands.bench import PARTS
from cocotbext.msi_its.run.places import ROOT

FILES = [
    str(file)
    for folder in (*cocotbext.msi_its.__path__, *msi_its_model.__path__, *cocotb.__path__)
    for file in Path(folder).rglob("*.py")
] + [str(file) for file in (ROOT / "tests/rtl").glob("*.py")]


@pytest.mark.parametrize(("part", "path"), [(k, each) for k, v in PARTS.items() for each in v])
def test_each_part_has_files(part: str, path: str) -> None:
    assert any(path in file for file in FILES), f"{part}: no file is in {path}"
