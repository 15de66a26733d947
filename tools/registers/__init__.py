# SPDX-License-Identifier: MIT
"""Generates everything that derives from the register descriptions `hdl/registers/*.rdl`.

`description` reads and checks them; `rtl`, `python` and `text` make what derives from them: a
module a kind of output. `python -m tools.registers` writes the files.
"""
