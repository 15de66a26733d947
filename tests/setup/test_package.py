# SPDX-License-Identifier: MIT
"""The package as users install it: the model with nothing else, the testbench in their folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import venv
from importlib.metadata import distribution
from pathlib import Path

import pytest

from cocotbext.msi_its.commands.main import CLONE_ONLY
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.vocabulary import csr
from msi_its_model import __version__
from qualify.edits import place
from qualify.faults import SIMULATED
from tests.setup.requirements import brought_by

TRACE = """\
{"op": "connect", "connection": 0, "segment": 1}
{"op": "set_bus_range", "range": 0, "secondary": 16, "subordinate": 31}
{"op": "bind_target", "target": 0, "connection": 0, "range": 0, "devfn": 8}
{"op": "signal_msi_with_rid", "target": 0, "rid": "0x1f00", "address": "0x8090040", "data": 5}
{"op": "signal_msi_with_rid", "target": 0, "rid": "0x2000", "address": "0x8090040", "data": 6}
"""

BENCH = """
import models, tb, tests  # the user's own
import cocotbext.msi_its, msi_its_model
from cocotbext.msi_its.vocabulary.trace import iter_trace
from msi_its_model import AssignedBusRange

AssignedBusRange().set_bus_range(5, 10)
assert len(list(iter_trace("my.jsonl"))) == 5
for package in (models, tb, tests, msi_its_model, cocotbext.msi_its):
    print(package.__file__)
