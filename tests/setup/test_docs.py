# SPDX-License-Identifier: MIT
"""The documentation: what it links to is there, and what the README shows runs."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

import cocotbext.msi_its as tb

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
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


def test_every_page_is_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [page.name for page in PAGES[1:] if f"docs/{page.name}" not in readme] == []


def test_every_module_of_the_testbench_has_its_line() -> None:
    words = set(re.findall(r"\w+", tb.__doc__ or ""))
    modules = {path.stem for path in (ROOT / "tb").glob("*.py")} - {"__init__", "__main__"}
    assert modules - words == set()


def test_the_models_example_runs_as_it_says() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(example, {})
    assert output.getvalue() == "0xabcd0518 0xfee00000 42\n"
    assert "# 0xabcd0518 0xfee00000 42\n" in example
