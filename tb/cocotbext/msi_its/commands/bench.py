# SPDX-License-Identifier: MIT
"""`make bench`: how fast each path is, in one run, side by side, and how that grows."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from cocotbext.msi_its.batch.environment import BATCH
from cocotbext.msi_its.batch.its import BatchIts
from cocotbext.msi_its.batch.model import BatchModel
from cocotbext.msi_its.batch.records import OPERATION, SOURCES, Records, operation_of, pack
from cocotbext.msi_its.checks.far_end import execute
from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.report.files import Bench
from cocotbext.msi_its.run.build import Flavour, SimulationError
from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.launcher import Interrupted, exclusive
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD, PROGRAM, ROOT
from cocotbext.msi_its.run.sets import DEFAULT, trace_file
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.vocabulary.csr import OperationCode
from cocotbext.msi_its.vocabulary.its_trace import Command
from cocotbext.msi_its.vocabulary.operations import (
    CONFIGURATION,
    BindTarget,
    Configuration,
    Connect,
    ConnectIrqfd,
    Enable,
    NewRoute,
    Operation,
    SetBusRange,
    Tables,
    arguments_of,
)
from cocotbext.msi_its.vocabulary.results import load
from cocotbext.msi_its.vocabulary.settings import TraceFile
from cocotbext.msi_its.vocabulary.text import shown
from msi_its_model.gicv3_its import Its

RESULTS = BUILD / "bench"
PAGE = ROOT / "docs/performance.md"

ROUNDS = 3
"""Each figure is the median of as many measurements."""

SIGNAL_OPERATIONS = 20_000
BATCH_OPERATIONS = 64 * BATCH
SCALAR_OPERATIONS = 50_000
"""How many operations a measurement has, by path."""

ITS_DEVICES = 64
ITS_MESSAGES = 100_000
BULK_ROUNDS = 8
"""Devices, each with 8 events, and messages of a measurement of the ITS model."""

LENGTHS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
"""Of the traces that are replayed."""

LONGEST_AT_PINS = 100_000
"""The longest trace that is replayed at pin level, too."""

ROUTES = (16, 64, 256, 1024, 2048)
"""The sizes of the route table."""

SIMULATOR = "RTL, Verilator's and cocotb's C++"
PARTS: dict[str, tuple[str, ...]] = {
    "golden model": ("/msi_its_model/",),
    "its operations and answers": ("/checks/reference.py",),
    "checker": ("/checks/checker.py", "/checks/history.py"),
    "register model": ("/checks/register_model.py", "/checks/access_model.py"),
    "monitors": ("/bench/monitors.py", "/bench/watch.py", "/bench/ports/"),
    "drivers": ("/bench/drivers.py",),
    "stimulus": ("/bench/environment.py", "/tests/rtl/"),
    "cocotb's Python": ("/cocotb/",),
}
"""The parts of the path at pin level besides SIMULATOR, each with its files."""

OUT_OF_RANGE = 0.1
"""The share of messages that claim a bus outside their range."""


# ---- what is measured with ----------------------------------------------------------------------


def setup(tables: Tables) -> list[Operation]:
    """Return operations that bring all objects to life: buses 8n to 8n + 7 for range n."""
    ranges, connections, targets, routes = tables
    made: list[Operation] = []
    for connection in range(connections):
        made += [
            Connect(connection, (connection + 1) << 16 | 0x8001),
            ConnectIrqfd(connection, (connection + 0x101) << 16 | 0x4002),
        ]
    made += [SetBusRange(each, each * 8 % 256, each * 8 % 256 + 7) for each in range(ranges)]
    for target in range(targets):
        made.append(BindTarget(target, target % connections, target % ranges, target % 255 + 1))
    for route in range(routes):
        made += [NewRoute(route, route % targets), Enable(route, 0x8090040, route + 1)]
    return made


def messages(rng: np.random.Generator, tables: Tables, count: int) -> Records:
    """Return direct messages with explicit requester IDs, most of them in range."""
    made = np.zeros(count, OPERATION)
    made["code"] = OperationCode.SIGNAL_MSI_WITH_RID
    made["source"] = SOURCES[OperationCode.SIGNAL_MSI_WITH_RID]
    made["target"] = rng.integers(0, tables.targets, count)
    first = made["target"].astype(np.int64) % tables.ranges * 8
    inside = rng.random(count) >= OUT_OF_RANGE
    buses = (first + rng.integers(0, 8, count) + np.where(inside, 0, 8)) % 256
    made["rid"] = buses << 8 | rng.integers(1, 256, count)
    made["address"] = rng.integers(1, 2**48, count)
    made["data"] = rng.integers(1, 2**32, count, np.uint32)
    return made


def traffic(rng: np.random.Generator, tables: Tables, count: int) -> Records:
    """Return messages and route events in turn."""
    made = messages(rng, tables, count)
    made[1::2] = np.zeros(1, OPERATION)
    made["code"][1::2] = OperationCode.SIGNAL_EVENT
    made["source"][1::2] = SOURCES[OperationCode.SIGNAL_EVENT]
    made["route"][1::2] = rng.integers(0, tables.routes, len(made) // 2)
    return made


def write_trace(path: Path, tables: Tables, count: int, seed: int) -> None:
    """Write a trace of `count` operations: the set-up, then messages and events in turn."""
    rng = np.random.default_rng(seed)
    with path.open("w") as file:
        for operation in setup(tables)[:count]:
            arguments = "".join(
                f', "{name}": {getattr(operation, name)}' for name in arguments_of(type(operation))
            )
            file.write(f'{{"op": "{operation.name}"{arguments}}}\n')
            count -= 1
        while count:
            made = traffic(rng, tables, min(count, BATCH))
            columns = (made[name].tolist() for name in ("code", "target", "rid", "address", "data"))
            routes = made["route"].tolist()
            for (code, target, rid, address, data), route in zip(
                zip(*columns, strict=True), routes, strict=True
            ):
                if code == OperationCode.SIGNAL_EVENT:
                    file.write(f'{{"op": "signal_event", "route": {route}}}\n')
                else:
                    file.write(
                        f'{{"op": "signal_msi_with_rid", "target": {target}, "rid": {rid}, '
                        f'"address": {address}, "data": {data}}}\n'
                    )
            count -= len(made)


# ---- measurements -------------------------------------------------------------------------------


def _simulate(run: Run, tests: str, flavour: Flavour) -> dict[str, str]:
    """Run some tests; return what they measured. Raises SimulationError if one failed."""
    found: dict[str, str] = {}
    for result in simulate(run, [tests], flavour=flavour):
        if not result.passed:
            raise SimulationError(f"{result.name} failed: nothing is measured\n{result.failure}")
        found |= result.measured
    return found


def _model_rates(seed: int, configuration: Configuration) -> tuple[float, float]:
    """Return the rates of the golden model alone: one by one, and batched."""
    rng = np.random.default_rng(seed)
    scalar, batched = Reference(DEFAULT, configuration), Reference(DEFAULT, configuration)
    model = BatchModel(batched, DEFAULT)
    for operation in setup(DEFAULT):
        scalar.execute(operation)
    model.evaluate(pack(setup(DEFAULT)))
    model.commit()
    operations = [operation_of(each) for each in messages(rng, DEFAULT, SCALAR_OPERATIONS)]
    batches = [messages(rng, DEFAULT, BATCH) for _ in range(8)]

    def one_by_one() -> int:
        for operation in operations:
            scalar.execute(operation)
        return len(operations)

    def in_batch() -> int:
        for batch in batches * 4:
            model.evaluate(batch)
            model.commit()
        return 4 * BATCH * len(batches)

    return _rate(one_by_one), _rate(in_batch)


def _rate(measure: Callable[[], int]) -> float:
    """Return how many a second are done by what returns how many it did."""
    found = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        done = measure()
        found.append(done / (time.perf_counter() - started))
    return statistics.median(found)


def _its_rates(seed: int) -> dict[str, float]:
    """Return the rates of the ITS model: translations of what is mapped, most of them."""
    rng = np.random.default_rng(seed)
    devids, eventids = rng.integers(0, ITS_DEVICES, ITS_MESSAGES), rng.integers(0, 9, ITS_MESSAGES)
    commands = [Command(0, "its_mapc", {"collection": 0, "rdbase": 0, "valid": 1})]
    for devid in range(ITS_DEVICES):
        commands.append(Command(0, "its_mapd", {"devid": devid, "itt_size_bits": 3, "valid": 1}))
        for eventid in range(8):
            named = {"devid": devid, "eventid": eventid, "intid": 8192 + 8 * devid + eventid}
            commands.append(Command(0, "its_mapti", {**named, "collection": 0}))
    its = Its()
    for command in commands:
        execute(its, command)
    pairs = list(zip(devids.tolist(), eventids.tolist(), strict=True))
    times = np.arange(ITS_MESSAGES) * 2 + 2 * len(commands)

    def one_by_one() -> int:
        for devid, eventid in pairs:
            its.translate(devid, eventid)
        return len(pairs)

    def in_bulk() -> int:
        bulk = BatchIts()
        bulk.execute((2 * at, command) for at, command in enumerate(commands))
        for at in range(0, ITS_MESSAGES, 100):
            named = {"devid": at % ITS_DEVICES, "eventid": 0, "collection": 0}
            bulk.execute([(int(times[at]) + 1, Command(0, "its_movi", named))])
        for _ in range(BULK_ROUNDS):
            bulk.translate(times, devids, eventids)
        return BULK_ROUNDS * ITS_MESSAGES

    return {"ITS model": _rate(one_by_one), "ITS model, in bulk": _rate(in_bulk)}


def _replay(
    path: Path, seed: int, rtl: Rtl, batched: bool, configuration: Configuration
) -> tuple[float, float, int]:
    """Replay a trace as `make compare` does; return the seconds, those of reading, and KiB."""
    started = time.perf_counter()
    trace, tables = trace_file(path, profile=configuration.profile)
    read = time.perf_counter() - started
    assert all(need <= there for need, there in zip(tables, DEFAULT, strict=True))
    traces: tuple[TraceFile, ...] = (trace,)
    folder = str(RESULTS / "replay")
    run = Run(DEFAULT, 32, seed, folder, traces, rtl, configuration=configuration)
    tests = f"tests.{'batch' if batched else 'rtl'}.trace_tests"
    found = _simulate(run, tests, Flavour.BATCH if batched else Flavour.PLAIN)
    return time.perf_counter() - started, read, int(found.get("peak memory, KiB", 0))


def measure(seed: int, rtl: Rtl, configuration: Configuration) -> dict[str, Any]:
    """Measure everything; return the figures (rates in operations per second)."""
    run = Run(DEFAULT, 32, seed, str(RESULTS / "run"), (), rtl, configuration=configuration)
    print("at pin level ...", flush=True)
    pin = _simulate(run, "tests.rtl.bench_tests", Flavour.PLAIN)
    by_handles = _simulate(replace(run, ports="handles"), "tests.rtl.bench_tests", Flavour.PLAIN)
    print("on the batched path ...", flush=True)
    batched = _simulate(run, "tests.batch.bench_tests", Flavour.BATCH)
    print("the golden model alone ...", flush=True)
    scalar_model, batch_model = _model_rates(seed, configuration)

    by_routes = {}
    for routes in ROUTES:
        print(f"{routes:,} routes ...", flush=True)
        sized = replace(run, tables=DEFAULT._replace(routes=routes))
        found = _simulate(sized, "tests.batch.bench_tests", Flavour.BATCH)
        by_routes[routes] = {
            "batch": float(found["operations/s, traffic"]),
            "native": float(found["native cycles/s"]),
        }

    by_length: dict[int, dict[str, float]] = {}
    path = RESULTS / "trace.jsonl"
    for length in LENGTHS:
        print(f"a trace of {length:,} operations ...", flush=True)
        try:
            write_trace(path, DEFAULT, length, seed)
            seconds, read, memory = _replay(path, seed, rtl, True, configuration)
            by_length[length] = {
                "batch": length / seconds,
                "batched, reading": length / read,
                "peak memory, KiB": memory,
            }
            if length <= LONGEST_AT_PINS:
                seconds, _, _ = _replay(path, seed, rtl, False, configuration)
                by_length[length]["pin"] = length / seconds
        finally:
            path.unlink(missing_ok=True)
    return {
        "seed": seed,
        "profile": configuration.profile.name,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}",
        "pin": float(pin["operations/s"]),
        "pin, by handles": float(by_handles["operations/s"]),
        "pin by part": {
            name.removeprefix("share: "): float(share)
            for name, share in pin.items()
            if name.startswith("share: ")
        },
        "batch": float(batched["operations/s"]),
        "batched, messages and events": float(batched["operations/s, traffic"]),
        "model": scalar_model,
        "model batched": batch_model,
        **_its_rates(seed),
        "native": float(batched["native cycles/s"]),
        "by routes": by_routes,
        "by trace length": by_length,
    }


Rows = list[tuple[str, ...]]
"""A table: its headings, then its rows."""


# ---- what is shown ------------------------------------------------------------------------------


def table(figures: dict[str, Any]) -> Rows:
    """Return the rows of the table: what, operations/s, and the ratios to pin level and native."""
    rows: Rows = [("path", "operations/s", "× pin level", "% of the native loop")]
    for name, what in (
        ("pin", "RTL at pin level, checked"),
        ("pin, by handles", "the same, through cocotb's public interface alone"),
        ("batch", "RTL on the batched path, checked: messages"),
        (
            "batched, messages and events",
            "RTL on the batched path, checked: messages and events in turn",
        ),
        ("model", "golden model alone, one by one"),
        ("model batched", "golden model alone, batched"),
        ("ITS model", "ITS model alone, a translation at a time"),
        ("ITS model, in bulk", "ITS model alone, in bulk, a command after each hundred"),
        ("native", "RTL in a native C++ loop, unchecked"),
    ):
        rate = figures[name]
        rows.append(
            (
                what,
                f"{rate:,.0f}",
                f"{rate / figures['pin']:,.1f}",
                f"{100 * rate / figures['native']:.0f}",
            )
        )
    return rows


def _columns(rows: Rows) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _markdown(rows: Rows) -> str:
    first, *others = rows
    align = "|".join(["---", *["---:"] * (len(first) - 1)])
    lines = [" | ".join(row) for row in others]
    return "\n".join([f"| {' | '.join(first)} |", f"|{align}|", *(f"| {line} |" for line in lines)])


def parts(figures: dict[str, Any]) -> Rows:
    """Return where the time at pin level goes, largest part first."""
    rows: Rows = [("part of the path at pin level", "µs an operation", "%")]
    shares = figures["pin by part"]
    for part in sorted(shares, key=shares.__getitem__, reverse=True):
        each = 1e6 / figures["pin"] * shares[part]
        rows.append((part, f"{each:.1f}", f"{100 * shares[part]:.0f}"))
    rows.append(("all", f"{1e6 / figures['pin']:.1f}", "100"))
    return rows


def growth(figures: dict[str, Any]) -> list[Rows]:
    """Return two tables: by the length of a trace, and by the number of routes."""
    lengths: Rows = [
        ("operations in the trace", "batched", "pin level", "peak memory of the replay")
    ]
    for length, rates in figures["by trace length"].items():
        slow = f"{rates['pin']:,.0f}" if "pin" in rates else ""
        memory = f"{rates['peak memory, KiB'] / 1024:,.0f} MiB"
        lengths.append((f"{length:,}", f"{rates['batch']:,.0f}", slow, memory))
    routes: Rows = [("routes", "batched, checked", "native, unchecked")]
    for count, rates in figures["by routes"].items():
        routes.append((f"{count:,}", f"{rates['batch']:,.0f}", f"{rates['native']:,.0f}"))
    return [lengths, routes]


def plots(figures: dict[str, Any], folder: Path) -> None:
    """Draw operations/s over trace length and over table size, as SVG."""
    import pygal  # it takes a while to load

    style = pygal.style.CleanStyle(font_family="sans-serif", label_font_size=12)
    common = {"style": style, "logarithmic": True, "human_readable": True, "js": (), "height": 360}

    chart = pygal.XY(
        title="make compare: operations/s over trace length, start and reading included",
        xrange=(1e3, 1e7),
        x_title="operations in the trace, 10^n",
        x_labels=[np.log10(length) for length in LENGTHS],
        **common,
    )
    lengths = figures["by trace length"]
    for name, key in (("batched", "batch"), ("pin level", "pin")):
        points = [(np.log10(n), rates[key]) for n, rates in lengths.items() if key in rates]
        chart.add(name, points)
    chart.xrange = (3, 7)
    chart.render_to_file(str(folder / "performance-length.svg"))

    line = pygal.Line(
        title="operations/s over the number of routes, messages and events in turn",
        x_title="routes",
        **{**common, "logarithmic": False, "range": (0, None)},
    )
    routes = figures["by routes"]
    line.x_labels = [f"{count:,}" for count in routes]
    line.add("batched, checked", [rates["batch"] for rates in routes.values()])
    line.add("native, unchecked", [rates["native"] for rates in routes.values()])
    line.render_to_file(str(folder / "performance-routes.svg"))


def page(figures: dict[str, Any]) -> str:
    """Return docs/performance.md."""
    lengths, routes = growth(figures)
    return TEMPLATE.format(
        machine=figures["machine"],
        seed=figures["seed"],
        profile=figures["profile"],
        rounds=ROUNDS,
        table=_markdown(table(figures)),
        parts=_markdown(parts(figures)),
        lengths=_markdown(lengths),
        routes=_markdown(routes),
    )


TEMPLATE = """\
# Performance

