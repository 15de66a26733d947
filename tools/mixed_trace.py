# SPDX-License-Identifier: MIT
"""Makes a mixed trace of two recordings of one run: one of the translator, one of the ITS.

    python -m tools.mixed_trace BUSES ITS OUT

BUSES is a trace of the translator's operations, ITS one with `its_…` lines. Both have the same
clock, `t_us`. Each message goes in front of its `its_translate`. (From a log, `make import` makes a
mixed trace in one step.)
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import defaultdict, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cocotbext.msi_its.vocabulary.its_trace import TRANSLATE, validate_its
from cocotbext.msi_its.vocabulary.text import UserError
from cocotbext.msi_its.vocabulary.trace import FORMAT, VERSION, validate_trace
from cocotbext.msi_its.vocabulary.trace_file import TraceError, lines_of

Line = dict[str, Any]


class NotOneRun(UserError):
    """The two recordings do not fit together."""


def key_of(line: Line) -> tuple[float, int, int] | None:
    """Return what a message's two lines have in common; None for other lines."""
    t_us = line.get("t_us", -1)
    if line["op"] == TRANSLATE:
        return t_us, line["devid"], line["eventid"]
    messages = line.get("expect", {}).get("messages")
    if messages:
        return t_us, messages[0][0], messages[0][2]
    if line["op"] == "signal_msi_with_rid":
        return t_us, _number(line["rid"]), _number(line["data"])
    return None


def _number(value: int | str) -> int:
    return int(value, 16) if isinstance(value, str) else value


def merge(translator: list[Line], its: list[Line]) -> Iterator[Line]:
    """Yield the lines of both, in the order of time; those of each keep their order.

    An `its_translate` whose message is not among the translator's lines is left out. Where the
    translator's line does not expect the message, nor does that of the ITS.
    """
    waiting: dict[Any, deque[int]] = defaultdict(deque)
    for index, line in enumerate(translator):
        key = key_of(line)
        if key is not None:
            waiting[key].append(index)
    done = 0
    now = -1.0
    for line in its:
        now = max(now, line.get("t_us", now))
        end = done
        if line["op"] == TRANSLATE:
            found = waiting.get(key_of(line))
            if not found:
                continue
            end = found.popleft() + 1
        else:
            while end < len(translator) and translator[end].get("t_us", -1) < now:
                end += 1
        yield from translator[done:end]
        done = max(done, end)
        if line["op"] == TRANSLATE and _stray(translator[done - 1]):
            line = {key: value for key, value in line.items() if key != "expect"}
        yield line
    yield from translator[done:]


def _stray(line: Line) -> bool:
    """Return whether somebody took the expectation out of a message's line, and said why."""
    return "note" in line and "expect" not in line


def _read(path: Path) -> list[Line]:
    found = [json.loads(text) for _, text in lines_of(path)]
    return [line for line in found if "op" in line]


def mixed(buses: Path, its: Path) -> list[Line]:
    """Return the lines of a mixed trace. Raises TraceError for a file that cannot be used."""
    if validate_its(its).mixed:
        raise TraceError(
            its, None, None, "it has operations of the translator: it is mixed already"
        )
    lines = _read(its)
    validate_trace(buses)
    made = list(merge(_read(buses), lines))
    there = sum(line["op"] == TRANSLATE for line in lines)
    kept = sum(line["op"] == TRANSLATE for line in made)
    print(f"{kept:,} of {there:,} messages are in both, {len(made):,} lines in all")
    if there and not kept:
        raise NotOneRun(
            f"no message of {its} has the time, DeviceID and data of one of {buses}: "
            "they are not recordings of one run"
        )
    return made


def main(arguments: list[str]) -> int:
    """Do what the command line asks for; return the exit status."""
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    buses, its, out = map(Path, arguments)
    try:
        lines = mixed(buses, its)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    header = {"format": FORMAT, "version": VERSION}
    text = "".join(json.dumps(line) + "\n" for line in [header, *lines]).encode()
    if out.suffix == ".gz":
        with out.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
            packed.write(text)
    else:
        out.write_bytes(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
