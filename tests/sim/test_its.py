# SPDX-License-Identifier: MIT
"""From requester ID to LPI: recorded traffic through the RTL into the ITS model, on both paths."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cocotbext.msi_its.checks.far_end import COUNTED
from cocotbext.msi_its.run.build import Flavour
from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.run.discovery import modules
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.sets import DEFAULT, RECORDINGS, trace_file
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.vocabulary.results import TestResult
from qualify.edits import Fault, break_rtl
from tests.tb.checks.test_far_end import MIXED, written

RECORDED = "tests/its/basic-mixed.jsonl.gz"

both = pytest.mark.parametrize(
    ("kind", "flavour"), [("rtl", Flavour.PLAIN), ("batch", Flavour.BATCH)], ids=["pin", "batch"]
)


def replay(
    folder: Path, trace: str | Path, kind: str, flavour: Flavour, rtl: Rtl = OWN
) -> TestResult:
    """Replay a trace on the RTL."""
    run = Run(DEFAULT, 32, 7, str(folder / "results"), (trace_file(Path(trace))[0],), rtl)
    (result,) = simulate(run, modules("traces", kind), flavour=flavour)
    return result


@both
def test_each_recorded_message_becomes_the_recorded_lpi(
    tmp_path: Path, kind: str, flavour: Flavour
) -> None:
    assert RECORDED in RECORDINGS  # so make sim has it, at pin level
    result = replay(tmp_path, ROOT / RECORDED, kind, flavour)
    assert result.passed and result.mismatches == 0, result.failure
    assert (result.operations, result.messages, result.dropped) == (3791, 3776, 0)
    counts = {name: result.measured[what] for name, what in COUNTED.items()}
    assert counts["translations"] == counts["compared"] == "3,776"
    assert counts["commands"] == counts["results"] == "496"
    assert counts["did not arrive"] == counts["not translated"] == counts["gaps"] == "0"


@both
def test_a_drop_says_which_interrupt_was_kept_from_arriving(
    tmp_path: Path, kind: str, flavour: Flavour
) -> None:
    result = replay(tmp_path, written(tmp_path, *MIXED), kind, flavour)
    assert result.passed, result.failure
    assert [drop.line for drop in result.drops] == [9, 12]
    assert result.drops[1].text.endswith(": LPI 8300 (device 06:00.0, event 1) kept from arriving")


LOSES_A_BIT = Fault(
    "'{devid: devid,",
    "'{devid: devid - (devid[15:8] == 5 ? 32'h100 : 0),",
    name="a device on bus 5 is taken for one on bus 4",
    tag="R10",
)


@both
def test_a_wrong_deviceid_is_said_as_the_interrupt_that_it_becomes(
    tmp_path: Path, kind: str, flavour: Flavour
) -> None:
    rtl = break_rtl(LOSES_A_BIT, BUILD / "broken/hdl")
    result = replay(tmp_path, ROOT / RECORDED, kind, flavour, rtl)
    assert not result.passed and len(result.reports) == 20
    first = result.reports[0]
    assert (first.kind, first.operation, first.line) == ("model", 83, 317)
    said = r"\n  interrupt: LPI 8220 \(device 05:00.0, event 2\) would have become LPI 8212 \(d"
    assert re.search(said, first.text), first.text
    second = result.reports[1]
    said = r"\n  interrupt: LPI 8250 \(device 05:00.1, event 2\) would have become no interrupt \("
    assert re.search(said, second.text), second.text