Written by `make bench DOCS=1` (seed {seed}, profile {profile}; {machine}); the numbers are also in
`build/bench/result.json`. Each rate is the median of {rounds} measurements, all in one run.

{table}

*Pin level* is the cocotb testbench of `make sim`: Python at every clock edge and signal.
*Batched*, drivers and monitors are C++ (`transactor.cpp` in `batch/`), linked with the RTL into a
library; the golden model, in numpy columns (`model.py` there), is held against a batch of some ten
thousand operations while the next one runs. What is compared is the same: every answer, every
message, the order on every interface, the alert, and the counters at the end. The *native loop* is
the limit: the same library, a message in every cycle, and nobody looking.

`make compare` takes the batched path by itself for long traces, and says so;
LEVEL=batch and LEVEL=pin choose. Stalls at random cost what the stalled cycles cost.

## Where the time goes, at pin level

One operation a clock cycle, each seen by the monitors of `s_msi`, `retire` and `m_msi` and executed
by the golden model. What runs is noted after every millisecond of processor time. Python sees the
timer only between two steps of its own: what a signal access costs counts where the access is made,
what happens between two of cocotb's callbacks is C++.

{parts}

Monitors read the signals of an interface all at once, where the simulation keeps them
(`tb/cocotbext/msi_its/bench/ports/memory.py`), and not one by one through cocotb's value objects.

