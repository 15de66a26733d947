# SPDX-License-Identifier: MIT
"""The assertions on AXI4's channels: each fails on what is illegal, none on the rest."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from cocotb_tools.runner import get_runner

from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.simulators import verilator
from tests.axi.checker_cases import CASES, PARAMETERS, PERIOD, READS, SLOT, WRITES
from tests.sim.commands import verilator_found

SVA = ROOT / "hdl/sva"
PARTS = [SVA / f"{name}.sv" for name in ("msi_stream_checker", "msi_axi_burst_checker")]

STREAMS = {WRITES: ("aw", "w", "b"), READS: ("ar", "r")}


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    with verilator_found():
        yield


def asserted(name: str, kind: str = "assert") -> set[str]:
    """Return the labels of what a module asserts, or assumes."""
    return set(re.findall(rf"(\w+) : {kind} \(", (SVA / f"{name}.sv").read_text()))


@pytest.mark.parametrize("top", CASES)
def test_each_assertion_has_a_case(top: str) -> None:
    streams = {f"u_{each}.{name}" for each in STREAMS[top] for name in NEEDED}
    bursts = {f"u_burst.{name}" for name in asserted("msi_axi_burst_checker")}
    assert {case.label for case in CASES[top]} == {"", *asserted(top), *streams, *bursts}
    for module in (top, "msi_axi_burst_checker"):
        assert asserted(module) == asserted(module, "assume")


NEEDED = ("H2_valid_stays", "H2_payload_stable")
"""Of each stream."""


@pytest.fixture(scope="module")
def failed(
    environment: None, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], dict[int, list[str]]]:
    """Return what plays all cases of a checker, once, and says which assertions failed in each."""
    return cache(lambda top: play(top, tmp_path_factory.mktemp("cases")))


def play(top: str, folder: Path) -> dict[int, list[str]]:
    """Build a checker and play its cases; return which assertions failed, by the case's number."""
    place = BUILD / "axi-checker" / top
    get_runner("verilator").build(
        sources=[*PARTS, SVA / f"{top}.sv"],
        hdl_toplevel=top,
        always=True,
        build_args=[
            *verilator.BUILD_ARGUMENTS,
            *verilator.PORTS_ONLY,
            *(f"-G{name}={value}" for name, value in PARAMETERS[top].items()),
        ],
        timescale=("1ns", "1ps"),
        build_dir=place,
        log_file=place / "build.log",
    )
    log = folder / "log"
    with contextlib.suppress(SystemExit, RuntimeError):  # it says that assertions failed
        get_runner("verilator").test(
            test_module="tests.axi.checker_cases",
            hdl_toplevel=top,
            hdl_toplevel_lang="verilog",
            build_dir=place,
            test_dir=folder,
            results_xml=str(folder / "results.xml"),
            log_file=log,
            plusargs=["+verilator+error+limit+10000"],
            extra_env={"COCOTB_ANSI_OUTPUT": "0"},
        )
    said = log.read_text()
    assert "play passed" in said
    found: dict[int, list[str]] = {}
    for time, name in re.findall(rf"\[(\d+)\] %Error: .*Assertion failed in {top}\.(\S+):", said):
        found.setdefault(int(time) // (1000 * PERIOD * SLOT), []).append(name)
    return found


@pytest.mark.parametrize(
    ("top", "number"),
    [(top, number) for top, cases in CASES.items() for number in range(len(cases))],
    ids=[f"{top}: {case.what}" for top, cases in CASES.items() for case in cases],
)
def test_a_case(top: str, number: int, failed: Callable[[str], dict[int, list[str]]]) -> None:
    case, names = CASES[top][number], failed(top).get(number, [])
    if not case.label:
        assert names == []
        return
    scope, _, label = case.label.rpartition(".")
    assert re.fullmatch(rf"{scope}\.?gen_assert\w*\.{label}", names[0])
