# SPDX-License-Identifier: MIT
"""Generated from hdl/registers/msi_bridge_csr.rdl by `make regs`: do not edit.

Why the bridge refuses an access; the offset, width and fields of every register that it has beside
those of the translator.
"""

from __future__ import annotations

from enum import IntEnum

from cocotbext.msi_its.vocabulary.csr import Field, Register


class Refusal(IntEnum):
    """RDL enum refusal."""

    NONE = 0
    """LAST_REFUSED was not read since reset, or showed nothing."""
    BURST = 2
    """A write to the doorbell's page has more than one beat."""
    OFFSET = 3
    """A write to the doorbell's page is outside of the dword at offset 0x40."""
    STROBES = 4
    """The strobes of a write select neither exactly this dword nor exactly its lower half."""
    READ = 5
    """It is a read of the doorbell's page."""
    SOURCE = 6
    """With check_all: the requester ID's bus is outside its target's bus range."""


BRIDGE_IDENTITY = Register(0x80, 32, {"magic": Field(31, 0)})
BRIDGE_WIDTHS = Register(
    0x84, 32, {"addr_width": Field(7, 0), "id_width": Field(15, 8), "data_width": Field(31, 16)}
)
BRIDGE_BUILD = Register(
    0x88,
    32,
    {
        "outstanding": Field(15, 0),
        "user_shift": Field(23, 16),
        "its_port": Field(24, 24),
        "msi64_capable": Field(25, 25),
    },
)
BRIDGE_CONTROL = Register(
    0x8C,
    32,
    {
        "refused_okay": Field(0, 0),
        "dropped_slverr": Field(1, 1),
        "msi64": Field(2, 2),
        "check_all": Field(3, 3),
    },
)
DOORBELL_BASE_LOW = Register(0x90, 32, {"base": Field(31, 16)})
DOORBELL_BASE_HIGH = Register(0x94, 32, {"base": Field(31, 0)})
MSI64_BASE_LOW = Register(0x98, 32, {"base": Field(31, 16)})
MSI64_BASE_HIGH = Register(0x9C, 32, {"base": Field(31, 0)})
REFUSED_BURST = Register(0xA0, 32, {"count": Field(31, 0)})
REFUSED_OFFSET = Register(0xA4, 32, {"count": Field(31, 0)})
REFUSED_STROBES = Register(0xA8, 32, {"count": Field(31, 0)})
REFUSED_READS = Register(0xAC, 32, {"count": Field(31, 0)})
REFUSED_SOURCE_WRITES = Register(0xB0, 32, {"count": Field(31, 0)})
REFUSED_SOURCE_READS = Register(0xB4, 32, {"count": Field(31, 0)})
ITS_ERRORS = Register(0xB8, 32, {"count": Field(31, 0)})
BRIDGE_ALERT = Register(0xBC, 32, {"refused": Field(0, 0), "its_error": Field(1, 1)})
LAST_REFUSED = Register(0xC0, 32, {"rid": Field(15, 0), "target": Field(31, 16)})
LAST_REFUSED_REASON = Register(
    0xC4, 32, {"reason": Field(7, 0), "read": Field(8, 8), "id": Field(31, 16)}
)
LAST_REFUSED_ADDRESS_LOW = Register(0xC8, 32, {"address": Field(31, 0)})
LAST_REFUSED_ADDRESS_HIGH = Register(0xCC, 32, {"address": Field(31, 0)})
LAST_ITS_ERROR = Register(0xD0, 32, {"resp": Field(1, 0)})
