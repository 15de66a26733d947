# SPDX-License-Identifier: MIT
"""The test environment: clock, reset, drivers, monitors and checker around one translator.

A cocotb test is an async function of an `Environment`, wrapped by `translator_test`: it only makes
stimulus, the checker does the rest.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator
from itertools import repeat, tee
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.handle import LogicObject
from cocotb.triggers import (
    ClockCycles,
    NextTimeStep,
    RisingEdge,
    SimTimeoutError,
    Timer,
    with_timeout,
)
from cocotb.utils import get_sim_time

from cocotbext.msi_its.bench.drivers import (
    EventDriver,
    MessageDriver,
    RangeDriver,
    ReadyDriver,
    StreamDriver,
)
from cocotbext.msi_its.bench.monitors import (
    Sampler,
)
from cocotbext.msi_its.bench.ports import ports_of, start_assertions
from cocotbext.msi_its.bench.registers import Registers
from cocotbext.msi_its.bench.stimulus import LENGTHS, SHARES, gaps, pauses, stalls
from cocotbext.msi_its.bench.watch import OPTIONAL_PORTS, Watch
from cocotbext.msi_its.checks.coverage.sampling import Coverage
from cocotbext.msi_its.checks.register_model import ALERT_CYCLES, STATUS_REGISTERS
from cocotbext.msi_its.vocabulary import csr
from cocotbext.msi_its.vocabulary.operations import Operation
from cocotbext.msi_its.vocabulary.results import TestResult, dump
from cocotbext.msi_its.vocabulary.settings import HANG_CYCLES, QUIET_CYCLES, Settings
from cocotbext.msi_its.vocabulary.trace import TraceLine
from cocotbext.msi_its.vocabulary.transactions import Source, source_of

CLOCK_NS = 10
"""The clock's period in nanoseconds."""


def cycle_now() -> int:
    """Return the number of the clock cycle."""
    return round(get_sim_time("ns")) // CLOCK_NS


