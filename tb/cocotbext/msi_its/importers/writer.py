# SPDX-License-Identifier: MIT
"""The trace that an importer makes: its lines, as they come, and a header in front of them."""

from __future__ import annotations

import gzip
import os
import shutil
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self, cast

from msgspec.json import Encoder

from cocotbext.msi_its.vocabulary.its_trace import COMMANDS, TRANSLATE
from cocotbext.msi_its.vocabulary.trace import FORMAT, VERSION

Entry = dict[str, Any]
"""A line of a trace, as its JSON object has it."""

_BUFFER_BYTES: Final = 1 << 18
_LEVEL: Final = 3
"""Of compression: a few percent larger than the best, in a third of the time."""
_SIGNALS: Final = ("signal_msi", "signal_msi_with_rid", "signal_event")


class Sink:
    """Takes the lines of a trace, and counts them."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        """How many lines there are of each operation."""
        self.encode = Encoder().encode
        """Makes JSON of an entry."""

    def write(self, entry: Entry) -> None:
        """Take a line."""
        self.counts[entry["op"]] += 1

    @property
    def messages(self) -> int:
        """How many messages it has: of the translator's operations, or of an ITS alone."""
        sent = sum(self.counts[name] for name in _SIGNALS)
        return sent or self.counts[TRANSLATE]

    @property
    def commands(self) -> int:
        """How many commands of an ITS it has."""
        return sum(self.counts[name] for name in COMMANDS)

    @property
    def lines(self) -> int:
        """How many lines it has, without the header."""
        return self.counts.total()


class TraceWriter(Sink):
    """Writes a trace, which appears under its name when it is complete; `.gz` is gzipped.

    The header says at the top what is known at the end, so the lines wait in a file beside it. Use
    it as a context: what is not finished is removed.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._lines = path.with_name(f".{path.name}.{os.getpid()}.lines")
        self._whole = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._open(self._lines)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()
        self._lines.unlink(missing_ok=True)
        self._whole.unlink(missing_ok=True)

    def _open(self, path: Path) -> BinaryIO:
        if self.path.suffix != ".gz":
            return path.open("wb", buffering=_BUFFER_BYTES)
        return cast(BinaryIO, gzip.open(path, "wb", compresslevel=_LEVEL))

    def write(self, entry: Entry) -> None:
        """Write a line."""
        self.counts[entry["op"]] += 1
        self._file.write(self.encode(entry) + b"\n")

    def finish(self, header: Entry) -> None:
        """Write what the header has beside format and version, and put the trace in its place."""
        self._file.close()
        with self._open(self._whole) as file:
            file.write(self.encode({"format": FORMAT, "version": VERSION, **header}) + b"\n")
        with self._whole.open("ab") as whole, self._lines.open("rb") as lines:
            shutil.copyfileobj(lines, whole)
        os.replace(self._whole, self.path)
