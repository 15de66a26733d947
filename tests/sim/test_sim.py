# SPDX-License-Identifier: MIT
"""`make sim` and `make compare` on the RTL, as a user runs them, sound and broken."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tb import simulator
from tb.compare import sizes
from tb.operations import Tables
from tb.run import Run
from tb.sim import DEFAULT
from tb.simulator import BUILD, ROOT, SimulationError, simulate
from tools.faults import FAULTS, Fault, break_rtl

CLOSING = r"{}: (\d+) operations, (\d+) messages compared, (\d+) dropped, (\d+) mismatches"


def tb(*arguments: str) -> tuple[int, str]:
    """Run `python -m tb …`; return its exit status and output."""
    done = subprocess.run(
        [sys.executable, "-m", "tb", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def closing(command: str, output: str) -> tuple[int, ...]:
    """Return the figures of the closing line, which must be the last."""
    found = re.fullmatch(CLOSING.format(command), output.splitlines()[-1])
    assert found is not None, output
    return tuple(map(int, found.groups()))


def test_the_regression_passes_and_says_so() -> None:
    status, output = tb("sim", "--seed", "20261122")
    assert status == 0, output
    operations, messages, dropped, mismatches = closing("sim", output)
    assert operations > 80_000 and messages > 60_000 and dropped > 1_000 and mismatches == 0
    assert "FAIL" not in output
    assert "seed 20261122" in output
    for rid in ("0x0300", "0x0400", "0x0500"):
        assert re.search(rf"requester ID {rid} .*DROPPED_BUS_RANGE", output)
    for figure in ("operations a cycle, s_msi ", "latency from s_msi accepted to m_msi_valid"):
        assert figure in output
    result = json.loads((ROOT / "build/sim/result.json").read_text())
    assert result["passed"] is True and result["seed"] == 20261122
    assert all(tests for tests in result["tests"].values())


def test_compare_holds_rtl_and_expectations_together(tmp_path: Path) -> None:
    trace = tmp_path / "my own trace!.jsonl"
    lines = [
        '{"op": "connect", "connection": 3, "segment": 17}',
        '{"op": "bind_target", "target": 40, "connection": 3, "range": 2, "devfn": 9}',
        '{"op": "signal_msi", "target": 40, "address": "0x40", "data": 5, '
        '"expect": {"messages": [[1114121, 64, 5]], "warnings": 0}}',
    ]
    trace.write_text("\n".join(lines) + "\n")
    status, output = tb("compare", str(trace))
    assert status == 0, output
    assert closing("compare", output) == (3, 1, 0, 0)
    trace.write_text("\n".join(lines).replace("1114121", "1114122") + "\n")
    status, output = tb("compare", str(trace))
    assert status == 1
    assert closing("compare", output) == (3, 1, 0, 1)
    assert "trace line 3" in output and "devid=0x0011000a" in output


def break_and_run(fault: Fault, tmp_path: Path, *modules: str) -> list[simulator.TestResult]:
    """Run some test modules on RTL with a fault."""
    file_list = break_rtl(fault, tmp_path / "hdl")
    run = Run(DEFAULT, 32, 1, str(tmp_path / "results"), (), file_list)
    return simulate(run, modules)


def test_a_fault_is_noticed_and_named(tmp_path: Path) -> None:
    fault = next(fault for fault in FAULTS if "subordinate bound" in fault.name)
    results = break_and_run(fault, tmp_path, "tests.rtl.reference_unit_tests")
    failed = {result.name: result for result in results if not result.passed}
    assert set(failed) == {"reference_unit_tests.signal_msi_with_rid_accepts_boundary_buses"}
    (result,) = failed.values()
    text = result.counts["reports"][0]["text"]
    assert "rid=0xa00" in text and "rules R1, R3" in text


def test_a_design_that_hangs_is_a_clear_failure(tmp_path: Path) -> None:
    fault = Fault(
        "never ready", "msi_engine.sv", "= advance && !clearing_q", "= 1'b0 && !clearing_q"
    )
    started = time.monotonic()
    results = break_and_run(fault, tmp_path, "tests.rtl.programming_tests")
    assert time.monotonic() - started < 120
    failure = next(result.failure for result in results if not result.passed)
    assert re.search("hangs|Timed out|timed out|SimTimeout", failure), failure


def test_a_simulation_that_stops_the_clock_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulator, "STALL_SECONDS", 3)
    fault = Fault(
        "an endless loop in zero time",
        "msi_arbiter.sv",
        "    if (!rst_n) last_q <= SOURCE_EVT;",
        "    if (!rst_n) last_q <= SOURCE_EVT;\n"
        "    while (in_valid[SOURCE_MSI]) last_q <= granted;",
    )
    results = break_and_run(fault, tmp_path, "tests.rtl.reference_unit_tests")
    assert not results[-1].passed
    assert "no clock cycle in 3 seconds" in results[-1].failure
    assert "reference_unit_tests.signal_msi_resolves_default_bdf" in results[-1].name


def test_rtl_that_does_not_build_is_a_clear_failure(tmp_path: Path) -> None:
    fault = Fault(
        "a typing error", "msi_arbiter.sv", "out_valid         = |in_valid;", "out_valid = |in;"
    )
    with pytest.raises(SimulationError, match=r"(?s)does not build.*msi_arbiter\.sv"):
        break_and_run(fault, tmp_path, "tests.rtl.reference_unit_tests")


@pytest.mark.parametrize("parameter", ["RANGES", "CONNECTIONS", "TARGETS", "ROUTES"])
def test_an_illegal_table_size_is_refused_at_elaboration(parameter: str, tmp_path: Path) -> None:
    wrong = DEFAULT._replace(**{parameter.lower(): 4096})
    with pytest.raises(SimulationError, match=f"{parameter} must be 1 to"):
        simulate(Run(wrong, 32, 1, str(tmp_path)), ["tests.rtl.reference_unit_tests"])


def test_the_largest_tables_build_and_run() -> None:
    tables = sizes([Tables(256, 256, 1024, 2048)])
    run = Run(tables, 4, 3, str(BUILD / "largest"))
    results = simulate(run, ["tests.rtl.hardware_tests"])
    assert results and all(result.passed for result in results), results
