# SPDX-License-Identifier: MIT
"""What is on the wires: drivers, monitors, registers, stimulus, and the environment around them."""
