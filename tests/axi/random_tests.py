# SPDX-License-Identifier: MIT
"""Random tests of both ends around the translator; every choice comes from the test's seed."""

from __future__ import annotations

from typing import Any

from cocotb.triggers import ClockCycles

from cocotbext.msi_its.vocabulary.operations import BindTarget, Disable, EnableWithRid, SetBusRange
from msi_its_model import AxiBeat, AxiBurst, AxiResponse
from tests.axi.agents import Burst
from tests.axi.bench import (
    CONNECTION,
    PAGE,
    PARAMETERS,
    RANGE,
    RIDS,
    ROUTE_PAGE,
    SECONDARY,
    SUBORDINATE,
    TARGET,
    Bench,
    axi_test,
)
from tests.axi.rule_tests import routes, signal

SHARES = (0.0, 0.05, 0.3, 0.6, 0.9)
LATENCIES = (0, 0, 1, 3, 7, 13, 29, 61)  # of which no two have a common divisor
OTHER = 11
"""Another target, with the range of the first one and buses that change."""


def any_burst(bench: Bench) -> Burst:
    """Return a message, mostly; or anything else, legal or not."""
    draw = bench.rng
    lanes = bench.width // 8
    target = draw.choice((*(TARGET,) * 4, *(OTHER,) * 3, draw.randrange(1, 1 << 16)))
    bus = draw.choice(
        (
            *(SECONDARY, SECONDARY + 1, SUBORDINATE - 1, SUBORDINATE),
            *(SECONDARY - 1, SUBORDINATE + 1, draw.randrange(256)),
        )
    )
    rid = bus << 8 | draw.randrange(1, 256)
    who: dict[str, Any] = {"target": target, "rid": rid}
    kind = draw.randrange(10)
    if kind < 6:
        return bench.message(draw.random() < 0.2, **who)
    strobes = [draw.getrandbits(lanes), 0xF, 0x3, 0, (1 << lanes) - 1, 0xF << draw.randrange(lanes)]
    address = draw.choice(
        (
            *(PAGE | 0x40, PAGE | 0x40, PAGE | draw.randrange(0x40, 0x80, 4)),
            *(
                PAGE | draw.getrandbits(16),
                PAGE ^ 1 << draw.randrange(16, PARAMETERS["ADDR_WIDTH"]) | 0x40,
            ),
        )
    )
    count = draw.choice((1, 1, 1, 2, 3, draw.randrange(1, 20)))
    beats = [AxiBeat(bench.data(), draw.choice(strobes) & ((1 << lanes) - 1)) for _ in range(count)]
    return bench.message(
        **who,
        address=address,
        beats=beats,
        size=draw.randrange(lanes.bit_length()),
        burst=draw.choice(list(AxiBurst)),
        length=draw.choice((None, None, None, None, draw.randrange(1, 5))),
        attributes={"lock": draw.randrange(2), "cache": draw.randrange(16)},
    )


def disturb(bench: Bench) -> None:
    """Choose how much each channel stalls, how late the ITS answers and what."""
    draw = bench.rng
    for channel in (*bench.requester.channels, *bench.its.channels):
        bench.stall([channel], draw.choice(SHARES), draw.choice((2, 5, 11)))
    latency = draw.choice(LATENCIES)
    spread = draw.choice((1, 2, 17))
    bench.its.latency = lambda: latency + draw.randrange(spread)
    errors = draw.choice((0.0, 0.1, 0.8))
    bad = [each for each in AxiResponse if each is not AxiResponse.OKAY]
    bench.its.answer = lambda: draw.choice(bad) if draw.random() < errors else AxiResponse.OKAY


async def port(bench: Bench) -> None:
    """Bring up the other target and the routes."""
    await bench.execute(BindTarget(OTHER, CONNECTION, RANGE, 0x77))
    await routes(bench, 4)


@axi_test(timeout_us=20000)
async def random_writes(bench: Bench) -> None:
    """Everything at once, with events of routes and new bus ranges between."""
    draw = bench.rng
    await port(bench)
    for _ in range(50):
        disturb(bench)
        levels = {name: draw.randrange(2) for name in ("refused_okay", "dropped_slverr", "msi64")}
        await bench.configure(**levels)
        bursts = [any_burst(bench) for _ in range(60)]
        ahead = draw.choice((0, 0, 1, 5))
        bench.requester.addresses.pause = bool(ahead)
        for burst in bursts:
            bench.requester.send_data(burst)
        for burst in bursts:
            bench.requester.send_address(burst)
        await ClockCycles(bench.dut.clk, 1 + ahead)
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
    assert min(counts["sent"], counts["dropped"], counts["refused"]) > 400
    assert counts["of routes"] > 100


@axi_test(timeout_us=20000)
async def random_resets(bench: Bench) -> None:
    """The same, cut off by resets at any moment."""
    draw = bench.rng
    for _ in range(40):
        await port(bench)
        disturb(bench)
        bench.requester.send(*(any_burst(bench) for _ in range(40)))
        await ClockCycles(bench.dut.clk, draw.randrange(1, 90))
        await bench.set_up()
    bench.requester.send(*(any_burst(bench) for _ in range(40)))
    await bench.settle()
    assert bench.checker.counts["s_axi_b"] > 200
