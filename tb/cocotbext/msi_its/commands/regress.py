# SPDX-License-Identifier: MIT
"""`make regress`: many random seeds on every parameter set, merged into one report.

The directed tests and the recorded traces run once, the random tests once a seed, each on all
parameter sets (see `run.sets`), in simulations of their own. What has finished is kept as it
finishes, so an interrupted regression goes on where it was (RESUME=1). A test that fails is run
again, alone and with waves.
"""

from __future__ import annotations

import argparse
import errno
import gzip
import json
import os
import platform
import shlex
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

from cocotbext.msi_its.checks.coverage import merging as coverage
from cocotbext.msi_its.report import console as report
from cocotbext.msi_its.report import testplan
from cocotbext.msi_its.report.files import Regress
from cocotbext.msi_its.report.html import html
from cocotbext.msi_its.report.junit import junit, suites
from cocotbext.msi_its.report.lcov import lcov
from cocotbext.msi_its.report.regression import (
    RESULTS,
    RUNS,
    Failure,
    Finished,
    Job,
    Plan,
    Summary,
)
from cocotbext.msi_its.report.terminal import closing_line, terminal
from cocotbext.msi_its.report.ucis import ucis
from cocotbext.msi_its.run import discovery, fingerprint
from cocotbext.msi_its.run.build import BuildError, Flavour, SimulationError
from cocotbext.msi_its.run.design import Rtl, RtlError
from cocotbext.msi_its.run.disk import check_disk, is_disk_full
from cocotbext.msi_its.run.launcher import Interrupted, Launcher, exclusive
from cocotbext.msi_its.run.places import HERE, PROGRAM
from cocotbext.msi_its.run.results import CODE_COVERAGE
from cocotbext.msi_its.run.sets import EVERYTHING, SETS, Only, only
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.run.simulators import code_coverage
from cocotbext.msi_its.run.simulators.verilator_finder import VerilatorError, find_verilator
from cocotbext.msi_its.vocabulary.operations import Configuration
from cocotbext.msi_its.vocabulary.results import TestResult, dump, load
from cocotbext.msi_its.vocabulary.text import UserError, shown
from msi_its_model import DEFAULT_PROFILE, PROFILES, Profile

PLAN = RESULTS / "plan.json"
HTML = RESULTS / "report.html"
JSON = RESULTS / "result.json"
JUNIT = RESULTS / "junit.xml"
LCOV = RESULTS / "coverage.info"
UCIS = RESULTS / "coverage.xml"

ATTEMPTS = "attempts"
"""The folder in RESULTS with simulations that have not finished."""

FINISHED = "finished.json"
"""What a simulation leaves at last: its tests."""

RERUNS = 4
"""Of how many causes the first failing test is run again with waves; others say how to do that."""

NAMED = 3
"""How many failing tests the line of a simulation names."""

CANNOT_RUN = (SimulationError, RtlError, VerilatorError, OSError)
"""What keeps one simulation from running, but not the others."""


class RegressError(UserError):
    """The regression cannot start or go on; says why and what to do."""


def made_of(rtl: Rtl, profile: str) -> str:
    """Return what identifies everything that results depend on: design, testbench, tests, tools."""
    jobs = [Job(name, "random", 0, profile=profile) for name in SETS]
    sets = [job.run(rtl, RESULTS).parameters for job in jobs]
    designs = [fingerprint.design(rtl, parameters) for parameters in sets]
    return fingerprint.of([fingerprint.testbench(), *designs])


def run(arguments: argparse.Namespace, rtl: Rtl) -> int:
    """Do what the command line asks for; return the exit status."""
    return regress(
        arguments.seed,
        arguments.seeds,
        arguments.jobs,
        arguments.resume,
        rtl,
        arguments.command == "coverage",
        only(arguments.set, arguments.test, "", arguments.profile or DEFAULT_PROFILE),
        arguments.failed,
        arguments.profile,
    )


