# SPDX-License-Identifier: MIT
"""`make mutate`: how many small faults of the RTL the testbench notices: its mutation score.

Each mutant (see `mutations`) runs against the tests, the fastest first, until one fails. Those that
survive have to be proven equivalent to the sound RTL (see `mutant_proofs`), or waived with a reason
(see `waivers`); the others are open: a test is missing. Results are kept as they come, and a rerun
goes on where the one before ended.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import queue
import re
import shlex
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypeVar

import msgspec

from cocotbext.msi_its.commands.variables import Parser, seed
from cocotbext.msi_its.commands.variables import count as count_of
from cocotbext.msi_its.report.files import ResultFile
from cocotbext.msi_its.run import fingerprint as fingerprints
from cocotbext.msi_its.run.build import Flavour, SimulationError, build
from cocotbext.msi_its.run.design import OWN, Rtl, RtlError
from cocotbext.msi_its.run.discovery import modules
from cocotbext.msi_its.run.disk import check_disk
from cocotbext.msi_its.run.launcher import (
    Interrupted,
    Launcher,
    Stopped,
    catch_signals,
    exclusive,
)
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.results import finished
from cocotbext.msi_its.run.sets import directed
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.run.simulators.verilator_finder import VerilatorError
from cocotbext.msi_its.vocabulary.results import TestResult
from cocotbext.msi_its.vocabulary.text import tail
from qualify import mutations
from qualify.mutant_proofs import (
    LOCAL,
    METHODS,
    NOT_DECIDED,
    OBSERVED,
    REACHED,
    Prover,
    fingerprint,
)
from qualify.mutations import CONFIGURATION, COUNTER_WIDTH, TABLES, Mutation, MutationError
from qualify.waivers import RUN, WAIVERS, Waiver
from tools.choose import results_of, rtl_of, unchanged

FOLDER = BUILD / "mutate"

OTHER_RTL = "proofs of equivalence are made for the project's own RTL only"
"""What is said of survivors in other RTL."""

FREE_BYTES = 200 << 20
"""With less disk than this, a simulation that ends early says nothing about the mutant."""

STALL_SECONDS = 30
"""After how many seconds without a sign of life a mutant is ended."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Some of the tests, in one simulation."""

    name: str
    modules: tuple[str, ...]
    flavour: Flavour = Flavour.PLAIN


STAGES = (
    Stage("batch", modules("random", "batch"), Flavour.BATCH),
    Stage("random", modules("random")),
    Stage("directed", directed("default")),
)
"""What a mutant has to survive, the fastest first."""