"""

TEST = "rule_tests.r1_bounds_are_inclusive_and_inverted_ranges_empty"


class Installed:
    """An environment that has the package installed, and a user's folder."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder = folder / "bench"
        self.folder.mkdir()
        environment = folder / "environment"
        venv.create(environment, symlinks=True)
        self.bin = environment / "bin"
        (self.packages,) = environment.glob("lib/python*/site-packages")
        pip = (
            "-m",
            "pip",
            "--python",
            str(self.bin / "python"),
            "install",
            "--no-index",
            "--no-compile",
        )
        subprocess.run([sys.executable, *pip, str(wheel)], check=True, capture_output=True)
        self.data = self.packages / "cocotbext/msi_its/data"

    def add_testbench(self) -> None:
        """Add what the extra `testbench` brings along, as it is installed here."""
        extra = self.bin.with_name("extra")
        extra.mkdir()
        for name in {requirement.name for requirement in brought_by("testbench")}:
            there = distribution(name)
            tops = {file.parts[0] for file in there.files or []} - {"..", "__pycache__"}
            for top in tops:
                if not (extra / top).exists():
                    (extra / top).symlink_to(str(there.locate_file(top)))
        (self.packages / "extra.pth").write_text(f"{extra}\n")

    def run(
        self, program: str, *words: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, in the user's folder."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MAKE", "MFLAGS", "MSI_ITS", "PYTHON", "COCOTB"))
        }
        # The clone's environment has a c++ where the machine has none.
        inherited["PATH"] += os.pathsep + str(Path(sys.executable).parent)
        return subprocess.run(
            [str(self.bin / program), *words],
            cwd=self.folder,
            env={**inherited, **environment},
            capture_output=True,
            text=True,
        )

    def state(self) -> dict[str, tuple[int, int]]:
        """What changes when something is written into the package's data."""
        stats = {path: path.stat() for path in (self.data, *self.data.rglob("*"))}
        return {str(path): (each.st_mtime_ns, each.st_size) for path, each in stats.items()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = ("-m", "pip", "wheel", "--no-index", "--no-build-isolation", "--wheel-dir", str(folder))
    subprocess.run([sys.executable, *pip, str(ROOT)], check=True, capture_output=True)
    (made,) = folder.iterdir()
    assert made.name == f"msi_its-{__version__}-py3-none-any.whl"
    return made


@pytest.fixture(scope="module")
def model(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Return an environment with nothing but the package, without the testbench's."""
    return Installed(tmp_path_factory.mktemp("model"), wheel)


@pytest.fixture(scope="module")
def testbench(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Return an environment with the testbench, whose data nobody may change."""
    installed = Installed(tmp_path_factory.mktemp("testbench"), wheel)
    installed.add_testbench()
    for path in (installed.data, *installed.data.rglob("*")):
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    for name in ("models", "tb", "tests"):
        (installed.folder / name).mkdir()
        (installed.folder / name / "__init__.py").touch()
    (installed.folder / "my.jsonl").write_text(TRACE)
    return installed


def test_the_models_example_runs_with_nothing_else_installed(model: Installed) -> None:
    listed = "import importlib.metadata as m; print([each.name for each in m.distributions()])"
    assert model.run("python", "-c", listed).stdout == "['msi-its']\n"
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    example += "import msi_its_model; print(msi_its_model.__file__)"
    done = model.run("python", "-c", example)
    path = model.packages / "msi_its_model/__init__.py"
    assert done.stdout == f"0xabcd0518 0xfee00000 42\n{path}\n", done.stderr


def test_both_packages_have_types(model: Installed) -> None:
    for package in ("msi_its_model", "cocotbext/msi_its"):
        assert (model.packages / package / "py.typed").is_file()
    assert not (model.packages / "cocotbext/__init__.py").exists(), "others share that name"


def test_without_the_testbenchs_packages_it_says_what_to_install(model: Installed) -> None:
    for words in (["sim"], ["regress"], ["exhaustive"], ["bench"], ["compare", "TRACE=a"]):
        done = model.run("msi-its", *words)
        assert done.returncode == 2 and not done.stdout
        assert re.fullmatch(
            r"error: .*\(\w+ is missing\): pip install 'msi-its\[testbench\]'\n", done.stderr
        )


@pytest.mark.parametrize("command", CLONE_ONLY)
def test_what_only_a_clone_can_do_is_refused_by_name(model: Installed, command: str) -> None:
    done = model.run("msi-its", command, "SEED=5")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {command} needs a clone of the project; there: make {command}\n"


def test_words_are_those_of_make(model: Installed) -> None:
    for words, said in {
        (
            "sim",
            "SEEDS=3",
        ): "msi-its sim does not read SEEDS; it reads JOBS PROFILE RTL SEED SET SVA ",
        ("sim", "SEED="): "SEED= is empty: give it a value or leave it out",
        ("sim", "SEED=x"): "SEED: 'x' is not a whole number",
        ("compare",): "the following arguments are required: TRACE",
        ("bench", "DOCS=1"): "DOCS=1 writes a page of a clone of the project: leave it out",
    }.items():
        done = model.run("msi-its", *words)
        assert done.returncode == 2 and done.stderr.startswith(f"error: {said}"), done.stderr


def test_a_folder_that_make_cannot_work_in_is_refused(model: Installed) -> None:
    done = model.run("msi-its", "sim", MSI_ITS_BUILD="my results")
    assert done.returncode == 2
    assert f"set MSI_ITS_BUILD to another: {model.folder}/my results\n" in done.stderr


def test_there_is_one_version_number(model: Installed) -> None:
    assert model.run("msi-its", "--version").stdout == f"msi-its {__version__}\n"
    header = (ROOT / "hdl/registers/generated/msi_csr.h").read_text()
    numbers = [
        int(value, 16)
        for field in reversed(csr.VERSION.fields)
        for value in re.findall(rf"VERSION__{field.upper()}_reset (\w+)", header)
    ]
    assert numbers == [int(number) for number in __version__.split(".")[:2]]


def test_a_bench_of_the_same_names_uses_both_packages(testbench: Installed) -> None:
    done = testbench.run("python", "-c", BENCH)
    own = [testbench.folder / name for name in ("models", "tb", "tests")]
    ours = [testbench.packages / name for name in ("msi_its_model", "cocotbext/msi_its")]
    assert done.stdout.split() == [f"{path}/__init__.py" for path in own + ours], done.stderr


def test_simulations_run_in_the_users_folder(testbench: Installed) -> None:
    before = testbench.state()
    done = testbench.run("msi-its", "compare", "TRACE=my.jsonl", "SEED=5")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "compared: the RTL with the golden model" in done.stdout
    result = json.loads((testbench.folder / "build/compare/result.json").read_text())
    assert (result["passed"], result["traces"][0]["messages"]) == (True, 1)
    assert result["rtl"]["file_list"] == str(testbench.data / "hdl/translator.f")

    # PYTHONPATH has the user's own package `tests`: the testbench's are still its own.
    done = testbench.run(
        *("msi-its", "sim", f"TEST={TEST}", "SEED=5"), PYTHONPATH=str(testbench.folder)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (testbench.folder / "build/sim/result.json").is_file()
    assert testbench.state() == before


def test_the_users_rtl_is_not_taken_for_the_projects(testbench: Installed) -> None:
    """Also where its file list has the same name, and its top module."""
    fault, hdl = SIMULATED[0], testbench.folder / "hdl"
    shutil.copytree(ROOT / "hdl", hdl)
    changed = hdl / place(fault).relative_to(ROOT / "hdl")
    changed.write_text(changed.read_text().replace(fault.old, fault.new))
    own = ["RTL=hdl/translator.f", "TOP=msi_translator"]
    done = testbench.run("msi-its", "sim", f"TEST={TEST}", "SEED=5", *own)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"msi-its sim SET=default TEST={TEST} SEED=5 {' '.join(own)}" in done.stdout


def test_results_go_where_the_user_says(testbench: Installed, tmp_path: Path) -> None:
    words = ("compare", "TRACE=my.jsonl", "LEVEL=model")
    done = testbench.run("msi-its", *words, MSI_ITS_BUILD=str(tmp_path / "here"))
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "here/compare/result.json").read_text())["passed"]
