# SPDX-License-Identifier: MIT
"""The variables of make: each target refuses what it does not read, and values are only values."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cocotbext.msi_its.commands.main import parse, parser
from cocotbext.msi_its.commands.variables import GIVEN, READ, Parser

ROOT = Path(__file__).resolve().parents[2]
MAKE = shutil.which("make") or "make"

# In the place of the testbench: say what it would be told.
PROGRAM = """
import os, sys
print(sys.argv[1:], {name: os.environ.get(name) for name in os.environ["MAKE_READ"].split()})
"""

ODD = [
    "$(shell touch owned)",
    "$(touch owned)",
    "`touch owned`",
    "${HOME}",
    "a$b$$c",
    "a'b",
    'a"b',
    "a;touch owned;b",
    "a b  c",
    "a#b",
    "a\\b",
    "a\nb",
    "é — ÿ",
    "-x",
    "--help",
    "*",
    "a=b",
    "%s",
]
"""Values that make, a shell or a parser of arguments might take for more."""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with the Makefile, a set-up that does nothing, and the program."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/setup.sh").write_text("")
    for package in ("cocotbext/msi_its", "qualify", "tools"):
        (tmp_path / package).mkdir(parents=True, exist_ok=True)
        (tmp_path / package / "__init__.py").touch()
        for module in ("__main__", "faults", "formal", "mutate", "synth", "topologies"):
            (tmp_path / package / f"{module}.py").write_text(PROGRAM)
    return tmp_path


def inherited() -> dict[str, str]:
    """Return the environment without what a make that runs this has put there."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}


def make(
    clone: Path, *words: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run make in a clone, without the variables of a make that runs this."""
    return subprocess.run(
        [MAKE, "--no-print-directory", *words, f"PY={sys.executable}"],
        cwd=clone,
        env={**inherited(), **(environment or {})},
        capture_output=True,
        text=True,
    )


def variables_of(target: str) -> set[str]:
    """Return the variables that the Makefile says a target reads, apart from those of all."""
    show = "show: ; @echo $(READ_" + target + ")"
    done = subprocess.run(
        [MAKE, "--no-print-directory", "--eval", show, "show"],
        cwd=ROOT,
        env=inherited(),
        capture_output=True,
        text=True,
    )
    return set(done.stdout.split())


COMMANDS = ("sim", "regress", "coverage", "compare", "exhaustive", "bench")
TOOLS = {
    **{"faults": "qualify", "formal": "qualify", "mutate": "qualify"},
    **{"synth": "tools", "topologies": "tools"},
}
"""Targets, and the packages that have their tools."""


@pytest.mark.parametrize("target", COMMANDS)
def test_what_a_target_reads_is_what_its_command_takes(target: str) -> None:
    assert variables_of(target) == set(parser().commands[target].variables)


@pytest.mark.parametrize("target", TOOLS)
def test_what_a_target_reads_is_what_its_tool_takes(
    target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Parser] = []

    def parse(tool: Parser, words: object = None) -> None:
        seen.append(tool)
        raise SystemExit(0)

    monkeypatch.setattr(Parser, "parse", parse)
    with pytest.raises(SystemExit):
        importlib.import_module(f"{TOOLS[target]}.{target}").main()
    assert variables_of(target) == set(seen[0].variables)


@pytest.mark.parametrize("target", [*COMMANDS, *TOOLS, "test", "lint", "regs", "clean", "help"])
def test_what_a_target_does_not_read_is_refused_by_name(clone: Path, target: str) -> None:
    for name in {each for one in (*COMMANDS, *TOOLS) for each in variables_of(one)}:
        if name in variables_of(target):
            continue
        done = make(clone, target, f"{name}=1")
        assert done.returncode != 0 and not done.stdout
        assert re.search(rf"make {target} does not read {name}; it reads ", done.stderr)


def test_of_several_targets_one_has_to_read_it(clone: Path) -> None:
    assert make(clone, "sim", "exhaustive", "SET=odd").returncode == 0
    done = make(clone, "sim", "exhaustive", "DOCS=1")
    assert "make sim exhaustive does not read DOCS" in done.stderr


def test_an_empty_value_is_refused(clone: Path) -> None:
    for target in COMMANDS:
        for name in variables_of(target):
            done = make(clone, target, f"{name}=")
            assert done.returncode != 0
            assert f"{name}= is empty: give it a value or leave it out" in done.stderr
    assert make(clone, "faults", "ONLY=").returncode == 0, "that lists the names"


@pytest.mark.parametrize("value", ODD)
def test_values_arrive_as_they_are(clone: Path, value: str) -> None:
    names = {
        "sim": ("RTL", "TOP", "SET", "TEST", "SEED"),
        "compare": ("TRACE", "RTL"),
        "faults": ("ONLY",),
        "mutate": ("ONLY",),
    }
    for target, given in names.items():
        done = make(clone, target, *(f"{name}={value}" for name in given))
        assert done.returncode == 0, done.stderr
        for name in given:
            assert f"'{name}': {value!r}" in done.stdout
    assert not list(clone.rglob("owned"))


def test_the_environment_counts_where_a_target_reads_it(clone: Path) -> None:
    done = make(clone, "sim", environment={"SEED": "5", "SEEDS": "7"})
    assert "'SEED': '5'" in done.stdout


PYTHONS = ("PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH", "PYTHONOPTIMIZE", "PYTHONINSPECT")


def test_python_is_not_told_otherwise(clone: Path) -> None:
    (clone / "cocotbext/msi_its/__main__.py").write_text(
        "import os; print(sorted(each for each in os.environ if each.startswith('PYTHON')))"
    )
    done = make(clone, "sim", environment={each: "1" for each in (*PYTHONS, "PYTHONUNBUFFERED")})
    assert done.stdout == "['PYTHONUNBUFFERED']\n", done.stderr


# ---- in Python -----------------------------------------------------------------------------------


def example() -> Parser:
    """Return a parser with a command of each kind of variable."""
    commands = Parser(prog="make")
    command = commands.add_command("do", "do it")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--waves", action="store_true")
    command.add_argument("--rtl", default="")
    command.add_argument("trace", nargs="*")
    return commands


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Be run by make, which was given all that the example reads."""
    monkeypatch.setenv(READ, "SEED WAVES RTL TRACE")
    monkeypatch.setenv(GIVEN, "SEED WAVES RTL TRACE")
    return monkeypatch


@pytest.mark.parametrize("value", ODD)
def test_a_value_is_an_argument_as_it_is(given: pytest.MonkeyPatch, value: str) -> None:
    given.setenv("RTL", value)
    assert example().parse(["do"]).rtl == value


def test_switches_are_0_or_1(given: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for value, waves in (("1", True), ("0", False)):
        given.setenv("WAVES", value)
        assert example().parse(["do"]).waves is waves
    given.setenv("WAVES", "no")
    with pytest.raises(SystemExit):
        example().parse(["do"])
    assert capsys.readouterr().err == "error: WAVES=no: it is 1 for yes, or 0 for no\n"


def test_a_list_of_names(
    given: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given.chdir(tmp_path)
    given.setenv("TRACE", "a.jsonl 'b c.jsonl' --waves")
    parsed = example().parse(["do"])
    assert parsed.trace == ["a.jsonl", "b c.jsonl", "--waves"] and not parsed.waves
    odd = 'it\'s a; $(name) "of one" file.jsonl'
    given.setenv("TRACE", odd)
    with pytest.raises(SystemExit):
        example().parse(["do"])
    assert "a quote is not closed" in capsys.readouterr().err
    (tmp_path / odd).write_text("")
    assert example().parse(["do"]).trace == [odd]


@pytest.mark.parametrize("value", ODD)
def test_by_hand_words_are_those_of_make(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.delenv(READ, raising=False)
    parsed = example().parse(["do", f"RTL={value}", "WAVES=1", "TRACE=a 'b c'", "SEED=5"])
    assert (parsed.rtl, parsed.waves, parsed.seed) == (value, True, 5)
    assert parsed.trace == ["a", "b c"]
    parsed = example().parse(["do", "SEED=5", "--seed", "6", "--", "RTL=a"])
    assert (parsed.rtl, parsed.seed, parsed.trace) == ("", 6, ["RTL=a"])


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("WAVE=1", "make do does not read WAVE; it reads RTL SEED TRACE WAVES"),
        ("RTL=", "RTL= is empty: give it a value or leave it out"),
        ("WAVES=no", "WAVES=no: it is 1 for yes, or 0 for no"),
    ],
)
def test_by_hand_words_are_checked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], word: str, said: str
) -> None:
    monkeypatch.delenv(READ, raising=False)
    with pytest.raises(SystemExit):
        example().parse(["do", word])
    assert capsys.readouterr().err == f"error: {said}\n"


