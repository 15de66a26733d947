# SPDX-License-Identifier: MIT
"""How simulations are built and run, with small programs in the place of Verilator and the RTL."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cocotbext.msi_its.run import simulation as simulator
from cocotbext.msi_its.run.build import Flavour, SimulationError, build
from cocotbext.msi_its.run.design import RtlError
from cocotbext.msi_its.run.launcher import Interrupted, Launcher, Stopped
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.results import Simulation, finished
from cocotbext.msi_its.run.simulation import simulate, simulate_all
from cocotbext.msi_its.run.simulators import verilator
from cocotbext.msi_its.vocabulary.operations import Tables
from cocotbext.msi_its.vocabulary.results import TestResult, dump
from cocotbext.msi_its.vocabulary.settings import TraceFile
from tests.tb.run.processes import wait_for
from tests.tb.run.project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(tmp_path, monkeypatch)


@pytest.mark.parametrize("results", ["", "<testsuites><testsuite>"])
def test_results_that_are_cut_off_are_no_pass(project: Project, results: str) -> None:
    """Not even if those of single tests are whole: one may be missing."""
    passed = '{"name": "some.one", "passed": true, "operations": 3}'
    project.simulates(
        f"""folder = job["folder"]
    open(folder + "/some.one.json", "w").write({passed!r})
    open(folder + "/some.two.json", "w").write({passed[:9]!r})
    open(folder + "/results.xml", "w").write({results!r})"""
    )
    one, ended = simulate(project.run(), ["tests.rtl.some"])
    assert one.passed and one.name == "some.one"
    assert not ended.passed and "ended early" in ended.failure


@pytest.mark.parametrize("text", ["Disk quota exceeded", "No space left on device"])
def test_a_full_disk_is_said_and_no_failure(project: Project, text: str) -> None:
    project.simulates(f'sys.exit("OSError: {text}")')
    with pytest.raises(OSError, match=text):
        simulate(project.run(), ["tests.rtl.some"])
    project.monkeypatch.setattr("cocotbext.msi_its.run.disk.FREE_BYTES", 1 << 80)
    for code in ('sys.exit("fails")', 'open(job["folder"] + "/results.xml", "w").write("<a/>")'):
        project.simulates(code)
        with pytest.raises(OSError, match="No space left"):
            simulate(project.run(), ["tests.rtl.some"])
    project.source.write_text("broken")
    with pytest.raises(OSError, match="No space left"):
        project.build()


def test_built_once_and_again_only_after_a_change(project: Project) -> None:
    before = dict(os.environ)
    assert project.build() == "sound"
    project.found_through("VERILATOR_ROOT=/v")
    assert project.build() == "sound"
    assert project.builds == 1
    project.source.write_text("sound, too")
    assert project.build() == "sound, too"
    assert project.builds == 2
    linked = project.root / "signals.cpp"
    linked.write_text("// changed")
    project.monkeypatch.setattr(verilator, "SIGNALS_CPP", linked)
    project.build()
    assert project.builds == 3
    assert dict(os.environ) == before


@pytest.mark.parametrize(("root", "told"), [("/v", False), ("/ü", True)])
def test_make_is_told_a_name_that_verilator_writes_otherwise(
    project: Project, root: str, told: bool
) -> None:
    flags: list[str] = []

    def run_job(*arguments: Any) -> Any:
        flags.extend(arguments[-1]["MAKEFLAGS"].split())
        raise Stopped

    found = SimpleNamespace(root=Path(root), environment=lambda: {})
    project.monkeypatch.setattr(verilator, "find_verilator", lambda: found)
    project.monkeypatch.setattr("cocotbext.msi_its.run.build.run_job", run_job)
    with pytest.raises(Stopped):
        project.build()
    assert (f"VERILATOR_ROOT={root}" in flags) is told


def test_a_build_that_fails_leaves_the_last_one_in_place(project: Project) -> None:
    project.build()
    project.source.write_text("broken")
    with pytest.raises(SimulationError, match=r"(?s)does not build.*a syntax error"):
        project.build()
    project.source.write_text("sound")
    assert project.build() == "sound"
    assert project.builds == 2
    assert not list((project.root / "simulators").glob("*.new/fingerprint"))


def test_threads_share_one_build(project: Project) -> None:
    threads = [
        threading.Thread(
            target=build,
            args=(project.run(), project.root / f"executable{number}"),
            kwargs={"flavour": Flavour.PLAIN, "launcher": Launcher()},
        )
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert project.builds == 1
    assert all((project.root / f"executable{number}").is_file() for number in range(4))


def test_a_source_that_does_not_exist(project: Project) -> None:
    project.source.unlink()
    with pytest.raises(RtlError, match=r"hdl/translator\.f:2: a\.sv does not exist"):
        project.build()


def test_what_did_not_run_has_failed(project: Project) -> None:
    project.simulates(
        "open(job['folder'] + '/results.xml', 'w').write("
        '\'<testsuites><testsuite><testcase name="one" classname="tests.rtl.some"/>\''
        '\'<testcase name="two" classname="tests.rtl.some"><skipped/></testcase>\''
        "'</testsuite></testsuites>')"
    )
    run = project.run(TraceFile("mine.jsonl", "mine", 5))
    results = simulate(run, ["tests.rtl.some", "tests.rtl.empty"])
    assert [(each.name, each.passed) for each in results] == [
        ("some.one", True),
        ("some.two", False),
        ("empty", False),
        ("trace_tests.replay_mine", False),
    ]
    assert "skipped" in results[1].failure
    assert "no test of empty ran" in results[2].failure


def test_only_one_test_of_a_simulation(project: Project) -> None:
    results = '<a><testcase name="replay_mine" classname="tests.rtl.trace_tests"/></a>'
    project.simulates(f"open(job['folder'] + '/results.xml', 'w').write({results!r})")
    run = project.run(TraceFile("mine.jsonl", "mine", 5), TraceFile("other.jsonl", "other", 5))
    (result,) = simulate(run, ["tests.rtl.trace_tests"], only="trace_tests.replay_mine")
    assert result.name == "trace_tests.replay_mine" and result.passed
    one, absent = simulate(run, ["tests.rtl.trace_tests"], only="trace_tests.replay_other")
    assert one.passed and not absent.passed
    assert "no test of trace_tests.replay_other ran" in absent.failure


def test_flavours_do_not_share_a_build(project: Project) -> None:
    for flavour in (Flavour.PLAIN, Flavour.WAVES, Flavour.COVERAGE, Flavour.PLAIN):
        build(project.run(), project.root / "executable", flavour=flavour, launcher=Launcher())
    assert project.builds == 3
    names = {path.name for path in (project.root / "simulators").glob("1-*") if path.is_dir()}
    assert names == {"1-1-1-1-4-0-32", "1-1-1-1-4-0-32-waves", "1-1-1-1-4-0-32-coverage"}


def test_a_crash_keeps_what_had_finished(project: Project) -> None:
    done = '{"name": "some.one", "passed": true, "operations": 7}'
    project.simulates(
        f"open(job['folder'] + '/some.one.json', 'w').write({done!r})"
        "; open(job['folder'] + '/progress', 'w').write('9 0 some.two')"
        "; sys.exit('out of memory')"
    )
    one, two = simulate(project.run(), ["tests.rtl.some"])
    assert one.name == "some.one" and one.passed and one.count("operations") == 7
    assert two.name == "some.two" and not two.passed
    assert "ended early" in two.failure and "out of memory" in two.failure


CASE = '<testcase name="{}" classname="tests.rtl.some"><failure message="{}" type="{}"/></testcase>'
ENDED = "<a>{}</a>".format(
    '<testcase name="one" classname="tests.rtl.some"/>'
    + CASE.format("two", "no", "AssertionError")
    + "".join(CASE.format(name, "c", "SimFailure") for name in ("three", "four", "five"))
)


def test_what_the_design_ended_is_named_and_what_did_not_run_is_no_failure(
    project: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    said = "[5] %Fatal: a.sv:1: Assertion failed in top.u: no\n%Error: /x/a.sv:1: Verilog $stop\n"
    project.simulates(
        f"open(job['folder'] + '/results.xml', 'w').write({ENDED!r})"
        f"; print({said + 'Aborting...'!r}); sys.exit(1)"
    )
    run = project.run(TraceFile("mine.jsonl", "mine", 5))
    results = simulate(run, ["tests.rtl.some"])
    names = ["some.one", "some.two", "some.three", "some.four", "some.five"]
    assert [each.name for each in results] == [*names, "trace_tests.replay_mine"]
    assert [each.passed for each in results] == [True, *[False] * 5]
    assert [each.failed for each in results] == [False, True, True, *[False] * 3]
    assert results[1].failure == "no" and not results[1].cause
    assert results[2].cause == "$fatal at /x/a.sv:1"
    first, _, log = results[2].failure.partition("\n")
    assert first == "$fatal at /x/a.sv:1 ended the simulation at 0.005 ns, in top.u: no"
    assert log == f"  log: {project.root / 'results/simulation.log'}"
    later = "did not run: the simulation had ended in some.three"
    assert {each.failure for each in results[3:]} == {later}


def test_finished_ignores_a_file_that_was_being_written(tmp_path: Path) -> None:
    (tmp_path / "a.one.json").write_text(dump(TestResult("a.one", False, mismatches=1)))
    (tmp_path / "a.two.json").write_text('{"pas')
    (tmp_path / "run.json").write_text("{}")
    (result,) = finished(tmp_path)
    assert result.name == "a.one" and not result.passed and result.mismatches == 1
    (tmp_path / "a.three.json").write_text('{"passed": true}')
    with pytest.raises(ValueError, match="name"):
        finished(tmp_path)


# ---- several at once ----------------------------------------------------------------------------


def several(folder: Path) -> list[Simulation]:
    """Return three simulations, with 1, 2 and 3 operations."""
    return [
        Simulation(
            str(number),
            Run(Tables(1, 1, 1, 1), 4, 1, str(folder), (TraceFile("", "", number),)),
            (),
        )
        for number in (1, 2, 3)
    ]


def test_the_longest_starts_first_and_all_are_reported_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []

    def fake(run: Run, modules: object, **options: object) -> list[TestResult]:
        started.append(run.operations)
        time.sleep(0.1 * run.operations)
        return [TestResult(str(run.operations), True, 0.0)]

    monkeypatch.setattr(simulator, "simulate", fake)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    reported: list[str] = []
    simulate_all(several(tmp_path), lambda each, results: reported.append(results[0].name))
    assert started == [3, 2, 1]
    assert reported == ["1", "2", "3"]


def test_an_interrupt_ends_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []

    def fake(
        run: Run, modules: object, *, launcher: Launcher, **options: object
    ) -> list[TestResult]:
        if run.operations == 1:
            return []
        try:
            log = tmp_path / str(run.operations)
            with launcher.run(["sleep", "600"], log, os.environ) as process:
                process.wait()
        finally:
            ended.append(run.operations)
        return []

    def interrupt(each: Simulation, results: list[TestResult]) -> None:
        wait_for(lambda: (tmp_path / "2").is_file() and (tmp_path / "3").is_file())
        raise Interrupted(15)

    monkeypatch.setattr(simulator, "simulate", fake)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    began = time.monotonic()
    with pytest.raises(Interrupted) as caught:
        simulate_all(several(tmp_path), interrupt)
    assert caught.value.status == 143
    assert sorted(ended) == [2, 3]
    assert time.monotonic() - began < 10
