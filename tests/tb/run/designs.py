# SPDX-License-Identifier: MIT
"""Designs that are nearly the project's own."""

from __future__ import annotations

import shlex
from pathlib import Path

from cocotbext.msi_its.run.design import OWN, Rtl


def variant(folder: Path, *edits: tuple[str, str]) -> Rtl:
    """Write the project's own RTL with another top module: its name is my_translator."""
    sources = OWN.sources().files
    text = sources[-1].read_text().replace("module msi_translator\n", "module my_translator\n")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (folder / "top.sv").write_text(text)
    paths = [*sources[:-1], folder / "top.sv"]
    (folder / "my.f").write_text("".join(f"{shlex.quote(str(path))}\n" for path in paths))
    return Rtl(str(folder / "my.f"), "my_translator")
