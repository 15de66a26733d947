# SPDX-License-Identifier: MIT
"""Both ends for AXI4 around the translator: `tests/axi`, built and run for several parameters."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cocotb_tools.runner import get_runner

from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.simulators import verilator
from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator

TOP = "msi_axi_harness"
MODULES = ["tests.axi.rule_tests", "tests.axi.random_tests"]

SETS = {
    "32": {"DATA_WIDTH": 32, "OUTSTANDING": 64, "ITS_ID": 0x2B},
    "64": {"DATA_WIDTH": 64, "OUTSTANDING": 64, "ITS_ID": 0x81},
    "128": {
        **{"DATA_WIDTH": 128, "OUTSTANDING": 4, "ITS_ID": 0xFF},
        **{"USER_SHIFT": 3, "DEVID_BITS": 29},
    },
    "512": {"DATA_WIDTH": 512, "OUTSTANDING": 64, "ITS_ID": 0x5},
}
"""The parameters of the harness that tests run with, by the width of the data bus."""

SEED = int(os.environ.get("SEED", "1"))


def build(name: str, root: Path = ROOT, folder: Path = BUILD / "axi") -> Path:
    """Build the harness with the parameters of a set, from the files below `root`."""
    place = folder / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    _reuse(folder, place)
    get_runner("verilator").build(
        sources=[],
        hdl_toplevel=TOP,
        build_args=[
            *("-F", str(root / f"tests/axi/{TOP}.f"), str(root / "hdl/lint.vlt")),
            *verilator.BUILD_ARGUMENTS,
            *verilator.PORTS_ONLY,
            *(f"-G{parameter}={value}" for parameter, value in SETS[name].items()),
        ],
        timescale=("1ns", "1ps"),
        build_dir=place,
        log_file=place / "build.log",
    )
    return place


def _reuse(folder: Path, place: Path) -> None:
    """Take the simulator's own part from another build in this folder: it is always the same."""
    others = [each for each in folder.glob(f"*/{verilator.RUNTIME}") if each.parent != place]
    for each in others:
        if each.parent == others[0].parent:
            shutil.copy2(each, place)
            os.utime(place / each.name, (4e9, 4e9))  # newer than the makefile


def run(
    name: str, place: Path, results: Path, only: str = "", plusargs: Sequence[str] = ()
) -> dict[str, str]:
    """Run tests in a simulation; return why each failed, empty for those that passed."""
    results.mkdir(parents=True, exist_ok=True)
    file = results / "results.xml"
    with contextlib.suppress(SystemExit):  # what the runner does when a test fails
        get_runner("verilator").test(
            test_module=MODULES,
            hdl_toplevel=TOP,
            hdl_toplevel_lang="verilog",
            build_dir=place,
            test_dir=results,
            results_xml=str(file),
            log_file=results / "log",
            seed=SEED,
            test_filter=only or None,
            plusargs=list(plusargs),
            extra_env={
                "AXI_PARAMETERS": json.dumps(SETS[name]),
                "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tb", ROOT / "models"))),
                "PYTHONWARNINGS": "ignore::DeprecationWarning:cocotbext",
                "COCOTB_ANSI_OUTPUT": "0",
            },
        )
    found = {}
    for case in ElementTree.parse(file).iter("testcase"):
        failure = case.find("failure")
        said = "" if failure is None else failure.get("error_msg") or "failed"
        found[case.get("name", "")] = said
    return found


@pytest.fixture(scope="module", autouse=True)
def environment() -> None:
    os.environ.update(find_verilator().environment())


@pytest.mark.parametrize("name", SETS)
def test_both_ends(name: str, tmp_path: Path) -> None:
    found = run(name, build(name), tmp_path)
    log = (tmp_path / "log").read_text()
    for line in re.findall(r"measured: .*", log):
        print(line)
    assert {test: said for test, said in found.items() if said} == {}
    assert len(found) > 25
