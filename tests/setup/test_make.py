# SPDX-License-Identifier: MIT
"""What make does on a bare machine: a PATH with only what it needs, and no network.

The interpreter on that PATH is real where `tools/setup.sh` looks at it, and fake where it would
make an environment or call pip: then it only writes down that it was asked to.
"""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = ("Makefile", "pyproject.toml", "constraints.txt", "tools/setup.sh")
UTILITIES = ("sh", "cat", "cksum", "cp", "dirname", "echo", "ln", "mkdir", "rm", "xargs")
COMPILERS = ("g++", "c++", "make", "perl")

# Logs its arguments, makes an environment whose python is a copy of itself, and pretends that pip
# worked, or did not. Code to run goes to the real interpreter, after `{prelude}`.
PYTHON = """#!/bin/sh
echo "$@" >>'{log}'
case "$*" in
    "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    "-m pip "*) "{real}" -c "import time; time.sleep({seconds})"; exit {pip} ;;
    "-c import cocotb_tools" | "-m "*) ;;
    -V) echo "Python 3" ;;
    -c*) code=$2; shift 2; exec "{real}" -c "{prelude}
$code" "$@" ;;
esac
"""
OLD = "import sys; sys.version_info = (3, 9, 2)"
NO_VENV = "import sys; sys.modules['ensurepip'] = None"
NO_LIBRARY = """
import ctypes
def CDLL(name): raise OSError(name)
ctypes.CDLL = CDLL"""


@dataclass
class Machine:
    """A clone, and a PATH that holds only a few tools."""

    clone: Path
    path: Path
    log: Path

    def python(
        self, name: str = "python3", prelude: str = "", pip: int = 0, seconds: int = 0
    ) -> None:
        """Put a (fake) interpreter on PATH, whose pip takes some seconds."""
        script = PYTHON.format(
            log=self.log, real=sys.executable, prelude=prelude, pip=pip, seconds=seconds
        )
        (self.path / name).write_text(script)
        (self.path / name).chmod(0o755)

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run make with only that PATH."""
        make = shutil.which("make")
        assert make is not None
        return subprocess.run(
            [make, *arguments],
            cwd=self.clone,
            env={"PATH": str(self.path), "LC_ALL": "C"},
            capture_output=True,
            text=True,
            timeout=60,
        )

    def calls(self) -> list[str]:
        """What the interpreters were asked since the last call of this, code left out."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return [line for line in lines if line.startswith("-m ")]

    def refusal(self, *arguments: str) -> str:
        """Run a make that has to fail with one line, before anything was made; return that line."""
        done = self.make(*(arguments or ("setup",)))
        assert done.returncode != 0
        assert done.stdout == ""
        line, of_make = done.stderr.splitlines()
        assert of_make.startswith("make: *** ")
        assert not any(call.startswith(("-m venv", "-m pip")) for call in self.calls())
        assert not (self.clone / ".venv").exists()
        return line

    def installs(self, *arguments: str) -> bool:
        """Run a make that has to succeed; return whether it installed anything."""
        done = self.make(*(arguments or ("setup",)))
        assert done.returncode == 0, done.stderr
        calls = self.calls()
        assert ("-m venv .venv" in calls) == any(call.startswith("-m pip ") for call in calls)
        return "-m venv .venv" in calls


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path / "clone", tmp_path / "bin", tmp_path / "log")
    for file in FILES:
        (machine.clone / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, machine.clone / file)
    machine.path.mkdir()
    for tool in UTILITIES + COMPILERS:
        found = shutil.which("g++" if tool == "c++" else tool)  # a bare machine may have no c++
        assert found is not None
        (machine.path / tool).symlink_to(found)
    machine.python()
    return machine


def test_set_up_once(machine: Machine) -> None:
    done = machine.make("setup")
    assert done.returncode == 0, done.stderr
    venv, pip = machine.calls()
    assert venv == "-m venv .venv"
    assert pip.endswith("--requirement .venv/requirements.txt")
    requirements = (machine.clone / ".venv" / "requirements.txt").read_text().splitlines()
    assert {"cocotb ~= 2.1", "pytest ~= 9.2"} <= set(requirements)

    again = machine.make("setup")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert machine.calls() == []


