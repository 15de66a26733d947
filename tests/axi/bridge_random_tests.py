# SPDX-License-Identifier: MIT
"""Random tests of the bridge; every choice comes from the test's seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cocotbext.msi_its.vocabulary.operations import BindTarget, Disable, EnableWithRid, SetBusRange
from msi_its_model import AxiBeat, AxiBurst, AxiResponse
from tests.axi.agents import Burst
from tests.axi.bench import (
    CONNECTION,
    MSI64_PAGE,
    PAGE,
    RANGE,
    RIDS,
    ROUTE_PAGE,
    SECONDARY,
    SUBORDINATE,
    TARGET,
)
from tests.axi.bridge_bench import IDS, MESSAGE_ID, BridgeBench, bridge_test
from tests.axi.bridge_rule_tests import routes, signal
from tests.axi.random_tests import LATENCIES, OTHER, SHARES


def source(bench: BridgeBench) -> dict[str, Any]:
    """Return who sends: mostly one of two targets, with a bus at or beside the edge of a range."""
    draw = bench.rng
    target = draw.choice((*(TARGET,) * 4, *(OTHER,) * 3, draw.randrange(1, 1 << 16)))
    edges = (SECONDARY, SECONDARY + 1, SUBORDINATE - 1, SUBORDINATE)
    bus = draw.choice((*edges, SECONDARY - 1, SUBORDINATE + 1, draw.randrange(256)))
    return {"target": target, "rid": bus << 8 | draw.randrange(1, 256)}


def page_write(bench: BridgeBench) -> Burst:
    """Return a legal write to the page that is no message, mostly."""
    draw = bench.rng
    lanes = bench.width // 8
    offset = draw.choice((0x40, 0x44, draw.randrange(0, 0x1_0000, 4)))
    if draw.random() < 0.5:
        address = PAGE | offset - offset % lanes
        made = bench.write(address=address, burst=AxiBurst.INCR, size=(lanes - 1).bit_length())
        room = (4096 - address % 4096) // lanes
        beats = made.beats[: min(room, draw.choice((1, 1, 2, 5)))]
        return bench.message(address=address, beats=beats, size=made.size, **source(bench))
    strobes = draw.choice((0, 0xF, 0x3, 0x1, 0xC)) << offset % lanes
    beats = [AxiBeat(bench.data(), strobes)]
    return bench.message(address=PAGE | offset, beats=beats, size=2, **source(bench))


def any_access(bench: BridgeBench) -> tuple[bool, Burst]:
    """Return any legal access, and whether it is a write."""
    draw = bench.rng
    kind = draw.randrange(20)
    axi_id = draw.choice(bench.ids)
    if kind < 6:
        return True, bench.message(draw.random() < 0.2, id=axi_id, **source(bench))
    if kind < 12:
        return True, bench.write(id=axi_id, **source(bench))
    if kind < 14:
        return True, page_write(bench)
    if kind < 19:
        return False, bench.burst(id=axi_id, **source(bench))
    page = PAGE | draw.randrange(0, 0x1000, 64)
    return False, Burst(page, id=axi_id, length=draw.randrange(1, 9), size=2, **source(bench))


def disturb(bench: BridgeBench) -> None:
    """Choose how much each channel stalls, how late memory and ITS answer, what; and which IDs."""
    draw = bench.rng
    every = range(MESSAGE_ID)
    few = draw.sample(every, min(MESSAGE_ID, 20))
    bench.ids = draw.choice((IDS, IDS[:1], IDS[:2], few, list(every)))
    for channel in bench.channels:
        bench.stall([channel], draw.choice(SHARES), draw.choice((2, 5, 11)))
    for agent in (bench.its, bench.memory):
        latency, spread = draw.choice(LATENCIES), draw.choice((1, 2, 17, 60))
        agent.latency = delays(bench, latency, spread)
        agent.answer = bench.errors(draw.choice((0.0, 0.1, 0.8)))
    bench.memory.mixed = draw.choice((0.0, 0.2, 0.9))


def delays(bench: BridgeBench, latency: int, spread: int) -> Callable[[], int]:
    """Return what chooses latencies: so many cycles, and up to `spread` more."""
    draw = bench.rng
    return lambda: latency + draw.randrange(spread)


def send(bench: BridgeBench, count: int) -> None:
    """Send so many accesses, addresses and data of writes in their own time."""
    writes: list[Burst] = []
    for _ in range(count):
        write, access = any_access(bench)
        if write:
            writes.append(access)
        else:
            bench.requester.read(access)
    for access in writes:
        bench.requester.send_data(access)
    for access in writes:
        bench.requester.send_address(access)


async def port(bench: BridgeBench) -> None:
    """Bring up the other target and the routes."""
    await bench.execute(BindTarget(OTHER, CONNECTION, RANGE, 0x77))
    await routes(bench, 4)


@bridge_test(timeout_us=40000)
async def random_traffic(bench: BridgeBench) -> None:
    """Everything at once, with events of routes and new bus ranges between."""
    draw = bench.rng
    await port(bench)
    for number in range(40):
        disturb(bench)
        names = ("refused_okay", "dropped_slverr", "msi64", "check_all")
        await bench.configure(**{name: draw.randrange(2) for name in names})
        if number % 8 == 7:
            await bench.move(PAGE, MSI64_PAGE ^ draw.randrange(1, 1 << 15) << 16)
        ahead = draw.choice((0, 0, 1, 5))
        bench.requester.addresses.pause = bool(ahead)
        send(bench, 80)
        await bench.cycles(1 + ahead)
        bench.requester.addresses.pause = False
        for _ in range(4):
            await signal(bench, draw.randrange(1, 5))
        route = draw.randrange(1, 5)
        await bench.registers.execute(Disable(route))
        await signal(bench, route)
        # ... which enabling it delivers, or not: its bus may be out of range
        again = EnableWithRid(route, RIDS[1], ROUTE_PAGE + 0x44 * route, draw.getrandbits(32))
        await bench.registers.execute(again)
        first = draw.choice((*(SECONDARY,) * 3, SECONDARY - 1, SUBORDINATE, SUBORDINATE + 1))
        await bench.execute(SetBusRange(RANGE, first, SUBORDINATE))
        await bench.settle()
    counts = bench.checker.counts
    log(bench)
    assert min(counts["sent"], counts["dropped"], counts["refused SOURCE"]) > 100
    assert counts["of routes"] > 80 and counts["writes that passed"] > 400
    assert bench.order.counts["messages after data"] >= counts["sent"] * 0.9


def log(bench: BridgeBench) -> None:
    """Say how much has passed."""
    counts = bench.checker.counts
    bench.log.info(
        "measured: compared %d writes (%d messages), %d reads, %d bytes of DMA; %d bits",
        counts["s_axi_b"],
        counts["messages"],
        counts["s_axi_ar"],
        counts["bytes"],
        bench.width,
    )


@bridge_test(timeout_us=40000)
async def random_resets(bench: BridgeBench) -> None:
    """The same, cut off by resets at any moment."""
    draw = bench.rng
    for _ in range(30):
        await port(bench)
        disturb(bench)
        send(bench, 40)
        await bench.cycles(draw.randrange(1, 120))
        await bench.set_up()
    send(bench, 40)
    await bench.settle()
    assert bench.checker.counts["s_axi_b"] > 80


@bridge_test(timeout_us=10000)
async def dma_storm(bench: BridgeBench) -> None:
    """Long writes and reads of all IDs, back to back, and messages among them, without stalls."""
    draw = bench.rng
    bench.memory.latency = delays(bench, 40, 60)
    bench.memory.answer = lambda: AxiResponse.OKAY
    largest = (bench.width // 8 - 1).bit_length()
    for number in range(120):
        chosen: dict[str, Any] = {"burst": AxiBurst.INCR, "size": largest}
        chosen["length"] = draw.choice((1, 8, 4096 // (bench.width // 8) // 4))
        bench.requester.send(bench.write(id=draw.choice(bench.ids), **chosen))
        bench.requester.read(bench.burst(id=draw.choice(bench.ids), **chosen))
        for _ in range(draw.choice((0, 0, 1, 2))):
            bench.requester.send(bench.message(number % 5 == 0, id=draw.choice(bench.ids)))
    await bench.settle()
    log(bench)
    assert bench.checker.counts["sent"] > 60
