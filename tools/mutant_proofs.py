# SPDX-License-Identifier: MIT
"""Proofs that a mutant is equivalent to the sound RTL: that no test can notice it.

LOCAL, in one clock cycle: registers and memories are taken out of the netlist; what they hold
becomes inputs, what is written to them outputs. That leaves two combinational circuits, and a SAT
solver shows that no state, reachable or not, and no input tells them apart.

REACHED, in one clock cycle from every state that can be reached: the sound RTL runs from any state
and one cycle of reset, and beside it the mutant does each single step from the same state. Those
registers that the change gets to at once may be the mutant's own, and differ.

OBSERVED, from reset on: both run side by side on the same inputs, from the same contents of all
registers and memories, whatever they are, and one cycle of reset. ABC's signal correspondence and
property directed reachability show, by induction and without a bound, that they never differ in
what means something at the ports: payload while its valid is high, ready while valid is, those
arguments of a retire record that its operation takes. Memories are abstracted: both have to write
the same, and read the same where they read the same entry, but what that is may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tb.operations import BY_CODE, arguments_of
from tb.rtl import ROOT
from tb.simulator import Processes
from tools.mutations import Mutation, MutationError, run_yosys

LOCAL = "local"
REACHED = "reached"
OBSERVED = "observed"
METHODS = {
    LOCAL: "equivalent in every state, by SAT",
    REACHED: "equivalent in every state that can be reached, by induction",
    OBSERVED: "equivalent from reset on, by induction",
}

OWN_REGISTERS = 32
"""How many registers a mutant may have of its own, at most, in a proof from the same state."""

NOT_DECIDED = "not decided"
"""What is said of a proof that was given up."""

SECONDS = {LOCAL: 120, REACHED: 30, OBSERVED: 120}
"""After how long a proof is given up: that in the middle succeeds soon, or not at all."""

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


@dataclass(slots=True)
class Opened:
    """A netlist, in RTLIL, whose memories, and maybe registers, are outside: ports of its own.

    `inputs` and `outputs` are all its ports, with their widths; of the memories, `reads` are the
    names of address and data, and `writes` those of enable, address and data. `registers` are the
    inputs that are what registers hold, by the names of their cells.
    """

    text: str
    inputs: dict[str, int]
    outputs: dict[str, int]
    reads: list[tuple[str, str]]
    writes: list[tuple[str, str, str]]
    registers: dict[str, str]

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
    opened = Opened("", {}, {}, [], [], {})
    for width, direction, name in re.findall(
        r"^  wire (?:width (\d+) )?(input|output) \d+ \\(\S+)$", text, re.MULTILINE
    ):
        (opened.inputs if direction == "input" else opened.outputs)[name] = int(width or 1)
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
                opened.reads.append((names["ADDR"], names["DATA"]))
            elif cell.kind == "$dff":
                opened.registers[cell.name] = names["Q"]
            elif cell.kind == "$memwr_v2":
                opened.writes.append((names["EN"], names["ADDR"], names["DATA"]))
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


def miter(opened: Opened, own_registers: Sequence[str] = ()) -> str:
    """Return the source of the module that runs both side by side, and says whether they differ.

    Where registers are outside, there is one set of them: it takes what the sound netlist gives it,
    and all that the mutant would give it is compared; except that of some the mutant has its own.
    """
    data = {name for _, name in opened.reads}
    held = {name: f"{name.removesuffix('_Q')}_D" for name in opened.registers.values()}
    own = {"clk", "rst_n", "started", "mutsel"}
    shared = {name: width for name, width in opened.inputs.items() if name not in own}
    ports = [f"input [{width - 1}:0] {name}" for name, width in shared.items()]
    ports += [f"input [{shared[name] - 1}:0] other_{name}" for name in data]
    lines = [
        f"module miter (input clk, input rst_n, {', '.join(ports)}, output bad);",
        "  reg started = 1'b0;",
        "  always @(posedge clk) started <= 1'b1;",
    ]
    both = [("gold", name) for name in held] + [("gate", name) for name in own_registers]
    for which, name in both:  # they start with what the inputs say
        width = shared[name]
        lines.append(f"  reg [{width - 1}:0] {which}_held_{name};")
        lines.append(f"  always @(posedge clk) {which}_held_{name} <= {which}_{held[name]};")
        now = f"started ? {which}_held_{name} : {name}"
        lines.append(f"  wire [{width - 1}:0] {which}_{name} = {now};")
    for which in ("gold", "gate"):
        joined = [".clk(clk)", ".rst_n(rst_n && started)"]
        if not held:
            joined.append(".started(started)")
        for name, width in opened.outputs.items():
            lines.append(f"  wire [{width - 1}:0] {which}_{name};")
            joined.append(f".{name}({which}_{name})")
        for name in shared:
            mine = which == "gate" and (name in data or name in own_registers)
            signal = f"gate_{name}" if mine else f"gold_{name}" if name in held else name
            joined.append(f".{name}({signal})")
        if which == "gate":
            for address, name in opened.reads:
                lines.append(
                    f"  wire [{shared[name] - 1}:0] gate_{name} = "
                    f"gold_{address} == gate_{address} ? {name} : other_{name};"
                )
        lines.append(f"  {which} {which}_i ({', '.join(joined)});")
    compared = (taken for name, taken in held.items() if name not in own_registers)
    differ = [f"gold_{name} != gate_{name}" for name in compared]
    for name in opened.outputs:
        if name.startswith("state"):
            continue
        when = re.sub(
            r"\b(\w+)\b",
            lambda n: f"gold_{n[1]}" if n[1] in opened.outputs else n[1],
            meaning(name),
        )
        # A valid itself is always compared, so it is enough to ask whether the sound one is high.
        differ.append(f"(started && ({when}) && gold_{name} != gate_{name})")
    for enable, address, written in opened.writes:
        differ.append(f"gold_{enable} != gate_{enable}")
        differ.append(f"(|gold_{enable} && gold_{address} != gate_{address})")
        differ.append(f"|((gold_{written} ^ gate_{written}) & gold_{enable})")
    differ += [f"gold_{n} != gate_{n}" for n in opened.outputs if re.match(r"state\d+_CLK", n)]
    lines.append("  assign bad = |{\n    " + ",\n    ".join(differ) + "};")
    return "\n".join([*lines, "endmodule", ""])


def is_never(aig: bytes) -> bool:
    """Whether the only output of a circuit, in binary AIGER, is the constant 0."""
    header, _, rest = aig.partition(b"\n")
    latches, outputs = header.split()[3:5]
    return outputs == b"1" and rest.split(b"\n")[int(latches)] == b"0"


class Prover:
    """Proves mutants of a netlist, in RTLIL, equivalent to it."""

    def __init__(self, folder: Path, netlist: Path, processes: Processes) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._processes = processes
        text = netlist.read_text()
        outside, inside = open_up(text, registers=True), open_up(text, registers=False)
        self._opened = {LOCAL: outside, REACHED: outside, OBSERVED: inside}
        for method, opened in self._opened.items():
            (folder / f"gold-{method}.il").write_text(choose(opened, 0, "gold"))
        (folder / "nothing.v").write_text(
            "module nothing (input a, input b, output y);\n  assign y = a & b;\nendmodule\n"
        )

    def prove(self, mutation: Mutation, method: str) -> str:
        """Try one of METHODS; return it if it succeeds, otherwise in words what came of it."""
        if method == LOCAL:
            return self._local(mutation)
        said = self._inductive(mutation, method)
        if method == REACHED and said != REACHED:
            own = self._reached_at_once(mutation)
            if own and len(own) <= OWN_REGISTERS:
                said = self._inductive(mutation, method, own)
        return said

    def _local(self, mutation: Mutation) -> str:
        """Whether no state and no input tells a mutant from the sound netlist in one cycle."""
        script = [
            "miter -equiv -flatten gold gate miter",
            "hierarchy -top miter",
            "opt",
            f"sat -prove trigger 0 -timeout {SECONDS[LOCAL]} miter",
        ]
        said = self._run(mutation, LOCAL, script)
        if "SAT proof finished - no model found: SUCCESS!" in said:
            return LOCAL
        apart = "SAT proof finished - model found: FAIL!" in said
        return "a state and an input tell them apart" if apart else NOT_DECIDED

    def _reached_at_once(self, mutation: Mutation) -> list[str]:
        """Return the registers that a change gets to within a clock cycle."""
        opened = self._opened[REACHED]
        cell = opened.registers.get(mutation.cell)
        if cell is not None and mutation.port != "Q":
            return [cell]
        start = f"c:{mutation.cell}" if cell is None else f"i:{cell}"
        script = [
            f"read_rtlil {self._folder.relative_to(ROOT)}/gold-{REACHED}.il",
            f"select -list gold/{start} %coe* o:* %i",
        ]
        name = f"{mutation.number}-cone"
        said = run_yosys(script, self._folder, name, self._processes, check=False)
        reached = {f"{name}_Q" for name in re.findall(r"^gold/(state\d+)_D$", said, re.MULTILINE)}
        return [name for name in opened.registers.values() if name in reached]

    def _inductive(self, mutation: Mutation, method: str, own: Sequence[str] = ()) -> str:
        """Whether a mutant never differs from the sound netlist in what its miter compares.

        It has some registers of its own, where it has not all of them.
        """
        name = f"{mutation.number}-{method}"
        source = self._folder / f"{name}.v"
        source.write_text(miter(self._opened[method], own))
        base = self._folder.relative_to(ROOT)
        circuit, reduced, status = (
            self._folder / f"{name}.{suffix}" for suffix in ("aig", "reduced.aig", "status")
        )
        script = [
            f"read_verilog {base}/{source.name}",
            "hierarchy -top miter",
            "proc",
            "flatten",
            "opt",
            "techmap",
            "opt",
            "dffunmap",
            "aigmap",
            "opt_clean",
            f"write_aiger -zinit {base}/{circuit.name}",
            # ABC is within reach as a part of yosys's pass of this name, which wants a design.
            "design -reset",
            f"read_verilog {base}/nothing.v",
            "simplemap",
            "abc -script +"
            + ";".join(
                [
                    f"read_aiger,{base}/{circuit.name}",
                    "scorr",
                    f"write_aiger,{base}/{reduced.name}",
                    f"pdr,-T,{SECONDS[method]}",
                    f"write_status,{base}/{status.name}",
                ]
            ),
        ]
        for file in (circuit, reduced, status):
            file.unlink(missing_ok=True)  # of a run that was interrupted
        # The pass misses its own result, and fails.
        self._run(mutation, method, script, check=False)
        words = status.read_text().split(maxsplit=5) if status.is_file() else ["none"]
        never = reduced.is_file() and is_never(reduced.read_bytes())
        for file in (source, circuit, reduced, status):
            file.unlink(missing_ok=True)
        if never or words[0] == "snl_UNSAT":
            return method
        if words[0] == "snl_SAT":
            return f"told apart in clock cycle {words[4]}, unless memories never hold what it takes"
        return NOT_DECIDED

    def _run(
        self, mutation: Mutation, method: str, commands: Sequence[str], check: bool = True
    ) -> str:
        """Run yosys on the sound netlist (`gold`) and a mutant (`gate`); return its log."""
        name = f"{mutation.number}-{method}"
        gate = self._folder / f"{name}.il"
        gate.write_text(choose(self._opened[method], mutation.number, "gate"))
        base = self._folder.relative_to(ROOT)
        read = [f"read_rtlil {base}/{file}" for file in (f"gold-{method}.il", gate.name)]
        script = [*read, "setundef -zero", "opt", *commands]
        try:
            return run_yosys(script, self._folder, name, self._processes, check)
        finally:
            gate.unlink()
