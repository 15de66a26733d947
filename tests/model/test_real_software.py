# SPDX-License-Identifier: MIT
"""The moments of docs/real-software.md on the model alone, under every profile."""

import json
from collections.abc import Iterator

import pytest

from cocotbext.msi_its.vocabulary.operations import Message, Operation, SetBusRange
from cocotbext.msi_its.vocabulary.trace import TraceLine, to_json
from msi_its_model import PROFILES, BusClaims, Profile, SharedBuses
from tests.model.recording import Replayed
from tests.rtl.moments import BASE, MOMENTS, OTHER, PORT, ROOT, Moment, two_ports_claim_one_bus
from tests.rtl.scenario import Step


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
    """What e08751800 does fails under 08ec11066 where the page says so, and nowhere else."""
    seed, today = PROFILES["e08751800"], PROFILES["08ec11066"]
    assert {name for name, moment in MOMENTS.items() if differing(today, moment(seed))} == {
        "edk2_writes_secondary_before_subordinate",
        "seabios_closes_ports_with_an_inverted_range",
        "coreboot_clears_secondary_first",
        "a_port_is_renumbered_under_traffic",
    }


def shared_buses(profile: Profile, moment: Moment) -> list[list[tuple[set[int], SharedBuses]]]:
    """Return which ranges share buses after each change of a range, by their indexes."""
    replayed = Replayed(profile)
    after = []
    for operation, _ in moment(profile):
        do(replayed, operation)
        if isinstance(operation, SetBusRange):
            index = {each: number for number, each in replayed._ranges.items()}
            shared = BusClaims().check([*replayed._targets.values(), *replayed._routes.values()])
            after.append([({index[each] for each in both.ranges}, both) for both in shared])
    return after


ALL_PAIRS = [{ROOT, PORT}, {ROOT, OTHER}, {PORT, OTHER}]
AT_ZERO = [{ROOT, OTHER}]


@pytest.mark.parametrize(
    ("name", "pairs"),
    {
        "linux_rescans_a_bus_in_use": [
            *(AT_ZERO, [], [{ROOT, PORT}]),
            *(ALL_PAIRS, AT_ZERO, []),
        ],
        "seabios_closes_ports_with_an_inverted_range": [AT_ZERO, *[[]] * 11],
        "coreboot_clears_secondary_first": [
            *(AT_ZERO, [], [{ROOT, OTHER}, {PORT, OTHER}]),
            *(AT_ZERO, [], []),
        ],
        "two_ports_claim_one_bus": [AT_ZERO, [], [{PORT, OTHER}], []],
        # The route's DeviceID is of before, and no range says so: this goes unseen.
        "a_route_keeps_the_bus_that_another_port_gets": [AT_ZERO, [], [], []],
    }.items(),
)
def test_shared_buses_are_told(name: str, pairs: list[list[set[int]]], profile: Profile) -> None:
    """After each change of a range; a port without numbers, at 0/0, shares bus 0."""
    found = shared_buses(profile, MOMENTS[name])
    assert [[pair for pair, _ in after] for after in found] == pairs


def test_shared_buses_are_told_with_the_deviceids(profile: Profile) -> None:
    """Both ports hold buses 4 and 5, so either can send as any function there."""
    ((_, both),) = shared_buses(profile, two_ports_claim_one_bus)[2]
    assert (both.first, both.last) == (BASE + 0x0400, BASE + 0x05FF)
