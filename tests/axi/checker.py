# SPDX-License-Identifier: MIT
"""The checker: holds what the monitors saw at both ends against the golden model.

It knows nothing but what monitors saw and how the pins of the configuration are tied. A write is
what the model says that it means (B1); a retire record of a direct message has to be the next such
write, and is executed on the model; what the model sends has to leave next for the ITS, as the
model says it does (B3), and nothing else; each write gets one response, in order, with its ID, as
the model says (B5), and not before that can be known.

What happened in one cycle is looked at in an order in which a block without paths through it (B6)
could not have done otherwise: responses first, what they answer last.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.vocabulary.operations import Configuration, Message, SignalMsiWithRid, Tables
from cocotbext.msi_its.vocabulary.transactions import Retired, Source
from msi_its_model import (
    AxiBeat,
    AxiBurst,
    AxiDoorbell,
    AxiItsPort,
    AxiItsWrite,
    AxiMeaning,
    AxiMessage,
    AxiRefusal,
    AxiResponse,
    AxiWrite,
)
from tests.axi.monitors import Address, Data, Refused, Response

ORDER = ("s_axi_b", "m_its_b", "retire", "m_its_aw", "m_its_w", "s_axi_aw", "s_axi_w", "refused")
"""The streams, in the order in which those of one cycle are looked at."""

AHEAD = 2
"""How far beats run ahead of addresses (B6), and on `m_its` addresses of beats: in writes."""

REASONS = {
    AxiRefusal.OUTSIDE: 1,
    AxiRefusal.BURST: 2,
    AxiRefusal.OFFSET: 3,
    AxiRefusal.STROBES: 4,
}
"""The codes of `refused_e` in hdl/axi/msi_axi_pkg.sv."""

FIXED = Address(
    id=0, addr=0, len=0, size=0, burst=1, lock=0, cache=0, prot=2, qos=0, region=0, user=0
)
"""What every write to the ITS has: one beat, INCR, device memory, non-secure data."""


@dataclass(frozen=True, slots=True)
class Configured:
    """How the configuration's pins are tied, and the parameters of both ends.

    `msi64_page` is None while `msi64` is low.
    """

    doorbell: AxiDoorbell
    port: AxiItsPort
    its_id: int
    outstanding: int


@dataclass(slots=True)
class _Write:
    """A write that was taken on `s_axi` and has no response yet."""

    address: Address
    beats: list[AxiBeat] = field(default_factory=list)
    meaning: AxiMeaning | None = None  # once its last beat is there
    executed: bool = False  # its message was
    sent: bool = False  # ... and was sent
    its: AxiResponse | None = None  # how the ITS answered

    @property
    def answerable(self) -> bool:
        """Whether all that its response depends on is there."""
        if isinstance(self.meaning, AxiMessage):
            return self.executed and (not self.sent or self.its is not None)
        return self.meaning is not None


@dataclass(slots=True)
class _Leaving:
    """A message that has to leave, and the write that it came of: None for those of routes."""

    message: Message
    write: AxiItsWrite
    origin: _Write | None


class AxiChecker:
    """See the module. `problems` are the mismatches so far, in words; `counts` what was compared.

    `configured` is asked when a transfer is looked at, up to a cycle after the next one: the pins
    change only while nothing is under way.
    """

    def __init__(
        self, configured: Callable[[], Configured], tables: Tables, configuration: Configuration
    ) -> None:
        """Begin in the reset state."""
        self._configured = configured
        self._tables, self._configuration = tables, configuration
        self.problems: list[str] = []
        self.counts: Counter[str] = Counter()
        self._now: list[tuple[int, str, Any]] = []
        self._time = 0
        self._handlers: dict[str, Callable[[Any], None]] = {
            "s_axi_aw": self._address,
            "s_axi_w": self._data,
            "s_axi_b": self._response,
            "refused": self._refused,
            "retire": self._retired,
            "m_its_aw": self._its_address,
            "m_its_w": self._its_data,
            "m_its_b": self._its_response,
        }
        self.reset()

    def reset(self) -> None:
        """Forget all that was under way: reset cuts it off (B8)."""
        self._now.clear()
        self.reference = Reference(self._tables, self._configuration)
        self._writes: deque[_Write] = deque()  # without a response, oldest first
        self._open: deque[_Write] = deque()  # without their last beat
        self._early: deque[Data] = deque()  # beats without an address
        self._first_beat = True
        self._messages: deque[_Write] = deque()  # not executed
        self._refusals: deque[Refused] = deque()  # to be reported
        self._reports: deque[Refused] = deque()  # before what they report was looked at
        self._leaving: deque[_Leaving] = deque()  # without a response of the ITS, oldest first
        self._addresses = 0  # of these have left
        self._beats = 0

    @property
    def under_way(self) -> str:
        """Say what has not ended; empty if all has."""
        waiting = {
            "writes without a response": len(self._writes),
            "beats without an address": len(self._early),
            "messages not executed": len(self._messages),
            "messages that did not leave, or have no response": len(self._leaving),
            "refusals not reported": len(self._refusals),
            "reports without a refusal": len(self._reports),
        }
        return ", ".join(f"{count} {what}" for what, count in waiting.items() if count)

    def problem(self, rule: str, text: str) -> None:
        """Record a mismatch."""
        self.problems.append(f"[{rule}] at {self._time}: {text}")

    # ---- what monitors saw -----------------------------------------------------------------------

    def saw(self, time: int, stream: str, item: Any) -> None:
        """Take a transfer, which monitors saw at this time (any unit)."""
        if time != self._time:
            self.catch_up()
            self._time = time
        self._now.append((ORDER.index(stream), stream, item))

    def catch_up(self) -> None:
        """Look at what was seen so far."""
        seen, self._now = sorted(self._now, key=lambda each: each[0]), []
        for _, stream, item in seen:
            self.counts[stream] += 1
            self._handlers[stream](item)

    # ---- s_axi -----------------------------------------------------------------------------------

    def _address(self, address: Address) -> None:
        write = _Write(address)
        self._writes.append(write)
        self._open.append(write)
        outstanding = self._configured().outstanding
        if len(self._writes) > outstanding:
            self.problem("B6", f"more than {outstanding} writes were taken without a response")
        while self._early and self._open:
            self._beat(self._early.popleft())

    def _data(self, data: Data) -> None:
        if self._open:
            self._beat(data)
        else:
            self._early.append(data)
            if sum(each.last for each in self._early) > AHEAD:
                self.problem("B6", f"data runs more than {AHEAD} addresses ahead")

    def _beat(self, data: Data) -> None:
        """Give a beat to the oldest write that has not all of its own."""
        write = self._open[0]
        write.beats.append(AxiBeat(data.data, data.strb))
        if not data.last:
            return
        self._open.popleft()
        address = write.address
        made = AxiWrite(
            target=address.user >> 16,
            rid=address.user & 0xFFFF,
            id=address.id,
            address=address.addr,
            size=address.size,
            burst=AxiBurst(address.burst),
            beats=tuple(write.beats),
            lock=bool(address.lock),
            length=address.len + 1,
        )
        write.meaning = self._configured().doorbell.meaning(made)
        if isinstance(write.meaning, AxiMessage):
            self.counts["messages"] += 1
            self._messages.append(write)
        elif isinstance(write.meaning, AxiRefusal):
            self.counts[f"refused {write.meaning.name}"] += 1
            code = REASONS[write.meaning]
            self._refusals.append(Refused(code, made.target, made.rid, made.address, made.id))
            self._compare_refusals()
        else:
            self.counts["flushes"] += 1

    def _refused(self, report: Refused) -> None:
        self._reports.append(report)
        self._compare_refusals()

    def _compare_refusals(self) -> None:
        while self._refusals and self._reports:
            expected, report = self._refusals.popleft(), self._reports.popleft()
            if report != expected:
                self.problem("B1", f"refused: expected {expected}, came {report}")

    def _response(self, response: Response) -> None:
        if not self._writes:
            self.problem("B5", f"{response} answers no write")
            return
        write = self._writes.popleft()
        if response.id != write.address.id:
            self.problem("B5", f"{response} has not the ID of {write.address}")
        if not write.answerable:
            self.problem("B5", f"{response} came before what {write} waits for")
            return
        assert write.meaning is not None
        expected = self._configured().doorbell.response(write.meaning, write.its)
        self.counts[f"answered {expected.name}"] += 1
        if response.resp != expected:
            self.problem("B5", f"expected {expected.name}, came {response}, for {write}")

    # ---- the translator --------------------------------------------------------------------------

    def _retired(self, retired: Retired) -> None:
        origin = None
        if retired.source is Source.MESSAGE:
            if not self._messages:
                self.problem("B1", f"{retired.operation} comes of no write")
                return
            origin = self._messages.popleft()
            meaning = origin.meaning
            assert isinstance(meaning, AxiMessage)
            expected = SignalMsiWithRid(meaning.target, meaning.rid, meaning.address, meaning.data)
            if retired.operation != expected:
                self.problem("B1", f"expected {expected}, came {retired.operation}")
        outcome = self.reference.execute(retired.operation)
        if (outcome.answer, outcome.message) != (retired.answer, retired.message):
            self.problem("B3", f"expected {outcome}, came {retired}")
        message = outcome.message
        if origin is not None:
            origin.executed, origin.sent = True, message is not None
            self.counts["sent" if message is not None else "dropped"] += 1
        if message is not None:
            port = self._configured().port
            write = port.write(message.devid, message.address, message.data)
            self._leaving.append(_Leaving(message, write, origin))

    # ---- m_its -----------------------------------------------------------------------------------

    def _its_address(self, address: Address) -> None:
        if self._addresses == len(self._leaving):
            self.problem("B1", f"{address} leaves for the ITS, but no message was sent")
            return
        write = self._leaving[self._addresses].write
        self._addresses += 1
        self._its_spread()
        expected = FIXED._replace(
            id=self._configured().its_id, addr=write.address, size=write.size, user=write.user
        )
        if address != expected:
            self.problem("B3", f"expected {expected}, left {address}")

    def _its_data(self, data: Data) -> None:
        if self._beats == len(self._leaving):
            self.problem("B1", f"{data} leaves for the ITS, but no message was sent")
            return
        write = self._leaving[self._beats].write
        self._beats += 1
        self._its_spread()
        mask = sum(0xFF << 8 * byte for byte in range(64) if write.strobes >> byte & 1)
        if (data.data & mask, data.strb, data.last) != (write.data, write.strobes, 1):
            expected = Data(write.data, write.strobes, 1)
            self.problem("B3", f"expected {_hex(expected)}, left {_hex(data)}")

    def _its_spread(self) -> None:
        """Check how far addresses and beats are apart, and how many have no response."""
        if abs(self._addresses - self._beats) > AHEAD:
            self.problem("B6", f"{self._addresses} addresses and {self._beats} beats have left")
        outstanding = self._configured().outstanding
        if max(self._addresses, self._beats) > outstanding:
            self.problem("B6", f"more than {outstanding} writes left without a response")

    def _its_response(self, response: Response) -> None:
        if response.id != self._configured().its_id or not (self._addresses and self._beats):
            self.counts["strays"] += 1  # it belongs to nothing, and is ignored
            return
        leaving = self._leaving.popleft()
        self._addresses -= 1
        self._beats -= 1
        if leaving.origin is not None:
            leaving.origin.its = AxiResponse(response.resp)
        else:
            self.counts["of routes"] += 1


def _hex(data: Data) -> str:
    return f"data {data.data:#x}, strobes {data.strb:#x}, last {data.last}"
