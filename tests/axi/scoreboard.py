# SPDX-License-Identifier: MIT
"""What the checkers of this folder share: how they look at a cycle, and what a write goes through.

They know nothing but what monitors saw and how the design is configured. What happened in one cycle
is looked at in an order in which a block without paths through it (B6) could not have done
otherwise: responses first, what they answer last.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.vocabulary.operations import Configuration, Message, SignalMsiWithRid, Tables
from cocotbext.msi_its.vocabulary.transactions import Retired, Source
from msi_its_model import (
    AxiBeat,
    AxiBridge,
    AxiBurst,
    AxiDoorbell,
    AxiItsPort,
    AxiItsWrite,
    AxiMeaning,
    AxiMessage,
    AxiPasses,
    AxiResponse,
    AxiWrite,
)
from tests.axi.monitors import Address, Data, Response

T = TypeVar("T")

AHEAD = 2
"""How far beats run ahead of addresses (B6), and on `m_its` addresses of beats: in writes."""

FIXED = Address(
    id=0, addr=0, len=0, size=0, burst=1, lock=0, cache=0, prot=2, qos=0, region=0, user=0
)
"""What every write to the ITS has: one beat, INCR, device memory, non-secure data."""


@dataclass(frozen=True, slots=True)
class Configured:
    """How a design is configured, and the parameters that matter here.

    `check_all` is a bridge's (B9).
    """

    doorbell: AxiDoorbell
    port: AxiItsPort
    its_id: int
    outstanding: int
    check_all: bool = False

    @property
    def bridge(self) -> AxiBridge:
        """The model of a bridge that is configured so."""
        return AxiBridge(self.doorbell, self.check_all)


@dataclass(slots=True, eq=False)
class Write:
    """A write that was taken on `s_axi` and has no response yet; writes count from 0."""

    address: Address
    number: int = 0
    behind: int = 0  # how many had no response when it was taken
    beats: list[AxiBeat] = field(default_factory=list)
    complete: bool = False  # its last beat is there
    meaning: AxiMeaning | AxiPasses | None = None  # once it can be known
    executed: bool = False  # its message was
    sent: bool = False  # ... and was sent
    its: AxiResponse | None = None  # how the ITS answered
    left: bool = False  # its address has, if it passes
    response: Response | None = None  # ... and what came back

    @property
    def answerable(self) -> bool:
        """Whether all that its response depends on is there."""
        if isinstance(self.meaning, AxiMessage):
            return self.executed and (not self.sent or self.its is not None)
        if isinstance(self.meaning, AxiPasses):
            return self.response is not None
        return self.complete and self.meaning is not None

    @property
    def entered(self) -> AxiWrite:
        """It, as the golden model has writes."""
        address = self.address
        return AxiWrite(
            target=address.user >> 16,
            rid=address.user & 0xFFFF,
            id=address.id,
            address=address.addr,
            size=address.size,
            burst=AxiBurst(address.burst),
            beats=tuple(self.beats),
            lock=bool(address.lock),
            length=address.len + 1,
        )


class Joined(Generic[T]):
    """Joins addresses and beats of one interface, in order: either may come first.

    `joined` is called with each beat as soon as the write is known that it belongs to.
    """

    def __init__(self, joined: Callable[[T, Data], None]) -> None:
        """Begin with nothing under way."""
        self._joined = joined
        self._open: deque[T] = deque()  # without their last beat
        self.early: deque[Data] = deque()  # beats without an address

    @property
    def ahead(self) -> int:
        """How many writes' last beats have come before their address."""
        return sum(each.last for each in self.early)

    def address(self, write: T) -> None:
        """Take the address of a write."""
        self._open.append(write)
        while self.early and self._open:
            self._beat(self.early.popleft())

    def data(self, data: Data) -> None:
        """Take a beat."""
        if self._open:
            self._beat(data)
        else:
            self.early.append(data)

    def _beat(self, data: Data) -> None:
        write = self._open.popleft() if data.last else self._open[0]
        self._joined(write, data)


class Scoreboard:
    """What looks at streams cycle by cycle; `problems` are the mismatches so far, in words.

    `counts` is what was seen and compared. Whoever inherits fills `handlers`: the streams, in the
    order in which those of one cycle are looked at.
    """

    def __init__(self) -> None:
        """Begin in the reset state."""
        self.problems: list[str] = []
        self.counts: Counter[str] = Counter()
        self.handlers: dict[str, Callable[[Any], object]] = {}
        self.time = 0  # of what is looked at
        self._now: list[tuple[str, Any]] = []

    def problem(self, rule: str, text: str) -> None:
        """Record a mismatch."""
        self.problems.append(f"[{rule}] at {self.time}: {text}")

    def saw(self, time: int, stream: str, item: Any) -> None:
        """Take a transfer, which monitors saw at this time (in clock cycles)."""
        if time != self.time:
            self.catch_up()
            self.time = time
        self._now.append((stream, item))

    def catch_up(self) -> None:
        """Look at what was seen so far."""
        if not self._now:
            return
        order = list(self.handlers)
        seen, self._now = sorted(self._now, key=lambda each: order.index(each[0])), []
        for stream, item in seen:
            self.counts[stream] += 1
            self.handlers[stream](item)

    def forget(self) -> None:
        """Forget what was seen and not looked at: for reset."""
        self._now.clear()


