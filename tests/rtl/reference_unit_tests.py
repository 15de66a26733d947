# SPDX-License-Identifier: MIT
"""The nine unit tests of OpenVMM's `pci_core/msi.rs`, by their names, against the RTL.

Where the original looks at the calls that reached a mock route, the RTL shows the message that an
event then sends. The DeviceID carries the segment, which the original does not have.
"""

from __future__ import annotations

from cocotbext.msi_its.bench.environment import Environment, translator_test
from cocotbext.msi_its.vocabulary.operations import (
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

KIND = "directed"

SEGMENT = 0xBEAD
CONNECTION, RANGE, TARGET, ROUTE = 2, 3, 4, 5
OTHER_RANGE, OTHER_TARGET = 6, 7


def devid(bus: int, devfn: int) -> int:
    """Compose the ITS DeviceID that these tests expect (R10)."""
    return SEGMENT << 16 | bus << 8 | devfn


async def connected(env: Environment, secondary: int, subordinate: int, devfn: int) -> None:
    """Make TARGET on a connection with both backends, and with a range of its own."""
    await env.execute(
        Connect(CONNECTION, SEGMENT << 16),
        ConnectIrqfd(CONNECTION, SEGMENT << 16),
        SetBusRange(RANGE, secondary, subordinate),
        BindTarget(TARGET, CONNECTION, RANGE, devfn),
    )


@translator_test()
async def signal_msi_resolves_default_bdf(env: Environment) -> None:
    """The secondary bus and the target's devfn make the requester ID."""
    await connected(env, 5, 10, 0x18)
    await play(env, does(SignalMsi(TARGET, 0xFEE0_0000, 42), (devid(5, 0x18), 0xFEE0_0000, 42)))


@translator_test()
async def signal_msi_with_rid_accepts_bus_in_range(env: Environment) -> None:
    """A bus inside the range."""
    await connected(env, 5, 10, 0)
    await play(
        env, does(SignalMsiWithRid(TARGET, 0x070A, 0xABCD, 99), (devid(7, 0x0A), 0xABCD, 99))
    )


@translator_test()
async def signal_msi_with_rid_drops_bus_outside_range(env: Environment) -> None:
    """One above and one below the range."""
    await connected(env, 5, 10, 0)
    await play(
        env,
        does(SignalMsiWithRid(TARGET, 11 << 8, 0xABCD, 1), warnings=1),
        does(SignalMsiWithRid(TARGET, 4 << 8, 0xABCD, 2), warnings=1),
    )


@translator_test()
async def signal_msi_with_rid_accepts_boundary_buses(env: Environment) -> None:
    """Both bounds belong to the range."""
    await connected(env, 5, 10, 0)
    await play(
        env,
        does(SignalMsiWithRid(TARGET, 5 << 8, 0x1000, 10), (devid(5, 0), 0x1000, 10)),
        does(SignalMsiWithRid(TARGET, 10 << 8, 0x2000, 20), (devid(10, 0), 0x2000, 20)),
    )


@translator_test()
async def route_enable_resolves_default_bdf(env: Environment) -> None:
    """A route's own requester ID is its target's."""
    await connected(env, 3, 8, 0x10)
    await play(
        env,
        does(NewRoute(ROUTE, TARGET), returns=True),
        does(Enable(ROUTE, 0xFEE0_0000, 55)),
        does(SignalEvent(ROUTE), (devid(3, 0x10), 0xFEE0_0000, 55)),
    )


@translator_test()
async def route_enable_with_rid_accepts_bus_in_range(env: Environment) -> None:
    """A bus inside the range."""
    await connected(env, 5, 10, 0)
    await play(
        env,
        does(NewRoute(ROUTE, TARGET), returns=True),
        does(EnableWithRid(ROUTE, 0x070A, 0xBEEF, 77)),
        does(SignalEvent(ROUTE), (devid(7, 0x0A), 0xBEEF, 77)),
    )


@translator_test()
async def route_enable_with_rid_disables_when_bus_outside_range(env: Environment) -> None:
    """The refusal leaves the route disabled: an event is held."""
    await connected(env, 5, 10, 0)
    await play(
        env,
        does(NewRoute(ROUTE, TARGET), returns=True),
        does(EnableWithRid(ROUTE, 11 << 8, 0xBEEF, 77), warnings=1),
        does(SignalEvent(ROUTE)),
    )


@translator_test()
async def with_devfn_derives_target_with_new_devfn(env: Environment) -> None:
    """A second target on the same connection and range, with another devfn."""
    await connected(env, 2, 5, 0)
    await play(
        env,
        does(BindTarget(OTHER_TARGET, CONNECTION, RANGE, 0x18)),
        does(SignalMsi(OTHER_TARGET, 0x1000, 1), (devid(2, 0x18), 0x1000, 1)),
    )


@translator_test()
async def with_bus_range_derives_target_with_new_range(env: Environment) -> None:
    """A target with a range of its own is held against that one, not its parent's."""
    await connected(env, 1, 20, 0)
    await play(
        env,
        does(SetBusRange(OTHER_RANGE, 10, 15)),
        does(BindTarget(OTHER_TARGET, CONNECTION, OTHER_RANGE, 0x08)),
        does(SignalMsi(OTHER_TARGET, 0x2000, 2), (devid(10, 0x08), 0x2000, 2)),
        does(SignalMsiWithRid(OTHER_TARGET, 16 << 8, 0x3000, 3), warnings=1),
    )
