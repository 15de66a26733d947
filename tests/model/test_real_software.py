# SPDX-License-Identifier: MIT
"""The moments of docs/real-software.md on the model alone, under every profile."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cocotbext.msi_its.checks.reference import Reference, Shared
from cocotbext.msi_its.vocabulary.operations import Configuration, SetBusRange, Tables
from cocotbext.msi_its.vocabulary.trace import read_trace
from msi_its_model import (
    DEFAULT_PROFILE,
    DROPPED_DEVID,
    PROFILES,
    ItsSignalMsi,
    Profile,
    RaisedWarning,
)
from tests.model.recording import RecordingSignalMsi
from tests.rtl.moments import BASE, MOMENTS, OTHER, PORT, ROOT, Moment, two_ports_claim_one_bus
from tests.rtl.scenario import Step


@pytest.fixture(params=MOMENTS.values(), ids=list(MOMENTS))
def moment(request: pytest.FixtureRequest) -> Moment:
    """Each moment in turn."""
    found: Moment = request.param
    return found


TABLES = Tables(64, 64, 64, 64)


def model(profile: Profile) -> Reference:
    """Return the golden model in its reset state."""
    return Reference(TABLES, Configuration(profile))


def differing(profile: Profile, steps: Iterator[Step]) -> list[str]:
    """Return what the model does otherwise than the steps expect."""
    reference = model(profile)
    found = []
    for number, (operation, expect) in enumerate(steps, 1):
        for each in reference.execute(operation).differences(expect):
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


def shared_buses(profile: Profile, moment: Moment) -> list[list[Shared]]:
    """Return which ranges share buses after each change of a range."""
    reference = model(profile)
    after = []
    for operation, _ in moment(profile):
        reference.execute(operation)
        if isinstance(operation, SetBusRange):
            after.append(reference.shared())
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
    assert [[set(each.ranges) for each in after] for after in found] == pairs


def test_shared_buses_are_told_with_the_deviceids(profile: Profile) -> None:
    """Both ports hold buses 4 and 5, so either can send as any function there."""
    (both,) = shared_buses(profile, two_ports_claim_one_bus)[2]
    assert (both.first, both.last) == (BASE + 0x0400, BASE + 0x05FF)


@pytest.mark.parametrize(
    ("name", "operations", "rescans"),
    [("basic", 11, 0), ("rescan", 112, 13), ("rescan-routes", 112, 13)],
)
def test_recorded_ports_share_bus_0_in_each_rescan(
    name: str, operations: int, rescans: int
) -> None:
    """Ports without numbers do, and in each rescan all pairs of them and the root complex."""
    reference = model(DEFAULT_PROFILE)
    path = Path(__file__).parents[1] / f"traces/{name}.jsonl.gz"
    counted, most, pairs = 0, [], 0
    for line in read_trace(path):
        reference.execute(line.operation)
        if line.operation.name in ("bind_target", "new_route", "set_bus_range"):
            shared = reference.shared()
            assert all(both.last == 0x00FF for both in shared)
            if len(shared) > pairs and line.operation.name == "set_bus_range":
                most.append(len(shared))
            pairs = len(shared)
        counted += pairs > 0
    assert counted == operations
    assert most == [1, 3, 6] * rescans


@pytest.mark.parametrize(
    ("devid_base", "devid_bits", "rid", "devid"),
    [
        (0x1_0000, 16, 0x0100, None),  # OpenVMM, segment 1, on KVM or QEMU
        (0x0100, 16, 0x0008, 0x0108),  # Cloud Hypervisor, segment 1, the same ITS
        (0x3_0000, 32, 0xFFFF, 0x3_FFFF),  # TI J721E, fourth controller
        (0xE_0000, 20, 0x0100, 0xE_0100),  # Qualcomm SC8280XP
        (0xF_FF80, 20, 0x0080, None),  # one past 20 bits
        (0x17, 32, 0x000D, 0x24),  # NXP LS1028A
    ],
)
def test_deviceids_that_platforms_have(
    devid_base: int,
    devid_bits: int,
    rid: int,
    devid: int | None,
    recorder: RecordingSignalMsi,
    raised: list[RaisedWarning],
) -> None:
    its = ItsSignalMsi(recorder, devid_base=devid_base, devid_bits=devid_bits)
    its.signal_msi(rid, 0x0809_0040, 1)
    assert recorder.take() == ([] if devid is None else [(devid, 0x0809_0040, 1)])
    assert [each.message for each in raised] == ([DROPPED_DEVID] if devid is None else [])
