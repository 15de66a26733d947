# SPDX-License-Identifier: MIT
"""A test of the SoC's own that has both of its translators checked, without driving their ports."""

from __future__ import annotations

import logging
import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge
from cocotbext.axi import AxiLiteBus, AxiLiteMaster

from cocotbext.msi_its.bench.attach import attach, finish
from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.fields import argument_writes, get_field
from cocotbext.msi_its.vocabulary.operations import BindTarget, Connect, Operation, SetBusRange

MESSAGES = 200


@cocotb.test(timeout_time=2, timeout_unit="ms")
async def both_translators(dut: Any) -> None:
    """Devices of both sides send; some claim a bus that their root port was never given."""
    logging.getLogger("msi_its_model").setLevel(logging.ERROR)  # drops are what it is about
    logging.getLogger("cocotb.soc.cpu").setLevel(logging.ERROR)
    Clock(dut.clk, 8, unit="ns").start()
    left = attach(dut.u_left.u_translator, dut.clk)
    right = attach(dut.u_right.u_translator, dut.clk)

    bus = AxiLiteBus.from_prefix(dut, "cpu")
    cpu = AxiLiteMaster(bus, dut.clk, dut.reset_n, reset_active_level=False)
    for side in ("left", "right"):
        getattr(dut, f"{side}_dev_valid").value = 0
        cocotb.start_soon(stall(dut, side))
    dut.reset_n.value = 0
    await ClockCycles(dut.clk, 4)
    dut.reset_n.value = 1

    await set_up(cpu, base=0x00, segment=1, secondary=0x10, subordinate=0x1F)
    await set_up(cpu, base=0x80, segment=2, secondary=0x20, subordinate=0x2F)
    senders = [
        cocotb.start_soon(send(dut, "left", range(0x0E, 0x22))),
        cocotb.start_soon(send(dut, "right", range(0x1E, 0x32))),
    ]
    for sender in senders:
        await sender

    await finish(left, right)


async def set_up(
    cpu: AxiLiteMaster, base: int, segment: int, secondary: int, subordinate: int
) -> None:
    """Program a translator: one root port with its buses, and its segment."""
    await command(cpu, base, SetBusRange(3, secondary, subordinate))
    await command(cpu, base, Connect(2, segment << 16))
    await command(cpu, base, BindTarget(5, 2, 3, 0x18))


async def command(cpu: AxiLiteMaster, base: int, operation: Operation) -> None:
    """Execute an operation, and wait until it is done."""
    for offset, value in argument_writes(operation).items():
        await cpu.write_dword(base + offset, value)
    await cpu.write_dword(base + csr.COMMAND.offset, operation.code)
    while get_field(csr.STATUS, "busy", await cpu.read_dword(base + csr.STATUS.offset)):
        pass


async def send(dut: Any, side: str, buses: range) -> None:
    """Send messages from devices of a side, on some of these buses."""
    rng = random.Random(f"{cocotb.RANDOM_SEED} {side}")
    pins = {
        name: getattr(dut, f"{side}_dev_{name}")
        for name in ("valid", "ready", "target", "rid", "data")
    }
    for data in range(1, MESSAGES + 1):
        pins["target"].value = 5
        pins["rid"].value = rng.choice(buses) << 8 | rng.randrange(256)
        pins["data"].value = data
        pins["valid"].value = 1
        await RisingEdge(dut.clk)
        while not pins["ready"].value:
            await RisingEdge(dut.clk)
    pins["valid"].value = 0


async def stall(dut: Any, side: str) -> None:
    """Let the ITS be ready three cycles in four, at random."""
    rng = random.Random(f"{cocotb.RANDOM_SEED} ITS {side}")
    while True:
        getattr(dut, f"{side}_its_ready").value = rng.randrange(4) > 0
        await RisingEdge(dut.clk)
