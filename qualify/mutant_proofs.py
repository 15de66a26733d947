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
from collections.abc import Sequence
from pathlib import Path

from cocotbext.msi_its.run import fingerprint as fingerprints
from cocotbext.msi_its.run.launcher import Launcher
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.vocabulary import csr, operations
from qualify.mutant_netlist import Opened, choose, differs, open_up, writes_differ
from qualify.mutations import Mutation, run_yosys
from tools import yosys

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

APART = "told apart"
NOT_DECIDED = "not decided"
"""What is said of a proof that fails, and of one that was given up."""

SECONDS = {LOCAL: 120, REACHED: 30, OBSERVED: 120}
"""After how long a solver is given up: REACHED is proven soon, or not at all."""

_OTHER_SECONDS = 180
"""How much longer making and reducing the circuits may take."""

FIRST_SELECTED = """\
(* techmap_celltype = "$pmux" *)
module first_selected #(parameter WIDTH = 1, parameter S_WIDTH = 1) (
  input [WIDTH-1:0] A, input [WIDTH*S_WIDTH-1:0] B, input [S_WIDTH-1:0] S, output reg [WIDTH-1:0] Y
);
  integer i;
  always @* begin
    Y = A;
    for (i = S_WIDTH - 1; i >= 0; i = i - 1) if (S[i]) Y = B[i*WIDTH +: WIDTH];
  end
endmodule
"""
"""What yosys calls a parallel multiplexer, as the tests simulate it: mutants may select two inputs,
and then each of yosys's passes has another idea of what comes out."""


def miter(opened: Opened, own_registers: Sequence[str] = ()) -> str:
    """Return the source of the module that runs both side by side, and says whether they differ.

    Where registers are outside, there is one set of them: it takes what the sound netlist gives it,
    and all that the mutant would give it is compared; except that of some the mutant has its own.
    """
    data = {name for _, _, name in opened.reads}
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
            for _, address, name in opened.reads:
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
        differ.append(f"(started && {differs(opened, name)})")
    differ += [f"({writes_differ(*ports)})" for _, *ports in opened.writes]
    differ += [f"gold_{n} != gate_{n}" for n in opened.outputs if re.match(r"state\d+_CLK", n)]
    lines.append("  assign bad = |{\n    " + ",\n    ".join(differ) + "};")
    return "\n".join([*lines, "endmodule", ""])


def is_never(aig: bytes) -> bool:
    """Whether the only output of a circuit, in binary AIGER, is the constant 0."""
    header, _, rest = aig.partition(b"\n")
    latches, outputs = header.split()[3:5]
    return outputs == b"1" and rest.split(b"\n")[int(latches)] == b"0"


def fingerprint() -> str:
    """Return what identifies how proofs are made, of a netlist that is as it was."""
    made_by = [*Path(__file__).parent.glob("mutant_*.py"), ROOT / "qualify/mutations.py"]
    made_by += map(Path, (yosys.__file__, operations.__file__, csr.__file__))
    return fingerprints.of([yosys.version()], sorted(made_by))


