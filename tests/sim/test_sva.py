# SPDX-License-Identifier: MIT
"""The assertions of hdl/sva: each fails on a fault, by name, and none without."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from cocotbext.msi_its.run.build import Flavour
from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.run.launcher import Launcher
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.results import CODE_COVERAGE
from cocotbext.msi_its.run.sets import DEFAULT
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.run.simulators import code_coverage
from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator
from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.operations import Configuration, Tables
from cocotbext.msi_its.vocabulary.results import TestResult
from qualify.edits import Fault, break_rtl
from tests.sim.commands import tb
from tests.sim.sva_faults import DEVID_BITS, FAULTS, PLUSARG, STREAMS, write_rtl
from tests.tb.run.designs import variant
from tools import yosys

SVA = ROOT / "hdl/sva"

NEVER_FAIL = {"H2_valid_known", "H2_payload_known"}
"""Verilator knows no unknown values."""

SAID = r"a failing assertion \(or \$error\) at (\S+):\d+ ended the simulation at [\d,.]+ ns, in "


def labels(file: Path) -> Counter[str]:
    """Return the names of the assertions in a file."""
    return Counter(re.findall(r"(\w+) :\s+assert \(", file.read_text()))


def test_each_assertion_has_a_fault() -> None:
    tried = Counter(fault.name for fault in FAULTS)
    assert max(tried.values()) == 1
    for file in sorted(SVA.glob("*.sv")):
        if file.name.startswith("msi_axi_"):  # test_axi_checker.py tries these
            continue
        names = labels(file)
        assert NEVER_FAIL - set(names) == (set() if "stream" in file.name else NEVER_FAIL)
        assert set(names) - NEVER_FAIL <= {fault.label for fault in FAULTS}, file
    for scope in (f"u_{name}" for name in STREAMS):
        assert {f"{scope}.H2_valid_stays", f"{scope}.H2_payload_stable"} <= set(tried)
    of_modules = {
        "u_msi_translator_sva": "msi_translator_sva",
        "u_msi_engine_sva": "msi_engine_sva",
        "u_msi_range_sva": "msi_range_sva",
    }
    for scope, module in of_modules.items():
        assert {f"{scope}.{name}" for name in labels(SVA / f"{module}.sv")} <= set(tried)


SEEDS = (7, 5, 1, 2, 3, 4, 6, 8)
"""Random choices: not every lie makes a difference with each of them."""


def test_each_assertion_fails_by_name(tmp_path: Path) -> None:
    folder = BUILD / "sva"
    folder.mkdir(parents=True, exist_ok=True)
    rtl = write_rtl(folder)

    def play(number: int) -> TestResult:
        """Play it with one lie after the other seed, until it makes a difference."""
        plusargs = (PLUSARG.format(number),)
        built = Configuration(devid_bits=DEVID_BITS)
        for seed in SEEDS if number >= 0 else SEEDS[:1]:
            results = str(tmp_path / f"{number}-{seed}")
            run = Run(DEFAULT, 32, seed, results, (), rtl, False, plusargs, configuration=built)
            result = simulate(run, ["tests.sim.sva_tests"])[0]
            if not result.passed:
                break
        return result

    sound = play(-1)
    assert sound.passed and sound.operations > 1000, sound.failure
    wrong = []

    def check(number: int, result: TestResult) -> None:
        name = FAULTS[number].name
        # It may stand in a generate block.
        scope, _, label = name.rpartition(".")
        if not re.match(rf"{SAID}\S*\.{scope}\.(?:gen_assert\.)?{label}: ", result.failure):
            wrong.append(f"{name}: {result.failure or 'nothing'}")

    Launcher().each(play, range(len(FAULTS)), check, jobs=2, in_order=True)
    assert not wrong, "\n".join(wrong)


def broken(fault: Fault) -> Rtl:
    """Return the project's RTL with a fault, and with all assertions."""
    rtl = break_rtl(fault, BUILD / "broken/sva")
    with open(rtl.file_list, "a") as file:
        file.write(f"-F {SVA / 'sva.f'}\n")
    return Rtl(rtl.file_list, rtl.top, sva=True)


