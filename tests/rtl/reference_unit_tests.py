# SPDX-License-Identifier: MIT
"""The nine unit tests of OpenVMM's `pci_core/msi.rs`, by their names, against the RTL.

Where the original looks at the calls that reached a mock route, the RTL shows the message that an
event then sends. The DeviceID carries the segment, which the original does not have.
"""

from __future__ import annotations

from tb.environment import Environment, translator_test
from tb.operations import (
    BindTarget,
    Connect,
    ConnectIrqfd,
    Enable,
    EnableWithRid,
    NewRoute,
    SetBusRange,
    SignalEvent,
    SignalMsi,
    SignalMsiWithRid,
)
from tests.rtl.scenario import does, play

SEGMENT = 0xBEAD


def devid(bus: int, devfn: int) -> int:
    """Compose the ITS DeviceID that these tests expect (R10)."""
    return SEGMENT << 16 | bus << 8 | devfn


async def connected(env: Environment, secondary: int, subordinate: int, devfn: int) -> None:
    """Make target 1 on a connection with both backends, and with a range of its own."""
    await env.execute(
        Connect(1, SEGMENT),
        ConnectIrqfd(1, SEGMENT),
        SetBusRange(1, secondary, subordinate),
        BindTarget(1, 1, 1, devfn),
    )


@translator_test()
async def signal_msi_resolves_default_bdf(env: Environment) -> None:
    """The secondary bus and the target's devfn make the requester ID."""
    await connected(env, 5, 10, 0x18)
    await play(env, does(SignalMsi(1, 0xFEE0_0000, 42), (devid(5, 0x18), 0xFEE0_0000, 42)))


@translator_test()
async def signal_msi_with_rid_accepts_bus_in_range(env: Environment) -> None:
    """A bus inside the range."""
    await connected(env, 5, 10, 0)
    await play(env, does(SignalMsiWithRid(1, 0x070A, 0xABCD, 99), (devid(7, 0x0A), 0xABCD, 99)))


@translator_test()
async def signal_msi_with_rid_drops_bus_outside_range(env: Environment) -> None:
    """One above and one below the range."""
    await connected(env, 5, 10, 0)
    await play(
        env,
        does(SignalMsiWithRid(1, 11 << 8, 0xABCD, 1), warnings=1),
        does(SignalMsiWithRid(1, 4 << 8, 0xABCD, 2), warnings=1),
    )


@translator_test()
async def signal_msi_with_rid_accepts_boundary_buses(env: Environment) -> None:
    """Both bounds belong to the range."""
    await connected(env, 5, 10, 0)
    await play(
        env,
        does(SignalMsiWithRid(1, 5 << 8, 0x1000, 10), (devid(5, 0), 0x1000, 10)),
        does(SignalMsiWithRid(1, 10 << 8, 0x2000, 20), (devid(10, 0), 0x2000, 20)),
    )


@translator_test()
async def route_enable_resolves_default_bdf(env: Environment) -> None:
    """A route's own requester ID is its target's."""
    await connected(env, 3, 8, 0x10)
    await play(
        env,
        does(NewRoute(1, 1), returns=True),
        does(Enable(1, 0xFEE0_0000, 55)),
        does(SignalEvent(1), (devid(3, 0x10), 0xFEE0_0000, 55)),
    )


@translator_test()
async def route_enable_with_rid_accepts_bus_in_range(env: Environment) -> None:
    """A bus inside the range."""
    await connected(env, 5, 10, 0)
    await play(
        env,
        does(NewRoute(1, 1), returns=True),
        does(EnableWithRid(1, 0x070A, 0xBEEF, 77)),
        does(SignalEvent(1), (devid(7, 0x0A), 0xBEEF, 77)),
    )


@translator_test()
async def route_enable_with_rid_disables_when_bus_outside_range(env: Environment) -> None:
    """The refusal leaves the route disabled: an event is held."""
    await connected(env, 5, 10, 0)
    await play(
        env,
        does(NewRoute(1, 1), returns=True),
        does(EnableWithRid(1, 11 << 8, 0xBEEF, 77), warnings=1),
        does(SignalEvent(1)),
    )


@translator_test()
async def with_devfn_derives_target_with_new_devfn(env: Environment) -> None:
    """A second target on the same connection and range, with another devfn."""
    await connected(env, 2, 5, 0)
    await play(
        env,
        does(BindTarget(2, 1, 1, 0x18)),
        does(SignalMsi(2, 0x1000, 1), (devid(2, 0x18), 0x1000, 1)),
    )


@translator_test()
async def with_bus_range_derives_target_with_new_range(env: Environment) -> None:
    """A target with a range of its own is held against that one, not its parent's."""
    await connected(env, 1, 20, 0)
    await play(
        env,
        does(SetBusRange(2, 10, 15)),
        does(BindTarget(2, 1, 2, 0x08)),
        does(SignalMsi(2, 0x2000, 2), (devid(10, 0x08), 0x2000, 2)),
        does(SignalMsiWithRid(2, 16 << 8, 0x3000, 3), warnings=1),
    )
