# SPDX-License-Identifier: MIT
"""The design under test: the project's own RTL, or a user's with the same ports.

What it is made of, which parameters and ports it has, and what Verilator says of it come from an
elaboration by the very Verilator that builds the simulation.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cocotbext.msi_its.run.file_list import FileListError, Sources, read
from cocotbext.msi_its.run.places import HERE, INSTALLED, ROOT
from cocotbext.msi_its.run.simulators import verilator
from cocotbext.msi_its.run.simulators.verilator_finder import find_verilator
from cocotbext.msi_its.vocabulary.text import UserError

FILE_LIST = "hdl/translator.f"
"""The project's own RTL. Where the package is installed it goes by its whole path; this name is one
of the user's files there."""

WAIVERS = "hdl/lint.vlt"
"""What Verilator need not warn of, in files that are generated."""

ASSERTIONS = "hdl/sva/sva.f"
"""The assertions on the project's own RTL, inside and at its ports."""

PORT_ASSERTIONS = "hdl/sva/ports.f"
"""Those that hold at the ports of any translator ..."""

RANGE_ASSERTIONS = "hdl/sva/range.f"
"""... of one that has `s_range` ..."""

ATTACHED_TO = "MSI_TRANSLATOR"
"""... and the macro that names the module they are attached to."""

PARAMETERS = (
    *("RANGES", "CONNECTIONS", "TARGETS", "ROUTES"),
    *("COUNTER_WIDTH", "CHECK_DEFAULT_RID", "DEVID_BITS"),
)
"""The parameters that the testbench sets."""

OPTIONAL = "s_range_"
"""How the names of ports begin that a design has or has not, all together."""

TIMED = ("DELAY", "EVENTCONTROL", "FORK", "WAIT", "WAITFORK")
"""What Verilator's tree calls the statements that take time."""

LISTED_WARNINGS = 5
"""How many of Verilator's warnings are shown; all are counted."""


class RtlError(UserError):
    """The RTL cannot be tested: a file is missing, it does not elaborate, or a port is wrong."""


@dataclass(frozen=True, slots=True)
class Port:
    """A port: `input` or `output`, and its width in bits; None: its type is no packed vector."""

    direction: str
    width: int | None

    def __str__(self) -> str:
        """The port as people say it."""
        if self.width is None:
            return f"{self.direction}, of a type that is no packed vector"
        return f"{self.direction}, {self.width} bit{'s' if self.width != 1 else ''}"