def regress(
    seed: int | None,
    seeds: int | None,
    jobs: int | None,
    resume: bool,
    rtl: Rtl,
    gate: bool,
    only: Only = EVERYTHING,
    failed: bool = False,
    profile: Profile | None = None,
) -> int:
    """Run the regression, or what `only` says of it; return the exit status.

    It runs under `profile`; None: the default, or that of the one before.
    With `resume` go on with the one before, whose seeds hold; with `failed` run those of its
    simulations again in which something failed. With `gate` fail, too, if coverage is not complete.
    """
    discovery.check()
    if not rtl.own:
        rtl.check()
    code_coverage.code_coverage({}, rtl.files_read(), HERE)  # a bad excuse shows now
    command = "coverage" if gate else "regress"
    with exclusive(RESULTS.with_suffix(".lock"), f"{PROGRAM} regress"):
        plan = _plan(seed, seeds, resume, rtl, only, failed, gate, profile)
        return _regress(plan, jobs or os.cpu_count() or 1, gate, command)


def _plan(
    seed: int | None,
    seeds: int | None,
    resume: bool,
    rtl: Rtl,
    only: Only = EVERYTHING,
    failed: bool = False,
    gate: bool = False,
    profile: Profile | None = None,
) -> Plan:
    """Return the plan, kept or new. Raises RegressError for one that cannot go on."""
    if resume and failed:
        raise RegressError(
            "FAILED=1 runs what failed before, RESUME=1 what had not finished: give one of them"
        )
    if resume or failed:
        variable = "RESUME" if resume else "FAILED"
        plan = _plan_before(seed, seeds, rtl, only, variable, profile)
    else:
        chosen = seed if seed is not None else int.from_bytes(os.urandom(3))
        seeds = seeds or 20
        if chosen + seeds > 2**31:
            raise RegressError(f"SEED={chosen} SEEDS={seeds}: the largest seed is {2**31 - 1}")
        name = (profile or DEFAULT_PROFILE).name
        plan = Plan(chosen, seeds, rtl, made_of(rtl, name), only, profile=name)
    if failed:
        made = made_of(rtl, plan.profile)
        plan = replace(plan, made=made, again=_failed_before(plan))
    if gate and plan.part:
        raise RegressError(
            f"{plan.part}: a part of the tests cannot cover everything; {PROGRAM} regress runs it"
        )
    if resume:
        if plan.made != made_of(rtl, plan.profile):
            raise RegressError(
                "RESUME=1: the RTL, the testbench or a tool has changed since: results of both "
                "would be mixed up; leave RESUME out to start anew"
            )
        return plan
    _start(plan)
    return plan


def _start(plan: Plan) -> None:
    """Keep a new plan in a folder that replaces the one before, as a whole."""
    new = RESULTS.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    (new / RUNS).mkdir(parents=True)
    (new / PLAN.name).write_text(json.dumps(asdict(plan)))
    old = RESULTS.with_suffix(".old")
    shutil.rmtree(old, ignore_errors=True)
    if RESULTS.exists():
        RESULTS.rename(old)
    new.rename(RESULTS)
    shutil.rmtree(old, ignore_errors=True)


def _plan_before(
    seed: int | None,
    seeds: int | None,
    rtl: Rtl,
    only: Only,
    variable: str,
    profile: Profile | None = None,
) -> Plan:
    """Return the plan of the regression before. Raises RegressError if what is given differs."""
    try:
        values = json.loads(PLAN.read_text())
        plan = Plan(
            values["seed"],
            values["seeds"],
            Rtl(**values["rtl"]),
            values["made"],
            Only(**values["only"]),
            tuple(values["again"]),
            PROFILES[values["profile"]].name,
        )
    except (OSError, ValueError, KeyError, TypeError):
        goes = "go on with" if variable == "RESUME" else "look at"
        said = f"{variable}=1: there is no regression to {goes}; leave it out"
        raise RegressError(said) from None
    same_seeds = seed in (None, plan.seed) and seeds in (None, plan.seeds)
    same_rules = profile is None or profile.name == plan.profile
    if plan.rtl != rtl or not (same_seeds and same_rules) or only not in (EVERYTHING, plan.only):
        words = [
            f"PROFILE={plan.profile}",
            *plan.only.words,
            f"RTL={plan.rtl.file_list}",
            f"TOP={plan.rtl.top}",
        ]
        words += [] if plan.rtl.sva else ["SVA=0"]
        raise RegressError(
            f"{variable}=1 goes on with SEED={plan.seed} SEEDS={plan.seeds} {' '.join(words)}: "
            f"give no others, or leave {variable} out to start anew"
        )
    return plan


