# SPDX-License-Identifier: MIT
"""Builds a harness of tests/ for Verilator with some parameters, and runs cocotb tests on it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from cocotb_tools.runner import get_runner

from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.run.simulators import verilator

SEED = int(os.environ.get("SEED", "1"))

Parameters = Mapping[str, int | str]

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Harness:
    """A harness: its top, its list of files, and where builds of it are, one a folder.

    `variable` is the environment's variable that tells its tests the parameters, as JSON.
    """

    top: str
    file_list: str
    places: Path
    variable: str

    def build(
        self,
        name: str,
        parameters: Parameters,
        root: Path = ROOT,
        lists: Sequence[str] = (),
        arguments: Sequence[str] = (),
    ) -> Path:
        """Build it with these parameters, from the files below `root`, into a folder of this name.

        Warnings count in the project's own files alone.
        """
        place = self.places / name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        self._reuse(place)
        get_runner("verilator").build(
            sources=[],
            hdl_toplevel=self.top,
            build_args=[
                *(word for each in (self.file_list, *lists) for word in ("-F", str(root / each))),
                str(root / "hdl/lint.vlt"),
                *arguments,
                *verilator.BUILD_ARGUMENTS,
                *verilator.PORTS_ONLY,
                *(f"-G{parameter}={value}" for parameter, value in parameters.items()),
                *(["-Wno-fatal"] if root != ROOT else []),
            ],
            timescale=("1ns", "1ps"),
            build_dir=place,
            log_file=place / "build.log",
        )
        return place

    def _reuse(self, place: Path) -> None:
        """Take the simulator's own part from another build: it is always the same."""
        others = list(self.places.glob(f"*/{verilator.RUNTIME}"))
        for each in others:
            if each.parent == others[0].parent:
                shutil.copy2(each, place)
                os.utime(place / each.name, (4e9, 4e9))  # newer than the makefile

    def run(
        self,
        place: Path,
        parameters: Parameters,
        results: Path,
        modules: Sequence[str],
        only: str = "",
        plusargs: Sequence[str] = (),
        seed: int = SEED,
        environment: Mapping[str, str] = NOTHING,
    ) -> dict[str, str]:
        """Run tests on a build; return why each failed, empty for those that passed.

        They find `environment` in theirs.
        """
        results.mkdir(parents=True, exist_ok=True)
        file = results / "results.xml"
        with contextlib.suppress(SystemExit, RuntimeError):  # a test failed, or an assertion did
            get_runner("verilator").test(
                test_module=list(modules),
                hdl_toplevel=self.top,
                hdl_toplevel_lang="verilog",
                build_dir=place,
                test_dir=results,
                results_xml=str(file),
                log_file=results / "log",
                seed=seed,
                test_filter=only or None,
                plusargs=list(plusargs),
                extra_env={
                    **environment,
                    self.variable: json.dumps(parameters),
                    "PYTHONWARNINGS": "ignore::DeprecationWarning:cocotbext",
                    "COCOTB_ANSI_OUTPUT": "0",
                },
            )
        found: dict[str, str] = {}
        if not file.is_file():
            return found
        for case in ElementTree.parse(file).iter("testcase"):
            tags = {each.tag for each in case}
            if "skipped" not in tags:
                found[case.get("name", "")] = "failed" if tags & {"failure", "error"} else ""
        return found
