# SPDX-License-Identifier: MIT
"""The checker of the bridge: every read and write is matched through it, from monitors alone.

What an access is the golden model says when its address is taken, and of a write to the page when
its last beat is. What passes has to leave as it came, in order within its ID, and what comes back
for it has to come back as it is (B2). What does not pass is answered by the bridge, as the model
says, in the order of acceptance, and after all data that were written before it have arrived; a
message as `Translated` has it (B1, B3, B5). What reads the doorbell, or has a wrong source (B9), is
answered when all reads before it are complete, and before those behind it.

That no message overtakes data (B4) is held against the model's order here, and without the model by
`tests/axi/order_checker.py`.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from cocotbext.msi_its.vocabulary.operations import (
    BindTarget,
    Configuration,
    SetBusRange,
    Tables,
)
from cocotbext.msi_its.vocabulary.transactions import Retired
from msi_its_model import (
    AxiBeat,
    AxiMessage,
    AxiOrder,
    AxiPasses,
    AxiRefusal,
    AxiResponse,
)
from tests.axi import bridge_coverage as cover
from tests.axi.monitors import Address, Data, ReadData, Response
from tests.axi.scoreboard import (
    AHEAD,
    Configured,
    Joined,
    Scoreboard,
    Translated,
    Write,
    said,
    shown,
)

SETTLES = 2
"""Cycles from a command's retire record until what is taken has the new source check (B9).

What was taken before, and has neither left nor been answered, may be checked either way.
"""


@dataclass(slots=True, eq=False)
class Read:
    """A read that was taken on `s_axi` and is not complete. Its meaning is None while unknown."""

    address: Address
    number: int
    meaning: AxiPasses | AxiRefusal | None
    left: bool = False  # its address has, if it passes
    returned: deque[ReadData] = field(default_factory=deque)  # and not handed on yet
    beats: int = 0  # that were handed on


A = TypeVar("A", Read, Write)


@dataclass(slots=True)
class _Left:
    """A write whose address has left on `m_axi`: of which one, or a message's, or neither."""

    origin: Write | None
    message: bool = False
    beats: int = 0


