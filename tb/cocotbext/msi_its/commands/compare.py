# SPDX-License-Identifier: MIT
"""`make compare`: the user's own traces, on the golden model and on the RTL."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from msgspec import structs

from cocotbext.msi_its.checks import far_end
from cocotbext.msi_its.checks.checker import LISTED_DROPS, REPORTED
from cocotbext.msi_its.checks.far_end import Alone, FarEnd
from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.commands import sharing
from cocotbext.msi_its.commands.export import timelines
from cocotbext.msi_its.commands.importing import as_trace
from cocotbext.msi_its.commands.sim import whole
from cocotbext.msi_its.commands.window import AFTER, BEFORE, differed, write_window
from cocotbext.msi_its.importers.kinds import ImportRefusedError
from cocotbext.msi_its.importers.origin import origins
from cocotbext.msi_its.report import console as report
from cocotbext.msi_its.report.files import Compare, Design, Sharing, Window
from cocotbext.msi_its.report.junit import Suite, write_junit
from cocotbext.msi_its.run.build import Flavour, SimulationError
from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.run.discovery import modules as tests
from cocotbext.msi_its.run.launcher import Interrupted, exclusive
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD, PROGRAM
from cocotbext.msi_its.run.results import finished
from cocotbext.msi_its.run.sets import DEFAULT, trace_file
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.vocabulary.operations import (
    CONFIGURATION,
    LIMITS,
    Configuration,
    SignalMsiWithRid,
    Tables,
)
from cocotbext.msi_its.vocabulary.results import Drop, Mismatch, TestResult
from cocotbext.msi_its.vocabulary.settings import TraceFile
from cocotbext.msi_its.vocabulary.text import shown
from cocotbext.msi_its.vocabulary.trace import iter_trace
from cocotbext.msi_its.vocabulary.trace_file import TraceError
from cocotbext.msi_its.vocabulary.transactions import DROPS, WARNINGS
from msi_its_model import PROFILES, Profile

RESULTS = BUILD / "compare"
COUNTER_WIDTH = 32

BRIDGES = {"axi": Rtl("tests/axi/bridge_as_translator.f", "msi_bridge_as_translator")}
"""Bridges with the ports of a translator: they make a write on a bus of each direct message."""

OFFSET = 0x40
"""Where in its page of 64 KiB the doorbell is: messages to other addresses have no bus write."""

DOORBELL = 0x0809_0040
"""The doorbell where no trace has one."""

WINDOWS = 3
"""Of how many traces that differ a window is replayed with waves."""

WHOLE = 20_000
"""How many lines are replayed with waves where a window alone does not show a difference: some
100 MB of them."""

LONG = 100_000
"""From how many operations on the batched path is taken; shorter ones are replayed at pin level.

