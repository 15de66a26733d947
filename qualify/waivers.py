# SPDX-License-Identifier: MIT
"""Mutants that no test kills and no proof reaches, and why nobody has to look for a test.

They are of the run that docs/mutation.md publishes. A waiver is a claim, not a proof: `make mutate`
counts it apart, and says where it is no longer needed.
"""

from __future__ import annotations

from dataclasses import dataclass

from qualify.mutations import Mutation

RUN = (1000, 1)
"""N and SEED of the run that has a mutant for each waiver."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One mutation, by the line of the RTL and its own text, and the reason."""

    place: str
    change: str
    reason: str

    def __str__(self) -> str:
        """Name the mutation."""
        return f"{self.place}  {self.change}"

    def matches(self, mutation: Mutation) -> bool:
        """Whether it is of this mutation, whatever its number."""
        return (self.place, self.change) == (mutation.place, str(mutation))


_INDEX = (
    "a bit above those that an array of six needs, of an index that is a constant: no memory is "
    "made of it, and the simulation of the netlist does not look at that bit"
)
_STALL = (
    "an access is offered only after the one before it was answered (proven: "
    "H3_one_access_at_a_time of msi_axi_lite), so none stalls another one"
)
_NEVER_MADE = (
    "a route that was never made is not enabled: it starts with 0, and only new_route ends that"
)

WAIVERS = (
    Waiver("hdl/registers/msi_counters.sv:59", "const1 at $805.ADDR[13]", _INDEX),
    Waiver("hdl/registers/msi_counters.sv:76", "inv at $851.ADDR[3]", _INDEX),
    Waiver("hdl/registers/msi_counters.sv:76", "const1 at $847.ADDR[28]", _INDEX),
    Waiver("hdl/registers/msi_counters.sv:59", "inv at $831.ADDR[16]", _INDEX),
    Waiver("hdl/registers/msi_counters.sv:59", "inv at $792.ADDR[21]", _INDEX),
    Waiver("hdl/registers/msi_counters.sv:76", "inv at $851.ADDR[13]", _INDEX),
    Waiver("hdl/registers/msi_counters.sv:59", "inv at $766.ADDR[22]", _INDEX),
    Waiver("hdl/registers/msi_counters.sv:60", "inv at $835.ADDR[20]", _INDEX),
    Waiver(
        "hdl/registers/generated/msi_csr.sv:73",
        "const0 at $149.Y[0] (u_registers.req_stall_wr[0])",
        _STALL,
    ),
    Waiver("hdl/registers/generated/msi_csr.sv:76", "const0 at $156.A[0]", _STALL),
    Waiver(
        "hdl/registers/generated/msi_csr.sv:73",
        "const0 at $149.A[0] (u_registers.u_csr.cpuif_req_stall_sr[0])",
        _STALL,
    ),
    Waiver("hdl/core/msi_rules.sv:76", "cnot1, bit 1 at $procmux$141.A[0]", _NEVER_MADE),
)
