# SPDX-License-Identifier: MIT
"""The vocabulary of operations: one class per operation of the specification's section 3.

The model's methods, the hardware's operations and the trace files share these names and arguments.
Creating an operation checks nothing, because that happens for every message of a long replay;
`validate` does, and so does reading a trace. For the same reason they are structs of msgspec: what
a frozen dataclass is, made in a tenth of the time.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple, get_args

from msgspec import Struct

from cocotbext.msi_its.vocabulary.csr import OperationCode
from msi_its_model.widths import check_width

INDEX_BITS = 16
"""Width in bits of a table index, on every interface."""

WIDTHS: dict[str, int] = {
    **dict.fromkeys(("range", "connection", "target", "route"), INDEX_BITS),
    "secondary": 8,
    "subordinate": 8,
    "devfn": 8,
    "segment": 16,
    "rid": 16,
    "address": 64,
    "data": 32,
}
"""Width in bits of every argument, by its name."""

HEXADECIMAL = frozenset({"rid", "devfn", "segment", "address", "data"})
"""The arguments that people read in hexadecimal."""


class Message(Struct, frozen=True, gc=False):
    """What reaches the ITS: DeviceID (32 bits), address (64 bits), data (32 bits)."""

    devid: int
    address: int
    data: int

    def __str__(self) -> str:
        return f"[devid={self.devid:#010x}, address={self.address:#x}, data={self.data:#x}]"


class Tables(NamedTuple):
    """The number of entries in each of the translator's tables (H9)."""

    ranges: int
    connections: int
    targets: int
    routes: int


LIMITS: dict[str, tuple[int, int]] = {
    "ranges": (1, 256),
    "connections": (1, 256),
    "targets": (1, 1024),
    "routes": (1, 2048),
}
"""The legal sizes of each table: smallest and largest number of entries (H9)."""

TABLE_OF: dict[str, str] = {
    "range": "ranges",
    "connection": "connections",
    "target": "targets",
    "route": "routes",
}
"""Which table an argument is an index into. Arguments that are not here are values."""


class _Operation(Struct, frozen=True, gc=False):
    """What all operations have in common: the specification's name and the hardware's code."""

    name: ClassVar[str]
    code: ClassVar[OperationCode]

    def __str__(self) -> str:
        """The operation as a call: `signal_msi(target=3, address=0x8090040, data=0x1)`."""
        arguments = []
        for field in self.__struct_fields__:
            value = getattr(self, field)
            shown = f"{value:#x}" if field in HEXADECIMAL else f"{value}"
            arguments.append(f"{field}={shown}")
        return f"{self.name}({', '.join(arguments)})"


class SetBusRange(_Operation, frozen=True):
    """Give a bus range its secondary and subordinate bus, both at once (R1)."""

    name: ClassVar[str] = "set_bus_range"
    code: ClassVar[OperationCode] = OperationCode.SET_BUS_RANGE
    range: int
    secondary: int
    subordinate: int


class Connect(_Operation, frozen=True):
    """Connect the message backend, with its PCI segment (R6)."""

    name: ClassVar[str] = "connect"
    code: ClassVar[OperationCode] = OperationCode.CONNECT
    connection: int
    segment: int


class Disconnect(_Operation, frozen=True):
    """Take the message backend away; the irqfd backend stays (R4)."""

    name: ClassVar[str] = "disconnect"
    code: ClassVar[OperationCode] = OperationCode.DISCONNECT
    connection: int


class ConnectIrqfd(_Operation, frozen=True):
    """Connect the irqfd backend, with its PCI segment; routes that exist keep theirs (R6)."""

    name: ClassVar[str] = "connect_irqfd"
    code: ClassVar[OperationCode] = OperationCode.CONNECT_IRQFD
    connection: int
    segment: int


class BindTarget(_Operation, frozen=True):
    """Make a target from a connection, a bus range and a devfn (R5)."""

    name: ClassVar[str] = "bind_target"
    code: ClassVar[OperationCode] = OperationCode.BIND_TARGET
    target: int
    connection: int
    range: int
    devfn: int


