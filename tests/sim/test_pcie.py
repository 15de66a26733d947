# SPDX-License-Identifier: MIT
"""The blocks for PCIe: `tests/pcie`, built and run for several parameters."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocotbext.msi_its.run.places import BUILD
from tests.sim.commands import verilator_found
from tests.sim.harness import Harness

FILTER = Harness(
    "msi_tlp_harness", "tests/pcie/msi_tlp_harness.f", BUILD / "pcie", "PCIE_PARAMETERS"
)

MODULES = ["tests.pcie.rule_tests", "tests.pcie.random_tests"]

SETS = {
    "64": {"DATA_WIDTH": 64, "MESSAGES": 4, "WRITES": 4, "COUNTER_WIDTH": 4},
    "128": {"DATA_WIDTH": 128},
    "256": {"DATA_WIDTH": 256, "MESSAGES": 37, "WRITES": 29, "COUNTER_WIDTH": 5},
    "512": {"DATA_WIDTH": 512, "COMMITTED": 0, "MESSAGES": 256},
}
"""The parameters of the harness that tests run with, by the width of the data."""


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    shutil.rmtree(FILTER.places, ignore_errors=True)  # of another Verilator, perhaps
    with verilator_found():
        yield


@pytest.mark.parametrize("name", SETS)
def test_filter(name: str, tmp_path: Path) -> None:
    place = FILTER.build(name, SETS[name])
    found = FILTER.run(place, SETS[name], tmp_path, MODULES)
    log = (tmp_path / "log").read_text()
    for line in re.findall(r"measured: .*", log):
        print(line)
    assert {test: said for test, said in found.items() if said} == {}
    assert len(found) > 25
