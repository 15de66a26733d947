# SPDX-License-Identifier: MIT
"""Generated from hdl/registers/msi_csr.rdl by `make regs`: do not edit.

Codes of operations, answers and sources; the offset, width and fields of every register; where
each argument goes.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Field(NamedTuple):
    """Bits high:low of a register."""

    high: int
    low: int


class Register(NamedTuple):
    """A register: byte offset, width in bits, and its fields by name."""

    offset: int
    width: int
    fields: dict[str, Field]


class Argument(NamedTuple):
    """An argument of operations: its width in bits, and where a command has it.

    `table` is the table that it is an index into, `hexadecimal` how people read it. Each of `parts`
    is a register, a field, and the argument's bit that is the field's lowest.
    """

    width: int
    table: str | None
    hexadecimal: bool
    parts: tuple[tuple[Register, str, int], ...]


class OperationCode(IntEnum):
    """RDL enum operation_code."""

    NONE = 0
    """Not an operation: a command that names it is refused."""
    SET_BUS_RANGE = 1
    """Give a bus range its secondary and subordinate bus, both at once."""
    CONNECT = 2
    """Connect the message backend, with its DeviceID base."""
    DISCONNECT = 3
    """Take the message backend away; the irqfd backend stays."""
    CONNECT_IRQFD = 4
    """Connect the irqfd backend, with its DeviceID base; routes that exist keep theirs."""
    BIND_TARGET = 5
    """Make a target from a connection, a bus range and a requester ID offset."""
    SIGNAL_MSI = 6
    """Send a message with the target's own requester ID."""
    SIGNAL_MSI_WITH_RID = 7
    """Send a message with an explicit requester ID, if its bus is in the target's range."""
    NEW_ROUTE = 8
    """Make a route, or replace it, from a target's irqfd backend."""
    ENABLE = 9
    """Enable a route with its target's own requester ID."""
    ENABLE_WITH_RID = 10
    """Enable a route with an explicit requester ID, if its bus is in range."""
    DISABLE = 11
    """Disable a route; what arrives from now on is held pending."""
    SIGNAL_EVENT = 12
    """Signal a route's event: send its message, or hold it pending."""
    CONSUME_PENDING = 13
    """Ask whether an event is pending on a route, and clear it."""
    DEFAULT_BDF = 14
    """Ask which requester ID `signal_msi` would use now."""
    SUPPORTS_DIRECT_MSI = 15
    """Ask whether the target's connection has an irqfd backend."""
    FREE_ROUTE = 16
    """Give a route back: what is pending is gone, and the route is no longer there."""


class Answer(IntEnum):
    """RDL enum answer."""

    NONE = 0
    """No operation has been answered since reset."""
    OK = 1
    """Done; no message was sent."""
    DELIVERED = 2
    """Done, and the pending event was delivered."""
    SENT = 3
    """The message was sent."""
    HELD_PENDING = 4
    """The route is disabled; the event is remembered."""
    DROPPED_BUS_RANGE = 5
    """Dropped: the requester ID's bus is outside the target's bus range."""
    DROPPED_DISCONNECTED = 6
    """Dropped: the connection has no message backend."""
    REFUSED_BUS_RANGE = 7
    """The requester ID's bus is outside the route's bus range; the route is disabled."""
    NO_IRQFD = 8
    """No route was made: the connection has no irqfd backend."""
    WAS_PENDING = 9
    """An event was pending; it is cleared."""
    WAS_NOT_PENDING = 10
    """No event was pending."""
    BDF = 11
    """RESULT.bdf holds the target's default BDF."""
    DIRECT_MSI = 12
    """The target's connection has an irqfd backend."""
    NO_DIRECT_MSI = 13
    """The target's connection has no irqfd backend."""
    ERROR_INDEX = 14
    """An index lies outside the tables; nothing changed."""
    ERROR_NO_ROUTE = 15
    """The route was never made, or is freed; nothing changed."""
    NO_BDF = 16
    """The target's default requester ID is outside its bus range: a message with it would be
    dropped."""
    DROPPED_DEVID = 17
    """Dropped: the DeviceID has more than DEVID_BITS bits."""
    REFUSED_DEVID = 18
    """The DeviceID has more than DEVID_BITS bits; the route is disabled."""


