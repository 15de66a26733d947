# SPDX-License-Identifier: MIT
"""The bench around `msi_axi_bridge`: who reads and writes, a memory, an ITS, software.

A test is a coroutine that gets a `BridgeBench`, with `bridge_test` above it. Software configures
the bridge through its registers, and the checker goes by what a monitor sees of that.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from cocotb.triggers import ClockCycles

from cocotbext.msi_its.bench.monitors import (
    RetireMonitor,
    Sampler,
    WriteAddressMonitor,
    WriteDataMonitor,
)
from cocotbext.msi_its.vocabulary import bridge_csr
from cocotbext.msi_its.vocabulary.csr import Register
from msi_its_model import AxiBeat, AxiBurst, AxiDoorbell, AxiItsPort, AxiResponse
from tests.axi.agents import Answers, Burst, Its, Manager, Memory
from tests.axi.bench import MSI64_PAGE, PAGE, PARAMETERS, TABLES, AxiBench, test_with
from tests.axi.bridge_checker import BridgeChecker
from tests.axi.monitors import (
    AddressMonitor,
    DataMonitor,
    ReadAddressMonitor,
    ReadDataMonitor,
    ResponseMonitor,
)
from tests.axi.order_checker import OrderChecker
from tests.axi.scoreboard import AHEAD, Configured

MESSAGE_ID = 1 << PARAMETERS["ID_WIDTH"]
"""The ID of all writes to the ITS: the only one with its upper bit."""

ITS_PORT = bool(PARAMETERS["ITS_PORT"])

IDS = sorted({each % MESSAGE_ID for each in (1, 0x5A, 0xA7, 0xFE, MESSAGE_ID - 1)})
"""Some of the IDs on `s_axi`: few, so that several accesses have the same."""

BLOCK = 4096
"""No burst crosses a boundary of so many bytes (Arm IHI 0022)."""


CONTROL = {name: each.low for name, each in bridge_csr.BRIDGE_CONTROL.fields.items()}
"""Where each level is in its register."""


class BridgeRegisters:
    """How software has configured the bridge, as monitors of `s_axil` see it."""

    def __init__(self, dut: Any, sampler: Sampler) -> None:
        """Begin in the reset state."""
        self.monitors = (
            WriteAddressMonitor(dut, "s_axil", sampler),
            WriteDataMonitor(dut, "s_axil", sampler),
        )
        self._addresses: deque[tuple[int, int]] = deque()
        self._data: deque[tuple[int, int]] = deque()
        for monitor, queue in zip(self.monitors, (self._addresses, self._data), strict=True):
            monitor.add_callback(lambda item, queue=queue: self._saw(queue, item))
        self.reset()

    def reset(self) -> None:
        """Take the reset values."""
        self._addresses.clear()
        self._data.clear()
        self._words: dict[int, int] = {}  # that were written, by offset

    def _saw(self, queue: deque[Any], item: Any) -> None:
        queue.append(item)
        while self._addresses and self._data:
            (address, _), (data, strobes) = self._addresses.popleft(), self._data.popleft()
            offset = address & ~3
            mask = sum(0xFF << 8 * byte for byte in range(4) if strobes >> byte & 1)
            held = self._word(offset)
            self._words[offset] = held & ~mask | data & mask

    def _word(self, offset: int) -> int:
        """Return what a word of these registers holds."""
        at_reset: dict[int, int] = {}
        for low, high, page in (
            (bridge_csr.DOORBELL_BASE_LOW, bridge_csr.DOORBELL_BASE_HIGH, PAGE),
            (bridge_csr.MSI64_BASE_LOW, bridge_csr.MSI64_BASE_HIGH, MSI64_PAGE),
        ):
            at_reset |= {low.offset: page & 0xFFFF_FFFF, high.offset: page >> 32}
        return self._words.get(offset, at_reset.get(offset, 0))

    @property
    def pages(self) -> tuple[int, int]:
        """The address of the doorbell's page and of that of MSI-64, 64 bits each."""
        bases = (
            (bridge_csr.DOORBELL_BASE_LOW, bridge_csr.DOORBELL_BASE_HIGH),
            (bridge_csr.MSI64_BASE_LOW, bridge_csr.MSI64_BASE_HIGH),
        )
        words = ((self._word(low.offset), self._word(high.offset)) for low, high in bases)
        mask = (1 << PARAMETERS["ADDR_WIDTH"]) - 0x1_0000
        doorbell, msi64_page = ((high << 32 | low) & mask for low, high in words)
        return doorbell, msi64_page

    @property
    def levels(self) -> dict[str, bool]:
        """The levels of the register of control; a bus of 32 bits has no MSI-64."""
        value = self._word(bridge_csr.BRIDGE_CONTROL.offset)
        found = {name: bool(value >> place & 1) for name, place in CONTROL.items()}
        found["msi64"] &= PARAMETERS["DATA_WIDTH"] > 32
        return found


