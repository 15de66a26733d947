# SPDX-License-Identifier: MIT
"""Directed tests of the bridge, one or more for each rule from B1 to B9.

What is right the checkers say, from monitors alone. What a test asserts itself is that what it is
about did happen, and what registers say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle, pairwise
from typing import Any

import cocotb
from cocotb.triggers import ClockCycles, FallingEdge, Timer
from cocotbext.axi import AxiBus, AxiMaster, AxiRam

from cocotbext.msi_its.vocabulary import bridge_csr
from cocotbext.msi_its.vocabulary.fields import get_field
from cocotbext.msi_its.vocabulary.operations import (
    BindTarget,
    Connect,
    Disconnect,
    EnableWithRid,
    NewRoute,
    SetBusRange,
)
from msi_its_model import AxiBeat, AxiBurst, AxiResponse
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
)
from tests.axi.bridge_bench import IDS, ITS_PORT, MESSAGE_ID, BridgeBench, bridge_test

OUT_OF_RANGE = (SECONDARY - 1) << 8 | 0x42

ITS_STREAM = "m_its" if ITS_PORT else "m_axi"

REFUSED = {
    "BURST": bridge_csr.REFUSED_BURST,
    "OFFSET": bridge_csr.REFUSED_OFFSET,
    "STROBES": bridge_csr.REFUSED_STROBES,
    "READ": bridge_csr.REFUSED_READS,
}
"""The counters of what is refused in the page."""


def sent(bench: BridgeBench) -> int:
    """Return how many messages were sent."""
    return bench.checker.counts["sent"]


def left(bench: BridgeBench, channel: str, message: bool) -> list[tuple[int, Any, int]]:
    """Return what has left for the ITS, or for memory, on an address channel."""
    streams = {"m_axi": bench.seen[f"m_axi_{channel}"], "m_its": bench.seen[f"m_its_{channel}"]}
    return [
        each for seen in streams.values() for each in seen if (each[1].id >= MESSAGE_ID) == message
    ]


async def until(bench: BridgeBench, condition: Callable[[], bool], cycles: int = 2000) -> None:
    """Wait until something is so; fail if it is not after some cycles."""
    for _ in range(cycles):
        bench.checker.catch_up()
        if condition():
            return
        await bench.cycles(1)
    raise AssertionError("what the test waits for has not come")


# ---- B1 ------------------------------------------------------------------------------------------


@bridge_test()
async def b1_dword_or_its_lower_half(bench: BridgeBench) -> None:
    """Strobes decide: all sizes that select them, and sizes that would select more."""
    largest = (bench.width // 8).bit_length()
    bursts = [
        bench.message(half, size=size, burst=burst, attributes={"lock": lock})
        for half in (False, True)
        for size in range(1 if half else 2, largest)
        for burst in (AxiBurst.INCR, AxiBurst.FIXED)
        for lock in (0, 1)
    ]
    bench.requester.send(*bursts)
    await bench.settle()
    assert sent(bench) == len(bursts)
    short = [message.operation.data >> 16 == 0 for _, message, _ in bench.seen["retire"][4:]]
    assert short.count(True) == sum(burst.beats[0].strobes == 0x3 for burst in bursts)


@bridge_test()
async def b1_what_else_is_beside_an_address_means_nothing(bench: BridgeBench) -> None:
    """Cache, protection, quality of service and region; they are not those of what leaves."""
    for name, bits in (("cache", 4), ("prot", 3), ("qos", 4), ("region", 4)):
        for bit in range(bits):
            bench.requester.send(bench.message(attributes={name: 1 << bit}))
    await bench.settle()
    assert sent(bench) == 15


@bridge_test()
async def b1_flush(bench: BridgeBench) -> None:
    """Anywhere in the page: answered, and nothing else. Outside of it, it is data."""
    for offset in (0x40, 0, 0x44, 0x80, 0xFFC0, 0xFFFC):
        flush = bench.message(address=PAGE | offset, beats=[AxiBeat(bench.data(), 0)])
        bench.requester.send(flush, bench.message())
    bench.requester.send(bench.message(address=PAGE - 64, beats=[AxiBeat(bench.data(), 0)]))
    await bench.settle()
    assert sent(bench) == 6 and bench.checker.counts["flushes"] == 6
    assert len(left(bench, "aw", message=False)) == 1


def refused(bench: BridgeBench) -> dict[str, list[Burst]]:
    """Return accesses to the page that are refused, by reason."""
    lanes = bench.width // 8
    dword = [AxiBeat(bench.data(), 0xF)]
    bits = [bit for bit in range(2, 16) if 1 << bit >= 4]
    offsets = [0x40 ^ 1 << bit for bit in bits]
    tried = {right ^ 1 << bit for right in (0xF, 0x3) for bit in range(lanes)} - {0xF, 0x3}
    tried |= {(1 << lanes) - 1, 0xC, 0x9, 0x5, 0x6} | ({0xF0, 0xFF} if lanes > 4 else set())
    tried -= {0xF, 0x3}
    largest = (lanes - 1).bit_length()
    kinds = ((AxiBurst.FIXED, 16), (AxiBurst.INCR, 2), (AxiBurst.WRAP, 4), (AxiBurst.INCR, 64))
    return {
        "OFFSET": [
            bench.message(
                address=PAGE | offset, beats=[AxiBeat(bench.data(), 0xF << offset % lanes)]
            )
            for offset in offsets
        ],
        "STROBES": [
            bench.message(beats=[AxiBeat(bench.data(), strobes)], size=largest) for strobes in tried
        ],
        "BURST": [
            *(
                bench.message(burst=kind, beats=[AxiBeat(bench.data(), 0xF)] * count)
                for kind, count in kinds
                if kind is AxiBurst.FIXED or lanes == 4
            ),
            *(
                bench.message(burst=kind, size=largest, beats=[AxiBeat(bench.data(), 0xF)] * count)
                for kind, count in kinds
            ),
            bench.message(size=largest, beats=[AxiBeat(bench.data(), 0)] * (4096 // lanes // 2)),
            bench.message(address=PAGE | 0xF000, size=largest, beats=dword * (4096 // lanes % 257)),
        ],
        "READ": [
            *(
                Burst(PAGE | offset, id=bench.rng.choice(IDS), length=length)
                for offset in (0, 0x40, 0x44, 0xFFFC)
                for length in (1,)
            ),
            Burst(PAGE | 0x40, id=bench.rng.choice(IDS), length=4, size=largest),
            Burst(PAGE | 0x40, id=bench.rng.choice(IDS), length=64 // lanes or 1, size=largest),
            Burst(PAGE | 0x1000, id=bench.rng.choice(IDS), length=256, size=2),
            Burst(PAGE | 0x40, id=bench.rng.choice(IDS), length=16, size=2, burst=AxiBurst.FIXED),
            Burst(PAGE | 0x48, id=bench.rng.choice(IDS), length=4, size=2, burst=AxiBurst.WRAP),
        ],
    }


@bridge_test(timeout_us=1500)
async def b1_refused(bench: BridgeBench) -> None:
    """For each reason, between messages and data: counted, and nothing leaves."""
    for why, bursts in refused(bench).items():
        bursts = [each for each in bursts if why == "READ" or 0 < len(each.beats) <= 256]
        data = 0
        for burst in bursts:
            if why == "READ":
                bench.requester.read(burst)
                bench.requester.read(bench.burst())
            else:
                bench.requester.send(burst, bench.message(), bench.write())
                data += 1
        await bench.settle()
        assert bench.checker.counts[f"refused {why}"] == len(bursts), why
        assert await bench.count(REFUSED[why]) == len(bursts), why
    assert int(bench.dut.alert.value)


@bridge_test()
async def b1_the_last_refused_access_is_held(bench: BridgeBench) -> None:
    """Who, where, why; until it is acknowledged the alert is up, and each one raises it again."""
    await bench.settle()
    assert not int(bench.dut.alert.value)
    write = bench.message(address=PAGE | 0x1234, beats=[AxiBeat(bench.data(), 0xF << 0x34 % 4)])
    read = Burst(PAGE | 0x8C, target=0x1357, rid=0x2468, id=IDS[1], length=3)
    for burst, reason in ((write, bridge_csr.Refusal.OFFSET), (read, bridge_csr.Refusal.READ)):
        if burst.beats:
            bench.requester.send(burst)
        else:
            bench.requester.read(burst)
        await bench.settle()
        assert int(bench.dut.alert.value)
        who = await bench.registers.read(bridge_csr.LAST_REFUSED)
        why = await bench.registers.read(bridge_csr.LAST_REFUSED_REASON)
        low = await bench.registers.read(bridge_csr.LAST_REFUSED_ADDRESS_LOW)
        high = await bench.registers.read(bridge_csr.LAST_REFUSED_ADDRESS_HIGH)
        assert who == burst.target << 16 | burst.rid
        assert get_field(bridge_csr.LAST_REFUSED_REASON, "reason", why) == reason
        assert get_field(bridge_csr.LAST_REFUSED_REASON, "read", why) == (not burst.beats)
        assert get_field(bridge_csr.LAST_REFUSED_REASON, "id", why) == burst.id
        assert high << 32 | low == burst.address
        await bench.registers.write(bridge_csr.BRIDGE_ALERT, 3)
        await bench.cycles(4)
        assert not int(bench.dut.alert.value)


@bridge_test()
async def b1_all_bits_of_the_page_count(bench: BridgeBench) -> None:
    """What would be a message, beside the page: it is data."""
    addresses = [(PAGE | 0x40) ^ 1 << bit for bit in range(16, PARAMETERS["ADDR_WIDTH"])]
    addresses += [PAGE - 4, PAGE + 0x1_0000]
    for address in addresses:
        strobes = 0xF << address % (bench.width // 8)
        bench.requester.send(bench.message(address=address, beats=[AxiBeat(7, strobes)]))
        bench.requester.read(Burst(address, id=bench.rng.choice(IDS), length=1))
    await bench.settle()
    assert sent(bench) == 0
    assert len(left(bench, "aw", message=False)) == len(addresses) == len(bench.seen["m_axi_ar"])


@bridge_test()
async def b1_the_page_moves(bench: BridgeBench) -> None:
    """Software gives it another place: the old one is memory then."""
    other = PAGE ^ 0x5AA5_0000
    bench.requester.send(bench.message(), bench.message(address=other | 0x40))
    await bench.move(other, MSI64_PAGE)
    bench.requester.send(bench.message(), bench.message(address=other | 0x40))
    await bench.move(PAGE, MSI64_PAGE)
    bench.requester.send(bench.message())
    await bench.settle()
    assert sent(bench) == 3 and len(left(bench, "aw", message=False)) == 2


# ---- B2 ------------------------------------------------------------------------------------------


@bridge_test(timeout_us=4000)
async def b2_all_bursts(bench: BridgeBench) -> None:
    """Of all kinds, sizes and lengths, aligned and not, reads and writes."""
    for kind in AxiBurst:
        for size in range((bench.width // 8).bit_length()):
            for length in (1, 2, 4, 7, 16, 256):
                if kind is not AxiBurst.INCR and length > 16:
                    continue
                wanted = {"burst": kind, "size": size, "length": length}
                bench.requester.send(bench.write(**wanted))
                bench.requester.read(bench.burst(**wanted))
        await bench.settle()
    counts = bench.checker.counts
    assert counts["writes that passed"] == counts["reads that passed"] > 40


@bridge_test()
async def b2_each_bit_beside_an_address(bench: BridgeBench) -> None:
    """One at a time: what leaves has it."""
    bits = {"cache": 4, "prot": 3, "qos": 4, "region": 4, "lock": 1}
    for name, count in bits.items():
        for bit in range(count):
            chosen = {"attributes": {name: 1 << bit}, "address": PAGE - 0x1000, "length": 1}
            bench.requester.send(bench.write(burst=AxiBurst.INCR, **chosen))
            bench.requester.read(bench.burst(burst=AxiBurst.INCR, **chosen))
    for bit in range(32):
        who = {"target": 1 << bit >> 16, "rid": 1 << bit & 0xFFFF}
        bench.requester.send(bench.write(length=1, **who))
        bench.requester.read(bench.burst(length=1, **who))
    for bit in range(PARAMETERS["ID_WIDTH"]):
        bench.requester.send(bench.write(length=1, id=1 << bit))
        bench.requester.read(bench.burst(length=1, id=1 << bit))
    await bench.settle()
    assert len(bench.seen["m_axi_ar"]) == 16 + 32 + PARAMETERS["ID_WIDTH"]


@bridge_test(timeout_us=1500)
async def b2_responses_as_they_are(bench: BridgeBench) -> None:
    """Errors, EXOKAY, out of order across IDs, mixed beats of reads."""
    bench.memory.answer = bench.errors(0.5)
    bench.memory.latency = lambda: bench.rng.randrange(40)
    bench.memory.mixed = 0.9
    for _ in range(150):
        bench.requester.send(bench.write(length=bench.rng.randrange(1, 4)))
        bench.requester.read(bench.burst(length=bench.rng.randrange(1, 6)))
    for _ in range(30):
        exclusive = {"address": PAGE - 0x100, "length": 1, "size": 2, "burst": AxiBurst.INCR}
        bench.requester.send(bench.write(**exclusive, attributes={"lock": 1}))
        bench.requester.read(bench.burst(**exclusive, attributes={"lock": 1}))
    await bench.settle()
    for stream in ("m_axi_b", "m_axi_r"):
        assert {each.resp for _, each, _ in bench.seen[stream]} == {0, 1, 2, 3}
    order = [each.id for _, each, _ in bench.seen["m_axi_r"]]
    assert sum(a != b for a, b in pairwise(order)) > 100, "nothing is mixed"


@bridge_test(timeout_us=4000, drives=False, answers=False)
async def b2_a_memory_of_others_holds_what_a_manager_of_others_wrote(bench: BridgeBench) -> None:
    """cocotbext-axi's AxiMaster and AxiRam: bytes that were written are read back."""
    dut, draw = bench.dut, bench.rng
    ends = (dut.clk, dut.rst_n, False)
    manager = AxiMaster(AxiBus.from_prefix(dut, "s_axi"), *ends)
    ram = AxiRam(AxiBus.from_prefix(dut, "m_axi"), *ends, size=1 << 16)
    held = bytearray(1 << 16)
    ram.write(0, bytes(held))
    base = PAGE + 0x1_0000
    await bench.cycles(2)

    async def use(first: int, room: int) -> None:
        for _ in range(12):
            count = draw.randrange(1, 300)
            offset = first + draw.randrange(room - count)
            data = bytes(draw.randrange(256) for _ in range(count))
            axi_id = draw.choice(IDS)
            who = draw.randrange(1, 1 << 32)
            size = draw.choice((None, 0, 2)) if count < 100 else None
            done = await manager.write(base + offset, data, awid=axi_id, size=size, user=who)
            assert done.resp == AxiResponse.OKAY
            held[offset : offset + count] = data
            again = await manager.read(
                base + first, room, arid=draw.choice(IDS), user=draw.randrange(1, 1 << 32)
            )
            assert again.data == bytes(held[first : first + room])

    under_way = [cocotb.start_soon(use(number * 0x800, 0x700)) for number in range(4)]
    for each in under_way:
        await each
    assert ram.read(0, 0x2000) == bytes(held[:0x2000])
    assert bench.checker.counts["writes that passed"] > 40


