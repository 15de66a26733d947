# SPDX-License-Identifier: MIT
"""The registers of the bridge: `tests/axi/bridge_register_tests.py`, for several parameters."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cocotb_tools.runner import get_runner

from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.simulators import verilator
from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator
from tests.sim.axi_faults import PLUSARG, AxiFault, write_rtl
from tests.sim.bridge_register_faults import FAULTS, HARNESS
from tests.sim.commands import verilator_found
from tools import bridge

SEED = int(os.environ.get("SEED", "1"))
PLACES = BUILD / "bridge-registers"


def build(name: str, root: Path = ROOT) -> Path:
    """Build the harness with a set of parameters, from the files below `root`."""
    place = PLACES / f"{name}{'-faults' * (root != ROOT)}".replace(" ", "-").replace(",", "")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    parameters = bridge.as_text(bridge.PARAMETERS[name])
    get_runner("verilator").build(
        sources=[],
        hdl_toplevel=bridge.REGISTERS.top,
        build_args=[
            *("-F", str(root / bridge.HARNESS), str(root / "hdl/lint.vlt")),
            *verilator.BUILD_ARGUMENTS,
            *verilator.PORTS_ONLY,
            *(f"-G{parameter}={value}" for parameter, value in parameters.items()),
            *(["-Wno-fatal"] if root != ROOT else []),
        ],
        timescale=("1ns", "1ps"),
        build_dir=place,
        log_file=place / "build.log",
    )
    return place


def run(
    name: str, place: Path, results: Path, only: str = "", plusargs: Sequence[str] = ()
) -> dict[str, str]:
    """Run tests in a simulation; return why each failed, empty for those that passed."""
    results.mkdir(parents=True, exist_ok=True)
    file = results / "results.xml"
    with contextlib.suppress(SystemExit, RuntimeError):  # a test failed
        get_runner("verilator").test(
            test_module="tests.axi.bridge_register_tests",
            hdl_toplevel=bridge.REGISTERS.top,
            hdl_toplevel_lang="verilog",
            build_dir=place,
            test_dir=results,
            results_xml=str(file),
            log_file=results / "log",
            seed=SEED,
            test_filter=only or None,
            plusargs=list(plusargs),
            extra_env={
                "BRIDGE_PARAMETERS": json.dumps(bridge.PARAMETERS[name]),
                "COCOTB_ANSI_OUTPUT": "0",
            },
        )
    found: dict[str, str] = {}
    for case in ElementTree.parse(file).iter("testcase") if file.is_file() else ():
        failed = [each for each in case if each.tag in ("failure", "error")]
        found[case.get("name", "")] = "failed" if failed else ""
    return found


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    shutil.rmtree(PLACES, ignore_errors=True)
    with verilator_found():
        yield


@pytest.mark.parametrize("name", bridge.PARAMETERS)
def test_registers(name: str, tmp_path: Path) -> None:
    found = run(name, build(name), tmp_path)
    assert {test: said for test, said in found.items() if said} == {}, tmp_path / "log"
    assert len(found) > 10


TRIED = [(fault, name) for fault in FAULTS for name in fault.sets]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return what builds the harness with all faults, once for each set of parameters."""
    root = tmp_path_factory.mktemp("faults") / "root"
    write_rtl(root, FAULTS, {}, HARNESS)
    return cache(lambda name: build(name, root))


@pytest.mark.parametrize("name", bridge.PARAMETERS)
def test_without_a_fault_in_force_they_pass(
    name: str, broken: Callable[[str], Path], tmp_path: Path
) -> None:
    tests = "|".join(sorted({fault.test for fault, other in TRIED if other == name}))
    found = run(name, broken(name), tmp_path, f"({tests})$")
    assert found and not any(found.values())


@pytest.mark.parametrize(
    ("fault", "name"), TRIED, ids=[f"{fault.name}, {name}" for fault, name in TRIED]
)
def test_a_fault_is_noticed(
    fault: AxiFault, name: str, broken: Callable[[str], Path], tmp_path: Path
) -> None:
    plusarg = PLUSARG.format(FAULTS.index(fault) + 1)
    found = run(name, broken(name), tmp_path, f"{fault.test}$", [plusarg])
    assert found == {fault.test: "failed"}
    assert fault.says in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("parameter", "value", "said"),
    [
        *(("ADDR_WIDTH", value, "ADDR_WIDTH must be 32 to 64") for value in (31, 65)),
        *(("ID_WIDTH", value, "ID_WIDTH must be 1 to 16") for value in (0, 17)),
        *(("COUNTER_WIDTH", value, "WIDTH must be 4 to 32") for value in (3, 33)),
        ("DOORBELL_RESET", 0x0808_8000, "DOORBELL_RESET must be a multiple of 64 KiB"),
        ("MSI64_RESET", 0x0808_0040, "MSI64_RESET must be a multiple of 64 KiB"),
    ],
)
def test_illegal_parameters_end_elaboration(parameter: str, value: int, said: str) -> None:
    options = ["--lint-only", "--top-module", bridge.REGISTERS.top]
    options += [f"-G{name}={text}" for name, text in bridge.as_text({parameter: value}).items()]
    command = [str(find_verilator().executable), *options, "-F", str(ROOT / bridge.HARNESS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and said in done.stderr
