# SPDX-License-Identifier: MIT
"""The blocks for PCIe: `tests/pcie`, built and run for several parameters."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from cocotbext.msi_its.run.places import BUILD
from tests.sim.commands import verilator_found
from tests.sim.faulty_text import TextFault
from tests.sim.harness import Harness
from tests.sim.pcie_faults import FAULTS, PLUSARG, write_rtl

FILTER = Harness(
    "msi_tlp_harness", "tests/pcie/msi_tlp_harness.f", BUILD / "pcie", "PCIE_PARAMETERS"
)

BUSES = Harness(
    "msi_bus_harness", "tests/pcie/msi_bus_harness.f", BUILD / "pcie", "PCIE_PARAMETERS"
)

SETS: dict[str, dict[str, int]] = {
    "64": {"DATA_WIDTH": 64, "MESSAGES": 4, "WRITES": 4, "COUNTER_WIDTH": 4},
    "128": {"DATA_WIDTH": 128},
    "256": {"DATA_WIDTH": 256, "MESSAGES": 37, "WRITES": 29, "COUNTER_WIDTH": 5},
    "512": {"DATA_WIDTH": 512, "COMMITTED": 0, "MESSAGES": 256},
    "buses": {},
}
"""The parameters of the harnesses that tests run with: of the filter, by the width of the data."""

MODULES = {
    FILTER: ["tests.pcie.rule_tests", "tests.pcie.random_tests"],
    BUSES: ["tests.pcie.bus_tests"],
}


def harness_of(name: str) -> Harness:
    """Return the harness of a set of parameters."""
    return BUSES if name == "buses" else FILTER


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    shutil.rmtree(FILTER.places, ignore_errors=True)  # of another Verilator, perhaps
    with verilator_found():
        yield


@pytest.mark.parametrize("name", SETS)
def test_blocks(name: str, tmp_path: Path) -> None:
    harness = harness_of(name)
    place = harness.build(name, SETS[name])
    found = harness.run(place, SETS[name], tmp_path, MODULES[harness])
    log = (tmp_path / "log").read_text()
    for line in re.findall(r"measured: .*", log):
        print(line)
    assert {test: said for test, said in found.items() if said} == {}
    assert len(found) > (7 if harness is BUSES else 25)


TRIED = [(fault, name) for fault in FAULTS for name in fault.sets]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return what builds a harness with all faults, once for each set of parameters."""
    root = tmp_path_factory.mktemp("faults")

    def build(name: str) -> Path:
        write_rtl(root / name, name)
        return harness_of(name).build(f"{name}-faults", SETS[name], root / name)

    return cache(build)


@pytest.mark.parametrize("name", sorted({name for _, name in TRIED}))
def test_without_a_fault_in_force_they_pass(
    name: str, broken: Callable[[str], Path], tmp_path: Path
) -> None:
    harness = harness_of(name)
    tests = "|".join(sorted({fault.test for fault, other in TRIED if other == name}))
    place = broken(name)
    found = harness.run(place, SETS[name], tmp_path, MODULES[harness], f"({tests})$")
    assert found and not any(found.values())


@pytest.mark.parametrize(
    ("fault", "name"), TRIED, ids=[f"{fault.name}, {name}" for fault, name in TRIED]
)
def test_a_fault_is_noticed(
    fault: TextFault, name: str, broken: Callable[[str], Path], tmp_path: Path
) -> None:
    harness = harness_of(name)
    plusarg = PLUSARG.format(FAULTS.index(fault) + 1)
    test = f"{fault.test}$"
    place = broken(name)
    found = harness.run(place, SETS[name], tmp_path, MODULES[harness], test, [plusarg])
    assert found == {fault.test: "failed"}
    assert fault.says in (tmp_path / "log").read_text()
