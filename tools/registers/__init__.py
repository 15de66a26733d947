# SPDX-License-Identifier: MIT
"""Generates everything that derives from the register description `hdl/registers/msi_csr.rdl`.

`description` reads and checks it; `rtl`, `python` and `text` make what derives from it: a module a
kind of output. `python -m tools.registers` writes the files.
"""
