# SPDX-License-Identifier: MIT
"""Adds up the counts of many tests, and says what they mean for each cover point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cocotbext.msi_its.checks.coverage.points import CoverPoint, points
from cocotbext.msi_its.vocabulary.operations import Configuration
from cocotbext.msi_its.vocabulary.results import Counts


def merge(runs: Iterable[Counts]) -> Counts:
    """Add up the counts of several tests."""
    total: Counts = {}
    for counts in runs:
        for point, bins in counts.items():
            into = total.setdefault(point, {})
            for words, count in bins.items():
                into[words] = into.get(words, 0) + count
    return total


@dataclass(frozen=True, slots=True)
class PointResult:
    """One cover point: the counts of its bins, and of what falls into none of them."""

    point: CoverPoint
    bins: dict[str, int]
    unexpected: dict[str, int]

    @property
    def hit(self) -> int:
        """How many of its bins were hit."""
        return sum(count > 0 for count in self.bins.values())

    @property
    def missing(self) -> list[str]:
        """The bins that were not hit."""
        return [words for words, count in self.bins.items() if not count]

    @property
    def complete(self) -> bool:
        """Whether all bins were hit, and nothing else."""
        return not self.missing and not self.unexpected


def results(counts: Counts, configurations: Iterable[Configuration]) -> dict[str, PointResult]:
    """Return what merged counts mean for each cover point, of runs with these configurations."""
    found: dict[str, PointResult] = {}
    for name, point in points(configurations).items():
        seen = dict(counts.get(name, {}))
        bins = {words: seen.pop(words, 0) for words in (" / ".join(each) for each in point.bins)}
        found[name] = PointResult(point, bins, seen)
    return found
