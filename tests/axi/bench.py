# SPDX-License-Identifier: MIT
"""The benches: agents, monitors, checker, software around a design; here, around both ends.

A test is a coroutine that gets a `Bench`, with `axi_test` above it. It makes stimulus; the checker
says what is wrong, when the test has ended. `AxiBench` is what benches have in common; that of the
bridge is in `tests/axi/bridge_bench.py`.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, TypeVar

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
from tests.axi.checker import AxiChecker
from tests.axi.monitors import (
    AddressMonitor,
    DataMonitor,
    EachCycle,
    RefusedMonitor,
    ResponseMonitor,
)
from tests.axi.scoreboard import Configured

PERIOD = 8000  # picoseconds

PARAMETERS: dict[str, int] = {
    **{"ADDR_WIDTH": 64, "DATA_WIDTH": 64, "ID_WIDTH": 8, "ITS_ID": 0, "OUTSTANDING": 64},
    **{"USER_SHIFT": 0, "DEVID_BITS": 32, "ITS_PORT": 0},
    **{"DOORBELL_RESET": 0xC5D8_7BE8_8809_0000, "MSI64_RESET": 0x9A31_E450_A0BC_0000},
    **json.loads(os.environ.get("AXI_PARAMETERS", "{}")),
}
"""Those of the design: what whoever started the simulation says, as JSON, or else its own."""

_ADDRESSES = (1 << PARAMETERS["ADDR_WIDTH"]) - 1
PAGE = PARAMETERS["DOORBELL_RESET"] & _ADDRESSES
MSI64_PAGE = PARAMETERS["MSI64_RESET"] & _ADDRESSES
ROUTE_PAGE = 0xE872_19C4_D007_0000 & _ADDRESSES
"""Where writes of devices come in, MSI-64 goes out, and messages of routes go."""

TABLES = Tables(16, 8, 32, 64)

HANG_CYCLES = 4000
"""After so many cycles without a transfer what is under way is said to hang."""

TARGET, RANGE, CONNECTION = 5, 3, 2
SECONDARY, SUBORDINATE = 0x11, 0x1C
RIDS = (0x1103, 0x1CFE)
"""Of the set-up: one target, its buses, two requester IDs in range."""


class AxiBench:
    """See the module. `seed` fixes all random choices, through `rng`.

    Whoever inherits makes agents, checker and monitors, and calls `watch` with them.
    """

    low_in_reset: tuple[str, ...] = ()
    checker: Any
    its: Any

    def __init__(self, dut: Any, name: str) -> None:
        """Look at the design, start its clock, and keep it in reset."""
        self.dut = dut
        self.name = name
        self.log = logging.getLogger(f"cocotb.{name}")
        self.width = PARAMETERS["DATA_WIDTH"]
        self.outstanding = PARAMETERS["OUTSTANDING"]
        self.seed = int(os.environ["COCOTB_RANDOM_SEED"])  # the same for all tests of a run
        self.rng = random.Random(f"{self.seed} {name}")
        self._clock = Clock(dut.clk, PERIOD, unit="step")
        self._clock.start()
        dut.rst_n.value = 0
        dut.s_evt_valid.value = dut.s_evt_route.value = 0
        self._requester: Any = None
        self.registers = Registers(dut, dut.clk, dut.rst_n, self.rng, self.cycle)
        profile = next(each for each in PROFILES.values() if not each.checks_default_rid)
        self.built = Configuration(profile, PARAMETERS["DEVID_BITS"])
        # of each stream: (cycle, what, for how many cycles it waited)
        self.seen: defaultdict[str, list[tuple[int, Any, int]]] = defaultdict(list)
        self._in_reset = 0  # for how many clock edges
        self.moved = 0  # the cycle of the last transfer
        self.sampler = Sampler(dut.clk, ports_of(dut, "handles"))
        self.agents: list[Any] = []
        self.monitors: list[StreamMonitor] = []

    def watch(self, agents: Sequence[Any], monitors: Sequence[StreamMonitor]) -> None:
        """Have the monitors tell what they see, and the agents look once a cycle."""
        self.agents += agents
        self.monitors += monitors
        for monitor in self.monitors:
            monitor.add_callback(lambda item, monitor=monitor: self._saw(monitor, item))
            monitor.violation = functools.partial(self.checker.problem, "H2")
        EachCycle(self.sampler, self.each_cycle)

    @property
    def requester(self) -> Any:
        """Who drives `s_axi`, unless the test does."""
        assert self._requester is not None
        return self._requester

    def cycle(self) -> int:
        """Return the number of the clock cycle."""
        return int(get_sim_time("step")) // PERIOD

    def _saw(self, monitor: StreamMonitor, item: Any) -> None:
        self.moved = self.cycle()
        self.seen[monitor.stream].append((self.moved, item, monitor.waited))
        self.saw(self.moved, monitor.stream, item, monitor.waited)

    def saw(self, cycle: int, stream: str, item: Any, waited: int) -> None:
        """Tell the checker what a monitor saw."""
        self.checker.saw(cycle, stream, item)

    def each_cycle(self) -> None:
        """Look at what is no stream, and let the agents look."""
        in_reset = not int(self.dut.rst_n.value)
        if self._in_reset > 1 or (self._in_reset and not in_reset):
            for name in self.low_in_reset:
                if int(getattr(self.dut, name).value):
                    self.checker.problem("B8", f"{name} is up in reset, or right after it")
        self._in_reset = self._in_reset + 1 if in_reset else 0
        if in_reset:
            self.checker.reset()
        for monitor in self.monitors:
            monitor.paused = in_reset
        if not in_reset:
            for agent in self.agents:
                agent.look()

    async def configure(self, **levels: int) -> None:
        """Change the configuration, when nothing is under way."""
        raise NotImplementedError

    # ---- stimulus --------------------------------------------------------------------------------

    async def reset(self, cycles: int = 3) -> None:
        """Reset the design and all that is around it."""
        self.dut.rst_n.value = 0
        for agent in self.agents:
            agent.clear()
        self.registers.reset()
        await ClockCycles(self.dut.clk, cycles)
        for agent in self.agents:
            agent.clear()
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
                idle = idle and self._requester.idle
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


class Bench(AxiBench):
    """The bench around `msi_axi_harness`: a requester and an ITS."""

    low_in_reset = (
        "s_axi_bvalid",
        "m_its_awvalid",
        "m_its_wvalid",
        "refused_valid",
        "retire_valid",
    )
    checker: AxiChecker
    its: Its

    def __init__(self, dut: Any, name: str, drives: bool) -> None:
        """Look at the design; with `drives` a requester is at `s_axi`, otherwise the test is."""
        super().__init__(dut, name)
        for signal in ("refused_okay", "dropped_slverr", "msi64"):
            getattr(dut, signal).value = 0
        dut.doorbell_base.value = PAGE >> 16
        dut.msi64_base.value = MSI64_PAGE >> 16
        self.its = Its(dut, PARAMETERS["ITS_ID"])
        self._requester = Requester(dut) if drives else None
        self.checker = AxiChecker(self._configured, TABLES, self.built)
        kinds = (AddressMonitor, DataMonitor, ResponseMonitor)
        self.watch(
            [self.its, *([self._requester] if drives else [])],
            [
                *(kind(dut, bus, self.sampler) for bus in ("s_axi", "m_its") for kind in kinds),
                RefusedMonitor(dut, "refused", self.sampler),
                RetireMonitor(dut, "retire", self.sampler),
            ],
        )

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

    async def configure(self, **levels: int) -> None:
        """Tie pins of the configuration, when nothing is under way."""
        await self.settle()
        for name, level in levels.items():
            getattr(self.dut, name).value = level
        await ClockCycles(self.dut.clk, 2)


B = TypeVar("B", bound=AxiBench)


def axi_test(
    timeout_us: int = 400, drives: bool = True, widths: tuple[int, ...] = ()
) -> Callable[[Callable[[Bench], Awaitable[None]]], Any]:
    """Make a cocotb test of a coroutine with a bench, for data buses of some widths (all)."""
    skip = bool(widths) and PARAMETERS["DATA_WIDTH"] not in widths
    return test_with(lambda dut, name: Bench(dut, name, drives), timeout_us, skip)


def test_with(
    make: Callable[[Any, str], B], timeout_us: int, skip: bool = False
) -> Callable[[Callable[[B], Awaitable[None]]], Any]:
    """Make a cocotb test of a coroutine with a bench, which `make` makes for design and name."""

    def decorate(function: Callable[[B], Awaitable[None]]) -> Any:
        @functools.wraps(function)
        async def run_test(dut: Any) -> None:
            logging.getLogger("msi_its_model").setLevel(logging.ERROR)
            bench = make(dut, function.__name__)
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
        return cocotb.test(timeout_time=timeout_us, timeout_unit="us", skip=skip)(run_test)

    return decorate
