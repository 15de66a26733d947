# SPDX-License-Identifier: MIT
"""`make regress FARM=slurm` on a real cluster: two nodes on this machine, if Slurm is installed.

The simulations are small programs, some of which wait until they are let go on.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cocotbext.msi_its.commands import regress
from cocotbext.msi_its.commands.regress import Farm
from cocotbext.msi_its.run import launcher as processes
from cocotbext.msi_its.run.engines import slurm
from cocotbext.msi_its.run.engines.slurm import SlurmError
from cocotbext.msi_its.run.launcher import Launcher
from cocotbext.msi_its.run.store import Store
from cocotbext.msi_its.vocabulary.results import TestResult
from tests.tb.commands import cluster_task
from tests.tb.commands.regression import ALL, Regression
from tests.tb.run.project import Project
from tools import cluster as clusters
from tools.cluster import Cluster

LACKING = clusters.missing()

needs_slurm = pytest.mark.skipif(
    bool(LACKING), reason=f"Slurm is not installed (no {', '.join(LACKING)})"
)

ONE_EACH = Farm("slurm", 1)


@pytest.fixture(scope="module")
def started() -> Iterator[Cluster]:
    with clusters.entered(Cluster(nodes=2, cpus=1)) as found:
        yield found


@pytest.fixture
def cluster(started: Cluster) -> Iterator[Cluster]:
    """Return a cluster with both nodes up, whatever the test before did to it."""
    yield started
    started.mend()


@pytest.fixture
def regression(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Regression:
    monkeypatch.setenv("FAKE_PROJECT", str(tmp_path))
    monkeypatch.setattr(slurm, "PROGRAM", (sys.executable, str(Path(cluster_task.__file__))))
    for name, seconds in (("POLL", 0.1), ("ASK", 0.5), ("LATE", 2.0)):
        monkeypatch.setattr(slurm, name, seconds)
    return Regression(Project(tmp_path, monkeypatch), monkeypatch)


@pytest.fixture
def signals() -> Iterator[None]:
    """Catch signals as the command line does, for the time of a test."""
    before = {each: signal.getsignal(each) for each in processes.SIGNALS}
    for each in before:
        signal.signal(each, signal.SIG_DFL)
    processes.catch_signals()
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


class Meanwhile:
    """Does something in a thread while a regression runs; what goes wrong there fails the test."""

    def __init__(self, what: Callable[[], None]) -> None:
        self._what = what
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self._what()
        except BaseException as error:
            self._error = error
            os.kill(os.getpid(), signal.SIGINT)  # it would wait for ever

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        if self._error is not None:
            raise self._error from None


def until(true: Callable[[], object], seconds: float = 120) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it does not come"
        time.sleep(0.05)


def waiting(regression: Regression, *jobs: str) -> Callable[[], bool]:
    """Return whether jobs have begun, and wait to be let go on."""
    return lambda: all((regression.root / "waits" / job).exists() for job in jobs)


def go(regression: Regression) -> None:
    (regression.root / "go").write_text("")


def queue(cluster: Cluster) -> list[list[str]]:
    """Return what is queued: number of the job, state, node."""
    return [
        line.split()
        for line in cluster.ask("squeue", "--noheader", "--format=%A %t %N").split("\n")
    ]


def delayed(cluster: Cluster) -> list[str]:
    """Return the tasks that were requeued, and wait for their time."""
    lines = cluster.ask("squeue", "--noheader", "--array", "--format=%i %r").splitlines()
    return [line.split()[0] for line in lines if line.endswith(" BeginTime")]


def told(regression: Regression) -> dict[str, Any]:
    """Return what a regression found, without what no two have in common."""

    def forget(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: forget(each) for name, each in value.items() if name != "seconds"}
        return [forget(each) for each in value] if isinstance(value, list) else value

    found: dict[str, Any] = forget(regression.json())
    return found


# ---- a cluster -----------------------------------------------------------------------------------


@needs_slurm
@pytest.mark.parametrize("per_task", [1, 3, 16])
def test_results_are_those_of_one_machine(
    regression: Regression,
    cluster: Cluster,
    capsys: pytest.CaptureFixture[str],
    per_task: int,
) -> None:
    regression.behaves(
        build=64,
        odd_random_6={"one": "fail"},
        smallest_random_5={"two": "crash"},
        again={"odd-random-6-random_tests.one": {"one": "fail"}},
    )
    assert regression.run(farm=Farm("local", per_task)) == 1
    alone, closing = told(regression), capsys.readouterr().out.splitlines()[-1]
    report = regression.text("coverage.info"), regression.text("coverage.xml")
    count = len(regression.log())
    assert regression.run(farm=Farm("slurm", per_task)) == 1
    assert told(regression) == alone
    assert (regression.text("coverage.info"), regression.text("coverage.xml")) == report
    assert capsys.readouterr().out.splitlines()[-1] == closing
    assert len(regression.log()) == 2 * count, "the set that does not build is not simulated"
    assert not (regression.results / "arrays").exists()


@needs_slurm
def test_a_node_that_dies_loses_nothing_and_fails_nothing(
    regression: Regression, cluster: Cluster
) -> None:
    regression.behaves(odd_random_5={"one": "wait"}, smallest_random_5={"one": "wait"})

    def kill() -> None:
        until(waiting(regression, "odd-random-5", "smallest-random-5"))
        cluster.kill_node("n1")
        cluster.ask("scontrol", "update", "nodename=n1", "state=down", "reason=killed")
        go(regression)
        until(lambda: delayed(cluster))
        cluster.start_node("n1")
        cluster.ask("scontrol", "update", "nodename=n1", "state=resume")
        for job in delayed(cluster):
            cluster.ask("scontrol", "update", f"jobid={job}", "starttime=now")

    with Meanwhile(kill):
        assert regression.run(farm=ONE_EACH) == 0
    assert regression.passed() == dict.fromkeys(ALL, True)
    log = regression.log()
    twice = sorted(name for name in set(log) if log.count(name) > 1)
    assert twice in (["odd-random-5"], ["smallest-random-5"]), "what ran there ran again"


@needs_slurm
def test_the_controller_may_be_restarted(
    regression: Regression, cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    regression.behaves(odd_random_5={"one": "wait"})

    def restart() -> None:
        until(waiting(regression, "odd-random-5"))
        cluster.stop_controller()
        time.sleep(3)
        cluster.start_controller()
        go(regression)

    with Meanwhile(restart):
        assert regression.run(farm=ONE_EACH) == 0
    assert regression.passed() == dict.fromkeys(ALL, True)
    assert sorted(regression.log()) == sorted(ALL), "each ran once"


@needs_slurm
def test_an_interruption_cancels_and_resume_goes_on(
    regression: Regression,
    cluster: Cluster,
    signals: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    regression.behaves(odd_random_6={"one": "wait"})

    def interrupt() -> None:
        until(waiting(regression, "odd-random-6"))
        until(lambda: (regression.results / "runs/smallest-random-6").exists())
        os.kill(os.getpid(), signal.SIGINT)

    with Meanwhile(interrupt):
        assert regression.run(farm=ONE_EACH) == 130
    until(lambda: queue(cluster) == [[]])
    assert "interrupted; 6 of 7 simulations had finished; RESUME=1" in capsys.readouterr().err
    result = regression.json()
    assert result["interrupted"] is True and result["finished"] == 6 and result["failures"] == []
    for each in processes.SIGNALS:
        signal.signal(each, signal.SIG_DFL)
    go(regression)
    count = len(regression.log())
    assert regression.run(resume=True, farm=Farm("slurm")) == 0
    assert regression.log()[count:] == ["odd-random-6"], "only what was missing"
    assert regression.passed() == dict.fromkeys(ALL, True)


@needs_slurm
def test_resume_finds_the_array_of_one_that_was_killed(
    regression: Regression, cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    regression.behaves(odd_random_6={"one": "wait"})
    child = os.fork()
    if child == 0:
        try:
            regression.run(farm=ONE_EACH)
        finally:
            os._exit(1)
    until(waiting(regression, "odd-random-6"))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

    def let_go() -> None:
        time.sleep(1)
        go(regression)

    with Meanwhile(let_go):
        assert regression.run(resume=True, farm=Farm("slurm")) == 0
    assert "is still there: waiting" in capsys.readouterr().out
    assert sorted(regression.log()) == sorted(ALL), "each ran once"


@needs_slurm
def test_a_new_regression_ends_the_array_of_one_that_was_killed(
    regression: Regression, cluster: Cluster
) -> None:
    regression.behaves(odd_random_6={"one": "wait"})
    child = os.fork()
    if child == 0:
        try:
            regression.run(farm=ONE_EACH)
        finally:
            os._exit(1)
    until(waiting(regression, "odd-random-6"))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    regression.behaves()
    assert regression.run() == 0
    until(lambda: queue(cluster) == [[]])
    assert regression.passed() == dict.fromkeys(ALL, True)


@needs_slurm
def test_scancel_is_said_with_the_log_and_resume_goes_on(
    regression: Regression, cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    regression.behaves(odd_random_6={"one": "wait"})

    def cancel() -> None:
        until(waiting(regression, "odd-random-6"))
        until(lambda: (regression.results / "runs/smallest-random-6").exists())
        cluster.ask("scancel", *(regression.results / "arrays").read_text().split())

    with Meanwhile(cancel):
        assert regression.run(farm=ONE_EACH) == 1
    captured = capsys.readouterr()
    assert captured.out.splitlines()[-1].endswith(", 1 simulations left no result")
    assert "task 7 ended without a result of 1 of its 1 simulations; its log, " in captured.err
    assert "CANCELLED" in captured.err
    assert regression.json()["passed"] is False and regression.json()["failures"] == []
    assert "CANCELLED" in regression.text("report.html")
    go(regression)
    assert regression.run(resume=True, farm=Farm("slurm")) == 0
    assert regression.passed() == dict.fromkeys(ALL, True)


@needs_slurm
def test_what_sbatch_refuses_it_says_itself(regression: Regression, cluster: Cluster) -> None:
    with pytest.raises(SlurmError, match=r"sbatch refuses .*\n.*[Ii]nvalid partition"):
        regression.run(farm=Farm("slurm", None, "--partition=none"))
    assert queue(cluster) == [[]]
    with pytest.raises(regress.RegressError, match=r"SBATCH=--comment='x: No closing quotation"):
        regression.run(farm=Farm("slurm", None, "--comment='x"))
    regression.run(farm=Farm("slurm", None, "--comment='a word' --partition=all"), resume=True)
    assert regression.passed() == dict.fromkeys(ALL, True)


@needs_slurm
@pytest.mark.parametrize("jobs", [None, 1])
def test_an_array_that_is_too_large_is_split(
    regression: Regression, monkeypatch: pytest.MonkeyPatch, jobs: int | None, cluster: Cluster
) -> None:
    monkeypatch.setattr(slurm, "_array_size", lambda: 4)
    arrays: list[str] = []
    run = slurm._run

    def note(*command: str) -> str:
        arrays.extend(each for each in command if each.startswith(("--array", "--dependency")))
        return run(*command)

    monkeypatch.setattr(slurm, "_run", note)
    assert regression.run(farm=ONE_EACH, jobs=jobs) == 0  # type: ignore[arg-type]
    split = [each for each in arrays if each.startswith("--array")]
    limit = f"%{jobs}" if jobs else ""
    assert split == [f"--array={each}{limit}" for each in ("1-3", "1-3", "1")]
    assert len(arrays) - len(split) == (2 if jobs else 0), "one after the other: one limit for all"
    assert regression.passed() == dict.fromkeys(ALL, True)


@needs_slurm
def test_a_result_of_other_sources_is_refused(
    regression: Regression, cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    regression.behaves(traces_recorded_5={"one": "wait"}, smallest_directed_5={"one": "wait"})

    def change() -> None:
        until(waiting(regression, "traces-recorded-5", "smallest-directed-5"))
        (regression.root / "hdl/a.sv").write_text("changed")
        go(regression)
        until(lambda: queue(cluster) == [[]])
        (regression.root / "hdl/a.sv").write_text("sound")

    with Meanwhile(change):
        assert regression.run(farm=ONE_EACH) == 1
    said = capsys.readouterr().err
    assert "the RTL is not the same on " in said and "task 3 ended without a result" in said
    assert set(regression.passed()) <= {"traces-recorded-5", "smallest-directed-5"}


# ---- a shard, by hand ----------------------------------------------------------------------------


def shard(regression: Regression, number: int) -> subprocess.Popen[str]:
    """Start a shard."""
    return subprocess.Popen(
        [
            *(sys.executable, str(cluster_task.__file__), str(number)),
            f"PLAN={regression.results}/plan.json",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_shards_by_hand_and_one_of_them_twice_at_once(
    regression: Regression, capsys: pytest.CaptureFixture[str]
) -> None:
    assert regression.run() == 0
    alone = told(regression)
    regression.behaves(odd_random_5={"one": "wait"})
    assert regression.run(farm=Farm("manual", 3)) == 0
    assert "3 shards; to run: 1-3" in capsys.readouterr().out
    count = len(regression.log())
    running = [shard(regression, number) for number in (1, 2, 2, 3)]
    until(lambda: regression.log().count("odd-random-5") == 3)  # once before, and now twice
    go(regression)
    for each in running:
        output, _ = each.communicate(timeout=60)
        assert each.returncode == 0, output
    assert sorted(regression.log()[count:])[:2] == ["odd-directed-5", "odd-random-5"]
    assert not list((regression.results / "attempts").iterdir())
    assert regression.run(farm=Farm("manual"), resume=True) == 0
    assert "to run: none" in capsys.readouterr().out
    count = len(regression.log())
    assert regression.run(resume=True) == 0
    assert len(regression.log()) == count, "nothing but the merge"
    assert told(regression) == alone
    output, _ = shard(regression, 4).communicate()
    assert output == "error: shard 4: the plan has 3 shards, from 1\n"


def test_a_shard_that_is_killed_goes_on_where_it_was(regression: Regression) -> None:
    regression.behaves(odd_directed_5={"two": "wait"})
    regression.run(farm=Farm("manual"))
    first = shard(regression, 1)
    until(waiting(regression, "odd-directed-5"))
    first.terminate()
    output, _ = first.communicate(timeout=60)
    assert first.returncode == 143 and "interrupted" in output
    ran = regression.log()
    go(regression)
    again = shard(regression, 1)
    output, _ = again.communicate(timeout=60)
    assert again.returncode == 0 and "7 simulations, 2 of them had finished before" in output
    assert sorted([*ran[:-1], *regression.log()[len(ran) :]]) == sorted(ALL)


def test_a_simulation_that_is_ended_with_its_task_is_no_failure(regression: Regression) -> None:
    """As a scheduler does it: all processes of a task, in whatever order."""
    regression.behaves(odd_directed_5={"two": "wait"})
    regression.run(farm=Farm("manual"))
    task = shard(regression, 1)
    until(waiting(regression, "odd-directed-5"))
    for thread in Path(f"/proc/{task.pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            os.kill(int(child), signal.SIGTERM)
    time.sleep(0.5)
    task.terminate()
    output, _ = task.communicate(timeout=60)
    assert task.returncode == 143 and "FAIL" not in output
    assert not (regression.results / "runs/odd-directed-5").exists()


def test_a_late_failure_does_not_replace_a_pass(regression: Regression) -> None:
    store = regression.plan()
    (job, *_) = store.plan.jobs
    with store.attempt(job) as first, store.attempt(job) as late:
        kept = store.keep(first, job, [TestResult("x.y", True)], 1.0)
        assert store.keep(late, job, [TestResult("x.y", False)], 1.0) == kept
    assert not kept.failed and not list((regression.results / "attempts").iterdir())


def test_results_of_another_place_count(
    regression: Regression, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same sources elsewhere: the same plan, and code coverage of the same files."""
    regression.run(farm=Farm("manual", 4))
    there = tmp_path_factory.mktemp("elsewhere")
    script = (
        "import os, shutil, sys\n"
        "shutil.copytree(os.environ['FAKE_PROJECT'], sys.argv[1], dirs_exist_ok=True)"
    )
    subprocess.run([sys.executable, "-c", script, str(there)], check=True)
    for number in (1, 2):
        subprocess.run(
            [
                *(sys.executable, str(cluster_task.__file__), str(number)),
                f"PLAN={there}/build/regress/plan.json",
            ],
            env={**os.environ, "FAKE_PROJECT": str(there)},
            check=True,
        )
    for folder in ("runs", "shards"):
        subprocess.run(
            ["cp", "-r", f"{there}/build/regress/{folder}", str(regression.results)], check=True
        )
    assert regression.run(resume=True) == 0
    assert regression.log() == [], "nothing ran here"
    assert regression.json()["code_coverage"]["line"]["hit"] == 1
    assert "SF:hdl/a.sv\n" in regression.text("coverage.info")


