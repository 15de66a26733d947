# SPDX-License-Identifier: MIT
"""`make regress` on the RTL, sound and broken: one parameter set, one seed, the random tests."""

from __future__ import annotations

import shlex
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

from cocotbext.msi_its.commands import main as command_line
from cocotbext.msi_its.commands import regress
from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.plan import Job, Plan
from cocotbext.msi_its.run.simulators.code_coverage import KINDS
from qualify.edits import FAULTS, break_rtl
from tests.schemas import valid

RESULTS = BUILD / "regress-test"
"""Not where users have theirs."""

FAULT = next(fault for fault in FAULTS if "secondary bound ignored" in fault.name)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the regression small, and its results out of the way."""
    monkeypatch.setattr(regress, "RESULTS", RESULTS)
    jobs = property(lambda plan: (Job("smallest", "random", plan.seed),))
    monkeypatch.setattr(Plan, "jobs", jobs)
    monkeypatch.setattr(regress, "RERUNS", 1)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run `make regress` with one seed."""
    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["tb", "regress", "--seed", "6", "--seeds", "1", *arguments])
        patch.setattr(command_line, "catch_signals", lambda: None)
        return command_line.main()


def result() -> dict[str, Any]:
    return valid(RESULTS / "result.json")


def test_sound_rtl_passes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch) == 0
    output = capsys.readouterr().out
    assert "\n[1/1] smallest     random   seed 6 " in output
    assert output.splitlines()[-1].startswith("regress: 1 simulations, ")
    found = result()
    assert found["passed"] is True and found["mismatches"] == 0
    assert found["operations"] > 3000 and found["messages"] > 500 and found["dropped"] > 100
    (simulation,) = found["simulations"]
    assert simulation["parameters"]["COUNTER_WIDTH"] == 4
    points = found["functional_coverage"]
    assert not [name for name, point in points.items() if point["unexpected"]]
    for name, share in (("operation", 0.7), ("wait", 0.9), ("reset", 0.5), ("hazard", 0.5)):
        bins = points[name]["bins"].values()
        assert sum(count > 0 for count in bins) > share * len(bins), name
    for kind in KINDS:
        code = found["code_coverage"][kind]
        assert code["total"] > 100 and code["percent"] > 50, kind
    lcov = (RESULTS / "coverage.info").read_text()
    assert "SF:hdl/core/msi_engine.sv\n" in lcov
    assert not (RESULTS / "failed").exists()
    assert run(monkeypatch, "--resume") == 0
    assert "1 of them had finished before" in capsys.readouterr().out
    assert result()["functional_coverage"] == points


def test_a_fault_explains_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rtl = break_rtl(FAULT, BUILD / "broken/hdl")
    assert run(monkeypatch, "--rtl", rtl.file_list, "--sva", "0") == 1
    output = capsys.readouterr().out
    found = result()
    assert found["passed"] is False and found["finished"] == 1
    failures = found["failures"]
    assert failures and all(each["test"].startswith("random_tests.") for each in failures)
    again, *others = failures
    assert again["again"].startswith("failed in the same way when run again alone, in clock cycle ")
    assert not any(each["waves"] for each in others), "no more than RERUNS"
    waves = ROOT / again["waves"]
    assert waves.stat().st_size > 100_000 and waves.read_text()[:200].count("$") > 1
    test = again["test"]
    words = shlex.join(
        ["make", "sim", "SET=smallest", f"TEST={test}", "SEED=6", "WAVES=1", *rtl.words, "SVA=0"]
    )
    assert again["command"] == words
    first = again["reports"][0]
    for part in (
        "mismatch 1 (model) at operation",
        "(rules R1, ",
        "expected:",
        "got:",
        "before it",
    ):
        assert part in first, part
    junit = [
        each.text
        for suite in JUnitXml.fromfile(str(RESULTS / "junit.xml"))
        for case in suite
        for each in case.result
    ]
    assert len(junit) == len(failures)
    page = unescape((RESULTS / "report.html").read_text())
    for text in (output, page, "\n".join(junit)):
        assert first in text and words in text
    for text in (output, page):
        assert again["waves"] in text
    assert page.index("Failed") < page.index(first) < page.index("Functional coverage")
    assert not Path(RESULTS / "failed" / f"smallest-random-6-{test}" / rtl.top).exists()
