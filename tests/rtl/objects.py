# SPDX-License-Identifier: MIT
"""Objects that are alive, for tests of the hardware."""

from __future__ import annotations

from cocotbext.msi_its.bench.environment import Environment
from cocotbext.msi_its.vocabulary.operations import (
    BindTarget,
    Connect,
    ConnectIrqfd,
    Enable,
    Message,
    NewRoute,
    SetBusRange,
    SignalMsiWithRid,
)

ADDRESS = 0xFEDC_BA98_7654_3210
BASE = 0x5A17
IRQFD_BASE = 0x6B28
"""DeviceID bases, of both backends: with the requester IDs here the sums are of 16 bits."""


class Objects:
    """The last entry of each table, brought to life: range 0x21 to 0x2E, devfn 0x63."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.range, self.connection, self.target, self.route = (size - 1 for size in env.tables)

    async def set_up(self) -> None:
        """Connect both backends, bind the target, make the route and enable it."""
        await self.env.execute(
            SetBusRange(self.range, 0x21, 0x2E),
            Connect(self.connection, BASE),
            ConnectIrqfd(self.connection, IRQFD_BASE),
            BindTarget(self.target, self.connection, self.range, 0x63),
            NewRoute(self.route, self.target),
            Enable(self.route, ADDRESS, 0x77),
        )

    def message(self, data: int) -> SignalMsiWithRid:
        """Return a message in range."""
        return SignalMsiWithRid(self.target, 0x2E01, ADDRESS + data, data)

    def sent(self, data: int) -> Message:
        """Return what that message becomes."""
        return Message(BASE + 0x2E01, ADDRESS + data, data)


async def set_up(env: Environment) -> Objects:
    """Return objects that are alive."""
    objects = Objects(env)
    await objects.set_up()
    return objects
