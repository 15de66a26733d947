# SPDX-License-Identifier: MIT
"""Runs tests in the simulation of a translator: cocotb tests, or those of the batched path.

Simulations run in processes of their own: one that stops making progress is ended and says so, and
all can be ended at once.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cocotbext.msi_its.run.build import TIMESCALE, Flavour, build
from cocotbext.msi_its.run.disk import check_disk
from cocotbext.msi_its.run.launcher import Launcher, be_job, kill, run_job
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.run.results import (
    ENDED_BY_DESIGN,
    ENDED_EARLY,
    HANGS,
    Simulation,
    cases,
    finished,
    not_run,
)
from cocotbext.msi_its.run.simulators import verilator
from cocotbext.msi_its.run.simulators.ending import ending
from cocotbext.msi_its.vocabulary.results import TestResult
from cocotbext.msi_its.vocabulary.settings import VARIABLE, Settings
from cocotbext.msi_its.vocabulary.text import shown, tail

STALL_SECONDS = 120
"""After how many seconds without a sign of life a simulation is ended."""


def simulate(
    run: Run,
    modules: Sequence[str],
    *,
    flavour: Flavour = Flavour.PLAIN,
    only: str = "",
    to_first_failure: bool = False,
    stall_seconds: float | None = None,
    progress: Callable[[int], None] | None = None,
    launcher: Launcher | None = None,
) -> list[TestResult]:
    """Run the tests of some modules, those of the batched path or those of cocotb.

    `only` names one test, as in `rule_tests.r8_refused_means_disabled`; without it all run, or with
    `to_first_failure` those up to the first that fails.
    `progress` is called now and then with the number of operations executed so far. A simulation
    that ends early, or is ended because it hangs, gives a failed result that says so; so does each
    module without a test that ran, and each trace that was not replayed. Raises OSError when the
    disk is full: what is left then may be cut off.
    """
    launcher = launcher or Launcher()
    folder = Path(run.results)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run.settings.save(folder / "settings.json")
    build(run, folder / run.rtl.top, flavour=flavour, launcher=launcher)
    log = folder / "simulation.log"
    job = {
        "modules": list(modules),
        "folder": str(folder),
        "top": run.rtl.top,
        "seed": run.seed,
        "flavour": flavour,
        "only": only,
        "to_first_failure": to_first_failure,
        "plusargs": list(run.plusargs),
    }
    with run_job("cocotbext.msi_its.run.simulation", job, log, launcher) as process:
        ended = _wait(process, folder / "progress", progress, stall_seconds or STALL_SECONDS)
    results = _with_ending(folder, log, ended, process.returncode)
    planned = [module.rpartition(".")[2] for module in modules]
    planned += [trace.test for trace in run.traces]
    absent = _absent(results, [only] if only else planned, log)
    return [*(_explained(each, log) if _ends(each) else each for each in results), *absent]


def _with_ending(folder: Path, log: Path, ended: str, status: int) -> list[TestResult]:
    """Return the tests that a simulation left; what ended it early is a failure of its test.

    `ended` says why it was ended, if it did not end by itself, with this exit status.
    """
    results = finished(folder)
    check_disk(folder, "\n".join(each.failure for each in results))
    complete = cases(folder) is not None
    if ended or not complete or (status and all(each.passed for each in results)):
        why = ended or f"{ENDED_EARLY} (exit status {status})"
        check_disk(folder, tail(log))
        results.append(TestResult(_running(folder, results), False, 0.0, why))
    return results


def _absent(results: list[TestResult], planned: Sequence[str], log: Path) -> list[TestResult]:
    """Return a failure for each test, or module of tests, that was planned and did not run."""
    ended_in = next((each.name for each in reversed(results) if _ends(each)), "")
    ran = {result.name for result in results}
    ran |= {name.partition(".")[0] for name in ran}
    return [
        not_run(name, ended_in)
        if ended_in
        else TestResult(name, False, 0.0, f"no test of {name} ran; see {shown(log)}")
        for name in planned
        if name not in ran
    ]


def _ends(result: TestResult) -> bool:
    return result.failure.startswith((ENDED_EARLY, ENDED_BY_DESIGN, HANGS))


def _explained(result: TestResult, log: Path) -> TestResult:
    """Say what ended the simulation in this test: the design, or else the end of the log."""
    found = ending(log)
    if found is None:
        why = f"{result.failure}; the end of {shown(log)}:\n{tail(log)}"
        return replace(result, failure=why)
    return replace(result, failure=f"{found}\n  log: {shown(log)}", cause=found.cause)


def simulate_all(
    simulations: Sequence[Simulation],
    done: Callable[[Simulation, list[TestResult]], None],
    *,
    flavour: Flavour = Flavour.PLAIN,
    only: str = "",
    jobs: int | None = None,
) -> None:
    """Run simulations side by side; call `done` with each, in the order given.

    `jobs` of them run at once, by default one a core. Those with the longest traces start first.
    When anything is raised, all are ended at once.
    """
    launcher = Launcher()

    def work(each: Simulation) -> list[TestResult]:
        return simulate(each.run, each.modules, flavour=flavour, only=only, launcher=launcher)

    def size(each: Simulation) -> int:
        return each.run.operations

    launcher.each(work, simulations, done, jobs=jobs, size=size, in_order=True)


def _wait(
    process: subprocess.Popen[bytes],
    heartbeat: Path,
    progress: Callable[[int], None] | None,
    stall_seconds: float,
) -> str:
    """Wait for a simulation; return why it was ended, or nothing if it ended by itself."""
    last_sign, last_text = time.monotonic(), ""
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.5)
            return ""
        text = tail(heartbeat, 1)
        if text != last_text:
            last_sign, last_text = time.monotonic(), text
            if progress is not None and text.split()[:1]:
                progress(int(text.split()[0]))
        elif time.monotonic() - last_sign > stall_seconds:
            kill(process)
            return f"{HANGS}: no clock cycle in {stall_seconds} seconds, so it was ended"


def _running(folder: Path, results: list[TestResult]) -> str:
    """Return the name of the test that was running when a simulation ended."""
    words = tail(folder / "progress", 1).split(maxsplit=2)
    return words[2] if len(words) > 2 else f"(before test {len(results) + 1})"


def _simulate_batch(job: dict[str, Any]) -> None:
    """Run batched tests."""
    from cocotbext.msi_its.batch.environment import run_tests

    os.environ[VARIABLE] = str(Path(job["folder"]) / "settings.json")
    run_tests(job["modules"], Settings.load(), job["to_first_failure"])


def _child(job: dict[str, Any]) -> None:
    """Run one simulation in this process (of its own)."""
    folder = Path(job["folder"])
    flavour = Flavour(job["flavour"])
    if flavour is Flavour.BATCH:
        _simulate_batch(job)
        return
    verilator.run_program(
        folder,
        job["top"],
        job["modules"],
        seed=job["seed"],
        only=rf"\b{re.escape(job['only'])}$" if job["only"] else None,
        waves=flavour is Flavour.WAVES,
        timescale=TIMESCALE,
        plusargs=job["plusargs"],
        environment={
            VARIABLE: str(folder / "settings.json"),
            "PYTHONPATH": str(ROOT),
            "COCOTB_ANSI_OUTPUT": "0",
            "COCOTB_MAX_FAILURES": str(int(job["to_first_failure"])),
            "PYTHONWARNINGS": "ignore::DeprecationWarning:cocotbext",
        },
    )


if __name__ == "__main__":
    be_job(_child)
