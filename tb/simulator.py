# SPDX-License-Identifier: MIT
"""Builds the simulation of a translator and runs cocotb tests in it.

A build is kept in `build/` under the name of its parameters, and made anew only when something it
was made from has changed. Builds and simulations run in processes of their own, each with a process
group: a simulation that stops making progress is ended and says so, and all can be ended at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Any, ClassVar

from cocotb_tools.runner import VerilatorControlFile, get_runner

from tb.ending import ending
from tb.rtl import ROOT
from tb.run import Run
from tb.text import shown, tail
from tb.verilator import find_verilator

BUILD = ROOT / "build"
SIMULATORS = BUILD / "simulators"
WAIVERS = "hdl/lint.vlt"
TIMESCALE = ("1ns", "1ps")
BUILD_ARGUMENTS = ("--assert", "--x-initial", "unique", "-Wno-UNOPTFLAT")
PORTS_ONLY = ("--no-public-flat-rw", "--public-depth", "1")
"""Takes back that cocotb's runner makes all signals public: Verilator must then keep each of them,
and the RTL takes several times as long. The testbench needs the ports of the top."""
SIGNALS_CPP = Path(__file__).with_name("signals.cpp")
"""What is linked into a simulation for cocotb ..."""
EXPORTS = ("-LDFLAGS", "-rdynamic")
"""... and seen from Python."""
OPTIMIZE = ("OPT_FAST=-O2", "OPT_GLOBAL=-O2")
"""What make is told: Verilator's own choice is to optimize for size."""
TRANSACTOR = ("tb/bulk/transactor.cpp", "hdl/generated/msi_csr.h")
"""What the bulk path's library is made from, besides the RTL."""


class Flavour(StrEnum):
    """What a simulation is built for: to write waves, to count code coverage, to run in bulk."""

    PLAIN = ""
    WAVES = "waves"
    COVERAGE = "coverage"
    BULK = "bulk"

    @property
    def arguments(self) -> tuple[str, ...]:
        """What Verilator is told (for waves, cocotb's runner tells it)."""
        if self is not Flavour.COVERAGE:
            return ()
        # --coverage as a whole fails in Verilator 5.48 on signals that are public.
        kinds = ("--coverage-line", "--coverage-toggle", "--coverage-expr")
        return (*kinds, "--coverage-expr-max", "1000")


CODE_COVERAGE = "coverage.dat"
"""What a simulation with coverage leaves in its folder."""

ENDED_EARLY = "the simulation ended early"
ENDED_BY_DESIGN = "the design ended the simulation"
HANGS = "the simulation hangs"
"""How a failure begins that needs what the log says (the second is the bulk path's)."""

STALL_SECONDS = 120
"""After how many seconds without a sign of life a simulation is ended."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that end a command, and everything it has started, at once."""


class SimulationError(Exception):
    """A simulation could not be built, or did not run to its end; says why and where to look."""


class BuildError(SimulationError):
    """The simulation does not build; says why."""


class Stopped(Exception):
    """Raised in what waits for a process when all processes are stopped."""


class Interrupted(KeyboardInterrupt):
    """A signal asks the command to end; `status` is the exit status that says so."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = 128 + number


def catch_signals() -> None:
    """Make the first of SIGNALS raise Interrupted, so that what runs is ended and results kept."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(number)

    for each in SIGNALS:
        if signal.getsignal(each) is not signal.SIG_IGN:  # nohup, for one, wants it ignored
            signal.signal(each, interrupt)


class Processes:
    """Processes that can be stopped all at once, each with those that it has started itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    @contextlib.contextmanager
    def run(
        self, command: Sequence[str], log: Path, environment: Mapping[str, str]
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command in the project's root; it does not outlive the block.

        Raises Stopped, before or after, once `stop` was called.
        """
        with log.open("w") as output, self._lock:
            self.check()
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._running.add(process)
        try:
            yield process
        finally:
            kill(process)
            process.wait()
            with self._lock:
                self._running.discard(process)
        self.check()

    def stop(self) -> None:
        """Kill everything that runs, and let nothing start any more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                kill(process)

    def check(self) -> None:
        """Raise Stopped if `stop` was called."""
        if self._stopped:
            raise Stopped


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all others of its group, unless it has ended."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def exclusive(lock: Path, what: str, processes: Processes | None = None) -> Iterator[None]:
    """Hold a lock file. While another process holds it, wait and say so; see Processes.check."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        waiting = False
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if not waiting:
                print(f"waiting for another {what} in this folder to end ...", flush=True)
                waiting = True
            time.sleep(0.1)
            if processes is not None:
                processes.check()
        yield


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


