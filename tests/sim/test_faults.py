# SPDX-License-Identifier: MIT
"""`make faults`: what counts as noticed, and that nothing is tried on tests that fail anyway."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocotbext.msi_its.run.build import BuildError
from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.vocabulary.results import Mismatch, TestResult
from qualify import faults
from qualify.edits import Fault, break_rtl
from qualify.faults import SIMULATED, try_faults, verdict

SOUND = TestResult("rule_tests.r1_bounds", True, 0.1)
NAMED = TestResult("hardware_tests.h1_h5_rates", False, 0.1, "0.5 is not 1.0")
NOT_RUN = TestResult("rule_tests.r1_bounds", False, 0.0, "did not run", ran=False)
REPORTED = TestResult(
    "random_tests.mixed",
    False,
    reports=(Mismatch("model", 1, None, "signal_msi (rules R2, R10)"),),
)


@pytest.mark.parametrize(
    ("results", "tag", "noticed", "words"),
    [
        ([SOUND], "R1", False, "MISSED: nothing failed"),
        ([SOUND, NAMED], "H5", True, "noticed by 1 of 2 tests, as H5"),
        ([SOUND, NAMED], "R1", False, "noticed by 1 of 2 tests, but not by name (R1)"),
        ([REPORTED], "R10", True, "as R10"),
        ([REPORTED], "R1", False, "not by name"),
        ([NAMED, NOT_RUN], "R1", False, "noticed by 1 of 2 tests, but not by name (R1)"),
    ],
)
def test_verdict(results: list[TestResult], tag: str, noticed: bool, words: str) -> None:
    found, said = verdict(results, tag)
    assert found == noticed and words in said


def test_nothing_is_tried_when_the_sound_rtl_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(faults, "simulate", lambda *_, **__: [SOUND, NAMED])
    assert try_faults(SIMULATED[:1], 1) == 1
    output = capsys.readouterr().out
    assert "without a fault, 1 tests fail" in output and NAMED.name in output
    assert "tried" not in output


def test_a_fault_that_does_not_build_is_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run_tests(*arguments: object) -> list[TestResult]:
        if arguments[-1] is not OWN:
            raise BuildError("the RTL does not build")
        return [SOUND]

    monkeypatch.setattr(faults, "run_tests", run_tests)
    assert try_faults(SIMULATED[:2], 1) == 1
    output = capsys.readouterr().out
    assert output.count("MISSED: it does not build, so nothing was tried") == 2
    assert "faults: 2 tried, 0 noticed, 2 missed" in output


def test_a_fault_that_does_not_elaborate_is_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: object) -> list[TestResult]:
        rtl = arguments[-1]
        assert isinstance(rtl, Rtl)
        rtl.check()
        return [SOUND]

    monkeypatch.setattr(faults, "run_tests", run)
    error = Fault(
        "assign count = count_q;", "assign count = count_q +;", name="typing error", tag="H7"
    )
    assert try_faults([error], 1) == 1
    assert "typing error: MISSED: it does not build" in capsys.readouterr().out


@pytest.mark.parametrize("fault", SIMULATED, ids=lambda fault: fault.name)
def test_every_fault_still_fits_the_rtl(fault: Fault, tmp_path: Path) -> None:
    break_rtl(fault, tmp_path)
    assert fault.old != fault.new
