# SPDX-License-Identifier: MIT
"""`make topologies`: random topologies of PCIe in front of the RTL, with one report of all of them.

The root complex, switches and functions are cocotbext-pcie's. On each topology functions send and
software renumbers, plugs and masks (`tests/topology`); everything is held against the golden model,
up to the interrupt. A seed fixes all of it. Traces of what ran are kept, for `make compare`.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import msgspec

from cocotbext.msi_its.commands.variables import Parser, count, seed
from cocotbext.msi_its.report.files import ResultFile
from cocotbext.msi_its.report.topology import page
from cocotbext.msi_its.run.launcher import Interrupted, catch_signals, exclusive
from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.simulators.verilator_finder import VerilatorError, find_verilator
from tests.topology.design import DESIGN, RANDOM, SETS
from tests.topology.results import ALL_BINS, Result

FOLDER = BUILD / "topologies"
"""What it leaves: report.html, result.json, and a trace of each topology."""

TOPOLOGIES = 20
MESSAGES = 2400
TOGETHER = 4
"""How many topologies by default, what the functions do on each, how many one simulation has."""

EXPLAINED = 20
LISTED = 10
"""How many lines are shown of the log of a simulation that failed, and how many missing bins."""


@dataclass(frozen=True, slots=True)
class Job:
    """A simulation: `number` topologies from `first` on, with the parameters of a set."""

    set: str
    first: int
    number: int
    seed: int

    @property
    def folder(self) -> Path:
        """Where its results are."""
        return FOLDER / f"from-{self.first}"

    def run(self) -> tuple[list[Result], str]:
        """Run it; return what came of its topologies, and what failed, in words."""
        environment = {
            "TOPOLOGY_FIRST": str(self.first),
            "TOPOLOGIES": str(self.number),
            "TOPOLOGY_MESSAGES": str(MESSAGES),
            "TOPOLOGY_RESULTS": str(self.folder),
        }
        found = DESIGN.run(
            DESIGN.places / self.set,
            SETS[self.set],
            self.folder,
            [RANDOM],
            seed=self.seed,
            environment=environment,
        )
        files = [self.folder / f"topology_{each}.json" for each in self.topologies]
        results = [
            msgspec.json.decode(file.read_bytes(), type=Result) for file in files if file.exists()
        ]
        failed = [name for name, said in found.items() if said]
        if failed or len(found) < self.number or len(results) < self.number:
            return results, self._explain(failed)
        return results, ""

    @property
    def topologies(self) -> range:
        """The numbers of its topologies."""
        return range(self.first, self.first + self.number)

    def _explain(self, failed: Sequence[str]) -> str:
        """Say which topologies failed, and what was said first."""
        log = self.folder / "log"
        text = log.read_text(errors="replace").splitlines() if log.exists() else []
        at = next((number for number, line in enumerate(text) if "Error" in line), len(text) - 3)
        names = ", ".join(failed) or f"one of {self.topologies}, which left no result"
        shown = "\n".join(f"  {line.strip()}" for line in text[max(at, 0) : at + EXPLAINED])
        return f"{names} FAILED, {self.set} bits, {log.relative_to(ROOT)}:\n{shown}"


class Topologies(ResultFile, frozen=True):
    """What `make topologies` did: each topology, and the bins of coverage that none of them hit."""

    seed: int
    passed: bool
    topologies: list[Result]
    prevented: dict[str, int]
    missing: list[str]


def jobs_of(first_seed: int, topologies: int) -> Iterator[Job]:
    """Yield the simulations of so many topologies, the sets in turn."""
    sets = cycle(SETS)
    for first in range(0, topologies, TOGETHER):
        yield Job(next(sets), first, min(TOGETHER, topologies - first), first_seed)


def run(job: Job) -> tuple[list[Result], str]:
    """Run a simulation: for a process of its own."""
    return job.run()


def total(results: Sequence[Result], name: str) -> Counter[str]:
    """Add up counts that each topology has."""
    found: Counter[str] = Counter()
    for each in results:
        found.update(getattr(each, name))
    return found


def table(counted: Mapping[str, int]) -> str:
    """Return counts, the largest first."""
    rows = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return "\n".join(f"  {number:>9,}  {words(name)}" for name, number in rows)


def words(name: str) -> str:
    """Say what became of a message, as people say it."""
    if name.startswith("dropped_"):
        return f"dropped: {name.removeprefix('dropped_').replace('_', ' ')}"
    return f"removed: {name}"


def simulate(jobs: Sequence[Job], workers: int) -> tuple[list[Result], list[str]]:
    """Run all simulations; say each as it ends."""
    results: list[Result] = []
    failures: list[str] = []
    with ProcessPoolExecutor(workers) as pool:
        for job, (found, failed) in zip(jobs, pool.map(run, jobs), strict=True):
            results += found
            failures += [failed] if failed else []
            for each in found:
                print(
                    f"{each.name}, {job.set} bits: {each.ports} ports, {each.functions} functions, "
                    f"{each.messages:,} messages, {each.interrupts:,} interrupts, "
                    f"{each.mismatches} mismatches{'' if each.passed else ': FAILED'}",
                    flush=True,
                )
    return results, failures


def main() -> int:
    """Build, run, report; return the exit status."""
    parser = Parser(prog="make topologies", description=__doc__)
    parser.add_argument("--seed", help="fixes every random choice", type=seed)
    parser.add_argument("--seeds", help=f"how many topologies ({TOPOLOGIES})", type=count)
    parser.add_argument("--jobs", help="how many simulations at once", type=count)
    arguments = parser.parse()
    chosen = arguments.seed if arguments.seed is not None else int.from_bytes(os.urandom(3))
    jobs = list(jobs_of(chosen, arguments.seeds or TOPOLOGIES))
    catch_signals()
    try:
        os.environ.update(find_verilator().environment())
        with exclusive(FOLDER.with_suffix(".lock"), "make topologies"):
            return _all(chosen, jobs, arguments.jobs or os.cpu_count() or 1)
    except VerilatorError as error:
        print(f"topologies: {error}", file=sys.stderr)
        return 1
    except Interrupted as interrupt:
        print("topologies: interrupted", file=sys.stderr)
        return interrupt.status


def _all(chosen: int, jobs: Sequence[Job], workers: int) -> int:
    began = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    print(f"seed {chosen}, {jobs[-1].topologies.stop} topologies", flush=True)
    for name in dict.fromkeys(job.set for job in jobs):
        DESIGN.build(name, SETS[name])
    results, failures = simulate(jobs, workers)
    prevented = total(results, "prevented")
    hit = total(results, "coverage")
    missing = [each for each in ALL_BINS if not hit[each]]
    passed = not failures and all(each.passed for each in results)
    for failure in failures:
        print(f"\n{failure}")
    print("\nmessages that plain PCIe delivered and the translator did not, by reason:")
    print(table(prevented))
    print(
        f"coverage: {len(ALL_BINS) - len(missing)} of {len(ALL_BINS)} bins of depth × kind × event"
    )
    for each in missing[:LISTED]:
        print(f"  missing: {each}")
    if len(missing) > LISTED:
        print(f"  ... and {len(missing) - LISTED} more: the report has them")
    Topologies(
        seed=chosen, passed=passed, topologies=results, prevented=prevented, missing=missing
    ).write(FOLDER / "result.json")
    closing = (
        f"topologies: {len(results)}, {sum(each.functions for each in results):,} functions, "
        f"{sum(each.messages for each in results):,} messages, "
        f"{sum(each.interrupts for each in results):,} interrupts, "
        f"{sum(each.mismatches for each in results)} mismatches"
        + ("" if passed else f", {len(failures)} simulations FAILED")
    )
    (FOLDER / "report.html").write_text(
        page(
            closing,
            passed,
            {words(name): number for name, number in prevented.most_common()},
            [(each, hit[each]) for each in ALL_BINS],
            [(title(each), each.picture) for each in results],
        )
    )
    report = (FOLDER / "report.html").relative_to(ROOT)
    print(f"report: {report}; seed {chosen}; {time.monotonic() - began:,.0f} s")
    print(closing)
    return 0 if passed else 1


def title(result: Result) -> str:
    """Say what came of a topology in a line."""
    became = Counter(result.fates).most_common()
    return f"{result.name}: " + ", ".join(
        f"{number:,} {re.sub('_', ' ', name)}" for name, number in became
    )


if __name__ == "__main__":
    sys.exit(main())
