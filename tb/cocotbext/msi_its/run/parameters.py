# SPDX-License-Identifier: MIT
"""What is run: a design with parameters, a seed and traces."""

from __future__ import annotations

from dataclasses import dataclass

from cocotbext.msi_its.run.design import OWN, Rtl
from cocotbext.msi_its.vocabulary.operations import CONFIGURATION, Configuration, Tables
from cocotbext.msi_its.vocabulary.settings import Settings, TraceFile


@dataclass(frozen=True, slots=True)
class Run:
    """The design under test, `rtl`, and what its simulation is told (see `Settings`)."""

    tables: Tables
    counter_width: int
    seed: int
    results: str
    traces: tuple[TraceFile, ...] = ()
    rtl: Rtl = OWN
    coverage: bool = False
    plusargs: tuple[str, ...] = ()
    ports: str = ""
    configuration: Configuration = CONFIGURATION
    doorbell: int | None = None  # see Settings

    @property
    def settings(self) -> Settings:
        """What the simulation is told."""
        return Settings(
            self.tables,
            self.counter_width,
            self.seed,
            self.results,
            self.traces,
            self.rtl.top,
            self.coverage,
            self.plusargs,
            self.ports,
            self.configuration,
            self.doorbell,
        )

    @property
    def parameters(self) -> dict[str, int]:
        """The translator's parameters, by their names in the RTL; with a doorbell its page, too."""
        sizes = {name.upper(): size for name, size in self.tables._asdict().items()}
        made = {**sizes, "COUNTER_WIDTH": self.counter_width, **self.configuration.parameters}
        return made if self.doorbell is None else {**made, "DOORBELL_PAGE": self.doorbell >> 16}

    @property
    def operations(self) -> int:
        """How many operations its traces have."""
        return sum(trace.operations for trace in self.traces)

    def describe(self) -> str:
        """Say the parameters in words."""
        tables = ", ".join(f"{size:,} {name}" for name, size in self.tables._asdict().items())
        profile = self.configuration.profile.name
        return f"{tables}, {self.counter_width}-bit counters, profile {profile}"
