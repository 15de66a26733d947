# SPDX-License-Identifier: MIT
"""`make regress`: many random seeds on every parameter set, merged into one report.

The directed tests and the recorded traces run once, the random tests once a seed, each on all
parameter sets (see `run.sets`), in simulations of their own. What has finished is kept as it
finishes, so an interrupted regression goes on where it was (RESUME=1). A test that fails is run
again, alone and with waves.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from cocotbext.msi_its.checks.coverage import merging as coverage
from cocotbext.msi_its.commands.export import pictures
from cocotbext.msi_its.report import console as report
from cocotbext.msi_its.report import testplan
from cocotbext.msi_its.report.files import Regress
from cocotbext.msi_its.report.html import html
from cocotbext.msi_its.report.junit import junit, suites
from cocotbext.msi_its.report.lcov import lcov
from cocotbext.msi_its.report.regression import Failure, Summary
from cocotbext.msi_its.report.terminal import closing_line, job_line, terminal
from cocotbext.msi_its.report.ucis import ucis
from cocotbext.msi_its.run import discovery
from cocotbext.msi_its.run.attempt import CANNOT_RUN
from cocotbext.msi_its.run.build import Flavour
from cocotbext.msi_its.run.design import Rtl, RtlError
from cocotbext.msi_its.run.disk import is_disk_full
from cocotbext.msi_its.run.engines import Engine, slurm
from cocotbext.msi_its.run.engines.local import Local
from cocotbext.msi_its.run.engines.slurm import Slurm
from cocotbext.msi_its.run.launcher import Interrupted, Launcher, exclusive
from cocotbext.msi_its.run.places import HERE, INSTALLED, PROGRAM
from cocotbext.msi_its.run.plan import PER_TASK, Job, Plan, PlanError, changed, made_of, ranges
from cocotbext.msi_its.run.sets import EVERYTHING, RECORDINGS, Only, only, with_tables
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.run.simulators import code_coverage
from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator
from cocotbext.msi_its.run.store import PLAN, RESULTS, Finished, Store
from cocotbext.msi_its.vocabulary.operations import Configuration
from cocotbext.msi_its.vocabulary.results import Counts, TestResult, dump
from cocotbext.msi_its.vocabulary.text import UserError, shown
from msi_its_model import DEFAULT_PROFILE, PROFILES, Profile

HTML = "report.html"
JSON = "result.json"
JUNIT = "junit.xml"
LCOV = "coverage.info"
UCIS = "coverage.xml"
"""The files of the report."""

RERUNS = 4
"""Of how many causes the first failing test is run again with waves; others say how to do that."""


class RegressError(UserError):
    """The regression cannot start or go on; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Farm:
    """What the simulations run on: this machine (`local`), a cluster (`slurm`), or `manual`.

    That is: shards are started by hand. `per_task` is how many simulations a shard has; `sbatch`
    are the words of options for Slurm.
    """

    name: str = "local"
    per_task: int | None = None
    sbatch: str = ""

    def check(self) -> Farm:
        """Return it, unless something would be left out in silence. Raises RegressError."""
        for variable, given, farms in (
            ("PER_TASK", self.per_task is not None, ("slurm", "manual")),
            ("SBATCH", bool(self.sbatch), ("slurm",)),
        ):
            if given and self.name not in farms:
                which = " or ".join(f"FARM={each}" for each in farms)
                raise RegressError(f"{variable}= is for {which}, and this is FARM={self.name}")
        return self

    def engine(self, store: Store, launcher: Launcher, jobs: int | None) -> Engine:
        """Return what runs jobs: so many at once. Raises RegressError."""
        if self.name == "slurm":
            try:
                return Slurm(launcher, jobs, shlex.split(self.sbatch))
            except ValueError as error:
                raise RegressError(f"SBATCH={self.sbatch}: {error}") from None
        store.forget_attempts()
        return Local(launcher, jobs or os.cpu_count() or 1)