class SignalMsi(_Operation, frozen=True):
    """Send a message with the target's own requester ID (R2)."""

    name: ClassVar[str] = "signal_msi"
    code: ClassVar[OperationCode] = OperationCode.SIGNAL_MSI
    target: int
    address: int
    data: int


class SignalMsiWithRid(_Operation, frozen=True):
    """Send a message with an explicit requester ID, if its bus is in the target's range (R3)."""

    name: ClassVar[str] = "signal_msi_with_rid"
    code: ClassVar[OperationCode] = OperationCode.SIGNAL_MSI_WITH_RID
    target: int
    rid: int
    address: int
    data: int


class NewRoute(_Operation, frozen=True):
    """Make a route, or replace it, from a target's irqfd backend (R7)."""

    name: ClassVar[str] = "new_route"
    code: ClassVar[OperationCode] = OperationCode.NEW_ROUTE
    route: int
    target: int


class Enable(_Operation, frozen=True):
    """Enable a route with its target's own requester ID (R8)."""

    name: ClassVar[str] = "enable"
    code: ClassVar[OperationCode] = OperationCode.ENABLE
    route: int
    address: int
    data: int


class EnableWithRid(_Operation, frozen=True):
    """Enable a route with an explicit requester ID, if its bus is in range (R8)."""

    name: ClassVar[str] = "enable_with_rid"
    code: ClassVar[OperationCode] = OperationCode.ENABLE_WITH_RID
    route: int
    rid: int
    address: int
    data: int


class Disable(_Operation, frozen=True):
    """Disable a route; what arrives from now on is held pending (R9)."""

    name: ClassVar[str] = "disable"
    code: ClassVar[OperationCode] = OperationCode.DISABLE
    route: int


class SignalEvent(_Operation, frozen=True):
    """Signal a route's event: send its message, or hold it pending (R9)."""

    name: ClassVar[str] = "signal_event"
    code: ClassVar[OperationCode] = OperationCode.SIGNAL_EVENT
    route: int


class ConsumePending(_Operation, frozen=True):
    """Ask whether an event is pending on a route, and clear it (R9)."""

    name: ClassVar[str] = "consume_pending"
    code: ClassVar[OperationCode] = OperationCode.CONSUME_PENDING
    route: int


class DefaultBdf(_Operation, frozen=True):
    """Ask which requester ID `signal_msi` would use now (R2)."""

    name: ClassVar[str] = "default_bdf"
    code: ClassVar[OperationCode] = OperationCode.DEFAULT_BDF
    target: int


class SupportsDirectMsi(_Operation, frozen=True):
    """Ask whether the target's connection has an irqfd backend."""

    name: ClassVar[str] = "supports_direct_msi"
    code: ClassVar[OperationCode] = OperationCode.SUPPORTS_DIRECT_MSI
    target: int


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
)

_CLASSES: tuple[type[Operation], ...] = get_args(Operation)

OPERATIONS: dict[str, type[Operation]] = {cls.name: cls for cls in _CLASSES}
"""The class of each operation, by the specification's name."""

BY_CODE: dict[int, type[Operation]] = {cls.code: cls for cls in _CLASSES}
"""The class of each operation, by the hardware's code."""


def arguments_of(operation: type[Operation]) -> tuple[str, ...]:
    """The names of an operation's arguments, in the specification's order."""
    return operation.__struct_fields__


def validate(operation: Operation) -> None:
    """Check that every argument is an integer that fits its width.

    Whether an index is inside the tables in use is not checked: an operation with an index outside
    is a legal request, which is answered with an error.

    Raises TypeError for an argument that is not an integer (a bool is not), ValueError for one that
    does not fit its width; both name the argument and the width.
    """
    for field in arguments_of(type(operation)):
        check_width(field, getattr(operation, field), WIDTHS[field])
