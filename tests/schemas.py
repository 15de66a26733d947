# SPDX-License-Identifier: MIT
"""Result files, held against the JSON Schema in `docs/schemas` whose name they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from cocotbext.msi_its.run.places import ROOT


def valid(path: Path) -> dict[str, Any]:
    """Return what is in a result file. Raises ValidationError if it does not keep to its schema."""
    values: dict[str, Any] = json.loads(path.read_text())
    name = values["schema"].split("/")[1]
    schema = json.loads((ROOT / f"docs/schemas/{name}.json").read_text())
    Draft202012Validator(schema).validate(values)
    return values
