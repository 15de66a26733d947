# SPDX-License-Identifier: MIT
"""Directed tests of the filter, one or more for each rule from T1 to T5.

What is right the checker says, from monitors alone. What a test asserts itself is that what it is
about did happen.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from msi_its_model import Tlp, TlpRemoval
from tests.pcie import packets
from tests.pcie.agents import beats
from tests.pcie.bench import HIGH, LOW, PARAMETERS, Bench, tlp_test
from tests.pcie.checker import CODES

PAGES = (HIGH, LOW)
PREFIXES = (0x91000001, 0x9000C0FF, 0x92ABCDEF, 0x9F010203)


async def on_both(bench: Bench, *tlps: Tlp) -> None:
    """Send packets with header and data beside each other, and in wire order."""
    for raw in (False, True):
        await bench.configure(raw=raw)
        (bench.root.send_as_raw if raw else bench.root.send)(*tlps)
    await bench.configure(raw=False)


def removed(bench: Bench, reason: TlpRemoval) -> int:
    """Return how many packets were removed for a reason."""
    return bench.checker.counts[f"removed {reason.name}"]


def per_item(bench: Bench, stream: str) -> float:
    """Return how many cycles there are from one transfer to the next, on average."""
    cycles = [cycle for cycle, _, _ in bench.seen[stream]]
    return (cycles[-1] - cycles[0]) / (len(cycles) - 1)


# ---- T1 ------------------------------------------------------------------------------------------


@tlp_test()
async def t1_message(bench: Bench) -> None:
    """A dword or its lower half, with headers of 3 and 4 dwords, whatever else the header has."""
    for page in PAGES:
        await bench.configure(page=page)
        await on_both(
            bench,
            *(bench.message(first=first) for first in (0xF, 0x3)),
            *(bench.message(other=1 << bit) for bit in range(10)),
            *(bench.message(rid=1 << bit) for bit in range(16)),
            bench.message(other=0x3FF, hint=3, tag=0xFF),
        )
    assert bench.checker.counts["messages"] == 2 * 2 * (2 + 10 + 16 + 1)


@tlp_test()
async def t1_four_dwords_with_an_address_of_32_bits(bench: Bench) -> None:
    """Which PCIe forbids to send, and leaves open what becomes of it: its address decides."""
    await bench.configure(page=LOW)
    await on_both(bench, bench.message(four=True), bench.message(address=1 << 32 | LOW | 0x40))
    assert bench.checker.counts["messages"] == 2
    assert bench.checker.counts["passing"] == 2


@tlp_test()
async def t1_prefixes_and_digest_do_not_matter(bench: Bench) -> None:
    """0 to 4 prefixes, with and without a digest, for both headers."""
    for page in PAGES:
        await bench.configure(page=page)
        tlps = [
            bench.message(prefixes=PREFIXES[:count], digest=digest)
            for count, digest in product(range(5), (False, True))
        ]
        await on_both(bench, *tlps)
    assert bench.checker.counts["messages"] == 2 * 2 * 10


@tlp_test()
async def t1_poisoned_erroneous_translated(bench: Bench) -> None:
    """Each is dropped by its reason."""
    await on_both(
        bench,
        bench.message(poisoned=True),
        bench.message(error=True),
        *(bench.message(address_type=each) for each in (1, 2, 3)),
    )
    assert removed(bench, TlpRemoval.POISONED) == removed(bench, TlpRemoval.ERROR) == 2
    assert removed(bench, TlpRemoval.TRANSLATED) == 6
    assert not bench.checker.counts["messages"]


@tlp_test()
async def t1_byte_enables(bench: Bench) -> None:
    """All of them."""
    tlps = [bench.message(first=first, last=last) for first in range(16) for last in range(16)]
    bench.root.send(*tlps)
    await bench.settle()
    assert bench.checker.counts["messages"] == 2
    assert removed(bench, TlpRemoval.ENABLES) == 253


@tlp_test()
async def t1_each_bit_of_the_address(bench: Bench) -> None:
    """None is left out: of both pages, and both headers."""
    for page, bits in ((HIGH, 64), (LOW, 32), (LOW, 64)):
        await bench.configure(page=page)
        four = {"four": bits == 64}
        tlps = [bench.message(address=(page | 0x40) ^ 1 << bit, **four) for bit in range(2, bits)]
        bench.root.send(*tlps)
    await bench.settle()
    assert not bench.checker.counts["messages"]
    assert removed(bench, TlpRemoval.OFFSET) == 3 * 14


# ---- T2 ------------------------------------------------------------------------------------------


@tlp_test()
async def t2_what_touches_the_page_is_removed(bench: Bench) -> None:
    """Reads and atomics want a completion, and are handed out."""
    for page in PAGES:
        await bench.configure(page=page)
        tlps = [bench.message(kind=kind, first=0) for kind in (packets.READ, packets.READ_LOCKED)]
        tlps += [bench.message(kind=kind, length=2) for kind in packets.ATOMICS]
        tlps += [bench.message(kind=packets.COMPARE_SWAP, length=8)]
        tlps += [bench.message(length=length, last=0xF) for length in (2, 3, 5, 64)]
        tlps += [bench.message(address=page | 0x1000, length=1024, last=0xF)]
        tlps += [bench.message(address=page | offset) for offset in (0, 0x3C, 0x44, 0xFFFC)]
        await on_both(bench, *tlps)
    reasons = (TlpRemoval.READ, TlpRemoval.ATOMIC, TlpRemoval.LENGTH, TlpRemoval.OFFSET)
    assert [removed(bench, reason) for reason in reasons] == [8, 20, 20, 16]
    assert bench.checker.counts["m_unsupported"] == 28


@tlp_test()
async def t2_flush(bench: Bench) -> None:
    """A write of no byte disappears, and is counted."""
    await on_both(
        bench, *(bench.message(first=0, address=bench.page | at) for at in (0, 0x40, 0xFFFC))
    )
    assert bench.checker.counts["flushes"] == 6


@tlp_test(timeout_us=900)
async def t2_everything_else_passes(bench: Bench) -> None:
    """All kinds and lengths, with prefixes and digests, poisoned or erroneous: bit for bit."""
    lengths = (*range(1, 20), 1023, 1024)
    tlps = [bench.write(length, digest=bool(length % 2)) for length in lengths]
    tlps += [bench.write(3, poisoned=True), bench.write(2, error=True, prefixes=PREFIXES)]
    for kind in (packets.READ, *packets.ATOMICS):
        for length in (1, 4):
            tlps.append(bench.packet(kind=kind, address=LOW | 0x1_0040, length=length))
    await on_both(bench, *tlps)
    assert bench.checker.counts["passing"] == 2 * len(tlps)


@tlp_test()
async def t2_what_has_no_address_passes(bench: Bench) -> None:
    """Also where the doorbell's address stands in the place of one."""
    await bench.configure(page=LOW)
    low = [bench.message(kind=kind) for kind in packets.THREE_DWORDS]
    await on_both(bench, *low)
    await bench.configure(page=HIGH)
    high = [bench.message(kind=kind) for kind in (packets.MESSAGE, packets.MESSAGE_DATA)]
    await on_both(bench, *high)
    assert bench.checker.counts["passing"] == 2 * (len(low) + len(high))


