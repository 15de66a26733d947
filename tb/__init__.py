# SPDX-License-Identifier: MIT
"""The testbench: what drives, watches and checks the translator's RTL against the golden model."""
