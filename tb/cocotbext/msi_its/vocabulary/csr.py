# SPDX-License-Identifier: MIT
"""Generated from hdl/registers/msi_csr.rdl by `make regs`: do not edit.

Codes of operations and answers, and the offset, width and fields of every register.
"""

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


class OperationCode(IntEnum):
    """RDL enum operation_code."""

    NONE = 0
    """Not an operation: a command that names it is refused."""
    SET_BUS_RANGE = 1
    """range, secondary, subordinate → OK"""
    CONNECT = 2
    """connection, segment → OK"""
    DISCONNECT = 3
    """connection → OK"""
    CONNECT_IRQFD = 4
    """connection, segment → OK"""
    BIND_TARGET = 5
    """target, connection, range, devfn → OK"""
    SIGNAL_MSI = 6
    """target, address, data → SENT, DROPPED_DISCONNECTED"""
    SIGNAL_MSI_WITH_RID = 7
    """target, rid, address, data → SENT, DROPPED_BUS_RANGE, DROPPED_DISCONNECTED"""
    NEW_ROUTE = 8
    """route, target → OK, NO_IRQFD"""
    ENABLE = 9
    """route, address, data → OK, DELIVERED"""
    ENABLE_WITH_RID = 10
    """route, rid, address, data → OK, DELIVERED, REFUSED_BUS_RANGE"""
    DISABLE = 11
    """route → OK"""
    SIGNAL_EVENT = 12
    """route → SENT, HELD_PENDING"""
    CONSUME_PENDING = 13
    """route → WAS_PENDING, WAS_NOT_PENDING"""
    DEFAULT_BDF = 14
    """target → BDF"""
    SUPPORTS_DIRECT_MSI = 15
    """target → DIRECT_MSI, NO_DIRECT_MSI"""


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
    """The route was never made; nothing changed."""


IDENTITY = Register(0x00, 32, {"magic": Field(31, 0)})
VERSION = Register(0x04, 32, {"minor": Field(15, 0), "major": Field(31, 16)})
TABLES_0 = Register(0x08, 32, {"ranges": Field(15, 0), "connections": Field(31, 16)})
TABLES_1 = Register(0x0c, 32, {"targets": Field(15, 0), "routes": Field(31, 16)})
STATUS = Register(0x10, 32, {"busy": Field(0, 0), "clearing": Field(1, 1), "refused": Field(2, 2)})
COMMAND = Register(0x14, 32, {"operation": Field(7, 0)})
RESULT = Register(0x18, 32, {"answer": Field(7, 0), "bdf": Field(31, 16)})
ARG_RANGE = Register(0x20, 32, {"range": Field(15, 0), "connection": Field(31, 16)})
ARG_TARGET = Register(0x24, 32, {"target": Field(15, 0), "route": Field(31, 16)})
ARG_BUS = Register(0x28, 32, {"secondary": Field(7, 0), "subordinate": Field(15, 8), "devfn": Field(23, 16)})
ARG_RID = Register(0x2c, 32, {"rid": Field(15, 0), "segment": Field(31, 16)})
ARG_ADDRESS_LOW = Register(0x30, 32, {"address": Field(31, 0)})
ARG_ADDRESS_HIGH = Register(0x34, 32, {"address": Field(31, 0)})
ARG_DATA = Register(0x38, 32, {"data": Field(31, 0)})
MESSAGES = Register(0x40, 32, {"count": Field(31, 0)})
DROPPED_BUS_RANGE = Register(0x44, 32, {"count": Field(31, 0)})
DROPPED_DISCONNECTED = Register(0x48, 32, {"count": Field(31, 0)})
REFUSED_BUS_RANGE = Register(0x4c, 32, {"count": Field(31, 0)})
ERRORS = Register(0x50, 32, {"count": Field(31, 0)})
REFUSED_COMMANDS = Register(0x54, 32, {"count": Field(31, 0)})
ALERT = Register(0x58, 32, {"alert": Field(0, 0)})
LAST_DROP = Register(0x5c, 32, {"rid": Field(15, 0), "secondary": Field(23, 16), "subordinate": Field(31, 24)})
LAST_DROP_REASON = Register(0x60, 32, {"reason": Field(7, 0)})