class Kind(StrEnum):
    """What became of a mutant in the tests."""

    MISMATCH = "mismatch"
    TIMEOUT = "time-out"
    CRASH = "crash"
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant: the stage and the test that killed it, and what that test said.

    `testbench` identifies the tests it ran against.
    """

    number: int
    kind: Kind
    testbench: str
    stage: str = ""
    test: str = ""
    why: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class Kept:
    """What is known, as it is kept in the result file.

    `proofs` are those that were tried, by number and method: the method (of METHODS) if it
    succeeded, otherwise in words what came of it. They hold for the netlist and `prover`, which
    identifies how they are made, whatever the tests.
    """

    count: int
    seed: int
    netlist: str
    rtl: Rtl = OWN
    mutations: list[Mutation] = field(default_factory=list)
    baseline: str = ""
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    proofs: dict[int, dict[str, str]] = field(default_factory=dict)
    prover: str = ""

    def proof(self, number: int) -> str:
        """Return the method by which a mutant is proven equivalent; empty if it is not."""
        tried = self.proofs.get(number, {})
        return next((method for method, said in tried.items() if said == method), "")

    def waiver(self, number: int) -> Waiver | None:
        """Return the waiver of a mutant, if it has one: those of other RTL have none."""
        if not self.rtl.own:
            return None
        mutation = self.mutations[number - 1]
        return next((each for each in WAIVERS if each.matches(mutation)), None)

    def waived(self, number: int) -> str:
        """Return why a mutant without a proof is waived; empty if it is not."""
        waiver = self.waiver(number)
        return waiver.reason if waiver is not None and not self.proof(number) else ""

    def without_proof(self, number: int) -> str:
        """Say what came of the proofs of a mutant that were tried."""
        if not self.rtl.own:
            return OTHER_RTL
        tried = self.proofs.get(number, {})
        return "; ".join(f"{method}: {said}" for method, said in tried.items())

    def current(self, testbench: str) -> dict[int, Verdict]:
        """Return the verdicts of these tests."""
        return {n: each for n, each in self.verdicts.items() if each.testbench == testbench}

    def write(self, path: Path, testbench: str) -> None:
        """Put everything into the result file, whole or not at all."""
        current = self.current(testbench)
        values = {
            "count": self.count,
            "seed": self.seed,
            "rtl": asdict(self.rtl),
            "netlist": self.netlist,
            "prover": self.prover,
            "testbench": testbench,
            "baseline": self.baseline,
            "score": asdict(score(self, testbench)),
            "mutants": [
                {
                    **asdict(each),
                    "place": each.place,
                    "verdict": asdict(current[each.number]) if each.number in current else None,
                    "proofs": self.proofs.get(each.number, {}),
                }
                for each in self.mutations
            ],
        }
        msgspec.convert(values, Mutate).write(path)

    @classmethod
    def read(cls, path: Path) -> Kept | None:
        """Read a result file; None if there is none that can be read."""
        try:
            values = json.loads(path.read_text())
            kept = cls(values["count"], values["seed"], values["netlist"], Rtl(**values["rtl"]))
            kept.baseline = values["baseline"]
            kept.prover = values.get("prover", "")
            for each in values["mutants"]:
                verdict, proofs = each.pop("verdict"), each.pop("proofs")
                del each["place"]
                mutation = Mutation(**{**each, "sources": tuple(each["sources"])})
                kept.mutations.append(mutation)
                if verdict is not None:
                    verdict["kind"] = Kind(verdict["kind"])
                    kept.verdicts[mutation.number] = Verdict(**verdict)
                if proofs:
                    kept.proofs[mutation.number] = proofs
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return kept


@dataclass(frozen=True, slots=True)
class Score:
    """How many mutants there are of each sort; `tried` have a verdict."""

    mutants: int
    tried: int
    killed: int
    equivalent: int
    waived: int
    open: int
    by_stage: dict[str, int]
    by_kind: dict[str, int]

    @property
    def relevant(self) -> int:
        """How many of those tried a test should notice."""
        return self.tried - self.equivalent - self.waived

    @property
    def share(self) -> float:
        """The killed ones of those tried that are neither proven equivalent nor waived, 0 to 1."""
        relevant = self.relevant
        return self.killed / relevant if relevant else 0.0


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """A mutation in the result file (see `Mutation`), and what became of it."""

    number: int
    mode: str
    module: str
    cell: str
    port: str
    bit: int
    control: int | None
    wire: str
    sources: tuple[str, ...]
    place: str
    verdict: Verdict | None
    proofs: dict[str, str]


class Mutate(ResultFile, frozen=True):
    """What `make mutate` found; `netlist`, `prover`, `testbench`, `baseline` are fingerprints."""

    count: int
    seed: int
    rtl: Rtl
    netlist: str
    prover: str
    testbench: str
    baseline: str
    score: Score
    mutants: list[Mutant]


def score(kept: Kept, testbench: str) -> Score:
    """Count."""
    verdicts = list(kept.current(testbench).values())
    killed = [each for each in verdicts if each.kind is not Kind.SURVIVED]
    survivors = [each for each in verdicts if each.kind is Kind.SURVIVED]
    equivalent = sum(bool(kept.proof(each.number)) for each in survivors)
    waived = sum(bool(kept.waived(each.number)) for each in survivors)
    stages = Counter(each.stage for each in killed)
    kinds = Counter(str(each.kind) for each in killed)
    return Score(
        mutants=len(kept.mutations),
        tried=len(verdicts),
        killed=len(killed),
        equivalent=equivalent,
        waived=waived,
        open=len(survivors) - equivalent - waived,
        by_stage={stage.name: stages[stage.name] for stage in STAGES},
        by_kind={kind: kinds[kind] for kind in Kind if kind is not Kind.SURVIVED},
    )


def tests_fingerprint() -> str:
    """Return what identifies the tests and everything they depend on but the design."""
    return fingerprints.of([fingerprints.testbench(), STAGES, STALL_SECONDS])


# ---- running ------------------------------------------------------------------------------------


def classify(result: TestResult) -> Kind:
    """Say in which way a test failed; what it reported came before it hung or ended."""
    if result.reports:
        return Kind.MISMATCH
    if re.search(r"hangs|timed out|[Tt]imeout", result.failure):
        return Kind.TIMEOUT
    if re.search(r"ended early|ended prematurely|\$finish", result.failure):
        return Kind.CRASH
    return Kind.MISMATCH


def first_line(result: TestResult) -> str:
    """Return what a failed test says first."""
    said = result.reports[0].text if result.reports else result.failure
    lines = said.strip().splitlines()
    return lines[0][:200] if lines else "failed"


def judge(number: int, stage: str, results: Sequence[TestResult], testbench: str) -> Verdict | None:
    """Return the verdict of a stage that noticed something; None if all its tests passed."""
    failed = [result for result in results if result.failed]
    if not failed:
        return None
    kind = classify(failed[0])
    return Verdict(number, kind, testbench, stage, failed[0].name, first_line(failed[0]))


class BatchProcesses:
    """Runs batched tests in processes that have everything loaded when they start.

    Most mutants die within milliseconds; Python and numpy take a second to start.
    """

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["__main__", *STAGES[0].modules])
        self._built: set[str] = set()
        self._lock = threading.Lock()

    def simulate(self, run: Run, modules: Sequence[str], launcher: Launcher) -> list[TestResult]:
        """Do what cocotbext.msi_its.run.simulation's `simulate` does, up to the first failure."""
        launcher.check()
        folder = Path(run.results)
        if run.results not in self._built:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            build(run, folder / run.rtl.top, flavour=Flavour.BATCH, launcher=launcher)
            self._built.add(run.results)
        for file in folder.iterdir():
            if file.name != run.rtl.top:
                file.unlink()
        log = folder / "simulation.log"
        process = self._context.Process(target=_batch_child, args=(run, list(modules), log))
        with self._lock:
            process.start()
        try:
            why = self._wait(process, folder / "progress", launcher)
        finally:
            process.kill()
            process.join()
        results = finished(folder)
        if why or process.exitcode or not (folder / "results.xml").is_file():
            why = why or f"the simulation ended early (exit status {process.exitcode})"
            results.append(TestResult("batch", False, 0.0, f"{why}\n{tail(log)}"))
        return results

    @staticmethod
    def _wait(process: BaseProcess, heartbeat: Path, launcher: Launcher) -> str:
        """Wait for a process; return why it has to be ended, or nothing if it ended by itself."""
        last_sign, last_text = time.monotonic(), ""
        while True:
            process.join(0.5)
            launcher.check()
            if process.exitcode is not None:
                return ""
            text = tail(heartbeat, 1)
            if text != last_text:
                last_sign, last_text = time.monotonic(), text
            elif time.monotonic() - last_sign > STALL_SECONDS:
                return f"the simulation hangs: nothing in {STALL_SECONDS} seconds, so it was ended"


