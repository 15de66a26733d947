# SPDX-License-Identifier: MIT
"""Commands, run as a user runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cocotbext.msi_its.run.places import ROOT
from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator

CLOSING = (
    r"{}: (\d+) operations, (\d+) messages compared, (\d+) dropped, (\d+) mismatches"
    r", profile \w+(?: and \w+)*"
    r"(?:, \d+ tests FAILED)?"
)


def tb(*arguments: str, **environment: str) -> tuple[int, str]:
    """Run `python -m cocotbext.msi_its …`; return its exit status and output."""
    done = subprocess.run(
        [sys.executable, "-m", "cocotbext.msi_its", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr + done.stdout


def closing(command: str, output: str) -> tuple[int, ...]:
    """Return the figures of the closing line, which must be the last."""
    found = re.fullmatch(CLOSING.format(command), output.splitlines()[-1])
    assert found is not None, output
    return tuple(map(int, found.groups()))


@contextmanager
def verilator_found() -> Iterator[None]:
    """Have what this process starts find Verilator, for the time of the block."""
    with pytest.MonkeyPatch.context() as patch:
        for name, text in find_verilator().environment().items():
            patch.setenv(name, text)
        yield
