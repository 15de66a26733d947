# SPDX-License-Identifier: MIT
"""The golden model: how OpenVMM turns a device's interrupt into a message for a GICv3 ITS.

Pure Python, the standard library only, safe from several threads. The names are OpenVMM's; the
rules R1 to R11 are those of the specification. OpenVMM's rules have changed: a connection made with
`profile=PROFILES["08ec11066"]` follows today's, otherwise those of `DEFAULT_PROFILE`.

>>> from msi_its_model import AssignedBusRange, ItsSignalMsi, MsiConnection
>>> class Its:
...     def signal_msi(self, devid, address, data):
...         print(f"DeviceID {devid:#010x}: {data} to {address:#x}")
>>> bus_range = AssignedBusRange()
>>> bus_range.set_bus_range(secondary=0x05, subordinate=0x0A)
>>> connection = MsiConnection(bus_range, devfn=0x18)
>>> connection.connect(ItsSignalMsi(Its(), segment=1))
>>> connection.target().signal_msi(0xFEE0_0000, 42)
DeviceID 0x00010518: 42 to 0xfee00000
>>> connection.target().signal_msi_with_rid(0x0B00, 0xFEE0_0000, 42)  # bus 0x0b: dropped
"""

from .axi import (
    AxiBeat,
    AxiBridge,
    AxiBurst,
    AxiDoorbell,
    AxiFlush,
    AxiItsPort,
    AxiItsWrite,
    AxiMeaning,
    AxiMessage,
    AxiOrder,
    AxiPasses,
    AxiRefusal,
    AxiResponse,
    AxiSignalMsi,
    AxiWrite,
)
from .backends import Event, IrqFd, IrqFdRoute, SignalMsi
from .bus_range import AssignedBusRange
from .claims import SHARED_BUSES, BusClaims, SharedBuses
from .irqfd import InMemoryEvent, InMemoryIrqFd, InMemoryIrqFdRoute
from .its import (
    DROPPED_DEVID,
    DROPPED_NO_BDF,
    REFUSED_DEVID,
    REFUSED_NO_BDF,
    DeviceIds,
    ItsIrqFd,
    ItsIrqFdRoute,
    ItsSignalMsi,
)
from .msi import (
    DROPPED_BUS_RANGE,
    DROPPED_DEFAULT_RID,
    DROPPED_DISCONNECTED,
    REFUSED_BUS_RANGE,
    REFUSED_DEFAULT_RID,
    DisconnectedMsiTarget,
    MsiConnection,
    MsiRoute,
    MsiTarget,
)
from .pcie import (
    BusNumberRegister,
    Tlp,
    TlpDoorbell,
    TlpFlush,
    TlpKind,
    TlpMeaning,
    TlpMessage,
    TlpPasses,
    TlpRemoval,
    TlpRemoved,
)
from .profile import DEFAULT_PROFILE, PROFILES, Profile
from .ratelimit import RaisedWarning, RateLimited, flush_warnings, observe_warnings
from .recorder import RecordedEvent, RecordedRoute, RecordedTarget, Recorder
from .widths import check_width

__version__ = "0.2.0"
"""The version of the project; the register VERSION has its first two numbers."""

__all__ = [
    "DEFAULT_PROFILE",
    "DROPPED_BUS_RANGE",
    "DROPPED_DEFAULT_RID",
    "DROPPED_DEVID",
    "DROPPED_DISCONNECTED",
    "DROPPED_NO_BDF",
    "PROFILES",
    "REFUSED_BUS_RANGE",
    "REFUSED_DEFAULT_RID",
    "REFUSED_DEVID",
    "REFUSED_NO_BDF",
    "SHARED_BUSES",
    "AssignedBusRange",
    "AxiBeat",
    "AxiBridge",
    "AxiBurst",
    "AxiDoorbell",
    "AxiFlush",
    "AxiItsPort",
    "AxiItsWrite",
    "AxiMeaning",
    "AxiMessage",
    "AxiOrder",
    "AxiPasses",
    "AxiRefusal",
    "AxiResponse",
    "AxiSignalMsi",
    "AxiWrite",
    "BusClaims",
    "BusNumberRegister",
    "DeviceIds",
    "DisconnectedMsiTarget",
    "Event",
    "InMemoryEvent",
    "InMemoryIrqFd",
    "InMemoryIrqFdRoute",
    "IrqFd",
    "IrqFdRoute",
    "ItsIrqFd",
    "ItsIrqFdRoute",
    "ItsSignalMsi",
    "MsiConnection",
    "MsiRoute",
    "MsiTarget",
    "Profile",
    "RaisedWarning",
    "RateLimited",
    "RecordedEvent",
    "RecordedRoute",
    "RecordedTarget",
    "Recorder",
    "SharedBuses",
    "SignalMsi",
    "Tlp",
    "TlpDoorbell",
    "TlpFlush",
    "TlpKind",
    "TlpMeaning",
    "TlpMessage",
    "TlpPasses",
    "TlpRemoval",
    "TlpRemoved",
    "check_width",
    "flush_warnings",
    "observe_warnings",
]
