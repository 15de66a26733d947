# SPDX-License-Identifier: MIT
"""How signals are read and written."""
