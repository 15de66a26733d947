# SPDX-License-Identifier: MIT
"""Parameter sets, and what of the regression runs with each: tests and recordings."""

from __future__ import annotations

import ast
import hashlib
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cocotbext.msi_its.batch.trace import Lines, validate
from cocotbext.msi_its.run.discovery import modules
from cocotbext.msi_its.run.places import BUILD, PROGRAM, ROOT
from cocotbext.msi_its.vocabulary.its_trace import names_its_operation, validate_its
from cocotbext.msi_its.vocabulary.operations import Configuration, Tables
from cocotbext.msi_its.vocabulary.settings import TraceFile
from cocotbext.msi_its.vocabulary.text import UserError, visible
from cocotbext.msi_its.vocabulary.trace import TraceSummary
from cocotbext.msi_its.vocabulary.trace_file import TraceError, stem
from msi_its_model import DEFAULT_PROFILE, PROFILES, Profile

TODAY = PROFILES["08ec11066"]


RECORDINGS = (
    "tests/traces/basic.jsonl.gz",
    "tests/traces/rescan.jsonl.gz",
    "tests/traces/basic-routes.jsonl.gz",
    "tests/traces/rescan-routes.jsonl.gz",
    "tests/its/basic-mixed.jsonl.gz",
)
"""Recorded traffic: no profile's own rule decides anything in it."""

VECTORS = {
    "e08751800": ("tests/vectors/openvmm.jsonl.gz",),
    "08ec11066": ("tests/vectors/today-shared.jsonl.gz", "tests/vectors/today-extended.jsonl.gz"),
}
"""What OpenVMM did, by the name of the profile that its commit has."""


STALLED = ("basic", "basic-routes", "today-extended")
"""The recordings that are replayed once more with stalls at random."""


STALL = 0.2
"""The share of the time for which every interface then stalls."""


SMALLEST = Tables(1, 1, 1, 1)
DEFAULT = Tables(ranges=16, connections=8, targets=32, routes=64)


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """Parameters of the translator to test it with, under a name.

    `profile` is one that the set has whatever the run's is.
    """

    heading: str
    tables: Tables
    counter_width: int
    devid_bits: int = 32
    profile: Profile | None = None

    def configuration(self, profile: Profile = DEFAULT_PROFILE) -> Configuration:
        """Return what the translator is built for in a run under a profile."""
        return Configuration(self.profile or profile, self.devid_bits)


SETS: dict[str, ParameterSet] = {
    "default": ParameterSet("default tables", DEFAULT, 32),
    "smallest": ParameterSet("one of everything", SMALLEST, 4, devid_bits=16),
    "odd": ParameterSet("odd sizes", Tables(5, 3, 300, 2048), 8, devid_bits=24),
    "largest": ParameterSet("the largest tables", Tables(256, 256, 1024, 2048), 16),
    "today": ParameterSet("today's OpenVMM", Tables(11, 6, 100, 300), 12, 20, TODAY),
}
"""The parameters that tests run with. `make sim` leaves out the largest tables."""


LONGEST_NAME = 120
"""How many bytes of a trace's name the names of files take that are made for it."""


SIM_SETS = ("default", "smallest", "odd", "today")


TRACES_SETS: dict[str, Profile | None] = {"traces": None, "traces-today": TODAY}
"""The sets of recorded traces, and the profile that one has whatever the run's is."""


class ChoiceError(UserError):
    """SET= or TEST= names what there is not; says what there is."""


@dataclass(frozen=True, slots=True)
class Only:
    """What to run of the regression: one set (SETS, TRACES_SETS), one test; empty for all."""

    set: str = ""
    test: str = ""

    @property
    def module(self) -> tuple[str, ...]:
        """The module of the test, if one is named."""
        return (f"tests.rtl.{self.test.partition('.')[0]}",) if self.test else ()

    @property
    def words(self) -> list[str]:
        """What make is told for it."""
        said = {"SET": self.set, "TEST": self.test}
        return [f"{name}={value}" for name, value in said.items() if value]


EVERYTHING = Only()


