# SPDX-License-Identifier: MIT
"""Who stands around a design: who sends any traffic, an ITS and a memory that answer at will.

All are made of cocotbext-axi's channels, each on its own, so that what is sent need not be legal:
addresses and data come in any order and at any distance, and each channel stalls by a pattern of
its own. `AxiSlaveWrite` and `AxiRam` of that package would not do as an ITS: they drop AWUSER and
answer OKAY alone.
"""

from __future__ import annotations

import logging
import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cocotbext.axi.axi_channels import (
    AxiARBus,
    AxiARSink,
    AxiARSource,
    AxiARTransaction,
    AxiAWBus,
    AxiAWSink,
    AxiAWSource,
    AxiAWTransaction,
    AxiBBus,
    AxiBSink,
    AxiBSource,
    AxiBTransaction,
    AxiRBus,
    AxiRSink,
    AxiRSource,
    AxiRTransaction,
    AxiWBus,
    AxiWSink,
    AxiWSource,
    AxiWTransaction,
)

from msi_its_model import AxiBeat, AxiBurst, AxiResponse

Pauses = Callable[[], Iterator[bool]]
"""Makes a pattern of stalls: whether a channel pauses, cycle by cycle."""


@dataclass(frozen=True, slots=True)
class Burst:
    """An access to be sent: `length` is what AWLEN announces, in beats; None: as many as there are.

    `rid` and `target` have 16 bits each, `address` 64. `attributes` are the other signals of its
    address channel, without aw or ar. A read has no beats, and a length.
    """

    address: int
    beats: Sequence[AxiBeat] = ()
    target: int = 5
    rid: int = 0x1103
    id: int = 0x5A
    size: int = 2
    burst: AxiBurst = AxiBurst.INCR
    length: int | None = None
    attributes: dict[str, int] = field(default_factory=dict)


class Requester:
    """Drives `s_axi`: addresses and data in order, each as fast as its channel takes them."""

    def __init__(self, dut: Any) -> None:
        """Take the design; `rst_n` stops all channels."""
        logging.getLogger(f"cocotb.{dut._name}.s_axi").setLevel(logging.ERROR)
        ends = (dut.clk, dut.rst_n, False)
        self.addresses = AxiAWSource(AxiAWBus.from_prefix(dut, "s_axi"), *ends)
        self.data = AxiWSource(AxiWBus.from_prefix(dut, "s_axi"), *ends)
        self.responses = AxiBSink(AxiBBus.from_prefix(dut, "s_axi"), *ends)

    @property
    def channels(self) -> tuple[Any, ...]:
        """All of them, for stalls."""
        return self.addresses, self.data, self.responses

    def send(self, *bursts: Burst) -> None:
        """Send writes after those that wait."""
        for each in bursts:
            self.send_address(each)
            self.send_data(each)

    def send_address(self, burst: Burst) -> None:
        """Send the address of a write alone."""
        self.addresses.send_nowait(AxiAWTransaction(**_address("aw", burst)))

    def send_data(self, burst: Burst) -> None:
        """Send the beats of a write alone."""
        for number, beat in enumerate(burst.beats, 1):
            last = int(number == len(burst.beats))
            self.data.send_nowait(AxiWTransaction(wdata=beat.data, wstrb=beat.strobes, wlast=last))

    def take_responses(self) -> list[tuple[int, int]]:
        """Return (ID, response) of each that came since."""
        found = []
        while not self.responses.empty():
            each = self.responses.recv_nowait()
            found.append((int(each.bid), int(each.bresp)))
        return found

    @property
    def idle(self) -> bool:
        """Whether all that was given has been sent."""
        return bool(self.addresses.idle() and self.data.idle())

    def look(self) -> None:
        """Do nothing: what waits is sent by itself."""

    def clear(self) -> None:
        """Forget what waits: for reset."""
        for channel in self.channels:
            channel.clear()


def _address(channel: str, burst: Burst) -> dict[str, int]:
    """Return the signals of an address on channel aw or ar."""
    announced = len(burst.beats) if burst.length is None else burst.length
    signals = {
        "id": burst.id,
        "addr": burst.address,
        "len": announced - 1,
        "size": burst.size,
        "burst": int(burst.burst),
        "user": burst.target << 16 | burst.rid,
        **burst.attributes,
    }
    return {f"{channel}{name}": value for name, value in signals.items()}