# ---- B3 ------------------------------------------------------------------------------------------


async def signal(bench: BridgeBench, route: int) -> None:
    """Signal the event of a route, once."""
    bench.dut.s_evt_route.value = route
    bench.dut.s_evt_valid.value = 1
    await ClockCycles(bench.dut.clk, 1)
    while not int(bench.dut.s_evt_ready.value):
        await ClockCycles(bench.dut.clk, 1)
    bench.dut.s_evt_valid.value = 0


async def routes(bench: BridgeBench, count: int = 16) -> None:
    """Make routes whose messages go to as many dwords, in a row."""
    for number in range(count):
        address = ROUTE_PAGE + 0x40 * (number % 3) + 4 * number
        await bench.execute(
            NewRoute(number + 1, TARGET),
            EnableWithRid(number + 1, RIDS[1], address, bench.rng.getrandbits(32)),
        )


@bridge_test(timeout_us=1200)
async def b3_each_dword_on_its_lane(bench: BridgeBench) -> None:
    """Messages of routes go to any address; they answer no write, and wait for none."""
    await routes(bench)
    for number in range(16):
        await signal(bench, number + 1)
        bench.requester.send(bench.message(), bench.write(length=2))
    await bench.settle()
    assert bench.checker.counts["of routes"] == 16 and sent(bench) == 16
    addresses = {each.addr % 64 for _, each, _ in left(bench, "aw", message=True)}
    assert addresses == set(range(0, 64, 4))


