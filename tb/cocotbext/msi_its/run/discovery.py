# SPDX-License-Identifier: MIT
"""Which test modules there are: those in `tests/rtl` and `tests/batch`, each of the KIND it names.

They are read, not imported: cocotb tests cannot be without a simulator.
"""

from __future__ import annotations

import re
from pathlib import Path

from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.vocabulary.text import UserError

KINDS: dict[str, tuple[str, ...]] = {
    "rtl": ("directed", "hardware", "random", "traces", "bench"),
    "batch": ("random", "exhaustive", "traces", "bench"),
}
"""The kinds, by folder: who runs them is in docs/adding-a-test.md."""

ALONE = {"traces": "trace_tests", "bench": "bench_tests"}
"""Kinds of which there is one module in a folder: the commands know it by name."""

_KIND = re.compile(r"^KIND\s*=\s*[\"'](\w*)[\"']", re.MULTILINE)
_TEST = re.compile(r"^@(translator_test|batch_test)\b", re.MULTILINE)


class DiscoveryError(UserError):
    """A test module that nothing would run; says why and what to do."""


def modules(kind: str, folder: str = "rtl") -> tuple[str, ...]:
    """Return the modules of one kind in a folder of `tests`, by name."""
    assert kind in KINDS[folder], kind
    return tuple(
        f"tests.{folder}.{path.stem}"
        for path in sorted((ROOT / "tests" / folder).glob("*_tests.py"))
        if _kind(path) == kind
    )


def check() -> None:
    """Raise DiscoveryError if there is a test module that nothing would run."""
    for folder, kinds in KINDS.items():
        for path in sorted((ROOT / "tests" / folder).glob("*.py")):
            name, kind = path.relative_to(ROOT), _kind(path)
            if not path.stem.endswith("_tests"):
                if kind or _TEST.search(path.read_text(errors="replace")):
                    raise DiscoveryError(f"{name}: it has tests; name it {path.stem}_tests.py")
            elif kind not in kinds:
                said = f'KIND = "{kind}" is unknown here' if kind else "it has no KIND"
                raise DiscoveryError(
                    f"{name}: {said}, so nothing runs it; say which, as in "
                    f'KIND = "{kinds[0]}"; there are: {", ".join(kinds)}'
                )
            elif ALONE.get(kind, path.stem) != path.stem:
                raise DiscoveryError(f'{name}: KIND = "{kind}" is that of {ALONE[kind]}.py alone')


def _kind(path: Path) -> str:
    """Return the KIND that a module names; nothing if it names none."""
    found = _KIND.search(path.read_text(errors="replace"))
    return found[1] if found else ""
