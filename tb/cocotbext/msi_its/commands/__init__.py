# SPDX-License-Identifier: MIT
"""What `make` runs, a module a target."""
