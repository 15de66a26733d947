# SPDX-License-Identifier: MIT
"""`make sim` and `make compare` on the RTL, as a user runs them, sound and broken."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cocotbext.msi_its.commands.compare import sizes
from cocotbext.msi_its.run import simulation as simulator
from cocotbext.msi_its.run.build import SIMULATORS, Flavour, build
from cocotbext.msi_its.run.design import OWN, WAIVERS, RtlError
from cocotbext.msi_its.run.launcher import Launcher
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.sets import DEFAULT, SIM_SETS, TODAY, TRACES_SETS
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator
from cocotbext.msi_its.vocabulary.operations import LIMITS, Tables
from cocotbext.msi_its.vocabulary.results import TestResult
from msi_its_model import DEFAULT_PROFILE
from qualify.edits import FAULTS, Fault, break_rtl
from tests.schemas import valid
from tests.sim.commands import closing, tb
from tests.tb.run.designs import variant


def children_of(parent: int) -> list[int]:
    """Return the processes that a process has started."""
    tasks = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def test_the_regression_passes_and_says_so() -> None:
    status, output = tb("sim", "--seed", "20261122")
    assert status == 0, output
    operations, messages, dropped, mismatches = closing("sim", output)
    assert operations > 80_000 and messages > 60_000 and dropped > 1_000 and mismatches == 0
    assert output.endswith(f", profile {DEFAULT_PROFILE.name} and {TODAY.name}\n")
    assert "FAIL" not in output
    assert "seed 20261122" in output
    for rid in ("0x0300", "0x0400", "0x0500"):
        assert re.search(rf"requester ID {rid} .*DROPPED_BUS_RANGE", output)
    for figure in ("operations a cycle, s_msi ", "latency from s_msi accepted to m_msi_valid"):
        assert figure in output
    result = valid(ROOT / "build/sim/result.json")
    assert result["passed"] is True and result["seed"] == 20261122
    names = [test["name"] for tests in result["tests"].values() for test in tests]
    assert len(result["tests"]) == len(SIM_SETS) + len(TRACES_SETS)
    assert "trace_tests.replay_basic-routes_stalled" in names
    assert "trace_tests.replay_today-extended" in names


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_regression_at_once(number: signal.Signals) -> None:
    started = time.time()
    process = subprocess.Popen(
        [sys.executable, "-m", "cocotbext.msi_its", "sim"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    )
    finished = BUILD / "sim/default/rule_tests.r2_own_rid_with_an_inverted_range.json"
    deadline = time.monotonic() + 300
    while not finished.is_file() or finished.stat().st_mtime < started:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.1)
    children = children_of(process.pid)
    assert children
    process.send_signal(number)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 128 + number
    assert re.fullmatch(r"sim: interrupted; the \d+ tests that had finished are in \S+\n", said)
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    result = valid(BUILD / "sim/result.json")
    assert result["interrupted"] is True and result["passed"] is False
    assert any(tests for tests in result["tests"].values())


def test_compare_holds_rtl_and_expectations_together(tmp_path: Path) -> None:
    trace = tmp_path / "my own\n→ trace!.jsonl"
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
    status, output = tb("compare", str(trace), PYTHONIOENCODING="ascii")
    assert status == 1
    assert closing("compare", output) == (3, 1, 0, 1)
    assert "Traceback" not in output and "trace_tests.replay_my own\\n\\u2192 trace!" in output
    assert "trace line 3" in output and "devid=0x0011000a" in output


def test_compare_on_rtl_of_ones_own(tmp_path: Path) -> None:
    """With names that a shell or Verilator takes for more, an include, a warning, and delays."""
    folder = tmp_path / "my $HOME; it's #1 (é)"
    (folder / "and more").mkdir(parents=True)
    rtl = variant(
        folder,
        ("endmodule", '`include "mine.inc"\nendmodule'),
        (
            "  msi_registers #(",
            "  logic early;\n  assign #1 alert = early;\n  msi_registers #(",
        ),
        ("      .alert\n", "      .alert(early)\n"),
    )
    lines = "  logic [3:0] mine;\n  assign mine = 8'd3;\n"
    (folder / "and more/mine.inc").write_text(lines)
    with open(rtl.file_list, "a") as file:
        file.write("+incdir+'and more'\n")
    trace = "tests/traces/basic.jsonl.gz"
    for level in ("pin", "batch"):
        arguments = ("--rtl", rtl.file_list, "--top", rtl.top, "--level", level)
        status, output = tb("compare", *arguments, trace)
        assert status == 0, output
        assert "1 warning of Verilator (1 WIDTHTRUNC)" in output
        assert "mine.inc:2" in output
        assert closing("compare", output) == (3787, 3772, 0, 0)
    wrong = variant(tmp_path, ("s_evt_route", "s_evt_number"))
    status, output = tb("compare", "--rtl", wrong.file_list, "--top", wrong.top, trace)
    assert status == 2
    assert "port s_evt_route is missing (input, 16 bits)" in output


def break_and_run(fault: Fault, tmp_path: Path, *modules: str) -> list[TestResult]:
    """Run some test modules on RTL with a fault."""
    rtl = break_rtl(fault, BUILD / "broken/hdl")
    run = Run(DEFAULT, 32, 1, str(tmp_path / "results"), (), rtl)
    return simulate(run, modules)


def test_a_fault_is_noticed_and_named(tmp_path: Path) -> None:
    fault = next(fault for fault in FAULTS if "subordinate bound" in fault.name)
    results = break_and_run(fault, tmp_path, "tests.rtl.reference_unit_tests")
    failed = {result.name: result for result in results if not result.passed}
    assert set(failed) == {"reference_unit_tests.signal_msi_with_rid_accepts_boundary_buses"}
    (result,) = failed.values()
    text = result.reports[0].text
    assert "rid=0xa00" in text and "rules R1, R3" in text


def test_a_design_that_hangs_is_a_clear_failure(tmp_path: Path) -> None:
    fault = Fault("= advance && !clearing", "= 1'b0 && !clearing", name="never ready", tag="H6")
    started = time.monotonic()
    results = break_and_run(fault, tmp_path, "tests.rtl.programming_tests")
    assert time.monotonic() - started < 120
    failure = next(result.failure for result in results if not result.passed)
    assert re.search("hangs|Timed out|timed out|SimTimeout", failure), failure


def test_a_failing_assertion_is_named_once(tmp_path: Path) -> None:
    fault = Fault(
        "    if (!rst_n) begin\n      last_q ",
        "    if (rst_n) assert (!in_valid[SOURCE_MESSAGE]);\n    if (!rst_n) begin\n      last_q ",
        name="an assertion",
        tag="H6",
    )
    results = break_and_run(fault, tmp_path, "tests.rtl.reference_unit_tests")
    (failed,) = (each for each in results if each.failed)
    assert results[0] is failed and len(results) > 5
    said = r"a failing assertion \(or \$error\) at \S+/msi_arbiter\.sv:(\d+) ended the simulation"
    assert re.match(
        rf"{said} at \S+ ns, in \S+: 'assert' failed\.\n  \1 \| if \(rst_n\) assert", failed.failure
    )
    assert f"log: {tmp_path}/results/simulation.log" in failed.failure
    assert all(failed.name in each.failure for each in results[1:] if not each.ran)


def test_a_simulation_that_stops_the_clock_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulator, "STALL_SECONDS", 3)
    fault = Fault(
        "    if (!rst_n) begin\n      last_q ",
        "    while (in_valid[SOURCE_MESSAGE]) last_q <= granted;\n"
        "    if (!rst_n) begin\n      last_q ",
        name="an endless loop in zero time",
        tag="H4",
    )
    results = break_and_run(fault, tmp_path, "tests.rtl.reference_unit_tests")
    assert not results[-1].passed
    assert "no clock cycle in 3 seconds" in results[-1].failure
    assert "reference_unit_tests.signal_msi_resolves_default_bdf" in results[-1].name


def test_the_runtime_is_compiled_once(tmp_path: Path) -> None:
    for counter_width in (30, 31):
        run = Run(Tables(1, 1, 1, 1), counter_width, 1, str(tmp_path))
        build(run, tmp_path / run.rtl.top, flavour=Flavour.PLAIN, launcher=Launcher())
    log = SIMULATORS / f"{'-'.join(map(str, run.parameters.values()))}.log"
    assert "Vtop__ALL.cpp" in log.read_text()
    assert "verilated.cpp" not in log.read_text()


def test_rtl_that_does_not_build_is_a_clear_failure(tmp_path: Path) -> None:
    fault = Fault("out_valid = |in_valid;", "out_valid = |in;", name="a typing error", tag="H4")
    with pytest.raises(RtlError, match=r"(?s)does not elaborate.*msi_arbiter\.sv"):
        break_and_run(fault, tmp_path, "tests.rtl.reference_unit_tests")


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        *((name.upper(), value) for name, (_, high) in LIMITS.items() for value in (0, high + 1)),
        ("COUNTER_WIDTH", 3),
        ("COUNTER_WIDTH", 33),
    ],
)
def test_h9_an_illegal_parameter_is_refused_at_elaboration(parameter: str, value: int) -> None:
    verilator = find_verilator()
    command = ["--lint-only", "--top-module", OWN.top, f"-G{parameter}={value}", WAIVERS]
    done = subprocess.run(
        [verilator.executable, *command, *map(str, OWN.sources().files)],
        cwd=ROOT,
        env={**os.environ, **verilator.environment()},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert re.search(rf"\b{parameter} must be", done.stderr), done.stderr


def test_the_largest_tables_build_and_run() -> None:
    tables = sizes([Tables(256, 256, 1024, 2048)])
    run = Run(tables, 4, 3, str(BUILD / "largest"))
    results = simulate(run, ["tests.rtl.hardware_tests"])
    assert results and all(result.passed for result in results), results
