# SPDX-License-Identifier: MIT
"""Generates everything that derives from the register description `hdl/registers/msi_csr.rdl`.

`python -m tools.registers` writes the files; with `--check` it writes nothing, and fails when one
of them is not what the description gives (that is: was edited by hand, or not generated anew).
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from enum import Enum
from pathlib import Path
from typing import Any

from systemrdl import RDLCompiler
from systemrdl.node import AddrmapNode

ROOT = Path(__file__).resolve().parent.parent
SOURCE = Path("hdl/registers/msi_csr.rdl")
GENERATED = "hdl/registers/generated"
ENUMS = {"operation_code": "OperationCode", "answer": "Answer"}

PYTHON_HEADER = '''\
# SPDX-License-Identifier: MIT
"""Generated from hdl/registers/msi_csr.rdl by `make regs`: do not edit.

Codes of operations and answers, and the offset, width and fields of every register.
"""

from enum import IntEnum
from typing import NamedTuple


class Field(NamedTuple):
    """Bits high:low of a register."""

    high: int
    low: int


class Register(NamedTuple):
    """A register: byte offset, width in bits, and its fields by name."""

    offset: int
    width: int
    fields: dict[str, Field]

'''


NO_ERRORS = "toggle: no register answers with an error"
NO_REGISTERS = "toggle: some addresses have no register, some registers no use for all bits"
NO_STALLS = "toggle: no register stalls"
WORDS = "toggle: the registers are words"

EXCUSES: dict[str, str] = {
    "input wire [6:0] s_cpuif_addr,": WORDS,
    "output wire s_cpuif_req_stall_rd,": NO_STALLS,
    "output wire s_cpuif_rd_err,": NO_ERRORS,
    "output wire s_cpuif_wr_err,": NO_ERRORS,
    "input msi_csr_pkg::msi_csr__in_t hwif_in,": (
        "toggle: table sizes do not change, and no simulation counts up to the upper bits of a "
        "wide counter"
    ),
    "logic cpuif_rd_err;": NO_ERRORS,
    "logic cpuif_wr_err;": NO_ERRORS,
    "logic decoded_err;": NO_ERRORS,
    "logic readback_err;": NO_ERRORS,
    "logic cpuif_req_stall_rd;": NO_STALLS,
    "& !(cpuif_req_is_wr & cpuif_req_stall_wr);": "expr: no register stalls",
    "logic [6:0] cpuif_addr;": WORDS,
    "logic [6:0] decoded_addr;": WORDS,
    "logic [6:0] rd_mux_addr;": WORDS,
    "logic [31:0] readback_data_rt_c[8];": NO_REGISTERS,
}
"""What code coverage cannot reach in the generated RTL, and why (see `code_coverage`)."""


def excuse(text: str) -> str:
    """Return generated RTL with EXCUSES as comments behind the code that they excuse."""
    lines = text.splitlines()
    for code, reason in EXCUSES.items():
        found = [number for number, line in enumerate(lines) if line.strip() == code]
        if not found:
            raise SystemExit(f"{code!r} is no longer generated: update EXCUSES")
        for number in found:
            lines[number] += f"  // excused {reason}"
    return "\n".join(lines) + "\n"


def python_enum(name: str, enum: type[Enum]) -> str:
    """Return the source of an IntEnum with the members of an RDL enum."""
    lines = [f"\nclass {name}(IntEnum):", f'    """RDL enum {enum.__name__}."""', ""]
    for member in enum:
        lines.append(f"    {member.name} = {int(member.value)}")
        description = getattr(member, "rdl_desc", None)
        if description:
            lines.append(f'    """{description}"""')
    return "\n".join(lines) + "\n"


def c_enums(enums: dict[str, Any]) -> str:
    """Return the enums as C constants, for the C header."""
    lines = []
    for rdl_name in ENUMS:
        lines.append(f"// enum - {rdl_name}")
        for member in enums[rdl_name]:
            name = f"MSI_CSR__{rdl_name.upper()}__{member.name}"
            lines.append(f"#define {name} {member.value}")
        lines.append("")
    return "\n".join(lines) + "\n"


def markdown_enums(enums: dict[str, Any]) -> str:
    """Return the enums as tables, for the documentation."""
    lines = []
    for rdl_name in ENUMS:
        lines += [f"## Codes: {rdl_name}", "", "| code | name | meaning |", "|---|---|---|"]
        for member in enums[rdl_name]:
            lines.append(f"| {member.value} | `{member.name}` | {member.rdl_desc} |")
        lines.append("")
    return "\n".join(lines)


def used_enums(top: AddrmapNode) -> dict[str, Any]:
    """Return the enums that encode fields, by their names."""
    encodings = (
        field.get_property("encode") for register in top.registers() for field in register.fields()
    )
    return {encode.type_name: encode for encode in encodings if encode is not None}


def python_module(top: AddrmapNode) -> str:
    """Return the source of `tb/cocotbext/msi_its/vocabulary/csr.py`."""
    enums = used_enums(top)
    registers = ["", ""]
    for register in top.registers():
        fields = ", ".join(
            f'"{field.inst_name}": Field({field.high}, {field.low})' for field in register.fields()
        )
        width = register.get_property("regwidth")
        registers.append(
            f"{register.inst_name} = "
            f"Register({register.absolute_address:#04x}, {width}, {{{fields}}})"
        )
    classes = [python_enum(python_name, enums[rdl_name]) for rdl_name, python_name in ENUMS.items()]
    return PYTHON_HEADER + "\n".join(classes) + "\n".join(registers) + "\n"


def peakrdl(exporter: str, output: Path, *options: str) -> None:
    """Run one of PeakRDL's exporters on the register description."""
    command = [sys.executable, "-m", "peakrdl", exporter, str(SOURCE), "-o", str(output)]
    subprocess.run([*command, *options], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def byte_writes_as_if(source: str) -> str:
    """Return a register block whose writes of single bytes synthesis tools understand.

    PeakRDL writes `(old & ~enable) | (new & enable)`: a lookup table for each bit. As
    `if (enable)` it becomes what it is, the clock enable of the byte's flip-flops.
    """
    written, count = re.subn(
        r"next_c = \(\S+ & ~decoded_wr_biten\[(\d+):(\d+)\]\)"
        r" \| \(decoded_wr_data\[\1:\2\] & decoded_wr_biten\[\1:\2\]\);",
        r"for(int i=\2; i<=\1; i++) if(decoded_wr_biten[i]) next_c[i-\2] = decoded_wr_data[i];",
        source,
    )
    if not count:
        raise SystemExit("PeakRDL writes byte enables in another way: update tools/registers.py")
    return written


def address_held(source: str) -> str:
    """Return a register block that takes the address of a read from its port until the answer.

    PeakRDL keeps it in a register, behind a multiplexer that is on the way of every read;
    msi_axi_lite holds it.
    """
    kept = re.compile(
        r"    logic \[\d+:0\] pending_rd_addr;\n.*?"
        r"assign rd_mux_addr = decoded_req \? decoded_addr : pending_rd_addr;\n",
        re.DOTALL,
    )
    written, count = kept.subn("    assign rd_mux_addr = decoded_addr;\n", source)
    if count != 1:
        raise SystemExit("PeakRDL keeps addresses in another way: update tools/registers.py")
    return written


def generate(folder: Path) -> dict[str, str]:
    """Return the text of every generated file, by its path in the repository."""
    compiler = RDLCompiler()
    compiler.compile_file(str(ROOT / SOURCE))
    top = compiler.elaborate().top

    peakrdl(
        "regblock",
        folder,
        "--cpuif=passthrough",
        "--rt-read-fanin",
        "--default-reset=rst_n",
        "--module-name=msi_csr",
        "--package-name=msi_csr_pkg",
    )
    peakrdl("c-header", folder / "msi_csr.h")
    peakrdl("markdown", folder / "registers.md")
    header = (folder / "msi_csr.h").read_text()
    before, addrmap, after = header.partition("// addrmap - msi_csr\n")
    block = (folder / "msi_csr.sv").read_text()
    enums = used_enums(top)
    return {
        f"{GENERATED}/msi_csr.sv": excuse(address_held(byte_writes_as_if(block))),
        f"{GENERATED}/msi_csr_pkg.sv": (folder / "msi_csr_pkg.sv").read_text(),
        f"{GENERATED}/msi_csr.h": before + c_enums(enums) + addrmap + after,
        "docs/registers.md": (folder / "registers.md").read_text() + "\n" + markdown_enums(enums),
        "tb/cocotbext/msi_its/vocabulary/csr.py": python_module(top),
    }


def main(arguments: list[str] | None = None) -> int:
    """Generate or check; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.registers", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    check = parser.parse_args(arguments).check

    with tempfile.TemporaryDirectory() as folder:
        files = generate(Path(folder))

    stale = [
        path
        for path, text in files.items()
        if not (ROOT / path).is_file() or (ROOT / path).read_text() != text
    ]
    for path in stale:
        if check:
            print(f"{path}: is not what {SOURCE} gives; run `make regs`", file=sys.stderr)
        else:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(files[path])
            print(f"wrote {path}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
