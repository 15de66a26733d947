# SPDX-License-Identifier: MIT
"""What `make sim` and `make compare` print and write: table, drops, failures, the closing line."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.vocabulary.results import COUNTS, TestResult
from cocotbext.msi_its.vocabulary.text import shown, visible
from cocotbext.msi_its.vocabulary.transactions import DROPS
from msi_its_model import Profile

DROPPED = frozenset(answer.name for answer in DROPS)

CAUSES = 6
LONGEST = 30
TITLE = 120
"""Up to how many other ways to fail the terminal names, how many lines it shows of the first
failure, and how many characters of each other; the file of failures has it all."""

LISTED_DROPS = 10
"""Up to how many drops of a trace are named on the terminal; the result file has more."""


class Progress:
    """Shows how far something is: on a terminal in place, elsewhere a line every ten seconds."""

    def __init__(self, name: str, total: int, what: str = "operations") -> None:
        self._name = name
        self._what = what
        self._total = total
        self._terminal = sys.stderr.isatty()
        self._next = time.monotonic() + (0.5 if self._terminal else 10)
        self._shown = False

    def __call__(self, done: int) -> None:
        """Show that so many of them are done, if it is time to."""
        if not done or time.monotonic() < self._next:
            return
        share = f" ({100 * done // self._total} %)" if self._total else ""
        of = f" of {self._total:,}" if self._total else ""
        text = f"{self._name}: {done:,}{of} {self._what}{share}"
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


def closing_line(command: str, results: list[TestResult], *profiles: Profile) -> str:
    """Return the line that `make sim` and `make compare` end with; it adds what failed, if any.

    There are no `profiles` where nothing went by the rules of one.
    """
    operations, _, dropped, mismatches = (total(results, name) for name in COUNTS)
    messages = sum(each.messages if each.compared is None else each.compared for each in results)
    failed = sum(result.failed for result in results)
    names = " and ".join(dict.fromkeys(profile.name for profile in profiles))
    return (
        f"{command}: {operations} operations, {messages} messages compared, "
        f"{dropped} dropped, {mismatches} mismatches"
        + (f", profile {names}" if names else "")
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
    return (
        f"{command}: interrupted; the {len(results)} tests that had finished are in {shown(path)}"
    )


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
        traced = [drop for drop in result.drops if drop.line is not None]
        if not result.name.startswith("trace_tests.") or not traced:
            continue
        lines.append(f"dropped or refused, in {result.name.removeprefix('trace_tests.replay_')}:")
        if len(traced) > LISTED_DROPS:
            listed = sum(drop.answer in DROPPED for drop in result.drops)
            which = "them" if listed >= result.dropped else f"the first {listed:,}"
            lines.append(f"  {result.dropped:,} messages: the result file lists {which}")
            continue
        for drop in traced:
            lines.append(f"  line {drop.line}: {drop.name} → {drop.answer}: {drop.text}")
    return "\n".join(lines)


def measured(results: Iterable[TestResult]) -> str:
    """Return the figures that tests measured."""
    figures: dict[str, str] = {}
    for result in results:
        figures |= result.measured
    width = max(map(len, figures), default=0)
    return "\n".join(f"    {name:<{width}}  {value}" for name, value in figures.items())


NUMBER = re.compile(r"0x[0-9a-fA-F]+|\b\d[\d,]*\b")
MISMATCH = re.compile(
    r"^mismatch \d+ \((?P<kind>\w+)\)|"
    r"^  operation: (?P<operation>\w+)(?:.*\(rules (?P<rules>[^;)]*))?|"
    r"^  expected: (?P<expected>.*)|^  got: (?P<got>.*)",
    re.M,
)
"""What a mismatch is told from another by."""

CYCLE = re.compile(r", in clock cycle ([\d,]+)")

LOG = re.compile(r"; the end of .*| for these parameters: see .*")


@dataclass(frozen=True, slots=True)
class Bucket:
    """What the first mismatches of alike failures have in common, with `#` for each number.

    `kind` names the check, `rules` are those of the operation. Of a test that failed by something
    else, `got` is what it says first, and all others are empty.
    """

    kind: str = ""
    operation: str = ""
    rules: str = ""
    expected: str = ""
    got: str = ""

    @classmethod
    def of(cls, test: TestResult) -> Bucket:
        """Return that of a test that failed."""
        if test.cause:
            return cls(got=test.cause)
        found = {} if not test.reports else _parts(test.reports[0].text)
        if not found:
            return cls(got=NUMBER.sub("#", LOG.sub("", _first(test))))
        rules = found.pop("rules", "")  # their numbers are names
        return cls(rules=rules, **{name: NUMBER.sub("#", text) for name, text in found.items()})

    def __str__(self) -> str:
        """All of it."""
        rules = self.rules and f"rules {self.rules}"
        return ", ".join(filter(None, (self.kind, self.operation, rules, self.expected, self.got)))


def cause_of(test: TestResult) -> str:
    """Return what a test failed by, without what differs each time: what looks alike is one cause.

    That is the statement of the design that ended it, or the kind of the first mismatch, with the
    operation, its rules and what was expected and came; or else what it says first.
    """
    return str(Bucket.of(test))


def _parts(text: str) -> dict[str, str]:
    """Return what MISMATCH finds in what is said of one."""
    return {
        name: " ".join(part.split())
        for each in MISMATCH.finditer(text)
        for name, part in each.groupdict().items()
        if part
    }


def _first(test: TestResult) -> str:
    """Return in a line what a test failed by: what differed first, or what it says itself."""
    if test.cause or not test.reports:
        return test.failure.partition("\n")[0]
    text = test.reports[0].text
    found = _parts(text)
    found.pop("rules", "")
    words = [
        f"{name}: {part}" if name in ("expected", "got") else part for name, part in found.items()
    ]
    return ", ".join(words) or text.partition("\n")[0]


def first_text(test: TestResult) -> str:
    """Return the first line of what a failed test says first."""
    said = test.reports[0].text if test.reports else test.failure
    return said.partition("\n")[0]


def title_of(test: TestResult) -> str:
    """Return what a test failed by, in so few words that it fits a line."""
    text = _first(test)
    return text if len(text) <= TITLE else f"{text[: TITLE - 1]}…"


@dataclass(frozen=True, slots=True)
class Failed:
    """A test that failed: `where` says with what it ran, `command` reproduces it."""

    where: str
    test: TestResult
    command: str

    def __str__(self) -> str:
        """All that is known about it."""
        return "\n".join([self.heading, *self.texts, *self.more, self.reproduce])

    @property
    def heading(self) -> str:
        """Which test it is."""
        return f"FAILED {self.test.name}, {self.where}"

    @property
    def texts(self) -> list[str]:
        """What it says, what ended it first."""
        reports = [each.text for each in self.test.reports]
        return [self.test.failure, *reports] if self.test.cause or not reports else reports

    @property
    def more(self) -> list[str]:
        """How many mismatches there are, if more than one."""
        mismatches = self.test.mismatches
        return [f"... {mismatches:,} mismatches in all"] if mismatches > 1 else []

    @property
    def reproduce(self) -> str:
        """The line that shows it again."""
        return f"reproduce: {self.command}"


def failures(failed: Sequence[Failed], path: Path) -> str:
    """Explain what failed: the first test last, above it one of each other cause in two lines.

    Everything in full goes to the file `path`.
    """
    if not failed:
        return ""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "\n\n".join(map(str, failed)) + "\n", encoding="utf-8", errors="backslashreplace"
    )
    causes: dict[str, list[Failed]] = {}
    for each in failed:
        causes.setdefault(cause_of(each.test), []).append(each)
    (first, *alike), *others = causes.values()
    lines = []
    if others:
        lines.append(f"{len(failed)} tests failed, in {len(causes)} ways; the others first:")
        for each, *more in others[:CAUSES]:
            count = f" and {len(more)} more" if more else ""
            lines.append(f"  {each.test.name}, {each.where}{count}: {title_of(each.test)}")
            lines.append(f"    {each.reproduce}")
        if len(others) > CAUSES:
            lines.append(f"  ... {len(others) - CAUSES} more ways")
        lines.append("")
    text = first.texts[0].splitlines()
    lines += [first.heading, *text[:LONGEST], *(["  ..."] if len(text) > LONGEST else [])]
    lines += first.more
    if alike:
        lines.append(f"{len(alike)} more {plural('test', len(alike))} failed in this way")
    lines.append(first.reproduce)
    if len(failed) > 1 or len(first.texts) > 1:
        lines.append(f"all failures in full: {shown(path)}")
    return "\n".join(lines)


def where(path: Path, seed: int, rtl: Rtl | None) -> str:
    """Return the line that says where the results are, and of what: None of the golden model."""
    of = f"RTL {rtl.top} ({visible(rtl.file_list)})" if rtl is not None else "no RTL"
    return f"results: {shown(path)}; seed {seed}; {of}"
