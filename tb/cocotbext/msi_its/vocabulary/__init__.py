# SPDX-License-Identifier: MIT
"""What is said: operations, transactions, traces, registers, settings. No simulator, no cocotb."""
