# SPDX-License-Identifier: MIT
"""What an importer assumed, left out, could not know, or refused: counted, and never in silence."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from cocotbext.msi_its.vocabulary.text import visible

FIRST: Final = 3
"""Of how many lines the numbers are kept, for each thing that is noted."""

DIFFERENT: Final = 500
"""How many different things are noted; a log that makes more is told so."""

LONGEST: Final = 400
"""How many characters of what is noted are kept: some of it is from the log."""

EXCERPT: Final = 100
"""How many characters of a refused line are shown."""


class Kind(StrEnum):
    """What a note is about."""

    REFUSED = "refused"
    """A line that should have been read, and is broken or of a format that is not known."""
    ASSUMED = "assumed"
    LEFT_OUT = "left out"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Gap:
    """One thing that was noted: how often, in which lines first, and how the first one reads."""

    kind: Kind
    what: str
    count: int = 0
    lines: list[str] = field(default_factory=list)
    excerpt: str = ""

    def __str__(self) -> str:
        text = f"{self.kind}: {self.what}"
        if self.lines:
            more = ", ..." if self.count > len(self.lines) else ""
            often = f"{self.count:,} times, " if self.count > 1 else ""
            lines = "line" if len(self.lines) == 1 and not more else "lines"
            text += f" ({often}{lines} {', '.join(self.lines)}{more})"
        return text + (f": {self.excerpt}" if self.excerpt else "")


class Gaps:
    """The list of what was noted."""

    def __init__(self) -> None:
        self._found: dict[tuple[Kind, str], Gap] = {}
        self.file = ""
        """Said with the numbers of lines, where there are several files."""

    def note(
        self,
        kind: Kind,
        what: str,
        line: int | None = None,
        text: bytes = b"",
        times: int = 1,
    ) -> None:
        """Note something, once or again; `text` is the line that is refused."""
        key = (kind, what)
        gap = self._found.get(key)
        if gap is None:
            if len(self._found) >= DIFFERENT:
                key = (Kind.LEFT_OUT, "more different things than are listed here")
            gap = self._found.setdefault(key, Gap(key[0], visible(key[1][:LONGEST])))
            gap.excerpt = visible(text.decode(errors="replace").strip()[:EXCERPT])
        gap.count += times
        if line is not None and len(gap.lines) < FIRST:
            gap.lines.append(f"{self.file}:{line}" if self.file else str(line))

    def refuse(self, line: int, what: str, text: bytes) -> None:
        """Note that a line is broken, or of a format that is not known."""
        self.note(Kind.REFUSED, what, line, text)

    def assume(self, what: str, line: int | None = None) -> None:
        """Note what is not in the log, and was taken to be so."""
        self.note(Kind.ASSUMED, what, line)

    def leave_out(self, what: str, line: int | None = None, times: int = 1) -> None:
        """Note what is in the log, and not in the trace; `times` more than once."""
        self.note(Kind.LEFT_OUT, what, line, times=times)

    def unknown(self, what: str, line: int | None = None) -> None:
        """Note what the log does not say, and the trace leaves open."""
        self.note(Kind.UNKNOWN, what, line)

    @property
    def listed(self) -> list[Gap]:
        """What was noted, what was refused first."""
        return sorted(self._found.values(), key=lambda gap: list(Kind).index(gap.kind))

    def count(self, kind: Kind) -> int:
        """How many notes there are of a kind."""
        return sum(gap.count for gap in self._found.values() if gap.kind == kind)

    def entries(self) -> list[dict[str, Any]]:
        """The list as a trace's header has it."""
        return [
            {"kind": gap.kind.value, "what": gap.what, "count": gap.count, "lines": gap.lines}
            for gap in self.listed
        ]
