# SPDX-License-Identifier: MIT
"""What a simulation is told by whoever starts it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cocotbext.msi_its.vocabulary.operations import CONFIGURATION, Configuration, Tables
from msi_its_model import DEFAULT_PROFILE, Profile

HANG_CYCLES = 4000
"""After how many cycles without progress the design hangs; clearing takes at most 2,048."""

QUIET_CYCLES = 8
"""How many cycles after the last operation nothing can still be in the pipeline."""

VARIABLE = "MSI_ITS_SETTINGS"
"""The environment variable that names the file with a simulation's settings."""


@dataclass(frozen=True, slots=True)
class TraceFile:
    """A validated trace to replay: its path, a name of its own, and its number of operations.

    `expects` is how many lines say what to expect; `stall` is the share of the time, 0 to 1, for
    which every interface stalls meanwhile; `first` is the number of the first operation's line;
    `profile` is the name of the one whose rules it follows.
    Of a mixed trace `path` has the translator's operations alone, and `its` is the trace itself; of
    a trace of an ITS, which has none of those, both are the trace.
    """

    path: str
    name: str
    operations: int
    stall: float = 0.0
    expects: int = 0
    first: int = 1
    profile: str = DEFAULT_PROFILE.name
    its: str = ""

    @property
    def source(self) -> str:
        """The file as the user knows it."""
        return self.its or self.path

    @property
    def its_alone(self) -> bool:
        """Whether the translator plays no part in it."""
        return self.its == self.path

    @property
    def test(self) -> str:
        """The name of the test that replays it."""
        return f"trace_tests.replay_{self.name}"


@dataclass(frozen=True, slots=True)
class Settings:
    """The parameters of the translator, the seed of every random choice, and where results go.

    `counter_width` is in bits; `top` names the design's top module; with `coverage`, functional
    coverage is sampled; `plusargs` (`+name=value`) are for the design; `ports` is the kind of
    ports (see `bench.ports`), by default the fastest; `doorbell` is where direct messages are
    written if they come over a bus. They travel to the
    simulation as a JSON file that VARIABLE names.
    """

    tables: Tables
    counter_width: int
    seed: int
    results: str
    traces: tuple[TraceFile, ...] = ()
    top: str = "msi_translator"
    coverage: bool = False
    plusargs: tuple[str, ...] = ()
    ports: str = ""
    configuration: Configuration = CONFIGURATION
    doorbell: int | None = None

    def save(self, path: Path) -> None:
        """Write the file that `load` reads."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls) -> Settings:
        """Read the file that VARIABLE names."""
        values = json.loads(Path(os.environ[VARIABLE]).read_text())
        values["tables"] = Tables(*values["tables"])
        values["traces"] = tuple(TraceFile(**trace) for trace in values["traces"])
        values["plusargs"] = tuple(values["plusargs"])
        configuration = values["configuration"]
        profile = Profile(**configuration.pop("profile"))
        values["configuration"] = Configuration(profile, **configuration)
        return cls(**values)