@tlp_test()
async def t2_beside_the_page(bench: Bench) -> None:
    """The dwords right before and behind it, and its upper bits."""
    for page in PAGES:
        await bench.configure(page=page)
        await on_both(bench, *(bench.message(address=page + at) for at in (-4, 0x10000, 0x10040)))
    assert bench.checker.counts["passing"] == 12


# ---- T3 ------------------------------------------------------------------------------------------


@tlp_test(ordered=True)
async def t3_a_message_waits_for_earlier_writes_alone(bench: Bench) -> None:
    """Until they are committed; a later one waits for no message, and delays none."""
    bench.root.holds = True
    tlps = [bench.write(), bench.write(5), bench.message(), bench.write(2), bench.message()]
    bench.root.send(*tlps)
    await bench.wait(40)
    assert not bench.seen["m_msi"]
    assert bench.checker.uncommitted == 3  # all writes have left
    for expected in (0, 1, 2):
        bench.root.holds = False
        await bench.wait(1)
        bench.root.holds = True
        await bench.wait(9)
        assert len(bench.seen["m_msi"]) == expected
    bench.root.holds = False


@tlp_test(ordered=True)
async def t3_nothing_but_memory_writes_counts(bench: Bench) -> None:
    """Reads, messages, removed and erroneous writes do not: nobody commits them."""
    bench.root.holds = True
    bench.root.send(
        bench.packet(kind=packets.READ, address=0x1_0000_0000),
        bench.packet(kind=packets.DEFERRABLE, address=0x1_0000_0000),
        bench.packet(kind=packets.MESSAGE_DATA, four=True),
        bench.packet(kind=packets.CFG_WRITE),
        bench.write(4, error=True),
        bench.write(9, data=3),
        bench.message(length=3, last=0xF),
        bench.message(),
    )
    await bench.wait(40)
    assert len(bench.seen["m_msi"]) == 1


