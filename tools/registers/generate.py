# SPDX-License-Identifier: MIT
"""All that is generated, of any descriptions: the project's own, or changed copies of them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tools.registers import python, rtl, text
from tools.registers.description import (
    BRIDGE_SOURCE,
    ROOT,
    SOURCE,
    SPECIFICATION,
    load,
    load_bridge,
)
from tools.registers.python import VOCABULARY

GENERATED = "hdl/registers/generated"


def generate(
    source: Path = ROOT / SOURCE, bridge_source: Path = ROOT / BRIDGE_SOURCE
) -> dict[str, str]:
    """Return the text of every generated file, by its path in the repository.

    Raises DescriptionError if a description is wrong.
    """
    specification = (ROOT / SPECIFICATION).read_text()
    description, bridge = load(source, specification), load_bridge(bridge_source)
    made = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each in (source, bridge_source):
            rtl.export(each, folder)
            for kind in (".sv", "_pkg.sv", ".h", ".md"):
                made[each.stem + kind] = (folder / (each.stem + kind)).read_text()
    pages = (made["msi_csr.md"], description, made["msi_bridge_csr.md"], bridge)
    return {
        f"{GENERATED}/msi_csr.sv": rtl.register_block(made["msi_csr.sv"]),
        f"{GENERATED}/msi_csr_pkg.sv": made["msi_csr_pkg.sv"],
        f"{GENERATED}/msi_operation_pkg.sv": rtl.operation_package(description),
        f"{GENERATED}/msi_csr.h": text.translator_header(made["msi_csr.h"], description),
        f"{GENERATED}/msi_bridge_csr.sv": rtl.register_block(made["msi_bridge_csr.sv"]),
        f"{GENERATED}/msi_bridge_csr_pkg.sv": made["msi_bridge_csr_pkg.sv"],
        f"{GENERATED}/msi_bridge_csr.h": text.bridge_header(made["msi_bridge_csr.h"], bridge),
        "docs/registers.md": text.registers_page(*pages),
        SPECIFICATION: text.specification(specification, description),
        f"{VOCABULARY}/csr.py": python.registers_module(description),
        f"{VOCABULARY}/operation_classes.py": python.operations_module(description),
        f"{VOCABULARY}/bridge_csr.py": python.bridge_registers_module(bridge),
    }
