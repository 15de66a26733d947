# SPDX-License-Identifier: MIT
"""What the extras of pyproject.toml bring along."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


def brought_by(*extras: str) -> Iterator[Requirement]:
    """Yield what some extras name and all that it requires, as installed, by canonical names.

    The same package may come more than once, each time with what another one wants of it.
    """
    with (ROOT / "pyproject.toml").open("rb") as file:
        optional = tomllib.load(file)["project"]["optional-dependencies"]
    waiting = [Requirement(text) for extra in extras for text in optional[extra]]
    seen = set()
    while waiting:
        requirement = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        requirement.name = canonicalize_name(requirement.name)
        yield requirement
        if requirement.name not in seen:
            seen.add(requirement.name)
            waiting.extend(Requirement(text) for text in requires(requirement.name) or [])
