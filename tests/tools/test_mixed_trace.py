# SPDX-License-Identifier: MIT
"""Mixed traces: of two recordings of one run."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.vocabulary.its_trace import iter_mixed
from tools.mixed_trace import main, merge

MAPC = {"op": "its_mapc", "collection": 0, "rdbase": 0, "valid": True, "t_us": 105}


def translate(devid: int, eventid: int, t_us: int) -> dict[str, Any]:
    """Return a line with a message."""
    expect = {"reason": "dte_invalid"}
    return {
        **{"op": "its_translate", "devid": devid, "eventid": eventid, "t_us": t_us},
        **{"size": 4, "expect": expect},
    }


def send(rid: int, data: int, t_us: int, **more: Any) -> dict[str, Any]:
    """Return a line with a message to the translator."""
    names = {"op": "signal_msi_with_rid", "target": 0, "rid": rid, "address": 64, "data": data}
    return {**names, "t_us": t_us, **more}


def made(folder: Path, buses: str, its: list[dict[str, Any]]) -> tuple[int, list[dict[str, Any]]]:
    """Make a mixed trace; return the exit status and its lines."""
    for name, text in (("buses", buses), ("its.jsonl", "\n".join(map(json.dumps, its)))):
        (folder / name).write_text(text)
    out = folder / "out.jsonl"
    status = main([str(folder / "buses"), str(folder / "its.jsonl"), str(out)])
    if status:
        return status, []
    assert list(iter_mixed(out))
    return status, [json.loads(line) for line in out.read_text().splitlines()]


def test_two_recordings_keep_their_order() -> None:
    translator = [
        {"op": "connect", "connection": 0, "segment": 0},
        send(8, 0, 110, expect={"messages": [[8, 64, 0]]}),
        {"op": "set_bus_range", "range": 0, "secondary": 1, "subordinate": 1, "t_us": 115},
        send(0x300, 1, 120, note="outside the port's range"),
        send(9, 0, 130),
    ]
    its = [MAPC, translate(8, 0, 110), translate(7, 7, 111), translate(0x300, 1, 120)]
    found = list(merge(translator, its))
    stray = {key: value for key, value in its[3].items() if key != "expect"}
    assert found == [
        *(translator[0], MAPC, translator[1], its[1]),
        *(translator[2], translator[3], stray, translator[4]),
    ]


@pytest.mark.parametrize(
    ("buses", "said"),
    [
        (json.dumps(send(8, 0, 111)), "they are not recordings of one run"),
        ("nothing\n", "not JSON"),
    ],
)
def test_what_does_not_fit_is_refused(
    tmp_path: Path, buses: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made(tmp_path, buses, [MAPC, translate(8, 0, 110)])[0] == 2
    assert said in capsys.readouterr().err


def test_a_trace_that_is_mixed_already_is_refused_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    its = [send(8, 0, 110), translate(8, 0, 110)]
    assert made(tmp_path, json.dumps(send(8, 0, 110)), its)[0] == 2
    assert "it is mixed already" in capsys.readouterr().err
    kept = (tmp_path / "its.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in kept] == its


def test_without_three_files_it_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "python -m tools.mixed_trace BUSES ITS OUT" in capsys.readouterr().err


def test_the_recorded_one_has_all_of_its_recording() -> None:
    def read(name: str) -> list[dict[str, Any]]:
        with gzip.open(ROOT / f"tests/its/{name}.jsonl.gz") as file:
            return [json.loads(line) for line in file]

    mixed, its = read("basic-mixed"), read("basic-its")
    assert [line for line in mixed if line.get("op", "").startswith("its_")] == its
    sent = {"signal_msi_with_rid"}
    assert sum(line.get("op") in sent for line in mixed) == 3776