def _failed_before(plan: Plan) -> tuple[str, ...]:
    """Return the simulations of a plan in which something failed. Raises RegressError if none."""
    ended = [kept for job in plan.jobs if (kept := _kept(job)) is not None]
    failed = tuple(each.job.name for each in ended if each.failed or each.not_run)
    if not failed:
        of = f"{len(ended)} of {len(plan.jobs)} simulations had finished"
        raise RegressError(f"FAILED=1: nothing failed in the regression before ({of})")
    return failed


def _regress(plan: Plan, workers: int, gate: bool, command: str) -> int:
    started = time.monotonic()
    print(f"seed {plan.seed}, {plan.seeds} seeds, {len(plan.jobs)} simulations", flush=True)
    if plan.part:
        print(f"only a part: {plan.part}", flush=True)
    done = {job: kept for job in plan.jobs if (kept := _kept(job)) is not None}
    if done:
        print(f"{len(done)} of them had finished before", flush=True)
    launcher = Launcher()
    status = 0
    shutil.rmtree(RESULTS / ATTEMPTS, ignore_errors=True)
    try:
        _run_all(plan, done, workers, launcher)
        failures = _explain(plan, done, launcher)
    except Interrupted as signal:
        launcher.stop()
        status = signal.status
        failures = _explain(plan, done, None)
    except OSError as error:
        if not is_disk_full(error):
            raise
        raise RegressError(
            f"the disk is full ({error}); {len(done)} of {len(plan.jobs)} simulations had finished "
            "and are kept: make room, and RESUME=1 goes on"
        ) from None
    summary = _summarise(plan, done, failures, time.monotonic() - started, status != 0)
    _write(summary)
    if status:
        print(
            f"{command}: interrupted; {len(done)} of {len(plan.jobs)} simulations had finished; "
            f"RESUME=1 goes on; report: {shown(HTML)}",
            file=sys.stderr,
        )
        return status
    print(terminal(summary, HTML))
    if made_of(plan.rtl, plan.profile) != plan.made:
        raise RegressError(
            "the RTL or the testbench was changed while this ran: results of both are mixed up; "
            "run it again"
        )
    shortfalls = summary.shortfalls
    if gate and shortfalls:
        print("\ncoverage is not complete:\n" + "\n".join(f"  {each}" for each in shortfalls))
    print(f"report: {shown(HTML)}; seed {plan.seed}")
    print(closing_line(command, summary))
    return 1 if not summary.passed or (gate and shortfalls) else 0


# ---- running ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _FinishedFile:
    """What is in the file FINISHED."""

    tests: list[TestResult]
    seconds: float


def _kept(job: Job) -> Finished | None:
    """Return what a job left when it finished, if it did."""
    try:
        kept = load((job.folder / FINISHED).read_text(), _FinishedFile)
    except (OSError, ValueError):
        return None
    return Finished(job, kept.tests, kept.seconds) if kept.tests else None


def _run_all(plan: Plan, done: dict[Job, Finished], workers: int, launcher: Launcher) -> None:
    """Run the jobs that are not done, some at a time; add each to `done` as it finishes."""
    waiting = [job for job in plan.jobs if job not in done]
    before, began = len(done), time.monotonic()
    broken: list[dict[str, int]] = []

    def work(job: Job) -> Finished:
        return _run_job(job, plan.rtl, launcher, broken)

    def ended(job: Job, finished: Finished) -> None:
        done[job] = finished
        spent = time.monotonic() - began
        left = spent / (len(done) - before) * (len(plan.jobs) - len(done))
        _show(finished, len(done), len(plan.jobs), left)

    launcher.each(work, waiting, ended, jobs=workers)