_building = threading.Lock()


def build(run: Run, executable: Path, *, flavour: Flavour, processes: Processes) -> None:
    """Put the simulation for a run's parameters at `executable`; build it if that is not done yet.

    For the bulk path it is a library, otherwise a program for cocotb. One build runs
    at a time, whichever thread or process asks for it. What others use is a copy, and a build is
    kept only when it is complete. Raises BuildError if it cannot be built,
    VerilatorError if there is no usable Verilator.
    """
    verilator = find_verilator()
    name = "-".join(filter(None, [*map(str, run.parameters.values()), flavour]))
    if not run.rtl.own:
        name += "-" + hashlib.sha256(str(run.rtl).encode()).hexdigest()[:8]
    kept = SIMULATORS / name
    stamp = kept / "fingerprint"

    sources = run.rtl.sources()
    headers = [each for folder in sources.includes for each in sorted(folder.glob("*.*h"))]
    files = [ROOT / WAIVERS, *sources.files]
    linked = [SIGNALS_CPP]
    if flavour is Flavour.BULK:
        linked = [ROOT / each for each in TRANSACTOR]
    cocotb = importlib.metadata.version("cocotb")
    built_with = (*BUILD_ARGUMENTS, *PORTS_ONLY, *EXPORTS, *OPTIMIZE, *flavour.arguments)
    made_with = (verilator.root, verilator.executable, verilator.version, cocotb)
    tools = hashlib.sha256(f"{made_with} {flavour} {built_with}".encode())
    # The simulator's own runtime is the same for every design, and takes longer to compile.
    runtime = SIMULATORS / f"runtime-{tools.hexdigest()[:8]}"
    tools.update(str(run.parameters).encode())
    tools.update(f"{run.rtl} {sources.includes} {sources.defines}".encode())
    for file in (*files, *headers, *linked):
        tools.update(file.read_bytes())
    fingerprint = tools.hexdigest()

    with _building, exclusive(SIMULATORS / "lock", "build", processes):
        if not (stamp.is_file() and stamp.read_text() == fingerprint):
            what = "bulk simulation" if flavour is Flavour.BULK else "simulation"
            print(f"building the {what} for {run.describe()} ...", flush=True)
            for leftover in SIMULATORS.glob("*.new"):
                shutil.rmtree(leftover, ignore_errors=True)
            folder = SIMULATORS / f"{name}.{os.getpid()}.new"
            if runtime.is_dir():
                shutil.copytree(runtime, folder)
                for file in folder.iterdir():  # newer than the makefile, on which they depend
                    os.utime(file, (time.time() + 3600,) * 2)
            else:
                folder.mkdir()
            job = {
                "task": "build",
                "sources": [str(file) for file in files],
                "includes": [str(folder) for folder in sources.includes],
                "defines": sources.defines,
                "top": run.rtl.top,
                "parameters": run.parameters,
                "folder": str(folder),
                "flavour": flavour,
            }
            log = SIMULATORS / f"{name}.log"
            environment = verilator.environment()
            environment["MAKEFLAGS"] = " ".join([environment.get("MAKEFLAGS", ""), *OPTIMIZE])
            with _job(job, log, processes, environment) as process:
                process.wait()
            if process.returncode != 0:
                raise BuildError(f"the RTL does not build; the end of {shown(log)}:\n{tail(log)}")
            if not runtime.is_dir():
                unfinished = runtime.with_suffix(f".{os.getpid()}.new")
                unfinished.mkdir()
                for file in folder.glob("verilated*.[od]"):
                    shutil.copy2(file, unfinished)
                unfinished.rename(runtime)
            (folder / "fingerprint").write_text(fingerprint)
            shutil.rmtree(kept, ignore_errors=True)
            folder.rename(kept)
        shutil.copy2(kept / run.rtl.top, executable)


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
    module without a test that ran, and each trace that was not replayed.
    """
    processes = processes or Processes()
    folder = Path(run.results)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run.save(folder / "run.json")
    build(run, folder / run.rtl.top, flavour=flavour, processes=processes)
    log = folder / "simulation.log"
    job = {
        "task": "simulate",
        "modules": list(modules),
        "folder": str(folder),
        "top": run.rtl.top,
        "seed": run.seed,
        "flavour": flavour,
        "only": only,
        "to_first_failure": to_first_failure,
        "plusargs": list(run.plusargs),
    }
    with _job(job, log, processes) as process:
        ended = _wait(process, folder / "progress", progress, stall_seconds or STALL_SECONDS)
    results = finished(folder)
    complete = (folder / "results.xml").is_file()
    if ended or not complete or (process.returncode and all(each.passed for each in results)):
        why = ended or f"{ENDED_EARLY} (exit status {process.returncode})"
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
) -> None:
    """Run simulations side by side, one a core; call `done` with each, in the order given.

    Those with the longest traces start first. When anything is raised, all are ended at once.
    """
    processes = Processes()
    longest_first = sorted(simulations, key=lambda each: each.run.operations, reverse=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
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


def _job(
    job: dict[str, Any],
    log: Path,
    processes: Processes,
    environment: Mapping[str, str] | None = None,
) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    """Run `_child` in a process of its own, free of what the caller's environment tells cocotb."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("COCOTB_") and name not in ("WAVES", "GUI", "PYTHONIOENCODING")
    }
    inherited["PYTHONUTF8"] = "1"  # whatever the terminal can show: this is read by us
    command = [sys.executable, "-m", "tb.simulator", json.dumps(job)]
    return processes.run(command, log, {**inherited, **(environment or {})})


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
    with contextlib.suppress(OSError, ElementTree.ParseError):
        for case in ElementTree.parse(folder / "results.xml").iter("testcase"):
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


