# SPDX-License-Identifier: MIT
"""Runs tests in the simulation of a translator: cocotb tests, or tests in bulk.

Simulations run in processes of their own: one that stops making progress is ended and says so, and
all can be ended at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from cocotb_tools.runner import get_runner

from tb.build import TIMESCALE, Flavour, build
from tb.disk import check_disk
from tb.ending import ending
from tb.processes import Processes, be_job, kill, run_job
from tb.rtl import ROOT
from tb.run import Run
from tb.text import shown, tail

CODE_COVERAGE = "coverage.dat"
"""What a simulation with coverage leaves in its folder."""

ENDED_EARLY = "the simulation ended early"
ENDED_BY_DESIGN = "the design ended the simulation"
HANGS = "the simulation hangs"
"""How a failure begins that needs what the log says (the second is the bulk path's)."""

STALL_SECONDS = 120
"""After how many seconds without a sign of life a simulation is ended."""


@dataclass(frozen=True, slots=True)
class TestResult:
    """One cocotb test: what it did, and why it failed if it did.

    A test that never started, because its simulation had ended, has not `ran`. `cause` is the same
    for all tests that the same statement of the design ended; empty for all others.
    """

    __test__: ClassVar[bool] = False  # whatever pytest thinks of the name

    name: str
    passed: bool
    seconds: float
    failure: str = ""
    counts: dict[str, Any] = field(default_factory=dict)
    ran: bool = True
    cause: str = ""

    @property
    def failed(self) -> bool:
        """Whether it ran, and did not pass."""
        return self.ran and not self.passed

    def count(self, name: str) -> int:
        """Return one of the checker's counts: operations, messages, dropped or mismatches."""
        return int(self.counts.get(name, 0))


@dataclass(frozen=True, slots=True)
class Simulation:
    """One of several simulations: a heading for people, what to run, and the test modules."""

    heading: str
    run: Run
    modules: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its short name: that of the folder of its results."""
        return Path(self.run.results).name


def simulate(
    run: Run,
    modules: Sequence[str],
    *,
    flavour: Flavour = Flavour.PLAIN,
    only: str = "",
    to_first_failure: bool = False,
    stall_seconds: float | None = None,
    progress: Callable[[int], None] | None = None,
    processes: Processes | None = None,
) -> list[TestResult]:
    """Run the tests of some modules, bulk tests in bulk and cocotb tests otherwise.

    `only` names one test, as in `rule_tests.r8_refused_means_disabled`; without it all run, or with
    `to_first_failure` those up to the first that fails.
    `progress` is called now and then with the number of operations executed so far. A simulation
    that ends early, or is ended because it hangs, gives a failed result that says so; so does each
    module without a test that ran, and each trace that was not replayed. Raises OSError when the
    disk is full: what is left then may be cut off.
    """
    processes = processes or Processes()
    folder = Path(run.results)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run.save(folder / "run.json")
    build(run, folder / run.rtl.top, flavour=flavour, processes=processes)
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
    with run_job("tb.simulator", job, log, processes) as process:
        ended = _wait(process, folder / "progress", progress, stall_seconds or STALL_SECONDS)
    results = finished(folder)
    check_disk(folder, "\n".join(each.failure for each in results))
    complete = _cases(folder) is not None
    if ended or not complete or (process.returncode and all(each.passed for each in results)):
        why = ended or f"{ENDED_EARLY} (exit status {process.returncode})"
        check_disk(folder, tail(log))
        results.append(TestResult(_running(folder, results), False, 0.0, why))
    ended_in = next((each.name for each in reversed(results) if _ends(each)), "")
    results = [_explained(each, log) if _ends(each) else each for each in results]
    ran = {result.name for result in results}
    ran |= {name.partition(".")[0] for name in ran}
    planned = [module.rpartition(".")[2] for module in modules]
    planned += [trace.test for trace in run.traces]
    for name in [only] if only else planned:
        if name not in ran:
            why = f"no test of {name} ran; see {shown(log)}"
            missing = _not_run(name, ended_in) if ended_in else TestResult(name, False, 0.0, why)
            results.append(missing)
    return results


def _ends(result: TestResult) -> bool:
    return result.failure.startswith((ENDED_EARLY, ENDED_BY_DESIGN, HANGS))


def _explained(result: TestResult, log: Path) -> TestResult:
    """Say what ended the simulation in this test: the design, or else the end of the log."""
    found = ending(log)
    if found is None:
        why = f"{result.failure}; the end of {shown(log)}:\n{tail(log)}"
        return replace(result, failure=why)
    return replace(result, failure=f"{found}\n  log: {shown(log)}", cause=found.cause)


def _not_run(name: str, ended_in: str) -> TestResult:
    return TestResult(
        name, False, 0.0, f"did not run: the simulation had ended in {ended_in}", ran=False
    )


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
    processes = Processes()
    longest_first = sorted(simulations, key=lambda each: each.run.operations, reverse=True)
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        try:
            results = {
                each: pool.submit(
                    simulate,
                    each.run,
                    each.modules,
                    flavour=flavour,
                    only=only,
                    processes=processes,
                )
                for each in longest_first
            }
            for each in simulations:
                done(each, results[each].result())
        except BaseException:
            processes.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


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


def finished(folder: Path) -> list[TestResult]:
    """Return the tests of a simulation that have ended, also when the simulation itself has not.

    They are read from what it leaves in its folder: cocotb's results and the checkers' counts.
    """
    counts: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("*.*.json"), key=lambda file: file.stat().st_mtime_ns):
        with contextlib.suppress(ValueError):  # one that was being written
            counts[file.name.removesuffix(".json")] = json.loads(file.read_text())
    results = []
    failed = ended = ""  # the last test that failed; the one in which the simulation ended
    for case in _cases(folder) or ():
        name = f"{case.get('classname', '').rpartition('.')[2]}.{case.get('name')}"
        end = _ended(case)
        if end and (ended or end == TERMINATED):
            results.append(_not_run(name, ended or failed))
            continue
        seconds = float(case.get("time") or 0)
        failure = _failure(case)
        results.append(TestResult(name, not failure, seconds, failure, counts.pop(name, {})))
        failed = name if failure else failed
        ended = name if end else ended
    for name, values in counts.items():
        failure = "" if values["passed"] else "failed; see simulation.log"
        results.append(TestResult(name, not failure, 0.0, failure, values))
    return results


TERMINATED = "RegressionTerminated"
ENDED = ("SimFailure", TERMINATED)
"""What cocotb calls the failure of the test in which the simulation ended, and of all after it; and
that of the tests after the one at which it was to stop."""


def _ended(case: ElementTree.Element) -> str:
    """Return which of ENDED a test failed by, or nothing."""
    found = [each.get("type") for each in case if each.tag in ("failure", "error")]
    return next((each for each in found if each in ENDED), "")


def _cases(folder: Path) -> list[ElementTree.Element] | None:
    """Return the tests of a simulation that ended as it should; None if it did not, or not yet."""
    try:
        return list(ElementTree.parse(folder / "results.xml").iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return None


def _failure(case: ElementTree.Element) -> str:
    """Return why a test of cocotb's results did not pass, or nothing if it did."""
    if _ended(case):
        return ENDED_EARLY
    if case.find("skipped") is not None:
        return "skipped: it proves nothing"
    for problem in (case.find("failure"), case.find("error")):
        if problem is not None:
            return problem.get("message") or problem.get("error_msg") or problem.text or "failed"
    return ""


def _simulate_bulk(job: dict[str, Any]) -> None:
    """Run bulk tests."""
    from tb.bulk.environment import run_tests  # which needs numpy, unlike all else here

    os.environ["TB_RUN"] = str(Path(job["folder"]) / "run.json")
    run_tests(job["modules"], Run.load(), job["to_first_failure"])


def _child(job: dict[str, Any]) -> None:
    """Run one simulation in this process (of its own)."""
    folder = Path(job["folder"])
    flavour = Flavour(job["flavour"])
    if flavour is Flavour.BULK:
        _simulate_bulk(job)
        return
    unit, _, precision = TIMESCALE.partition("/")
    get_runner("verilator").test(
        test_module=job["modules"],
        hdl_toplevel=job["top"],
        hdl_toplevel_lang="verilog",
        build_dir=folder,
        test_dir=folder,
        results_xml=str(folder / "results.xml"),
        seed=job["seed"],
        waves=flavour is Flavour.WAVES,
        test_filter=rf"\b{re.escape(job['only'])}$" if job["only"] else None,
        timescale=(unit, precision),
        test_args=[
            *("+verilator+rand+reset+2", f"+verilator+seed+{job['seed'] % (2**31 - 1) + 1}"),
            *job["plusargs"],
        ],
        extra_env={
            "TB_RUN": str(folder / "run.json"),
            "PYTHONPATH": str(ROOT),
            "COCOTB_ANSI_OUTPUT": "0",
            "COCOTB_MAX_FAILURES": str(int(job["to_first_failure"])),
            "PYTHONWARNINGS": "ignore::DeprecationWarning:cocotbext",
        },
    )


if __name__ == "__main__":
    be_job(_child)
