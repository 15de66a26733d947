# SPDX-License-Identifier: MIT
"""Random topologies with random traffic, while software renumbers, plugs and masks.

One test a topology: as many as the environment says, each from a seed of its own. When all is quiet
again, each function interrupts once more, by each of its vectors: each has to arrive as its own.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import cocotb
from cocotb.triggers import Timer
from cocotbext.pcie.core.tlp import TlpAt

from cocotbext.msi_its.report.topology import svg
from cocotbext.msi_its.vocabulary.operations import Message
from cocotbext.msi_its.vocabulary.results import dump
from tests.topology.bench import MEMORY_BYTES, Bench, topology_test
from tests.topology.fabric import Function
from tests.topology.results import Result, covered
from tests.topology.software import Width
from tests.topology.topology import Kind, random_topology

FIRST = int(os.environ.get("TOPOLOGY_FIRST", "0"))
TOPOLOGIES = int(os.environ.get("TOPOLOGIES", "3"))
MESSAGES = int(os.environ.get("TOPOLOGY_MESSAGES", "400"))
"""Which topology is the first, how many there are, how many messages and the like on each."""

CHANGES = 12
"""How often software changes something on each."""

RESULTS = Path(os.environ.get("TOPOLOGY_RESULTS", "."))
"""The folder that results, traces and pictures go to."""

SHARES = (0.0, 0.0, 0.05, 0.3, 0.6)
PAUSES = (3, 11, 37, 113, 401)  # nanoseconds, of which no two have a common divisor


class Traffic:
    """What the functions do, until there are enough messages and software has done its part."""

    def __init__(self, bench: Bench) -> None:
        """Take the bench, whose fabric is built."""
        self._bench, self._draw = bench, bench.rng
        self._functions = list(bench.fabric.functions())
        self.stopped = False
        self._allowed = 0

    async def allow(self, messages: int) -> None:
        """Let the functions send so many messages; return when they have."""
        self._allowed += messages
        while self._allowed > 0:
            await Timer(211, "ns")

    async def of(self, function: Function) -> None:
        """Let a function act."""
        pause = self._draw.choice(PAUSES)
        while not self.stopped:
            await Timer(self._draw.randint(1, 2 * pause), "ns")
            if self._allowed > 0:
                self._allowed -= 1
                await self._act(function)

    async def _act(self, function: Function) -> None:
        bench, draw = self._bench, self._draw
        kind = draw.random()
        if kind < 0.7:
            await function.interrupt(draw.randrange(function.plan.vectors))
        elif kind < 0.8:
            victim = draw.choice(self._functions)
            rid = draw.choice((victim.rid, victim.rid, draw.getrandbits(16)))
            await bench.ring(function, self._event(victim), rid)
        elif kind < 0.86:
            await self._no_message(function)
        elif kind < 0.96:
            await self._dma(function)
        elif function.bus_master_enable:
            await self._read(function)

    def _event(self, function: Function) -> int:
        found = self._bench.software.interrupts.get((function.plan.name, 0))
        return found.event if found is not None else 0x5A5

    async def _no_message(self, function: Function) -> None:
        """Send something to the doorbell's page that is no message."""
        bench, draw = self._bench, self._draw
        data, bell = self._event(function), bench.software.doorbell
        block = bytes(draw.randrange(1, 256) for _ in range(draw.choice((8, 16, 100))))
        match draw.randrange(6):
            case 0:
                await bench.ring(function, data, ep=True)
            case 1:
                await bench.ring(function, data, at=draw.choice((TlpAt.TRANSLATED, 1)))
            case 2:
                await bench.write(function, bell - draw.choice((0, 4)), block)
            case 3:
                await bench.ring(function, data, first_be=draw.choice((0, 1, 0b0110, 0b1100)))
            case 4:
                await bench.write(function, bell + draw.choice((4, -0x40, 0x1000)), block[:4])
            case _:
                await bench.ring(function, data, last_be=0xF)

    async def _dma(self, function: Function) -> None:
        """Write memory, and interrupt when that is done, as drivers expect it."""
        bench, draw = self._bench, self._draw
        place = 4 * draw.randrange(MEMORY_BYTES // 4 - 64)
        block = bytes(draw.randrange(256) for _ in range(draw.choice((1, 4, 60, 128))))
        block = block[: 4096 - place % 4096]
        await bench.write(function, bench.memory.get_absolute_address(place), block)
        await function.interrupt(draw.randrange(function.plan.vectors))

    async def _read(self, function: Function) -> None:
        """Read memory, or the doorbell: which is unsupported, or lost with the link."""
        bench, draw = self._bench, self._draw
        memory = bench.memory.get_absolute_address(4 * draw.randrange(64))
        address = draw.choice((memory, memory, bench.software.doorbell))
        try:
            await function.mem_read(address, 4, 30_000, "ns")
        except Exception as error:  # it raises no other
            if str(error) not in (
                "Unsuccessful completion",
                "Timeout",
                "Bus mastering not enabled",
            ):
                raise


class Changes:
    """What software does meanwhile."""

    def __init__(self, bench: Bench) -> None:
        """Take the bench, whose fabric is built and enumerated."""
        self._bench, self._draw = bench, bench.rng

    async def bring_up(self) -> None:
        """Number everything, in any order, and set all interrupts up."""
        bench = self._bench
        ports = range(len(bench.fabric.root_ports))
        await bench.software.enumerate(self._draw.sample(ports, len(ports)), set_up=False)
        await self.set_up()

    async def set_up(self, *ports: int) -> None:
        """Give memory out anew, and set up the functions of some ports (all)."""
        software = self._bench.software
        await software.assign_memory()
        for number in ports or range(len(self._bench.fabric.root_ports)):
            await software.set_up_below(number)

    async def one(self) -> None:
        """Change something."""
        kind = self._draw.random()
        if kind < 0.25:
            await self._renumber()
        elif kind < 0.45:
            await self._take_away()
        elif kind < 0.65:
            await self._replug()
        elif kind < 0.72:
            await self.bring_up()
        else:
            await self._mask()

    async def _renumber(self) -> None:
        """Give the functions of a root port other numbers."""
        if not self._bench.software.room:
            await self.bring_up()
            return
        number = self._draw.randrange(len(self._bench.fabric.root_ports))
        await self._bench.software.scan(number, set_up=False)
        await self.set_up(number)

    async def _take_away(self) -> None:
        """Take buses away from a port for a while, or all of them."""
        port = self._draw.choice(self._bench.fabric.root_ports)
        first, last = port.sec_bus_num, port.sub_bus_num
        less = ((0, 0), (last, first), (first + 1, last), (first, max(first - 1, 0)))
        software = self._bench.software
        await software.set_buses(port.pcie_id, 0, *self._draw.choice(less))
        await Timer(self._draw.choice(PAUSES), "ns")
        await software.set_buses(port.pcie_id, 0, first, last)

    async def _replug(self) -> None:
        """Take a device or a switch out, and put it in at another root port or where it was."""
        bench, fabric = self._bench, self._bench.fabric
        name = self._draw.choice(sorted(fabric.at))
        was = fabric.root_port(name)
        assert was is not None
        port = bench.unplug(name)
        await Timer(self._draw.choice(PAUSES), "ns")
        free = [each for each in fabric.root_ports if each not in fabric.at.values()]
        port = self._draw.choice([port, *free])
        bench.plug(port, name)
        now = fabric.root_port(name)
        assert now is not None
        if not bench.software.room:
            await self.bring_up()
            return
        await bench.software.scan(now, set_up=False)
        await self.set_up(now)

    async def _mask(self) -> None:
        """Mask a vector for a while."""
        bench, draw = self._bench, self._draw
        function = draw.choice(list(bench.fabric.functions()))
        vector = draw.randrange(function.plan.vectors)
        await bench.software.mask(function, vector, True)
        await function.interrupt(vector)
        await Timer(draw.choice(PAUSES), "ns")
        await bench.software.mask(function, vector, False)


def watch(bench: Bench) -> None:
    """Check at each interrupt that its function is behind the port that the message came from."""
    fabric, software, arrived = bench.fabric, bench.software, bench.checker.arrived

    def look(message: Message, found: Any) -> None:
        arrived(message, found)
        if found.intid is None:
            return
        name = software.lpis[found.intid].function
        delivery = bench.checker.arriving
        there = fabric.root_port(fabric.function(name).device.plan.name)
        if delivery is None or delivery.origin.function == name or there is None:
            return  # its own, from where it was; or of nobody any more
        if there != delivery.port:
            bench.checker.problem("R3", f"{delivery} has raised an interrupt of {name}, at {there}")

    bench.checker.arrived = look


async def run(bench: Bench) -> None:
    """Build a topology, let everything happen, and check the end."""
    draw = bench.rng
    topology = random_topology(draw)
    gaps = draw.choice(((0,), (0, 0, 1, 2), (0, 3, 7)))
    bench.build(topology, gap=lambda: draw.choice(gaps), width=lambda: draw.choice(list(Width)))
    watch(bench)
    traffic, changes = Traffic(bench), Changes(bench)
    bench.stall(draw.choice(SHARES))
    armed = draw.random() < 0.5
    tasks = []
    for function in bench.fabric.functions():
        if armed:
            function.arm(bench.software.doorbell, 0x400)
        tasks.append(cocotb.start_soon(traffic.of(function)))
    for number in range(CHANGES):
        sending = cocotb.start_soon(traffic.allow(MESSAGES // CHANGES))
        await (changes.one() if number else changes.bring_up())
        await sending
        if len(bench.checker.problems) > 20:
            break
    traffic.stopped = True
    for task in tasks:
        await task
    bench.stall(0)
    await bench.settle()
    await changes.bring_up()
    await bench.settle()
    await every_interrupt(bench)


async def every_interrupt(bench: Bench) -> None:
    """Have each vector interrupt once: all have to arrive, each as its own."""
    before = len(bench.checker.deliveries)
    wanted = []
    for function in bench.fabric.functions():
        for vector in range(function.plan.vectors):
            wanted.append(bench.software.interrupts[function.plan.name, vector].lpi)
            assert await function.interrupt(vector), function.plan.name
    await bench.settle()
    found = [
        each.translation.intid if each.translation is not None else None
        for each in bench.checker.deliveries[before:]
    ]
    different = Counter(found)
    different.subtract(wanted)
    assert not any(different.values()), [each for each in different.items() if each[1]]


def result(bench: Bench, passed: bool) -> Result:
    """Return what came of it."""
    checker, topology = bench.checker, bench.fabric.topology
    plans = {plan.name: (plan, above) for plan, above in topology.functions()}
    kinds: dict[str, Kind] = {name: plan.kind for name, (plan, _) in plans.items()}
    owners = {lpi: each.function for lpi, each in bench.software.lpis.items()}
    fates: dict[str, int] = {}
    for each in checker.deliveries:
        fates[each.fate or "lost"] = fates.get(each.fate or "lost", 0) + 1
    return Result(
        name=bench.name,
        seed=bench.seed,
        passed=passed,
        functions=len(plans),
        ports=len(topology.ports),
        deepest=max(len(above) - 1 for _, above in plans.values()),
        messages=checker.counts["message"],
        sent=len(checker.deliveries),
        interrupts=checker.counts["interrupts"],
        mismatches=len(checker.problems),
        fates=fates,
        prevented=dict(checker.prevented()),
        coverage=dict(covered(checker.deliveries, kinds, owners)),
        picture=svg(bench.picture()),
    )


def _test(number: int) -> Any:
    async def random_topology_test(bench: Bench) -> None:
        passed = False
        try:
            await run(bench)
            passed = not bench.checker.problems
        finally:
            (RESULTS / f"{bench.name}.json").write_text(dump(result(bench, passed)))
            bench.recorder.write(RESULTS / f"{bench.name}.jsonl.gz")

    random_topology_test.__name__ = random_topology_test.__qualname__ = f"topology_{number}"
    random_topology_test.__doc__ = None
    return topology_test(timeout_us=100_000)(random_topology_test)


for _number in range(FIRST, FIRST + TOPOLOGIES):
    globals()[f"topology_{_number}"] = _test(_number)