def test_help_names_every_variable(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        with pytest.raises(SystemExit):
            parse([command, "--help"])
        shown = capsys.readouterr().out
        shown_there = set(re.findall(r"^  (\w+)=", shown, re.MULTILINE))
        assert shown_there == variables_of(command) - {"ENGINE"}  # an old name
    for words in ([], ["help"]):
        with pytest.raises(SystemExit):
            parse(words)
        shown = capsys.readouterr().out
        assert all(f"    {command} " in shown for command in COMMANDS)


def test_flags_win(given: pytest.MonkeyPatch) -> None:
    given.setenv("SEED", "5")
    assert example().parse(["do"]).seed == 5
    assert example().parse(["do", "--seed", "6"]).seed == 6


def test_what_comes_from_the_environment_is_said(
    given: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given.setenv(GIVEN, "")
    given.setenv("SEED", "5")
    given.setenv("RTL", "")
    assert example().parse(["do"]).seed == 5
    assert capsys.readouterr().out == "SEED=5, from the environment\n"


def test_by_hand_the_environment_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(READ, raising=False)
    monkeypatch.setenv("SEED", "5")
    assert example().parse(["do"]).seed == 0


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be run by hand, also where make runs these tests."""
    monkeypatch.delenv(READ, raising=False)
    monkeypatch.delenv(GIVEN, raising=False)


@pytest.mark.parametrize(
    ("old", "level", "said"),
    [
        ("bulk", "batch", "say LEVEL=batch"),
        ("batch", "batch", "say LEVEL=batch"),
        ("signals", "pin", "say LEVEL=pin"),
        ("model", "model", "say LEVEL=model"),
        ("rtl", "", "leave it out"),
    ],
)
def test_an_old_name_is_understood_and_says_the_new_one(
    by_hand: None, capsys: pytest.CaptureFixture[str], old: str, level: str, said: str
) -> None:
    for words in ([f"ENGINE={old}"], ["--engine", old]):
        arguments = parse(["compare", *words, "TRACE=a.jsonl"])
        assert arguments.level == level and not hasattr(arguments, "engine")
        expected = f"ENGINE is understood until the next release: {said}\n"
        assert capsys.readouterr().err == expected


def test_an_old_name_with_another_value(by_hand: None, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["compare", "ENGINE=pins", "TRACE=a.jsonl"])
    assert capsys.readouterr().err == (
        "error: ENGINE is called LEVEL now, and is one of pin, batch, model\n"
    )
