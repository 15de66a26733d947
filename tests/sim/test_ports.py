# SPDX-License-Identifier: MIT
"""The two kinds of ports see the same: cocotb's public interface, and the simulator's memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cocotbext.msi_its.bench.ports import KINDS
from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.run.discovery import modules
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.sets import DEFAULT, recordings
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.vocabulary.results import TestResult
from qualify.edits import FAULTS, break_rtl

RACES = (
    "timing_tests.h5_forwarding_holds_through_a_stall",
    "timing_tests.n1_a_command_meets_the_range_shortly_before_it",
)
"""Where sources race for the engine, and stalls are drawn from one sequence of random numbers, what
is sent depends on who wakes up first at a clock edge: so here, and in the random tests."""


def run(folder: Path, kind: str, tests: tuple[str, ...], rtl: Rtl = OWN) -> list[TestResult]:
    traces = recordings() if tests == modules("traces") else ()
    return simulate(Run(DEFAULT, 32, 5, str(folder / kind), traces, rtl, ports=kind), tests)


def seen(results: list[TestResult]) -> dict[str, TestResult]:
    """Return what each test saw: verdict, every answer, every drop, every report."""
    return {each.name: replace(each, seconds=0.0, measured={}) for each in results}


@pytest.mark.parametrize("kind", ["directed", "hardware", "traces"])
def test_the_same_operation_for_operation(tmp_path: Path, kind: str) -> None:
    handles, memory = (seen(run(tmp_path, each, modules(kind))) for each in KINDS)
    assert handles.keys() == memory.keys() and len(handles) > 5
    assert sum(what.operations for what in memory.values()) > 300
    for name, what in memory.items():
        assert what.passed and handles[name].passed
        if name not in RACES:
            assert handles[name] == what, name


def test_random_operations_pass(tmp_path: Path) -> None:
    for each in run(tmp_path, "handles", modules("random")):
        assert each.passed and each.count("operations") > 200, each


def test_a_fault_is_seen_as_well(tmp_path: Path) -> None:
    fault = next(fault for fault in FAULTS if "secondary bound ignored" in fault.name)
    rtl = break_rtl(fault, tmp_path / "hdl")
    handles, memory = (
        seen(run(tmp_path, each, ("tests.rtl.reference_unit_tests",), rtl)) for each in KINDS
    )
    assert handles == memory
    assert any(not what.passed and what.reports for what in handles.values())