@bridge_test()
async def b3_device_id_in_awuser(bench: BridgeBench) -> None:
    """All bits of it, as far up as is asked for; data keeps its own."""
    for bit in range(PARAMETERS["DEVID_BITS"] - 16):
        await bench.execute(Connect(CONNECTION, 0x1_0000 << bit))
        bench.requester.send(bench.write(length=1), bench.message(), bench.write(length=1))
        await bench.settle()
    assert sent(bench) == PARAMETERS["DEVID_BITS"] - 16
    users = [each.user for _, each, _ in left(bench, "aw", message=True)]
    assert len(set(users)) == len(users)


@bridge_test(skip=PARAMETERS["DATA_WIDTH"] == 32)
async def b3_msi64(bench: BridgeBench) -> None:
    """On and off again, and to another page: one or the other, never both."""
    other = MSI64_PAGE ^ 0x3300_0000
    bench.requester.send(bench.message())
    await bench.configure(msi64=1)
    bench.requester.send(*(bench.message(half) for half in (False, True, False)))
    await bench.move(PAGE, other)
    bench.requester.send(bench.message(), bench.write())
    await bench.configure(msi64=0)
    bench.requester.send(bench.message())
    await bench.settle()
    sizes = [(each.size, each.addr) for _, each, _ in left(bench, "aw", message=True)]
    narrow, wide = (2, PAGE | 0x40), (3, MSI64_PAGE | 0x40)
    assert sizes == [narrow, *[wide] * 3, (3, other | 0x40), narrow]


@bridge_test(skip=PARAMETERS["DATA_WIDTH"] != 32)
async def b3_msi64_has_no_effect_on_32_bits(bench: BridgeBench) -> None:
    """There is no write of 64 bits, and the level stays low."""
    await bench.configure(msi64=1)
    bench.requester.send(bench.message())
    await bench.settle()
    assert [each.size for _, each, _ in left(bench, "aw", message=True)] == [2]
    assert not await bench.registers.read(bridge_csr.BRIDGE_CONTROL)


# ---- B4 ------------------------------------------------------------------------------------------


