# SPDX-License-Identifier: MIT
"""What in a design ended its simulation, from the simulation's log.

Verilator says it in one or two lines: what failed, with the file's name alone, and then where it
stopped, with the whole path.

    [6030000] %Error: mine.sv:12: Assertion failed in top.a_mine: text
    %Error: /path/of/mine.sv:12: Verilog $stop
    - /path/of/mine.sv:12: Verilog $finish
    %Error: /path/of/top.sv:7: Active region did not converge after '--converge-limit' of 100 tries
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from cocotbext.msi_its.vocabulary.text import end, shown

_STOPPED = re.compile(r"^%Error(?:-\w+)?: (?P<file>[^\n]+?):(?P<line>\d+): (?P<text>.+)$", re.M)
_FINISHED = re.compile(r"^- (?P<file>[^\n:]+):(?P<line>\d+): Verilog \$finish$", re.M)
_FAILED = r"^\[(?P<time>\d+)\] %(?P<severity>Error|Fatal): {file}:{line}: "
_FAILED += r"Assertion failed in (?P<scope>[^:\n]+)(?:: (?P<text>.*))?"
_DONE = "Verilog $stop"


@dataclass(frozen=True, slots=True)
class Ending:
    """What ended a simulation: `what` of the design, in which file and line, and what it said.

    `cause` is the same for all simulations that the same statement ended, whatever it said.
    """

    what: str
    place: str
    said: str
    source: str

    @property
    def cause(self) -> str:
        """What and where, in one phrase."""
        return f"{self.what} at {self.place}"

    def __str__(self) -> str:
        """The ending for people: a line, and the line of the source where that can be read."""
        line = f"{self.cause} ended the simulation{self.said}"
        return f"{line}\n  {self.source}" if self.source else line


def ending(log: Path) -> Ending | None:
    """Return what in the design ended a simulation, if it did."""
    text = end(log)
    stops = list(_STOPPED.finditer(text))
    if stops and "Aborting..." in text[stops[-1].end() :]:
        return _stopped(text[: stops[-1].start()], stops[-1])
    finishes = list(_FINISHED.finditer(text))
    return _ending("$finish", finishes[-1]) if finishes else None


def _stopped(before: str, stop: re.Match[str]) -> Ending:
    if stop["text"] != _DONE:
        loops = "did not converge" in stop["text"]
        what = "a loop that does not settle" if loops else "an error in the simulation"
        return _ending(what, stop, f": {stop['text']}")
    name = re.escape(Path(stop["file"]).name)
    failures = list(re.finditer(_FAILED.format(file=name, line=stop["line"]), before, re.M))
    if not failures:
        return _ending("$stop", stop)
    failed = failures[-1]
    what = "$fatal" if failed["severity"] == "Fatal" else "a failing assertion (or $error)"
    more = before[failed.end() :].rstrip("\n")  # where the text has several lines
    at = f"{int(failed['time']) / 1000:,.12g} ns"
    said = f" at {at}, in {failed['scope']}" + (
        f": {failed['text']}{more}" if failed["text"] else ""
    )
    return _ending(what, stop, said)


def _ending(what: str, where: re.Match[str], said: str = "") -> Ending:
    path, number = Path(where["file"]), int(where["line"])
    source = ""
    try:
        with path.open(errors="replace") as file:
            source = next(line for count, line in enumerate(file, 1) if count == number).strip()
    except (OSError, StopIteration):
        pass  # it says where it is all the same
    return Ending(what, f"{shown(path)}:{number}", said, f"{number} | {source}" if source else "")