class BridgeChecker(Scoreboard):
    """See the module.

    `configured` is asked when a transfer is looked at, up to a cycle after the next one: the
    configuration changes only while nothing is under way. Where a message leaves, on `m_axi` or
    `m_its`, does not matter: its ID says that it is one. `ahead` is how many messages' addresses
    and beats are apart at most: on `m_axi` what is between them is not only messages'.
    """

    def __init__(
        self,
        configured: Callable[[], Configured],
        tables: Tables,
        configuration: Configuration,
        ahead: int = AHEAD,
    ) -> None:
        """Begin in the reset state."""
        super().__init__()
        self._ahead = ahead
        self._configured = configured
        self._tables, self._configuration = tables, configuration
        self.handlers = {
            "s_axi_b": self._response,
            "s_axi_r": self._read_data,
            "m_axi_b": self._memory_response,
            "m_axi_r": self._memory_read_data,
            "m_its_b": lambda item: self.translated.response(item),
            "retire": self._retired,
            "m_axi_aw": self._leaves,
            "m_axi_w": self._beat_leaves,
            "m_axi_ar": self._read_leaves,
            "m_its_aw": self._message_leaves,
            "m_its_w": lambda item: self.translated.data(item),
            "s_axi_aw": self._address,
            "s_axi_w": self._data,
            "s_axi_ar": self._read_address,
        }
        self.reset()

    def reset(self) -> None:
        """Forget all that was under way: reset cuts it off (B8)."""
        self.forget()
        self.translated = Translated(
            self, self._configured, self._tables, self._configuration, self._ahead
        )
        self._order = AxiOrder()
        self._joined = Joined(self._beat)  # on s_axi
        self._left = Joined(self._left_beat)  # on m_axi
        self._taken = 0  # writes
        self._writes: defaultdict[int, deque[Write]] = defaultdict(deque)  # by ID, unanswered
        self._own: list[Write] = []  # ... of all IDs those that do not pass, as far as is known
        self._to_leave: defaultdict[int, deque[Write]] = defaultdict(deque)
        self._in_memory: defaultdict[int, deque[Write]] = defaultdict(deque)
        self._open = 0
        self._taken_reads = 0
        self._reads: deque[Read] = deque()  # of all IDs
        self._reads_of: defaultdict[int, deque[Read]] = defaultdict(deque)
        self._reads_to_leave: defaultdict[int, deque[Read]] = defaultdict(deque)
        self._reads_in_memory: defaultdict[int, deque[Read]] = defaultdict(deque)
        self._changed = -SETTLES  # when a command changed who may be a source

    @property
    def under_way(self) -> str:
        """Say what has not ended; empty if all has."""
        return said(
            {
                "writes without a response": self._open,
                "beats without an address": len(self._joined.early),
                "messages not executed": len(self.translated.waiting),
                "messages that did not leave, or have no response": len(self.translated.leaving),
                "writes that did not leave": sum(map(len, self._to_leave.values())),
                "reads that are not complete": len(self._reads),
            }
        )

    def waits_for(self, number: int) -> list[int]:
        """Return the numbers of the writes that the write of this number waits for (B4)."""
        return self._order.waits_for(number)

    # ---- what an access is -----------------------------------------------------------------------

    def _access(self, address: Address) -> tuple[AxiPasses | AxiRefusal | None, bool]:
        """Return what an access outside of the page is, or None; and whether that is known.

        While a command that changes sources takes effect, both answers are right (B9).
        """
        bridge = self._configured().bridge
        unknown = bridge.check_all and self.time - self._changed < SETTLES
        targets = self.translated.reference.targets
        target, rid = address.user >> 16, address.user & 0xFFFF

        def source() -> bool:
            return target < len(targets) and targets[target].covers(rid)

        meaning = bridge.access(address.addr, source)
        return meaning, meaning is None or not unknown

    def _cover(self, kind: str, address: Address, in_page: bool) -> None:
        """Count the access in its bin."""
        width = self._configured().doorbell.data_width
        self.counts[cover.access(kind, address, width, in_page)] += 1

    def _retired(self, retired: Retired) -> None:
        if isinstance(retired.operation, SetBusRange | BindTarget):
            self._changed = self.time
            if self._configured().check_all:
                self._doubt()
        self.translated.retired(retired)

    def _doubt(self) -> None:
        """Of what is under way and may still be checked, no longer know what it is."""
        for write in [each for queue in self._writes.values() for each in queue]:
            if isinstance(write.meaning, AxiPasses) and not write.left:
                self._order.responded(write.number)
                self._own.append(write)
            elif write.meaning is AxiRefusal.SOURCE:
                self.counts["refused SOURCE"] -= 1
                _insert(self._to_leave[write.address.id], write)
            else:
                continue
            write.meaning = None
        self._own.sort(key=lambda each: each.number)
        for read in self._reads:
            if read.meaning is AxiRefusal.SOURCE and not read.beats:
                self.counts["refused SOURCE"] -= 1
                _insert(self._reads_to_leave[read.address.id], read)
            elif not isinstance(read.meaning, AxiPasses) or read.left:
                continue
            read.meaning = None

    # ---- writes: s_axi ---------------------------------------------------------------------------

    def _address(self, address: Address) -> None:
        write = Write(address, self._taken)
        self._taken += 1
        self._writes[address.id].append(write)
        write.behind = self._open
        self._open += 1
        outstanding = self._configured().outstanding
        if self._open > outstanding:
            self.problem("B6", f"more than {outstanding} writes were taken without a response")
        meaning, known = self._access(address)
        self._cover("write", address, meaning is None)
        if known:
            write.meaning = meaning
        if known and isinstance(meaning, AxiPasses):
            self._order.passes(write.number)
        else:
            self._own.append(write)
        if isinstance(meaning, AxiPasses) or not known:
            self._to_leave[address.id].append(write)
        elif meaning is AxiRefusal.SOURCE:
            self.counts["refused SOURCE"] += 1
        self._joined.address(write)

    def _data(self, data: Data) -> None:
        self._joined.data(data)
        if self._joined.ahead > AHEAD:
            self.problem("B6", f"data runs more than {AHEAD} addresses ahead")

    def _beat(self, write: Write, data: Data) -> None:
        write.beats.append(AxiBeat(data.data, data.strb))
        if not data.last:
            return
        write.complete = True
        if len(write.beats) != write.address.len + 1:
            self.problem("B2", f"the stimulus is illegal: {write.address}, WLAST is elsewhere")
        bridge = self._configured().bridge
        if not bridge.in_page(write.address.addr):
            return
        write.meaning = bridge.doorbell.meaning(write.entered)
        if isinstance(write.meaning, AxiMessage):
            self.counts["messages"] += 1
            self.counts[cover.depth(write.behind)] += 1
            self.translated.waiting.append(write)
        elif isinstance(write.meaning, AxiRefusal):
            self.counts[f"refused {write.meaning.name}"] += 1
        else:
            self.counts["flushes"] += 1

    def _response(self, response: Response) -> None:
        queue = self._writes[response.id]
        if not queue:
            self.problem("B5", f"{response} answers no write")
            return
        write = queue.popleft()
        self._open -= 1
        if write.meaning is None and write.complete:
            self._resolve(write, passes=write.left)
        if not write.complete or not write.answerable:
            self.problem("B5", f"{response} came before what {write} waits for")
        if isinstance(write.meaning, AxiPasses):
            if write.response is not None and response.resp != write.response.resp:
                self.problem("B2", f"expected {write.response}, came {response}, for {write}")
            self.counts["writes that passed"] += 1
            self.counts[cover.response("write", response.resp)] += 1
            self.counts["bytes"] += sum(each.strobes.bit_count() for each in write.beats)
            return
        first = next((each for each in self._own if each.meaning is not None), None)
        if first is not write:
            self.problem("B5", f"{write} was answered before {first}")
        self._own.remove(write)
        if waits := self._order.waits_for(write.number):
            self.problem("B4", f"{write} was answered, and writes {waits} have no response")
        if write.meaning is None or not write.answerable:
            return
        expected = self._configured().bridge.response(write.meaning, write.its)
        self.counts[f"answered {expected.name}"] += 1
        if isinstance(write.meaning, AxiMessage):
            self.counts[cover.response("message", response.resp)] += 1
        if response.resp != expected:
            self.problem("B5", f"expected {expected.name}, came {response}, for {write}")

    def _resolve(self, write: Write, passes: bool) -> None:
        """Decide what a write was that could be both."""
        write.meaning = AxiPasses() if passes else AxiRefusal.SOURCE
        if passes:
            self._own.remove(write)
            self._order.passes(write.number)
        else:
            self._to_leave[write.address.id].remove(write)
            self.counts["refused SOURCE"] += 1

    # ---- writes: m_axi, m_its --------------------------------------------------------------------

    def _is_message(self, axi_id: int) -> bool:
        return axi_id >= self._configured().its_id

    def _message_leaves(self, address: Address) -> None:
        leaving = self.translated.address(address)
        if leaving is None or leaving.origin is None:
            return
        if waits := self._order.waits_for(leaving.origin.number):
            self.problem("B4", f"{leaving.origin} leaves, and writes {waits} have no response")

    def _leaves(self, address: Address) -> None:
        if self._is_message(address.id):
            self._message_leaves(address)
            self._left.address(_Left(None, message=True))
            return
        queue = self._to_leave[address.id]
        while queue and queue[0].meaning is None and queue[0].address != address:
            self._resolve(queue[0], passes=False)
        if not queue:
            self.problem("B2", f"{address} leaves, but no such write came, or it does not pass")
            self._left.address(_Left(None))
            return
        write = queue[0]
        if write.meaning is None:
            self._resolve(write, passes=True)
        queue.popleft()
        write.left = True
        if address != write.address:
            self.problem("B2", f"{write.address} left as {address}")
        self._left.address(_Left(write))

    def _beat_leaves(self, data: Data) -> None:
        self._left.data(data)
        if self._left.ahead > AHEAD:
            self.problem("B6", f"data on m_axi runs more than {AHEAD} addresses ahead")

    def _left_beat(self, left: _Left, data: Data) -> None:
        if left.message:
            self.translated.data(data)
            return
        write = left.origin
        if write is None:
            return
        number, left.beats = left.beats, left.beats + 1
        if number >= len(write.beats):
            self.problem("B2", f"{shown(data)} leaves, but beat {number} of {write} did not come")
        else:
            beat = write.beats[number]
            last = int(write.complete and left.beats == len(write.beats))
            expected = Data(beat.data, beat.strobes, last)
            if data != expected:
                self.problem("B2", f"{shown(expected)} left as {shown(data)}, beat {number}")
        if data.last:
            self._in_memory[write.address.id].append(write)

    def _memory_response(self, response: Response) -> None:
        if self._is_message(response.id):
            self.translated.response(response)
            return
        queue = self._in_memory[response.id]
        if not queue:
            self.counts["strays"] += 1  # it belongs to nothing, and is ignored
            return
        write = queue.popleft()
        write.response = response
        self._order.responded(write.number)

    # ---- reads -----------------------------------------------------------------------------------

    def _read_address(self, address: Address) -> None:
        meaning, known = self._access(address)
        self._cover("read", address, meaning is None)
        if meaning is None:
            meaning = AxiRefusal.READ
        read = Read(address, self._taken_reads, meaning if known else None)
        self._taken_reads += 1
        self._reads.append(read)
        self._reads_of[address.id].append(read)
        if isinstance(meaning, AxiPasses) or not known:
            self._reads_to_leave[address.id].append(read)
        elif isinstance(meaning, AxiRefusal):
            self.counts[f"refused {meaning.name}"] += 1
        outstanding = self._configured().outstanding
        if len(self._reads) > outstanding:
            self.problem("B6", f"more than {outstanding} reads were taken that are not complete")

    def _resolve_read(self, read: Read, passes: bool) -> None:
        """Decide what a read was that could be both."""
        read.meaning = AxiPasses() if passes else AxiRefusal.SOURCE
        if not passes:
            self._reads_to_leave[read.address.id].remove(read)
            self.counts["refused SOURCE"] += 1

    def _read_leaves(self, address: Address) -> None:
        queue = self._reads_to_leave[address.id]
        while queue and queue[0].meaning is None and queue[0].address != address:
            self._resolve_read(queue[0], passes=False)
        if not queue:
            self.problem("B2", f"{address} leaves, but no such read came, or it does not pass")
            return
        if queue[0].meaning is None:
            self._resolve_read(queue[0], passes=True)
        read = queue.popleft()
        read.left = True
        self._reads_in_memory[address.id].append(read)
        if address != read.address:
            self.problem("B2", f"{read.address} left as {address}")

    def _memory_read_data(self, data: ReadData) -> None:
        queue = self._reads_in_memory[data.id]
        if not queue:
            self.counts["strays"] += 1
            return
        queue[0].returned.append(data)
        if data.last:
            queue.popleft()

    def _read_data(self, data: ReadData) -> None:
        queue = self._reads_of[data.id]
        if not queue:
            self.problem("B2", f"{data} answers no read")
            return
        read = queue[0]
        if read.meaning is None:
            self._resolve_read(read, passes=read.left)
        before: list[Read] = []
        for each in self._reads:
            if each is read:
                break
            before.append(each)
        if isinstance(read.meaning, AxiPasses):
            if any(isinstance(each.meaning, AxiRefusal) for each in before):
                self.problem("B2", f"{data} overtakes a refused read")
            if not read.returned:
                self.problem("B2", f"{data} came, but nothing has come back for {read}")
                expected = data
            else:
                expected = read.returned.popleft()
        else:
            if before:
                self.problem("B2", f"{data} of a refused read, and {len(before)} wait before it")
            assert read.meaning is not None
            resp = AxiResponse.SLVERR
            if read.meaning is AxiRefusal.READ:
                resp = self._configured().bridge.response(read.meaning)
            last = int(read.beats == read.address.len)
            expected = ReadData(read.address.id, 0, int(resp), last)
        if data != expected:
            self.problem("B2", f"expected {expected}, came {data}, for {read.address}")
        read.beats += 1
        if data.last:
            if isinstance(read.meaning, AxiPasses):
                self.counts["reads that passed"] += 1
                self.counts[cover.response("read", data.resp)] += 1
                self.counts["bytes"] += read.beats << read.address.size
            queue.popleft()
            self._reads.remove(read)


def _insert(queue: deque[A], access: A) -> None:
    """Let an access leave that was not expected to, before those behind it."""
    queue.insert(sum(each.number < access.number for each in queue), access)
