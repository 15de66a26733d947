# SPDX-License-Identifier: MIT
"""File lists of RTL, as Verilator reads them with -F, and as other simulators' users write them.

A list names sources, one or more a line. `//` and `#` after white space or at the start of a line,
and `/* */` are comments; quotes and backslashes keep white space; `$NAME`, `${NAME}` and `$(NAME)`
in a path stand for environment variables. What cannot be honoured is refused with its name, file
and line: nothing is left out in silence.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SOURCES = (".v", ".sv", ".vh", ".svh", ".vlt")
LISTS = (".f", ".fl", ".flist", ".list")
"""How the names of sources and of file lists end, where one can be taken for the other."""

VHDL = (".vhd", ".vhdl")
COMPILED = (".c", ".cc", ".cpp", ".cxx", ".o", ".a", ".so")
NO_VHDL = "is VHDL, which Verilator does not read"

READ = (
    "+incdir+, -I, +define+, -D, -U, -f, -F, -y, -v, +libext+, -sv, -timescale, --top-module, "
    "--timing and -W…"
)
"""The options that are read, for messages."""

HONOURED = "cannot be honoured here"

LISTED = 10
"""How many problems of file lists are shown; all are counted."""

VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\}|\((\w+)\))")
DOLLAR = "\0"
"""A $ that names no variable, in a word."""

TIMESCALE = re.compile(r"1(?:00?)?[munpf]?s/1(?:00?)?[munpf]?s")


class FileListError(Exception):
    """A file list cannot be read or honoured; says which, where in it, and what to do."""


@dataclass(slots=True)
class Sources:
    """What a design is read from; all paths are absolute.

    `files` are sources and Verilator's control files (.vlt), `libraries` folders (-y) and
    `library_files` files (-v) that modules are looked for in, with `extensions`; `warnings` are
    Verilator's -W options; `top` and `timescale` are empty, and `timing` is None, where the lists
    do not say.
    """

    files: list[Path] = field(default_factory=list)
    includes: list[Path] = field(default_factory=list)
    defines: dict[str, str] = field(default_factory=dict)
    undefines: list[str] = field(default_factory=list)
    libraries: list[Path] = field(default_factory=list)
    library_files: list[Path] = field(default_factory=list)
    extensions: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    top: str = ""
    timescale: str = ""
    timing: bool | None = None

    @property
    def options(self) -> list[str]:
        """What Verilator is told besides the files."""
        return [
            *self.warnings,
            *(f"-D{name}={value}" for name, value in self.defines.items()),
            *(f"-U{name}" for name in self.undefines),
            *(f"-I{folder}" for folder in self.includes),
            *(word for folder in self.libraries for word in ("-y", str(folder))),
            *(word for file in self.library_files for word in ("-v", str(file))),
            *(f"+libext+{extension}" for extension in self.extensions),
        ]

    @property
    def paths(self) -> list[Path]:
        """All files and folders that are named."""
        return [*self.files, *self.includes, *self.libraries, *self.library_files]

    @property
    def variables(self) -> list[str]:
        """The environment variables that Verilator would put into the paths: it must not see them.

        Where a path was meant to name one, that has been done, and a name may have a $ of its own.
        """
        found = {
            name for path in self.paths for names in VARIABLE.findall(str(path)) for name in names
        }
        return sorted(found - {""})


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a list, and where it stands."""

    text: str
    file: Path
    line: int

    def error(self, why: str) -> FileListError:
        return FileListError(f"{self.file}:{self.line}: {self.text.replace(DOLLAR, '$')} {why}")


