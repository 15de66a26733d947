# SPDX-License-Identifier: MIT
"""What a real system meets: each test is one scenario on the wire, up to the interrupt.

Bus numbers are what software wrote; functions know only what configuration writes told them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cocotb
import pytest
from cocotb.triggers import ClockCycles, Timer
from cocotbext.pcie.core.tlp import TlpAt, TlpAttr
from cocotbext.pcie.core.utils import PcieId

from msi_its_model.gicv3_its import DTE_INVALID
from msi_its_model.pcie import Tlp
from tests.topology.bench import MEMORY_BYTES, Bench, topology_test
from tests.topology.checker import LOST, Delivery
from tests.topology.fabric import Function
from tests.topology.software import BUS_NUMBERS, Width
from tests.topology.topology import DevicePlan, FunctionPlan, Kind, SwitchPlan, Topology

DROPPED = "dropped_bus_range"
SENT = "sent"
"""What deliveries are called that the translator decided on."""


def device(name: str, *kinds: Kind, vectors: int = 1) -> DevicePlan:
    """Return a device with some functions."""
    many = {Kind.MSI: 1}
    return DevicePlan(
        name,
        tuple(
            FunctionPlan(f"{name}.f{number}", kind, number, many.get(kind, vectors))
            for number, kind in enumerate(kinds)
        ),
    )


def three_ports() -> Topology:
    """Return two devices, each at a port of its own, and a switch with two more at a third."""
    return Topology(
        (
            device("d0", Kind.MSI, Kind.MSI),
            device("d1", Kind.MSI),
            SwitchPlan("s0", (device("d2", Kind.MSI), device("d3", Kind.MSI))),
        )
    )


async def running(bench: Bench, topology: Topology, memory: bool = False) -> None:
    """Build a topology, and let software bring all of it up."""
    bench.build(topology)
    await bench.software.enumerate()
    if memory:
        await bench.software.assign_memory()
        for number in range(len(topology.ports)):
            await bench.software.set_up_below(number)


def lpi(bench: Bench, function: Function, vector: int = 0) -> int:
    """Return the LPI that software has set up for a function."""
    return bench.software.interrupts[function.plan.name, vector].lpi


def event(bench: Bench, function: Function) -> int:
    """Return the EventID of a function's first vector."""
    return bench.software.interrupts[function.plan.name, 0].event


def raised(deliveries: Iterable[Delivery]) -> list[int]:
    """Return the LPIs that some messages have raised."""
    return [
        each.translation.intid
        for each in deliveries
        if each.translation is not None and each.translation.intid is not None
    ]


async def interrupts(bench: Bench, *functions: Function) -> list[Delivery]:
    """Have each function interrupt once; return what became of that."""
    before = len(bench.checker.deliveries)
    for function in functions:
        assert await function.interrupt()
    await bench.settle()
    return bench.checker.deliveries[before:]


async def all_arrive(bench: Bench) -> None:
    """Check that each function's interrupts arrive as its own."""
    for function in bench.fabric.functions():
        for vector in range(function.plan.vectors):
            before = len(bench.checker.deliveries)
            assert await function.interrupt(vector), function.plan.name
            await bench.settle()
            assert raised(bench.checker.deliveries[before:]) == [lpi(bench, function, vector)]


# ---- bus numbers ---------------------------------------------------------------------------------


@topology_test()
async def everything_arrives_once_it_is_enumerated(bench: Bench) -> None:
    """Three ports, a switch, five functions: each has its own interrupt."""
    await running(bench, three_ports())
    await all_arrive(bench)


@topology_test()
async def functions_send_while_software_enumerates(bench: Bench) -> None:
    """What the kernel before has armed sends on from reset, as bus 0, and with each new number.

    Until its port has numbers, a function passes as bus 0 (R1: 0/0 contains it). From the first
    write on it is held back until it learns its own number.
    """
    bench.build(three_ports(), gap=lambda: bench.rng.randrange(3))
    done = False

    async def send(function: Function) -> None:
        function.arm(bench.software.doorbell, 0x300)
        while not done:
            await function.interrupt()
            await Timer(bench.rng.randint(37, 211), "ns")

    tasks = [cocotb.start_soon(send(each)) for each in bench.fabric.functions()]
    await Timer(2, "us")
    early = list(bench.checker.deliveries)
    await bench.software.enumerate()
    done = True
    for task in tasks:
        await task
    await bench.settle()
    assert early and {each.rid >> 8 for each in early} == {0}
    assert {each.fate for each in early if each.fate} == {SENT}
    reasons = {each.translation.reason for each in early if each.translation is not None}
    assert reasons == {DTE_INVALID}  # the ITS has no device on bus 0
    later = bench.checker.deliveries[len(early) :]
    assert {each.fate for each in later if each.rid >> 8} >= {SENT}
    assert any(each.fate == DROPPED and each.rid >> 8 == 0 for each in later)
    await all_arrive(bench)


