# SPDX-License-Identifier: MIT
"""`make regress`: many random seeds on every parameter set, merged into one report.

The directed tests and the recorded traces run once, the random tests once a seed, each on all
parameter sets (of `tb.sim`), in simulations of their own. What has finished is kept as it finishes,
so an interrupted regression goes on where it was (RESUME=1). A test that fails is run again, alone
and with waves.
"""

from __future__ import annotations

import gzip
import json
import os
import platform
import re
import shlex
import shutil
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tb import code_coverage, coverage, discovery, fingerprint, regress_report, report, testplan
from tb.build import BuildError, Flavour, SimulationError
from tb.operations import Tables
from tb.processes import Interrupted, Processes, exclusive
from tb.rtl import ROOT, Rtl, RtlError
from tb.sim import SETS
from tb.simulator import CODE_COVERAGE, TestResult, simulate
from tb.summary import RESULTS, Failure, Finished, Job, Plan, Summary
from tb.verilator import VerilatorError, find_verilator

PLAN = RESULTS / "plan.json"

RERUNS = 4
"""Of how many causes the first failing test is run again with waves; others say how to do that."""

NAMED = 3
"""How many failing tests the line of a simulation names."""

CYCLE = re.compile(r", in clock cycle ([\d,]+)")

CANNOT_RUN = (SimulationError, RtlError, VerilatorError, OSError)
"""What keeps one simulation from running, but not the others."""


class RegressError(Exception):
    """The regression cannot start or go on; says why and what to do."""


def made_of(rtl: Rtl) -> str:
    """Return what identifies everything that results depend on: design, testbench, tests, tools."""
    sets = [Job(name, "random", 0).run(rtl, RESULTS).parameters for name in SETS]
    designs = [fingerprint.design(rtl, parameters) for parameters in sets]
    return fingerprint.of([fingerprint.testbench(), *designs])


def regress(
    seed: int | None, seeds: int | None, jobs: int | None, resume: bool, rtl: Rtl, gate: bool
) -> int:
    """Run the regression; return the exit status.

    With `resume` go on with the one before, whose seeds hold. With `gate` fail, too, if coverage is
    not complete.
    """
    discovery.check()
    if not rtl.own:
        rtl.check()
    code_coverage.code_coverage({}, rtl.files_read(), ROOT)  # a bad excuse shows now
    command = "coverage" if gate else "regress"
    with exclusive(RESULTS.with_suffix(".lock"), "make regress"):
        plan = _plan(seed, seeds, resume, rtl)
        return _regress(plan, jobs or os.cpu_count() or 1, gate, command)


def _plan(seed: int | None, seeds: int | None, resume: bool, rtl: Rtl) -> Plan:
    """Return the plan, kept or new. Raises RegressError for one that cannot go on."""
    made = made_of(rtl)
    if not resume:
        chosen = seed if seed is not None else int.from_bytes(os.urandom(3))
        seeds = seeds or 20
        if chosen + seeds > 2**31:
            raise RegressError(f"SEED={chosen} SEEDS={seeds}: the largest seed is {2**31 - 1}")
        shutil.rmtree(RESULTS, ignore_errors=True)
        (RESULTS / "runs").mkdir(parents=True)
        plan = Plan(chosen, seeds, rtl, made)
        PLAN.write_text(json.dumps(asdict(plan)))
        return plan
    try:
        values = json.loads(PLAN.read_text())
        plan = Plan(values["seed"], values["seeds"], Rtl(**values["rtl"]), values["made"])
    except (OSError, ValueError, KeyError, TypeError):
        raise RegressError("RESUME=1: there is no regression to go on with; leave it out") from None
    if plan.rtl != rtl or seed not in (None, plan.seed) or seeds not in (None, plan.seeds):
        raise RegressError(
            f"RESUME=1 goes on with SEED={plan.seed} SEEDS={plan.seeds} RTL={plan.rtl.file_list} "
            f"TOP={plan.rtl.top}: give no others, or leave RESUME out to start anew"
        )
    if plan.made != made:
        raise RegressError(
            "RESUME=1: the RTL, the testbench or a tool has changed since: results of both would "
            "be mixed up; leave RESUME out to start anew"
        )
    return plan


