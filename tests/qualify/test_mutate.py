# SPDX-License-Identifier: MIT
"""`make mutate`: lists of mutants, results that are kept, the score, and the circuits of proofs."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.run.launcher import Interrupted
from cocotbext.msi_its.run.places import BUILD
from cocotbext.msi_its.vocabulary.results import Mismatch, TestResult
from qualify import mutate, mutations
from qualify.mutant_netlist import choose, meaning, open_up
from qualify.mutant_proofs import LOCAL, NOT_DECIDED, OBSERVED, is_never, miter
from qualify.mutate import (
    Kept,
    Kind,
    Verdict,
    classify,
    closing_line,
    judge,
    resume,
    score,
    stale,
    summary,
)
from qualify.mutations import Mutation, MutationError, parse, wrapper
from qualify.waivers import RUN, Waiver
from tests.schemas import valid

LIST = """\
mutate -ctrl mutsel 2 1 -mode const1 -module m -cell $14 -port B -portbit 0 -src hdl/a.sv:21.14
mutate -mode cnot0 -module m -cell \\u.x$3 -port A -portbit 5 -ctrlbit 7 -wire u.range_q \
-wirebit 2 -src hdl/a.sv:3.1 -src hdl/b.sv:53.24-53.85
"""
TESTS, OTHER_TESTS = "tests", "other tests"


def kept() -> Kept:
    """Four mutants: one killed, one proven, one open, one not tried with these tests."""
    found = Kept(
        4, 1, "netlist", mutations=[replace(parse(LIST)[1], number=n) for n in (1, 2, 3, 4)]
    )
    found.verdicts = {
        1: Verdict(1, Kind.TIMEOUT, TESTS, "batch", "random_tests.mixed", "hangs", 1.5),
        2: Verdict(2, Kind.SURVIVED, TESTS),
        3: Verdict(3, Kind.SURVIVED, TESTS),
        4: Verdict(4, Kind.MISMATCH, OTHER_TESTS, "batch"),
    }
    found.proofs = {2: {LOCAL: "told apart", OBSERVED: OBSERVED}, 3: {LOCAL: NOT_DECIDED}}
    return found


def test_the_list_of_mutants() -> None:
    one, two = parse(LIST)
    assert (one.number, one.mode, one.cell, one.port, one.bit) == (1, "const1", "$14", "B", 0)
    assert one.place == "hdl/a.sv:21" and one.control is None
    assert two == Mutation(
        *(2, "cnot0", "m", "\\u.x$3", "A", 5, 7, "u.range_q[2]"),
        ("hdl/a.sv:3.1", "hdl/b.sv:53.24-53.85"),
    )
    assert two.place == "hdl/b.sv:53"
    assert str(two) == "cnot0, bit 7 at \\u.x$3.A[5] (u.range_q[2])"
    assert two.command("-ctrl mutsel 2 2") == (
        "mutate -ctrl mutsel 2 2 -mode cnot0 -module m -cell \\u.x$3 -port A -portbit 5 -ctrlbit 7"
    )
    assert Mutation(7, "none").place == "(no source line)"


def test_the_wrapper_has_the_ports_and_checks_the_parameters() -> None:
    text = wrapper({"RANGES": 17, "ROUTES": 67}, 10)
    assert "output logic [31:0] m_msi_devid" in text and "logic [9:0] mutsel;" in text
    assert 'if (ROUTES != 67) $error("ROUTES must be 67");' in text


def test_the_score_leaves_out_what_is_proven_equivalent() -> None:
    found = score(kept(), TESTS)
    assert (found.mutants, found.tried, found.killed) == (4, 3, 1)
    assert (found.equivalent, found.open) == (1, 1)
    assert found.share == 0.5
    assert found.by_kind == {"mismatch": 0, "time-out": 1, "crash": 0}
    assert closing_line(kept(), TESTS) == (
        "mutate: 1 of 2 mutants killed (50.0 %), 1 proven equivalent, 0 waived, 1 open, 1 not tried"
    )


def test_survivors_are_listed_with_place_proof_and_command() -> None:
    text = summary(kept(), TESTS)
    assert "    2  hdl/b.sv:53  cnot0, bit 7 at" in text
    assert "equivalent from reset on, by induction" in text
    assert "make mutate N=4 SEED=1 ONLY=3" in text and "ONLY=2" not in text
    assert "of these, time-out: 1" in text


def waive(number: int, found: Kept, monkeypatch: pytest.MonkeyPatch) -> Waiver:
    """Give one mutant its own line and a waiver, the only one there is."""
    found.mutations[number - 1] = mutation = replace(found.mutations[number - 1], bit=77)
    waiver = Waiver(mutation.place, str(mutation), "nobody sees it")
    monkeypatch.setattr(mutate, "WAIVERS", (waiver,))
    return waiver


def test_a_waived_mutant_is_neither_open_nor_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    found = kept()
    waive(3, found, monkeypatch)
    assert closing_line(found, TESTS) == (
        "mutate: 1 of 1 mutants killed (100.0 %), 1 proven equivalent, 1 waived, 0 open, "
        "1 not tried"
    )
    text = summary(found, TESTS)
    assert "waived: 1\n      3  hdl/b.sv:53" in text and "waived: nobody sees it" in text
    assert "open:" not in text and "stale" not in text
    found.rtl = Rtl("mine.f", "mine")
    assert score(found, TESTS).waived == 0 and score(found, TESTS).open == 1


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, ["random_tests.mixed kills it"]), (2, ["it is proven equivalent"]), (3, []), (4, [])],
)
def test_a_waiver_that_is_not_needed_is_said(
    number: int, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = kept()
    waiver = waive(number, found, monkeypatch)
    assert stale(found, TESTS) == [f"stale waiver: {waiver}: {why}" for why in said]


def test_a_waiver_without_a_mutant_is_said_of_the_full_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = kept()
    waiver = Waiver("hdl/a.sv:1", "gone", "why")
    monkeypatch.setattr(mutate, "WAIVERS", (waiver,))
    assert stale(found, TESTS) == []
    found.count, found.seed = RUN
    assert stale(found, TESTS) == [f"stale waiver: {waiver}: there is no such mutant"]


def test_results_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    kept().write(path, TESTS)
    assert valid(path)["count"] == 4
    expected = kept()
    del expected.verdicts[4]
    assert Kept.read(path) == expected
    path.write_text(path.read_text()[:-20])
    assert Kept.read(path) is None
    assert Kept.read(tmp_path / "none") is None


def test_what_a_rerun_goes_on_with() -> None:
    made = replace(kept(), verdicts={}, proofs={})
    assert resume(None, made, TESTS) == (made, "")
    assert resume(kept(), made, TESTS) == (kept(), "3 of 4 were tried before")
    found, words = resume(kept(), made, "new tests")
    assert found.current("new tests") == {} and found.proofs == kept().proofs
    assert words == "the testbench has changed: starting over; proofs are kept"
    for other in (replace(made, netlist="new"), replace(made, mutations=made.mutations[::-1])):
        assert resume(kept(), other, TESTS) == (other, "the RTL has changed: starting over")
    proven_anew = replace(made, prover="new")
    found, words = resume(kept(), proven_anew, TESTS)
    assert words == "the proofs have changed: 1 of 4 were tried before"
    assert set(found.current(TESTS)) == {1} and found.proofs == {} and found.prover == "new"
    other = replace(made, count=5)
    assert resume(kept(), other, TESTS) == (other, "other mutants than last time (N=4 SEED=1)")


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        ("3 mismatches; first: mismatch 1 (model)", Kind.MISMATCH),
        ("the design hangs: no operation and no message in 4000 clock cycles", Kind.TIMEOUT),
        ("the simulation hangs: no clock cycle in 30 seconds, so it was ended", Kind.TIMEOUT),
        ("the simulation ended early (exit status 1); the end of x.log:", Kind.CRASH),
    ],
)
def test_kinds_of_death(failure: str, kind: Kind) -> None:
    assert classify(TestResult("x.y", False, 0.1, failure)) is kind


def test_what_was_reported_came_before_it_hung() -> None:
    said = Mismatch("model", 7, None, "mismatch 1 (model) at operation 7\n  expected: ...")
    result = TestResult("x.y", False, 0.1, "the design hangs", reports=(said,))
    verdict = judge(1, "batch", [result], TESTS)
    assert verdict is not None and verdict.kind is Kind.MISMATCH
    assert verdict.why == "mismatch 1 (model) at operation 7"


def test_a_stage_that_passes_says_nothing() -> None:
    passed, failed = TestResult("a.b", True, 0.1), TestResult("a.c", False, 0.1, "\n  no\nmore")
    assert judge(3, "batch", [passed], TESTS) is None
    assert judge(3, "batch", [passed, failed], TESTS) == Verdict(
        3, Kind.MISMATCH, TESTS, "batch", "a.c", "no"
    )


# ---- proofs -------------------------------------------------------------------------------------

NETLIST = """\
attribute \\top 1
module \\m
  wire input 1 \\clk
  wire input 2 \\rst_n
  wire width 4 input 3 \\a
  wire width 4 output 4 \\m_msi_data
  wire output 5 \\m_msi_valid
  wire width 2 input 6 \\mutsel
  memory width 4 size 8 \\entries
  attribute \\src "hdl/a.sv:1.1"
  cell $dff $1
    parameter \\CLK_POLARITY 1
    parameter \\WIDTH 4
    connect \\CLK \\clk
    connect \\D \\a
    connect \\Q \\m_msi_data
  end
  cell $memrd_v2 $2
    parameter \\MEMID "\\\\entries"
    parameter \\ABITS 3
    parameter \\WIDTH 4
    connect \\ADDR \\a [2:0]
    connect \\DATA \\read
    connect \\EN 1'1
  end
  cell $not $3
    connect \\A \\read
    connect \\Y \\m_msi_valid
  end
