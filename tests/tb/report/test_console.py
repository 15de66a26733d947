# SPDX-License-Identifier: MIT
"""What `make sim` and `make compare` say: the closing line, and what was dropped."""

from __future__ import annotations

import pytest

from cocotbext.msi_its.report.console import Bucket, cause_of, closing_line, drops
from cocotbext.msi_its.vocabulary.results import Drop, Mismatch, TestResult
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


def differs(text: str) -> TestResult:
    return TestResult("a.b", False, reports=(Mismatch("model", 7, None, text),))


TEXT = """mismatch 1 (model) at operation 7, in clock cycle 1,234
  operation: signal_msi(target=3, data=0x5), from s_msi (rules R1, R2; H5: close behind #6)
  expected:  message 0x10 to 0x20
  got:       nothing
  before it, on target 3:
    expected: this is not it"""


def test_a_bucket_is_check_operation_rules_expected_and_got() -> None:
    expected = Bucket("model", "signal_msi", "R1, R2", "message # to #", "nothing")
    assert Bucket.of(differs(TEXT)) == expected
    alike = TEXT.replace("0x10", "0x11").replace("7", "9").replace("#6", "#8")
    assert cause_of(differs(alike)) == cause_of(differs(TEXT))
    for old, new in (
        ("(model)", "(order)"),
        ("signal_msi", "enable"),
        ("R2", "R3"),
        ("message 0x10", "record 0x10"),
        ("nothing", "a message"),
    ):
        assert cause_of(differs(TEXT.replace(old, new))) != cause_of(differs(TEXT)), old


def test_what_is_no_mismatch_is_a_bucket_by_what_it_says() -> None:
    assert Bucket.of(CRASHED) == Bucket(got="the simulation ended early")
    ended = TestResult("a.b", False, failure="x", cause="a.sv:7")
    assert Bucket.of(ended) == Bucket(got="a.sv:7")