class Manager(Requester):
    """A requester that reads, too."""

    def __init__(self, dut: Any) -> None:
        """Take the design; `rst_n` stops all channels."""
        super().__init__(dut)
        ends = (dut.clk, dut.rst_n, False)
        self.read_addresses = AxiARSource(AxiARBus.from_prefix(dut, "s_axi"), *ends)
        self.read_data = AxiRSink(AxiRBus.from_prefix(dut, "s_axi"), *ends)

    @property
    def channels(self) -> tuple[Any, ...]:
        """All of them, for stalls."""
        return *super().channels, self.read_addresses, self.read_data

    @property
    def idle(self) -> bool:
        """Whether all that was given has been sent."""
        return super().idle and bool(self.read_addresses.idle())

    def read(self, *bursts: Burst) -> None:
        """Send reads after those that wait."""
        for each in bursts:
            self.read_addresses.send_nowait(AxiARTransaction(**_address("ar", each)))

    def look(self) -> None:
        """Throw away what was read, and the responses: monitors have seen them."""
        for channel in (self.responses, self.read_data):
            while not channel.empty():
                channel.recv_nowait()


class Answers:
    """How somebody answers: which response, how many cycles later. While `silent` not at all."""

    def __init__(self) -> None:
        """Answer OKAY at once."""
        self.answer: Callable[[], AxiResponse] = lambda: AxiResponse.OKAY
        self.latency: Callable[[], int] = lambda: 0
        self.silent = False


class Its(Answers):
    """Answers on `m_its` what is written there, `latency` cycles after it has both parts of it."""

    def __init__(self, dut: Any, its_id: int) -> None:
        """Take the design and the ID that all writes have; `rst_n` stops all channels."""
        super().__init__()
        logging.getLogger(f"cocotb.{dut._name}.m_its").setLevel(logging.ERROR)
        ends = (dut.clk, dut.rst_n, False)
        self._id = its_id
        self.addresses = AxiAWSink(AxiAWBus.from_prefix(dut, "m_its"), *ends)
        self.data = AxiWSink(AxiWBus.from_prefix(dut, "m_its"), *ends)
        self.responses = AxiBSource(AxiBBus.from_prefix(dut, "m_its"), *ends)
        self._cycle = 0
        self._due: deque[int] = deque()  # of what has to be answered: the cycle in which it may be

    @property
    def channels(self) -> tuple[Any, ...]:
        """All of them, for stalls."""
        return self.addresses, self.data, self.responses

    def look(self) -> None:
        """Take what was written and send what is due: once a cycle."""
        self._cycle += 1
        while not self.addresses.empty() and not self.data.empty():
            self.addresses.recv_nowait()
            self.data.recv_nowait()
            self._due.append(self._cycle + self.latency())
        while self._due and self._due[0] <= self._cycle and not self.silent:
            self._due.popleft()
            self.respond(self._id, self.answer())

    def respond(self, its_id: int, response: AxiResponse) -> None:
        """Send a response that need not belong to anything."""
        self.responses.send_nowait(AxiBTransaction(bid=its_id, bresp=int(response)))

    def clear(self) -> None:
        """Forget what waits: for reset."""
        self._due.clear()
        for channel in self.channels:
            channel.clear()


