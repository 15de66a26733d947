# SPDX-License-Identifier: MIT
"""Breaks logs at random: no importer may raise anything, and what it writes has to be a trace.

    python -m tests.tb.importers.fuzz [INPUTS] [SEED]

Each input is a log of a few lines, made of good ones of one kind: cut, repeated, swapped, glued
together, with bytes changed and numbers of all sizes. Hypothesis gives the numbers that decide.
"""

from __future__ import annotations

import random
import re
import sys
import time

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from cocotbext.msi_its.importers.gaps import Gaps
from cocotbext.msi_its.importers.kinds import IMPORTERS
from cocotbext.msi_its.importers.writer import Entry, Sink
from cocotbext.msi_its.vocabulary import its_trace, trace
from cocotbext.msi_its.vocabulary.its_trace import ITS_OPERATIONS
from cocotbext.msi_its.vocabulary.trace_file import decode
from tests.tb.importers.corpus import KINDS

AT_ONCE = 25
"""How many inputs come of one number of Hypothesis."""

NUMBERS = (
    *("0x0", "0x1", "0xff", "0x100", "0xffff", "0x10000", "0xffffffff", "0x100000000"),
    *("0xffffffffffffffff", "0x10000000000000000", "0", "1", "7", "255", "256", "65536", "-1"),
    *("4294967296", "18446744073709551616", "9" * 40, "", "zz", "1.000", "1,5", "١٢"),
)
PREFIXES = (
    *("", "4278@1795758518.820300:", "4279@1795758518,820301:", "2026-11-27T20:14:16.791413Z "),
    *("2026-11-27T20:14:16Z [fish] qemu-system-aarch64: (12:CPU 0/TCG): ", "2026-99-99T99:99:99Z "),
    *("login: ", "[    0.1", "Bootin"),
)
_NUMBER = re.compile(r"0x[0-9a-f]+|\b\d+\b")


def lines_of(kind: str, choice: random.Random) -> list[bytes]:
    """Return a log of a kind, broken or not."""
    corpus = KINDS[kind]
    start = choice.randrange(len(corpus))
    count = choice.randrange(1, 14)
    in_order = choice.random() < 0.5
    lines = corpus[start : start + count] if in_order else choice.choices(corpus, k=count)
    prefix = choice.choice(PREFIXES) if kind == "qemu" else ""
    return [broken((prefix + line).encode(), choice) for line in lines]


def broken(line: bytes, choice: random.Random) -> bytes:
    """Return a line with something wrong, or none."""
    way = choice.randrange(12)
    if way < 4:
        text = line.decode(errors="replace")
        text = _NUMBER.sub(
            lambda found: choice.choice(NUMBERS) if choice.random() < 0.3 else found[0], text
        )
        line = text.encode()
    elif way == 4:
        line = line[: choice.randrange(len(line) + 1)]
    elif way == 5:
        at = choice.randrange(len(line) + 1)
        line = line[:at] + bytes(choice.randrange(256) for _ in range(3)) + line[at:]
    elif way == 6:
        other = choice.choice(choice.choice(list(KINDS.values()))).encode()
        line = line[: choice.randrange(len(line) + 1)] + other
    elif way == 7:
        line = line * choice.randrange(1, 4)
    return line + choice.choice((b"\n", b"\n", b"\n", b"\r\n", b""))


class Checked(Sink):
    """Takes the lines that an importer writes, and reads each again."""

    def write(self, entry: Entry) -> None:
        super().write(entry)
        again = decode(self.encode(entry))
        if again["op"] in ITS_OPERATIONS:
            its_trace.parse_entry(1, again)
        else:
            trace.parse_entry(1, again)
        assert again["x_line"] >= 1


def run(number: int) -> int:
    """Import one broken log; return how many lines came of it."""
    choice = random.Random(number)
    kind = choice.choice(list(KINDS))
    lines = lines_of(kind, choice)
    importer = IMPORTERS[kind if choice.random() < 0.95 else choice.choice(list(KINDS))]
    gaps = Gaps()
    sink = Checked()
    reader = importer(sink, gaps)
    reader.routes = choice.random() < 0.5
    half = choice.randrange(len(lines) + 1)
    reader.begin(lines[:half] or lines)
    reader.take(1, lines[:half])
    reader.take(half + 1, lines[half:])
    reader.end()
    reader.finish()
    for gap in gaps.listed:
        assert str(gap).isprintable(), gap
    decode(sink.encode({"x_gaps": gaps.entries(), **reader.header()}))
    return sink.lines


def main(arguments: list[str]) -> int:
    """Fuzz; return the exit status."""
    inputs = int(arguments[0]) if arguments else 1_000_000
    first = int(arguments[1]) if len(arguments) > 1 else 1
    counts = {"inputs": 0, "lines": 0}
    started = time.monotonic()

    @seed(first)
    @settings(
        max_examples=-(-inputs // AT_ONCE),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**63))
    def fuzz(number: int) -> None:
        for each in range(AT_ONCE):
            counts["inputs"] += 1
            counts["lines"] += run(number * AT_ONCE + each)

    fuzz()
    took = time.monotonic() - started
    made = f"{counts['inputs']:,} inputs, seed {first}, gave {counts['lines']:,} lines of traces"
    print(f"fuzz: {made} and no exception, {took:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
