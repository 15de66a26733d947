# SPDX-License-Identifier: MIT
"""Each output of the translator stuck, frozen or without reset: both paths must notice.

What nobody can notice is listed here with its reason, and in docs/specification.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cocotbext.msi_its.run.build import Flavour
from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD
from cocotbext.msi_its.run.sets import DEFAULT
from cocotbext.msi_its.run.simulation import simulate
from tests.sim.faulty_outputs import ASSERTION_FAILS, HOWS, outputs, write_rtl

PATHS = {Flavour.PLAIN: "tests.sim.output_tests", Flavour.BATCH: "tests.sim.output_batch_tests"}

UNNOTICED = {
    # Every access is answered with OKAY, which is 0: what is stuck there is what it should be.
    *(f"s_axil_{response}_{how}" for response in ("bresp", "rresp") for how in ("low", "frozen")),
    # Payload before the first valid means nothing, responses among it: they have no reset, and one
    # that does not happen to start as OKAY takes its first value with its first valid.
    *(
        f"{name}_unset"
        for name in outputs()
        if not name.endswith(("valid", "ready")) and name != "alert"
    ),
}
"""The faults that may stay unnoticed."""

ONLY_AT_THE_PINS = {"s_axil_awready_unset", "s_axil_arready_high", "s_axil_arready_frozen"}
"""On the batched path software reads one register at a time, and writes none right after reset."""


@pytest.fixture
def rtl() -> Rtl:
    """Return the design, in one place, so that it is built once for each path."""
    folder = BUILD / "outputs"
    folder.mkdir(parents=True, exist_ok=True)
    return write_rtl(folder)


@pytest.mark.parametrize("flavour", PATHS, ids=["pins", "batch"])
def test_what_notices_a_faulty_output(tmp_path: Path, rtl: Rtl, flavour: Flavour) -> None:
    run = Run(DEFAULT, 32, 5, str(tmp_path / "results"), (), rtl)
    results = simulate(run, [PATHS[flavour]], flavour=flavour)
    passed = {each.name.partition(".")[2]: each.passed for each in results}
    faults = {f"{name}_{how}" for name in outputs() for how in HOWS}
    assert set(passed) == faults | {"sound"}
    assert passed.pop("sound")
    unnoticed = {name for name, passes in passed.items() if passes}
    allowed = UNNOTICED | (ONLY_AT_THE_PINS if flavour is Flavour.BATCH else set())
    assert unnoticed <= allowed
    slow = [each.name for each in results if "did not end" in each.failure or each.seconds > 5]
    assert not slow


@pytest.mark.parametrize("flavour", PATHS, ids=["pins", "batch"])
def test_assertions_count_from_the_first_reset_on(
    tmp_path: Path, rtl: Rtl, flavour: Flavour
) -> None:
    """The design has a `unique case` that no random state fits: see the sound test above."""
    plusargs = (ASSERTION_FAILS,)
    run = Run(DEFAULT, 32, 5, str(tmp_path / "results"), (), rtl, False, plusargs)
    module = PATHS[flavour]
    results = simulate(run, [module], flavour=flavour, only=f"{module.split('.')[-1]}.sound")
    assert not results[-1].passed
    assert "a_false: on purpose" in (tmp_path / "results/simulation.log").read_text()
