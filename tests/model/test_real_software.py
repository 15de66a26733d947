# SPDX-License-Identifier: MIT
"""The moments of docs/real-software.md on the model alone, under every profile."""

import json
from collections.abc import Callable, Iterator

import pytest

from cocotbext.msi_its.vocabulary.operations import BindTarget, Message, Operation, SetBusRange
from cocotbext.msi_its.vocabulary.trace import TraceLine, to_json
from msi_its_model import PROFILES, BusClaims, Profile
from tests.model.recording import Replayed
from tests.rtl.moments import MOMENTS, OTHER, PORT, ROOT
from tests.rtl.scenario import Step

Moment = Callable[[Profile], Iterator[Step]]


@pytest.fixture(params=MOMENTS.values(), ids=list(MOMENTS))
def moment(request: pytest.FixtureRequest) -> Moment:
    """Each moment in turn."""
    found: Moment = request.param
    return found


def do(replayed: Replayed, operation: Operation) -> tuple[Message | None, object, list[str]]:
    """Do one operation; return its message, what it returned, and something for each warning."""
    outcome = replayed.outcome(json.loads(to_json(TraceLine(1, operation))))
    messages, warnings = outcome["messages"], outcome["warnings"]
    assert isinstance(messages, list) and isinstance(warnings, int)
    assert len(messages) <= 1
    message = Message(*messages[0]) if messages else None
    return message, outcome["returns"], ["a warning"] * warnings


def differing(profile: Profile, steps: Iterator[Step]) -> list[str]:
    """Return what the model does otherwise than the steps expect."""
    replayed = Replayed(profile)
    found = []
    for number, (operation, expect) in enumerate(steps, 1):
        message, returns, warnings = do(replayed, operation)
        assert returns is None or isinstance(returns, bool | int)
        for each in expect.differences(message, returns, warnings):
            found.append(f"step {number}, {operation}: {each}")
    return found


def test_the_model_does_what_is_expected(moment: Moment, profile: Profile) -> None:
    assert differing(profile, moment(profile)) == []


def test_the_profiles_differ_in_inverted_ranges_alone() -> None:
    """What is expected under e08751800 fails under 08ec11066 where the page says so, and only there."""
    seed, today = PROFILES["e08751800"], PROFILES["08ec11066"]
    assert {name for name, moment in MOMENTS.items() if differing(today, moment(seed))} == {
        "edk2_writes_secondary_before_subordinate",
        "seabios_closes_ports_with_an_inverted_range",
        "coreboot_clears_secondary_first",
        "a_port_is_renumbered_under_traffic",
    }


def shared_ranges(profile: Profile, steps: Iterator[Step]) -> list[str]:
    """Return which ranges share buses after each change of a range: two digits a pair."""
    replayed = Replayed(profile)
    found = []
    for operation, _ in steps:
        do(replayed, operation)
        if isinstance(operation, SetBusRange):
            index = {bus_range: number for number, bus_range in replayed._ranges.items()}
            pairs = BusClaims().check(replayed._targets.values())
            found.append(" ".join(sorted(f"{min(pair)}{max(pair)}" for pair in (tuple(index[each] for each in shared.ranges) for shared in pairs))))
    return found


