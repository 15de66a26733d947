# SPDX-License-Identifier: MIT
"""Writes what derives from the register description `hdl/registers/msi_csr.rdl`.

With `--check` it writes nothing, and fails when a file is not what the description gives (that is:
was edited by hand, or not generated anew).
"""

from __future__ import annotations

import argparse
import sys

from tools.registers.description import ROOT, SOURCE, DescriptionError
from tools.registers.generate import generate


def main(arguments: list[str] | None = None) -> int:
    """Generate or check; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.registers", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    check = parser.parse_args(arguments).check

    try:
        files = generate()
    except DescriptionError as error:
        print(error, file=sys.stderr)
        return 1
    stale = [
        path
        for path, text in files.items()
        if not (ROOT / path).is_file() or (ROOT / path).read_text() != text
    ]
    for path in stale:
        if check:
            print(f"{path}: is not what {SOURCE} gives; run `make regs`", file=sys.stderr)
        else:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(files[path])
            print(f"wrote {path}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