LOCAL = Farm()


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
        Farm(arguments.farm, arguments.per_task, arguments.sbatch).check(),
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
    farm: Farm = LOCAL,
    folder: Path | None = None,
) -> int:
    """Run the regression, or what `only` says of it; return the exit status.

    It runs under `profile`; None: the default, or that of the one before.
    With `resume` go on with the one before, whose seeds hold; with `failed` run those of its
    simulations again in which something failed. With `gate` fail, too, if coverage is not complete.
    Results are in `folder`, by default RESULTS.
    """
    folder = folder or RESULTS
    discovery.check()
    if not rtl.own:
        rtl.check()
    code_coverage.code_coverage({}, rtl.files_read(), HERE)  # a bad excuse shows now
    command = "coverage" if gate else "regress"
    with exclusive(folder.with_suffix(".lock"), f"{PROGRAM} regress"):
        store = _store(folder, seed, seeds, resume, rtl, only, failed, gate, profile, farm.per_task)
        if farm.name == "manual":
            return _say_shards(store)
        launcher = Launcher()
        engine = farm.engine(store, launcher, jobs)
        return _regress(store, engine, launcher, gate, command)


def _say_shards(store: Store) -> int:
    """Say which shards there are to run, and how; return the exit status."""
    plan = store.plan
    missing = [each.number for each in store.shards if len(store.finished(each)) < len(each.jobs)]
    print(
        f"seed {plan.seed}, {plan.seeds} seeds: the plan, {shown(store.folder / PLAN)}, has "
        f"{len(store.shards)} shards; to run: {','.join(ranges(missing)) or 'none'}"
    )
    program = "msi-its" if INSTALLED else f"{shown(sys.executable)} -m cocotbext.msi_its"
    print(f"run each, anywhere that sees this folder: {program} shard NUMBER")
    print(f"then merge them here:                     {PROGRAM} regress RESUME=1")
    return 0


def _store(
    folder: Path,
    seed: int | None,
    seeds: int | None,
    resume: bool,
    rtl: Rtl,
    only: Only = EVERYTHING,
    failed: bool = False,
    gate: bool = False,
    profile: Profile | None = None,
    per_task: int | None = None,
) -> Store:
    """Return the plan with its folder, kept or new. Raises RegressError if it cannot go on."""
    if resume and failed:
        raise RegressError(
            "FAILED=1 runs what failed before, RESUME=1 what had not finished: give one of them"
        )
    if resume or failed:
        variable = "RESUME" if resume else "FAILED"
        before = _before(folder, seed, seeds, rtl, only, profile, per_task, variable)
        plan = before.plan
        made = made_of(rtl, plan.profile)
    else:
        chosen = seed if seed is not None else int.from_bytes(os.urandom(3))
        seeds = seeds or 20
        if chosen + seeds > 2**31:
            raise RegressError(f"SEED={chosen} SEEDS={seeds}: the largest seed is {2**31 - 1}")
        name = (profile or DEFAULT_PROFILE).name
        made = made_of(rtl, name)
        plan = Plan(chosen, seeds, rtl, made, only, (), name, per_task or PER_TASK)
    if failed:
        plan = replace(plan, made=made, again=_failed_before(before))
    if gate and plan.part:
        raise RegressError(
            f"{plan.part}: a part of the tests cannot cover everything; {PROGRAM} regress runs it"
        )
    if resume:
        if what := changed(plan.made, made):
            raise RegressError(
                f"RESUME=1: {what} has changed since: results of both would be mixed up; leave "
                "RESUME out to start anew"
            )
        return before
    slurm.cancel(folder)  # of one before that was killed: its tasks would run this plan
    return Store.create(folder, plan)


def _before(
    folder: Path,
    seed: int | None,
    seeds: int | None,
    rtl: Rtl,
    only: Only,
    profile: Profile | None,
    per_task: int | None,
    variable: str,
) -> Store:
    """Return the regression before. Raises RegressError if what is given differs."""
    try:
        store = Store.open(folder)
    except PlanError:
        goes = "go on with" if variable == "RESUME" else "look at"
        said = f"{variable}=1: there is no regression to {goes}; leave it out"
        raise RegressError(said) from None
    plan = store.plan
    same = seed in (None, plan.seed) and seeds in (None, plan.seeds)
    same = same and (variable == "FAILED" or per_task in (None, plan.per_task))
    same = same and (profile is None or profile.name == plan.profile)
    if plan.rtl != rtl or not same or only not in (EVERYTHING, plan.only):
        words = [f"PROFILE={plan.profile}", *plan.only.words]
        words += [f"RTL={plan.rtl.file_list}", f"TOP={plan.rtl.top}"]
        words += [] if plan.rtl.sva else ["SVA=0"]
        words += [] if plan.per_task == PER_TASK else [f"PER_TASK={plan.per_task}"]
        raise RegressError(
            f"{variable}=1 goes on with SEED={plan.seed} SEEDS={plan.seeds} {' '.join(words)}: "
            f"give no others, or leave {variable} out to start anew"
        )
    return store


