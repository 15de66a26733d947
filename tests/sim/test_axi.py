# SPDX-License-Identifier: MIT
"""Both ends for AXI4 around the translator: `tests/axi`, built and run for several parameters."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from cocotbext.msi_its.run.design import ATTACHED_TO
from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator
from tests.sim.axi_faults import FAULTS, PLUSARG, write_rtl
from tests.sim.commands import verilator_found
from tests.sim.faulty_text import TextFault
from tests.sim.harness import Harness
from tools import ends
from tools.ends import TOP

MODULES = ["tests.axi.rule_tests", "tests.axi.random_tests"]

SETS = {
    "32": {"DATA_WIDTH": 32, "ADDR_WIDTH": 32, "ID_WIDTH": 1, "ITS_ID": 1},
    "64": {"DATA_WIDTH": 64, "ITS_ID": 0x81},
    "128": {
        **{"DATA_WIDTH": 128, "OUTSTANDING": 4, "ITS_ID": 0xFF},
        **{"USER_SHIFT": 3, "DEVID_BITS": 29},
    },
    "256": {"DATA_WIDTH": 256, "ADDR_WIDTH": 49, "ID_WIDTH": 5, "ITS_ID": 9, "OUTSTANDING": 37},
    "512": {"DATA_WIDTH": 512, "ID_WIDTH": 16, "ITS_ID": 0xA5C3},
}
"""The parameters of the harness that tests run with, by the width of the data bus."""

HARNESS = Harness(TOP, ends.HARNESS, BUILD / "axi", "AXI_PARAMETERS")


def build(name: str, root: Path = ROOT, sva: bool = False) -> Path:
    """Build the harness with the parameters of a set, from the files below `root`.

    With `sva` the assertions of hdl/sva are attached to both ends and the translator.
    """
    lists = (ends.PORTS, ends.ASSERTIONS) if sva else ()
    place = f"{name}{'-sva' * sva}{'-faults' * (root != ROOT)}"
    defined = [f"+define+{ATTACHED_TO}=msi_translator"]
    return HARNESS.build(place, SETS[name], root, lists, defined)


def run(
    name: str,
    place: Path,
    results: Path,
    only: str = "",
    plusargs: Sequence[str] = (),
    modules: Sequence[str] = MODULES,
) -> dict[str, str]:
    """Run tests in a simulation; return why each failed, empty for those that passed."""
    return HARNESS.run(place, SETS[name], results, modules, only, plusargs)


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    shutil.rmtree(HARNESS.places, ignore_errors=True)  # of another Verilator, perhaps
    with verilator_found():
        yield


@pytest.mark.parametrize("name", SETS)
def test_both_ends(name: str, tmp_path: Path) -> None:
    found = run(name, build(name), tmp_path)
    log = (tmp_path / "log").read_text()
    for line in re.findall(r"measured: .*", log):
        print(line)
    assert {test: said for test, said in found.items() if said} == {}
    assert len(found) > 25


def test_legal_traffic_is_legal_and_answered_so(tmp_path: Path) -> None:
    """With the assertions attached, which an illegal write of the test makes fail."""
    place = build("64", sva=True)
    legal = ["tests.axi.legal_tests"]
    assert run("64", place, tmp_path / "legal", r"\.legal_traffic$", modules=legal) == {
        "legal_traffic": ""
    }
    run("64", place, tmp_path / "illegal", "illegal_traffic", modules=legal)
    assert "strobes_in_the_beat" in (tmp_path / "illegal/log").read_text()


TRIED = [(fault, name) for fault in FAULTS for name in fault.sets]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return what builds the harness with all faults, once for each set of parameters."""
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
    ("fault", "name"), TRIED, ids=[f"{fault.name}, {name} bits" for fault, name in TRIED]
)
def test_a_fault_is_noticed(
    fault: TextFault, name: str, broken: Callable[[str], Path], tmp_path: Path
) -> None:
    plusarg = PLUSARG.format(FAULTS.index(fault) + 1)
    found = run(name, broken(name), tmp_path, f"{fault.test}$", [plusarg])
    assert found == {fault.test: "failed"}
    assert fault.says in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        *(("DATA_WIDTH", value) for value in (0, 16, 48, 96, 1024)),
        *(("ADDR_WIDTH", value) for value in (31, 65)),
        *(("ID_WIDTH", value) for value in (0, 17)),
        *(("OUTSTANDING", value) for value in (3, 257)),
        *(("ITS_ID", 256), ("USER_SHIFT", 32), ("USER_SHIFT", 1), ("DEVID_BITS", 15)),
    ],
)
def test_illegal_parameters_end_elaboration(parameter: str, value: int) -> None:
    """A USER_SHIFT of 1 is one with a DeviceID of 32 bits."""
    options = ["--lint-only", "--top-module", TOP, f"-G{parameter}={value}"]
    command = [str(find_verilator().executable), *options, "-F", str(ROOT / ends.HARNESS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    said = parameter.replace("ITS_", "")
    assert re.search(rf"USERERROR: .* msi_axi_\w+: .*\b{said}\b", done.stderr)
