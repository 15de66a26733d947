# SPDX-License-Identifier: MIT
"""What is one simulator's alone."""