@tlp_test(ordered=True, timeout_us=900)
async def t3_far_more_writes_than_a_mark_has_bits_for(bench: Bench) -> None:
    """While a message stands on m_msi, ten times as many are committed behind it."""
    bench.root.messages.pause = True
    bench.root.send(bench.write(), bench.message())
    bench.root.send(*(bench.write() for _ in range(10 * PARAMETERS["WRITES"])), bench.message())
    await bench.wait(30 * PARAMETERS["WRITES"])
    bench.root.messages.pause = False
    await bench.settle()
    assert bench.checker.counts["m_msi"] == 2


@tlp_test(ordered=True)
async def t3_as_many_uncommitted_as_there_may_be(bench: Bench) -> None:
    """The next memory write waits; what stands before it does not, but for a message."""
    bench.root.holds = True
    most = PARAMETERS["WRITES"]
    bench.root.send(*(bench.write() for _ in range(most)), bench.message())
    bench.root.send(*(bench.write() for _ in range(3)))
    await bench.wait(2 * most + 40)
    assert bench.checker.uncommitted == most
    assert not bench.seen["m_msi"]
    bench.root.holds = False


@tlp_test(ordered=False)
async def t3_turned_off(bench: Bench) -> None:
    """Nothing is committed, and messages leave."""
    bench.root.holds = True
    bench.root.send(*(bench.write() for _ in range(300)), *(bench.message() for _ in range(9)))
    await bench.settle()
    assert bench.checker.counts["m_msi"] == 9


# ---- T4 ------------------------------------------------------------------------------------------


@tlp_test()
async def t4_all_first_bytes(bench: Bench) -> None:
    """All of Fmt and Type, to the doorbell and elsewhere; a message comes behind each."""
    base = bench.message()
    for address in (bench.page | 0x40, 0x1_0000_0040):
        for byte in range(256):
            data = base.data if byte >> 6 & 1 else ()
            header = bench.message(address=address).header & (1 << 120) - 1 | byte << 120
            bench.root.send(replace(base, header=header, data=data), bench.message())
    await bench.settle()
    assert bench.checker.counts["messages"] >= 512


@tlp_test()
async def t4_length_against_data(bench: Bench) -> None:
    """More and fewer beats and dwords than announced, in the page and outside."""
    many = 3 * bench.lanes + 2
    tlps = []
    for length, data in product((1, 2, bench.lanes, bench.lanes + 1, many), repeat=2):
        last = 0xF if length > 1 else 0
        tlps.append(bench.write(length, data=data))
        tlps.append(bench.message(length=length, data=data, last=last))
        tlps.append(bench.message())
    tlps.append(bench.packet(kind=packets.READ, address=1 << 40, data=many))
    tlps.append(bench.message(kind=packets.READ, data=many))
    await on_both(bench, *tlps, bench.message())
    assert removed(bench, TlpRemoval.MALFORMED) > 60


@tlp_test()
async def t4_a_message_with_very_many_beats_is_none(bench: Bench) -> None:
    """However often a count of beats wraps: a dword was announced."""
    for count in range(1, 5):
        beats_of = 1024 // bench.lanes * count + 1
        bench.root.send(bench.message(data=beats_of * bench.lanes - bench.lanes + 1))
    await bench.settle()
    assert not bench.checker.counts["messages"]
    assert removed(bench, TlpRemoval.MALFORMED) == 4


