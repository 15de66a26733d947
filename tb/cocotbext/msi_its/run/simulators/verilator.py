# SPDX-License-Identifier: MIT
"""Verilator: how a simulation is built with it, and how cocotb's tests run in one.

What is built is a program for cocotb (`build_program`), or a library for the batched path
(`build_library`); both are called in a process of their own, with a job as JSON has it.
cocotb's runner is imported there: what reads a file list needs none.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator

BUILD_ARGUMENTS = (
    *("--MMD", "--assert", "--x-initial", "unique", "-Wno-UNOPTFLAT"),
    *("--timescale-override", "/1ps"),
)
"""What is always told. The testbench counts in picoseconds, whatever a user's RTL says."""
PORTS_ONLY = ("--no-public-flat-rw", "--public-depth", "1")
"""Takes back that cocotb's runner makes all signals public: Verilator must then keep each of them,
and the RTL takes several times as long. The testbench needs the ports of the top."""
COVERAGE = (
    *("--coverage-line", "--coverage-toggle", "--coverage-expr"),
    *("--coverage-expr-max", "1000"),
)
"""Counts code coverage: --coverage as a whole fails in 5.48 on signals that are public."""
SIGNALS_CPP = Path(__file__).with_name("signals.cpp")
"""What is linked into a simulation for cocotb ..."""
EXPORTS = ("-LDFLAGS", "-rdynamic")
"""... and seen from Python."""
START_H = Path(__file__).with_name("start.h")
"""What both paths include: how a simulation starts, by functions that ..."""
RANDOM_STARTS = ("Iimm", "Qimm", "WiPjmm")
WRAPPED = tuple(
    word
    for name in (RANDOM_STARTS if sys.platform == "linux" else ())
    for word in ("-LDFLAGS", f"-Wl,--wrap=_Z22VL_SCOPED_RAND_RESET_{name}")
)
"""... the linker puts in the place of Verilator's own."""
OPTIMIZE = ("OPT_FAST=-O2", "OPT_GLOBAL=-O2")
"""What make is told: Verilator's own choice is to optimize for size."""
TRANSACTOR = Path(__file__).parents[2] / "batch/transactor.cpp"
HEADER = ROOT / "hdl/registers/generated/msi_csr.h"
"""What the batched path's library is made from, besides the RTL."""
RUNTIME = "verilated*.[od]"
"""The files of Verilator's own part, which is the same for every design."""


def flags(coverage: bool) -> tuple[str, ...]:
    """Return all that a build is told besides the design, for its fingerprint."""
    return (*program_arguments(coverage), *OPTIMIZE)


def program_arguments(coverage: bool) -> tuple[str, ...]:
    """Return what Verilator is told for a program (for waves, cocotb's runner tells it)."""
    counts = COVERAGE if coverage else ()
    return (*BUILD_ARGUMENTS, *PORTS_ONLY, *EXPORTS, *WRAPPED, *counts)


def linked(batched: bool) -> list[Path]:
    """Return the files that become part of a simulation, besides the design's."""
    return [START_H, TRANSACTOR, HEADER] if batched else [START_H, SIGNALS_CPP]


def design_options(
    top: str, parameters: Mapping[str, int], timing: bool | None, strict: bool
) -> list[str]:
    """Return what is told about a design; if not `strict`, it may have warnings.

    With `timing` its delays count, without they are an error; None leaves it to Verilator.
    """
    return [
        *("--top-module", top),
        *([] if strict else ["-Wno-fatal"]),
        *(["--timing", "-CFLAGS", "-std=c++20"] if timing else []),
        *(["--no-timing"] if timing is False else []),
        *(f"-G{name}={value}" for name, value in parameters.items()),
    ]


def build_environment() -> dict[str, str]:
    """Return what the environment of a build has in addition. Raises VerilatorError."""
    verilator = find_verilator()
    environment = verilator.environment()
    told = [environment.get("MAKEFLAGS", ""), *OPTIMIZE]
    if not str(verilator.root).isascii():  # Verilator writes other letters as \303\274 and so on
        told.append(f"VERILATOR_ROOT={verilator.root}")
    return {**environment, "MAKEFLAGS": " ".join(told)}


def build_library(job: Mapping[str, Any]) -> None:
    """Make the batched path's library: the design and its transactor."""
    folder = job["folder"]
    verilate = [
        *("verilator", "-cc", "--exe", "-Mdir", folder, "--prefix", "Vtop", "-o", job["top"]),
        *("--timescale", job["timescale"], *BUILD_ARGUMENTS),
        *("-CFLAGS", f"-fPIC -I{HEADER.parent}", "-LDFLAGS", "-shared", *WRAPPED),
        *job["options"],
        *(str(TRANSACTOR), job["waivers"], *job["sources"]),
    ]
    compile_all = ["make", f"-j{os.cpu_count()}", "-C", folder, "-f", "Vtop.mk"]
    for command in (verilate, compile_all):
        if subprocess.run(command).returncode != 0:
            raise RuntimeError(f"{command[0]} failed")


def build_program(job: Mapping[str, Any], waves: bool, coverage: bool) -> None:
    """Make a simulation that cocotb's tests can run in."""
    from cocotb_tools.runner import VerilatorControlFile, Verilog, get_runner

    unit, _, precision = job["timescale"].partition("/")
    get_runner("verilator").build(
        sources=[
            VerilatorControlFile(file) if file.endswith(".vlt") else Verilog(file)
            for file in (job["waivers"], *job["sources"])
        ],
        hdl_toplevel=job["top"],
        build_dir=job["folder"],
        build_args=[*program_arguments(coverage), *job["options"], str(SIGNALS_CPP)],
        timescale=(unit, precision),
        waves=waves,
    )


def run_program(
    folder: Path,
    top: str,
    modules: Sequence[str],
    *,
    seed: int,
    only: str | None,
    waves: bool,
    timescale: str,
    plusargs: Sequence[str],
    environment: Mapping[str, str],
) -> None:
    """Run cocotb's tests in a simulation that starts at random; `only` is a pattern of names."""
    from cocotb_tools.runner import get_runner

    unit, _, precision = timescale.partition("/")
    get_runner("verilator").test(
        test_module=list(modules),
        hdl_toplevel=top,
        hdl_toplevel_lang="verilog",
        build_dir=folder,
        test_dir=folder,
        results_xml=str(folder / "results.xml"),
        seed=seed,
        waves=waves,
        test_filter=only,
        timescale=(unit, precision),
        test_args=[
            *("+verilator+rand+reset+2", f"+verilator+seed+{seed % (2**31 - 1) + 1}"),
            *plusargs,
        ],
        extra_env=dict(environment),
    )