@dataclass(frozen=True, slots=True)
class Elaborated:
    """A design with values for its parameters, as Verilator sees it.

    `parameters` are their names, `ports` are by name, `files` is all that was read (included files
    and modules of libraries, too); `warnings` are Verilator's, as it words them; with `timing` the
    design has delays.
    """

    parameters: frozenset[str]
    ports: Mapping[str, Port]
    files: tuple[Path, ...]
    warnings: tuple[str, ...]
    timing: bool

    def say_warnings(self) -> str:
        """Count Verilator's warnings by kind and show the first few; empty if there are none."""
        if not self.warnings:
            return ""
        kinds = Counter(_kind(each) for each in self.warnings)
        counted = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        plural = "s" if len(self.warnings) > 1 else ""
        lines = [f"{len(self.warnings)} warning{plural} of Verilator ({counted}):"]
        lines += [f"  {each}" for each in self.warnings[:LISTED_WARNINGS]]
        if len(self.warnings) > LISTED_WARNINGS:
            lines.append(f"  ... and {len(self.warnings) - LISTED_WARNINGS} more")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Rtl:
    """A design: its file list, and the name of its top module.

    `file_list` may also be a source (.v, .sv), or several names, as words of a shell. With `sva`
    the assertions of `hdl/sva` are attached to it.
    """

    file_list: str = str(ROOT / FILE_LIST) if INSTALLED else FILE_LIST
    top: str = "msi_translator"
    sva: bool = False

    @property
    def own(self) -> bool:
        """Whether it is the project's own."""
        return (self.file_list, self.top) == (OWN.file_list, OWN.top)

    @property
    def words(self) -> list[str]:
        """What make is told for it, unless it is the project's own."""
        return [] if self.own else [f"RTL={self.file_list}", f"TOP={self.top}"]

    @property
    def checked_words(self) -> list[str]:
        """The same for a command that attaches the assertions unless it is told not to."""
        return [*self.words, *([] if self.sva else ["SVA=0"])]

    def describe(self) -> str:
        """Say which design it is."""
        return f"{self.top} of {self.file_list}"

    def sources(self, root: Path = HERE) -> Sources:
        """Read the file list. Raises RtlError for what cannot be read or does not exist."""
        if not self.file_list or not self.top:
            raise RtlError("RTL= and TOP= name a file list and a top module: give neither empty")
        names = [self.file_list]
        if not (root / self.file_list).exists():
            try:
                names = shlex.split(self.file_list)
            except ValueError:  # a quote that is not closed: a name like any other
                names = [self.file_list]
        try:
            found = read([Path(name) for name in names], root)
        except FileListError as error:
            raise RtlError(str(error)) from error
        if found.top not in ("", self.top):
            raise RtlError(f"{self.file_list} names {found.top} as its top: say TOP={found.top}")
        if self.sva:
            lists = [ASSERTIONS]
            if not self.own:
                lists = [PORT_ASSERTIONS, *([RANGE_ASSERTIONS] if self._has_range() else [])]
            added = read([ROOT / each for each in lists], ROOT)
            found.files += [file for file in added.files if file not in found.files]
            found.defines.setdefault(ATTACHED_TO, self.top)
        return found

    def _has_range(self) -> bool:
        """Whether it has the port `s_range`."""
        ports = replace(self, sva=False).elaborate().ports
        return any(name.startswith(OPTIONAL) for name in ports)

    def options(self, sources: Sources, parameters: Mapping[str, int], timing: bool) -> list[str]:
        """Return what Verilator is told about the design: everything but what becomes of it."""
        told = False if sources.timing is False else timing or None
        return [*verilator.design_options(self.top, parameters, told, self.own), *sources.options]

    def elaborate(self, parameters: Mapping[str, int] | None = None) -> Elaborated:
        """Let Verilator elaborate it; parameters that are not given have their default values.

        Raises RtlError if it does not elaborate.
        """
        sources = self.sources()
        key = self, str(parameters), str(sources)
        if key in _elaborated and _elaborated[key][0] == _stats(sources, _elaborated[key][1]):
            return _elaborated[key][1]
        with tempfile.TemporaryDirectory() as folder:
            done = self._elaborate(sources, parameters or {}, folder)
            tree = Path(folder) / "tree.json"
            if done.returncode != 0 or not tree.is_file():
                lines = [f"{self.file_list}: {self.top} does not elaborate"]
                lines += [line for line in done.stderr.splitlines() if line.startswith("%Error")]
                if "--top-module" in done.stderr:
                    lines.append("the name of the top module is given with TOP=")
                raise RtlError("\n".join(lines))
            read = _read_files(Path(folder) / f"V{self.top}__ver.d")
            warnings = [line for line in done.stderr.splitlines() if line.startswith("%Warning")]
            text = tree.read_text()
            timing = sources.timing
            if timing is None:
                timing = any(f'"type":"{each}"' in text for each in TIMED)
            design = json.loads(text)
            names, ports = _interface(design, self.top)
            read += self._memory_files(design) if '"type":"READMEM"' in text else []
        # What Verilator brings along is a matter of its version.
        brought = find_verilator().root
        files = [file for file in read if not file.is_relative_to(brought)]
        found = Elaborated(names, ports, tuple(files), tuple(warnings), timing)
        _elaborated[key] = _stats(sources, found), found
        return found

    def _elaborate(
        self, sources: Sources, parameters: Mapping[str, int], folder: str
    ) -> subprocess.CompletedProcess[str]:
        found = find_verilator()
        command = [
            *(str(found.executable), "--json-only", "--MMD", "-Wno-fatal", "-Mdir", folder),
            *("--json-only-output", str(Path(folder) / "tree.json")),
            *("--json-only-meta-output", str(Path(folder) / "meta.json")),
            *("--prefix", f"V{self.top}"),
            *(*self.options(sources, parameters, timing=False), WAIVERS),
            *map(str, sources.files),
        ]
        environment = {**os.environ, **found.environment()}
        for name in sources.variables:
            environment.pop(name, None)
        return subprocess.run(
            command,
            env=environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
        )

    def _memory_files(self, tree: object) -> list[Path]:
        """Return the files that the design reads its memories from when it starts."""
        found = []
        for name in _memory_names(tree):
            path = Path(name)
            if not path.is_absolute():
                raise RtlError(
                    f"{self.file_list}: $readmem reads {name}, relative to where a simulation runs "
                    "(its folder of results): give it an absolute path, by a macro for example"
                )
            if not path.is_file():
                raise RtlError(f"{self.file_list}: $readmem reads {name}, which does not exist")
            found.append(path)
        return found

    def files_read(self, parameters: Mapping[str, int] | None = None) -> tuple[Path, ...]:
        """Return all RTL that the simulator reads: included files and modules of libraries, too."""
        return self.elaborate(parameters).files

    def check(self, parameters: Mapping[str, int] | None = None) -> Elaborated:
        """Compare the ports with those of the project's own RTL, by name, direction and width.

        Returns the elaborated design. Raises RtlError that names everything missing or different.
        More ports are allowed if they are outputs: an input that nothing drives would not be a fair
        test. `s_range` may be missing, with all of its ports.
        """
        found = replace(self, sva=False).elaborate(parameters)
        problems = [
            f"parameter {name} is missing" for name in PARAMETERS if name not in found.parameters
        ]
        common = {name: each for name, each in (parameters or {}).items() if name in PARAMETERS}
        wanted = OWN.elaborate(common).ports
        without = not any(name.startswith(OPTIONAL) for name in found.ports)
        for name, port in wanted.items():
            if name.startswith(OPTIONAL) and without:
                continue
            if name not in found.ports:
                problems.append(f"port {name} is missing ({port})")
            elif found.ports[name] != port:
                problems.append(f"port {name} is {found.ports[name]}, not {port}")
        problems += [
            f"input {name} is not one that the testbench drives"
            for name, port in found.ports.items()
            if name not in wanted and port.direction != "output"
        ]
        if problems:
            raise RtlError(f"{self.top} ({self.file_list}):\n  " + "\n  ".join(problems))
        return self.elaborate(parameters) if self.sva else found