@topology_test()
async def a_port_that_is_being_scanned_has_all_buses_above(bench: Bench) -> None:
    """With subordinate 255, a function there passes as any bus that comes later; then no longer."""
    await running(bench, three_ports())
    liar = bench.fabric.function("d1.f0")
    port = bench.fabric.root_ports[1]
    own = port.sec_bus_num
    await bench.software.set_buses(port.pcie_id, 0, own, 0xFF)
    await bench.ring(liar, 0x123, rid=0xE708)
    await bench.settle()
    assert bench.checker.deliveries[-1].fate == SENT
    await bench.software.set_buses(port.pcie_id, 0, own, own)
    await bench.ring(liar, 0x124, rid=0xE708)
    await bench.settle()
    assert bench.checker.deliveries[-1].fate == DROPPED


@topology_test()
async def a_function_keeps_its_number_until_it_is_written_to(bench: Bench) -> None:
    """A port is renumbered under traffic: its device learns that by a configuration write alone."""
    await running(bench, three_ports())
    function = bench.fabric.function("d1.f0")
    port = bench.fabric.root_ports[1]
    old = function.rid >> 8
    new = old + 40
    await bench.software.set_buses(port.pcie_id, 0, new, new)
    (first,) = await interrupts(bench, function)
    assert (first.rid >> 8, first.fate) == (old, DROPPED)
    assert await bench.software.present(PcieId(new, 0, 0))  # a read
    (second,) = await interrupts(bench, function)
    assert (second.rid >> 8, second.fate) == (old, DROPPED)
    await bench.software.write(PcieId(new, 0, 0), 0x3C, b"\x5a")  # its interrupt line
    bench.software.map(function)
    (third,) = await interrupts(bench, function)
    assert third.rid >> 8 == new
    assert raised([third]) == [lpi(bench, function)]


@topology_test()
async def bytes_of_bus_numbers_pass_through_an_inverted_range(bench: Bench) -> None:
    """Written upwards byte by byte, secondary first, the range is inverted: no bus is in it."""
    await running(bench, three_ports())
    function = bench.fabric.function("d1.f0")
    where = bench.fabric.root_ports[1].pcie_id
    old = function.rid >> 8
    for first, between in ((1, DROPPED), (2, SENT)):
        await bench.software.set_buses(where, 0, old, old)
        for byte in (first, 3 - first):
            await bench.software.write(where, 0x18 + byte, bytes([old + 7]))
            (sent,) = await interrupts(bench, function)
            assert sent.fate == (between if byte == first else DROPPED)


@topology_test()
async def bytes_in_the_other_order_give_a_port_what_is_anothers(bench: Bench) -> None:
    """Written upwards with the subordinate bus first, a port has all buses between for a while."""
    await running(bench, three_ports())
    liar, victim = bench.fabric.function("d1.f0"), bench.fabric.function("d2.f0")
    where = bench.fabric.root_ports[1].pcie_id
    for byte, lpis in ((2, [lpi(bench, victim)]), (1, [])):
        await bench.software.write(where, 0x18 + byte, b"\x40")
        before = len(bench.of(liar))
        await bench.ring(liar, event(bench, victim), rid=victim.rid)
        await bench.settle()
        assert raised(bench.of(liar)[before:]) == lpis