def _regress(plan: Plan, workers: int, gate: bool, command: str) -> int:
    started = time.monotonic()
    print(f"seed {plan.seed}, {plan.seeds} seeds, {len(plan.jobs)} simulations", flush=True)
    done = {job: kept for job in plan.jobs if (kept := _kept(job)) is not None}
    if done:
        print(f"{len(done)} of them had finished before", flush=True)
    processes = Processes()
    status = 0
    try:
        _run_all(plan, done, workers, processes)
        failures = _explain(plan, done, processes)
    except Interrupted as signal:
        processes.stop()
        status = signal.status
        failures = _explain(plan, done, None)
    summary = _summarise(plan, done, failures, time.monotonic() - started, status != 0)
    _write(summary)
    if status:
        print(
            f"{command}: interrupted; {len(done)} of {len(plan.jobs)} simulations had finished; "
            f"RESUME=1 goes on; report: {_shown(regress_report.HTML)}",
            file=sys.stderr,
        )
        return status
    print(regress_report.terminal(summary))
    if made_of(plan.rtl) != plan.made:
        raise RegressError(
            "the RTL or the testbench was changed while this ran: results of both are mixed up; "
            "run it again"
        )
    shortfalls = summary.shortfalls
    if gate and shortfalls:
        print("\ncoverage is not complete:\n" + "\n".join(f"  {each}" for each in shortfalls))
    print(f"report: {_shown(regress_report.HTML)}; seed {plan.seed}")
    print(regress_report.closing_line(command, summary))
    return 1 if not summary.passed or (gate and shortfalls) else 0


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


# ---- running ------------------------------------------------------------------------------------


def _kept(job: Job) -> Finished | None:
    """Return what a job left when it finished, if it did."""
    try:
        values = json.loads((job.folder / "finished.json").read_text())
        return Finished(job, values["tests"], values["seconds"])
    except (OSError, ValueError, KeyError):
        return None


def _run_all(plan: Plan, done: dict[Job, Finished], workers: int, processes: Processes) -> None:
    """Run the jobs that are not done, some at a time; add each to `done` as it finishes."""
    waiting = [job for job in plan.jobs if job not in done]
    before, began = len(done), time.monotonic()
    broken: set[Tables] = set()
    with ThreadPoolExecutor(workers) as pool:
        running: set[Future[Finished]] = {
            pool.submit(_run_job, job, plan.rtl, processes, broken) for job in waiting
        }
        try:
            while running:
                ended, running = wait(running, return_when=FIRST_COMPLETED)
                for each in ended:
                    finished = each.result()
                    done[finished.job] = finished
                    spent = time.monotonic() - began
                    left = spent / (len(done) - before) * (len(plan.jobs) - len(done))
                    _show(finished, len(done), len(plan.jobs), left)
        except BaseException:
            processes.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _run_job(job: Job, rtl: Rtl, processes: Processes, broken: set[Tables]) -> Finished:
    """Run one job, and keep what it left. A simulation that cannot run is a failed test.

    `broken` are the tables for which the RTL does not build: that is tried once.
    """
    began = time.monotonic()
    try:
        run = job.run(rtl, job.folder)
        if run.tables in broken:
            raise BuildError("the RTL does not build for these parameters: see the first failure")
        results = simulate(run, job.modules, flavour=Flavour.COVERAGE, processes=processes)
    except CANNOT_RUN as error:
        if isinstance(error, BuildError):
            broken.add(run.tables)
        job.folder.mkdir(parents=True, exist_ok=True)
        results = [TestResult("simulation", False, 0.0, str(error))]
    (job.folder / rtl.top).unlink(missing_ok=True)
    counted = job.folder / CODE_COVERAGE
    if counted.is_file():
        with gzip.open(f"{counted}.gz", "wb", compresslevel=3) as file:
            file.write(counted.read_bytes())
        counted.unlink()
    finished = Finished(job, report.as_values(results), time.monotonic() - began)
    unfinished = job.folder / "finished.new"
    unfinished.write_text(json.dumps({"tests": finished.tests, "seconds": finished.seconds}))
    unfinished.rename(job.folder / "finished.json")
    return finished


def _show(finished: Finished, number: int, total: int, left: float) -> None:
    """Print one line a simulation that has ended."""
    job = finished.job
    failed = ", ".join(test["name"] for test in finished.failed[:NAMED])
    more = len(finished.failed) - NAMED
    failed += f" and {more} more" if more > 0 else ""
    failed += f"; {len(finished.not_run)} did not run" if finished.not_run else ""
    print(
        f"[{number:>{len(str(total))}}/{total}] {job.set:<8} {job.kind:<8} seed {job.seed:<10} "
        f"{finished.count('operations'):>8,} operations {finished.seconds:>6.1f} s  "
        + (f"FAIL {failed}" if failed else "pass")
        + (f"  (about {left / 60:.0f} min left)" if left > 60 else ""),
        flush=True,
    )


# ---- failures -----------------------------------------------------------------------------------


def _explain(plan: Plan, done: dict[Job, Finished], processes: Processes | None) -> list[Failure]:
    """Return the tests that failed, in the order of the plan.

    The first one of each cause is run again, of the first few; none without `processes`.
    """
    failures: list[Failure] = []
    reruns = 0
    causes: set[str] = set()
    for job in (each for each in plan.jobs if each in done):
        for test in done[job].failed:
            again, waves = "", ""
            new = report.cause_of(test) not in causes
            causes.add(report.cause_of(test))
            if processes is not None and new and reruns < RERUNS and "." in test["name"]:
                reruns += 1
                print(f"again with waves: {job.set} {test['name']} seed {job.seed} ...", flush=True)
                again, waves = _again(job, test, plan.rtl, processes)
            last = test is done[job].failed[-1]
            ended = len(done[job].not_run) if last else 0
            failures.append(_failure(job, test, plan.rtl, again, waves, ended))
    return failures


