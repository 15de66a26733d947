# SPDX-License-Identifier: MIT
"""Every file of tests is run by someone, a new one too; one that nobody would run is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cocotbext.msi_its.commands import regress, sim
from cocotbext.msi_its.commands.sim import plan
from cocotbext.msi_its.report import regression as summary
from cocotbext.msi_its.run import discovery, sets
from cocotbext.msi_its.run.design import OWN
from cocotbext.msi_its.run.discovery import KINDS, DiscoveryError, check, modules
from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.run.sets import EVERYTHING, SETS, only

NEW = """
from cocotbext.msi_its.bench.environment import translator_test
{kind}

@translator_test()
async def {name}(env):
    pass
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the tests, to which files can be added."""
    for folder in KINDS:
        shutil.copytree(ROOT / "tests" / folder, tmp_path / "tests" / folder)
    monkeypatch.setattr(discovery, "ROOT", tmp_path)
    monkeypatch.setattr(sets, "ROOT", tmp_path)
    monkeypatch.setattr(sets, "recordings", lambda *_: ())
    monkeypatch.setattr(sim, "recordings", lambda *_: ())
    monkeypatch.setattr(summary, "recordings", lambda *_: ())
    return tmp_path


def in_sim() -> dict[str, set[str]]:
    """Return what `make sim` runs, by the folder of the simulation."""
    found = plan(1, OWN, EVERYTHING)
    return {Path(each.run.results).name: set(each.modules) for each in found}


def in_regress() -> dict[tuple[str, str], set[str]]:
    """Return what `make regress` runs, by set and kind."""
    jobs = summary.Plan(1, 1, OWN, "").jobs
    return {(job.set, job.kind): set(job.modules) for job in jobs}


def named(folder: str, *names: str) -> set[str]:
    return {f"tests.{folder}.{name}_tests" for name in names}


def test_every_file_is_run_by_someone() -> None:
    check()
    for folder, kinds in KINDS.items():
        files = {path.stem for path in (ROOT / "tests" / folder).glob("*_tests.py")}
        run = [module for kind in kinds for module in modules(kind, folder)]
        assert sorted(run) == sorted(f"tests.{folder}.{name}" for name in files)
        # By make compare and make bench, which know them by name.
        assert modules("traces", folder) == (f"tests.{folder}.trace_tests",)
        assert modules("bench", folder) == (f"tests.{folder}.bench_tests",)
    assert set().union(*in_sim().values()) == named(
        "rtl",
        *("reference_unit", "rule", "programming", "software"),
        *("hardware", "timing", "random", "trace"),
    )


def test_what_each_set_runs(root: Path) -> None:
    directed = named("rtl", "reference_unit", "rule", "programming", "software")
    hardware = named("rtl", "hardware", "timing")
    random = named("rtl", "random")
    assert in_sim() == {
        "default": directed | hardware | random,
        "smallest": hardware | random,
        "odd": hardware | random,
        "today": hardware | random,
        "traces": named("rtl", "trace"),
        "traces-today": named("rtl", "trace"),
    }
    found = in_regress()
    for name in SETS:
        assert found[name, "directed"] == hardware | (directed if name == "default" else set())
        assert found[name, "random"] == random
    assert found["traces", "recorded"] == named("rtl", "trace")
    assert set(modules("random", "batch")) == named("batch", "random")
    assert set(modules("exhaustive", "batch")) == named("batch", "exhaustive")


@pytest.mark.parametrize(
    ("kind", "sets"), [("directed", ["default"]), ("hardware", [*SETS]), ("random", [*SETS])]
)
def test_a_new_file_is_run(root: Path, kind: str, sets: list[str]) -> None:
    (root / "tests/rtl/my_tests.py").write_text(NEW.format(kind=f"KIND = '{kind}'", name="mine"))
    check()
    (mine,) = named("rtl", "my")
    assert [name for name, found in in_sim().items() if mine in found] == [
        name for name in sets if name != "largest"
    ]
    which = "random" if kind == "random" else "directed"
    assert [key for key, found in in_regress().items() if mine in found] == [
        (name, which) for name in sets
    ]
    for name in sets:
        assert only(name, "my_tests.mine").module == (mine,)


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("rtl/my_tests", "", r'it has no KIND, so nothing runs it; say which, as in KIND = "dir'),
        ("rtl/my_tests", "KIND = 'direct'", 'KIND = "direct" is unknown here.*; there are: dir'),
        ("rtl/my_tests", "KIND = 'exhaustive'", 'KIND = "exhaustive" is unknown here'),
        ("batch/my_tests", "KIND = 'directed'", 'KIND = "directed" is unknown here'),
        ("rtl/my_tests", "KIND = 'bench'", r"is that of bench_tests\.py alone"),
        ("rtl/test_mine", "KIND = 'random'", r"it has tests; name it test_mine_tests\.py"),
        ("rtl/mine", "", r"it has tests; name it mine_tests\.py"),
    ],
)
def test_a_file_that_nobody_would_run_is_refused(
    root: Path, name: str, kind: str, words: str
) -> None:
    (root / f"tests/{name}.py").write_text(NEW.format(kind=kind, name="mine"))
    with pytest.raises(DiscoveryError, match=rf"^tests/{name}\.py: .*{words}"):
        check()
    with pytest.raises(DiscoveryError):
        sim.sim(1, False, OWN)
    with pytest.raises(DiscoveryError):
        regress.regress(1, 1, 1, False, OWN, False)
