# SPDX-License-Identifier: MIT
"""`make exhaustive`, with a simulation that is made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocotbext.msi_its.commands import exhaustive as module
from cocotbext.msi_its.run.design import OWN
from cocotbext.msi_its.vocabulary.results import TestResult
from tests.schemas import valid


@pytest.mark.parametrize("passed", [True, False])
def test_the_result_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passed: bool) -> None:
    result = TestResult("exhaustive_tests.all", passed, 1.0, counted=True, operations=7)
    monkeypatch.setattr(module, "RESULTS", tmp_path / "exhaustive")
    monkeypatch.setattr(module, "simulate", lambda *_, **__: [result])
    assert module.exhaustive(3, OWN) == (0 if passed else 1)
    written = valid(tmp_path / "exhaustive/result.json")
    assert (written["seed"], written["passed"]) == (3, passed)
    assert written["tests"][0]["operations"] == 7
