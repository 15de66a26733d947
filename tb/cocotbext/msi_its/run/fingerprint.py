# SPDX-License-Identifier: MIT
"""What a result depends on, as one number: when it differs, nothing kept from before holds.

A design is all that the simulator reads of it; the testbench is all that is in its folders, and the
tools are those that read and run both.
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions, version
from pathlib import Path

import msi_its_model
from cocotbext.msi_its.run.design import Elaborated, Rtl
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator

PACKAGES = (Path(msi_its_model.__file__).parent, Path(__file__).parents[1])
TESTS = ("tests/rtl", "tests/batch", "tests/traces", "tests/vectors", "tests/its")
"""The folders that the testbench consists of: everything in them counts."""

VARIABLES = ("CXX", "CPPFLAGS", "CXXFLAGS", "CFLAGS", "LDFLAGS", "LDLIBS")
"""What the simulator's own makefile reads of the environment."""


def of(what: Iterable[object], files: Iterable[Path] = ()) -> str:
    """Return the fingerprint of some values and of files, of their names and what is in them."""
    found = hashlib.sha256()
    for each in what:
        found.update(f"{each}\0".encode(errors="surrogateescape"))
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        found.update(f"{file}\0{content}\0".encode(errors="surrogateescape"))
    return found.hexdigest()


def design(rtl: Rtl, parameters: Mapping[str, int], elaborated: Elaborated | None = None) -> str:
    """Return the fingerprint of a design with these parameters: what is read, and how.

    Raises RtlError if it does not elaborate.
    """
    elaborated = elaborated or rtl.elaborate(parameters)
    sources = rtl.sources()
    return of([rtl, rtl.options(sources, parameters, elaborated.timing), sources], elaborated.files)


@functools.cache
def tools() -> str:
    """Return the fingerprint of what reads, compiles and runs a design. Raises VerilatorError."""
    verilator = find_verilator()
    binary = verilator.executable.with_name("verilator_bin")
    stats = [file.stat() for file in (verilator.executable, binary) if file.is_file()]
    environment = {**os.environ, **verilator.environment()}
    compiler = environment.get("CXX", "c++")
    try:
        said = subprocess.run(
            [*compiler.split(), "--version"], env=environment, capture_output=True
        ).stdout
    except OSError:  # the build will say so
        said = b""
    return of(
        [
            *(verilator.root, verilator.executable, verilator.version),
            *((each.st_size, each.st_mtime_ns) for each in stats),
            *(said, platform.python_version(), version("cocotb")),
            *(f"{name}={environment.get(name)}" for name in VARIABLES),
        ]
    )


def testbench() -> str:
    """Return the fingerprint of the testbench, its tests and recordings included."""
    files = [
        file
        for folder in (*PACKAGES, *(ROOT / name for name in TESTS))
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    ]
    packages = sorted({f"{each.name} {each.version}" for each in distributions()})
    return of([tools(), packages], sorted(files))