def read(files: Sequence[Path], cwd: Path) -> Sources:
    """Read sources and file lists (told apart by their names: .v, .sv… are sources).

    A path in a list is relative to the list's folder; if there is nothing, to `cwd`. In a list that
    is named there with -f it means what it means in that one, with -F it is relative to that list's
    own folder. Raises FileListError.
    """
    found, problems = Sources(), []
    for file in files:
        path = Path(os.path.normpath(cwd / file))
        if path.suffix in VHDL:
            problems.append(f"{file}: {NO_VHDL}")
        elif path.suffix in COMPILED:
            problems.append(f"{file}: {HONOURED}: only RTL is compiled with the testbench")
        elif path.suffix in SOURCES:
            if not path.is_file():
                problems.append(f"{file}: there is no such file")
            found.files.append(path)
        else:
            _read_list(path, (path.parent, cwd), found, problems, ())
    problems += [
        f"{path}: Verilator cannot read a file whose name has a quote, backslash or line end in it"
        for path in found.paths
        if re.search(r'["\\\n]', str(path))
    ]
    if problems:
        shown = problems[:LISTED]
        if len(problems) > LISTED:
            shown.append(f"... and {len(problems) - LISTED} more")
        if any(HONOURED in each for each in problems):
            shown.append(f"take out what cannot be honoured; what is read: {READ}")
        raise FileListError("\n".join(shown))
    if not any(file.suffix != ".vlt" for file in found.files):
        raise FileListError(f"{' '.join(map(str, files))}: names no source file")
    return found


def _read_list(
    path: Path,
    bases: tuple[Path, ...],
    found: Sources,
    problems: list[str],
    outer: tuple[Path, ...],
) -> None:
    """Add what a list names to `found`, and to `problems` what is wrong with it.

    `outer` are the lists that it is named in.
    """
    if path in outer:
        problems.append(f"{outer[-1]}: names {path.name}, which names it: a circle")
        return
    try:
        text = path.read_bytes().decode("utf-8-sig", errors="surrogateescape")
    except OSError as error:
        problems.append(f"{path}: {error.strerror}")
        return
    refused = False
    try:
        for word in (words := _words(text, path)):
            try:
                inner = _take(word, words, bases, found)
            except FileListError as error:
                # A word behind an option that is not known may well be its value.
                if not refused or word.text[:1] in "-+":
                    problems.append(str(error))
                refused = word.text[:1] in "-+"
            else:
                refused = False
                if inner is not None:
                    _read_list(*inner, found, problems, (*outer, path))
    except FileListError as error:
        problems.append(str(error))


def _take(
    word: _Word, following: Iterator[_Word], bases: tuple[Path, ...], found: Sources
) -> tuple[Path, tuple[Path, ...]] | None:
    """Add what one word, with the one behind it where it takes one, stands for.

    Returns a list that it names, and what paths in that are relative to.
    """
    text = word.text

    def argument() -> _Word:
        behind = next(following, None)
        if behind is None or behind.text[:1] in "-+":
            raise word.error("needs a name behind it")
        return behind

    match text:
        case "-f" | "-F":
            behind = argument()
            inner = _existing(behind, bases)
            return inner, (inner.parent,) if text == "-F" else bases
        case "-y":
            found.libraries.append(_folder(argument(), bases))
        case "-v":
            found.library_files.append(_existing(argument(), bases))
        case "-timescale" | "--timescale":
            _set_timescale(argument(), found)
        case "-top" | "--top" | "-top-module" | "--top-module":
            found.top = argument().text
        case "-sv" | "-sverilog":
            pass  # it is SystemVerilog anyway
        case "--timing" | "-timing" | "--no-timing" | "-no-timing":
            found.timing = "no" not in text
        case _ if text.startswith("+incdir+"):
            found.includes += [_folder(_part(word, each), bases) for each in _parts(word)]
        case _ if text.startswith("-I") and len(text) > 2:
            found.includes.append(_folder(_part(word, text[2:]), bases))
        case _ if text.startswith("+define+"):
            for each in _parts(word):
                _define(each, found)
        case _ if text.startswith("-D") and len(text) > 2:
            _define(text[2:], found)
        case _ if text.startswith("-U") and len(text) > 2:
            found.undefines.append(text[2:])
        case _ if text.startswith("+libext+"):
            found.extensions += _parts(word)
        case _ if text.startswith("-timescale="):
            _set_timescale(_part(word, text.partition("=")[2]), found)
        case _ if text.startswith("-W"):
            found.warnings.append(text)
        case _ if text.startswith(("-", "+")):
            raise word.error(HONOURED)
        case _:
            path = _existing(word, bases)
            if path.suffix in LISTS:
                raise word.error("is a file list: write -F in front (paths relative to it), or -f")
            if path.suffix in VHDL:
                raise word.error(NO_VHDL)
            if path.suffix in COMPILED:
                raise word.error(f"{HONOURED}: only RTL is compiled with the testbench")
            found.files.append(path)
    return None


