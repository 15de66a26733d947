# SPDX-License-Identifier: MIT
"""What ONLY= chooses, in all tools alike, and where the results of other RTL go."""

from __future__ import annotations

import contextlib
import re
from importlib import import_module
from pathlib import Path

import pytest

from cocotbext.msi_its.run.design import OWN, Rtl
from tools.choose import NothingChosen, choose, results_of, unchanged

NAMES = ("engine", "engine_1", "a drop not counted")


def test_some_or_all_are_chosen() -> None:
    assert choose(None, NAMES, str, "proof") == list(NAMES)
    assert choose("engine", NAMES, str, "proof") == ["engine", "engine_1"]


@pytest.mark.parametrize(
    ("only", "said"),
    [
        ("engin3", "no proof has 'engin3' in its name; close: engine"),
        ("drops counted twice", "close: a drop not counted"),
        ("zz", "there are: engine; engine_1; a drop not counted"),
    ],
)
def test_an_unknown_name(only: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NothingChosen) as caught:
        choose(only, NAMES, str, "proof")
    assert caught.value.say("formal") == 2
    output = capsys.readouterr()
    assert output.out == "" and output.err.startswith("error: formal: ") and said in output.err


def test_with_many_names_the_way_to_list_them_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NothingChosen) as caught:
        choose("qq", [f"fault {number}" for number in range(40)], str, "fault")
    assert caught.value.say("faults") == 2
    assert "ONLY= (empty) lists them" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tool", "named"),
    [
        ("qualify.faults", "a drop not counted"),
        ("qualify.formal", "route_states"),
        ("qualify.formal --faults", "engine: H3_in_order"),
        ("tools.synth", "2,048 routes"),
        ("qualify.mutate", "mutants have numbers, 1 to 1000"),
    ],
)
def test_an_empty_name_lists_them_and_does_nothing_else(
    tool: str, named: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *words = tool.split()
    for empty in ("", " "):
        monkeypatch.setattr("sys.argv", [name, *words, f"--only={empty}"])
        assert import_module(name).main() == 0
        output = capsys.readouterr()
        assert any(line.startswith(named) for line in output.out.splitlines())
        assert output.err == "" and "seconds" not in output.out


def test_what_changed_meanwhile_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "rtl.sv"
    for change, kept in (
        (lambda: None, True),
        (lambda: file.write_text("b"), False),
        (file.unlink, False),
    ):
        file.write_text("a")
        expected = (
            contextlib.nullcontext() if kept else pytest.raises(RuntimeError, match="changed")
        )
        with expected, unchanged(file.read_text, RuntimeError) as found:
            assert found == "a"
            change()


def test_results_of_other_rtl_do_not_replace_those_of_the_own(tmp_path: Path) -> None:
    others = [Rtl("a.f", "top"), Rtl("b.f", "top"), Rtl("a.f", "other")]
    folders = [results_of(rtl, tmp_path) for rtl in (OWN, *others)]
    assert folders[0] == tmp_path and len(set(folders)) == 4
    assert all(re.fullmatch(r"(top|other)-[0-9a-f]{8}", each.name) for each in folders[1:])
