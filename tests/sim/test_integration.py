# SPDX-License-Identifier: MIT
"""What an integrator takes: the core for FuseSoC, the instantiation to copy from, the code in C."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator
from qualify.edits import FAULTS, place

PASSED = "smoke: passed: 4 messages sent, 3 dropped\n"

C11 = ("g++", "-x", "c", "-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-c")
"""The C compiler that comes with g++."""

BRING_UP = "examples/c/bring_up.c"
HEADERS = (f"-I{ROOT}/hdl/registers/generated",)

USER = """\
CAPI=2:
name: ::user:0
filesets:
  rtl:
    depend: ["::msi_its"]
    file_type: systemVerilogSource
    files: [instantiation.sv]
targets:
  lint:
    filesets: [rtl]
    toplevel: instantiation
    flow: lint
    flow_options: {tool: verilator, verilator_options: [-Wall]}
"""
"""A core of a user, in which the translator is instantiated."""


def copied(folder: Path) -> Path:
    """Return a folder in this one, with what msi_its.core names, and a user's core."""
    cores = folder / "cores"
    shutil.copytree(ROOT / "hdl", cores / "hdl")
    shutil.copytree(ROOT / "examples", cores / "examples")
    shutil.copy(ROOT / "msi_its.core", cores)
    (cores / "examples/user.core").write_text(USER)
    return cores


@pytest.fixture
def cores(tmp_path: Path) -> Path:
    return copied(tmp_path)


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for all tests here that simulate: they build again only what they change."""
    cores = copied(tmp_path_factory.mktemp("smoke"))
    assert fusesoc(cores, "sim", "--setup").returncode == 0
    return cores


def fusesoc(
    cores: Path, target: str, *options: str, core: str = "msi_its"
) -> subprocess.CompletedProcess[str]:
    """Run a target of a core, with the Verilator of the project, in a folder beside the cores."""
    # FuseSoC's makefile does not know headers and objects: the one of Verilator below it does.
    (cores.parent / target / "Vmsi_translator").unlink(missing_ok=True)
    homes = {f"XDG_{name}_HOME": str(cores.parent / name) for name in ("CACHE", "CONFIG", "DATA")}
    work = ["--work-root", str(cores.parent / target)]
    words = ["--cores-root", str(cores), "run", *work, "--target", target, *options, f"::{core}"]
    return subprocess.run(
        ["fusesoc", *words],
        cwd=cores.parent,
        env={**os.environ, **find_verilator().environment(), **homes},
        capture_output=True,
        text=True,
        timeout=300,
    )


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text that is there once."""
    assert file.read_text().count(old) == 1
    file.write_text(file.read_text().replace(old, new))


def test_lint(cores: Path) -> None:
    done = fusesoc(cores, "lint")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stdout + done.stderr


def test_lint_refuses_a_warning(cores: Path) -> None:
    edit(cores / "hdl/msi_translator.sv", "  logic    clearing;", "  logic    clearing, forgotten;")
    done = fusesoc(cores, "lint")
    assert done.returncode != 0 and "UNUSEDSIGNAL" in done.stdout + done.stderr


def test_the_smoke_test_passes(smoke: Path) -> None:
    done = fusesoc(smoke, "sim")
    assert done.returncode == 0, done.stdout + done.stderr
    assert PASSED in done.stdout + done.stderr


def test_it_passes_in_c11(smoke: Path) -> None:
    """Verilator's makefile compiles C as C++: here what is linked was compiled before, as C."""
    compiled = smoke.parent / "sim/bring_up.o"
    own = ("-DMSI_ITS_OWN_ACCESS", *HEADERS, "-o", str(compiled))
    subprocess.run([*C11, str(smoke / BRING_UP), *own], check=True)
    before = compiled.read_bytes()
    done = fusesoc(smoke, "sim", "--build", "--run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "bring_up.o" in done.stdout + done.stderr
    assert PASSED in done.stdout + done.stderr
    assert compiled.read_bytes() == before


def test_the_c_code_compiles_for_mapped_registers(tmp_path: Path) -> None:
    subprocess.run([*C11, str(ROOT / BRING_UP), *HEADERS, "-o", str(tmp_path / "o")], check=True)


MASKED = """\
    // An enabled route keeps the DeviceID that it has: masked, its events wait for the new one.
    for (i = 0; i < count; i++)
        if (mask(base, &interrupts[i]))
            return -1;
"""
ACKNOWLEDGED = "    MSI_ITS_WRITE(base, ALERT, MSI_CSR__ALERT__ALERT_bm);\n"
LAST = "    last = MSI_ITS_READ(base, LAST_DROP);\n"
REASON = "    why = MSI_ITS_READ(base, LAST_DROP_REASON);\n"
DRIVER = "examples/c/msi_its.h"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (BRING_UP, MASKED, "", "an event while buses were renumbered"),
        (DRIVER, ACKNOWLEDGED, "", "the alert stays up"),
        (DRIVER, LAST + REASON, REASON + LAST, "LAST_DROP is another one"),
    ],
    ids=["routes stay enabled", "no acknowledgement", "the reason first"],
)
def test_it_fails(smoke: Path, file: str, old: str, new: str, said: str) -> None:
    """With one thing wrong, and sound again afterwards."""
    sound = (smoke / file).read_text()
    try:
        edit(smoke / file, old, new)
        done = fusesoc(smoke, "sim")
    finally:
        (smoke / file).write_text(sound)
    assert done.returncode != 0
    assert f"smoke: FAILED: {said}\n" in done.stdout + done.stderr


def test_it_fails_on_broken_rtl(smoke: Path) -> None:
    fault = next(each for each in FAULTS if each.name.startswith("`<` instead of `<=`"))
    file = place(fault).relative_to(ROOT)
    test_it_fails(smoke, str(file), fault.old, fault.new, "a message of a function behind the port")


def test_the_instantiation_elaborates_in_a_core_of_a_user(cores: Path) -> None:
    done = fusesoc(cores, "lint", core="user")
    assert done.returncode == 0, done.stdout + done.stderr
    edit(cores / "examples/instantiation.sv", "      .retire_sent           (),\n", "")
    done = fusesoc(cores, "lint", core="user")
    assert done.returncode != 0 and "PINMISSING" in done.stdout + done.stderr


def test_the_instantiation_has_all_parameters() -> None:
    named = r"^    parameter int unsigned (\w+)"
    parameters = re.findall(named, (ROOT / "hdl/msi_translator.sv").read_text(), re.MULTILINE)
    text = (ROOT / "examples/instantiation.sv").read_text()
    assert len(parameters) == 7
    assert [name for name in parameters if not re.search(rf"\.{name} *\(", text)] == []