There software polls STATUS and reads RESULT of each command, and every access is checked; that
takes some seconds for as many operations (`make bench`).
"""


def sizes(needed: Sequence[Tables]) -> Tables:
    """Return tables for some traces: the default ones, or the next powers of two that are enough.

    So that traces of all kinds share a few builds of the simulation.
    """
    sizes = DEFAULT._asdict()
    for tables in needed:
        for table, size in tables._asdict().items():
            while sizes[table] < size:
                sizes[table] *= 2
    return Tables(**{table: min(size, LIMITS[table][1]) for table, size in sizes.items()})


@dataclass(frozen=True, slots=True)
class Replay:
    """What is replayed: traces, on tables that are large enough, and at which level."""

    traces: tuple[TraceFile, ...]
    tables: Tables
    level: str
    seed: int
    rtl: Rtl = OWN
    waves: bool = False
    configuration: Configuration = CONFIGURATION
    doorbell: int | None = None  # of a bridge

    @property
    def run(self) -> Run:
        """The run of its simulation."""
        folder = str(RESULTS / "rtl")
        return Run(
            self.tables,
            COUNTER_WIDTH,
            self.seed,
            folder,
            self.translated,
            self.rtl,
            configuration=self.configuration,
            doorbell=self.doorbell,
        )

    @property
    def translated(self) -> tuple[TraceFile, ...]:
        """The traces with operations of the translator."""
        return tuple(trace for trace in self.traces if not trace.its_alone)

    @property
    def alone(self) -> bool:
        """Whether there is only the golden model, or only that of the ITS."""
        return self.level == "model" or not self.translated

    @property
    def batched(self) -> bool:
        """Whether it takes the batched path."""
        long = self.run.operations >= LONG and not self.waves
        return self.level == "batch" or (not self.level and long)

    @property
    def carried(self) -> str:
        """The level at which the operations come to the design."""
        return "model" if self.alone else "batch" if self.batched else "pin"

    @property
    def how(self) -> str:
        """The same in words."""
        return "on the batched path" if self.batched else "at pin level"

    @property
    def design(self) -> str:
        """What it runs on."""
        if self.alone:
            return "the golden model alone" if self.translated else "the ITS model alone"
        return f"{self.rtl.top} ({self.rtl.file_list})"

    def named(self, test: str) -> tuple[TraceFile, ...]:
        """The trace of a test; all of them if it is of none."""
        return tuple(each for each in self.traces if each.test == test) or self.traces

    def command(self, test: str) -> str:
        """The line that shows a test again."""
        return _command(self.named(test), self.level, self.run)


def on_model(
    trace: TraceFile, tables: Tables, configuration: Configuration = CONFIGURATION
) -> TestResult:
    """Replay a trace on the golden model alone, and hold it against what the trace expects."""
    reference = Reference(tables, configuration)
    behind = FarEnd(trace.its, configuration.profile) if trace.its else None
    progress = report.Progress(trace.name, trace.operations)
    count: Counter[str] = Counter()
    drops: list[Drop] = []
    reports: list[Mismatch] = []
    started = time.monotonic()
    for number, line in enumerate(iter_trace(trace.path, configuration.profile), 1):
        outcome = reference.execute(line.operation)
        count["operations"] += 1
        count["messages"] += outcome.message is not None
        if behind is not None and outcome.message is not None:
            behind.on_message(number, outcome.message)
        if outcome.answer in WARNINGS:
            count["dropped"] += outcome.answer in DROPS
            if len(drops) < LISTED_DROPS:
                drops.append(Drop.of(number, line.number, line.operation, outcome.answer))
        if line.expect is not None and line.expect.messages is not None:
            count["compared"] += outcome.message is not None
        for difference in outcome.differences(line.expect) if line.expect is not None else ():
            count["mismatches"] += 1
            if len(reports) < REPORTED:
                text = f"{trace.path}:{line.number}: {line.operation}: {difference}"
                reports.append(Mismatch("expect", number, line.number, text))
        if number % 10_000 == 0:
            progress(number)
    progress.close()
    mismatches = count["mismatches"]
    if behind is not None:
        behind.finish()
        mismatches += behind.mismatches
        reports += behind.reports[: REPORTED - len(reports)]
        drops = [behind.dropped(each) for each in drops]
    return TestResult(
        name=trace.test,
        passed=not mismatches,
        seconds=time.monotonic() - started,
        failure=f"{mismatches} mismatches" if mismatches else "",
        counted=True,
        compared=count["compared"] + (behind.counts["compared"] if behind is not None else 0),
        measured=behind.measured if behind is not None else {},
        drops=tuple(drops),
        reports=tuple(reports),
        operations=count["operations"],
        messages=count["messages"],
        dropped=count["dropped"],
        mismatches=mismatches,
    )


def on_its(trace: TraceFile) -> TestResult:
    """Replay a trace of an ITS, with no translator, on the ITS model; hold it against itself.

    Its operations are commands and messages; dropped are messages that became no interrupt.
    """
    its = Alone(trace.its)
    progress = report.Progress(trace.name, 0)
    started = time.monotonic()
    for number in its.replay():
        if number % 10_000 == 0:
            progress(number)
    progress.close()
    return TestResult(
        name=trace.test,
        passed=not its.mismatches,
        seconds=time.monotonic() - started,
        failure=f"{its.mismatches} mismatches" if its.mismatches else "",
        counted=True,
        compared=its.counts["compared"],
        measured=its.measured,
        reports=tuple(its.reports),
        operations=its.counts["commands"] + its.counts["translations"],
        messages=its.counts["translations"],
        dropped=its.counts["not translated"],
        mismatches=its.mismatches,
    )


def run(arguments: argparse.Namespace, rtl: Rtl) -> int:
    """Do what the command line asks for; return the exit status."""
    return compare(
        arguments.trace,
        arguments.level,
        arguments.seed,
        rtl,
        arguments.waves,
        arguments.profile,
        arguments.bridge,
    )


def compare(
    paths: Sequence[str],
    level: str,
    seed: int,
    rtl: Rtl = OWN,
    waves: bool = False,
    profile: Profile | None = None,
    bridge: str = "",
) -> int:
    """Replay traces, print the results, and return the exit status.

    They follow the rules of `profile`; None: of the one that their headers name, or the default.
    With a `bridge`, of BRIDGES, direct messages go through that.
    With `waves` that is at pin level, and all of it is in a waveform file. Without, a window
    around the first difference is replayed again with waves.
    """
    if waves and level in ("model", "batch"):
        print(f"error: WAVES=1 is of the pin level: leave out LEVEL={level}", file=sys.stderr)
        return 2
    found: list[tuple[TraceFile, Tables]] = []
    shared: dict[str, Sharing] = {}
    bad = 0
    for path in paths:
        try:
            path = as_trace(path)
            progress = report.Progress(f"reading {shown(path)}", 0)
            watch = sharing.Watch()
            taken = [trace.name for trace, _ in found]
            found.append(trace_file(Path(path), taken, progress, profile, watch.look))
            shared[found[-1][0].test] = watch.found
            progress.close()
        except (TraceError, ImportRefusedError) as error:
            print(f"error: {error}", file=sys.stderr)
            bad += 1
    if bad:
        print(
            f"compare: {bad} of {len(paths)} traces cannot be read; nothing was run",
            file=sys.stderr,
        )
        return 2
    traces = tuple(trace for trace, _ in found)
    followed = {trace.profile: trace for trace in traces if not trace.its_alone}
    if len(followed) > 1:
        each = " and ".join(f"{shown(trace.source)} {name}" for name, trace in followed.items())
        said = "replay them one by one, or say PROFILE= for those whose header does not"
        print(f"error: one run has one profile, and {each}: {said}", file=sys.stderr)
        return 2
    configuration = Configuration(PROFILES[next(iter(followed), traces[0].profile)])
    tables = sizes([needed for _, needed in found])
    without = [*(["LEVEL=model"] if level == "model" else [])]
    if all(trace.its_alone for trace in traces):
        without = ["a trace that has only lines of an ITS"]
    if bridge and not rtl.own:
        print(f"error: BRIDGE={bridge} is RTL: leave out {' '.join(rtl.words)}", file=sys.stderr)
        return 2
    words = [*rtl.words, *(["WAVES=1"] if waves else [])]
    words += [f"BRIDGE={bridge}"] if bridge else []
    words += [f"LEVEL={level}"] if level in ("pin", "batch") else []
    if without and words:
        print(f"error: {without[0]} runs no RTL: leave out {' '.join(words)}", file=sys.stderr)
        return 2
    doorbell = None
    if bridge:
        rtl, doorbell = BRIDGES[bridge], doorbell_of(traces)
        print(f"messages to {doorbell:#x} are writes on the bus, others are commands")
    if not rtl.own:
        rtl.check()
    with exclusive(RESULTS.with_suffix(".lock"), f"{PROGRAM} compare"):
        replay = Replay(traces, tables, level, seed, rtl, waves, configuration, doorbell)
        return _compare(replay, shared)


def doorbell_of(traces: Sequence[TraceFile]) -> int:
    """Return the address of the first message that may be a write to a doorbell, 64 bits."""
    for trace in traces:
        if trace.its_alone:
            continue
        for line in iter_trace(trace.path, PROFILES[trace.profile]):
            operation = line.operation
            if isinstance(operation, SignalMsiWithRid) and operation.address & 0xFFFF == OFFSET:
                return operation.address
    return DOORBELL


def _compare(replay: Replay, shared: Mapping[str, Sharing]) -> int:
    print(f"seed {replay.seed}", flush=True)
    shutil.rmtree(RESULTS, ignore_errors=True)
    path = RESULTS / "result.json"
    results: list[TestResult] = []
    try:
        _replay(replay, results)
    except Interrupted as signal:
        results = results or finished(Path(replay.run.results))
        _write(path, replay, results, shared, passed=False, interrupted=True)
        print(report.interrupted("compare", results, path), file=sys.stderr)
        return signal.status
    results = whole(results, replay.traces)
    counted = {each.name for each in results if each.counted}
    replayed = sum(trace.test in counted for trace in replay.traces)
    passed = all(result.passed for result in results) and replayed == len(replay.traces)
    _say(replay, results)
    for trace in replay.traces:
        if said := sharing.said(trace.name, shared[trace.test]):
            print(said)
    if replayed < len(replay.traces):
        print(f"{replayed} of {len(replay.traces)} traces ran")
    _write(path, replay, results, shared, passed)
    if replay.waves:
        print(f"waveform: {shown(Path(replay.run.results) / 'dump.vcd')}")
    elif not replay.alone:
        windows = _windows(replay, results)
        _write(path, replay, results, shared, passed, windows=windows)
    if replay.translated:
        print(_compared(replay, results), flush=True)
    for line in _behind(replay, results):
        print(line, flush=True)
    expected = any(trace.expects for trace in replay.traces) or any(
        far_end.compared(each.measured for each in results)
    )
    if replay.alone and not expected:
        print(
            f"warning: nothing was compared: {'LEVEL=model' if replay.translated else 'it'} runs "
            "no RTL, and no line of a trace has an `expect` to hold the "
            f"{'golden' if replay.translated else 'ITS'} model against",
            file=sys.stderr,
        )
    if drawn := _draw(replay):
        print(f"timeline: {shown(drawn)}")
    print(report.where(path, replay.seed, None if replay.alone else replay.rtl))
    profiles = [replay.configuration.profile] if replay.translated else []
    closing = report.closing_line("compare", results, *profiles)
    print(closing + _its_words(replay, results))
    return 0 if passed else 1


def _replay(replay: Replay, results: list[TestResult]) -> None:
    """Replay the traces; the results come to `results`, as far as they are known one by one."""
    for trace in replay.traces:
        if trace.its_alone:
            results.append(on_its(trace))
        elif replay.alone:
            results.append(on_model(trace, replay.tables, replay.configuration))
    if replay.alone:
        return
    run = replay.run
    print(f"{run.operations:,} operations to replay {replay.how}", flush=True)
    progress = report.Progress("replay", run.operations)
    modules = tests("traces", "batch" if replay.batched else "rtl")
    plain = Flavour.BATCH if replay.batched else Flavour.PLAIN
    flavour = Flavour.WAVES if replay.waves else plain
    results += simulate(run, modules, progress=progress, flavour=flavour)
    progress.close()


def _draw(replay: Replay) -> Path | None:
    """Draw the traces as timelines, on a page; return it, None if there is nothing to draw."""
    traces = [(trace, replay.tables) for trace in replay.translated]
    title = f"compare: {', '.join(trace.name for trace in replay.translated)}"
    return timelines(RESULTS / "timeline.html", traces, title)


def _write(
    path: Path,
    replay: Replay,
    results: list[TestResult],
    shared: Mapping[str, Sharing],
    passed: bool,
    interrupted: bool = False,
    windows: Sequence[Window] = (),
) -> None:
    """Write the results for tools."""
    Compare(
        level=replay.carried,
        rtl=None if replay.alone else Design.of(replay.rtl),
        seed=replay.seed,
        profile=replay.configuration.profile.name,
        passed=passed,
        interrupted=interrupted,
        tables=replay.tables._asdict(),
        expects=sum(trace.expects for trace in replay.traces),
        traces=results,
        windows=list(windows),
        shared=dict(shared),
    ).write(path)
    profile = replay.configuration.profile.name
    properties = {"seed": str(replay.seed), "design": replay.design, "profile": profile}
    commands = {trace.test: replay.command(trace.test) for trace in replay.traces}
    suite = Suite("compare", "compare", results, properties, commands)
    write_junit(path.with_name("junit.xml"), "compare", [suite])


def _say(replay: Replay, results: list[TestResult]) -> None:
    """Print the table, what was dropped, and what failed."""
    heading = f"golden model and RTL, {replay.how}, with {replay.run.describe()}"
    for trace in replay.traces:
        print(f"{trace.test}: {shown(trace.source)}")
    alone = {trace.test for trace in replay.traces if trace.its_alone}
    groups = {
        "ITS model alone": [each for each in results if each.name in alone],
        "golden model alone" if replay.alone else heading: [
            each for each in results if each.name not in alone
        ],
    }
    print(report.table({name: group for name, group in groups.items() if group}))
    if drops := report.drops(results):
        print(drops)
    paths = {trace.test: shown(trace.source) for trace in replay.traces}
    failed = [
        report.Failed(paths.get(test.name, "all traces"), test, replay.command(test.name))
        for test in results
        if test.failed
    ]
    if failed:
        print(f"\n{report.failures(failed, RESULTS / 'failures.txt')}")
        for said in _origins(replay, results):
            print(said)


def _origins(replay: Replay, results: list[TestResult]) -> list[str]:
    """Say which lines of a log are those that differ first, of traces that were imported."""
    traces = {trace.test: trace for trace in replay.traces}
    lines = []
    for result in [each for each in results if each.failed and each.name in traces]:
        trace = traces[result.name]
        for each in [one for one in result.reports[:WINDOWS] if one.line]:
            # The golden model alone reads a mixed trace's own operations in a file of theirs.
            split = replay.alone and each.kind != far_end.KIND
            path = trace.path if split else trace.source
            for number, said in origins(path, [each.line or 0]).items():
                lines.append(f"{trace.name}: trace line {number:,} comes from {said}")
    return lines


def _windows(replay: Replay, results: list[TestResult]) -> list[Window]:
    """Replay windows around the first differences with waves, and say what came of each."""
    traces = {trace.test: trace for trace in replay.translated}
    failed = [each for each in results if each.failed and each.name in traces]
    windows = []
    for result in [each for each in failed if not _of_its(each)][:WINDOWS]:
        windows.append(around(result, replay.run, traces[result.name]))
        print(windows[-1].said, flush=True)
    return windows


def _of_its(result: TestResult) -> bool:
    """Return whether what differed first is what the ITS made of a message, not the message."""
    return bool(result.reports) and result.reports[0].kind == far_end.KIND


def around(result: TestResult, run: Run, trace: TraceFile) -> Window:
    """Replay a window around a difference with waves; return what came of it.

    If the difference does not show from the state that the golden model has before the window, the
    trace is replayed from its first line on, if that is not too long.
    """
    line = trace.first - 1 + (differed(result) or trace.operations)
    far = differed(result) > BEFORE
    tries = [(line, line - BEFORE), (line, trace.first)] if far else [(line, trace.first)]
    said = ""
    for last, first in tries:
        last = min(last + AFTER, trace.first - 1 + trace.operations)
        if first == trace.first and last > WHOLE:
            said += f"the first {last:,} lines are too many; "
            break
        path = BUILD / "windows" / f"{trace.name[:100]}-lines-{first}-{last}.jsonl"
        of = f" of {shown(trace.path)}" if trace.its else ""
        print(f"again with waves: lines {first:,} to {last:,}{of} ...", flush=True)
        rebuilt = write_window(trace.path, first, last, run.tables, path, run.configuration)
        operations = rebuilt + last - first + 1
        again = TraceFile(str(path), path.stem, operations, first=2, profile=trace.profile)
        folder = RESULTS / "windows" / path.stem
        try:
            results = simulate(
                replace(run, results=str(folder), traces=(again,)),
                tests("traces"),
                flavour=Flavour.WAVES,
            )
        except SimulationError as error:
            return Window(
                test=result.name, shown=False, said=f"not shown again with waves: {said}{error}"
            )
        (folder / run.rtl.top).unlink(missing_ok=True)
        failed = [each for each in results if each.failed]
        start = f"from the state before line {first:,} on, " if first > trace.first else ""
        if failed and report.cause_of(failed[0]) == report.cause_of(result):
            cycle = report.CYCLE.search(report.first_text(failed[0]))
            window = Window(
                test=result.name,
                shown=True,
                said="",
                first=first,
                last=last,
                cycle=int(cycle[1].replace(",", "")) if cycle else None,
                waveform=shown(folder / "dump.vcd"),
                trace=shown(path),
                command=_command([again], "", run, waves=True),
            )
            return structs.replace(window, said=_found(window, rebuilt, said))
        how = f"fail otherwise ({report.title_of(failed[0])})" if failed else "pass"
        said += f"{start}lines {first:,} to {last:,} {how}; "
    everything = _command([trace], "pin", run, waves=True)
    said = f"not shown again with waves: {said}all of it: {everything}"
    return Window(test=result.name, shown=False, said=said)


def _found(window: Window, rebuilt: int, before: str) -> str:
    """Say what a window shows, with `rebuilt` operations for the state before its lines."""
    lines = [
        f"shown again with waves by lines {window.first:,} to {window.last:,}"
        + (f", in clock cycle {window.cycle:,}" if window.cycle is not None else ""),
        f"  waveform:  {window.waveform}",
        f"  trace:     {window.trace}"
        + (f", {rebuilt} operations for the state before them" if rebuilt else ""),
        f"  reproduce: {window.command}",
        *([f"  but {before}what ran before matters"] if before else []),
    ]
    return "\n".join(lines)


def _behind(replay: Replay, results: list[TestResult]) -> list[str]:
    """Say what came of the ITS, for each trace that has lines of one."""
    traces = {trace.test: trace for trace in replay.traces if trace.its}
    lines = []
    for result in results:
        if result.name in traces and result.counted:
            trace = traces[result.name]
            messages = "the golden model's messages" if replay.alone else "the RTL's messages"
            what = "no translator" if trace.its_alone else f"{messages} went into it"
            said = far_end.summary(result.measured)
            lines.append(f"ITS model, {trace.name}: {what}; {said}")
    return lines


def _its_words(replay: Replay, results: list[TestResult]) -> str:
    """Return what the closing line adds where there is an ITS."""
    if not any(trace.its for trace in replay.traces):
        return ""
    translations, commands = far_end.compared(each.measured for each in results)
    alone = "" if replay.translated else ", no translator"
    return f"; ITS: {translations} translations and {commands} commands compared{alone}"


def _compared(replay: Replay, results: list[TestResult]) -> str:
    """Say what was held against what, in as many operations as were done."""
    names = {trace.test for trace in replay.translated}
    done = report.total((each for each in results if each.name in names), "operations")
    expects = sum(trace.expects for trace in replay.translated)
    operations = replay.run.operations
    expected = f"what {expects:,} of {operations:,} lines expect" if expects else ""
    part = f"{done:,} of {operations:,} operations, " if done < operations else ""
    if replay.alone:
        its = any(trace.its for trace in replay.translated)
        received = "what the ITS received" if its else ""
        with_what = " and ".join(filter(None, (expected, received))) or "nothing"
        return f"compared: {part}the golden model with {with_what}"
    with_expected = f"both with {expected}" if expected else "no line says what to expect"
    return f"compared: {part}the RTL with the golden model; {with_expected}"


def _command(traces: Sequence[TraceFile], level: str, run: Run, waves: bool = False) -> str:
    """Return the line that replays some traces again."""
    words = [PROGRAM, "compare", f"TRACE={shlex.join(shown(trace.source) for trace in traces)}"]
    words += [f"SEED={run.seed}", *([f"LEVEL={level}"] if level else [])]
    words += [*run.configuration.words]
    words += run.rtl.checked_words if run.doorbell is None else ["BRIDGE=axi"]
    return shlex.join([*words, *(["WAVES=1"] if waves else [])])
