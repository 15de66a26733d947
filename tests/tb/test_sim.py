# SPDX-License-Identifier: MIT
"""What SET= and TEST= choose, what `make sim` plans for it, and what the command line refuses."""

from __future__ import annotations

import sys

import pytest

from tb import __main__ as command_line
from tb import sim
from tb.rtl import OWN, ROOT, Rtl
from tb.sim import (
    EVERYTHING,
    SETS,
    SIM_SETS,
    TRACES_SET,
    ChoiceError,
    Only,
    names_in,
    only,
    plan,
    recordings,
)
from tb.simulator import Simulation, TestResult

R2 = "rule_tests.r2_signal_msi_has_no_range_check"
BASIC = "trace_tests.replay_basic-routes_stalled"


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
    ],
)
def test_choices(set_: str, test: str, chosen: Only) -> None:
    assert only(set_, test) == chosen
    simulations = plan(7, OWN, chosen)
    assert all(each.run.seed == 7 for each in simulations)
    if chosen == EVERYTHING:
        assert [each.run.tables for each in simulations[:3]] == [SETS[n].tables for n in SIM_SETS]
        assert simulations[3].run.traces == recordings()
        return
    (simulation,) = simulations
    if chosen.set == TRACES_SET:
        assert [each.test for each in simulation.run.traces] == (
            [test] if test else [each.test for each in recordings()]
        )
    else:
        assert simulation.run.tables == SETS[chosen.set].tables
        assert simulation.run.counter_width == SETS[chosen.set].counter_width
        if test:
            assert simulation.modules == (f"tests.rtl.{test.partition('.')[0]}",)


@pytest.mark.parametrize(
    ("set_", "test", "words"),
    [
        ("small", "", "SET=small: there is no such set; there are default, smallest, odd, largest"),
        ("", "rule_tests.r2", "r2_signal_msi_has_no_range_check"),
        ("", "rule_tests", "TEST=rule_tests: there is no such test; there are: rule_tests.r1_"),
        ("", "nothing.here", "hardware_tests, programming_tests, random_tests"),
        ("", "scenario.play", "modules: "),
        ("", "../tb/x.y", "there is no such test"),
        ("", "trace_tests.replay_none", "SET=traces has trace_tests.replay_basic, "),
        ("odd", BASIC, "SET=traces has trace_tests.replay_basic, "),
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


def test_a_failure_says_how_to_reproduce_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    def fails(simulations: list[Simulation], show: object, **_: object) -> None:
        assert callable(show)
        for each in simulations:
            show(each, [TestResult(R2, False, 0.0, "no")])

    monkeypatch.setattr(sim, "simulate_all", fails)
    monkeypatch.setattr(sim, "RESULTS", ROOT / "build/sim-test")
    rtl = Rtl("my rtl/list.f", "mine")
    assert sim._sim(9, False, rtl, only("odd", "random_tests.anything_goes"), None) == 1
    assert (
        "reproduce with: make sim SET=odd TEST=random_tests.anything_goes SEED=9 "
        "'RTL=my rtl/list.f' TOP=mine\n"
    ) in capsys.readouterr().out


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
    monkeypatch.setattr("tb.regress.regress", runs)
    monkeypatch.setattr("tb.sim.sim", runs)
    monkeypatch.setattr(command_line, "catch_signals", lambda: None)
    try:
        status: object = command_line.main()
    except SystemExit as ended:
        status = ended.code
    assert status == 2
    assert capsys.readouterr().err.startswith(said)