def _run_job(job: Job, rtl: Rtl, launcher: Launcher, broken: list[dict[str, int]]) -> Finished:
    """Run one job, and keep what it left. A simulation that cannot run is a failed test.

    `broken` are the parameters for which the RTL does not build: that is tried once. Each attempt
    has a folder of its own, which becomes the job's when it is complete; the first one to be stays.
    Raises OSError when the disk is full: what fails then says nothing.
    """
    began = time.monotonic()
    attempts = RESULTS / ATTEMPTS
    attempts.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=attempts)) / job.name
    folder.mkdir()
    try:
        try:
            run = job.run(rtl, folder)
            if run.parameters in broken:
                raise BuildError(
                    "the RTL does not build for these parameters: see the first failure"
                )
            results = simulate(
                run, job.modules, flavour=Flavour.COVERAGE, only=job.test, launcher=launcher
            )
        except CANNOT_RUN as error:
            check_disk(folder, str(error))
            if isinstance(error, BuildError):
                broken.append(run.parameters)
            folder.mkdir(exist_ok=True)
            results = [TestResult("simulation", False, 0.0, str(error))]
        (folder / rtl.top).unlink(missing_ok=True)
        counted = folder / CODE_COVERAGE
        if counted.is_file():
            data = counted.read_bytes()
            if not data.endswith(b"\n") and all(each.passed for each in results):
                raise OSError(errno.ENOSPC, "cut off, as on a full disk", str(counted))
            with gzip.open(f"{counted}.gz", "wb", compresslevel=3) as file:
                file.write(data)
            counted.unlink()
        # What the tests say names the folder as it will be.
        said = dump(_FinishedFile(results, time.monotonic() - began))
        said = said.replace(str(folder.relative_to(RESULTS)), f"{RUNS}/{job.name}")
        (folder / FINISHED).write_text(said)
        return _publish(folder, job)
    finally:
        shutil.rmtree(folder.parent, ignore_errors=True)


def _publish(folder: Path, job: Job) -> Finished:
    """Make a complete attempt the job's, unless another one is; return what then is kept."""
    if job.folder.exists() and _kept(job) is None:  # damaged since
        job.folder.rename(folder.parent / "damaged")
    try:
        folder.rename(job.folder)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
    kept = _kept(job)
    if kept is None:
        raise RegressError(f"{job.folder}: its results are gone; RESUME=1 goes on")
    return kept


def _show(finished: Finished, number: int, total: int, left: float) -> None:
    """Print one line a simulation that has ended."""
    job = finished.job
    failed = ", ".join(test.name for test in finished.failed[:NAMED])
    more = len(finished.failed) - NAMED
    failed += f" and {more} more" if more > 0 else ""
    failed += f"; {len(finished.not_run)} did not run" if finished.not_run else ""
    print(
        f"[{number:>{len(str(total))}}/{total}] {job.set:<12} {job.kind:<8} seed {job.seed:<10} "
        f"{finished.counts['operations']:>8,} operations {finished.seconds:>6.1f} s  "
        + (f"FAIL {failed}" if failed else "pass")
        + (f"  (about {left / 60:.0f} min left)" if left > 60 else ""),
        flush=True,
    )


# ---- failures -----------------------------------------------------------------------------------


def _explain(plan: Plan, done: dict[Job, Finished], launcher: Launcher | None) -> list[Failure]:
    """Return the tests that failed, in the order of the plan.

    The first one of each cause is run again, of the first few; none without a `launcher`.
    """
    failures: list[Failure] = []
    reruns = 0
    causes: set[str] = set()
    for job in (each for each in plan.jobs if each in done):
        for test in done[job].failed:
            again, waves = "", ""
            new = report.cause_of(test) not in causes
            causes.add(report.cause_of(test))
            if launcher is not None and new and reruns < RERUNS and "." in test.name:
                reruns += 1
                print(f"again with waves: {job.set} {test.name} seed {job.seed} ...", flush=True)
                again, waves = _again(job, test, plan.rtl, launcher)
            last = test is done[job].failed[-1]
            ended = len(done[job].not_run) if last else 0
            failures.append(_failure(job, test, plan.rtl, again, waves, ended))
    return failures


