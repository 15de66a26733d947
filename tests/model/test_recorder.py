# SPDX-License-Identifier: MIT
"""The recorder: what it writes is what was done, and replays as it was."""

from __future__ import annotations

import json
import random
import threading
from pathlib import Path
from typing import Any

import pytest

from cocotbext.msi_its.checks.reference import Reference
from cocotbext.msi_its.vocabulary.operations import Configuration
from cocotbext.msi_its.vocabulary.trace import iter_trace, validate_trace
from msi_its_model import (
    PROFILES,
    AssignedBusRange,
    InMemoryIrqFd,
    ItsIrqFd,
    ItsSignalMsi,
    MsiConnection,
    Recorder,
)
from tests.model.recording import RecordingSignalMsi

TODAY = PROFILES["08ec11066"]


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return a trace's lines, without header and times."""
    found = [json.loads(line) for line in path.read_text().splitlines()][1:]
    return [{name: value for name, value in line.items() if name != "t_us"} for line in found]


def replays(path: Path) -> int:
    """Replay a trace on the golden model; return how many lines said what to expect."""
    summary = validate_trace(path)
    reference = Reference(summary.tables, Configuration(summary.profile))
    for line in iter_trace(path):
        outcome = reference.execute(line.operation)
        assert line.expect is None or not outcome.differences(line.expect), line
    return summary.expects


def test_what_is_written_is_what_was_done(tmp_path: Path) -> None:
    path, its = tmp_path / "trace.jsonl", RecordingSignalMsi()
    port = AssignedBusRange()
    port.set_bus_range(5, 10)
    connection = MsiConnection(port, 0x18)
    connection.connect(ItsSignalMsi(its, 3))
    with Recorder(connection, path) as recorder:
        target = recorder.target()
        target.signal_msi(0x40, 1)
        target.signal_msi_with_rid(0xB00, 0x40, 2)
        port.set_bus_range(6, 10)
        assert target.default_bdf() == 0x618
    assert its.take() == [(0x3_0518, 0x40, 1)]
    assert lines_of(path) == [
        {"op": "connect", "connection": 0, "devid_base": 0x3_0000},
        {"op": "set_bus_range", "range": 0, "secondary": 5, "subordinate": 10},
        {"op": "bind_target", "target": 0, "connection": 0, "range": 0, "rid_offset": 0x18},
        {
            **{"op": "signal_msi", "target": 0, "address": 0x40, "data": 1},
            "expect": {"messages": [[0x3_0518, 0x40, 1]], "warnings": 0},
        },
        {
            **{"op": "signal_msi_with_rid", "target": 0, "rid": 0xB00, "address": 0x40, "data": 2},
            "expect": {"messages": [], "warnings": 1},
        },
        {"op": "set_bus_range", "range": 0, "secondary": 6, "subordinate": 10},
        {
            **{"op": "default_bdf", "target": 0},
            "expect": {"messages": [], "warnings": 0, "returns": 0x618},
        },
    ]
    assert replays(path) == 3


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_whatever_is_done_replays_as_it_was(tmp_path: Path, profile: Any) -> None:
    """Of two connections in one file, by their targets, routes and events."""
    choice = random.Random(20261128)
    path = tmp_path / "trace.jsonl"
    ports = [AssignedBusRange() for _ in range(3)]
    one, two = MsiConnection(ports[0], 8, profile=profile), MsiConnection(profile=profile)
    backend = RecordingSignalMsi()
    with Recorder(one, path) as first:
        second = Recorder(two, first)
        targets = [first.target(), second.msi_target(ports[1], 0x11)]
        routes: list[Any] = []
        for _ in range(1500):
            recorder = choice.choice((first, second))
            target, port = choice.choice(targets), choice.choice(ports)
            address, data = choice.randrange(1 << 64), choice.randrange(1 << 32)
            rid = choice.choice((choice.randrange(1 << 16), choice.randrange(7) << 8 | 3))
            match choice.randrange(16):
                case 0:
                    recorder.connect(ItsSignalMsi(backend, choice.randrange(1 << 16)))
                case 1:
                    recorder.connect_irqfd(ItsIrqFd(InMemoryIrqFd(backend), devid_base=rid))
                case 2 if choice.random() < 0.3:
                    recorder.disconnect()
                case 3:
                    port.set_bus_range(choice.randrange(6), choice.randrange(6))
                case 4 if len(targets) < 40:
                    targets.append(
                        choice.choice(
                            (
                                target.with_devfn(rid & 0xFF),
                                target.with_bus_range(port, rid & 0xFF),
                                recorder.msi_target(port, rid & 0xFF),
                            )
                        )
                    )
                case 5:
                    targets[-1] = target.with_rid_offset(rid & 0xFF)
                case 6 | 7:
                    target.signal_msi(address, data)
                case 8 | 9:
                    target.signal_msi_with_rid(rid, address, data)
                case 10 if (route := target.new_route()) is not None:
                    routes.append(route)
                case 11 if routes:
                    choice.choice(routes).enable(address, data)
                case 12 if routes:
                    choice.choice(routes).enable_with_rid(rid, address, data)
                case 13 if routes:
                    choice.choice((choice.choice(routes).disable, target.default_bdf))()
                case 14 if routes:
                    event = choice.choice(routes).event()
                    choice.choice((event.signal, event.try_wait, target.supports_direct_msi))()
                case 15 if len(routes) > 9:
                    routes.pop(choice.randrange(len(routes))).free()
    assert replays(path) > 800
    names = {line["op"] for line in lines_of(path)}
    assert len(names) == 16


