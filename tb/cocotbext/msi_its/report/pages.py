# SPDX-License-Identifier: MIT
"""The report of a regression: for people (HTML, terminal) and for tools (JSON, JUnit, LCOV, UCIS).

The HTML page is made from `regression.html.j2` beside this module, and stands alone.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from ucis import (
    UCIS_DU_MODULE,
    UCIS_ENABLED_STMT,
    UCIS_HISTORYNODE_TEST,
    UCIS_INST_ONCE,
    UCIS_INSTANCE,
    UCIS_SCOPE_UNDER_DU,
    UCIS_VLOG,
)
from ucis.mem.mem_factory import MemFactory
from ucis.source_info import SourceInfo
from ucis.test_data import TestData
from ucis.xml.xml_writer import XmlWriter

from cocotbext.msi_its.report.console import COUNTS, failed_words, plural
from cocotbext.msi_its.report.junit import Suite, junit
from cocotbext.msi_its.report.regression import RESULTS, Failure, Finished, Summary
from cocotbext.msi_its.run.simulators.code_coverage import KINDS, REQUIRED, Point
from cocotbext.msi_its.vocabulary.text import shown

HTML = RESULTS / "report.html"
JSON = RESULTS / "result.json"
JUNIT = RESULTS / "junit.xml"
LCOV = RESULTS / "coverage.info"
UCIS = RESULTS / "coverage.xml"

LISTED = 12
"""How many bins or points that are missing the terminal lists, of each kind."""

CAUSES = 8
ALIKE = 4
"""How many causes of failures the terminal explains, and how many failures like the first of each
it names; the page has them all."""


def files(summary: Summary) -> dict[Path, str]:
    """Return the files of the report, with their text."""
    return {
        HTML: html(summary),
        JSON: json.dumps(values(summary), indent=1) + "\n",
        JUNIT: junit("regress", suites(summary)),
        LCOV: summary.code.lcov(summary.rtl.top),
        UCIS: ucis(summary),
    }


# ---- the terminal -------------------------------------------------------------------------------


def groups(summary: Summary) -> list[tuple[str, list[Finished]]]:
    """Return the simulations by parameter set and kind."""
    found: defaultdict[str, list[Finished]] = defaultdict(list)
    for each in summary.finished:
        found[f"{each.job.set}, {each.job.kind}"].append(each)
    return list(found.items())


def terminal(summary: Summary) -> str:
    """Return the summary that ends a regression: what ran, what failed, what is not covered."""
    header = "".join(f"{name:>12}" for name in COUNTS)
    lines = ["", f"{'set, tests':<20}{'simulations':>12}{header}{'seconds':>9}  failed tests"]
    for name, group in groups(summary):
        counts = "".join(f"{sum(each.count(count) for each in group):>12,}" for count in COUNTS)
        seconds = sum(each.seconds for each in group)
        failed = sum(len(each.failed) for each in group)
        lines.append(f"{name:<20}{len(group):>12}{counts}{seconds:>9.0f}  {failed or 'none'}")
    lines += [*_failures(summary), "", *_coverage(summary)]
    return "\n".join(lines)


def _failures(summary: Summary) -> list[str]:
    """Return what failed, each cause once: the first test, and how many others look alike."""
    lines = []
    for failure, *others in summary.causes[:CAUSES]:
        lines += ["", f"FAILED {failure.test}, {failure.job.set}, seed {failure.job.seed}"]
        lines.append(failure.text)
        if failure.mismatches > 1:
            lines.append(f"  ... {failure.mismatches} mismatches in all")
        lines += [f"  {failure.again}"] if failure.again else []
        lines += [f"  waveform:  {failure.waves}"] if failure.waves else []
        lines.append(f"  reproduce: {failure.command}")
        if others:
            lines.append(f"  {len(others)} more {plural('failure', len(others))} like this one:")
            lines += [f"    {_which(each)}" for each in others[:ALIKE]]
            if len(others) > ALIKE:
                lines.append("    ...")
        ended = sum(each.ended for each in (failure, *others))
        if ended:
            lines.append(f"  {ended} later {plural('test', ended)} did not run")
    more = len(summary.causes) - CAUSES
    if more > 0:
        lines += ["", f"{more} more {plural('cause', more)}: see {shown(HTML)}"]
    return lines


def _which(failure: Failure) -> str:
    return f"{failure.test}, {failure.job.set}, seed {failure.job.seed}"


def _coverage(summary: Summary) -> list[str]:
    hit, bins = summary.bins
    seeds = f"{summary.seeds} {plural('seed', summary.seeds)}"
    lines = [f"functional coverage: {hit} of {bins} bins ({100 * hit / bins:.1f} %) by {seeds}"]
    for name, point in summary.points.items():
        lines += _listed(f"  {name}, {point.hit} of {len(point.bins)}, not hit", point.missing)
        lines += _listed(f"  {name}, no such bin", list(point.unexpected))
    code = [
        f"{kind} {result.percent:.2f} % ({result.excused} of {result.total} excused)"
        for kind, result in summary.code.total.items()
    ]
    lines.append(f"code coverage: {', '.join(code)}")
    for kind, result in summary.code.total.items():
        lines += _listed(f"  {kind}, not hit", [_where(point) for point in result.missing])
    stale = [f"{each.file}:{each.line} {each.reason}" for each in summary.code.stale]
    lines += _listed("  excuses that excuse nothing: take them out", stale)
    lines += summary.unread
    shown = sum(each.status == "passed" for each in summary.rules)
    lines.append(f"rules of the specification: {shown} of {len(summary.rules)} passed")
    for each in summary.rules:
        if each.status != "passed":
            lines.append(f"  {each.rule.name} {each.status}: {each.detail}")
    gaps = [each.rule.name for each in summary.rules if each.gaps and each.status == "passed"]
    if gaps:
        lines.append(f"  of these {len(gaps)} with bins not hit by {seeds}: {', '.join(gaps)}")
    return lines


def _listed(title: str, items: Sequence[str]) -> list[str]:
    if not items:
        return []
    more = f"; {len(items) - LISTED} more in the report" if len(items) > LISTED else ""
    return [f"{title}: {'; '.join(items[:LISTED])}{more}"]


def _where(point: Point) -> str:
    return f"{point.file}:{point.line} {point.text}"


def closing_line(command: str, summary: Summary) -> str:
    """Return the line that `make regress` ends with."""
    operations, messages, dropped, mismatches = (summary.count(name) for name in COUNTS)
    return (
        f"{command}: {len(summary.finished)} simulations, {operations} operations, "
        f"{messages} messages compared, {dropped} dropped, {mismatches} mismatches"
        + failed_words(len(summary.failures), summary.not_run)
        + (f"; only a part: {summary.part}" if summary.part else "")
    )


# ---- files for tools ----------------------------------------------------------------------------


def values(summary: Summary) -> dict[str, Any]:
    """Return the machine-readable result."""
    return {
        "passed": summary.passed,
        "coverage_complete": not summary.shortfalls,
        "interrupted": summary.interrupted,
        "seed": summary.seed,
        "seeds": summary.seeds,
        "part": summary.part,
        "rtl": asdict(summary.rtl),
        "tools": dict(summary.tools),
        "seconds": summary.seconds,
        "planned": summary.planned,
        "finished": len(summary.finished),
        **{name: summary.count(name) for name in COUNTS},
        "simulations": [
            {
                "set": each.job.set,
                "tests": each.job.kind,
                "seed": each.job.seed,
                "parameters": each.job.run(summary.rtl, each.job.folder).parameters,
                "passed": not each.failed and not each.not_run,
                "seconds": each.seconds,
                **{name: each.count(name) for name in COUNTS},
                "failed": [test["name"] for test in each.failed],
                "not_run": [test["name"] for test in each.not_run],
            }
            for each in summary.finished
        ],
        "failures": [asdict(failure) for failure in summary.failures],
        "functional_coverage": {
            name: {"bins": point.bins, "unexpected": point.unexpected}
            for name, point in summary.points.items()
        },
        "code_coverage": {
            kind: {
                **{name: getattr(result, name) for name in ("total", "hit", "excused", "percent")},
                "missing": [_where(point) for point in result.missing],
            }
            for kind, result in summary.code.total.items()
        },
        "rules": {each.rule.name: [each.status, each.detail] for each in summary.rules},
        "rules_not_covered": {each.rule.name: each.gaps for each in summary.rules if each.gaps},
        "shortfalls": summary.shortfalls,
    }


def suites(summary: Summary) -> list[Suite]:
    """Return all tests for JUnit, a suite for each simulation.

    The seed tells random tests apart. That of directed ones is left out: there is one, and a CI
    system goes by the name when it says since when a test has failed.
    """
    return [
        Suite(
            job.name,
            f"{job.set}.{job.kind}" + (f".seed{job.seed}" if job.kind == "random" else ""),
            finished.tests,
            {"seed": str(job.seed), "set": job.set},
            {each.test: each.command for each in summary.failures if each.job == job},
        )
        for finished in summary.finished
        for job in [finished.job]
    ]


def ucis(summary: Summary) -> str:
    """Return the functional coverage in UCIS' interchange format, for coverage tools."""
    database = MemFactory.create()
    node = database.createHistoryNode(None, "regress", None, UCIS_HISTORYNODE_TEST)
    # A bool, because PyUCIS writes each of UCIS' own statuses as true, whatever it says.
    node.setTestData(TestData(summary.passed, "cocotb", "20000101000000", seed=summary.seed))
    where = SourceInfo(
        database.createFileHandle("tb/cocotbext/msi_its/checks/coverage/points.py", ""), 1, 0
    )
    once = UCIS_ENABLED_STMT | UCIS_INST_ONCE | UCIS_SCOPE_UNDER_DU
    unit = database.createScope(
        f"work.{summary.rtl.top}", where, 1, UCIS_VLOG, UCIS_DU_MODULE, once
    )
    instance = database.createInstance(
        summary.rtl.top, where, 1, UCIS_VLOG, UCIS_INSTANCE, unit, UCIS_INST_ONCE
    )
    for name, point in summary.points.items():
        group = instance.createCovergroup(name, where, 1, UCIS_VLOG)
        of_instance = group.createCoverInstance(name, where, 1, UCIS_VLOG)
        cover = of_instance.createCoverpoint(name, where, 1, UCIS_VLOG)
        for words, count in point.bins.items():
            cover.createBin(words, where, 1, count, words)
    text = io.StringIO()
    XmlWriter().write(text, database)
    return text.getvalue()


# ---- the page -----------------------------------------------------------------------------------


def html(summary: Summary) -> str:
    """Return the report as a page that needs nothing else."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    return environment.get_template("regression.html.j2").render(
        summary=summary,
        groups=groups(summary),
        counts=COUNTS,
        kinds=KINDS,
        required=REQUIRED,
        closing=closing_line("regress", summary),
        missing={
            kind: [(file, list(points)) for file, points in groupby(found, lambda each: each.file)]
            for kind, result in summary.code.total.items()
            if (found := result.missing)
        },
    )
