# SPDX-License-Identifier: MIT
"""How the variables of make become the arguments of a command: as they are, whatever is in them.

The Makefile says, per target, which variables it reads, and refuses all others. Their values come
here in the environment, so that neither make nor a shell can take them for more than values. Run by
hand, a command takes the same words as make, `msi-its sim SEED=5`, or flags of the same names:
`msi-its sim --seed 5`.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from cocotbext.msi_its.run.design import OWN
from cocotbext.msi_its.vocabulary.text import accept_any_terminal
from msi_its_model import DEFAULT_PROFILE, PROFILES, Profile

GIVEN = "MAKE_GIVEN"
"""The environment variable in which make names the variables that are on its command line."""

READ = "MAKE_READ"
"""The environment variable in which make names those that the target reads."""

_WORD = re.compile(r"([A-Z]+)=(.*)", re.DOTALL)
"""What make takes for a variable and its value."""


def seed(text: str) -> int:
    """Read a seed: 0 to 2**31 - 1, decimal or hexadecimal with 0x."""
    try:
        value = int(text, 0)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if not 0 <= value < 2**31:
        raise argparse.ArgumentTypeError(f"{value} is not between 0 and 2147483647")
    return value


def count(text: str) -> int:
    """Read a number of things: 1 or more."""
    value = seed(text)
    if not value:
        raise argparse.ArgumentTypeError("0 is not enough")
    return value


def profile(text: str) -> Profile:
    """Read the name of a profile."""
    if text not in PROFILES:
        raise argparse.ArgumentTypeError(f"there is no {text!r}; there are {', '.join(PROFILES)}")
    return PROFILES[text]


class _Renamed(argparse.Action):
    """A variable under its old name: it is understood, and its new name is said."""

    def __init__(
        self,
        option_strings: Sequence[str],
        dest: str,
        values: Mapping[str, str] | None,
        **options: Any,
    ) -> None:
        if values is None:
            options |= {"nargs": 0, "default": False}
        super().__init__(option_strings, dest, **options)
        self.values = values

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        value: Any,
        option_string: str | None = None,
    ) -> None:
        """Take the new value for the old one."""
        old, new = str(option_string).removeprefix("--").upper(), self.dest.upper()
        if self.values is None:
            print(f"{old} is understood until the next release: say {new}=1", file=sys.stderr)
            setattr(namespace, self.dest, True)
            return
        if value not in self.values:
            known = ", ".join(filter(None, dict.fromkeys(self.values.values())))
            parser.error(f"{old} is called {new} now, and is one of {known}")
        value = self.values[value]
        said = f"say {new}={value}" if value else "leave it out"
        print(f"{old} is understood until the next release: {said}", file=sys.stderr)
        setattr(namespace, self.dest, value)


class Parser(argparse.ArgumentParser):
    """Reads the variables of make, and speaks of them rather than of the flags."""

    def __init__(self, **options: Any) -> None:
        self.commands: dict[str, Parser] = {}
        self._flags: dict[str, bool] = {}  # by variable: whether it is a switch
        self._names = ""  # the variable that lists names
        super().__init__(**{"allow_abbrev": False, **options})

    def add_command(self, name: str, what: str) -> Parser:
        """Add a command of that name; return the parser of its own arguments."""
        if not self.commands:
            self._subparsers_action = self.add_subparsers(dest="command", required=True)
        command: Parser = self._subparsers_action.add_parser(name, help=what)
        self.commands[name] = command
        return command

    def add_argument(self, *names: str, **options: Any) -> argparse.Action:
        """Add the flag --name for the variable NAME; `name` for one that lists names of files."""
        variable = names[-1].removeprefix("--").upper()
        if not names[-1].startswith("-"):
            self._names = options["metavar"] = variable
        elif options.get("action") not in ("help", "version"):
            self._flags[variable] = options.get("action") == "store_true"
        return super().add_argument(*names, **options)

    def add_renamed(self, old: str, new: str, values: Mapping[str, str] | None = None) -> None:
        """Understand --old for --new, with what its values are called now; "" for the default.

        Without values it is a switch.
        """
        self._flags[old.upper()] = values is None
        help_ = argparse.SUPPRESS
        super().add_argument(f"--{old}", dest=new, action=_Renamed, values=values, help=help_)

    def add_design(self) -> None:
        """Let a command have RTL and TOP: the project's own by default (see `run.design.Rtl`)."""
        self.add_argument("--rtl", default=OWN.file_list, help="file list or sources of the RTL")
        self.add_argument("--top", default=OWN.top, help="name of its top module")

    def add_profile(self, default: Profile | None = DEFAULT_PROFILE) -> None:
        """Let a command have PROFILE: whose rules hold."""
        help_ = f"whose rules hold: {', '.join(PROFILES)}"
        self.add_argument("--profile", help=help_, type=profile, default=default)

    @property
    def variables(self) -> list[str]:
        """The variables that it reads."""
        return [*self._flags, *filter(None, [self._names])]

    def parse(self, words: Sequence[str] | None = None) -> argparse.Namespace:
        """Parse the command line, and what make was given; ends the program if that is wrong."""
        accept_any_terminal()
        words = list(sys.argv[1:] if words is None else words)
        reader = self.commands.get(words[0], self) if words else self
        first = [] if reader is self else [words.pop(0)]
        given = reader._from_make() if READ in os.environ else reader._take(words)
        flags, names = reader._as_flags(given)
        end = ["--"] if names and "--" not in words else []
        return self.parse_args([*first, *flags, *words, *end, *names])

    def _from_make(self) -> dict[str, str]:
        """Return the values of the variables that make was given, or found in the environment."""
        found, given = {}, os.environ[GIVEN].split()
        for name in self.variables:
            value = os.environ.get(name)
            if value is None or (not value and name not in given):
                continue
            if name not in given:
                print(f"{name}={value}, from the environment", flush=True)
            found[name] = value
        return found

    def _take(self, words: list[str]) -> dict[str, str]:
        """Take variables and their values, as make has them, out of the words before any `--`."""
        found = {}
        end = words.index("--") if "--" in words else len(words)
        for match in filter(None, map(_WORD.fullmatch, words[:end])):
            words.remove(match[0])
            name, found[name] = match.groups()
            if name not in self.variables:
                there = " ".join(sorted(self.variables)) or "no variables"
                self.error(f"{self.prog} does not read {name}; it reads {there}")
            if not found[name] and name != "ONLY":  # which then lists the names
                self.error(f"{name}= is empty: give it a value or leave it out")
        return found

    def _as_flags(self, given: Mapping[str, str]) -> tuple[list[str], list[str]]:
        """Return variables as flags, and the names of the one that lists some."""
        words, names = [], []
        for name, value in given.items():
            if name == self._names:
                names = self._split(name, value)
            elif not self._flags[name]:
                words.append(f"--{name.lower()}={value}")
            elif value not in ("0", "1"):
                self.error(f"{name}={value}: it is 1 for yes, or 0 for no")
            elif value == "1":
                words.append(f"--{name.lower()}")
        return words, names

    def _split(self, name: str, value: str) -> list[str]:
        """Return the names that a value lists: one that is there, or words as a shell has them."""
        if Path(value).exists():
            return [value]
        try:
            return shlex.split(value) or [value]
        except ValueError:
            self.error(f"{name}={value}: there is no such file; in a list, a quote is not closed")

    def format_help(self) -> str:
        """Say what it is for; a command says which variables it reads."""
        if self.commands:
            return super().format_help()
        lines = [f"usage: {self.prog} [NAME=value ...]", ""]
        for action in self._actions:
            name = action.dest.upper()
            if name in self.variables and action.help is not argparse.SUPPRESS:
                lines.append(
                    f"  {name + '=' + ('1' if self._flags.get(name) else '...'):<10} {action.help}"
                )
        return "\n".join(lines) + "\n"

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, in one line."""
        said = re.sub(r"argument --(\w+): ", lambda match: f"{match[1].upper()}: ", message)
        self.exit(2, f"error: {said}\n")
