# SPDX-License-Identifier: MIT
"""What most tests of the model need."""

from collections.abc import Iterator

import pytest

from msi_its_model import (
    PROFILES,
    AssignedBusRange,
    MsiConnection,
    Profile,
    RaisedWarning,
    observe_warnings,
)
from tests.model.recording import RecordingSignalMsi


@pytest.fixture
def recorder() -> RecordingSignalMsi:
    return RecordingSignalMsi()


@pytest.fixture
def bus_range() -> AssignedBusRange:
    """Buses 5 to 10."""
    bus_range = AssignedBusRange()
    bus_range.set_bus_range(5, 10)
    return bus_range


@pytest.fixture(params=PROFILES.values(), ids=list(PROFILES))
def profile(request: pytest.FixtureRequest) -> Profile:
    """Each profile in turn: what uses it, or a connection, shows a rule under all of them."""
    assert isinstance(request.param, Profile)
    return request.param


@pytest.fixture
def connection(
    bus_range: AssignedBusRange, recorder: RecordingSignalMsi, profile: Profile
) -> MsiConnection:
    """A connection with buses 5 to 10 and devfn 0x18, connected to the recorder."""
    connection = MsiConnection(bus_range, 0x18, profile=profile)
    connection.connect(recorder)
    return connection


@pytest.fixture
def raised() -> Iterator[list[RaisedWarning]]:
    """Every warning that the test's thread raises, in order."""
    warnings: list[RaisedWarning] = []
    with observe_warnings(warnings.append):
        yield warnings
