# SPDX-License-Identifier: MIT
"""The bench around `msi_bridge_registers_harness`: software, a memory for the other block, checker.

A test is a coroutine that gets a `RegisterBench`, with `register_test` above it. It makes stimulus;
the model of the registers says what is wrong, from what monitors saw, when the test has ended.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.task import Task
from cocotb.triggers import ClockCycles
from cocotb.utils import get_sim_time
from cocotbext.axi import AxiLiteBus, AxiLiteRam

from cocotbext.msi_its.bench.monitors import (
    ReadAddressMonitor,
    ReadDataMonitor,
    Sampler,
    StreamMonitor,
    WriteAddressMonitor,
    WriteDataMonitor,
    WriteResponseMonitor,
)
from cocotbext.msi_its.bench.ports import ports_of
from cocotbext.msi_its.bench.registers import Registers
from cocotbext.msi_its.bench.stimulus import pauses
from cocotbext.msi_its.checks.bridge_register_model import (
    BridgeBuild,
    BridgeRegisterModel,
    RefusedAccess,
)
from cocotbext.msi_its.vocabulary import bridge_csr
from cocotbext.msi_its.vocabulary.bridge_csr import Refusal
from cocotbext.msi_its.vocabulary.csr import Register
from cocotbext.msi_its.vocabulary.fields import ALL_ADDRESSES
from tests.axi.monitors import EachCycle, RefusedMonitor

PERIOD = 8000  # picoseconds

BUILD = BridgeBuild(
    **{name.lower(): value for name, value in json.loads(os.environ["BRIDGE_PARAMETERS"]).items()}
)
"""The harness's parameters, as whoever started the simulation says."""

OTHER = tuple(each.offset for each in ALL_ADDRESSES)
"""Addresses of the block that is not the bridge's: a memory."""

OWN = tuple(Register(0x80 + address, 32, {}) for address in OTHER)
"""Every word of the bridge's block, whether there is a register or not."""

WRITES = (Refusal.BURST, Refusal.OFFSET, Refusal.STROBES, Refusal.SOURCE)
READS = (Refusal.READ, Refusal.SOURCE)
"""Why a write is refused, and why a read is."""

LOW_IN_RESET = (
    *("s_axil_bvalid", "s_axil_rvalid", "m_axil_awvalid", "m_axil_wvalid", "m_axil_arvalid"),
    *("alert", "refused_okay", "dropped_slverr", "msi64", "check_all"),
)
"""The outputs that reset takes down: from the second clock edge in it to the first after (H8)."""

CONTROL = tuple(bridge_csr.BRIDGE_CONTROL.fields)
CHANNELS = {
    WriteAddressMonitor: "on_write_address",
    WriteDataMonitor: "on_write_data",
    WriteResponseMonitor: "on_write_response",
    ReadAddressMonitor: "on_read_address",
    ReadDataMonitor: "on_read_data",
}


class ItsErrorMonitor(StreamMonitor):
    """`its_error`: (response,) of each error, one a cycle."""

    has_ready = False
    payload = ("resp",)


