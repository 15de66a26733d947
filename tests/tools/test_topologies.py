# SPDX-License-Identifier: MIT
"""`make topologies`, apart from the simulations themselves: jobs, failures, what is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.topology.results import ALL_BINS, Result
from tools import topologies
from tools.topologies import Job, jobs_of, table, title

RESULT = Result(
    name="topology_0",
    seed=5,
    passed=True,
    ports=2,
    functions=7,
    deepest=1,
    messages=30,
    sent=35,
    interrupts=20,
    mismatches=0,
    fates={"sent": 22, "dropped_bus_range": 8, "poisoned": 5},
    prevented={"dropped_bus_range": 8, "poisoned": 5},
    coverage={ALL_BINS[0]: 20},
    picture="<svg/>",
)


def test_the_same_topologies_whatever_their_number() -> None:
    few, many = list(jobs_of(5, 6)), list(jobs_of(5, 50))
    assert [each for job in many for each in job.topologies] == list(range(50))
    assert few[0] == many[0]
    assert {job.set for job in many} == {"64", "128", "256"}


def test_counts_are_said_the_largest_first() -> None:
    assert table({"poisoned": 5, "dropped_bus_range": 1200}) == (
        "      1,200  dropped: bus range\n          5  removed: poisoned"
    )
    assert title(RESULT) == "topology_0: 22 sent, 8 dropped bus range, 5 poisoned"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write everything into a folder of the test's own."""
    monkeypatch.setattr(topologies, "FOLDER", tmp_path / "topologies")
    monkeypatch.setattr(topologies, "ROOT", tmp_path)
    return tmp_path / "topologies"


class _Design:
    """Stands for the design: leaves a result and a log, or a part of that."""

    places = Path()

    def __init__(self, folder: Path, found: dict[str, str], result: Result | None) -> None:
        self._folder, self._found, self._result = folder / "from-0", found, result

    def run(self, *arguments: Any, **options: Any) -> dict[str, str]:
        self._folder.mkdir(parents=True)
        (self._folder / "log").write_text("first\nAssertionError: 3 mismatches\nlast\n")
        if self._result is not None:
            (self._folder / "topology_0.json").write_text(
                msgspec.json.encode(self._result).decode()
            )
        return self._found


@pytest.mark.parametrize(
    ("found", "result", "said"),
    [
        ({"topology_0": ""}, RESULT, ""),
        ({"topology_0": "failed"}, RESULT, "topology_0 FAILED"),
        ({}, None, "left no result"),
        ({"topology_0": ""}, None, "left no result"),
    ],
)
def test_what_fails_is_said(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    found: dict[str, str],
    result: Result | None,
    said: str,
) -> None:
    monkeypatch.setattr(topologies, "DESIGN", _Design(folder, found, result))
    results, failure = Job("128", 0, 1, 5).run()
    assert results == ([result] if result is not None else [])
    assert said in failure and bool(said) == bool(failure)
    assert not said or "AssertionError: 3 mismatches" in failure


@pytest.mark.parametrize("failures", [[], ["topology_0 FAILED, 128 bits"]])
def test_the_end_says_all_of_it(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    failures: list[str],
) -> None:
    monkeypatch.setattr(
        topologies, "DESIGN", type("_", (), {"build": lambda *_: None, "places": Path()})
    )
    monkeypatch.setattr(topologies, "simulate", lambda *_: ([RESULT], failures))
    assert topologies._all(5, [Job("128", 0, 1, 5)], 1) == bool(failures)
    output = capsys.readouterr().out
    assert "          8  dropped: bus range" in output
    assert f"coverage: 1 of {len(ALL_BINS)} bins" in output
    end = output.splitlines()[-1]
    assert end.startswith("topologies: 1, 7 functions, 30 messages, 20 interrupts, 0 mismatches")
    assert ("FAILED" in end) == bool(failures)
    assert (folder / "report.html").is_file() and (folder / "result.json").is_file()
