# SPDX-License-Identifier: MIT
"""What the tests of this folder run on: `msi_translator_pcie`, with some parameters."""

from __future__ import annotations

from cocotbext.msi_its.run.places import BUILD
from tests.sim.harness import Harness

DESIGN = Harness(
    "msi_translator_pcie",
    "tests/topology/msi_translator_pcie.f",
    BUILD / "topology",
    "TOPOLOGY_PARAMETERS",
)

MODULES = ("tests.topology.scenario_tests",)
RANDOM = "tests.topology.random_tests"

SETS = {
    "128": {"PORTS": 8, "DATA_WIDTH": 128, "ID": 0x81},
    "64": {"PORTS": 8, "DATA_WIDTH": 64, "MESSAGES": 4, "WRITES": 4, "OUTSTANDING": 4},
    "256": {"PORTS": 8, "DATA_WIDTH": 256, "MESSAGES": 7, "ITS_DATA_WIDTH": 128},
}
"""The parameters that tests run with, by the width of a port's data."""
