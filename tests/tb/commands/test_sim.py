# SPDX-License-Identifier: MIT
"""What SET= and TEST= choose, what `make sim` plans for it, and what the command line refuses."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
from pathlib import Path

import pytest
from junitparser import JUnitXml, Skipped

from cocotbext.msi_its.commands import main as command_line
from cocotbext.msi_its.commands import sim
from cocotbext.msi_its.commands.sim import plan
from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.run.results import Simulation
from cocotbext.msi_its.run.sets import (
    EVERYTHING,
    SETS,
    SIM_SETS,
    TODAY,
    TRACES_SETS,
    ChoiceError,
    Only,
    names_in,
    only,
    recordings,
    trace_file,
)
from cocotbext.msi_its.vocabulary.operations import Configuration
from cocotbext.msi_its.vocabulary.results import Mismatch, TestResult
from cocotbext.msi_its.vocabulary.settings import TraceFile
from msi_its_model import DEFAULT_PROFILE, PROFILES, Profile
from tests.schemas import valid

R2 = "rule_tests.r2_own_rid_with_an_inverted_range"
BASIC = "trace_tests.replay_basic-routes_stalled"
TODAYS = "trace_tests.replay_today-extended"


@pytest.mark.parametrize(
    ("set_", "test", "chosen"),
    [
        ("", "", EVERYTHING),
        ("odd", "", Only("odd")),
        ("largest", "", Only("largest")),
        ("traces", "", Only("traces")),
        ("", R2, Only("default", R2)),
        ("odd", "random_tests.anything_goes", Only("odd", "random_tests.anything_goes")),
        ("", BASIC, Only("traces", BASIC)),
        ("traces", BASIC, Only("traces", BASIC)),
        ("today", "", Only("today")),
        ("traces-today", "", Only("traces-today")),
        ("", TODAYS, Only("traces-today", TODAYS)),
    ],
)
def test_choices(set_: str, test: str, chosen: Only) -> None:
    assert only(set_, test) == chosen
    simulations = plan(7, OWN, chosen)
    assert all(each.run.seed == 7 for each in simulations)
    if chosen == EVERYTHING:
        first, second = simulations[-2:]
        assert [each.run.tables for each in simulations[:-2]] == [SETS[n].tables for n in SIM_SETS]
        assert first.run.traces == recordings() != ()
        assert second.run.traces == recordings(name="traces-today") != ()
        assert not {each.name for each in first.run.traces} & {t.name for t in second.run.traces}
        profiles = [each.run.configuration.profile for each in simulations]
        assert profiles.count(TODAY) == 2 and simulations[3].name == "today"
        return
    (simulation,) = simulations
    if chosen.set in TRACES_SETS:
        followed = TRACES_SETS[chosen.set] or DEFAULT_PROFILE
        assert simulation.run.configuration == Configuration(followed)
        assert [each.test for each in simulation.run.traces] == (
            [test] if test else [each.test for each in recordings(name=chosen.set)]
        )
    else:
        assert simulation.run.configuration == SETS[chosen.set].configuration()
        assert simulation.run.tables == SETS[chosen.set].tables
        assert simulation.run.counter_width == SETS[chosen.set].counter_width
        if test:
            assert simulation.modules == (f"tests.rtl.{test.partition('.')[0]}",)


@pytest.mark.parametrize(
    ("set_", "test", "words"),
    [
        ("small", "", "SET=small: there is no such set; there are default, smallest, odd, largest"),
        ("", "rule_tests.r2", "r2_own_rid_with_an_inverted_range"),
        ("", "rule_tests", "TEST=rule_tests: there is no such test; there are: rule_tests.r1_"),
        ("", "nothing.here", "hardware_tests, programming_tests, random_tests"),
        ("", "scenario.play", "_tests, as module.test"),
        ("", "../tb/x.y", "there is no such test"),
        ("", "trace_tests.replay_none", "SET=traces has trace_tests.replay_basic, "),
        ("odd", BASIC, "SET=traces has trace_tests.replay_basic, "),
        ("traces", TODAYS, "SET=traces-today has trace_tests.replay_today-shared, "),
        ("smallest", R2, f"SET=smallest: {R2} does not belong to it, but to default"),
        ("", "bench_tests.rate", "it belongs to no parameter set; make bench runs it"),
        ("traces", R2, "SET=traces has trace_tests.replay_basic, "),
    ],
)
def test_what_there_is_not(set_: str, test: str, words: str) -> None:
    with pytest.raises(ChoiceError) as caught:
        only(set_, test)
    assert words in str(caught.value)


def test_the_names_of_tests_are_found_without_a_simulator() -> None:
    names = names_in("random_tests")
    assert "anything_goes" in names and "without_set_up" in names
    assert not {"commands", "traffic", "set_up", "start"} & set(names), "helpers"
    for path in (ROOT / "tests/rtl").glob("*_tests.py"):
        if path.stem != "trace_tests":  # those are made from the recordings
            assert len(names_in(path.stem)) == path.read_text().count("\n@translator_test(")


def run_fake(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    which: Only,
    *results: TestResult,
    profile: Profile = DEFAULT_PROFILE,
) -> int:
    """Run the regression with the same results from each simulation."""

    def simulates(simulations: list[Simulation], show: object, **_: object) -> None:
        assert callable(show)
        for each in simulations:
            show(each, list(results))

    monkeypatch.setattr(sim, "simulate_all", simulates)
    monkeypatch.setattr(sim, "RESULTS", folder / "sim")
    return sim._sim(9, False, Rtl("my rtl/list.f", "mine", sva=True), which, None, profile)


def test_a_failure_says_how_to_reproduce_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    failed = TestResult(R2, False, 0.0, "no")
    later = TestResult("rule_tests.r3", False, 0.0, "did not run", ran=False)
    assert run_fake(monkeypatch, tmp_path, only("odd", ""), failed, later) == 1
    output = capsys.readouterr().out
    line = f"make sim SET=odd TEST={R2} SEED=9 'RTL=my rtl/list.f' TOP=mine"
    assert f"\nFAILED {R2}, SET=odd\nno\nreproduce: {line}\n" in output
    assert "seed 9; RTL mine (my rtl/list.f)\n" in output
    assert output.endswith(", 1 tests FAILED, 1 tests did not run\n")
    result = valid(tmp_path / "sim/result.json")
    assert (result["rtl"]["top"], result["rtl"]["file_list"]) == ("mine", "my rtl/list.f")
    first, second = JUnitXml.fromfile(str(tmp_path / "sim/junit.xml")).__iter__().__next__()
    assert first.result[0].text == f"no\n\nreproduce: {line}"
    assert isinstance(second.result[0], Skipped)


def test_every_result_names_the_profile(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    today = PROFILES["08ec11066"]
    for profile, word in ((today, " PROFILE=08ec11066"), (DEFAULT_PROFILE, "")):
        failed = TestResult(R2, False, 0.0, "no")
        run_fake(monkeypatch, tmp_path, only("odd", ""), failed, profile=profile)
        output = capsys.readouterr().out
        assert f"make sim SET=odd TEST={R2} SEED=9{word} 'RTL=my rtl/list.f'" in output
        assert f", profile {profile.name}, 1 tests FAILED\n" in output
        assert valid(tmp_path / "sim/result.json")["profile"] == profile.name
        (suite,) = JUnitXml.fromfile(str(tmp_path / "sim/junit.xml"))
        assert {each.name: each.value for each in suite.properties()}["profile"] == profile.name


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_all_simulations_have_the_profile_and_what_was_recorded_under_it(profile: Profile) -> None:
    simulations = plan(9, OWN, EVERYTHING, profile)
    (named,) = plan(9, OWN, only("traces-today", "", profile=profile), profile)
    assert named.run.configuration.profile == TODAY and named.run.traces, "as reproduce says it"
    own = [each for each in simulations if each.name in ("today", "traces-today")]
    assert {each.run.configuration.profile for each in own} == {TODAY}
    assert [each.name for each in own] == ["today", "traces-today"][: 1 + (profile != TODAY)]
    simulations = [each for each in simulations if each not in own]
    assert {each.run.configuration.profile for each in simulations} == {profile}
    checks = {each.run.parameters["CHECK_DEFAULT_RID"] for each in simulations}
    assert checks == {int(profile.checks_default_rid)}
    (traces,) = (each.run.traces for each in simulations if each.run.traces)
    assert {trace.profile for trace in traces} == {profile.name}
    names = {trace.name for trace in traces}
    assert ("openvmm" in names) is (profile is DEFAULT_PROFILE)
    assert ("today-extended" in names) is (profile is not DEFAULT_PROFILE)
    assert "rescan-routes" in names


def test_what_ran_before_may_matter_to_what_ended_the_simulation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    failed = TestResult(R2, False, 0.0, "$stop at a.sv:7 ended", cause="$stop at a.sv:7")
    assert run_fake(monkeypatch, tmp_path, only("odd", ""), failed) == 1
    assert "\nreproduce: make sim SET=odd SEED=9 " in capsys.readouterr().out


def test_many_failures_fit_a_screen_and_the_first_is_last(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = "mismatch 1 (model) at operation {0}\n  operation: signal_msi(target={0})\n"
    text += "  expected:  {1}\n  got:       y" + "\n    before" * 100
    results = [
        TestResult(
            f"rule_tests.r{way}_{number}",
            False,
            1.0,
            "mismatches",
            mismatches=20,
            reports=(Mismatch("model", 1, None, text.format(number, f"way {'x' * way}")),) * 20,
        )
        for way in range(12)
        for number in range(6)
    ]
    assert run_fake(monkeypatch, tmp_path, only("", ""), *results) == 1
    output = capsys.readouterr().out
    said = output[output.index("\n\n") :]
    assert len(said.splitlines()) < 60
    assert "432 tests failed, in 12 ways" in said and "more ways" in said
    words = "  rule_tests.r1_0, SET=default and 35 more: model, signal_msi, expected: way x, got: y"
    line = "\n    reproduce: make sim SET=default TEST=rule_tests.r1_0 SEED=9 "
    assert words + line in said
    text = "\nFAILED rule_tests.r0_0, SET=default\nmismatch 1 (model) at operation 0\n"
    first = said[said.index(text) :]
    assert "rule_tests.r1_0" not in first
    more = "\n... 20 mismatches in all\n35 more tests failed in this way\nreproduce: "
    assert more in first
    assert said.count("\nFAILED ") == 1
    full = (tmp_path / "sim/failures.txt").read_text()
    assert f"all failures in full: {tmp_path / 'sim/failures.txt'}" in said
    assert full.count("\nreproduce: make sim SET=") == 432 and full.count("mismatch 1 ") == 432 * 20


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["regress", "--seeds", "0"], "error: SEEDS: 0 is not enough\n"),
        (["regress", "--jobs", "two"], "error: JOBS: 'two' is not a whole number\n"),
        (["coverage", "--seed", "-1"], "error: SEED: -1 is not between 0 and 2147483647\n"),
        (["sim", "--set", "small"], "error: SET=small: there is no such set; there are "),
        (["regress", "--resume", "--seed", str(2**31)], "error: SEED: 2147483648 is not between"),
    ],
)
def test_the_command_line_refuses(
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def runs(*_: object, **__: object) -> int:
        raise AssertionError("it was not refused")

    monkeypatch.setattr(sys, "argv", ["tb", *arguments])
    monkeypatch.setattr("cocotbext.msi_its.commands.regress.regress", runs)
    monkeypatch.setattr("cocotbext.msi_its.commands.sim.sim", runs)
    monkeypatch.setattr(command_line, "catch_signals", lambda: None)
    try:
        status: object = command_line.main()
    except SystemExit as ended:
        status = ended.code
    assert status == 2
    assert capsys.readouterr().err.startswith(said)


def test_long_names_of_traces_are_shortened_and_stay_apart(tmp_path: Path) -> None:
    line = '{"op": "signal_msi", "target": 1, "address": 2, "data": 3}\n'
    longest = 255 - len(".jsonl")
    names = ["a" * longest, "a" * (longest - 1) + "b", "ü" * (longest // 2), "my trace.v2"]
    found: list[TraceFile] = []
    for name in [*names, *names]:
        path = tmp_path / f"{name}.jsonl"
        path.write_text(line)
        found.append(trace_file(path, [each.name for each in found])[0])
    assert found[3].name == "my trace.v2" and found[7].name == "my trace.v2-2"
    assert len({each.name for each in found}) == len(found)
    for each in found:
        (tmp_path / f"{each.test}.json").write_text("a result")


def test_the_name_of_a_trace_does_not_say_how_it_is_packed(tmp_path: Path) -> None:
    line = b'{"op": "signal_msi", "target": 1, "address": 2, "data": 3}\n'
    packed = {"": line, ".gz": gzip.compress(line), ".xz": lzma.compress(line)}
    for suffix, content in {**packed, ".bz2": bz2.compress(line)}.items():
        path = tmp_path / f"mine.jsonl{suffix}"
        path.write_bytes(content)
        assert trace_file(path)[0].name == "mine"