def _batch_child(run: Run, modules: list[str], log: Path) -> None:
    """Run batched tests in this process (of its own)."""
    from cocotbext.msi_its.batch.environment import run_tests

    for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, signal.SIG_IGN)  # whoever started it ends it
    with log.open("w") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    run_tests(modules, run.settings, to_first_failure=True)


class Runner:
    """Runs mutants of one design against the tests."""

    def __init__(
        self,
        rtl: Rtl,
        seed: int,
        testbench: str,
        prove: Callable[[int, str], bool],
        launcher: Launcher,
        folder: Path = FOLDER,
    ) -> None:
        """`prove` says whether a mutant is proven equivalent, by a method of METHODS."""
        self._rtl = rtl
        self._seed = seed
        self._testbench = testbench
        self._prove = prove
        self._folder = folder
        self._batch = BatchProcesses()
        self.launcher = launcher

    def stages(
        self, number: int, slot: str, stages: Sequence[Stage] = STAGES
    ) -> Iterator[tuple[Stage, list[TestResult]]]:
        """Run the tests on a mutant, 0 for none, stage by stage; `slot` names a folder."""
        for stage in stages:
            folder = self._folder / "runs" / f"{slot}-{stage.name}"
            run = Run(
                TABLES,
                COUNTER_WIDTH,
                self._seed,
                str(folder),
                (),
                self._rtl,
                plusargs=(f"+mutant={number}",),
                configuration=CONFIGURATION,
            )
            if stage.flavour is Flavour.BATCH:
                yield stage, self._batch.simulate(run, stage.modules, self.launcher)
                continue
            results = simulate(
                run,
                stage.modules,
                to_first_failure=True,
                stall_seconds=STALL_SECONDS,
                launcher=self.launcher,
            )
            yield stage, results

    def quick(self, number: int, slot: str) -> Verdict | None:
        """Run the fastest tests on a mutant, and try the fastest proofs; None if undecided."""
        start = time.monotonic()
        verdict = self._tested(number, slot, STAGES[:1])
        if verdict is None and any(self._prove(number, method) for method in (LOCAL, REACHED)):
            verdict = Verdict(number, Kind.SURVIVED, self._testbench)
        return verdict and replace(verdict, seconds=round(time.monotonic() - start, 2))

    def thorough(self, number: int, slot: str) -> Verdict:
        """Run the other tests on a mutant that `quick` left undecided, and try the last proof."""
        start = time.monotonic()
        verdict = self._tested(number, slot, STAGES[1:])
        if verdict is None:
            self._prove(number, OBSERVED)
            verdict = Verdict(number, Kind.SURVIVED, self._testbench)
        return replace(verdict, seconds=round(time.monotonic() - start, 2))

    def _tested(self, number: int, slot: str, stages: Sequence[Stage]) -> Verdict | None:
        """Run tests until one fails; return what it says, or None."""
        for stage, results in self.stages(number, slot, stages):
            verdict = judge(number, stage.name, results, self._testbench)
            if verdict is not None:
                check_disk(FOLDER, free=FREE_BYTES)
                return verdict
        return None


