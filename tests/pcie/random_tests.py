# SPDX-License-Identifier: MIT
"""Random tests of the filter; every choice comes from the test's seed."""

from __future__ import annotations

from typing import Any

from cocotb.triggers import ClockCycles

from msi_its_model import Tlp
from tests.pcie import packets
from tests.pcie.agents import beats
from tests.pcie.bench import HIGH, LOW, Bench, tlp_test

SHARES = (0.0, 0.05, 0.3, 0.6, 0.9)
LATENCIES = (0, 0, 1, 3, 7, 13, 29, 61)  # of which no two have a common divisor
KINDS = (
    *(packets.WRITE, packets.READ, packets.READ_LOCKED, *packets.ATOMICS),
    *(*packets.THREE_DWORDS, packets.MESSAGE, packets.MESSAGE_DATA),
)


def any_packet(bench: Bench) -> Tlp:
    """Return a message or a write, mostly; or anything else, well-formed or not."""
    draw = bench.rng
    beside: dict[str, Any] = {
        "prefixes": tuple(
            0x91000000 | draw.getrandbits(24) for _ in range(draw.choice((0, 0, 1, 4)))
        ),
        "digest": draw.random() < 0.3,
        "error": draw.random() < 0.05,
        "poisoned": draw.random() < 0.05,
        "address_type": draw.choice((*(0,) * 15, 1, 2, 3)),
        "other": draw.getrandbits(10),
        "hint": draw.getrandbits(2),
    }
    kind = draw.randrange(10)
    if kind < 3:
        return bench.message(first=draw.choice((15, 15, 15, 3)), **beside)
    longest = draw.choice((1, 3, 2 * bench.lanes, 70))
    length = draw.randrange(1, longest + 1)
    if kind < 6:
        return bench.write(length, **beside)
    address = draw.choice(
        (
            *(bench.page | 0x40, bench.page | draw.randrange(0, 0x10000, 4)),
            *(bench.page - 4, (bench.page | 0x40) ^ 1 << draw.randrange(2, 64)),
        )
    )
    announced = draw.choice((1, 1, length))
    wrong = draw.random() < 0.2
    which = draw.choice(KINDS)
    four = which[1] >> 3 == 2 if which[1] not in (0, 1, 12, 13, 14, 27) else address >> 32 != 0
    return bench.packet(
        kind=which,
        four=four,
        address=address,
        length=announced,
        data=length if wrong else None,
        first=draw.getrandbits(4),
        last=draw.choice((0, draw.getrandbits(4))),
        **beside,
    )


def send_any(bench: Bench) -> None:
    """Send a packet, or something that is none."""
    draw = bench.rng
    tlp = any_packet(bench)
    made = beats(tlp, bench.width)
    spoilt = draw.random()
    if spoilt < 0.03:
        made = draw.choice((made[1:], made[:-1], made[:1]))
    elif spoilt < 0.06:
        made[-1] = made[-1]._replace(eop=0)
    elif spoilt < 0.09:
        made = [beat._replace(hdr=draw.getrandbits(128)) for beat in made]
    elif spoilt < 0.12:
        made = [beat._replace(empty=draw.randrange(bench.lanes)) for beat in made]
    bench.root.send_beats(made)


def disturb(bench: Bench) -> None:
    """Choose how much each channel stalls, and how late writes are committed."""
    draw = bench.rng
    for channel in bench.root.channels:
        bench.stall([channel], draw.choice(SHARES), draw.choice((2, 5, 11)))
    latency = draw.choice(LATENCIES)
    spread = draw.choice((1, 2, 17))
    bench.root.latency = lambda: latency + draw.randrange(spread)


@tlp_test(timeout_us=20000)
async def random_packets(bench: Bench) -> None:
    """Everything at once, well-formed or not, header beside data."""
    for _ in range(40):
        disturb(bench)
        await bench.configure(page=bench.rng.choice((HIGH, LOW)))
        for _ in range(60):
            send_any(bench)
        bench.root.send(bench.message())  # ends what has no end
        await bench.settle()
    counts = bench.checker.counts
    assert min(counts["messages"], counts["passing"]) > 400
    assert min(counts[f"removed {name}"] for name in ("MALFORMED", "POISONED", "ERROR")) > 10


@tlp_test(timeout_us=20000)
async def random_raw_packets(bench: Bench) -> None:
    """The same in wire order, whole, cut and damaged."""
    draw = bench.rng
    for _ in range(40):
        disturb(bench)
        await bench.configure(page=draw.choice((HIGH, LOW)), raw=True)
        for _ in range(60):
            tlp = any_packet(bench)
            if draw.random() < 0.8:
                bench.root.send_as_raw(tlp)
                continue
            raw = bytearray(packets.wire(tlp))
            if draw.random() < 0.5:
                raw = raw[: 4 * draw.randrange(1, len(raw) // 4 + 1)]
            else:
                at = draw.randrange(len(raw))
                raw[at] ^= 1 << draw.randrange(8)
            odd = draw.getrandbits(bench.width // 8) if draw.random() < 0.3 else None
            bench.root.send_raw(bytes(raw), keep=odd)
        await bench.settle()
    counts = bench.checker.counts
    assert min(counts["messages"], counts["passing"]) > 400
    assert counts["removed MALFORMED"] > 50


@tlp_test(timeout_us=20000)
async def random_resets(bench: Bench) -> None:
    """Both, cut off by resets at any moment."""
    draw = bench.rng
    for _ in range(40):
        disturb(bench)
        bench.dut.raw.value = int(raw := draw.random() < 0.5)
        for _ in range(40):
            if raw:
                bench.root.send_as_raw(any_packet(bench))
            else:
                send_any(bench)
        await ClockCycles(bench.dut.clk, draw.randrange(1, 90))
        await bench.reset()
    bench.dut.raw.value = 0
    bench.root.send(*(any_packet(bench) for _ in range(40)))
    await bench.settle()
    assert bench.checker.counts["packets"] > 200
