# SPDX-License-Identifier: MIT
"""`make mutate` from end to end, on a few mutants: some die, and what changes nothing survives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cocotbext.msi_its.run.launcher import Launcher
from cocotbext.msi_its.run.places import BUILD, ROOT
from qualify import mutate, mutations
from qualify.mutant_proofs import FIRST_SELECTED, LOCAL, METHODS, REACHED, Prover
from qualify.mutate import STAGES, Kind, Runner, run_all
from qualify.mutations import Mutation

COUNT = 6


def test_mutants_die_and_survive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = BUILD / "mutate-test"
    launcher = Launcher()
    beside = set(ROOT.iterdir())
    mutants, rtl = mutations.make(folder / "hdl", COUNT, 3, launcher)
    rtl.check()
    assert len(mutants) == COUNT and all(each.place.startswith("hdl/") for each in mutants)
    mutants.append(Mutation(COUNT + 1, "none"))  # the number that changes nothing
    prover = Prover(folder / "proofs", folder / "hdl", launcher)
    tried: list[tuple[int, str]] = []

    def prove(number: int, method: str) -> bool:
        tried.append((number, method))
        return False

    monkeypatch.setattr(mutate, "STAGES", STAGES[:1])
    monkeypatch.setattr(mutate, "FOLDER", tmp_path)
    verdicts = {}
    runner = Runner(rtl, 1, "tests", prove, launcher, tmp_path)
    numbers = [each.number for each in mutants]
    run_all(runner, [0, *numbers], 2, lambda each: verdicts.update({each.number: each}))

    assert verdicts[0].kind is Kind.SURVIVED
    assert verdicts[COUNT + 1].kind is Kind.SURVIVED
    assert {(COUNT + 1, method) for method in METHODS} <= set(tried)
    dead = [mutants[n - 1] for n in numbers if verdicts[n].kind is not Kind.SURVIVED]
    assert len(dead) >= COUNT // 2
    assert all(verdicts[each.number].test for each in dead)
    for method in (LOCAL, REACHED):
        assert prover.prove(mutants[-1], method) == method
        assert prover.prove(dead[0], method) not in METHODS
    assert set(ROOT.iterdir()) <= beside | {ROOT / "build"}, "nothing is left in the user's folder"


def test_where_two_inputs_are_selected_the_first_is_taken() -> None:
    folder = BUILD / "mutate-test/multiplexer"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "first_selected.v").write_text(FIRST_SELECTED)
    (folder / "both.il").write_text(
        """\
module \\both
  wire width 2 input 1 \\s
  wire width 4 output 2 \\y
  cell $pmux $1
    parameter \\WIDTH 4
    parameter \\S_WIDTH 2
    connect \\A 4'1000
    connect \\B 8'00100001
    connect \\S \\s
    connect \\Y \\y
  end
end
"""
    )
    base = folder.relative_to(ROOT)
    script = [f"read_rtlil {base}/both.il", f"techmap -autoproc -map {base}/first_selected.v"]
    script += [f"eval -set s {number} -show y both" for number in range(4)]
    said = mutations.run_yosys(script, folder, "both", Launcher())
    assert re.findall(r"Eval result: \\y = 4'(\d+)", said) == ["1000", "0001", "0010", "0001"]
