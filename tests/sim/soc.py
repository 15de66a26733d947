# SPDX-License-Identifier: MIT
"""The SoC of `examples/soc`, brought to life."""

from __future__ import annotations

import logging
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiLiteBus, AxiLiteMaster
from soc_tests import stall  # of the example


async def start(dut: Any, stalls: bool = True) -> AxiLiteMaster:
    """Start the clock and reset the SoC."""
    logging.getLogger("msi_its_model").setLevel(logging.ERROR)
    Clock(dut.clk, 8, unit="ns").start()
    cpu = AxiLiteMaster(
        AxiLiteBus.from_prefix(dut, "cpu"), dut.clk, dut.reset_n, reset_active_level=False
    )
    for side in ("left", "right"):
        getattr(dut, f"{side}_dev_valid").value = 0
        getattr(dut, f"{side}_its_ready").value = 0
        if stalls:
            cocotb.start_soon(stall(dut, side))
    await reset(dut)
    return cpu


async def reset(dut: Any) -> None:
    """Reset the SoC."""
    dut.reset_n.value = 0
    await ClockCycles(dut.clk, 4)
    dut.reset_n.value = 1
    await ClockCycles(dut.clk, 4)  # it is synchronized
