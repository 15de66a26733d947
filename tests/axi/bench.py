# SPDX-License-Identifier: MIT
"""The bench around `msi_axi_harness`: agents at both ends, monitors, checker, software.

A test is a coroutine that gets a `Bench`, with `axi_test` above it. It makes stimulus; the checker
says what is wrong, when the test has ended.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles
from cocotb.utils import get_sim_time

from cocotbext.msi_its.bench.monitors import RetireMonitor, Sampler, StreamMonitor
from cocotbext.msi_its.bench.ports import ports_of
from cocotbext.msi_its.bench.registers import Registers
from cocotbext.msi_its.bench.stimulus import pauses
from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.operations import (
    BindTarget,
    Configuration,
    Connect,
    ConnectIrqfd,
    Operation,
    SetBusRange,
    Tables,
)
from msi_its_model import PROFILES, AxiBeat, AxiDoorbell, AxiItsPort
from tests.axi.agents import Burst, Its, Requester, stall
from tests.axi.checker import AxiChecker, Configured
from tests.axi.monitors import (
    AddressMonitor,
    DataMonitor,
    EachCycle,
    RefusedMonitor,
    ResponseMonitor,
)

PERIOD = 8000  # picoseconds

PARAMETERS: dict[str, int] = {
    **{"ADDR_WIDTH": 64, "DATA_WIDTH": 64, "ID_WIDTH": 8, "ITS_ID": 0, "OUTSTANDING": 64},
    **{"USER_SHIFT": 0, "DEVID_BITS": 32},
    **json.loads(os.environ.get("AXI_PARAMETERS", "{}")),
}
"""Those of the harness: what whoever started the simulation says, as JSON, or else its own."""

_ADDRESSES = (1 << PARAMETERS["ADDR_WIDTH"]) - 1
PAGE = 0xC5D8_7BE8_8809_0000 & _ADDRESSES
MSI64_PAGE = 0x9A31_E450_A0BC_0000 & _ADDRESSES
ROUTE_PAGE = 0xE872_19C4_D007_0000 & _ADDRESSES
"""Where writes of devices come in, MSI-64 goes out, and messages of routes go."""

TABLES = Tables(16, 8, 32, 64)

HANG_CYCLES = 4000
"""After so many cycles without a transfer what is under way is said to hang."""

TARGET, RANGE, CONNECTION = 5, 3, 2
SECONDARY, SUBORDINATE = 0x11, 0x1C
RIDS = (0x1103, 0x1CFE)
"""Of the set-up: one target, its buses, two requester IDs in range."""

LOW_IN_RESET = ("s_axi_bvalid", "m_its_awvalid", "m_its_wvalid", "refused_valid", "retire_valid")
"""The outputs that reset takes down: from the second clock edge in it to the first after (H8)."""


class Bench:
    """See the module. `seed` fixes all random choices, through `rng`."""

    def __init__(self, dut: Any, name: str, drives: bool) -> None:
        """Look at the design; with `drives` a requester is at `s_axi`, otherwise the test is."""
        self.dut = dut
        self.name = name
        self.log = logging.getLogger(f"cocotb.{name}")
        self.width = PARAMETERS["DATA_WIDTH"]
        self.outstanding = PARAMETERS["OUTSTANDING"]
        self.seed = int(os.environ["COCOTB_RANDOM_SEED"])  # the same for all tests of a run
        self.rng = random.Random(f"{self.seed} {name}")
        self._clock = Clock(dut.clk, PERIOD, unit="step")
        self._clock.start()
        for signal in ("refused_okay", "dropped_slverr", "msi64", "s_evt_valid", "s_evt_route"):
            getattr(dut, signal).value = 0
        self.refused_okay = self.dropped_slverr = self.msi64 = False
        dut.doorbell_base.value = PAGE >> 16
        dut.msi64_base.value = MSI64_PAGE >> 16
        dut.rst_n.value = 0
        self.its = Its(dut, PARAMETERS["ITS_ID"])
        self._requester = Requester(dut) if drives else None
        self.registers = Registers(dut, dut.clk, dut.rst_n, self.rng, self.cycle)
        profile = next(each for each in PROFILES.values() if not each.checks_default_rid)
        built = Configuration(profile, PARAMETERS["DEVID_BITS"])
        self.checker = AxiChecker(self._configured, TABLES, built)
        # of each stream: (cycle, what, for how many cycles it waited)
        self.seen: defaultdict[str, list[tuple[int, Any, int]]] = defaultdict(list)
        self._in_reset = 0  # for how many clock edges
        self.moved = 0  # the cycle of the last transfer
        sampler = Sampler(dut.clk, ports_of(dut, "handles"))
        kinds = (AddressMonitor, DataMonitor, ResponseMonitor)
        self.monitors: list[StreamMonitor] = [
            *(kind(dut, bus, sampler) for bus in ("s_axi", "m_its") for kind in kinds),
            RefusedMonitor(dut, "refused", sampler),
            RetireMonitor(dut, "retire", sampler),
        ]
        for monitor in self.monitors:
            monitor.add_callback(lambda item, monitor=monitor: self._saw(monitor, item))
            monitor.violation = functools.partial(self.checker.problem, "H2")
        EachCycle(sampler, self._each_cycle)

    @property
    def requester(self) -> Requester:
        """Who drives `s_axi`, unless the test does."""
        assert self._requester is not None
        return self._requester

    def cycle(self) -> int:
        """Return the number of the clock cycle."""
        return int(get_sim_time("step")) // PERIOD

    def _saw(self, monitor: StreamMonitor, item: Any) -> None:
        self.moved = self.cycle()
        self.seen[monitor.stream].append((self.moved, item, monitor.waited))
        self.checker.saw(self.moved, monitor.stream, item)

    def _each_cycle(self) -> None:
        in_reset = not int(self.dut.rst_n.value)
        if self._in_reset > 1 or (self._in_reset and not in_reset):
            for name in LOW_IN_RESET:
                if int(getattr(self.dut, name).value):
                    self.checker.problem("B8", f"{name} is up in reset, or right after it")
        self._in_reset = self._in_reset + 1 if in_reset else 0
        if in_reset:
            self.checker.reset()
        for monitor in self.monitors:
            monitor.paused = in_reset
        if not in_reset:
            self.its.look()

    def _configured(self) -> Configured:
        """Return how the pins are tied, as they are now."""
        dut = self.dut
        wide = int(dut.msi64.value) and self.width > 32
        page = int(dut.msi64_base.value) << 16 if wide else None
        return Configured(
            AxiDoorbell(
                int(dut.doorbell_base.value) << 16,
                self.width,
                bool(int(dut.refused_okay.value)),
                bool(int(dut.dropped_slverr.value)),
            ),
            AxiItsPort(self.width, PARAMETERS["USER_SHIFT"], page),
            PARAMETERS["ITS_ID"],
            self.outstanding,
        )

    # ---- stimulus --------------------------------------------------------------------------------

    async def reset(self, cycles: int = 3) -> None:
        """Reset the design and all that is around it."""
        self.dut.rst_n.value = 0
        self.its.clear()
        if self._requester is not None:
            self._requester.clear()
        self.registers.reset()
        await ClockCycles(self.dut.clk, cycles)
        self.its.clear()
        if self._requester is not None:
            self._requester.clear()
        self.dut.rst_n.value = 1
        await ClockCycles(self.dut.clk, 1)

    async def execute(self, *operations: Operation) -> None:
        """Execute commands; each has to be answered OK."""
        for operation in operations:
            answer, _ = await self.registers.execute(operation)
            assert answer in (Answer.OK, Answer.DELIVERED), f"{operation}: {answer.name}"

    async def set_up(self) -> None:
        """Reset, and bring up a port: TARGET with its buses, on a connection with a base."""
        await self.reset()
        base = 0x9 << (PARAMETERS["DEVID_BITS"] - 4)
        await self.execute(
            SetBusRange(RANGE, SECONDARY, SUBORDINATE),
            Connect(CONNECTION, base),
            ConnectIrqfd(CONNECTION, base | 0x5_0000),
            BindTarget(TARGET, CONNECTION, RANGE, 0x18),
        )

    async def configure(self, **levels: int) -> None:
        """Tie pins of the configuration, when nothing is under way."""
        await self.settle()
        for name, level in levels.items():
            getattr(self.dut, name).value = level
        await ClockCycles(self.dut.clk, 2)

    def message(self, half: bool = False, **other: Any) -> Burst:
        """Return a message: the strobes of a dword in a beat that is full otherwise, too."""
        strobes = 0x3 if half else 0xF
        made: dict[str, Any] = {
            "address": PAGE | 0x40,
            "beats": [AxiBeat(self.data(), strobes)],
            "target": TARGET,
            "rid": self.rng.choice(RIDS),
            "id": self.rng.randrange(1 << PARAMETERS["ID_WIDTH"]),
        }
        return Burst(**made | other)

    def data(self) -> int:
        """Return a beat's data: all bytes random, none 0."""
        return int.from_bytes(bytes(self.rng.randrange(1, 256) for _ in range(self.width // 8)))

    def stall(self, channels: Any, share: float, longest: int = 6) -> None:
        """Stall some channels for a share (above 0) of the time, at random; 0: not at all."""

        def pattern() -> Iterator[bool]:
            return pauses(random.Random(self.rng.random()), share, longest)

        stall(channels, pattern if share else None)

    # ---- the end ---------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Wait until all has come out; what hangs is a mismatch."""
        self.moved = self.cycle()
        quiet = 0
        while quiet < 8:
            await ClockCycles(self.dut.clk, 1)
            self.checker.catch_up()
            idle = not self.checker.under_way
            if self._requester is not None:
                sources = self._requester.addresses, self._requester.data
                idle = idle and all(each.idle() for each in sources)
            quiet = quiet + 1 if idle else 0
            if self.cycle() - self.moved > HANG_CYCLES:
                self.checker.problem("B6", f"hangs: {self.checker.under_way or 'nothing is taken'}")
                break
            if len(self.checker.problems) > 20:
                break

    def finish(self) -> None:
        """Say what was compared; raises AssertionError if something differed."""
        self.checker.catch_up()
        counts = dict(sorted(self.checker.counts.items()))
        self.log.info("seed %d, %s: %s", self.seed, PARAMETERS, counts)
        problems = self.checker.problems
        assert not problems, f"{len(problems)} mismatches: " + "\n".join(problems[:5])
        compared = self.checker.counts
        assert compared["s_axi_b"] or compared["m_its_b"], "nothing was compared"


def axi_test(
    timeout_us: int = 400, drives: bool = True, widths: tuple[int, ...] = ()
) -> Callable[[Callable[[Bench], Awaitable[None]]], Any]:
    """Make a cocotb test of a coroutine with a bench, for data buses of some widths (all)."""

    def decorate(function: Callable[[Bench], Awaitable[None]]) -> Any:
        @functools.wraps(function)
        async def run_test(dut: Any) -> None:
            logging.getLogger("msi_its_model").setLevel(logging.ERROR)
            bench = Bench(dut, function.__name__, drives)
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
        skip = bool(widths) and PARAMETERS["DATA_WIDTH"] not in widths
        return cocotb.test(timeout_time=timeout_us, timeout_unit="us", skip=skip)(run_test)

    return decorate