@topology_test(timeout_us=8000)
async def the_first_message_behind_the_completion_meets_the_new_range(bench: Bench) -> None:
    """Software takes the completion of its write as a barrier; stalls make the way long."""
    await running(bench, three_ports())
    function = bench.fabric.function("d1.f0")
    where = bench.fabric.root_ports[1].pcie_id
    own = function.rid >> 8
    for share in (0.0, 0.3, 0.7):
        bench.stall(share)
        for number in range(40):
            opened = number % 2 == 1
            away = own + bench.rng.randint(1, 200 - own)
            last = own if opened else away
            first = own if opened else away
            width = bench.rng.choice(list(Width))
            bench.software.width = lambda width=width: width  # type: ignore[misc]
            await bench.software.set_buses(where, 0, first, last)
            await bench.ring(function, 0x200 + number)
            await bench.settle()
            assert bench.checker.deliveries[-1].fate == (SENT if opened else DROPPED), number
    bench.stall(0)


@topology_test(timeout_us=8000)
async def the_first_message_meets_the_new_range_while_all_ports_change(bench: Bench) -> None:
    """Eight ports get bus numbers at once, and the ITS is slow: ranges wait for one another."""
    await running(bench, Topology((*three_ports().ports, *[None] * 5)))
    functions = [bench.fabric.function(name) for name in ("d0.f0", "d0.f1", "d1.f0")]
    ports = bench.fabric.root_ports
    done = False

    async def interrupt(function: Function) -> None:
        while not done:
            await function.interrupt()
            await Timer(bench.rng.randint(5, 29), "ns")

    async def renumber(port: Any) -> None:
        while not done:
            bus = bench.rng.randrange(0x80, 0xFF)
            await bench.software.write(port.pcie_id, BUS_NUMBERS, bytes((0, bus, bus, 0)))

    tasks = [cocotb.start_soon(interrupt(each)) for each in functions[:2]]
    tasks += [cocotb.start_soon(renumber(each)) for each in ports[2:]]
    bench.stall(0.9, longest=60)
    own = functions[2].rid >> 8
    before = len(bench.of(functions[2]))
    for number in range(60):
        bus = own if number % 2 else 0x70
        await bench.software.write(ports[1].pcie_id, BUS_NUMBERS, bytes((0, bus, bus, 0)))
        await bench.ring(functions[2], 0x200 + number)
    done = True
    for task in tasks:
        await task
    bench.stall(0)
    await bench.settle()
    assert len(bench.of(functions[2])) == before + 60


@topology_test()
async def a_device_is_taken_out_and_another_put_in(bench: Bench) -> None:
    """What was under way is lost; the new one has no number, and nobody's interrupt, until told."""
    await running(bench, three_ports())
    function = bench.fabric.function("d1.f0")

    async def send() -> None:
        while function.bus_master_enable:
            await function.interrupt()
            await Timer(41, "ns")

    task = cocotb.start_soon(send())
    await Timer(1, "us")
    port = bench.unplug("d1")
    await task
    await bench.settle()
    assert raised(bench.of(function))
    assert not await bench.software.present(PcieId(port.sec_bus_num, 0, 0))
    bench.plug(port, "d1")
    function.arm(bench.software.doorbell, event(bench, function))
    (unknown,) = await interrupts(bench, function)
    assert (unknown.rid >> 8, unknown.fate) == (0, DROPPED)
    await bench.software.set_up_below(1)
    (known,) = await interrupts(bench, function)
    assert raised([known]) == [lpi(bench, function)]


@topology_test()
async def a_subtree_moves_to_another_port(bench: Bench) -> None:
    """A switch is plugged in elsewhere: its devices are known once software was there."""
    await running(bench, three_ports())
    functions = [bench.fabric.function(name) for name in ("d2.f0", "d3.f0")]
    before = {each.plan.name: each.rid for each in functions}
    bench.unplug("d1")
    bench.unplug("s0")
    bench.plug(bench.fabric.root_ports[1], "s0")
    for function in functions:
        await bench.ring(function, event(bench, function), rid=before[function.plan.name])
    await bench.settle()
    assert [each.fate for each in bench.checker.deliveries] == [DROPPED, DROPPED]
    assert {each.port for each in bench.checker.deliveries} == {1}
    bench.plug(bench.fabric.root_ports[2], "d1")
    await bench.software.enumerate()
    await all_arrive(bench)


@topology_test()
async def a_port_that_is_reset_has_no_buses(bench: Bench) -> None:
    """Its numbers are 0/0 with the reset of the port, and others' are what they were."""
    await running(bench, three_ports())
    ours, other = bench.fabric.function("d1.f0"), bench.fabric.function("d2.f0")
    port = bench.fabric.root_ports[1]
    bench.dut.port_reset.value = 1 << 1
    port.sec_bus_num = port.sub_bus_num = 0
    await ClockCycles(bench.dut.clk, 2)
    bench.dut.port_reset.value = 0
    await bench.settle()
    fates = [each.fate for each in await interrupts(bench, ours, other)]
    assert sorted(fates) == [DROPPED, SENT]
    await bench.software.enumerate()
    await all_arrive(bench)