OWN = Rtl()
"""The project's own RTL."""


_elaborated: dict[tuple[Rtl, str, str], tuple[object, Elaborated]] = {}
"""What was elaborated in this process, and the state of the files at that time."""


def _stats(sources: Sources, elaborated: Elaborated) -> object:
    """Return what changes when a file that was read does, or one comes that might hide it."""
    found = []
    for path in (*elaborated.files, *sources.includes, *sources.libraries):
        try:
            stat = path.stat()
            found.append((path, stat.st_ino, stat.st_size, stat.st_mtime_ns))
        except OSError:
            found.append((path, 0, 0, 0))
    return found


def _kind(warning: str) -> str:
    """Return the name of one of Verilator's warnings."""
    match = re.match(r"%Warning-(\w+)", warning)
    return match[1] if match else "without a name"


def _read_files(dependencies: Path) -> list[Path]:
    """Return the files that Verilator says it has read, in order and absolute."""
    text = dependencies.read_text(errors="surrogateescape")
    # It writes a makefile's rule, but leaves spaces within names as they are.
    found, name = [], ""
    for word in text.strip().partition(" : ")[2].split(" "):
        name += word
        if os.path.isfile(ROOT / name):
            found.append(ROOT / name)
            name = ""
        elif name:
            name += " "
    if name:
        raise RtlError(f"which files Verilator has read is not understood: {name}")
    return list(dict.fromkeys(found))


def _memory_names(node: Any) -> Iterator[str]:
    """Yield the names of the files that $readmemh and $readmemb read, where they are constant."""
    if isinstance(node, list):
        for each in node:
            yield from _memory_names(each)
    elif isinstance(node, dict):
        if node.get("type") == "READMEM" and node["filenamep"][0]["type"] == "CONST":
            yield node["filenamep"][0]["name"].strip('\\"')
        for each in node.values():
            yield from _memory_names(each)


def _interface(tree: dict[str, Any], top: str) -> tuple[frozenset[str], dict[str, Port]]:
    """Read parameters and ports from Verilator's JSON tree."""
    types = {each["addr"]: each for each in tree["miscsp"][0]["typesp"]}
    module = next(each for each in tree["modulesp"] if top in (each["name"], each.get("origName")))
    variables = [each for each in module["stmtsp"] if each["type"] == "VAR"]
    parameters = frozenset(each["name"] for each in variables if each["varType"] == "GPARAM")
    ports = {
        each["name"]: Port(each["direction"].lower(), _width(each["dtypep"], types))
        for each in variables
        if each["direction"] in ("INPUT", "OUTPUT", "INOUT")
    }
    return parameters, ports


_INTEGRAL = ("logic", "bit", "byte", "shortint", "int", "integer", "longint", "time")


def _width(address: str, types: Mapping[str, dict[str, Any]]) -> int | None:
    """Return the width in bits of a type, if it is integral, however it is declared."""
    kind = types.get(address, {"type": "unknown"})
    match kind["type"]:
        case "BASICDTYPE" if kind["keyword"] in _INTEGRAL:
            return _size(kind.get("range", "0:0"))
        case "REFDTYPE" | "ENUMDTYPE":
            return _width(kind["refDTypep"], types)
        case "PARAMTYPEDTYPE" if kind["dtypep"] != address:
            return _width(kind["dtypep"], types)
        case "PACKARRAYDTYPE":
            width = _width(kind["refDTypep"], types)
            return None if width is None else width * _size(kind["declRange"].strip("[]"))
        case "STRUCTDTYPE" | "UNIONDTYPE" if kind.get("packed"):
            widths = [_width(member["dtypep"], types) for member in kind["membersp"]]
            known = [width for width in widths if width is not None]
            if len(known) < len(widths):
                return None
            return sum(known) if kind["type"] == "STRUCTDTYPE" else max(known)
    return None


def _size(bounds: str) -> int:
    """Return how many bits a range like 7:0 or 0:7 has."""
    left, _, right = bounds.partition(":")
    return abs(int(left) - int(right)) + 1