class Prover:
    """Proves mutants equivalent to the sound RTL.

    yosys runs in the folder of the proofs: ABC leaves its history wherever it runs.
    """

    def __init__(self, folder: Path, made: Path, launcher: Launcher) -> None:
        """`folder` is for the proofs; `made` is where `mutations.make` left the netlists."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._launcher = launcher
        text = (made / "netlist.il").read_text()
        outside, inside = open_up(text, registers=True), open_up(text, registers=False)
        self._opened = {LOCAL: outside, REACHED: outside, OBSERVED: inside}
        (folder / "first_selected.v").write_text(FIRST_SELECTED)
        for method, opened in self._opened.items():
            (folder / f"gold-{method}.il").write_text(choose(opened, 0, "gold"))
        (folder / "nothing.v").write_text(
            "module nothing (input a, input b, output y);\n  assign y = a & b;\nendmodule\n"
        )

    def prove(self, mutation: Mutation, method: str) -> str:
        """Try one of METHODS; return it if it succeeds, otherwise in words what came of it."""
        if method == LOCAL:
            return self._local(mutation)
        said = self._inductive(mutation, method, miter(self._opened[method]))
        if method == REACHED and said != REACHED:
            own = self._reached_at_once(mutation)
            if own and len(own) <= OWN_REGISTERS:
                said = self._inductive(mutation, method, miter(self._opened[method], own))
        return said

    def _local(self, mutation: Mutation) -> str:
        """Whether no state and no input tells a mutant from the sound netlist in one cycle."""
        build = ["miter -equiv -flatten gold gate miter", "hierarchy -top miter", "opt"]
        said = self._satisfied(mutation, LOCAL, build, "trigger")
        return "a state and an input tell them apart" if said == APART else said

    def _satisfied(self, mutation: Mutation, method: str, build: list[str], bad: str) -> str:
        """Whether an output of a combinational miter is never high: the method, or APART."""
        said = self._run(mutation, method, [*build, f"sat -prove {bad} 0 miter"], "sat")
        if "SAT proof finished - no model found: SUCCESS!" in said:
            return method
        return APART if "SAT proof finished - model found: FAIL!" in said else NOT_DECIDED

    def _reached_at_once(self, mutation: Mutation) -> list[str]:
        """Return the registers that a change gets to within a clock cycle."""
        opened = self._opened[REACHED]
        cell = opened.registers.get(mutation.cell)
        if cell is not None and mutation.port != "Q":
            return [cell]
        start = f"c:{mutation.cell}" if cell is None else f"i:{cell}"
        script = [
            f"read_rtlil gold-{REACHED}.il",
            f"select -list gold/{start} %coe* o:* %i",
        ]
        name = f"{mutation.number}-cone"
        said = run_yosys(script, self._folder, name, self._launcher, check=False, cwd=self._folder)
        reached = {f"{name}_Q" for name in re.findall(r"^gold/(state\d+)_D$", said, re.MULTILINE)}
        return [name for name in opened.registers.values() if name in reached]

    def _inductive(self, mutation: Mutation, method: str, text: str) -> str:
        """Whether a miter, in Verilog, never says that a mutant differs from the sound netlist."""
        name = f"{mutation.number}-{method}"
        source = self._folder / f"{name}.v"
        source.write_text(text)
        circuit, reduced, status = (
            self._folder / f"{name}.{suffix}" for suffix in ("aig", "reduced.aig", "status")
        )
        script = [
            f"read_verilog {source.name}",
            "hierarchy -top miter",
            "proc",
            "flatten",
            "opt",
            "techmap",
            "opt",
            "dffunmap",
            "aigmap",
            "opt_clean",
            f"write_aiger -zinit {circuit.name}",
            # ABC is within reach as a part of yosys's pass of this name, which wants a design.
            "design -reset",
            "read_verilog nothing.v",
            "simplemap",
            "abc -script +"
            + ";".join(
                [
                    f"read_aiger,{circuit.name}",
                    "scorr",
                    f"write_aiger,{reduced.name}",
                    f"pdr,-T,{SECONDS[method]}",
                    f"write_status,{status.name}",
                ]
            ),
        ]
        for file in (circuit, reduced, status):
            file.unlink(missing_ok=True)  # of a run that was interrupted
        # The pass misses its own result, and fails.
        self._run(mutation, method, script, "abc", check=False)
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
        self,
        mutation: Mutation,
        method: str,
        commands: Sequence[str],
        solver: str,
        check: bool = True,
    ) -> str:
        """Run yosys on the sound netlist (`gold`) and a mutant (`gate`); return its log.

        The log is as far as it came if that takes too long.
        """
        name = f"{mutation.number}-{method}-{solver}"
        gate = self._folder / f"{name}.il"
        gate.write_text(choose(self._opened[method], mutation.number, "gate"))
        script = [
            *(f"read_rtlil {file}" for file in (f"gold-{method}.il", gate.name)),
            "techmap -autoproc -map first_selected.v",
            "setundef -zero",
            "opt",
            *commands,
        ]
        seconds = SECONDS[method] + _OTHER_SECONDS
        try:
            return run_yosys(
                script, self._folder, name, self._launcher, check, seconds, self._folder
            )
        finally:
            gate.unlink()