class Memory(Answers):
    """Answers on `m_axi`: out of order across IDs, each as late and with what `Answers` says.

    Read data are random, and of several bursts are mixed for a share `mixed` of the beats. Writes
    with an ID from `its_id` on are messages, and answered as `its` says.
    """

    def __init__(self, dut: Any, rng: random.Random, its_id: int, its: Answers) -> None:
        """Take the design, what decides at random, and who answers messages."""
        super().__init__()
        logging.getLogger(f"cocotb.{dut._name}.m_axi").setLevel(logging.ERROR)
        ends = (dut.clk, dut.rst_n, False)
        self._rng, self._its_id, self._its = rng, its_id, its
        self._width = len(dut.m_axi_rdata)
        self.addresses = AxiAWSink(AxiAWBus.from_prefix(dut, "m_axi"), *ends)
        self.data = AxiWSink(AxiWBus.from_prefix(dut, "m_axi"), *ends)
        self.responses = AxiBSource(AxiBBus.from_prefix(dut, "m_axi"), *ends)
        self.read_addresses = AxiARSink(AxiARBus.from_prefix(dut, "m_axi"), *ends)
        self.read_data = AxiRSource(AxiRBus.from_prefix(dut, "m_axi"), *ends)
        self.mixed = 0.5
        self._cycle = 0
        self._lasts = 0  # writes whose data is here
        # by ID, oldest first: the cycle in which each may be answered, with what, and how many
        # beats are left
        self._writes: defaultdict[int, deque[tuple[int, AxiResponse]]] = defaultdict(deque)
        self._reads: defaultdict[int, deque[list[Any]]] = defaultdict(deque)
        self._reading: int | None = None  # the ID of the last beat

    @property
    def channels(self) -> tuple[Any, ...]:
        """All of them, for stalls."""
        return (
            *(self.addresses, self.data, self.responses),
            *(self.read_addresses, self.read_data),
        )

    def look(self) -> None:
        """Take what was asked and send what is due: once a cycle."""
        self._cycle += 1
        self._take()
        if self.responses.count() < 2:
            due = [
                axi_id
                for axi_id, queue in self._writes.items()
                if queue[0][0] <= self._cycle and not self._answers(axi_id).silent
            ]
            if due:
                axi_id = self._rng.choice(due)
                self.respond(axi_id, self._writes[axi_id].popleft()[1])
                if not self._writes[axi_id]:
                    del self._writes[axi_id]
        if self.read_data.count() < 2:
            self._read()

    def _answers(self, axi_id: int) -> Answers:
        return self._its if axi_id >= self._its_id else self

    def _response(self, axi_id: int, lock: int) -> AxiResponse:
        """Choose a response; an exclusive access that is answered OKAY may get EXOKAY."""
        response = self._answers(axi_id).answer()
        if response is AxiResponse.OKAY and lock and self._rng.random() < 0.5:
            return AxiResponse.EXOKAY
        return response

    def _take(self) -> None:
        while not self.data.empty():
            self._lasts += int(self.data.recv_nowait().wlast)
        while self._lasts and not self.addresses.empty():
            self._lasts -= 1
            address = self.addresses.recv_nowait()
            axi_id = int(address.awid)
            due = self._cycle + self._answers(axi_id).latency()
            self._writes[axi_id].append((due, self._response(axi_id, int(address.awlock))))
        while not self.read_addresses.empty():
            address = self.read_addresses.recv_nowait()
            axi_id, lock = int(address.arid), int(address.arlock)
            beats, due = int(address.arlen) + 1, self._cycle + self.latency()
            self._reads[axi_id].append([due, beats, lock])

    def _read(self) -> None:
        """Send a beat of a read that is due."""
        if self.silent:
            return
        due = [axi_id for axi_id, queue in self._reads.items() if queue[0][0] <= self._cycle]
        if not due:
            return
        axi_id = self._rng.choice(due)
        if self._reading in due and self._rng.random() >= self.mixed:
            axi_id = self._reading
        read = self._reads[axi_id][0]
        read[1] -= 1
        last = not read[1]
        self._reading = None if last else axi_id
        if last:
            self._reads[axi_id].popleft()
            if not self._reads[axi_id]:
                del self._reads[axi_id]
        self.return_data(axi_id, self._response(axi_id, read[2]), last)

    def respond(self, axi_id: int, response: AxiResponse) -> None:
        """Send a response to a write; it need not belong to anything."""
        self.responses.send_nowait(AxiBTransaction(bid=axi_id, bresp=int(response)))

    def return_data(self, axi_id: int, response: AxiResponse, last: bool) -> None:
        """Send a beat, which need not belong to anything."""
        data = self._rng.getrandbits(self._width)
        self.read_data.send_nowait(
            AxiRTransaction(rid=axi_id, rdata=data, rresp=int(response), rlast=int(last))
        )

    def clear(self) -> None:
        """Forget what waits: for reset."""
        self._lasts = 0
        self._writes.clear()
        self._reads.clear()
        self._reading = None
        for channel in self.channels:
            channel.clear()


def stall(channels: Sequence[Any], pattern: Callable[[], Iterator[bool]] | None) -> None:
    """Let each of some channels pause by a pattern of its own; None: none of them does."""
    for channel in channels:
        if pattern is not None:
            channel.set_pause_generator(pattern())
        else:
            channel.clear_pause_generator()
            channel.pause = False
