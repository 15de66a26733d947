# SPDX-License-Identifier: MIT
"""The AXI4 bridge: its tests in `tests/axi`, built and run for several parameters."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from cocotbext.msi_its.run.design import ATTACHED_TO
from cocotbext.msi_its.run.places import BUILD, ROOT
from tests.axi.bridge_coverage import bins, missing
from tests.sim.bridge_faults import FAULTS, PLUSARG, write_rtl
from tests.sim.commands import verilator_found
from tests.sim.faulty_text import TextFault
from tests.sim.harness import Harness
from tools import bridge, ends

MODULES = ["tests.axi.bridge_rule_tests", "tests.axi.bridge_random_tests"]

SETS: dict[str, dict[str, int]] = {
    "64": {"ITS_PORT": 1},
    "64-one-port": {"MSI64_RESET": 0x31E4_50A0_BC00_0000},
    "32": {
        **{"DATA_WIDTH": 32, "ADDR_WIDTH": 32, "ID_WIDTH": 1, "OUTSTANDING": 16},
        **{"DOORBELL_RESET": 0x8809_0000, "MSI64_RESET": 0xA0BC_0000},
    },
    "128": {
        **{"DATA_WIDTH": 128, "OUTSTANDING": 4, "ITS_PORT": 1},
        **{"USER_SHIFT": 3, "DEVID_BITS": 29},
    },
    "512": {"DATA_WIDTH": 512, "ID_WIDTH": 5, "OUTSTANDING": 37},
}
"""The parameters that tests run with, by the width of the data bus."""

PAGES = {"DOORBELL_RESET": 0xC5D8_7BE8_8809_0000, "MSI64_RESET": 0x9A31_E450_A0BC_0000}

BRIDGE = Harness(bridge.BRIDGE.top, bridge.BRIDGE.file_list, BUILD / "axi-bridge", "AXI_PARAMETERS")


def build(name: str, root: Path = ROOT, sva: bool = False) -> Path:
    """Build the bridge with the parameters of a set, from the files below `root`.

    With `sva` the assertions of hdl/sva are attached to it, and to the translator in it.
    """
    lists = (ends.PORTS, ends.ASSERTIONS, bridge.ASSERTIONS) if sva else ()
    place = f"{name}{'-sva' * sva}{'-faults' * (root != ROOT)}"
    parameters = bridge.as_text(PAGES | SETS[name])
    return BRIDGE.build(place, parameters, root, lists, [f"+define+{ATTACHED_TO}=msi_translator"])


def run(
    name: str, place: Path, results: Path, only: str = "", plusargs: Sequence[str] = ()
) -> dict[str, str]:
    """Run tests in a simulation; return why each failed, empty for those that passed."""
    return BRIDGE.run(place, PAGES | SETS[name], results, MODULES, only, plusargs)


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    shutil.rmtree(BRIDGE.places, ignore_errors=True)  # of another Verilator, perhaps
    with verilator_found():
        yield


@pytest.mark.parametrize("name", SETS)
def test_the_bridge(name: str, tmp_path: Path) -> None:
    found = run(name, build(name), tmp_path)
    for line in re.findall(r"measured: .*", (tmp_path / "log").read_text()):
        print(line)
    assert {test: said for test, said in found.items() if said} == {}
    assert len(found) > 35
    seen = re.findall(r"'([^']+)': [1-9]", (tmp_path / "log").read_text())
    assert missing(seen, (PAGES | SETS[name]).get("OUTSTANDING", 64)) == []


def test_what_is_not_covered_is_missing() -> None:
    every = bins(64)
    assert missing(every, 64) == [] and len(bins(4)) < len(every)
    for name in (
        "write, WRAP, narrow, aligned",
        "message: EXOKAY",
        "message behind 32 or more writes",
    ):
        assert missing(every - {name}, 64) == [name]


@pytest.mark.parametrize("name", ["64", "64-one-port"])
def test_legal_traffic_is_legal_on_both_sides(name: str, tmp_path: Path) -> None:
    """With the assertions attached: no rule of AXI4 is broken at any port."""
    tests = "random_traffic|random_resets|b2_all_bursts|b6_stalls_on_each_channel"
    found = run(name, build(name, sva=True), tmp_path, f"({tests})$")
    assert found == dict.fromkeys(tests.split("|"), "")


def test_a_stray_response_is_asserted_against(tmp_path: Path) -> None:
    """It is ignored, and memory has broken a rule (B8)."""
    run("64", BRIDGE.places / "64-sva", tmp_path, "b6_responses_that_belong_to_nothing$")
    assert "AXI_response_is_owed" in (tmp_path / "log").read_text()


TRIED = [(fault, name) for fault in FAULTS for name in fault.sets]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return what builds the bridge with all faults, once for each set of parameters."""
    root = tmp_path_factory.mktemp("faults") / "root"
    write_rtl(root)
    return cache(lambda name: build(name, root))


@pytest.mark.parametrize("name", sorted({name for _, name in TRIED}))
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
    fault: TextFault, name: str, broken: Callable[[str], Path], tmp_path: Path
) -> None:
    plusarg = PLUSARG.format(FAULTS.index(fault) + 1)
    found = run(name, broken(name), tmp_path, f"{fault.test}$", [plusarg])
    assert found == {fault.test: "failed"}
    assert fault.says in (tmp_path / "log").read_text()
