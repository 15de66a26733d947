# SPDX-License-Identifier: MIT
"""cocotbext-pcie's fabric in front of the translator for PCIe: `tests/topology`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sim.commands import verilator_found
from tests.topology.design import DESIGN, MODULES, RANDOM, SETS


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    shutil.rmtree(DESIGN.places, ignore_errors=True)  # of another Verilator, perhaps
    with verilator_found():
        yield


@pytest.mark.parametrize("name", SETS)
def test_scenarios(name: str, tmp_path: Path) -> None:
    place = DESIGN.build(name, SETS[name])
    found = DESIGN.run(place, SETS[name], tmp_path, [*MODULES, RANDOM])
    assert {test: said for test, said in found.items() if said} == {}
    assert len(found) > 20
