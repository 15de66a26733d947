# SPDX-License-Identifier: MIT
"""The bench around `msi_tlp_harness`: agents around the filter, monitors, checker.

A test is a coroutine that gets a `Bench`, with `tlp_test` above it. It makes stimulus; the checker
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

from cocotbext.msi_its.bench.monitors import Sampler, StreamMonitor
from cocotbext.msi_its.bench.ports import ports_of
from cocotbext.msi_its.bench.stimulus import pauses
from msi_its_model import Tlp, TlpDoorbell
from tests.axi.agents import stall
from tests.axi.monitors import EachCycle
from tests.pcie.agents import Root
from tests.pcie.checker import CODES, TlpChecker
from tests.pcie.monitors import (
    BeatMonitor,
    MessageMonitor,
    RawMonitor,
    RemovedMonitor,
    UnsupportedMonitor,
)
from tests.pcie.packets import Fields

PERIOD = 8000  # picoseconds

PARAMETERS: dict[str, int] = {
    **{"DATA_WIDTH": 128, "MESSAGES": 16, "WRITES": 64, "COMMITTED": 1, "COUNTER_WIDTH": 32},
    **json.loads(os.environ.get("PCIE_PARAMETERS", "{}")),
}
"""Those of the harness: what whoever started the simulation says, as JSON, or else its own."""

HIGH, LOW = 0xC5D8_7BE8_8809_0000, 0xFEA5_0000
"""Doorbell pages: one that takes a header of 4 dwords, one of 3."""

TARGET = 0x9C5D

HANG_CYCLES = 4000
"""After so many cycles without a transfer what is under way is said to hang."""

LOW_IN_RESET = ("m_tlp_valid", "m_msi_valid", "m_unsupported_valid", "removed_valid")
"""The outputs that reset takes down: from the second clock edge in it to the first after (H8)."""


class Bench:
    """See the module. `seed` fixes all random choices, through `rng`."""

    def __init__(self, dut: Any, name: str) -> None:
        """Look at the design, and stand around it."""
        self.dut = dut
        self.log = logging.getLogger(f"cocotb.{name}")
        self.width = PARAMETERS["DATA_WIDTH"]
        self.lanes = self.width // 32
        self.seed = int(os.environ["COCOTB_RANDOM_SEED"])  # the same for all tests of a run
        self.rng = random.Random(f"{self.seed} {name}")
        Clock(dut.clk, PERIOD, unit="step").start()
        dut.raw.value = 0
        dut.target.value = TARGET
        dut.rst_n.value = 0
        self.page = HIGH
        dut.doorbell_base.value = HIGH >> 16
        self.root = Root(dut, self.width)
        ordered = bool(PARAMETERS["COMMITTED"])
        self.checker = TlpChecker(self._doorbell, self._raw, self.width, ordered)
        # of each stream: (cycle, what, for how many cycles it waited)
        self.seen: defaultdict[str, list[tuple[int, Any, int]]] = defaultdict(list)
        self._in_reset = 0  # for how many clock edges
        self.moved = 0  # the cycle of the last transfer
        sampler = Sampler(dut.clk, ports_of(dut, "handles"))
        self.monitors: list[StreamMonitor] = [
            RawMonitor(dut, "s_axis", sampler),
            BeatMonitor(dut, "in_tlp", sampler),
            BeatMonitor(dut, "m_tlp", sampler),
            MessageMonitor(dut, "m_msi", sampler),
            UnsupportedMonitor(dut, "m_unsupported", sampler),
            RemovedMonitor(dut, "removed", sampler),
        ]
        for monitor in self.monitors:
            monitor.add_callback(lambda item, monitor=monitor: self._saw(monitor, item))
            monitor.violation = functools.partial(self.checker.problem, "H2")
        EachCycle(sampler, self._each_cycle)

    def cycle(self) -> int:
        """Return the number of the clock cycle."""
        return int(get_sim_time("step")) // PERIOD

    def _saw(self, monitor: StreamMonitor, item: Any) -> None:
        self.moved = self.cycle()
        self.seen[monitor.stream].append((self.moved, item, monitor.waited))
        self.checker.saw(self.moved, monitor.stream, item, monitor.waited)

    def _each_cycle(self) -> None:
        in_reset = not int(self.dut.rst_n.value)
        if self._in_reset > 1 or (self._in_reset and not in_reset):
            for name in LOW_IN_RESET:
                if int(getattr(self.dut, name).value):
                    self.checker.problem("H8", f"{name} is up in reset, or right after it")
        self._in_reset = self._in_reset + 1 if in_reset else 0
        if in_reset:
            self.checker.reset()
        for monitor in self.monitors:
            monitor.paused = in_reset
        if not in_reset:
            if int(self.dut.committed.value):
                self.checker.saw(self.cycle(), "committed", None)
            self.root.look()

    def _doorbell(self) -> TlpDoorbell:
        """Return how the pins are tied, as they are now."""
        return TlpDoorbell(int(self.dut.doorbell_base.value) << 16, int(self.dut.target.value))

    def _raw(self) -> bool:
        return bool(int(self.dut.raw.value))

    # ---- stimulus --------------------------------------------------------------------------------

    async def reset(self, cycles: int = 3) -> None:
        """Reset the design and all that is around it."""
        self.dut.rst_n.value = 0
        self.root.clear()
        await ClockCycles(self.dut.clk, cycles)
        self.root.clear()
        self.dut.rst_n.value = 1
        await ClockCycles(self.dut.clk, 1)

    async def wait(self, cycles: int) -> None:
        """Wait, and have looked at all that was seen meanwhile."""
        await ClockCycles(self.dut.clk, cycles)
        self.checker.catch_up()

    async def configure(self, page: int | None = None, raw: bool | None = None) -> None:
        """Move the doorbell, and choose where packets come in, when nothing is under way."""
        await self.settle()
        if page is not None:
            self.page = page
            self.dut.doorbell_base.value = page >> 16
        if raw is not None:
            self.dut.raw.value = int(raw)
        await ClockCycles(self.dut.clk, 2)

    def message(self, **other: Any) -> Tlp:
        """Return a message, or with other fields something that is nearly one."""
        return self.packet(**{"address": self.page | 0x40} | other)

    def packet(self, *, data: int | None = None, **other: Any) -> Tlp:
        """Return a packet of these fields: random data, as many as they announce, or so many."""
        beside = {name: other.pop(name) for name in ("error", "whole", "prefixes") if name in other}
        address = other.get("address", 0)
        other.setdefault("rid", self.rng.randrange(1, 1 << 16))
        other.setdefault("tag", self.rng.randrange(1, 256))
        fields = Fields(**{"four": address >> 32 != 0} | other)
        count = data if data is not None else fields.length if fields.kind[0] else 0
        words = tuple(self.dword() for _ in range(count))
        return Tlp(fields.header, words, digest=self.dword(), **beside)

    def write(self, length: int = 1, **other: Any) -> Tlp:
        """Return a memory write outside of the page."""
        most = max(0, 4096 - 4 * length)
        where = 0x7_1234_5000 + self.rng.randrange(0, most + 4, 4)
        enables = {"last": 0xF} if length > 1 else {}
        return self.packet(**{"address": where, "length": length} | enables | other)

    def dword(self) -> int:
        """Return a random dword without a byte that is 0."""
        return int.from_bytes(bytes(self.rng.randrange(1, 256) for _ in range(4)))

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
            idle = not self.checker.under_way and self.root.idle()
            quiet = quiet + 1 if idle else 0
            if self.cycle() - self.moved > HANG_CYCLES:
                self.checker.problem("T4", f"hangs: {self.checker.under_way or 'nothing is taken'}")
                break
            if len(self.checker.problems) > 20:
                break
        self._compare_counts()

    def _compare_counts(self) -> None:
        width = PARAMETERS["COUNTER_WIDTH"]
        most = (1 << width) - 1
        shown = int(self.dut.removed_counts.value)
        for code in (0, *CODES.values()):
            expected = min(self.checker.totals[code], most)
            if (found := shown >> width * code & most) != expected:
                self.checker.problem("T4", f"count {code}: expected {expected}, it is {found}")

    def finish(self) -> None:
        """Say what was compared; raises AssertionError if something differed."""
        self.checker.catch_up()
        counts = dict(sorted(self.checker.counts.items()))
        self.log.info("seed %d, %s: %s", self.seed, PARAMETERS, counts)
        problems = self.checker.problems
        assert not problems, f"{len(problems)} mismatches: " + "\n".join(problems[:5])
        assert self.checker.counts["packets"], "nothing was compared"


def tlp_test(
    timeout_us: int = 400, ordered: bool | None = None
) -> Callable[[Callable[[Bench], Awaitable[None]]], Any]:
    """Make a cocotb test of a coroutine with a bench.

    With `ordered` it is of a filter that waits for memory writes (True), or does not (False).
    """

    def decorate(function: Callable[[Bench], Awaitable[None]]) -> Any:
        @functools.wraps(function)
        async def run_test(dut: Any) -> None:
            bench = Bench(dut, function.__name__)
            await bench.reset()
            try:
                await function(bench)
                await bench.settle()
            except AssertionError:
                if bench.checker.problems:  # which say more
                    bench.finish()
                raise
            bench.finish()

        del run_test.__wrapped__  # whose argument it has not
        skip = ordered not in (None, bool(PARAMETERS["COMMITTED"]))
        return cocotb.test(timeout_time=timeout_us, timeout_unit="us", skip=skip)(run_test)

    return decorate