def _failed_before(store: Store) -> tuple[str, ...]:
    """Return the simulations of a plan in which something failed. Raises RegressError if none."""
    ended = [each for shard in store.shards for each in store.finished(shard)]
    failed = tuple(each.job.name for each in ended if each.failed or each.not_run)
    if not failed:
        of = f"{len(ended)} of {len(store.plan.jobs)} simulations had finished"
        raise RegressError(f"FAILED=1: nothing failed in the regression before ({of})")
    return failed


def _regress(store: Store, engine: Engine, launcher: Launcher, gate: bool, command: str) -> int:
    started = time.monotonic()
    plan, page = store.plan, store.folder / HTML
    jobs = plan.jobs
    print(f"seed {plan.seed}, {plan.seeds} seeds, {len(jobs)} simulations", flush=True)
    if plan.part:
        print(f"only a part: {plan.part}", flush=True)
    done = {each.job for shard in store.shards for each in store.finished(shard)}
    if done:
        print(f"{len(done)} of them had finished before", flush=True)
    status = 0
    lost: list[str] = []
    try:
        lost = _run(store, jobs, done, engine)
        merged = _merge(store)
        failures = _explain(store, merged.finished, launcher)
    except Interrupted as signal:
        launcher.stop()
        status = signal.status
        merged = _merge(store)
        failures = _explain(store, merged.finished, None)
    except OSError as error:
        if not is_disk_full(error):
            raise
        raise RegressError(
            f"the disk is full ({error}); {len(done)} of {len(jobs)} simulations had finished "
            "and are kept: make room, and RESUME=1 goes on"
        ) from None
    summary = _summarise(
        store, len(jobs), merged, failures, time.monotonic() - started, status != 0, lost
    )
    _write(summary, store.folder)
    if status:
        print(
            f"{command}: interrupted; {len(merged.finished)} of {len(jobs)} simulations had "
            f"finished; RESUME=1 goes on; report: {shown(page)}",
            file=sys.stderr,
        )
        return status
    print(terminal(summary, page))
    for each in lost:
        print(each, file=sys.stderr)
    if what := changed(plan.made, made_of(plan.rtl, plan.profile)):
        raise RegressError(
            f"{what} was changed while this ran: results of both are mixed up; run it again"
        )
    shortfalls = summary.shortfalls
    if gate and shortfalls:
        print("\ncoverage is not complete:\n" + "\n".join(f"  {each}" for each in shortfalls))
    print(f"report: {shown(page)}; seed {plan.seed}")
    print(closing_line(command, summary))
    return 1 if not summary.passed or (gate and shortfalls) else 0


# ---- running ------------------------------------------------------------------------------------


def _run(store: Store, jobs: Sequence[Job], done: set[Job], engine: Engine) -> list[str]:
    """Run the jobs that are not `done`; add each as it finishes. Return what was lost, and why."""
    before, began = len(done), time.monotonic()

    def ended(job: Job, finished: Finished) -> None:
        done.add(job)
        spent = time.monotonic() - began
        left = spent / (len(done) - before) * (len(jobs) - len(done))
        _show(finished, len(done), len(jobs), left)

    waiting = [job for job in jobs if job not in done]
    return engine.run(store, waiting, ended) if waiting else []


def _show(finished: Finished, number: int, total: int, left: float) -> None:
    """Print one line a simulation that has ended."""
    about = f"  (about {left / 60:.0f} min left)" if left > 60 else ""
    print(f"[{number:>{len(str(total))}}/{total}] {job_line(finished)}{about}", flush=True)


# ---- failures -----------------------------------------------------------------------------------


