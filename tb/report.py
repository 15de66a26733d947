# SPDX-License-Identifier: MIT
"""What `make sim` and `make compare` print and write: table, drops, failures, the closing line."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tb.simulator import TestResult
from tb.transactions import DROPS

COUNTS = ("operations", "messages", "dropped", "mismatches")

DROPPED = frozenset(answer.name for answer in DROPS)

LISTED_DROPS = 10
"""Up to how many drops of a trace are named on the terminal; the result file has more."""


class Progress:
    """Shows how far a replay is: on a terminal in place, elsewhere a line every ten seconds."""

    def __init__(self, name: str, total: int) -> None:
        self._name = name
        self._total = total
        self._terminal = sys.stderr.isatty()
        self._next = time.monotonic() + (0.5 if self._terminal else 10)
        self._shown = False

    def __call__(self, done: int) -> None:
        """Show that `done` operations are done, if it is time to."""
        if not done or time.monotonic() < self._next:
            return
        share = f" ({100 * done // self._total} %)" if self._total else ""
        of = f" of {self._total:,}" if self._total else ""
        text = f"{self._name}: {done:,}{of} operations{share}"
        print(
            f"\r{text}" if self._terminal else text,
            end="" if self._terminal else "\n",
            file=sys.stderr,
            flush=True,
        )
        self._shown = True
        self._next = time.monotonic() + (0.5 if self._terminal else 10)

    def close(self) -> None:
        """Clear the line."""
        if self._terminal and self._shown:
            print("\r" + " " * 78 + "\r", end="", file=sys.stderr, flush=True)


def total(results: Iterable[TestResult], name: str) -> int:
    """Add up one of the counts."""
    return sum(result.count(name) for result in results)


def closing_line(command: str, results: list[TestResult]) -> str:
    """Return the line that `make sim` and `make compare` end with; it adds what failed, if any."""
    operations, messages, dropped, mismatches = (total(results, name) for name in COUNTS)
    failed = sum(result.failed for result in results)
    return (
        f"{command}: {operations} operations, {messages} messages compared, "
        f"{dropped} dropped, {mismatches} mismatches"
        + failed_words(failed, sum(not result.ran for result in results))
    )


def failed_words(failed: int, not_run: int) -> str:
    """Return what a closing line adds when tests failed, or did not run at all."""
    words = f", {failed} tests FAILED" if failed else ""
    return words + (f", {not_run} tests did not run" if not_run else "")


def plural(word: str, count: int) -> str:
    """Return a word as it follows a number."""
    return word if count == 1 else f"{word}s"


def interrupted(command: str, results: list[TestResult], path: Path) -> str:
    """Return the one line that a command ends with when a signal ends it."""
    return f"{command}: interrupted; the {len(results)} tests that had finished are in {path}"


def table(groups: dict[str, list[TestResult]]) -> str:
    """Return the tests with their counts, a group of them under each heading."""
    names = [result.name for results in groups.values() for result in results]
    width = max(map(len, names), default=0) + 2
    header = "".join(f"{name:>12}" for name in COUNTS)
    lines = []
    for heading, results in groups.items():
        lines += [heading, f"  {'test':<{width}}{header}{'seconds':>9}  result"]
        for result in results:
            counts = "".join(f"{result.count(name):>12,}" for name in COUNTS)
            verdict = "pass" if result.passed else "FAIL" if result.ran else "not run"
            lines.append(f"  {result.name:<{width}}{counts}{result.seconds:>9.1f}  {verdict}")
    return "\n".join(lines)


def drops(results: Iterable[TestResult]) -> str:
    """Name what was dropped or refused in the traces, one by one."""
    lines = []
    for result in results:
        found = result.counts.get("drops", [])
        traced = [drop for drop in found if drop["line"] is not None]
        if not result.name.startswith("trace_tests.") or not traced:
            continue
        lines.append(f"dropped or refused, in {result.name.removeprefix('trace_tests.replay_')}:")
        if len(traced) > LISTED_DROPS:
            dropped = result.count("dropped")
            listed = sum(drop["answer"] in DROPPED for drop in found)
            which = "them" if listed >= dropped else f"the first {listed:,}"
            lines.append(f"  {dropped:,} messages: the result file lists {which}")
            continue
        for drop in traced:
            lines.append(
                f"  line {drop['line']}: {drop['name']} → {drop['answer']}: {drop['text']}"
            )
    return "\n".join(lines)


def measured(results: Iterable[TestResult]) -> str:
    """Return the figures that tests measured."""
    figures: dict[str, str] = {}
    for result in results:
        figures |= result.counts.get("measured", {})
    width = max(map(len, figures), default=0)
    return "\n".join(f"    {name:<{width}}  {value}" for name, value in figures.items())


def failures(results: Iterable[TestResult]) -> str:
    """Explain the tests that failed."""
    lines = []
    for result in results:
        if result.passed:
            continue
        reports = result.counts.get("reports", [])
        lines.append(f"FAILED {result.name}")
        if reports:
            lines += [report["text"] for report in reports[:3]]
            if len(reports) > 3:
                lines.append(f"... {result.count('mismatches')} mismatches in all")
        else:
            lines.append(result.failure)
        lines.append("")
    return "\n".join(lines)


def write_result(path: Path, **values: Any) -> None:
    """Write the machine-readable result."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values, indent=1) + "\n")


def as_values(results: list[TestResult]) -> list[dict[str, Any]]:
    """Return the results for the result file."""
    return [
        {
            "name": result.name,
            "passed": result.passed,
            "seconds": result.seconds,
            "ran": result.ran,
            "failure": result.failure,
            "cause": result.cause,
            **{name: result.count(name) for name in COUNTS},
            "measured": result.counts.get("measured", {}),
            "answers": result.counts.get("answers", {}),
            "drops": result.counts.get("drops", []),
            "reports": result.counts.get("reports", []),
            "coverage": result.counts.get("coverage", {}),
        }
        for result in results
    ]
