# SPDX-License-Identifier: MIT
"""What the example of `examples/soc` does not show of attaching; run in its simulation."""

from __future__ import annotations

from typing import Any

import cocotb
import pytest
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiLiteMaster
from soc_tests import send, set_up  # of the example

from cocotbext.msi_its.bench.attach import AttachError, attach, finish
from cocotbext.msi_its.vocabulary.operations import Tables
from tests.sim.soc import reset, start

BUSES = range(0x0E, 0x22)


async def work(dut: Any, cpu: AxiLiteMaster) -> None:
    """Let the left side do something."""
    await set_up(cpu, 0, 1, 0x10, 0x1F)
    await send(dut, "left", BUSES)


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def attached_in_mid_run(dut: Any) -> None:
    """What came before the next reset is not compared, all after it is."""
    cpu = await start(dut)
    await work(dut, cpu)
    left = attach(dut.u_left.u_translator, dut.clk)
    await send(dut, "left", BUSES)
    assert left.watch.checker.operations == 0
    await reset(dut)
    await work(dut, cpu)
    await finish(left)
    assert left.watch.checker.operations == 203
    assert left.watch.checker.messages + left.watch.checker.dropped == 200


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def no_reset_is_no_pass(dut: Any) -> None:
    """Where nothing was compared, nothing passes."""
    cpu = await start(dut)
    left = attach(dut.u_left.u_translator, dut.clk)
    await work(dut, cpu)
    with pytest.raises(AssertionError, match="no reset was seen, so nothing was compared"):
        await finish(left)


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def what_went_in_has_to_come_out(dut: Any) -> None:
    """A message that the ITS never takes is said to be missing."""
    cpu = await start(dut, stalls=False)
    left = attach(dut.u_left.u_translator, dut.clk)
    await reset(dut)
    await set_up(cpu, 0, 1, 0x10, 0x1F)
    cocotb.start_soon(send(dut, "left", range(0x10, 0x20)))
    await ClockCycles(dut.clk, 50)
    with pytest.raises(AssertionError, match="retired messages not seen on m_msi"):
        await finish(left)


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def what_cannot_be_watched_is_said(dut: Any) -> None:
    """Errors name what is missing, and what to do."""
    await start(dut)
    with pytest.raises(AttachError, match=r"soc\.u_left has no .*m_msi_valid"):
        attach(dut.u_left, dut.clk)
    with pytest.raises(AttachError, match=r"u_left\.clk is inside the design"):
        attach(dut.u_left.u_translator, dut.u_left.clk)


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def what_the_design_says_otherwise_is_refused(dut: Any) -> None:
    """Parameters that are given have to be those that the design shows, names have to be ports."""
    cpu = await start(dut)
    with pytest.raises(AttachError, match=r"u_right\.u_translator has TARGETS = 8, not 9"):
        attach(dut.u_right.u_translator, dut.clk, tables=Tables(16, 8, 9, 64))
    with pytest.raises(AttachError, match='no port m_msl; did you mean "m_msi"'):
        attach(dut.u_right.u_translator, dut.clk, names={"m_msl": "m_msi"})
    names = {"m_msi": "m_msi", "alert": "alert"}
    right = attach(dut.u_right.u_translator, dut.clk, counter_width=32, names=names)
    await reset(dut)
    await cpu.read_dword(0x80 + 0x0C)
    await finish(right)


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def without_finish_it_is_said(dut: Any) -> None:
    """The test passes, but a line says that it says nothing."""
    await start(dut)
    attach(dut.u_left.u_translator, dut.clk)
    await reset(dut)


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def traffic_that_goes_on_is_said(dut: Any) -> None:
    """There is an end to waiting for everything to come out."""
    cpu = await start(dut)
    left = attach(dut.u_left.u_translator, dut.clk)
    await reset(dut)
    await set_up(cpu, 0, 1, 0x10, 0x1F)

    async def for_ever() -> None:
        while True:
            await send(dut, "left", range(0x10, 0x20))

    cocotb.start_soon(for_ever())
    with pytest.raises(AssertionError, match="everything accepted comes out"):
        await finish(left)
