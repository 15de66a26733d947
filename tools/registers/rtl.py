# SPDX-License-Identifier: MIT
"""RTL: the register block as PeakRDL makes it, and the package of what operations are."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tools.registers.description import NONE, ROOT, Description, field_of

NO_ERRORS = "toggle: no register answers with an error"
NO_REGISTERS = "toggle: some addresses have no register, some registers no use for all bits"
WORDS = "toggle: the registers are words"

EXCUSES: dict[str, str] = {
    r"input wire \[\d+:0\] s_cpuif_addr,": WORDS,
    r"output wire s_cpuif_rd_err,": NO_ERRORS,
    r"output wire s_cpuif_wr_err,": NO_ERRORS,
    r"input \w+::\w+__in_t hwif_in,": (
        "toggle: table sizes do not change, and no simulation counts up to the upper bits of a "
        "wide counter"
    ),
    r"logic cpuif_rd_err;": NO_ERRORS,
    r"logic cpuif_wr_err;": NO_ERRORS,
    r"logic decoded_err;": NO_ERRORS,
    r"logic readback_err;": NO_ERRORS,
    r"logic \[\d+:0\] cpuif_addr;": WORDS,
    r"logic \[\d+:0\] decoded_addr;": WORDS,
    r"logic \[\d+:0\] rd_mux_addr;": WORDS,
    r"logic \[31:0\] readback_data_rt_c\[\d+\];": NO_REGISTERS,
}
"""What code coverage cannot reach in the generated RTL, and why (see `code_coverage`)."""


def excuse(text: str) -> str:
    """Return generated RTL with EXCUSES as comments behind the code that they excuse."""
    lines = text.splitlines()
    for code, reason in EXCUSES.items():
        found = [number for number, line in enumerate(lines) if re.fullmatch(code, line.strip())]
        if not found:
            raise SystemExit(f"{code!r} is no longer generated: update EXCUSES")
        for number in found:
            lines[number] += f"  // excused {reason}"
    return "\n".join(lines) + "\n"


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
        raise SystemExit(
            "PeakRDL writes byte enables in another way: update tools/registers/rtl.py"
        )
    return written


def address_held(source: str) -> str:
    """Return a register block that takes the address of a read from its port until the answer.

    PeakRDL keeps it in a register, behind a multiplexer that is on the way of every read;
    msi_axi_lite holds it.
    """
    written, count = re.subn(
        r"    logic \[\d+:0\] pending_rd_addr;\n.*?"
        r"assign rd_mux_addr = decoded_req \? decoded_addr : pending_rd_addr;\n",
        "    assign rd_mux_addr = decoded_addr;\n",
        source,
        flags=re.DOTALL,
    )
    if count != 1:
        raise SystemExit("PeakRDL keeps addresses in another way: update tools/registers/rtl.py")
    return written


def without_assertions(source: str) -> str:
    """Return a register block without PeakRDL's own assertions.

    They look at registers before these were reset. That each access is answered once, and no other,
    is proven (formal/prove_registers.sv).
    """
    written, count = re.subn(r" *`ifndef SYNTHESIS\n.*?`endif\n", "", source, flags=re.DOTALL)
    if count != 1 or "assert" in written:
        raise SystemExit("PeakRDL asserts other things: update tools/registers/rtl.py")
    return written


def edited(source: str) -> str:
    """Return a register block whose header says that it is not as PeakRDL wrote it."""
    return source.replace(
        "\n\n", "\n//\n// Edited by tools/registers/rtl.py, which says what and why.\n\n", 1
    )


def peakrdl(exporter: str, source: str, output: Path, *options: str) -> None:
    """Run one of PeakRDL's exporters on a register description."""
    command = [sys.executable, "-m", "peakrdl", exporter, source, "-o", str(output)]
    subprocess.run([*command, *options], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def export(source: Path, folder: Path) -> None:
    """Have PeakRDL write all that it makes of a description into a folder, by the file's name."""
    file = str(source.relative_to(ROOT)) if source.is_relative_to(ROOT) else str(source)
    name = source.stem
    peakrdl(
        "regblock",
        file,
        folder,
        "--cpuif=passthrough",
        "--rt-read-fanin",
        "--default-reset=rst_n",
        f"--module-name={name}",
        f"--package-name={name}_pkg",
    )
    peakrdl("c-header", file, folder / f"{name}.h")
    peakrdl("markdown", file, folder / f"{name}.md")


def register_block(source: str) -> str:
    """Return the register block of PeakRDL as the project uses it."""
    return excuse(edited(without_assertions(address_held(byte_writes_as_if(source)))))


PACKAGE = """\
// SPDX-License-Identifier: MIT
//
// Generated from hdl/registers/msi_csr.rdl by `make regs`: do not edit.
//
// What operations are: where they enter, which codes name one, and which of them take an index into
// a table. msi_pkg passes it on.

`default_nettype none

package msi_operation_pkg;

  import msi_csr_pkg::*;

  // Where an operation came from, in the arbiter's cyclic order.
  localparam int unsigned SOURCES = @count@;
  typedef enum logic [@high@:0] {
@sources@
  } source_e;

  // Whether a code, as software writes it, names an operation.
  function automatic logic is_operation(logic [@code@:0] code);
    return code inside {@named@};
  endfunction

@functions@

endpackage

`default_nettype wire
"""


def operation_package(description: Description) -> str:
    """Return the source of `msi_operation_pkg`."""
    width = field_of(description.top, "COMMAND", "operation").width
    bits = max(each.value for each in description.sources).bit_length()
    longest = max(len(each.name) for each in description.sources)
    sources = []
    for each in description.sources:
        comma = "," if each is not description.sources[-1] else " "
        name = f"SOURCE_{each.name:{longest}}"
        sources.append(f"    {name} = {bits}'d{each.value}{comma}  // {each.title}: {each.text}")
    named = [
        f"{width}'(operation_code__{each.name})"
        for each in description.operation_codes
        if each.name != NONE
    ]
    functions = []
    for argument in (each for each in description.arguments if each.table is not None):
        taking = [
            f"operation_code__{each.code.name}"
            for each in description.operations
            if argument.name in each.arguments
        ]
        start = "    return operation inside {"
        functions.append(
            f"  function automatic logic takes_{argument.name}(operation_code_e operation);\n"
            + start
            + (",\n" + " " * len(start)).join(taking)
            + "};\n  endfunction"
        )
    text = PACKAGE
    for place, value in {
        "count": str(len(description.sources)),
        "high": str(bits - 1),
        "sources": "\n".join(sources),
        "code": str(width - 1),
        "named": (",\n" + " " * 24).join(named),
        "functions": "\n\n".join(functions),
    }.items():
        text = text.replace(f"@{place}@", value)
    return text