@bridge_test(timeout_us=1000)
async def b4_a_message_waits_for_the_data_before_it(bench: BridgeBench) -> None:
    """However long memory takes, of any ID; and goes when the last response has come."""
    for count in (1, 2, min(7, bench.outstanding - 1)):
        bench.memory.silent = True
        before = len(left(bench, "aw", message=True))
        bench.requester.send(*(bench.write(length=2, id=IDS[n % 2]) for n in range(count)))
        bench.requester.send(bench.message(id=IDS[-1]))
        await bench.cycles(150)
        assert len(left(bench, "aw", message=True)) == before
        bench.memory.silent = False
        await bench.settle()
        assert len(left(bench, "aw", message=True)) == before + 1


@bridge_test(timeout_us=1000)
async def b4_responses_in_any_order(bench: BridgeBench) -> None:
    """The message goes after the last of those before it, whichever that is."""
    count = min(6, bench.outstanding - 1)
    for _ in range(20):
        latencies = iter(bench.rng.sample(range(1, 60), count + 1))
        bench.memory.latency = lambda latencies=latencies: next(latencies, 0)  # type: ignore[misc]
        ids = [bench.rng.choice(IDS) for _ in range(count)]
        bench.requester.send(*(bench.write(length=1, id=each) for each in ids), bench.message())
        await bench.settle()
    assert sent(bench) == 20


@bridge_test(timeout_us=1000)
async def b4_later_data_neither_waits_nor_starves(bench: BridgeBench) -> None:
    """Data behind a message that waits goes on; a message among endless data leaves."""
    bench.memory.silent = True
    bench.requester.send(bench.write(length=1, id=IDS[0]), bench.message(id=IDS[-1]))
    others = IDS[1:-1] or IDS[-1:]
    behind = min(bench.outstanding - 2, 12)
    bench.requester.send(
        *(bench.write(length=1, id=others[n % len(others)]) for n in range(behind))
    )
    await bench.cycles(60)
    assert len(left(bench, "aw", message=False)) == 1 + behind, "later data waits"
    assert not left(bench, "aw", message=True)
    bench.memory.silent = False
    await bench.settle()
    for _ in range(20):
        bench.requester.send(bench.message(id=IDS[-1]))
        bench.requester.send(*(bench.write(length=1, size=0) for _ in range(40)))
    await until(bench, lambda: len(bench.seen["s_axi_aw"]) > 800, 4000)
    assert len(left(bench, "aw", message=True)) >= 18, "messages starve"
    await bench.settle()


@bridge_test()
async def b4_flushes_and_refusals_wait_too(bench: BridgeBench) -> None:
    """Their response says that the data before them has arrived."""
    for kind in (
        bench.message(beats=[AxiBeat(bench.data(), 0)], id=IDS[-1]),
        bench.message(address=PAGE, id=IDS[-1]),
        bench.message(rid=OUT_OF_RANGE, id=IDS[-1]),
    ):
        bench.memory.silent = True
        before = len(bench.seen["s_axi_b"])
        bench.requester.send(bench.write(length=1, id=IDS[0]), kind)
        await bench.cycles(100)
        assert len(bench.seen["s_axi_b"]) == before
        bench.memory.silent = False
        await bench.settle()
        assert len(bench.seen["s_axi_b"]) == before + 2


@bridge_test()
async def b4_reads_are_not_held_up(bench: BridgeBench) -> None:
    """While a message waits for data, or for the ITS."""
    bench.its.silent = True
    bench.requester.send(bench.message())
    bench.memory.answer = lambda: AxiResponse.OKAY
    for _ in range(20):
        bench.requester.read(bench.burst(length=2))
    await until(bench, lambda: bench.checker.counts["reads that passed"] == 20)
    assert not bench.seen["s_axi_b"]
    bench.its.silent = False
    await bench.settle()


# ---- B5 ------------------------------------------------------------------------------------------


@bridge_test()
async def b5_sent_has_the_response_of_the_its(bench: BridgeBench) -> None:
    """Each response, early and late, each to its own write; errors are counted."""
    errors = 0
    for latency in (0, 1, 7, 50):
        bench.its.latency = lambda latency=latency: latency
        responses = [bench.rng.choice(list(AxiResponse)) for _ in range(20)] + list(AxiResponse)
        answers = iter(responses)
        bench.its.answer = lambda answers=answers: next(answers)
        bench.requester.send(*(bench.message() for _ in responses))
        errors += sum(each in (AxiResponse.SLVERR, AxiResponse.DECERR) for each in responses)
        await bench.settle()
    assert all(bench.checker.counts[f"answered {each.name}"] >= 4 for each in AxiResponse)
    assert await bench.count(bridge_csr.ITS_ERRORS) == errors
    assert int(bench.dut.alert.value)
    last = [each.resp for _, each, _ in bench.seen[f"{ITS_STREAM}_b"] if each.resp > 1][-1]
    assert await bench.registers.read(bridge_csr.LAST_ITS_ERROR) == last


@bridge_test()
async def b5_no_response_before_the_its_has_given_its_own(bench: BridgeBench) -> None:
    """However long that takes; what else the bridge answers waits too, other data does not."""
    bench.its.silent = True
    bench.requester.send(bench.message(id=IDS[-1]))
    bench.requester.send(bench.message(rid=OUT_OF_RANGE), bench.message(address=PAGE))
    await bench.cycles(100)
    bench.requester.send(bench.write(length=1, id=IDS[0]))
    await bench.cycles(200)
    assert len(left(bench, "aw", message=True)) == 1
    assert [each.id for _, each, _ in bench.seen["s_axi_b"]] in ([IDS[0]], [])
    bench.its.silent = False
    await bench.settle()
    assert len(bench.seen["s_axi_b"]) == 4


@bridge_test()
async def b5_order_within_an_id(bench: BridgeBench) -> None:
    """Data behind a message of the same ID is answered after it; that of another ID before."""
    if len(IDS) < 2:
        return
    for latency in (30, 90):
        bench.its.latency = lambda latency=latency: latency
        for _ in range(5):
            first = len(bench.seen["s_axi_b"])
            bench.requester.send(
                bench.message(id=IDS[0]),
                bench.write(length=1, id=IDS[0]),
                bench.write(length=1, id=IDS[1]),
                bench.message(id=IDS[1]),
            )
            await bench.settle()
            order = [each.id for _, each, _ in bench.seen["s_axi_b"][first:]]
            assert order[0] == IDS[1], "data of another ID waits"