def test_what_was_there_before_is_recorded(tmp_path: Path) -> None:
    connection = MsiConnection()
    connection.connect_irqfd(InMemoryIrqFd(RecordingSignalMsi()))
    with Recorder(connection, tmp_path / "trace.jsonl") as recorder:
        assert recorder.target().supports_direct_msi()
    assert lines_of(tmp_path / "trace.jsonl")[0]["op"] == "connect_irqfd"


def test_what_is_refused_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    with Recorder(MsiConnection(AssignedBusRange()), path) as recorder:
        target = recorder.target()
        with pytest.raises(ValueError, match="address must fit"):
            target.signal_msi(1 << 64, 0)
        target.signal_msi(0x40, 1)
    assert [line["op"] for line in lines_of(path)] == ["bind_target", "signal_msi"]


def test_a_backend_that_fails_has_its_message_written(tmp_path: Path) -> None:
    class Failing:
        def signal_msi(self, devid: int | None, address: int, data: int) -> None:
            raise OSError("no room")

    path = tmp_path / "trace.jsonl"
    with Recorder(MsiConnection(AssignedBusRange()), path) as recorder:
        recorder.connect(Failing())
        with pytest.raises(OSError, match="no room"):
            recorder.target().signal_msi(0x40, 1)
    assert lines_of(path)[-1]["note"] == "raised OSError"


def test_a_backend_that_calls_back_is_written_in_the_order_of_the_calls(tmp_path: Path) -> None:
    class Chatty:
        recorder: Recorder

        def signal_msi(self, devid: int | None, address: int, data: int) -> None:
            if data:
                self.recorder.target().signal_msi(address, data - 1)

    path, backend = tmp_path / "trace.jsonl", Chatty()
    with Recorder(MsiConnection(AssignedBusRange()), path) as backend.recorder:
        backend.recorder.connect(backend)
        backend.recorder.target().signal_msi(0x40, 2)
    assert [line["data"] for line in lines_of(path) if "data" in line] == [2, 1, 0]
    assert replays(path) == 3


def test_a_file_has_one_profile(tmp_path: Path) -> None:
    with (
        Recorder(MsiConnection(profile=TODAY), tmp_path / "trace.jsonl") as recorder,
        pytest.raises(ValueError, match="a trace has one profile"),
    ):
        Recorder(MsiConnection(), recorder)
    assert '"profile": "08ec11066"' in (tmp_path / "trace.jsonl").read_text()


def test_more_than_a_trace_can_have_is_said(tmp_path: Path) -> None:
    with Recorder(MsiConnection(), tmp_path / "trace.jsonl") as recorder:
        for _ in range(256):
            recorder.target()
        with pytest.raises(RuntimeError, match="a trace has at most 256 ranges"):
            recorder.target()


def test_threads_are_recorded_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    port = AssignedBusRange()
    port.set_bus_range(1, 4)
    with Recorder(MsiConnection(port), path) as recorder:
        recorder.connect(ItsSignalMsi(RecordingSignalMsi(), 1))

        def work(rid: int) -> None:
            target = recorder.target()
            for data in range(200):
                target.signal_msi_with_rid(rid, 0x40, data)

        threads = [threading.Thread(target=work, args=(bus << 8,)) for bus in range(1, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert replays(path) == 800
