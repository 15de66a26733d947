# SPDX-License-Identifier: MIT
"""Directed tests of both ends around the translator, one or more for each rule from B1 to B8.

What is right the checker says, from monitors alone. What a test asserts itself is that what it is
about did happen.
"""

from __future__ import annotations

from itertools import cycle
from typing import Any

from cocotb.triggers import ClockCycles, FallingEdge, Timer
from cocotbext.axi import AxiMasterWrite
from cocotbext.axi.axi_channels import AxiWriteBus

from cocotbext.msi_its.vocabulary.operations import (
    Connect,
    Disconnect,
    EnableWithRid,
    NewRoute,
    SetBusRange,
)
from msi_its_model import AxiBeat, AxiBurst, AxiRefusal, AxiResponse
from tests.axi.agents import Burst, stall
from tests.axi.bench import (
    CONNECTION,
    MSI64_PAGE,
    PAGE,
    PARAMETERS,
    RANGE,
    RIDS,
    ROUTE_PAGE,
    SECONDARY,
    SUBORDINATE,
    TABLES,
    TARGET,
    Bench,
    axi_test,
)
from tests.axi.checker import REASONS

OUT_OF_RANGE = (SECONDARY - 1) << 8 | 0x42


def sent(bench: Bench) -> int:
    """Return how many messages were sent."""
    return bench.checker.counts["sent"]


# ---- B1 ------------------------------------------------------------------------------------------