def _explain(
    store: Store, finished: Sequence[Finished], launcher: Launcher | None
) -> list[Failure]:
    """Return the tests that failed, in the order of the plan.

    The first one of each cause has all its reports, and is run again, of the first few causes; none
    is without a `launcher`.
    """
    failures: list[Failure] = []
    reruns = 0
    causes: set[str] = set()
    for each in finished:
        job = each.job
        for test in each.failed:
            again, waves = "", ""
            new = report.cause_of(test) not in causes
            causes.add(report.cause_of(test))
            last = test is each.failed[-1]
            if new:
                test = _whole(store, job, test)
            if launcher is not None and new and reruns < RERUNS and "." in test.name:
                reruns += 1
                print(f"again with waves: {job.set} {test.name} seed {job.seed} ...", flush=True)
                folder = store.folder / "failed" / f"{job.name}-{test.name}"
                again, waves = _again(job, test, store.plan.rtl, folder, launcher)
            ended = len(each.not_run) if last else 0
            failures.append(_failure(job, test, store.plan.rtl, again, waves, ended))
    return failures


def _whole(store: Store, job: Job, test: TestResult) -> TestResult:
    """Return a test with all that its job's own file has of it."""
    kept = store.kept(job)
    whole = kept.tests if kept is not None else []
    return next((each for each in whole if each.name == test.name), test)


def _again(
    job: Job, test: TestResult, rtl: Rtl, folder: Path, launcher: Launcher
) -> tuple[str, str]:
    """Run a test that failed again, alone and with waves; return what came of it, and the file."""
    name = test.name
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
        report.Bucket.of(test),
    )


# ---- results ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Merged:
    """What all shards add up to."""

    finished: list[Finished]
    coverage: Counts
    code: code_coverage.Tally
    unread: list[str]


def _merge(store: Store) -> _Merged:
    """Add up everything that has finished, a shard at a time."""
    merged = _Merged([], {}, code_coverage.Tally(), [])
    for shard in store.shards:
        found = store.sum(shard, merged.code)
        merged.finished += found.finished
        merged.coverage = coverage.merge([merged.coverage, found.coverage])
        merged.unread += found.unread
    return merged


def _summarise(
    store: Store,
    planned: int,
    merged: _Merged,
    failures: Sequence[Failure],
    seconds: float,
    interrupted: bool,
    lost: list[str],
) -> Summary:
    """Say what everything that has finished means."""
    plan = store.plan
    failed: set[str] = set()
    passed: set[str] = set()
    others: set[str] = set()
    for each in merged.finished:
        for test in each.tests:
            (failed if test.failed else passed if test.passed else others).add(test.name)
    passed -= failed | others
    asked = dict.fromkeys(job.configuration for job in plan.jobs)
    points = coverage.results(merged.coverage, list(asked))
    unread = merged.unread
    counted = merged.code.points()
    try:
        code = code_coverage.code_coverage(counted, plan.rtl.files_read(), HERE)
    except (code_coverage.CoverageError, RtlError) as error:
        unread.append(f"the RTL has changed since it was built: no code coverage: {error}")
        code = code_coverage.CodeCoverage({}, {}, counted)
    verilator = find_verilator()
    return Summary(
        seed=plan.seed,
        seeds=plan.seeds,
        rtl=plan.rtl,
        profile=plan.profile,
        planned=planned,
        lost=lost,
        part=plan.part,
        interrupted=interrupted,
        seconds=seconds,
        finished=merged.finished,
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


def _pictures(summary: Summary) -> list[str]:
    """Draw the recorded traffic, if it ran."""
    if not any(each.job.kind == "recorded" for each in summary.finished):
        return []
    return pictures(with_tables(RECORDINGS, PROFILES[summary.profile]))


def _write(summary: Summary, folder: Path) -> None:
    """Write all files of the report, each as a whole."""
    files: dict[str, Callable[[], str]] = {
        HTML: lambda: html(summary, _pictures(summary)),
        JSON: lambda: dump(Regress.of(summary)) + "\n",
        JUNIT: lambda: junit("regress", suites(summary)),
        LCOV: lambda: lcov(summary.code, summary.rtl.top),
        UCIS: lambda: ucis(summary),
    }
    for name, text in files.items():
        unfinished = folder / f"{name}.new"
        unfinished.write_text(text(), encoding="utf-8", errors="backslashreplace")
        unfinished.rename(folder / name)
