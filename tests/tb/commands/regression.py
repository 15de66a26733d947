# SPDX-License-Identifier: MIT
"""A regression with small programs in the place of Verilator and the simulations."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cocotbext.msi_its.commands import regress
from cocotbext.msi_its.run import attempt, fingerprint
from cocotbext.msi_its.run import launcher as processes
from cocotbext.msi_its.run import plan as plans
from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.run.sets import EVERYTHING, SETS, Only
from cocotbext.msi_its.run.store import Store
from msi_its_model import Profile
from tests.schemas import valid
from tests.tb.run.project import RUN, Project

SEED = 5

PROGRAM = r"""
import json, os, signal, sys, time
from pathlib import Path
root = Path(sys.argv[1])
job = json.loads(sys.argv[2])
folder = Path(job["folder"])
behave = json.loads((root / "behave.json").read_text())
with open(root / "log", "a") as log:
    task = "simulate" if "modules" in job else "build"
    print(task, job["flavour"] or "plain", folder.name, file=log)
if "modules" not in job:
    if f"-GROUTES={behave.get('build')}" in job["options"]:
        sys.exit("%Error: a.sv:1: a syntax \x1b[31merror\x1b[0m \x00")
    (folder / job["top"]).write_text("")
    sys.exit()
how = behave.get(folder.name, {})
cases = []
for module in job["modules"]:
    module = module.rpartition(".")[2]
    for number, test in enumerate(("one", "two")):
        name = f"{module}.{test}"
        if job["only"] not in ("", name):
            continue
        (folder / "progress").write_text(f"0 0 {name}")
        does = how.get(test, "pass")
        if does == "crash":
            sys.exit("Segmentation \x1b[31mfault\x1b[0m \x00")
        if does == "hang":
            time.sleep(600)
        if does == "interrupt":
            os.kill(os.getppid(), getattr(signal, how["signal"]))
            time.sleep(0 if how["signal"] == "SIGKILL" else 600)
        if does == "full":
            sys.exit("OSError: [Errno 28] No space left on device: 'coverage.dat'")
        if does == "wait":
            (root / "waits").mkdir(exist_ok=True)
            (root / "waits" / folder.name).write_text("")
            while not (root / "go").exists():
                time.sleep(0.05)
        if does == "damage":
            (folder / "run.json").unlink()
            (folder / f"{name}.json").mkdir()
        bad = does not in ("pass", "damage", "interrupt", "wait")
        text = f"mismatch 1 (model) at operation 7: {does}\n  operation: a<b> & c\n  expected: "
        text += how.get("says", "x")
        values = {
            "name": name, "passed": not bad, "counted": True,
            "operations": 10 + number, "messages": 5,
            "dropped": 1, "mismatches": 2 * bad, "answers": {}, "drops": [], "measured": {},
            "coverage": {"wait": {"s_msi / 0 cycles": 2 + number, **how.get("bins", {})}},
            "reports": [
                {"kind": "model", "operation": 7, "line": None, "text": each}
                for each in (text, "mismatch 2") if bad
            ],
        }
        if does == "assert":
            values |= {"mismatches": 0, "reports": []}
        if does != "damage":
            (folder / f"{name}.json").write_text(json.dumps(values))
        said = f'<failure message="AssertionError: {does}: 1 of 2 passed"/>' if bad else ""
        cases.append(
            f'<testcase name="{test}" classname="tests.rtl.{module}" time="0.5">{said}</testcase>'
        )
(folder / "results.xml").write_text(
    f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"
)
if job["flavour"] == "waves":
    (folder / "dump.vcd").write_text("$end")
if job["flavour"] == "coverage":
    point = f"C '\1f\2{root}/hdl/a.sv\1l\0021\1n\0021\1t\2line\1page\2v_line/a\1o\2block\1h\2a'"
    text = f"# SystemC::Coverage-3\n{point} 3\n"
    (folder / "coverage.dat").write_text(how.get("dat", text))
"""


class Regression:
    """A project whose regression has two parameter sets and tests with a given behaviour."""

    def __init__(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root = project.root
        self.results = root / "build/regress"
        if not (root / "behave.json").exists():
            self.behaves()

        def run(
            launcher: processes.Launcher, command: list[str], log: Path, environment: Any
        ) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
            program = [sys.executable, "-I", "-S", "-c", PROGRAM, str(root), command[-1]]
            return RUN(launcher, program, log, environment)

        monkeypatch.setattr(processes.Launcher, "run", run)
        monkeypatch.setattr(regress, "find_verilator", project.verilator)
        monkeypatch.chdir(root)
        for module in (regress, attempt, fingerprint):
            monkeypatch.setattr(module, "HERE", root)
        monkeypatch.setattr(fingerprint, "ROOT", root)
        monkeypatch.setattr(fingerprint, "PACKAGES", (root / "models", root / "tb"))
        sets = {name: SETS[name] for name in ("smallest", "odd")}
        monkeypatch.setattr(plans, "SETS", sets)
        monkeypatch.setattr(plans, "recordings", lambda *_: ())
        monkeypatch.setattr(plans, "traces_sets", lambda profile: ("traces",))

    def behaves(self, again: dict[str, Any] | None = None, **how: Any) -> None:
        """Say what simulations do: by folder (`_` for `-`), what each of their tests does.

        `again` are those that are run again.
        """
        behave = {name.replace("_", "-"): does for name, does in how.items()} | (again or {})
        (self.root / "behave.json").write_text(json.dumps(behave))

    def run(
        self,
        seeds: int | None = 2,
        gate: bool = False,
        resume: bool = False,
        jobs: int = 2,
        only: Only = EVERYTHING,
        failed: bool = False,
        farm: regress.Farm = regress.LOCAL,
        profile: Profile | None = None,
    ) -> int:
        """Run the regression."""
        new = not (resume or failed)
        seed, seeds = (SEED, seeds) if new else (None, None)
        return self.regress(seed, seeds, jobs, resume, OWN, gate, only, failed, profile, farm)

    def regress(self, *arguments: Any) -> int:
        """Run it with other arguments."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(regress, "RESULTS", self.results)
            return regress.regress(*arguments)

    def plan(self, resume: bool = False, rtl: Rtl = OWN) -> Store:
        """Plan a regression of one seed, without running it, or plan to resume that."""
        seed, seeds = (None, None) if resume else (SEED, 1)
        return regress._store(self.results, seed, seeds, resume, rtl)

    def json(self, name: str = "result.json") -> dict[str, Any]:
        """Return a file that it left."""
        return valid(self.results / name)

    def text(self, name: str) -> str:
        return (self.results / name).read_text()

    def log(self, start: str = "simulate coverage") -> list[str]:
        """Return the folders of what was run, in order."""
        file = self.root / "log"
        lines = file.read_text().splitlines() if file.is_file() else []
        return [line.rpartition(" ")[2] for line in lines if line.startswith(start)]

    def passed(self) -> dict[str, bool]:
        """Return by simulation whether it passed."""
        return {
            f"{each['set']}-{each['tests']}-{each['seed']}": each["passed"]
            for each in self.json()["simulations"]
        }


ALL = [
    *("traces-recorded-5", "smallest-directed-5", "odd-directed-5"),
    *("smallest-random-5", "odd-random-5", "smallest-random-6", "odd-random-6"),
]