def run_all(
    runner: Runner, numbers: Sequence[int], jobs: int, done: Callable[[Verdict], None]
) -> None:
    """Run mutants, some at a time; call `done` with each verdict as it comes.

    What is slow waits until all were tried quickly: an interrupted run knows the most then.
    """
    undecided = []

    def tried(number: int, verdict: Verdict | None) -> None:
        if verdict is not None:
            done(verdict)
        else:
            undecided.append(number)

    _each(runner, runner.quick, numbers, jobs, tried)
    _each(runner, runner.thorough, undecided, jobs, lambda _, verdict: done(verdict))


V = TypeVar("V")


def _each(
    runner: Runner,
    what: Callable[[int, str], V],
    numbers: Sequence[int],
    jobs: int,
    done: Callable[[int, V], None],
) -> None:
    """Do something to mutants, some at a time, each in a slot that is free."""
    slots: queue.SimpleQueue[str] = queue.SimpleQueue()
    for slot in range(jobs):
        slots.put(str(slot))

    def work(number: int) -> V:
        slot = slots.get()
        try:
            return what(number, slot)
        finally:
            slots.put(slot)

    runner.launcher.each(work, numbers, done, jobs=jobs)


class Progress:
    """One line that says how far it is; on a terminal it stays in place."""

    EVERY = 50

    def __init__(self, total: int) -> None:
        self._total = total
        self._killed = self._survived = 0
        self._began = time.monotonic()
        self._in_place = sys.stdout.isatty()

    def show(self, verdict: Verdict) -> None:
        """Count a verdict."""
        self._survived += verdict.kind is Kind.SURVIVED
        self._killed += verdict.kind is not Kind.SURVIVED
        done = self._killed + self._survived
        if not (self._in_place or done % self.EVERY == 0 or done == self._total):
            return
        left = (time.monotonic() - self._began) / done * (self._total - done)
        text = f"  {done} of {self._total}: {self._killed} killed, {self._survived} survived"
        text += f", about {left / 60:.0f} min left" if left > 60 else " " * 22
        end = "\r" if self._in_place and done < self._total else "\n"
        print(text, end=end, flush=True)


