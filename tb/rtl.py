# SPDX-License-Identifier: MIT
"""The design under test: the project's own RTL, or a user's with the same ports.

A file list has one source file a line, relative to the project's root or absolute; `+incdir+DIR`
and `+define+NAME=VALUE` as usual; `#` and `//` start comments.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tb.verilator import find_verilator

ROOT = Path(__file__).resolve().parent.parent

PARAMETERS = ("RANGES", "CONNECTIONS", "TARGETS", "ROUTES", "COUNTER_WIDTH")
"""The parameters that the testbench sets."""


class RtlError(Exception):
    """The RTL cannot be tested: a file is missing, it does not elaborate, or a port is wrong."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What a file list names."""

    files: list[Path] = field(default_factory=list)
    includes: list[Path] = field(default_factory=list)
    defines: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Port:
    """A port: `input` or `output`, and its width in bits; None: its type is no plain vector."""

    direction: str
    width: int | None

    def __str__(self) -> str:
        """The port as people say it."""
        return f"{self.direction}, {self.width} bit{'s' if self.width != 1 else ''}"


@dataclass(frozen=True, slots=True)
class Rtl:
    """A design: its file list and the name of its top module."""

    file_list: str = "hdl/translator.f"
    top: str = "msi_translator"

    @property
    def own(self) -> bool:
        """Whether it is the project's own."""
        return self == OWN

    @property
    def words(self) -> list[str]:
        """What make is told for it, unless it is the project's own."""
        return [] if self.own else [f"RTL={self.file_list}", f"TOP={self.top}"]

    def sources(self, root: Path = ROOT) -> Sources:
        """Read the file list. Raises RtlError for what cannot be read or does not exist."""
        try:
            lines = (root / self.file_list).read_text().splitlines()
        except OSError as error:
            raise RtlError(f"{self.file_list}: {error.strerror}") from error
        found = Sources()
        for number, line in enumerate(lines, 1):
            words = line.split("//")[0].split("#")[0].split()
            for word in words:
                where = f"{self.file_list}:{number}"
                if word.startswith("+incdir+"):
                    found.includes.extend(root / each for each in word.split("+")[2:])
                elif word.startswith("+define+"):
                    for each in word.split("+")[2:]:
                        name, _, value = each.partition("=")
                        found.defines[name] = value or "1"
                elif word.startswith(("-", "+")):
                    raise RtlError(f"{where}: {word} is not supported; see tb/rtl.py")
                elif not (root / word).is_file():
                    raise RtlError(f"{where}: {word} does not exist")
                else:
                    found.files.append(root / word)
        if not found.files:
            raise RtlError(f"{self.file_list}: names no source file")
        return found

    def interface(self) -> tuple[frozenset[str], dict[str, Port]]:
        """Return the names of the top module's parameters, and its ports by name."""
        sources = self.sources()
        verilator = find_verilator()
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder) / "tree.json"
            command = [
                *(str(verilator.executable), "--json-only", "-Wno-fatal", "-Mdir", folder),
                *("--json-only-output", str(tree)),
                *("--json-only-meta-output", str(Path(folder) / "meta.json")),
                *("--top-module", self.top),
                *(f"-I{each}" for each in sources.includes),
                *(f"-D{name}={value}" for name, value in sources.defines.items()),
                *map(str, sources.files),
            ]
            environment = {**os.environ, **verilator.environment()}
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            if done.returncode != 0 or not tree.is_file():
                errors = [line for line in done.stderr.splitlines() if line.startswith("%Error")]
                raise RtlError(
                    f"{self.file_list}: {self.top} does not elaborate\n" + "\n".join(errors)
                )
            return _interface(json.loads(tree.read_text()), self.top)

    def check(self) -> None:
        """Compare the ports with those of the project's own RTL, by name, direction and width.

        Raises RtlError that names everything missing or different. More ports are allowed if they
        are outputs: an input that nothing drives would not be a fair test.
        """
        wanted = OWN.interface()[1]
        parameters, ports = self.interface()
        problems = [f"parameter {name} is missing" for name in PARAMETERS if name not in parameters]
        for name, port in wanted.items():
            if name not in ports:
                problems.append(f"port {name} is missing ({port})")
                continue
            same_width = ports[name].width in (port.width, None)
            if ports[name].direction != port.direction or not same_width:
                problems.append(f"port {name} is {ports[name]}, not {port}")
        problems += [
            f"input {name} is not one that the testbench drives"
            for name, port in ports.items()
            if name not in wanted and port.direction != "output"
        ]
        if problems:
            raise RtlError(f"{self.top} ({self.file_list}):\n  " + "\n  ".join(problems))


OWN = Rtl()
"""The project's own RTL."""


def _interface(tree: dict[str, Any], top: str) -> tuple[frozenset[str], dict[str, Port]]:
    """Read parameters and ports from Verilator's JSON tree."""
    types = {each["addr"]: each for each in tree["miscsp"][0]["typesp"]}
    module = next(each for each in tree["modulesp"] if top in (each["name"], each.get("origName")))
    variables = [each for each in module["stmtsp"] if each["type"] == "VAR"]
    parameters = frozenset(each["name"] for each in variables if each["varType"] == "GPARAM")
    ports = {
        each["name"]: Port(each["direction"].lower(), _width(types.get(each["dtypep"])))
        for each in variables
        if each["direction"] in ("INPUT", "OUTPUT", "INOUT")
    }
    return parameters, ports


def _width(kind: dict[str, Any] | None) -> int | None:
    """Return the width of a type in bits, if it is a plain vector."""
    if kind is None or kind["type"] != "BASICDTYPE" or kind["keyword"] not in ("logic", "bit"):
        return None
    high, _, low = kind.get("range", "0:0").partition(":")
    return abs(int(high) - int(low)) + 1