@pytest.mark.parametrize(
    ("old", "new", "scope", "label"),
    [
        (
            "waiting_q <= out_data;",
            "waiting_q <= in_data;",
            "msi_translator.u_msi_translator_sva.u_m_msi.gen_assert",
            "H2_payload_stable",
        ),
        (
            "if (settling_q[COMMAND_SETTLE-1]) command_valid_q",
            "if (settling_q[0]) command_valid_q",
            "msi_translator.u_engine.u_msi_engine_sva",
            "H6_command_has_settled",
        ),
        (
            "request.data    = s_msi_data;",
            "request.data    = command.data;",
            "msi_translator.u_msi_translator_sva.u_records_of_s_msi",
            "H3_in_order",
        ),
    ],
    ids=["skid buffer", "registers", "translator"],
)
def test_a_fault_of_the_rtl_ends_the_run_by_name(
    tmp_path: Path, old: str, new: str, scope: str, label: str
) -> None:
    flavour = Flavour.BATCH if scope.endswith("s_msi") else Flavour.PLAIN
    rtl = broken(Fault(old, new))
    run = Run(DEFAULT, 32, 1, str(tmp_path / "results"), (), rtl)
    module = "tests.batch.random_tests" if flavour is Flavour.BATCH else "tests.rtl.random_tests"
    results = simulate(run, [module], flavour=flavour)
    failed = [each for each in results if each.failed]
    assert len(failed) == 1, failed
    match = re.match(rf"{SAID}(?:TOP\.)?{re.escape(scope)}\.{label}: ", failed[0].failure)
    assert match, failed[0].failure
    assert match[1].startswith("hdl/sva/")


def test_rtl_of_ones_own_is_checked_at_its_ports(tmp_path: Path) -> None:
    rtl = variant(tmp_path, ("request.data    = s_msi_data;", "request.data    = command.data;"))
    one = ("--set", "smallest", "--test", "random_tests.anything_goes")
    command = ("sim", "--seed", "3", *one, "--rtl", rtl.file_list, "--top", rtl.top)
    status, output = tb(*command)
    assert status == 1
    assert "hdl/sva/msi_order_checker.sv" in output and "mismatch 1 " not in output
    scope = "my_translator.u_msi_translator_sva.u_records_of_s_msi.H3_in_order"
    assert f" ns, in {scope}: not the oldest on its way, " in output
    again = next(line for line in output.splitlines() if "make sim" in line)
    assert "SVA" not in again
    status, output = tb(*command, "--sva", "0")
    assert status == 1 and "mismatch 1 " in output
    assert "hdl/sva" not in output
    again = next(line for line in output.splitlines() if "make sim" in line)
    assert again.endswith(" SVA=0")


def test_codes_are_those_of_the_registers() -> None:
    text = (SVA / "msi_sva_pkg.sv").read_text()
    found = {name: int(code) for name, code in re.findall(r"(\w+) = 8'd(\d+)", text)}
    codes = {each.name: each.value for kind in (csr.OperationCode, csr.Answer) for each in kind}
    assert found.items() <= codes.items()
    assert {each.name for each in csr.OperationCode} - set(found) == {"NONE"}
    found = {name: int(code, 16) for name, code in re.findall(r"ADDRESS_(\w+) = 7'h(\w+)", text)}
    assert len(found) == 10
    for name, offset in found.items():
        register = getattr(csr, name)
        assert (register.offset, register.width) == (offset, 32), name
    fields = re.search(r"struct packed \{(.*?)\} arguments_t", text, re.DOTALL)
    assert fields is not None
    names = re.findall(r"(\w+)[,;]", fields[1])
    written = [
        each for name in found if "ARG" in name for each in reversed(getattr(csr, name).fields)
    ]
    named, written = (
        [re.sub("_(low|high)$", "", name) for name in each if name != "unused"]
        for each in (names, written)
    )
    assert named == written


