# SPDX-License-Identifier: MIT
"""Runs a job of a regression, and keeps what it left."""

from __future__ import annotations

import errno
import time
from pathlib import Path

from cocotbext.msi_its.run.build import BuildError, Flavour, SimulationError
from cocotbext.msi_its.run.design import RtlError
from cocotbext.msi_its.run.disk import check_disk
from cocotbext.msi_its.run.launcher import Launcher
from cocotbext.msi_its.run.places import HERE
from cocotbext.msi_its.run.plan import Job
from cocotbext.msi_its.run.results import CODE_COVERAGE, ENDED_EARLY
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.run.simulators import code_coverage
from cocotbext.msi_its.run.simulators.verilator_finder import VerilatorError
from cocotbext.msi_its.run.store import CODE, Finished, Store
from cocotbext.msi_its.vocabulary.results import TestResult

CANNOT_RUN = (SimulationError, RtlError, VerilatorError, OSError)
"""What keeps one simulation from running, but not the others."""


STOP_SECONDS = 2.0
"""For how long a simulation that ended early is not believed: a scheduler that ends a task ends all
of its processes, and this one may be the last to know."""


def attempt(store: Store, job: Job, launcher: Launcher, broken: list[dict[str, int]]) -> Finished:
    """Run a job, and keep what it left. A simulation that cannot run is a failed test.

    `broken` are the parameters for which the RTL does not build: that is tried once. Raises OSError
    when the disk is full: what fails then says nothing.
    """
    began = time.monotonic()
    rtl = store.plan.rtl
    with store.attempt(job) as folder:
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
        if any(each.failure.startswith(ENDED_EARLY) for each in results):
            time.sleep(STOP_SECONDS)
            launcher.check()
        (folder / rtl.top).unlink(missing_ok=True)
        unread = _pack(folder, all(each.passed for each in results))
        return store.keep(folder, job, results, time.monotonic() - began, unread)


def _pack(folder: Path, passed: bool) -> str:
    """Put the code coverage of a simulation into the file CODE; return why not, if so."""
    counted = folder / CODE_COVERAGE
    try:
        counts = code_coverage.read(counted)
    except code_coverage.CoverageError as error:
        if passed and counted.is_file() and not counted.read_bytes().endswith(b"\n"):
            raise OSError(errno.ENOSPC, "cut off, as on a full disk", str(counted)) from None
        return str(error)
    finally:
        counted.unlink(missing_ok=True)
    code_coverage.pack(code_coverage.points(counts, HERE), folder / CODE)
    return ""
