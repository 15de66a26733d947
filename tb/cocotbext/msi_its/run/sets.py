# SPDX-License-Identifier: MIT
"""Parameter sets, and what of the regression runs with each: tests and recordings."""

from __future__ import annotations

import ast
import hashlib
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from cocotbext.msi_its.batch.trace import validate
from cocotbext.msi_its.run.discovery import modules
from cocotbext.msi_its.run.places import BUILD, PROGRAM, ROOT
from cocotbext.msi_its.vocabulary.its_trace import names_its_operation, validate_its
from cocotbext.msi_its.vocabulary.operations import CONFIGURATION, Configuration, Tables
from cocotbext.msi_its.vocabulary.settings import TraceFile
from cocotbext.msi_its.vocabulary.text import UserError, visible
from cocotbext.msi_its.vocabulary.trace import TraceError, stem

RECORDINGS = (
    "tests/traces/basic.jsonl.gz",
    "tests/traces/rescan.jsonl.gz",
    "tests/traces/basic-routes.jsonl.gz",
    "tests/traces/rescan-routes.jsonl.gz",
    "tests/vectors/openvmm.jsonl.gz",
    "tests/its/basic-mixed.jsonl.gz",
)


STALLED = ("basic", "basic-routes")
"""The recordings that are replayed once more with stalls at random."""


STALL = 0.2
"""The share of the time for which every interface then stalls."""


SMALLEST = Tables(1, 1, 1, 1)
DEFAULT = Tables(ranges=16, connections=8, targets=32, routes=64)


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """Parameters of the translator to test it with, under a name."""

    heading: str
    tables: Tables
    counter_width: int
    configuration: Configuration = CONFIGURATION


SETS: dict[str, ParameterSet] = {
    "default": ParameterSet("default tables", DEFAULT, 32),
    "smallest": ParameterSet("one of everything", SMALLEST, 4),
    "odd": ParameterSet("odd sizes", Tables(5, 3, 300, 2048), 8),
    "largest": ParameterSet("the largest tables", Tables(256, 256, 1024, 2048), 16),
}
"""The parameters that tests run with. `make sim` leaves out the largest tables."""


LONGEST_NAME = 120
"""How many bytes of a trace's name the names of files take that are made for it."""


SIM_SETS = ("default", "smallest", "odd")


TRACES_SET = "traces"


class ChoiceError(UserError):
    """SET= or TEST= names what there is not; says what there is."""


@dataclass(frozen=True, slots=True)
class Only:
    """What to run of the regression: one set (of SETS, or TRACES_SET), one test; empty for all."""

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


def only(set_: str, test: str, default: str = "default") -> Only:
    """Return what SET= and TEST= ask for. Raises ChoiceError.

    A test without a set runs on that called `default`; empty: on all of its sets.
    """
    sets = (*SETS, TRACES_SET)
    if set_ and set_ not in sets:
        raise ChoiceError(f"SET={set_}: there is no such set; there are {', '.join(sets)}")
    if not test:
        return Only(set_)
    module, _, name = test.partition(".")
    if module == "trace_tests" or set_ == TRACES_SET:
        traced = [trace.test for trace in recordings()]
        if test not in traced or set_ not in ("", TRACES_SET):
            raise ChoiceError(f"TEST={test}: SET={TRACES_SET} has {', '.join(traced)}")
        return Only(TRACES_SET, test)
    if name not in names_in(module):
        known = [path.stem for path in sorted((ROOT / "tests/rtl").glob("*_tests.py"))]
        names = [f"{module}.{each}" for each in names_in(module)]
        there = ", ".join(names) or f"module.test; modules: {', '.join(known)}"
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
    path: Path, taken: Collection[str] = (), progress: Callable[[int], None] | None = None
) -> tuple[TraceFile, Tables]:
    """Validate a trace; return it with the tables that it needs. Raises TraceError.

    It is named after the file; with a number at the end, as in `x-2`, if that name is `taken`.
    Of a mixed trace the translator's operations are written to a file of their own.
    """
    name = first = _short(visible(stem(path)))
    number = 1
    while name in taken:
        number += 1
        name = f"{first}-{number}"
    real = path.resolve()
    try:
        return _translator(path, TraceFile(str(real), name, 0), progress)
    except TraceError as error:
        if error.field != "op" or not names_its_operation(path, error.line):
            raise
    digest = hashlib.sha256(os.fsencode(real)).hexdigest()[:8]
    others = BUILD / "its" / f"{name}-{digest}.jsonl"
    its = validate_its(path, others)
    if its.mixed:
        return _translator(others, TraceFile(str(others), name, 0, its=str(real)), progress)
    count = its.commands + its.translations
    return TraceFile(str(real), name, count, expects=its.expects, its=str(real)), SMALLEST


def _translator(
    path: Path, trace: TraceFile, progress: Callable[[int], None] | None
) -> tuple[TraceFile, Tables]:
    """Validate the translator's operations; return the trace as it is then, and its tables."""
    summary = validate(path, progress)
    operations, expects, first = summary.operations, summary.expects, summary.first
    trace = replace(trace, operations=operations, expects=expects, first=first)
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


def recordings() -> tuple[TraceFile, ...]:
    """Return the recorded traces, some of them a second time with stalls."""
    recorded = [trace_file(ROOT / path)[0] for path in RECORDINGS]
    stalled = [
        replace(trace, name=f"{trace.name}_stalled", stall=STALL)
        for trace in recorded
        if trace.name in STALLED
    ]
    return (*recorded, *stalled)
