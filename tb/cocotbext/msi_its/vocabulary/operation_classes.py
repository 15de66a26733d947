# SPDX-License-Identifier: MIT
"""Generated from hdl/registers/msi_csr.rdl by `make regs`: do not edit.

A class for each operation, and what answers mean. Classes are imported from `operations`.
"""

from __future__ import annotations

from typing import ClassVar

from cocotbext.msi_its.vocabulary.csr import Answer, OperationCode, Source
from cocotbext.msi_its.vocabulary.operation_base import OperationBase

__all__ = [
    "BindTarget",
    "Connect",
    "ConnectIrqfd",
    "ConsumePending",
    "DefaultBdf",
    "Disable",
    "Disconnect",
    "Enable",
    "EnableWithRid",
    "FreeRoute",
    "NewRoute",
    "Operation",
    "SetBusRange",
    "SignalEvent",
    "SignalMsi",
    "SignalMsiWithRid",
    "SupportsDirectMsi",
]

DROPS: frozenset[Answer] = frozenset(
    {Answer.DROPPED_BUS_RANGE, Answer.DROPPED_DISCONNECTED, Answer.DROPPED_DEVID}
)
"""The answers that mean a message was dropped."""

REFUSALS: frozenset[Answer] = frozenset({Answer.REFUSED_BUS_RANGE, Answer.REFUSED_DEVID})
"""The answers that mean a route was refused."""

ERRORS: frozenset[Answer] = frozenset({Answer.ERROR_INDEX, Answer.ERROR_NO_ROUTE})
"""The answers that mean an error: nothing was changed."""


class SetBusRange(OperationBase, frozen=True):
    """Give a bus range its secondary and subordinate bus, both at once (R1)."""

    name: ClassVar[str] = "set_bus_range"
    code: ClassVar[OperationCode] = OperationCode.SET_BUS_RANGE
    source: ClassVar[Source] = Source.COMMAND
    rules: ClassVar[str] = "R1"
    answers: ClassVar[tuple[Answer, ...]] = (Answer.OK, Answer.ERROR_INDEX)
    range: int
    secondary: int
    subordinate: int


class Connect(OperationBase, frozen=True):
    """Connect the message backend, with its DeviceID base (R6)."""

    name: ClassVar[str] = "connect"
    code: ClassVar[OperationCode] = OperationCode.CONNECT
    source: ClassVar[Source] = Source.COMMAND
    rules: ClassVar[str] = "R6"
    answers: ClassVar[tuple[Answer, ...]] = (Answer.OK, Answer.ERROR_INDEX)
    connection: int
    devid_base: int


class Disconnect(OperationBase, frozen=True):
    """Take the message backend away; the irqfd backend stays (R4)."""

    name: ClassVar[str] = "disconnect"
    code: ClassVar[OperationCode] = OperationCode.DISCONNECT
    source: ClassVar[Source] = Source.COMMAND
    rules: ClassVar[str] = "R4"
    answers: ClassVar[tuple[Answer, ...]] = (Answer.OK, Answer.ERROR_INDEX)
    connection: int


class ConnectIrqfd(OperationBase, frozen=True):
    """Connect the irqfd backend, with its DeviceID base; routes that exist keep theirs (R6, R7)."""

    name: ClassVar[str] = "connect_irqfd"
    code: ClassVar[OperationCode] = OperationCode.CONNECT_IRQFD
    source: ClassVar[Source] = Source.COMMAND
    rules: ClassVar[str] = "R6, R7"
    answers: ClassVar[tuple[Answer, ...]] = (Answer.OK, Answer.ERROR_INDEX)
    connection: int
    devid_base: int


class BindTarget(OperationBase, frozen=True):
    """Make a target from a connection, a bus range and a requester ID offset (R5)."""

    name: ClassVar[str] = "bind_target"
    code: ClassVar[OperationCode] = OperationCode.BIND_TARGET
    source: ClassVar[Source] = Source.COMMAND
    rules: ClassVar[str] = "R5"
    answers: ClassVar[tuple[Answer, ...]] = (Answer.OK, Answer.ERROR_INDEX)
    target: int
    connection: int
    range: int
    rid_offset: int