@bridge_test()
async def b5_dropped(bench: BridgeBench) -> None:
    """For all reasons: OKAY, or SLVERR where that is asked for. Nothing leaves."""
    for slverr in (0, 1, 0):
        await bench.configure(dropped_slverr=slverr)
        bench.requester.send(bench.message(), bench.message(rid=OUT_OF_RANGE), bench.message())
        bench.requester.send(bench.message(target=TARGET + 1, rid=OUT_OF_RANGE))
        bench.requester.send(bench.message(target=TARGET + 1, rid=0x0042))  # never bound
        bench.requester.send(bench.message(target=0xFFFF))  # not in the table
        await bench.settle()
        await bench.execute(SetBusRange(RANGE, SUBORDINATE, SECONDARY))
        bench.requester.send(bench.message(), bench.write())
        await bench.settle()
        await bench.execute(SetBusRange(RANGE, SECONDARY, SUBORDINATE))
        base = 0x9 << (PARAMETERS["DEVID_BITS"] - 4)
        await bench.execute(Disconnect(CONNECTION))
        bench.requester.send(bench.message())
        await bench.settle()
        await bench.execute(Connect(CONNECTION, base))
    assert sent(bench) == 6 and bench.checker.counts["dropped"] == 18
    assert bench.checker.counts["answered SLVERR"] == 6


@bridge_test()
async def b5_refused_okay(bench: BridgeBench) -> None:
    """Where that is asked for, for writes and reads."""
    for okay in (0, 1, 0):
        await bench.configure(refused_okay=okay)
        bench.requester.send(
            bench.message(address=PAGE | 0x44),
            bench.message(beats=[AxiBeat(1, 1)]),
            bench.message(beats=[AxiBeat(1, 0xF)] * 2, size=2, burst=AxiBurst.FIXED),
            bench.message(),
        )
        bench.requester.read(Burst(PAGE | 0x40, id=IDS[0], length=3), bench.burst())
        await bench.settle()
    assert bench.checker.counts["answered SLVERR"] == 6 and sent(bench) == 3
    of_page = [each.resp for _, each, _ in bench.seen["s_axi_r"] if each.data == 0]
    assert of_page == [2] * 3 + [0] * 3 + [2] * 3


# ---- B6 ------------------------------------------------------------------------------------------


@bridge_test()
async def b6_data_before_its_address(bench: BridgeBench) -> None:
    """And addresses before their data, for writes of all kinds, in turn."""
    requester = bench.requester
    for distance in (1, 2, 3, 10):
        made: tuple[Callable[[], Burst], ...] = (
            bench.message,
            lambda: bench.write(length=3),
            lambda: bench.message(address=PAGE),
        )
        bursts = [made[n % 3]() for n in range(distance)]
        for first, second, stream in (
            (requester.send_data, requester.send_address, "s_axi_w"),
            (requester.send_address, requester.send_data, "s_axi_aw"),
        ):
            before = len(bench.seen[stream])
            for burst in bursts:
                first(burst)
            await bench.cycles(40)
            assert len(bench.seen[stream]) - before >= min(distance, 2), stream
            for burst in bursts:
                second(burst)
            await bench.settle()
    assert sent(bench) == 2 * (1 + 1 + 1 + 4)


@bridge_test()
async def b6_who_answers_takes_one_channel_at_a_time(bench: BridgeBench) -> None:
    """No address before it has the data, or no data before it has the address."""
    kinds: dict[str, tuple[Any, Callable[[], Burst]]] = {
        "m_axi": (bench.memory, lambda: bench.write(length=1, burst=AxiBurst.INCR))
    }
    if ITS_PORT:
        kinds["m_its"] = (bench.its, bench.message)
    for bus, (agent, make) in kinds.items():
        for blocked, first, second in (
            (agent.addresses, f"{bus}_w", f"{bus}_aw"),
            (agent.data, f"{bus}_aw", f"{bus}_w"),
        ):
            blocked.pause = True
            goal = 6 + len(bench.seen[second])
            bench.requester.send(*(make() for _ in range(6)))
            while (before := len(bench.seen[second])) < goal:
                await until(bench, lambda: len(bench.seen[first]) > before, 80)  # noqa: B023
                blocked.pause = False
                await until(bench, lambda: len(bench.seen[second]) > before, 80)  # noqa: B023
                blocked.pause = True
            blocked.pause = False
            await bench.settle()


def mixture(bench: BridgeBench, count: int) -> None:
    """Send some of everything."""
    for number in range(count):
        bench.requester.send(
            bench.write(length=1 + number % 4),
            bench.message(half=number % 3 == 0),
        )
        bench.requester.read(bench.burst(length=1 + number % 5))
        if number % 4 == 1:
            bench.requester.send(bench.message(address=PAGE), bench.message(rid=OUT_OF_RANGE))
            bench.requester.read(Burst(PAGE | 0x40, id=bench.rng.choice(IDS), length=2))
        if number % 4 == 2:
            bench.requester.send(bench.message(beats=[AxiBeat(bench.data(), 0)]))


@bridge_test(timeout_us=4000)
async def b6_stalls_on_each_channel(bench: BridgeBench) -> None:
    """One at a time nearly always, the others now and then or never."""
    for stalled in bench.channels:
        for others in (0.0, 0.3):
            bench.stall(bench.channels, others)
            bench.stall([stalled], 0.9, 12)
            mixture(bench, 8)
            await bench.settle()
    bench.stall(bench.channels, 0.0)


@bridge_test(timeout_us=4000)
async def b6_stalls_that_never_march_in_step(bench: BridgeBench) -> None:
    """Each channel flows or pauses one cycle of so many, which have no common divisor."""
    channels = bench.channels
    primes = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)
    for shift in range(0, len(channels), 2):
        order = channels[shift:] + channels[:shift]
        for pauses in (True, False):
            for channel, period in zip(order, primes, strict=False):
                pattern = [pauses] + [not pauses] * (period - 1 if pauses else min(period, 4))

                def forever(pattern: list[bool] = pattern) -> Iterator[bool]:
                    return cycle(pattern)

                stall([channel], forever)
            mixture(bench, 8)
            await bench.settle()
    bench.stall(channels, 0.0)


