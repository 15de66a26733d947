# SPDX-License-Identifier: MIT
"""A project with small programs in the place of Verilator and of the simulations."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from cocotbext.msi_its.run.build import Flavour, build
from cocotbext.msi_its.run.design import Elaborated, Rtl
from cocotbext.msi_its.run.launcher import Launcher
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.simulators import verilator as simulator
from cocotbext.msi_its.vocabulary.operations import Tables
from cocotbext.msi_its.vocabulary.settings import TraceFile

FAKE_CHILD = """
import json, os, sys
job = json.loads(sys.argv[1])
if "modules" not in job:
    with open({log!r}, "a") as log:
        print(os.environ["VERILATOR_ROOT"], file=log)
    if "broken" in open(job["sources"][0]).read():
        sys.exit("a syntax error")
    open(job["folder"] + "/msi_translator", "w").write(open(job["sources"][0]).read())
else:
    {simulation}
"""

RUN = Launcher.run


class Project:
    """A project of one source file, whose child processes are small programs."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.log = root / "log"
        self.source = root / "hdl/a.sv"
        self.monkeypatch = monkeypatch
        if not (root / "hdl").exists():
            (root / "hdl").mkdir()
            (root / "hdl/lint.vlt").write_text("")
            (root / "hdl/translator.f").write_text("# one\na.sv\n")
            self.source.write_text("sound")
        self.found_through("the wheel")
        self.simulates("pass")
        for module in ("build", "simulation", "launcher"):
            monkeypatch.setattr(f"cocotbext.msi_its.run.{module}.ROOT", root)
        monkeypatch.setattr("cocotbext.msi_its.run.build.SIMULATORS", root / "simulators")
        monkeypatch.setattr(Rtl.sources, "__defaults__", (root,))
        monkeypatch.setattr(Rtl, "elaborate", self.elaborate)
        monkeypatch.setattr("cocotbext.msi_its.run.fingerprint.tools", lambda: "tools")

    @staticmethod
    def elaborate(rtl: Rtl, parameters: object = None) -> Elaborated:
        """Elaborate, for the files that are read."""
        return Elaborated(frozenset(), {}, tuple(rtl.sources().files), (), False)

    @property
    def builds(self) -> int:
        """How many builds there were."""
        return len(self.log.read_text().splitlines())

    def found_through(self, source: str) -> None:
        """Find Verilator through another source."""
        verilator = SimpleNamespace(
            root=Path("/v"),
            executable=Path("/v/bin/verilator"),
            version=(5, 48),
            source=source,
            environment=lambda: {"VERILATOR_ROOT": "/v"},
        )
        self.verilator = lambda: verilator
        self.monkeypatch.setattr(simulator, "find_verilator", self.verilator)

    def simulates(self, code: str) -> None:
        """Let simulations run some code, with the job in `job`."""
        program = FAKE_CHILD.format(log=str(self.log), simulation=code)

        def run(
            launcher: Launcher, command: list[str], log: Path, environment: dict[str, str]
        ) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
            return RUN(launcher, [sys.executable, "-c", program, command[-1]], log, environment)

        self.monkeypatch.setattr(Launcher, "run", run)

    def run(self, *traces: TraceFile) -> Run:
        """Return a run."""
        return Run(Tables(1, 1, 1, 1), 4, 1, str(self.root / "results"), traces)

    def build(self) -> str:
        """Build; return what the executable was made from."""
        build(self.run(), self.root / "executable", flavour=Flavour.PLAIN, launcher=Launcher())
        return (self.root / "executable").read_text()
