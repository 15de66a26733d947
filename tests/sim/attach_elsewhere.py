# SPDX-License-Identifier: MIT
"""The SoC of `examples/soc` in a simulator that has a value for what is not known."""

from __future__ import annotations

from typing import Any

import cocotb
from cocotb.triggers import ClockCycles
from soc_tests import send, set_up

from cocotbext.msi_its.bench.attach import attach, finish
from cocotbext.msi_its.vocabulary.operations import CONFIGURATION, Tables
from tests.sim.soc import start


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def both_translators(dut: Any) -> None:
    """The netlist has no parameters any more: they are given."""
    sizes = {"left": Tables(16, 8, 32, 64), "right": Tables(16, 8, 8, 64)}
    attached = [
        attach(
            getattr(dut, f"u_{side}").u_translator,
            dut.clk,
            tables=each,
            counter_width=32,
            configuration=CONFIGURATION,
        )
        for side, each in sizes.items()
    ]
    cpu = await start(dut)
    for side, base in (("left", 0x00), ("right", 0x80)):
        await set_up(cpu, base, 1, 0x10, 0x1F)
        await send(dut, side, range(0x0E, 0x22))
    await ClockCycles(dut.clk, 2)
    await finish(*attached)
