# SPDX-License-Identifier: MIT
"""`make formal`: the proofs of the parts, one of them broken, and what is said of a failure."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cocotbext.msi_its.run.places import ROOT
from qualify import formal
from qualify.edits import FAULTS, Fails, Fault, break_rtl, place
from qualify.faults import SIMULATED
from qualify.formal import (
    ATTEMPTS,
    PROOFS,
    QUICK,
    Attempt,
    FormalError,
    Result,
    Runner,
    Verdict,
    check_harnesses,
    choose,
    explain,
    make_runner,
    never_broken,
    prove,
    prove_all,
    refutes,
    rules,
)
from tests.schemas import valid
from tools.choose import NothingChosen


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.setattr(formal, "FOLDER", tmp_path)
    return make_runner()


def test_the_proofs_of_the_parts(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    assert prove_all(runner, [proof for proof in PROOFS if proof.name in QUICK], 2) == 0
    output = capsys.readouterr().out
    assert f"formal: {len(QUICK)} of {len(QUICK)} proofs pass" in output
    assert "H4      H4_waits_for_three_at_most" in output
    assert len(valid(formal.FOLDER / "result.json")["proofs"]) == len(QUICK)


def test_a_property_fails_on_its_fault_from_reset_on(runner: Runner) -> None:
    attempt = next(each for each in ATTEMPTS if each.label == "H3_in_order")
    result = refutes(runner, attempt)
    assert (result.status, result.failed) == ("FAIL", ("H3_in_order",))
    assert result.trace is not None and result.trace.stat().st_size > 0


def test_a_fault_is_not_proven(runner: Runner, tmp_path: Path) -> None:
    attempt = next(each for each in ATTEMPTS if each.label == "H7_counts")
    sources = break_rtl(attempt.fault, tmp_path / "hdl").sources().files
    verdict = prove(runner, choose("counters")[0], sources)
    assert verdict.proven.status == "UNKNOWN"
    assert "does not follow by induction" in explain(verdict)
    assert "trace_induct.vcd" in explain(verdict)


def test_what_cannot_happen_is_a_failure(runner: Runner, tmp_path: Path) -> None:
    never = Fault("recent_q[i]) + 3'(increment[i]);", "recent_q[i]);", name="never counts", tag="")
    sources = break_rtl(never, tmp_path / "hdl").sources().files
    verdict = prove(runner, choose("counters")[0], sources)
    assert verdict.status == "FAIL"
    assert "cover_counts cannot be reached" in explain(verdict)


def test_a_property_that_holds_is_missed(runner: Runner) -> None:
    harmless = Fault("+ 3'(increment[i]);", "+ {2'b00, increment[i]};", name="nothing", tag="")
    assert (
        refutes(runner, Attempt(0, harmless, Fails("counters", "H7_counts"), "H7_counts")).status
        == "PASS"
    )


@pytest.fixture
def harnesses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the harnesses, for tests to change."""
    folder = tmp_path / "harnesses"
    shutil.copytree(ROOT / "formal", folder)
    monkeypatch.setattr(formal, "HARNESSES", folder)
    return folder


@pytest.mark.parametrize(("check", "status"), [("!check", "PASS"), ("check", "FAIL")])
def test_only_without_the_check_a_message_leaves_for_a_bus_outside_its_range(
    runner: Runner, harnesses: Path, check: str, status: str
) -> None:
    harness = harnesses / "prove_rules.sv"
    text = harness.read_text()
    assert text.count("cover (!check && send &&") == 1
    harness.write_text(text.replace("cover (!check && send &&", f"cover ({check} && send &&"))
    (proof,) = choose("rules")
    result = runner.run(proof, "cover", "isolation", only=["cover_not_isolated"])
    assert result.status == status
    assert result.failed == (() if status == "PASS" else ("cover_not_isolated",))


def test_a_variant_has_the_statements_that_are_elaborated_with_it() -> None:
    (checked,) = choose("engine_checked")
    plain = next(proof for proof in PROOFS if proof.name == "engine")
    assert set(checked.properties()) - set(plain.properties()) == {"R1_isolation", "R10_devid_fits"}
    assert set(plain.labels("cover")) - set(checked.labels("cover")) == {"cover_not_isolated"}
    assert checked.harness == plain.harness and checked.parameters != plain.parameters


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("H7_counts : assert", "if (i == 2) H7_counts : assert", "not looked at: H7_counts"),
        ("H7_counts : assert", "// H7_counts : assert", "not looked at: H7_counts"),
        ("cover_counts : cover", "if (i == 2) cover_counts : cover", "not looked at: cover_counts"),
    ],
)
def test_what_is_not_in_the_design_is_not_proven(
    runner: Runner, harnesses: Path, old: str, new: str, said: str
) -> None:
    harness = harnesses / "prove_counters.sv"
    text = harness.read_text()
    assert old in text
    harness.write_text(text.replace(old, new))
    verdict = prove(runner, choose("counters")[0])
    assert verdict.status == "ERROR"
    assert said in explain(verdict)


