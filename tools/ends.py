# SPDX-License-Identifier: MIT
"""The front ends and back ends of hdl/ends.f, beside the translator: what is linted and proven.

Bits that a bus may have, and how many writes, are in docs/integration.md and in the contracts of
the modules.
"""

from __future__ import annotations

from collections.abc import Mapping

from cocotbext.msi_its.run.design import Rtl

ENDS = "hdl/ends.f"
"""The ends alone."""

HARNESS = "tests/axi/msi_axi_harness.f"
"""The translator between both ends."""

TOP = "msi_axi_harness"
"""The harness's module."""

PORTS = "hdl/sva/ports.f"
"""Assertions at the translator's ports, which those of AXI4 need ..."""

ASSERTIONS = "hdl/sva/axi.f"
"""... and those at the ends' ports."""

ALONE = Rtl(ENDS, "msi_axi_write")
"""Both ends alone, without the translator: of its tops, one."""

JOINED = Rtl(HARNESS, TOP)
"""The translator between both ends."""

CHECKED = Rtl(f"{HARNESS} {PORTS} {ASSERTIONS}", TOP)
"""The same with the assertions attached."""

PARAMETERS: Mapping[str, Mapping[str, int]] = {
    "64 bits": {},
    "32 bits, smallest": {
        "ADDR_WIDTH": 32,
        "DATA_WIDTH": 32,
        "ID_WIDTH": 1,
        "OUTSTANDING": 4,
        "ITS_ID": 1,
    },
    "128 bits, odd": {"ADDR_WIDTH": 49, "DATA_WIDTH": 128, "ID_WIDTH": 5, "OUTSTANDING": 37},
    "256 bits": {"DATA_WIDTH": 256, "OUTSTANDING": 100},
    "512 bits, largest": {
        "DATA_WIDTH": 512,
        "ID_WIDTH": 16,
        "OUTSTANDING": 256,
        "ITS_ID": 65535,
        "USER_SHIFT": 3,
        "DEVID_BITS": 29,
    },
}
"""What is linted, by a name in words: parameters of the harness, the others are its own."""
