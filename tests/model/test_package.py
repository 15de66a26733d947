# SPDX-License-Identifier: MIT
"""The package as a whole: its example runs, it exports what it says, and it needs nothing."""

import ast
import doctest
import inspect
import sys
from pathlib import Path

import pytest

import msi_its_model

SOURCES = sorted(Path(msi_its_model.__file__).parent.glob("*.py"))


def test_example_in_the_docstring_runs() -> None:
    result = doctest.testmod(msi_its_model)
    assert result.attempted >= 7
    assert result.failed == 0


def test_exports_exist_and_have_docstrings() -> None:
    for name in msi_its_model.__all__:
        public = getattr(msi_its_model, name)
        assert isinstance(public, str) or inspect.getdoc(public), name


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_only_the_standard_library_is_imported(source: Path) -> None:
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        else:
            continue
        for name in names:
            assert name.split(".")[0] in sys.stdlib_module_names, name
