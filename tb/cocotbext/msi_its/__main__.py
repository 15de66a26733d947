# SPDX-License-Identifier: MIT
"""`python -m cocotbext.msi_its sim`, and so on: the commands behind the Makefile."""

import sys

from cocotbext.msi_its.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