@tlp_test()
async def t4_cut_by_the_next_packet(bench: Bench) -> None:
    """A packet without an end, one without a beginning: those behind them are whole."""
    for long in (1, bench.lanes + 1, 5 * bench.lanes):
        for made in (bench.write, lambda n: bench.message(length=n, last=0xF if n > 1 else 0)):
            tlp = made(long)
            bench.root.send(replace(tlp, whole=False), bench.message(), bench.write(long))
            stray = [beat._replace(sop=0) for beat in beats(tlp, bench.width)]
            bench.root.send_beats(stray)
            bench.root.send(bench.message())
            bench.root.send_beats(stray[:-1])
            bench.root.send(bench.message(), bench.message(kind=packets.READ))
            # in the middle
            bench.root.send_beats(beats(tlp, bench.width)[:-1])
            bench.root.send(bench.message())
            # beyond its length, and then cut
            bench.root.send_beats(beat._replace(eop=0) for beat in beats(tlp, bench.width))
            bench.root.send_beats(stray[:1] if long > bench.lanes else [])
            bench.root.send(bench.message())
    await bench.settle()
    assert bench.checker.counts["messages"] >= 24


@tlp_test()
async def t4_crossing_4_kib(bench: Bench) -> None:
    """From right below the page into it, from its end out of it, and elsewhere."""
    for at, length in ((-4, 2), (0xFFFC, 2), (0xFFC, 2), (0x20FF8, 3), (-4096 + 4, 1024)):
        address = bench.page + at
        bench.root.send(
            bench.packet(address=address, length=length, last=0xF),
            bench.packet(address=address, length=length, last=0xF, kind=packets.READ),
            bench.packet(address=address, length=1),
        )
    bench.root.send(bench.packet(address=bench.page + 0x20000, length=1024, last=0xF))
    await bench.settle()
    assert removed(bench, TlpRemoval.MALFORMED) == 10


