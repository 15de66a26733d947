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
from cocotbext.msi_its.run.places import HERE, ROOT
from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator

PACKAGES = (Path(msi_its_model.__file__).parent, Path(__file__).parents[1])
TESTS = ("tests/rtl", "tests/batch", "tests/traces", "tests/vectors", "tests/its")
"""The folders that the testbench consists of: everything in them counts."""

VARIABLES = ("CXX", "CPPFLAGS", "CXXFLAGS", "CFLAGS", "LDFLAGS", "LDLIBS")
"""What the simulator's own makefile reads of the environment."""


def of(what: Iterable[object], files: Iterable[Path] = ()) -> str:
    """Return the fingerprint of some values and of files, of their names and what is in them.

    It is the same wherever the project is: names in it are taken relative to where it is.
    """
    found = hashlib.sha256()

    def add(text: str) -> None:
        for folder in (ROOT, HERE):
            text = text.replace(f"{folder}/", "")
        found.update(f"{text}\0".encode(errors="surrogateescape"))

    for each in what:
        add(str(each))
    for file in files:
        add(str(file))
        add(hashlib.sha256(file.read_bytes()).hexdigest())
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
    programs = [file for file in (verilator.executable, binary) if file.is_file()]
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
            *(verilator.version, said, platform.python_version(), version("cocotb")),
            *(hashlib.sha256(each.read_bytes()).hexdigest() for each in programs),
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
