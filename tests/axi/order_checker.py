# SPDX-License-Identifier: MIT
"""Data before interrupt (B4), from the order of handshakes at the pins, without the golden model.

In the cycle in which the address of a message's write shows first, AWVALID up, each write outside
of the doorbell's page whose address was taken on `s_axi` before that message's has to have had its
response on `m_axi`, in an earlier cycle. A write that leaves on `m_axi` after a message that was
written later has the same fault. What is answered and has never left has nothing to wait for: it
was refused (B9).

Which write of `s_axi` a message is is told by its data, so writes to the doorbell have data of
their own; and which one leaves on `m_axi` by ID, address and sender. What leaves for the ITS with
data that no write had is a route's message, and waits for nothing.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile

from tests.axi.monitors import Address, Data, Response
from tests.axi.scoreboard import Joined, Scoreboard

HALF, DWORD = 0x3, 0xF
"""The strobes of a message."""


@dataclass(slots=True, eq=False)
class _Taken:
    """A write as it was taken on `s_axi`."""

    number: int
    address: Address
    in_page: bool
    beats: list[Data] = field(default_factory=list)
    left: bool = False
    overtaken: str = ""  # by which message


@dataclass(slots=True, eq=False)
class _Leaves:
    """A write as it left: `since` is the cycle in which its AWVALID went up."""

    address: Address
    message: bool
    since: int


class OrderChecker(Scoreboard):
    """See the module. What it is told of are pairs: the transfer, and how many cycles it waited.

    `page` returns the number of the doorbell's page of 64 KiB, `its_id` is the lowest ID of
    messages.
    """

    def __init__(self, page: Callable[[], int], its_id: int) -> None:
        """Begin in the reset state."""
        super().__init__()
        self._page, self._its_id = page, its_id
        self.handlers = {
            "s_axi_aw": self._taken,
            "s_axi_w": lambda item: self._joined.data(item[0]),
            "m_axi_aw": self._leaves,
            "m_its_aw": self._leaves_for_its,
            "m_axi_w": lambda item: self._left.data(item[0]),
            "m_its_w": lambda item: self._left_for_its.data(item[0]),
            "m_axi_b": self._response,
            "s_axi_b": self._answered_at_all,
        }
        self.reset()

    def reset(self) -> None:
        """Forget all that was under way."""
        self.forget()
        self._joined = Joined(self._beat)
        self._left = Joined(self._left_beat)
        self._left_for_its = Joined(self._left_beat)
        self._number = 0
        self._of_id: defaultdict[int, deque[_Taken]] = defaultdict(deque)  # not answered
        self._open: list[_Taken] = []  # data without a response on m_axi, oldest first
        self._answered: deque[tuple[int, _Taken]] = deque(maxlen=4096)  # and in which cycle
        self._messages: deque[_Taken] = deque()  # one beat to the page, and may be a message

    def _taken(self, item: tuple[Address, int]) -> None:
        address, _ = item
        taken = _Taken(self._number, address, address.addr >> 16 == self._page())
        self._number += 1
        self._of_id[address.id].append(taken)
        if not taken.in_page:
            self._open.append(taken)
        self._joined.address(taken)

    def _beat(self, taken: _Taken, data: Data) -> None:
        taken.beats.append(data)
        if data.last and taken.in_page and len(taken.beats) == 1 and data.strb in (HALF, DWORD):
            self._messages.append(taken)

    def _leaves(self, item: tuple[Address, int]) -> None:
        address, waited = item
        message = address.id >= self._its_id
        self._left.address(_Leaves(address, message, self.time - waited))
        if message:
            return
        for taken in self._open:
            mine = taken.address
            same = (mine.id, mine.addr, mine.user) == (address.id, address.addr, address.user)
            if same and not taken.left:
                taken.left = True
                if taken.overtaken:
                    self.problem("B4", f"{mine} leaves after {taken.overtaken}, written later")
                return

    def _leaves_for_its(self, item: tuple[Address, int]) -> None:
        address, waited = item
        self._left_for_its.address(_Leaves(address, True, self.time - waited))

    def _left_beat(self, leaves: _Leaves, data: Data) -> None:
        if not leaves.message or not data.strb:
            return
        lane = (data.strb & -data.strb).bit_length() - 1
        found = data.data >> 8 * lane & 0xFFFF_FFFF
        for place, taken in enumerate(self._messages):
            beat = taken.beats[0]
            if beat.data & (0xFFFF if beat.strb == HALF else 0xFFFF_FFFF) == found:
                for _ in range(place + 1):
                    self._messages.popleft()
                self._check(taken, leaves.since)
                return

    def _check(self, message: _Taken, since: int) -> None:
        """Look whether all that was written before a message had its response when it showed."""
        self.counts["messages after data"] += 1
        what = f"the message {message.address} that shows in cycle {since}"
        late = takewhile(lambda each: each[0] >= since, reversed(self._answered))
        for taken in (*self._open, *(each for _, each in late)):
            if taken.number > message.number:
                continue
            if taken.left:
                self.problem("B4", f"{what} does not wait for the response to {taken.address}")
            else:
                taken.overtaken = what

    def _response(self, item: tuple[Response, int]) -> None:
        response, _ = item
        for taken in self._open:
            if taken.left and taken.address.id == response.id:
                self._open.remove(taken)
                self._answered.append((self.time, taken))
                return

    def _answered_at_all(self, item: tuple[Response, int]) -> None:
        response, _ = item
        if self._of_id[response.id]:
            taken = self._of_id[response.id].popleft()
            if not taken.left and taken in self._open:
                self._open.remove(taken)
