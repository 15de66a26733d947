# SPDX-License-Identifier: MIT
"""CONTRIBUTING.md against the tree: its layers, and what its lists say has to be touched."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from cocotbext.msi_its.run.places import ROOT
from tools.registers.generate import generate

TEXT = (ROOT / "CONTRIBUTING.md").read_text()
ROOMS = ROOT / "tb/cocotbext/msi_its"
WRITTEN = ("examples", "formal", "hdl", "models", "qualify", "tb", "tools")
"""The folders in which something new needs a place of its own."""

MENTIONS = {
    "an operation": r"consume_pending|ConsumePending|CONSUME_PENDING",
    "a port": r"m_msi",
    "a parameter": r"\b(RANGES|COUNTER_WIDTH|counter_width)\b",
    "a simulator": r"\bcocotbext\.msi_its\.run(\.| import )simulators\b",
}
"""What is mentioned by whatever knows one that is there already."""

LISTS = (*MENTIONS, "a profile", "an importer")


def section(heading: str) -> str:
    """Return the text below a heading, up to the next one."""
    return re.split(r"^#+ ", TEXT.split(f"\n## {heading}\n")[1], flags=re.MULTILINE)[0]


def listed(what: str) -> dict[str, set[Path]]:
    """Return which files each path or pattern in the table of a list stands for."""
    rows = re.findall(r"^\|.*\|$", section(f"Adding {what}"), re.MULTILINE)[2:]
    names = re.findall(r"`([\w./*-]+[./*][\w./*-]+)`", "\n".join(rows))
    return {
        name: {path for top in (ROOT, ROOMS) for path in top.glob(name) if path.is_file()}
        for name in names
    }


@cache
def generated() -> set[Path]:
    """Return what derives from the register description."""
    return {ROOT / path for path in generate()}


def mentioning(pattern: str) -> set[Path]:
    """Return the files that mention something: sources, without what is generated from them."""
    files = {path for folder in WRITTEN for path in (ROOT / folder).rglob("*") if path.is_file()}
    return {
        path
        for path in files
        if "__pycache__" not in path.parts
        and path not in generated()
        and re.search(pattern, path.read_text(encoding="utf-8", errors="replace"))
    }


@pytest.mark.parametrize("what", LISTS)
def test_what_a_list_names_is_there(what: str) -> None:
    names = listed(what)
    assert len(names) > 5
    assert [name for name, files in names.items() if not files] == []


@pytest.mark.parametrize("what", MENTIONS)
def test_a_list_has_all_that_know_one_already(what: str) -> None:
    found = mentioning(MENTIONS[what])
    missing = found - set().union(*listed(what).values())
    names = sorted(str(path.relative_to(ROOT)) for path in missing)
    assert not names, f'CONTRIBUTING.md, "Adding {what}": add {", ".join(names)}'
    assert len(found) > 10


def test_the_layers_are_those_that_lint_checks() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contract = tomllib.load(file)["tool"]["importlinter"]["contracts"][0]
    layers = [each.replace("cocotbext.msi_its.", "") for each in reversed(contract["layers"])]
    rows = re.findall(r"^\| (`.*?) \|", section("Layers"), re.MULTILINE)
    assert [row.replace("`", "").replace(", ", " : ") for row in rows] == layers


def test_every_list_is_checked() -> None:
    headings = re.findall(r"^## Adding (.*)$", TEXT, re.MULTILINE)
    assert set(headings) == {*LISTS, "a test"}
