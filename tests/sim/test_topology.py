# SPDX-License-Identifier: MIT
"""cocotbext-pcie's fabric in front of the translator for PCIe: `tests/topology`."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest

from cocotbext.msi_its.run.places import ROOT
from tests.schemas import valid
from tests.sim.commands import closing, tb, verilator_found
from tests.sim.faulty_text import write_faulty
from tests.sim.pcie_faults import FAULTS, PLUSARG
from tests.topology.design import DESIGN, MODULES, RANDOM, SETS
from tests.topology.results import Result
from tests.topology.topology import DEEPEST, FUNCTIONS, PORTS, Kind, random_topology
from tools.topologies import FOLDER


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    shutil.rmtree(DESIGN.places, ignore_errors=True)  # of another Verilator, perhaps
    with verilator_found():
        yield


@pytest.fixture(scope="module")
def built() -> Callable[[str], Path]:
    """Return what builds the design, once for each set of parameters."""
    return cache(lambda name: DESIGN.build(name, SETS[name]))


@pytest.mark.parametrize("name", SETS)
def test_scenarios_and_random_topologies(
    name: str, built: Callable[[str], Path], tmp_path: Path
) -> None:
    found = DESIGN.run(built(name), SETS[name], tmp_path, [*MODULES, RANDOM])
    assert {test: said for test, said in found.items() if said} == {}
    assert len(found) > 20


NOTICED = {
    "requester ID from the wrong header bytes": (
        "everything_arrives_once_it_is_enumerated",
        "[T1]",
    ),
    "a header of 4 dwords read as one of 3": ("a_bus_that_nobody_has_is_not_sent", "[T"),
    "byte enables ignored": ("packets_that_are_no_messages", "[T"),
    "poisoned delivered": ("packets_that_are_no_messages", "[T"),
    "T3 ignored": ("data_is_there_before_its_interrupt", "[T3]"),
    "a byte of a partial configuration write misplaced": (
        "bytes_of_bus_numbers_pass_through_an_inverted_range",
        "[N2]",
    ),
    "completion before the range is in force": (
        "the_first_message_meets_the_new_range_while_all_ports_change",
        "[N2]",
    ),
}
"""Faults of the blocks, which scenario notices each here, and what it says."""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a build with all faults of the blocks."""
    root = tmp_path_factory.mktemp("faults") / "root"
    harness = DESIGN.file_list.removesuffix(".f")
    top = f"hdl/pcie/{DESIGN.top}.sv"
    write_faulty(root, harness, PLUSARG[1:-3], FAULTS, {}, top)
    return DESIGN.build("128-faults", SETS["128"], root)


def test_without_a_fault_in_force_they_pass(broken: Path, tmp_path: Path) -> None:
    tests = "|".join(sorted({test for test, _ in NOTICED.values()}))
    found = DESIGN.run(broken, SETS["128"], tmp_path, MODULES, f"({tests})$")
    assert found and not any(found.values())


@pytest.mark.parametrize("name", NOTICED)
def test_a_fault_is_noticed_on_the_wire(name: str, broken: Path, tmp_path: Path) -> None:
    test, says = NOTICED[name]
    number = next(number for number, fault in enumerate(FAULTS, 1) if fault.name == name)
    plusarg = PLUSARG.format(number)
    found = DESIGN.run(broken, SETS["128"], tmp_path, MODULES, f"{test}$", [plusarg])
    assert found == {test: "failed"}
    assert says in (tmp_path / "log").read_text()


def test_what_ran_is_replayed_by_compare(built: Callable[[str], Path], tmp_path: Path) -> None:
    name = "topology_1"
    DESIGN.run(built("128"), SETS["128"], tmp_path, [RANDOM], f"{name}$")
    result = msgspec.json.decode((tmp_path / f"{name}.json").read_bytes(), type=Result)
    status, said = tb("compare", f"TRACE={tmp_path / name}.jsonl.gz", "LEVEL=model")
    assert (status, closing("compare", said.partition("; ITS")[0])[3]) == (0, 0)
    found = re.search(r"ITS: (\d+) translations and (\d+) commands compared", said)
    assert found is not None and int(found[1]) >= result.interrupts and int(found[2])


def test_make_topologies_does_all_of_it() -> None:
    command = [sys.executable, "-m", "tools.topologies", "SEED=1", "SEEDS=1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    said = r"topologies: 1, \d+ functions, [\d,]+ messages, [\d,]+ interrupts, 0 mismatches"
    assert re.fullmatch(said, done.stdout.splitlines()[-1])
    written = valid(FOLDER / "result.json")
    assert written["passed"] and len(written["topologies"]) == 1
    assert "<svg" in (FOLDER / "report.html").read_text()


@pytest.mark.parametrize("seed", range(50))
def test_random_topologies_are_legal(seed: int) -> None:
    topology = random_topology(random.Random(seed))
    functions = list(topology.functions())
    assert PORTS[0] <= len(topology.ports) <= PORTS[1]
    assert FUNCTIONS[0] <= len(functions) <= FUNCTIONS[1]
    assert max(len(above) - 1 for _, above in functions) <= DEEPEST
    assert len({plan.name for plan, _ in functions}) == len(functions)
    places = {(above, plan.offset) for plan, above in functions}
    assert len(places) == len(functions)  # no two have one number
    assert all(plan.offset < 0x100 or plan.kind is Kind.VIRTUAL for plan, _ in functions)
    assert topology.buses < 200
