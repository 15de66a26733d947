# SPDX-License-Identifier: MIT
"""Translators somewhere in a design, watched from a test that is not ours: `examples/soc`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.places import BUILD, ROOT
from tools import yosys

COMPARED = re.compile(
    r"soc\.u_(left|right)\.u_translator +"
    r"(\d+) operations, (\d+) messages compared, (\d+) dropped, (\d+) mismatches"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is kept, so that the SoC is built once."""
    return tmp_path_factory.mktemp("soc")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the example as its docstring says; `build` is in a folder of the test's own."""
    return subprocess.run(
        [sys.executable, str(ROOT / "examples/soc/run.py"), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COCOTB_ANSI_OUTPUT": "0"},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_both_translators_are_compared(folder: Path) -> None:
    done = run(folder)
    assert done.returncode == 0, done.stdout
    found = {side: tuple(map(int, rest)) for side, *rest in COMPARED.findall(done.stdout)}
    assert found.keys() == {"left", "right"}
    for operations, messages, dropped, mismatches in found.values():
        assert operations == 203 and messages + dropped == 200 and dropped >= 20
        assert mismatches == 0


def test_a_fault_of_one_is_found_there_alone(tmp_path: Path) -> None:
    """The right one, which has eight targets, ignores its secondary bound."""
    shutil.copytree(ROOT / "hdl", tmp_path / "hdl")
    lookup = tmp_path / "hdl/core/msi_lookup.sv"
    sound = "checks_rid: explicit_rid || CHECK_DEFAULT_RID"
    assert lookup.read_text().count(sound) == 1
    above = "request.rid[15:8] > target_range.subordinate"
    broken = f"checks_rid: (explicit_rid || CHECK_DEFAULT_RID) && (TARGETS != 8 || {above})"
    lookup.write_text(lookup.read_text().replace(sound, broken))
    done = run(tmp_path, "soc", "hdl/translator.f")
    assert done.returncode != 0
    found = {side: int(mismatches) for side, _, _, _, mismatches in COMPARED.findall(done.stdout)}
    assert found["left"] == 0 and found["right"] > 10
    assert "rules R1, R3" in done.stdout and "expected:  DROPPED_BUS_RANGE" in done.stdout
    assert re.search(r"AssertionError: soc\.u_right\.u_translator: \d+ mismatches", done.stdout)


def test_the_cases(folder: Path) -> None:
    done = run(folder, "soc", "", "tests.sim.attach_cases")
    assert done.returncode == 0, done.stdout
    assert "TESTS=7 PASS=7 FAIL=0" in done.stdout
    assert done.stdout.count("`finish` was not called: this test says nothing of it") == 1
    assert "traffic goes on: end it before `finish`" in done.stdout
    assert "attached while it runs: what is compared begins with the next reset" in done.stdout


@pytest.mark.parametrize("seed", ["2", "3"])
def test_other_seeds(folder: Path, seed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEED", seed)
    assert run(folder).returncode == 0


def test_the_bridge_in_an_soc(folder: Path) -> None:
    """Data before interrupts; the translator in the bridge is compared."""
    done = run(folder, "bridged")
    assert done.returncode == 0, done.stdout
    assert "served 120 interrupts, each after its data" in done.stdout
    assert re.search(r"124 operations, 120 messages compared, 1 dropped, 0 mismatches", done.stdout)


def test_an_interrupt_before_its_data_is_noticed(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "hdl", tmp_path / "hdl")
    page = tmp_path / "hdl/bridge/msi_axi_page.sv"
    sound = "waits && (any_released_q || release_local)"
    assert page.read_text().count(sound) == 1
    page.write_text(page.read_text().replace(sound, "waits"))
    done = run(tmp_path, "bridged", "hdl/bridge.f")
    assert done.returncode != 0
    assert re.search(r"AssertionError: interrupt \d+ came before its data", done.stdout)


@pytest.mark.skipif(shutil.which("iverilog") is None, reason="there is no Icarus Verilog")
def test_another_simulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Icarus does not read the structs of the RTL: it gets what yosys makes of them."""
    work = BUILD / "icarus-test"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    parts = [f"examples/soc/hdl/{name}.sv" for name in ("split", "cluster", "soc")]
    read = yosys.read_design(Rtl(" ".join(["hdl/translator.f", *parts]), "soc"), work)
    netlist = work / "soc.v"
    script = work / "soc.ys"
    script.write_text(
        f"{read} --keep-hierarchy\nproc\nopt_clean\n"
        f"write_verilog -noattr {netlist.relative_to(ROOT)}\n"
    )
    command = [sys.executable, "-c", yosys.COMMAND, "-q", str(script.relative_to(ROOT))]
    subprocess.run(command, cwd=ROOT, env=yosys.environment("test"), check=True)
    monkeypatch.syspath_prepend(str(ROOT / "examples/soc"))  # which the runner hands on
    runner = get_runner("icarus")
    runner.build(
        sources=[netlist], hdl_toplevel="soc", build_dir=tmp_path, timescale=("1ns", "1ps")
    )
    results = runner.test(
        test_module="tests.sim.attach_elsewhere",
        hdl_toplevel="soc",
        build_dir=tmp_path,
        test_dir=tmp_path,
        results_xml=str(tmp_path / "results.xml"),
        log_file=tmp_path / "log",
        extra_env={"PYTHONWARNINGS": "ignore"},
    )
    assert get_results(results) == (1, 0)
    compared = COMPARED.findall((tmp_path / "log").read_text())
    assert [(side, mismatches) for side, _, _, _, mismatches in compared] == [
        ("left", "0"),
        ("right", "0"),
    ]
    for _, operations, messages, dropped, _ in compared:
        assert operations == "203" and int(messages) + int(dropped) == 200 and int(dropped) >= 20