@topology_test(timeout_us=4000)
async def the_translator_is_reset_under_traffic(bench: Bench) -> None:
    """What is under way is lost; nothing is sent with what held before, and it all comes back."""
    await running(bench, three_ports())
    functions = list(bench.fabric.functions())
    done = False

    async def send(function: Function) -> None:
        while not done:
            await function.interrupt()
            await Timer(bench.rng.randint(11, 97), "ns")

    tasks = [cocotb.start_soon(send(each)) for each in functions]
    for _ in range(5):
        bench.stall(bench.rng.choice((0, 0.3)))
        await Timer(bench.rng.randint(100, 3000), "ns")
        await bench.set_up()
        before = len(bench.checker.deliveries)
        await Timer(1, "us")
        bench.checker.catch_up()
        decided = [each.fate for each in bench.checker.deliveries[before:] if each.fate]
        assert set(decided) <= {DROPPED, LOST}
    done = True
    for task in tasks:
        await task
    bench.stall(0)
    await bench.settle()
    assert any(each.fate == LOST for each in bench.checker.deliveries)
    await bench.software.enumerate()
    await all_arrive(bench)


# ---- functions that lie --------------------------------------------------------------------------


async def spoof(bench: Bench) -> tuple[list[int], int]:
    """Have a function name another, behind another port; return the LPIs, and the other's."""
    await running(bench, three_ports())
    liar, victim = bench.fabric.function("d1.f0"), bench.fabric.function("d2.f0")
    await bench.ring(liar, event(bench, victim), rid=victim.rid)
    await bench.settle()
    (delivery,) = bench.of(liar)
    assert delivery.origin.plain  # a root complex alone delivers it
    assert delivery.origin.through == ("port 1",)
    return raised([delivery]), lpi(bench, victim)


@topology_test()
async def a_spoofing_function_cannot_raise_another_ports_interrupt(bench: Bench) -> None:
    """It names a function behind another port, with its event: nothing arrives."""
    lpis, _ = await spoof(bench)
    assert lpis == []
    assert bench.checker.deliveries[-1].fate == DROPPED
    assert bench.checker.prevented() == {DROPPED: 1}


@topology_test()
async def without_the_check_it_can(bench: Bench) -> None:
    """The same on the same hardware, with all buses given to all ports: the other's LPI is up."""
    await bench.open()
    lpis, victim = await spoof(bench)
    assert lpis == [victim]
    assert bench.checker.prevented() == {}


@topology_test()
async def behind_one_port_the_range_is_no_help(bench: Bench) -> None:
    """Another bus of its port, or another function of its bus, is in range: see docs/its.md."""
    await running(bench, three_ports())
    for liar, victim in (("d2.f0", "d3.f0"), ("d0.f1", "d0.f0")):
        named = bench.fabric.function(victim)
        await bench.ring(bench.fabric.function(liar), event(bench, named), rid=named.rid)
        await bench.settle()
        assert raised(bench.of(bench.fabric.function(liar))) == [lpi(bench, named)]


@topology_test()
async def a_bus_that_nobody_has_is_not_sent(bench: Bench) -> None:
    """Every bus that is not the port's is dropped: 256 of them, from three functions."""
    await running(bench, three_ports())
    for name in ("d0.f1", "d1.f0", "d3.f0"):
        function = bench.fabric.function(name)
        number = bench.fabric.root_port(function.device.plan.name)
        assert number is not None
        port = bench.fabric.root_ports[number]
        for bus in range(256):
            await bench.ring(function, 0x800 + bus, rid=bus << 8 | 0x31)
        await bench.settle()
        sent = [each.rid >> 8 for each in bench.of(function) if each.fate == SENT]
        assert sent == list(range(port.sec_bus_num, port.sub_bus_num + 1))
        assert len(bench.of(function)) == 256


# ---- kinds of functions --------------------------------------------------------------------------


