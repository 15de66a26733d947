# SPDX-License-Identifier: MIT
"""What OpenVMM did, line by line, against the model alone."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from msi_its_model import PROFILES
from tests.model.recording import Replayed

VECTORS = Path(__file__).parents[1] / "vectors"
RECORDED = {
    "openvmm": ("e08751800", 8000, 3218),
    "today-shared": ("08ec11066", 3000, 1180),
    "today-extended": ("08ec11066", 5000, 1253),
}
"""By file: whose rules they follow, how many lines and messages they have."""


def lines(name: str) -> list[dict[str, Any]]:
    with gzip.open(VECTORS / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def differing(name: str, profile: str) -> list[int]:
    """Return the numbers of the lines that the model does otherwise."""
    replayed = Replayed(PROFILES[profile])
    return [
        number
        for number, line in enumerate(lines(name), 1)
        if replayed.outcome(line) != line["expect"]
    ]


@pytest.mark.parametrize("name", RECORDED)
def test_model_does_what_was_recorded(name: str) -> None:
    profile, operations, messages = RECORDED[name]
    expects = [line["expect"] for line in lines(name)]
    assert len(expects) == operations
    assert sum(len(expect["messages"]) for expect in expects) == messages
    assert differing(name, profile) == []


def test_other_profile_does_otherwise_where_the_recorder_says_so() -> None:
    """Under e08751800, the lines of today-shared whose note has what that commit did, alone."""
    noted = [
        number
        for number, line in enumerate(lines("today-shared"), 1)
        if "seed: " in line.get("note", "")
    ]
    assert len(noted) == 183
    assert differing("today-shared", "e08751800") == noted
    assert differing("openvmm", "08ec11066")
