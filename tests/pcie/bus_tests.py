# SPDX-License-Identifier: MIT
"""Tests of `msi_bus_snoop` in front of the translator: N2."""

from __future__ import annotations

from itertools import product

from cocotb.triggers import ClockCycles

from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import DefaultBdf, Disconnect, SetBusRange
from tests.pcie.bus_bench import PORTS, TARGETS, BusBench, bus_test


def dropped(bench: BusBench) -> int:
    """Return how many messages were dropped."""
    return bench.watch.checker.dropped


@bus_test()
async def n2_all_byte_enables(bench: BusBench) -> None:
    """Bytes merge: of each write those that are enabled, of the others those that were there."""
    for strb, port in product(range(16), PORTS):
        bench.write(port, bench.rng.getrandbits(32) | 0x01010101, strb)
    await bench.settle()
    assert bench.checker.counts["changes"] == 24
    assert bench.checker.counts["same"] == 8


@bus_test()
async def n2_a_write_that_changes_nothing_sets_nothing(bench: BusBench) -> None:
    """The same numbers again; primary bus and latency timer alone; no byte."""
    bench.write(0, 0x00221100)
    for data, strb in ((0xFF2211FF, 0xF), (0xFFFFFFFF, 0b1001), (0xFFFFFFFF, 0)):
        bench.write(0, data, strb)
    await bench.settle()
    assert bench.checker.counts["set"] == 1


@bus_test()
async def n2_the_first_message_behind_the_acknowledgement(bench: BusBench) -> None:
    """It meets the new range, with the translator busy and not; byte by byte as well."""
    for number in range(1, 40):
        bench.m_msi.always()
        if number % 3 == 0:
            bench.disturb()
            for _ in range(20):
                bench.s_msi.append(bench.message(0, number))
        buses = (number, number) if number % 2 else (number + 0x40, number + 0x41)
        bench.write(0, buses[0] << 8 | buses[1] << 16)
        await bench.acknowledged(0)
        while not bench.s_msi.idle:
            await ClockCycles(bench.dut.clk, 1)
        bench.s_msi.gaps = None
        message = bench.message(0, buses[0])
        bench.s_msi.append(message)
        await bench.settle()
        assert bench.answers[message.rid] is Answer.SENT, f"{message} was dropped"


@bus_test()
async def n2_byte_wise_through_an_inverted_range(bench: BusBench) -> None:
    """From 5/8 to 9/12, a byte at a time: in between 9/8 has no bus."""
    bench.write(1, 0x00080500)
    await bench.acknowledged(1)
    bench.write(1, 0x00000900, 0b0010)
    await bench.acknowledged(1)
    before = dropped(bench)
    for bus in range(4, 14):
        bench.s_msi.append(bench.message(1, bus))
    await bench.settle()
    assert dropped(bench) == before + 10
    bench.write(1, 0x000C0000, 0b0100)
    await bench.acknowledged(1)
    for bus in range(4, 14):
        bench.s_msi.append(bench.message(1, bus))
    await bench.settle()
    assert dropped(bench) == before + 10 + 6


@bus_test()
async def n2_reset_of_a_port(bench: BusBench) -> None:
    """Its range is 0/0, the other's stays; during and after it."""
    for port in PORTS:
        bench.write(port, 0x00221100)
        await bench.acknowledged(port)
    bench.dut.port_reset.value = 0b01
    await ClockCycles(bench.dut.clk, 12)
    for port in PORTS:
        bench.s_msi.append(bench.message(port, 0x11))
    await bench.settle()
    assert dropped(bench) == 1
    bench.dut.port_reset.value = 0
    await bench.settle()
    answer, bdf = await bench.registers.execute(DefaultBdf(TARGETS[0]))
    assert (answer, bdf) == (Answer.BDF, 0x17)
    bench.write(0, 0x00330000, 0b0100)
    await bench.settle()


@bus_test()
async def n2_a_reset_meets_a_write_at_any_moment(bench: BusBench) -> None:
    """The write is acknowledged, whenever it comes; what holds afterwards is 0/0."""
    bench.checker.looks = False
    for delay in range(12):
        for secondary in (0x11, 0x12):
            bench.write(0, secondary << 8 | 0x220000)
            await ClockCycles(bench.dut.clk, 1 + delay)
            bench.dut.port_reset.value = 1
            await ClockCycles(bench.dut.clk, 1 + delay % 3)
            bench.dut.port_reset.value = 0
            for _ in range(60):
                await ClockCycles(bench.dut.clk, 1)
            assert bench.writes[0].idle(), "a write was not acknowledged"
            assert bench.held(0) == (0, 0)
            assert int(bench.dut.in_force.value) % 2 > 0
            answer, bdf = await bench.registers.execute(DefaultBdf(TARGETS[0]))
            assert (answer, bdf) == (Answer.BDF, 0x17)
    bench.checker.reset()  # now all is 0/0
    bench.checker.looks = True
    bench.write(1, 0x00030200)
    await bench.settle()


@bus_test()
async def n2_while_tables_are_cleared(bench: BusBench) -> None:
    """Writes right after reset wait for their acknowledgement until they are."""
    bench.dut.rst_n.value = 0
    await ClockCycles(bench.dut.clk, 3)
    bench.dut.rst_n.value = 1
    bench.write(1, 0x00221100)
    await ClockCycles(bench.dut.clk, 20)
    bench.write(0, 0x00332200)
    await ClockCycles(bench.dut.clk, 20)
    assert bench.checker.counts["changes"] == 0
    await bench.settle()
    assert bench.checker.counts["changes"] == len(PORTS)


@bus_test(timeout_us=20000)
async def n2_random(bench: BusBench) -> None:
    """Writes of both ports, messages, commands and resets at once."""
    draw = bench.rng
    buses = (0, 1, 2, 0x10, 0x11, 0x80, 0xFE, 0xFF)
    for _ in range(30):
        bench.disturb()
        for _ in range(12):
            port = draw.choice(PORTS)
            data = draw.choice(buses) << 8 | draw.choice(buses) << 16
            bench.write(port, data | draw.getrandbits(8) << 24, draw.choice((15, 6, 2, 4, 9, 0)))
            for _ in range(draw.randrange(4)):
                bench.s_msi.append(bench.message(draw.choice(PORTS), draw.choice(buses)))
            if draw.random() < 0.3:
                await bench.registers.execute(draw.choice((DefaultBdf(9), SetBusRange(5, 1, 2))))
            await ClockCycles(bench.dut.clk, draw.randrange(12))
        await bench.settle()
        if draw.random() < 0.5:
            port = draw.choice(PORTS)
            bench.dut.port_reset.value = 1 << port
            await ClockCycles(bench.dut.clk, draw.randrange(1, 9))
            bench.dut.port_reset.value = 0
            await bench.settle()
    await bench.registers.execute(Disconnect(3))
    counts = bench.checker.counts
    assert min(counts["changes"], counts["same"], counts["set"]) > 50 and counts["resets"] > 5
