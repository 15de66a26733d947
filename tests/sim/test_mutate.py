# SPDX-License-Identifier: MIT
"""`make mutate` from end to end, on a few mutants: some die, and what changes nothing survives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tb.simulator import BUILD, Processes
from tools import mutate, mutations
from tools.mutant_proofs import LOCAL, METHODS, REACHED, SWEPT, Prover
from tools.mutate import STAGES, Kind, Runner, run_all
from tools.mutations import Mutation

COUNT = 6


def test_mutants_die_and_survive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = BUILD / "mutate-test"
    processes = Processes()
    mutants, rtl = mutations.make(folder / "hdl", COUNT, 3, processes)
    rtl.check()
    assert len(mutants) == COUNT and all(each.place.startswith("hdl/") for each in mutants)
    mutants.append(Mutation(COUNT + 1, "none"))  # the number that changes nothing
    prover = Prover(folder / "proofs", folder / "hdl", processes)
    tried: list[tuple[int, str]] = []

    def prove(number: int, method: str) -> bool:
        tried.append((number, method))
        return False

    monkeypatch.setattr(mutate, "STAGES", STAGES[:1])
    monkeypatch.setattr(mutate, "FOLDER", tmp_path)
    verdicts = {}
    runner = Runner(rtl, 1, "tests", prove, processes, tmp_path)
    numbers = [each.number for each in mutants]
    run_all(runner, [0, *numbers], 2, lambda each: verdicts.update({each.number: each}))

    assert verdicts[0].kind is Kind.SURVIVED
    assert verdicts[COUNT + 1].kind is Kind.SURVIVED
    assert {(COUNT + 1, method) for method in METHODS} <= set(tried)
    dead = [mutants[n - 1] for n in numbers if verdicts[n].kind is not Kind.SURVIVED]
    assert len(dead) >= COUNT // 2
    assert all(verdicts[each.number].test for each in dead)
    for method in (LOCAL, REACHED, SWEPT):
        assert prover.prove(mutants[-1], method) == method
        assert prover.prove(dead[0], method) not in METHODS
