# SPDX-License-Identifier: MIT
"""Code coverage as an LCOV file, which editors and CI systems show beside the code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from cocotbext.msi_its.run.simulators.code_coverage import CodeCoverage, Point


def lcov(code: CodeCoverage, test: str) -> str:
    """Return the lines, branches and expressions as an LCOV file (excused ones left out).

    A line counts as often as the least covered of its parts: the blocks that it belongs to, the
    branches that start on it together, and its expressions together. On a line that was
    not executed no branch was taken, even if Verilator counts a value of its expressions. So
    a line has a taken branch if and only if it was executed, as consumers demand.
    """
    pardoned = {(each.file, each.line, kind) for each in code.excused for kind in each.kinds}
    by_file: defaultdict[str, list[tuple[Point, int]]] = defaultdict(list)
    for point, count in sorted(code.points.items()):
        if count or (point.file, point.line, point.kind) not in pardoned:
            by_file[point.file].append((point, count))
    records = [f"TN:{re.sub(r'[^A-Za-z0-9_]', '_', test)}"]
    for file, found in by_file.items():
        parts: defaultdict[int, list[int]] = defaultdict(list)
        ways: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
        for point, count in found:
            if point.kind in ("branch", "expr"):
                ways[point.line, point.kind].append(count)
            if point.kind in ("line", "branch"):
                for line in _lines(point.lines):
                    if (point.kind, point.line) != ("branch", line):
                        parts[line].append(count)
        for (line, _), counts in ways.items():
            parts[line].append(max(counts))
        lines = {line: min(counts) for line, counts in sorted(parts.items())}
        branches = [
            (line, count if lines[line] else 0)
            for (line, _), counts in ways.items()
            for count in counts
        ]
        records.append(f"SF:{file}")
        records += [f"BRDA:{line},0,{n},{count}" for n, (line, count) in enumerate(branches)]
        records += [f"BRF:{len(branches)}", f"BRH:{sum(count > 0 for _, count in branches)}"]
        records += [f"DA:{line},{count}" for line, count in lines.items()]
        records += [f"LF:{len(lines)}", f"LH:{sum(count > 0 for count in lines.values())}"]
        records.append("end_of_record")
    return "\n".join(records) + "\n"


def _lines(text: str) -> Iterable[int]:
    """Return the lines that a text like `104-105,110` stands for."""
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)