def only(
    set_: str, test: str, default: str = "default", profile: Profile = DEFAULT_PROFILE
) -> Only:
    """Return what SET= and TEST= ask for, under a profile. Raises ChoiceError.

    A test without a set runs on that called `default`; empty: on all of its sets.
    """
    sets = (*SETS, *TRACES_SETS)
    if set_ and set_ not in sets:
        raise ChoiceError(f"SET={set_}: there is no such set; there are {', '.join(sets)}")
    if not test:
        return Only(set_)
    module, _, name = test.partition(".")
    if module == "trace_tests" or set_ in TRACES_SETS:
        traced = {each: [trace.test for trace in recordings(profile, each)] for each in TRACES_SETS}
        for each, tests in traced.items():
            if test in tests and set_ in ("", each):
                return Only(each, test)
        there = "; ".join(f"SET={each} has {', '.join(tests)}" for each, tests in traced.items())
        raise ChoiceError(f"TEST={test}: {there}")
    if name not in names_in(module):
        known = [path.stem for path in sorted((ROOT / "tests/rtl").glob("*_tests.py"))]
        names = [f"{module}.{each}" for each in names_in(module)]
        there = ", ".join(names) or f"those of {', '.join(known)}, as module.test"
        raise ChoiceError(f"TEST={test}: there is no such test; there are: {there}")
    its = [each for each in SETS if f"tests.rtl.{module}" in (*directed(each), *modules("random"))]
    if not its:
        raise ChoiceError(f"TEST={test}: it belongs to no parameter set; {PROGRAM} bench runs it")
    if set_ and set_ not in its:
        raise ChoiceError(f"SET={set_}: {test} does not belong to it, but to {', '.join(its)}")
    return Only(set_ or default, test)


def names_in(module: str) -> list[str]:
    """Return the names of the cocotb tests in a module of `tests/rtl`; none if there is no such."""
    path = ROOT / "tests/rtl" / f"{module}.py"
    if not path.is_file():
        return []
    return [
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.AsyncFunctionDef)
        and any("translator_test" in ast.unparse(each) for each in node.decorator_list)
    ]


def trace_file(
    path: Path,
    taken: Collection[str] = (),
    progress: Callable[[int], None] | None = None,
    profile: Profile | None = None,
    look: Callable[[Lines], None] | None = None,
) -> tuple[TraceFile, Tables]:
    """Validate a trace; return it with the tables that it needs. Raises TraceError.

    It is read by the rules of `profile`; None: of that in its header, or of the default. `look` is
    called with each batch of lines. It is named after the file; with a number at the end, as in
    `x-2`, if that name is `taken`. Of a mixed trace the translator's operations are written to a
    file of their own.
    """
    name = first = _short(visible(stem(path)))
    number = 1
    while name in taken:
        number += 1
        name = f"{first}-{number}"
    real = path.resolve()
    try:
        summary = validate(path, progress, profile, look)
        return _translator(TraceFile(str(real), name, 0), summary)
    except TraceError as error:
        if error.field != "op" or not names_its_operation(path, error.line):
            raise
    digest = hashlib.sha256(os.fsencode(real)).hexdigest()[:8]
    others = BUILD / "its" / f"{name}-{digest}.jsonl"
    its = validate_its(path, others, profile)
    if its.mixed:
        summary = validate(others, progress, profile, look)
        return _translator(TraceFile(str(others), name, 0, its=str(real)), summary)
    count = its.commands + its.translations
    return TraceFile(str(real), name, count, expects=its.expects, its=str(real)), SMALLEST


def _translator(trace: TraceFile, summary: TraceSummary) -> tuple[TraceFile, Tables]:
    """Return a trace with what its translator's operations are, and the tables that they need."""
    trace = replace(
        trace,
        operations=summary.operations,
        expects=summary.expects,
        first=summary.first,
        profile=summary.profile.name,
    )
    return trace, summary.tables


def _short(name: str) -> str:
    """Return a name that files can be named after; what is left out of it stays told apart."""
    data = os.fsencode(name)
    if len(data) <= LONGEST_NAME:
        return name
    start = data[: LONGEST_NAME - 9].decode(errors="ignore")
    return f"{start}-{hashlib.sha256(data).hexdigest()[:8]}"


def directed(name: str) -> tuple[str, ...]:
    """Return the modules of directed tests that run with a parameter set."""
    return (*(modules("directed") if name == "default" else ()), *modules("hardware"))


def traces_sets(profile: Profile) -> tuple[str, ...]:
    """Return which of TRACES_SETS a whole run under a profile has.

    One that has this profile whatever the run's is, is left out: the first has its recordings then.
    """
    return tuple(name for name, own in TRACES_SETS.items() if own != profile)


def with_tables(
    paths: Sequence[str], profile: Profile = DEFAULT_PROFILE
) -> list[tuple[TraceFile, Tables]]:
    """Return traces that the project has, each with the tables that it needs."""
    return [trace_file(ROOT / path, profile=profile) for path in paths]


def recordings(profile: Profile = DEFAULT_PROFILE, name: str = "traces") -> tuple[TraceFile, ...]:
    """Return the recorded traces of one of TRACES_SETS; some a second time with stalls."""
    own = TRACES_SETS[name]
    profile = own or profile
    paths = (*(() if own else RECORDINGS), *VECTORS.get(profile.name, ()))
    recorded = [trace for trace, _ in with_tables(paths, profile)]
    stalled = [
        replace(trace, name=f"{trace.name}_stalled", stall=STALL)
        for trace in recorded
        if trace.name in STALLED
    ]
    return (*recorded, *stalled)
