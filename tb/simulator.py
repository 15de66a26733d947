# SPDX-License-Identifier: MIT
"""Builds the simulation of a translator and runs cocotb tests in it.

A build is kept in `build/` under the name of its parameters, and made anew only when something it
was made from has changed. A simulation runs in a process group of its own: one that stops making
progress is ended, and says so.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cocotb_tools.runner import VerilatorControlFile, get_runner

from tb.run import FILE_LIST, Run
from tb.verilator import find_verilator

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
WAIVERS = ROOT / "hdl/lint.vlt"
TOP = "msi_translator"
TIMESCALE = ("1ns", "1ps")
BUILD_ARGUMENTS = ("--assert", "--x-initial", "unique", "-Wno-UNOPTFLAT")

STALL_SECONDS = 120
"""After how many seconds without a sign of life a simulation is ended."""


class SimulationError(Exception):
    """A simulation could not be built, or did not run to its end; says why and where to look."""


@dataclass(frozen=True, slots=True)
class TestResult:
    """One cocotb test: what it did, and why it failed if it did."""

    name: str
    passed: bool
    seconds: float
    failure: str = ""
    counts: dict[str, Any] = field(default_factory=dict)

    def count(self, name: str) -> int:
        """Return one of the checker's counts: operations, messages, dropped or mismatches."""
        return int(self.counts.get(name, 0))


def sources(file_list: str) -> list[Path]:
    """Return the RTL's source files, in the order in which they are compiled.

    A file list has one path a line, relative to the project's root; `#` starts a comment line.
    """
    lines = (line.strip() for line in (ROOT / file_list).read_text().splitlines())
    return [ROOT / line for line in lines if line and not line.startswith("#")]


def tail(path: Path, lines: int = 15) -> str:
    """Return the end of a log."""
    with contextlib.suppress(OSError):
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    return ""


def build(run: Run, waves: bool = False) -> Path:
    """Build the simulation for a run's parameters, unless it is there already; return its folder.

    Raises SimulationError if it cannot be built, VerilatorError if there is no usable Verilator.
    """
    verilator = find_verilator()
    parameters = run.parameters
    name = "-".join(str(value) for value in parameters.values()) + ("-waves" if waves else "")
    if run.file_list != FILE_LIST:
        name += "-" + hashlib.sha256(run.file_list.encode()).hexdigest()[:8]
    folder = BUILD / "simulators" / name
    stamp = folder / "fingerprint"

    files = [WAIVERS, *sources(run.file_list)]
    tools = hashlib.sha256(f"{verilator} {waves} {BUILD_ARGUMENTS}".encode())
    runtime = BUILD / "simulators" / f"runtime-{tools.hexdigest()[:8]}"
    fingerprint = tools.copy()
    fingerprint.update(str(parameters).encode())
    for file in files:
        fingerprint.update(file.read_bytes())
    if stamp.is_file() and stamp.read_text() == fingerprint.hexdigest():
        return folder

    print(f"building the simulation for {run.describe()} ...", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    # The simulator's own runtime is the same for every design, and takes longer to compile.
    if runtime.is_dir():
        shutil.copytree(runtime, folder)
    else:
        folder.mkdir(parents=True)
    log = folder / "build.log"
    os.environ |= verilator.environment()
    logging.getLogger("Verilator").setLevel(logging.ERROR)
    try:
        get_runner("verilator").build(
            sources=[VerilatorControlFile(WAIVERS), *files[1:]],
            hdl_toplevel=TOP,
            parameters=parameters,
            build_dir=folder,
            build_args=BUILD_ARGUMENTS,
            timescale=TIMESCALE,
            waves=waves,
            log_file=log,
        )
    except (SystemExit, RuntimeError, subprocess.CalledProcessError) as error:
        raise SimulationError(
            f"the RTL does not build ({error}); the end of {log}:\n{tail(log)}"
        ) from error
    if not runtime.is_dir():
        unfinished = runtime.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        for file in folder.glob("verilated*.[od]"):
            shutil.copy2(file, unfinished)
        unfinished.rename(runtime)
    stamp.write_text(fingerprint.hexdigest())
    return folder


def simulate(
    run: Run,
    modules: Sequence[str],
    *,
    waves: bool = False,
    progress: Callable[[int], None] | None = None,
) -> list[TestResult]:
    """Run the cocotb tests of some modules; return their results.

    `progress` is called now and then with the number of operations executed so far. A simulation
    that ends early, or is ended because it hangs, gives a failed result that says so.
    """
    simulator = build(run, waves)
    folder = Path(run.results)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run.save(folder / "run.json")
    log = folder / "simulation.log"
    job = {
        "modules": list(modules),
        "build": str(simulator),
        "folder": str(folder),
        "seed": run.seed,
        "waves": waves,
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tb.simulator", json.dumps(job)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            ended = _wait(process, folder / "progress", progress)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    results = _results(folder)
    if ended or (process.returncode != 0 and all(result.passed for result in results)):
        why = ended or f"the simulation ended early (exit status {process.returncode})"
        running = _running(folder, results)
        failure = f"{why}; the end of {log}:\n{tail(log)}"
        results.append(TestResult(running, False, 0.0, failure))
    return results


def _wait(
    process: subprocess.Popen[bytes],
    heartbeat: Path,
    progress: Callable[[int], None] | None,
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
        elif time.monotonic() - last_sign > STALL_SECONDS:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return (
                f"the simulation hangs: no clock cycle in {STALL_SECONDS} seconds, so it was ended"
            )


def _running(folder: Path, results: list[TestResult]) -> str:
    """Return the name of the test that was running when a simulation ended."""
    words = tail(folder / "progress", 1).split()
    return words[2] if len(words) > 2 else f"(before test {len(results) + 1})"


def _results(folder: Path) -> list[TestResult]:
    """Read what the tests of a simulation left: cocotb's results and the checkers' counts."""
    results = []
    try:
        suites = ElementTree.parse(folder / "results.xml").getroot()
    except (OSError, ElementTree.ParseError):
        return []
    for case in suites.iter("testcase"):
        name = f"{case.get('classname', '').rpartition('.')[2]}.{case.get('name')}"
        counts: dict[str, Any] = {}
        with contextlib.suppress(OSError):
            counts = json.loads((folder / f"{name}.json").read_text())
        problem = case.find("failure")
        if problem is None:
            problem = case.find("error")
        failure = ""
        if problem is not None:
            failure = problem.get("message") or problem.get("error_msg") or problem.text or "failed"
        seconds = float(case.get("time") or 0)
        results.append(TestResult(name, problem is None, seconds, failure, counts))
    return results


def _child(job: dict[str, Any]) -> None:
    """Run one simulation in this process (of its own): see `simulate`."""
    folder = Path(job["folder"])
    runner = get_runner("verilator")
    runner.test(
        test_module=job["modules"],
        hdl_toplevel=TOP,
        hdl_toplevel_lang="verilog",
        build_dir=job["build"],
        test_dir=folder,
        results_xml=str(folder / "results.xml"),
        seed=job["seed"],
        waves=job["waves"],
        timescale=TIMESCALE,
        test_args=["+verilator+rand+reset+2", f"+verilator+seed+{job['seed'] % (2**31 - 1) + 1}"],
        extra_env={
            "TB_RUN": str(folder / "run.json"),
            "PYTHONPATH": str(ROOT),
            "COCOTB_ANSI_OUTPUT": "0",
            "PYTHONWARNINGS": "ignore::DeprecationWarning:cocotbext",
        },
    )


if __name__ == "__main__":
    _child(json.loads(sys.argv[1]))