def test_two_at_once_set_up_once(machine: Machine) -> None:
    machine.python(seconds=2)
    with ThreadPoolExecutor() as pool:
        both = [pool.submit(machine.make, "setup") for _ in range(2)]
    for each in both:
        assert each.result().returncode == 0, each.result().stderr
    assert machine.calls().count("-m venv .venv") == 1


@pytest.mark.parametrize(
    ("tool", "debian", "fedora"),
    [
        ("g++", "g++", "gcc-c++"),
        ("make", "make", "make"),
        ("perl", "perl", "perl"),
        ("xargs", "findutils", "findutils"),
        ("python3", "python3 python3-venv", "python3"),
    ],
)
def test_missing_tool(machine: Machine, tool: str, debian: str, fedora: str) -> None:
    (machine.path / tool).unlink()
    line = machine.refusal()
    assert line.startswith("setup: missing: " + tool.replace("python3", "Python 3.11 to 3.14"))
    assert f"apt install {debian} (Debian" in line
    assert f"dnf install {fedora} (Fedora" in line


@pytest.mark.parametrize("target", ["sim", "test", "lint", "regs"])
def test_missing_tool_stops_other_targets(machine: Machine, target: str) -> None:
    (machine.path / "g++").unlink()
    assert "missing: g++;" in machine.refusal(target)


def test_missing_tool_after_setup(machine: Machine) -> None:
    assert machine.installs()
    (machine.path / "g++").unlink()
    done = machine.make("sim")
    assert done.returncode != 0
    assert "missing: g++;" in done.stderr


def test_everything_missing_is_one_line(machine: Machine) -> None:
    for tool in ("g++", "perl", "python3"):
        (machine.path / tool).unlink()
    assert "apt install g++ perl python3 python3-venv (" in machine.refusal()


def test_perl_without_its_modules(machine: Machine) -> None:
    (machine.path / "perl").unlink()
    (machine.path / "perl").write_text("#!/bin/sh\nexit 2\n")
    (machine.path / "perl").chmod(0o755)
    line = machine.refusal()
    assert "perl's standard modules" in line
    assert "apt install perl (" in line


@pytest.mark.parametrize(
    ("prelude", "problem", "debian"),
    [
        (OLD, "Python 3.11 to 3.14 (found Python 3.9)", "python3 python3-venv"),
        (NO_VENV, "the venv module of Python 3.", "python3-venv"),
        (NO_LIBRARY, "the shared library of Python 3.", "libpython3-dev"),
    ],
)
def test_unsuitable_python(machine: Machine, prelude: str, problem: str, debian: str) -> None:
    machine.python(prelude=prelude)
    line = machine.refusal()
    assert f"missing: {problem}" in line
    assert f"apt install {debian} (" in line


def test_newer_python_beside_an_old_one(machine: Machine) -> None:
    machine.python("python3", OLD)
    machine.python("python3.11")
    assert machine.installs()
    assert (machine.clone / ".venv" / "ready").read_text().endswith("\npython3.11\n")


def test_chosen_python(machine: Machine) -> None:
    machine.python("mine", OLD)
    assert "as PYTHON=mine (found Python 3.9)" in machine.refusal("setup", "PYTHON=mine")
    machine.python("mine")
    assert machine.installs("setup")
    assert machine.installs("setup", "PYTHON=mine")
    assert not machine.installs("setup", "PYTHON=mine")
    assert not machine.installs("setup")


def test_half_built_environment_is_rebuilt(machine: Machine) -> None:
    assert machine.installs()
    (machine.clone / ".venv" / "ready").unlink()
    (machine.clone / ".venv" / "stale").touch()
    assert machine.installs()
    assert not (machine.clone / ".venv" / "stale").exists()


@pytest.mark.parametrize("file", ["pyproject.toml", "constraints.txt"])
def test_changed_dependencies_rebuild(machine: Machine, file: str) -> None:
    assert machine.installs()
    (machine.clone / file).touch()
    assert not machine.installs()
    with (machine.clone / file).open("a") as text:
        text.write("# changed\n")
    assert machine.installs()


def test_moved_clone_is_rebuilt(machine: Machine) -> None:
    assert machine.installs()
    machine.clone = machine.clone.rename(machine.clone.with_name("moved"))
    assert machine.installs()


