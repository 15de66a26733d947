# SPDX-License-Identifier: MIT
"""The blocks for PCIe: what is linted, measured and proven of them.

Widths are in docs/integration.md and in the contracts of the modules.
"""

from __future__ import annotations

from collections.abc import Mapping

from cocotbext.msi_its.run.design import Rtl

BLOCKS = Rtl("hdl/axi/axi.f hdl/pcie/pcie.f", "msi_tlp_filter")
"""The blocks alone, without the translator: of their tops, one."""

TOPS = ("msi_tlp_filter", "msi_tlp_axis", "msi_bus_snoop", "msi_round_robin")
"""All of their tops."""

JOINED = Rtl("hdl/pcie.f", "msi_translator_pcie")
"""The translator for several ports."""

HARNESSES = (
    Rtl("tests/pcie/msi_tlp_harness.f", "msi_tlp_harness"),
    Rtl("tests/pcie/msi_bus_harness.f", "msi_bus_harness"),
)
"""What tests run on."""

PARAMETERS: Mapping[str, Mapping[str, int]] = {
    "2 ports": {},
    "1 port, 64 bits, smallest": {
        **{"PORTS": 1, "DATA_WIDTH": 64, "MESSAGES": 4, "WRITES": 4, "PCIE_COUNTER_WIDTH": 4},
        **{"RANGES": 1, "CONNECTIONS": 1, "TARGETS": 1, "ROUTES": 1},
    },
    "5 ports, 256 bits, odd": {
        **{"PORTS": 5, "DATA_WIDTH": 256, "MESSAGES": 37, "WRITES": 29, "RANGES": 7},
    },
    "8 ports, 512 bits, largest": {
        **{"PORTS": 8, "DATA_WIDTH": 512, "MESSAGES": 256, "WRITES": 256, "COMMITTED": 0},
    },
}
"""What is linted, by a name in words: parameters of the translator, the others are its own."""

FILTER_WIDTHS = (64, 128, 256, 512)
"""Bits of data that filter and shim may have."""