end
"""


def test_state_is_taken_out_of_a_netlist() -> None:
    opened = open_up(NETLIST, registers=True)
    assert opened.reads == [("entries", "state2_ADDR", "state2_DATA")]
    assert opened.memories == {"entries": (4, 8)}
    assert opened.inputs["state1_Q"] == 4 and opened.outputs["state1_D"] == 4
    assert "connect \\m_msi_data \\state1_Q" in opened.text
    assert "connect \\state2_ADDR \\a [2:0]" in opened.text
    assert "$dff" not in opened.text and "$memrd" not in opened.text and "$not" in opened.text


def test_registers_start_from_anything() -> None:
    opened = open_up(NETLIST, registers=False)
    assert opened.inputs["start1"] == 4 and opened.inputs["started"] == 1
    assert "    connect \\Q \\held1\n" in opened.text
    assert "    connect \\S \\started\n    connect \\Y \\m_msi_data\n" in opened.text
    text = miter(opened)
    assert "(started && (gold_m_msi_valid) && gold_m_msi_data != gate_m_msi_data)" in text
    assert "gold_state2_ADDR == gate_state2_ADDR ? state2_DATA : other_state2_DATA" in text


def test_there_is_one_set_of_registers_but_for_the_mutants_own() -> None:
    opened = open_up(NETLIST, registers=True)
    assert list(opened.registers.values()) == ["state1_Q"]
    shared, own = miter(opened), miter(opened, ["state1_Q"])
    for text in (shared, own):
        assert "gold_held_state1_Q <= gold_state1_D" in text
        assert "started ? gold_held_state1_Q : state1_Q" in text
    assert "gold_state1_D != gate_state1_D" in shared and "gate_held" not in shared
    assert "gate_held_state1_Q <= gate_state1_D" in own
    assert "gold_state1_D != gate_state1_D" not in own
    assert ".state1_Q(gold_state1_Q)" in shared.partition("  gate ")[2]
    assert ".state1_Q(gate_state1_Q)" in own.partition("  gate ")[2]


def test_a_mutant_is_chosen() -> None:
    text = choose(open_up(NETLIST, registers=True), 2, "gate")
    assert "module \\gate\n" in text and "  connect \\mutsel 2'10\n" in text
    assert "input 6" not in text


@pytest.mark.parametrize(
    ("port", "when"),
    [
        ("m_msi_valid", "1'b1"),
        ("m_msi_devid", "m_msi_valid"),
        ("s_msi_ready", "s_msi_valid"),
        ("s_axil_awready", "s_axil_awvalid"),
        ("s_axil_rdata", "s_axil_rvalid"),
        ("s_axil_bresp", "s_axil_bvalid"),
        ("retire_valid", "1'b1"),
        ("retire_answer", "retire_valid"),
        ("retire_message_data", "retire_valid"),
        ("retire_rid_offset", "retire_valid && (retire_operation == 5)"),
        ("retire_devid_base", "retire_valid && (retire_operation == 2 || retire_operation == 4)"),
        ("alert", "1'b1"),
    ],
)
def test_when_an_output_means_something(port: str, when: str) -> None:
    assert meaning(port) == when


def test_a_circuit_that_never_says_yes() -> None:
    assert is_never(b"aig 10 10 0 1 0\n0\nc\n")
    assert is_never(b"aig 3 1 1 1 1\n6\n0\n\x02\x02")
    assert not is_never(b"aig 3 1 1 1 1\n6\n6\n\x02\x02")
    assert not is_never(b"aig 3 1 1 2 1\n6\n0\n0\n\x02\x02")


# ---- the command --------------------------------------------------------------------------------


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command."""
    monkeypatch.setattr(sys, "argv", ["mutate", *arguments])
    try:
        return mutate.main()
    except SystemExit as error:
        return int(str(error.code))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--n", "0"), "N: 0 is not enough"),
        (("--n", "many"), "N: 'many' is not a whole number"),
        (("--jobs", "0"), "JOBS: 0 is not enough"),
        (("--seed", "-1"), "SEED: "),
        (("--n", "5", "--only", "6"), "ONLY=6: there are 5 mutants; N= makes more"),
        (("--only", "1,x"), "ONLY: 'x' is not a whole number"),
    ],
)
def test_bad_arguments(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    words: str,
) -> None:
    assert run(monkeypatch, *arguments) == 2
    assert words in capsys.readouterr().err


