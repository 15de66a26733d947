# SPDX-License-Identifier: MIT
"""All that is generated, of any description: the project's own, or a changed copy of it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tools.registers import python, rtl, text
from tools.registers.description import ROOT, SOURCE, SPECIFICATION, load

GENERATED = "hdl/registers/generated"
VOCABULARY = "tb/cocotbext/msi_its/vocabulary"


def generate(source: Path = ROOT / SOURCE) -> dict[str, str]:
    """Return the text of every generated file, by its path in the repository.

    Raises DescriptionError if the description is wrong.
    """
    specification = (ROOT / SPECIFICATION).read_text()
    description = load(source, specification)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rtl.export(source, folder)
        block = (folder / "msi_csr.sv").read_text()
        package = (folder / "msi_csr_pkg.sv").read_text()
        header = (folder / "msi_csr.h").read_text()
        page = (folder / "registers.md").read_text()
    return {
        f"{GENERATED}/msi_csr.sv": rtl.register_block(block),
        f"{GENERATED}/msi_csr_pkg.sv": package,
        f"{GENERATED}/msi_operation_pkg.sv": rtl.operation_package(description),
        f"{GENERATED}/msi_csr.h": text.c_header(header, description),
        "docs/registers.md": page + "\n" + text.code_tables(description),
        SPECIFICATION: text.specification(specification, description),
        f"{VOCABULARY}/csr.py": python.registers_module(description),
        f"{VOCABULARY}/operation_classes.py": python.operations_module(description),
    }