class SignalMsi(OperationBase, frozen=True):
    """Send a message with the target's own requester ID (R2, R4, R10)."""

    name: ClassVar[str] = "signal_msi"
    code: ClassVar[OperationCode] = OperationCode.SIGNAL_MSI
    source: ClassVar[Source] = Source.MESSAGE
    rules: ClassVar[str] = "R2, R4, R10"
    answers: ClassVar[tuple[Answer, ...]] = (
        Answer.SENT,
        Answer.DROPPED_BUS_RANGE,
        Answer.DROPPED_DISCONNECTED,
        Answer.DROPPED_DEVID,
        Answer.ERROR_INDEX,
    )
    target: int
    address: int
    data: int


class SignalMsiWithRid(OperationBase, frozen=True):
    """Send a message with an explicit requester ID, if its bus is in the target's range.

    R1, R3, R4, R10.
    """

    name: ClassVar[str] = "signal_msi_with_rid"
    code: ClassVar[OperationCode] = OperationCode.SIGNAL_MSI_WITH_RID
    source: ClassVar[Source] = Source.MESSAGE
    rules: ClassVar[str] = "R1, R3, R4, R10"
    answers: ClassVar[tuple[Answer, ...]] = (
        Answer.SENT,
        Answer.DROPPED_BUS_RANGE,
        Answer.DROPPED_DISCONNECTED,
        Answer.DROPPED_DEVID,
        Answer.ERROR_INDEX,
    )
    target: int
    rid: int
    address: int
    data: int


class NewRoute(OperationBase, frozen=True):
    """Make a route, or replace it, from a target's irqfd backend (R7)."""

    name: ClassVar[str] = "new_route"
    code: ClassVar[OperationCode] = OperationCode.NEW_ROUTE
    source: ClassVar[Source] = Source.COMMAND
    rules: ClassVar[str] = "R7"
    answers: ClassVar[tuple[Answer, ...]] = (Answer.OK, Answer.NO_IRQFD, Answer.ERROR_INDEX)
    returns: ClassVar[dict[Answer, bool]] = {Answer.OK: True, Answer.NO_IRQFD: False}
    route: int
    target: int


class Enable(OperationBase, frozen=True):
    """Enable a route with its target's own requester ID (R2, R8, R9, R10)."""

    name: ClassVar[str] = "enable"
    code: ClassVar[OperationCode] = OperationCode.ENABLE
    source: ClassVar[Source] = Source.COMMAND
    rules: ClassVar[str] = "R2, R8, R9, R10"
    answers: ClassVar[tuple[Answer, ...]] = (
        Answer.OK,
        Answer.DELIVERED,
        Answer.REFUSED_BUS_RANGE,
        Answer.REFUSED_DEVID,
        Answer.ERROR_INDEX,
        Answer.ERROR_NO_ROUTE,
    )
    route: int
    address: int
    data: int


class EnableWithRid(OperationBase, frozen=True):
    """Enable a route with an explicit requester ID, if its bus is in range (R1, R8, R9, R10)."""

    name: ClassVar[str] = "enable_with_rid"
    code: ClassVar[OperationCode] = OperationCode.ENABLE_WITH_RID
    source: ClassVar[Source] = Source.COMMAND
    rules: ClassVar[str] = "R1, R8, R9, R10"
    answers: ClassVar[tuple[Answer, ...]] = (
        Answer.OK,
        Answer.DELIVERED,
        Answer.REFUSED_BUS_RANGE,
        Answer.REFUSED_DEVID,
        Answer.ERROR_INDEX,
        Answer.ERROR_NO_ROUTE,
    )
    route: int
    rid: int
    address: int
    data: int