class Environment:
    """Everything around the device under test. Stimulus goes in through its methods and drivers."""

    def __init__(self, dut: Any, settings: Settings, name: str) -> None:
        """Connect to `dut`; `name` (of the test) and the settings' seed fix every random choice."""
        self.dut = dut
        self.settings = settings
        self.name = name
        self.tables = settings.tables
        self.configuration = settings.configuration
        self.rng = random.Random(f"{settings.seed} {name}")
        self.measured: dict[str, str] = {}
        self._progress = Path(settings.results) / "progress"
        clock: LogicObject = dut.clk
        dut.rst_n.value = 0
        Clock(clock, CLOCK_NS, unit="ns").start()

        ports = ports_of(dut, settings.ports)
        sampler = Sampler(clock, ports)
        coverage = Coverage(settings.tables, settings.configuration) if settings.coverage else None
        self.s_msi = MessageDriver(dut, "s_msi", sampler)
        self.s_evt = EventDriver(dut, "s_evt", sampler)
        self.m_msi = ReadyDriver(dut, "m_msi", clock)
        self.registers = Registers(dut, clock, dut.rst_n, self.rng, cycle_now)
        self._streams: dict[Source, StreamDriver] = {
            Source.MESSAGE: self.s_msi,
            Source.EVENT: self.s_evt,
        }
        self.s_range: RangeDriver | None = None  # not every translator has it
        if all(hasattr(dut, port) for port in OPTIONAL_PORTS):
            self.s_range = RangeDriver(dut, "s_range", sampler)
        self._drivers: tuple[StreamDriver, ...] = (
            *self._streams.values(),
            *([self.s_range] if self.s_range is not None else []),
        )
        self.watch = Watch(
            dut,
            sampler,
            settings.tables,
            settings.counter_width,
            cycle_now,
            coverage,
            configuration=settings.configuration,
        )
        self.checker = self.watch.checker
        cocotb.start_soon(self._watch_progress())

    async def _watch_progress(self) -> None:
        """Show signs of life, and fail when something waits and nothing moved for HANG_CYCLES."""
        before = None
        cycles = 0
        while True:
            self._progress.write_text(f"{self.checker.operations} {cycles} {self.name}\n")
            cycles += HANG_CYCLES
            await Timer(HANG_CYCLES * CLOCK_NS, "ns")  # ClockCycles would wake up in each of them
            waiting = self.waiting
            now = (self.checker.operations, self.checker.messages, self.checker.resets)
            if waiting and now == before:
                raise AssertionError(
                    f"the design hangs: no operation and no message in {HANG_CYCLES} clock cycles, "
                    f"and {waiting}"
                )
            oldest = self.registers.oldest
            if oldest is not None and cycle_now() - oldest >= HANG_CYCLES:
                raise AssertionError(f"the design hangs: {self.registers.waiting}")
            before = now if waiting else None

    @property
    def waiting(self) -> str:
        """Say what has not been accepted or has not come out yet; empty if nothing."""
        parts = [f"{driver.name} waits for ready" for driver in self._drivers if not driver.idle]
        return "; ".join(filter(None, [*parts, self.registers.waiting, self.checker.under_way]))

    async def reset(self, cycles: int = 2) -> None:
        """Reset the translator for some clock cycles; everything under way is given up (H8)."""
        self.dut.rst_n.value = 0
        for driver in self._drivers:
            driver.flush()
        self.registers.reset()
        await ClockCycles(self.dut.clk, cycles)
        await NextTimeStep()  # so that no monitor looks at the last clock edge of the reset
        self.dut.rst_n.value = 1
        start_assertions()

    # ---- stimulus -------------------------------------------------------------------------------

    def stall(self, share: float) -> None:
        """Stall every interface at random, about `share` (0 to 1) of the time."""
        self.m_msi.stall(stalls(self.rng, share))
        for driver in self._drivers:
            driver.gaps = gaps(self.rng, share)
        self.registers.stall(lambda: pauses(self.rng, share))

    def stall_each(self) -> None:
        """Stall each interface after its own fashion, drawn at random: never to nearly always."""

        def draw() -> tuple[float, int]:
            return self.rng.choice(SHARES), self.rng.choice(LENGTHS)

        def pause() -> Iterator[bool]:
            share, longest = draw()
            return pauses(self.rng, share, longest) if share else repeat(False)

        self.flow()
        for driver in self._drivers:
            driver.gaps = gaps(self.rng, *draw())
        share, longest = draw()
        if share:
            self.m_msi.stall(stalls(self.rng, share, longest))
        self.registers.stall(pause)

    def flow(self) -> None:
        """Stall nothing any more."""
        self.m_msi.always()
        for driver in self._drivers:
            driver.gaps = None
        self.registers.flow()

    async def cycle(self, count: int = 1) -> None:
        """Wait for some clock cycles."""
        await ClockCycles(self.dut.clk, count)

    async def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait, clock cycle by clock cycle, until a condition holds."""
        edge = RisingEdge(self.dut.clk)
        while not condition():
            await edge

    async def execute(self, *operations: Operation) -> None:
        """Issue operations in order, each through its own source (see `play`)."""
        await self.play(operations)

    async def execute_commands(self, *operations: Operation) -> None:
        """Issue operations as commands, whatever they are, while the other sources go on."""
        for operation in operations:
            await self.registers.execute(operation)

    async def play(self, operations: Iterable[Operation]) -> None:
        """Issue operations so that they execute in the order given.

        Each enters by its own source: messages on `s_msi`, events on `s_evt`, everything else as a
        command; so does a message that has no write on a bus where they are such. What one source
        is given waits until the source before it has nothing left to hand over.
        """
        source: StreamDriver | None = None
        for operation in operations:
            wanted = self._streams.get(source_of(operation, self.settings.doorbell))
            if source is not None and source is not wanted:
                await self._handed_over(source)
            source = wanted
            if source is None:
                await self.registers.execute(operation)
            else:
                if source.full:
                    await source.room()
                source.append(operation)
        if source is not None:
            await self._handed_over(source)

    async def settle(self) -> None:
        """Wait until everything that was issued has come out."""
        await self.registers.finish()
        await self.wait_until(lambda: not self.waiting)
        await self.cycle(QUIET_CYCLES)

    async def _handed_over(self, driver: StreamDriver) -> None:
        await self.wait_until(lambda: driver.idle)

    async def replay(self, lines: Iterator[TraceLine]) -> None:
        """Play a trace, hold what retires against it line by line, and let it all come out."""
        played, expected = tee(lines)
        self.checker.follow(expected)
        await self.play(line.operation for line in played)
        await self.settle()
        self.checker.unfollow()

    def measure(self, name: str, value: str) -> None:
        """Note a measured figure for the result and the report."""
        self.measured[name] = value

    # ---- the end --------------------------------------------------------------------------------

    async def finish(self) -> None:
        """Let everything come out, read the status registers, and close the books.

        The alert is acknowledged, so that every drop shows that it can rise and fall.
        """
        self.flow()
        await self.settle()
        for register in STATUS_REGISTERS:
            await self.registers.read(register)
        await self.registers.acknowledge()
        await self.registers.read(csr.ALERT)
        await self.cycle(ALERT_CYCLES)
        if self.settings.doorbell is not None:
            names = ("bus_writes", "bus_messages", "bus_bytes")
            counted = [f"{int(getattr(self.dut, name).value):,}" for name in names]
            self.measure("bus", "{} writes, {} of them messages; {} bytes of DMA".format(*counted))
        self.watch.finish()

    def too_long(self, timeout_us: int) -> str:
        """Say that the test did not end within its time, and what it was waiting for."""
        checker = self.checker
        cycles = timeout_us * 1000 // CLOCK_NS
        return (
            f"the test did not end within {timeout_us:,} µs ({cycles:,} clock cycles): "
            f"{checker.operations:,} operations and {checker.messages:,} messages so far; "
            f"{self.waiting or 'nothing is under way'}"
        )

    def result(self, passed: bool) -> TestResult:
        """Return what this test did, for the result file."""
        return self.watch.result(self.name, passed, self.measured)


def translator_test(
    timeout_us: int = 2000,
) -> Callable[[Callable[[Environment], Awaitable[None]]], Any]:
    """Make a cocotb test of an async function of an Environment.

    The translator is reset before, and everything is let out and checked after it. A mismatch fails
    the test, as does reaching `timeout_us` (microseconds of simulated time).
    """

    async def play(
        environment: Environment, function: Callable[[Environment], Awaitable[None]]
    ) -> None:
        await environment.reset()
        await function(environment)
        await environment.finish()

    def decorate(function: Callable[[Environment], Awaitable[None]]) -> Any:
        @cocotb.test
        @functools.wraps(function)
        async def run_test(dut: Any) -> None:
            settings = Settings.load()
            name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
            environment = Environment(dut, settings, name)
            passed = False
            try:
                await with_timeout(play(environment, function), timeout_us, "us")
                passed = environment.checker.mismatches == 0
            except SimTimeoutError:
                raise AssertionError(environment.too_long(timeout_us)) from None
            finally:
                text = dump(environment.result(passed))
                (Path(settings.results) / f"{name}.json").write_text(text)
            if not passed:
                first = environment.checker.reports[0].text
                raise AssertionError(f"{environment.checker.mismatches} mismatches; first: {first}")

        return run_test

    return decorate
