# SPDX-License-Identifier: MIT
"""Builds the simulation of a translator: a program for cocotb, or a library for the batched path.

A build is kept in `build/simulators` under the name of its parameters, and made anew when anything
that it is made from has changed (see `cocotbext.msi_its.run.fingerprint`).
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from enum import StrEnum
from pathlib import Path
from typing import Any

from cocotbext.msi_its.run import fingerprint
from cocotbext.msi_its.run.design import WAIVERS, Rtl
from cocotbext.msi_its.run.disk import check_disk
from cocotbext.msi_its.run.launcher import Launcher, be_job, exclusive, run_job
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.simulators import verilator
from cocotbext.msi_its.vocabulary.text import UserError, shown, tail

SIMULATORS = BUILD / "simulators"
TIMESCALE = "1ns/1ps"


class Flavour(StrEnum):
    """What a simulation is built for: to write waves, to count code coverage, to run batched."""

    PLAIN = ""
    WAVES = "waves"
    COVERAGE = "coverage"
    BATCH = "batch"


class SimulationError(UserError):
    """A simulation could not be built, or did not run to its end; says why and where to look."""


class BuildError(SimulationError):
    """The simulation does not build; says why."""


_building = threading.Lock()
_warned: set[Rtl] = set()


def build(run: Run, executable: Path, *, flavour: Flavour, launcher: Launcher) -> None:
    """Put the simulation for a run's parameters at `executable`; build it if that is not done yet.

    One build runs at a time, whichever thread or process asks for it. What others use is a copy,
    and a build is kept only when it is complete, of files that have not changed meanwhile. What
    Verilator warns of in a user's RTL is shown. Raises BuildError if it cannot be built, RtlError
    if it does not elaborate or has other ports with these parameters, VerilatorError if there is
    no usable Verilator.
    """
    checked = "sva" if run.rtl.sva else ""
    name = "-".join(filter(None, [*map(str, run.parameters.values()), flavour, checked]))
    if not run.rtl.own:
        name += "-" + fingerprint.of([run.rtl])[:8]
    kept = SIMULATORS / name
    stamp = kept / "fingerprint"
    with _building:
        made_from = _Ingredients(run, flavour)  # before the lock: many machines may wait for that
        with exclusive(SIMULATORS / "lock", "build", launcher):
            program = kept / run.rtl.top
            whole = stamp.is_file() and program.is_file()
            if not whole or stamp.read_text() != made_from.fingerprint:
                _build(run, flavour, made_from, kept, launcher)
            shutil.copy2(program, executable)


class _Ingredients:
    """What a build is made from: its job, its fingerprint, and where Verilator's own part is."""

    def __init__(self, run: Run, flavour: Flavour) -> None:
        rtl, parameters = run.rtl, run.parameters
        elaborated = rtl.elaborate(parameters) if rtl.own else rtl.check(parameters)
        if rtl not in _warned and elaborated.warnings and not rtl.own:
            _warned.add(rtl)
            print(f"{rtl.describe()}: {elaborated.say_warnings()}", flush=True)
        sources = rtl.sources()
        flags = verilator.flags(coverage=flavour is Flavour.COVERAGE)
        # A program names its sources by where they are: it is of no use elsewhere.
        places = (ROOT, verilator.build_environment().get("VERILATOR_ROOT"))
        common = [fingerprint.tools(), flavour, flags, elaborated.timing, *places]
        # The simulator's own part is the same for every design, and takes longer to compile.
        self.runtime = SIMULATORS / f"runtime-{fingerprint.of(common)[:8]}"
        self.fingerprint = fingerprint.of(
            [*common, fingerprint.design(rtl, parameters, elaborated)],
            verilator.linked(flavour is Flavour.BATCH),
        )
        self.job = {
            "waivers": str(ROOT / WAIVERS),
            "sources": [str(file) for file in sources.files],
            "options": rtl.options(sources, parameters, elaborated.timing),
            "hidden": sources.variables,
            "timescale": sources.timescale or TIMESCALE,
            "top": rtl.top,
            "flavour": flavour,
        }


def _build(
    run: Run, flavour: Flavour, made_from: _Ingredients, kept: Path, launcher: Launcher
) -> None:
    """Build, and keep what came of it in the folder `kept`."""
    what = "batched simulation" if flavour is Flavour.BATCH else "simulation"
    print(f"building the {what} for {run.describe()} ...", flush=True)
    for leftover in SIMULATORS.glob("*.new"):
        shutil.rmtree(leftover, ignore_errors=True)
    folder = SIMULATORS / f"{kept.name}.{os.getpid()}.new"
    try:
        _start(folder, made_from.runtime)
        log = SIMULATORS / f"{kept.name}.log"
        job = {**made_from.job, "folder": str(folder)}
        environment = verilator.build_environment()
        with run_job("cocotbext.msi_its.run.build", job, log, launcher, environment) as process:
            process.wait()
        if process.returncode != 0:
            check_disk(SIMULATORS, tail(log))
            raise BuildError(f"the RTL does not build; the end of {shown(log)}:\n{tail(log)}")
        if _Ingredients(run, flavour).fingerprint != made_from.fingerprint:
            raise BuildError("the RTL was changed while it was built: start again")
        _keep_runtime(folder, made_from.runtime)
        (folder / "fingerprint").write_text(made_from.fingerprint)
        for file in folder.iterdir():  # all else is large, and of no use any more
            if file.name not in (run.rtl.top, "fingerprint"):
                file.unlink()
        shutil.rmtree(kept, ignore_errors=True)
        folder.rename(kept)
    finally:  # whatever happened: the precompiled headers alone are 200 MB
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path, runtime: Path) -> None:
    """Make the folder of a build, with the simulator's own part in it if that is there."""
    if not runtime.is_dir():
        folder.mkdir()
        return
    shutil.copytree(runtime, folder)
    for file in folder.iterdir():  # newer than the makefile, on which they depend
        os.utime(file, (time.time() + 3600,) * 2)


def _keep_runtime(folder: Path, runtime: Path) -> None:
    """Keep the simulator's own part of a build for the next ones, unless it is there."""
    if runtime.is_dir():
        return
    unfinished = runtime.with_suffix(f".{os.getpid()}.new")
    unfinished.mkdir()
    for file in folder.glob(verilator.RUNTIME):
        shutil.copy2(file, unfinished)
    unfinished.rename(runtime)


def _child(job: dict[str, Any]) -> None:
    """Do a build in this process (of its own)."""
    flavour = Flavour(job["flavour"])
    for name in job["hidden"]:
        os.environ.pop(name, None)
    if flavour is Flavour.BATCH:
        verilator.build_library(job)
    else:
        verilator.build_program(
            job, waves=flavour is Flavour.WAVES, coverage=flavour is Flavour.COVERAGE
        )


if __name__ == "__main__":
    be_job(_child)