@axi_test()
async def b1_dword_or_its_lower_half(bench: Bench) -> None:
    """Strobes decide: all sizes, bursts and locks, whole words and halves."""
    largest = (bench.width // 8).bit_length()
    bursts = [
        bench.message(half, size=size, burst=burst, attributes={"lock": lock})
        for half in (False, True)
        for size in range(largest)
        for burst in AxiBurst
        for lock in (0, 1)
    ]
    bench.requester.send(*bursts)
    await bench.settle()
    assert sent(bench) == len(bursts)
    short = [message.operation.data >> 16 == 0 for _, message, _ in bench.seen["retire"][4:]]
    assert short == [False] * (len(bursts) // 2) + [True] * (len(bursts) // 2)


@axi_test()
async def b1_what_else_is_beside_an_address_means_nothing(bench: Bench) -> None:
    """Cache, protection, quality of service and region."""
    for name, bits in (("cache", 4), ("prot", 3), ("qos", 4), ("region", 4)):
        for bit in range(bits):
            bench.requester.send(bench.message(attributes={name: 1 << bit}))
    await bench.settle()
    assert sent(bench) == 15


@axi_test()
async def b1_flush(bench: Bench) -> None:
    """Anywhere in the page, between messages: answered, and nothing else."""
    for offset in (0x40, 0, 0x44, 0x80, 0xFFC0, 0xFFFC):
        flush = bench.message(address=PAGE | offset, beats=[AxiBeat(bench.data(), 0)])
        bench.requester.send(flush, bench.message())
    await bench.settle()
    assert sent(bench) == 6 and bench.checker.counts["flushes"] == 6
    assert not bench.seen["refused"]


async def refused(bench: Bench, why: AxiRefusal, *bursts: Burst) -> None:
    """Send writes, with a message after each, that are all refused for one reason."""
    for burst in bursts:
        bench.requester.send(burst, bench.message())
    await bench.settle()
    assert bench.checker.counts[f"refused {why.name}"] == len(bursts)
    assert [each.reason for _, each, _ in bench.seen["refused"]] == [REASONS[why]] * len(bursts)
    assert sent(bench) == len(bursts)


@axi_test()
async def b1_refused_outside(bench: Bench) -> None:
    """Any bit of the page's address differs; with strobes of a message, of a flush, and a burst."""
    addresses = [(PAGE | 0x40) ^ 1 << bit for bit in range(16, PARAMETERS["ADDR_WIDTH"])]
    bursts = [bench.message(address=address) for address in addresses]
    bursts.append(bench.message(address=PAGE + 0x1_0040, beats=[AxiBeat(bench.data(), 0)]))
    beats = [AxiBeat(bench.data(), 0xF) for _ in range(4)]
    bursts.append(bench.message(address=PAGE - 0x40, beats=beats))
    await refused(bench, AxiRefusal.OUTSIDE, *bursts)


@axi_test()
async def b1_refused_offset(bench: Bench) -> None:
    """Any bit of the offset differs, with the strobes that would be right."""
    offsets = [0x40 ^ 1 << bit for bit in range(2, 16)]
    lanes = bench.width // 8
    bursts = [bench.message(address=PAGE | offset) for offset in offsets]
    bursts += [
        bench.message(address=PAGE | offset, beats=[AxiBeat(bench.data(), 0xF << offset % lanes)])
        for offset in offsets
    ]
    await refused(bench, AxiRefusal.OFFSET, *bursts)


@axi_test()
async def b1_refused_strobes(bench: Bench) -> None:
    """Each byte more or less, gaps, all bytes, each dword but the right one."""
    lanes = bench.width // 8
    tried = {right ^ 1 << bit for right in (0xF, 0x3) for bit in range(lanes)}
    tried |= {0xF << 4 * dword for dword in range(1, lanes // 4)}
    tried |= {(1 << lanes) - 1, 0xC, 0x9, 0x5, 0x6, 0xF | 0xF << lanes - 4}
    tried -= {0xF, 0x3}
    bursts = [bench.message(beats=[AxiBeat(bench.data(), strobes)]) for strobes in tried]
    bursts += [bench.message(address=PAGE | 0x40 | low) for low in (1, 2, 3)]
    await refused(bench, AxiRefusal.STROBES, *bursts)


@axi_test()
async def b1_refused_burst(bench: Bench) -> None:
    """Of all kinds, up to the longest, with the strobes of messages in any beat; or with none."""
    bursts = []
    for kind in AxiBurst:
        for count in (2, 3, 4, 16):
            beats = [AxiBeat(bench.data(), 0xF) for _ in range(count)]
            bursts.append(bench.message(burst=kind, beats=beats))
    bursts.append(bench.message(beats=[AxiBeat(bench.data(), 0)] * 256))
    bursts.append(bench.message(beats=[AxiBeat(1, 0), AxiBeat(bench.data(), 0xF)]))
    bursts.append(bench.message(beats=[AxiBeat(bench.data(), 0xF), AxiBeat(1, 0)]))
    # AWLEN and WLAST contradict each other: illegal, so never a message
    bursts.append(bench.message(length=2))
    bursts.append(bench.message(length=1, beats=[AxiBeat(bench.data(), 0xF)] * 2))
    await refused(bench, AxiRefusal.BURST, *bursts)


@axi_test(drives=False)
async def b1_what_a_manager_of_others_sends(bench: Bench) -> None:
    """cocotbext-axi's own manager: narrow strobes in full beats, and its own bursts."""
    bus = AxiWriteBus.from_prefix(bench.dut, "s_axi")
    manager = AxiMasterWrite(bus, bench.dut.clk, bench.dut.rst_n, reset_active_level=False)
    largest = (bench.width // 8).bit_length() - 1
    user = TARGET << 16 | RIDS[0]

    async def written(offset: int, data: bytes, size: int | None, axi_id: int) -> int:
        axi_id %= 1 << PARAMETERS["ID_WIDTH"]
        done = await manager.write(PAGE + offset, data, awid=axi_id, size=size, user=user)
        return int(done.resp)

    await ClockCycles(bench.dut.clk, 2)
    assert await written(0x40, b"\x01\x02\x03\x04", None, 1) == AxiResponse.OKAY
    assert await written(0x40, b"\x05\x06\x07\x08", 2, 2) == AxiResponse.OKAY
    assert await written(0x40, b"\x09\x0a", largest, 3) == AxiResponse.OKAY
    assert await written(0x40, b"\x0b\x0c", 1, 4) == AxiResponse.OKAY
    assert sent(bench) == 4
    assert await written(0x40, bytes(range(1, 65)), None, 5) == AxiResponse.SLVERR
    assert await written(0x40, b"\x01\x02\x03\x04", 0, 6) == AxiResponse.SLVERR  # four beats
    assert await written(0x44, b"\x01\x02\x03\x04", None, 7) == AxiResponse.SLVERR
    assert await written(0x42, b"\x01\x02", None, 8) == AxiResponse.SLVERR
    assert await written(0x1_0040, b"\x01\x02\x03\x04", None, 9) == AxiResponse.DECERR
    assert sent(bench) == 4
    names = ("BURST", "OFFSET", "STROBES", "OUTSIDE")
    assert [bench.checker.counts[f"refused {name}"] for name in names] == [2, 1, 1, 1] or (
        bench.width == 512  # 64 bytes are one beat there
        and [bench.checker.counts[f"refused {name}"] for name in names] == [1, 1, 2, 1]
    )


# ---- B3 ------------------------------------------------------------------------------------------


async def signal(bench: Bench, route: int) -> None:
    """Signal the event of a route, once."""
    bench.dut.s_evt_route.value = route
    bench.dut.s_evt_valid.value = 1
    await ClockCycles(bench.dut.clk, 1)
    while not int(bench.dut.s_evt_ready.value):
        await ClockCycles(bench.dut.clk, 1)
    bench.dut.s_evt_valid.value = 0


async def routes(bench: Bench, count: int = 16) -> None:
    """Make routes whose messages go to as many dwords, in a row."""
    for number in range(count):
        address = ROUTE_PAGE + 0x40 * (number % 3) + 4 * number
        await bench.execute(
            NewRoute(number + 1, TARGET),
            EnableWithRid(number + 1, RIDS[1], address, bench.rng.getrandbits(32)),
        )


@axi_test(timeout_us=1200)
async def b3_each_dword_on_its_lane(bench: Bench) -> None:
    """Messages of routes go to any address; they answer no write."""
    await routes(bench)
    for number in range(16):
        await signal(bench, number + 1)
        bench.requester.send(bench.message())
    await bench.settle()
    assert bench.checker.counts["of routes"] == 16 and sent(bench) == 16
    addresses = {each.addr % 64 for _, each, _ in bench.seen["m_its_aw"]}
    assert addresses == set(range(0, 64, 4))


@axi_test()
async def b3_device_id_in_awuser(bench: Bench) -> None:
    """All bits of it, as far up as is asked for."""
    for bit in range(PARAMETERS["DEVID_BITS"] - 16):
        await bench.execute(Connect(CONNECTION, 0x1_0000 << bit))
        bench.requester.send(bench.message())
        await bench.settle()
    assert sent(bench) == PARAMETERS["DEVID_BITS"] - 16
    users = [each.user for _, each, _ in bench.seen["m_its_aw"]]
    assert len(set(users)) == len(users)


@axi_test(widths=(64, 128, 512))
async def b3_msi64(bench: Bench) -> None:
    """On and off again: one or the other, never both."""
    bench.requester.send(bench.message())
    await bench.configure(msi64=1)
    bench.requester.send(*(bench.message(half) for half in (False, True, False)))
    await bench.configure(msi64=0)
    bench.requester.send(bench.message())
    await bench.settle()
    sizes = [(each.size, each.addr) for _, each, _ in bench.seen["m_its_aw"]]
    assert sizes == [(2, PAGE | 0x40), *[(3, MSI64_PAGE | 0x40)] * 3, (2, PAGE | 0x40)]


@axi_test(widths=(32,))
async def b3_msi64_has_no_effect_on_32_bits(bench: Bench) -> None:
    """There is no write of 64 bits."""
    await bench.configure(msi64=1)
    bench.requester.send(bench.message())
    await bench.settle()
    assert [each.size for _, each, _ in bench.seen["m_its_aw"]] == [2]


# ---- B5 ------------------------------------------------------------------------------------------


@axi_test()
async def b5_sent_has_the_response_of_the_its(bench: Bench) -> None:
    """Each response, early and late, each to its own write."""
    for latency in (0, 1, 7, 50):
        bench.its.latency = lambda latency=latency: latency  # type: ignore[misc]
        responses = [bench.rng.choice(list(AxiResponse)) for _ in range(20)] + list(AxiResponse)
        left = iter(responses)
        bench.its.answer = lambda left=left: next(left)  # type: ignore[misc]
        bench.requester.send(*(bench.message() for _ in responses))
        await bench.settle()
    assert all(bench.checker.counts[f"answered {each.name}"] >= 4 for each in AxiResponse)


@axi_test()
async def b5_no_response_before_the_its_has_given_its_own(bench: Bench) -> None:
    """However long that takes; those behind wait too, whatever they are."""
    bench.its.silent = True
    bench.requester.send(bench.message())
    bench.requester.send(bench.message(rid=OUT_OF_RANGE), bench.message(address=PAGE))
    bench.requester.send(bench.message(beats=[AxiBeat(1, 0)]))
    await ClockCycles(bench.dut.clk, 300)
    assert len(bench.seen["m_its_aw"]) == 1 and not bench.seen["s_axi_b"]
    bench.its.silent = False
    await bench.settle()
    assert len(bench.seen["s_axi_b"]) == 4


@axi_test()
async def b5_dropped(bench: Bench) -> None:
    """For all reasons: OKAY, or SLVERR where that is asked for. Nothing leaves."""
    for slverr in (0, 1, 0):
        await bench.configure(dropped_slverr=slverr)
        bench.requester.send(bench.message(), bench.message(rid=OUT_OF_RANGE), bench.message())
        bench.requester.send(bench.message(target=TARGET + 1, rid=OUT_OF_RANGE))
        bench.requester.send(bench.message(target=TARGET + 1, rid=0x0042))  # never bound
        bench.requester.send(bench.message(target=0xFFFF))  # not in the table
        await bench.settle()
        await bench.execute(SetBusRange(RANGE, SUBORDINATE, SECONDARY))
        bench.requester.send(bench.message())
        await bench.settle()
        await bench.execute(SetBusRange(RANGE, SECONDARY, SUBORDINATE))
        base = 0x9 << (PARAMETERS["DEVID_BITS"] - 4)
        await bench.execute(Disconnect(CONNECTION))
        bench.requester.send(bench.message())
        await bench.settle()
        await bench.execute(Connect(CONNECTION, base))
    assert sent(bench) == 6 and bench.checker.counts["dropped"] == 18
    assert bench.checker.counts["answered SLVERR"] == 6


@axi_test()
async def b5_refused_okay(bench: Bench) -> None:
    """Where that is asked for; outside of the page it stays DECERR."""
    for okay in (0, 1, 0):
        await bench.configure(refused_okay=okay)
        bench.requester.send(
            bench.message(address=PAGE | 0x44),
            bench.message(beats=[AxiBeat(1, 1)]),
            bench.message(beats=[AxiBeat(1, 0xF)] * 2),
            bench.message(address=PAGE - 4),
            bench.message(),
        )
    await bench.settle()
    counts = bench.checker.counts
    assert (counts["answered SLVERR"], counts["answered DECERR"], counts["sent"]) == (6, 3, 3)


# ---- B6 ------------------------------------------------------------------------------------------


@axi_test()
async def b6_data_before_its_address(bench: Bench) -> None:
    """And addresses before their data: two writes' worth is taken without the other."""
    requester = bench.requester
    for distance in (1, 2, 3, 10):
        bursts = [bench.message() for _ in range(distance)]
        if distance > 2:
            bursts.insert(2, bench.message(beats=[AxiBeat(bench.data(), 0xF)] * 5))
        for first, second, stream in (
            (requester.send_data, requester.send_address, "s_axi_w"),
            (requester.send_address, requester.send_data, "s_axi_aw"),
        ):
            before = len(bench.seen[stream])
            for burst in bursts:
                first(burst)
            await ClockCycles(bench.dut.clk, 40)
            taken = len(bench.seen[stream]) - before
            assert taken == min(distance, 2), f"{stream}: {taken} of {distance} were taken"
            for burst in bursts:
                second(burst)
            await bench.settle()
    assert sent(bench) == 2 * 16


@axi_test()
async def b6_the_its_takes_one_channel_at_a_time(bench: Bench) -> None:
    """It takes no address before it has the data, or no data before it has the address."""
    its = bench.its
    for blocked, first, second in (
        (its.addresses, "m_its_w", "m_its_aw"),
        (its.data, "m_its_aw", "m_its_w"),
    ):
        blocked.pause = True
        goal = 12 + len(bench.seen[second])
        bench.requester.send(*(bench.message() for _ in range(12)))
        while (before := len(bench.seen[second])) < goal:
            for _ in range(60):
                await ClockCycles(bench.dut.clk, 1)
                if len(bench.seen[first]) > before:
                    break
            else:
                raise AssertionError(f"{second} is not taken, and {first} waits for it")
            blocked.pause = False
            while len(bench.seen[second]) == before:
                await ClockCycles(bench.dut.clk, 1)
            blocked.pause = True
        blocked.pause = False
        await bench.settle()
    assert sent(bench) == 24


@axi_test(timeout_us=2000)
async def b6_stalls_on_each_channel(bench: Bench) -> None:
    """One at a time nearly always, the others now and then or never."""
    channels = [*bench.requester.channels, *bench.its.channels]
    for stalled in channels:
        for others in (0.0, 0.3):
            bench.stall(channels, others)
            bench.stall([stalled], 0.9, 12)
            bench.requester.send(*(bench.message(half=bool(n % 3)) for n in range(12)))
            bench.requester.send(bench.message(address=PAGE), bench.message(rid=OUT_OF_RANGE))
            await bench.settle()
    bench.stall(channels, 0.0)
    assert sent(bench) == 144


@axi_test(timeout_us=2000)
async def b6_stalls_that_never_march_in_step(bench: Bench) -> None:
    """Each channel flows or pauses one cycle of so many, which have no common divisor."""
    channels = [*bench.requester.channels, *bench.its.channels]
    for shift in range(len(channels)):
        periods = dict(zip(channels[shift:] + channels[:shift], (2, 3, 5, 7, 11, 13), strict=True))
        for pauses in (True, False):
            for channel, period in periods.items():
                pattern = [pauses] + [not pauses] * (period - 1)
                stall([channel], lambda pattern=pattern: cycle(pattern))  # type: ignore[misc]
            bench.requester.send(*(bench.message(half=bool(n % 3)) for n in range(20)))
            bench.requester.send(bench.message(address=PAGE), bench.message(rid=OUT_OF_RANGE))
            await bench.settle()
    bench.stall(channels, 0.0)
    assert sent(bench) == 240


@axi_test(timeout_us=800)
async def b6_so_many_are_under_way(bench: Bench) -> None:
    """While the ITS answers nothing: as many as OUTSTANDING says, then all of them."""
    bench.its.silent = True
    count = bench.outstanding + 20
    bench.requester.send(*(bench.message() for _ in range(count)))
    await ClockCycles(bench.dut.clk, count + 60)
    assert len(bench.seen["s_axi_aw"]) == bench.outstanding
    assert len(bench.seen["m_its_aw"]) == bench.outstanding
    assert not bench.seen["s_axi_b"]
    bench.its.silent = False
    await bench.settle()
    assert sent(bench) == count


@axi_test(timeout_us=800)
async def b6_nobody_takes_responses(bench: Bench) -> None:
    """Nor does anything get lost meanwhile."""
    bench.requester.responses.pause = True
    count = bench.outstanding + 20
    bench.requester.send(*(bench.message() for _ in range(count)))
    await ClockCycles(bench.dut.clk, count + 60)
    assert len(bench.seen["s_axi_aw"]) == bench.outstanding
    bench.requester.responses.pause = False
    await bench.settle()
    assert sent(bench) == count


@axi_test()
async def b6_no_path_between_the_sides(bench: Bench) -> None:
    """What changes at one side between clock edges does not show at the other before the next."""
    dut = bench.dut
    inputs = {
        "s_axi": ("awvalid", "wvalid", "bready", "awaddr", "wstrb", "awuser", "awlen"),
        "m_its": ("awready", "wready", "bvalid", "bid", "bresp"),
    }
    outputs = {
        "s_axi": ("awready", "wready", "bvalid", "bid", "bresp"),
        "m_its": ("awvalid", "wvalid", "bready", "awaddr", "awuser", "wdata", "wstrb"),
    }

    def shown() -> list[int]:
        return [
            int(getattr(dut, f"{side}_{name}").value)
            for side, names in outputs.items()
            for name in names
        ]

    async def flip(handle: Any) -> None:
        """Flip an input after a falling edge, and flip it back; nothing may change."""
        await FallingEdge(dut.clk)
        before, value = shown(), int(handle.value)
        handle.value = value ^ 1
        await Timer(1000, "step")
        assert shown() == before, f"{handle._name} shows before a clock edge"
        handle.value = value
        await Timer(1000, "step")

    bench.stall([*bench.requester.channels, *bench.its.channels], 0.3)
    for side, names in inputs.items():
        for name in names:
            bench.requester.send(*(bench.message() for _ in range(4)))
            for _ in range(6):
                await flip(getattr(dut, f"{side}_{name}"))
    bench.stall([*bench.requester.channels, *bench.its.channels], 0.0)


@axi_test()
async def b6_responses_that_belong_to_nothing(bench: Bench) -> None:
    """With nothing under way, with another ID, and before the ITS has both parts of a write."""
    its_id = PARAMETERS["ITS_ID"]
    other = its_id ^ 1
    for _ in range(2):
        bench.its.respond(its_id, AxiResponse.SLVERR)
        await ClockCycles(bench.dut.clk, 5)
        bench.its.silent = True
        bench.requester.send(bench.message())
        await ClockCycles(bench.dut.clk, 20)
        bench.its.respond(other, AxiResponse.DECERR)
        await ClockCycles(bench.dut.clk, 5)
        bench.its.silent = False
        await bench.settle()
        for blocked in (bench.its.addresses, bench.its.data):
            blocked.pause = True
            bench.requester.send(bench.message())
            await ClockCycles(bench.dut.clk, 20)
            bench.its.respond(its_id, AxiResponse.SLVERR)
            await ClockCycles(bench.dut.clk, 5)
            blocked.pause = False
            await bench.settle()
    assert bench.checker.counts["strays"] == 8
    assert bench.checker.counts["answered OKAY"] == 6


# ---- B7 ------------------------------------------------------------------------------------------


def per_item(bench: Bench, stream: str) -> float:
    """Return how many cycles there are from one transfer to the next, on average."""
    cycles = [cycle for cycle, _, _ in bench.seen[stream]]
    return (cycles[-1] - cycles[0]) / (len(cycles) - 1)


WAY = 12
"""Cycles from an address that is taken to its response, with an ITS that answers at once."""


@axi_test(timeout_us=1500)
async def b7_a_message_a_cycle(bench: Bench) -> None:
    """While OUTSTANDING covers the way to the ITS and back; measured at three places."""
    count = 6 * max(bench.outstanding, 32)
    for latency in sorted({0, max(0, bench.outstanding - WAY - 1)}):
        bench.its.latency = lambda latency=latency: latency  # type: ignore[misc]
        bench.seen.clear()
        bench.requester.send(*(bench.message() for _ in range(count)))
        await bench.settle()
        rates = [per_item(bench, stream) for stream in ("s_axi_aw", "m_its_aw", "s_axi_b")]
        way = bench.seen["s_axi_b"][0][0] - bench.seen["s_axi_aw"][0][0]
        bench.log.info(
            "measured: %s cycles a message (taken, sent, answered), of %d; %d bits, "
            "%d outstanding, %d cycles from address to response",
            ", ".join(f"{each:.3f}" for each in rates),
            count,
            bench.width,
            bench.outstanding,
            way,
        )
        assert way == WAY + latency
        if bench.outstanding > way:
            assert rates == [1.0, 1.0, 1.0]


@axi_test(timeout_us=1500)
async def b7_refused_and_dropped_cost_no_more(bench: Bench) -> None:
    """A cycle a write, whatever becomes of it."""
    bursts = []
    for number in range(240):
        kinds = (
            bench.message(),
            bench.message(rid=OUT_OF_RANGE),
            bench.message(address=PAGE),
            bench.message(beats=[AxiBeat(1, 0)]),
        )
        bursts.append(kinds[number % 4])
    bench.requester.send(*bursts)
    await bench.settle()
    if bench.outstanding > WAY:
        assert per_item(bench, "s_axi_aw") == 1.0 and per_item(bench, "s_axi_b") == 1.0


@axi_test()
async def b7_latency(bench: Bench) -> None:
    """From what is taken to what leaves, and from the ITS's response to the requester's."""
    most = {"to m_its": 0, "to s_axi_b": 0}
    for early in ("both", "address", "data"):
        for _ in range(3):
            burst = bench.message()
            if early != "data":
                bench.requester.send_address(burst)
            if early != "address":
                bench.requester.send_data(burst)
            if early != "both":
                await ClockCycles(bench.dut.clk, 9)
                if early == "data":
                    bench.requester.send_address(burst)
                else:
                    bench.requester.send_data(burst)
            await bench.settle()
            last = {name: bench.seen[name][-1] for name in bench.seen if name.count("_") == 2}
            taken = max(last["s_axi_aw"][0], last["s_axi_w"][0])
            left = max(last[name][0] - last[name][2] for name in ("m_its_aw", "m_its_w"))
            answered = last["s_axi_b"][0] - last["s_axi_b"][2] - last["m_its_b"][0]
            most["to m_its"] = max(most["to m_its"], left - taken)
            most["to s_axi_b"] = max(most["to s_axi_b"], answered)
    bench.log.info(
        "measured: %d cycles from address and data to m_its, %d from its response to s_axi_b",
        *most.values(),
    )
    assert most["to m_its"] <= 6


# ---- B8 ------------------------------------------------------------------------------------------


@axi_test(timeout_us=2500)
async def b8_reset_in_the_middle(bench: Bench) -> None:
    """Of everything, at many moments: no response for what it cut off, all in order afterwards."""
    channels = [*bench.requester.channels, *bench.its.channels]
    for moment in range(14):
        bench.stall(channels, 0.0 if moment % 2 else 0.3)
        bench.its.latency = lambda: bench.rng.randrange(12)
        for number in range(20):
            beats = [AxiBeat(bench.data(), 0xF)] * (1 + number % 5 // 4)
            bench.requester.send(bench.message(beats=beats))
        await ClockCycles(bench.dut.clk, 3 + moment * 2)
        await bench.set_up()
    bench.requester.send(*(bench.message() for _ in range(10)))
    await bench.settle()
    assert sent(bench) >= 20


@axi_test()
async def b8_messages_wait_while_tables_are_cleared(bench: Bench) -> None:
    """What is sent right after reset is executed when they are: dropped, of targets not bound."""
    for _ in range(3):
        await bench.reset()
        before = len(bench.seen["retire"])
        begun = bench.cycle()
        bench.requester.send(*(bench.message() for _ in range(3)))
        bench.requester.send(bench.message(address=PAGE))
        await bench.settle()
        first, *_ = bench.seen["retire"][before:]
        assert first[0] - begun > max(TABLES) - 8, "the tables were not cleared"
    assert bench.checker.counts["dropped"] == 9 and sent(bench) == 0
