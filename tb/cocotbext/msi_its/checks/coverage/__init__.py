# SPDX-License-Identifier: MIT
"""Functional coverage: what was seen of what there is to see."""