@dataclass(slots=True)
class Leaving:
    """A message that has to leave, and the write that it came of: None for those of routes."""

    message: Message
    write: AxiItsWrite
    origin: Write | None


class Translated:
    """Messages, from the write that is one to the response of the ITS (B1, B3).

    A retire record of a direct message has to be the next one that waits, and is executed on the
    model; what the model sends has to leave next, as the model says it does, and nothing else.
    """

    def __init__(
        self,
        board: Scoreboard,
        configured: Callable[[], Configured],
        tables: Tables,
        configuration: Configuration,
        ahead: int = AHEAD,
    ) -> None:
        """Begin in the reset state, and report to a scoreboard.

        `ahead` is how many writes addresses and beats may be apart that leave.
        """
        self._board, self._configured = board, configured
        self._ahead = ahead
        self.reference = Reference(tables, configuration)
        self.waiting: deque[Write] = deque()  # messages that are not executed
        self.leaving: deque[Leaving] = deque()  # without a response of the ITS, oldest first
        self._addresses = 0  # of these have left
        self._beats = 0

    def retired(self, retired: Retired) -> None:
        """Take a retire record."""
        board, origin = self._board, None
        if retired.source is Source.MESSAGE:
            if not self.waiting:
                board.problem("B1", f"{retired.operation} comes of no write")
                return
            origin = self.waiting.popleft()
            meaning = origin.meaning
            assert isinstance(meaning, AxiMessage)
            expected = SignalMsiWithRid(meaning.target, meaning.rid, meaning.address, meaning.data)
            if retired.operation != expected:
                board.problem("B1", f"expected {expected}, came {retired.operation}")
        outcome = self.reference.execute(retired.operation)
        if (outcome.answer, outcome.message) != (retired.answer, retired.message):
            board.problem("B3", f"expected {outcome}, came {retired}")
        message = outcome.message
        if origin is not None:
            origin.executed, origin.sent = True, message is not None
            board.counts["sent" if message is not None else "dropped"] += 1
        if message is not None:
            port = self._configured().port
            write = port.write(message.devid, message.address, message.data)
            self.leaving.append(Leaving(message, write, origin))

    def address(self, address: Address) -> Leaving | None:
        """Take an address that leaves for the ITS; return which message's it is."""
        if self._addresses == len(self.leaving):
            self._board.problem("B1", f"{address} leaves for the ITS, but no message was sent")
            return None
        leaving = self.leaving[self._addresses]
        write = leaving.write
        self._addresses += 1
        self._spread()
        expected = FIXED._replace(
            id=self._configured().its_id, addr=write.address, size=write.size, user=write.user
        )
        if address != expected:
            self._board.problem("B3", f"expected {expected}, left {address}")
        return leaving

    def data(self, data: Data) -> None:
        """Take a beat that leaves for the ITS."""
        if self._beats == len(self.leaving):
            self._board.problem("B1", f"{data} leaves for the ITS, but no message was sent")
            return
        write = self.leaving[self._beats].write
        self._beats += 1
        self._spread()
        mask = sum(0xFF << 8 * byte for byte in range(64) if write.strobes >> byte & 1)
        if (data.data & mask, data.strb, data.last) != (write.data, write.strobes, 1):
            expected = Data(write.data, write.strobes, 1)
            self._board.problem("B3", f"expected {shown(expected)}, left {shown(data)}")

    def _spread(self) -> None:
        """Check how far addresses and beats are apart, and how many have no response."""
        if abs(self._addresses - self._beats) > self._ahead:
            self._board.problem(
                "B6", f"{self._addresses} addresses and {self._beats} beats have left"
            )
        outstanding = self._configured().outstanding
        if max(self._addresses, self._beats) > outstanding:
            self._board.problem("B6", f"more than {outstanding} writes left without a response")

    def response(self, response: Response) -> None:
        """Take a response of the ITS; one that belongs to nothing is ignored."""
        if response.id != self._configured().its_id or not (self._addresses and self._beats):
            self._board.counts["strays"] += 1
            return
        leaving = self.leaving.popleft()
        self._addresses -= 1
        self._beats -= 1
        if leaving.origin is not None:
            leaving.origin.its = AxiResponse(response.resp)
        else:
            self._board.counts["of routes"] += 1


def shown(data: Data) -> str:
    """Return a beat in words."""
    return f"data {data.data:#x}, strobes {data.strb:#x}, last {data.last}"


def said(waiting: dict[str, int]) -> str:
    """Say how many of which are under way; empty if nothing is."""
    return ", ".join(f"{count} {what}" for what, count in waiting.items() if count)
