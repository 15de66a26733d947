# SPDX-License-Identifier: MIT
"""The bench around `msi_bus_harness`: configuration writes, messages, and who looks on.

The translator is watched as everywhere (`Watch`). Of the bus numbers, `BusChecker` knows what
monitors saw alone: configuration writes at their acknowledgement, resets, and what went in on
`s_range`.
"""

from __future__ import annotations

import functools
import logging
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NamedTuple

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge
from cocotb.utils import get_sim_time
from cocotbext.axi.stream import define_stream

from cocotbext.msi_its.bench.drivers import MessageDriver, ReadyDriver
from cocotbext.msi_its.bench.monitors import Sampler
from cocotbext.msi_its.bench.ports import ports_of
from cocotbext.msi_its.bench.registers import Registers
from cocotbext.msi_its.bench.stimulus import gaps, pauses, stalls
from cocotbext.msi_its.bench.watch import Watch
from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import (
    BindTarget,
    Connect,
    Operation,
    SetBusRange,
    SignalMsiWithRid,
    Tables,
)
from cocotbext.msi_its.vocabulary.transactions import Retired
from msi_its_model import AssignedBusRange, BusNumberRegister
from tests.axi.agents import stall
from tests.axi.monitors import EachCycle
from tests.pcie.monitors import ConfigurationMonitor, ConfigurationWrite

PERIOD = 10  # nanoseconds
PORTS = (0, 1)
TARGETS = (9, 23)
RANGES = (1, 2)
"""Of each port: its target and its bus range, as the harness has it."""

TABLES = Tables(16, 8, 32, 64)

ConfigurationBus, ConfigurationTransaction, ConfigurationSource, _, _ = define_stream(
    "Configuration", signals=[*ConfigurationWrite._fields, "valid", "ready"]
)


class _Given(NamedTuple):
    """A bus range that went in for a port, and when."""

    cycle: int
    numbers: tuple[int, int]


class BusChecker:
    """Holds bus numbers of ports against the model (N2). `problems` are the mismatches so far."""

    def __init__(self) -> None:
        """Begin in the reset state."""
        self.problems: list[str] = []
        self.counts: Counter[str] = Counter()
        self.looks = True  # not while a test makes writes and resets whose order nobody can tell
        self.reset()

    def reset(self) -> None:
        """Forget all: reset sets every range to 0/0."""
        self.ranges = tuple(AssignedBusRange() for _ in PORTS)
        self._registers = tuple(map(BusNumberRegister, self.ranges))
        self._given: tuple[list[_Given], ...] = tuple([] for _ in PORTS)  # and not accounted for
        self._in_force = [(0, 0) for _ in PORTS]

    def problem(self, text: str) -> None:
        """Record a mismatch."""
        self.problems.append(f"[N2] {text}")

    def on_range(self, cycle: int, operation: Operation) -> None:
        """A bus range went into the translator."""
        assert isinstance(operation, SetBusRange)
        port = RANGES.index(operation.range)
        numbers = operation.secondary, operation.subordinate
        if self.looks and numbers == self._in_force[port]:
            self.problem(f"port {port}: {numbers} was set, but is in force already")
        self._in_force[port] = numbers
        self._given[port].append(_Given(cycle, numbers))
        self.counts["set"] += 1

    def on_write(self, cycle: int, port: int, write: ConfigurationWrite) -> None:
        """A configuration write was acknowledged."""
        changes = self._registers[port].write(write.data, write.strb)
        self.counts["changes" if changes else "same"] += 1
        self._account(cycle, port, changes, f"the acknowledgement of {write}")

    def on_reset(self, cycle: int, port: int) -> None:
        """A port was reset, and says that this is in force."""
        changes = self._registers[port].reset()
        self.counts["resets"] += 1
        self._account(cycle, port, changes, "the end of the reset")

    def _account(self, cycle: int, port: int, changes: bool, what: str) -> None:
        """Check that what went in is the model's range, once, and before this cycle."""
        expected = [self.ranges[port].bus_range()] if changes else []
        given, self._given[port][:] = self._given[port][:], []
        if not self.looks:
            return
        if [each.numbers for each in given] != expected or any(e.cycle >= cycle for e in given):
            self.problem(f"port {port}: {expected} had to go in before {what}, at {cycle}: {given}")


