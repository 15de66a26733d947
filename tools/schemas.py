# SPDX-License-Identifier: MIT
"""Writes the JSON Schema of each result file, `docs/schemas/*.json`, from its type.

`make regs` runs it. With --check, write nothing: fail and name the files that differ.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from msgspec.json import schema

from cocotbext.msi_its.report.files import (
    Attached,
    Bench,
    Compare,
    Exhaustive,
    Regress,
    ResultFile,
    Sim,
)
from cocotbext.msi_its.run.places import ROOT
from qualify.formal import Formal, FormalFaults
from qualify.mutate import Mutate
from tools import generated
from tools.synth import Synth
from tools.topologies import Topologies

FOLDER = ROOT / "docs/schemas"

FILES: tuple[type[ResultFile], ...] = (
    *(Sim, Compare, Exhaustive, Bench, Regress, Attached),
    *(Formal, FormalFaults, Mutate, Synth, Topologies),
)
"""All result files."""


def name_of(file: type[ResultFile]) -> str:
    """Return the name of a schema: what the file says, without project and version."""
    return str(file.__struct_config__.tag).split("/")[1]


def generate() -> dict[str, str]:
    """Return the text of each schema, by the name of its file."""
    made = {}
    for file in FILES:
        described = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema(file)}
        made[f"{name_of(file)}.json"] = json.dumps(described, indent=1) + "\n"
    return made


def files() -> dict[Path, str]:
    """Return the text of each schema, by its file."""
    return {FOLDER / name: text for name, text in generate().items()}


def main(arguments: list[str] | None = None) -> int:
    """Generate or check; return the exit status."""
    return generated.main(
        "tools.schemas", __doc__, "is not what its type gives", files, arguments, ROOT
    )


if __name__ == "__main__":
    sys.exit(main())