def _parts(word: _Word) -> list[str]:
    """Return the parts of a word like +incdir+a+b."""
    parts = word.text.split("+")[2:]
    if not any(parts):
        raise word.error("names nothing")
    return [part for part in parts if part]


def _part(word: _Word, text: str) -> _Word:
    return _Word(text, word.file, word.line)


def _define(text: str, found: Sources) -> None:
    """Take NAME=VALUE, also with no value (NAME=), or NAME, which stands for 1."""
    name, equals, value = text.replace(DOLLAR, "$").partition("=")
    found.defines[name] = value if equals else "1"


def _set_timescale(word: _Word, found: Sources) -> None:
    if not TIMESCALE.fullmatch(word.text):
        raise word.error("is no time scale: 1ns/1ps is one")
    if found.timescale not in ("", word.text):
        raise word.error(f"contradicts {found.timescale}, given before")
    found.timescale = word.text


def _candidates(word: _Word, bases: tuple[Path, ...]) -> list[Path]:
    """Return what a path may mean, one for each base."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[3]
        if name not in os.environ:
            raise word.error(f"names ${name}, which is not set in the environment: set it")
        return os.environ[name]

    path = VARIABLE.sub(value, word.text).replace(DOLLAR, "$")
    return list(dict.fromkeys(Path(os.path.normpath(base / path)) for base in bases))


def _existing(word: _Word, bases: tuple[Path, ...]) -> Path:
    """Return the file that a path means."""
    candidates = _candidates(word, bases)
    there = [path for path in candidates if path.is_file()]
    if not there:
        raise word.error(f"does not exist: no {' and no '.join(map(str, candidates))}")
    if len(there) > 1 and not there[0].samefile(there[1]):
        raise word.error(f"may mean {there[0]} or {there[1]}: say which, by an absolute path")
    return there[0]


def _folder(word: _Word, bases: tuple[Path, ...]) -> Path:
    """Return the folder that a path means: the first there is; if none, nothing is read there."""
    candidates = _candidates(word, bases)
    return next((path for path in candidates if path.is_dir()), candidates[0])


TOKEN = re.compile(
    r"""
      (?P<comment>(?<!\S)(?://|\#)[^\n]* | /\*.*?\*/)
    | (?P<open>/\*)
    | (?P<space>\s+)
    | (?P<part>"(?:\\.|[^"\\])*" | '[^']*' | \\. | (?:(?!/\*)[^\s"'\\])+)
    | (?P<quote>["'\\])
    """,
    re.DOTALL | re.VERBOSE,
)
"""What a list is made of: a word is one or more parts without anything in between."""


def _unquoted(part: str) -> str:
    """Return what a part of a word stands for; a $ in single quotes or after a backslash is one."""
    match part[0]:
        case "'":
            return part[1:-1].replace("$", DOLLAR)
        case "\\":
            return part[1:].replace("$", DOLLAR)
        case '"':
            return re.sub(r"\\(.)", lambda match: match[1].replace("$", DOLLAR), part[1:-1])
    return part


def _words(text: str, file: Path) -> Iterator[_Word]:
    """Yield the words of a list."""
    word, line = "", 1
    for match in TOKEN.finditer(text + "\n"):
        kind, part = match.lastgroup, match[0]
        if kind in ("open", "quote"):
            what = "/* is not closed" if kind == "open" else f"{part} is not closed"
            raise FileListError(f"{file}:{line}: {what}")
        if kind == "part":
            word += _unquoted(part)
        elif word:
            yield _Word(word, file, line)
            word = ""
        line += part.count("\n")
