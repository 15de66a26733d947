# SPDX-License-Identifier: MIT
"""The dependencies of pyproject.toml, and all that they bring along, are pinned exactly."""

import tomllib
from importlib.metadata import version

from packaging.utils import canonicalize_name

from tests.setup.requirements import ROOT, brought_by


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
    pins = read_pins()
    seen = set()
    for requirement in brought_by("testbench", "dev"):
        name = requirement.name
        assert name in pins, f"{name} is not pinned"
        assert pins[name] in requirement.specifier, f"{requirement} against its pin {pins[name]}"
        assert version(name) == pins[name]
        seen.add(name)
    assert len(seen) > 30


def test_the_model_depends_on_nothing_and_the_build_on_what_is_pinned() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        settings = tomllib.load(file)
    assert settings["project"]["dependencies"] == []
    assert set(settings["build-system"]["requires"]) <= set(
        settings["project"]["optional-dependencies"]["dev"]
    )
