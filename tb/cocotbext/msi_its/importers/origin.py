# SPDX-License-Identifier: MIT
"""Which line of a log a line of an imported trace came from."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from cocotbext.msi_its.vocabulary.trace_file import (
    LOG_FILE,
    LOG_LINE,
    Refused,
    decode,
    lines_of,
)


def origins(path: str | Path, numbers: Collection[int]) -> dict[int, str]:
    """Return where lines of a trace came from, as `line 2193 of qemu.log`, as far as it says."""
    found: dict[int, str] = {}
    files: list[str] = []
    last = max(numbers, default=0)
    for number, text in lines_of(path):
        if number > last:
            break
        if number > 1 and number not in numbers:
            continue
        try:
            entry = decode(text)
        except Refused:
            continue
        if number == 1 and isinstance(entry.get("x_from"), list):
            files = [str(each) for each in entry["x_from"]]
        line, file = entry.get(LOG_LINE), entry.get(LOG_FILE, 0)
        if number in numbers and isinstance(line, int) and isinstance(file, int):
            name = f" of {files[file]}" if 0 <= file < len(files) else ""
            found[number] = f"line {line}{name}"
    return found
