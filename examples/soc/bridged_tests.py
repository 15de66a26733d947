# SPDX-License-Identifier: MIT
"""A test of the SoC with the AXI4 bridge: DMA, then the interrupt that announces it.

Who serves an interrupt finds the data in memory, however slow that is; the translator in the bridge
is checked meanwhile, as in `soc_tests`.
"""

from __future__ import annotations

import logging
import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiBus, AxiLiteBus, AxiLiteMaster, AxiMaster, AxiRam, AxiWriteBus
from cocotbext.axi.axi_channels import AxiAWSink, AxiBSource, AxiWSink
from soc_tests import set_up

from cocotbext.msi_its.bench.attach import attach, finish
from cocotbext.msi_its.vocabulary import bridge_csr

SEGMENT = 1
BUSES = range(0x10, 0x20)
"""What the root port was given by software."""

DEVICES = (0x1003, 0x17F1, 0x1FA5)
"""Requester IDs behind the port."""

LIAR = 0x2003
"""One that claims a bus of another port."""

TARGET = 5
DOORBELL = 0x0808_0040
MEMORY = 0x8000_0000
BLOCK = 32
"""Bytes of a buffer; each interrupt announces one."""

INTERRUPTS = 40
"""Of each device."""


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def data_before_interrupts(dut: Any) -> None:
    """Devices write data and raise interrupts behind them; one lies, and pokes at the ITS."""
    logging.getLogger("msi_its_model").setLevel(logging.ERROR)  # drops are what it is about
    for name in ("s_axil", "s_axi", "mem"):
        logging.getLogger(f"cocotb.bridged.{name}").setLevel(logging.ERROR)
    rng = random.Random(cocotb.RANDOM_SEED)
    Clock(dut.clk, 8, unit="ns").start()
    checked = attach(dut.u_bridge.u_translator, dut.clk)

    ends = (dut.clk, dut.rst_n, False)
    cpu = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), *ends)
    root_complex = AxiMaster(AxiBus.from_prefix(dut, "s_axi"), *ends)
    memory = AxiRam(AxiBus.from_prefix(dut, "mem"), *ends, size=1 << 16)
    delay(memory.write_if.aw_channel, dut.clk, rng)
    dut.rst_n.value = 0
    await ClockCycles(dut.clk, 4)
    dut.rst_n.value = 1
    await set_up(cpu, 0, SEGMENT, BUSES[0], BUSES[-1])

    written: dict[int, tuple[int, bytes]] = {}
    served: list[int] = []
    cocotb.start_soon(serve(dut, memory, written, served))
    devices = [
        cocotb.start_soon(device(root_complex, number, rid, written, rng))
        for number, rid in enumerate(DEVICES)
    ]
    await lie(root_complex)
    for each in devices:
        await each
    assert sorted(served) == sorted(written), "an interrupt is missing, or came twice"
    assert len(served) == len(DEVICES) * INTERRUPTS
    assert dut.alert.value == 1
    assert await cpu.read_dword(bridge_csr.REFUSED_OFFSET.offset) == 1
    assert await cpu.read_dword(bridge_csr.REFUSED_READS.offset) == 1
    dut._log.info("served %d interrupts, each after its data", len(served))
    await finish(checked)


async def device(
    root_complex: AxiMaster, number: int, rid: int, written: dict[int, tuple[int, bytes]], rng: Any
) -> None:
    """Write data to memory, and right behind it the interrupt that announces it."""
    who = TARGET << 16 | rid
    for count in range(INTERRUPTS):
        event = number * INTERRUPTS + count
        data = rng.randbytes(rng.randrange(1, BLOCK))
        written[event] = rid, data
        root_complex.init_write(MEMORY + event * BLOCK, data, awid=2 + number, user=who)
        message = root_complex.init_write(DOORBELL, event.to_bytes(4, "little"), awid=9, user=who)
        if rng.randrange(3) == 0:
            await message.wait()
            assert message.data.resp == 0
    await message.wait()


async def lie(root_complex: AxiMaster) -> None:
    """Claim another port's bus; then write and read what a device has no business with."""
    done = await root_complex.write(DOORBELL, b"\7\0\0\0", awid=7, user=TARGET << 16 | LIAR)
    assert done.resp == 0  # it is dropped: nobody is told
    who = TARGET << 16 | DEVICES[0]
    poked = await root_complex.write(DOORBELL + 0x40, b"\1\0\0\0", awid=7, user=who)
    read = await root_complex.read(DOORBELL, 4, arid=7, user=who)
    assert poked.resp == 2 and read.resp == 2  # SLVERR


async def serve(
    dut: Any, memory: AxiRam, written: dict[int, tuple[int, bytes]], served: list[int]
) -> None:
    """Be the ITS, and who serves its interrupts: what one announces has to be in memory."""
    bus = AxiWriteBus.from_prefix(dut, "its")
    ends = (dut.clk, dut.rst_n, False)
    addresses, data = AxiAWSink(bus.aw, *ends), AxiWSink(bus.w, *ends)
    responses = AxiBSource(bus.b, *ends)
    while True:
        address, beat = await addresses.recv(), await data.recv()
        event = int(beat.wdata) & 0xFFFF_FFFF
        assert event in written, f"nobody behind the port sent {event:#x}"
        rid, announced = written[event]
        assert int(address.awuser) == SEGMENT << 16 | rid
        found = memory.read(event * BLOCK, len(announced))
        assert found == announced, f"interrupt {event} came before its data"
        served.append(event)
        await responses.send(responses._transaction_obj(bid=address.awid, bresp=0))


def delay(channel: AxiAWSink, clock: Any, rng: random.Random) -> None:
    """Let memory carry out writes late: it takes address and data at once, and waits then."""
    receive = channel.recv

    async def late() -> Any:
        address = await receive()
        await ClockCycles(clock, rng.randrange(1, 100))
        return address

    channel.recv = late
