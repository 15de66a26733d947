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
    "a bit above those that an array of seven needs, of an index that is a constant: no memory is "
    "made of it, and the simulation of the netlist does not look at that bit"
)
_STALL = (
    "an access is offered only after the one before it was answered (proven: "
    "H3_one_access_at_a_time of msi_axi_lite), so none stalls another one"
)
_REFUSED_ONCE = (
    "a command takes more cycles than a round of the counters, so that no more than one enable is "
    "refused in a round: its count since the last visit never has bit 1"
)
_ORDER = (
    "the indexes come in another order, each once: all counters are visited in a round, all "
    "entries are cleared in the same time"
)
_SOURCES = "only a last source of 3 tells them apart, and sources have the codes 0 to 2"

WAIVERS = (
    Waiver("hdl/registers/msi_counters.sv:60", "const1 at $901.ADDR[7]", _INDEX),
    Waiver("hdl/registers/msi_counters.sv:76", "const1 at $930.ADDR[9]", _INDEX),
    Waiver(
        "hdl/registers/generated/msi_csr.sv:73",
        "const0 at $149.Y[0] (u_registers.req_stall_wr[0])",
        _STALL,
    ),
    Waiver("hdl/registers/generated/msi_csr.sv:76", "const0 at $155.Y[0]", _STALL),
    Waiver("hdl/registers/generated/msi_csr.sv:76", "const0 at $155.A[0]", _STALL),
    Waiver("hdl/registers/generated/msi_csr.sv:76", "const1 at $156.Y[0]", _STALL),
    Waiver(
        "hdl/registers/generated/msi_csr.sv:172",
        "const0 at $auto$ff.cc:337:slice$1287.Q[0] (u_registers.req_stall_rd[0])",
        _STALL,
    ),
    Waiver("hdl/registers/msi_counters.sv:76", "cnot1, bit 1 at $930.DATA[2]", _REFUSED_ONCE),
    Waiver("hdl/registers/msi_counters.sv:76", "cnot1, bit 2 at $procmux$393.B[0]", _REFUSED_ONCE),
    Waiver("hdl/registers/msi_counters.sv:59", "const0 at $868.Y[2]", _REFUSED_ONCE),
    Waiver(
        "hdl/registers/msi_counters.sv:45",
        "cnot0, bit 0 at $auto$ff.cc:337:slice$1540.Q[2] (u_registers.u_counters.visit_q[2])",
        _ORDER,
    ),
    Waiver("hdl/library/msi_clear.sv:25", "cnot1, bit 5 at $1061.A[2]", _ORDER),
    Waiver(
        "hdl/library/msi_clear.sv:23",
        "cnot0, bit 2 at $auto$ff.cc:337:slice$1383.Q[1] (u_registers.u_arguments.clear_index[1])",
        _ORDER,
    ),
    Waiver("hdl/library/msi_arbiter.sv:55", "const0 at $1040.A[0]", _SOURCES),
)
