# SPDX-License-Identifier: MIT
"""How the designs for AXI4 are built and run, with the tests of `tests/axi`."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from cocotb_tools.runner import get_runner

from cocotbext.msi_its.run.design import ATTACHED_TO
from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.simulators import verilator
from tools import ends

SEED = int(os.environ.get("SEED", "1"))

PLACES = BUILD / "axi"
"""Where builds are, a folder for each design."""


@dataclass(frozen=True, slots=True)
class Design:
    """A module and the list of its files, with parameters under the names of sets."""

    top: str
    file_list: str
    sets: Mapping[str, Mapping[str, int]]

    @property
    def places(self) -> Path:
        """Where its builds are, one a folder."""
        return PLACES / self.top

    def build(self, name: str, root: Path = ROOT, sva: bool = False) -> Path:
        """Build it with the parameters of a set, from the files below `root`.

        With `sva` the assertions of hdl/sva are attached. Warnings count in the project's own
        files alone.
        """
        lists = [self.file_list, *((ends.PORTS, ends.ASSERTIONS) if sva else ())]
        place = self.places / f"{name}{'-sva' * sva}{'-faults' * (root != ROOT)}"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        _reuse(place)
        get_runner("verilator").build(
            sources=[],
            hdl_toplevel=self.top,
            build_args=[
                *(word for each in lists for word in ("-F", str(root / each))),
                *(str(root / "hdl/lint.vlt"), f"+define+{ATTACHED_TO}=msi_translator"),
                *verilator.BUILD_ARGUMENTS,
                *verilator.PORTS_ONLY,
                *(_parameter(*each) for each in self.sets[name].items()),
                *(["-Wno-fatal"] if root != ROOT else []),
            ],
            timescale=("1ns", "1ps"),
            build_dir=place,
            log_file=place / "build.log",
        )
        return place

    def run(
        self,
        name: str,
        place: Path,
        results: Path,
        modules: Sequence[str],
        only: str = "",
        plusargs: Sequence[str] = (),
    ) -> dict[str, str]:
        """Run tests in a simulation; return why each failed, empty for those that passed."""
        results.mkdir(parents=True, exist_ok=True)
        file = results / "results.xml"
        with contextlib.suppress(SystemExit, RuntimeError):  # a test or an assertion failed
            get_runner("verilator").test(
                test_module=list(modules),
                hdl_toplevel=self.top,
                hdl_toplevel_lang="verilog",
                build_dir=place,
                test_dir=results,
                results_xml=str(file),
                log_file=results / "log",
                seed=SEED,
                test_filter=only or None,
                plusargs=list(plusargs),
                extra_env={
                    "AXI_PARAMETERS": json.dumps(self.sets[name]),
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


def _parameter(name: str, value: int) -> str:
    """Return the option of a parameter; a number of more than 31 bits has to say so."""
    return f"-G{name}=64'h{value:x}" if value >> 31 else f"-G{name}={value}"


def measured(results: Path) -> list[str]:
    """Return what the tests of a run have measured, in words."""
    return re.findall(r"measured: .*", (results / "log").read_text())


def _reuse(place: Path) -> None:
    """Take the simulator's own part from another build: it is always the same."""
    others = list(PLACES.glob(f"*/*/{verilator.RUNTIME}"))
    for each in others:
        if each.parent == others[0].parent:
            shutil.copy2(each, place)
            os.utime(place / each.name, (4e9, 4e9))  # newer than the makefile
