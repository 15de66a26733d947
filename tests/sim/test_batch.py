# SPDX-License-Identifier: MIT
"""The batched path on the RTL, sound and broken, and its commands, as a user runs them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from msgspec import convert, to_builtins

from cocotbext.msi_its.commands.bench import page, plots, write_trace
from cocotbext.msi_its.commands.window import AFTER, BEFORE
from cocotbext.msi_its.report.files import Bench
from cocotbext.msi_its.run.build import Flavour
from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.sets import DEFAULT, SETS, SIM_SETS
from cocotbext.msi_its.run.simulation import simulate
from cocotbext.msi_its.vocabulary.operations import CONFIGURATION, Configuration, Tables
from cocotbext.msi_its.vocabulary.results import TestResult, load
from qualify.edits import FAULTS, Fault, break_rtl
from tests.schemas import valid
from tests.sim.commands import closing, tb

RANDOM = "tests.batch.random_tests"


def run_batch(
    folder: Path,
    module: str,
    rtl: Rtl = OWN,
    tables: Tables = DEFAULT,
    seed: int = 7,
    configuration: Configuration = CONFIGURATION,
) -> list[TestResult]:
    """Run the batched tests of a module."""
    results = str(folder / "results")
    run = Run(tables, 32, seed, results, (), rtl, configuration=configuration)
    return simulate(run, [module], flavour=Flavour.BATCH)


def reports(results: list[TestResult]) -> str:
    """Return all that the failing tests say."""
    texts = [report.text for each in results for report in each.reports]
    return "\n".join([*texts, *(each.failure for each in results)])


@pytest.mark.parametrize("name", SIM_SETS)
def test_the_sound_rtl_passes(tmp_path: Path, name: str) -> None:
    each, configuration = SETS[name], SETS[name].configuration()
    results = run_batch(tmp_path, RANDOM, tables=each.tables, configuration=configuration)
    assert len(results) == 5 and all(each.passed for each in results), reports(results)
    assert sum(each.count("messages") for each in results) > 1000


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "subordinate bound",
            r"rules R1, R3.*\n  expected:  SENT.*\n  got:       DROPPED_BUS_RANGE",
        ),
        ("address and data of a stalled", r"m_msi: the payload changed while it waited \(H2\)"),
        ("dropped under backpressure", r"on m_msi\n  got:       .* \(H3\)"),
        ("two cycles earlier", r"signal_event\(route=.*\n.*\n.*\n  before it, on route"),
        ("waits for ready", r"m_msi: valid waits"),
        ("busy stuck", r"the design hangs: no operation and no message in 4000 clock cycles"),
    ],
)
def test_a_fault_is_reported_as_signal_by_signal(tmp_path: Path, name: str, words: str) -> None:
    (fault,) = (fault for fault in FAULTS if name in fault.name)
    results = run_batch(tmp_path, RANDOM, break_rtl(fault, BUILD / "broken/hdl"), fault.tables)
    assert not all(each.passed for each in results)
    assert re.search(words, reports(results)), reports(results)


def test_an_entry_that_nobody_clears_differs_from_its_neighbours(tmp_path: Path) -> None:
    """With the same random value in all entries, this seed shows nothing."""
    (fault,) = (fault for fault in FAULTS if "one entry of the route states" in fault.name)
    results = run_batch(tmp_path, RANDOM, break_rtl(fault, BUILD / "broken/hdl"), seed=10)
    assert [each.name for each in results if not each.passed] == [
        "random_tests.nothing_is_there_after_reset"
    ]


def test_a_design_that_ends_the_simulation_is_a_clear_failure(tmp_path: Path) -> None:
    fault = Fault(
        "    if (!rst_n) begin\n      last_q ",
        "    if (&in_valid[2:0]) $finish;\n    if (!rst_n) begin\n      last_q ",
        name="an early end",
        tag="H6",
    )
    results = run_batch(tmp_path, RANDOM, break_rtl(fault, BUILD / "broken/hdl"))
    assert re.search(r"\$finish at \S+/msi_arbiter\.sv:\d+ ended the simulation", reports(results))


def test_a_design_that_stops_on_an_error_is_a_clear_failure(tmp_path: Path) -> None:
    fault = Fault(
        "    if (!rst_n) begin\n      last_q ",
        '    assert (!(&in_valid[2:0])) else $fatal(1, "stop");\n'
        "    if (!rst_n) begin\n      last_q ",
        name="an assertion",
        tag="H6",
    )
    results = run_batch(tmp_path, RANDOM, break_rtl(fault, BUILD / "broken/hdl"))
    (failed,) = (each for each in results if each.failed)
    assert "random_tests.mixed_" in failed.name
    said = r"\$fatal at \S+/msi_arbiter\.sv:(\d+) ended the simulation at \S+ ns, in \S+: stop"
    said += r"\n  \1 \| assert"
    assert re.match(said, failed.failure), failed.failure


def test_compare_takes_the_batch_path_for_long_traces(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    write_trace(path, DEFAULT, 120_000, 3)
    status, output = tb("compare", str(path))
    assert status == 0, output
    assert "120,000 operations to replay on the batched path" in output
    assert closing("compare", output)[0] == 120_000
    assert valid(BUILD / "compare/result.json")["level"] == "batch"


def test_compare_in_batch_names_the_line_that_expects_something_else(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    write_trace(path, DEFAULT, 50_000, 3)
    header = '{"format": "msi-trace", "version": 1, "profile": "e08751800"}'
    lines = [header, *path.read_text().splitlines()]
    row = next(n for n in range(40_000, 50_000) if "signal_event" in lines[n])
    lines[row] = lines[row].replace("}", ', "expect": {"messages": [[1, 2, 3]]}}')
    path.write_text("\n".join(lines) + "\n")
    outputs = []
    for level in ("batch", "pin"):
        status, output = tb("compare", "--level", level, "--seed", "4", str(path))
        assert status == 1
        assert closing("compare", output)[3] == 1
        assert f"trace line {row + 1}" in output and "devid=0x00000001" in output
        (shown,) = valid(BUILD / "compare/result.json")["windows"]
        assert shown["shown"] and shown["first"] < row + 1 <= shown["last"] and shown["cycle"]
        assert shown["said"] in output and (ROOT / shown["waveform"]).is_file()
        said = output[output.index("mismatch 1 (expect)") : output.index("reproduce:")]
        around = output[output.index("shown again with waves by ") : output.index("compared:")]
        first, last = row + 1 - BEFORE, min(row + 1 + AFTER, 50_001)
        assert f"by lines {first:,} to {last:,}, in clock cycle " in around
        waves, window, command = (each.split(maxsplit=1)[1] for each in around.splitlines()[1:])
        assert int(window.split()[1]) > 100
        text = (ROOT / waves).read_text()
        assert text.startswith("$version") or "$enddefinitions" in text[:100_000]
        assert 10_000 < len(text) < 20_000_000
        outputs.append(re.sub(r"in clock cycle [\d,]+", "", said))
    assert outputs[0] == outputs[1]
    make, target, *words = shlex.split(command)
    variables = dict(word.split("=", 1) for word in words)
    assert (make, target, variables.pop("WAVES"), set(variables)) == (
        *("make", "compare", "1"),
        {"TRACE", "SEED"},
    )
    status, output = tb(
        "compare", "--waves", "--seed", variables["SEED"], shlex.split(variables["TRACE"])[0]
    )
    assert status == 1 and closing("compare", output)[3] == 1
    assert "devid=0x00000001" in output and "window" not in output.replace("build/windows", "")
    assert (ROOT / "build/compare/rtl/dump.vcd").stat().st_size > 10_000


def test_the_page_of_figures(tmp_path: Path) -> None:
    rate = {"batch": 1.5e6, "native": 3e6, "pin": 2e4, "peak memory, KiB": 2048}
    names = (
        "pin",
        "pin, by handles",
        "batch",
        "batched, messages and events",
        "model",
        "model batched",
        "native",
        "ITS model",
        "ITS model, in bulk",
    )
    figures = {name: float(np.prod([1000, n + 1])) for n, name in enumerate(names)}
    lengths = {1000: rate, 10**7: {k: v for k, v in rate.items() if k != "pin"}}
    shown = {"seed": 1, "profile": "p", "machine": "m"}
    shown |= {"by routes": {16: rate}, "by trace length": lengths}
    shown["pin by part"] = {"checker": 0.25, "monitors": 0.75}
    text = page({**figures, **shown})
    assert "(seed 1, profile p; m)" in text
    assert "| RTL on the batched path, checked: messages | 3,000 | 3.0 | 43 |" in text
    assert "| 10,000,000 | 1,500,000 |  | 2 MiB |" in text
    assert "| monitors | 750.0 | 75 |\n| checker | 250.0 | 25 |\n| all | 1000.0 | 100 |" in text
    convert({**figures, **shown}, Bench).write(tmp_path / "result.json")
    assert valid(tmp_path / "result.json")["by routes"]["16"]["batch"] == 1.5e6
    kept = load((tmp_path / "result.json").read_text(), Bench)
    assert page(to_builtins(kept)) == text
    plots({**figures, **shown}, tmp_path)
    for name in ("length", "routes"):
        assert "<svg" in (tmp_path / f"performance-{name}.svg").read_text()
        assert f"performance-{name}.svg" in text
    assert (ROOT / "docs").is_dir()
