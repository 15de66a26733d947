# SPDX-License-Identifier: MIT
"""The dependencies of pyproject.toml, and all that they bring along, are pinned exactly."""

import tomllib
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


def read_pins() -> dict[str, str]:
    """Package to version, from constraints.txt."""
    pins: dict[str, str] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, pin = line.split("==")
            assert canonicalize_name(name) not in pins, f"{name} is pinned twice"
            pins[canonicalize_name(name)] = pin
    return pins


def test_everything_is_pinned_and_installed_as_pinned() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        waiting = [Requirement(text) for text in tomllib.load(file)["project"]["dependencies"]]
    pins = read_pins()
    seen = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in seen or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(name)
        assert name in pins, f"{name} is not pinned"
        assert pins[name] in requirement.specifier, f"{requirement} against its pin {pins[name]}"
        try:
            assert version(name) == pins[name]
        except PackageNotFoundError:
            raise AssertionError(f"{requirement} is not installed") from None
        waiting.extend(Requirement(text) for text in requires(name) or [])
    assert len(seen) > 30
