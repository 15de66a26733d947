# SPDX-License-Identifier: MIT
"""The assertions of hdl/sva: each fails on a fault, by name, and none without."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from cocotbext.msi_its.run.build import Flavour
from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.run.launcher import Launcher
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.sets import DEFAULT
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.vocabulary.csr import Answer, OperationCode, Register
from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.results import TestResult
from qualify.edits import Fault, break_rtl
from tests.sim.sva_faults import FAULTS, PLUSARG, STREAMS, write_rtl

SVA = ROOT / "hdl/sva"

NEVER_FAIL = {"H2_valid_known", "H2_payload_known"}
"""Verilator knows no unknown values."""

SAID = r"a failing assertion \(or \$error\) at (\S+):\d+ ended the simulation at [\d,.]+ ns, in "


def labels(file: Path) -> Counter[str]:
    """Return the names of the assertions in a file."""
    return Counter(re.findall(r"(\w+) :\s+assert \(", file.read_text()))


def test_each_assertion_has_a_fault() -> None:
    tried = Counter(fault.name for fault in FAULTS)
    assert max(tried.values()) == 1
    for file in sorted(SVA.glob("*.sv")):
        names = labels(file)
        assert NEVER_FAIL - set(names) == (set() if "stream" in file.name else NEVER_FAIL)
        assert set(names) - NEVER_FAIL <= {fault.label for fault in FAULTS}, file
    for scope in (f"u_{name}" for name in STREAMS):
        assert {f"{scope}.H2_valid_stays", f"{scope}.H2_payload_stable"} <= set(tried)
    of_modules = {"u_msi_translator_sva": "msi_translator_sva", "u_msi_engine_sva": "msi_engine_sva"}
    for scope, module in of_modules.items():
        assert {f"{scope}.{name}" for name in labels(SVA / f"{module}.sv")} <= set(tried)


def test_each_assertion_fails_by_name(tmp_path: Path) -> None:
    folder = BUILD / "sva"
    folder.mkdir(parents=True, exist_ok=True)
    rtl = write_rtl(folder)

    def play(number: int) -> TestResult:
        plusargs = (PLUSARG.format(number),)
        run = Run(DEFAULT, 32, 5, str(tmp_path / str(number)), (), rtl, False, plusargs)
        return simulate(run, ["tests.sim.sva_tests"])[0]

    sound = play(-1)
    assert sound.passed and sound.operations > 1000, sound.failure
    wrong = []

    def check(number: int, result: TestResult) -> None:
        name = FAULTS[number].name
        # It may stand in a generate block.
        scope, _, label = name.rpartition(".")
        if not re.match(rf"{SAID}\S*\.{scope}\.(?:gen_assert\.)?{label}: {label}: ", result.failure):
            wrong.append(f"{name}: {result.failure or 'nothing'}")

    Launcher().each(play, range(len(FAULTS)), check, jobs=2, in_order=True)
    assert not wrong, "\n".join(wrong)


def broken(fault: Fault) -> Rtl:
    """Return the project's RTL with a fault, and with all assertions."""
    rtl = break_rtl(fault, BUILD / "broken/sva")
    with open(rtl.file_list, "a") as file:
        file.write(f"-F {SVA / 'sva.f'}\n")
    return Rtl(rtl.file_list, rtl.top, sva=True)


@pytest.mark.parametrize(
    ("old", "new", "scope", "label"),
    [
        (
            "if (out_ready || !out_valid_q) begin",
            "if (out_ready || !out_valid_q || skid_valid_q) begin",
            "msi_translator.u_msi_translator_sva.u_m_msi.gen_assert",
            "H2_payload_stable",
        ),
        (
            "if (settling_q[COMMAND_SETTLE-1]) command_valid_q",
            "if (settling_q[0]) command_valid_q",
            "msi_translator.u_engine.u_msi_engine_sva",
            "H6_command_has_settled",
        ),
        (
            "request.data    = s_msi_data;",
            "request.data    = command.data;",
            "msi_translator.u_msi_translator_sva.u_records_of_s_msi",
            "H3_in_order",
        ),
    ],
    ids=["skid buffer", "registers", "translator"],
)
@pytest.mark.parametrize("flavour", [Flavour.PLAIN, Flavour.BATCH], ids=["pins", "batch"])
def test_a_fault_of_the_rtl_ends_the_run_by_name(
    tmp_path: Path, old: str, new: str, scope: str, label: str, flavour: Flavour
) -> None:
    rtl = broken(Fault(old, new))
    run = Run(DEFAULT, 32, 1, str(tmp_path / "results"), (), rtl)
    module = "tests.batch.random_tests" if flavour is Flavour.BATCH else "tests.rtl.random_tests"
    results = simulate(run, [module], flavour=flavour)
    failed = [each for each in results if each.failed]
    assert len(failed) == 1, failed
    match = re.match(rf"{SAID}{re.escape(scope)}\.{label}: {label}: ", failed[0].failure)
    assert match, failed[0].failure
    assert match[1].startswith("hdl/sva/")