def _build_bulk(job: dict[str, Any]) -> None:
    """Make the bulk path's library: the design and its transactor."""
    transactor, header = (ROOT / each for each in TRANSACTOR)
    folder = job["folder"]
    verilate = [
        *("verilator", "-cc", "--exe", "-Mdir", folder, "--prefix", "Vtop", "-o", job["top"]),
        *("--top-module", job["top"], "--timescale", "/".join(TIMESCALE), *BUILD_ARGUMENTS),
        *("-CFLAGS", f"-fPIC -I{header.parent}", "-LDFLAGS", "-shared"),
        *(f"-D{name}={value}" for name, value in job["defines"].items()),
        *(f"-I{include}" for include in job["includes"]),
        *(f"-G{name}={value}" for name, value in job["parameters"].items()),
        *(str(transactor), *job["sources"]),
    ]
    compile_all = ["make", f"-j{os.cpu_count()}", "-C", folder, "-f", "Vtop.mk"]
    for command in (verilate, compile_all):
        if subprocess.run(command).returncode != 0:
            raise RuntimeError(f"{command[0]} failed")


def _simulate_bulk(job: dict[str, Any]) -> None:
    """Run bulk tests."""
    from tb.bulk.environment import run_tests  # which needs numpy, unlike all else here

    os.environ["TB_RUN"] = str(Path(job["folder"]) / "run.json")
    run_tests(job["modules"], Run.load(), job["to_first_failure"])


def _child(job: dict[str, Any]) -> None:
    """Do one job in this process (of its own): build, or run, one simulation."""
    folder = Path(job["folder"])
    flavour = Flavour(job["flavour"])
    if flavour is Flavour.BULK:
        (_build_bulk if job["task"] == "build" else _simulate_bulk)(job)
        return
    runner = get_runner("verilator")
    if job["task"] == "build":
        waivers, *sources = job["sources"]
        runner.build(
            sources=[VerilatorControlFile(waivers), *sources],
            includes=job["includes"],
            defines=job["defines"],
            hdl_toplevel=job["top"],
            parameters=job["parameters"],
            build_dir=folder,
            build_args=[
                *(*BUILD_ARGUMENTS, *PORTS_ONLY, *EXPORTS, *flavour.arguments),
                str(SIGNALS_CPP),
            ],
            timescale=TIMESCALE,
            waves=flavour is Flavour.WAVES,
        )
        return
    runner.test(
        test_module=job["modules"],
        hdl_toplevel=job["top"],
        hdl_toplevel_lang="verilog",
        build_dir=folder,
        test_dir=folder,
        results_xml=str(folder / "results.xml"),
        seed=job["seed"],
        waves=flavour is Flavour.WAVES,
        test_filter=rf"\b{re.escape(job['only'])}$" if job["only"] else None,
        timescale=TIMESCALE,
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
    try:
        _child(json.loads(sys.argv[1]))
    except RuntimeError as error:  # a command that failed, and has said why
        sys.exit(str(error))
