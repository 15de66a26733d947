# SPDX-License-Identifier: MIT
"""What ended a simulation, from logs as Verilator and cocotb write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocotbext.msi_its.run.simulators.ending import ending

FAILS = "[6030000] %{}: {}:3: Assertion failed in top.{}\n"
STOP = "%Error: {}:3: Verilog $stop\nAborting...\n"
COCOTB = "  6030.00ns WARNING  cocotb.regression    tests.rtl.some.one failed\n"
AT = " at 6,030 ns, in "
BY_COCOTB = "- :0: Verilog $finish\n"
SOURCE = "module top;\n\n  a_mine: assert property (x);\nendmodule\n"


@pytest.mark.parametrize(
    ("said", "what", "says"),
    [
        (
            FAILS.format("Error", "{name}", "a_mine: text: more") + STOP,
            "a failing assertion (or $error)",
            AT + "top.a_mine: text: more",
        ),
        (
            FAILS.format("Error", "{name}", "a_mine: one\ntwo") + STOP,
            "a failing assertion (or $error)",
            AT + "top.a_mine: one\ntwo",
        ),
        (FAILS.format("Fatal", "{name}", "u: text") + STOP, "$fatal", AT + "top.u: text"),
        (FAILS.format("Fatal", "{name}", "u") + STOP, "$fatal", AT + "top.u"),
        # What was said of another line is not what stopped it.
        (FAILS.format("Error", "other.sv", "u: x") + STOP, "$stop", ""),
        (STOP, "$stop", ""),
        ("- {path}:3: Verilog $finish\n", "$finish", ""),
        (
            "%Error-DIDNOTCONVERGE: {path}:3: Active region did not converge\nAborting...\n",
            "a loop that does not settle",
            ": Active region did not converge",
        ),
        (
            "%Error: {path}:3: Stack overflow\nAborting...\n",
            "an error in the simulation",
            ": Stack overflow",
        ),
    ],
)
@pytest.mark.parametrize("name", ["mine.sv", "my own (1).sv"])
def test_endings(tmp_path: Path, said: str, what: str, says: str, name: str) -> None:
    path = tmp_path / name
    path.write_text(SOURCE)
    log = tmp_path / "log"
    text = said.replace("{name}", name).replace("{path}", str(path)).replace("{}", str(path))
    log.write_text("x\n" * 1_000_000 + text + COCOTB + BY_COCOTB)
    found = ending(log)
    assert found is not None
    assert found.cause == f"{what} at {path}:3"
    first = f"{found.cause} ended the simulation{says}"
    assert str(found) == f"{first}\n  3 | a_mine: assert property (x);"
    path.unlink()
    assert str(ending(log)) == first


@pytest.mark.parametrize(
    "log",
    [
        BY_COCOTB,
        COCOTB + BY_COCOTB,
        "%Error: the design displays this: 3: of its own\n" + BY_COCOTB,
        "",
    ],
)
def test_no_ending(tmp_path: Path, log: str) -> None:
    (tmp_path / "log").write_text(log)
    assert ending(tmp_path / "log") is None
    assert ending(tmp_path / "none") is None
