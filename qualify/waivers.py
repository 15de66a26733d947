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


_ORDER = (
    "after reset, entries are cleared in another order, but each is, in as many cycles, and "
    "nothing is accepted before that"
)

WAIVERS = (
    Waiver("hdl/library/msi_table.sv:50", "cnot0, bit 4 at $1043.B[3]", _ORDER),
    Waiver("hdl/library/msi_table.sv:50", "cnot1, bit 4 at $1113.B[1]", _ORDER),
    Waiver("hdl/core/msi_engine.sv:127", "cnot1, bit 5 at $934.Y[2]", _ORDER),
)
