# SPDX-License-Identifier: MIT
"""What the monitors see on the translator's interfaces.

What goes in on `s_msi` and `s_evt` is an operation of `operations`, what comes out on `m_msi` a
`Message`; this module has the rest: the retire record and the register accesses on `s_axil`.
"""

from __future__ import annotations

from msgspec import Struct

from cocotbext.msi_its.vocabulary import operation_classes as described
from cocotbext.msi_its.vocabulary.csr import Answer
from cocotbext.msi_its.vocabulary.csr import Source as Source
from cocotbext.msi_its.vocabulary.operations import (
    OPERATIONS,
    Message,
    Operation,
    SignalMsiWithRid,
)
from cocotbext.msi_its.vocabulary.trace import Expect

BDF = Answer.BDF  # Python 3.11 takes its time to find a member of an enumeration

ANSWERS: dict[int, Answer] = {answer.value: answer for answer in Answer}
"""The answers, by their codes."""

DROPS = described.DROPS
"""The answers that mean a message was dropped."""

WARNINGS = DROPS | described.REFUSALS
"""The answers that raise the alert, and for which the model warns."""

ERRORS = described.ERRORS
"""The answers of operations that were in error and changed nothing."""

RETURNS: dict[tuple[str, Answer], bool] = {
    (name, answer): value
    for name, kind in OPERATIONS.items()
    for answer, value in kind.returns.items()
}
"""What the model's method returns, by operation and answer; otherwise it returns nothing."""


def source_of(operation: Operation, doorbell: int | None = None) -> Source:
    """Return the source by which an operation enters, when it can choose.

    With a `doorbell` direct messages are writes on a bus. There they have an explicit requester ID
    and go to this address (64 bits); others enter as commands.
    """
    source = operation.source
    if source is not Source.MESSAGE or doorbell is None:
        return source
    on_bus = isinstance(operation, SignalMsiWithRid) and operation.address == doorbell
    return source if on_bus else Source.COMMAND


class Retired(Struct, frozen=True, gc=False):
    """One retire record: an operation as the hardware executed it, and what it answered.

    `bdf` (16 bits) is set for the answer BDF, `message` if one was sent.
    """

    source: Source
    operation: Operation
    answer: Answer
    bdf: int | None = None
    message: Message | None = None

    @classmethod
    def of(
        cls,
        source: Source,
        operation: Operation,
        answer: Answer,
        bdf: int,
        sent: int,
        message: tuple[int, ...],
    ) -> Retired:
        """Return the record that these fields make; `message` is DeviceID, address, data.

        Raises AssertionError if one that means nothing is not 0.
        """
        if not sent and any(message):
            shown = Message(*message)
            raise AssertionError(f"retire: no message was sent, but its fields are {shown}")
        if bdf and answer is not BDF:
            raise AssertionError(
                f"retire: the answer {answer.name} has no bdf, but that is {bdf:#06x}"
            )
        return cls(
            source,
            operation,
            answer,
            bdf if answer is BDF else None,
            Message(*message) if sent else None,
        )

    @property
    def returns(self) -> bool | int | None:
        """The answer as the value that a trace file's `returns` records."""
        if self.answer is Answer.BDF:
            return self.bdf
        return RETURNS.get((self.operation.name, self.answer))

    def differences(self, expect: Expect) -> list[str]:
        """Say, part by part, what differs from a recorded expectation; empty if nothing does."""
        warnings = [self.answer.name] if self.answer in WARNINGS else []
        return expect.differences(self.message, self.returns, warnings)