@bridge_test(timeout_us=1500)
async def b6_so_many_are_under_way(bench: BridgeBench) -> None:
    """While memory answers nothing: as many as OUTSTANDING says, then all of them."""
    bench.memory.silent = True
    count = bench.outstanding + 10
    for _ in range(count):
        bench.requester.send(bench.write(length=1))
        bench.requester.read(bench.burst(length=1))
    await bench.cycles(count + 80)
    for stream in ("s_axi_aw", "s_axi_ar", "m_axi_aw", "m_axi_ar"):
        assert len(bench.seen[stream]) == bench.outstanding, stream
    bench.memory.silent = False
    await bench.settle()
    assert bench.checker.counts["writes that passed"] == count


@bridge_test(timeout_us=1500)
async def b6_nobody_takes_responses(bench: BridgeBench) -> None:
    """Nor does anything get lost meanwhile."""
    bench.requester.responses.pause = bench.requester.read_data.pause = True
    count = bench.outstanding + 20
    for number in range(count):
        bench.requester.send(bench.message() if number % 3 else bench.write(length=1))
        bench.requester.read(bench.burst(length=1))
    await bench.cycles(4 * count + 100)
    assert len(bench.seen["s_axi_aw"]) == bench.outstanding
    assert len(bench.seen["s_axi_ar"]) <= bench.outstanding
    bench.requester.responses.pause = bench.requester.read_data.pause = False
    await bench.settle()


@bridge_test(timeout_us=1000)
async def b6_a_silent_its_stops_nothing_else(bench: BridgeBench) -> None:
    """Data of other IDs is answered, that of the same ID arrives, reads go on."""
    bench.its.silent = True
    few = min(3, bench.outstanding - 2)
    bench.requester.send(*(bench.message(id=IDS[0]) for _ in range(few)))
    await bench.cycles(30)
    bench.requester.send(bench.write(length=2, id=IDS[0]))
    others = IDS[1:]
    before = len(bench.seen["s_axi_b"])
    for number in range(200):
        bench.requester.send(bench.write(length=1, id=others[number % len(others)]))
        bench.requester.read(bench.burst(length=1))
    await until(bench, lambda: len(bench.seen["s_axi_b"]) == before + 200)
    assert len(left(bench, "aw", message=False)) == 201
    await until(bench, lambda: bench.checker.counts["reads that passed"] == 200)
    bench.its.silent = False
    await bench.settle()
    assert sent(bench) == few


@bridge_test(timeout_us=1000, skip=not ITS_PORT)
async def b6_an_its_that_takes_nothing_stops_nothing_else(bench: BridgeBench) -> None:
    """Where it has a port of its own: neither addresses nor data are taken there."""
    for channel in bench.its.channels:
        channel.pause = True
    few = min(12, bench.outstanding - 2)
    bench.requester.send(*(bench.message(id=IDS[0]) for _ in range(few)))
    await bench.cycles(60)
    before = len(bench.seen["s_axi_b"])
    for number in range(200):
        bench.requester.send(bench.write(length=1, id=IDS[1:][number % (len(IDS) - 1)]))
    await until(bench, lambda: len(bench.seen["s_axi_b"]) == before + 200)
    for channel in bench.its.channels:
        channel.pause = False
    await bench.settle()
    assert sent(bench) == few


@bridge_test()
async def b6_no_path_between_the_sides(bench: BridgeBench) -> None:
    """What changes at one side between clock edges does not show at the other before the next."""
    dut = bench.dut
    address = ("awvalid", "awaddr", "awuser", "awlen", "awid", "arvalid", "araddr", "aruser")
    inputs = {
        "s_axi": (*address, "wvalid", "wstrb", "wlast", "bready", "rready", "arid"),
        "m_axi": (
            *("awready", "wready", "arready", "bvalid", "bid", "bresp"),
            *("rvalid", "rid", "rdata", "rresp", "rlast"),
        ),
        "m_its": ("awready", "wready", "bvalid", "bid", "bresp"),
    }
    outputs = {
        "s_axi": (
            *("awready", "wready", "arready", "bvalid", "bid", "bresp"),
            *("rvalid", "rid", "rdata", "rresp", "rlast"),
        ),
        "m_axi": (*address, "wvalid", "wdata", "wstrb", "wlast", "bready", "rready", "arid"),
        "m_its": ("awvalid", "wvalid", "bready", "awaddr", "awuser", "wdata", "wstrb"),
    }

    def shown(sides: list[str]) -> list[int]:
        return [
            int(getattr(dut, f"{side}_{name}").value) for side in sides for name in outputs[side]
        ]

    async def flip(side: str, name: str) -> None:
        """Flip an input after a falling edge, and flip it back; nothing may change elsewhere."""
        await FallingEdge(dut.clk)
        handle = getattr(dut, f"{side}_{name}")
        others = [each for each in outputs if each != side]
        before, value = shown(others), int(handle.value)
        handle.value = value ^ 1
        await Timer(1000, "step")
        assert shown(others) == before, f"{handle._name} shows before a clock edge"
        handle.value = value

    bench.stall(bench.channels, 0.5)
    for side, names in inputs.items():
        if side == "m_its" and not ITS_PORT:
            continue
        for name in names:
            mixture(bench, 3)
            for _ in range(8):
                await flip(side, name)
    bench.stall(bench.channels, 0.0)


@bridge_test()
async def b6_responses_that_belong_to_nothing(bench: BridgeBench) -> None:
    """Of memory and of the ITS: ignored, while nothing with their ID is under way."""
    mine, other = IDS[0], IDS[1]
    for _ in range(3):
        bench.memory.respond(other, AxiResponse.SLVERR)
        bench.memory.return_data(other, AxiResponse.SLVERR, last=True)
        answers = bench.its if ITS_PORT else bench.memory
        answers.respond(MESSAGE_ID, AxiResponse.DECERR)
        bench.memory.respond(MESSAGE_ID | 1, AxiResponse.DECERR)
        bench.requester.send(bench.write(length=1, id=mine))
        bench.requester.read(bench.burst(length=2, id=mine))
        await bench.settle()
        bench.requester.send(bench.message(id=mine))
        await bench.settle()
    assert bench.checker.counts["strays"] == 12
    assert bench.checker.counts["answered OKAY"] == 3