# ---- the command --------------------------------------------------------------------------------


def resume(found: Kept | None, made: Kept, testbench: str) -> tuple[Kept, str]:
    """Return what to go on with, and in words what that means.

    `found` is what was kept, `made` are the mutants there are now, without any results.
    """
    if found is None:
        return made, ""
    if (found.count, found.seed) != (made.count, made.seed):
        return made, f"other mutants than last time (N={found.count} SEED={found.seed})"
    if (found.netlist, found.mutations) != (made.netlist, made.mutations):
        return made, "the RTL has changed: starting over"
    anew = found.prover != made.prover
    if anew:
        dead = {n: v for n, v in found.verdicts.items() if v.kind is not Kind.SURVIVED}
        found = replace(found, verdicts=dead, proofs={}, prover=made.prover)
    current = found.current(testbench)
    if found.verdicts and not current:
        return found, "the testbench has changed: starting over; proofs are kept"
    words = f"{len(current)} of {found.count} were tried before" if current else ""
    return found, f"the proofs have changed: {words}" if words and anew else words


def summary(kept: Kept, testbench: str) -> str:
    """Return the score and the survivors, in words."""
    found = score(kept, testbench)
    lines = [f"killed: {found.killed} of {found.tried}"]
    lines += [f"  by {name + ':':10} {number:5}" for name, number in found.by_stage.items()]
    kinds = {kind: number for kind, number in found.by_kind.items() if kind != Kind.MISMATCH}
    lines += [f"  of these, {kind}: {number}" for kind, number in kinds.items()]
    current = kept.current(testbench)
    survivors = [
        each
        for each in kept.mutations
        if each.number in current and current[each.number].kind is Kind.SURVIVED
    ]
    proven = [each for each in survivors if kept.proof(each.number)]
    if proven:
        lines.append(f"proven equivalent: {len(proven)}")
        for each in proven:
            how = METHODS[kept.proof(each.number)]
            lines.append(f"  {each.number:5}  {each.place}  {each}: {how}")
    waived = [each for each in survivors if kept.waived(each.number)]
    if waived:
        lines.append(f"waived: {len(waived)}")
        for each in waived:
            lines.append(
                f"  {each.number:5}  {each.place}  {each}: waived: {kept.waived(each.number)}"
            )
    lines += stale(kept, testbench)
    left = [each for each in survivors if each not in (*proven, *waived)]
    if left:
        lines.append(f"open: {len(left)}")
        for each in left:
            lines += [f"  {each.number:5}  {each.place}  {each}"]
            lines += [f"         {command(kept, each.number)}"]
            lines.append(f"         proofs of equivalence: {kept.without_proof(each.number)}")
    return "\n".join(lines)


def stale(kept: Kept, testbench: str) -> list[str]:
    """Say which waivers are no longer needed."""
    current = kept.current(testbench)
    lines = []
    for each in kept.mutations:
        waiver = kept.waiver(each.number)
        if waiver is None or each.number not in current:
            continue
        verdict = current[each.number]
        if verdict.kind is not Kind.SURVIVED:
            lines.append(f"stale waiver: {waiver}: {verdict.test} kills it")
        elif kept.proof(each.number):
            lines.append(f"stale waiver: {waiver}: it is proven equivalent")
    if kept.rtl.own and (kept.count, kept.seed) == RUN:
        lines += [
            f"stale waiver: {waiver}: there is no such mutant"
            for waiver in WAIVERS
            if not any(map(waiver.matches, kept.mutations))
        ]
    return lines