class Disable(OperationBase, frozen=True):
    """Disable a route; what arrives from now on is held pending (R9)."""

    name: ClassVar[str] = "disable"
    code: ClassVar[OperationCode] = OperationCode.DISABLE
    source: ClassVar[Source] = Source.COMMAND
    rules: ClassVar[str] = "R9"
    answers: ClassVar[tuple[Answer, ...]] = (Answer.OK, Answer.ERROR_INDEX, Answer.ERROR_NO_ROUTE)
    route: int


class SignalEvent(OperationBase, frozen=True):
    """Signal a route's event: send its message, or hold it pending (R8, R9, R10)."""

    name: ClassVar[str] = "signal_event"
    code: ClassVar[OperationCode] = OperationCode.SIGNAL_EVENT
    source: ClassVar[Source] = Source.EVENT
    rules: ClassVar[str] = "R8, R9, R10"
    answers: ClassVar[tuple[Answer, ...]] = (
        Answer.SENT,
        Answer.HELD_PENDING,
        Answer.ERROR_INDEX,
        Answer.ERROR_NO_ROUTE,
    )
    route: int


class ConsumePending(OperationBase, frozen=True):
    """Ask whether an event is pending on a route, and clear it (R9)."""

    name: ClassVar[str] = "consume_pending"
    code: ClassVar[OperationCode] = OperationCode.CONSUME_PENDING
    source: ClassVar[Source] = Source.COMMAND
    rules: ClassVar[str] = "R9"
    answers: ClassVar[tuple[Answer, ...]] = (
        Answer.WAS_PENDING,
        Answer.WAS_NOT_PENDING,
        Answer.ERROR_INDEX,
        Answer.ERROR_NO_ROUTE,
    )
    returns: ClassVar[dict[Answer, bool]] = {
        Answer.WAS_PENDING: True,
        Answer.WAS_NOT_PENDING: False,
    }
    route: int


class DefaultBdf(OperationBase, frozen=True):
    """Ask which requester ID `signal_msi` would use now (R2)."""

    name: ClassVar[str] = "default_bdf"
    code: ClassVar[OperationCode] = OperationCode.DEFAULT_BDF
    source: ClassVar[Source] = Source.COMMAND
    rules: ClassVar[str] = "R2"
    answers: ClassVar[tuple[Answer, ...]] = (Answer.BDF, Answer.NO_BDF, Answer.ERROR_INDEX)
    returns_bdf: ClassVar[tuple[Answer, ...]] = (Answer.BDF,)
    target: int


class SupportsDirectMsi(OperationBase, frozen=True):
    """Ask whether the target's connection has an irqfd backend (R7)."""

    name: ClassVar[str] = "supports_direct_msi"
    code: ClassVar[OperationCode] = OperationCode.SUPPORTS_DIRECT_MSI
    source: ClassVar[Source] = Source.COMMAND
    rules: ClassVar[str] = "R7"
    answers: ClassVar[tuple[Answer, ...]] = (
        Answer.DIRECT_MSI,
        Answer.NO_DIRECT_MSI,
        Answer.ERROR_INDEX,
    )
    returns: ClassVar[dict[Answer, bool]] = {Answer.DIRECT_MSI: True, Answer.NO_DIRECT_MSI: False}
    target: int


class FreeRoute(OperationBase, frozen=True):
    """Give a route back: what is pending is gone, and the route is no longer there (R9)."""

    name: ClassVar[str] = "free_route"
    code: ClassVar[OperationCode] = OperationCode.FREE_ROUTE
    source: ClassVar[Source] = Source.COMMAND
    rules: ClassVar[str] = "R9"
    answers: ClassVar[tuple[Answer, ...]] = (Answer.OK, Answer.ERROR_INDEX, Answer.ERROR_NO_ROUTE)
    route: int


Operation = (
    SetBusRange
    | Connect
    | Disconnect
    | ConnectIrqfd
    | BindTarget
    | SignalMsi
    | SignalMsiWithRid
    | NewRoute
    | Enable
    | EnableWithRid
    | Disable
    | SignalEvent
    | ConsumePending
    | DefaultBdf
    | SupportsDirectMsi
    | FreeRoute
)