@bridge_test(skip=not ITS_PORT)
async def b6_its_responses_with_another_id(bench: BridgeBench) -> None:
    """They belong to nothing, while a message waits for its own."""
    for bit in range(PARAMETERS["ID_WIDTH"] + 1):
        bench.its.silent = True
        before = len(left(bench, "aw", message=True))
        bench.requester.send(bench.message())
        await until(bench, lambda: len(left(bench, "aw", message=True)) > before)  # noqa: B023
        bench.its.respond(MESSAGE_ID ^ 1 << bit, AxiResponse.DECERR)
        await bench.cycles(20)
        bench.its.silent = False
        await bench.settle()
    assert bench.checker.counts["answered OKAY"] == PARAMETERS["ID_WIDTH"] + 1
    assert not await bench.count(bridge_csr.ITS_ERRORS)


# ---- B7 ------------------------------------------------------------------------------------------


def per_item(bench: BridgeBench, stream: str, skip: int = 0) -> float:
    """Return how many cycles there are from one transfer to the next, on average."""
    cycles = [when for when, _, _ in bench.seen[stream]][skip:]
    return (cycles[-1] - cycles[0]) / (len(cycles) - 1)


def shows(bench: BridgeBench, stream: str) -> list[int]:
    """Return the cycles in which transfers began to show."""
    return [when - waited for when, _, waited in bench.seen[stream]]


@bridge_test(timeout_us=3000)
async def b7_a_message_a_cycle(bench: BridgeBench) -> None:
    """Messages alone, while OUTSTANDING covers the way to the ITS and back; of few IDs, or all."""
    count = 6 * max(bench.outstanding, 32)
    bench.requester.send(bench.message())
    await bench.settle()
    way = bench.seen["s_axi_b"][0][0] - bench.seen["s_axi_aw"][0][0]
    room = bench.outstanding - way
    for latency, ids in ((0, IDS), (max(0, room - 1), IDS), (max(0, room - 4), range(MESSAGE_ID))):
        bench.its.latency = lambda latency=latency: latency
        bench.seen.clear()
        bench.requester.send(*(bench.message(id=ids[n % len(ids)]) for n in range(count)))
        await bench.settle()
        streams = ("s_axi_aw", f"{ITS_STREAM}_aw", "s_axi_b")
        rates = [per_item(bench, stream) for stream in streams]
        bench.log.info(
            "measured: %s cycles a message (taken, sent, answered), of %d; %d bits, "
            "%d outstanding, the way is %d cycles",
            ", ".join(f"{each:.3f}" for each in rates),
            count,
            bench.width,
            bench.outstanding,
            way + latency,
        )
        aw = [w for w, _, _ in bench.seen["s_axi_aw"]]
        bb = [w for w, _, _ in bench.seen["s_axi_b"]]
        bench.log.info(
            [(n, aw[n] - aw[n - 1]) for n in range(1, len(aw)) if aw[n] - aw[n - 1] > 1],
            bb[0] - aw[0],
        )
        if bench.outstanding > way + latency:
            assert rates == [1.0, 1.0, 1.0]