def closing_line(kept: Kept, testbench: str) -> str:
    """Return the score in a line."""
    found = score(kept, testbench)
    untried = f", {found.mutants - found.tried} not tried" if found.tried < found.mutants else ""
    return (
        f"mutate: {found.killed} of {found.relevant} mutants killed ({100 * found.share:.1f} %), "
        f"{found.equivalent} proven equivalent, {found.waived} waived, {found.open} open"
        f"{untried}"
    )


def command(kept: Kept, number: int) -> str:
    """Return the command that tries one mutant."""
    words = [*kept.rtl.words, f"N={kept.count}", f"SEED={kept.seed}", f"ONLY={number}"]
    return f"make mutate {shlex.join(words)}"


def check_baseline(runner: Runner) -> None:
    """Run all tests without a mutation. Raises MutationError if one fails."""
    for stage, results in runner.stages(0, "baseline"):
        if not results:
            raise MutationError(f"without a mutation, no test ran ({stage.name})")
        for result in results:
            if not result.passed:
                raise MutationError(
                    f"without a mutation, {result.name} ({stage.name}) fails, so nothing can be "
                    f"said about mutants: {first_line(result)}"
                )


def one_by_one(runner: Runner, kept: Kept, numbers: Iterable[int]) -> Iterator[Verdict]:
    """Try some mutants, and say what became of each."""
    for number in numbers:
        mutation = kept.mutations[number - 1]
        print(f"{number}: {mutation.place}: {mutation}", flush=True)
        verdict = runner.quick(number, "only") or runner.thorough(number, "only")
        if verdict.kind is Kind.SURVIVED:
            proof = kept.proof(number)
            reason = kept.waived(number)
            waived = f"waived: {reason}" if reason else ""
            how = METHODS[proof] if proof else waived or kept.without_proof(number)
            print(f"  survives all tests; {how}", flush=True)
        else:
            print(
                f"  killed by {verdict.test} ({verdict.stage}, {verdict.kind}): {verdict.why}",
                flush=True,
            )
        yield verdict


class Campaign:
    """The mutants of a design, what is known of them, and what tries them."""

    def __init__(self, design: Rtl, count: int, chosen: int) -> None:
        """Make `count` mutants, those of the seed `chosen`; go on with what is known of them."""
        folder = results_of(design, FOLDER)
        self._result = folder / "result.json"
        self._testbench = tests_fingerprint()
        launcher = Launcher()
        with unchanged(lambda: mutations.fingerprint(design), MutationError) as netlist:
            self._mutants, rtl = mutations.make(folder / "hdl", count, chosen, launcher, design)
        rtl.check(mutations.PARAMETERS)
        made = Kept(count, chosen, netlist, design, self._mutants, prover=fingerprint())
        found = Kept.read(self._result)
        self.kept, words = resume(found, made, self._testbench)
        if words:
            print(words, flush=True)
        if found is not None and self.kept is made:
            before = self._result.with_suffix(".before.json")
            self._result.replace(before)
            print(f"results until now: {before.relative_to(ROOT)}")
        self._prover = None
        if design.own:
            self._prover = Prover(folder / "proofs", folder / "hdl", launcher)
        self._runner = Runner(rtl, chosen, self._testbench, self._prove, launcher, folder)
        self._before = set(self.kept.current(self._testbench))

    def _prove(self, number: int, method: str) -> bool:
        """Whether a mutant is equivalent by a method, which is tried unless it was decided."""
        if self._prover is None:
            return False
        tried = self.kept.proofs.setdefault(number, {})
        if tried.get(method, NOT_DECIDED) == NOT_DECIDED:
            tried[method] = self._prover.prove(self._mutants[number - 1], method)
        return tried[method] == method

    def _write(self) -> None:
        self.kept.write(self._result, self._testbench)

    def _forget_if_changed(self) -> None:
        """Keep nothing that ran while the tests changed: it is not known on which it did."""
        if tests_fingerprint() == self._testbench:
            return
        verdicts = self.kept.verdicts.items()
        self.kept.verdicts = {n: each for n, each in verdicts if n in self._before}
        self.kept.baseline = ""
        self._write()
        raise MutationError(
            "the testbench was changed meanwhile: nothing of this run is kept; start again"
        )

    def run(self, jobs: int, only: Sequence[int]) -> int:
        """Try the mutants, or `only` some; return the exit status."""
        try:
            self._try(jobs, only)
            self._forget_if_changed()
        except Interrupted as interrupt:
            self._runner.launcher.stop()
            self._forget_if_changed()
            print(f"\n{closing_line(self.kept, self._testbench)}")
            print("mutate: interrupted; the same command goes on", file=sys.stderr)
            return interrupt.status
        if only:
            survived = [n for n in only if self.kept.verdicts[n].kind is Kind.SURVIVED]
            return int(any(not (self.kept.proof(n) or self.kept.waived(n)) for n in survived))
        print(summary(self.kept, self._testbench))
        print(f"results: {self._result.relative_to(ROOT)}")
        print(closing_line(self.kept, self._testbench))
        return 1 if score(self.kept, self._testbench).open else 0

    def _try(self, jobs: int, only: Sequence[int]) -> None:
        """Run the tests without a mutation, if they have not passed so, and then on mutants."""
        kept, testbench = self.kept, self._testbench
        if kept.baseline != testbench:
            print("without a mutation ...", flush=True)
            check_baseline(self._runner)
            kept.baseline = testbench
            self._write()
        current = kept.current(testbench)
        waiting = [each.number for each in self._mutants if each.number not in current]
        progress = Progress(len(waiting))

        def done(verdict: Verdict) -> None:
            kept.verdicts[verdict.number] = verdict
            self._write()
            if not only:
                progress.show(verdict)

        if only:
            for verdict in one_by_one(self._runner, kept, only):
                done(verdict)
        else:
            run_all(self._runner, waiting, jobs, done)