def _again(job: Job, test: dict[str, Any], rtl: Rtl, processes: Processes) -> tuple[str, str]:
    """Run a test that failed again, alone and with waves; return what came of it, and the file."""
    name = test["name"]
    folder = RESULTS / "failed" / f"{job.name}-{name}"
    module = f"tests.rtl.{name.partition('.')[0]}"
    run = job.run(rtl, folder)
    try:
        results = simulate(run, (module,), flavour=Flavour.WAVES, only=name, processes=processes)
    except CANNOT_RUN as error:
        return f"could not be run again: {error}", ""
    (folder / rtl.top).unlink(missing_ok=True)
    waves = folder / "dump.vcd"
    file = _shown(waves) if waves.is_file() else ""
    if all(each.passed for each in results):
        return "passed when run again alone: what ran before it in its simulation matters", file
    (same,) = [each for each in report.as_values(results) if not each["passed"]][:1]
    if _words(same) == _words(test):
        cycle = CYCLE.search(_first(same))
        where = f", in clock cycle {cycle[1]} of the waveform" if cycle else ""
        return f"failed in the same way when run again alone{where}", file
    return f"failed otherwise when run again alone: {_words(same)}", file


def _first(test: dict[str, Any]) -> str:
    """Return the first line of what a failed test says first."""
    reports = test["reports"]
    return str(reports[0]["text"] if reports else test["failure"]).partition("\n")[0]


def _words(test: dict[str, Any]) -> str:
    """Return what a failed test says first, wherever it runs: without clock cycle and log file."""
    return CYCLE.sub("", _first(test)).partition("; the end of ")[0]


def _failure(
    job: Job, test: dict[str, Any], rtl: Rtl, again: str, waves: str, ended: int = 0
) -> Failure:
    alone = not again.startswith("passed") and "." in test["name"]
    words = [f"SEED={job.seed}"]
    if alone:
        words = ["sim", f"SET={job.set}", f"TEST={test['name']}", *words, "WAVES=1"]
    else:
        words = ["regress", *words, "SEEDS=1"]
    reports = tuple(each["text"] for each in test["reports"])
    if reports and test["cause"]:  # what ended it says more than what differed before
        reports = (test["failure"], *reports)
    return Failure(
        job,
        test["name"],
        reports,
        test["failure"],
        test["mismatches"],
        again,
        waves,
        shlex.join(["make", *words, *rtl.words]),
        report.cause_of(test),
        ended,
    )


# ---- results ------------------------------------------------------------------------------------


def _summarise(
    plan: Plan,
    done: dict[Job, Finished],
    failures: Sequence[Failure],
    seconds: float,
    interrupted: bool,
) -> Summary:
    """Merge everything that has finished."""
    finished = [done[job] for job in plan.jobs if job in done]
    tests = [test for each in finished for test in each.tests]
    failed = {test["name"] for test in tests if test["ran"] and not test["passed"]}
    passed = {test["name"] for test in tests if test["passed"]}
    passed -= {test["name"] for test in tests if not test["passed"]}
    points = coverage.results(coverage.merge(test["coverage"] for test in tests))
    counts: Counter[str] = Counter()
    unread = []
    for each in finished:
        path = each.job.folder / f"{CODE_COVERAGE}.gz"
        try:
            counts.update(code_coverage.read(path))
        except code_coverage.CoverageError as error:
            unread.append(f"{each.job.name}: no code coverage: {error}")
    try:
        code = code_coverage.code_coverage(counts, plan.rtl.files_read(), ROOT)
    except (code_coverage.CoverageError, RtlError) as error:
        unread.append(f"the RTL has changed since it was built: no code coverage: {error}")
        code = code_coverage.CodeCoverage({}, {}, code_coverage.points(counts, ROOT))
    verilator = find_verilator()
    return Summary(
        seed=plan.seed,
        seeds=plan.seeds,
        rtl=plan.rtl,
        planned=len(plan.jobs),
        interrupted=interrupted,
        seconds=seconds,
        finished=finished,
        failures=list(failures),
        rules=testplan.judge(testplan.load(), passed, failed, points),
        points=points,
        code=code,
        unread=unread,
        tools={
            "Verilator": f"{verilator.version[0]}.{verilator.version[1]:03}",
            "cocotb": version("cocotb"),
            "Python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        },
    )


def _write(summary: Summary) -> None:
    """Write all files of the report."""
    for path, text in regress_report.files(summary).items():
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
