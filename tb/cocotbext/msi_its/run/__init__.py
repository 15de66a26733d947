# SPDX-License-Identifier: MIT
"""What starts a process: the design, its build, its simulation, what came of it."""
