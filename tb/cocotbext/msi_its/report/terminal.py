# SPDX-License-Identifier: MIT
"""The summary that ends a regression: what ran, what failed, what is not covered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cocotbext.msi_its.report.console import failed_words, plural
from cocotbext.msi_its.report.regression import Failure, Summary
from cocotbext.msi_its.vocabulary.results import COUNTS
from cocotbext.msi_its.vocabulary.text import shown

LISTED = 12
"""How many bins or points that are missing the terminal lists, of each kind."""

CAUSES = 8
ALIKE = 4
"""How many causes of failures the terminal explains, and how many failures like the first of each
it names; the page has them all."""


def terminal(summary: Summary, page: Path) -> str:
    """Return the summary; `page` is the report that has all of it."""
    header = "".join(f"{name:>12}" for name in COUNTS)
    lines = ["", f"{'set, tests':<20}{'simulations':>12}{header}{'seconds':>9}  failed tests"]
    for name, group in summary.groups.items():
        counts = "".join(f"{sum(each.counts[count] for each in group):>12,}" for count in COUNTS)
        seconds = sum(each.seconds for each in group)
        failed = sum(len(each.failed) for each in group)
        lines.append(f"{name:<20}{len(group):>12}{counts}{seconds:>9.0f}  {failed or 'none'}")
    lines += [*_failures(summary, page), "", *_coverage(summary)]
    return "\n".join(lines)


def _failures(summary: Summary, page: Path) -> list[str]:
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
        lines += ["", f"{more} more {plural('cause', more)}: see {shown(page)}"]
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
        lines += _listed(f"  {kind}, not hit", [point.where for point in result.missing])
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


def closing_line(command: str, summary: Summary) -> str:
    """Return the line that `make regress` ends with."""
    operations, messages, dropped, mismatches = summary.counts.values()
    followed = [each.job.configuration.profile.name for each in summary.finished]
    names = " and ".join(dict.fromkeys(followed)) or summary.profile
    return (
        f"{command}: {len(summary.finished)} simulations, {operations} operations, "
        f"{messages} messages compared, {dropped} dropped, {mismatches} mismatches, "
        f"profile {names}"
        + failed_words(len(summary.failures), summary.not_run)
        + (f"; only a part: {summary.part}" if summary.part else "")
    )
