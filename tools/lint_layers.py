# SPDX-License-Identifier: MIT
"""Checks that each layer imports only from those below it, as pyproject.toml has them.

What import-linter finds is shown when a contract is broken; else nothing.
"""

from __future__ import annotations

import contextlib
import io
import sys

from importlinter.cli import lint_imports


def main() -> int:
    """Check; return the exit status."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = lint_imports(no_cache=True, no_logo=True)
    if status:
        print(said.getvalue())
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
