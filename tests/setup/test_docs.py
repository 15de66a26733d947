# SPDX-License-Identifier: MIT
"""The documentation: what it links to is there, and what the README shows runs."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

import cocotbext.msi_its as tb
from tests.sim import commands

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?://)([^)#]*)(?:#([^)]*))?\)")


def anchors(page: Path) -> set[str]:
    """Return the names of a page's headings, as links have them."""
    headings = re.findall(r"^#+ (.*)", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for path, anchor in LINK.findall(page.read_text()):
        target = page.parent / path if path else page
        assert target.exists(), f"{page.name}: {path}"
        if anchor:
            assert anchor in anchors(target), f"{page.name}: {path}#{anchor}"


def test_every_page_is_linked_from_a_short_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    linked = {path for path, _ in LINK.findall(readme)}
    assert {page.relative_to(ROOT).as_posix() for page in PAGES[1:]} - linked == set()
    assert len(readme.splitlines()) <= 130


def test_figures_of_the_readme_are_those_of_the_page_beside_them() -> None:
    rows = re.findall(r"^\| `make .*\|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    figures = [(row, figure) for row in rows for figure in re.findall(r"\*\*(.*?)\*\*", row)]
    assert len(figures) >= 3
    for row, figure in figures:
        ((page, _),) = LINK.findall(row)
        assert figure in (ROOT / page).read_text(), f"{figure} is not in {page}"


def rooms_of_the_map() -> dict[str, set[str]]:
    """Return the modules of each room, as the package's docstring has them."""
    rooms: dict[str, set[str]] = {}
    room = ""
    for cells in re.findall(r"^\| ([a-z/ ]*?) *\| (.*?) *\|$", tb.__doc__ or "", re.MULTILINE)[1:]:
        room = cells[0] or room
        modules = re.sub(r" \(\w+\)", "", cells[1])
        rooms.setdefault(room, set()).update(modules.split(", "))
    return rooms


def rooms_of_the_tree() -> dict[str, set[str]]:
    """Return the modules of each room, as the folders have them."""
    rooms: dict[str, set[str]] = {}
    for path in sorted(Path(tb.__file__).parent.glob("*/**/*.py")):
        if path.name != "__init__.py":
            room = path.parent.relative_to(Path(tb.__file__).parent).as_posix()
            rooms.setdefault(room, set()).add(path.stem)
    return rooms


def test_the_map_of_the_testbench_is_the_tree() -> None:
    drawn, there = rooms_of_the_map(), rooms_of_the_tree()
    for room in sorted(drawn.keys() | there.keys()):
        add = sorted(there.get(room, set()) - drawn.get(room, set()))
        remove = sorted(drawn.get(room, set()) - there.get(room, set()))
        where = f"the table in tb/cocotbext/msi_its/__init__.py, room {room}"
        assert not add and not remove, f"{where}: add {add}, remove {remove}"


def test_the_models_example_runs_as_it_says() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(example, {})
    assert output.getvalue() == "0xabcd0518 0xfee00000 42\n"
    assert "# 0xabcd0518 0xfee00000 42\n" in example


def test_the_example_of_the_its_runs_as_it_says() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/its.md").read_text(), re.DOTALL)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(example, {})
    said = re.findall(r"^print.*  # (\w+)", example, re.MULTILINE)
    assert output.getvalue().split() == said == ["0", "dte_invalid"]


def test_the_example_of_the_recorder_runs_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs/importing.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    output = io.StringIO()
    monkeypatch.chdir(tmp_path)
    with contextlib.redirect_stdout(output):
        exec(example, {})
    assert output.getvalue() == "0x00010518 42\n" and "# 0x00010518 42\n" in example
    done, said = commands.tb("compare", "LEVEL=model", f"TRACE={tmp_path}/trace.jsonl")
    assert done == 0, said
    assert "1 messages compared, 1 dropped, 0 mismatches" in said


def test_the_trace_of_the_its_replays_as_it_says(tmp_path: Path) -> None:
    (lines,) = re.findall(r"```\n(\{.*?)```", (ROOT / "docs/its.md").read_text(), re.DOTALL)
    (tmp_path / "mixed.jsonl").write_text(lines)
    done, said = commands.tb("compare", "LEVEL=model", f"TRACE={tmp_path}/mixed.jsonl")
    assert done == 0, said
    assert "1 of 1 translations" in said and "0 mismatches" in said


def test_the_glossary_defines_each_word_once_in_order() -> None:
    table = (ROOT / "docs/glossary.md").read_text()
    words = [word.casefold() for word in re.findall(r"^\| (\w.*?) \|", table, re.MULTILINE)][1:]
    assert len(words) > 40
    assert words == sorted(set(words))