def test_environment_whose_python_is_gone_is_rebuilt(machine: Machine) -> None:
    assert machine.installs()
    (machine.clone / ".venv" / "bin" / "python").unlink()
    assert machine.installs()


def test_pip_fails(machine: Machine) -> None:
    machine.python(pip=1)
    done = machine.make("sim")
    assert done.returncode != 0
    line, of_make = done.stderr.splitlines()[-2:]
    assert line.startswith("setup: pip could not install the dependencies")
    assert "network" in line
    assert of_make.startswith("make: *** ")
    assert "-m cocotbext.msi_its sim" not in machine.calls()
    machine.python()
    assert machine.installs()  # what the failure left behind is not used


def test_path_that_make_cannot_handle(machine: Machine) -> None:
    machine.clone = machine.clone.rename(machine.clone.with_name("my clone"))
    assert str(machine.clone) in machine.refusal()


def test_compiler_without_the_name_that_the_wheel_uses(machine: Machine) -> None:
    (machine.path / "c++").unlink()
    assert machine.installs()
    link = machine.clone / ".venv" / "bin" / "c++"
    assert os.readlink(link) == str(machine.path / "g++")


@pytest.mark.parametrize(
    ("arguments", "calls"),
    [
        (["sim"], ["-m cocotbext.msi_its sim"]),
        (["sim", "SEED=5", "WAVES=1"], ["-m cocotbext.msi_its sim"]),
        (["compare", "TRACE=a.jsonl"], ["-m cocotbext.msi_its compare"]),
        (["regs"], ["-m tools.registers", "-m tools.schemas", "-m tools.forms"]),
        (["formal", "ONLY=table", "FAULTS=1"], ["-m qualify.formal"]),
    ],
)
def test_what_is_run(machine: Machine, arguments: list[str], calls: list[str]) -> None:
    assert machine.installs()
    assert machine.make(*arguments).returncode == 0
    assert machine.calls() == calls


def test_tests_come_after_lint(machine: Machine) -> None:
    assert machine.installs()
    (machine.path / "git").symlink_to("/bin/true")
    assert machine.make("test").returncode == 0
    *lint, tests = machine.calls()
    assert tests == "-m pytest"
    programs = [call.split(" ")[1] for call in lint]
    of_python, of_all = ["ruff", "ruff", "mypy", "tools.lint_layers"], ["reuse"]
    assert programs == [*of_python, *of_all, "tools.registers", "tools.forms", "tools.lint_hdl"]


@pytest.mark.parametrize("git", [None, "/bin/false"])
def test_without_git_nobody_knows_whose_files_are_here(machine: Machine, git: str | None) -> None:
    assert machine.installs()
    if git:
        (machine.path / "git").symlink_to(git)
    done = machine.make("lint")
    assert done.returncode == 0
    assert "not checked, as git knows nothing of this folder: licences" in done.stdout
    assert not any("reuse" in call for call in machine.calls())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_clone_of_another_user(machine: Machine) -> None:
    machine.clone.chmod(0o555)
    try:
        assert "you may not write here, make a clone of your own" in machine.refusal()
    finally:
        machine.clone.chmod(0o755)


def test_compare_without_a_trace(machine: Machine) -> None:
    done = machine.make("compare")
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1
    assert 'usage: make compare TRACE="file [file...]" [LEVEL=pin|batch|model]' in done.stderr
    assert not (machine.clone / ".venv").exists()


def test_a_variable_that_nothing_reads_is_a_typing_error(machine: Machine) -> None:
    done = machine.make("sim", "WAVE=1")
    assert done.returncode != 0
    assert "unknown variable WAVE; there are: BRIDGE DOCS FAILED" in done.stderr
    assert not (machine.clone / ".venv").exists()


def test_help_is_the_default_and_names_every_target(machine: Machine) -> None:
    done = machine.make()
    assert done.returncode == 0
    targets = re.search(r"^\.PHONY: help (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets is not None
    assert re.findall(r"^make (\w+)", done.stdout, re.MULTILINE) == targets[1].split(" ")
    assert not (machine.clone / ".venv").exists()