@bridge_test(timeout_us=3000)
async def b7_a_beat_a_cycle(bench: BridgeBench) -> None:
    """Data alone: long bursts, and writes of one beat, each way."""
    largest = (bench.width // 8).bit_length() - 1
    same = {"burst": AxiBurst.INCR, "size": largest, "attributes": {}}
    for length, count in ((16, 30), (1, 300)):
        bench.seen.clear()
        for number in range(count):
            chosen = same | {"length": length, "address": PAGE + 0x1_0000 + 1024 * (number % 64)}
            bench.requester.send(bench.write(id=IDS[number % 3 % len(IDS)], **chosen))
            bench.requester.read(bench.burst(id=IDS[number % 3 % len(IDS)], **chosen))
        await bench.settle()
        rates = {
            stream: per_item(bench, stream)
            for stream in ("s_axi_w", "m_axi_w", "s_axi_r", "s_axi_b", "m_axi_ar")
        }
        bench.log.info(
            "measured: cycles a transfer, bursts of %d beats, %d bits, %d outstanding: %s",
            length,
            bench.width,
            bench.outstanding,
            ", ".join(f"{stream} {rate:.3f}" for stream, rate in rates.items()),
        )
        if bench.outstanding >= 16 or length > 1:
            assert rates["s_axi_w"] == rates["m_axi_w"] == 1.0
            assert rates["s_axi_r"] == 1.0


@bridge_test(timeout_us=1000)
async def b7_latency(bench: BridgeBench) -> None:
    """Each transfer alone: from the cycle in which it is taken to that in which it shows."""
    most: dict[str, int] = {}

    def note(name: str, cycles: int) -> None:
        most[name] = max(most.get(name, 0), cycles)

    for early in ("both", "address", "data"):
        for kind in ("data", "message"):
            for _ in range(4):
                bench.seen.clear()
                burst = bench.write(length=1) if kind == "data" else bench.message()
                if early != "data":
                    bench.requester.send_address(burst)
                if early != "address":
                    bench.requester.send_data(burst)
                await bench.cycles(9)
                if early == "data":
                    bench.requester.send_address(burst)
                if early == "address":
                    bench.requester.send_data(burst)
                await bench.settle()
                bus = "m_axi" if kind == "data" else ITS_STREAM
                taken = {name: bench.seen[f"s_axi_{name}"][0][0] for name in ("aw", "w")}
                out = {name: shows(bench, f"{bus}_{name}")[0] for name in ("aw", "w")}
                if kind == "data":
                    note("an address of data", out["aw"] - taken["aw"])
                    if early != "data":
                        note("a beat", out["w"] - taken["w"])
                    note("a response", shows(bench, "s_axi_b")[0] - bench.seen["m_axi_b"][0][0])
                else:
                    note("a message", max(out.values()) - max(taken.values()))
                    note(
                        "the ITS's response",
                        shows(bench, "s_axi_b")[0] - bench.seen[f"{bus}_b"][0][0],
                    )
    for _ in range(4):
        bench.seen.clear()
        bench.requester.read(bench.burst(length=2))
        await bench.settle()
        note("an address of a read", shows(bench, "m_axi_ar")[0] - bench.seen["s_axi_ar"][0][0])
        note("a beat that was read", shows(bench, "s_axi_r")[0] - bench.seen["m_axi_r"][0][0])
    bench.log.info(
        "measured: cycles of latency: %s; %d bits",
        ", ".join(f"{name} {cycles}" for name, cycles in most.items()),
        bench.width,
    )
    limits = {
        **{"an address of data": 2, "a beat": 2, "a response": 1, "a message": 6},
        **{"an address of a read": 1, "a beat that was read": 1},
    }
    assert {name: most[name] for name in limits if most[name] > limits[name]} == {}


@bridge_test(timeout_us=4000, skip=PARAMETERS["OUTSTANDING"] < 64)
async def b7_data_keeps_its_rate_among_messages(bench: BridgeBench) -> None:
    """A message after every 16 bursts of 16 beats, and a memory that answers after 100 cycles."""
    bench.memory.latency = lambda: 100
    largest = (bench.width // 8).bit_length() - 1
    chosen = {"burst": AxiBurst.INCR, "size": largest, "attributes": {}, "length": 16}
    chosen["size"] = min(largest, 3)
    for number in range(12 * 16):
        address = PAGE + 0x1_0000 + 128 * (number % 256)
        bench.requester.send(bench.write(id=IDS[number % len(IDS)], address=address, **chosen))
        if number % 16 == 15:
            bench.requester.send(bench.message(id=IDS[0]))
    await bench.settle()
    cycles = [when for when, _, _ in bench.seen["m_axi_w"]]
    beats = len([each for each in bench.seen["s_axi_w"]])
    share = (beats - 1) / (bench.seen["s_axi_w"][-1][0] - bench.seen["s_axi_w"][0][0])
    bench.log.info(
        "measured: data keeps %.1f %% of its rate among messages, a memory of 100 cycles; %d beats "
        "left, %d bits",
        100 * share,
        len(cycles),
        bench.width,
    )
    assert sent(bench) == 12 and share >= 0.98


# ---- B8 ------------------------------------------------------------------------------------------


@bridge_test(timeout_us=3000)
async def b8_reset_in_the_middle(bench: BridgeBench) -> None:
    """Of everything, at many moments: no response for what it cut off, all in order afterwards."""
    for moment in range(14):
        bench.stall(bench.channels, 0.0 if moment % 2 else 0.3)
        bench.its.latency = lambda: bench.rng.randrange(12)
        bench.memory.latency = lambda: bench.rng.randrange(12)
        mixture(bench, 12)
        await bench.cycles(3 + moment * 2)
        await bench.set_up()
    bench.stall(bench.channels, 0.0)
    mixture(bench, 8)
    await bench.settle()
    assert sent(bench) >= 8


@bridge_test()
async def b8_data_does_not_wait_while_tables_are_cleared(bench: BridgeBench) -> None:
    """Messages do: they are executed afterwards, and dropped, of targets that are not bound."""
    for _ in range(3):
        await bench.reset()
        before, first = len(bench.seen["retire"]), len(bench.seen["m_axi_aw"])
        begun = bench.cycle()
        bench.requester.send(*(bench.message(id=IDS[-1]) for _ in range(2)))
        bench.requester.send(bench.write(length=1, id=IDS[0]))
        bench.requester.read(bench.burst(length=1))
        await bench.settle()
        assert bench.seen["retire"][before][0] - begun > max(TABLES) - 8
        assert bench.seen["m_axi_aw"][first][0] - begun < 20, "data waited"
    assert bench.checker.counts["dropped"] == 6 and sent(bench) == 0


# ---- B9 ------------------------------------------------------------------------------------------

INSIDE = {"target": TARGET, "rid": RIDS[0]}


def outsiders(bench: BridgeBench) -> list[dict[str, int]]:
    """Return sources that are out of range: bus by bus, a target not bound, one not there."""
    buses = (SECONDARY - 1, SUBORDINATE + 1, 0, 0xFF)
    return [
        *({"target": TARGET, "rid": bus << 8 | 0x42} for bus in buses),
        {"target": TARGET + 1, "rid": RIDS[0]},
        *({"target": TABLES.targets | low, "rid": RIDS[0]} for low in (0, TARGET)),
        *({"target": TARGET | 1 << bit, "rid": RIDS[0]} for bit in range(5, 16)),
    ]


@bridge_test(timeout_us=1500)
async def b9_the_source_of_all_traffic(bench: BridgeBench) -> None:
    """On and off: who is out of range is refused, others pass; messages are the translator's."""
    wrong = outsiders(bench)
    for on in (0, 1, 0):
        await bench.configure(check_all=on)
        before = len(bench.seen["m_axi_aw"])
        for who in wrong:
            bench.requester.send(bench.write(**who), bench.write(**INSIDE))
            bench.requester.read(bench.burst(**who), bench.burst(**INSIDE))
        bench.requester.send(bench.write(target=TARGET + 1, rid=0x0042))  # range 0/0, bus 0
        bench.requester.send(bench.message(), bench.message(rid=OUT_OF_RANGE))
        await bench.settle()
        passed = len(wrong) + 1 + (0 if on else len(wrong)) + (0 if ITS_PORT else 1)
        assert len(bench.seen["m_axi_aw"]) - before == passed
    assert bench.checker.counts["refused SOURCE"] == 2 * len(wrong)
    assert await bench.count(bridge_csr.REFUSED_SOURCE_WRITES) == len(wrong)
    assert await bench.count(bridge_csr.REFUSED_SOURCE_READS) == len(wrong)
    assert sent(bench) == 3 and bench.checker.counts["dropped"] == 3


@bridge_test(timeout_us=2000)
async def b9_ranges_change_under_traffic(bench: BridgeBench) -> None:
    """What is taken two cycles after the command is checked by the new range or binding."""
    await bench.configure(check_all=1)
    other = TARGET + 3
    who = [{"target": target, "rid": bus << 8 | 7} for target in (TARGET, other) for bus in (9, 18)]
    for number in range(60):
        for _ in range(12):
            bench.requester.send(bench.write(length=1, **bench.rng.choice(who)))
            bench.requester.read(bench.burst(length=1, **bench.rng.choice(who)))
        match number % 4:
            case 0:
                await bench.execute(SetBusRange(RANGE, 9, 9))
            case 1:
                await bench.execute(BindTarget(other, CONNECTION, RANGE, 0x18))
            case 2:
                await bench.execute(SetBusRange(RANGE, SECONDARY, SUBORDINATE))
            case _:
                await bench.execute(BindTarget(other, CONNECTION, RANGE + 1, 0x18))
    await bench.settle()
    counts = bench.checker.counts
    assert min(counts["refused SOURCE"], counts["writes that passed"]) > 100
    found = await bench.count(bridge_csr.REFUSED_SOURCE_WRITES)
    found += await bench.count(bridge_csr.REFUSED_SOURCE_READS)
    assert found == counts["refused SOURCE"]
