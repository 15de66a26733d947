# SPDX-License-Identifier: MIT
"""Writes what derives from the register descriptions in `hdl/registers/`.

With `--check` it writes nothing, and fails when a file is not what the descriptions give (that is:
was edited by hand, or not generated anew).
"""

from __future__ import annotations

import sys

from tools import generated
from tools.registers.description import BRIDGE_SOURCE, ROOT, SOURCE, DescriptionError
from tools.registers.generate import generate


def main(arguments: list[str] | None = None) -> int:
    """Generate or check; returns the exit status."""
    try:
        return generated.main(
            "tools.registers",
            __doc__,
            f"is not what {SOURCE} and {BRIDGE_SOURCE} give",
            lambda: {ROOT / path: text for path, text in generate().items()},
            arguments,
            ROOT,
        )
    except DescriptionError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
