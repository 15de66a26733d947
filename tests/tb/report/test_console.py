# SPDX-License-Identifier: MIT
"""What `make sim` and `make compare` say: the closing line, and what was dropped."""

from __future__ import annotations

import pytest

from cocotbext.msi_its.report.console import closing_line, drops
from cocotbext.msi_its.vocabulary.results import Drop, TestResult
from msi_its_model import DEFAULT_PROFILE

SOUND = TestResult("a.sound", True, 1.0, operations=5, messages=3, dropped=1)
DIFFERS = TestResult("a.differs", False, 1.0, "differs", operations=2, mismatches=4)
NOT_RUN = TestResult("a.later", False, 0.0, "did not run", ran=False)
CRASHED = TestResult("a.crashed", False, 0.0, "the simulation ended early")


@pytest.mark.parametrize(("dropped", "lists"), [(1200, "the first 900"), (900, "them")])
def test_how_many_drops_the_result_file_lists_is_said(dropped: int, lists: str) -> None:
    answers = ["DROPPED_BUS_RANGE"] * 900 + ["REFUSED_BUS_RANGE"] * 100
    listed = tuple(Drop(1, 7, "x", "y", answer) for answer in answers)
    said = drops([TestResult("trace_tests.replay_mine", True, dropped=dropped, drops=listed)])
    assert said.splitlines()[1] == f"  {dropped:,} messages: the result file lists {lists}"


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
    line = line.replace(" mismatches", " mismatches, profile e08751800")
    assert closing_line("sim", results, DEFAULT_PROFILE) == f"sim: {line}"