class Source(IntEnum):
    """Where an operation entered the translator; the codes of `retire_source`."""

    COMMAND = 0
    """A command, through the registers."""
    MESSAGE = 1
    """A direct message."""
    EVENT = 2
    """A route event."""
    RANGE = 3
    """A bus range, from hardware."""

    @property
    def port(self) -> str:
        """The prefix of the port that its operations enter by."""
        return _PORTS[self]


_PORTS = {
    Source.COMMAND: "s_axil",
    Source.MESSAGE: "s_msi",
    Source.EVENT: "s_evt",
    Source.RANGE: "s_range",
}

IDENTITY = Register(0x00, 32, {"magic": Field(31, 0)})
VERSION = Register(0x04, 32, {"minor": Field(15, 0), "major": Field(31, 16)})
TABLES_0 = Register(0x08, 32, {"ranges": Field(15, 0), "connections": Field(31, 16)})
TABLES_1 = Register(0x0C, 32, {"targets": Field(15, 0), "routes": Field(31, 16)})
STATUS = Register(0x10, 32, {"busy": Field(0, 0), "clearing": Field(1, 1), "refused": Field(2, 2)})
COMMAND = Register(0x14, 32, {"operation": Field(7, 0)})
RESULT = Register(0x18, 32, {"answer": Field(7, 0), "bdf": Field(31, 16)})
ARG_RANGE = Register(0x20, 32, {"range": Field(15, 0), "connection": Field(31, 16)})
ARG_TARGET = Register(0x24, 32, {"target": Field(15, 0), "route": Field(31, 16)})
ARG_BUS = Register(
    0x28, 32, {"secondary": Field(7, 0), "subordinate": Field(15, 8), "rid_offset": Field(31, 16)}
)
ARG_RID = Register(0x2C, 32, {"rid": Field(15, 0), "segment": Field(31, 16)})
ARG_ADDRESS_LOW = Register(0x30, 32, {"address": Field(31, 0)})
ARG_ADDRESS_HIGH = Register(0x34, 32, {"address": Field(31, 0)})
ARG_DATA = Register(0x38, 32, {"data": Field(31, 0)})
ARG_DEVID_BASE = Register(0x3C, 32, {"devid_base_low": Field(15, 0)})
MESSAGES = Register(0x40, 32, {"count": Field(31, 0)})
DROPPED_BUS_RANGE = Register(0x44, 32, {"count": Field(31, 0)})
DROPPED_DISCONNECTED = Register(0x48, 32, {"count": Field(31, 0)})
REFUSED_BUS_RANGE = Register(0x4C, 32, {"count": Field(31, 0)})
ERRORS = Register(0x50, 32, {"count": Field(31, 0)})
REFUSED_COMMANDS = Register(0x54, 32, {"count": Field(31, 0)})
ALERT = Register(0x58, 32, {"alert": Field(0, 0)})
LAST_DROP = Register(
    0x5C, 32, {"rid": Field(15, 0), "secondary": Field(23, 16), "subordinate": Field(31, 24)}
)
LAST_DROP_REASON = Register(0x60, 32, {"reason": Field(7, 0), "rid_high": Field(8, 8)})
CONFIGURATION = Register(0x64, 32, {"check_default_rid": Field(0, 0), "devid_bits": Field(13, 8)})
DEVID_BEYOND = Register(0x78, 32, {"count": Field(31, 0)})

ARGUMENTS: dict[str, Argument] = {
    "range": Argument(16, "ranges", False, ((ARG_RANGE, "range", 0),)),
    "connection": Argument(16, "connections", False, ((ARG_RANGE, "connection", 0),)),
    "target": Argument(16, "targets", False, ((ARG_TARGET, "target", 0),)),
    "route": Argument(16, "routes", False, ((ARG_TARGET, "route", 0),)),
    "secondary": Argument(8, None, False, ((ARG_BUS, "secondary", 0),)),
    "subordinate": Argument(8, None, False, ((ARG_BUS, "subordinate", 0),)),
    "rid_offset": Argument(16, None, True, ((ARG_BUS, "rid_offset", 0),)),
    "rid": Argument(16, None, True, ((ARG_RID, "rid", 0),)),
    "devid_base": Argument(
        32, None, True, ((ARG_DEVID_BASE, "devid_base_low", 0), (ARG_RID, "segment", 16))
    ),
    "address": Argument(
        64, None, True, ((ARG_ADDRESS_LOW, "address", 0), (ARG_ADDRESS_HIGH, "address", 32))
    ),
    "data": Argument(32, None, True, ((ARG_DATA, "data", 0),)),
}
"""Every argument that operations take, by its name."""
