# SPDX-License-Identifier: MIT
"""Processes that a command starts, and tasks side by side: all end at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cocotbext.msi_its.run.launcher import Launcher, Stopped, exclusive
from cocotbext.msi_its.run.places import ROOT
from tests.tb.run.processes import alive, wait_for

FAMILY = "sleep 600 & echo $!; echo ready; wait"


def test_stop_kills_processes_and_those_they_started(tmp_path: Path) -> None:
    launcher = Launcher()
    log = tmp_path / "log"
    raised: list[BaseException] = []

    def work() -> None:
        try:
            with launcher.run(["sh", "-c", FAMILY], log, os.environ) as process:
                process.wait()
        except Stopped as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    wait_for(lambda: log.is_file() and "ready" in log.read_text())
    child = int(log.read_text().split()[0])
    assert alive(child)
    launcher.stop()
    thread.join(10)
    wait_for(lambda: not alive(child))
    assert raised
    with pytest.raises(Stopped), launcher.run(["true"], log, os.environ):
        raise AssertionError("started after it was stopped")


def test_a_process_does_not_outlive_its_block(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (
        pytest.raises(KeyboardInterrupt),
        Launcher().run(["sh", "-c", FAMILY], log, os.environ) as process,
    ):
        wait_for(lambda: "ready" in log.read_text())
        raise KeyboardInterrupt
    assert process.returncode == -9
    wait_for(lambda: not alive(int(log.read_text().split()[0])))


def test_what_was_started_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    job = f"""
import subprocess, time
from cocotbext.msi_its.run.launcher import end_with_parent
end_with_parent()
child = subprocess.Popen(["sleep", "600"])
open({str(tmp_path / "pid")!r}, "w").write(str(child.pid))
time.sleep(600)
"""
    program = f"""
import sys
from pathlib import Path
from cocotbext.msi_its.run.launcher import Launcher
command = [sys.executable, "-c", {job!r}]
import os
with Launcher().run(command, Path({str(tmp_path / "log")!r}), dict(os.environ)) as process:
    process.wait()
"""
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) as parent:
        wait_for(lambda: (tmp_path / "pid").is_file() and (tmp_path / "pid").read_text())
        child = int((tmp_path / "pid").read_text())
        assert alive(child)
        parent.kill()
    wait_for(lambda: not alive(child))


def test_a_lock_makes_others_wait(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = tmp_path / "lock"
    program = f"import fcntl, time; f = open({str(lock)!r}, 'a'); fcntl.flock(f, fcntl.LOCK_EX); "
    with subprocess.Popen(
        [sys.executable, "-c", program + "print(flush=True); time.sleep(0.5)"],
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None and other.stdout.readline()
        with exclusive(lock, "build"):
            assert other.wait(1) == 0
    assert capsys.readouterr().out == "waiting for another build in this folder to end ...\n"


def test_one_that_ends_its_own_children_gets_the_chance(tmp_path: Path) -> None:
    """They are in groups of their own: killing its group alone would leave them."""
    log = tmp_path / "log"
    program = """
import signal, subprocess, sys
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
def end(*_):
    child.kill()
    sys.exit()
signal.signal(signal.SIGTERM, end)
print(child.pid, "ready", flush=True)
child.wait()
"""
    with pytest.raises(KeyboardInterrupt):
        command = [sys.executable, "-c", program]
        with Launcher().run(command, log, os.environ, ended_by=signal.SIGTERM):
            wait_for(lambda: "ready" in log.read_text())
            raise KeyboardInterrupt
    wait_for(lambda: not alive(int(log.read_text().split()[0])))


# ---- tasks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_order", [False, True])
def test_the_largest_task_starts_first(in_order: bool) -> None:
    """Tasks need not be hashable."""
    tasks = [[1], [3], [2]]
    started: list[int] = []
    done: list[tuple[list[int], int]] = []
    seconds = {1: 0.0, 2: 0.1, 3: 0.4}

    def work(task: list[int]) -> int:
        started.append(task[0])
        time.sleep(seconds[task[0]])
        return -task[0]

    def note(task: list[int], result: int) -> None:
        done.append((task, result))

    Launcher().each(work, tasks, note, jobs=2, size=lambda task: task[0], in_order=in_order)
    assert started == [3, 2, 1]
    assert done == [(task, -task[0]) for task in (tasks if in_order else [[2], [1], [3]])]


@pytest.mark.parametrize("where", ["work", "done"])
def test_what_is_raised_ends_all_that_runs_and_starts_no_more(tmp_path: Path, where: str) -> None:
    launcher = Launcher()
    started: list[str] = []

    def work(task: str) -> None:
        started.append(task)
        if task == "fails":
            wait_for(lambda: (tmp_path / "sleeps").is_file())
            if where == "work":
                raise OSError("no")
            return
        with launcher.run(["sleep", "600"], tmp_path / task, os.environ) as process:
            process.wait()

    def done(task: str, result: None) -> None:
        raise OSError("no")

    began = time.monotonic()
    with pytest.raises(OSError, match="no"):
        launcher.each(work, ["sleeps", "fails", "waits"], done, jobs=2)
    assert time.monotonic() - began < 10
    assert {"sleeps", "fails"} <= set(started)
    with pytest.raises(Stopped):
        launcher.check()
