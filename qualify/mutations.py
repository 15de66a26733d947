# SPDX-License-Identifier: MIT
"""The mutants of the translator: all in one netlist, one of them chosen when the simulation starts.

yosys elaborates the RTL, flattens it and changes single bits at single ports of cells (`mutate`):
stuck at 0 or 1, inverted, or inverted where another bit of the same port is 0 or 1. Each change is
in effect when a number, `mutsel`, has its value; with 0 none is. A wrapper with the ports of the
RTL sets that number from `+mutant=n`, so that mutants run wherever a user's own RTL does.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cocotbext.msi_its.run import fingerprint as fingerprints
from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.run.launcher import Launcher
from cocotbext.msi_its.run.parameters import Run
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.vocabulary.operations import Configuration, Tables
from msi_its_model import PROFILES
from tools import yosys

TABLES = Tables(ranges=17, connections=9, targets=35, routes=67)
"""A little more than the default, so that the directed tests fit; no power of two, so that there is
something between the last entry and the end of the index."""

COUNTER_WIDTH = 8
"""Bits of each counter: few enough for the tests to reach the largest value."""

CONFIGURATION = Configuration(PROFILES["08ec11066"])
"""With the check of default requester IDs: there is more to break."""

PARAMETERS = Run(TABLES, COUNTER_WIDTH, 0, "", configuration=CONFIGURATION).parameters

NETLIST = "mutants"
"""The name of the netlist's module."""

_PASSES = ("proc", "flatten -noscopeinfo", "opt", "setundef -zero", "opt")
"""As much as it takes to have one flat module whose cells still know their source lines."""

_LINT = ("CASEOVERLAP", "WIDTHTRUNC", "WIDTHEXPAND")
"""What Verilator warns of in a netlist that yosys writes."""


class MutationError(Exception):
    """There are no mutants; says why."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change: `mode` (const0, const1, inv, cnot0, cnot1) of one bit at a port of a cell.

    `number` is its `mutsel`; `control` is the bit of the port that cnot0 and cnot1 look at. `wire`
    is a name in the RTL of what the port is connected to, if it has one. `sources` are lines of the
    RTL, the cell's own last.
    """

    number: int
    mode: str
    module: str = ""
    cell: str = ""
    port: str = ""
    bit: int = 0
    control: int | None = None
    wire: str = ""
    sources: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where it is: file:line of the RTL."""
        where = re.match(r"([^:]+:\d+)", self.sources[-1]) if self.sources else None
        return where[1] if where else "(no source line)"

    def __str__(self) -> str:
        """Say what it changes."""
        control = f", bit {self.control}" if self.control is not None else ""
        wire = f" ({self.wire})" if self.wire else ""
        return f"{self.mode}{control} at {self.cell}.{self.port}[{self.bit}]{wire}"

    def command(self, control: str) -> str:
        """Return yosys's command that makes the change; `control` are its -ctrl words, if any."""
        ctrlbit = f"-ctrlbit {self.control}" if self.control is not None else ""
        return (
            f"mutate {control} -mode {self.mode} -module {self.module} -cell {self.cell} "
            f"-port {self.port} -portbit {self.bit} {ctrlbit}"
        )


def parse(text: str) -> list[Mutation]:
    """Read the list that yosys's `mutate -list` writes, numbered from 1."""
    found = []
    for number, line in enumerate(filter(None, text.splitlines()), 1):
        words = line.split()
        options: dict[str, list[str]] = {}
        for name, value in zip(words[1::2], words[2::2], strict=True):
            options.setdefault(name, []).append(value)
        one = {name: values[0] for name, values in options.items()}
        wire = one.get("-wire", "")
        found.append(
            Mutation(
                number,
                one["-mode"],
                one["-module"],
                one["-cell"],
                one["-port"],
                int(one["-portbit"]),
                int(one["-ctrlbit"]) if "-ctrlbit" in one else None,
                f"{wire}[{one['-wirebit']}]" if wire else "",
                tuple(yosys.here(each) for each in options.get("-src", ())),
            )
        )
    return found


def fingerprint(rtl: Rtl = OWN) -> str:
    """Return what identifies the netlist: all RTL that is read, yosys, and how it is made."""
    made_by = [file for file in (Path(__file__), Path(yosys.__file__))]
    design = fingerprints.design(rtl, PARAMETERS)
    return fingerprints.of([design, PARAMETERS, yosys.version()], made_by)


