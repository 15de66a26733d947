# SPDX-License-Identifier: MIT
"""The registers of the bridge, behind the split of their bus; every choice from the test's seed."""

from __future__ import annotations

import cocotb
from cocotb.triggers import ClockCycles, with_timeout

from cocotbext.msi_its.vocabulary import bridge_csr as csr
from cocotbext.msi_its.vocabulary.bridge_csr import Refusal
from cocotbext.msi_its.vocabulary.csr import Register
from tests.axi.bridge_registers import (
    BUILD,
    OTHER,
    OWN,
    READS,
    WRITES,
    RegisterBench,
    register_test,
)

LAST = (
    *(csr.LAST_REFUSED, csr.LAST_REFUSED_REASON),
    *(csr.LAST_REFUSED_ADDRESS_LOW, csr.LAST_REFUSED_ADDRESS_HIGH),
)
"""How the most recent refused access is read."""

PAGES = (*(csr.DOORBELL_BASE_LOW, csr.DOORBELL_BASE_HIGH, csr.MSI64_BASE_LOW, csr.MSI64_BASE_HIGH),)


@register_test()
async def after_reset(bench: RegisterBench) -> None:
    """All words are read, twice, before anything was written or has happened."""
    await bench.read_all()


@register_test(1200)
async def what_is_written(bench: RegisterBench) -> None:
    """Each word is written, with all bits and with none, with some strobes, and read back."""
    for register in OWN:
        for value in (0xFFFF_FFFF, bench.rng.getrandbits(32), 0):
            await bench.registers.write(register, value)
            await bench.registers.read(register)
    for _ in range(60):
        address, size = bench.rng.choice(((0x8C, 1), *((register.offset, 4) for register in PAGES)))
        first = bench.rng.randrange(size)
        count = bench.rng.randint(1, size - first)
        await bench.registers.write_bytes(address + first, bench.rng.randbytes(count))
        await bench.registers.read(Register(address, 32, {}))


@register_test()
async def msi64_needs_more_than_32_bits(bench: RegisterBench) -> None:
    """It cannot be set on a bus of 32 bits, and a bit says so."""
    await bench.registers.write(csr.BRIDGE_CONTROL, 0xFFFF_FFFF)
    control = await bench.registers.read(csr.BRIDGE_CONTROL)
    build = await bench.registers.read(csr.BRIDGE_BUILD)
    wide = int(BUILD.data_width > 32)
    assert (control >> 2 & 1, build >> 25 & 1) == (wide, wide)
    assert control & ~4 == 0b1011


@register_test()
async def each_reason_is_counted(bench: RegisterBench) -> None:
    """One by one, and a write and a read in the same cycle."""
    for write in (*WRITES, None):
        for read in (*READS, None):
            for resp in (0, 2, 3):
                await bench.refused(write, read, resp)
                await bench.read_all()
                await bench.registers.write(csr.BRIDGE_ALERT, 3)


@register_test()
async def counters_stop_at_their_largest_value(bench: RegisterBench) -> None:
    """Those of few bits do; each counts at each cycle."""
    for cycle in range(300):
        bench.refuse(WRITES[cycle % 4], READS[cycle % 2], 2)
        await ClockCycles(bench.dut.clk, 1)
    bench.refuse()
    if BUILD.counter_width < 8:
        assert await bench.registers.read(csr.ITS_ERRORS) == (1 << BUILD.counter_width) - 1
    else:
        assert await bench.registers.read(csr.ITS_ERRORS) == 300
        assert await bench.registers.read(csr.REFUSED_SOURCE_READS) == 150


@register_test()
async def the_last_one_is_held(bench: RegisterBench) -> None:
    """What is read behind LAST_REFUSED is of the access that it showed, whatever came since."""
    for step in range(12):
        if step % 2:
            await bench.refused(write=bench.rng.choice(WRITES))
        else:
            await bench.refused(read=bench.rng.choice(READS))
        for register in LAST:
            await bench.registers.read(register)
            if step % 3 == 1:
                await bench.refused(read=bench.rng.choice(READS))
            if step % 3 == 2:
                await bench.refused(bench.rng.choice(WRITES), bench.rng.choice(READS))


@register_test()
async def of_two_in_one_cycle_the_write_is_held(bench: RegisterBench) -> None:
    """Both are counted."""
    await bench.refused(Refusal.SOURCE, Refusal.SOURCE)
    await bench.registers.read(csr.LAST_REFUSED)
    assert await bench.registers.read(csr.LAST_REFUSED_REASON) & 0x1FF == Refusal.SOURCE
    for counter in (csr.REFUSED_SOURCE_WRITES, csr.REFUSED_SOURCE_READS):
        assert await bench.registers.read(counter) == 1


