# SPDX-License-Identifier: MIT
"""The registers of the bridge: `tests/axi/bridge_register_tests.py`, for several parameters."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator
from tests.sim.bridge_register_faults import FAULTS, PLUSARG, write_rtl
from tests.sim.commands import verilator_found
from tests.sim.faulty_text import TextFault
from tests.sim.harness import Harness
from tools import bridge

PLACES = BUILD / "bridge-registers"
HARNESS = Harness(bridge.REGISTERS.top, bridge.HARNESS, PLACES, "BRIDGE_PARAMETERS")
TESTS = ("tests.axi.bridge_register_tests",)


def build(name: str, root: Path = ROOT) -> Path:
    """Build the harness with a set of parameters, from the files below `root`."""
    place = f"{name}{'-faults' * (root != ROOT)}".replace(" ", "-").replace(",", "")
    return HARNESS.build(place, bridge.as_text(bridge.PARAMETERS[name]), root)


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    shutil.rmtree(PLACES, ignore_errors=True)
    with verilator_found():
        yield


@pytest.mark.parametrize("name", bridge.PARAMETERS)
def test_registers(name: str, tmp_path: Path) -> None:
    found = HARNESS.run(build(name), bridge.PARAMETERS[name], tmp_path, TESTS)
    assert {test: said for test, said in found.items() if said} == {}, tmp_path / "log"
    assert len(found) > 10


TRIED = [(fault, name) for fault in FAULTS for name in fault.sets]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return what builds the harness with all faults, once for each set of parameters."""
    root = tmp_path_factory.mktemp("faults") / "root"
    write_rtl(root)
    return cache(lambda name: build(name, root))


@pytest.mark.parametrize("name", bridge.PARAMETERS)
def test_without_a_fault_in_force_they_pass(
    name: str, broken: Callable[[str], Path], tmp_path: Path
) -> None:
    tests = "|".join(sorted({fault.test for fault, other in TRIED if other == name}))
    parameters = bridge.PARAMETERS[name]
    found = HARNESS.run(broken(name), parameters, tmp_path, TESTS, f"({tests})$")
    assert found and not any(found.values())


@pytest.mark.parametrize(
    ("fault", "name"), TRIED, ids=[f"{fault.name}, {name}" for fault, name in TRIED]
)
def test_a_fault_is_noticed(
    fault: TextFault, name: str, broken: Callable[[str], Path], tmp_path: Path
) -> None:
    plusarg = PLUSARG.format(FAULTS.index(fault) + 1)
    parameters = bridge.PARAMETERS[name]
    test = f"{fault.test}$"
    found = HARNESS.run(broken(name), parameters, tmp_path, TESTS, test, [plusarg])
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