@topology_test()
async def a_device_of_eight_functions(bench: Bench) -> None:
    """Each function has its number and its interrupt."""
    kinds = [Kind.MSI, Kind.MULTIPLE, Kind.MSIX, Kind.MSI] * 2
    await running(bench, Topology((None, device("d0", *kinds, vectors=4))), memory=True)
    await all_arrive(bench)


def numbered(name: str, kind: Kind, *offsets: int) -> DevicePlan:
    """Return a device whose functions are at some offsets; function 0 is physical."""
    functions = [FunctionPlan(f"{name}.f0", Kind.MSIX, 0, 2)]
    functions += [
        FunctionPlan(f"{name}.f{number}", kind, offset, 2)
        for number, offset in enumerate(offsets, 1)
    ]
    return DevicePlan(name, tuple(functions))


@topology_test()
async def a_device_with_ari(bench: Bench) -> None:
    """Function numbers have 8 bits: device and function in one (ARI)."""
    plan = numbered("d0", Kind.ARI, 7, 8, 0x5B, 0xFF)
    await running(bench, Topology((SwitchPlan("s0", (plan,)),)), memory=True)
    await all_arrive(bench)


@topology_test()
async def virtual_functions_carry_into_the_next_bus(bench: Bench) -> None:
    """Numbers of SR-IOV go on above 0xFF: the port gets that bus, too, or messages are lost."""
    plan = numbered("d0", Kind.VIRTUAL, 0x80, 0xFF, 0x100, 0x1FE)
    await running(bench, Topology((device("d1", Kind.MSI), plan)), memory=True)
    await all_arrive(bench)
    beyond = [each for each in bench.fabric.functions() if each.plan.offset > 0xFF]
    port = bench.fabric.root_ports[1]
    assert port.sub_bus_num == port.sec_bus_num + 1
    await bench.software.set_buses(port.pcie_id, 0, port.sec_bus_num, port.sec_bus_num)
    for delivery in await interrupts(bench, *beyond):
        assert (delivery.rid >> 8, delivery.fate) == (port.sec_bus_num + 1, DROPPED)


@topology_test()
async def masked_messages_are_pending(bench: Bench) -> None:
    """MSI and MSI-X, by vector and by function: what came meanwhile is sent once, after that."""
    plan = device("d0", Kind.MULTIPLE, Kind.MSIX, vectors=4)
    await running(bench, Topology((SwitchPlan("s0", (plan,)),)), memory=True)
    software = bench.software
    for function in bench.fabric.functions():
        await software.mask(function, 2, True)
        assert [await function.interrupt(2) for _ in range(3)] == [False] * 3
        assert await function.interrupt(3)
        await bench.settle()
        assert raised(bench.of(function)) == [lpi(bench, function, 3)]
        assert function.pending == {2}
        await software.mask(function, 2, False)
        await bench.settle()
        assert raised(bench.of(function)) == [lpi(bench, function, vector) for vector in (3, 2)]
    function = bench.fabric.function("d0.f1")
    await software.control(function, masked=True)
    for vector in (0, 3, 0):
        assert not await function.interrupt(vector)
    bits = await bench.fabric.rc.mem_read(software.bars["d0.f1"] + 0x800, 4)
    assert bytes(bits) == b"\x09\0\0\0"
    before = len(bench.of(function))
    await software.control(function)
    await bench.settle()
    assert raised(bench.of(function)[before:]) == [lpi(bench, function, each) for each in (0, 3)]


# ---- packets -------------------------------------------------------------------------------------


@topology_test()
async def packets_that_are_no_messages(bench: Bench) -> None:
    """Each of them rings at a root complex without the filter; here it is removed, and counted."""
    await running(bench, three_ports())
    function = bench.fabric.function("d1.f0")
    data = event(bench, function)
    eight = data.to_bytes(4, "little") * 2
    bell = bench.software.doorbell
    await bench.ring(function, data, ep=True)
    await bench.ring(function, data, at=TlpAt.TRANSLATED)
    await bench.ring(function, data, at=TlpAt.TRANSLATE_REQ)
    await bench.write(function, bell, eight)
    await bench.write(function, bell - 4, eight)
    await bench.ring(function, data, first_be=0b1110)
    await bench.ring(function, data, first_be=0b0111)
    await bench.settle()
    fates = [each.fate for each in bench.of(function)]
    assert fates == [
        "poisoned",
        "translated",
        "translated",
        "length",
        "length",
        "enables",
        "enables",
    ]
    assert bench.checker.prevented() == {
        "poisoned": 1,
        "translated": 2,
        "length": 2,
        "enables": 2,
    }
    assert raised(bench.checker.deliveries) == []