HARNESS = """
module through #(parameter int unsigned ASSUME = 1) (
  input wire logic clk, input wire logic rst_n,
  input wire logic valid, input wire logic ready, input wire logic [7:0] data
);
  msi_stream_checker #(.WIDTH(8), .ASSUME(ASSUME)) u_in (
    .clk, .rst_n, .valid, .ready, .payload(data)
  );
  msi_stream_checker #(.WIDTH(8)) u_out (.clk, .rst_n, .valid, .ready, .payload(~data));
endmodule
"""
"""A wire: what comes out is a stream if what comes in is one."""


@pytest.mark.parametrize(("assume", "verdict"), [(1, "12 steps: SUCCESS!"), (0, "FAIL!")])
def test_a_formal_tool_takes_the_stream_checker_as_assumptions(assume: int, verdict: str) -> None:
    folder = BUILD / "sva"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "through.sv").write_text(HARNESS)
    script = (
        f"read_slang -j 1 --top through -G ASSUME={assume} hdl/sva/msi_stream_checker.sv "
        "build/sva/through.sv; prep -top through; async2sync; chformal -lower; opt_clean; "
        "sat -tempinduct -tempinduct-baseonly -prove-asserts -set-assumes -set-init-undef -seq 1 "
        "-maxsteps 12"
    )
    done = subprocess.run(
        [sys.executable, "-c", yosys.COMMAND, "-p", script],
        cwd=ROOT,
        env=yosys.environment("test"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert verdict in done.stdout


@pytest.mark.parametrize(
    ("module", "parameter", "value"),
    [
        ("msi_stream_checker", "WIDTH", 0),
        ("msi_stream_checker", "QUIET", 2),
        ("msi_stream_checker", "ASSUME", 2),
        ("msi_order_checker", "WIDTH", 0),
        ("msi_order_checker", "DEPTH", 1025),
        ("msi_order_checker", "PATIENCE", 0),
        ("msi_order_checker", "PASSES", 2),
        ("msi_command_checker", "PATIENCE", 0),
        ("msi_translator_sva", "IN_FLIGHT", 0),
        ("msi_translator_sva", "PATIENCE", 1025),
        ("msi_engine_sva", "PATIENCE", 1025),
    ],
)
def test_illegal_parameters_end_elaboration(module: str, parameter: str, value: int) -> None:
    verilator = find_verilator()
    files = [
        str(file) for file in replace(OWN, sva=True).sources().files if "bind" not in file.name
    ]
    done = subprocess.run(
        [
            verilator.executable,
            "--lint-only",
            "--top-module",
            module,
            f"-G{parameter}={value}",
            *files,
        ],
        env={**os.environ, **verilator.environment()},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert f"{module}: {parameter} must be " in done.stderr


def test_assumptions_are_read_by_the_simulator() -> None:
    verilator = find_verilator()
    done = subprocess.run(
        [
            *(verilator.executable, "--lint-only", "-Wall", "--assert", "-GASSUME=1", "-GQUIET=1"),
            str(SVA / "msi_stream_checker.sv"),
        ],
        env={**os.environ, **verilator.environment()},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_they_are_not_counted_as_rtl_to_cover(tmp_path: Path) -> None:
    rtl = replace(OWN, sva=True)
    run = Run(Tables(1, 1, 1, 1), 4, 5, str(tmp_path / "results"), (), rtl, coverage=True)
    only = "random_tests.anything_goes"
    (result,) = simulate(run, ["tests.rtl.random_tests"], flavour=Flavour.COVERAGE, only=only)
    assert result.passed, result.failure
    counted = code_coverage.points(code_coverage.read(tmp_path / "results" / CODE_COVERAGE), ROOT)
    files = {point.file for point in counted}
    assert "hdl/core/msi_engine.sv" in files and "hdl/msi_translator.sv" in files
    assert not [file for file in files if file.startswith("hdl/sva")]
    assert not [point for point in counted if "sva" in point.text]
