# SPDX-License-Identifier: MIT
"""From what people have to a trace: one module a kind of log, behind one small interface.

An importer takes a log's lines and gives lines of a trace, each with the number of the line that it
came from (`x_line`). What it assumed, left out or could not know, it notes in `Gaps`.
"""

KINDS = ("qemu", "linux", "openvmm", "csv")
"""The kinds of logs, as KIND= calls them."""