def mutate(design: Rtl, count: int, chosen: int, jobs: int, only: Sequence[int]) -> int:
    """Measure the mutation score, or try some mutants; return the exit status."""
    check_disk(FOLDER, free=FREE_BYTES)
    if not design.own:
        design.check(mutations.PARAMETERS)
    print(f"mutate: {design.describe()}, N={count} SEED={chosen}, JOBS={jobs}", flush=True)
    return Campaign(design, count, chosen).run(jobs, only)


def numbers(text: str) -> list[int]:
    """Read the numbers of mutants: 1 or more each, with commas or spaces between them."""
    return [count_of(word) for word in text.replace(",", " ").split()]


def main() -> int:
    """Run the command; return its exit status."""
    parser = Parser(prog="make mutate", description=__doc__)
    parser.add_design()
    parser.add_argument("--n", type=count_of, default=RUN[0], help=f"how many mutants ({RUN[0]})")
    parser.add_argument("--seed", type=seed, default=RUN[1], help=f"which ones ({RUN[1]})")
    parser.add_argument("--jobs", type=count_of, default=os.cpu_count() or 1)
    parser.add_argument("--only", type=numbers, help="try these, by number")
    arguments = parser.parse()
    if arguments.only == []:
        print(f"mutants have numbers, 1 to {arguments.n} (N=): ONLY=17, or ONLY=17,18")
        return 0
    only = arguments.only or []
    beyond = [number for number in only if number > arguments.n]
    if beyond:
        parser.error(f"ONLY={beyond[0]}: there are {arguments.n} mutants; N= makes more")
    catch_signals()
    try:
        with exclusive(BUILD / "mutate.lock", "make mutate"):
            return mutate(rtl_of(arguments), arguments.n, arguments.seed, arguments.jobs, only)
    except (MutationError, RtlError, SimulationError, VerilatorError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        kept = f"; what was found until then is in {FOLDER.relative_to(ROOT)}"
        print(f"error: {error.filename}: {error.strerror}{kept}", file=sys.stderr)
        return 2
    except (Interrupted, Stopped) as interrupt:
        print("mutate: interrupted", file=sys.stderr)
        return interrupt.status if isinstance(interrupt, Interrupted) else 130


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