def _again(job: Job, test: TestResult, rtl: Rtl, launcher: Launcher) -> tuple[str, str]:
    """Run a test that failed again, alone and with waves; return what came of it, and the file."""
    name = test.name
    folder = RESULTS / "failed" / f"{job.name}-{name}"
    module = f"tests.rtl.{name.partition('.')[0]}"
    run = job.run(rtl, folder)
    try:
        results = simulate(run, (module,), flavour=Flavour.WAVES, only=name, launcher=launcher)
    except CANNOT_RUN as error:
        return f"could not be run again: {error}", ""
    (folder / rtl.top).unlink(missing_ok=True)
    waves = folder / "dump.vcd"
    file = shown(waves) if waves.is_file() else ""
    if all(each.passed for each in results):
        return "passed when run again alone: what ran before it in its simulation matters", file
    same = next(each for each in results if not each.passed)
    if _words(same) == _words(test):
        cycle = report.CYCLE.search(report.first_text(same))
        where = f", in clock cycle {cycle[1]} of the waveform" if cycle else ""
        return f"failed in the same way when run again alone{where}", file
    return f"failed otherwise when run again alone: {_words(same)}", file


def _words(test: TestResult) -> str:
    """Return what a failed test says first, wherever it runs: without clock cycle and log file."""
    return report.CYCLE.sub("", report.first_text(test)).partition("; the end of ")[0]


def _failure(
    job: Job, test: TestResult, rtl: Rtl, again: str, waves: str, ended: int = 0
) -> Failure:
    alone = not again.startswith("passed") and "." in test.name
    words = [f"SEED={job.seed}", *Configuration(PROFILES[job.profile]).words]
    if alone:
        words = ["sim", f"SET={job.set}", f"TEST={test.name}", *words, "WAVES=1"]
    else:
        words = ["regress", f"SET={job.set}", *words, "SEEDS=1"]
    reports = tuple(each.text for each in test.reports)
    if reports and test.cause:  # what ended it says more than what differed before
        reports = (test.failure, *reports)
    return Failure(
        job,
        test.name,
        reports,
        test.failure,
        test.mismatches,
        again,
        waves,
        shlex.join([PROGRAM, *words, *rtl.checked_words]),
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
    failed = {test.name for test in tests if test.failed}
    passed = {test.name for test in tests if test.passed}
    passed -= {test.name for test in tests if not test.passed}
    asked = [job.configuration for job in plan.jobs]
    points = coverage.results(coverage.merge(test.coverage for test in tests), asked)
    counts: Counter[str] = Counter()
    unread = []
    for each in finished:
        path = each.job.folder / f"{CODE_COVERAGE}.gz"
        try:
            counts.update(code_coverage.read(path))
        except code_coverage.CoverageError as error:
            unread.append(f"{each.job.name}: no code coverage: {error}")
    try:
        code = code_coverage.code_coverage(counts, plan.rtl.files_read(), HERE)
    except (code_coverage.CoverageError, RtlError) as error:
        unread.append(f"the RTL has changed since it was built: no code coverage: {error}")
        code = code_coverage.CodeCoverage({}, {}, code_coverage.points(counts, HERE))
    verilator = find_verilator()
    return Summary(
        seed=plan.seed,
        seeds=plan.seeds,
        rtl=plan.rtl,
        profile=plan.profile,
        planned=len(plan.jobs),
        part=plan.part,
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
    """Write all files of the report, each as a whole."""
    files = {
        HTML: html(summary),
        JSON: dump(Regress.of(summary)) + "\n",
        JUNIT: junit("regress", suites(summary)),
        LCOV: lcov(summary.code, summary.rtl.top),
        UCIS: ucis(summary),
    }
    for path, text in files.items():
        unfinished = path.with_name(f"{path.name}.new")
        unfinished.write_text(text, encoding="utf-8", errors="backslashreplace")
        unfinished.rename(path)