class BusBench:
    """See the module. `seed` fixes all random choices, through `rng`."""

    def __init__(self, dut: Any, name: str) -> None:
        """Look at the design, and stand around it."""
        self.dut = dut
        self.log = logging.getLogger(f"cocotb.{name}")
        self.seed = int(os.environ["COCOTB_RANDOM_SEED"])
        self.rng = random.Random(f"{self.seed} {name}")
        Clock(dut.clk, PERIOD, unit="ns").start()
        dut.rst_n.value = dut.port_reset.value = dut.s_evt_valid.value = 0
        sampler = Sampler(dut.clk, ports_of(dut, "handles"))
        self.s_msi = MessageDriver(dut, "s_msi", sampler)
        self.m_msi = ReadyDriver(dut, "m_msi", dut.clk)
        self.registers = Registers(dut, dut.clk, dut.rst_n, self.rng, self.cycle)
        ends = (dut.clk, dut.rst_n, False)
        self.writes = tuple(
            ConfigurationSource(ConfigurationBus.from_prefix(dut, f"s_cfg{port}"), *ends)
            for port in PORTS
        )
        for port in PORTS:
            logging.getLogger(f"cocotb.{dut._name}.s_cfg{port}").setLevel(logging.ERROR)
        self.watch = Watch(dut, sampler, TABLES, 32, self.cycle)
        self.checker = BusChecker()
        monitors = [ConfigurationMonitor(dut, f"s_cfg{port}", sampler) for port in PORTS]
        for port, monitor in zip(PORTS, monitors, strict=True):
            monitor.violation = self.checker.problem
            monitor.add_callback(
                lambda write, port=port: self.checker.on_write(self.cycle(), port, write)
            )
        self._monitors = monitors
        ranges = self.watch.inputs["s_range"]
        ranges.add_callback(lambda operation: self.checker.on_range(self.cycle(), operation))
        self._resetting = [False for _ in PORTS]
        self.answers: dict[int, Answer] = {}  # of messages, by requester ID
        self.watch.retire.add_callback(self._retired)
        EachCycle(sampler, self._each_cycle)

    def cycle(self) -> int:
        """Return the number of the clock cycle."""
        return round(get_sim_time("ns")) // PERIOD

    def _retired(self, retired: Retired) -> None:
        if isinstance(retired.operation, SignalMsiWithRid):
            self.answers[retired.operation.rid] = retired.answer

    def _each_cycle(self) -> None:
        in_reset = not int(self.dut.rst_n.value)
        for monitor in self._monitors:
            monitor.paused = in_reset
        if in_reset:
            self.checker.reset()
            return
        for port in PORTS:
            resets = bool(int(self.dut.port_reset.value) >> port & 1)
            self._resetting[port] |= resets
            if not resets and self._resetting[port] and int(self.dut.in_force.value) >> port & 1:
                self._resetting[port] = False
                self.checker.on_reset(self.cycle(), port)

    def held(self, port: int) -> tuple[int, int]:
        """Return what a port shows as its numbers."""
        secondary, subordinate = int(self.dut.secondary.value), int(self.dut.subordinate.value)
        return secondary >> 8 * port & 0xFF, subordinate >> 8 * port & 0xFF

    # ---- stimulus --------------------------------------------------------------------------------

    async def set_up(self) -> None:
        """Reset, and bind a target to the range of each port."""
        self.dut.rst_n.value = 0
        await ClockCycles(self.dut.clk, 3)
        self.dut.rst_n.value = 1
        for port in PORTS:
            await self.registers.execute(Connect(port + 3, 0x5A000 + port))
            await self.registers.execute(BindTarget(TARGETS[port], port + 3, RANGES[port], 0x17))

    def write(self, port: int, data: int, strb: int = 0xF) -> None:
        """Write a port's register, after the writes that wait."""
        self.writes[port].send_nowait(ConfigurationTransaction(data=data, strb=strb))

    def message(self, port: int, bus: int) -> SignalMsiWithRid:
        """Return a message from a bus."""
        draw = self.rng
        rid = bus << 8 | draw.randrange(1, 256)
        return SignalMsiWithRid(TARGETS[port], rid, draw.getrandbits(64), draw.getrandbits(32))

    async def acknowledged(self, port: int) -> None:
        """Wait for the end of the clock cycle in which a port acknowledges a write."""
        edge = RisingEdge(self.dut.clk)
        while True:
            await edge
            valid = int(getattr(self.dut, f"s_cfg{port}_valid").value)
            if valid and int(getattr(self.dut, f"s_cfg{port}_ready").value):
                return

    def disturb(self) -> None:
        """Choose how much each stream stalls."""
        share = self.rng.choice((0.05, 0.3, 0.6))
        self.m_msi.stall(stalls(self.rng, share))
        self.s_msi.gaps = gaps(self.rng, self.rng.choice((0.0, 0.3, 0.9)))

        def pattern() -> Iterator[bool]:
            return pauses(random.Random(self.rng.random()), share)

        stall(self.writes, pattern)

    # ---- the end ---------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Wait until all has come out."""
        for _ in range(4000):
            await ClockCycles(self.dut.clk, 4)
            idle = self.s_msi.idle and all(each.idle() for each in self.writes)
            if idle and not self.watch.checker.under_way and int(self.dut.in_force.value) == 0b11:
                break
        else:
            self.checker.problem(f"hangs: {self.watch.checker.under_way or 'a write'}")
        await ClockCycles(self.dut.clk, 8)

    def finish(self) -> None:
        """Say what was compared; raises AssertionError if something differed."""
        checker = self.watch.checker
        self.watch.finish()
        self.log.info("seed %d: %s, %s", self.seed, self.checker.counts, checker.answers)
        for port in PORTS:
            if self.held(port) != self.checker.ranges[port].bus_range():
                expected = self.checker.ranges[port].bus_range()
                self.checker.problem(f"port {port} shows {self.held(port)}, not {expected}")
        problems = [*self.checker.problems, *(each.text for each in checker.reports)]
        assert not problems, f"{len(problems)} mismatches: " + "\n".join(problems[:5])
        assert self.checker.counts, "nothing was compared"


def bus_test(timeout_us: int = 400) -> Callable[[Callable[[BusBench], Awaitable[None]]], Any]:
    """Make a cocotb test of a coroutine with a bench."""

    def decorate(function: Callable[[BusBench], Awaitable[None]]) -> Any:
        @functools.wraps(function)
        async def run_test(dut: Any) -> None:
            logging.getLogger("msi_its_model").setLevel(logging.ERROR)
            bench = BusBench(dut, function.__name__)
            await bench.set_up()
            try:
                await function(bench)
                await bench.settle()
            except AssertionError:
                if bench.checker.problems:  # which say more
                    bench.finish()
                raise
            bench.finish()

        del run_test.__wrapped__  # whose argument it has not
        return cocotb.test(timeout_time=timeout_us, timeout_unit="us")(run_test)

    return decorate
