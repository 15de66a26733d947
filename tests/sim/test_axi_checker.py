# SPDX-License-Identifier: MIT
"""The assertions on AXI4's write channels: each fails on what is illegal, none on the rest."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cocotb_tools.runner import get_runner

from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.simulators import verilator
from tests.axi.checker_cases import CASES, PARAMETERS, PERIOD, SLOT, TOP
from tests.sim.commands import verilator_found

CHECKER = ROOT / "hdl/sva/msi_axi_write_checker.sv"
PARTS = (ROOT / "hdl/sva/msi_stream_checker.sv", CHECKER)


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    with verilator_found():
        yield


@pytest.fixture(scope="module")
def built(environment: None) -> Path:
    place = BUILD / "axi-checker"
    get_runner("verilator").build(
        sources=PARTS,
        hdl_toplevel=TOP,
        always=True,
        build_args=[
            *verilator.BUILD_ARGUMENTS,
            *verilator.PORTS_ONLY,
            *(f"-G{name}={value}" for name, value in PARAMETERS.items()),
        ],
        timescale=("1ns", "1ps"),
        build_dir=place,
        log_file=place / "build.log",
    )
    return place


def test_each_assertion_has_a_case() -> None:
    names = set(re.findall(r"(\w+) : assert \(", CHECKER.read_text()))
    streams = {f"u_{each}.{name}" for each in ("aw", "w", "b") for name in NEEDED}
    assert {case.label for case in CASES} == {"", *names, *streams}
    assert names == set(re.findall(r"(\w+) : assume \(", CHECKER.read_text()))


NEEDED = ("H2_valid_stays", "H2_payload_stable")
"""Of each stream."""


@pytest.fixture(scope="module")
def failed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[str]]:
    """Play all cases; return which assertions failed, by the number of the case."""
    folder = tmp_path_factory.mktemp("cases")
    log = folder / "log"
    with contextlib.suppress(SystemExit, RuntimeError):  # it says that assertions failed
        get_runner("verilator").test(
            test_module="tests.axi.checker_cases",
            hdl_toplevel=TOP,
            hdl_toplevel_lang="verilog",
            build_dir=built,
            test_dir=folder,
            results_xml=str(folder / "results.xml"),
            log_file=log,
            plusargs=["+verilator+error+limit+10000"],
            extra_env={"COCOTB_ANSI_OUTPUT": "0"},
        )
    said = log.read_text()
    assert "play passed" in said
    found: dict[int, list[str]] = {}
    for time, name in re.findall(rf"\[(\d+)\] %Error: .*Assertion failed in {TOP}\.(\S+):", said):
        found.setdefault(int(time) // (1000 * PERIOD * SLOT), []).append(name)
    return found


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: CASES[number].what)
def test_a_case(number: int, failed: dict[int, list[str]]) -> None:
    case, names = CASES[number], failed.get(number, [])
    if not case.label:
        assert names == []
        return
    scope, _, label = case.label.rpartition(".")
    assert re.fullmatch(rf"{scope}\.?gen_assert\w*\.{label}", names[0])
