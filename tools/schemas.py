# SPDX-License-Identifier: MIT
"""Writes the JSON Schema of each result file, `docs/schemas/*.json`, from its type.

`make regs` runs it. With --check, write nothing: fail and name the files that differ.
"""

from __future__ import annotations

import argparse
import json
import sys

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
from tools.synth import Synth

FOLDER = ROOT / "docs/schemas"

FILES: tuple[type[ResultFile], ...] = (
    *(Sim, Compare, Exhaustive, Bench, Regress, Attached),
    *(Formal, FormalFaults, Mutate, Synth),
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


def stale() -> dict[str, str]:
    """Return what has to be written, by the name of its file."""
    return {
        name: text
        for name, text in generate().items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text() != text
    }


def main(arguments: list[str] | None = None) -> int:
    """Generate or check; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.schemas", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    check = parser.parse_args(arguments).check
    found = stale()
    for name, text in found.items():
        path = FOLDER / name
        if check:
            where = path.relative_to(ROOT)
            print(f"{where}: is not what its type gives; run `make regs`", file=sys.stderr)
        else:
            FOLDER.mkdir(exist_ok=True)
            path.write_text(text)
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main())
