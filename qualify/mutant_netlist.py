# SPDX-License-Identifier: MIT
"""Netlists, in RTLIL, made ready for proofs: state is taken out, a mutant chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cocotbext.msi_its.vocabulary.operations import BY_CODE, arguments_of
from qualify.mutations import MutationError

_STATE = {
    "$dff": ("CLK", "D", "Q"),
    "$memrd_v2": ("ADDR", "DATA"),
    "$memwr_v2": ("CLK", "EN", "ADDR", "DATA"),
}
"""What holds state, and its ports: a read is asynchronous, and has neither clock nor enable."""


@dataclass(slots=True)
class _Cell:
    """A cell of a netlist: its lines, and from these its parameters and connections."""

    kind: str
    name: str
    lines: list[str] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    connections: dict[str, str] = field(default_factory=dict)

    def width(self, port: str) -> int:
        """Return the width of one of the ports, in bits."""
        if port == "ADDR":
            return int(self.parameters["ABITS"])
        wide = port in ("D", "Q", "DATA") or (port == "EN" and self.kind == "$memwr_v2")
        return int(self.parameters["WIDTH"]) if wide else 1

    @property
    def memory(self) -> str:
        """The name of the memory that it reads or writes."""
        return self.parameters["MEMID"].strip('"\\')


@dataclass(slots=True)
class Opened:
    """A netlist, in RTLIL, whose memories, and maybe registers, are outside: ports of its own.

    `inputs` and `outputs` are all its ports, with their widths. `memories` says how many bits an
    entry of each has, and how many entries there are; `reads` are the names of memory, address and
    data, and `writes` those of memory, enable, address and data. `registers` are the inputs that
    are what registers hold, by the names of their cells.
    """

    text: str = ""
    inputs: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, int] = field(default_factory=dict)
    memories: dict[str, tuple[int, int]] = field(default_factory=dict)
    reads: list[tuple[str, str, str]] = field(default_factory=list)
    writes: list[tuple[str, str, str, str]] = field(default_factory=list)
    registers: dict[str, str] = field(default_factory=dict)

    def add(self, direction: str, name: str, width: int) -> str:
        """Add a port; return its line."""
        ports = self.inputs if direction == "input" else self.outputs
        number = len(self.inputs) + len(self.outputs) + 1
        ports[name] = width
        return f"  wire width {width} {direction} {number} \\{name}"


def open_up(text: str, registers: bool) -> Opened:
    """Take the memories of a netlist out, and the registers, too, or give these a start.

    Without `registers` they stay, and hold what the inputs `start…` say until `started` is high.
    """
    opened = Opened()
    for width, direction, name in re.findall(
        r"^  wire (?:width (\d+) )?(input|output) \d+ \\(\S+)$", text, re.MULTILINE
    ):
        (opened.inputs if direction == "input" else opened.outputs)[name] = int(width or 1)
    for width, size, name in re.findall(
        r"^  memory width (\d+) size (\d+) \\(\S+)$", text, re.MULTILINE
    ):
        opened.memories[name] = (int(width), int(size))
    lines: list[str] = []
    number = 0
    for cell, line in _cells(text):
        number += cell is not None and cell.kind in _STATE
        if cell is None:
            if not line.startswith("  memory "):
                lines.append(line)
            if line.startswith("module ") and not registers:
                lines.append(opened.add("input", "started", 1))
        elif cell.kind == "$dff" and not registers:
            width, name = cell.width("Q"), f"start{number}"
            lines.append(opened.add("input", name, width))
            lines.append(f"  wire width {width} \\held{number}")
            lines += [
                f"    connect \\Q \\held{number}" if line.startswith("    connect \\Q ") else line
                for line in cell.lines
            ]
            lines.append(f"  cell $mux $start{number}\n    parameter \\WIDTH {width}")
            lines.append(f"    connect \\A \\{name}\n    connect \\B \\held{number}")
            lines.append(f"    connect \\S \\started\n    connect \\Y {cell.connections['Q']}")
            lines.append("  end")
        elif cell.kind in _STATE:
            names = {port: f"state{number}_{port}" for port in _STATE[cell.kind]}
            for port, name in names.items():
                inward = (cell.kind, port) in (("$dff", "Q"), ("$memrd_v2", "DATA"))
                direction = "input" if inward else "output"
                joined = (cell.connections[port], f"\\{name}")
                lines.append(opened.add(direction, name, cell.width(port)))
                lines.append(f"  connect {' '.join(joined if inward else reversed(joined))}")
            if cell.kind == "$memrd_v2":
                opened.reads.append((cell.memory, names["ADDR"], names["DATA"]))
            elif cell.kind == "$dff":
                opened.registers[cell.name] = names["Q"]
            elif cell.kind == "$memwr_v2":
                opened.writes.append((cell.memory, names["EN"], names["ADDR"], names["DATA"]))
        else:
            lines += cell.lines
    opened.text = "\n".join(lines) + "\n"
    return opened


def _cells(text: str) -> Iterator[tuple[_Cell | None, str]]:
    """Yield the cells of a netlist, and the lines outside of cells."""
    cell: _Cell | None = None
    for line in text.splitlines():
        words = line.split(maxsplit=2)
        if cell is None:
            if line.startswith("  cell "):
                cell = _Cell(words[1], words[2], [line])
            elif not line.startswith("  attribute "):
                yield None, line
            continue
        cell.lines.append(line)
        if line == "  end":
            yield cell, ""
            cell = None
        elif words[0] == "parameter":
            cell.parameters[words[1].removeprefix("\\")] = words[2]
        elif words[0] == "connect":
            cell.connections[words[1].removeprefix("\\")] = words[2]


def choose(opened: Opened, number: int, name: str) -> str:
    """Return a netlist with `mutsel` fixed, its module under a name."""
    text = re.sub(r"^module \S+", f"module \\\\{name}", opened.text, flags=re.MULTILINE)
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


def meaning(port: str) -> str:
    """Return when an output means something, in Verilog; names are those of the ports."""
    stream, _, name = port.rpartition("_")
    if port.startswith("retire_") and port != "retire_valid":
        argument = port.removeprefix("retire_")
        codes = [code for code, kind in BY_CODE.items() if argument in arguments_of(kind)]
        taken = " || ".join(f"retire_operation == {code:d}" for code in codes)
        return f"retire_valid && ({taken})" if codes else "retire_valid"
    if name.endswith("ready"):
        return f"{port.removesuffix('ready')}valid"
    if stream == "m_msi" and name != "valid":
        return "m_msi_valid"
    if port in ("s_axil_rdata", "s_axil_rresp", "s_axil_bresp"):
        return f"{port[:8]}valid"
    return "1'b1"


def differs(opened: Opened, port: str) -> str:
    """Return when the sound netlist's output differs from a mutant's where it means something."""
    # A valid itself is always compared, so it is enough to ask whether the sound one is high.
    when = re.sub(
        r"\b(\w+)\b",
        lambda name: f"gold_{name[1]}" if name[1] in opened.outputs else name[1],
        meaning(port),
    )
    return f"({when}) && gold_{port} != gate_{port}"


def writes_differ(enable: str, address: str, data: str) -> str:
    """Return when the sound netlist writes to a memory what a mutant does not, or elsewhere."""
    return (
        f"gold_{enable} != gate_{enable} || "
        f"|gold_{enable} && gold_{address} != gate_{address} || "
        f"|((gold_{data} ^ gate_{data}) & gold_{enable})"
    )