def test_a_full_disk_is_not_a_dead_mutant(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    assert run(monkeypatch, "--n", "5") == 2
    assert "No space left on device" in capsys.readouterr().err


@pytest.mark.parametrize("interrupted", [False, True])
def test_nothing_is_kept_of_tests_that_changed_meanwhile(
    interrupted: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = BUILD / "mutate-kept-test"
    shutil.rmtree(folder, ignore_errors=True)
    state = SimpleNamespace(tests="before", change=False)
    mutants = kept().mutations
    monkeypatch.setattr(mutate, "FOLDER", folder)
    monkeypatch.setattr(mutate, "tests_fingerprint", lambda: state.tests)
    monkeypatch.setattr(mutate, "Prover", lambda *_: None)
    monkeypatch.setattr(mutate, "check_baseline", lambda _: None)
    monkeypatch.setattr(mutations, "fingerprint", lambda _: "netlist")
    monkeypatch.setattr(
        mutations, "make", lambda *_: (mutants, SimpleNamespace(check=lambda _: None))
    )

    def run_all(runner: mutate.Runner, numbers: list[int], _: int, done: object) -> None:
        for number in numbers[:2]:
            done(Verdict(number, Kind.MISMATCH, "before"))  # type: ignore[operator]
        if state.change:
            state.tests = "after"
        if interrupted:
            raise Interrupted(2)

    def found() -> list[int]:
        read = Kept.read(folder / "result.json")
        assert read is not None
        return sorted(read.verdicts)

    monkeypatch.setattr(mutate, "run_all", run_all)
    mutate.mutate(OWN, 4, 1, 1, [])
    assert found() == [1, 2]
    state.change = True
    with pytest.raises(MutationError, match="the testbench was changed meanwhile"):
        mutate.mutate(OWN, 4, 1, 1, [])
    assert found() == [1, 2]


def test_a_stage_without_tests_shows_nothing() -> None:
    runner = SimpleNamespace(stages=lambda *_: [(mutate.STAGES[0], [])])
    with pytest.raises(MutationError, match=r"no test ran \(batch\)"):
        mutate.check_baseline(runner)  # type: ignore[arg-type]
