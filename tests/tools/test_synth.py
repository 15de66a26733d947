# SPDX-License-Identifier: MIT
"""What `make synth` makes of netlists and reports; it is tried on small ones, without the tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cocotbext.msi_its.run.design import OWN, Port
from tests.schemas import valid
from tools.synth import (
    Area,
    Measured,
    Placed,
    Synth,
    SynthError,
    area,
    boundary,
    merge_output_registers,
    path_in_words,
    placed,
    register,
    table,
)

CLOCK, ENABLE = 2, 3


def ram(outputs: dict[str, int]) -> dict[str, Any]:
    """A block RAM with some outputs of its port B, and one that nothing uses."""
    connections: dict[str, list[Any]] = {"CLKB": [CLOCK], "OCEB": ["1"], "DOB9": [99]}
    connections |= {name: [bit] for name, bit in outputs.items()}
    return {
        "type": "DP16KD",
        "parameters": {"REGMODE_A": "NOREG", "REGMODE_B": "NOREG"},
        "port_directions": {
            name: "output" if name.startswith("DO") else "input" for name in connections
        },
        "connections": connections,
    }


def flip_flop(data: int, output: int, **changes: Any) -> dict[str, Any]:
    """A flip-flop with an inverted enable and no reset."""
    connections = {"CLK": [CLOCK], "CE": [ENABLE], "LSR": ["0"], "DI": [data], "Q": [output]}
    connections |= changes
    return {
        "type": "TRELLIS_FF",
        "parameters": {"CEMUX": "INV", "CLKMUX": "CLK", "LSRMUX": "LSR"},
        "port_directions": {name: "output" if name == "Q" else "input" for name in connections},
        "connections": connections,
    }


def memory(**changes: Any) -> dict[str, Any]:
    """A block RAM with a flip-flop behind each of its two outputs."""
    return {
        "ram": ram({"DOB0": 10, "DOB1": 11}),
        "first": flip_flop(10, 20),
        "second": flip_flop(11, 21, **changes),
    }


def test_output_registers_are_merged() -> None:
    cells = memory()
    assert merge_output_registers(cells, set()) == 1
    assert list(cells) == ["ram"]
    assert cells["ram"]["parameters"] == {
        "REGMODE_A": "NOREG",
        "REGMODE_B": "OUTREG",
        "OCEBMUX": "INV",
    }
    connections = cells["ram"]["connections"]
    assert (connections["DOB0"], connections["DOB1"]) == ([20], [21])
    assert connections["OCEB"] == [ENABLE]
    assert connections["DOB9"] == [99]


@pytest.mark.parametrize(
    "changes", [{"CE": [7]}, {"LSR": [7]}, {"CLK": [7]}, {"DI": [12], "M": [11]}]
)
def test_output_registers_that_differ_are_not_merged(changes: dict[str, Any]) -> None:
    cells = memory(**changes)
    assert merge_output_registers(cells, set()) == 0
    assert len(cells) == 3


def test_output_registers_are_not_merged_past_another_user() -> None:
    cells = memory()
    cells["third"] = flip_flop(11, 22)
    assert merge_output_registers(cells, set()) == 0
    assert merge_output_registers(memory(), {11}) == 0


def test_area_leaves_out_the_measurement() -> None:
    module = {
        "cells": {
            "one": {"type": "LUT4"},
            "carry": {"type": "CCU2C"},
            "small": {"type": "TRELLIS_DPR16X4"},
            "large": {"type": "DP16KD"},
            "ours": flip_flop(10, 20),
            "stub": flip_flop(10, 21),
            "theirs": flip_flop(10, 22),
        },
        "netnames": {
            "s_msi_valid_q": {"bits": [20]},
            "dut.u_registers.stub_valid_q": {"bits": [21]},
            "dut.u_engine.lookup_q": {"bits": [22]},
        },
    }
    assert area(module) == Area(9, 1, 1, 1, 1, 1)


def test_every_port_is_behind_a_flip_flop() -> None:
    ports = {"clk": Port("input", 1), "s_in": Port("input", 3), "m_out": Port("output", 1)}
    text = boundary(ports, {"RANGES": 1, "DEVID_BITS": 32})
    assert "always_ff @(posedge clk) s_in_q <= s_in;" in text
    assert "always_ff @(posedge clk) m_out_q <= m_out_d;" in text
    assert "dut (.clk(clk), .s_in(s_in_q), .m_out(m_out_d));" in text
    assert "msi_translator #(.RANGES(1), .DEVID_BITS(32)) dut" in text


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("dut.u_engine.refuses_q_TRELLIS_FF_Q", "u_engine.refuses_q"),
        ("dut.u_output.out_data_q_TRELLIS_FF_Q_5", "u_output.out_data_q"),
        ("dut.u_engine.u_targets.entries.0.7$DPRAM_COMB1", "u_engine.u_targets.entries"),
        ("s_msi_valid_q_TRELLIS_FF_Q", "s_msi_valid_q"),
    ],
)
def test_registers_by_name(cell: str, name: str) -> None:
    assert register(cell) == name


def hop(kind: str, delay: float, source: str, sink: str, net: str = "") -> dict[str, Any]:
    """One part of a path in nextpnr's report."""
    return {
        "type": kind,
        "delay": delay,
        "from": {"cell": source},
        "to": {"cell": sink},
        "net": net,
    }


PATH = [
    hop("clk-to-q", 0.5, "dut.u_engine.a_q_TRELLIS_FF_Q", "dut.u_engine.a_q_TRELLIS_FF_Q"),
    hop("routing", 1.0, "dut.u_engine.a_q_TRELLIS_FF_Q", "x", "dut.u_engine.a_q"),
    hop("logic", 0.25, "x", "x"),
    hop("routing", 2.0, "x", "dut.u_output.b_q_TRELLIS_FF_Q", "dut.u_engine.u_ranges.write"),
    hop("setup", 0.25, "dut.u_output.b_q_TRELLIS_FF_Q", "dut.u_output.b_q_TRELLIS_FF_Q"),
]


def test_path_in_words() -> None:
    assert path_in_words(PATH) == (
        "from u_engine.a_q through 1 levels of logic to u_output.b_q, past u_engine, "
        "u_engine.u_ranges: 4.00 ns, 3.00 ns of it routing"
    )


def test_report_of_a_placement() -> None:
    report = {
        "fmax": {"clk": {"achieved": 151.25, "constraint": 200}},
        "critical_paths": [{"from": "posedge clk", "to": "posedge clk", "path": PATH}],
    }
    found = placed(report, 7)
    assert (found.seed, found.fmax) == (7, 151.25)
    assert found.path.startswith("from u_engine.a_q ")
    with pytest.raises(SynthError, match="0 clocks"):
        placed({"fmax": {}, "critical_paths": []}, 7)


def test_the_result_file(tmp_path: Path) -> None:
    measured = Measured(Area(1234, 1000, 10, 3, 99, 20), [Placed(1, 152.0, "from a to b")])
    file = Synth(rtl=OWN, design="x", tools=["yosys"], rows={"default": measured})
    file.write(tmp_path / "result.json")
    assert valid(tmp_path / "result.json")["rows"]["default"]["area"]["lut4"] == 1234


def test_table() -> None:
    placements = [Placed(seed, fmax, "") for seed, fmax in enumerate((152.04, 149.96, 155.0))]
    cells = Area(1234, 1000, 10, 3, 99, 20)
    assert table({"default": (cells, placements)}).splitlines()[-1] == (
        "| default | 1,234 | 1,000 | 99 | 20 | 3 | 150.0, 152.0, 155.0 | 1 |"
    )
