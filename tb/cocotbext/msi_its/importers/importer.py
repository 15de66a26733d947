# SPDX-License-Identifier: MIT
"""What an importer is: it takes a log's lines, and writes those of a trace."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from cocotbext.msi_its.importers.gaps import Gaps
from cocotbext.msi_its.importers.ports import Ports, Time
from cocotbext.msi_its.importers.writer import Entry, Sink
from cocotbext.msi_its.vocabulary.trace_file import LOG_FILE, LOG_LINE


class Importer(ABC):
    """Reads one kind of log.

    It is given the files one after the other: `begin`, then all lines by `take`, and `end`; after
    the last one `finish`. Whatever a log holds, it raises nothing: what cannot be read is noted in
    `gaps`.
    """

    name: ClassVar[str]
    """What KIND= calls it."""
    title: ClassVar[str]
    """What such a file is called in a sentence."""
    signs: ClassVar[re.Pattern[bytes]]
    """What a line has that only this kind of log has."""

    def __init__(self, writer: Sink, gaps: Gaps) -> None:
        self.writer = writer
        self.gaps = gaps
        self.ports = Ports(self.write, gaps)
        self.routes = False
        """Whether vectors are to be routes, where a log shows their tables and has messages too."""
        self.file: int | None = None
        """Which of several files is read, from 0."""

    @classmethod
    def arranged(cls, paths: Sequence[str | Path]) -> list[str | Path]:
        """Return the files in the order in which they are to be read."""
        return list(paths)

    def begin(self, start: Sequence[bytes]) -> None:  # noqa: B027 (most need not know)
        """Start with a file, which begins with these lines."""

    @abstractmethod
    def take(self, first: int, lines: Sequence[bytes]) -> None:
        """Take the next lines; `first` is the number of the first of them, from 1."""

    def end(self) -> None:  # noqa: B027
        """Write what is left of a file: it is at its end."""

    def finish(self) -> None:  # noqa: B027 (most have nothing left to do)
        """Write what is left after the last file."""

    def header(self) -> Entry:
        """Return what the header of the trace has of this log."""
        return {}

    def write(self, line: int, t_us: Time, entry: Entry) -> None:
        """Write a line of the trace that comes from a line of the log."""
        if t_us is not None:
            entry["t_us"] = t_us
        entry[LOG_LINE] = line
        if self.file is not None:
            entry[LOG_FILE] = self.file
        self.writer.write(entry)