@tlp_test()
async def t4_raw_packets_cut_anywhere(bench: Bench) -> None:
    """After each dword, with each end of tkeep; too many prefixes."""
    await bench.configure(raw=True)
    for page, prefixes, digest in product((0x1_0000_0000, LOW), (0, 1, 4), (False, True)):
        tlp = bench.packet(address=page, length=3, prefixes=PREFIXES[:prefixes], digest=digest)
        whole = packets.wire(tlp if digest else replace(tlp, digest=None))
        for length in range(4, len(whole) + 1, 4):
            bench.root.send_raw(whole[:length])
        bench.root.send_raw(b"\x91\0\0\1" * (5 - prefixes) + whole)
    plain = packets.wire(replace(bench.message(), digest=None))
    bench.root.send_raw(b"\x91\0\0\1" * 40)
    for keep in (0, 0b1, 0b101, 0b11110000, (1 << bench.width // 8) - 2):
        bench.root.send_raw(plain, keep=keep)
        bench.root.send_raw(plain)
    await bench.settle()
    assert bench.checker.counts["raw, odd"] >= 4
    assert bench.checker.counts["messages"] >= 5


@tlp_test()
async def t4_nothing_waits_for_messages_but_messages(bench: Bench) -> None:
    """While m_msi takes none, as many as fit wait beside the stream, and everything else passes."""
    bench.root.messages.pause = True
    for _ in range(PARAMETERS["MESSAGES"]):
        bench.root.send(bench.message(), bench.write(3), bench.message(kind=packets.READ))
    await bench.wait(30 * PARAMETERS["MESSAGES"])
    assert bench.checker.counts["passing"] == PARAMETERS["MESSAGES"]
    assert not bench.seen["m_msi"]
    bench.root.send(bench.message(), bench.message(), bench.write())
    await bench.wait(60)
    bench.root.messages.pause = False
    await bench.settle()
    assert bench.checker.counts["m_msi"] == PARAMETERS["MESSAGES"] + 2


@tlp_test()
async def t4_requests_to_complete_wait(bench: Bench) -> None:
    """More than fit: none is lost."""
    bench.root.unsupported.pause = True
    bench.root.send(*(bench.message(kind=packets.READ) for _ in range(9)), bench.message())
    await bench.wait(60)
    bench.root.unsupported.pause = False
    await bench.settle()
    assert bench.checker.counts["m_unsupported"] == 9


@tlp_test()
async def t4_counts_stay_at_their_maximum(bench: Bench) -> None:
    """Of a counter with few bits."""
    most = min(1 << PARAMETERS["COUNTER_WIDTH"], 40)
    for _ in range(most + 3):
        bench.root.send(bench.message(first=0), bench.message(poisoned=True))
    await bench.settle()
    assert bench.checker.totals[CODES[TlpRemoval.POISONED]] == most + 3


@tlp_test()
async def t4_reset_in_the_middle(bench: Bench) -> None:
    """Of a packet, with messages and requests waiting: nothing is left of it."""
    for cycles in range(3, 40, 3):
        bench.root.messages.pause = bench.root.unsupported.pause = True
        bench.root.holds = bool(cycles % 2)
        for _ in range(4):
            bench.root.send(bench.write(3 * bench.lanes), bench.message(length=40, last=0xF))
            bench.root.send(bench.message(), bench.message(kind=packets.READ))
        await bench.wait(cycles)
        await bench.reset()
        bench.root.messages.pause = bench.root.unsupported.pause = bench.root.holds = False
        stray = beats(bench.write(2 * bench.lanes), bench.width)[1:]  # what was cut goes on
        bench.root.send_beats(stray)
        bench.root.send(bench.message(), bench.write(5))
        await bench.settle()
    assert bench.checker.counts["messages"] >= 13


# ---- T5 ------------------------------------------------------------------------------------------


@tlp_test(timeout_us=900)
async def t5_a_message_a_cycle(bench: Bench) -> None:
    """Beside each other at every width; in wire order while a packet fits a beat."""
    for page, raw in product(PAGES, (False, True)):
        fits = bench.lanes >= (5 if page == HIGH else 4)
        await bench.configure(page=page, raw=raw)
        bench.seen.clear()
        tlps = [bench.message() for _ in range(200)]
        (bench.root.send_as_raw if raw else bench.root.send)(*tlps)
        await bench.settle()
        found = per_item(bench, "m_msi")
        header = 4 if page == HIGH else 3
        how = "in wire order" if raw else "header beside data"
        bench.log.info(
            "measured: %.3f cycles a message, of %d; %d bits, header of %d dwords, %s",
            *(found, len(tlps), bench.width, header, how),
        )
        assert found == 1 or (raw and not fits)


@tlp_test(timeout_us=900)
async def t5_passing_traffic_at_full_rate(bench: Bench) -> None:
    """Long and short packets: a beat a cycle in, and as many out; with messages between as well."""
    for raw, between in product((False, True), repeat=2):
        await bench.configure(raw=raw)
        bench.seen.clear()
        tlps = []
        for length in (1, 3, 64, 5, 32, 2, 1) * 6:
            tlps.append(bench.write(length))
            tlps += [bench.message()] * between
        (bench.root.send_as_raw if raw else bench.root.send)(*tlps)
        await bench.settle()
        stream = "s_axis" if raw else "in_tlp"
        found = per_item(bench, stream)
        bench.log.info(
            "measured: %.3f cycles a beat that goes in, of %d; %d bits, %s%s",
            *(found, len(bench.seen[stream]), bench.width),
            *("in wire order" if raw else "header beside data", ", with messages" * between),
        )
        assert found == 1


@tlp_test()
async def t5_latency(bench: Bench) -> None:
    """From what is taken to what comes out, with nothing in the way."""
    most = {"m_tlp": 0, "m_msi": 0}
    for tlp, stream in ((bench.write(), "m_tlp"), (bench.message(), "m_msi")):
        for _ in range(5):
            bench.root.send(tlp)
            await bench.settle()
            taken, out = bench.seen["in_tlp"][-1][0], bench.seen[stream][-1]
            most[stream] = max(most[stream], out[0] - out[2] - taken)
    bench.log.info(
        "measured: %d cycles from a packet to m_tlp, %d to m_msi; %d bits",
        *(*most.values(), bench.width),
    )
    assert most == {"m_tlp": 2, "m_msi": 3 if PARAMETERS["COMMITTED"] else 2}