def run_yosys(
    commands: list[str],
    folder: Path,
    name: str,
    launcher: Launcher,
    check: bool = True,
    seconds: float | None = None,
    cwd: Path = ROOT,
) -> str:
    """Run yosys on a script, which is kept in `folder` with its log; return the log.

    `cwd` is where it runs, the folder or one around it: names in the script are relative to that.
    It is ended after so many seconds, if given. Raises MutationError if it fails, unless without
    `check`.
    """
    script, log = (folder / f"{name}.{suffix}" for suffix in ("ys", "log"))
    script.write_text("\n".join(commands) + "\n")
    command = [sys.executable, "-c", yosys.COMMAND, "-s", str(script.relative_to(cwd))]
    with launcher.run(command, log, yosys.environment("mutate"), cwd) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return log.read_text()
    said = log.read_text()
    if process.returncode != 0 and check:
        raise MutationError(f"yosys failed: {' '.join(yosys.errors(said))} (log: {log})")
    return said


def make(
    folder: Path, count: int, seed: int, launcher: Launcher, rtl: Rtl = OWN
) -> tuple[list[Mutation], Rtl]:
    """Make so many mutants of a design; return them, and the design that has them all.

    Raises MutationError, also where there are not so many.
    """
    folder.mkdir(parents=True, exist_ok=True)
    base = folder.relative_to(ROOT)
    elaborate = [
        yosys.read_design(rtl, folder, parameters=PARAMETERS),
        *_PASSES,
        f"write_rtlil {base}/sound.il",
        f"mutate -list {count} -seed {seed} -o {base}/list.txt a:src",
    ]
    run_yosys(elaborate, folder, "elaborate", launcher)
    mutations = parse((folder / "list.txt").read_text())
    if len(mutations) < count:
        raise MutationError(f"N={count}: the design has only {len(mutations):,} mutants")
    build(folder, mutations, launcher, rtl.top)
    netlist = folder / "netlist.v"
    off = "".join(f"/* verilator lint_off {rule} */\n" for rule in _LINT)
    # yosys notes that a choice is one of exclusive cases; on a mutant that may not be so.
    text = netlist.read_text().replace("// synopsys parallel_case", "")
    netlist.write_text(off + text)
    (folder / "wrapper.sv").write_text(wrapper(PARAMETERS, count.bit_length(), rtl))
    file_list = folder / "mutants.f"
    file_list.write_text(f"{base}/wrapper.sv\n{base}/netlist.v\n")
    return mutations, Rtl(str(file_list.relative_to(ROOT)), rtl.top)


def build(
    folder: Path, mutations: Sequence[Mutation], launcher: Launcher, top: str = OWN.top
) -> None:
    """Put mutations, numbered from 1, into the netlist `sound.il`: as `netlist.v` and `.il`."""
    base = folder.relative_to(ROOT)
    width = len(mutations).bit_length()
    change = [
        f"read_rtlil {base}/sound.il",
        *(each.command(f"-ctrl mutsel {width} {each.number}") for each in mutations),
        f"rename {top} {NETLIST}",
        f"write_verilog -noattr {base}/netlist.v",
        "dffunmap",  # for proofs, which then know one kind of register
        f"write_rtlil {base}/netlist.il",
    ]
    run_yosys(change, folder, "mutate", launcher)


def wrapper(parameters: dict[str, int], width: int, rtl: Rtl = OWN) -> str:
    """Return the source of the module that chooses a mutant: ports and name are the RTL's."""
    ports = [
        f"    {'input  wire' if port.direction == 'input' else 'output'} logic "
        f"[{(port.width or 1) - 1}:0] {name}"
        for name, port in rtl.elaborate(parameters).ports.items()
    ]
    declared = [
        f"    parameter int unsigned {name} = {value}" for name, value in parameters.items()
    ]
    checks = [
        f'  if ({name} != {value}) $error("{name} must be {value}");'
        for name, value in parameters.items()
    ]
    comma = ",\n"
    lines = [
        f"module {rtl.top} #(\n{comma.join(declared)}\n) (\n{comma.join(ports)}\n);",
        *checks,
        f"  logic [{width - 1}:0] mutsel;",
        '  initial if ($value$plusargs("mutant=%d", mutsel) == 0) mutsel = \'0;',
        f"  {NETLIST} u_{NETLIST} (.*);",
        "endmodule",
    ]
    return "\n".join(lines) + "\n"
