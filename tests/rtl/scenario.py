# SPDX-License-Identifier: MIT
"""Directed tests as scenarios: operations, each with what it must do.

The expectations are written by hand from the specification. The checker holds the RTL against them
as it does against the golden model: a scenario is a small trace.
"""

from __future__ import annotations

from cocotbext.msi_its.bench.environment import Environment
from cocotbext.msi_its.vocabulary.operations import Message, Operation
from cocotbext.msi_its.vocabulary.trace import UNSET, Expect, TraceLine, Unset

Step = tuple[Operation, Expect]


def does(
    operation: Operation,
    message: Message | tuple[int, int, int] | None = None,
    *,
    returns: bool | int | Unset | None = UNSET,
    warnings: int = 0,
) -> Step:
    """Say what an operation must do: its message, or none; its warnings; what it returns."""
    if isinstance(message, tuple):
        message = Message(*message)
    messages = () if message is None else (message,)
    return operation, Expect(messages, returns, warnings)


async def play(environment: Environment, *steps: Step) -> None:
    """Play a scenario, each operation through its own source."""
    lines = [
        TraceLine(number, operation, expect, None, None)
        for number, (operation, expect) in enumerate(steps, 1)
    ]
    await environment.replay(iter(lines))
