# SPDX-License-Identifier: MIT
"""The checker of both ends: holds what the monitors saw there against the golden model.

A write is what the model says that it means (B1); its message is executed and leaves as
`Translated` has it (B3); each write gets one response, in order, with its ID, as the model says
(B5), and not before that can be known.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from cocotbext.msi_its.vocabulary.operations import Configuration, Tables
from msi_its_model import AxiBeat, AxiMessage, AxiPasses, AxiRefusal
from tests.axi.monitors import Address, Data, Refused, Response
from tests.axi.scoreboard import AHEAD, Configured, Joined, Scoreboard, Translated, Write, said

REASONS = {
    AxiRefusal.OUTSIDE: 1,
    AxiRefusal.BURST: 2,
    AxiRefusal.OFFSET: 3,
    AxiRefusal.STROBES: 4,
}
"""The codes of `refused_e` in hdl/axi/msi_axi_pkg.sv."""


class AxiChecker(Scoreboard):
    """See the module.

    `configured` is asked when a transfer is looked at, up to a cycle after the next one: the pins
    change only while nothing is under way.
    """

    def __init__(
        self, configured: Callable[[], Configured], tables: Tables, configuration: Configuration
    ) -> None:
        """Begin in the reset state."""
        super().__init__()
        self._configured = configured
        self._tables, self._configuration = tables, configuration
        self.handlers = {
            "s_axi_b": self._response,
            "m_its_b": lambda item: self.translated.response(item),
            "retire": lambda item: self.translated.retired(item),
            "m_its_aw": lambda item: self.translated.address(item),
            "m_its_w": lambda item: self.translated.data(item),
            "s_axi_aw": self._address,
            "s_axi_w": self._data,
            "refused": self._refused,
        }
        self.reset()

    def reset(self) -> None:
        """Forget all that was under way: reset cuts it off (B8)."""
        self.forget()
        self.translated = Translated(self, self._configured, self._tables, self._configuration)
        self._writes: deque[Write] = deque()  # without a response, oldest first
        self._joined = Joined(self._beat)
        self._refusals: deque[Refused] = deque()  # to be reported
        self._reports: deque[Refused] = deque()  # before what they report was looked at

    @property
    def under_way(self) -> str:
        """Say what has not ended; empty if all has."""
        return said(
            {
                "writes without a response": len(self._writes),
                "beats without an address": len(self._joined.early),
                "messages not executed": len(self.translated.waiting),
                "messages that did not leave, or have no response": len(self.translated.leaving),
                "refusals not reported": len(self._refusals),
                "reports without a refusal": len(self._reports),
            }
        )

    def _address(self, address: Address) -> None:
        write = Write(address)
        self._writes.append(write)
        outstanding = self._configured().outstanding
        if len(self._writes) > outstanding:
            self.problem("B6", f"more than {outstanding} writes were taken without a response")
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
        made = write.entered
        write.meaning = self._configured().doorbell.meaning(made)
        if isinstance(write.meaning, AxiMessage):
            self.counts["messages"] += 1
            self.translated.waiting.append(write)
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
        assert write.meaning is not None and not isinstance(write.meaning, AxiPasses)
        expected = self._configured().doorbell.response(write.meaning, write.its)
        self.counts[f"answered {expected.name}"] += 1
        if response.resp != expected:
            self.problem("B5", f"expected {expected.name}, came {response}, for {write}")