def test_results_of_other_sources_do_not_count(regression: Regression) -> None:
    store = regression.plan()
    other = Store(regression.results, store.plan)
    other.mark = "another"
    (job, *_) = store.plan.jobs
    with store.attempt(job) as folder:
        (folder / "finished.json").write_text(
            json.dumps(
                {
                    "mark": "another",
                    "tests": [{"name": "x.y", "passed": True}],
                    "seconds": 1.0,
                    "host": "h",
                    "ended": 1.0,
                }
            )
        )
        folder.rename(store.of(job))
    assert other.kept(job) is not None and store.kept(job) is None
    assert regression.run(resume=True) == 0
    assert job.name in regression.log(), "it ran again"


# ---- what may go wrong, without a cluster --------------------------------------------------------


def test_no_slurm_on_path(regression: Regression, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SlurmError, match="there is no sbatch on PATH: run this where jobs are"):
        regression.run(farm=Farm("slurm"))
    assert regression.log("build") == []


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a Slurm that takes an array, and runs nothing of it."""
    monkeypatch.setattr(slurm, "_run", lambda *command: "17\n")

    def start(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(slurm, "_start", start)


@pytest.mark.usefixtures("pretended")
@pytest.mark.parametrize("late", [False, True])
def test_a_file_that_is_seen_late_is_waited_for(
    regression: Regression, late: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """As on NFS, for up to a minute."""
    assert regression.run() == 0
    runs = regression.results / "runs"
    kept = regression.root / "kept"
    runs.rename(kept)

    def show() -> None:
        time.sleep(1.5 if late else 0)
        if late:
            for each in kept.iterdir():
                each.rename(runs / each.name)

    runs.mkdir()
    with Meanwhile(show):
        status = regression.run(resume=True, farm=Farm("slurm"))
    assert status == (0 if late else 1)
    said = capsys.readouterr()
    assert ("7 simulations left no result" in said.out) is not late
    assert ("it has no log, " in said.err) is not late


@pytest.mark.usefixtures("pretended")
@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ("PD launch failed requeued held\nPD launch failed requeued held\n", ""),
        ("PD launch_failed_requeued_held\nCG None\n", ""),
        ("PD JobHoldMaxRequeue\n", ""),
        ("PD JobHeldUser\n", "1 waiting (JobHeldUser)"),  # somebody wants that
        (
            "PD launch failed requeued held\nR None\n",
            "1 running, 1 waiting (launch failed requeued",
        ),
    ],
)
def test_tasks_that_slurm_will_not_start_are_not_waited_for(
    regression: Regression,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    lines: str,
    left: str,
) -> None:
    """Slurm 22.05 was seen to say the first; JobHoldMaxRequeue is in its documentation."""

    def start(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, lines if command[0] == "squeue" else "", "")

    monkeypatch.setattr(slurm, "_start", start)
    engine = slurm.Slurm(Launcher())
    engine._arrays = ["17"]
    assert engine._queued().startswith(left) and bool(engine._queued()) == bool(left)
    assert ("Slurm does not start these again" in capsys.readouterr().err) is (not left)
    if not left:
        assert regression.run(farm=ONE_EACH) == 1
        assert "task 1 ended without a result of 1 of its 1 simulations" in capsys.readouterr().err


@pytest.mark.usefixtures("pretended")
@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, ""), (400, r"at least (400|399) s ahead"), (-400, "at least 400 s behind")],
)
def test_a_clock_that_differs_is_said(
    regression: Regression,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    seconds: int,
    words: str,
) -> None:
    store = regression.plan()
    (job, *_) = store.plan.jobs
    engine = slurm.Slurm(Launcher())
    engine._began = time.time()
    with store.attempt(job) as folder, monkeypatch.context() as patch:
        now = time.time() + seconds
        patch.setattr("cocotbext.msi_its.run.store.time.time", lambda: now)
        store.keep(folder, job, [TestResult("x.y", True)], 1.0)
    known: set[str] = set()
    for _ in range(2):
        engine._check_clock(store, job, known)
    said = capsys.readouterr().err
    assert said.count("the clock of ") == bool(seconds)
    assert re.search(words, said)
