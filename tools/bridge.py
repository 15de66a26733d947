# SPDX-License-Identifier: MIT
"""The bridge, and its registers alone: what is linted, proven and simulated."""

from __future__ import annotations

from collections.abc import Mapping

from cocotbext.msi_its.run.design import Rtl
from tools import ends

BRIDGE = Rtl("hdl/bridge.f", "msi_axi_bridge")
"""All of the bridge, with the translator in it."""

ASSERTIONS = "hdl/sva/bridge.f"
"""Assertions at the bridge's ports, after those at the translator's and the ends'."""

CHECKED = Rtl(f"{BRIDGE.file_list} {ends.PORTS} {ends.ASSERTIONS} {ASSERTIONS}", BRIDGE.top)
"""The bridge with the assertions attached."""

HARNESS = "tests/axi/msi_bridge_registers_harness.f"
"""The bridge's registers behind the split of their bus, without the translator's."""

REGISTERS = Rtl(HARNESS, "msi_bridge_registers_harness")
"""The same as a design."""

PARAMETERS: Mapping[str, Mapping[str, int]] = {
    "64 bits": {"DOORBELL_RESET": 0xC5D8_7BE8_8809_0000, "MSI64_RESET": 0x9A31_E450_A0BC_0000},
    "32 bits, smallest": {
        **{"ADDR_WIDTH": 32, "DATA_WIDTH": 32, "ID_WIDTH": 1, "OUTSTANDING": 4},
        **{"COUNTER_WIDTH": 4, "DOORBELL_RESET": 0x5BC3_0000, "MSI64_RESET": 0xA43C_0000},
    },
    "512 bits, odd": {
        **{"ADDR_WIDTH": 49, "DATA_WIDTH": 512, "ID_WIDTH": 16, "OUTSTANDING": 256},
        **{"USER_SHIFT": 3, "ITS_PORT": 1, "COUNTER_WIDTH": 7},
    },
}
"""What is linted and simulated, by a name in words: parameters, others are the design's own."""


def as_text(parameters: Mapping[str, int]) -> dict[str, str]:
    """Return parameters as Verilator takes them: those that are addresses with their width."""
    return {
        name: f"64'h{value:x}" if name.endswith("_RESET") else str(value)
        for name, value in parameters.items()
    }
