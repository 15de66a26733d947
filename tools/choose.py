# SPDX-License-Identifier: MIT
"""What the tools have in common: RTL= and TOP= name the design, ONLY= chooses what is done."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cocotbext.msi_its.run.design import Rtl
from cocotbext.msi_its.run.fingerprint import of

T = TypeVar("T")


@dataclass
class NothingChosen(Exception):
    """ONLY= names nothing: it is empty, or unknown; `names` are what it can name."""

    only: str
    names: Sequence[str]
    what: str

    def say(self, command: str) -> int:
        """Say what there is, or what is close; return the exit status, 0 if that was asked for."""
        if not self.only.strip():
            print("\n".join(self.names))
            return 0
        words = re.findall(r"\w{3,}", self.only.lower())
        close = [name for name in self.names if any(word in name.lower() for word in words)]
        close = (difflib.get_close_matches(self.only, self.names, cutoff=0.5) or close)[:5]
        said = "ONLY= (empty) lists them"
        if close or len(self.names) <= 12:
            said = f"{'close' if close else 'there are'}: {'; '.join(close or self.names)}"
        print(
            f"error: {command}: no {self.what} has {self.only!r} in its name; {said}",
            file=sys.stderr,
        )
        return 2


def choose(only: str | None, items: Sequence[T], name: Callable[[T], str], what: str) -> list[T]:
    """Return the items whose name contains a text, all if it is None; raise NothingChosen."""
    if only is None:
        return list(items)
    chosen = [item for item in items if only.strip() and only in name(item)]
    if not chosen:
        raise NothingChosen(only, list(dict.fromkeys(map(name, items))), what)
    return chosen


@contextlib.contextmanager
def unchanged(
    fingerprint: Callable[[], str], error: type[Exception], what: str = "the RTL"
) -> Iterator[str]:
    """Give a fingerprint, and raise the error if it is another one in the end.

    What was found meanwhile would be a result of neither.
    """
    before = fingerprint()
    yield before
    now = ""
    with contextlib.suppress(OSError):  # a file that is gone
        now = fingerprint()
    if now != before:
        raise error(f"{what} was changed meanwhile, so this says nothing: start again")


def rtl_of(arguments: argparse.Namespace) -> Rtl:
    """Return the design that the arguments name."""
    return Rtl(arguments.rtl, arguments.top)


def results_of(rtl: Rtl, folder: Path) -> Path:
    """Return where the results for a design go: the folder, or one in it if it is not the own."""
    if not rtl.own:
        folder /= f"{rtl.top}-{of([rtl])[:8]}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
