# SPDX-License-Identifier: MIT
"""What decides right and wrong: the reference, the checker, the register model, coverage."""
