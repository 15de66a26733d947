# SPDX-License-Identifier: MIT
"""Legal traffic alone, by cocotbext-axi's own manager: for a design that asserts that it is."""

from __future__ import annotations

import cocotb
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiMasterWrite
from cocotbext.axi.axi_channels import AxiWriteBus

from msi_its_model import AxiBurst, AxiResponse
from tests.axi.agents import stall
from tests.axi.bench import PAGE, PARAMETERS, SECONDARY, TARGET, Bench, axi_test


@axi_test(timeout_us=8000, drives=False)
async def legal_traffic(bench: Bench) -> None:
    """Many at once, of all sizes and lengths, in the page and beside it."""
    draw = bench.rng
    bus = AxiWriteBus.from_prefix(bench.dut, "s_axi")
    manager = AxiMasterWrite(bus, bench.dut.clk, bench.dut.rst_n, reset_active_level=False)
    channels = [manager.aw_channel, manager.w_channel, manager.b_channel, *bench.its.channels]
    bad = (AxiResponse.SLVERR, AxiResponse.DECERR)
    await ClockCycles(bench.dut.clk, 2)
    for share in (0.0, 0.3, 0.7):
        bench.stall(channels, share)
        bench.its.latency = lambda: draw.randrange(9)
        bench.its.answer = lambda: draw.choice(bad) if draw.random() < 0.2 else AxiResponse.OKAY
        under_way = []
        for _ in range(200):
            offset, count = 0x40, draw.choice((4, 4, 4, 4, 2))
            if draw.random() < 0.3:
                offset = draw.choice((0x40, 0x44, draw.randrange(0x8000), 0x1_0040 - 0x2_0000))
                count = draw.randrange(1, 80)
            size = draw.choice((None, 2, (bench.width // 8).bit_length() - 1))
            under_way.append(
                cocotb.start_soon(
                    manager.write(
                        PAGE + offset,
                        bytes(draw.randrange(1, 256) for _ in range(count)),
                        awid=draw.randrange(1 << PARAMETERS["ID_WIDTH"]),
                        size=size,
                        burst=AxiBurst.INCR,
                        user=TARGET << 16 | draw.randrange(SECONDARY - 1, SECONDARY + 6) << 8 | 7,
                    )
                )
            )
        for each in under_way:
            await each
    stall(channels, None)
    counts = bench.checker.counts
    assert counts["sent"] > 200 and counts["dropped"] > 20 and counts["refused"] > 50


@axi_test(drives=False)
async def illegal_traffic(bench: Bench) -> None:
    """What the assertions have to notice: a beat of four bytes whose strobes are elsewhere."""
    dut = bench.dut
    for name, value in (("awaddr", PAGE + 0x40), ("awsize", 2), ("awburst", 1), ("awlen", 0)):
        getattr(dut, f"s_axi_{name}").value = value
    dut.s_axi_wstrb.value = 0xF0
    dut.s_axi_wlast.value = dut.s_axi_awvalid.value = dut.s_axi_wvalid.value = 1
    await ClockCycles(dut.clk, 1)
    dut.s_axi_awvalid.value = dut.s_axi_wvalid.value = 0
    dut.s_axi_bready.value = 1
    await ClockCycles(dut.clk, 20)