class BridgeBench(AxiBench):
    """See the module."""

    low_in_reset = (
        *("s_axi_bvalid", "s_axi_rvalid", "m_axi_awvalid", "m_axi_wvalid", "m_axi_arvalid"),
        *("m_its_awvalid", "m_its_wvalid", "retire_valid"),
    )
    checker: BridgeChecker
    its: Any  # Its, or Answers of the memory

    def __init__(self, dut: Any, name: str, drives: bool = True, answers: bool = True) -> None:
        """Look at the design; `drives` and `answers` say whether agents are at s_axi and m_axi."""
        super().__init__(dut, name)
        for part in ("valid", "range", "secondary", "subordinate"):
            getattr(dut, f"s_range_{part}").value = 0
        self.software = BridgeRegisters(dut, self.sampler)
        ahead = AHEAD if ITS_PORT else self.outstanding
        self.checker = BridgeChecker(self._configured, TABLES, self.built, ahead)
        self.order = OrderChecker(lambda: self.software.pages[0] >> 16, MESSAGE_ID)
        self.order.problems = self.checker.problems
        self.ids = IDS  # that accesses have
        self._used: set[int] = set()  # data of messages, so that each has its own
        self._requester = Manager(dut) if drives else None
        agents: list[Any] = [self._requester] if drives else []
        if ITS_PORT:
            self.its = Its(dut, MESSAGE_ID)
            agents.append(self.its)
        else:
            self.its = Answers()
        if answers:
            rng = random.Random(self.rng.random())
            self.memory = Memory(dut, rng, MESSAGE_ID, self.its)
            agents.append(self.memory)
        write = (AddressMonitor, DataMonitor, ResponseMonitor)
        every = (*write, ReadAddressMonitor, ReadDataMonitor)
        self.watch(
            agents,
            [
                *(kind(dut, "s_axi", self.sampler) for kind in every),
                *(kind(dut, "m_axi", self.sampler) for kind in every),
                *(kind(dut, "m_its", self.sampler) for kind in write if ITS_PORT),
                RetireMonitor(dut, "retire", self.sampler),
                *self.software.monitors,
            ],
        )

    def _configured(self) -> Configured:
        doorbell, msi64_page = self.software.pages
        levels = self.software.levels
        return Configured(
            AxiDoorbell(doorbell, self.width, levels["refused_okay"], levels["dropped_slverr"]),
            AxiItsPort(
                self.width, PARAMETERS["USER_SHIFT"], msi64_page if levels["msi64"] else None
            ),
            MESSAGE_ID,
            self.outstanding,
            levels["check_all"],
        )

    def saw(self, cycle: int, stream: str, item: Any, waited: int) -> None:
        """Tell the checkers what a monitor saw."""
        if stream in self.checker.handlers:
            self.checker.saw(cycle, stream, item)
        if stream in self.order.handlers:
            self.order.saw(cycle, stream, (item, waited))

    def each_cycle(self) -> None:
        """Look at what is no stream, too: without ITS_PORT nothing moves at `m_its`."""
        super().each_cycle()
        dut = self.dut
        if not int(dut.rst_n.value):
            self.order.reset()
            self.software.reset()
        if not ITS_PORT:
            if int(dut.m_its_awvalid.value) or int(dut.m_its_wvalid.value):
                self.checker.problem("B3", "something leaves on m_its, which is not in use")
            for name in ("awready", "wready", "bvalid", "bid", "bresp"):  # ... nor looked at
                handle = getattr(dut, f"m_its_{name}")
                handle.value = self.rng.getrandbits(len(handle))

    # ---- stimulus --------------------------------------------------------------------------------

    @property
    def channels(self) -> list[Any]:
        """All channels, for stalls."""
        agents = [each for each in self.agents if hasattr(each, "channels")]
        return [channel for each in agents for channel in each.channels]

    def message(self, half: bool = False, **other: Any) -> Burst:
        """Return a message whose data no other one has."""
        made = super().message(half, **other)
        while half and not other.get("beats"):
            data = made.beats[0].data & 0xFFFF
            if data not in self._used:
                self._used.add(data)
                break
            made = super().message(half, **other)
        return made

    def source(self) -> dict[str, int]:
        """Return who sends, of data: any target and requester ID, none of them 0."""
        draw = self.rng
        return {"target": draw.randrange(1, 1 << 16), "rid": draw.randrange(1, 1 << 16)}

    def burst(self, **other: Any) -> Burst:
        """Return any legal access outside of the page: without beats, for a read."""
        draw = self.rng
        lanes = self.width // 8
        kind = other.pop("burst", None) or draw.choice((AxiBurst.INCR, *AxiBurst))
        size = other.pop("size", None)
        size = draw.randrange(lanes.bit_length()) if size is None else size
        length = other.pop("length", None)
        if length is None:
            length = draw.choice((1, 1, 2, 4, 8, 16, draw.randrange(1, 17), draw.randrange(1, 40)))
        if kind is AxiBurst.WRAP:
            length = min((2, 4, 8, 16), key=lambda each: abs(each - length))
        elif kind is AxiBurst.FIXED:
            length = min(length, 16)
        length = min(length, BLOCK >> size)
        address = other.pop("address", None)
        if address is None:
            address = self.address(size, length, kind)
        attributes = {
            name: draw.getrandbits(bits)
            for name, bits in (("cache", 4), ("prot", 3), ("qos", 4), ("region", 4))
        }
        total = length << size
        if (
            draw.random() < 0.2
            and length <= 16
            and total <= 128
            and total & total - 1 == 0
            and not address % total
        ):
            attributes["lock"] = 1
        made: dict[str, Any] = {
            **{"address": address, "size": size, "burst": kind, "length": length},
            **{"attributes": attributes, "id": draw.choice(self.ids)},
            **self.source(),
        }
        return Burst(**made | other)

    def address(self, size: int, length: int, kind: AxiBurst) -> int:
        """Return where a burst may begin: near the page or far from it, aligned or not."""
        draw = self.rng
        while True:
            high = draw.choice(
                (
                    *(PAGE - BLOCK, PAGE + 0x1_0000, PAGE ^ 1 << draw.randrange(16, 32)),
                    draw.getrandbits(PARAMETERS["ADDR_WIDTH"]),
                )
            )
            room = BLOCK - (length << size if kind is AxiBurst.INCR else 1 << size)
            low = draw.randrange(0, room + 1)
            low -= low % (1 << size)
            if kind is not AxiBurst.WRAP and draw.random() < 0.4:
                low += draw.randrange(1 << size)
            address = high & -BLOCK | low
            if address >> 16 != PAGE >> 16 and 0 <= address < 1 << PARAMETERS["ADDR_WIDTH"]:
                return address

    def write(self, **other: Any) -> Burst:
        """Return any legal write outside of the page, with beats: some strobes are missing."""
        made = self.burst(**other)
        every = self.rng.random() < 0.5
        beats = [
            AxiBeat(
                self.rng.getrandbits(self.width),
                lanes if every else lanes & self.rng.getrandbits(self.width // 8),
            )
            for lanes in self._lanes(made)
        ]
        return Burst(
            made.address,
            beats,
            made.target,
            made.rid,
            made.id,
            made.size,
            made.burst,
            None,
            made.attributes,
        )

    def _lanes(self, burst: Burst) -> Iterator[int]:
        """Yield which strobes each beat of a burst may have (Arm IHI 0022)."""
        count, width = 1 << burst.size, self.width // 8
        total = (burst.length or 1) * count
        address = burst.address
        for _ in range(burst.length or 1):
            first = address % width
            last = (address - address % count + count - 1) % width
            yield ((1 << last + 1) - 1) & ~((1 << first) - 1)
            if burst.burst is AxiBurst.FIXED:
                continue
            address = address - address % count + count
            if burst.burst is AxiBurst.WRAP and not address % total:
                address -= total

    async def configure(self, **levels: int) -> None:
        """Write the register of the bridge's levels, when nothing is under way."""
        await self.settle()
        fields = {name: int(level) for name, level in self.software.levels.items()} | levels
        value = sum(level << CONTROL[name] for name, level in fields.items())
        await self.registers.write(bridge_csr.BRIDGE_CONTROL, value)
        await self.cycles(2)

    async def move(self, doorbell: int, msi64_page: int) -> None:
        """Give both pages another place, 64 bits each, when nothing is under way."""
        await self.settle()
        bases = (
            (bridge_csr.DOORBELL_BASE_LOW, bridge_csr.DOORBELL_BASE_HIGH, doorbell),
            (bridge_csr.MSI64_BASE_LOW, bridge_csr.MSI64_BASE_HIGH, msi64_page),
        )
        for low, high, page in bases:
            await self.registers.write(low, page & 0xFFFF_FFFF)
            await self.registers.write(high, page >> 32)
        await self.cycles(2)

    async def count(self, register: Register) -> int:
        """Return what a counter of the bridge says."""
        return await self.registers.read(register)

    async def cycles(self, count: int) -> None:
        """Wait for some clock cycles."""
        await ClockCycles(self.dut.clk, count)

    def errors(self, share: float) -> Callable[[], AxiResponse]:
        """Return what chooses responses, a share (0 to 1) of them errors."""
        bad = (AxiResponse.SLVERR, AxiResponse.DECERR)
        draw = random.Random(self.rng.random())
        return lambda: draw.choice(bad) if draw.random() < share else AxiResponse.OKAY

    def finish(self) -> None:
        """Say what was compared; raises AssertionError if something differed."""
        self.order.catch_up()
        super().finish()


def bridge_test(
    timeout_us: int = 400, drives: bool = True, answers: bool = True, skip: bool = False
) -> Callable[[Callable[[BridgeBench], Awaitable[None]]], Any]:
    """Make a cocotb test of a coroutine with a bench around the bridge."""
    return test_with(lambda dut, name: BridgeBench(dut, name, drives, answers), timeout_us, skip)


__all__ = ["ITS_PORT", "MESSAGE_ID", "MSI64_PAGE", "PAGE", "BridgeBench", "bridge_test"]