def test_what_the_rtl_assumes_is_not_taken_for_granted(runner: Runner, tmp_path: Path) -> None:
    counts = "assign count = count_q;"
    assumes = f"{counts}\n  always_comb hidden : assume (count_q != 3);"
    fault = Fault(counts, assumes)
    verdict = prove(runner, choose("counters")[0], break_rtl(fault, tmp_path).sources().files)
    assert verdict.status == "ERROR"
    assert "no harness names this assume: hidden" in explain(verdict)


def test_every_harness_is_used(harnesses: Path) -> None:
    check_harnesses()
    counter = harnesses / "prove_counters.sv"
    text = counter.read_text()
    (harnesses / "prove_more.sv").write_text("module prove_more;\nendmodule\n")
    with pytest.raises(FormalError, match=r"prove_more\.sv is not in PROOFS"):
        check_harnesses()
    (harnesses / "prove_more.sv").unlink()
    counter.write_text(text.replace(": cover (", ": assert ("))
    with pytest.raises(FormalError, match=r"prove_counters\.sv has no cover statement"):
        check_harnesses()
    counter.write_text(text.replace(": assert (", ": assume ("))
    with pytest.raises(FormalError, match=r"prove_counters\.sv has no property"):
        check_harnesses()


def test_rtl_that_is_not_verilog(runner: Runner, tmp_path: Path) -> None:
    bad = Fault("assign count = count_q;", "assign count = count_q +;", name="typing error", tag="")
    sources = break_rtl(bad, tmp_path / "hdl").sources().files
    verdict = prove(runner, choose("counters")[0], sources)
    assert verdict.status == "ERROR"
    assert "counters-prove.log" in explain(verdict)


def test_every_property_has_a_fault_and_names_a_rule() -> None:
    assert never_broken() == []
    for proof in PROOFS:
        assert proof.properties() and proof.labels("cover")
        labels = proof.labels("assert")
        assert len(set(labels)) == len(labels)
        assert all(label.startswith("inv_") for label in labels if not rules(label))
        assert set(proof.covers) <= set(proof.labels("cover"))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name or fault.old.strip())
def test_every_fault_fits_the_rtl_once(fault: Fault) -> None:
    assert place(fault).suffix == ".sv"
    assert fault.old != fault.new and (fault.name or fault.fails)
    assert bool(fault.name) == bool(fault.tag)
    for fails in fault.fails:
        assert set(fails.properties) <= set(choose(fails.proof)[0].properties())


def test_the_faults_are_in_one_table_once() -> None:
    assert len({(fault.rtl, fault.old, fault.new) for fault in FAULTS}) == len(FAULTS) == 276
    assert sum(bool(fault.name) for fault in FAULTS) == len(SIMULATED) == 71
    assert sum(len(fault.fails) for fault in FAULTS) == 267 and len(ATTEMPTS) == 314


def test_rules_of_a_label() -> None:
    assert rules("R1_R3_out_of_range_never_leaves") == ["R1", "R3"]
    assert rules("R9_R10_delivers_the_new_message") == ["R9", "R10"]
    assert rules("inv_queue") == []


def test_a_counterexample_is_named_with_its_rule_and_trace() -> None:
    failed = Result("FAIL", 1.0, ("H3_in_order",), ROOT / "build/a.vcd")
    words = explain(Verdict(PROOFS[0], failed, ()))
    assert "H3_in_order (H3) fails, from reset on" in words and "trace: build/a.vcd" in words


def test_names_that_do_not_exist() -> None:
    with pytest.raises(NothingChosen) as caught:
        choose("motor")
    assert caught.value.names[:3] == ["engine", "engine_checked", "engine_1"]
    assert len(choose(None)) == len(PROOFS)


def test_other_rtl_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["--rtl", "mine.f"], ["--top", "mine"], ["--rtl", "mine.f", "--faults"]):
        monkeypatch.setattr("sys.argv", ["formal", *words])
        assert formal.main() == 2
        output = capsys.readouterr()
        assert "make formal cannot prove" in output.err and "mine" in output.err
        assert "make mutate" in output.err and output.out == ""


def test_missing_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formal, "TOOLS", ("yowasp-sby", "z4"))
    with pytest.raises(FormalError, match=r"^z4: not found; `make setup`"):
        make_runner()
