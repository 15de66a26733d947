# SPDX-License-Identifier: MIT
"""Proofs that a mutant is equivalent to the sound RTL: no test can notice it.

`LOCAL`: in one clock cycle. Registers and memories are taken out of the netlist; what they hold
becomes inputs, what is written to them outputs. Then the mutant and the sound netlist are two
combinational circuits, and a SAT solver shows that no state, reachable or not, and no input tells
them apart. By induction they behave alike for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tb.rtl import ROOT
from tools.mutations import Mutation, MutationError, run_yosys

LOCAL = "local"
METHODS = {LOCAL: "equivalent: no state and no input tells them apart in a cycle (SAT)"}

_SECONDS = 120
"""After how long a proof is given up."""

_OUTPUTS = {"$dff": "Q", "$memrd_v2": "DATA"}
"""What holds state, with its output; $memwr_v2 has none."""


@dataclass(slots=True)
class _Cell:
    """A cell of a netlist: its lines in between, parameters and connections."""

    kind: str
    lines: list[str] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    connections: dict[str, str] = field(default_factory=dict)

    def width(self, port: str) -> int:
        """Return the width of one of the ports, in bits."""
        if port == "ADDR":
            return int(self.parameters["ABITS"])
        wide = port in ("D", "Q", "DATA") or (port == "EN" and self.kind == "$memwr_v2")
        return int(self.parameters["WIDTH"]) if wide else 1


def combinational(text: str) -> str:
    """Return a netlist, in RTLIL, without registers and memories: their ports become its own."""
    lines: list[str] = []
    ports = 1 + max(int(n) for n in re.findall(r"^  wire .*put (\d+) ", text, re.MULTILINE))
    taken = 0
    for cell, line in _cells(text):
        if cell is None:
            if not line.startswith("  memory "):
                lines.append(line)
        elif cell.kind not in _OUTPUTS and cell.kind != "$memwr_v2":
            lines += cell.lines
        else:
            taken += 1
            for port, signal in cell.connections.items():
                if cell.kind == "$memrd_v2" and port not in ("ADDR", "DATA"):
                    continue  # an asynchronous read has no others that matter
                name = f"\\state{taken}_{port}"
                inward = port == _OUTPUTS.get(cell.kind)
                direction = "input" if inward else "output"
                lines.append(f"  wire width {cell.width(port)} {direction} {ports} {name}")
                joined = (signal, name) if inward else (name, signal)
                lines.append(f"  connect {' '.join(joined)}")
                ports += 1
    return "\n".join(lines) + "\n"


def _cells(text: str) -> Iterator[tuple[_Cell | None, str]]:
    """Yield the cells of a netlist, and the lines outside of cells."""
    cell: _Cell | None = None
    for line in text.splitlines():
        words = line.split(maxsplit=2)
        if cell is None:
            if line.startswith("  cell "):
                cell = _Cell(words[1], [line])
            elif not line.startswith("  attribute "):
                yield None, line
            continue
        cell.lines.append(line)
        if line == "  end":
            yield cell, ""
            cell = None
        elif words[0] == "parameter":
            cell.parameters[words[-2 if len(words) == 3 else 1].removeprefix("\\")] = words[-1]
        elif words[0] == "connect":
            cell.connections[words[1].removeprefix("\\")] = words[2]


def choose(text: str, number: int, name: str) -> str:
    """Return a netlist with `mutsel` fixed, its module under a name."""
    text = re.sub(r"^module \S+", f"module \\\\{name}", text, flags=re.MULTILINE)
    text, found = re.subn(
        r"^  wire width (\d+) input \d+ \\mutsel$",
        lambda wire: (
            f"  wire width {wire[1]} \\mutsel\n"
            f"  connect \\mutsel {wire[1]}'{number:0{int(wire[1])}b}"
        ),
        text,
        flags=re.MULTILINE,
    )
    if found != 1:
        raise MutationError("the netlist has no input mutsel")
    return text


class Prover:
    """Proves mutants of a netlist, in RTLIL, equivalent to it."""

    def __init__(self, folder: Path, netlist: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._combinational = combinational(netlist.read_text())

    def local(self, mutation: Mutation) -> bool:
        """Whether no state and no input tells a mutant from the sound netlist in one cycle."""
        name = f"{mutation.number}-local"
        files = []
        for number, which in ((0, "gold"), (mutation.number, "gate")):
            file = self._folder / f"{name}-{which}.il"
            file.write_text(choose(self._combinational, number, which))
            files.append(file)
        script = [
            *(f"read_rtlil {file.relative_to(ROOT)}" for file in files),
            "setundef -zero",
            "opt",
            "miter -equiv -flatten gold gate miter",
            "hierarchy -top miter",
            "opt",
            f"sat -prove trigger 0 -timeout {_SECONDS} miter",
        ]
        said = run_yosys(script, self._folder, name)
        for file in files:
            file.unlink()
        return "SAT proof finished - no model found: SUCCESS!" in said
