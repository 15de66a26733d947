# SPDX-License-Identifier: MIT
"""The translator with one output that lies: which one, and how, is chosen at run time.

So one build tries every fault of every output. At the pins `fault_output` and `fault_how` of the
top are set, on the batched path the plusargs of those names.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

from cocotbext.msi_its.bench.stimulus import RandomOperations
from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.vocabulary.operations import BindTarget, DefaultBdf, Operation, SetBusRange
from cocotbext.msi_its.vocabulary.settings import Settings

TOP = "faulty_outputs"
HOWS = ("low", "high", "frozen", "unset")
"""Stuck at 0; stuck at 1 (all bits); stuck at its value of FREEZES_AT cycles after reset; inverted
until it first changes after reset, as a register that has no reset may be."""
FREEZES_AT = 390
"""A moment at which `s_axil_wready` is low: whoever waits for each response offers no data while it
is, so that one that is frozen high is as good as sound."""

ASSERTION_FAILS = "+assertion_fails"
"""The plusarg that makes the design's assertion `a_false` fail, after a reset."""

_STATES = """
  // Random until reset: before it, no branch of the unique case fits.
  logic [15:0] state;
  logic [3:0]  number;
  bit          fails;
  initial fails = $test$plusargs("assertion_fails") != 0;
  always_ff @(posedge clk) state <= rst_n ? {state[14:0], state[15]} : 16'd1;
  always_comb begin
    number = '0;
    unique case (state)
%s
    endcase
  end
  a_false: assert property (@(posedge clk) number != 4'd9 || !fails) else $error("on purpose");
"""

_HEADER = re.compile(r"module msi_translator\n.*?\n\);\n", re.DOTALL)
_OUTPUT = re.compile(r"output logic +(?:\[(\d+):0\] +)?(\w+)")
_INPUT = re.compile(r"input +wire logic +(?:\[\d+:0\] +)?(\w+)")

_FAULT = """
module output_fault #(
    parameter int WIDTH = 1,
    parameter int NUMBER = 0
) (
    input  wire logic             clk,
    input  wire logic             rst_n,
    input  wire integer           fault_output,
    input  wire integer           fault_how,
    input  wire logic [WIDTH-1:0] sound,
    output logic      [WIDTH-1:0] shown
);
  int               cycles;
  logic             changed;
  logic [WIDTH-1:0] last, frozen;
  always_ff @(posedge clk) begin
    last    <= sound;
    changed <= rst_n && (changed || (cycles > 1 && sound != last));
    cycles  <= rst_n ? cycles + 1 : 0;
    if (cycles < %d) frozen <= sound;
  end
  always_comb begin
    shown = sound;
    if (fault_output == NUMBER)
      unique case (fault_how)
        0: shown = '0;
        1: shown = '1;
        2: if (cycles >= %d) shown = frozen;
        3: if (!changed && (cycles <= 1 || sound == last)) shown = ~sound;
        default: shown = sound;
      endcase
  end
endmodule
"""


def _header() -> str:
    text = (ROOT / "hdl/msi_translator.sv").read_text()
    found = _HEADER.search(text)
    assert found is not None
    return found.group()


def outputs() -> dict[str, int]:
    """Return the width in bits of each output of the translator."""
    found = {name: int(high or 0) + 1 for high, name in _OUTPUT.findall(_header())}
    assert "alert" in found and found["m_msi_address"] == 64
    return found


def write_rtl(folder: Path) -> Rtl:
    """Write the design into a folder and return it."""
    header = _header().replace("module msi_translator", f"module {TOP}")
    parameters = re.findall(r"parameter int unsigned (\w+)", header)
    faults, ports = [], [f".{name}" for name in _INPUT.findall(header)]
    for number, (name, width) in enumerate(outputs().items()):
        ports.append(f".{name}(sound_{name})")
        faults.append(
            f"  logic [{width - 1}:0] sound_{name};\n"
            f"  output_fault #(.WIDTH({width}), .NUMBER({number})) u_{name} (\n"
            f"      .clk, .rst_n, .fault_output, .fault_how,\n"
            f"      .sound(sound_{name}), .shown({name}));\n"
        )
    body = (
        "  integer fault_output /*verilator public_flat_rw*/ = -1;\n"
        "  integer fault_how /*verilator public_flat_rw*/ = 0;\n"
        "  initial begin\n"
        '    void\'($value$plusargs("fault_output=%d", fault_output));\n'
        '    void\'($value$plusargs("fault_how=%d", fault_how));\n'
        "  end\n" + "".join(faults)
    )
    sizes = ", ".join(f".{name}({name})" for name in parameters)
    instance = f"  msi_translator #({sizes}) u_sound ({', '.join(ports)});\n"
    cases = "\n".join(f"      16'd{1 << each}: number = 4'd{each};" for each in range(16))
    text = _FAULT % (FREEZES_AT, FREEZES_AT)
    text += header + body + _STATES % cases + instance + "endmodule\n"
    design = folder / f"{TOP}.sv"
    design.write_text("/* verilator lint_off CASEINCOMPLETE */\n" + text)
    file_list = folder / f"{TOP}.f"
    file_list.write_text(f"-F {ROOT / OWN.file_list}\n{design}\n")
    return Rtl(str(file_list), TOP)


def trace(settings: Settings) -> list[Operation]:
    """Return what `make compare` might be given: set-up, then some of everything."""
    draw = RandomOperations(random.Random(settings.seed), settings.tables, objects=2)
    operations = list(draw.setup())
    for _ in range(10):
        operations += [draw.message(), draw.event(), draw.message(), draw.command()]
    for value in (0x11, 0x22):  # everything that a command takes, and answers, changes
        operations += [SetBusRange(0, value, value + 1), BindTarget(0, 0, 0, value), DefaultBdf(0)]
    return operations