## Over the length of a trace

All of `make compare` counts here: reading the trace twice, starting the simulation, replaying, the
report. The traces are messages and route events in turn; building the simulation is not counted.

{lengths}

![operations/s over trace length](performance-length.svg)

## Over the size of a table

Messages and route events in turn, on translators with different numbers of routes.

{routes}

![operations/s over the number of routes](performance-routes.svg)
"""


def run(arguments: argparse.Namespace, rtl: Rtl) -> int:
    """Do what the command line asks for; return the exit status."""
    return bench(arguments.seed, rtl, arguments.docs, Configuration(arguments.profile))


def bench(seed: int, rtl: Rtl, docs: bool, configuration: Configuration = CONFIGURATION) -> int:
    """Measure, print the tables, and write them down; return the exit status."""
    if not rtl.own:
        rtl.check()
    with exclusive(RESULTS.with_suffix(".lock"), f"{PROGRAM} bench"):
        print(f"seed {seed}", flush=True)
        shutil.rmtree(RESULTS, ignore_errors=True)
        RESULTS.mkdir(parents=True)
        try:
            figures = measure(seed, rtl, configuration)
        except Interrupted as signal:
            print("bench: interrupted; nothing is written", file=sys.stderr)
            return signal.status
        path = RESULTS / "result.json"
        msgspec.convert(figures, Bench).write(path)
        for rows in [table(figures), parts(figures), *growth(figures)]:
            print(f"\n{_columns(rows)}")
        plots(figures, RESULTS)
        if docs:
            write_page(figures)
        profile = configuration.profile.name
        print(f"\nresults: {shown(path)}; seed {seed}, profile {profile}")
        return 0


def write_page(figures: dict[str, Any]) -> None:
    """Write docs/performance.md and its plots."""
    PAGE.write_text(page(figures))
    plots(figures, PAGE.parent)
    print(f"written: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":  # from figures measured before
    write_page(msgspec.to_builtins(load((RESULTS / "result.json").read_text(), Bench)))