@register_test(800)
async def acknowledged_and_raised_at_once(bench: RegisterBench) -> None:
    """A refusal or error comes at each distance from an acknowledgement; in its cycle it wins."""
    for bit, event in (
        (1, {"write": Refusal.BURST}),
        (1, {"read": Refusal.READ}),
        (2, {"resp": 3}),
    ):
        left = []
        for distance in range(12):
            await bench.refused(**event)
            fell: list[int] = []

            async def watch(fell: list[int] = fell) -> None:
                for _ in range(24):
                    await ClockCycles(bench.dut.clk, 1)
                    fell.append(int(bench.dut.alert.value))

            watching = cocotb.start_soon(watch())
            acknowledging = cocotb.start_soon(bench.registers.write(csr.BRIDGE_ALERT, 3))
            await ClockCycles(bench.dut.clk, 1 + distance)
            await bench.refused(**event)
            await acknowledging
            await watching
            alert = await bench.registers.read(csr.BRIDGE_ALERT)
            left.append((alert, 0 in fell))
            await bench.registers.write(csr.BRIDGE_ALERT, 3)
        assert (bit, False) in left, f"an acknowledgement took what came with it: {left}"
        before = left.index((bit, False))  # up to here it came first, and is acknowledged
        assert left[:before] == [(0, True)] * before and before > 0
        assert left[before + 1 :] == [(bit, True)] * (11 - before) and before < 11


@register_test()
async def each_bit_of_the_alert_for_itself(bench: RegisterBench) -> None:
    """Who acknowledges one keeps the other."""
    for first, second in ((1, 2), (2, 1)):
        await bench.refused(Refusal.OFFSET, None, 2)
        await bench.registers.write(csr.BRIDGE_ALERT, first)
        assert await bench.registers.read(csr.BRIDGE_ALERT) == second
        assert int(bench.dut.alert.value)
        await bench.registers.write(csr.BRIDGE_ALERT, second)
        assert not int(bench.dut.alert.value)


@register_test()
async def data_before_its_address(bench: RegisterBench) -> None:
    """And the other way round: neither channel waits for the other, at either block."""
    write = bench.registers.master.write_if
    first, second = ("aw", "w")
    for late, early in ((write.aw_channel, second), (write.w_channel, first)):
        for register in (csr.DOORBELL_BASE_LOW, Register(0x14, 32, {})):
            late.pause = True
            task = cocotb.start_soon(bench.registers.write(register, 0x7BC3_0000))
            await ClockCycles(bench.dut.clk, 5)
            assert not int(getattr(bench.dut, f"s_axil_{early}valid").value), "it is not taken"
            late.pause = False
            await with_timeout(task, 1, "us")
            assert await bench.registers.read(register) == 0x7BC3_0000


@register_test()
async def a_block_that_does_not_answer(bench: RegisterBench) -> None:
    """A write that waits for the other block holds up no read, and a read no write."""
    other, own = Register(0x3C, 32, {}), csr.BRIDGE_CONTROL
    bench.memory.write_if.b_channel.pause = True
    task = cocotb.start_soon(bench.registers.write(other, 0x1234_5678))
    await ClockCycles(bench.dut.clk, 9)
    await with_timeout(cocotb.start_soon(bench.registers.read(own)), 1, "us")
    bench.memory.write_if.b_channel.pause = False
    await task
    bench.memory.read_if.r_channel.pause = True
    reading = cocotb.start_soon(bench.registers.read(other))
    await ClockCycles(bench.dut.clk, 9)
    await with_timeout(cocotb.start_soon(bench.registers.write(own, 0b1001)), 1, "us")
    bench.memory.read_if.r_channel.pause = False
    assert await reading == 0x1234_5678


async def accesses(bench: RegisterBench, count: int) -> None:
    """Read and write at random, in both blocks, several reads and writes at the same time."""
    draw = bench.rng

    async def writes() -> None:
        for _ in range(count):
            address = draw.choice((*OTHER, *(each.offset for each in OWN)))
            address = draw.choice((address, address, address, 0x8C, 0xBC, 0xBC, 0x90, 0x94))
            first = draw.randrange(4)
            data = draw.randbytes(draw.randint(1, 4 - first))
            await bench.registers.write_bytes(address + first, data)

    async def reads() -> None:
        for _ in range(count):
            if draw.random() < 0.3:
                for register in LAST:
                    await bench.registers.read(register)
            else:
                address = draw.choice((*OTHER, *(each.offset for each in OWN), 0xBC, 0x8C))
                await bench.registers.read(Register(address, 32, {}))

    several = (writes(), writes(), writes(), reads(), reads())
    tasks = [cocotb.start_soon(each) for each in several]
    try:
        for task in tasks:
            await task
    finally:
        for task in tasks:
            task.cancel()


@register_test(4000)
async def random_accesses(bench: RegisterBench) -> None:
    """Whatever happens beside them, and stalls anywhere."""
    for share in (0.0, 0.3, 0.6):
        bench.stall(share)
        for often in (0.01, 0.1, 0.5):

            async def some() -> None:
                await accesses(bench, 20)

            await bench.in_the_background(bench.happenings(often), some)


@register_test(2000)
async def reset_in_the_middle(bench: RegisterBench) -> None:
    """Of what a reset cut off nothing is left."""
    for _ in range(20):
        bench.stall(bench.rng.choice((0.0, 0.4)))
        happenings = cocotb.start_soon(bench.happenings(0.2))
        working = cocotb.start_soon(accesses(bench, 200))
        await ClockCycles(bench.dut.clk, bench.rng.randrange(2, 90))
        working.cancel()
        await bench.reset(bench.rng.randint(2, 5))
        happenings.cancel()
        bench.refuse()
        bench.stall(0)
        await bench.read_all()