@topology_test()
async def other_fields_do_not_matter(bench: Bench) -> None:
    """Traffic class, attributes, tag, digest and prefixes: a message all the same."""
    await running(bench, three_ports())
    function = bench.fabric.function("d3.f0")
    data = event(bench, function)
    prefixes = iter((0, 1, 4, 2, 0))
    bench.mangle = lambda port, tlp: Tlp(
        tlp.header,
        tlp.data,
        tuple(0x9100_0000 | bench.rng.getrandbits(24) for _ in range(next(prefixes))),
        tlp.digest,
    )
    await bench.ring(function, data, tc=5)
    await bench.ring(function, data, attr=TlpAttr.RO | TlpAttr.NS)
    await bench.ring(function, data, td=True)
    await bench.ring(function, data, tag=0x3F7, td=True)
    await bench.ring(function, data, first_be=0b0011)
    await bench.settle()
    assert raised(bench.of(function)) == [lpi(bench, function)] * 5


@topology_test()
async def packets_that_are_malformed_or_erroneous(bench: Bench) -> None:
    """Broken on the way: never a message, and the one behind it is one."""
    await running(bench, three_ports())
    function = bench.fabric.function("d1.f0")
    data = event(bench, function)
    broken = iter(
        (
            lambda tlp: Tlp(tlp.header, tlp.data, error=True),
            lambda tlp: Tlp(tlp.header, (*tlp.data, 0x5EED_0001)),
            lambda tlp: Tlp(tlp.header, (*tlp.data, *range(1, 8))),
            lambda tlp: Tlp(tlp.header | 0b011 << 96, tlp.data),  # it says 3 dwords
            lambda tlp: Tlp((1 << 128) - 1, tlp.data),
            lambda tlp: tlp,
        )
    )
    bench.mangle = lambda port, tlp: next(broken)(tlp)
    for _ in range(6):
        await bench.ring(function, data)
    await bench.settle()
    fates = [each.fate for each in bench.of(function)]
    assert fates == ["error", "malformed", "malformed", "malformed", SENT]
    assert bench.checker.counts["malformed"] == 4
    assert raised(bench.of(function)) == [lpi(bench, function)]


@topology_test()
async def the_doorbell_cannot_be_read(bench: Bench) -> None:
    """A read of its page is completed as unsupported; memory can be read."""
    await running(bench, three_ports())
    function = bench.fabric.function("d2.f0")
    place = bench.memory.get_absolute_address(0x40)
    await bench.fabric.rc.mem_address_space.write(place, b"\x11\x22\x33\x44")
    assert bytes(await function.mem_read(place, 4)) == b"\x11\x22\x33\x44"
    with pytest.raises(Exception, match="Unsuccessful completion"):
        await function.mem_read(bench.software.doorbell, 4)
    await interrupts(bench, function)


@topology_test(timeout_us=8000)
async def data_is_there_before_its_interrupt(bench: Bench) -> None:
    """A function writes memory and interrupts: whoever gets the interrupt finds the data (T3)."""
    await running(bench, three_ports())
    memory, late = bench.memory, []

    def arrived(*_: object) -> None:
        expected = wanted.pop(0)
        here = bytes(memory.mem[expected[0] : expected[0] + 4])
        if here != expected[1]:
            late.append((expected, here))

    bench.checker.arrived = arrived
    function = bench.fabric.function("d3.f0")
    for share in (0.0, 0.5, 0.9):
        bench.stall(share, longest=17)
        wanted: list[tuple[int, bytes]] = []
        for number in range(60):
            place = 4 * (1 + bench.rng.randrange(MEMORY_BYTES // 4 - 64))
            block = bytes(
                bench.rng.randrange(1, 256) for _ in range(bench.rng.choice((4, 64, 200)))
            )
            block = block[: 4096 - place % 4096]
            wanted.append((place + len(block) - 4, block[-4:]))
            await bench.write(function, memory.get_absolute_address(place), block)
            await bench.ring(function, 0x900 + number)
        await bench.settle()
        assert not wanted
    bench.stall(0)
    assert late == []
