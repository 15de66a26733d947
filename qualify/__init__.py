# SPDX-License-Identifier: MIT
"""What breaks the RTL on purpose, and what proves it: it says how good the testbench is."""
