# SPDX-License-Identifier: MIT
"""The closing line of `make sim` and `make compare`."""

from __future__ import annotations

import pytest

from tb.report import closing_line
from tb.simulator import TestResult

SOUND = TestResult("a.sound", True, 1.0, "", {"operations": 5, "messages": 3, "dropped": 1})
DIFFERS = TestResult("a.differs", False, 1.0, "differs", {"operations": 2, "mismatches": 4})
NOT_RUN = TestResult("a.later", False, 0.0, "did not run", ran=False)
CRASHED = TestResult("a.crashed", False, 0.0, "the simulation ended early")


@pytest.mark.parametrize(
    ("results", "line"),
    [
        ([SOUND], "5 operations, 3 messages compared, 1 dropped, 0 mismatches"),
        (
            [SOUND, DIFFERS],
            "7 operations, 3 messages compared, 1 dropped, 4 mismatches, 1 tests FAILED",
        ),
        (
            [SOUND, CRASHED, CRASHED],
            "5 operations, 3 messages compared, 1 dropped, 0 mismatches, 2 tests FAILED",
        ),
        (
            [DIFFERS, CRASHED],
            "2 operations, 0 messages compared, 0 dropped, 4 mismatches, 2 tests FAILED",
        ),
        (
            [SOUND, CRASHED, NOT_RUN, NOT_RUN],
            "5 operations, 3 messages compared, 1 dropped, 0 mismatches, 1 tests FAILED, "
            "2 tests did not run",
        ),
    ],
)
def test_closing_line(results: list[TestResult], line: str) -> None:
    assert closing_line("sim", results) == f"sim: {line}"
