# SPDX-License-Identifier: MIT
"""Who stands at both ends: a requester that sends any writes, an ITS that answers when it likes.

Both are made of cocotbext-axi's channels, each on its own, so that what is sent need not be legal:
addresses and data come in any order and at any distance, and each channel stalls by a pattern of
its own. `AxiSlaveWrite` and `AxiRam` of that package would not do as an ITS: they drop AWUSER and
answer OKAY alone.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cocotb.handle import LogicObject
from cocotbext.axi.axi_channels import (
    AxiAWBus,
    AxiAWSink,
    AxiAWSource,
    AxiAWTransaction,
    AxiBBus,
    AxiBSink,
    AxiBSource,
    AxiBTransaction,
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
    """A write to be sent: `length` is what AWLEN announces, in beats; None: as many as there are.

    `rid` and `target` have 16 bits each, `address` 64. `attributes` are the other signals of AWxxx.
    """

    address: int
    beats: Sequence[AxiBeat]
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
        announced = len(burst.beats) if burst.length is None else burst.length
        self.addresses.send_nowait(
            AxiAWTransaction(
                awid=burst.id,
                awaddr=burst.address,
                awlen=announced - 1,
                awsize=burst.size,
                awburst=int(burst.burst),
                awuser=burst.target << 16 | burst.rid,
                **burst.attributes,
            )
        )

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

    def clear(self) -> None:
        """Forget what waits: for reset."""
        for channel in self.channels:
            channel.clear()


class Its:
    """Answers on `m_its`: what is written there, `latency` cycles after it has both parts of it.

    `answer` says with which response, `latency` how late; both are asked for each write. While
    `silent` it answers nothing.
    """

    def __init__(self, dut: Any, its_id: int) -> None:
        """Take the design and the ID that all writes have; `rst_n` stops all channels."""
        logging.getLogger(f"cocotb.{dut._name}.m_its").setLevel(logging.ERROR)
        ends = (dut.clk, dut.rst_n, False)
        self._id = its_id
        self.addresses = AxiAWSink(AxiAWBus.from_prefix(dut, "m_its"), *ends)
        self.data = AxiWSink(AxiWBus.from_prefix(dut, "m_its"), *ends)
        self.responses = AxiBSource(AxiBBus.from_prefix(dut, "m_its"), *ends)
        self.answer: Callable[[], AxiResponse] = lambda: AxiResponse.OKAY
        self.latency: Callable[[], int] = lambda: 0
        self.silent = False
        self._cycle = 0
        self._due: deque[int] = deque()  # of what has to be answered: the cycle in which it may be

    @property
    def channels(self) -> tuple[Any, ...]:
        """All of them, for stalls."""
        return self.addresses, self.data, self.responses

    def look(self, clock: LogicObject | None = None) -> None:
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


def stall(channels: Sequence[Any], pattern: Callable[[], Iterator[bool]] | None) -> None:
    """Let each of some channels pause by a pattern of its own; None: none of them does."""
    for channel in channels:
        if pattern is not None:
            channel.set_pause_generator(pattern())
        else:
            channel.clear_pause_generator()
            channel.pause = False
