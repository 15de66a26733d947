# SPDX-License-Identifier: MIT
"""How paths and other people's texts are written, on a terminal and in reports."""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path

CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What a log may hold and a report may not: colours, and what XML has no way to write."""


class UserError(Exception):
    """What a user can put right: it says what is wrong and what to do, so it needs no traceback."""


def shown(path: str | Path) -> str:
    """Return a path as people can use it where the command runs: relative if it is inside."""
    path = Path(path).absolute()
    folder = Path(os.path.realpath(os.curdir))
    for absolute in (path, path.resolve()):
        if absolute.is_relative_to(folder):
            return visible(str(absolute.relative_to(folder)))
    return visible(str(path))


def visible(text: str) -> str:
    r"""Return a text in one line, with each character that does not print as `\n`, `\x1b`, ..."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape", "surrogatepass").decode()
        for each in text
    )


def printable(text: str) -> str:
    """Return a text of several lines with all else that does not print made visible."""
    return "\n".join(visible(line.replace("\t", "    ")) for line in text.split("\n"))


def accept_any_terminal() -> None:
    """Write what a terminal or a file in its encoding has no character for in another way."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def tail(path: Path, lines: int = 15) -> str:
    """Return the end of a log, without control characters; nothing if there is none."""
    return "\n".join(end(path).splitlines()[-lines:])


def end(path: Path, size: int = 1 << 18) -> str:
    """Return the last bytes of a log as text, without control characters."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - size))
            return CONTROL.sub("", file.read().decode(errors="replace"))
    except OSError:
        return ""
