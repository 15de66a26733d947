# SPDX-License-Identifier: MIT
"""What a simulation is told by whoever starts it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from tb.operations import Tables
from tb.rtl import OWN, Rtl


@dataclass(frozen=True, slots=True)
class TraceFile:
    """A validated trace to replay: its path, a name of its own, and its number of operations.

    `expects` is how many lines say what to expect; `stall` is the share of the time, 0 to 1, for
    which every interface stalls meanwhile.
    """

    path: str
    name: str
    operations: int
    stall: float = 0.0
    expects: int = 0

    @property
    def test(self) -> str:
        """The name of the test that replays it."""
        return f"trace_tests.replay_{self.name}"


@dataclass(frozen=True, slots=True)
class Run:
    """The parameters of the translator, the seed of every random choice, and where results go.

    `counter_width` is in bits; `rtl` is the design under test; with `coverage`, functional coverage
    is sampled; `plusargs` (`+name=value`) are for the design. A run travels to the simulation as a
    JSON file named in $TB_RUN.
    """

    tables: Tables
    counter_width: int
    seed: int
    results: str
    traces: tuple[TraceFile, ...] = ()
    rtl: Rtl = OWN
    coverage: bool = False
    plusargs: tuple[str, ...] = ()

    @property
    def parameters(self) -> dict[str, int]:
        """The translator's parameters, by their names in the RTL."""
        sizes = {name.upper(): size for name, size in self.tables._asdict().items()}
        return {**sizes, "COUNTER_WIDTH": self.counter_width}

    @property
    def operations(self) -> int:
        """How many operations its traces have."""
        return sum(trace.operations for trace in self.traces)

    def describe(self) -> str:
        """Say the parameters in words."""
        tables = ", ".join(f"{size:,} {name}" for name, size in self.tables._asdict().items())
        return f"{tables} and {self.counter_width}-bit counters"

    def save(self, path: Path) -> None:
        """Write the file that `load` reads."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls) -> Run:
        """Read the file that $TB_RUN names."""
        values = json.loads(Path(os.environ["TB_RUN"]).read_text())
        values["tables"] = Tables(*values["tables"])
        values["rtl"] = Rtl(**values["rtl"])
        values["traces"] = tuple(TraceFile(**trace) for trace in values["traces"])
        values["plusargs"] = tuple(values["plusargs"])
        return cls(**values)