class RegisterBench:
    """See the module. The simulation's seed fixes all random choices, through `rng`."""

    def __init__(self, dut: Any, name: str) -> None:
        """Look at the design, and drive it."""
        self.dut = dut
        self.name = name
        self.log = logging.getLogger(f"cocotb.{name}")
        self.seed = int(os.environ["COCOTB_RANDOM_SEED"])  # the same for all tests of a run
        self.rng = random.Random(f"{self.seed} {name}")
        self.problems: list[str] = []
        self.counts: Counter[str] = Counter()
        self._clock = Clock(dut.clk, PERIOD, unit="step")
        self._clock.start()
        dut.rst_n.value = 0
        for kind in ("write_refused", "read_refused", "its_error"):
            getattr(dut, f"{kind}_valid").value = 0
        self.registers = Registers(dut, dut.clk, dut.rst_n, self.rng, self.cycle)
        logging.getLogger(f"cocotb.{dut._name}.m_axil").setLevel(logging.ERROR)
        bus = AxiLiteBus.from_prefix(dut, "m_axil")
        self.memory = AxiLiteRam(bus, dut.clk, dut.rst_n, reset_active_level=False, size=128)
        self._model = self._fresh()
        self._refused: list[RefusedAccess] = []  # in the cycle before
        self._errors: list[int] = []
        self._in_reset = 0  # for how many clock edges
        sampler = Sampler(dut.clk, ports_of(dut, "handles"))
        EachCycle(sampler, self._each_cycle)  # the first of all
        self._monitors = [
            *(self._watched(kind(dut, "s_axil", sampler), of) for kind, of in CHANNELS.items()),
            *(self._watched(kind(dut, "m_axil", sampler)) for kind in CHANNELS),
        ]
        for read in (False, True):
            monitor = RefusedMonitor(dut, "read_refused" if read else "write_refused", sampler)
            monitor.add_callback(lambda transfer, read=read: self._saw_refused(read, transfer))
            self._monitors.append(self._watched(monitor))
        errors = ItsErrorMonitor(dut, "its_error", sampler)
        errors.add_callback(lambda transfer: self._errors.append(transfer[0]))
        self._monitors.append(self._watched(errors))

    def _fresh(self) -> BridgeRegisterModel:
        return BridgeRegisterModel(BUILD, self._report, OTHER)

    def _report(self, expected: str, got: str) -> None:
        self.problems.append(f"cycle {self.cycle()}: expected {expected}; got {got}")

    def _watched(self, monitor: StreamMonitor, of: str = "") -> StreamMonitor:
        """Have a monitor's transfers counted, and told to the model by its method `of`."""
        monitor.violation = lambda text: self._report("H2", text)

        def saw(transfer: Any) -> None:
            self.counts[f"{monitor.name} {monitor.stream}"] += 1
            if of:
                getattr(self._model, of)(transfer)

        monitor.add_callback(saw)
        return monitor

    def _saw_refused(self, read: bool, transfer: Any) -> None:
        reason, target, rid, address, axi_id = transfer
        self._refused.append(RefusedAccess(read, Refusal(reason), target, rid, address, axi_id))

    def cycle(self) -> int:
        """Return the number of the clock cycle."""
        return int(get_sim_time("step")) // PERIOD

    def _each_cycle(self) -> None:
        """Tell the model what happened in the cycle before, and which levels there are now."""
        dut = self.dut
        in_reset = not int(dut.rst_n.value)
        if self._in_reset > 1 or (self._in_reset and not in_reset):
            for name in LOW_IN_RESET:
                if int(getattr(dut, name).value):
                    self._report(f"{name} down in reset, and right after it", "it is up (H8)")
        self._in_reset = self._in_reset + 1 if in_reset else 0
        for monitor in self._monitors:
            monitor.paused = in_reset
        refused, self._refused = self._refused, []
        errors, self._errors = self._errors, []
        if in_reset:
            self._model = self._fresh()
            return
        if refused:
            self._model.on_refused(refused)
        for resp in errors:
            self._model.on_its_error(resp)
        doorbell, msi64 = int(dut.doorbell_base.value), int(dut.msi64_base.value)
        control = sum(int(getattr(dut, name).value) << bit for bit, name in enumerate(CONTROL))
        held = {
            bridge_csr.BRIDGE_CONTROL.offset: control,
            bridge_csr.DOORBELL_BASE_LOW.offset: doorbell << 16 & 0xFFFF_FFFF,
            bridge_csr.DOORBELL_BASE_HIGH.offset: doorbell >> 16,
            bridge_csr.MSI64_BASE_LOW.offset: msi64 << 16 & 0xFFFF_FFFF,
            bridge_csr.MSI64_BASE_HIGH.offset: msi64 >> 16,
        }
        self._model.on_levels(int(dut.alert.value), held)

    # ---- stimulus --------------------------------------------------------------------------------

    async def reset(self, cycles: int = 3) -> None:
        """Reset the design and all that is around it."""
        self.dut.rst_n.value = 0
        self.registers.reset()
        await ClockCycles(self.dut.clk, cycles)
        self.memory.write(0, bytes(128))
        self.dut.rst_n.value = 1
        await ClockCycles(self.dut.clk, 1)

    def stall(self, share: float, longest: int = 7) -> None:
        """Stall all channels for a share of the time, at random; 0: none."""
        memory = self.memory
        channels = (
            *(memory.write_if.aw_channel, memory.write_if.w_channel, memory.write_if.b_channel),
            *(memory.read_if.ar_channel, memory.read_if.r_channel),
        )

        def pattern() -> Iterator[bool]:
            return pauses(random.Random(self.rng.random()), share, longest)

        if share:
            self.registers.stall(pattern)
            for channel in channels:
                channel.set_pause_generator(pattern())
        else:
            self.registers.flow()
            for channel in channels:
                channel.clear_pause_generator()
                channel.pause = False

    def refuse(
        self, write: Refusal | None = None, read: Refusal | None = None, resp: int = 0
    ) -> None:
        """Let something happen in the next cycle: refusals, for these reasons, an error."""
        draw = self.rng
        for kind, reason in (("write", write), ("read", read)):
            values = {
                "valid": reason is not None,
                "reason": reason or draw.randrange(16),
                "target": draw.randrange(1, 1 << 16),
                "rid": draw.randrange(1, 1 << 16),
                "address": draw.randrange(1, 1 << BUILD.addr_width),
                "id": draw.randrange(1, 1 << BUILD.id_width),
            }
            for name, value in values.items():
                getattr(self.dut, f"{kind}_refused_{name}").value = value
        self.dut.its_error_valid.value = resp > 0
        self.dut.its_error_resp.value = resp or draw.randrange(4)

    async def refused(
        self, write: Refusal | None = None, read: Refusal | None = None, resp: int = 0
    ) -> None:
        """Let something happen in one cycle, and wait until it has."""
        self.refuse(write, read, resp)
        await ClockCycles(self.dut.clk, 1)
        self.refuse()

    async def happenings(self, share: float) -> None:
        """Let something happen in a share of the cycles, for ever."""
        draw = self.rng
        while True:
            self.refuse(
                draw.choice(WRITES) if draw.random() < share else None,
                draw.choice(READS) if draw.random() < share else None,
                draw.choice((2, 3)) if draw.random() < share else 0,
            )
            await ClockCycles(self.dut.clk, 1)

    async def in_the_background(
        self, coroutine: Any, function: Callable[[], Awaitable[None]]
    ) -> None:
        """Run a function while a coroutine runs that never ends."""
        task: Task[Any] = cocotb.start_soon(coroutine)
        await function()
        task.cancel()
        self.refuse()

    async def read_all(self) -> None:
        """Read all words of both blocks, for the model to look at."""
        for register in (*ALL_ADDRESSES, *OWN):
            await self.registers.read(register)

    def finish(self) -> None:
        """Say what was compared; raises AssertionError if something differed."""
        if self._model.accesses:
            self._report("an answer to each access", self._model.accesses)
        counts = dict(sorted(self.counts.items()))
        self.log.info("seed %d, %s: %s", self.seed, BUILD, counts)
        problems = self.problems
        assert not problems, f"{len(problems)} mismatches: " + "\n".join(problems[:5])
        assert self.counts["s_axil r"], "nothing was compared"


def register_test(
    timeout_us: int = 400,
) -> Callable[[Callable[[RegisterBench], Awaitable[None]]], Any]:
    """Make a cocotb test of a coroutine with a bench. At its end all registers are read."""

    def decorate(function: Callable[[RegisterBench], Awaitable[None]]) -> Any:
        @functools.wraps(function)
        async def run_test(dut: Any) -> None:
            bench = RegisterBench(dut, function.__name__)
            await bench.reset()
            await function(bench)
            bench.stall(0)
            await bench.read_all()
            await ClockCycles(dut.clk, 4)
            bench.finish()

        del run_test.__wrapped__  # whose argument it has not
        return cocotb.test(timeout_time=timeout_us, timeout_unit="us")(run_test)

    return decorate
