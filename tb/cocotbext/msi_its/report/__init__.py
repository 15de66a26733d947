# SPDX-License-Identifier: MIT
"""What is printed and written for people and for other tools."""
